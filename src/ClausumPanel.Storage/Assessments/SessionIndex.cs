namespace ClausumPanel.Storage.Assessments;

/// <summary>The assessment a session ended in: where it stands in the log, and in the velocity index.</summary>
public readonly record struct SessionEntry(long Seq, int Handle, long At);

/// <summary>
/// The sessions of the last day, so that the browser's pre-check and the server's assessment of one session count once, and a released session not at all. What a server asks twice counts twice.
/// A session id is a name, not a secret: it opens nothing.
/// </summary>
public sealed class SessionIndex
{
    /// <summary>Within this time another assessment under the same session knows of the first, and stands for it when a page had asked it.</summary>
    public static readonly TimeSpan Mergeable = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, SessionEntry> _entries = [];
    private readonly Queue<(long At, ulong Key)> _ages = [];

    public bool TryFind(ulong session, out SessionEntry entry)
    {
        lock (_gate) return _entries.TryGetValue(session, out entry);
    }

    public void Set(ulong session, SessionEntry entry)
    {
        lock (_gate)
        {
            _entries[session] = entry;
            _ages.Enqueue((entry.At, session));
            var oldest = entry.At - (long)Lifetime.TotalMilliseconds;
            while (_ages.TryPeek(out var age) && age.At < oldest)
            {
                _ages.Dequeue();
                if (_entries.TryGetValue(age.Key, out var old) && old.At <= age.At) _entries.Remove(age.Key);
            }
        }
    }
}
