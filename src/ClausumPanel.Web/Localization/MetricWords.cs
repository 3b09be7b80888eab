using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Localization;

/// <summary>How figures are written for a person.</summary>
public static class MetricWords
{
    private const string TenThousand = "#,0.0";

    public static string Show(this Texts T, MetricValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.HasTooFew) return T["Too few labels"];
        if (!value.IsKnown) return "–";
        return value.Metric.Kind switch
        {
            MetricKind.Count or MetricKind.Money or MetricKind.MoneyBasisPoints => value.Part.ToString("N0", CultureInfo.CurrentCulture),
            MetricKind.Share => value.Share.Value.ToString("P1", CultureInfo.CurrentCulture),
            MetricKind.BasisPoints => T["{0} bps", (value.Share.Value * 10_000).ToString(TenThousand, CultureInfo.CurrentCulture)],
            MetricKind.Ratio => T["{0} : 1", value.Ratio.ToString("0.0", CultureInfo.CurrentCulture)],
        };
    }

    /// <summary>Between which ends the figure lies with 95 % of certainty; null where that says nothing.</summary>
    public static string? Interval(this Texts T, MetricValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!value.IsKnown || value.Metric.Kind is not (MetricKind.Share or MetricKind.BasisPoints or MetricKind.Ratio)) return null;
        var (low, high) = value.Metric.Kind == MetricKind.Ratio ? value.RatioInterval : (value.Share.Low, value.Share.High);
        return value.Metric.Kind switch
        {
            MetricKind.Share => $"{low.ToString("P1", CultureInfo.CurrentCulture)} – {high.ToString("P1", CultureInfo.CurrentCulture)}",
            MetricKind.BasisPoints => $"{(low * 10_000).ToString(TenThousand, CultureInfo.CurrentCulture)} – {(high * 10_000).ToString(TenThousand, CultureInfo.CurrentCulture)}",
            _ => $"{low.ToString("0.0", CultureInfo.CurrentCulture)} – {(double.IsInfinity(high) ? "∞" : high.ToString("0.0", CultureInfo.CurrentCulture))}",
        };
    }

    /// <summary>The change against the previous period; null where one of them says nothing.</summary>
    public static string? Change(this Texts T, MetricValue now, MetricValue before)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        if (!now.IsKnown || !before.IsKnown) return null;
        switch (now.Metric.Kind)
        {
            case MetricKind.Count:
                return before.Part == 0 ? null : Signed((now.Part - before.Part) / (double)before.Part, "P1");
            case MetricKind.Share:
                return T["{0} points", Signed((now.Share.Value - before.Share.Value) * 100, "0.0")];
            default:
                return null;
        }
    }

    public static string Points(this Texts T, double change) => T["{0} points", Signed(change * 100, "0.0")];

    private static string Signed(double number, string format) => (number > 0 ? "+" : number < 0 ? "−" : "±") + Math.Abs(number).ToString(format, CultureInfo.CurrentCulture);

    public static string Show(Money part, Money whole) => whole.Minor == 0 ? "–" : ((double)part.Minor / whole.Minor * 10_000).ToString(TenThousand, CultureInfo.CurrentCulture);

    /// <summary>How long: 3 d 4 h, 2 h 10 min, 12 min.</summary>
    public static string Lasting(this Texts T, TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => T["{0} d {1} h", (int)time.TotalDays, time.Hours],
        { TotalHours: >= 1 } => T["{0} h {1} min", time.Hours, time.Minutes],
        _ => T["{0} min", Math.Max(0, (int)time.TotalMinutes)],
    };

    /// <summary>1.25 ms.</summary>
    public static string Latency(long? microseconds) => microseconds is { } us ? (us / 1_000.0).ToString(us < 10_000 ? "0.00" : "#,0.0", CultureInfo.CurrentCulture) + " ms" : "–";

    public static string PeriodName(this Texts T, string name) => name switch
    {
        MetricPeriod.Week => T["7 days"],
        MetricPeriod.Month => T["30 days"],
        MetricPeriod.Own => T["Own period"],
        _ => T["24 h"],
    };

    /// <summary>The stretch in words, on the reader's clock; of one that goes on, no instant that has not come.</summary>
    public static string Span(this Reader reader, MetricPeriod period, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(period);
        var spanish = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es";
        var format = period.Name == MetricPeriod.Day ? spanish ? "d MMM HH:mm" : "MMM d HH:mm" : spanish ? "d MMM yyyy" : "MMM d, yyyy";
        string Say(long at) => reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToString(format, CultureInfo.CurrentCulture);
        return $"{Say(period.Span.From)} – {Say(Math.Min(period.Span.To - 1, now.ToUnixTimeMilliseconds()))}";
    }

    /// <summary>The bucket's name on the axis and in the table.</summary>
    public static string Name(MetricBucket bucket, BucketUnit unit)
    {
        var spanish = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es";
        return unit switch
        {
            BucketUnit.Hour => bucket.Start.ToString("HH:mm", CultureInfo.CurrentCulture),
            BucketUnit.Day => bucket.Start.ToString(spanish ? "d MMM" : "MMM d", CultureInfo.CurrentCulture),
            BucketUnit.Month => bucket.Start.ToString("MMM yyyy", CultureInfo.CurrentCulture),
        };
    }
}
