namespace ClausumPanel.Storage.Keys;

/// <summary>What is left to a caller.</summary>
/// <param name="Allowed">False: over the limit.</param>
/// <param name="Remaining">Calls left until <paramref name="Reset"/>.</param>
/// <param name="Reset">Unix seconds at which the window that binds begins anew.</param>
public readonly record struct Quota(bool Allowed, int Remaining, long Reset);

/// <summary>
/// When and how often a key was used, outliving the reloads of the ring. Calls count per UTC minute and UTC day, exactly however many come at once: one process owns the
/// store, so memory is the truth. A clock set back opens no new window: a window only ever moves forward. The day's count is written down with the last use, so that a
/// restart does not begin the day anew.
/// </summary>
public sealed class KeyUse
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);
    private readonly Lock _gate = new();
    private long _minute, _day, _at, _writtenAt;
    private int _inMinute, _inDay, _writtenInDay;

    /// <param name="day">The UTC day that calls were counted on last; null for a key never used.</param>
    /// <param name="inDay">How many there were.</param>
    public KeyUse(DateOnly? day, int inDay)
    {
        _day = day is { } known ? known.DayNumber - Epoch.DayNumber : 0;
        (_inDay, _writtenInDay) = (inDay, inDay);
    }

    /// <summary>Takes one call if there is one.</summary>
    public Quota Take(DateTimeOffset now, int perMinute, int? perDay)
    {
        var seconds = now.ToUnixTimeSeconds();
        lock (_gate)
        {
            if (seconds / 60 > _minute) (_minute, _inMinute) = (seconds / 60, 0);
            if (seconds / 86_400 > _day) (_day, _inDay) = (seconds / 86_400, 0);
            var minuteLeft = perMinute - _inMinute;
            var dayLeft = perDay is { } most ? most - _inDay : int.MaxValue;
            var reset = dayLeft <= minuteLeft ? (_day + 1) * 86_400 : (_minute + 1) * 60;
            if (Math.Min(minuteLeft, dayLeft) <= 0) return new Quota(false, 0, reset);
            _inMinute++;
            _inDay++;
            return new Quota(true, Math.Min(minuteLeft, dayLeft) - 1, reset);
        }
    }

    /// <summary>Gives a call back: it was a replay, which costs nothing.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            if (_inMinute > 0) _inMinute--;
            if (_inDay > 0) _inDay--;
        }
    }

    internal void Note(DateTimeOffset now) => Volatile.Write(ref _at, now.ToUnixTimeMilliseconds());

    /// <returns>What to write down, or null when nothing happened since the last time.</returns>
    internal (DateTimeOffset At, DateOnly Day, int InDay)? Unwritten()
    {
        lock (_gate)
        {
            var at = Volatile.Read(ref _at);
            return at > _writtenAt || (at > 0 && _inDay != _writtenInDay) ? (DateTimeOffset.FromUnixTimeMilliseconds(at), Epoch.AddDays((int)_day), _inDay) : null;
        }
    }

    internal void Written((DateTimeOffset At, DateOnly Day, int InDay) use)
    {
        lock (_gate) (_writtenAt, _writtenInDay) = (use.At.ToUnixTimeMilliseconds(), use.InDay);
    }
}
