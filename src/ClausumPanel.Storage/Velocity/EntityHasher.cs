using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>
/// Turns a value (an address, a card, a device) into the 64-bit key its activity is counted under: SipHash-2-4 under a key that only this
/// installation has, so nobody outside can make two values meet, and the same value has the same key after every restart.
/// </summary>
public sealed class EntityHasher
{
    private readonly ulong _k0, _k1;

    /// <param name="key">16 random bytes, made once per installation.</param>
    public EntityHasher(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 16);
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>The key of one value of one kind; 0 for null or empty, which no value has.</summary>
    public ulong Key(EntityKind kind, string? value) => Key((byte)kind, value, null);

    /// <summary>The key of a value made of two parts, such as a card's first and last digits.</summary>
    public ulong Key(EntityKind kind, string? value, string? rest) => Key((byte)kind, value, rest);

    /// <summary>The keys of everything these facts name, under which it is counted.</summary>
    public EntityKeys Keys(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        EntityKeys keys = default;
        keys[(int)EntityKind.Email] = Key(EntityKind.Email, facts.Text(Known.EmailNormalized) ?? facts.Text(Known.Email));
        keys[(int)EntityKind.Customer] = Key(EntityKind.Customer, facts.Text(Known.CustomerId));
        keys[(int)EntityKind.Card] = facts.Text(Known.CardHash) is { } hash
            ? Key(EntityKind.Card, hash)
            : facts.Text(Known.CardLast4) is { } last4 ? Key(EntityKind.Card, facts.Text(Known.CardBin), last4) : 0;
        keys[(int)EntityKind.Device] = Key(EntityKind.Device, facts.Text(Known.Fingerprint));
        keys[(int)EntityKind.Ip] = Key(EntityKind.Ip, facts.Text(Known.Ip));
        keys[(int)EntityKind.IpNetwork] = Key(EntityKind.IpNetwork, facts.Text(Known.IpNetwork));
        keys[(int)EntityKind.Phone] = Key(EntityKind.Phone, facts.Text(Known.Phone));
        keys[(int)EntityKind.CardBin] = Key(EntityKind.CardBin, facts.Text(Known.CardBin));
        keys[(int)EntityKind.Beneficiary] = Key(EntityKind.Beneficiary, facts.Text(Known.BeneficiaryClabe) ?? facts.Text(Known.BeneficiaryIban) ?? facts.Text(Known.BeneficiaryAccountHash) ?? facts.Text(Known.BeneficiaryId));
        return keys;
    }

    /// <summary>The key of a text of another sort than an entity, such as a session.</summary>
    [SkipLocalsInit]
    public ulong Key(byte sort, string? value, string? rest)
    {
        if (string.IsNullOrEmpty(value)) return 0;
        var most = Encoding.UTF8.GetMaxByteCount(value.Length + (rest?.Length ?? 0)) + 2;
        byte[]? rented = null;
        Span<byte> bytes = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        bytes[0] = sort;
        var length = 1 + Encoding.UTF8.GetBytes(value, bytes[1..]);
        if (rest is not null)
        {
            bytes[length++] = 0;
            length += Encoding.UTF8.GetBytes(rest, bytes[length..]);
        }
        var hash = Hash(bytes[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash == 0 ? 1 : hash;
    }

    /// <summary>SipHash-2-4 of the bytes (Aumasson and Bernstein, 2012).</summary>
    public ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong v0 = _k0 ^ 0x736f6d6570736575, v1 = _k1 ^ 0x646f72616e646f6d, v2 = _k0 ^ 0x6c7967656e657261, v3 = _k1 ^ 0x7465646279746573;
        var last = (ulong)bytes.Length << 56;
        while (bytes.Length >= 8)
        {
            var m = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            v3 ^= m;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= m;
            bytes = bytes[8..];
        }
        for (var i = 0; i < bytes.Length; i++) last |= (ulong)bytes[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1; v1 = BitOperations.RotateLeft(v1, 13); v1 ^= v0; v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3; v3 = BitOperations.RotateLeft(v3, 16); v3 ^= v2;
        v0 += v3; v3 = BitOperations.RotateLeft(v3, 21); v3 ^= v0;
        v2 += v1; v1 = BitOperations.RotateLeft(v1, 17); v1 ^= v2; v2 = BitOperations.RotateLeft(v2, 32);
    }
}
