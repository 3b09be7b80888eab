using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Audit;

/// <summary>
/// The chain: every entry's hash is an HMAC, with the installation's key, over the hash before it and the entry in one canonical form. Whoever can write to the file but
/// has not the key cannot alter, insert or remove an entry unseen.
/// </summary>
public static class AuditChain
{
    public static readonly byte[] Beginning = new byte[32];

    public static byte[] Hash(AuditKey key, AuditEntry entry)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);
        hmac.AppendData(entry.PreviousHash);
        Append(hmac, entry.Sequence);
        Append(hmac, entry.At.ToUnixTimeMilliseconds());
        Append(hmac, entry.ActorKind.ToString());
        Append(hmac, entry.ActorId?.ToString("N"));
        Append(hmac, entry.ActorName);
        Append(hmac, entry.Address);
        Append(hmac, entry.Action);
        Append(hmac, entry.SubjectKind);
        Append(hmac, entry.SubjectId);
        Append(hmac, entry.Before);
        Append(hmac, entry.After);
        return hmac.GetHashAndReset();
    }

    /// <summary>Reads the whole chain. Null when it is whole, else a sentence about the first entry that is not as it was written.</summary>
    public static async Task<string?> FindBreakAsync(PanelDb db, AuditKey key, Action<long>? counted = null, CancellationToken stop = default)
    {
        var (expected, previous) = (1L, Beginning);
        await foreach (var entry in db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(stop))
        {
            if (entry.Sequence != expected) return $"Entry {expected} is missing: the next one there is {entry.Sequence}.";
            if (!entry.PreviousHash.AsSpan().SequenceEqual(previous)) return $"Entry {entry.Sequence} does not follow the one before it.";
            if (!CryptographicOperations.FixedTimeEquals(entry.Hash, Hash(key, entry))) return $"Entry {entry.Sequence} is not as it was written.";
            (expected, previous) = (expected + 1, entry.Hash);
        }
        counted?.Invoke(expected - 1);
        if (key.ReadHead() is { } head)
        {
            if (head.Sequence >= expected) return $"Entry {expected} is missing: the chain reached {head.Sequence} once, as {key.HeadFile} says.";
            var kept = await db.AuditEntries.Where(e => e.Sequence == head.Sequence).Select(e => e.Hash).SingleOrDefaultAsync(stop);
            if (kept is not null && Convert.ToHexString(kept) != head.Hash) return $"Entry {head.Sequence} is not the one that {key.HeadFile} remembers.";
        }
        return null;
    }

    private static void Append(IncrementalHash hmac, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        hmac.AppendData(bytes);
    }

    // The length goes first, so that no two rows have the same canonical form; -1 tells null from empty.
    private static void Append(IncrementalHash hmac, string? value)
    {
        Append(hmac, value is null ? -1L : Encoding.UTF8.GetByteCount(value));
        if (value is not null) hmac.AppendData(Encoding.UTF8.GetBytes(value));
    }
}
