using System.Globalization;
using System.Text;

namespace ClausumPanel.Web.Service;

/// <summary>Writes metrics as Prometheus reads them. Source: prometheus.io, "Exposition formats", text format 0.0.4.</summary>
public sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(8_192);

    /// <summary>Begins a metric; its samples follow.</summary>
    /// <param name="name">Letters, digits and underscores; a counter's ends in <c>_total</c>.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="help">What it counts, in one line.</param>
    public PrometheusText Metric(string name, string type, string help)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(help, quote: false)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public PrometheusText Sample(string name, double value) => Sample(name, [], value);

    public PrometheusText Sample(string name, ReadOnlySpan<(string Name, string Value)> labels, double value)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value, quote: true)).Append('"');
            if (i == labels.Length - 1) _text.Append('}');
        }
        _text.Append(' ').Append(Number(value)).Append('\n');
        return this;
    }

    /// <summary>A whole histogram of durations, in seconds: two steps in every doubling, from an eighth of a millisecond to four seconds.</summary>
    public PrometheusText Histogram(string name, string help, LatencyHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        Metric(name, "histogram", help);
        // Counted once, before the steps are: what comes in meanwhile must not make a step larger than the whole.
        var below = new List<(long Bound, long Count)>();
        for (var bound = 128L; bound <= 1L << 22; bound *= 2)
        {
            below.Add((bound, histogram.CountBelow(bound)));
            if (bound < 1L << 22) below.Add((bound / 2 * 3, histogram.CountBelow(bound / 2 * 3)));
        }
        var count = Math.Max(histogram.Count, below[^1].Count);
        var most = 0L;
        foreach (var (bound, so) in below) Sample(name + "_bucket", [("le", Number(bound / 1e6))], most = Math.Max(most, so));
        Sample(name + "_bucket", [("le", "+Inf")], count);
        Sample(name + "_sum", histogram.Sum / 1e6);
        return Sample(name + "_count", count);
    }

    public override string ToString() => _text.ToString();

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escaped(string text, bool quote)
    {
        var escaped = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return quote ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
