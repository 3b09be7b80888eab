using System.Globalization;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>The whole days of UTC that the quality page tells of.</summary>
public sealed class QualityPeriod
{
    public static readonly IReadOnlyList<(string Word, int Days)> Periods = [("30d", 30), ("90d", 90), ("180d", 180), ("365d", 365)];

    [FromQuery(Name = "period")] public string? Period { get; set; }

    /// <summary>"1": only days so old that most labels that will ever come have come.</summary>
    [FromQuery(Name = "ripe")] public string? Ripe { get; set; }

    public (string Word, int Days) Chosen => Periods.FirstOrDefault(p => p.Word == Period, Periods[1]);

    public bool IsRipeOnly => Ripe == "1";

    /// <summary>The first day, and the first that is not in it. Ripe days are as many, only earlier.</summary>
    public (int First, int End) Days(DateTimeOffset now)
    {
        var end = (int)(now.ToUnixTimeSeconds() / 86_400) + 1 - (IsRipeOnly ? LabelQueries.RipeAfterDays + 1 : 0);
        return (end - Chosen.Days, end);
    }

    public string With(string? period = null, bool? ripe = null) => $"?period={period ?? Chosen.Word}{(ripe ?? IsRipeOnly ? "&ripe=1" : "")}";

    public static string Name(Texts T, string word)
    {
        ArgumentNullException.ThrowIfNull(T);
        return word switch
        {
            "30d" => T["30 days"],
            "90d" => T["90 days"],
            "180d" => T["180 days"],
            _ => T["A year"],
        };
    }

    /// <summary>The Monitor, narrowed to live payments of the period and to that.</summary>
    public string Monitor(Reader reader, DateTimeOffset now, params ReadOnlySpan<(string Name, string Value)> more)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (first, end) = Days(now);
        List<(string, string)> pairs = [("period", "own"), ("from", Local(first)), ("to", Local(end)), ("kind", "live")];
        foreach (var pair in more) pairs.Add(pair);
        return MonitorQuery.Address(pairs);

        string Local(int day) => reader.Zoned(DateTimeOffset.FromUnixTimeSeconds(day * 86_400L)).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
    }
}
