using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What follows the decision of an item: whether the shop knows of it, and of a challenge what becomes of it without an answer.</summary>
/// <param name="Back">The queue an unanswered challenge comes back to; null: none.</param>
/// <param name="Shop">Whether the shop has been told what took effect, as far as the panel knows; null: nothing has.</param>
/// <param name="Unanswered">When the challenge that was made comes back, or that it does not; null: none was made.</param>
/// <param name="IsTold">A webhook tells the shop of decisions; else it reads them through the API.</param>
public sealed record AfterDecision(ReviewQueue? Back, string? Shop, string? Unanswered, bool IsTold)
{
    internal static async Task<AfterDecision> OfAsync(PanelDb db, StoredAssessment payment, Review review, Reader reader, Texts T, CancellationToken stop)
    {
        var queues = await db.Set<ReviewQueue>().AsNoTracking().ToListAsync(stop);
        var isAsked = review is { State: not ReviewState.Open, Outcome: ReviewOutcome.Challenge, DecidedById: not null };
        var endpoints = (await db.WebhookEndpoints.AsNoTracking().Where(e => e.State == EndpointState.Active).ToListAsync(stop)).FindAll(e => e.Wants(OutboxEventType.ReviewClosed.Name())).ConvertAll(e => e.Id);
        return new AfterDecision(UnansweredChallenges.QueueOf(payment, queues), review.State == ReviewState.Closed ? await SayAsync(db, payment, review, endpoints, reader, T, stop) : null,
            !isAsked ? null : UnansweredChallenges.ReturnOf(review, payment, queues) is var (queue, at) ? T["Without an answer it comes back on {0}: {1}.", reader.MonthDayAndTime(DateTimeOffset.FromUnixTimeMilliseconds(at)), T.QueueName(queue.Name)]
                : T["Without an answer nothing more happens: no queue waits for those of challenges."], endpoints.Count > 0);
    }

    private static async Task<string> SayAsync(PanelDb db, StoredAssessment payment, Review review, List<Guid> endpoints, Reader reader, Texts T, CancellationToken stop)
    {
        var (name, subject) = (OutboxEventType.ReviewClosed.Name(), $"transaction:{payment.Id}");
        var told = await db.WebhookDeliveries.Where(d => endpoints.Contains(d.EndpointId) && d.Subject == subject && d.Name == name && d.At >= review.SettlesAt).Select(d => new { d.State, d.EndedAt }).ToListAsync(stop);
        if (told.Where(d => d.State == DeliveryState.Delivered).Min(d => d.EndedAt) is { } at) return T["The shop was told by webhook: {0}.", reader.Moment(DateTimeOffset.FromUnixTimeMilliseconds(at))];
        if (endpoints.Count == 0) return T["The shop’s system fetches it here: no webhook is set up."];
        return told.Count > 0 && told.TrueForAll(d => d.State == DeliveryState.Failed) ? T["The shop's webhook did not take it: it reads it through the API."] : T["It is on its way to the shop by webhook."];
    }
}
