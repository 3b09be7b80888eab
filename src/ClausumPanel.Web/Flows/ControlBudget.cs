using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Lets the control sample have a payment only while the day's bound is not reached. Room is taken from the store ahead, a part of the day's bound at a time, so that no payment waits for it: one that finds none is declined as ever,
/// and room is fetched for the next.
/// </summary>
public sealed partial class ControlBudget(IServiceScopeFactory scopes, AssessOptions options, ILogger<ControlBudget> log)
{
    // Of the day's bound: what is lost at most when the service stops.
    private const int Parts = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>Completes when the room that is being fetched is here; at once when none is.</summary>
    internal Task Fetched { get; private set; } = Task.CompletedTask;

    /// <summary>Notes a payment as let through, if there is room for it.</summary>
    /// <param name="at">Of the payment, Unix milliseconds.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="limit">What may be let through in its currency.</param>
    public bool TryTake(long at, long amount, ControlLimit limit)
    {
        var day = DayOf(at);
        lock (_lock)
        {
            if (!_rooms.TryGetValue(limit.Currency, out var room) || room.Day != day || room.Most != limit.Day) _rooms[limit.Currency] = room = new Room(day, limit.Day);
            var has = room.Left >= amount;
            if (has) room.Left -= amount;
            if (room.Left < limit.Payment && !room.IsEmpty && !room.IsFetching)
            {
                room.IsFetching = true;
                Fetched = Task.Run(() => FetchAsync(room, limit));
            }
            return has;
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

    private async Task FetchAsync(Room room, ControlLimit limit)
    {
        var fetched = -1L;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            fetched = await ControlDay.TakeAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), room.Day, limit.Currency, Math.Max(limit.Payment, limit.Day / Parts), limit.Day, CancellationToken.None);
        }
        catch (DbException e)
        {
            // Without the store nothing is let through; the next one that is drawn asks again.
            NotCounted(log, e);
        }
        lock (_lock)
        {
            room.IsFetching = false;
            room.Left += Math.Max(fetched, 0);
            room.IsEmpty = fetched == 0;
        }
    }

    private int DayOf(long at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), options.Zone).DateTime).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    [LoggerMessage(LogLevel.Warning, "The control sample lets nothing through: the store gave no room")]
    private static partial void NotCounted(ILogger logger, Exception why);

    /// <summary>What may still be let through in a currency without asking the store.</summary>
    private sealed class Room(int day, long most)
    {
        public int Day => day;
        public long Most => most;
        public long Left { get; set; }
        public bool IsFetching { get; set; }

        /// <summary>The store has no more for this day.</summary>
        public bool IsEmpty { get; set; }
    }
}
