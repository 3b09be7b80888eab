namespace ClausumPanel.Assess;

/// <summary>An amount in a currency. 129.90 MXN is <c>new Money(12_990, "MXN")</c>.</summary>
/// <param name="Minor">Smallest unit of the currency, so cents for MXN and whole pesos for CLP.</param>
/// <param name="Currency">ISO 4217 code, upper case.</param>
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>The amount in major units: 129.90.</summary>
    public decimal Major => Minor / Currencies.Scale(Currency);
}
