namespace ClausumPanel.Assess.Rules;

/// <summary>A rule to begin from.</summary>
/// <param name="Key">What it is called in an address.</param>
/// <param name="Name">What it is against, in English; the panel translates it.</param>
/// <param name="Reason">What an analyst reads when it fires, in English; the panel translates it.</param>
/// <param name="Text">The rule.</param>
public sealed record RuleTemplate(string Key, string Name, string Reason, string Text);

/// <summary>Rules against the usual attacks, with amounts and counts to be fitted to one's own traffic.</summary>
public static class RuleTemplates
{
    public static IReadOnlyList<RuleTemplate> All { get; } =
    [
        new("card-testing", "Card testing", "Many cards were tried from one device or address within ten minutes",
            "when velocity.device.cards_10m >= 3\n  or velocity.ip.cards_10m >= 5\nthen block"),
        new("bin-attack", "Attack on a range of cards", "Neighbouring card numbers of one range were tried within an hour",
            "when velocity.sequential_cards_1h >= 3\nthen block"),
        new("disposable-mail", "Disposable mail and a large amount", "A large amount came with a mail address made to be thrown away",
            "when email.disposable\n and amount > 2000 MXN\nthen challenge"),
        new("country-mismatch", "Card and IP from different countries, large amount", "A large amount was paid with a card of another country than the one the payer connects from",
            "when card.country != ip.country\n and amount > 3000 MXN\nthen review"),
        new("new-device", "Large amount from a new device", "A large amount came from a device that was not seen in thirty days",
            "when device.fingerprint is present\n and velocity.device.count_30d = 0\n and amount > 5000 MXN\nthen challenge"),
        new("busy-address", "Many payments from one address", "One internet address made many payments within ten minutes",
            "when velocity.ip.count_10m >= 10\nthen challenge"),
        new("hosting-first", "First purchase from a hosting network", "A first purchase came from a hosting network, where people seldom are",
            "when ip.hosting\n and velocity.email.count_30d = 0\nthen review"),
        new("new-beneficiary", "Payout to a new beneficiary", "A large payout goes to a beneficiary who was never paid before",
            "when payout.first_to_beneficiary\n and amount > 20000 MXN\nthen review"),
        new("night", "Large sum in the small hours", "A large amount was paid in the middle of the night",
            "when hour between 0 and 5\n and amount > 5000 MXN\nthen add 20"),
        new("shared-device", "One device, many cards", "Many cards were used on one device within a day",
            "when velocity.device.cards_24h >= 4\nthen review"),
    ];
}
