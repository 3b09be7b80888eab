using ClausumPanel.Assess;
using ClausumPanel.Storage.Velocity;

namespace ClausumPanel.Storage.Assessments;

/// <summary>The assessment a session ended in: where it stands in the log, and in the velocity index.</summary>
/// <param name="Began">When the first one of the session was judged, Unix milliseconds.</param>
/// <param name="Customer">Whose session it is, once somebody has said so; 0: nobody has.</param>
/// <param name="Email">As <paramref name="Customer"/>.</param>
public readonly record struct SessionEntry(long Seq, int Handle, long At, long Began, ulong Customer, ulong Email)
{
    public static SessionEntry Of(long seq, int handle, long at, in EntityKeys keys) => new(seq, handle, at, at, keys[(int)EntityKind.Customer], keys[(int)EntityKind.Email]);

    /// <summary>Whether an assessment at that moment, of that payer, still belongs to it: it is bound by its beginning, however often it was used since, and to the first who was named in it.</summary>
    public bool Takes(long at, in EntityKeys keys) =>
        at >= Began && at - Began <= (long)SessionIndex.Mergeable.TotalMilliseconds && Fits(Customer, keys[(int)EntityKind.Customer]) && Fits(Email, keys[(int)EntityKind.Email]);

    private static bool Fits(ulong known, ulong named) => known == 0 || named == 0 || known == named;
}

/// <summary>
/// The sessions of the last day, so that the browser's pre-check and the server's assessment of one session count once, and a released session not at all. What a server asks twice counts twice.
/// A session id is a name, not a secret: it opens nothing.
/// </summary>
public sealed class SessionIndex
{
    /// <summary>Within this time of its beginning another assessment under the same session knows of the one before, and stands for it when a page had asked it.</summary>
    public static readonly TimeSpan Mergeable = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, SessionEntry> _entries = [];
    private readonly Queue<(long At, ulong Key)> _ages = [];

    public bool TryFind(ulong session, out SessionEntry entry)
    {
        lock (_gate) return _entries.TryGetValue(session, out entry);
    }

    /// <summary>The session has ended in this one for now. While it lasts it keeps its beginning and its first payer, and somebody else who names it changes nothing.</summary>
    public void Set(ulong session, SessionEntry entry, in EntityKeys keys)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(session, out var before) && entry.At - before.Began <= (long)Mergeable.TotalMilliseconds)
            {
                if (!before.Takes(entry.At, keys)) return;
                entry = entry with { Began = before.Began, Customer = before.Customer != 0 ? before.Customer : entry.Customer, Email = before.Email != 0 ? before.Email : entry.Email };
            }
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
