using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Audit;

/// <summary>What can be wrong with an entry: it is not there, has another before it than it says, says something else than it did, was cut off with the end, is not the one kept outside, or the seal where older ones were removed is not ours.</summary>
public enum AuditFault { Missing, DoesNotFollow, Altered, EndMissing, HeadDiffers, SealBroken }

/// <summary>How many entries from the first that is kept on are as they were written, and which is the first that is not.</summary>
public sealed record AuditVerdict(long Intact, AuditFault? Fault = null, long Sequence = 0, long Other = 0)
{
    public bool IsWhole => Fault is null;

    /// <summary>Where the oldest part was removed, as it was kept long enough; null: nothing was.</summary>
    public AuditAnchor? Cut { get; init; }
}

/// <summary>
/// The chain: every entry's hash is an HMAC, with the installation's key, over the hash before it and the entry in one canonical form. Whoever can write to the file but
/// has not the key cannot alter, insert or remove an entry unseen.
/// </summary>
public static class AuditChain
{
    private const int BatchSize = 2000;

    public static readonly byte[] Beginning = new byte[32];

    public static byte[] Hash(AuditKey key, AuditEntry entry)
    {
        using var hmac = Keyed(key);
        return Hash(hmac, entry);
    }

    private static IncrementalHash Keyed(AuditKey key) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);

    private static byte[] Hash(IncrementalHash hmac, AuditEntry entry)
    {
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

    /// <summary>Reads the whole chain, a batch at a time, so that neither memory nor a writer feels how long it is.</summary>
    public static async Task<AuditVerdict> VerifyAsync(PanelDb db, AuditKey key, Action<long>? counted = null, CancellationToken stop = default)
    {
        var head = key.ReadHead();              // before the entries: whatever is written meanwhile is no gap
        while (true)
        {
            var cut = await NewestCutAsync(db, stop);
            var found = cut?.IsSealed(key) == false ? new AuditVerdict(0, AuditFault.SealBroken, cut.Sequence) : await ReadAsync(db, key, head, cut, counted, stop);
            // What is missing may have been removed while it was read: then the chain begins later.
            if (found.Fault != AuditFault.Missing || (await NewestCutAsync(db, stop))?.Sequence == cut?.Sequence) return found with { Cut = cut };
        }
    }

    private static Task<AuditAnchor?> NewestCutAsync(PanelDb db, CancellationToken stop) => db.Set<AuditAnchor>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync(stop);

    private static async Task<AuditVerdict> ReadAsync(PanelDb db, AuditKey key, (long Sequence, string Hash)? head, AuditAnchor? cut, Action<long>? counted, CancellationToken stop)
    {
        using var hmac = Keyed(key);
        var gone = cut?.Sequence ?? 0;
        var (cursor, last, previous) = (cut?.Sequence ?? long.MinValue, gone, cut?.Hash ?? Beginning);
        while (true)
        {
            var batch = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence > cursor).OrderBy(e => e.Sequence).Take(BatchSize).ToListAsync(stop);
            foreach (var entry in batch)
            {
                if (entry.Sequence != last + 1) return new(last - gone, AuditFault.Missing, last + 1, entry.Sequence);
                if (!entry.PreviousHash.AsSpan().SequenceEqual(previous)) return new(last - gone, AuditFault.DoesNotFollow, entry.Sequence);
                if (!CryptographicOperations.FixedTimeEquals(entry.Hash, Hash(hmac, entry))) return new(last - gone, AuditFault.Altered, entry.Sequence);
                if (entry.Sequence == head?.Sequence && Convert.ToHexString(entry.Hash) != head.Value.Hash) return new(last - gone, AuditFault.HeadDiffers, entry.Sequence);
                (cursor, last, previous) = (entry.Sequence, entry.Sequence, entry.Hash);
            }
            counted?.Invoke(last - gone);
            if (batch.Count < BatchSize) break;
        }
        // After each cut stands at least the entry that tells of it.
        if (cut is not null && last == gone) return new(0, AuditFault.EndMissing, last + 1, Math.Max(head?.Sequence ?? 0, last + 1));
        return head?.Sequence > last ? new(last - gone, AuditFault.EndMissing, last + 1, head.Value.Sequence) : new(last - gone);
    }

    /// <summary>Null when the chain is whole, else a sentence about the first entry that is not as it was written.</summary>
    public static async Task<string?> FindBreakAsync(PanelDb db, AuditKey key, Action<long>? counted = null, CancellationToken stop = default)
    {
        var found = await VerifyAsync(db, key, counted, stop);
        return Sentence(found, key);
    }

    /// <summary>Null when the chain is whole, else a sentence about the first entry that is not as it was written.</summary>
    public static string? Sentence(AuditVerdict found, AuditKey key)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(key);
        return found.Fault is not { } fault ? null : fault switch
        {
            AuditFault.Missing => $"Entry {found.Sequence} is missing: the next one there is {found.Other}.",
            AuditFault.DoesNotFollow => $"Entry {found.Sequence} does not follow the one before it.",
            AuditFault.Altered => $"Entry {found.Sequence} is not as it was written.",
            AuditFault.EndMissing => $"Entry {found.Sequence} is missing: the chain reached {found.Other} once, as {key.HeadFile} says.",
            AuditFault.HeadDiffers => $"Entry {found.Sequence} is not the one that {key.HeadFile} remembers.",
            AuditFault.SealBroken => $"The seal under which the entries up to {found.Sequence} were removed is not this installation's.",
        };
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
