namespace ClausumPanel.Assess;

/// <summary>The facts as the signals read them, with the amount bounds of the assessment's flow and currency beside them (NaN: none).</summary>
internal readonly ref struct Sight(Facts facts, AmountBounds bounds)
{
    public double Amount => facts.Number(Known.Amount);

    /// <summary>Below it an amount is too small to take.</summary>
    public double Minimum => bounds.Minimum;

    /// <summary>Above it an amount is blocked.</summary>
    public double Maximum => bounds.Maximum;

    /// <summary>At or below it an amount is what a tester of stolen cards would try.</summary>
    public double Small => bounds.Small;

    /// <summary>At or above it an amount is worth a thief's while.</summary>
    public double Large => bounds.Large;

    /// <summary>Minor units in one major unit.</summary>
    public double Scale => bounds.Scale;

    public bool IsLarge => Amount >= Large;

    public bool IsSmall => Amount <= Small;

    public double Number(Fact fact) => facts.Number(fact);

    public string? Text(Fact fact) => facts.Text(fact);

    public bool Is(Fact fact) => facts.Is(fact);

    public bool Has(Fact fact) => facts.Has(fact);

    /// <summary>The greatest of several numbers, the missing ones left out; NaN when all are missing.</summary>
    public double Most(Fact[] of)
    {
        var most = double.NaN;
        foreach (var fact in of)
        {
            var number = facts.Number(fact);
            if (!(number <= most) && !double.IsNaN(number)) most = number;
        }
        return most;
    }

    /// <summary>The smallest of several numbers, the missing ones left out; NaN when all are missing.</summary>
    public double Least(Fact[] of)
    {
        var least = double.NaN;
        foreach (var fact in of)
        {
            var number = facts.Number(fact);
            if (!(number >= least) && !double.IsNaN(number)) least = number;
        }
        return least;
    }

    /// <summary>True when both texts are known and differ.</summary>
    public bool Differ(Fact one, Fact other) => facts.Text(one) is { } a && facts.Text(other) is { } b && !string.Equals(a, b, StringComparison.Ordinal);

    /// <summary>A payer of whom at least one identity is known and no identity was ever seen.</summary>
    public bool PayerIsNew
    {
        get
        {
            var (customer, email) = (Number(Histories.CustomerCount), Number(Histories.EmailCount));
            return !(customer > 0) && !(email > 0) && (customer == 0 || email == 0);
        }
    }
}

/// <summary>The bounds of one flow and currency in minor units; NaN where there is none.</summary>
internal sealed class AmountBounds(double minimum, double maximum, double small, double large, double scale)
{
    public double Minimum => minimum;
    public double Maximum => maximum;
    public double Small => small;
    public double Large => large;
    public double Scale => scale;
}

/// <summary>Two-letter country codes as numbers, so that a sentence can name two countries without building a text.</summary>
public static class CountryNumber
{
    /// <summary>The number of a code, or NaN when it is not two characters.</summary>
    public static double Of(string? code) => code is { Length: 2 } ? (code[0] << 8) | (code[1] & 0xFF) : double.NaN;

    /// <summary>The code of a number that <see cref="Of"/> gave.</summary>
    public static string Code(double number) => double.IsNaN(number) ? "?" : string.Create(2, (int)number, static (span, packed) =>
    {
        span[0] = (char)(packed >> 8);
        span[1] = (char)(packed & 0xFF);
    });
}

/// <summary>The history facts that several signals read.</summary>
internal static class Histories
{
    public static readonly Fact CustomerCount = FactCatalog.History(EntityKind.Customer, HistoryPart.Count);
    public static readonly Fact EmailCount = FactCatalog.History(EntityKind.Email, HistoryPart.Count);
    public static readonly Fact CardCount = FactCatalog.History(EntityKind.Card, HistoryPart.Count);
    public static readonly Fact DeviceCount = FactCatalog.History(EntityKind.Device, HistoryPart.Count);
    public static readonly Fact BeneficiaryCount = FactCatalog.History(EntityKind.Beneficiary, HistoryPart.Count);

    /// <summary>One part of the histories of several kinds.</summary>
    public static Fact[] Of(HistoryPart part, params ReadOnlySpan<EntityKind> kinds)
    {
        var facts = new Fact[kinds.Length];
        for (var i = 0; i < kinds.Length; i++) facts[i] = FactCatalog.History(kinds[i], part);
        return facts;
    }
}

/// <summary>The velocity facts that several signals read.</summary>
internal static class Velocities
{
    /// <summary>One measure over one window of several kinds.</summary>
    public static Fact[] Of(Measure measure, Window window, params ReadOnlySpan<EntityKind> kinds)
    {
        var facts = new Fact[kinds.Length];
        for (var i = 0; i < kinds.Length; i++) facts[i] = FactCatalog.Velocity(kinds[i], measure, window);
        return facts;
    }
}
