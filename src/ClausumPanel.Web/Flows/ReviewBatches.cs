using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What became of one of many.</summary>
/// <param name="Seq">Which.</param>
/// <param name="Answer">Done, or why not.</param>
/// <param name="Step">Where it was done: how far that went. Decided, decided first, not agreed or undone.</param>
internal sealed record BatchAnswer(long Seq, ReviewAnswer Answer, ReviewEventKind Step);

/// <param name="WasUndoing">They were taken back.</param>
/// <param name="Outcome">What was decided.</param>
/// <param name="Reason">Its code.</param>
/// <param name="Label">What that says the payments were; null: nothing.</param>
internal sealed record ReviewBatch(bool WasUndoing, ReviewOutcome? Outcome, string? Reason, LabelOutcome? Label, IReadOnlyList<BatchAnswer> Answers);

/// <summary>What was decided or taken back together, as the audit trail keeps it: from there it is told to whoever did it, for as long as they like.</summary>
public sealed class ReviewBatches(PanelDb db, TimeProvider clock)
{
    public const string Subject = "review-batch";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <returns>By what it is found again.</returns>
    internal async Task<Guid> WriteAsync(Reviewer reviewer, ReviewBatch batch, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        // Of many most are alike.
        var answers = batch.Answers.GroupBy(a => Written(a)).Select(g => g.Key with { Seqs = [.. g.Select(a => a.Seq)] }).ToList();
        db.Audit(reviewer.Who, batch.WasUndoing ? AuditActions.ReviewsUndone : AuditActions.ReviewsDecided, now, Subject, id.ToString(),
            after: new Kept(batch.Answers.Count(a => a.Answer.IsDone), batch.Outcome?.ToString(), batch.Reason, batch.Label?.ToString(), answers));
        await db.SaveChangesAsync(stop);
        return id;
    }

    /// <returns>Null where there is none of that person's.</returns>
    internal async Task<ReviewBatch?> FindAsync(Guid id, Guid person, CancellationToken stop)
    {
        var written = id.ToString();
        var entry = await db.AuditEntries.AsNoTracking().SingleOrDefaultAsync(a => a.SubjectKind == Subject && a.SubjectId == written && a.ActorId == person, stop);
        if (entry?.After is not { } after || JsonSerializer.Deserialize<Kept>(after, Json) is not { } kept) return null;
        return new(entry.Action == AuditActions.ReviewsUndone, Enum.TryParse<ReviewOutcome>(kept.Outcome, out var outcome) ? outcome : null, kept.Reason, Enum.TryParse<LabelOutcome>(kept.Label, out var label) ? label : null,
            [.. kept.Answers.SelectMany(a => a.Seqs.Select(seq => new BatchAnswer(seq, new ReviewAnswer(a.Refusal, [.. (a.Values ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)]), Enum.Parse<ReviewEventKind>(a.Step))))]);
    }

    private static Answer Written(BatchAnswer answer) => new(answer.Step.ToString(), answer.Answer.Refusal, answer.Answer.Values.Length == 0 ? null : string.Join('\n', answer.Answer.Values.Select(Write)), []);

    // A refusal's values are few of a kind, and said in the language of whoever reads it.
    private static string Write(object value) => value switch
    {
        ReviewOutcome outcome => $"o{outcome}",
        ListType type => $"l{type}",
        DateTimeOffset at => "t" + at.ToString("O", CultureInfo.InvariantCulture),
        int number => "n" + number.ToString(CultureInfo.InvariantCulture),
        _ => "s" + Convert.ToString(value, CultureInfo.InvariantCulture)?.ReplaceLineEndings(" "),
    };

    private static object Read(string value) => value[0] switch
    {
        'o' => Enum.Parse<ReviewOutcome>(value[1..]),
        'l' => Enum.Parse<ListType>(value[1..]),
        't' => DateTimeOffset.Parse(value[1..], CultureInfo.InvariantCulture),
        'n' => int.Parse(value[1..], CultureInfo.InvariantCulture),
        _ => value[1..],
    };

    private sealed record Kept(int Done, string? Outcome, string? Reason, string? Label, IReadOnlyList<Answer> Answers);

    private sealed record Answer(string Step, string? Refusal, string? Values, IReadOnlyList<long> Seqs)
    {
        // Its items are not part of what it says.
        public bool Equals(Answer? other) => other is not null && (Step, Refusal, Values) == (other.Step, other.Refusal, other.Values);
        public override int GetHashCode() => HashCode.Combine(Step, Refusal, Values);
    }
}
