using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Flows.Metrics;

/// <summary>How a month stands to a limit.</summary>
public enum SchemeStanding
{
    /// <summary>No payment below the line.</summary>
    Unknown,
    Under,

    /// <summary>The rate is reached, but not how many, or how much, it takes besides.</summary>
    BelowFloor,
    Reached,
}

/// <summary>Where a running month may end.</summary>
/// <param name="Count">Above the line: what was counted, and so many more a day as in the four weeks before.</param>
/// <param name="Low">Of ten months that run so, one ends lower.</param>
/// <param name="High">Of ten months that run so, one ends higher.</param>
/// <param name="Payments">Below the line, the same way; of a month that is over, what was counted.</param>
public sealed record SchemeForecast(double Count, double Low, double High, double Payments);

/// <summary>What a programme counts of one calendar month of UTC.</summary>
/// <param name="First">The month's first day.</param>
/// <param name="IsRunning">It is not over.</param>
/// <param name="Words">Above the line.</param>
/// <param name="Twice">The same where a fraud that was reported and disputed counts twice, as some read the rule.</param>
/// <param name="Payments">Below the line.</param>
/// <param name="Forecast">Null: the month is over, or there were no payments to judge by.</param>
public sealed record SchemeMonth(SchemeProgramme Programme, DateOnly First, bool IsRunning, IReadOnlyList<SchemeWord> Words, long Twice, long Payments, SchemeForecast? Forecast)
{
    public long Count => Words.Count;
    public Share Rate => new(Count, Payments);
    public MetricSpan Span => ReadSchemes.SpanOf(First);

    /// <summary>The month whose payments stand below the line.</summary>
    public DateOnly BaseFirst => Programme.Base == SchemeBase.SameMonth ? First : First.AddMonths(-1);
    public IReadOnlyList<SchemeLimit> Limits => Programme.On(First);

    /// <summary>The one that is reached first; null: none of the month is known.</summary>
    public SchemeLimit? Lowest => Limits is [var lowest, ..] ? lowest : null;

    /// <summary>For each currency: they are never added.</summary>
    public IReadOnlyList<Money> Amounts => [.. Words.GroupBy(w => w.Currency).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => new Money(g.Sum(w => w.Amount), g.Key))];

    public SchemeStanding Standing(SchemeLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (Payments == 0) return SchemeStanding.Unknown;
        if (Count < limit.AtRate(Payments)) return SchemeStanding.Under;
        // Only dollars can be held against dollars: with other currencies the amount is taken as reached, which errs on the side of a warning.
        var isAmount = Amounts.Any(a => a.Currency != "USD") || Amounts.Sum(a => a.Minor) >= limit.Usd * 100;
        return Count >= limit.Count && Payments >= limit.Payments && isAmount ? SchemeStanding.Reached : SchemeStanding.BelowFloor;
    }

    /// <summary>So many more may come, with the payments that are expected, before rate and number of a limit are reached.</summary>
    public long Left(SchemeLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return Math.Max(0, limit.Needed((long)(Forecast?.Payments ?? Payments)) - 1 - Count);
    }
}

/// <summary>Reads the months of the card schemes' programmes.</summary>
public sealed class ReadSchemes(SchemeReader reader, ReferenceData data, TimeProvider clock)
{
    public const int PaceDays = 28;

    /// <summary>The 90th percentile of the normal distribution: a band of 80 %.</summary>
    private const double Eighty = 1.2815515655446004;

    public SchemeProgrammes Programmes => data.Programmes;

    public DateOnly ThisMonth => new(clock.GetUtcNow().Year, clock.GetUtcNow().Month, 1);

    public static MetricSpan SpanOf(DateOnly month) => new(Start(month).ToUnixTimeMilliseconds(), Start(month.AddMonths(1)).ToUnixTimeMilliseconds());

    /// <summary>The months up to one, the newest first, each with all programmes in the order of their file.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<SchemeMonth>>> ReadAsync(DateOnly last, int months, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var today = new DateTimeOffset(now.Date, TimeSpan.Zero);
        var pace = today.AddDays(-PaceDays);
        var firsts = Enumerable.Range(0, months).Select(i => last.AddMonths(-i)).ToList();
        // A running month is judged by the four weeks before it as well.
        var from = last == ThisMonth && pace < Start(firsts[^1]) ? pace : Start(firsts[^1]);
        await using var moment = await reader.SnapshotAsync(stop);
        var words = await reader.WordsAsync(from, Start(last.AddMonths(1)), stop);
        var payments = new Dictionary<string, IReadOnlyList<long>>();
        MetricSpan[] spans = [.. firsts.Append(firsts[^1].AddMonths(-1)).Select(SpanOf), new MetricSpan(pace.ToUnixTimeMilliseconds(), today.ToUnixTimeMilliseconds())];
        foreach (var scheme in Programmes.Programmes.Select(p => p.SchemeWord).Distinct()) payments[scheme] = await reader.PaymentsAsync(scheme, spans, stop);
        return [.. firsts.Select((first, i) => (IReadOnlyList<SchemeMonth>)[.. Programmes.Programmes.Select(p => Month(p, first, i, payments[p.SchemeWord]))])];

        SchemeMonth Month(SchemeProgramme programme, DateOnly first, int place, IReadOnlyList<long> counts)
        {
            var (begins, ends) = (Start(first), Start(first.AddMonths(1)));
            var counted = SchemeWord.Counted(programme, words, begins, ends);
            var twice = counted.Count;
            if (programme.Counts == SchemeCount.FraudAndDisputes)
            {
                var once = counted.ToHashSet();
                var reported = words.Where(w => w.Kind == SchemeWordKind.Report).Select(w => w.Seq).ToHashSet();
                twice += words.Count(w => w.Kind == SchemeWordKind.FraudDispute && w.Scheme == programme.Scheme && w.At >= begins && w.At < ends && w.Seq is not null && reported.Contains(w.Seq) && !once.Contains(w));
            }
            var below = counts[programme.Base == SchemeBase.SameMonth ? place : place + 1];
            var isRunning = now >= begins && now < ends;
            return new SchemeMonth(programme, first, isRunning, counted, twice, below, isRunning ? Forecast(programme, counted.Count, below, counts[^1], (ends - now).TotalDays) : null);
        }

        SchemeForecast? Forecast(SchemeProgramme programme, int count, long below, long lately, double days)
        {
            var expected = below + (programme.Base == SchemeBase.SameMonth ? lately * days / PaceDays : 0);
            if (expected < 1) return null;
            var more = SchemeWord.Counted(programme, words, pace, today).Count * days / PaceDays;
            // Counts that come by chance spread by their root; the pace itself is known from as few days only.
            var reach = Eighty * Math.Sqrt(more * (1 + (days / PaceDays)));
            return new SchemeForecast(count + more, count + Math.Max(0, more - reach), count + more + reach, expected);
        }
    }

    private static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
