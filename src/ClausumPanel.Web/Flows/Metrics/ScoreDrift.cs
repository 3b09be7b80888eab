using ClausumPanel.Storage.Metrics;

namespace ClausumPanel.Web.Flows.Metrics;

/// <summary>How far the spread of the scores has moved away from the period before: the population stability index over ten bins of ten points.</summary>
/// <param name="Index">Σ (a − e) · ln(a ÷ e) over the bins, a and e the shares of a bin now and before; an empty bin counts as one in ten thousand.</param>
public sealed record ScoreDrift(double Index)
{
    /// <summary>From here on it is worth a look, or something should be done.</summary>
    public const double Look = .1, Act = .25;

    /// <summary>Under so many assessments in either period chance moves it more than anything else.</summary>
    public const int Enough = 200;

    private const int Bins = 10;
    private const double Least = 1e-4;

    /// <returns>Null when there are too few.</returns>
    public static ScoreDrift? Of(ValueSheet now, ValueSheet before)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        var (all, allBefore) = (now.Total(TallyKind.Score), before.Total(TallyKind.Score));
        if (all < Enough || allBefore < Enough) return null;
        var index = 0d;
        for (var bin = 0; bin < Bins; bin++)
        {
            var (actual, expected) = (Share(now, all, bin), Share(before, allBefore, bin));
            index += (actual - expected) * Math.Log(actual / expected);
        }
        return new ScoreDrift(index);
    }

    private static double Share(ValueSheet sheet, long all, int bin) =>
        Math.Max(Least, sheet.Of(TallyKind.Score).Where(s => Math.Min(s.Value / 10, Bins - 1) == bin).Sum(s => s.Count.Count) / (double)all);
}
