using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Web.Flows;

/// <summary>A value of the payment that goes on a list with the decision.</summary>
/// <param name="Type">Which of its values.</param>
/// <param name="Severity">Block or allow.</param>
/// <param name="Days">For how long; null: for good.</param>
public sealed record ReviewEntry(ListType Type, ListSeverity Severity, int? Days)
{
    /// <summary>The types of values that can be listed with a decision, in the order they are offered.</summary>
    private static readonly ListType[] Listable =
        [ListType.Email, ListType.CardHash, ListType.DeviceFingerprint, ListType.CustomerId, ListType.IpAddress, ListType.Phone, ListType.CardBin, ListType.EmailDomain, ListType.BeneficiaryId, ListType.Clabe, ListType.Iban];

    /// <returns>Null where there are none.</returns>
    internal static string? Write(IReadOnlyList<ReviewEntry>? entries) => entries is { Count: > 0 } ? JsonSerializer.Serialize(entries) : null;

    internal static IReadOnlyList<ReviewEntry> Read(string? entries) => entries is null ? [] : JsonSerializer.Deserialize<List<ReviewEntry>>(entries)!;

    /// <summary>The value of the payment that an entry of the type lists; null when it has none.</summary>
    public static string? ValueOf(ListType type, Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var value = type switch
        {
            ListType.Email => facts.Text(Known.Email),
            // From a free provider half of everybody writes: its domain is nobody's.
            ListType.EmailDomain when facts.Is(Known.EmailFree) => null,
            ListType.EmailDomain => facts.Text(Known.EmailDomain),
            ListType.IpAddress => facts.Text(Known.Ip),
            ListType.DeviceFingerprint => facts.Text(Known.Fingerprint),
            ListType.CardBin => facts.Text(Known.CardBin),
            ListType.CardHash => facts.Text(Known.CardHash),
            ListType.Phone => facts.Text(Known.Phone),
            ListType.CustomerId => facts.Text(Known.CustomerId),
            ListType.Clabe => facts.Text(Known.BeneficiaryClabe),
            ListType.Iban => facts.Text(Known.BeneficiaryIban),
            ListType.AccountHash => facts.Text(Known.BeneficiaryAccountHash),
            ListType.BeneficiaryId => facts.Text(Known.BeneficiaryId),
            _ => null,
        };
        return value is not null && ListValues.TryNormalize(type, value, out var normalized, out _) ? normalized : null;
    }

    /// <summary>The values of the payment that can be listed with a decision, in the order they are offered.</summary>
    internal static IReadOnlyList<(ListType Type, string Value)> ValuesOf(Facts facts) => [.. Listable.Select(type => (type, Value: ValueOf(type, facts))).Where(v => v.Value is not null).Select(v => (v.type, v.Value!))];
}
