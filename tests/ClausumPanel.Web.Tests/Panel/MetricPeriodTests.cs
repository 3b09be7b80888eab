using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Flows.Metrics;

namespace ClausumPanel.Web.Tests.Panel;

public sealed class MetricPeriodTests
{
    private static MetricPeriod Of(string name, string zone, string now, string? from = null, string? to = null) =>
        MetricPeriod.Of(name, from is null ? null : DateOnly.Parse(from, null), to is null ? null : DateOnly.Parse(to, null), TimeZoneInfo.FindSystemTimeZoneById(zone), DateTimeOffset.Parse(now, null));

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", null);

    [Fact]
    public void Twenty_four_hours_begin_at_their_quarter_and_are_cut_where_the_clock_on_the_wall_shows_full_hours()
    {
        var period = Of("24h", "Asia/Kolkata", "2026-11-24T15:07:30Z");
        Assert.Equal((Utc("2026-11-23T15:00"), Utc("2026-11-24T15:15")), (At(period.Span.From), At(period.Span.To)));
        Assert.Equal(25, period.Buckets.Count);
        Assert.Equal((Utc("2026-11-23T15:00"), Utc("2026-11-23T15:30"), false), (At(period.Buckets[0].Span.From), At(period.Buckets[0].Span.To), period.Buckets[0].IsWhole));
        Assert.All(period.Buckets.Skip(1), b => Assert.Equal(0, b.Start.Minute));
        Assert.All(period.Buckets.Skip(1).SkipLast(1), b => Assert.Equal((3_600_000L, true), (b.Span.To - b.Span.From, b.IsWhole)));
        Assert.False(period.Buckets[^1].IsWhole);
        Assert.Equal(period.Span.From, period.Previous.To);
    }

    [Theory]
    // The clocks go back on 1 November and forward on 8 March in New York; Kathmandu is three quarters of an hour off; in Beirut the day that loses an hour begins at one.
    [InlineData("America/New_York", "2026-11-03T15:00:00Z", "2026-10-28T04:00", new[] { 24, 24, 24, 24, 25, 24 })]
    [InlineData("America/New_York", "2026-03-10T15:00:00Z", "2026-03-04T05:00", new[] { 24, 24, 24, 24, 23, 24 })]
    [InlineData("Asia/Kathmandu", "2026-11-24T15:00:00Z", "2026-11-17T18:15", new[] { 24, 24, 24, 24, 24, 24 })]
    [InlineData("Asia/Beirut", "2026-03-31T15:00:00Z", "2026-03-24T22:00", new[] { 24, 24, 24, 24, 23, 24 })]
    public void Seven_days_are_days_of_the_reader(string zone, string now, string first, int[] hours)
    {
        var period = Of("7d", zone, now);
        Assert.Equal(Utc(first), At(period.Span.From));
        Assert.Equal(7, period.Buckets.Count);
        Assert.Equal(hours, period.Buckets.SkipLast(1).Select(b => (int)((b.Span.To - b.Span.From) / 3_600_000)));
        Assert.True(period.Buckets.SkipLast(1).All(b => b.IsWhole));
        Assert.False(period.Buckets[^1].IsWhole);
        Assert.Equal(period.Buckets.Skip(1).Select(b => b.Span.From), period.Buckets.SkipLast(1).Select(b => b.Span.To));
    }

    [Fact]
    public void The_period_before_is_as_far_as_this_one_has_come()
    {
        var period = Of("7d", "America/Mexico_City", "2026-11-24T15:00:00Z");
        Assert.Equal((Utc("2026-11-11T06:00"), Utc("2026-11-17T15:15")), (At(period.Previous.From), At(period.Previous.To)));
        var whole = Of("own", "America/Mexico_City", "2026-11-24T15:00:00Z", "2026-10-01", "2026-10-31");
        Assert.Equal((Utc("2026-10-01T06:00"), Utc("2026-11-01T06:00"), false), (At(whole.Span.From), At(whole.Span.To), whole.IsOngoing));
        Assert.Equal((Utc("2026-08-31T06:00"), Utc("2026-10-01T06:00")), (At(whole.Previous.From), At(whole.Previous.To)));
        Assert.Equal(31, whole.Buckets.Count);
        Assert.Equal(12, Of("own", "America/Mexico_City", "2026-11-24T15:00:00Z", "2025-01-01", "2025-12-31").Buckets.Count);
    }

    [Theory]
    [InlineData("2026-11-24T15:00:00Z", "2026-08-01", "2026-08-01T06:00", "2026-09-01T06:00")]
    [InlineData("2026-11-30T05:59:00Z", "2026-08-01", "2026-08-01T06:00", "2026-09-01T06:00")]
    [InlineData("2026-11-30T06:01:00Z", "2026-09-01", "2026-09-01T06:00", "2026-10-01T06:00")]
    public void A_month_is_ripe_when_its_last_payment_is_sixty_days_old(string now, string first, string from, string to)
    {
        var (span, month) = MetricPeriod.LastRipeMonth(TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City"), DateTimeOffset.Parse(now, null));
        Assert.Equal((DateOnly.Parse(first, null), Utc(from), Utc(to)), (month, At(span.From), At(span.To)));
    }

    [Fact]
    public void A_step_of_latency_holds_what_is_counted_in_it_and_is_narrow()
    {
        var last = -1L;
        for (var us = 0; us < 3_000_000; us += Math.Max(1, us / 97))
        {
            var upper = TallyValues.Latency(TallyValues.OfLatency(us));
            Assert.True(upper >= us && upper <= us * 1.13, $"{us} → {upper}");
            Assert.True(upper >= last);
            last = upper;
        }
    }

    [Theory, InlineData("MX"), InlineData("US"), InlineData("")]
    public void A_country_is_itself_again(string code) => Assert.Equal(code, TallyValues.Country(TallyValues.OfCountry(code)));

    [Fact]
    public void Counts_are_the_same_bytes_in_whatever_order_they_came()
    {
        var random = new Random(11);
        var all = Enumerable.Range(0, 3_000).Select(_ => (Code: PackedCounts.CodeOf((TallyKind)random.Next(4), random.Next(3) == 0 ? random.Next(30_000) : random.Next(100)), Declined: random.Next(2))).ToList();
        Assert.Equal(Packed(all, 1), Packed([.. all.OrderByDescending(a => a.Code)], 40));
        var reader = new PackedCounts.Reader(Packed(all, 7));
        var read = new Dictionary<int, (long, long)>();
        while (reader.Next()) read.Add(reader.Code, (reader.Count.Count, reader.Count.Declined));
        Assert.Equal(all.GroupBy(a => a.Code).OrderBy(g => g.Key).Select(g => (g.Key, ((long)g.Count(), (long)g.Sum(a => a.Declined)))), read.Select(r => (r.Key, r.Value)));

        static byte[] Packed(List<(int Code, int Declined)> all, int atATime)
        {
            byte[] packed = [];
            foreach (var part in all.Chunk(atATime))
            {
                var more = new Dictionary<int, ValueCount>();
                foreach (var (code, declined) in part) more[code] = new ValueCount(more.GetValueOrDefault(code).Count + 1, more.GetValueOrDefault(code).Declined + declined);
                packed = PackedCounts.Add(packed, more);
            }
            return packed;
        }
    }

    [Fact]
    public void The_drift_of_the_scores_is_the_index_that_a_spreadsheet_gives()
    {
        Assert.Null(ScoreDrift.Of(Sheet((5, 199)), Sheet((5, 500))));
        Assert.Equal(0, ScoreDrift.Of(Sheet((5, 300), (70, 100)), Sheet((9, 600), (79, 200)))!.Index, 9);
        // (.5 − .8) ln(.5 ÷ .8) + (.3 − .2) ln(.3 ÷ .2) + (.2 − .0001) ln(.2 ÷ .0001)
        Assert.Equal(.1410011 + .0405465 + 1.5194202, ScoreDrift.Of(Sheet((0, 500), (42, 300), (100, 200)), Sheet((0, 800), (42, 200)))!.Index, 5);

        static ValueSheet Sheet(params (int Score, long Count)[] counts)
        {
            var sheet = new ValueSheet();
            foreach (var (score, count) in counts) sheet.Add(TallyKind.Score, score, count, 0);
            return sheet;
        }
    }
}
