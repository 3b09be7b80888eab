using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;

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

/// <summary>Adds sums to the buckets.</summary>
internal sealed class RollupWriter(DbConnection connection, DbTransaction? transaction = null) : IDisposable
{
    public static readonly SumShape Shape = new("rollups", ["bucket", "flow", "decision", "currency", "simulated"], ["count", "blocked", "amount", "score_sum", "latency_microseconds"]);
    private readonly SumTable _table = SumTable.Of(Shape, connection, transaction);

    public void Write(Dictionary<RollupKey, RollupSum> sums)
    {
        foreach (var (key, sum) in sums) _table.Add(key.Bucket, (int)key.Flow, (int)key.Decision, key.Currency, key.Simulated, sum.Count, sum.Blocked, sum.Amount, sum.Score, sum.Latency);
        _table.Write();
    }

    public void Dispose() => _table.Dispose();
}
