using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One source that names a country.</summary>
/// <param name="Country">ISO 3166; null when it is not known.</param>
/// <param name="Differs">From what most of the sources say; null when there is nothing to compare.</param>
public sealed record Place(string Source, string? Country, string? Detail, bool? Differs)
{
    /// <summary>The source in a word, within a sentence.</summary>
    public required string Word { get; init; }
}

/// <summary>Which countries a payment names, and which of them do not agree. Distances would need coordinates, which the local data does not hold: none are shown.</summary>
/// <param name="Most">What most sources say; null when fewer than two are known.</param>
public sealed record PlacesView(IReadOnlyList<Place> Rows, string? Most)
{
    public int KnownCount => Rows.Count(r => r.Country is not null);
    public int DifferentCount => Rows.Count(r => r.Differs == true);

    /// <summary>The sources that name a country, in words.</summary>
    public string Compared => string.Join(", ", Rows.Where(r => r.Country is not null).Select(r => r.Word));

    public static PlacesView Of(Facts facts, Texts T)
    {
        var isPayout = facts.Text(Known.Flow) == "payout";
        List<(string Source, string Word, string? Country, string? Detail)> rows = isPayout
            ?
            [
                (T["Beneficiary"], T["Beneficiary"], facts.Text(Known.BeneficiaryCountry), facts.Text(Known.BeneficiaryBank)),
                ("IBAN", "IBAN", facts.Text(Known.BeneficiaryIbanCountry), null),
                ("SWIFT/BIC", "BIC", facts.Text(Known.BeneficiaryBicCountry), facts.Text(Known.BeneficiaryBic)),
                (T["Origin account"], T["Origin account"], facts.Text(Known.OriginCountry), facts.Text(Known.OriginAccount)),
            ]
            :
            [
                (T["Billing"], T["Billing"], facts.Text(Known.BillingCountry), Joined(facts.Text(Known.BillingCity), facts.Text(Known.BillingPostalCode))),
                (T["Shipping"], T["Shipping"], facts.Text(Known.ShippingCountry), facts.Text(Known.ShippingCountry) is null ? T["the shop sent no address"] : null),
                (T["Card (BIN)"], T["Card"], facts.Text(Known.CardCountry), Joined(facts.Text(Known.CardBrand) ?? facts.Text(Known.CardScheme), facts.Text(Known.CardBin))),
            ];
        rows.Add((isPayout ? T["IP address it was ordered from"] : T["IP address"], "IP", facts.Text(Known.IpCountry), Joined(facts.Text(Known.Ip), facts.Is(Known.IpHosting) ? facts.Text(Known.IpProvider) ?? T["Hosting network"] : facts.Is(Known.IpPrivate) ? T["private network"] : facts.Text(Known.IpCountry) is null ? null : T["no known hosting network"])));
        rows.Add((T["Phone"], T["Phone"], facts.Text(Known.PhoneCountry), facts.Text(Known.Phone)));
        rows.Add((isPayout ? T["Time zone it was ordered in"] : T["Time zone"], T["Time zone"], facts.Text(Known.TimezoneCountry), facts.Text(Known.Timezone)));
        var known = rows.Where(r => r.Country is not null).Select(r => r.Country!.ToUpperInvariant()).ToList();
        // Where as many say one as the other, the source that stands first is believed.
        var most = known.Count < 2 ? null : known.GroupBy(c => c).OrderByDescending(g => g.Count()).First().Key;
        return new PlacesView([.. rows.Select(r => new Place(r.Source, r.Country?.ToUpperInvariant(), r.Detail, most is null || r.Country is null ? null : !string.Equals(r.Country, most, StringComparison.OrdinalIgnoreCase)) { Word = InSentence(r.Word) })], most);
    }

    // What is written in capitals stays so.
    private static string InSentence(string word) => word.Length > 1 && char.IsUpper(word[1]) ? word : char.ToLower(word[0], CultureInfo.CurrentCulture) + word[1..];

    private static string? Joined(params string?[] parts) => string.Join(" · ", parts.OfType<string>()) is { Length: > 0 } text ? text : null;
}
