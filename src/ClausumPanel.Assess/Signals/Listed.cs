using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

/// <summary>
/// Hits on the lists. The severities of all entries that match arrive in one fact per type: block is a hard block with 100 points, flag adds the
/// signal's weight, review adds <c>review_weight</c> and sends the payment to review. The strictest decides the points; the way to review stays open.
/// </summary>
internal static class Listed
{
    /// <summary>In the order of <see cref="ListType"/>, so the type is the place.</summary>
    public static readonly SignalDefinition[] All =
    [
        On(101, ListType.Email, "E-mail address on a list", "The e-mail address is on the {0}"),
        On(102, ListType.EmailDomain, "E-mail domain on a list", "The e-mail domain is on the {0}"),
        On(103, ListType.IpAddress, "IP address on a list", "The IP address is on the {0}"),
        On(104, ListType.IpRange, "IP range on a list", "The IP address belongs to a range on the {0}"),
        On(105, ListType.DeviceFingerprint, "Device on a list", "The device is on the {0}"),
        On(106, ListType.CardBin, "Card range on a list", "The card range is on the {0}"),
        On(107, ListType.CardHash, "Card on a list", "The card is on the {0}"),
        On(108, ListType.Country, "Country on a list", "A country of this payment is on the {0}"),
        On(109, ListType.Phone, "Phone number on a list", "The phone number is on the {0}"),
        On(110, ListType.CustomerId, "Customer on a list", "The customer is on the {0}"),
        On(111, ListType.Clabe, "CLABE on a list", "The CLABE is on the {0}"),
        On(112, ListType.Iban, "IBAN on a list", "The IBAN is on the {0}"),
        On(113, ListType.AccountHash, "Account on a list", "The beneficiary's account is on the {0}"),
        On(114, ListType.SwiftBic, "Bank on a list", "The beneficiary's bank is on the {0}"),
        On(115, ListType.BeneficiaryId, "Beneficiary on a list", "The beneficiary is on the {0}"),
    ];

    /// <summary>Closes the catalogue: it takes back what all the others added, so it comes last.</summary>
    public static readonly SignalDefinition Allowed = new(116, "allow_list", Both, 0, "On the allow list", "On the allow list ({0}): {1} points taken back", Never)
    {
        IsFixed = true,
        A = SignalNumber.ListType,
        B = SignalNumber.Count,
    };

    private static SignalDefinition On(ushort id, ListType type, string title, string sentence) => new(id, "blocklist_" + FactCatalog.ListName(type), Both, 40, title, sentence, Never)
    {
        A = SignalNumber.Severity,
        Parameters = [new("review_weight", 25, 0, 100, "points", "Points for an entry of severity review; severity flag adds the weight itself")],
    };

    // The assessor reads the lists itself: severities decide more than points.
    private static bool Never(in Sight seen, Tuning tuning, ref Finding found) => false;
}
