using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Cases;

/// <summary>A payment that a case speaks of.</summary>
/// <param name="Signals">The codes of what fired.</param>
/// <param name="Label">What it turned out to be, as far as anybody said.</param>
public sealed record CaseAssessment(StoredAssessment Stored, string? Email, IReadOnlyList<string> Signals, CurrentLabel? Label);

/// <summary>A row of the label ledger that a case speaks of.</summary>
public sealed record CaseLabel(Label Row, bool IsTakenBack);

/// <summary>What is known of a sealed package without its bytes.</summary>
public sealed record CaseSeal(byte[] Sha256, DateTimeOffset SealedAt, string ActorName, int JsonBytes, int HtmlBytes);

/// <summary>A case with all that belongs to it.</summary>
public sealed record CaseDetail(Case Case)
{
    public string? AssignedTo { get; init; }
    public IReadOnlyList<CaseLink> Links { get; init; } = [];
    public IReadOnlyList<CaseAssessment> Assessments { get; init; } = [];
    public IReadOnlyList<ListEntry> Entries { get; init; } = [];
    public IReadOnlyList<CaseLabel> Labels { get; init; } = [];
    public IReadOnlyList<Dispute> Disputes { get; init; } = [];
    public IReadOnlyList<CaseNote> Notes { get; init; } = [];
    public IReadOnlyList<CaseFile> Files { get; init; } = [];
    public IReadOnlyList<CaseEvent> Events { get; init; } = [];
    public CaseSeal? Seal { get; init; }

    /// <summary>The addresses of evidence that the report named.</summary>
    public IReadOnlyList<string> EvidenceUrls { get; init; } = [];

    public IEnumerable<Guid> Of(CaseLinkKind kind) => Links.Where(l => l.Kind == kind).Select(l => l.Target);
}

/// <summary>Reads a case with all that belongs to it.</summary>
public sealed class CaseReader(PanelDb db, AssessmentReader assessments)
{
    public async Task<CaseDetail?> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Case>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, stop) is not { } found) return null;
        var links = await db.Set<CaseLink>().AsNoTracking().Where(l => l.CaseId == id).OrderBy(l => l.At).ThenBy(l => l.Kind).ThenBy(l => l.Target).ToListAsync(stop);
        var (entryIds, labelIds, disputeIds) = (Targets(links, CaseLinkKind.ListEntry), Targets(links, CaseLinkKind.Label), Targets(links, CaseLinkKind.Dispute));
        var labels = await db.Set<Label>().AsNoTracking().Where(l => labelIds.Contains(l.Id)).OrderBy(l => l.Number).ToListAsync(stop);
        var numbers = labels.Select(l => (long?)l.Number).ToArray();
        var takenBack = await db.Set<Label>().AsNoTracking().Where(l => numbers.Contains(l.Reverses)).Select(l => l.Reverses!.Value).ToListAsync(stop);
        return new CaseDetail(found)
        {
            AssignedTo = await db.Users.Where(u => u.Id == found.AssignedToId).Select(u => u.DisplayName).FirstOrDefaultAsync(stop),
            Links = links,
            Assessments = await AssessmentsAsync(Targets(links, CaseLinkKind.Assessment), stop),
            Entries = await db.Set<ListEntry>().AsNoTracking().Where(e => entryIds.Contains(e.Id)).OrderBy(e => e.Type).ThenBy(e => e.Value).ToListAsync(stop),
            Labels = [.. labels.Select(l => new CaseLabel(l, takenBack.Contains(l.Number)))],
            Disputes = await db.Set<Dispute>().AsNoTracking().Where(d => disputeIds.Contains(d.Id) || d.CaseId == id).DueFirst.ToListAsync(stop),
            Notes = await db.Set<CaseNote>().AsNoTracking().Where(n => n.CaseId == id).OrderBy(n => n.At).ThenBy(n => n.Id).ToListAsync(stop),
            Files = await db.Set<CaseFile>().AsNoTracking().Where(f => f.CaseId == id).OrderBy(f => f.At).ThenBy(f => f.Id).ToListAsync(stop),
            // One version has at most one line of a kind: ids of one instant are random among themselves.
            Events = await db.Set<CaseEvent>().AsNoTracking().Where(e => e.CaseId == id).OrderBy(e => e.Version).ThenBy(e => e.Kind).ToListAsync(stop),
            Seal = await db.Set<CasePackage>().AsNoTracking().Where(p => p.CaseId == id).Select(p => new CaseSeal(p.Sha256, p.SealedAt, p.ActorName, p.Json.Length, p.Html.Length)).SingleOrDefaultAsync(stop),
            EvidenceUrls = found.ReportLabel is { } report && await db.Set<FraudReport>().Where(r => r.Number == report).Select(r => r.EvidenceUrls).SingleOrDefaultAsync(stop) is { } urls ? urls.Split('\n') : [],
        };
    }

    private async Task<IReadOnlyList<CaseAssessment>> AssessmentsAsync(Guid[] ids, CancellationToken stop)
    {
        var found = new List<CaseAssessment>();
        foreach (var id in ids)
        {
            if (await assessments.FindAsync(id, stop) is not { } stored) continue;
            var (facts, hits) = (new Facts(), new SignalHit[Assessment.MostSignals]);
            FactSnapshot.Read(stored.Facts, facts);
            var count = SignalHits.Read(stored.Signals, hits);
            var label = await db.Set<CurrentLabel>().AsNoTracking().SingleOrDefaultAsync(l => l.Seq == stored.Seq, stop);
            found.Add(new CaseAssessment(stored, facts.Text(Known.Email), [.. hits.Take(count).Select(h => SignalCatalog.Of(h).Code)], label));
        }
        return found;
    }

    private static Guid[] Targets(List<CaseLink> links, CaseLinkKind kind) => [.. links.Where(l => l.Kind == kind).Select(l => l.Target)];
}
