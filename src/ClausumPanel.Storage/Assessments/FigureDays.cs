using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>How many assessments of one UTC day were decided so with a score in these ten points, and their money. Simulations are not in it.</summary>
public sealed class DecisionDay
{
    /// <summary>The last ten points are eleven: 100 is among them.</summary>
    public const int Bins = 10;

    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }
    public Flow Flow { get; init; }
    public string Currency { get; init; } = "";
    public Decision Decision { get; init; }

    /// <summary>0: scores 0 to 9, … 9: scores 90 to 100.</summary>
    public int Bin { get; init; }
    public long Count { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }

    public static int BinOf(int score) => Math.Min(score / 10, Bins - 1);
}

/// <summary>How often two signals, or two rules of one version of the policy, hit the same assessment on one UTC day. Simulations are not in it.</summary>
public sealed class PairDay
{
    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }

    /// <summary>The version whose rules they are; 0 for signals.</summary>
    public int PolicyVersion { get; init; }

    /// <summary>The smaller: a signal's stable number, or a rule's place.</summary>
    public int First { get; init; }
    public int Second { get; init; }
    public long Count { get; init; }
}

/// <summary>What is counted by the hour.</summary>
public enum HourKind
{
    /// <summary>By the decision's number.</summary>
    Decision = 1,

    /// <summary>By the signal's stable number.</summary>
    Signal = 2,

    /// <summary>By <c>version.place</c> in the policy.</summary>
    Rule = 3,

    /// <summary>By the payer's country.</summary>
    Country = 4,

    /// <summary>By the first digits of the card.</summary>
    CardBin = 5,

    /// <summary>By whether the payer, of a payout the beneficiary, had been seen before, <c>new</c>, <c>known</c> or <c>unnamed</c>, and the quarter of the hour: every time zone's day begins at one.</summary>
    Payer = 6,
}

/// <summary>How many assessments of one hour (UTC) had something. Simulations are not in it. Kept for some weeks only.</summary>
public sealed class HourCount
{
    public const string New = "new", Familiar = "known", Unnamed = "unnamed";
    public const int KeptDays = 40;

    /// <summary>The first hour that is kept.</summary>
    public static int Oldest(DateTimeOffset now) => (int)(now.ToUnixTimeSeconds() / 3_600) - (KeptDays * 24);

    /// <summary>Hours since 1970.</summary>
    public int Hour { get; init; }
    public HourKind Kind { get; init; }
    public string Key { get; init; } = "";
    public long Count { get; init; }
}

/// <summary>That one rule of one version of the policy hit one assessment.</summary>
public sealed class AssessmentRule
{
    /// <summary>See <see cref="Of"/>.</summary>
    public long Rule { get; init; }
    public long Seq { get; init; }

    /// <summary>One number for a version of the policy and the place of a rule in it.</summary>
    public static long Of(int version, int place) => ((long)version << 16) | (uint)place;
}

internal sealed class DecisionDayMap : IEntityTypeConfiguration<DecisionDay>
{
    public void Configure(EntityTypeBuilder<DecisionDay> builder)
    {
        builder.ToTable("decision_days");
        builder.HasKey(d => new { d.Day, d.Flow, d.Currency, d.Decision, d.Bin });
        builder.Property(d => d.Flow).HasConversion<int>();
        builder.Property(d => d.Decision).HasConversion<int>();
    }
}

internal sealed class PairDayMap : IEntityTypeConfiguration<PairDay>
{
    public void Configure(EntityTypeBuilder<PairDay> builder)
    {
        builder.ToTable("pair_days");
        builder.HasKey(d => new { d.Day, d.PolicyVersion, d.First, d.Second });
    }
}

internal sealed class HourCountMap : IEntityTypeConfiguration<HourCount>
{
    public void Configure(EntityTypeBuilder<HourCount> builder)
    {
        builder.ToTable("hour_counts");
        builder.HasKey(h => new { h.Kind, h.Hour, h.Key });
        builder.Property(h => h.Kind).HasConversion<int>();
        builder.Property(h => h.Key).HasMaxLength(40);
    }
}

internal sealed class AssessmentRuleMap : IEntityTypeConfiguration<AssessmentRule>
{
    public void Configure(EntityTypeBuilder<AssessmentRule> builder)
    {
        builder.ToTable("assessment_rules");
        builder.HasKey(r => new { r.Rule, r.Seq });
    }
}

/// <summary>Sums a slice of the log for the figures of quality, behaviour and alerts, and adds it.</summary>
internal sealed class FigureWriter(DbConnection connection, DbTransaction? transaction = null) : IDisposable
{
    public static readonly SumShape DecisionDays = new("decision_days", ["day", "flow", "currency", "decision", "bin"], ["count", "amount"]);
    public static readonly SumShape PairDays = new("pair_days", ["day", "policy_version", "first", "second"], ["count"]);
    public static readonly SumShape HourCounts = new("hour_counts", ["kind", "hour", "key"], ["count"]);
    private const long Milliseconds = 3_600_000;

    /// <summary>Whoever is named first is the payer, or of a payout the beneficiary.</summary>
    private static readonly Fact[] Payers = HistoriesOf(EntityKind.Customer, EntityKind.Email, EntityKind.Card, EntityKind.Beneficiary), Paid = HistoriesOf(EntityKind.Beneficiary, EntityKind.Customer, EntityKind.Email, EntityKind.Card);

    private readonly SumTable _decision = SumTable.Of(DecisionDays, connection, transaction), _pair = SumTable.Of(PairDays, connection, transaction), _hour = SumTable.Of(HourCounts, connection, transaction);
    private readonly Dictionary<(int Day, Flow Flow, string Currency, Decision Decision, int Bin), (long Count, long Amount)> _decisions = [];
    private readonly Dictionary<(int Day, int Version, int First, int Second), long> _pairs = [];
    private readonly Dictionary<(int Hour, HourKind Kind, string Key), long> _hours = [];
    private readonly List<(long Rule, long Seq)> _rules = [];

    /// <summary>Which rule hit which assessment, of the slice: for whoever appends them.</summary>
    public IReadOnlyList<(long Rule, long Seq)> RuleHits => _rules;

    public void Clear()
    {
        _decisions.Clear();
        _pairs.Clear();
        _hours.Clear();
        _rules.Clear();
    }

    /// <param name="row">No simulation.</param>
    /// <param name="facts">It was judged by.</param>
    /// <param name="version">Of the policy that judged.</param>
    /// <param name="rules">That hit.</param>
    public void Add(AssessmentRow row, Facts facts, int version, ReadOnlySpan<RuleHit> rules)
    {
        var (day, hour) = (DayWriter.DayOf(row.At), (int)Math.DivRem(row.At, Milliseconds).Quotient);
        var key = (day, row.Flow, row.Currency, row.Decision, DecisionDay.BinOf(row.Score));
        var (count, amount) = _decisions.GetValueOrDefault(key);
        _decisions[key] = (count + 1, amount + row.Amount);
        Count(hour, HourKind.Decision, Digits((int)row.Decision));
        if (row.Country.Length > 0) Count(hour, HourKind.Country, row.Country);
        if (facts.Text(Known.CardBin) is { Length: > 0 and <= 8 } bin) Count(hour, HourKind.CardBin, bin);
        Count(hour, HourKind.Payer, string.Create(CultureInfo.InvariantCulture, $"{SeenOf(facts, row.Flow)}.{(row.At - (hour * Milliseconds)) / Rollup.Length}"));
        for (var i = 0; i < row.Signals.Length; i += 2)
        {
            Count(hour, HourKind.Signal, Digits(SignalAt(i)));
            for (var j = i + 2; j < row.Signals.Length; j += 2) Pair(day, 0, SignalAt(i), SignalAt(j));
        }
        for (var i = 0; i < rules.Length; i++)
        {
            _rules.Add((AssessmentRule.Of(version, rules[i].Rule), row.Seq));
            Count(hour, HourKind.Rule, string.Create(CultureInfo.InvariantCulture, $"{version}.{rules[i].Rule}"));
            for (var j = i + 1; j < rules.Length; j++) Pair(day, version, rules[i].Rule, rules[j].Rule);
        }

        int SignalAt(int place) => BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(place));
    }

    public void Write()
    {
        foreach (var (key, sum) in _decisions) _decision.Add(key.Day, (int)key.Flow, key.Currency, (int)key.Decision, key.Bin, sum.Count, sum.Amount);
        _decision.Write();
        foreach (var (key, count) in _pairs) _pair.Add(key.Day, key.Version, key.First, key.Second, count);
        _pair.Write();
        foreach (var (key, count) in _hours) _hour.Add((int)key.Kind, key.Hour, key.Key, count);
        _hour.Write();
    }

    public void Dispose()
    {
        _decision.Dispose();
        _pair.Dispose();
        _hour.Dispose();
    }

    private static Fact[] HistoriesOf(params EntityKind[] kinds) => Array.ConvertAll(kinds, kind => FactCatalog.History(kind, HistoryPart.Count));

    private static string SeenOf(Facts facts, Flow flow)
    {
        foreach (var history in flow == Flow.PayOut ? Paid : Payers)
            if (facts.Number(history) is var seen && !double.IsNaN(seen)) return seen > 0 ? HourCount.Familiar : HourCount.New;
        return HourCount.Unnamed;
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Count(int hour, HourKind kind, string key) => CollectionsMarshal.GetValueRefOrAddDefault(_hours, (hour, kind, key), out _)++;

    private void Pair(int day, int version, int a, int b) => CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (day, version, Math.Min(a, b), Math.Max(a, b)), out _)++;
}
