using System.Security.Cryptography;

namespace ClausumPanel.Storage.Keys;

/// <summary>
/// How a key is written: <c>clm_sk_</c>, <c>clm_pub_</c> or <c>clm_wh_</c>, 32 random characters of 0-9A-Za-z, and 6 more that are the CRC-32 of all before them.
/// The checksum lets a typing error be told from a wrong key without a look-up, and lets secret scanners match without false alarms.
/// </summary>
public static class KeyText
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLength = 32, ChecksumLength = 6, ShownOfRandom = 3;
    public const int LongestLength = 8 + RandomLength + ChecksumLength;

    private static readonly uint[] CrcTable = MakeCrcTable();

    public static string Prefix(KeyType type) => type switch
    {
        KeyType.Server => "clm_sk_",
        KeyType.Checkout => "clm_pub_",
        KeyType.Ingest => "clm_wh_",
    };

    public static string Create(KeyType type)
    {
        var body = Prefix(type) + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(body, checksum);
        return string.Concat(body, checksum);
    }

    /// <summary>The start of a key, as lists show it.</summary>
    public static string Shown(string key, KeyType type) => key[..(Prefix(type).Length + ShownOfRandom)];

    /// <summary>True when the text is written as a key is and its checksum agrees. Says nothing about whether such a key exists.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out KeyType type)
    {
        type = default;
        if (text.StartsWith("clm_sk_")) type = KeyType.Server;
        else if (text.StartsWith("clm_pub_")) type = KeyType.Checkout;
        else if (text.StartsWith("clm_wh_")) type = KeyType.Ingest;
        else return false;

        if (text.Length != Prefix(type).Length + RandomLength + ChecksumLength) return false;
        foreach (var c in text[4..])
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(text[..^ChecksumLength], checksum);
        return text[^ChecksumLength..].SequenceEqual(checksum);
    }

    private static void WriteChecksum(ReadOnlySpan<char> body, Span<char> checksum)
    {
        var crc = uint.MaxValue;
        foreach (var c in body) crc = CrcTable[(byte)(crc ^ c)] ^ (crc >> 8);
        crc = ~crc;
        for (var i = checksum.Length - 1; i >= 0; i--, crc /= 62) checksum[i] = Alphabet[(int)(crc % 62)];
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
