using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One fact is one argument, however many signals fire for it and whichever rule asks for it once more.</summary>
internal static class SameThing
{
    // An address abroad differs from each country that is held against it.
    private static readonly string[] OfIp = ["country_mismatch", "ip_billing_mismatch", "ip_timezone_mismatch", "ip_phone_mismatch"];
    private static readonly string[] OfCard = ["country_mismatch", "billing_card_mismatch"];
    private static readonly string[] OfPayer = ["new_payer", "new_payer_large_amount"];
    private static readonly string[] OfBeneficiary = ["payout_first_beneficiary", "payout_new_beneficiary_large_amount"];

    // What a rule asks, and the signals that have said so. What is not here only the rule says.
    private static readonly Dictionary<string, string[]> SaidBy = new(StringComparer.OrdinalIgnoreCase)
    {
        ["amount"] = ["amount_outlier", "large_amount_at_night", "new_payer_large_amount", "payout_new_beneficiary_large_amount", "payout_cross_border_high_amount"],
        ["card.country"] = OfCard,
        ["ip.country"] = OfIp,
        ["device.fingerprint"] = ["new_device_known_customer"],
        ["velocity.device.count_30d"] = ["new_device_known_customer"],
        ["history.device.count"] = ["new_device_known_customer"],
        ["email.disposable"] = ["disposable_email"],
        ["ip.hosting"] = ["hosting_network"],
        ["payout.first_to_beneficiary"] = OfBeneficiary,
    };

    /// <summary>Those of the signals that are about one thing are one argument.</summary>
    /// <param name="signals">That speak against it, each with its argument.</param>
    /// <param name="T">Whose language.</param>
    public static IEnumerable<Argument> Together(IReadOnlyList<(string Code, Argument Argument)> signals, Texts T)
    {
        ArgumentNullException.ThrowIfNull(signals);
        var left = signals.ToList();
        foreach (var (codes, about) in ((string[], string)[])
        [
            (OfIp, "{0} signals about one IP address"), (OfCard, "{0} signals about one card"), (OfPayer, "{0} signals about one new payer"), (OfBeneficiary, "{0} signals about one new beneficiary"),
        ])
        {
            var same = left.Where(s => codes.Contains(s.Code)).Select(s => s.Argument).ToList();
            if (same.Count < 2) continue;
            left.RemoveAll(s => codes.Contains(s.Code));
            yield return new Argument(string.Join(" · ", same.Select(a => a.Text)), string.Join(" · ", same.Select(a => a.Detail ?? a.Text)), same.Sum(a => a.Strength), same.Sum(a => a.Points)) { Signals = same.Count, Together = T[about, same.Count] };
        }
        foreach (var (_, one) in left) yield return one;
    }

    /// <summary>The rule asks for nothing that these signals have not said: it decides, but tells nothing more.</summary>
    public static bool IsSaid(PolicyRule rule, IReadOnlyList<(string Code, Argument Argument)> signals)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Asked(rule) is { Count: > 0 } asked && asked.TrueForAll(name => SaidBy.TryGetValue(name, out var codes) && signals.Any(s => codes.Contains(s.Code)));
    }

    /// <summary>The facts it asks for, by the names it calls them.</summary>
    public static List<string> Asked(PolicyRule rule) => RuleTree.Parse(rule.Text).Condition is { } condition ? [.. Asked(condition)] : [];

    private static IEnumerable<string> Asked(RuleNode node) => node is FactNode fact ? [fact.Name] : node.Parts.SelectMany(Asked);
}
