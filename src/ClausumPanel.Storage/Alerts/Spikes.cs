using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Alerts;

/// <param name="Earlier">In the same hour of the earlier weeks, all of them together.</param>
public readonly record struct Spike(int Hour, HourKind Kind, string Key, long Count, long Earlier);

/// <summary>What is far more frequent in an hour than it was in the same hour of the weeks before.</summary>
public static class Spikes
{
    private static readonly HourKind[] Kinds = [HourKind.Decision, HourKind.Signal, HourKind.Rule, HourKind.Country, HourKind.CardBin];

    public const int Weeks = 4, Fewest = 5, HoursInWeek = 168;

    /// <summary>At least five, and more than the mean of the earlier weeks by three times its root: what chance alone does to a count once in hundreds of times.</summary>
    public static bool IsOne(long count, long earlier)
    {
        var mean = earlier / (double)Weeks;
        return count >= Fewest && count > mean + (3 * Math.Sqrt(mean));
    }

    /// <summary>The spikes of one hour; none before four weeks of counts are there to hold it against.</summary>
    /// <param name="db">The store.</param>
    /// <param name="hour">Hours since 1970.</param>
    /// <param name="name">What a stored key is called for good: rules have another key in every version of the policy. Null: left out.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<List<Spike>> FindAsync(PanelDb db, int hour, Func<HourKind, string, CancellationToken, ValueTask<string?>> name, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(name);
        int[] hours = [hour, .. Enumerable.Range(1, Weeks).Select(week => hour - (week * HoursInWeek))];
        if (await db.Set<HourCount>().Where(h => h.Kind == HourKind.Decision).MinAsync(h => (int?)h.Hour, stop) is not { } oldest || oldest > hours[^1]) return [];
        var sums = new Dictionary<(HourKind, string), (long Count, long Earlier)>();
        foreach (var row in await db.Set<HourCount>().AsNoTracking().Where(h => Kinds.Contains(h.Kind) && hours.Contains(h.Hour)).ToListAsync(stop))
        {
            if (await name(row.Kind, row.Key, stop) is not { } key) continue;
            var (count, earlier) = sums.GetValueOrDefault((row.Kind, key));
            sums[(row.Kind, key)] = row.Hour == hour ? (count + row.Count, earlier) : (count, earlier + row.Count);
        }
        return [.. sums.Where(s => IsOne(s.Value.Count, s.Value.Earlier)).Select(s => new Spike(hour, s.Key.Item1, s.Key.Item2, s.Value.Count, s.Value.Earlier)).OrderBy(s => s.Kind).ThenBy(s => s.Key, StringComparer.Ordinal)];
    }
}
