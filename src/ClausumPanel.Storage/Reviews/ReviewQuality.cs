using System.Runtime.InteropServices;
using ClausumPanel.Storage.Labels;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>The figures of a period, by queue and by person.</summary>
public sealed class ReviewQuality
{
    private static readonly ReviewEventKind[] Counted =
        [ReviewEventKind.FirstDecided, ReviewEventKind.TimedOut, ReviewEventKind.Skipped, ReviewEventKind.Held, ReviewEventKind.Escalated, ReviewEventKind.Undone, ReviewEventKind.Disagreed];

    public SortedDictionary<int, QualityFigures> Queues { get; } = [];
    public Dictionary<Guid, QualityFigures> People { get; } = [];
    public QualityFigures Together { get; } = new();

    /// <summary>Decisions that a fraud report or a chargeback contradicts since, by the payment's place in the log and the version of their event: whose they are.</summary>
    public IReadOnlyDictionary<(long Seq, int Version), Guid?> Overturned => _overturned;

    private readonly Dictionary<(long Seq, int Version), Guid?> _overturned = [];

    // By place in the log, the version of the last reopening.
    private Dictionary<long, int> Reopenings { get; set; } = [];

    /// <param name="db">The store.</param>
    /// <param name="from">The first instant of the period, Unix milliseconds.</param>
    /// <param name="to">The first instant after it.</param>
    /// <param name="now">For what is overdue.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<ReviewQuality> OfAsync(PanelDb db, long from, long to, long now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var quality = new ReviewQuality();
        var events = db.Set<ReviewEvent>().AsNoTracking();
        // Few, and asked once instead of for every decision: what was taken back in time, and what was opened again, whenever that was.
        var later = await events.Where(e => e.At >= @from && (e.Kind == ReviewEventKind.Undone || e.Kind == ReviewEventKind.Reopened)).Select(e => new { e.Seq, e.Kind, e.Version }).ToListAsync(stop);
        var undone = later.Where(e => e.Kind == ReviewEventKind.Undone).Select(e => (e.Seq, e.Version - 1)).ToHashSet();
        quality.Reopenings = later.Where(e => e.Kind == ReviewEventKind.Reopened).GroupBy(e => e.Seq).ToDictionary(g => g.Key, g => g.Max(e => e.Version));
        var spoken = await SpokenAsync(db, DateTimeOffset.FromUnixTimeMilliseconds(from), stop);
        var cells = new Dictionary<(int Queue, Guid? Person), QualityFigures>();
        var leans = await EngineLeans.ReadAsync(db, stop);
        // What was decided blind tells what the score leant to only once it can no longer be taken back.
        var kept = (await db.Set<Review>().Where(r => r.State == ReviewState.Decided && db.Set<ReviewEvent>().Any(e => e.Seq == r.Seq && db.Set<ReviewQueue>().Any(q => q.Number == e.Queue && q.IsBlind))).Select(r => r.Seq).ToListAsync(stop)).ToHashSet();
        await foreach (var decided in DecidedEvents.ReadAsync(db, from, to, stop))
        {
            if (undone.Contains((decided.Seq, decided.Version))) continue;
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (decided.Queue, decided.ActorId), out _);
            var (wasReopened, hasWord) = (quality.WasReopened(decided.Seq, decided.Version), spoken.TryGetValue(decided.Seq, out var word));
            (cell ??= new QualityFigures()).Add(decided, wasReopened, hasWord ? word : null);
            if (hasWord && !wasReopened && word.At >= decided.At && QualityFigures.Contradicts(word.Outcome, decided.Outcome)) quality._overturned[(decided.Seq, decided.Version)] = decided.ActorId;
            if (!kept.Contains(decided.Seq)) leans.Note(decided);
        }
        foreach (var ((queue, person), cell) in cells)
            foreach (var figures in quality.Of(queue, person)) figures.Add(cell);
        foreach (var (queue, person, count, isOverruled) in await leans.CountAsync(db, stop))
            foreach (var figures in quality.Of(queue, person)) figures.AddLean(count, isOverruled);
        var steps = await events.Where(e => e.At >= @from && e.At < to && Counted.Contains(e.Kind)).GroupBy(e => new { e.Queue, e.ActorId, e.Kind, e.Outcome }).Select(g => new { g.Key.Queue, g.Key.ActorId, g.Key.Kind, g.Key.Outcome, Count = g.Count() }).ToListAsync(stop);
        foreach (var step in steps)
            foreach (var figures in quality.Of(step.Queue, step.ActorId)) figures.Add(step.Kind, step.Outcome, step.Count);
        var takenBack = from undo in events
                        where undo.Kind == ReviewEventKind.StepUndone && undo.At >= @from
                        join step in events on new { undo.Seq, Version = undo.Version - 1 } equals new { step.Seq, step.Version }
                        where step.At >= @from && step.At < to && Counted.Contains(step.Kind)
                        group step by new { step.Queue, step.ActorId, step.Kind } into g
                        select new { g.Key.Queue, g.Key.ActorId, g.Key.Kind, Count = g.Count() };
        foreach (var none in await takenBack.ToListAsync(stop))
            foreach (var figures in quality.Of(none.Queue, none.ActorId)) figures.Add(none.Kind, null, -none.Count);
        foreach (var overdue in await db.Set<Review>().Waiting(now).Where(r => r.DueAt <= now).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop))
            foreach (var figures in quality.Of(overdue.Key, null)) figures.OverdueNow = (ReferenceEquals(figures, quality.Together) ? figures.OverdueNow : 0) + overdue.Count;
        return quality;
    }

    /// <summary>Whether a decision of the period was opened again, whenever that was.</summary>
    /// <param name="seq">Of the payment.</param>
    /// <param name="version">Of the decision's event.</param>
    public bool WasReopened(long seq, int version) => Reopenings.TryGetValue(seq, out var reopened) && reopened > version;

    // What was said before the period cannot be about its decisions.
    private static async Task<Dictionary<long, (LabelOutcome Outcome, long At)>> SpokenAsync(PanelDb db, DateTimeOffset from, CancellationToken stop)
    {
        var words = from word in db.Set<Label>().AsNoTracking()
                    where word.Source > LabelSource.Analyst && word.RecordedAt >= @from
                    join holds in db.Set<CurrentLabel>() on new { word.Seq, word.Number } equals new { holds.Seq, holds.Number }
                    select new { word.Seq, holds.Outcome, word.RecordedAt };
        return await words.ToDictionaryAsync(w => w.Seq, w => (w.Outcome, w.RecordedAt.ToUnixTimeMilliseconds()), stop);
    }

    private IEnumerable<QualityFigures> Of(int queue, Guid? person)
    {
        yield return Together;
        if (!Queues.TryGetValue(queue, out var its)) Queues[queue] = its = new QualityFigures();
        yield return its;
        if (person is not { } id) yield break;
        if (!People.TryGetValue(id, out var theirs)) People[id] = theirs = new QualityFigures();
        yield return theirs;
    }
}
