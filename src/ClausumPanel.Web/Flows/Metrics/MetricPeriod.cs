using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Flows.Metrics;

public enum BucketUnit
{
    Hour, Day, Month,
}

/// <param name="Start">On the reader's clock.</param>
/// <param name="IsWhole">False: it is cut by the period's ends, or not over yet.</param>
public readonly record struct MetricBucket(MetricSpan Span, DateTimeOffset Start, bool IsWhole);

/// <summary>A period as somebody at some place on earth means it, and how it is cut for a chart.</summary>
/// <param name="Name">24h, 7d, 30d or own.</param>
/// <param name="Span">What is counted; it ends with the present quarter of an hour where the period is not over.</param>
/// <param name="IsOngoing">It has no end yet: a list of it need not have one.</param>
/// <param name="Previous">The one before, as far as this one has come.</param>
public sealed record MetricPeriod(string Name, MetricSpan Span, bool IsOngoing, MetricSpan Previous, BucketUnit Unit, IReadOnlyList<MetricBucket> Buckets)
{
    public const string Day = "24h", Week = "7d", Month = "30d", Own = "own";
    public const int LongestOwnDays = 1_100;
    private const int MostHours = 2, MostDays = 93;

    /// <param name="name">One of the words; another counts as 24h.</param>
    /// <param name="from">The first day of an own period.</param>
    /// <param name="to">The last day of an own period; null: today.</param>
    /// <param name="zone">Whose days they are.</param>
    /// <param name="now">The present.</param>
    public static MetricPeriod Of(string? name, DateOnly? from, DateOnly? to, TimeZoneInfo zone, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var end = MetricSpan.Ceiling(now.ToUnixTimeMilliseconds() + 1);
        switch (name)
        {
            case Week or Month:
                var days = name == Week ? 7 : 30;
                var first = today.AddDays(1 - days);
                var elapsed = end - Start(zone, today);
                var before = new MetricSpan(Start(zone, first.AddDays(-days)), Math.Min(Start(zone, today.AddDays(-days)) + elapsed, Start(zone, first)));
                return Cut(name, new MetricSpan(Start(zone, first), end), true, before, BucketUnit.Day, zone, end);
            case Own when from is { } day:
                var last = to is { } until && until >= day ? until : to is null ? today : day;
                if (last.DayNumber - day.DayNumber >= LongestOwnDays) day = last.AddDays(1 - LongestOwnDays);
                var length = last.DayNumber - day.DayNumber + 1;
                var close = Start(zone, last.AddDays(1));
                var span = new MetricSpan(Start(zone, day), Math.Max(Start(zone, day), Math.Min(close, end)));
                var previous = new MetricSpan(Start(zone, day.AddDays(-length)), close <= end ? Start(zone, day) : Math.Min(Start(zone, day), Start(zone, day.AddDays(-length)) + (span.To - span.From)));
                return Cut(Own, span, close > end, previous, length <= MostHours ? BucketUnit.Hour : length <= MostDays ? BucketUnit.Day : BucketUnit.Month, zone, end);
            default:
                var start = MetricSpan.Floor(now.AddHours(-24).ToUnixTimeMilliseconds());
                return Cut(Day, new MetricSpan(start, end), true, new MetricSpan(start - (end - start), start), BucketUnit.Hour, zone, end);
        }
    }

    /// <summary>The last calendar month of which even the youngest payment is old enough that most labels that will ever come have come.</summary>
    public static (MetricSpan Span, DateOnly First) LastRipeMonth(TimeZoneInfo zone, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var ripe = now.AddDays(-LabelQueries.RipeAfterDays).ToUnixTimeMilliseconds();
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var first = new DateOnly(today.Year, today.Month, 1);
        while (Start(zone, first) > ripe) first = first.AddMonths(-1);
        var last = first.AddMonths(-1);
        return (new MetricSpan(Start(zone, last), Start(zone, first)), last);
    }

    private static long Start(TimeZoneInfo zone, DateOnly day) => MetricSpan.Floor(Reader.StartOfDay(zone, day).ToUnixTimeMilliseconds());

    private static MetricPeriod Cut(string name, MetricSpan span, bool isOngoing, MetricSpan previous, BucketUnit unit, TimeZoneInfo zone, long now)
    {
        var buckets = new List<MetricBucket>();
        for (var from = span.From; from < span.To;)
        {
            var start = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(from), zone);
            var day = DateOnly.FromDateTime(start.DateTime);
            var next = unit switch
            {
                BucketUnit.Hour => NextHour(from, zone),
                BucketUnit.Day => Start(zone, day.AddDays(1)),
                BucketUnit.Month => Start(zone, new DateOnly(day.Year, day.Month, 1).AddMonths(1)),
            };
            var begins = buckets.Count > 0 || unit switch
            {
                BucketUnit.Hour => start.Minute == 0,
                BucketUnit.Day => from == Start(zone, day),
                BucketUnit.Month => from == Start(zone, new DateOnly(day.Year, day.Month, 1)),
            };
            buckets.Add(new MetricBucket(new MetricSpan(from, Math.Min(next, span.To)), start, begins && next <= span.To && next < now));
            from = next;
        }
        return new MetricPeriod(name, span, isOngoing, previous, unit, buckets);
    }

    /// <summary>When the clock on the wall next shows a full hour: not every zone's hours are UTC's, and some days have an hour more or less.</summary>
    private static long NextHour(long from, TimeZoneInfo zone)
    {
        do from += MetricSpan.Quarter;
        while (TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(from), zone).Minute != 0);
        return from;
    }
}
