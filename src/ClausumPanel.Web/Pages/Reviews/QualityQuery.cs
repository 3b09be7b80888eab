using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The period the quality page shows and its file holds.</summary>
public sealed class QualityQuery
{
    public static readonly IReadOnlyList<(string Word, int Days)> Periods = [("today", 1), ("7d", 7), ("30d", 30), ("90d", 90)];

    [FromQuery(Name = "period")] public string? Period { get; set; }

    public (string Word, int Days) Chosen => Periods.FirstOrDefault(p => p.Word == Period, Periods[2]);

    /// <summary>Whole days on the reader's clock, up to now.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Span(Reader reader, DateTimeOffset now) =>
        (reader.StartOfDay(DateOnly.FromDateTime(reader.Zoned(now).DateTime).AddDays(1 - Chosen.Days)), now.AddMilliseconds(1));

    public static string Name(Texts T, string word) => word switch
    {
        "today" => T["Today"],
        "7d" => T["7 days"],
        "30d" => T["30 days"],
        _ => T["90 days"],
    };

    /// <summary>What queues are called; one that was deleted by its number.</summary>
    internal static async Task<Func<int, string>> QueueNamesAsync(PanelDb db, Texts T, CancellationToken stop)
    {
        var names = await db.Set<ReviewQueue>().ToDictionaryAsync(q => q.Number, q => q.Name, stop);
        return number => names.TryGetValue(number, out var name) ? T.QueueName(name) : T["Queue {0} (deleted)", number.ToString(CultureInfo.InvariantCulture)];
    }

    internal static async Task<IReadOnlyList<(string Name, QualityFigures Figures)>> PeopleAsync(PanelDb db, ReviewQuality quality, CancellationToken stop)
    {
        var ids = quality.People.Keys.ToArray();
        var names = await db.Users.Where(u => ids.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop);
        return [.. quality.People.Select(p => (names.GetValueOrDefault(p.Key, "?"), p.Value)).OrderByDescending(p => p.Value.Decided).ThenBy(p => p.Item1, StringComparer.CurrentCulture)];
    }
}
