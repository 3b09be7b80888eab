using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;

namespace ClausumPanel.Storage.Metrics;

/// <summary>Which assessments figures are about. Everything that is set must hold.</summary>
public sealed record MetricScope
{
    public Flow? Flow { get; init; }
    public string? Currency { get; init; }
    public string? Channel { get; init; }
    public string? Submerchant { get; init; }

    /// <summary>Cards of that scheme, in whole UTC days; with neither channel nor sub-merchant.</summary>
    public string? Scheme { get; init; }

    /// <summary>Simulations are counted too. Their money never is.</summary>
    public bool WithSimulated { get; init; }
}

/// <summary>A stretch of time whose ends are quarters of an hour.</summary>
/// <param name="From">Unix milliseconds, included.</param>
/// <param name="To">Unix milliseconds, not included.</param>
public readonly record struct MetricSpan(long From, long To)
{
    public const long Quarter = Tally.Quarter * 1_000L;

    public static long Floor(long at) => at - (((at % Quarter) + Quarter) % Quarter);

    public static long Ceiling(long at) => Floor(at + Quarter - 1);

    public static MetricSpan Of(DateTimeOffset from, DateTimeOffset to) => new(Floor(from.ToUnixTimeMilliseconds()), Ceiling(to.ToUnixTimeMilliseconds()));
}

/// <summary>Which assessments a figure counts: said once for the sums, and for the list that shows just these. An empty one counts all.</summary>
public sealed record RowRule
{
    public static readonly RowRule Everything = new();

    public IReadOnlyList<Decision> Decisions { get; init; } = [];
    public IReadOnlyList<FinalOutcome> Finals { get; init; } = [];
    public LabelOutcome? Label { get; init; }

    public bool Holds(in TallyCell cell) =>
        (Decisions.Count == 0 || Decisions.Contains(cell.Decision)) && (Finals.Count == 0 || Finals.Contains(cell.Final)) && (Label is null || Label == cell.Label);

    /// <summary>The same assessments as a list finds them.</summary>
    public AssessmentFilter Filter(MetricScope scope, MetricSpan? span)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new AssessmentFilter
        {
            From = span?.From, To = span?.To, Decisions = Decisions, Finals = Finals, Label = Label, Flow = scope.Flow, Currency = scope.Currency, Channel = scope.Channel, Submerchant = scope.Submerchant, Scheme = scope.Scheme,
            Simulated = scope.WithSimulated ? null : false,
        };
    }
}

/// <summary>Assessments that are alike in all that figures ask.</summary>
/// <param name="Amount">Minor units.</param>
public readonly record struct TallyCell(Flow Flow, Decision Decision, FinalOutcome Final, LabelOutcome? Label, string Currency, bool Simulated, long Count, long Amount);

/// <summary>What a stretch of time holds.</summary>
public sealed class TallySheet
{
    private readonly List<TallyCell> _cells = [];

    public IReadOnlyList<TallyCell> Cells => _cells;

    /// <summary>The busiest first.</summary>
    public IReadOnlyList<string> Currencies => [.. _cells.GroupBy(c => c.Currency).OrderByDescending(g => g.Sum(c => c.Count)).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key)];

    public long Count(RowRule rule) => _cells.Where(c => rule.Holds(c)).Sum(c => c.Count);

    public long Count(Decision decision) => _cells.Where(c => c.Decision == decision).Sum(c => c.Count);

    /// <summary>The live ones of one currency: no two currencies are ever added, and a simulation moves no money.</summary>
    public long CountLive(RowRule rule, string currency) => Live(rule, currency).Sum(c => c.Count);

    /// <summary>Minor units of one currency; simulations are never among them.</summary>
    public long Amount(RowRule rule, string currency) => Live(rule, currency).Sum(c => c.Amount);

    internal void Add(in TallyCell cell) => _cells.Add(cell);

    /// <summary>The sheets of several stretches as one.</summary>
    public static TallySheet Sum(IEnumerable<TallySheet> sheets)
    {
        var sum = new TallySheet();
        foreach (var group in sheets.SelectMany(s => s._cells).GroupBy(c => c with { Count = 0, Amount = 0 })) sum.Add(group.Key with { Count = group.Sum(c => c.Count), Amount = group.Sum(c => c.Amount) });
        return sum;
    }

    private IEnumerable<TallyCell> Live(RowRule rule, string currency) => _cells.Where(c => !c.Simulated && c.Currency == currency && rule.Holds(c));
}

/// <param name="Declined">Of those, the engine declined.</param>
public readonly record struct ValueCount(long Count, long Declined);

/// <summary>How a stretch of time is spread over scores, countries, signals and latencies.</summary>
public sealed class ValueSheet
{
    private readonly Dictionary<(TallyKind Kind, int Value), ValueCount> _counts = [];

    public IEnumerable<(int Value, ValueCount Count)> Of(TallyKind kind) => _counts.Where(c => c.Key.Kind == kind).Select(c => (c.Key.Value, c.Value));

    public ValueCount this[TallyKind kind, int value] => _counts.GetValueOrDefault((kind, value));

    public long Total(TallyKind kind) => Of(kind).Sum(c => c.Count.Count);

    /// <summary>The longest latency of the given share of the assessments, in microseconds, at most 13 % too long; null when there are none.</summary>
    public long? Latency(double share)
    {
        var steps = Of(TallyKind.Latency).Where(s => s.Count.Count > 0).OrderBy(s => s.Value).ToList();
        var rank = (long)Math.Ceiling(share * steps.Sum(s => s.Count.Count));
        foreach (var (step, count) in steps)
            if ((rank -= count.Count) <= 0) return TallyValues.Latency(step);
        return null;
    }

    /// <param name="packed">See <see cref="PackedCounts"/>.</param>
    /// <param name="kinds">A bit for each kind that is asked for.</param>
    internal void Add(ReadOnlySpan<byte> packed, int kinds)
    {
        var counts = new PackedCounts.Reader(packed);
        while (counts.Next())
            if ((kinds & (1 << (int)counts.Kind)) != 0) Add(counts.Kind, counts.Value, counts.Count.Count, counts.Count.Declined);
    }

    internal void Add(TallyKind kind, int value, long count, long declined)
    {
        var known = _counts.GetValueOrDefault((kind, value));
        _counts[(kind, value)] = new ValueCount(known.Count + count, known.Declined + declined);
    }
}

/// <summary>What waits for a person.</summary>
/// <param name="Count">Live payments that the queues show, whoever has them: together as many as the queues' tiles say.</param>
/// <param name="Oldest">Since when the one that waits longest does, Unix milliseconds; null: none waits.</param>
/// <param name="PutAway">Beside those, what somebody put on hold.</param>
/// <param name="NotShown">Beside both, what its queue lets settle first, and what was answered just now and is in no queue yet.</param>
public readonly record struct Waiting(long Count, long? Oldest, long PutAway, long NotShown);
