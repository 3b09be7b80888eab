using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>
/// The recent and lifetime activity of every payer, card, device and address, in memory. Events lie in chunks in the order they came; each
/// names its entities and, per entity, the event before it, so one entity's activity is a chain walked backwards. A chain that grows long gets
/// running totals of its own (<see cref="BusyEntity"/>), so a hot key costs the same as a cold one. Thread-safe through one lock held for microseconds.
/// </summary>
/// <remarks>Memory: 96 bytes an event and about 70 an entity. Events older than 31 days are dropped; lifetime numbers stay.</remarks>
public sealed partial class VelocityIndex
{
    private const int ChunkBits = 14, ChunkSize = 1 << ChunkBits;
    private const long Horizon = 31L * 86_400_000;
    private const long SameMoment = 2_000;

    /// <summary>Chains up to this long are walked; beyond it running totals are kept.</summary>
    internal const int WalkMost = 24;

    /// <summary>Events of one entity that a look into the past goes through; others wait for it.</summary>
    internal const int PastMost = 20_000;

    private readonly Lock _gate = new();
    private readonly List<Event[]?> _chunks = [];
    private readonly List<long> _newestOfChunk = [];
    private readonly EntityTable _entities = new();
    private readonly Dictionary<int, BusyEntity> _busy = [];
    private readonly Dictionary<int, CardRange> _ranges = [];
    private readonly Dictionary<string, ushort> _currencies = new(StringComparer.Ordinal);
    private readonly Dictionary<(Flow, ushort), AmountProfile> _profiles = [];
    private int _first, _count;
    private long _latest = long.MinValue;

    /// <summary>Events held at the moment.</summary>
    public int Events { get { lock (_gate) return _count - _first; } }

    /// <summary>Entities ever seen.</summary>
    public int EntityCount { get { lock (_gate) return _entities.Count; } }

    /// <summary>
    /// Fills the velocity and history facts as of <paramref name="seen"/> and before it, then counts it. Another thread's payment a microsecond later sees it.
    /// </summary>
    /// <param name="replaces">The event of the same session that this one stands for, or -1: it is taken out first.</param>
    /// <returns>A handle for <see cref="Confirm"/> or <see cref="Undo"/>.</returns>
    public int Observe(in Observation seen, Facts facts, int replaces = -1)
    {
        lock (_gate)
        {
            Trim(seen.At);
            if (replaces >= _first) Void(replaces);
            var currency = CurrencyOf(seen.Currency);
            var now = InOrder(seen);
            Ids ids = default;
            _entities.Find(seen.Keys, ref ids);
            FetchHeads(ids);
            Describe(now, ids, currency, facts);
            return Add(now, ids, currency);
        }
    }

    /// <summary>
    /// Fills the same facts as <see cref="Observe"/> and counts nothing. A moment that is past is seen as it was, but for lifetime numbers, which are those of now; windows that lie behind too much are left out.
    /// </summary>
    public void Look(in Observation seen, Facts facts)
    {
        lock (_gate)
        {
            Ids ids = default;
            _entities.Find(seen.Keys, ref ids);
            var now = InOrder(seen);
            Describe(now, ids, CurrencyOf(seen.Currency), facts, now.At < _latest ? [[], [], [], []] : null);
        }
    }

    /// <summary>Counts an event that was stored earlier, at start.</summary>
    public int Replay(in Observation stored, Decision decision)
    {
        lock (_gate)
        {
            Ids ids = default;
            _entities.Find(stored.Keys, ref ids);
            var handle = Add(InOrder(stored), ids, CurrencyOf(stored.Currency));
            Decide(handle, decision);
            return handle;
        }
    }

    /// <summary>Notes the decision of an event that <see cref="Observe"/> counted.</summary>
    public void Confirm(int handle, Decision decision)
    {
        lock (_gate) Decide(handle, decision);
    }

    /// <summary>Takes an event back: its commit failed, so no later answer may count it. Gives back what it had replaced.</summary>
    public void Undo(int handle, int replaced = -1)
    {
        lock (_gate)
        {
            Void(handle);
            if (replaced >= _first) Revive(replaced);
        }
    }

    /// <summary>Takes an event out for good: its session was released or assessed anew.</summary>
    public void Release(int handle)
    {
        lock (_gate) if (handle >= _first) Void(handle);
    }

    /// <summary>Counts one reported or disputed payment more (or, negative, fewer) in the lifetime of each entity it named.</summary>
    public void Note(in EntityKeys keys, int reported, int disputed)
    {
        lock (_gate)
        {
            for (var k = 0; k < Entities.Kinds; k++)
            {
                if (keys[k] == 0) continue;
                var id = _entities.Find(keys[k]);
                ref var entity = ref _entities[id >= 0 ? id : _entities.Add(keys[k])];
                entity.Reported = (ushort)Math.Clamp(entity.Reported + reported, 0, ushort.MaxValue);
                entity.Disputed = (ushort)Math.Clamp(entity.Disputed + disputed, 0, ushort.MaxValue);
            }
        }
    }

    /// <summary>
    /// Payments of the same moment come to the lock in any order. One that is late by so little counts as of the newest: running totals then only ever go forward.
    /// What is later than that is history being imported and goes to its place.
    /// </summary>
    private Observation InOrder(in Observation seen) => seen.At < _latest && _latest - seen.At <= SameMoment ? seen with { At = _latest } : seen;

    private int Add(in Observation seen, in Ids ids, ushort currency)
    {
        var index = _count;
        if (index >> ChunkBits == _chunks.Count)
        {
            _chunks.Add(new Event[ChunkSize]);
            _newestOfChunk.Add(long.MinValue);
        }
        _count++;
        _newestOfChunk[^1] = Math.Max(_newestOfChunk[^1], seen.At);
        _latest = Math.Max(_latest, seen.At);
        ref var e = ref At(index);
        e.At = seen.At;
        e.Amount = seen.Amount;
        e.Currency = currency;
        e.Flow = (byte)seen.Flow;
        e.Decision = Event.Undecided;
        e.Last4 = seen.Last4;
        for (var k = 0; k < Entities.Kinds; k++)
        {
            e.Entity[k] = -1;
            e.Before[k] = -1;
            if (seen.Keys[k] == 0) continue;
            var id = ids[k] >= 0 ? ids[k] : _entities.Add(seen.Keys[k]);
            e.Entity[k] = id;
            Link(ref e, index, k, id);
            ref var entity = ref _entities[id];
            entity.Count++;
            entity.First = Math.Min(entity.First, Seconds(seen.At));
            entity.Last = Math.Max(entity.Last, Seconds(seen.At));
            AddAmount(ref entity, seen.Amount, currency);
        }
        if (e.Last4 >= 0 && e.Entity[(int)EntityKind.CardBin] is >= 0 and var bin)
            (CollectionsMarshal.GetValueRefOrAddDefault(_ranges, bin, out _) ??= new CardRange()).Add(e.Last4, index);
        Profile(seen.Flow, currency).Add(seen.At, seen.Amount);
        for (var k = 0; k < Entities.Kinds; k++)
            if (e.Entity[k] >= 0 && _busy.TryGetValue(e.Entity[k], out var busy))
                if (busy.IsInOrder(seen.At)) busy.Add(this, index); else _busy.Remove(e.Entity[k]);
        return index;
    }

    /// <summary>The newest event of each entity is looked at next.</summary>
    private unsafe void FetchHeads(in Ids ids)
    {
        if (!Sse.IsSupported) return;
        for (var k = 0; k < Entities.Kinds; k++)
            if (ids[k] >= 0 && _entities[ids[k]].Head is var head && head >= _first) Sse.Prefetch0(Unsafe.AsPointer(ref At(head)));
    }

    /// <summary>Puts the event into the entity's chain, newest first; imported history may come late and then goes to its place.</summary>
    private void Link(ref Event e, int index, int kind, int id)
    {
        ref var entity = ref _entities[id];
        var newer = -1;
        var older = entity.Head;
        while (older >= _first && At(older).At > e.At)
        {
            newer = older;
            older = At(older).Before[kind];
        }
        e.Before[kind] = older;
        if (newer < 0) entity.Head = index; else At(newer).Before[kind] = index;
    }

    private void Decide(int handle, Decision decision)
    {
        if (handle < _first) return;
        ref var e = ref At(handle);
        if (e.Decision == Event.Voided) return;
        e.Decision = (byte)decision;
        for (var k = 0; k < Entities.Kinds; k++)
        {
            if (e.Entity[k] < 0) continue;
            ref var entity = ref _entities[e.Entity[k]];
            if (decision == Decision.Approve) entity.Approved++;
            if (decision != Decision.Decline) continue;
            entity.Declined++;
            if (_busy.TryGetValue(e.Entity[k], out var busy)) busy.Declined(this, handle);
        }
    }

    private void Void(int handle)
    {
        ref var e = ref At(handle);
        if (e.Decision == Event.Voided) return;
        for (var k = 0; k < Entities.Kinds; k++)
        {
            if (e.Entity[k] < 0) continue;
            ref var entity = ref _entities[e.Entity[k]];
            entity.Count--;
            if (e.Decision == (byte)Decision.Approve) entity.Approved--;
            if (e.Decision == (byte)Decision.Decline) entity.Declined--;
            RemoveAmount(ref entity, e.Amount, e.Currency);
            _busy.Remove(e.Entity[k]);
        }
        Profile((Flow)e.Flow, e.Currency).Remove(e.At, e.Amount);
        e.Kept = e.Decision;
        e.Decision = Event.Voided;
        for (var k = 0; k < Entities.Kinds; k++)
            if (e.Entity[k] >= 0) Reseen(ref _entities[e.Entity[k]], k);
    }

    private void Revive(int handle)
    {
        ref var e = ref At(handle);
        if (e.Decision != Event.Voided) return;
        e.Decision = e.Kept;
        for (var k = 0; k < Entities.Kinds; k++)
        {
            if (e.Entity[k] < 0) continue;
            ref var entity = ref _entities[e.Entity[k]];
            entity.Count++;
            if (e.Decision == (byte)Decision.Approve) entity.Approved++;
            if (e.Decision == (byte)Decision.Decline) entity.Declined++;
            entity.First = Math.Min(entity.First, Seconds(e.At));
            entity.Last = Math.Max(entity.Last, Seconds(e.At));
            AddAmount(ref entity, e.Amount, e.Currency);
            _busy.Remove(e.Entity[k]);
        }
        Profile((Flow)e.Flow, e.Currency).Add(e.At, e.Amount);
    }

    /// <summary>After an event was taken out: when was the entity really first and last seen?</summary>
    private void Reseen(ref EntityRow entity, int kind)
    {
        if (entity.Count == 0)
        {
            entity.First = uint.MaxValue;
            entity.Last = 0;
            return;
        }
        for (var i = entity.Head; i >= _first; i = At(i).Before[kind])
        {
            if (At(i).Decision == Event.Voided) continue;
            entity.Last = Seconds(At(i).At);
            return;
        }
    }

    private static void AddAmount(ref EntityRow entity, long amount, ushort currency)
    {
        if (entity.AmountCount == 0) entity.Currency = currency;
        if (entity.Currency != currency) return;
        entity.AmountCount++;
        entity.Sum += amount;
        entity.Squares += (double)amount * amount;
    }

    private static void RemoveAmount(ref EntityRow entity, long amount, ushort currency)
    {
        if (entity.AmountCount == 0 || entity.Currency != currency) return;
        entity.AmountCount--;
        entity.Sum -= amount;
        entity.Squares -= (double)amount * amount;
    }

    private void Trim(long now)
    {
        while (_first >> ChunkBits < _chunks.Count - 1 && _newestOfChunk[_first >> ChunkBits] < now - Horizon)
        {
            foreach (var (id, busy) in _busy)
                if (busy.IsIdle(this, now)) _busy.Remove(id);
            _chunks[_first >> ChunkBits] = null;
            _first = ((_first >> ChunkBits) + 1) << ChunkBits;
        }
    }

    private AmountProfile Profile(Flow flow, ushort currency)
    {
        ref var profile = ref CollectionsMarshal.GetValueRefOrAddDefault(_profiles, (flow, currency), out _);
        return profile ??= new AmountProfile();
    }

    private ushort CurrencyOf(string currency)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_currencies, currency, out var known);
        if (!known) number = (ushort)_currencies.Count;
        return number;
    }

    private ref Event At(int index) => ref _chunks[index >> ChunkBits]![index & (ChunkSize - 1)];

    private static uint Seconds(long milliseconds) => (uint)Math.Max(0, milliseconds / 1000);

    [InlineArray(Entities.Kinds)]
    internal struct Ids
    {
        private int _first;
    }

    internal struct Event
    {
        public const byte Undecided = 254, Voided = 255;

        public long At;
        public long Amount;
        public ushort Currency;
        public short Last4;
        public byte Decision;
        public byte Kept;
        public byte Flow;
        public Ids Entity;
        public Ids Before;
    }
}
