using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Does with one received event what the first rule that takes it says; its effect and that it is processed are one transaction, so it has it once. Events in the table of a provider go by that table.
/// </summary>
public sealed class ApplyEvents(PanelDb db, StripeEvents stripe, ReviewRouting routing, ChangeCases cases, FindPayment payments, AssessmentReader assessments, IOptions<PanelOptions> panel, TimeProvider clock)
{
    public const string
        Subject = "event", NoRule = "no_rule", Ignored = "ignored", CaseOpened = "case_opened", CaseThere = "case_exists", Alerted = "alert", Queued = "queued_for_review", InReview = "already_in_review", Reviewed = "already_reviewed",
        NoPayment = "no_payment", FailedForGood = "failed";

    private const int Depth = 64;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    public async Task RunAsync(Guid id, CancellationToken stop)
    {
        if (await db.ReceivedEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.State == ReceivedState.Waiting, stop) is not { } received) return;
        var json = EventBody.Read(Encoding.UTF8.GetBytes(received.Body), Depth) ?? throw new InvalidDataException("What was kept is no JSON object.");
        if (received.Source == EventSource.Stripe && StripeEvents.Handles(received.Type))
        {
            await stripe.RunAsync(received, json, stop);
            return;
        }
        var data = received.Source == EventSource.Stripe ? EventBody.Member(EventBody.Member(json, "data"), "object") : EventBody.Member(json, "data");
        var (amount, currency) = (EventBody.Number(data, "amount"), EventBody.Text(data, "currency", 3)?.ToUpperInvariant());
        var rule = (await db.EventRules.AsNoTracking().Where(r => r.IsOn).OrderBy(r => r.Priority).ThenBy(r => r.Id).ToListAsync(stop)).Find(r => r.Takes(received.Type, amount, currency));
        var action = rule?.Action ?? Known(received.Type);
        var payment = action is EventAction.CreateCase or EventAction.CreateAlert or EventAction.FlagReview or EventAction.ChallengePassed or EventAction.ChallengeFailed ? await FindAsync(data, stop) : null;
        if (action is EventAction.FlagReview or EventAction.ChallengePassed or EventAction.ChallengeFailed && payment is not null && !await assessments.IsFoldedAsync(payment.Seq, stop))
        {
            // Its own review may be on the way.
            await PutOffAsync(id, stop, Soon);
            return;
        }

        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);             // two nodes take turns
        db.ChangeTracker.Clear();
        if (await db.ReceivedEvents.SingleOrDefaultAsync(e => e.Id == id && e.State == ReceivedState.Waiting, stop) is not { } its) return;
        (its.Rule, its.Action, its.Seq) = (rule?.Name, action, payment?.Seq ?? its.Seq);
        var actor = rule is null ? new Actor(ActorKind.System, null, $"event: {its.Type}") : new Actor(ActorKind.System, null, $"event rule: {rule.Name}");
        its.Outcome = action switch
        {
            EventAction.CreateCase => await OpenCaseAsync(its, data, amount, currency, payment, actor, now, number, stop),
            EventAction.CreateAlert => Alert(its),
            EventAction.FlagReview => await FlagAsync(payment, now, stop),
            EventAction.ChallengePassed or EventAction.ChallengeFailed => payment is null ? NoPayment : await ChallengeAnswers.ApplyAsync(db, payment, action == EventAction.ChallengePassed, its.Type, actor, now, stop),
            EventAction.Ignore => Ignored,
            _ => NoRule,
        };
        (its.State, its.ProcessedAt) = (ReceivedState.Processed, now);
        if (its.Action is not (EventAction.None or EventAction.Ignore))
            db.Audit(actor, AuditActions.EventApplied, now, Subject, id.ToString(), after: new { its.Type, its.Rule, its.Action, its.Outcome, Case = its.CaseId, Assessment = payment?.Id });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>What an event means that no rule takes: the answer to a challenge needs none.</summary>
    private static EventAction Known(string type) => type.ToLowerInvariant() switch { "challenge.passed" => EventAction.ChallengePassed, "challenge.failed" => EventAction.ChallengeFailed, _ => EventAction.None };

    /// <summary>It could not be done now.</summary>
    /// <param name="pause">Null: it failed, and the pauses grow until it is given up.</param>
    public async Task PutOffAsync(Guid id, CancellationToken stop, TimeSpan? pause = null)
    {
        db.ChangeTracker.Clear();
        if (await db.ReceivedEvents.SingleOrDefaultAsync(e => e.Id == id && e.State == ReceivedState.Waiting, stop) is not { } its) return;
        var now = clock.GetUtcNow();
        if (pause is null) its.Tries++;
        its.NextAt = (now + (pause ?? TimeSpan.FromSeconds(10 * Math.Pow(2, its.Tries)))).ToUnixTimeMilliseconds();
        if (its.Tries >= ReceivedEvent.MostTries) (its.State, its.Outcome, its.ProcessedAt) = (ReceivedState.Failed, FailedForGood, now);
        await db.SaveChangesAsync(stop);
    }

    /// <summary>Processes it once more, by the rules of now. A case it opened is not opened twice.</summary>
    /// <returns>False when it waits already.</returns>
    public async Task<bool> ReplayAsync(Guid id, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.ReceivedEvents.Where(e => e.Id == id && e.State != ReceivedState.Waiting)
            .ExecuteUpdateAsync(e => e.SetProperty(x => x.State, ReceivedState.Waiting).SetProperty(x => x.Tries, 0).SetProperty(x => x.NextAt, now.ToUnixTimeMilliseconds()), stop) == 0) return false;
        db.Audit(actor, AuditActions.EventReplayed, now, Subject, id.ToString());
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <returns>False when it was no alert.</returns>
    public async Task<bool> SeeAsync(Guid id, Actor actor, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.ReceivedEvents.Where(e => e.Id == id && e.IsAlert).ExecuteUpdateAsync(e => e.SetProperty(x => x.IsAlert, false), stop) == 0) return false;
        db.Audit(actor, AuditActions.EventSeen, clock.GetUtcNow(), Subject, id.ToString());
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    private async Task<StoredAssessment?> FindAsync(JsonElement? data, CancellationToken stop)
    {
        StoredAssessment? found = null;
        foreach (var name in (string[])["transaction_id", "assessment_id", "session_id"])
            if (found is null && EventBody.Text(data, name, 128) is { } id) found = await payments.ByTransactionAsync(id, stop) ?? (name == "transaction_id" ? await payments.ByExternalAsync(id, null, stop) : null);
        foreach (var name in (string[])["external_transaction_id", "payment_id"])
            if (found is null && EventBody.Text(data, name, 128) is { } id) found = await payments.ByExternalAsync(id, EventBody.Text(data, "provider", 60), stop);
        if (found is null && EventBody.Text(data, "order_id", 128) is { } order) found = await payments.ByOrderAsync(order, stop);
        return found is { Simulated: false } ? found : null;
    }

    private async Task<string> OpenCaseAsync(ReceivedEvent its, JsonElement? data, decimal? amount, string? currency, StoredAssessment? payment, Actor actor, DateTimeOffset now, long number, CancellationToken stop)
    {
        if (its.CaseId is not null) return CaseThere;
        // Money with a currency or not at all; a whole number counts minor units, as everywhere.
        var known = currency is not null && Currencies.TryFind(currency, out var code, out _) ? code : null;
        long? minor = known is not null && amount is >= 0 and <= 1_000_000_000_000_000 && decimal.IsInteger(amount.Value) ? (long)amount.Value : null;
        var (value, unit) = minor is not null ? (minor, known) : payment is not null ? (payment.Amount, payment.Currency) : ((long?)null, (string?)null);
        var opened = await cases.AddAsync(new CaseOpening(new CaseFacts(IncidentType.Other)
        {
            Amount = value, Currency = unit, Jurisdiction = CaseWords.JurisdictionOf(unit, EventBody.Text(data, "country", 2)), IncidentDate = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(its.ReceivedAt, panel.Value.Zone).DateTime),
            Description = $"{its.Type}{(its.ExternalId is { } external ? $" ({external})" : null)}",
        }, CaseOrigin.Event) { Assessments = payment is null ? [] : [payment] }, actor, now, number, stop);
        its.CaseId = opened.Id;
        return $"{CaseOpened} {opened.ReferenceNumber}";
    }

    private static string Alert(ReceivedEvent its)
    {
        its.IsAlert = true;
        return Alerted;
    }

    private async Task<string> FlagAsync(StoredAssessment? payment, DateTimeOffset now, CancellationToken stop)
    {
        if (payment is null) return NoPayment;
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == payment.Seq, stop) is { } review) return review.State == ReviewState.Open ? InReview : Reviewed;
        // The queue that takes everything, or the one of what people must look at.
        var queue = (await db.Set<ReviewQueue>().AsNoTracking().Where(q => q.IsActive && !q.IsManual).OrderBy(q => q.Position).ToListAsync(stop)).Find(q => q.ReadFilter().AsksNothing())
            ?? await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == ReviewQueue.EscalatedNumber, stop);
        var at = now.ToUnixTimeMilliseconds();
        var term = ReviewTerm.Of(queue, at, panel.Value.Zone);
        var urgency = routing.Router.UrgencyOf(payment);
        db.Add(new Review
        {
            Seq = payment.Seq, Queue = queue.Number, OpenedAt = at, VisibleAt = at, Decision = payment.Decision, DueAt = term.DueAt, WarnAt = term.WarnAt,
            ExpiresAt = urgency.ExpiresAt, Stake = urgency.Stake, IsLoyal = urgency.IsLoyal,
        });
        return Queued;
    }
}
