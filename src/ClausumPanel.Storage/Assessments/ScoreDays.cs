using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What a change of the bands can move.</summary>
public enum ScoreKind
{
    /// <summary>Decided by its score alone.</summary>
    Free = 0,

    /// <summary>Held for review at least, whatever its score: a list says so.</summary>
    Held = 1,

    /// <summary>Blocked or allowed outright: no band moves it.</summary>
    Fixed = 2,
}

/// <summary>How many assessments of one UTC day had one score, and their money: what a histogram of months is drawn from at once. Simulations are not in it.</summary>
public sealed class ScoreDay
{
    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }
    public Flow Flow { get; init; }
    public string Currency { get; init; } = "";

    /// <summary>0…100.</summary>
    public int Score { get; init; }
    public ScoreKind Kind { get; init; }
    public long Count { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
}

/// <summary>How often a signal fired on one UTC day. Simulations are not in it.</summary>
public sealed class SignalDay
{
    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }
    public Flow Flow { get; init; }

    /// <summary><see cref="SignalDefinition.Id"/>.</summary>
    public int Signal { get; init; }
    public long Count { get; init; }
}

/// <summary>How often a rule hit on one UTC day, under one version of the policy. Simulations are not in it.</summary>
public sealed class RuleDay
{
    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }

    /// <summary>That judged.</summary>
    public int PolicyVersion { get; init; }

    /// <summary>Its place in that version's list.</summary>
    public int Rule { get; init; }
    public long Count { get; init; }

    /// <summary>Of those, without this rule the decision would have been another.</summary>
    public long Decided { get; init; }

    /// <summary>When the last one was, Unix milliseconds.</summary>
    public long LastAt { get; init; }
}

internal sealed class ScoreDayMap : IEntityTypeConfiguration<ScoreDay>
{
    public void Configure(EntityTypeBuilder<ScoreDay> builder)
    {
        builder.ToTable("score_days");
        builder.HasKey(d => new { d.Day, d.Flow, d.Currency, d.Score, d.Kind });
        builder.Property(d => d.Flow).HasConversion<int>();
        builder.Property(d => d.Kind).HasConversion<int>();
    }
}

internal sealed class SignalDayMap : IEntityTypeConfiguration<SignalDay>
{
    public void Configure(EntityTypeBuilder<SignalDay> builder)
    {
        builder.ToTable("signal_days");
        builder.HasKey(d => new { d.Day, d.Flow, d.Signal });
        builder.Property(d => d.Flow).HasConversion<int>();
    }
}

internal sealed class RuleDayMap : IEntityTypeConfiguration<RuleDay>
{
    public void Configure(EntityTypeBuilder<RuleDay> builder)
    {
        builder.ToTable("rule_days");
        builder.HasKey(d => new { d.Day, d.PolicyVersion, d.Rule });
    }
}

/// <summary>Sums a slice of the log and adds it to the days.</summary>
internal sealed class DayWriter(DbConnection connection, DbTransaction? transaction = null) : IDisposable
{
    private const long Milliseconds = 86_400_000;
    public static readonly SumShape Scores = new("score_days", ["day", "flow", "currency", "score", "kind"], ["count", "amount"]);
    public static readonly SumShape Signals = new("signal_days", ["day", "flow", "signal"], ["count"]);
    public static readonly SumShape Rules = new("rule_days", ["day", "policy_version", "rule"], ["count", "decided"]) { Latest = "last_at" };

    private readonly SumTable _score = SumTable.Of(Scores, connection, transaction), _signal = SumTable.Of(Signals, connection, transaction), _rule = SumTable.Of(Rules, connection, transaction);
    private readonly Dictionary<(int Day, Flow Flow, string Currency, int Score, ScoreKind Kind), (long Count, long Amount)> _scores = [];
    private readonly Dictionary<(int Day, Flow Flow, int Signal), long> _signals = [];
    private readonly Dictionary<(int Day, int Version, int Rule), (long Count, long Decided, long LastAt)> _rules = [];

    public static int DayOf(long at) => (int)Math.DivRem(at, Milliseconds).Quotient;

    public void Clear()
    {
        _scores.Clear();
        _signals.Clear();
        _rules.Clear();
    }

    public void AddScore(AssessmentRow row, ScoreKind kind)
    {
        var key = (DayOf(row.At), row.Flow, row.Currency, row.Score, kind);
        var (count, amount) = _scores.GetValueOrDefault(key);
        _scores[key] = (count + 1, amount + row.Amount);
    }

    public void AddSignal(AssessmentRow row, int signal) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_signals, (DayOf(row.At), row.Flow, signal), out _)++;

    public void AddRules(long at, int version, ReadOnlySpan<RuleHit> hits)
    {
        foreach (ref readonly var hit in hits)
        {
            var key = (DayOf(at), version, (int)hit.Rule);
            var (count, decided, last) = _rules.GetValueOrDefault(key);
            _rules[key] = (count + 1, decided + (hit.Without is null ? 0 : 1), Math.Max(last, at));
        }
    }

    public void Write()
    {
        foreach (var (key, sum) in _scores) _score.Add(key.Day, (int)key.Flow, key.Currency, key.Score, (int)key.Kind, sum.Count, sum.Amount);
        _score.Write();
        foreach (var (key, count) in _signals) _signal.Add(key.Day, (int)key.Flow, key.Signal, count);
        _signal.Write();
        foreach (var (key, sum) in _rules) _rule.Add(key.Day, key.Version, key.Rule, sum.Count, sum.Decided, sum.LastAt);
        _rule.Write();
    }

    public void Dispose()
    {
        _score.Dispose();
        _signal.Dispose();
        _rule.Dispose();
    }
}
