using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Writes what payments turned out to be, for pages, API, imports and the demo alike: the rows and the trail in one transaction, the payers' history right after it.</summary>
public sealed class RecordLabels(PanelDb db, AssessService service, ListShelf shelf, TimeProvider clock)
{
    public const string Subject = "label";

    /// <summary>False while the memory is being rebuilt: a label written now might count twice in it, or not at all.</summary>
    public bool IsReady => service.Memory is not null;

    /// <summary>Payments wait while a transaction is open: many labels are written in portions of this size.</summary>
    private const int Portion = 200;

    /// <summary>Each with what became of it, in their order; many in portions, each whole or not at all. Whoever sends them again after a failure writes those with a reference once.</summary>
    /// <param name="labels">About assessments that exist and are no simulations.</param>
    /// <param name="channel">The way they came.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="summary">What the trail keeps of many; null: each is written down by itself.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<IReadOnlyList<LabelWritten>> AddAsync(IReadOnlyList<NewLabel> labels, LabelChannel channel, Actor actor, object? summary, CancellationToken stop)
    {
        var written = new List<LabelWritten>(labels.Count);
        foreach (var portion in labels.Chunk(Portion)) written.AddRange(await AddPortionAsync(portion, channel, actor, written.Count == 0 || summary is null ? summary : new { Continued = written.Count, Stored = portion.Length }, stop));
        return written;
    }

    private async Task<IReadOnlyList<LabelWritten>> AddPortionAsync(IReadOnlyList<NewLabel> labels, LabelChannel channel, Actor actor, object? summary, CancellationToken stop)
    {
        var (ledger, now) = (new LabelLedger(db), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await ledger.BeginAsync(stop);
        var written = await ledger.AppendAsync(labels, channel, actor, now, stop);
        if (summary is not null) db.Audit(actor, AuditActions.LabelsImported, now, Subject, after: summary);
        else
            foreach (var one in written.Where(w => w.Fate == LabelFate.Written)) db.Audit(actor, AuditActions.LabelWritten, now, Subject, one.Row.Id.ToString(), after: one.Row.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        db.ChangeTracker.Clear();
        await service.Memory!.NoteAsync(db, ledger.Changes, CancellationToken.None);
        return written;
    }

    /// <summary>Takes one row back. Entries that a fraud report put on lists are switched off with it, unless another report needs them.</summary>
    /// <returns>False when there is nothing to take back any more.</returns>
    public async Task<bool> ReverseAsync(Guid id, string? note, LabelChannel channel, Actor actor, CancellationToken stop, DateTimeOffset? knownAt = null)
    {
        var (ledger, now) = (new LabelLedger(db), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await ledger.BeginAsync(stop);
        if (await db.Set<Label>().AsNoTracking().SingleOrDefaultAsync(l => l.Id == id, stop) is not { } row) return false;
        // Of a payment that was kept long enough nothing is counted anew: what was said of it stays said.
        if (await db.Set<StoredAssessment>().Where(a => a.Seq == row.Seq).Select(a => (long?)a.At).SingleOrDefaultAsync(stop) is not { } at) return false;
        if (await ledger.ReverseAsync(row, at, note, channel, actor, now, stop, knownAt) is not { } reversal) return false;
        db.Audit(actor, AuditActions.LabelReversed, now, Subject, row.Id.ToString(), row.Summary, reversal.Summary);
        var freed = await FreeAsync(row, actor, now, stop);
        if (freed.Count > 0) await db.RaiseAsync(ChangeTopics.Lists, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        shelf.Apply(freed.Select(e => new ListChange(e)));
        await service.Memory!.NoteAsync(db, ledger.Changes, CancellationToken.None);
        return true;
    }

    private async Task<List<ListEntry>> FreeAsync(Label row, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        if (await db.Set<FraudReport>().AsNoTracking().SingleOrDefaultAsync(r => r.Number == row.Number, stop) is not { Entries.Length: > 0 } report) return [];
        var freed = new List<ListEntry>();
        foreach (var id in report.Entries.Split('\n').Select(Guid.Parse))
        {
            if (await db.Set<ListEntry>().SingleOrDefaultAsync(e => e.Id == id && e.IsActive && e.Source == ListSource.FraudReport, stop) is not { } entry) continue;
            var text = id.ToString();
            var isNeeded = await db.Set<FraudReport>().AnyAsync(r => r.Number != row.Number && r.Entries.Contains(text) && !db.Set<Label>().Any(l => l.Reverses == r.Number), stop);
            if (isNeeded) continue;
            var before = entry.Summary;
            entry.IsActive = false;
            db.Audit(actor, AuditActions.ListEntryChanged, now, ChangeLists.Subject, text, before, entry.Summary);
            freed.Add(entry);
        }
        return freed;
    }
}
