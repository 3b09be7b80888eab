using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ClausumPanel.Storage.Reviews;

/// <summary>How the reviews of a period were decided. A decision, a skip, a hold or an escalation that was undone in its time is none; what time decided is counted apart.</summary>
public sealed class QualityFigures
{
    private List<long> _reading = [], _waiting = [];
    private bool _isSorted;

    public int Approved { get; private set; }
    public int Challenged { get; private set; }
    public int Declined { get; private set; }
    public int Decided => Approved + Challenged + Declined;

    /// <summary>Decisions that a second person had to agree to.</summary>
    public int First { get; private set; }

    /// <summary>Decided after it was due.</summary>
    public int Late { get; private set; }

    /// <summary>Nobody decided in time, and the queue's action was taken: it was handed on, or decided.</summary>
    public int TimedOut => EscalatedByTime + ApprovedByTime + DeclinedByTime;
    public int EscalatedByTime { get; private set; }
    public int ApprovedByTime { get; private set; }
    public int DeclinedByTime { get; private set; }

    /// <summary>Of all decisions, those of time; null: there is none.</summary>
    public double? ByTimeShare => ApprovedByTime + DeclinedByTime is var byTime && Decided + byTime is > 0 and var all ? byTime / (double)all : null;

    public int Skipped { get; private set; }
    public int Held { get; private set; }
    public int Escalated { get; private set; }
    public int Undone { get; private set; }

    /// <summary>Decisions of the period that were opened again, whenever that was.</summary>
    public int Reopened { get; private set; }

    /// <summary>The second person decided otherwise than the first.</summary>
    public int Disagreed { get; private set; }

    /// <summary>Decisions that stand and of whose payment a higher source than an analyst has spoken since.</summary>
    public int Judged { get; private set; }

    /// <summary>Those of <see cref="Judged"/> that were approvals, and were declines.</summary>
    public int JudgedApproved { get; private set; }
    public int JudgedDeclined => Judged - JudgedApproved;

    /// <summary>Those of <see cref="Judged"/> that it contradicts.</summary>
    public int Overturned => ApprovedFraud + DeclinedGood;

    /// <summary>Approved, and it was fraud.</summary>
    public int ApprovedFraud { get; private set; }

    /// <summary>Declined, and it was good.</summary>
    public int DeclinedGood { get; private set; }

    /// <summary>Approvals and declines of which is known to which of the two the engine leant: see <see cref="EngineLean"/>.</summary>
    public int Leant { get; private set; }

    /// <summary>Those of <see cref="Leant"/> that say the other.</summary>
    public int Overruled { get; private set; }

    /// <summary>Waiting now, and due already; what is put away or not shown yet is not, as on the queue itself.</summary>
    public int OverdueNow { get; internal set; }

    /// <summary>Decisions of which the page measured how long they were read.</summary>
    public int Read => _reading.Count;

    /// <summary>Milliseconds; null when none was measured.</summary>
    public long? ReadingMedian => Median(Sorted(_reading));
    public long? ReadingP90 => P90(Sorted(_reading));

    /// <summary>Milliseconds from the payment to the decision.</summary>
    public long? WaitingMedian => Median(Sorted(_waiting));
    public long? WaitingP90 => P90(Sorted(_waiting));

    public double? Share(ReviewOutcome outcome) => Decided == 0 ? null : outcome switch
    {
        ReviewOutcome.Approve => Approved,
        ReviewOutcome.Challenge => Challenged,
        _ => Declined,
    } / (double)Decided;

    /// <param name="decided">Which.</param>
    /// <param name="wasReopened">It no longer stands.</param>
    /// <param name="spoken">What a higher source than an analyst says of the payment, and when it said so.</param>
    internal void Add(in DecidedEvent decided, bool wasReopened, (LabelOutcome Outcome, long At)? spoken)
    {
        if (decided.Outcome == ReviewOutcome.Approve) Approved++;
        else if (decided.Outcome == ReviewOutcome.Challenge) Challenged++;
        else Declined++;
        _isSorted = false;
        if (decided.Reading is { } read) _reading.Add(read);
        if (decided.Waited is { } waited) _waiting.Add(waited);
        if (decided.IsLate) Late++;
        if (wasReopened) Reopened++;
        // What was known when it was decided says nothing against it, nor does anything against what no longer stands.
        if (wasReopened || decided.Outcome == ReviewOutcome.Challenge || spoken is not { } word || word.At < decided.At) return;
        Judged++;
        if (decided.Outcome == ReviewOutcome.Approve) JudgedApproved++;
        if (!Contradicts(word.Outcome, decided.Outcome)) return;
        if (decided.Outcome == ReviewOutcome.Approve) ApprovedFraud++;
        else DeclinedGood++;
    }

    internal static bool Contradicts(LabelOutcome word, ReviewOutcome decided) => (word, decided) is (LabelOutcome.Fraud, ReviewOutcome.Approve) or (LabelOutcome.Good, ReviewOutcome.Decline);

    /// <param name="count">Approvals or declines.</param>
    /// <param name="isOverruled">The engine leant to the other.</param>
    internal void AddLean(int count, bool isOverruled)
    {
        Leant += count;
        if (isOverruled) Overruled += count;
    }

    /// <summary>The decisions of others too.</summary>
    internal void Add(QualityFigures others)
    {
        Approved += others.Approved;
        Challenged += others.Challenged;
        Declined += others.Declined;
        Late += others.Late;
        Reopened += others.Reopened;
        Judged += others.Judged;
        JudgedApproved += others.JudgedApproved;
        ApprovedFraud += others.ApprovedFraud;
        DeclinedGood += others.DeclinedGood;
        _reading = Merged(Sorted(_reading), others.Sorted(others._reading));
        _waiting = Merged(_waiting, others._waiting);
    }

    /// <param name="kind">What happened.</param>
    /// <param name="outcome">Of what time decided; null: it handed it on.</param>
    /// <param name="count">How often.</param>
    internal void Add(ReviewEventKind kind, ReviewOutcome? outcome, int count)
    {
        switch (kind)
        {
            case ReviewEventKind.FirstDecided: First += count; break;
            case ReviewEventKind.TimedOut when outcome is null: EscalatedByTime += count; break;
            case ReviewEventKind.TimedOut when outcome == ReviewOutcome.Approve: ApprovedByTime += count; break;
            case ReviewEventKind.TimedOut: DeclinedByTime += count; break;
            case ReviewEventKind.Skipped: Skipped += count; break;
            case ReviewEventKind.Held: Held += count; break;
            case ReviewEventKind.Escalated: Escalated += count; break;
            case ReviewEventKind.Undone: Undone += count; break;
            case ReviewEventKind.Disagreed: Disagreed += count; break;
            default: break;
        }
    }

    // Once, however often the page asks.
    private List<long> Sorted(List<long> values)
    {
        if (!_isSorted)
        {
            _reading.Sort();
            _waiting.Sort();
        }
        _isSorted = true;
        return values;
    }

    // In order, as both are.
    private static List<long> Merged(List<long> some, List<long> more)
    {
        var merged = new List<long>(some.Count + more.Count);
        for (int i = 0, j = 0; i < some.Count || j < more.Count;) merged.Add(j == more.Count || (i < some.Count && some[i] <= more[j]) ? some[i++] : more[j++]);
        return merged;
    }

    private static long? Median(List<long> values)
    {
        if (values.Count == 0) return null;
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }

    /// <summary>The least that nine of ten are not above.</summary>
    private static long? P90(List<long> values)
    {
        if (values.Count == 0) return null;
        return values[(int)Math.Ceiling(values.Count * .9) - 1];
    }
}

/// <summary>A decision of a person; instants in Unix milliseconds.</summary>
/// <param name="Payment">What the engine made of it, and when; null: it is no longer kept.</param>
internal readonly record struct DecidedEvent(long Seq, int Version, int Queue, Guid? ActorId, ReviewOutcome Outcome, int? Reading, long At, long? Waited, bool IsLate, (Decision Decision, int Score, long At)? Payment);

/// <summary>What became of the items of a period in a queue they were in, and what brought them there: an item counts once in each, however often it was in it, and is of one part.</summary>
public sealed class QueueFill
{
    /// <summary>All that came into it.</summary>
    public int Items => Decided + ByTime + Answered + MovedOn + Waiting + PutAway + NotShown;

    /// <summary>A person's decision stands.</summary>
    public int Decided { get; internal set; }

    /// <summary>Time decided it.</summary>
    public int ByTime { get; internal set; }

    /// <summary>What became of its challenge decided it.</summary>
    public int Answered { get; internal set; }

    /// <summary>It is in another queue now, decided or not: escalated, disagreed on, sent back, or moved.</summary>
    public int MovedOn { get; internal set; }

    /// <summary>It waits now.</summary>
    public int Waiting { get; internal set; }

    /// <summary>Somebody put it away until later.</summary>
    public int PutAway { get; internal set; }

    /// <summary>It is not shown yet.</summary>
    public int NotShown { get; internal set; }

    /// <summary>Of how many, the latest, the signals and rules were counted.</summary>
    public int Looked { get; internal set; }

    /// <summary>By the signal's place in the catalogue, in how many.</summary>
    public Dictionary<int, int> Signals { get; } = [];

    /// <summary>By version of the policy and place of the rule in it, in how many.</summary>
    public Dictionary<(int Version, int Rule), int> Rules { get; } = [];
}

/// <summary>The figures of a period, by queue and by person.</summary>
public sealed class ReviewQuality
{
    // Enough for a share to within a few points.
    private const int MostFilling = 500;

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
        await foreach (var decided in DecisionsAsync(db, from, to, stop))
        {
            if (undone.Contains((decided.Seq, decided.Version))) continue;
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (decided.Queue, decided.ActorId), out _);
            var (wasReopened, hasWord) = (quality.WasReopened(decided.Seq, decided.Version), spoken.TryGetValue(decided.Seq, out var word));
            (cell ??= new QualityFigures()).Add(decided, wasReopened, hasWord ? word : null);
            if (hasWord && !wasReopened && word.At >= decided.At && QualityFigures.Contradicts(word.Outcome, decided.Outcome)) quality._overturned[(decided.Seq, decided.Version)] = decided.ActorId;
            leans.Note(decided);
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

    // Tens of thousands: read as they come, without an object of the model for each.
    private static async IAsyncEnumerable<DecidedEvent> DecisionsAsync(PanelDb db, long from, long to, [EnumeratorCancellation] CancellationToken stop)
    {
        await db.Database.OpenConnectionAsync(stop);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        // The kind as a word of the query, so that the index over decisions alone answers it; of the payment only its narrow copy, of which many share a page.
        command.CommandText = $"""
            SELECT e.seq, e.version, e.queue, e.actor_id, e.outcome, e.reading_milliseconds, e.at, e.waited_milliseconds, e.is_late, p.decision, p.score, p.at
            FROM review_events e LEFT JOIN assessment_rows p ON p.seq = e.seq WHERE e.at >= @from AND e.at < @to AND e.kind = {(int)ReviewEventKind.Decided}
            """;
        foreach (var (name, value) in (IEnumerable<(string, object)>)[("@from", from), ("@to", to)])
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        try
        {
            await using var reader = await command.ExecuteReaderAsync(stop);
            var sqlite = (reader as SqliteDataReader)?.Handle;
            while (await reader.ReadAsync(stop)) yield return sqlite is null ? Decided(reader) : Decided(sqlite);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static DecidedEvent Decided(DbDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetGuid(3), (ReviewOutcome)row.GetInt32(4), row.IsDBNull(5) ? null : row.GetInt32(5),
        row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.GetBoolean(8), row.IsDBNull(9) ? null : ((Decision)row.GetInt32(9), row.GetInt32(10), row.GetInt64(11)));

    // As SQLite holds it: a call of the reader's own for each column would take longer than the row.
    private static DecidedEvent Decided(sqlite3_stmt row)
    {
        var actor = raw.sqlite3_column_blob(row, 3);
        var (hasRead, hasWaited) = (raw.sqlite3_column_type(row, 5) != raw.SQLITE_NULL, raw.sqlite3_column_type(row, 7) != raw.SQLITE_NULL);
        return new(raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_int(row, 1), raw.sqlite3_column_int(row, 2), actor.Length == 0 ? null : new Guid(actor, bigEndian: true), (ReviewOutcome)raw.sqlite3_column_int(row, 4),
            hasRead ? raw.sqlite3_column_int(row, 5) : null, raw.sqlite3_column_int64(row, 6), hasWaited ? raw.sqlite3_column_int64(row, 7) : null, raw.sqlite3_column_int(row, 8) != 0,
            raw.sqlite3_column_type(row, 9) == raw.SQLITE_NULL ? null : ((Decision)raw.sqlite3_column_int(row, 9), raw.sqlite3_column_int(row, 10), raw.sqlite3_column_int64(row, 11)));
    }

    /// <summary>What became of the items of a period in the queues they were in, and what brought them there; that of the latest of very many.</summary>
    public static async Task<SortedDictionary<int, QueueFill>> FillsAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (first, last, at) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());
        var fills = new SortedDictionary<int, QueueFill>();
        var reviews = db.Set<Review>().AsNoTracking().Where(r => r.OpenedAt >= first && r.OpenedAt < last);
        var events = db.Set<ReviewEvent>().AsNoTracking();
        foreach (var ended in await reviews.Where(r => r.State != ReviewState.Open).GroupBy(r => new { r.Queue, IsPersons = r.DecidedById != null, r.IsTimedOut }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop))
            Ended(ended.Key.Queue, ended.Key.IsPersons, ended.Key.IsTimedOut, ended.Count);
        foreach (var part in Enum.GetValues<OpenPart>())
            foreach (var open in await reviews.Of(part, events, at).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop))
            {
                var fill = Of(open.Key);
                if (part == OpenPart.Waiting) fill.Waiting = open.Count;
                else if (part == OpenPart.PutAway) fill.PutAway = open.Count;
                else fill.NotShown = open.Count;
            }
        // Each of these lines names the queue it left; taken back it is there again.
        var moved = await (from e in events
                           where e.At >= first && (e.Kind == ReviewEventKind.Escalated || e.Kind == ReviewEventKind.Answered || e.Kind == ReviewEventKind.Disagreed || e.Kind == ReviewEventKind.Moved || (e.Kind == ReviewEventKind.TimedOut && e.Outcome == null))
                           join r in reviews on e.Seq equals r.Seq
                           where e.Queue != r.Queue
                           select new { e.Seq, e.Queue }).Distinct().ToListAsync(stop);
        foreach (var one in moved) Of(one.Queue).MovedOn++;
        // What was decided in a queue that is deleted since was put into another without having been in it.
        var numbers = await db.Set<ReviewQueue>().Select(q => q.Number).ToListAsync(stop);
        var gone = await (from e in events
                          where e.At >= first && (e.Kind == ReviewEventKind.Decided || e.Kind == ReviewEventKind.ChallengeAnswered || (e.Kind == ReviewEventKind.TimedOut && e.Outcome != null)) && !numbers.Contains(e.Queue)
                          join r in reviews on e.Seq equals r.Seq
                          where r.State != ReviewState.Open && r.DecidedAt == e.At && r.Queue != e.Queue
                          select new { e.Seq, Its = e.Queue, r.Queue, IsPersons = r.DecidedById != null, r.IsTimedOut }).ToListAsync(stop);
        foreach (var one in gone)
        {
            Ended(one.Queue, one.IsPersons, one.IsTimedOut, -1);
            Ended(one.Its, one.IsPersons, one.IsTimedOut, 1);
        }
        var (left, its) = (moved.ToLookup(m => m.Seq, m => m.Queue), gone.ToDictionary(g => g.Seq, g => g.Its));
        var (hits, rules, seen) = (new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules], new HashSet<int>());
        var items = from r in reviews
                    join a in db.Set<StoredAssessment>() on r.Seq equals a.Seq
                    orderby r.Seq descending
                    select new { r.Seq, r.Queue, a.Signals, a.PolicyVersion };
        await foreach (var item in items.Take(MostFilling).AsAsyncEnumerable().WithCancellation(stop))
        {
            seen.Clear();
            foreach (var hit in hits.AsSpan(0, SignalHits.Read(item.Signals, hits)))
                if (hit.Weight > 0) seen.Add(hit.Signal);
            foreach (var fill in left[item.Seq].Append(its.GetValueOrDefault(item.Seq, item.Queue)).Select(Of))
            {
                fill.Looked++;
                foreach (var signal in seen) fill.Signals[signal] = fill.Signals.GetValueOrDefault(signal) + 1;
                foreach (var hit in rules.AsSpan(0, SignalHits.ReadRules(item.Signals, rules)))
                    if (!hit.Observed) fill.Rules[(item.PolicyVersion, hit.Rule)] = fill.Rules.GetValueOrDefault((item.PolicyVersion, hit.Rule)) + 1;
            }
        }
        foreach (var (queue, _) in fills.Where(f => f.Value.Items == 0).ToList()) fills.Remove(queue);
        return fills;

        QueueFill Of(int queue) => fills.TryGetValue(queue, out var fill) ? fill : fills[queue] = new QueueFill();

        void Ended(int queue, bool isPersons, bool isTimedOut, int count)
        {
            var fill = Of(queue);
            if (isPersons) fill.Decided += count;
            else if (isTimedOut) fill.ByTime += count;
            else fill.Answered += count;
        }
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
