using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Metrics;

namespace ClausumPanel.Web.Flows.Metrics;

/// <summary>A signal whose share is not what it was.</summary>
/// <param name="Now">Assessments of the period in which it fired, of all of them.</param>
/// <param name="Before">The same of the previous period.</param>
public sealed record SignalMove(SignalDefinition Signal, Share Now, Share Before)
{
    /// <summary>−1…1.</summary>
    public double Change => Now.Value - Before.Value;

    /// <summary>How many standard errors the change is: beyond two it is hardly chance.</summary>
    public double Weight
    {
        get
        {
            var pooled = (Now.Part + Before.Part) / (double)(Now.Whole + Before.Whole);
            var error = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / Now.Whole) + (1.0 / Before.Whole)));
            return error == 0 ? 0 : Math.Abs(Change) / error;
        }
    }
}

/// <summary>Everything a period holds, of one moment.</summary>
public sealed class PanelFigures
{
    public required MetricScope Scope { get; init; }
    public required MetricPeriod Period { get; init; }

    /// <summary>One for each bucket of the period.</summary>
    public required IReadOnlyList<TallySheet> Buckets { get; init; }

    /// <summary>The whole period.</summary>
    public required TallySheet Sheet { get; init; }

    /// <summary>The previous one.</summary>
    public required TallySheet Before { get; init; }
    public required DateOnly RipeMonth { get; init; }
    public required MetricSpan RipeSpan { get; init; }

    /// <summary>The last ripe month, simulations left out.</summary>
    public required TallySheet Ripe { get; init; }
    public required ValueSheet Values { get; init; }

    /// <summary>Those that are hardly chance, the strongest first.</summary>
    public required IReadOnlyList<SignalMove> Moves { get; init; }
    public required Waiting Waiting { get; init; }
    public required IReadOnlyList<AssessmentLine> Latest { get; init; }

    /// <summary>The newest place in the log at that moment.</summary>
    public required long Newest { get; init; }
}

/// <summary>Reads the figures of a period: for the Panel, its files and the API alike.</summary>
public sealed class ReadFigures(MetricReader metrics, AssessmentReader assessments)
{
    public const int MostLatest = 12, MostMoves = 10;
    private const double HardlyChance = 2;

    /// <param name="scope">Which assessments.</param>
    /// <param name="period">When.</param>
    /// <param name="zone">Whose months are ripe.</param>
    /// <param name="now">The present.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<PanelFigures> ReadAsync(MetricScope scope, MetricPeriod period, TimeZoneInfo zone, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(period);
        var (ripe, month) = MetricPeriod.LastRipeMonth(zone, now);
        await using var snapshot = await metrics.SnapshotAsync(stop);
        var sheets = await metrics.SheetsAsync(scope, [.. period.Buckets.Select(b => b.Span), period.Previous], stop);
        var sheet = TallySheet.Sum(sheets.Take(period.Buckets.Count));
        var ripeSheet = (await metrics.SheetsAsync(scope with { WithSimulated = false }, [ripe], stop))[0];
        var values = await metrics.ValuesAsync(scope, period.Span, [TallyKind.Score, TallyKind.Country, TallyKind.Signal, TallyKind.Latency], stop);
        var valuesBefore = await metrics.ValuesAsync(scope, period.Previous, [TallyKind.Signal], stop);
        var waiting = await metrics.WaitingAsync(scope, stop);
        var latest = await assessments.PageAsync(RowRule.Everything.Filter(scope, period.Span), AssessmentOrder.Newest, null, MostLatest, stop);
        var newest = await assessments.NewestAsync(stop);
        return new PanelFigures
        {
            Scope = scope, Period = period, Buckets = [.. sheets.Take(period.Buckets.Count)], Sheet = sheet, Before = sheets[^1], RipeMonth = month, RipeSpan = ripe, Ripe = ripeSheet, Values = values,
            Moves = Moved(values, sheet.Count(RowRule.Everything), valuesBefore, sheets[^1].Count(RowRule.Everything)), Waiting = waiting, Latest = latest.Lines, Newest = newest,
        };
    }

    private static List<SignalMove> Moved(ValueSheet now, long all, ValueSheet before, long allBefore)
    {
        if (all == 0 || allBefore == 0) return [];
        return [.. SignalCatalog.All.Select(s => new SignalMove(s, new Share(now[TallyKind.Signal, s.Id].Count, all), new Share(before[TallyKind.Signal, s.Id].Count, allBefore)))
            .Where(m => m.Now.Part + m.Before.Part > 0 && m.Weight >= HardlyChance).OrderByDescending(m => m.Weight).ThenBy(m => m.Signal.Code, StringComparer.Ordinal).Take(MostMoves)];
    }
}
