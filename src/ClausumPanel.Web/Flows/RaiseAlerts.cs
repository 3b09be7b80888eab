using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Alerts;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Holds the last hours against the same hours of earlier weeks, and writes down what stands out.</summary>
public sealed class RaiseAlerts(PanelDb db, PolicyShelf policies, TimeProvider clock)
{
    private readonly Dictionary<string, string?> _rules = new(StringComparer.Ordinal);

    /// <param name="hours">How many, the running one among them.</param>
    /// <param name="stop">Ends it between two hours.</param>
    /// <returns>How many alerts are new.</returns>
    public async Task<int> RunAsync(int hours, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var current = (int)(now.ToUnixTimeSeconds() / 3_600);
        var raised = 0;
        for (var hour = current - hours + 1; hour <= current; hour++)
        {
            var spikes = await Spikes.FindAsync(db, hour, NameAsync, stop);
            if (spikes.Count == 0) continue;
            var known = await db.Set<Alert>().Where(a => a.Hour == hour).ToListAsync(stop);
            foreach (var spike in spikes)
            {
                if (known.Find(a => a.Kind == spike.Kind && a.Key == spike.Key) is { } alert)
                {
                    if (alert.AcknowledgedAt is null) alert.Count = spike.Count;
                    continue;
                }
                db.Add(new Alert { Id = Guid.CreateVersion7(now), Hour = spike.Hour, Kind = spike.Kind, Key = spike.Key, Count = spike.Count, Earlier = spike.Earlier, RaisedAt = now });
                raised++;
            }
            await db.SaveChangesAsync(stop);
        }
        return raised;
    }

    /// <summary>Lets go of hours that nothing is held against any more.</summary>
    public Task<int> ForgetAsync(CancellationToken stop)
    {
        var oldest = HourCount.Oldest(clock.GetUtcNow());
        var kinds = Enum.GetValues<HourKind>();            // named one by one, each is found in its place
        return db.Set<HourCount>().Where(h => kinds.Contains(h.Kind) && h.Hour < oldest).ExecuteDeleteAsync(stop);
    }

    private async ValueTask<string?> NameAsync(HourKind kind, string key, CancellationToken stop)
    {
        if (kind != HourKind.Rule) return key;
        if (_rules.TryGetValue(key, out var id)) return id;
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        var (version, place) = (int.Parse(key.AsSpan(0, dot), CultureInfo.InvariantCulture), int.Parse(key.AsSpan(dot + 1), CultureInfo.InvariantCulture));
        return _rules[key] = await policies.PolicyAsync(db, version, stop) is { } policy && place < policy.Rules.Count ? policy.Rules[place].Id : null;
    }
}
