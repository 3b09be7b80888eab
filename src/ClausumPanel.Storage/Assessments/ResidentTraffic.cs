using System.Data.Common;
using ClausumPanel.Assess.Previews;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// Stretches of the log that previews looked at, kept in memory so that the next preview need not read them: of what is stored of an assessment nothing changes but what its age takes away. The ones not asked for longest make room.
/// Thread-safe.
/// </summary>
/// <param name="mostBytes">About how much memory they may take together; 0: nothing is kept.</param>
public sealed class ResidentTraffic(long mostBytes)
{
    private const long BlockAtFirst = 256L * TrafficBlock.Places;

    private static readonly ScanScope Everything = new(long.MinValue, long.MaxValue);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LinkedListNode<(long Number, TrafficBlock Block)>> _blocks = [];
    private readonly LinkedList<(long Number, TrafficBlock Block)> _latestFirst = [];
    private readonly HashSet<long> _unreadable = [];
    private long _bytes, _cleared;

    /// <summary>About how much memory they take now.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>About how many stretches there is room for, those that are kept included.</summary>
    public long Room
    {
        get
        {
            lock (_lock) return mostBytes / (_blocks.Count == 0 ? BlockAtFirst : Math.Max(1, _bytes / _blocks.Count));
        }
    }

    /// <summary>The number of the stretch in which this place of the log lies.</summary>
    public static long NumberOf(long seq) => (seq - 1) / TrafficBlock.Places;

    /// <summary>The first and the last place of a stretch.</summary>
    public static (long First, long Last) PlacesOf(long number) => ((number * TrafficBlock.Places) + 1, (number + 1) * TrafficBlock.Places);

    /// <summary>The stretch, if it is kept and holds what is needed.</summary>
    public TrafficBlock? Find(long number, PreviewNeeds needs)
    {
        lock (_lock)
        {
            if (!_blocks.TryGetValue(number, out var node) || !node.Value.Block.Has(needs)) return null;
            _latestFirst.Remove(node);
            _latestFirst.AddFirst(node);
            return node.Value.Block;
        }
    }

    /// <summary>Reads a stretch that is complete, and keeps it.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="needs">What it must hold; what it held before it goes on holding.</param>
    /// <param name="connection">Open, and nobody else reads from it meanwhile.</param>
    /// <param name="step">Called after each assessment; may wait or throw.</param>
    /// <returns>Null where something in it cannot be read: it is not kept then.</returns>
    public TrafficBlock? Load(long number, PreviewNeeds needs, DbConnection connection, Action step)
    {
        ArgumentNullException.ThrowIfNull(needs);
        ArgumentNullException.ThrowIfNull(step);
        long cleared;
        lock (_lock)
        {
            cleared = _cleared;
            if (_unreadable.Contains(number)) return null;
            if (_blocks.TryGetValue(number, out var known)) needs = needs.With(known.Value.Block.Facts);
        }
        var builder = new TrafficBlock.Builder(needs);
        var (first, last) = PlacesOf(number);
        using var scan = AssessmentScan.Open(connection, first, last, Everything);
        while (scan.Read())
        {
            if (!builder.Add(scan.Row(Outcome.Unknown)))
            {
                lock (_lock) _unreadable.Add(number);
                return null;
            }
            step();
        }
        var block = builder.Finish();
        Keep(number, block, cleared);
        return block;
    }

    /// <summary>Forgets them all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _blocks.Clear();
            _latestFirst.Clear();
            _bytes = 0;
            _cleared++;
        }
    }

    private void Keep(long number, TrafficBlock block, long cleared)
    {
        lock (_lock)
        {
            // What was read before all were forgotten may be what they were forgotten for.
            if (cleared != _cleared) return;
            if (_blocks.Remove(number, out var old)) Drop(old);
            _blocks[number] = _latestFirst.AddFirst((number, block));
            _bytes += block.Bytes;
            while (_bytes > mostBytes && _latestFirst.Last is { } oldest)
            {
                _blocks.Remove(oldest.Value.Number);
                Drop(oldest);
            }
        }

        void Drop(LinkedListNode<(long Number, TrafficBlock Block)> node)
        {
            _latestFirst.Remove(node);
            _bytes -= node.Value.Block.Bytes;
        }
    }
}
