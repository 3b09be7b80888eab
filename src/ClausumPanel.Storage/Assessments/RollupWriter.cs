using System.Data.Common;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Assessments;

internal readonly record struct RollupKey(long Bucket, Flow Flow, Decision Decision, string Currency, bool Simulated);

internal readonly record struct RollupSum(long Count, long Blocked, long Amount, long Score, long Latency)
{
    public static void Add(Dictionary<RollupKey, RollupSum> sums, PendingAssessment one)
    {
        var key = new RollupKey(Rollup.BucketOf(one.At), one.Flow, one.Decision, one.Currency, one.Simulated);
        var sum = sums.GetValueOrDefault(key);
        sums[key] = new RollupSum(sum.Count + 1, sum.Blocked + (one.BlockedBy is null ? 0 : 1), sum.Amount + one.Amount, sum.Score + one.Score, sum.Latency + one.LatencyMicroseconds);
    }

    /// <summary>As it was added when it was stored.</summary>
    public static void Add(Dictionary<RollupKey, RollupSum> sums, StoredAssessment one)
    {
        var key = new RollupKey(Rollup.BucketOf(one.At), one.Flow, one.Decision, one.Currency, one.Simulated);
        var sum = sums.GetValueOrDefault(key);
        sums[key] = new RollupSum(sum.Count + 1, sum.Blocked + (one.BlockedBy is null ? 0 : 1), sum.Amount + one.Amount, sum.Score + one.Score, sum.Latency + one.LatencyMicroseconds);
    }
}

/// <summary>Adds sums to the buckets; the same statement on both engines.</summary>
internal sealed class RollupWriter : IDisposable
{
    private readonly DbCommand _command;

    public RollupWriter(DbConnection connection, DbTransaction? transaction = null)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText = """
            INSERT INTO rollups (bucket, flow, decision, currency, simulated, count, blocked, amount, score_sum, latency_microseconds)
            VALUES (@bucket, @flow, @decision, @currency, @simulated, @count, @blocked, @amount, @score, @latency)
            ON CONFLICT (bucket, flow, decision, currency, simulated) DO UPDATE SET
                count = rollups.count + excluded.count, blocked = rollups.blocked + excluded.blocked, amount = rollups.amount + excluded.amount,
                score_sum = rollups.score_sum + excluded.score_sum, latency_microseconds = rollups.latency_microseconds + excluded.latency_microseconds
            """;
        foreach (var name in new[] { "bucket", "flow", "decision", "currency", "simulated", "count", "blocked", "amount", "score", "latency" })
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = "@" + name;
            _command.Parameters.Add(parameter);
        }
    }

    public void Add(in RollupKey key, in RollupSum sum)
    {
        ReadOnlySpan<object> values = [key.Bucket, (int)key.Flow, (int)key.Decision, key.Currency, key.Simulated, sum.Count, sum.Blocked, sum.Amount, sum.Score, sum.Latency];
        for (var i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i];
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
