namespace ClausumPanel.Assess;

/// <summary>What a control sample may risk in one currency.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Payment">Minor units: no larger payment is let through, and none of nothing.</param>
/// <param name="Day">Minor units: no more than that is let through in one day, all payments together.</param>
public readonly record struct ControlLimit(string Currency, long Payment, long Day);

/// <summary>
/// A share, drawn by chance, of the pay-ins that nothing but their score declines: they are let through, for what a declined payment would have been nobody ever learns otherwise. What is blocked outright never is, nor what a
/// rule or list wants looked at or proven, nor who was declined within the last day already: otherwise whoever tries often enough gets through.
/// </summary>
/// <param name="Percent">0…10, in steps of 0.01.</param>
/// <param name="Limits">At most one a currency; in a currency that is not named nothing is let through.</param>
public sealed record ControlSample(double Percent, IReadOnlyList<ControlLimit> Limits)
{
    /// <summary>At most this many per cent.</summary>
    public const double MostPercent = 10;

    /// <summary>A draw is one of 0…9,999; stored with so many more, it was drawn and the day had no room for it.</summary>
    public const int Draws = 10_000;

    /// <summary>Nothing is let through.</summary>
    public static ControlSample None { get; } = new(0, []);

    /// <summary>Whether anything can be let through.</summary>
    public bool IsOn => Percent > 0 && Limits.Count > 0;

    /// <summary>Whether nothing at all is said about it.</summary>
    public bool IsUnsaid => Percent == 0 && Limits.Count == 0;

    /// <summary>The draws that are let through are those below it.</summary>
    public int Bound => IsOn ? (int)Math.Round(Percent * Draws / 100) : 0;

    /// <summary>Who has none of these above zero was not declined within the last day.</summary>
    internal static IReadOnlyList<Fact> DeclinedBefore { get; } =
        [.. ((EntityKind[])[EntityKind.Email, EntityKind.Customer, EntityKind.Card, EntityKind.Device, EntityKind.Ip, EntityKind.Phone]).Select(kind => FactCatalog.Velocity(kind, Measure.Declines, Window.OneDay))];
}
