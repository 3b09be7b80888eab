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

    /// <summary>Scores and signals of the previous period.</summary>
    public required ValueSheet ValuesBefore { get; init; }

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
    private const int Pieces = 32;
    private const long Close = 4 * MetricSpan.Quarter;

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
        var valuesBefore = await metrics.ValuesAsync(scope, period.Previous, [TallyKind.Score, TallyKind.Signal], stop);
        var waiting = await metrics.WaitingAsync(scope, now, stop);
        var latest = await LatestAsync(scope, [.. period.Buckets.Select(b => b.Span)], sheets, stop);
        var newest = await assessments.NewestAsync(stop);
        return new PanelFigures
        {
            Scope = scope, Period = period, Buckets = [.. sheets.Take(period.Buckets.Count)], Sheet = sheet, Before = sheets[^1], RipeMonth = month, RipeSpan = ripe, Ripe = ripeSheet, Values = values, ValuesBefore = valuesBefore,
            Moves = Moved(values, sheet.Count(RowRule.Everything), valuesBefore, sheets[^1].Count(RowRule.Everything)), Waiting = waiting, Latest = latest, Newest = newest,
        };
    }

    /// <summary>The latest, looked for only where the tallies say that some are: the last few of a seldom channel may be months apart.</summary>
    private async Task<IReadOnlyList<AssessmentLine>> LatestAsync(MetricScope scope, IReadOnlyList<MetricSpan> spans, IReadOnlyList<TallySheet> sheets, CancellationToken stop)
    {
        var stretches = Busy(spans, sheets);
        while (stretches.Exists(s => s.To - s.From > Close))
        {
            MetricSpan[] closer = [.. stretches.AsEnumerable().Reverse().SelectMany(Split)];
            stretches = Busy(closer, await metrics.SheetsAsync(scope, closer, stop));
        }
        var lines = new List<AssessmentLine>();
        foreach (var stretch in stretches)
            if (lines.Count < MostLatest) lines.AddRange((await assessments.PageAsync(RowRule.Everything.Filter(scope, stretch), AssessmentOrder.Newest, null, MostLatest - lines.Count, stop)).Lines);
        return lines;

        static List<MetricSpan> Busy(IReadOnlyList<MetricSpan> spans, IReadOnlyList<TallySheet> sheets)
        {
            var (busy, found) = (new List<MetricSpan>(), 0L);
            for (var i = spans.Count - 1; i >= 0 && found < MostLatest; i--)
            {
                if (sheets[i].Count(RowRule.Everything) is not (> 0 and var count)) continue;
                busy.Add(spans[i]);
                found += count;
            }
            return busy;
        }

        static IEnumerable<MetricSpan> Split(MetricSpan span)
        {
            var step = Math.Max(Close, MetricSpan.Ceiling((span.To - span.From) / Pieces));
            for (var from = span.From; from < span.To; from += step) yield return new MetricSpan(from, Math.Min(from + step, span.To));
        }
    }

    private static List<SignalMove> Moved(ValueSheet now, long all, ValueSheet before, long allBefore)
    {
        if (all == 0 || allBefore == 0) return [];
        return [.. SignalCatalog.All.Select(s => new SignalMove(s, new Share(now[TallyKind.Signal, s.Id].Count, all), new Share(before[TallyKind.Signal, s.Id].Count, allBefore)))
            .Where(m => m.Now.Part + m.Before.Part > 0 && m.Weight >= HardlyChance).OrderByDescending(m => m.Weight).ThenBy(m => m.Signal.Code, StringComparer.Ordinal).Take(MostMoves)];
    }
}
