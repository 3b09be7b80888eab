using System.Data.Common;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Labels;

/// <summary>What labelled payments are counted by. Numbered as the rows keep them.</summary>
public enum LabelCountKind
{
    /// <summary>By the decision's number times ten and its <see cref="DecisionDay.Bin"/>, for each currency.</summary>
    Decision = 0,

    /// <summary>By the signal's stable number.</summary>
    Signal = 1,

    /// <summary>By the rule's place in its version of the policy.</summary>
    Rule = 2,
}

/// <summary>How many payments of one UTC day turned out to be what, by how they were decided and what hit them. Moves in the transaction that writes a label, so that the quality of a year is read without its labels.</summary>
public sealed class LabelCount
{
    /// <summary>Days since 1970.</summary>
    public int Day { get; init; }
    public LabelCountKind Kind { get; init; }

    /// <summary>Empty for signals and rules.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Of the policy, for rules; else 0.</summary>
    public int PolicyVersion { get; init; }
    public int Value { get; init; }
    public LabelOutcome Outcome { get; init; }
    public long Count { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
}

internal sealed class LabelCountMap : IEntityTypeConfiguration<LabelCount>
{
    public void Configure(EntityTypeBuilder<LabelCount> builder)
    {
        builder.ToTable("label_counts");
        builder.HasKey(c => new { c.Day, c.Kind, c.Currency, c.PolicyVersion, c.Value, c.Outcome });
        builder.Property(c => c.Kind).HasConversion<int>();
        builder.Property(c => c.Outcome).HasConversion<int>();
        builder.Property(c => c.Currency).HasMaxLength(3);
    }
}

/// <summary>A payment as it is counted when it has a label.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Signals">As <see cref="SignalHits"/> writes them.</param>
internal readonly record struct Labelled(long At, Decision Decision, int Score, string Currency, long Amount, int PolicyVersion, byte[] Signals);

/// <summary>Sums labels and adds them to their counts, inside whoever's transaction it is.</summary>
internal sealed class LabelCountWriter(DbConnection connection, DbTransaction? transaction) : IDisposable
{
    public static readonly SumShape Shape = new("label_counts", ["day", "kind", "currency", "policy_version", "value", "outcome"], ["count", "amount"]);
    private readonly SumTable _table = SumTable.Of(Shape, connection, transaction);
    private readonly Dictionary<(int Day, LabelCountKind Kind, string Currency, int Version, int Value, LabelOutcome Outcome), (long Count, long Amount)> _counts = [];
    private readonly SignalHit[] _hits = new SignalHit[Assessment.MostSignals];
    private readonly RuleHit[] _rules = new RuleHit[Assessment.MostRules];
    private readonly HashSet<int> _seen = [];

    /// <param name="payment">Which.</param>
    /// <param name="outcome">Null: it has no label.</param>
    /// <param name="sign">1 or -1.</param>
    public void Add(in Labelled payment, LabelOutcome? outcome, int sign = 1)
    {
        if (outcome is not { } known) return;
        var (day, amount) = (DayWriter.DayOf(payment.At), payment.Amount);
        Count(LabelCountKind.Decision, payment.Currency, 0, ((int)payment.Decision * DecisionDay.Bins) + DecisionDay.BinOf(payment.Score), amount);
        _seen.Clear();
        foreach (ref readonly var hit in _hits.AsSpan(0, SignalHits.Read(payment.Signals, _hits)))
            if (SignalCatalog.All[hit.Signal].Id is var id && _seen.Add(id)) Count(LabelCountKind.Signal, "", 0, id, 0);
        foreach (ref readonly var hit in _rules.AsSpan(0, SignalHits.ReadRules(payment.Signals, _rules))) Count(LabelCountKind.Rule, "", payment.PolicyVersion, hit.Rule, 0);

        void Count(LabelCountKind kind, string currency, int version, int value, long minor)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, (day, kind, currency, version, value, known), out _);
            sum = (sum.Count + sign, sum.Amount + (sign * minor));
        }
    }

    public void Write()
    {
        foreach (var (key, sum) in _counts)
            if (sum is not (0, 0)) _table.Add(key.Day, (int)key.Kind, key.Currency, key.Version, key.Value, (int)key.Outcome, sum.Count, sum.Amount);
        _table.Write();
        _counts.Clear();
    }

    public void Dispose() => _table.Dispose();
}
