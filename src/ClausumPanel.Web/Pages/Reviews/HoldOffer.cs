using System.Globalization;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The times that are offered to put an item away until.</summary>
/// <param name="queue">In which it waits: its hours say which days are working days.</param>
/// <param name="now">The current instant.</param>
/// <param name="reader">Whose clock it is.</param>
/// <param name="zone">The organization's, in which the queue's hours are.</param>
/// <param name="T">The reader's language.</param>
public sealed class HoldOffer(ReviewQueue queue, DateTimeOffset now, Reader reader, TimeZoneInfo zone, Texts T)
{
    /// <param name="code">One of <see cref="HoldTime.Codes"/>.</param>
    /// <returns>Null when there is no such code.</returns>
    public DateTimeOffset? Until(string code) => HoldTime.Of(code, now, reader.Zone, queue.ReadHours(), zone);

    /// <summary>Each by its code, in words, as the reader's clock will show it and, where that is another hour, the shop's, and whether the authorisation has lapsed by then.</summary>
    /// <param name="lapses">When that lapses, Unix milliseconds; null: nobody said.</param>
    public IEnumerable<(string Code, string Words, string At, string? AtShop, bool IsTooLate)> Times(long? lapses) => HoldTime.Codes.Select(code =>
    {
        var at = Until(code)!.Value;
        return (code, code switch
        {
            "1h" => T["In 1 hour"],
            "4h" => T["In 4 hours"],
            "tomorrow" => queue.Hours is null ? T["Tomorrow"] : T["The next working day"],
            // Where Monday is none, the next week begins later.
            _ => WeekDay(reader.Zoned(at)),
        }, code == "monday" ? reader.MonthDayAndTime(at) : reader.WeekdayAndTime(at), reader.OnClock(zone, at) is { } there ? T["{0} at the shop", there] : null, at.ToUnixTimeMilliseconds() > lapses);
    });

    /// <summary>The name of the reader's clock.</summary>
    public string Clock => reader.ClockHere;

    /// <summary>An hour from now, as a form shows it.</summary>
    public string Later => reader.Zoned(now.AddHours(1)).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static string WeekDay(DateTimeOffset local) => local.ToString("dddd", CultureInfo.CurrentCulture) is var name ? char.ToUpper(name[0], CultureInfo.CurrentCulture) + name[1..] : "";
}
