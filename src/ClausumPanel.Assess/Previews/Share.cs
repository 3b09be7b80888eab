namespace ClausumPanel.Assess.Previews;

/// <summary>Some of a whole, with what may be said of the rate behind it.</summary>
/// <param name="Part">How many have the property.</param>
/// <param name="Whole">How many were looked at.</param>
public readonly record struct Share(long Part, long Whole)
{
    // The 97.5th percentile of the normal distribution: an interval of 95 %.
    private const double Z = 1.959963984540054;

    /// <summary>0…1; NaN of nothing.</summary>
    public double Value => Whole == 0 ? double.NaN : (double)Part / Whole;

    /// <summary>The lower end of the 95 % interval, 0…1; NaN of nothing. Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209–212.</summary>
    public double Low => Whole == 0 ? double.NaN : Part == 0 ? 0 : Middle - Reach;

    /// <summary>The upper end of the 95 % interval, 0…1; NaN of nothing.</summary>
    public double High => Whole == 0 ? double.NaN : Part == Whole ? 1 : Middle + Reach;

    private double Middle => (Value + (Z * Z / (2 * Whole))) / (1 + (Z * Z / Whole));

    private double Reach => Z / (1 + (Z * Z / Whole)) * Math.Sqrt((Value * (1 - Value) / Whole) + (Z * Z / (4.0 * Whole * Whole)));
}

/// <summary>How a rate moves when the same payments are judged twice.</summary>
/// <param name="Both">Have the property before and after.</param>
/// <param name="Lost">Had it only before.</param>
/// <param name="Won">Have it only after.</param>
/// <param name="Neither">Never have it.</param>
public readonly record struct Shift(long Both, long Lost, long Won, long Neither)
{
    public Share Before => new(Both + Lost, Whole);
    public Share After => new(Both + Won, Whole);
    public long Whole => Both + Lost + Won + Neither;

    /// <summary>After less before, -1…1; NaN of nothing.</summary>
    public double Value => Whole == 0 ? double.NaN : (double)(Won - Lost) / Whole;

    /// <summary>
    /// The 95 % interval of the difference of two paired rates, from their Wilson intervals and the correlation of the pairs.
    /// Source: R. G. Newcombe, Statistics in Medicine 17 (1998), 2635–2650, method 10 without continuity correction.
    /// </summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Whole == 0) return (double.NaN, double.NaN);
            var (before, after) = (Before, After);
            var product = (double)before.Part * (Whole - before.Part) * after.Part * (Whole - after.Part);
            var phi = product == 0 ? 0 : (((double)Both * Neither) - ((double)Lost * Won)) / Math.Sqrt(product);
            return (Value - Root(after.Value - after.Low, before.High - before.Value, phi), Value + Root(after.High - after.Value, before.Value - before.Low, phi));
        }
    }

    private static double Root(double one, double other, double phi) => Math.Sqrt(Math.Max(0, (one * one) - (2 * phi * one * other) + (other * other)));
}
