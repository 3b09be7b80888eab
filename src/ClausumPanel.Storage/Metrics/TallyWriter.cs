using System.Buffers.Binary;
using System.Data.Common;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;

namespace ClausumPanel.Storage.Metrics;

/// <summary>Sums assessments and adds them to the tallies, inside whoever's transaction it is. Whoever writes them holds the ledger's lock (<see cref="LabelLedger.BeginAsync"/>), or is the only one.</summary>
internal sealed class TallyWriter(DbConnection connection, DbTransaction? transaction = null) : IDisposable
{
    public static readonly SumShape Tallies = new("tallies", ["scope", "length", "bucket", "flow", "currency", "simulated", "decision", "final", "label"], ["count", "amount"]);
    public static readonly SumShape Values = new("tally_values", ["scope", "length", "bucket", "flow", "currency", "simulated"], []) { Packed = "counts" };

    private readonly SumTable _tallyTable = SumTable.Of(Tallies, connection, transaction), _valueTable = SumTable.Of(Values, connection, transaction);
    private readonly Dictionary<TallyKey, (long Count, long Amount)> _tallies = [];
    private readonly Dictionary<ValueKey, Dictionary<int, ValueCount>> _values = [];
    private static readonly int[] Days = [Tally.Day];
    private readonly Dictionary<(string Channel, string Submerchant, string Scheme), string[]> _scopes = [];
    private readonly List<int> _codes = [];

    public static long BucketOf(long at, int length) => Math.DivRem(at, length * 1_000L).Quotient * (length * 1_000L);

    /// <summary>The names it is counted under.</summary>
    /// <param name="isTallied">Its sub-merchant is frequent.</param>
    public string[] ScopesOf(AssessmentRow row, bool isTallied)
    {
        ref var scopes = ref CollectionsMarshal.GetValueRefOrAddDefault(_scopes, (row.Channel, isTallied ? row.Submerchant : "", row.Scheme), out _);
        return scopes ??= TallyScope.AllOf(row.Channel, isTallied ? row.Submerchant : "", row.Scheme);
    }

    /// <summary>Counts the assessment among those that ended and turned out so, or takes it out again.</summary>
    /// <param name="sign">1 or -1.</param>
    public void Add(AssessmentRow row, string[] scopes, FinalOutcome final, LabelOutcome? label, int sign = 1)
    {
        foreach (var scope in scopes)
            foreach (var length in TallyScope.IsScheme(scope) ? Days : Tally.Lengths) Add(new TallyKey(scope, length, BucketOf(row.At, length), row.Flow, row.Currency, row.Simulated, row.Decision, final, (int)(label ?? 0)), row.Amount, sign);
    }

    /// <summary>Counts what never changes of it: score, country, signals and latency.</summary>
    public void AddValues(AssessmentRow row, string[] scopes)
    {
        _codes.Clear();
        _codes.Add(PackedCounts.CodeOf(TallyKind.Score, row.Score));
        _codes.Add(PackedCounts.CodeOf(TallyKind.Country, TallyValues.OfCountry(row.Country)));
        _codes.Add(PackedCounts.CodeOf(TallyKind.Latency, TallyValues.OfLatency(row.LatencyMicroseconds)));
        for (var i = 0; i < row.Signals.Length; i += 2) _codes.Add(PackedCounts.CodeOf(TallyKind.Signal, BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(i))));
        var declined = row.Decision == Decision.Decline ? 1 : 0;
        foreach (var scope in scopes)
        {
            if (TallyScope.IsScheme(scope)) continue;
            foreach (var length in TallyValue.Lengths)
            {
                ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(_values, new ValueKey(scope, length, BucketOf(row.At, length), row.Flow, row.Currency, row.Simulated), out _);
                counts ??= [];
                foreach (var code in _codes)
                {
                    ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, code, out _);
                    count = new ValueCount(count.Count + 1, count.Declined + declined);
                }
            }
        }
    }

    public void Clear()
    {
        _tallies.Clear();
        _values.Clear();
        if (_scopes.Count > 1_000) _scopes.Clear();
    }

    public void Write()
    {
        foreach (var (key, sum) in _tallies)
            if (sum is not (0, 0)) _tallyTable.Add(key.Scope, key.Length, key.Bucket, (int)key.Flow, key.Currency, key.Simulated, (int)key.Decision, (int)key.Final, key.Label, sum.Count, sum.Amount);
        _tallyTable.Write();
        var (keys, places) = (new List<object[]>(_values.Count), new List<Dictionary<int, ValueCount>>(_values.Count));
        foreach (var (key, counts) in _values)
        {
            keys.Add([key.Scope, key.Length, key.Bucket, (int)key.Flow, key.Currency, key.Simulated]);
            places.Add(counts);
        }
        var stored = _valueTable.Find(Values.Packed!, keys);
        for (var i = 0; i < stored.Length; i++) _valueTable.Add([.. keys[i], PackedCounts.Add(stored[i] as byte[], places[i])]);
        _valueTable.Write();
    }

    public void Dispose()
    {
        _tallyTable.Dispose();
        _valueTable.Dispose();
    }

    private void Add(in TallyKey key, long amount, int sign)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_tallies, key, out _);
        sum = (sum.Count + sign, sum.Amount + (sign * amount));
    }

    private readonly record struct TallyKey(string Scope, int Length, long Bucket, Flow Flow, string Currency, bool Simulated, Decision Decision, FinalOutcome Final, int Label);

    private readonly record struct ValueKey(string Scope, int Length, long Bucket, Flow Flow, string Currency, bool Simulated);
}
