using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>The lifetime of one entity in numbers.</summary>
internal struct EntityRow
{
    public ulong Key;
    public double Sum;
    public double Squares;
    public int Head;
    public int Next;
    public int Count;
    public int Approved;
    public int Declined;
    public int AmountCount;

    /// <summary>Unix seconds.</summary>
    public uint First;

    /// <summary>Unix seconds.</summary>
    public uint Last;
    public ushort Currency;
    public ushort Reported;
    public ushort Disputed;
}

/// <summary>A hash table from 64-bit keys to rows addressed by small integers; rows lie in chunks, so growing copies only the bucket heads.</summary>
internal sealed class EntityTable
{
    private const int ChunkBits = 12, ChunkSize = 1 << ChunkBits;
    private readonly List<EntityRow[]> _chunks = [];
    private int[] _buckets = NewBuckets(1 << 12);

    public int Count { get; private set; }

    public ref EntityRow this[int id] => ref _chunks[id >> ChunkBits][id & (ChunkSize - 1)];

    /// <summary>The row's number, or -1.</summary>
    public int Find(ulong key)
    {
        for (var id = _buckets[key & (ulong)(_buckets.Length - 1)]; id >= 0; id = this[id].Next)
            if (this[id].Key == key) return id;
        return -1;
    }

    /// <summary>
    /// The rows of all keys at once (-1: none). One after the other, each key would wait for memory three times over; asked for together, they arrive together.
    /// </summary>
    public unsafe void Find(in EntityKeys keys, ref VelocityIndex.Ids ids)
    {
        var mask = (ulong)(_buckets.Length - 1);
        if (Sse.IsSupported)
        {
            for (var k = 0; k < Entities.Kinds; k++) Sse.Prefetch0(Unsafe.AsPointer(ref _buckets[keys[k] & mask]));
            for (var k = 0; k < Entities.Kinds; k++)
                if (_buckets[keys[k] & mask] is >= 0 and var id) Sse.Prefetch0(Unsafe.AsPointer(ref this[id]));
        }
        for (var k = 0; k < Entities.Kinds; k++) ids[k] = keys[k] == 0 ? -1 : Find(keys[k]);
    }

    /// <summary>A row for a key that has none.</summary>
    public int Add(ulong key)
    {
        if (Count == _buckets.Length) Grow();
        if (Count >> ChunkBits == _chunks.Count) _chunks.Add(new EntityRow[ChunkSize]);
        var id = Count++;
        ref var row = ref this[id];
        row.Key = key;
        row.Head = -1;
        row.First = uint.MaxValue;
        ref var bucket = ref _buckets[key & (ulong)(_buckets.Length - 1)];
        row.Next = bucket;
        bucket = id;
        return id;
    }

    private void Grow()
    {
        _buckets = NewBuckets(_buckets.Length * 2);
        for (var id = 0; id < Count; id++)
        {
            ref var bucket = ref _buckets[this[id].Key & (ulong)(_buckets.Length - 1)];
            this[id].Next = bucket;
            bucket = id;
        }
    }

    private static int[] NewBuckets(int size)
    {
        var buckets = new int[size];
        Array.Fill(buckets, -1);
        return buckets;
    }
}
