using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What became of the step before, in one line.</summary>
/// <param name="Sentence">What was done.</param>
/// <param name="Of">To which payment.</param>
/// <param name="Undo">The assessment whose step can be taken back; null: nothing can.</param>
/// <param name="Until">Until when, Unix milliseconds.</param>
/// <param name="TooLate">What is said to who asks after that.</param>
/// <param name="About">The assessment it is about.</param>
/// <param name="Reopens">On its page the decision can be opened again.</param>
/// <param name="IsRefusal">It was not done.</param>
/// <param name="Beside">What else is said on this page, and on no other the line follows to.</param>
public sealed record ReviewToast(string Sentence, string? Of = null, Guid? Undo = null, long? Until = null, string? TooLate = null, Guid? About = null, bool Reopens = false, bool IsRefusal = false, string? Beside = null)
{
    /// <summary>In the place of what was done: taking it back was refused.</summary>
    public const string Refused = nameof(Refused);

    public const string PaymentTooLate = "{0} can no longer be undone.";

    /// <param name="before">What was done: the assessment; the number of the outcome or the name of the step; until when it can be undone; the types of the values it lists, or until when it is put away; of an answer, the queue it went back to, of a decision the number of its label. Of what was refused: nothing, whether a decision stands, and why where its time is not simply over.</param>
    /// <param name="said">What else is to be said.</param>
    /// <param name="shown">The assessment the page shows, which offers to undo by itself unless something else is to be said.</param>
    /// <param name="now">The current instant, Unix milliseconds.</param>
    /// <param name="assessments">Where it is stored.</param>
    /// <param name="reader">Whose clock it is.</param>
    /// <param name="T">The reader's language.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<ReviewToast?> OfAsync(string? before, string? said, Guid? shown, long now, AssessmentReader assessments, Reader reader, Texts T, CancellationToken stop)
    {
        if (before?.Split(' ', 5) is not [var id, var what, var end, var detail, .. var rest]) return said is null ? null : new ReviewToast(said);
        var isShown = Guid.Parse(id) == shown;
        if (isShown && (said is null || what == Refused)) return said is null ? null : new ReviewToast(said);
        var done = (await assessments.FindAsync(Guid.Parse(id), stop))!;
        var tooLate = T[PaymentTooLate, PaymentOf(done)];
        if (what == Refused) return rest is [{ Length: > 0 } sentence] ? new ReviewToast($"{PaymentOf(done)}:", sentence, About: done.Id, IsRefusal: true) : new ReviewToast(tooLate, About: done.Id, Reopens: detail == "1", IsRefusal: true);
        var until = long.Parse(end, CultureInfo.InvariantCulture);
        var toast = int.TryParse(what, CultureInfo.InvariantCulture, out var outcome) ? OfDecision((ReviewOutcome)outcome, [.. detail.Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture)).Where(t => t > 0).Select(t => (ListType)(t - 1))], rest is [{ Length: > 0 } label] ? (LabelOutcome)int.Parse(label, CultureInfo.InvariantCulture) : null, done, T)
            : OfStep(Enum.Parse<ReviewEventKind>(what), long.Parse(detail, CultureInfo.InvariantCulture), rest.FirstOrDefault(), done, reader, T);
        if (isShown) toast = toast with { Beside = said };
        // Where the queue gives no time there is nothing to offer.
        return (until <= now ? toast : toast with { Undo = done.Id, Until = until }) with { About = done.Id, Reopens = int.TryParse(what, CultureInfo.InvariantCulture, out _), TooLate = tooLate };
    }

    /// <summary>What <see cref="OfAsync"/> is told of a step that was just taken.</summary>
    /// <param name="db">The store.</param>
    /// <param name="id">The assessment.</param>
    /// <param name="seq">Its item.</param>
    /// <param name="step">What was done.</param>
    /// <param name="who">By whom.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<string> RememberAsync(PanelDb db, Guid id, long seq, ReviewEventKind step, Guid who, CancellationToken stop)
    {
        var made = await (from e in db.Set<ReviewEvent>()
                          join q in db.Set<ReviewQueue>() on e.Queue equals q.Number
                          where e.Seq == seq && e.Kind == step && e.ActorId == who
                          orderby e.Version descending
                          select new { e.At, e.Until, q.UndoSeconds }).FirstAsync(stop);
        var to = step != ReviewEventKind.Answered ? "" : await db.Set<ReviewQueue>().Where(q => db.Set<Review>().Any(r => r.Seq == seq && r.Queue == q.Number)).Select(q => q.Name).SingleAsync(stop);
        return $"{id} {step} {made.At + (made.UndoSeconds * 1_000L)} {made.Until ?? 0} {to}";
    }

    /// <summary>What the page of a decision or a step says of it to whoever leaves within its time.</summary>
    internal static ReviewToast OfOwn(StoredAssessment done, ReviewOutcome? outcome, LabelOutcome? label, ReviewEvent? step, string queue, long until, Reader reader, Texts T) =>
        (outcome is { } decided ? OfDecision(decided, [], label, done, T) : OfStep(step!.Kind, step.Until ?? 0, queue, done, reader, T)) with { Undo = done.Id, Until = until, About = done.Id, Reopens = outcome is not null, TooLate = T[PaymentTooLate, PaymentOf(done)] };

    /// <summary>What a decision lists, as the next page reads it; 0: nothing.</summary>
    internal static string Types(IReadOnlyCollection<ReviewEntry> entries) => entries.Count == 0 ? "0" : string.Join(',', entries.Select(e => ((int)e.Type + 1).ToString(CultureInfo.InvariantCulture)));

    private static ReviewToast OfDecision(ReviewOutcome outcome, IReadOnlyList<ListType> listed, LabelOutcome? label, StoredAssessment decided, Texts T)
    {
        var names = string.Join(", ", listed.Select(type => T.Name(type)));
        var listing = listed.Count == 0 ? "" : " · " + (outcome == ReviewOutcome.Approve ? T["will be allowed: {0}", names] : T["will be blocked: {0}", names]);
        return new ReviewToast(T.Done(outcome), PaymentOf(decided) + (label is { } says ? " · " + T.Says(says) : "") + listing);
    }

    private static ReviewToast OfStep(ReviewEventKind step, long away, string? queue, StoredAssessment of, Reader reader, Texts T) => new(step switch
    {
        ReviewEventKind.Held => T["On hold until {0}", reader.DayAndTime(away)],
        ReviewEventKind.Escalated => T["Escalated:"],
        ReviewEventKind.Answered => T["Answered, and sent back to {0}", T.QueueName(queue ?? "")],
        ReviewEventKind.FirstDecided => T["A second person must agree."],
        ReviewEventKind.Disagreed => T["You two do not agree: it was escalated."],
        _ => T["Skipped"],
    }, PaymentOf(of));

    /// <summary>Which payment: how much, and whose.</summary>
    internal static string PaymentOf(StoredAssessment stored)
    {
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        return $"{stored.Money.Show()} · {CaseHead.PayerOf(stored, facts)}".TrimEnd(' ', '·');
    }
}
