using System.Buffers.Binary;
using System.Data.Common;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;

namespace ClausumPanel.Storage.Metrics;

/// <summary>Sums assessments and adds them to the tallies; the same statements on both engines, inside whoever's transaction it is.</summary>
internal sealed class TallyWriter : IDisposable
{
    private readonly DbCommand _tally, _value;
    private readonly Dictionary<TallyKey, (long Count, long Amount)> _tallies = [];
    private readonly Dictionary<ValueKey, (long Count, long Declined)> _values = [];
    private readonly Dictionary<(string Channel, string Submerchant), string[]> _scopes = [];

    public TallyWriter(DbConnection connection, DbTransaction? transaction = null)
    {
        _tally = Command(connection, transaction, """
            INSERT INTO tallies (scope, length, bucket, flow, currency, simulated, decision, final, label, count, amount)
            VALUES (@scope, @length, @bucket, @flow, @currency, @simulated, @decision, @final, @label, @count, @amount)
            ON CONFLICT (scope, length, bucket, flow, currency, simulated, decision, final, label) DO UPDATE SET count = tallies.count + excluded.count, amount = tallies.amount + excluded.amount
            """, "scope", "length", "bucket", "flow", "currency", "simulated", "decision", "final", "label", "count", "amount");
        _value = Command(connection, transaction, """
            INSERT INTO tally_values (scope, length, bucket, kind, value, flow, currency, simulated, count, declined)
            VALUES (@scope, @length, @bucket, @kind, @value, @flow, @currency, @simulated, @count, @declined)
            ON CONFLICT (scope, length, bucket, kind, value, flow, currency, simulated) DO UPDATE SET count = tally_values.count + excluded.count, declined = tally_values.declined + excluded.declined
            """, "scope", "length", "bucket", "kind", "value", "flow", "currency", "simulated", "count", "declined");
    }

    public static long BucketOf(long at, int length) => Math.DivRem(at, length * 1_000L).Quotient * (length * 1_000L);

    /// <summary>Counts the assessment among those that ended and turned out so, or takes it out again.</summary>
    /// <param name="sign">1 or -1.</param>
    public void Add(AssessmentRow row, FinalOutcome final, LabelOutcome? label, int sign = 1)
    {
        foreach (var scope in Scopes(row.Channel, row.Submerchant))
            foreach (var length in Tally.Lengths)
            {
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_tallies, new TallyKey(scope, length, BucketOf(row.At, length), row.Flow, row.Currency, row.Simulated, row.Decision, final, (int)(label ?? 0)), out _);
                sum = (sum.Count + sign, sum.Amount + (sign * row.Amount));
            }
    }

    /// <summary>Counts what never changes of it: score, country, signals and latency. Not by sub-merchant: that would be as many rows as there are assessments, which an index finds as well.</summary>
    public void AddValues(AssessmentRow row)
    {
        foreach (var scope in Scopes(row.Channel, ""))
            foreach (var length in TallyValue.Lengths)
            {
                Add(TallyKind.Score, row.Score);
                Add(TallyKind.Country, TallyValues.OfCountry(row.Country));
                Add(TallyKind.Latency, TallyValues.OfLatency(row.LatencyMicroseconds));
                for (var i = 0; i < row.Signals.Length; i += 2) Add(TallyKind.Signal, BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(i)));

                void Add(TallyKind kind, int value)
                {
                    ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_values, new ValueKey(scope, length, BucketOf(row.At, length), kind, value, row.Flow, row.Currency, row.Simulated), out _);
                    sum = (sum.Count + 1, sum.Declined + (row.Decision == Decision.Decline ? 1 : 0));
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
            if (sum is not (0, 0)) Run(_tally, key.Scope, key.Length, key.Bucket, (int)key.Flow, key.Currency, key.Simulated, (int)key.Decision, (int)key.Final, key.Label, sum.Count, sum.Amount);
        foreach (var (key, sum) in _values) Run(_value, key.Scope, key.Length, key.Bucket, (int)key.Kind, key.Value, (int)key.Flow, key.Currency, key.Simulated, sum.Count, sum.Declined);
    }

    public void Dispose()
    {
        _tally.Dispose();
        _value.Dispose();
    }

    private string[] Scopes(string channel, string submerchant)
    {
        ref var scopes = ref CollectionsMarshal.GetValueRefOrAddDefault(_scopes, (channel, submerchant), out _);
        return scopes ??= TallyScope.AllOf(channel, submerchant);
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, params string[] names)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
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

    private readonly record struct TallyKey(string Scope, int Length, long Bucket, Flow Flow, string Currency, bool Simulated, Decision Decision, FinalOutcome Final, int Label);

    private readonly record struct ValueKey(string Scope, int Length, long Bucket, TallyKind Kind, int Value, Flow Flow, string Currency, bool Simulated);
}
