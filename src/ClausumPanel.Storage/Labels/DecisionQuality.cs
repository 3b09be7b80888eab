using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Labels;

/// <summary>Some assessments, and what those with a label turned out to be.</summary>
public sealed class LabelTally
{
    /// <summary>With a label or without.</summary>
    public long All { get; internal set; }
    public long Fraud { get; private set; }
    public long Good { get; private set; }
    public long Labelled => Fraud + Good;

    internal void Add(LabelOutcome outcome, long count)
    {
        if (outcome == LabelOutcome.Fraud) Fraud += count;
        else Good += count;
    }

    public static LabelTally operator +(LabelTally a, LabelTally b) => Sum(a, b);

    public static LabelTally Add(LabelTally a, LabelTally b) => Sum(a, b);

    private static LabelTally Sum(LabelTally a, LabelTally b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new LabelTally { All = a.All + b.All, Fraud = a.Fraud + b.Fraud, Good = a.Good + b.Good };
    }
}

/// <summary>The labelled money of one currency, minor units, by decision.</summary>
public sealed class LabelledMoney
{
    /// <summary>Labelled frauds, however many of them.</summary>
    public long Frauds { get; internal set; }

    /// <summary>By the decision's number.</summary>
    public long[] Fraud { get; } = new long[4];
    public long[] Good { get; } = new long[4];

    /// <summary>All that was decided so, with a label or without.</summary>
    public long[] All { get; } = new long[4];
}

/// <summary>How well payments were decided, told from those of which somebody later said what they were. Simulations are not in it; a day is one of UTC.</summary>
public sealed class DecisionQuality
{
    private readonly LabelTally[] _decisions = Array.ConvertAll(Enum.GetValues<Decision>(), _ => new LabelTally());
    private readonly LabelTally[] _bins = Array.ConvertAll(new int[DecisionDay.Bins], _ => new LabelTally());

    public IReadOnlyList<LabelTally> Bins => _bins;
    public SortedDictionary<string, LabelledMoney> Currencies { get; } = new(StringComparer.Ordinal);

    /// <summary>Per signal, by its stable number: labelled payments in which it fired.</summary>
    public Dictionary<int, LabelTally> Signals { get; } = [];

    /// <summary>Per version of the policy and place of a rule in it.</summary>
    public Dictionary<(int Version, int Place), LabelTally> Rules { get; } = [];

    public LabelTally Whole => From(Decision.Approve);

    public LabelTally this[Decision decision] => _decisions[(int)decision];

    /// <summary>Decided so or more strictly.</summary>
    public LabelTally From(Decision decision) => _decisions.Skip((int)decision).Aggregate((a, b) => a + b);

    /// <summary>Decided less strictly.</summary>
    public LabelTally Below(Decision decision) => _decisions.Take((int)decision).Aggregate(new LabelTally(), (a, b) => a + b);

    /// <param name="db">The store.</param>
    /// <param name="firstDay">Days since 1970.</param>
    /// <param name="endDay">The first day that is not in it.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<DecisionQuality> OfAsync(PanelDb db, int firstDay, int endDay, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var quality = new DecisionQuality();
        foreach (var day in await db.Set<DecisionDay>().Where(d => d.Day >= firstDay && d.Day < endDay).GroupBy(d => new { d.Currency, d.Decision, d.Bin })
            .Select(g => new { g.Key, Count = g.Sum(d => d.Count), Amount = g.Sum(d => d.Amount) }).ToListAsync(stop))
        {
            quality._decisions[(int)day.Key.Decision].All += day.Count;
            quality._bins[day.Key.Bin].All += day.Count;
            quality.Money(day.Key.Currency).All[(int)day.Key.Decision] += day.Amount;
        }
        foreach (var sum in await db.Set<LabelCount>().Where(c => c.Day >= firstDay && c.Day < endDay).GroupBy(c => new { c.Kind, c.Currency, c.PolicyVersion, c.Value, c.Outcome })
            .Select(g => new { g.Key, Count = g.Sum(c => c.Count), Amount = g.Sum(c => c.Amount) }).ToListAsync(stop))
        {
            var key = sum.Key;
            switch (key.Kind)
            {
                case LabelCountKind.Signal: Tally(quality.Signals, key.Value).Add(key.Outcome, sum.Count); break;
                case LabelCountKind.Rule: Tally(quality.Rules, (key.PolicyVersion, key.Value)).Add(key.Outcome, sum.Count); break;
                case LabelCountKind.Decision when sum.Count != 0:
                    var (decision, bin) = Math.DivRem(key.Value, DecisionDay.Bins);
                    quality._decisions[decision].Add(key.Outcome, sum.Count);
                    quality._bins[bin].Add(key.Outcome, sum.Count);
                    var (money, isFraud) = (quality.Money(key.Currency), key.Outcome == LabelOutcome.Fraud);
                    if (isFraud) money.Frauds += sum.Count;
                    (isFraud ? money.Fraud : money.Good)[decision] += sum.Amount;
                    break;
                case LabelCountKind.Decision: break;
            }
        }
        return quality;
    }

    private LabelledMoney Money(string currency) => Currencies.TryGetValue(currency, out var found) ? found : Currencies[currency] = new LabelledMoney();

    private static LabelTally Tally<TKey>(Dictionary<TKey, LabelTally> tallies, TKey key) where TKey : notnull => tallies.TryGetValue(key, out var found) ? found : tallies[key] = new LabelTally();
}
