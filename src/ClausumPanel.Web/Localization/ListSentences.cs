using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>How lists speak to people: names, help and what is wrong.</summary>
public static partial class ListSentences
{
    /// <summary>Why an entry is there: what the panel wrote itself, in the reader's language; what a person wrote, as it is.</summary>
    public static string? ListReason(this Texts T, string? reason)
    {
        ArgumentNullException.ThrowIfNull(T);
        return reason is not null && Reported().Match(reason) is { Success: true } said ? T["Reported as fraud: {0}, payment {1}", T.LabelReason(said.Groups[1].Value), said.Groups[2].Value] : ListedByReview.AssessmentOf(reason) is { } reviewed ? T["Review of {0}", reviewed] : reason;
    }

    /// <summary>The payment whose review or whose report is the reason; null: the reason is another.</summary>
    public static Guid? PaymentOf(string? reason) => ListedByReview.AssessmentOf(reason) ?? (reason is not null && Reported().Match(reason) is { Success: true } said && Guid.TryParse(said.Groups[2].ValueSpan, out var id) ? id : null);

    // As ReportFraud writes it.
    [System.Text.RegularExpressions.GeneratedRegex(@"\AReported fraud: ([a-z_]+), transaction ([0-9a-f-]{36})\z")]
    private static partial System.Text.RegularExpressions.Regex Reported();

    public static string Name(this Texts T, ListType type) => type switch
    {
        ListType.Email => T["E-mail address"],
        ListType.EmailDomain => T["E-mail domain"],
        ListType.IpAddress => T["IP address"],
        ListType.IpRange => T["IP range"],
        ListType.DeviceFingerprint => T["Device"],
        ListType.CardBin => T["Card range"],
        ListType.CardHash => T["Card"],
        ListType.Country => T["Country"],
        ListType.Phone => T["Phone"],
        ListType.CustomerId => T["Customer"],
        ListType.Clabe => "CLABE",
        ListType.Iban => "IBAN",
        ListType.AccountHash => T["Account"],
        ListType.SwiftBic => T["Bank (SWIFT/BIC)"],
        ListType.BeneficiaryId => T["Beneficiary"],
    };

    public static string Help(this Texts T, ListType type) => type switch
    {
        ListType.Email => T["A whole address, as in maria@example.mx. It also meets the same mailbox written with a tag or other dots."],
        ListType.EmailDomain => T["What stands behind the @, as in example.com. Subdomains are not meant."],
        ListType.IpAddress => T["One address, IPv4 or IPv6. For many together, use an IP range."],
        ListType.IpRange => T["First address and length, as in 203.0.113.0/24."],
        ListType.DeviceFingerprint => T["The device's fingerprint, as your page sends it."],
        ListType.CardBin => T["The first 6 to 8 digits of a card. Six digits also meet longer ranges that begin with them."],
        ListType.CardHash => T["Your own one-way hash of the card, as you send it. Never the number."],
        ListType.Country => T["Two letters, as in MX. It meets the country of the address, the card, the billing and the beneficiary."],
        ListType.Phone => T["With its country, as in +5215512345678."],
        ListType.CustomerId => T["Your own name for the payer, as you send it."],
        ListType.Clabe => T["The beneficiary's CLABE: 18 digits."],
        ListType.Iban => T["The beneficiary's IBAN; spaces are taken out."],
        ListType.AccountHash => T["Your own one-way hash of the beneficiary's account, as you send it."],
        ListType.SwiftBic => T["The code of the beneficiary's bank: 8 or 11 characters."],
        ListType.BeneficiaryId => T["Your own name for the beneficiary, as you send it."],
    };

    public static string Name(this Texts T, NamedListKind kind) => kind switch
    {
        NamedListKind.Text => T["Any text"],
        NamedListKind.Email => T["E-mail addresses"],
        NamedListKind.EmailDomain => T["E-mail domains"],
        NamedListKind.Ip => T["IP addresses and ranges"],
        NamedListKind.Country => T["Countries"],
        NamedListKind.CardBin => T["Card ranges"],
        NamedListKind.Phone => T["Phone numbers"],
        NamedListKind.CustomerId => T["Customers"],
        NamedListKind.CardHash => T["Cards by hash"],
        NamedListKind.DeviceFingerprint => T["Devices by fingerprint"],
    };

    public static string Help(this Texts T, NamedListKind kind) => kind switch
    {
        NamedListKind.Text => T["As the fact has it; upper and lower case are the same."],
        NamedListKind.Email => T["A whole address, as in maria@example.mx. Ask email.normalized to meet other spellings of a mailbox."],
        NamedListKind.EmailDomain => T.Help(ListType.EmailDomain),
        NamedListKind.Ip => T["One address, or first address and length as in 203.0.113.0/24: then it meets every address in it."],
        NamedListKind.Country => T["Two letters, as in MX."],
        NamedListKind.CardBin => T.Help(ListType.CardBin),
        NamedListKind.Phone => T.Help(ListType.Phone),
        NamedListKind.CustomerId => T.Help(ListType.CustomerId),
        NamedListKind.CardHash => T.Help(ListType.CardHash),
        NamedListKind.DeviceFingerprint => T.Help(ListType.DeviceFingerprint),
    };

    /// <summary>A fact that is compared with such a list.</summary>
    public static string Example(this Texts T, NamedListKind kind) => kind switch
    {
        NamedListKind.Text => Known.SubmerchantId.ToString(),
        NamedListKind.Email => Known.Email.ToString(),
        NamedListKind.EmailDomain => Known.EmailDomain.ToString(),
        NamedListKind.Ip => Known.Ip.ToString(),
        NamedListKind.Country => Known.CardCountry.ToString(),
        NamedListKind.CardBin => Known.CardBin.ToString(),
        NamedListKind.Phone => Known.Phone.ToString(),
        NamedListKind.CustomerId => Known.CustomerId.ToString(),
        NamedListKind.CardHash => Known.CardHash.ToString(),
        NamedListKind.DeviceFingerprint => Known.Fingerprint.ToString(),
    };

    public static string Name(this Texts T, ListSeverity severity) => severity switch
    {
        ListSeverity.Block => T["Block"],
        ListSeverity.Flag => T["Flag"],
        ListSeverity.Review => T["Send to review"],
        ListSeverity.Allow => T["Allow"],
        _ => "",
    };

    public static string Effect(this Texts T, ListSeverity severity) => severity switch
    {
        ListSeverity.Block => T["Declined outright with a score of 100, whatever else is known."],
        ListSeverity.Flag => T["Adds many points to the score."],
        ListSeverity.Review => T["Adds some points, and people look at it."],
        ListSeverity.Allow => T["Takes back what other signals added; a block still blocks."],
        _ => "",
    };

    public static string Style(ListSeverity severity) => severity switch
    {
        ListSeverity.Block => "is-decline",
        ListSeverity.Flag => "is-challenge",
        ListSeverity.Review => "is-review",
        _ => "is-approve",
    };

    public static string Icon(ListSeverity severity) => severity switch
    {
        ListSeverity.Block => "ban",
        ListSeverity.Flag => "alert-triangle",
        ListSeverity.Review => "user-search",
        _ => "circle-check",
    };

    public static string Name(this Texts T, FlowScope scope) => scope switch
    {
        FlowScope.Both => T["Payments and payouts"],
        FlowScope.PayIn => T["Payments only"],
        FlowScope.PayOut => T["Payouts only"],
    };

    public static string Name(this Texts T, ListSource source) => source switch
    {
        ListSource.Manual => T["By hand"],
        ListSource.Rule => T["Rule"],
        ListSource.FraudReport => T["Fraud report"],
        ListSource.Chargeback => T["Chargeback"],
        ListSource.Api => "API",
    };

    public static string Name(this Texts T, ListState state) => state switch
    {
        ListState.Active => T["Active"],
        ListState.Ended => T["Ended"],
        ListState.Off => T["Switched off"],
    };

    public static string Word(ListState state) => state switch
    {
        ListState.Active => "active",
        ListState.Ended => "ended",
        ListState.Off => "off",
    };

    public static string Say(this Texts T, ListProblem problem) => T[English(problem)];

    /// <summary>What is wrong with a value. The API says it as it stands; pages say it in the reader's language.</summary>
    public static string English(ListProblem problem) => problem switch
    {
        ListProblem.None => "",
        ListProblem.Empty => "Write the value.",
        ListProblem.TooLong => "A value has at most 320 characters.",
        ListProblem.Unprintable => "The value has characters that cannot be printed.",
        ListProblem.NoEmail => "This is not a whole e-mail address, as in maria@example.mx.",
        ListProblem.NoDomain => "This is not a domain, as in example.com.",
        ListProblem.NoAddress => "This is not an IP address.",
        ListProblem.NoRange => "A range is an address and a length, as in 203.0.113.0/24, with no bits behind the length.",
        ListProblem.RangeTooWide => "This range is the whole Internet.",
        ListProblem.NoCountry => "A country is two letters, as in MX.",
        ListProblem.NoBin => "The first digits of a card are 6 to 8 digits.",
        ListProblem.NoPhone => "A phone number starts with + and its country, as in +5215512345678.",
        ListProblem.NoClabe => "A CLABE is 18 digits.",
        ListProblem.NoIban => "An IBAN is two letters, two digits and 10 to 30 more characters.",
        ListProblem.NoBic => "A SWIFT/BIC code has 8 or 11 characters.",
        ListProblem.CardNumber => "This is a whole card number, which must not be stored. Use a hash, or the first 6 to 8 digits.",
    };

    public static string Say(this Texts T, LineProblem problem) => problem switch
    {
        LineProblem.None => "",
        LineProblem.Type => T["There is no such type of list."],
        LineProblem.Severity => T["There is no such severity: write block, flag, review or allow."],
        LineProblem.Scope => T["There is no such flow: write both, payin or payout."],
        LineProblem.Expiry => T["The end is not a date, as in 2027-01-31 or 2027-01-31T18:00."],
        LineProblem.Past => T["The end lies in the past."],
        LineProblem.Reason => T["The reason is longer than 500 characters."],
        LineProblem.Quotes => T["A quotation mark is missing or in the wrong place."],
        LineProblem.Columns => T["The line has more columns than there are names for."],
    };

    public static string Name(this Texts T, LineKind kind) => kind switch
    {
        LineKind.New => T["New"],
        LineKind.Changed => T["Changed"],
        LineKind.Twice => T["Twice"],
        LineKind.Same => T["There already"],
        LineKind.Wrong => T["Wrong"],
    };

    /// <summary>What happens to the line, in a sentence.</summary>
    public static string Say(this Texts T, NamedListLine line) => line.Kind switch
    {
        LineKind.Wrong => line.Line != LineProblem.None ? T.Say(line.Line) : T.Say(line.Value),
        LineKind.Twice => T["The same value stands in line {0}.", line.First],
        LineKind.Same => T["Nothing changes."],
        LineKind.New => T["Will be added."],
        LineKind.Changed => T["Reason or end change."],
    };

    /// <summary>What happens to the line, in a sentence.</summary>
    public static string Say(this Texts T, ImportLine line) => line.Kind switch
    {
        LineKind.Wrong => line.Line != LineProblem.None ? T.Say(line.Line) : T.Say(line.Value),
        LineKind.Twice => T["The same value stands in line {0}.", line.First],
        LineKind.Same => T["Nothing changes."],
        LineKind.New => T["Will be added."],
        LineKind.Changed => line.Was!.Severity != line.Entry.Severity ? T["{0} becomes {1}.", T.Name(line.Was.Severity), T.Name(line.Entry.Severity)] : T["Flow, reason, end or state change."],
    };
}
