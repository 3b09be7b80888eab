using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A rule that asks a list.</summary>
/// <param name="Id">Of the rule.</param>
/// <param name="Name">Of the rule.</param>
/// <param name="Judges">In the version that judges; otherwise only in the reader's draft.</param>
public sealed record ListUse(string Id, string Name, bool Judges);

/// <summary>
/// Changes the lists that rules name. Every change is one transaction, with its line in the audit trail and with an edition of its own: rows are added and closed, never erased, so what was judged before is
/// judged again by what stood then.
/// </summary>
public sealed class ChangeNamedLists(PanelDb db, PolicyDesk desk, NamedListShelf shelf, TimeProvider clock)
{
    public const string Subject = "named-list";

    /// <summary>What stands now.</summary>
    public IQueryable<NamedList> Standing => db.Set<NamedList>().Where(l => l.RemovedEdition == NamedList.Stands);

    /// <summary>The values of a list that stand now, those that have ended among them.</summary>
    public IQueryable<NamedListValue> ValuesOf(Guid list) => db.Set<NamedListValue>().Where(v => v.ListId == list && v.RemovedEdition == NamedList.Stands);

    /// <summary>The rules that ask each list: of the version that judges, and of the person's draft.</summary>
    public async Task<ILookup<string, ListUse>> UsesAsync(Guid? person, CancellationToken stop)
    {
        var active = Uses(await desk.ActiveAsync(stop), judges: true);
        var draft = person is { } owner && await desk.DraftAsync(owner, stop) is { } view ? Uses(view.Policy, judges: false) : [];
        return active.Concat(draft.Where(u => !active.Any(a => a.List == u.List && a.Use.Id == u.Use.Id))).ToLookup(u => u.List, u => u.Use, StringComparer.OrdinalIgnoreCase);
    }

    /// <returns>False when there is one of that name.</returns>
    public async Task<bool> CreateAsync(string name, NamedListKind kind, string? description, Actor actor)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var edition = await NextAsync();
        if (await Standing.AnyAsync(l => l.Name == name)) return false;
        var list = new NamedList { Name = name, Kind = kind, Description = description, OwnerId = actor.Id, CreatedAt = clock.GetUtcNow(), AddedEdition = edition, ChangedEdition = edition };
        db.Add(list);
        db.Audit(actor, AuditActions.NamedListCreated, clock.GetUtcNow(), Subject, name, after: list.Summary);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await shelf.ReloadAsync(db, CancellationToken.None);
        return true;
    }

    public async Task DescribeAsync(NamedList list, string? description, Actor actor)
    {
        if (list.Description == description) return;
        var before = list.Summary;
        list.Description = description;
        db.Audit(actor, AuditActions.NamedListChanged, clock.GetUtcNow(), Subject, list.Name, before, list.Summary);
        await db.SaveChangesAsync();
    }

    /// <summary>Puts values into a list, all or none; one that stands already takes over reason and end.</summary>
    /// <param name="list">The list.</param>
    /// <param name="lines">New and changed values; each once.</param>
    /// <param name="summary">What the trail keeps when there are too many to be written down one by one.</param>
    /// <param name="actor">Who.</param>
    /// <param name="written">Told how many are in the transaction so far.</param>
    /// <param name="stop">Stops it; nothing is stored then.</param>
    /// <returns>False when the list is gone meanwhile.</returns>
    public async Task<bool> PutAsync(NamedList list, IReadOnlyList<NamedListLine> lines, object? summary, Actor actor, Action<int>? written, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var batches = new ListBatches<NamedListValue>(db, [.. lines.Select(l => l.Row).OrderBy(r => r.Value, StringComparer.Ordinal)]);
        await db.Database.OpenConnectionAsync(stop);
        try
        {
            await batches.StageAsync(written ?? (_ => { }), stop);
            await using var transaction = await db.Database.BeginTransactionAsync(stop);
            var edition = await NextAsync();
            if (await Standing.Where(l => l.Id == list.Id).ExecuteUpdateAsync(l => l.SetProperty(x => x.ChangedEdition, edition), stop) == 0) return false;
            await db.Database.ExecuteSqlRawAsync($"UPDATE {ListBatches<NamedListValue>.Beside} SET added_edition = {{0}}", [edition], stop);
            // What stands already is closed, and stands anew with what the line says.
            await db.Database.ExecuteSqlRawAsync(
                $"UPDATE named_list_values SET removed_edition = {{0}} WHERE removed_edition = {{1}} AND list_id IN (SELECT list_id FROM {ListBatches<NamedListValue>.Beside}) AND value IN (SELECT value FROM {ListBatches<NamedListValue>.Beside})",
                [edition, NamedList.Stands], stop);
            await batches.MoveAsync(stop);
            if (lines.Count <= ListImport.MostWrittenDown)
                foreach (var line in lines)
                    db.Audit(actor, AuditActions.NamedListChanged, now, Subject, list.Name, line.Was is { } was ? Told(was) : null, Told(line.Row));
            if (summary is not null) db.Audit(actor, AuditActions.ListImported, now, Subject, list.Name, after: summary);
            await db.SaveChangesAsync(stop);
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            await batches.ClearAsync();
            await db.Database.CloseConnectionAsync();
        }
        await shelf.ReloadAsync(db, CancellationToken.None);
        return true;
    }

    /// <returns>How many of them stood in the list and no longer do.</returns>
    public async Task<int> RemoveAsync(NamedList list, IReadOnlyCollection<Guid> values, Actor actor)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var edition = await NextAsync();
        var rows = await ValuesOf(list.Id).Where(v => values.Contains(v.Id)).ToListAsync();
        foreach (var row in rows)
        {
            row.RemovedEdition = edition;
            db.Audit(actor, AuditActions.NamedListChanged, clock.GetUtcNow(), Subject, list.Name, before: Told(row));
        }
        await Standing.Where(l => l.Id == list.Id).ExecuteUpdateAsync(l => l.SetProperty(x => x.ChangedEdition, edition));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await shelf.ReloadAsync(db, CancellationToken.None);
        return rows.Count;
    }

    /// <summary>Deletes a list, unless a rule that judges asks it.</summary>
    /// <returns>The rules that ask it; none when it is deleted.</returns>
    public async Task<IReadOnlyList<ListUse>> DeleteAsync(NamedList list, Actor actor)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        // From here on no version that names it can be activated before this is done.
        var edition = await NextAsync();
        IReadOnlyList<ListUse> uses = [.. Uses(await desk.ActiveAsync(CancellationToken.None), judges: true).Where(u => u.List.Equals(list.Name, StringComparison.OrdinalIgnoreCase)).Select(u => u.Use)];
        if (uses.Count > 0) return uses;
        await Standing.Where(l => l.Id == list.Id).ExecuteUpdateAsync(l => l.SetProperty(x => x.RemovedEdition, edition).SetProperty(x => x.ChangedEdition, edition));
        db.Audit(actor, AuditActions.NamedListDeleted, clock.GetUtcNow(), Subject, list.Name, before: list.Summary);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await shelf.ReloadAsync(db, CancellationToken.None);
        return [];
    }

    /// <summary>Raises the mark, which gives the change its edition and lets one change after the other through.</summary>
    private async Task<long> NextAsync()
    {
        await db.RaiseAsync(ChangeTopics.NamedLists);
        return await NamedListEdition.NumberAsync(db, CancellationToken.None);
    }

    private static List<(string List, ListUse Use)> Uses(Policy policy, bool judges) =>
        [.. from rule in policy.Rules where rule.Enabled from list in RuleTree.Parse(rule.Text).Lists.Distinct(StringComparer.OrdinalIgnoreCase) select (list, new ListUse(rule.Id, rule.Name, judges))];

    private static object Told(NamedListValue value) => new { value.Value, value.Reason, value.ExpiresAt };
}
