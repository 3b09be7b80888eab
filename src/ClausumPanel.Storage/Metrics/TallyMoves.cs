using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage.Metrics;

/// <summary>
/// Lets the tallies follow a label or a review, in the transaction that changes it; the ledger's lock must be held (<see cref="LabelLedger.BeginAsync"/>). What is not folded yet is in no tally: the fold, which
/// waits for the same lock, counts it as it is by then.
/// </summary>
public static class TallyMoves
{
    /// <summary>Assessments turned out to be something else than they were counted as.</summary>
    internal static async Task LabelsAsync(PanelDb db, IEnumerable<(long Seq, LabelOutcome? From, LabelOutcome? To)> changes, CancellationToken stop)
    {
        foreach (var part in changes.Where(c => c.From != c.To).Chunk(500))
        {
            var seqs = part.Select(c => c.Seq).ToArray();
            var rows = await db.Set<AssessmentRow>().AsNoTracking().Where(r => seqs.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, stop);
            if (rows.Count == 0) continue;
            var closed = await db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.State == ReviewState.Closed).ToDictionaryAsync(r => r.Seq, r => r.Outcome, stop);
            var tallied = await TalliedAsync(db, rows.Values, stop);
            using var writer = Writer(db);
            foreach (var (seq, from, to) in part)
            {
                if (!rows.TryGetValue(seq, out var row)) continue;
                var (scopes, final) = (writer.ScopesOf(row, tallied.Contains(row.Submerchant)), FinalOutcomes.Of(row.Decision, closed.GetValueOrDefault(seq)));
                writer.Add(row, scopes, final, from, -1);
                writer.Add(row, scopes, final, to);
            }
            writer.Write();
        }
    }

    /// <summary>A review's decision took effect, or was taken back. Whatever else the transaction changed is saved.</summary>
    /// <param name="db">In the transaction.</param>
    /// <param name="seq">The assessment's place.</param>
    /// <param name="from">What had taken effect before; null: nothing.</param>
    /// <param name="to">What takes effect now; null: nothing.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task FinalAsync(PanelDb db, long seq, ReviewOutcome? from, ReviewOutcome? to, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        if (await db.Set<AssessmentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == seq, stop) is not { } row) return;
        var label = await db.Set<CurrentLabel>().Where(l => l.Seq == seq).Select(l => (LabelOutcome?)l.Outcome).SingleOrDefaultAsync(stop);
        using var writer = Writer(db);
        var scopes = writer.ScopesOf(row, (await TalliedAsync(db, [row], stop)).Contains(row.Submerchant));
        writer.Add(row, scopes, FinalOutcomes.Of(row.Decision, from), label, -1);
        writer.Add(row, scopes, FinalOutcomes.Of(row.Decision, to), label);
        writer.Write();
    }

    private static TallyWriter Writer(PanelDb db) => new(db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction());

    private static async Task<HashSet<string>> TalliedAsync(PanelDb db, IEnumerable<AssessmentRow> rows, CancellationToken stop)
    {
        var names = rows.Select(r => r.Submerchant).Where(n => n.Length > 0).Distinct().ToArray();
        return names.Length == 0 ? [] : [.. await db.Set<Submerchant>().Where(s => names.Contains(s.Name) && s.Count >= Submerchant.Tallied).Select(s => s.Name).ToListAsync(stop)];
    }
}
