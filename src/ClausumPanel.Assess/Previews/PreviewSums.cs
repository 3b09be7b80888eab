using System.Text.Json.Serialization;

namespace ClausumPanel.Assess.Previews;

/// <summary>How an assessment turned out, as far as anybody knows.</summary>
public enum Outcome
{
    Unknown = 0, Good = 1, Fraud = 2,
}

/// <summary>How many assessments, and their money by currency; currencies are never added up.</summary>
public sealed class Tally
{
    public long Count { get; set; }

    /// <summary>Minor units by currency code.</summary>
    public SortedDictionary<string, long> Money { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many by currency code.</summary>
    public SortedDictionary<string, long> Counts { get; init; } = new(StringComparer.Ordinal);

    public void Add(long count, long amount, string currency)
    {
        Count += count;
        Counts[currency] = Counts.GetValueOrDefault(currency) + count;
        Money[currency] = Money.GetValueOrDefault(currency) + amount;
    }

    public void Add(Tally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Count += other.Count;
        foreach (var (currency, count) in other.Counts) Counts[currency] = Counts.GetValueOrDefault(currency) + count;
        foreach (var (currency, amount) in other.Money) Money[currency] = Money.GetValueOrDefault(currency) + amount;
    }
}

/// <summary>One cell of a transition matrix: what was decided one way and would be decided another.</summary>
public sealed class TransitionCell
{
    public Tally All { get; init; } = new();

    /// <summary>Those of them that are known to be good.</summary>
    public Tally Good { get; init; } = new();

    /// <summary>Those of them that are known to be fraud.</summary>
    public Tally Fraud { get; init; } = new();

    public void Add(TransitionCell other)
    {
        ArgumentNullException.ThrowIfNull(other);
        All.Add(other.All);
        Good.Add(other.Good);
        Fraud.Add(other.Fraud);
    }
}

/// <summary>What was decided (rows) against what would be (columns); four by four.</summary>
public sealed class TransitionMatrix
{
    public const int Decisions = 4;

    /// <summary>Row by row.</summary>
    public TransitionCell[] Cells { get; init; } = [.. Enumerable.Range(0, Decisions * Decisions).Select(_ => new TransitionCell())];

    public TransitionCell this[Decision from, Decision to] => Cells[((int)from * Decisions) + (int)to];

    [JsonIgnore]
    public long Count => Cells.Sum(c => c.All.Count);

    /// <summary>How many come out otherwise.</summary>
    [JsonIgnore]
    public long Moved => Count - Enumerable.Range(0, Decisions).Sum(d => this[(Decision)d, (Decision)d].All.Count);

    /// <summary>How the share of one decision moves.</summary>
    public Shift Of(Decision decision) => Of(d => d == decision, c => c.All.Count);

    /// <summary>How the share of what has a property moves, counted in a part of each cell.</summary>
    public Shift Of(Func<Decision, bool> has, Func<TransitionCell, long> part)
    {
        ArgumentNullException.ThrowIfNull(has);
        ArgumentNullException.ThrowIfNull(part);
        long both = 0, lost = 0, won = 0, neither = 0;
        for (var from = 0; from < Decisions; from++)
        {
            for (var to = 0; to < Decisions; to++)
            {
                var count = part(this[(Decision)from, (Decision)to]);
                switch (has((Decision)from), has((Decision)to))
                {
                    case (true, true): both += count; break;
                    case (true, false): lost += count; break;
                    case (false, true): won += count; break;
                    default: neither += count; break;
                }
            }
        }
        return new Shift(both, lost, won, neither);
    }

    /// <summary>The sum of the cells that move from one side to another.</summary>
    public Tally Sum(Func<Decision, Decision, bool> which, Func<TransitionCell, Tally> part)
    {
        ArgumentNullException.ThrowIfNull(which);
        ArgumentNullException.ThrowIfNull(part);
        var sum = new Tally();
        for (var from = 0; from < Decisions; from++)
            for (var to = 0; to < Decisions; to++)
                if (which((Decision)from, (Decision)to)) sum.Add(part(this[(Decision)from, (Decision)to]));
        return sum;
    }

    public void Add(TransitionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < Cells.Length; i++) Cells[i].Add(other.Cells[i]);
    }
}

/// <summary>What one rule did over the assessments of a preview.</summary>
public sealed class RuleSums
{
    /// <summary>Hits when it was decided.</summary>
    public long Before { get; set; }

    /// <summary>Hits of the rule as proposed.</summary>
    public long Hits { get; set; }

    /// <summary>Hits without which the proposal would decide otherwise.</summary>
    public long Exclusive { get; set; }
    public long Fraud { get; set; }
    public long Good { get; set; }

    /// <summary>Fraud that only this rule stops: the marginal lift of its recall.</summary>
    public long ExclusiveFraud { get; set; }

    /// <summary>Good payments that only this rule stops: what it costs.</summary>
    public long ExclusiveGood { get; set; }

    /// <summary>By rule: how often both hit.</summary>
    public SortedDictionary<string, long> With { get; init; } = new(StringComparer.Ordinal);

    public void Add(RuleSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Before, Hits, Exclusive, Fraud, Good) = (Before + other.Before, Hits + other.Hits, Exclusive + other.Exclusive, Fraud + other.Fraud, Good + other.Good);
        (ExclusiveFraud, ExclusiveGood) = (ExclusiveFraud + other.ExclusiveFraud, ExclusiveGood + other.ExclusiveGood);
        foreach (var (rule, count) in other.With) With[rule] = With.GetValueOrDefault(rule) + count;
    }
}

/// <summary>One assessment that is worth a look.</summary>
public readonly record struct Example(long Seq, long Amount);

/// <summary>Everything a preview counts. Sums of two stretches of the log add up to the sums of both.</summary>
public sealed class PreviewSums
{
    /// <summary>At most this many examples of a kind, per currency.</summary>
    public const int MostExamples = 10;

    /// <summary>Assessments in scope that were judged again.</summary>
    public long Judged { get; set; }

    /// <summary>By reason: those in scope that could not be judged again.</summary>
    public SortedDictionary<string, long> Skipped { get; init; } = new(StringComparer.Ordinal);

    /// <summary>As decided against as proposed.</summary>
    public TransitionMatrix Decided { get; init; } = new();

    /// <summary>As the active policy would decide against as proposed.</summary>
    public TransitionMatrix Active { get; init; } = new();

    /// <summary>What the control sample of its time let through. Everywhere else it counts as declined, as its score had it.</summary>
    public TransitionCell Control { get; init; } = new();

    /// <summary>How many more were drawn, and met the bound of the day.</summary>
    public long ControlWithoutRoom { get; set; }

    /// <summary>What the proposed policy declines within the bounds of its own control sample.</summary>
    public TransitionCell WithinSample { get; init; } = new();

    /// <summary>What the active policy declines within the bounds of its own.</summary>
    public TransitionCell ActiveWithinSample { get; init; } = new();

    /// <summary>Per cent that the proposed policy would let through of them.</summary>
    public double SamplePercent { get; set; }

    /// <summary>The same of the active policy.</summary>
    public double ActiveSamplePercent { get; set; }

    /// <summary>By policy version: how many it judged.</summary>
    public SortedDictionary<int, long> Versions { get; init; } = [];

    /// <summary>By policy version: how many of them the active policy would already decide otherwise.</summary>
    public SortedDictionary<int, long> Drift { get; init; } = [];

    /// <summary>By score as decided: how many.</summary>
    public long[] ScoresBefore { get; init; } = new long[101];

    /// <summary>By score as proposed: how many.</summary>
    public long[] ScoresAfter { get; init; } = new long[101];

    /// <summary>By rule id.</summary>
    public SortedDictionary<string, RuleSums> Rules { get; init; } = new(StringComparer.Ordinal);

    /// <summary>By stable signal number: hits when it was decided.</summary>
    public SortedDictionary<int, long> SignalsBefore { get; init; } = [];

    /// <summary>By stable signal number: hits as proposed.</summary>
    public SortedDictionary<int, long> SignalsAfter { get; init; } = [];

    /// <summary>By kind and currency, the largest amounts first: see <see cref="PreviewSets"/>.</summary>
    public SortedDictionary<string, List<Example>> Examples { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The sums of a rule, of which there are some from now on.</summary>
    internal RuleSums Of(string rule)
    {
        if (!Rules.TryGetValue(rule, out var sums)) Rules[rule] = sums = new RuleSums();
        return sums;
    }

    public void AddExample(string kind, string currency, Example example)
    {
        var key = $"{kind}:{currency}";
        if (!Examples.TryGetValue(key, out var kept)) Examples[key] = kept = [];
        if (kept.Count == MostExamples && kept[^1].Amount >= example.Amount) return;
        var at = kept.FindIndex(k => k.Amount < example.Amount);
        kept.Insert(at < 0 ? kept.Count : at, example);
        if (kept.Count > MostExamples) kept.RemoveAt(MostExamples);
    }

    /// <param name="later">The sums of what follows in the log.</param>
    public void Add(PreviewSums later)
    {
        ArgumentNullException.ThrowIfNull(later);
        Judged += later.Judged;
        Add(Skipped, later.Skipped);
        Decided.Add(later.Decided);
        Active.Add(later.Active);
        Control.Add(later.Control);
        WithinSample.Add(later.WithinSample);
        ActiveWithinSample.Add(later.ActiveWithinSample);
        (ControlWithoutRoom, SamplePercent, ActiveSamplePercent) = (ControlWithoutRoom + later.ControlWithoutRoom, later.SamplePercent, later.ActiveSamplePercent);
        Add(Versions, later.Versions);
        Add(Drift, later.Drift);
        Add(SignalsBefore, later.SignalsBefore);
        Add(SignalsAfter, later.SignalsAfter);
        for (var score = 0; score <= 100; score++) (ScoresBefore[score], ScoresAfter[score]) = (ScoresBefore[score] + later.ScoresBefore[score], ScoresAfter[score] + later.ScoresAfter[score]);
        foreach (var (id, rule) in later.Rules) Of(id).Add(rule);
        foreach (var (key, examples) in later.Examples)
        {
            var colon = key.LastIndexOf(':');
            foreach (var example in examples) AddExample(key[..colon], key[(colon + 1)..], example);
        }
    }

    private static void Add<TKey>(SortedDictionary<TKey, long> to, SortedDictionary<TKey, long> from) where TKey : notnull
    {
        foreach (var (key, count) in from) to[key] = to.GetValueOrDefault(key) + count;
    }
}

/// <summary>The names of the sets of assessments that stand behind a preview's numbers, and of its kinds of examples.</summary>
public static class PreviewSets
{
    public const string
        DriftSet = "drift",
        ControlSet = "control",
        NewlyStoppedGood = "newly-stopped-good",
        NewlyApprovedFraud = "newly-approved-fraud",
        LargestMoved = "largest-moved";

    /// <summary>As decided and as proposed.</summary>
    public static string Decided(Decision from, Decision to) => $"decided-{(int)from}{(int)to}";

    /// <summary>As the active policy would decide and as proposed.</summary>
    public static string Active(Decision from, Decision to) => $"active-{(int)from}{(int)to}";

    /// <summary>Part of a set of the first kind that has this outcome.</summary>
    public static string Labelled(Decision from, Decision to, Outcome outcome) => $"decided-{(int)from}{(int)to}-{(outcome == Outcome.Fraud ? "fraud" : "good")}";

    public static string Skipped(string reason) => "skipped-" + reason;
    public static string RuleHits(string rule) => "rule-" + rule;
    public static string RuleExclusive(string rule) => "rule-only-" + rule;
}
