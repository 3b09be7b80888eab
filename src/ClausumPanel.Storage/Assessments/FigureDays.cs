using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
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

    /// <summary>By whether the payer had been seen before, <c>new</c>, <c>known</c> or <c>unnamed</c>, and the quarter of the hour: every time zone's day begins at one.</summary>
    Payer = 6,
}

/// <summary>How many assessments of one hour (UTC) had something. Simulations are not in it. Kept for some weeks only.</summary>
public sealed class HourCount
{
    public const string New = "new", Familiar = "known", Unnamed = "unnamed";
    public const int KeptDays = 40;

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

/// <summary>Sums a slice of the log for the figures of quality, behaviour and alerts, and adds it; the same statements on both engines.</summary>
internal sealed class FigureWriter : IDisposable
{
    private const long Milliseconds = 3_600_000;

    /// <summary>Whoever is named first is the payer.</summary>
    private static readonly Fact[] Histories = Array.ConvertAll([EntityKind.Customer, EntityKind.Email, EntityKind.Card, EntityKind.Beneficiary], kind => FactCatalog.History(kind, HistoryPart.Count));

    private readonly ILogStore _store;
    private readonly DbCommand _decision, _pair, _hour;
    private readonly Dictionary<(int Day, Flow Flow, string Currency, Decision Decision, int Bin), (long Count, long Amount)> _decisions = [];
    private readonly Dictionary<(int Day, int Version, int First, int Second), long> _pairs = [];
    private readonly Dictionary<(int Hour, HourKind Kind, string Key), long> _hours = [];
    private readonly List<(long Rule, long Seq)> _rules = [];

    public FigureWriter(ILogStore store)
    {
        _store = store;
        _decision = Command(store.Connection, """
            INSERT INTO decision_days (day, flow, currency, decision, bin, count, amount) VALUES (@day, @flow, @currency, @decision, @bin, @count, @amount)
            ON CONFLICT (day, flow, currency, decision, bin) DO UPDATE SET count = decision_days.count + excluded.count, amount = decision_days.amount + excluded.amount
            """, "day", "flow", "currency", "decision", "bin", "count", "amount");
        _pair = Command(store.Connection, """
            INSERT INTO pair_days (day, policy_version, first, second, count) VALUES (@day, @version, @first, @second, @count)
            ON CONFLICT (day, policy_version, first, second) DO UPDATE SET count = pair_days.count + excluded.count
            """, "day", "version", "first", "second", "count");
        _hour = Command(store.Connection, """
            INSERT INTO hour_counts (hour, kind, key, count) VALUES (@hour, @kind, @key, @count)
            ON CONFLICT (kind, hour, key) DO UPDATE SET count = hour_counts.count + excluded.count
            """, "hour", "kind", "key", "count");
    }

    public void Clear()
    {
        _decisions.Clear();
        _pairs.Clear();
        _hours.Clear();
        _rules.Clear();
    }

    /// <param name="row">No simulation.</param>
    /// <param name="facts">It was judged by.</param>
    /// <param name="signals">That fired, each once.</param>
    /// <param name="version">Of the policy that judged.</param>
    /// <param name="rules">That hit.</param>
    public void Add(AssessmentRow row, Facts facts, ReadOnlySpan<(int Signal, long Seq)> signals, int version, ReadOnlySpan<RuleHit> rules)
    {
        var (day, hour) = (DayWriter.DayOf(row.At), (int)Math.DivRem(row.At, Milliseconds).Quotient);
        var key = (day, row.Flow, row.Currency, row.Decision, DecisionDay.BinOf(row.Score));
        var (count, amount) = _decisions.GetValueOrDefault(key);
        _decisions[key] = (count + 1, amount + row.Amount);
        Count(hour, HourKind.Decision, Digits((int)row.Decision));
        if (row.Country.Length > 0) Count(hour, HourKind.Country, row.Country);
        if (facts.Text(Known.CardBin) is { Length: > 0 and <= 8 } bin) Count(hour, HourKind.CardBin, bin);
        Count(hour, HourKind.Payer, string.Create(CultureInfo.InvariantCulture, $"{PayerOf(facts)}.{(row.At - (hour * Milliseconds)) / Rollup.Length}"));
        for (var i = 0; i < signals.Length; i++)
        {
            Count(hour, HourKind.Signal, Digits(signals[i].Signal));
            for (var j = i + 1; j < signals.Length; j++) Pair(day, 0, signals[i].Signal, signals[j].Signal);
        }
        for (var i = 0; i < rules.Length; i++)
        {
            _rules.Add((AssessmentRule.Of(version, rules[i].Rule), row.Seq));
            Count(hour, HourKind.Rule, string.Create(CultureInfo.InvariantCulture, $"{version}.{rules[i].Rule}"));
            for (var j = i + 1; j < rules.Length; j++) Pair(day, version, rules[i].Rule, rules[j].Rule);
        }
    }

    public void Write()
    {
        foreach (var (key, sum) in _decisions) Run(_decision, key.Day, (int)key.Flow, key.Currency, (int)key.Decision, key.Bin, sum.Count, sum.Amount);
        foreach (var (key, count) in _pairs) Run(_pair, key.Day, key.Version, key.First, key.Second, count);
        foreach (var (key, count) in _hours) Run(_hour, key.Hour, (int)key.Kind, key.Key, count);
        if (_rules.Count == 0) return;
        _rules.Sort();
        using var table = _store.Append(LogTable.RuleHits);
        foreach (var (rule, seq) in _rules)
        {
            table.Write(rule);
            table.Write(seq);
            table.EndRow();
        }
        table.Complete();
    }

    public void Dispose()
    {
        _decision.Dispose();
        _pair.Dispose();
        _hour.Dispose();
    }

    private static string PayerOf(Facts facts)
    {
        foreach (var history in Histories)
            if (facts.Number(history) is var seen && !double.IsNaN(seen)) return seen > 0 ? HourCount.Familiar : HourCount.New;
        return HourCount.Unnamed;
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Count(int hour, HourKind kind, string key) => CollectionsMarshal.GetValueRefOrAddDefault(_hours, (hour, kind, key), out _)++;

    private void Pair(int day, int version, int a, int b) => CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (day, version, Math.Min(a, b), Math.Max(a, b)), out _)++;

    private static DbCommand Command(DbConnection connection, string sql, params string[] names)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static void Run(DbCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }
}
