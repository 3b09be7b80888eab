using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>One decision, as a run said it would be and as it was once the policy judged.</summary>
/// <param name="Decision">Which.</param>
/// <param name="Predicted">Its share of the traffic the run looked at.</param>
/// <param name="Observed">Its share since the policy judges.</param>
/// <param name="PredictedMoney">Minor units a day by currency.</param>
/// <param name="ObservedMoney">Minor units a day by currency.</param>
public sealed record DecisionCameTrue(Decision Decision, Share Predicted, Share Observed, IReadOnlyDictionary<string, double> PredictedMoney, IReadOnlyDictionary<string, double> ObservedMoney)
{
    /// <summary>Observed less predicted, -1…1.</summary>
    public double Difference => Observed.Value - Predicted.Value;

    /// <summary>The two 95 % intervals have something in common: chance alone may explain the difference.</summary>
    public bool MayBeChance => Predicted.Low <= Observed.High && Observed.Low <= Predicted.High;
}

/// <summary>Whether what a run predicted came true: the same shares, measured in the quarters of an hour in which the policy, and nothing else, judged.</summary>
/// <param name="Version">The version it became.</param>
/// <param name="From">Unix milliseconds, included.</param>
/// <param name="To">Unix milliseconds, not included.</param>
/// <param name="IsOver">Whether the days that were asked for have passed, or another version judges now.</param>
public sealed record CameTrue(int Version, long From, long To, bool IsOver, IReadOnlyList<DecisionCameTrue> Decisions)
{
    private const double Day = 86_400_000;

    /// <summary>Days that were observed.</summary>
    public double Days => (To - From) / Day;

    /// <summary>How many were judged in that time.</summary>
    public long Count => Decisions.Count == 0 ? 0 : Decisions[0].Observed.Whole;

    /// <summary>Null where what the run tried out never judged.</summary>
    /// <param name="db">The store.</param>
    /// <param name="run">A run that is done.</param>
    /// <param name="figures">What it says.</param>
    /// <param name="days">How many days after the activation are looked at.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<CameTrue?> OfAsync(PanelDb db, SimulationRun run, PreviewFigures figures, int days, long now, CancellationToken stop)
    {
        if (await VersionAsync(db, run, stop) is not { ActivatedAt: { } activated } version) return null;
        var begun = activated.ToUnixTimeMilliseconds();
        // In the one in which it began another version judged, too.
        var from = Rollup.BucketOf(begun) + Rollup.Length;
        var last = Math.Min(Math.Min(now, version.RetiredAt?.ToUnixTimeMilliseconds() ?? long.MaxValue), from + (days * (long)Day));
        var to = Math.Max(from, Rollup.BucketOf(last));
        var rows = await db.Set<Rollup>().AsNoTracking().Where(r => r.Bucket >= from && r.Bucket < to && !r.Simulated && (run.Flow == null || r.Flow == run.Flow) && (run.Currency == null || r.Currency == run.Currency))
            .GroupBy(r => new { r.Decision, r.Currency }).Select(g => new { g.Key.Decision, g.Key.Currency, Count = g.Sum(r => r.Count), Amount = g.Sum(r => r.Amount) }).ToListAsync(stop);
        var all = rows.Sum(r => r.Count);
        var observedDays = Math.Max((to - from) / Day, 1.0 / 96);
        return new CameTrue(version.Version, from, to, last < now || version.RetiredAt is not null,
        [
            .. Enum.GetValues<Decision>().Select(decision =>
            {
                var predicted = figures.Matrix.Sum((_, then) => then == decision, cell => cell.All);
                return new DecisionCameTrue(decision, new Share(predicted.Count, figures.Matrix.Count), new Share(rows.Where(r => r.Decision == decision).Sum(r => r.Count), all),
                    predicted.Money.ToDictionary(m => m.Key, m => m.Value / figures.Days),
                    rows.Where(r => r.Decision == decision).GroupBy(r => r.Currency).ToDictionary(g => g.Key, g => g.Sum(r => r.Amount) / observedDays));
            }),
        ]);
    }

    // A draft became a version when it was proposed; the document says which.
    private static async Task<PolicyVersion?> VersionAsync(PanelDb db, SimulationRun run, CancellationToken stop)
    {
        var judged = db.Set<PolicyVersion>().AsNoTracking().Where(v => v.ActivatedAt != null);
        if (run.PolicyVersion is { } number) return await judged.SingleOrDefaultAsync(v => v.Version == number, stop);
        foreach (var version in await judged.Where(v => v.ActivatedAt >= run.CreatedAt).OrderBy(v => v.Version).ToListAsync(stop))
            if (PolicyJson.TryReadStored(version.Document, out var policy, out _) && SimulationRun.Hash(policy) == run.PolicyHash) return version;
        return null;
    }
}
