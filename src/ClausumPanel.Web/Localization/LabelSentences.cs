using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Localization;

/// <summary>What the words of labels are called.</summary>
public static class LabelSentences
{
    public static string Name(this Texts T, LabelOutcome outcome) => outcome switch
    {
        LabelOutcome.Fraud => T["Fraud"],
        LabelOutcome.Good => T["Good"],
        LabelOutcome.Inconclusive => T["Inconclusive"],
    };

    /// <summary>What a decision says the payment was.</summary>
    public static string Says(this Texts T, LabelOutcome? outcome) => outcome switch
    {
        LabelOutcome.Fraud => T["label: fraud"],
        LabelOutcome.Good => T["label: good"],
        LabelOutcome.Inconclusive => T["label: inconclusive"],
        null => T["no label"],
    };

    public static string Name(this Texts T, LabelSource source) => source switch
    {
        LabelSource.Chargeback => T["Chargeback"],
        LabelSource.FraudReport => T["Fraud report"],
        LabelSource.Analyst => T["Analyst"],
        LabelSource.Customer => T["Customer"],
    };

    /// <summary>By whose word, in one word.</summary>
    public static string Word(this Texts T, LabelSource source) => source switch
    {
        LabelSource.FraudReport => T["report"],
        _ => T.Name(source).ToLower(CultureInfo.CurrentCulture),
    };

    /// <summary>What it turned out to be and by whose word, in a sentence without its full stop.</summary>
    public static string Say(this Texts T, LabelOutcome outcome, LabelSource source, bool isConflicted) => source switch
    {
        LabelSource.Chargeback when outcome == LabelOutcome.Good => T["{0}: it was disputed, and the dispute was won", T.Name(outcome)],
        LabelSource.Chargeback => T["{0}: a bank says so (chargeback)", T.Name(outcome)],
        LabelSource.FraudReport => T["{0}: a fraud report says so", T.Name(outcome)],
        LabelSource.Analyst => T["{0}: our own analysts decided so", T.Name(outcome)],
        LabelSource.Customer => T["{0}: the customer says so", T.Name(outcome)],
    } + (isConflicted ? "; " + T["Sources disagree"].ToLower(CultureInfo.CurrentCulture) : "");

    public static string Name(this Texts T, LabelChannel channel) => channel switch
    {
        LabelChannel.Panel => T["In the panel"],
        LabelChannel.Report => T["By report"],
        LabelChannel.Api => T["By API"],
        LabelChannel.Import => T["By import"],
        LabelChannel.Demo => T["Demo"],
    };

    public static string Name(this Texts T, FraudReason reason) => reason switch
    {
        FraudReason.Chargeback => T["Chargeback"],
        FraudReason.FriendlyFraud => T["Friendly fraud"],
        FraudReason.CardTesting => T["Card testing"],
        FraudReason.AccountTakeover => T["Account takeover"],
        FraudReason.IdentityTheft => T["Identity theft"],
        FraudReason.Other => T["Other reason"],
    };

    /// <summary>A stored reason: one of the documented ones by its name, a scheme's code for a payment that nobody authorised with what it says, anything else as it came.</summary>
    public static string LabelReason(this Texts T, string reason) => ReportEffects.Reason(reason) is { } known ? T.Name(known) : reason switch
    {
        // Visa, Mastercard, American Express, Discover: the codes for fraud without the card present.
        "10.4" or "4837" or "F29" or "UA02" => T["code {0}: the cardholder did not authorise it", reason],
        _ => T.Reason(reason),
    };

    public static string Style(LabelOutcome outcome) => outcome switch
    {
        LabelOutcome.Fraud => "is-decline",
        LabelOutcome.Good => "is-approve",
        LabelOutcome.Inconclusive => "",
    };

    public static string Icon(LabelOutcome outcome) => outcome switch
    {
        LabelOutcome.Fraud => "flag",
        LabelOutcome.Good => "circle-check",
        LabelOutcome.Inconclusive => "circle-dashed",
    };

    /// <summary>How many of the labelled hits were fraud, and where those labels come from.</summary>
    public static string Say(this Texts T, SignalLabels labels) => T.SayRate(labels) + (labels.Labelled == 0 ? "" : "; " + (labels.Outside == 0 ? T["all labels are our own decisions"] : labels.Own == 0 ? T["all labels are from outside"] : T["labels: {0} from outside, {1} our own decisions", Number(labels.Outside), Number(labels.Own)]));

    /// <summary>How many of the labelled hits were fraud; a share only where there are enough of them. Of where the labels come from nothing: no other number stands beside these two.</summary>
    public static string SayRate(this Texts T, SignalLabels labels) => labels.Labelled == 0 ? T["no labels"] : T["fraud {0} of {1} labelled", Number(labels.Fraud), Number(labels.Labelled)] + $" ({(labels.Outside == 0 ? T["our own labels"] : labels.Fraud < LabelQueries.Enough ? T["too few to tell"] : Share(labels))})";

    /// <summary>The same where there is no room for the share: that they are few, or nobody's word but ours, is said as well.</summary>
    public static string SayShort(this Texts T, SignalLabels labels) => labels.Labelled == 0 ? T["no labels"]
        : T[labels.Outside == 0 ? "fraud {0} of {1}, our own labels" : labels.Fraud < LabelQueries.Enough ? "fraud {0} of {1}, too few" : "fraud {0} of {1} labelled", Number(labels.Fraud), Number(labels.Labelled)];

    /// <summary>By whose word the labels are, in a sentence: what analysts decided says what they took it for. Null where there are none.</summary>
    public static string? SayWhose(this Texts T, SignalLabels labels) => labels.Labelled == 0 ? null
        : labels.Outside == 0 ? T["Every label is our own decision: what analysts took it for, not what it turned out to be."]
        : labels.Own == 0 ? T["Every label comes from outside: chargebacks, fraud reports, customers."]
        : T["Of {0} labels, from outside: {1} (chargebacks, fraud reports, customers; fraud: {2}). Our own decisions: {3} (fraud: {4}), what analysts took it for, not what it turned out to be.",
            Number(labels.Labelled), Number(labels.Outside), Number(labels.OutsideFraud), Number(labels.Own), Number(labels.OwnFraud)];

    /// <summary>The same beside a rate of <see cref="SignalLabels.Counted()"/>.</summary>
    public static string? SayCounted(this Texts T, SignalLabels labels) => labels.Outside == 0 || labels.Own == 0 ? T.SayWhose(labels)
        : T["Counted: {0} from outside (chargebacks, fraud reports, customers; fraud: {1}). Not counted: {2} of our own decisions (fraud: {3}), what analysts took it for, not what it turned out to be.",
            Number(labels.Outside), Number(labels.OutsideFraud), Number(labels.Own), Number(labels.OwnFraud)];

    /// <summary>That rate and how many are left out of it.</summary>
    public static string SayCountedRate(this Texts T, SignalLabels labels) => T.SayRate(labels.Counted()) + (labels is { Outside: > 0, Own: > 0 } ? "; " + T["without {0} of our own decisions", Number(labels.Own)] : "");

    private static string Share(SignalLabels labels) => (labels.Fraud / (double)labels.Labelled).ToString("P0", CultureInfo.CurrentCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>What is wrong with a line of an import.</summary>
    public static string Say(this Texts T, FieldError error) => error.Code switch
    {
        "required" => T["{0} is missing.", error.Field],
        "not_found" => T["{0} names no payment that was assessed here.", error.Field],
        "simulated" => T["{0} names a simulation, which has no label.", error.Field],
        "range" => T["{0} is out of range or lies in the future.", error.Field],
        "length" => T["{0} is empty or too long.", error.Field],
        "conflict" => T["{0} stands for another payment or another outcome already.", error.Field],
        "json" => T["The line is not one JSON object."],
        "quotes" => T["A quotation mark is missing or in the wrong place."],
        _ => T["{0} is not written as it must be.", error.Field],
    };
}
