using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Schemes;

/// <summary>Reads what schemes' programmes count: what banks said, through its indexes, and how many payments there were, from the tallies.</summary>
public sealed class SchemeReader(PanelDb db, MetricReader metrics)
{
    private const int Portion = 500;
    private static readonly CardScheme[] Schemes = [CardScheme.Visa, CardScheme.Mastercard, CardScheme.Amex, CardScheme.Discover];

    /// <summary>What a payment must be to count below the line: taken, by card, and approved in the end.</summary>
    public static readonly RowRule Approved = new() { Finals = [FinalOutcome.Approve] };

    public static MetricScope Scope(string scheme) => new() { Flow = Flow.PayIn, Scheme = scheme };

    /// <summary>From here until it is disposed, everything read is of one moment.</summary>
    public Task<IAsyncDisposable> SnapshotAsync(CancellationToken stop) => metrics.SnapshotAsync(stop);

    /// <summary>Everything banks said between two instants, and what they had said before of the same payments. What was taken back is not among it.</summary>
    public async Task<IReadOnlyList<SchemeWord>> WordsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken stop)
    {
        var words = await ReadAsync(Disputes.Where(d => d.ReceivedAt >= from && d.ReceivedAt < to), Labels.Where(l => l.KnownAt >= from && l.KnownAt < to), stop);
        foreach (var seqs in words.Where(w => w.Seq is not null).Select(w => w.Seq!.Value).Distinct().Chunk(Portion).ToList())
            words.AddRange(await ReadAsync(Disputes.Where(d => d.ReceivedAt < from && d.Seq != null && seqs.Contains(d.Seq.Value)), Labels.Where(l => l.KnownAt < from && seqs.Contains(l.Seq)), stop));
        return words;
    }

    /// <summary>How many payments of a scheme were approved in each stretch, of whole UTC days.</summary>
    public async Task<IReadOnlyList<long>> PaymentsAsync(string scheme, IReadOnlyList<MetricSpan> spans, CancellationToken stop) =>
        [.. (await metrics.SheetsAsync(Scope(scheme), spans, stop)).Select(s => s.Count(Approved))];

    /// <summary>An inquiry is a question, and no chargeback yet.</summary>
    private IQueryable<Dispute> Disputes => db.Set<Dispute>().AsNoTracking().Where(d => d.Stage != DisputeStage.Inquiry && Schemes.Contains(d.Scheme));

    private IQueryable<Label> Labels => db.Set<Label>().AsNoTracking().Where(l => l.Outcome == LabelOutcome.Fraud && l.Source >= LabelSource.FraudReport && l.Reverses == null && !db.Set<Label>().Any(r => r.Reverses == l.Number));

    private async Task<List<SchemeWord>> ReadAsync(IQueryable<Dispute> disputes, IQueryable<Label> labels, CancellationToken stop)
    {
        var words = new List<SchemeWord>();
        foreach (var d in await disputes.Select(d => new { d.Scheme, d.Seq, d.ReceivedAt, d.Id, d.Number, d.ReasonCode, d.Amount, d.Currency }).ToListAsync(stop))
            words.Add(new SchemeWord(ReasonCodes.Category(d.Scheme, d.ReasonCode) == ReasonCategory.Fraud ? SchemeWordKind.FraudDispute : SchemeWordKind.OtherDispute, d.Scheme, d.Seq, d.ReceivedAt, d.Id, Dispute.CodeOf(d.Number), d.ReasonCode, d.Amount, d.Currency));
        var told = labels.Join(db.Set<AssessmentRow>().AsNoTracking().Where(r => r.Scheme != "" && r.Flow == Flow.PayIn && !r.Simulated), l => l.Seq, r => r.Seq, (l, r) => new { l.Source, l.Seq, l.KnownAt, l.Reason, r.Scheme, r.Amount, r.Currency });
        foreach (var l in await told.ToListAsync(stop))
            words.Add(new SchemeWord(l.Source == LabelSource.Chargeback ? SchemeWordKind.Chargeback : SchemeWordKind.Report, Named(l.Scheme), l.Seq, l.KnownAt, null, null, l.Reason, l.Amount, l.Currency));
        return words;
    }

    private static CardScheme Named(string scheme) => scheme switch
    {
        "visa" => CardScheme.Visa,
        "mastercard" => CardScheme.Mastercard,
        "amex" => CardScheme.Amex,
        "discover" => CardScheme.Discover,
        _ => CardScheme.Other,
    };
}
