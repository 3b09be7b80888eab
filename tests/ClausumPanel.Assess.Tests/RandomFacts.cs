namespace ClausumPanel.Assess.Tests;

/// <summary>Facts as no request would bring them together, so that every path is walked.</summary>
internal static class RandomFacts
{
    private static readonly string[] Words = ["payin", "payout", "MXN", "CLP", "USD", "MX", "US", "KP", "chrome", "mobile", "desktop", "xyz", "system", "ana@example.com", "example.com", "", "ñandú", "\U0001F600", "x\0y", "\uD800", "a\uDC00b", new string('u', 300)];

    public static Facts Fill(Facts facts, Random random)
    {
        facts.Clear();
        var (known, listed) = (random.Next(1, 10), random.Next(3) == 0);
        foreach (var definition in FactCatalog.All)
        {
            if (definition.Source == FactSource.Lists)
            {
                if (listed && random.Next(12) == 0) facts.Set(definition.Fact, random.Next(0, 16));
            }
            else if (random.Next(10) < known)
            {
                if (definition.IsText) facts.Set(definition.Fact, Words[random.Next(Words.Length)]);
                else facts.Set(definition.Fact, Number(definition, random));
            }
        }
        facts.Set(Known.Flow, random.Next(2) == 0 ? "payin" : "payout");
        if (random.Next(3) > 0) facts.Set(Known.Currency, "MXN");
        if (random.Next(3) > 0) facts.Set(Known.Amount, random.Next(1, 2_000_000));
        return facts;
    }

    private static double Number(FactDefinition definition, Random random) => definition.Type == FactType.Flag ? random.Next(2) : random.Next(12) switch
    {
        < 5 => random.Next(0, 4),
        < 8 => random.Next(0, 200),
        8 => random.NextInt64(0, 1L << 53),
        9 => random.NextDouble() * 100_000,
        10 => -random.Next(0, 50),
        _ => Extremes[random.Next(Extremes.Length)],
    };

    private static readonly double[] Extremes = [-0.0, double.MaxValue, double.MinValue, double.Epsilon, double.PositiveInfinity, double.NegativeInfinity, 9_007_199_254_740_992, 9_007_199_254_740_994, -9_007_199_254_740_992, long.MaxValue, 0.1];
}
