using System.Runtime.InteropServices;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What a key met.</summary>
public enum Replay
{
    /// <summary>Nobody asked under this key: go on, then call <see cref="IdempotencyIndex.Finish"/> or <see cref="IdempotencyIndex.Abandon"/>.</summary>
    First,

    /// <summary>As <see cref="First"/>, but the key stood for another body until now.</summary>
    FirstOfAnother,

    /// <summary>Answered before: give that answer again.</summary>
    Answered,

    /// <summary>Another request under this key is being answered now: wait for it.</summary>
    InProgress,

    /// <summary>The key stands for another body.</summary>
    Conflict,
}

/// <summary>
/// The requests of the last 24 hours by their key, in memory and rebuilt from the log at start. One process owns the store, so this is the judge:
/// exactly one of many racing duplicates is told <see cref="Replay.First"/>. (A unique index over random keys in the assessment's own transaction would touch a
/// random page per row; on PostgreSQL, where nodes share the store, there is one.) What is in progress ends with the process.
/// </summary>
public sealed class IdempotencyIndex
{
    /// <summary>How long a key stands for its first answer.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Entry> _entries = [];
    private readonly Queue<(long At, UInt128 Key)> _ages = [];

    public int Count { get { lock (_gate) return _entries.Count; } }

    /// <param name="key">Hash of endpoint and key.</param>
    /// <param name="fingerprint">Hash of what the caller asks.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="replaceOther">True for the implicit pair of order and payment: another body takes the key over instead of meeting a conflict.</param>
    /// <param name="seq">The answered assessment.</param>
    /// <param name="running">Completes with the assessment's place, or 0 when it came to nothing and the key is free again.</param>
    public Replay Begin(UInt128 key, UInt128 fingerprint, long now, bool replaceOther, out long seq, out Task<long>? running)
    {
        (seq, running) = (0, null);
        lock (_gate)
        {
            Forget(now);
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out var known);
            if (known && entry.Fingerprint == fingerprint)
            {
                if (entry.Seq != 0)
                {
                    seq = entry.Seq;
                    return Replay.Answered;
                }
                entry.Waiting ??= new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                running = entry.Waiting.Task;
                return Replay.InProgress;
            }
            if (known && (!replaceOther || entry.Seq == 0)) return Replay.Conflict;
            entry = new Entry { Fingerprint = fingerprint, At = now };
            _ages.Enqueue((now, key));
            return known ? Replay.FirstOfAnother : Replay.First;
        }
    }

    /// <summary>The first request is stored: from now on its answer is given.</summary>
    public void Finish(UInt128 key, long seq)
    {
        TaskCompletionSource<long>? waiting;
        lock (_gate)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry)) return;
            entry.Seq = seq;
            (waiting, entry.Waiting) = (entry.Waiting, null);
        }
        waiting?.SetResult(seq);
    }

    /// <summary>The first request came to nothing: the key is free, and whoever waited may try.</summary>
    public void Abandon(UInt128 key)
    {
        Entry entry;
        lock (_gate) _entries.Remove(key, out entry);
        entry.Waiting?.SetResult(0);
    }

    /// <summary>Takes over an answered request from the log, at start.</summary>
    public void Load(UInt128 key, UInt128 fingerprint, long at, long seq)
    {
        lock (_gate)
        {
            _entries[key] = new Entry { Fingerprint = fingerprint, Seq = seq, At = at };
            _ages.Enqueue((at, key));
        }
    }

    private void Forget(long now)
    {
        var oldest = now - (long)Lifetime.TotalMilliseconds;
        while (_ages.TryPeek(out var age) && age.At < oldest)
        {
            _ages.Dequeue();
            // The key may have been given anew since.
            if (_entries.TryGetValue(age.Key, out var entry) && entry.At <= age.At && entry.Seq != 0) _entries.Remove(age.Key);
        }
    }

    private struct Entry
    {
        public UInt128 Fingerprint;
        public long Seq;
        public long At;
        public TaskCompletionSource<long>? Waiting;
    }
}
