using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClausumPanel.Assess;

/// <summary>Appends to a span: numbers with as few bytes as they need, texts as UTF-8 or, when they cannot be, as they are.</summary>
internal ref struct PackedWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private string? _lastText;

    public int Written { get; private set; }

    public void Byte(byte value) => _destination[Written++] = value;

    public void Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _destination[Written++] = (byte)value;
    }

    public void Signed(long value) => Unsigned(ZigZag(value));

    /// <summary>Sets bits of a byte that was written.</summary>
    public readonly void Mark(int at, byte bits) => _destination[at] |= bits;

    /// <summary>Puts before what was written since a place how many bytes it is.</summary>
    public void Size(int since)
    {
        var size = Written - since;
        var written = _destination.Slice(since, size);
        var room = size < 0x80 ? 1 : size < 0x4000 ? 2 : 3;
        written.CopyTo(_destination[(since + room)..]);
        Written = since;
        Unsigned((ulong)size);
        Written += size;
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_destination[Written..], value);
        Written += sizeof(double);
    }

    /// <summary>Length and kind, then the text; a text that the one before ends with (an address and its domain) is only pointed at.</summary>
    public void Text(string text)
    {
        if (_lastText is { } last && last.EndsWith(text, StringComparison.Ordinal))
        {
            Unsigned(((ulong)text.Length << 2) | (ulong)PackedText.EndOfLast);
        }
        else if (Encoding.UTF8.GetByteCount(text) is var bytes && IsPlain(text))
        {
            Unsigned(((ulong)bytes << 2) | (ulong)PackedText.Utf8);
            Written += Encoding.UTF8.GetBytes(text, _destination[Written..]);
        }
        else
        {
            Unsigned(((ulong)text.Length << 2) | (ulong)PackedText.Utf16);
            foreach (var c in text)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(_destination[Written..], c);
                Written += sizeof(char);
            }
        }
        _lastText = text;
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    // A lone surrogate has no UTF-8.
    private static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}

/// <summary>Numbers as <see cref="PackedWriter"/> writes them, where a reader's own place would only be in the way.</summary>
internal static class PackedNumbers
{
    /// <summary>Reads one of more than a byte.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Longer(ReadOnlySpan<byte> from, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at == from.Length) throw new FormatException("The bytes end in the middle.");
            var part = from[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new FormatException("A number has more bytes than a number has.");
    }
}

/// <summary>How a text is written.</summary>
internal enum PackedText : byte
{
    Utf8 = 0, Utf16 = 1, EndOfLast = 2,
}

/// <summary>Reads what <see cref="PackedWriter"/> wrote; anything else is a <see cref="FormatException"/>.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;
    private int _lastAt, _lastLength;
    private string? _lastText;

    public readonly bool AtEnd => _at == _source.Length;

    /// <summary>What has not been read: to read much of it at once.</summary>
    public readonly ReadOnlySpan<byte> Rest => _source[_at..];

    /// <summary>So many bytes of <see cref="Rest"/> were read.</summary>
    public void Skip(int read) => Take(read);

    public byte Byte() => Take(1)[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Unsigned()
    {
        // Nearly all are one byte.
        if ((uint)_at < (uint)_source.Length && _source[_at] < 0x80) return _source[_at++];
        return Longer();
    }

    private ulong Longer() => PackedNumbers.Longer(_source, ref _at);

    public long Signed() => UnZigZag(Unsigned());

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>A text, or, where it is UTF-8 as it stands in the bytes, only its place: nobody may want it.</summary>
    public string? TextOrPlace(out int at, out int length)
    {
        var start = _at;
        var head = Unsigned();
        var kind = (PackedText)(head & 3);
        (at, length) = (0, (int)Math.Min(head >> 2, int.MaxValue));
        if (kind == PackedText.Utf8)
        {
            at = _at;
            Take(length);
            (_lastAt, _lastLength, _lastText) = (at, length, null);
            return null;
        }
        // The end of a text is as many bytes as characters only where each character is one byte.
        if (kind == PackedText.EndOfLast && _lastText is null && _lastAt > 0)
        {
            var last = _source.Slice(_lastAt, _lastLength);
            if (length <= last.Length && Ascii.IsValid(last))
            {
                at = _lastAt = _lastAt + _lastLength - length;
                _lastLength = length;
                return null;
            }
            _lastText = Encoding.UTF8.GetString(last);
        }
        _at = start;
        return Text();
    }

    public string Text()
    {
        var head = Unsigned();
        if (head >> 2 > (ulong)_source.Length * 4) throw new FormatException("A text is longer than all there is.");
        var length = (int)(head >> 2);
        _lastText = (PackedText)(head & 3) switch
        {
            PackedText.Utf8 => SharedTexts.Of(Take(length)),
            PackedText.Utf16 => string.Create(length, Take(checked(length * sizeof(char))), static (text, bytes) =>
            {
                for (var i = 0; i < text.Length; i++) text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(char))..]);
            }),
            PackedText.EndOfLast when _lastText is { } last && length <= last.Length => length == last.Length ? last : last[^length..],
            _ => throw new FormatException("A text is written in no way that is known."),
        };
        return _lastText;
    }

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _source.Length - _at) throw new FormatException("The bytes end in the middle.");
        var taken = _source.Slice(_at, length);
        _at += length;
        return taken;
    }
}

/// <summary>
/// Remembers short texts that were read lately (currencies, countries, card brands…), so that reading a million snapshots does not make a million
/// copies of "MXN". A race only costs one copy more.
/// </summary>
internal static class SharedTexts
{
    private const int Longest = 16;

    private static readonly string?[] Places = new string?[1_024];

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) return "";
        if (utf8.Length > Longest) return Encoding.UTF8.GetString(utf8);
        ref var place = ref Places[Hash(utf8)];
        if (place is { } known && Ascii.Equals(known, utf8)) return known;
        return place = Encoding.UTF8.GetString(utf8);
    }

    // The first and the last bytes, which overlap in the middle, and the length: all of a text of at most sixteen.
    private static int Hash(ReadOnlySpan<byte> text)
    {
        ulong first, last;
        if (text.Length >= 8) (first, last) = (BinaryPrimitives.ReadUInt64LittleEndian(text), BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]));
        else if (text.Length >= 4) (first, last) = (BinaryPrimitives.ReadUInt32LittleEndian(text), BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]));
        else (first, last) = (text[0], ((ulong)text[text.Length >> 1] << 8) | text[^1]);
        var mixed = ((first * 0x9E37_79B9_7F4A_7C15) ^ (last + (ulong)text.Length)) * 0xD6E8_FEB8_6659_FD93;
        return (int)(mixed >> 54);
    }
}
