using System.Globalization;
using ClausumPanel.Storage.Team;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Whoever is reading this page: their clock and how they like it to look. The person's setting, else what the browser said, else the installation's.</summary>
public sealed class Reader(IHttpContextAccessor http, IOptions<PanelOptions> options)
{
    public const string ZoneCookie = "panel-zone", ThemeCookie = "panel-theme";

    private TimeZoneInfo? _zone;

    public TimeZoneInfo Zone => _zone ??= Known(http.HttpContext?.User.TimeZone) ?? Known(http.HttpContext?.Request.Cookies[ZoneCookie]) ?? options.Value.Zone;

    /// <summary>"light", "dark", or null when the system decides.</summary>
    public string? Theme
    {
        get
        {
            var theme = http.HttpContext?.User is { IsSignedIn: true } person ? person.Theme : Theme(http.HttpContext?.Request.Cookies[ThemeCookie]);
            return theme switch { Storage.Team.Theme.Light => "light", Storage.Team.Theme.Dark => "dark", Storage.Team.Theme.System => null };

            static Theme Theme(string? word) => Enum.TryParse<Theme>(word, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : Storage.Team.Theme.System;
        }
    }

    public DateTimeOffset Zoned(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    /// <summary>When the day of that moment began for the reader.</summary>
    public DateTimeOffset StartOfDay(DateTimeOffset at) => StartOfDay(DateOnly.FromDateTime(Zoned(at).DateTime));

    public DateTimeOffset StartOfDay(DateOnly day) => StartOfDay(Zone, day);

    /// <summary>When that day begins there.</summary>
    public static DateTimeOffset StartOfDay(TimeZoneInfo zone, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);        // the clocks went forward at midnight
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    private const string Minute = "yyyy-MM-dd'T'HH:mm", MinuteAndOffset = Minute + "zzz";

    /// <summary>A moment as <see cref="Instant"/> reads it: what the clock shows, and where it shows that twice in the night it goes back, how far from UTC it was.</summary>
    public string Local(long at)
    {
        var local = Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at));
        return local.ToString(Zone.IsAmbiguousTime(local.DateTime) ? MinuteAndOffset : Minute, CultureInfo.InvariantCulture);
    }

    /// <summary>A moment as a form sends it, on the reader's clock; null when it cannot be read.</summary>
    public DateTimeOffset? Instant(string? text)
    {
        if (DateTimeOffset.TryParseExact(text, MinuteAndOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var exact)) return exact.ToUniversalTime();
        if (!DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return null;
        return local.TimeOfDay == TimeSpan.Zero ? StartOfDay(DateOnly.FromDateTime(local)) : new DateTimeOffset(local, Zone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>24/11 14:03:22 or 11/24 2:03:22 PM: short, because lists are about now.</summary>
    public string Moment(DateTimeOffset at) => Zoned(at).ToString(CultureInfo.CurrentCulture.TwoLetterISOLanguageName == "es" ? "dd MMM HH:mm:ss" : "MMM dd HH:mm:ss", CultureInfo.CurrentCulture);

    /// <summary>24 nov: a day beside an hour.</summary>
    public static string DayAndMonth(DateTimeOffset local) => local.ToString(CultureInfo.CurrentCulture.TwoLetterISOLanguageName == "es" ? "dd MMM" : "MMM dd", CultureInfo.CurrentCulture);

    /// <summary>A clock by how far from UTC it is: UTC, UTC-6, UTC+5:30.</summary>
    public static string Offset(TimeSpan offset) =>
        offset == TimeSpan.Zero ? "UTC" : $"UTC{(offset < TimeSpan.Zero ? "-" : "+")}{offset.Duration().ToString(offset.Minutes == 0 ? "%h" : @"h\:mm", CultureInfo.InvariantCulture)}";

    /// <summary>24 nov 2026: the day of that moment.</summary>
    /// <param name="at">Unix milliseconds.</param>
    public string Day(long at) => Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToString(CultureInfo.CurrentCulture.TwoLetterISOLanguageName == "es" ? "d MMM yyyy" : "MMM d, yyyy", CultureInfo.CurrentCulture);

    /// <summary>24 nov 2026, 14:03: until when something lasts.</summary>
    /// <param name="at">Unix milliseconds.</param>
    public string DayAndTime(long at) => $"{Day(at)}, {Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToString("HH:mm", CultureInfo.InvariantCulture)}";

    /// <summary>mar 24 nov, 14:03: a day of the week as people plan by it.</summary>
    public string WeekdayAndTime(DateTimeOffset at) => Zoned(at) is var local ? $"{local.ToString("ddd", CultureInfo.CurrentCulture).TrimEnd('.')} {MonthDayAndTime(at)}" : "";

    /// <summary>24 nov, 14:03: where the day of the week is said already.</summary>
    public string MonthDayAndTime(DateTimeOffset at) => Zoned(at) is var local ? $"{DayAndMonth(local)}, {local.ToString("HH:mm", CultureInfo.InvariantCulture)}" : "";

    /// <summary>The hour alone; on another day than now with the day: 09:15; 01 dic, 09:15.</summary>
    public string TimeOrDay(DateTimeOffset at, DateTimeOffset now) => Zoned(at) is var local && local.Date == Zoned(now).Date ? local.ToString("HH:mm", CultureInfo.InvariantCulture) : MonthDayAndTime(at);

    /// <summary>The name of the reader's clock where it shows another hour at one of these moments than the organization's; null: there is nothing to tell apart.</summary>
    public string? ClockName(params IEnumerable<DateTimeOffset> at) => at.Any(a => options.Value.Zone.GetUtcOffset(a) != Zone.GetUtcOffset(a)) ? ClockHere : null;

    /// <summary>The name of the reader's clock.</summary>
    public string ClockHere => Zone.Id.Replace('_', ' ');

    /// <summary>The hour on another clock, where the reader's shows another, with its day where that is another too: 02:07; 30 nov 23:07. Null: they show the same.</summary>
    public string? OnClock(TimeZoneInfo zone, DateTimeOffset at)
    {
        var (there, here) = (TimeZoneInfo.ConvertTime(at, zone), Zoned(at));
        return there.Offset == here.Offset ? null : (there.Date == here.Date ? "" : DayAndMonth(there) + " ") + there.ToString("HH:mm", CultureInfo.InvariantCulture);
    }

    /// <param name="at">Unix milliseconds.</param>
    public string? ClockName(long at) => ClockName(DateTimeOffset.FromUnixTimeMilliseconds(at));

    public string Whole(DateTimeOffset at) => Zoned(at).ToString("F", CultureInfo.CurrentCulture);

    private static TimeZoneInfo? Known(string? id) => id is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;
}
