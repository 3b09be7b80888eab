using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>How far a workbook is; another thread may read it.</summary>
public sealed class BatchProgress
{
    private int _total, _made;

    public int Total { get => Volatile.Read(ref _total); set => Volatile.Write(ref _total, value); }
    public int Made { get => Volatile.Read(ref _made); set => Volatile.Write(ref _made, value); }
}

/// <summary>One row for each dispute that waits for an answer, soonest due first. Evidence is read of a few disputes at a time and let go of, so the memory it takes does not grow with them.</summary>
public sealed class BatchWorkbook(PanelDb db, ReadEvidence evidence, IOptions<DisputeOptions> options, Texts T)
{
    /// <summary>Under so many closed ones of a reason, own history says nothing of the chances.</summary>
    public const int Enough = 5;

    /// <summary>Disputes whose evidence is read together.</summary>
    private const int Together = 25;

    public async Task<(byte[] Bytes, int Rows, int LeftOut)> MakeAsync(EvidenceLayout layout, BatchProgress progress, CancellationToken stop)
    {
        var all = await db.Set<Dispute>().Due.CountAsync(stop);
        var disputes = await db.Set<Dispute>().AsNoTracking().Due.DueFirst.Take(options.Value.MostInBatch).ToListAsync(stop);
        progress.Total = disputes.Count;
        var history = (await db.Set<Dispute>().Where(d => d.Outcome != null).GroupBy(d => new { d.Scheme, d.ReasonCode, d.Outcome }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop)).ToLookup(h => (h.Key.Scheme, h.Key.ReasonCode), h => (h.Key.Outcome, h.Count));
        var table = new EvidenceTable("OpenDisputes", null,
        [
            new(T["Dispute"], 12), new(T["Dispute id of the bank"], 22), new(T["Scheme"], 14), new(T["Reason"], 34), new(T["Stage"], 14), new(T["Amount"], 14), new(T["Currency"], 9), new(T["Received (UTC)"], 20), new(T["Answer by (UTC)"], 20),
            new(T["Local time ({0})", layout.Zone.Id], 20), new(T["Days left"], 10), new(T["Order"], 18), new(T["Assessment id"], 38), new(T["Eligibility"], 24), new(T["Missing items"], 44), new(T["Won of closed with this reason"], 14), new(T["Closed with this reason"], 12),
        ], []);
        var (ofReason, qualified) = (0, 0);
        foreach (var some in disputes.Chunk(Together))
        {
            var seqs = some.Select(d => d.Seq).OfType<long>().Distinct().ToArray();
            var ids = await db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, a => a.Id, stop);
            foreach (var (dispute, eligibility) in some.Zip(await evidence.EligibilitiesAsync(some, stop)))
            {
                if (eligibility?.IsOfReason == true) ofReason++;
                if (eligibility?.Standing == EligibilityStanding.Qualified) qualified++;
                var closed = history[(dispute.Scheme, dispute.ReasonCode)].ToList();
                var (n, won) = (closed.Sum(c => c.Count), closed.Where(c => c.Outcome == DisputeOutcome.Won).Sum(c => c.Count));
                var id = dispute.Seq is { } seq && ids.TryGetValue(seq, out var known) ? known.ToString() : T["not recorded"];
                table.Rows.Add(
                [
                    dispute.Code, dispute.ExternalId, T.Name(dispute.Scheme), T.Reason(dispute.Scheme, dispute.ReasonCode), T.Name(dispute.Stage), EvidenceCell.Of(dispute.Money.Major, Currencies.Exponent(dispute.Currency)), dispute.Currency, EvidenceCell.Of(dispute.ReceivedAt, TimeZoneInfo.Utc),
                    EvidenceCell.Of(dispute.RespondBy, TimeZoneInfo.Utc), EvidenceCell.Of(dispute.RespondBy, layout.Zone), EvidenceCell.Of((long)(dispute.RespondBy.UtcDateTime.Date - layout.On.ToDateTime(TimeOnly.MinValue)).TotalDays), dispute.OrderId ?? T["not recorded"],
                    id, eligibility is null ? "–" : T.Name(eligibility.Standing), eligibility is null ? null : string.Join(", ", eligibility.Missing.Select(m => m.Code())),
                    n >= Enough ? EvidenceCell.Of(decimal.Round((decimal)won / n, 3), 3) : T["too few"], EvidenceCell.Of(n),
                ]);
            }
            progress.Made += some.Length;
        }
        if (table.Rows.Count == 0) table.Rows.Add([T["No dispute waits for an answer."], .. Enumerable.Repeat(default(EvidenceCell), table.Columns.Count - 1)]);
        var sheet = new EvidenceSheet(0, "batch", T["Open disputes"], IsLandscape: true);
        sheet.Notes.Add(T["As of {0}", layout.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)]);
        sheet.Notes.Add(T["Qualified for the scheme's programme: {0} of {1} with a reason it takes", qualified, ofReason]);
        if (all > disputes.Count) sheet.Notes.Add(T["{0} more are left out: the setting takes {1} at once.", all - disputes.Count, options.Value.MostInBatch]);
        sheet.Tables.Add(table);
        var at = disputes.Select(d => d.ChangedAt).DefaultIfEmpty(new DateTimeOffset(layout.On.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)).Max();
        return (WorkbookFile.Write([sheet], T["Open disputes"], at, T["Page {0} of {1}"]), disputes.Count, all - disputes.Count);
    }
}
