using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Threading.Channels;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Velocity;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Assessments;

/// <summary>All that judging needs at hand and the store has on disk: rebuilt at start, kept up with by every assessment.</summary>
public sealed class AssessmentMemory
{
    private const string HashKeySetting = "velocity.key";
    private const int PartSize = 1_024, PartsAhead = 8;

    private AssessmentMemory(EntityHasher hasher) => Hasher = hasher;

    public EntityHasher Hasher { get; }

    public VelocityIndex Velocity { get; } = new();

    public SessionIndex Sessions { get; } = new();

    public IdempotencyIndex Idempotency { get; } = new();

    /// <summary>Rebuilds everything from the log's narrow table.</summary>
    public static async Task<AssessmentMemory> LoadAsync(PanelDb db, DateTimeOffset now, CancellationToken stop)
    {
        var memory = new AssessmentMemory(new EntityHasher(await HashKeyAsync(db, now, stop)));
        var dayAgo = now.AddDays(-1).ToUnixTimeMilliseconds();
        await db.Database.OpenConnectionAsync(stop);
        try
        {
            var connection = db.Database.GetDbConnection();
            var released = await ReleasedAsync(connection, stop);
            await memory.ReplayAsync(connection, released, dayAgo, stop);
            await memory.RecallLabelsAsync(connection, stop);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
        return memory;
    }

    private async Task ReplayAsync(DbConnection connection, HashSet<long> gone, long dayAgo, CancellationToken stop)
    {
        // Whoever was replaced is known only later in the log: two passes over a narrow table are cheaper than one that takes back.
        await foreach (var seq in NumbersAsync(connection, "SELECT replaces FROM memory_records WHERE replaces IS NOT NULL", stop)) gone.Add(seq);
        // One thread reads, another counts: each takes about as long as the other.
        var read = Channel.CreateBounded<List<Recalled>>(new BoundedChannelOptions(PartsAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(async () =>
        {
            try
            {
                await ReadAsync(connection, gone, dayAgo, read.Writer, stop);
                read.Writer.Complete();
            }
            catch (Exception e)
            {
                read.Writer.Complete(e);
            }
        }, stop);
        await foreach (var part in read.Reader.ReadAllAsync(stop))
        {
            foreach (var one in part)
            {
                // Whoever was replaced counts nowhere, and yet began the session.
                var handle = one.IsGone ? -1 : Velocity.Replay(one.Seen, one.Decision);
                if (one.Session != 0 && one.Seen.At >= dayAgo) Sessions.Set(one.Session, SessionEntry.Of(one.Seq, handle, one.Seen.At, one.Seen.Keys), one.Seen.Keys);
            }
        }
        await reading;
    }

    private async Task ReadAsync(DbConnection connection, HashSet<long> gone, long dayAgo, ChannelWriter<List<Recalled>> to, CancellationToken stop)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq, at, flow, decision, amount, currency, last4, session, keys, simulated, idempotency FROM memory_records ORDER BY seq";
        using var reader = await command.ExecuteReaderAsync(stop);
        var bytes = new byte[Entities.Kinds * 8];
        var currencies = new Dictionary<string, string>();
        var part = new List<Recalled>(PartSize);
        while (reader.Read())
        {
            var (seq, at) = (reader.GetInt64(0), reader.GetInt64(1));
            if (at >= dayAgo && !reader.IsDBNull(10)) Remember(seq, at, reader.GetFieldValue<byte[]>(10));
            var isGone = gone.Contains(seq);
            if (reader.GetBoolean(9) || (isGone && (at < dayAgo || reader.GetInt64(7) == 0))) continue;
            if (reader.GetBytes(8, 0, bytes, 0, bytes.Length) != bytes.Length) throw new InvalidDataException($"memory_records row {seq} has keys of an unknown length.");
            var currency = reader.GetString(5);
            if (!currencies.TryGetValue(currency, out var shared)) currencies[currency] = shared = currency;
            var keys = Keys(bytes);
            var seen = new Observation { At = at, Flow = (Flow)reader.GetInt32(2), Amount = reader.GetInt64(4), Currency = shared, Last4 = (short)reader.GetInt32(6), Keys = keys };
            part.Add(new Recalled(seq, seen, (Decision)reader.GetInt32(3), (ulong)reader.GetInt64(7), isGone));
            if (part.Count < PartSize) continue;
            await to.WriteAsync(part, stop);
            part = new List<Recalled>(PartSize);
        }
        await to.WriteAsync(part, stop);
    }

    /// <summary>What was reported or disputed counts for ever, however old the payment is.</summary>
    private async Task RecallLabelsAsync(DbConnection connection, CancellationToken stop)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT m.keys, l.is_reported, l.is_disputed FROM current_labels l JOIN memory_records m ON m.seq = l.seq WHERE l.is_reported OR l.is_disputed";
        using var reader = await command.ExecuteReaderAsync(stop);
        while (reader.Read()) Velocity.Note(Keys(reader.GetFieldValue<byte[]>(0)), reader.GetBoolean(1) ? 1 : 0, reader.GetBoolean(2) ? 1 : 0);
    }

    /// <summary>What a label changed counts from the next payment on. Call it when the change is committed, never before.</summary>
    public async Task NoteAsync(PanelDb db, IReadOnlyList<HistoryChange> changes, CancellationToken stop)
    {
        foreach (var part in changes.Chunk(500))
        {
            var seqs = part.Select(c => c.Seq).ToArray();
            var keys = await db.Set<MemoryRecord>().Where(m => seqs.Contains(m.Seq)).Select(m => new { m.Seq, m.Keys }).ToDictionaryAsync(m => m.Seq, m => m.Keys, stop);
            foreach (var change in part)
                if (keys.TryGetValue(change.Seq, out var bytes)) Velocity.Note(Keys(bytes), change.Reported, change.Disputed);
        }
    }

    private static EntityKeys Keys(ReadOnlySpan<byte> bytes)
    {
        EntityKeys keys = default;
        for (var k = 0; k < Entities.Kinds; k++) keys[k] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(k * 8)..]);
        return keys;
    }

    private readonly record struct Recalled(long Seq, Observation Seen, Decision Decision, ulong Session, bool IsGone);

    private void Remember(long seq, long at, ReadOnlySpan<byte> idempotency)
    {
        if (idempotency.Length != 32) throw new InvalidDataException($"memory_records row {seq} has an idempotency of an unknown length.");
        Idempotency.Load(BinaryPrimitives.ReadUInt128BigEndian(idempotency), BinaryPrimitives.ReadUInt128BigEndian(idempotency[16..]), at, seq);
    }

    private static async Task<HashSet<long>> ReleasedAsync(DbConnection connection, CancellationToken stop)
    {
        var released = new HashSet<long>();
        await foreach (var seq in NumbersAsync(connection, "SELECT seq FROM assessment_releases", stop)) released.Add(seq);
        return released;
    }

    private static async IAsyncEnumerable<long> NumbersAsync(DbConnection connection, string sql, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = await command.ExecuteReaderAsync(stop);
        while (reader.Read()) yield return reader.GetInt64(0);
    }

    /// <summary>The key under which this installation hashes what it remembers; made the first time.</summary>
    internal static async Task<byte[]> HashKeyAsync(PanelDb db, DateTimeOffset now, CancellationToken stop)
    {
        if (await db.Set<PanelSetting>().SingleOrDefaultAsync(s => s.Name == HashKeySetting, stop) is { } known) return Convert.FromHexString(known.Value);
        var key = RandomNumberGenerator.GetBytes(16);
        db.Add(new PanelSetting { Name = HashKeySetting, Value = Convert.ToHexString(key), ChangedAt = now });
        await db.SaveChangesAsync(stop);
        return key;
    }
}
