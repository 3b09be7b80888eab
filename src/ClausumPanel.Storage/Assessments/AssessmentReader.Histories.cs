using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Assessments;

/// <summary>One live assessment of somebody's history, as narrow as counting needs it.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Label">What it turned out to be; null when nobody has said.</param>
/// <param name="IsConflicted">Sources disagree about that.</param>
/// <param name="IsDisputed">A chargeback stands.</param>
public sealed record TermEvent(long Seq, long At, Flow Flow, Decision Decision, int Score, long Amount, string Currency, LabelOutcome? Label, bool IsConflicted, bool IsDisputed)
{
    /// <summary>What was decided in its review for good, by a person or by time; null: nothing.</summary>
    public ReviewOutcome? Outcome { get; init; }

    /// <summary>Who says what it turned out to be; null when nobody has.</summary>
    public LabelSource? LabelledBy { get; init; }

    /// <summary>Its review is open.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>From when on the queues show it, Unix milliseconds.</summary>
    public long ShownFrom { get; init; }

    /// <summary>What was decided in the end, as far as it is known.</summary>
    public Decision Final => Outcome switch { ReviewOutcome.Approve => Decision.Approve, ReviewOutcome.Challenge => Decision.Challenge, ReviewOutcome.Decline => Decision.Decline, _ => Decision };
    public Money Money => new(Amount, Currency);
    public DateTimeOffset Instant => DateTimeOffset.FromUnixTimeMilliseconds(At);
}

public sealed partial class AssessmentReader
{
    /// <summary>Of the newest assessments that many are read first: most histories that are long are complete within them.</summary>
    private const int NewestSegments = 16;

    // One seek per segment and text, whatever the size of the log.
    private const string History = """
        WITH RECURSIVE segments(n) AS (SELECT CAST(@high AS bigint) UNION ALL SELECT n - 1 FROM segments WHERE n > @low),
        found AS (SELECT t.seq AS seq FROM segments CROSS JOIN assessment_terms t CROSS JOIN assessment_rows r
            WHERE t.segment = segments.n AND t.term = @term AND t.kind = @kind AND t.seq <= @mark AND r.seq = t.seq AND NOT r.simulated ORDER BY t.seq DESC LIMIT @most)
        SELECT r.seq, r.at, r.flow, r.decision, r.score, r.amount, r.currency, l.outcome, l.is_conflicted, l.is_disputed, v.state, v.outcome, l.source, v.visible_at
        FROM found f JOIN assessment_rows r ON r.seq = f.seq LEFT JOIN current_labels l ON l.seq = f.seq LEFT JOIN reviews v ON v.seq = f.seq
        """;

    /// <summary>Per text, the newest live assessments that name exactly it, the newest first: at most so many of each, simulations left out.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<TermEvent>>> HistoriesAsync(IReadOnlyList<(TermKind Kind, string Text)> texts, int most, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var wanted = texts.Select(t => (t.Kind, Term: FoundBy.Normalize(t.Text, t.Kind))).ToList();
        var mark = await MarkAsync(stop);
        var found = await TailHistoriesAsync(wanted, mark, stop);
        await db.Database.OpenConnectionAsync(stop);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = History;
            foreach (var name in (string[])["high", "low", "term", "kind", "mark", "most"])
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@" + name;
                command.Parameters.Add(parameter);
            }
            for (var i = 0; i < wanted.Count; i++)
            {
                var high = AssessmentTerm.SegmentOf(mark);
                while (high >= 0 && found[i].Count < most)
                {
                    var low = high == AssessmentTerm.SegmentOf(mark) ? Math.Max(0, high - NewestSegments + 1) : 0;
                    await ReadAsync(command, [high, low, wanted[i].Term, (int)wanted[i].Kind, mark, (long)(most - found[i].Count)], found[i], stop);
                    high = low - 1;
                }
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
        return [.. found.Select(f => (IReadOnlyList<TermEvent>)[.. f.OrderByDescending(e => e.At).ThenByDescending(e => e.Seq).Take(most)])];
    }

    private static async Task ReadAsync(DbCommand command, object[] values, List<TermEvent> into, CancellationToken stop)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            into.Add(new TermEvent(reader.GetInt64(0), reader.GetInt64(1), (Flow)reader.GetInt32(2), (Decision)reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5), reader.GetString(6),
                reader.IsDBNull(7) ? null : (LabelOutcome)reader.GetInt32(7), !reader.IsDBNull(8) && reader.GetBoolean(8), !reader.IsDBNull(9) && reader.GetBoolean(9))
            {
                Outcome = !reader.IsDBNull(10) && reader.GetInt32(10) == (int)ReviewState.Closed ? (ReviewOutcome)reader.GetInt32(11) : null,
                LabelledBy = reader.IsDBNull(12) ? null : (LabelSource)reader.GetInt32(12),
                IsWaiting = !reader.IsDBNull(10) && reader.GetInt32(10) == (int)ReviewState.Open,
                ShownFrom = reader.IsDBNull(13) ? 0 : reader.GetInt64(13),
            });
    }

    private async Task<List<TermEvent>[]> TailHistoriesAsync(List<(TermKind Kind, string Term)> wanted, long mark, CancellationToken stop)
    {
        var found = wanted.Select(_ => new List<TermEvent>()).ToArray();
        var facts = new Facts();
        var terms = new List<FoundBy.Term>();
        Dictionary<long, CurrentLabel>? labels = null;
        await foreach (var stored in db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Seq > mark && !a.Simulated).OrderByDescending(a => a.Seq).Take(MostTail).AsAsyncEnumerable().WithCancellation(stop))
        {
            facts.Clear();
            FactSnapshot.Read(stored.Facts, facts);
            terms.Clear();
            FoundBy.Terms(facts, stored.OrderId, stored.PaymentId, stored.SessionId, stored.Seq, terms);
            for (var i = 0; i < wanted.Count; i++)
            {
                if (!terms.Exists(t => t.Kind == wanted[i].Kind && t.Text == wanted[i].Term)) continue;
                found[i].Add(new TermEvent(stored.Seq, stored.At, stored.Flow, stored.Decision, stored.Score, stored.Amount, stored.Currency, null, false, false));
            }
        }
        foreach (var events in found)
        {
            if (events.Count == 0) continue;
            labels ??= await db.Set<CurrentLabel>().AsNoTracking().Where(l => l.Seq > mark).ToDictionaryAsync(l => l.Seq, stop);
            for (var i = 0; i < events.Count; i++)
                if (labels.TryGetValue(events[i].Seq, out var label)) events[i] = events[i] with { Label = label.Outcome, IsConflicted = label.IsConflicted, IsDisputed = label.IsDisputed, LabelledBy = label.Source };
        }
        return found;
    }
}
