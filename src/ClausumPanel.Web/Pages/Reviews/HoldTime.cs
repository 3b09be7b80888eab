using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The times until which one is usually put away, each by a code; which instant that is the server says when it is asked for.</summary>
public static class HoldTime
{
    public const string Other = "other", Unknown = "Choose one of the times that are offered.";

    private const int Morning = 9;

    /// <summary>In the order of their keys; <see cref="Other"/> comes last and has a field of its own.</summary>
    public static readonly IReadOnlyList<string> Codes = ["1h", "4h", "tomorrow", "monday"];

    /// <param name="code">One of <see cref="Codes"/>.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="here">The reader's clock.</param>
    /// <param name="hours">Of the queue; null: any day is a working day, and begins at nine where the reader is.</param>
    /// <param name="there">In which the queue's hours are.</param>
    /// <returns>Null when there is no such code.</returns>
    public static DateTimeOffset? Of(string? code, DateTimeOffset now, TimeZoneInfo here, BusinessHours? hours, TimeZoneInfo there)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, hours is null ? here : there).DateTime);
        var monday = today.AddDays(7 - (((int)today.DayOfWeek + 6) % 7));
        return code switch
        {
            "1h" => now.AddHours(1),
            "4h" => now.AddHours(4),
            "tomorrow" => From(today.AddDays(1)),
            // Where that is tomorrow's already, a week later.
            "monday" => From(monday) > From(today.AddDays(1)) ? From(monday) : From(monday.AddDays(7)),
            _ => null,
        };

        DateTimeOffset From(DateOnly day) => hours is null ? Local(day.ToDateTime(new TimeOnly(Morning, 0))) : hours.After(Reader.StartOfDay(there, day), TimeSpan.Zero, there);

        DateTimeOffset Local(DateTime at)
        {
            while (here.IsInvalidTime(at)) at = at.AddMinutes(15);
            return new DateTimeOffset(at, here.GetUtcOffset(at)).ToUniversalTime();
        }
    }
}
