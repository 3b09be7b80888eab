using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>A server asks what became of a payment: what was answered then, and what people made of it since.</summary>
public static class AssessmentsApi
{
    public static void MapAssessmentsApi(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/assessments/{id}", FindAsync).AllowAnonymous().WithTags("Risk").WithName("findAssessment").WithSummary("What became of an assessment").WithMetadata(new AssessApi.RequiresKey(KeyPermissions.ReadTransactions, "server"));

    private static async Task FindAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(KeyPermissions.ReadTransactions) is null) return;
        if (await StateAsync(context) is not { } state)
        {
            await Problems.WriteAsync(context, Problems.NotFound, "There is no assessment with this id.");
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            state.Write(json);
            json.WriteEndObject();
        });
    }

    /// <summary>The assessment that the path names, and what writes the members of how it stands now; null when there is none such.</summary>
    internal static async Task<(StoredAssessment Stored, LabelOutcome? Label, Action<Utf8JsonWriter> Write)?> StateAsync(HttpContext context)
    {
        var (db, stop) = (context.RequestServices.GetRequiredService<PanelDb>(), context.RequestAborted);
        if (!Guid.TryParseExact(context.Request.RouteValues["id"] as string, "D", out var id) || await context.RequestServices.GetRequiredService<AssessmentReader>().FindAsync(id, stop) is not { } stored) return null;
        // The review before the label: a decision that takes effect in between then shows its label early, never its outcome without it.
        var review = await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == stored.Seq, stop);
        var isComing = review is null && stored is { Simulated: false, Decision: Decision.Review or Decision.Challenge } && !await context.RequestServices.GetRequiredService<AssessmentReader>().IsFoldedAsync(stored.Seq, stop);
        if (isComing) review = await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == stored.Seq, stop);
        var label = await db.Set<CurrentLabel>().AsNoTracking().SingleOrDefaultAsync(l => l.Seq == stored.Seq, stop);
        var (facts, answer) = (new Facts(), new AssessAnswer());
        FactSnapshot.Read(stored.Facts, facts);
        answer.Read(stored, facts, await context.RequestServices.GetRequiredService<PolicyShelf>().PolicyAsync(db, stored.PolicyVersion, stop), context.RequestServices.GetRequiredService<SubmerchantShelf>().Current);
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds();
        return (stored, label?.Outcome, json =>
        {
            AssessAnswerWriter.WriteMembers(json, answer, brief: false);
            json.WriteString("created_at", Instant(stored.At));
            json.WriteString("final_decision", review is null ? isComing ? null : AssessAnswerWriter.Word(stored.Decision) : review.State == ReviewState.Closed ? Word(review.Outcome) : null);
            WriteReview(json, review, isComing, now);
            if (label is null) json.WriteNull("label");
            else
            {
                json.WriteStartObject("label");
                json.WriteString("outcome", label.Outcome.Word());
                json.WriteString("source", label.Source.Word());
                json.WriteEndObject();
            }
        });
    }

    private static void WriteReview(Utf8JsonWriter json, Review? review, bool isComing, long now)
    {
        // What can still be undone is nobody's business yet.
        var closed = review is { State: ReviewState.Closed } ? review : null;
        json.WriteStartObject("review");
        json.WriteString("status", review switch
        {
            null => isComing ? "waiting" : "none",
            { State: ReviewState.Closed } => "closed",
            { State: ReviewState.Decided } => "decided",
            { LeaseIsAhead: false } when review.LeaseUntil > now => "in_review",
            _ => "waiting",
        });
        json.WriteString("outcome", Word(closed?.Outcome));
        json.WriteString("reason", closed?.Reason);
        json.WriteString("decided_at", closed?.DecidedAt is { } at ? Instant(at) : null);
        json.WriteBoolean("timed_out", closed?.IsTimedOut == true);
        json.WriteNumber("version", review?.Version ?? 0);
        json.WriteEndObject();
    }

    private static string? Word(ReviewOutcome? outcome) => outcome switch
    {
        ReviewOutcome.Approve => "approve",
        ReviewOutcome.Challenge => "challenge",
        ReviewOutcome.Decline => "decline",
        null => null,
    };

    private static string Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
