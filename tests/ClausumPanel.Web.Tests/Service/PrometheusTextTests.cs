using System.Globalization;
using System.Text.RegularExpressions;
using ClausumPanel.Web.Service;

namespace ClausumPanel.Web.Tests.Service;

/// <summary>Read back by the grammar of the text format, as prometheus.io writes it down.</summary>
public sealed partial class PrometheusTextTests
{
    [Fact]
    public void Quotes_backslashes_and_line_ends_in_texts_do_not_break_a_line()
    {
        var text = new PrometheusText().Metric("a_total", "counter", "says \"so\"\nand C:\\so").Sample("a_total", [("path", "C:\\x\n\"y\""), ("b", "")], 3).ToString();
        Assert.Equal("# HELP a_total says \"so\"\\nand C:\\\\so\n# TYPE a_total counter\na_total{path=\"C:\\\\x\\n\\\"y\\\"\",b=\"\"} 3\n", text);
        Exposition.Read(text);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(.000128, "0.000128")]
    [InlineData(12_345_678_901, "12345678901")]
    public void Numbers_are_written_as_they_are_read_whatever_the_language(double value, string written)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.EndsWith($"a {written}\n", new PrometheusText().Metric("a", "gauge", "b").Sample("a", value).ToString(), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_histogram_grows_step_by_step_to_its_count()
    {
        var histogram = new LatencyHistogram();
        foreach (var microseconds in (long[])[100, 127, 128, 5_000, 1_000_000, 90_000_000]) histogram.Record(microseconds);
        var read = Exposition.Read(new PrometheusText().Histogram("h_seconds", "How long", histogram).ToString());
        Assert.Equal("histogram", read.Types["h_seconds"]);
        var buckets = read.Samples.Where(s => s.Name == "h_seconds_bucket").ToList();
        Assert.Equal(2, buckets.Single(b => b.Labels["le"] == "0.000128").Value);
        Assert.Equal(3, buckets.Single(b => b.Labels["le"] == "0.000192").Value);
        Assert.Equal(5, buckets.Single(b => b.Labels["le"] == "4.194304").Value);
        Assert.Equal<(string, double)>(("+Inf", 6), (buckets[^1].Labels["le"], buckets[^1].Value));
        for (var i = 1; i < buckets.Count; i++) Assert.True(buckets[i].Value >= buckets[i - 1].Value && (i == buckets.Count - 1 || Bound(buckets[i]) > Bound(buckets[i - 1])));
        Assert.Equal<(double, double)>((6, 91.005355), (read.Samples.Single(s => s.Name == "h_seconds_count").Value, read.Samples.Single(s => s.Name == "h_seconds_sum").Value));

        static double Bound(Sample bucket) => double.Parse(bucket.Labels["le"], CultureInfo.InvariantCulture);
    }

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    /// <summary>A whole answer, every line of it accounted for.</summary>
    internal sealed partial class Exposition
    {
        public Dictionary<string, string> Types { get; } = [];
        public List<Sample> Samples { get; } = [];

        public static Exposition Read(string text)
        {
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
            var read = new Exposition();
            foreach (var line in text[..^1].Split('\n'))
            {
                if (Type().Match(line) is { Success: true } type) read.Types.Add(type.Groups[1].Value, type.Groups[2].Value);          // each name once
                else if (line.StartsWith("# HELP ", StringComparison.Ordinal)) Assert.Matches("^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* .+$", line);
                else
                {
                    var sample = Line().Match(line);
                    Assert.True(sample.Success, line);
                    var name = sample.Groups["name"].Value;
                    var family = read.Types.ContainsKey(name) ? name : name[..name.LastIndexOf('_')];
                    Assert.True(read.Types.ContainsKey(family), $"{name} comes before its type");
                    if (read.Types[family] == "counter") Assert.EndsWith("_total", name, StringComparison.Ordinal);
                    var value = sample.Groups["value"].Value switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var number => double.Parse(number, CultureInfo.InvariantCulture) };
                    read.Samples.Add(new Sample(name, sample.Groups["label"].Captures.Zip(sample.Groups["text"].Captures).ToDictionary(l => l.First.Value, l => l.Second.Value), value));
                }
            }
            return read;
        }

        public double this[string name, string? label = null] => Samples.Single(s => s.Name == name && (label is null || s.Labels.Values.Contains(label))).Value;

        [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
        private static partial Regex Type();

        [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>([^"\\]|\\["\\n])*)"(,(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>([^"\\]|\\["\\n])*)")*\})? (?<value>[-+]?[0-9.]+([eE][-+]?[0-9]+)?|NaN|[-+]Inf)$""")]
        private static partial Regex Line();
    }
}
