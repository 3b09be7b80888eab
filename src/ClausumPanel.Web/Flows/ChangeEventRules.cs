using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Inbound;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Changes the rules for received events: each step is one transaction with its entry in the trail, and holds for what is processed from then on.</summary>
public sealed class ChangeEventRules(PanelDb db, TimeProvider clock)
{
    public const string Subject = "event-rule";

    /// <summary>It is asked last.</summary>
    /// <returns>Null when there are too many.</returns>
    public async Task<EventRule?> AddAsync(Action<EventRule> say, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(say);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var rules = await InOrder().ToListAsync(stop);
        if (rules.Count >= EventRule.Most) return null;
        var rule = new EventRule { Id = Guid.CreateVersion7(now), Priority = rules.Count == 0 ? 1 : rules[^1].Priority + 1 };
        say(rule);
        db.Add(rule);
        db.Audit(actor, AuditActions.EventRuleCreated, now, Subject, rule.Id.ToString(), after: rule.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return rule;
    }

    public Task<bool> ChangeAsync(Guid id, Action<EventRule> say, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.EventRuleChanged, actor, (rule, _) => say(rule), stop);

    public Task<bool> SwitchAsync(Guid id, bool on, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.EventRuleChanged, actor, (rule, _) => rule.IsOn = on, stop);

    /// <summary>Lets it be asked before, or after, its neighbour.</summary>
    public Task<bool> MoveAsync(Guid id, bool up, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.EventRuleChanged, actor, (rule, rules) =>
    {
        var at = rules.IndexOf(rule);
        var to = at + (up ? -1 : 1);
        if (to < 0 || to >= rules.Count) return;
        (rules[at], rules[to]) = (rules[to], rules[at]);
        for (var i = 0; i < rules.Count; i++) rules[i].Priority = i + 1;
    }, stop);

    public Task<bool> DeleteAsync(Guid id, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.EventRuleDeleted, actor, (rule, _) => db.Remove(rule), stop);

    private IOrderedQueryable<EventRule> InOrder() => db.EventRules.OrderBy(r => r.Priority).ThenBy(r => r.Id);

    private async Task<bool> StepAsync(Guid id, string action, Actor actor, Action<EventRule, List<EventRule>> step, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var rules = await InOrder().ToListAsync(stop);
        if (rules.Find(r => r.Id == id) is not { } rule) return false;
        var before = rule.Summary;
        step(rule, rules);
        db.Audit(actor, action, clock.GetUtcNow(), Subject, id.ToString(), before, action == AuditActions.EventRuleDeleted ? null : rule.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }
}
