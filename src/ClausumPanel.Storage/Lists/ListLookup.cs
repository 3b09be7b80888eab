using System.Net;
using System.Net.Sockets;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Storage.Lists;

/// <summary>Which stored assessments an entry would have met, where they can be found by its value.</summary>
public static class ListLookup
{
    /// <summary>The sort of text that whole values of this type are found by, or null.</summary>
    public static TermKind? Term(ListType type) => type switch
    {
        ListType.Email => TermKind.Email,
        ListType.EmailDomain => TermKind.EmailDomain,
        ListType.IpAddress => TermKind.Ip,
        ListType.DeviceFingerprint => TermKind.Device,
        ListType.Phone => TermKind.Phone,
        ListType.CustomerId => TermKind.Customer,
        ListType.BeneficiaryId => TermKind.Beneficiary,
        ListType.CardBin => TermKind.CardBin,
        _ => null,
    };

    /// <summary>Six digits of a card also meet the longer ranges that begin with them.</summary>
    public static bool Begins(TermKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return kind == TermKind.CardBin && value.Length == 6;
    }

    /// <param name="type">The entry's type.</param>
    /// <param name="value">Normalised.</param>
    /// <returns>Null where assessments are not kept findable by such a value.</returns>
    public static AssessmentFilter? Filter(ListType type, string value)
    {
        // Of free providers no domain is kept, and a trial must count those too.
        if (type != ListType.EmailDomain && Term(type) is { } kind) return new AssessmentFilter { Search = value, Exactly = kind, Begins = Begins(kind, value) };
        return type switch
        {
            ListType.IpRange when Beginning(value) is { } beginning => new AssessmentFilter { Search = beginning, Exactly = TermKind.Ip, Begins = true },
            _ => null,
        };
    }

    /// <summary>The beginning that all addresses of the range share, and no other, as text: 10.0.0. for 10.0.0.0/24. Only lengths of 8, 16 and 24 have one.</summary>
    private static string? Beginning(string range)
    {
        if (!IPNetwork.TryParse(range, out var network) || network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.PrefixLength is not (8 or 16 or 24)) return null;
        return string.Join('.', network.BaseAddress.ToString().Split('.')[..(network.PrefixLength / 8)]) + ".";
    }
}
