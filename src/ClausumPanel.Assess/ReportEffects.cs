namespace ClausumPanel.Assess;

/// <summary>Why a payment is reported. Source: Clausum documentation, guides/report-fraud.</summary>
public enum FraudReason
{
    /// <summary>The issuer disputes it.</summary>
    Chargeback,

    /// <summary>The genuine cardholder claims fraud.</summary>
    FriendlyFraud,

    /// <summary>Small amounts that try stolen cards out.</summary>
    CardTesting,

    /// <summary>Somebody else took a customer's account.</summary>
    AccountTakeover,

    /// <summary>A stolen identity was used.</summary>
    IdentityTheft,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>One thing that a report of fraud does to a list.</summary>
/// <param name="Reason">Why the payment is reported.</param>
/// <param name="Type">Which list the payment's value is put on: one of <see cref="ReportEffects.Types"/>.</param>
/// <param name="Severity">How strictly: block, flag or review.</param>
/// <param name="Days">For how long; null: until somebody ends it.</param>
public readonly record struct ReportEffect(FraudReason Reason, ListType Type, ListSeverity Severity, int? Days);

/// <summary>
/// The table of what a report of fraud does to the lists, by its reason. What it says unless a policy says otherwise is the documented effect. A victim is not a fraudster, though: where the e-mail is likely
/// the victim's own, the block ends by itself, and so does every block of an address, which tomorrow is somebody else's.
/// </summary>
public static class ReportEffects
{
    /// <summary>The longest time that an entry may be said to last.</summary>
    public const int MostDays = 3_650;

    private const int Month = 30;

    /// <summary>The lists that a report can write to, in the order of a document.</summary>
    public static IReadOnlyList<ListType> Types { get; } = [ListType.Email, ListType.IpAddress, ListType.CardBin, ListType.CardHash, ListType.DeviceFingerprint, ListType.Phone, ListType.CustomerId];

    /// <summary>Every reason, in the order of a document.</summary>
    public static IReadOnlyList<FraudReason> Reasons { get; } = Enum.GetValues<FraudReason>();

    /// <summary>The documented effects. Source: Clausum documentation, guides/report-fraud and guides/blocklists.</summary>
    public static IReadOnlyList<ReportEffect> Documented { get; } =
    [
        new(FraudReason.Chargeback, ListType.Email, ListSeverity.Block, null), new(FraudReason.Chargeback, ListType.IpAddress, ListSeverity.Block, Month),
        new(FraudReason.FriendlyFraud, ListType.Email, ListSeverity.Block, null), new(FraudReason.FriendlyFraud, ListType.IpAddress, ListSeverity.Block, Month), new(FraudReason.FriendlyFraud, ListType.CardBin, ListSeverity.Flag, Month),
        new(FraudReason.CardTesting, ListType.Email, ListSeverity.Block, null), new(FraudReason.CardTesting, ListType.IpAddress, ListSeverity.Block, Month), new(FraudReason.CardTesting, ListType.CardBin, ListSeverity.Flag, Month),
        new(FraudReason.AccountTakeover, ListType.Email, ListSeverity.Block, Month), new(FraudReason.AccountTakeover, ListType.IpAddress, ListSeverity.Block, Month),
        new(FraudReason.IdentityTheft, ListType.Email, ListSeverity.Block, Month), new(FraudReason.IdentityTheft, ListType.IpAddress, ListSeverity.Block, Month),
        new(FraudReason.Other, ListType.Email, ListSeverity.Block, null), new(FraudReason.Other, ListType.IpAddress, ListSeverity.Block, Month),
    ];

    /// <summary>How strict an entry of a list may be: what belongs to many people is never blocked by a report.</summary>
    public static IReadOnlyList<ListSeverity> Severities(ListType type) => type == ListType.CardBin ? [ListSeverity.Flag, ListSeverity.Review] : [ListSeverity.Block, ListSeverity.Flag, ListSeverity.Review];

    /// <summary>In the order of a document.</summary>
    public static IReadOnlyList<ReportEffect> Ordered(IEnumerable<ReportEffect> effects) => [.. effects.OrderBy(e => e.Reason).ThenBy(e => Place(e.Type))];

    /// <summary>Whether a table says what the documentation says.</summary>
    public static bool AreDocumented(IReadOnlyList<ReportEffect> effects) => ReferenceEquals(effects, Documented) || Ordered(effects).SequenceEqual(Documented);

    /// <summary>As the API and a document write it.</summary>
    public static string Word(this FraudReason reason) => reason switch
    {
        FraudReason.Chargeback => "chargeback",
        FraudReason.FriendlyFraud => "friendly_fraud",
        FraudReason.CardTesting => "card_testing",
        FraudReason.AccountTakeover => "account_takeover",
        FraudReason.IdentityTheft => "identity_theft",
        FraudReason.Other => "other",
    };

    /// <summary>The reason of a word; null when there is no such reason.</summary>
    public static FraudReason? Reason(string? word)
    {
        foreach (var reason in Reasons)
            if (reason.Word() == word) return reason;
        return null;
    }

    /// <summary>As a document writes one of <see cref="Types"/>.</summary>
    public static string Word(ListType type) => type switch
    {
        ListType.Email => "email",
        ListType.IpAddress => "ip_address",
        ListType.CardBin => "card_bin",
        ListType.CardHash => "card_hash",
        ListType.DeviceFingerprint => "device_fingerprint",
        ListType.Phone => "phone",
        ListType.CustomerId => "customer_id",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No report writes to that list."),
    };

    /// <summary>The list of a word; null when no report writes to such a list.</summary>
    public static ListType? Type(string word)
    {
        foreach (var type in Types)
            if (Word(type) == word) return type;
        return null;
    }

    /// <summary>As a document writes it.</summary>
    public static string Word(ListSeverity severity) => severity switch
    {
        ListSeverity.Block => "block",
        ListSeverity.Flag => "flag",
        ListSeverity.Review => "review",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "No report does that."),
    };

    /// <summary>The severity of a word; null when no report does such a thing.</summary>
    public static ListSeverity? Severity(string? word) => word switch
    {
        "block" => ListSeverity.Block,
        "flag" => ListSeverity.Flag,
        "review" => ListSeverity.Review,
        _ => null,
    };

    private static int Place(ListType type)
    {
        for (var i = 0; i < Types.Count; i++)
            if (Types[i] == type) return i;
        return Types.Count;
    }
}
