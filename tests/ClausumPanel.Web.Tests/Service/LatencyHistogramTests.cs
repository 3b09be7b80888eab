using ClausumPanel.Web.Service;

namespace ClausumPanel.Web.Tests.Service;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Shares = [0, .01, .25, .5, .9, .95, .99, .999, 1];

    [Fact]
    public void A_percentile_is_that_of_the_sorted_values_within_a_64th_above()
    {
        var random = new Random(7);
        foreach (var count in (int[])[1, 2, 10, 999, 20_000])
        {
            // From a few microseconds to minutes, as latencies are: many short, few long.
            var values = Enumerable.Range(0, count).Select(_ => (long)Math.Exp(random.NextDouble() * 18)).ToList();
            var histogram = new LatencyHistogram();
            foreach (var value in values) histogram.Record(value);
            values.Sort();
            foreach (var share in Shares)
            {
                var exact = values[Math.Max(0, (int)Math.Ceiling(share * count) - 1)];
                var said = histogram.Percentile(share)!.Value;
                Assert.True(said >= exact && said <= exact + (exact / 64.0), $"{share} of {count}: {said} for {exact}");
            }
            Assert.Equal<(long, long, long)>((count, values.Sum(), values[^1]), (histogram.Count, histogram.Sum, histogram.Max));
        }
    }

    [Fact]
    public void The_percentiles_of_an_hour_are_those_of_its_calls_and_not_of_its_minutes()
    {
        var (hour, whole) = (new LatencyHistogram(), new LatencyHistogram());
        // A minute of a thousand quick calls, and one of ten slow ones.
        foreach (var (count, value) in ((int, long)[])[(1_000, 900), (10, 90_000)])
        {
            var minute = new LatencyHistogram();
            for (var i = 0; i < count; i++)
            {
                minute.Record(value + i);
                whole.Record(value + i);
            }
            hour.Add(minute);
        }
        foreach (var share in Shares) Assert.Equal(whole.Percentile(share), hour.Percentile(share));
        Assert.True(hour.Percentile(.5) < 2_000);                   // the mean of the minutes' medians would be 45 ms
        Assert.Equal((whole.Count, whole.Sum, whole.Max), (hour.Count, hour.Sum, hour.Max));
    }

    [Fact]
    public void Nothing_has_no_percentile_and_what_is_out_of_bounds_counts_at_the_bound()
    {
        var histogram = new LatencyHistogram();
        Assert.Null(histogram.Percentile(.5));
        histogram.Record(-3);
        histogram.Record(long.MaxValue);
        Assert.Equal<(long, long, long)>((2, LatencyHistogram.Most, 0L), (histogram.Count, histogram.Max, histogram.Percentile(.5)!.Value));
    }

    [Fact]
    public void How_many_were_shorter_is_exact_at_the_steps_that_are_published()
    {
        var histogram = new LatencyHistogram();
        for (var value = 0; value < 10_000; value++) histogram.Record(value);
        foreach (var bound in (long[])[128, 192, 256, 384, 1_024, 1_536, 4_096, 6_144, 8_192]) Assert.Equal(bound, histogram.CountBelow(bound));
    }

    [Fact]
    public void Counting_allocates_nothing_and_loses_nothing_whoever_counts_at_once()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) histogram.Record(i * 37);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, n =>
        {
            for (var i = 0; i < 50_000; i++) histogram.Record(200_000 + n);
        });
        Assert.Equal<(long, long)>((201_001, 200_003), (histogram.Count, histogram.Max));
    }
}
