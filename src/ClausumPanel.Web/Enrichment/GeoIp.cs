using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;

namespace ClausumPanel.Web.Enrichment;

/// <summary>
/// Reads a MaxMind DB file: a binary tree over the bits of an address whose leaves point to records. The whole tree and every record it
/// points to are checked when the file is opened, so that a look-up can trust them.
/// </summary>
/// <remarks>Understands <c>{country_code}</c> and <c>{country: {iso_code}}</c>, the two shapes country databases have.</remarks>
public sealed class GeoIp
{
    private const int MaxDepth = 16;
    private static ReadOnlySpan<byte> MetadataMark => [0xAB, 0xCD, 0xEF, (byte)'M', (byte)'a', (byte)'x', (byte)'M', (byte)'i', (byte)'n', (byte)'d', (byte)'.', (byte)'c', (byte)'o', (byte)'m'];

    private readonly byte[] _file;
    private readonly int _nodes;
    private readonly int _recordBits;
    private readonly int _dataStart;
    private readonly int _dataLength;
    private readonly bool _hasIpV6;
    private readonly int _ipV4Start;

    private GeoIp(byte[] file)
    {
        _file = file;
        var mark = file.AsSpan().LastIndexOf(MetadataMark);
        if (mark < 0) throw new InvalidDataException("it is not a MaxMind DB file");
        var metadata = mark + MetadataMark.Length;
        var decoder = new Decoder(file, metadata, file.Length - metadata);
        if (!decoder.TryFind(0, "node_count"u8, out var at) || !decoder.TryNumber(at, out var nodes)
            || !decoder.TryFind(0, "record_size"u8, out at) || !decoder.TryNumber(at, out var recordBits)
            || !decoder.TryFind(0, "ip_version"u8, out at) || !decoder.TryNumber(at, out var version))
            throw new InvalidDataException("its metadata is damaged");
        if (recordBits is not (24 or 28 or 32) || version is not (4 or 6)) throw new InvalidDataException("its record size or address version is not one that is known");
        var treeBytes = nodes * recordBits / 4;
        if (nodes is 0 or > int.MaxValue || treeBytes + 16 > (ulong)mark) throw new InvalidDataException("its search tree is cut short");
        _nodes = (int)nodes;
        _recordBits = (int)recordBits;
        _hasIpV6 = version == 6;
        _dataStart = (int)treeBytes + 16;
        _dataLength = mark - _dataStart;
        if (decoder.TryFind(0, "build_epoch"u8, out at) && decoder.TryNumber(at, out var built) && built < 253_402_300_800)
            Built = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds((long)built).UtcDateTime);
        Entries = CheckTree();

        // The IPv4 addresses of an IPv6 tree hang below 96 zero bits.
        var node = 0u;
        for (var i = 0; _hasIpV6 && i < 96 && node < _nodes; i++) node = Child(node, 0);
        _ipV4Start = (int)node;
    }

    /// <summary>The day the database was built, if it says so.</summary>
    public DateOnly? Built { get; }

    /// <summary>How many networks the tree tells apart.</summary>
    public int Entries { get; }

    public static GeoIp Open(string path) => new(File.ReadAllBytes(path));

    /// <summary>Opens a database that is in memory already.</summary>
    public static GeoIp FromBytes(byte[] file) => new(file);

    /// <summary>The ISO 3166 code of the country the address is used in; null when the database does not say.</summary>
    public string? Country(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? Country(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : Country(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The country of an IPv4 address.</summary>
    public string? Country(uint ipV4)
    {
        var node = (uint)_ipV4Start;
        for (var bit = 31; bit >= 0 && node < _nodes; bit--) node = Child(node, (int)(ipV4 >> bit) & 1);
        return CountryAt(node);
    }

    /// <summary>The country of an IPv6 address.</summary>
    public string? Country(UInt128 ipV6)
    {
        if (!_hasIpV6) return null;
        var node = 0u;
        var half = (ulong)(ipV6 >> 64);
        for (var bit = 63; bit >= 0 && node < _nodes; bit--) node = Child(node, (int)(half >> bit) & 1);
        half = (ulong)ipV6;
        for (var bit = 63; bit >= 0 && node < _nodes; bit--) node = Child(node, (int)(half >> bit) & 1);
        return CountryAt(node);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Child(uint node, int side)
    {
        switch (_recordBits)
        {
            case 24:
                var at = ((int)node * 6) + (side * 3);
                return (uint)((_file[at] << 16) | (_file[at + 1] << 8) | _file[at + 2]);
            case 28:
                at = (int)node * 7;
                var middle = _file[at + 3];
                return side == 0
                    ? (uint)(((middle & 0xF0) << 20) | (_file[at] << 16) | (_file[at + 1] << 8) | _file[at + 2])
                    : (uint)(((middle & 0x0F) << 24) | (_file[at + 4] << 16) | (_file[at + 5] << 8) | _file[at + 6]);
            default:
                return BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(((int)node * 8) + (side * 4)));
        }
    }

    // Equal to the node count means "nothing known"; above it, it points into the data section, whose first 16 bytes are a separator.
    private string? CountryAt(uint record) => record <= (uint)_nodes ? null : CountryIn((int)(record - (uint)_nodes) - 16);

    private string? CountryIn(int offset)
    {
        var decoder = new Decoder(_file, _dataStart, _dataLength);
        if (!decoder.TryFind(offset, "country_code"u8, out var at)
            && !(decoder.TryFind(offset, "country"u8, out var country) && decoder.TryFind(country, "iso_code"u8, out at))
            && !(decoder.TryFind(offset, "registered_country"u8, out country) && decoder.TryFind(country, "iso_code"u8, out at)))
            return null;
        return decoder.TryText(at, out var text) && text.Length == 2 ? Countries.Find((char)text[0], (char)text[1]) : null;
    }

    // Runs once, over hundreds of thousands of nodes, while the service starts: not worth being compiled twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CheckTree()
    {
        var leaves = 0;
        var seen = new System.Collections.BitArray(_dataLength);
        for (var node = 0u; node < _nodes; node++)
        for (var side = 0; side < 2; side++)
        {
            var record = Child(node, side);
            if (record <= _nodes) continue;
            var offset = (long)record - _nodes - 16;
            if (offset < 0 || offset >= _dataLength) throw new InvalidDataException("its search tree points outside the file");
            leaves++;
            if (seen[(int)offset]) continue;
            seen[(int)offset] = true;
            if (!new Decoder(_file, _dataStart, _dataLength).IsMap((int)offset)) throw new InvalidDataException("one of its records is damaged");
        }
        return leaves;
    }

    /// <summary>Reads the typed values of a data section; every answer is "no" where the bytes do not make sense.</summary>
    private readonly ref struct Decoder(byte[] file, int start, int length)
    {
        private const int Pointer = 1, Text = 2, Map = 7, Array = 11, Boolean = 14;

        private readonly ReadOnlySpan<byte> _data = file.AsSpan(start, length);

        public bool IsMap(int at) => TryFollow(at, out var type, out var size, out var next) && type == Map && TrySkip(ref next, type, size, 0);

        /// <summary>Finds the value of a map's member.</summary>
        public bool TryFind(int map, ReadOnlySpan<byte> name, out int value)
        {
            value = 0;
            if (!TryFollow(map, out var type, out var size, out var at) || type != Map) return false;
            for (var i = 0; i < size; i++)
            {
                if (!TryText(at, out var key) || !TrySkip(ref at)) return false;
                if (key.SequenceEqual(name))
                {
                    value = at;
                    return true;
                }
                if (!TrySkip(ref at)) return false;
            }
            return false;
        }

        public bool TryText(int at, out ReadOnlySpan<byte> text)
        {
            text = default;
            if (!TryFollow(at, out var type, out var size, out var next) || type != Text || size > _data.Length - next) return false;
            text = _data.Slice(next, size);
            return true;
        }

        public bool TryNumber(int at, out ulong number)
        {
            number = 0;
            if (!TryFollow(at, out var type, out var size, out var next) || type is not (5 or 6 or 9) || size > 8 || size > _data.Length - next) return false;
            foreach (var part in _data.Slice(next, size)) number = (number << 8) | part;
            return true;
        }

        private bool TrySkip(ref int at, int depth = 0) => TryHead(at, out var type, out var size, out at) && TrySkip(ref at, type, size, depth);

        private bool TrySkip(ref int at, int type, int size, int depth)
        {
            if (depth > MaxDepth) return false;
            switch (type)
            {
                case Pointer or Boolean:
                    return true;
                case Map or Array:
                    for (var i = 0; i < (type == Map ? 2L * size : size); i++)
                        if (!TrySkip(ref at, depth + 1)) return false;
                    return true;
                default:
                    if (size > _data.Length - at) return false;
                    at += size;
                    return true;
            }
        }

        // A pointer leads to a value that is not a pointer.
        private bool TryFollow(int at, out int type, out int size, out int next) =>
            TryHead(at, out type, out size, out next) && (type != Pointer || (TryHead(size, out type, out size, out next) && type != Pointer));

        /// <summary>Type and size of the value at a place, and where its content begins. Of a pointer, size is the place it points to.</summary>
        private bool TryHead(int at, out int type, out int size, out int next)
        {
            type = size = next = 0;
            if ((uint)at >= (uint)_data.Length) return false;
            var control = _data[at++];
            type = control >> 5;
            size = control & 0x1F;
            if (type == Pointer)
            {
                var bytes = (size >> 3) + 1;
                if (bytes > _data.Length - at) return false;
                long value = bytes == 4 ? 0 : size & 7;
                for (var i = 0; i < bytes; i++) value = (value << 8) | _data[at + i];
                value += bytes switch { 2 => 2_048, 3 => 526_336, _ => 0 };
                next = at + bytes;
                size = (int)Math.Min(value, int.MaxValue);
                return true;
            }
            if (type == 0)
            {
                if (at >= _data.Length) return false;
                type = 7 + _data[at++];
            }
            if (size >= 29)
            {
                var bytes = size - 28;
                if (bytes > _data.Length - at) return false;
                var value = 0;
                for (var i = 0; i < bytes; i++) value = (value << 8) | _data[at + i];
                size = value + bytes switch { 1 => 29, 2 => 285, _ => 65_821 };
                at += bytes;
            }
            next = at;
            return true;
        }
    }
}
