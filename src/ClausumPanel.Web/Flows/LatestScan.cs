using System.Diagnostics;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What is asked about each assessment of a <see cref="LatestScan"/>.</summary>
public interface ILookAtEach
{
    void Take(in PreviewRow row);

    /// <summary>The rows between these places were taken; what comes next is older.</summary>
    Task EndStretchAsync(long first, long last, CancellationToken stop);
}

/// <summary>Looks through the latest stored assessments, as many as there is time for: stretch by stretch, the newest first, each in the order of the log. It writes nothing.</summary>
public sealed class LatestScan(PanelDb db, RuleTrialRoom room)
{
    // A reader that stays open keeps the write-ahead log from beginning anew: it reads little at a time.
    private const int Together = 4_096, LookEvery = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>Whether it stopped before the end: there were more than it had time for.</returns>
    public async Task<bool> RunAsync(ScanScope scope, ILookAtEach by, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(by);
        await room.Places.WaitAsync(stop);
        try
        {
            if (await AssessmentScan.RangeAsync(db, scope, stop) is not { } range) return false;
            await db.Database.OpenConnectionAsync(stop);
            var (began, read) = (Stopwatch.GetTimestamp(), 0L);
            for (var last = range.Last; last >= range.First; last -= Together)
            {
                // Only between stretches: what was looked at is then the latest of them, without a gap.
                if (read >= room.Most || Stopwatch.GetElapsedTime(began) >= Patience) return true;
                var first = Math.Max(range.First, last - Together + 1);
                using (var scan = AssessmentScan.Open(db.Database.GetDbConnection(), first, last, scope))
                {
                    while (scan.Read())
                    {
                        by.Take(scan.Row(default));
                        if (++read % LookEvery == 0) stop.ThrowIfCancellationRequested();
                    }
                }
                await by.EndStretchAsync(first, last, stop);
            }
            return false;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
            room.Places.Release();
        }
    }
}
