using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>Whether the control sample may have a payment.</summary>
public enum ControlRoom
{
    /// <summary>It may, and its amount is noted.</summary>
    Taken,

    /// <summary>The day's bound is reached.</summary>
    Full,

    /// <summary>It is not known: the day has just begun, or the store does not answer.</summary>
    NotYet,
}

/// <summary>
/// Lets the control sample have a payment only while the day's bound is not reached. Room is taken from the store ahead, a tenth of the day's bound at a time or a payment's, whichever is more, so that no payment waits for it.
/// </summary>
public sealed partial class ControlBudget(IServiceScopeFactory scopes, AssessOptions options, ILogger<ControlBudget> log)
{
    private const int Parts = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>Completes when the room that is being fetched is here; at once when none is.</summary>
    internal Task Fetched { get; private set; } = Task.CompletedTask;

    /// <summary>A payment came that might have been drawn: sees that there is room for the one that is.</summary>
    /// <param name="at">Of the payment, Unix milliseconds.</param>
    /// <param name="limit">What may be let through in its currency.</param>
    public void Prepare(long at, ControlLimit limit)
    {
        lock (_lock)
        {
            if (RoomOf(at, limit) is { } room) FetchIfShort(room, limit);
        }
    }

    /// <summary>Notes a payment as let through, if there is room for it.</summary>
    /// <param name="at">Of the payment, Unix milliseconds.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="limit">What may be let through in its currency.</param>
    public ControlRoom TryTake(long at, long amount, ControlLimit limit)
    {
        lock (_lock)
        {
            if (RoomOf(at, limit) is not { } room) return ControlRoom.NotYet;
            var has = room.Left >= amount;
            if (has) room.Left -= amount;
            FetchIfShort(room, limit);
            return has ? ControlRoom.Taken : room.IsEmpty ? ControlRoom.Full : ControlRoom.NotYet;
        }
    }

    /// <summary>The payment was not let through after all.</summary>
    public void GiveBack(long at, string currency, long amount)
    {
        lock (_lock)
        {
            if (_rooms.TryGetValue(currency, out var room) && room.Day == DayOf(at)) room.Left += amount;
        }
    }

    // None for a payment that is stamped before the day that has begun.
    private Room? RoomOf(long at, ControlLimit limit)
    {
        var day = DayOf(at);
        if (!_rooms.TryGetValue(limit.Currency, out var room) || room.Day < day) return _rooms[limit.Currency] = new Room(day) { Most = limit.Day };
        if (room.Day > day) return null;
        // Of a lower bound more than all may be taken already: then the store is asked anew.
        if (room.Most != limit.Day) (room.Most, room.Left, room.IsEmpty) = (limit.Day, limit.Day > room.Most ? room.Left : 0, false);
        return room;
    }

    private void FetchIfShort(Room room, ControlLimit limit)
    {
        if (room.Left >= limit.Payment || room.IsEmpty || room.IsFetching) return;
        room.IsFetching = true;
        Fetched = Task.Run(() => FetchAsync(room, limit));
    }

    private async Task FetchAsync(Room room, ControlLimit limit)
    {
        long? fetched = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            fetched = await ControlDay.TakeAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), room.Day, limit.Currency, Math.Max(limit.Payment, limit.Day / Parts), limit.Day, CancellationToken.None);
        }
        // Whatever it was: without room nothing is let through, and the next payment asks again.
        catch (Exception e)
        {
            NotFetched(log, e);
        }
        finally
        {
            lock (_lock)
            {
                room.IsFetching = false;
                if (room.Most >= limit.Day) room.Left += fetched ?? 0;
                room.IsEmpty = fetched == 0 && room.Most == limit.Day;
            }
        }
    }

    private int DayOf(long at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), options.Zone).DateTime).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    [LoggerMessage(LogLevel.Warning, "The control sample lets nothing through: the store gave no room")]
    private static partial void NotFetched(ILogger logger, Exception why);

    /// <summary>What may still be let through in a currency on one day without asking the store.</summary>
    private sealed class Room(int day)
    {
        public int Day => day;
        public long Most { get; set; }
        public long Left { get; set; }
        public bool IsFetching { get; set; }

        /// <summary>The store has no more for this day.</summary>
        public bool IsEmpty { get; set; }
    }
}
