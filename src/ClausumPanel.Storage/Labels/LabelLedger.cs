using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage.Labels;

/// <summary>What is to be written about one assessment.</summary>
public sealed record NewLabel(long Seq, long At, LabelOutcome Outcome, LabelSource Source)
{
    public string? Reason { get; init; }
    public string? Note { get; init; }
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Reference { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? EventAt { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? KnownAt { get; init; }
}

/// <summary>What became of one new label.</summary>
public enum LabelFate
{
    Written,

    /// <summary>The same reference from the same source says the same already.</summary>
    Known,

    /// <summary>The same reference from the same source says something else, or speaks of another assessment.</summary>
    Contradicts,
}

/// <param name="Row">The row that was written, or the one that is there.</param>
public readonly record struct LabelWritten(LabelFate Fate, Label Row);

/// <summary>How the history of an assessment's payer changes: to be told to the memory once it is committed.</summary>
public readonly record struct HistoryChange(long Seq, int Reported, int Disputed);

/// <summary>
/// Appends to the ledger and keeps <see cref="CurrentLabel"/> true. Works inside the caller's transaction, which <see cref="BeginAsync"/> must have locked; the caller saves.
/// </summary>
public sealed class LabelLedger(PanelDb db)
{
    private readonly List<HistoryChange> _changes = [];
    private long _last = -1;

    /// <summary>What to tell the memory after the commit.</summary>
    public IReadOnlyList<HistoryChange> Changes => _changes;

    /// <summary>Inside the transaction, before anything is looked up: from here on nobody else writes labels.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        await db.LockLabelsAsync(stop);
        _last = await db.Set<Label>().MaxAsync(l => (long?)l.Number, stop) ?? 0;
    }

    public async Task<IReadOnlyList<LabelWritten>> AppendAsync(IReadOnlyList<NewLabel> labels, LabelChannel channel, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var references = labels.Where(l => l.Reference is not null).Select(l => l.Reference!).Distinct().ToArray();
        var known = references.Length == 0 ? [] : (await db.Set<Label>().AsNoTracking().Where(l => l.Reference != null && references.Contains(l.Reference)).ToListAsync(stop)).ToDictionary(l => (l.Source, l.Reference!));
        var written = new List<LabelWritten>(labels.Count);
        var touched = new Dictionary<long, (long At, List<Label> New)>();
        foreach (var label in labels)
        {
            if (label.Reference is { } reference && known.TryGetValue((label.Source, reference), out var same))
            {
                written.Add(new LabelWritten(same.Seq == label.Seq && same.Outcome == label.Outcome ? LabelFate.Known : LabelFate.Contradicts, same));
                continue;
            }
            var row = new Label
            {
                Number = Next(), Id = Guid.CreateVersion7(now), Seq = label.Seq, Outcome = label.Outcome, Source = label.Source, Channel = channel, Reason = label.Reason, Note = label.Note, Amount = label.Amount,
                Currency = label.Currency, Reference = label.Reference, EventAt = label.EventAt ?? now, KnownAt = label.KnownAt ?? now, RecordedAt = now, ActorKind = actor.Kind, ActorId = actor.Id, ActorName = Cut(actor.Name),
            };
            db.Add(row);
            if (label.Reference is not null) known[(label.Source, label.Reference)] = row;
            if (!touched.TryGetValue(label.Seq, out var its)) touched[label.Seq] = its = (label.At, []);
            its.New.Add(row);
            written.Add(new LabelWritten(LabelFate.Written, row));
        }
        await DeriveAsync(touched, stop);
        return written;
    }

    /// <summary>Takes a row back.</summary>
    /// <returns>Null when it is a reversal itself, or was taken back before.</returns>
    public async Task<Label?> ReverseAsync(Label row, long at, string? note, LabelChannel channel, Actor actor, DateTimeOffset now, CancellationToken stop, DateTimeOffset? knownAt = null)
    {
        if (row.Reverses is not null || await db.Set<Label>().AnyAsync(l => l.Reverses == row.Number, stop)) return null;
        var reversal = new Label
        {
            Number = Next(), Id = Guid.CreateVersion7(now), Seq = row.Seq, Outcome = row.Outcome, Source = row.Source, Channel = channel, Note = note, EventAt = knownAt ?? now, KnownAt = knownAt ?? now, RecordedAt = now,
            ActorKind = actor.Kind, ActorId = actor.Id, ActorName = Cut(actor.Name), Reverses = row.Number,
        };
        db.Add(reversal);
        await DeriveAsync(new() { [row.Seq] = (at, [reversal]) }, stop);
        return reversal;
    }

    private async Task DeriveAsync(Dictionary<long, (long At, List<Label> New)> touched, CancellationToken stop)
    {
        if (touched.Count == 0) return;
        var seqs = touched.Keys.ToArray();
        var rows = (await db.Set<Label>().AsNoTracking().Where(l => seqs.Contains(l.Seq)).ToListAsync(stop)).ToLookup(l => l.Seq);
        var current = await db.Set<CurrentLabel>().Where(c => seqs.Contains(c.Seq)).ToDictionaryAsync(c => c.Seq, stop);
        // Looked up once: every look at what is tracked compares all of it.
        var unsavedNow = db.ChangeTracker.Entries<CurrentLabel>().Where(e => e.State == EntityState.Added).ToDictionary(e => e.Entity.Seq, e => e.Entity);
        var fresh = seqs.Where(seq => !current.ContainsKey(seq) && !unsavedNow.ContainsKey(seq)).ToArray();
        var judged = fresh.Length == 0 ? [] : await db.Set<StoredAssessment>().AsNoTracking().Where(a => fresh.Contains(a.Seq))
            .Select(a => new CurrentLabel { Seq = a.Seq, At = a.At, Flow = a.Flow, Decision = a.Decision, Score = a.Score, Currency = a.Currency, Amount = a.Amount, PolicyVersion = a.PolicyVersion, Signals = a.Signals }).ToDictionaryAsync(a => a.Seq, stop);
        // Rows of this unit of work that are not saved yet count too.
        var unsaved = db.ChangeTracker.Entries<Label>().Where(e => e.State == EntityState.Added).Select(e => e.Entity).ToLookup(l => l.Seq);
        var moves = new List<(long Seq, LabelOutcome? From, LabelOutcome? To)>(touched.Count);
        using var counts = new LabelCountWriter(db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var (seq, (at, _)) in touched)
        {
            var was = current.GetValueOrDefault(seq) ?? unsavedNow.GetValueOrDefault(seq);
            var before = was is null || db.Entry(was).State == EntityState.Deleted ? (LabelOutcome?)null : was.Outcome;
            var (reported, disputed) = (was?.IsReported == true, was?.IsDisputed == true);
            var standing = LabelRanking.Of([.. rows[seq], .. unsaved[seq]]);
            moves.Add((seq, before, standing.Effective?.Outcome));
            if (standing.Effective is not { } row)
            {
                if (was is not null) db.Remove(was);
            }
            else
            {
                if (was is null) db.Add(was = judged.GetValueOrDefault(seq) ?? new CurrentLabel { Seq = seq, At = at });
                (was.Outcome, was.Source, was.Number, was.IsConflicted, was.IsReported, was.IsDisputed) = (row.Outcome, row.Source, row.Number, standing.IsConflicted, standing.IsReported, standing.IsDisputed);
            }
            // Of what is not there nothing is known that could be counted.
            if (was is { Currency.Length: > 0 } && before != standing.Effective?.Outcome)
            {
                var its = new Labelled(was.At, was.Decision, was.Score, was.Currency, was.Amount, was.PolicyVersion, was.Signals);
                counts.Add(its, before, -1);
                counts.Add(its, standing.Effective?.Outcome);
            }
            var change = new HistoryChange(seq, (standing.IsReported ? 1 : 0) - (reported ? 1 : 0), (standing.IsDisputed ? 1 : 0) - (disputed ? 1 : 0));
            if (change is not { Reported: 0, Disputed: 0 }) _changes.Add(change);
        }
        counts.Write();
        await TallyMoves.LabelsAsync(db, moves, stop);
    }

    private long Next() => _last >= 0 ? ++_last : throw new InvalidOperationException("Begin first: numbers are given under a lock.");

    private static string Cut(string name) => name.Length > 256 ? name[..256] : name;
}

/// <summary>The rows of one assessment weighed against each other.</summary>
public static class LabelRanking
{
    /// <param name="Effective">The highest rank that stands, the newest within it; null when nothing stands that says what it was.</param>
    /// <param name="IsConflicted">Standing rows disagree about the outcome.</param>
    public readonly record struct Standing(Label? Effective, bool IsConflicted, bool IsReported, bool IsDisputed);

    /// <param name="rows">Of one assessment, reversals among them.</param>
    /// <param name="asOf">Only what was known then; null: everything.</param>
    public static Standing Of(IReadOnlyCollection<Label> rows, DateTimeOffset? asOf = null)
    {
        Label? best = null;
        bool fraud = false, good = false, told = false, disputed = false;
        foreach (var row in rows)
        {
            // Who cannot say has said nothing: what others say stands beside it as if it were not there.
            if (row.Reverses is not null || row.Outcome == LabelOutcome.Inconclusive || !IsKnown(row, asOf) || rows.Any(r => r.Reverses == row.Number && IsKnown(r, asOf))) continue;
            fraud |= row.Outcome == LabelOutcome.Fraud;
            good |= row.Outcome == LabelOutcome.Good;
            told |= row.Outcome == LabelOutcome.Fraud && row.Source != LabelSource.Chargeback;
            disputed |= row.Outcome == LabelOutcome.Fraud && row.Source == LabelSource.Chargeback;
            if (best is null || (row.Source, row.KnownAt, row.Number).CompareTo((best.Source, best.KnownAt, best.Number)) > 0) best = row;
        }
        return new Standing(best, fraud && good, best?.Outcome == LabelOutcome.Fraud && told, disputed);
    }

    private static bool IsKnown(Label row, DateTimeOffset? asOf) => asOf is not { } at || row.KnownAt <= at;
}
