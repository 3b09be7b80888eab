using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Keys;

/// <summary>Every key in memory, found by the hash of what was presented. It follows the database within a quarter of a second.</summary>
public sealed class ApiKeyRing(TimeProvider clock) : IFollowChanges
{
    private readonly Lock _lock = new();
    private long _asked, _shown;
    private FrozenDictionary<HashKey, ApiKeyInfo> _keys = FrozenDictionary<HashKey, ApiKeyInfo>.Empty;

    public string Topic => ChangeTopics.Keys;

    public int Count => _keys.Count;

    /// <summary>Allocates nothing. What is not written as a key is refused before anything is looked up.</summary>
    public bool TryFind(ReadOnlySpan<char> presented, out ApiKeyInfo key, out KeyRefusal why)
    {
        key = null!;
        if (presented.IsEmpty) return Refuse(KeyRefusal.Missing, out why);
        if (!KeyText.TryRead(presented, out _)) return Refuse(KeyRefusal.Malformed, out why);

        Span<byte> text = stackalloc byte[KeyText.LongestLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.ASCII.GetBytes(presented, text)], hash);
        if (!_keys.TryGetValue(HashKey.Of(hash), out var found) || !found.HashIs(hash)) return Refuse(KeyRefusal.Unknown, out why);
        if (found.RevokedAt is not null) return Refuse(KeyRefusal.Revoked, out why);

        var now = clock.GetUtcNow();
        if (found.ExpiresAt <= now) return Refuse(KeyRefusal.Expired, out why);
        found.Use.Note(now);
        key = found;
        why = KeyRefusal.None;
        return true;
    }

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        var turn = Interlocked.Increment(ref _asked);
        var rows = await db.ApiKeys.AsNoTracking().ToListAsync(stop);
        lock (_lock)
        {
            // Of two that overlap, the one that read earlier must not have the last word: a key just made or revoked would be as before.
            if (turn < _shown) return;
            _shown = turn;
            var known = _keys.Values.ToDictionary(k => k.Id, k => k.Use);
            _keys = rows.ToFrozenDictionary(k => HashKey.Of(k.Hash), k => new ApiKeyInfo(k.Id, k.Name, k.Type, k.Hash, k.Permissions, k.PerMinute, k.PerDay, k.AllowedOrigins,
                k.ExpiresAt, k.RevokedAt, known.GetValueOrDefault(k.Id) ?? new KeyUse(k.CountedOn, k.Counted)));
        }
    }

    /// <summary>True when some checkout key may be used from this origin: all that a browser's preflight, which carries no key, can be told.</summary>
    public bool AllowsOrigin(string origin)
    {
        foreach (var key in _keys.Values)
            if (key.Type == KeyType.Checkout && key.RevokedAt is null && key.AllowsOrigin(origin)) return true;
        return false;
    }

    /// <summary>Writes down which keys were used since the last time, and how often today.</summary>
    public async Task WriteUsesAsync(PanelDb db, CancellationToken stop)
    {
        foreach (var key in _keys.Values)
        {
            if (key.Use.Unwritten() is not { } use) continue;
            await db.ApiKeys.Where(k => k.Id == key.Id)
                .ExecuteUpdateAsync(k => k.SetProperty(x => x.LastUsedAt, use.At).SetProperty(x => x.CountedOn, use.Day).SetProperty(x => x.Counted, use.InDay), stop);
            key.Use.Written(use);
        }
    }

    private static bool Refuse(KeyRefusal reason, out KeyRefusal why)
    {
        why = reason;
        return false;
    }

    private readonly record struct HashKey(ulong A, ulong B, ulong C, ulong D)
    {
        public static HashKey Of(ReadOnlySpan<byte> hash) => new(
            BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]), BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]));

        public override int GetHashCode() => (int)A;
    }
}
