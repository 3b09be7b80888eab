using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Lists;

/// <summary>Which facts are looked up in the lists, said once: for the index that judges a payment, and for counting afterwards which entries it met.</summary>
internal static class ListFacts
{
    private const int ShortBin = 6;

    /// <summary>Each fact that may hold a value of a type. Ranges are asked about <see cref="Address"/>.</summary>
    public static readonly (ListType Type, Fact Fact)[] Values =
    [
        (ListType.Email, Known.Email), (ListType.Email, Known.EmailNormalized), (ListType.EmailDomain, Known.EmailDomain), (ListType.IpAddress, Known.Ip), (ListType.DeviceFingerprint, Known.Fingerprint),
        (ListType.CardBin, Known.CardBin), (ListType.CardHash, Known.CardHash), (ListType.Phone, Known.Phone), (ListType.CustomerId, Known.CustomerId),
        (ListType.Country, Known.IpCountry), (ListType.Country, Known.CardCountry), (ListType.Country, Known.BillingCountry), (ListType.Country, Known.BeneficiaryCountry),
        (ListType.Clabe, Known.BeneficiaryClabe), (ListType.Iban, Known.BeneficiaryIban), (ListType.AccountHash, Known.BeneficiaryAccountHash), (ListType.SwiftBic, Known.BeneficiaryBic),
        (ListType.BeneficiaryId, Known.BeneficiaryId),
    ];

    /// <summary>The ranges so wide that they hold every IPv4 address; the same for all of them.</summary>
    private static readonly string[] AroundIPv4 = [.. Enumerable.Range(1, IpPrefix.OfIPv4).Select(length => IpPrefix.Of((UInt128)0xFFFF << 32, length).ToString())];

    /// <summary>What a range holds or does not.</summary>
    public static Fact Address => Known.Ip;

    /// <summary>The shorter value that also meets what this one names, or null: six digits of a card meet the longer ranges that begin with them.</summary>
    public static string? Shorter(ListType type, string value) => type == ListType.CardBin && value.Length > ShortBin ? value[..ShortBin] : null;

    /// <summary>Adds every value that an entry of the type may have and meet these facts.</summary>
    public static void Collect(Facts facts, ListType type, HashSet<string> into)
    {
        if (type == ListType.IpRange)
        {
            if (!IpPrefix.TryBits(facts.Text(Address), out var address)) return;
            var own = IpPrefix.IsIPv4(address) ? AroundIPv4.Length : 0;
            for (var length = IpPrefix.Whole; length > own; length--) into.Add(IpPrefix.Of(address, length).ToString());
            if (own > 0) into.UnionWith(AroundIPv4);
            return;
        }
        foreach (var (its, fact) in Values)
        {
            if (its != type || facts.Text(fact) is not { } value) continue;
            into.Add(value);
            if (Shorter(type, value) is { } shorter) into.Add(shorter);
        }
    }
}
