using static ClausumPanel.Assess.EntityKind;
using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class CardTesting
{
    private static readonly EntityKind[] Testers = [EntityKind.Device, Ip, CardBin];
    private static readonly Fact[] Counts = Velocities.Of(Measure.Count, Window.OneHour, Testers);
    private static readonly Fact[] Sums = Velocities.Of(Measure.Sum, Window.OneHour, Testers);
    private static readonly Fact[] Declines = Velocities.Of(Measure.Declines, Window.TenMinutes, Testers);
    private static readonly Fact[] Cards = Velocities.Of(Measure.Cards, Window.TenMinutes, Testers);

    public static readonly SignalDefinition[] All =
    [
        Many(901, "many_cards_per_device", 30, "Many cards per device", "{0} cards on one device in 24 hours", 3, Measure.Cards, EntityKind.Device, Window.OneDay),
        Many(902, "many_cards_per_email", 25, "Many cards per e-mail", "{0} cards with one e-mail address in 24 hours", 3, Measure.Cards, EntityKind.Email, Window.OneDay),
        Many(903, "many_cards_per_ip", 20, "Many cards per IP address", "{0} cards from one IP address in the last hour", 5, Measure.Cards, Ip, Window.OneHour),
        Many(904, "many_cards_per_customer", 20, "Many cards per customer", "{0} cards of one customer in 24 hours", 3, Measure.Cards, Customer, Window.OneDay),
        Many(905, "many_emails_per_card", 25, "Many e-mails per card", "{0} e-mail addresses with one card in 24 hours", 2, Measure.Emails, Card, Window.OneDay),
        Many(906, "many_cards_per_network", 12, "Many cards per network", "{0} cards from one network in the last hour", 20, Measure.Cards, IpNetwork, Window.OneHour),
        Many(907, "many_cards_per_bin", 15, "Many cards of one range", "{0} cards of one card range in the last 10 minutes", 15, Measure.Cards, CardBin, Window.TenMinutes),
        new(908, "sequential_cards", PayIn, 35, "Neighbouring card numbers", "{0} cards with neighbouring numbers in the last hour",
            (in s, t, ref f) => f.If(s.Number(Known.SequentialCards) >= t[0], s.Number(Known.SequentialCards)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 3, 2, 100, "cards", "Cards with neighbouring numbers from which it counts")],
        },
        new(909, "many_small_amounts", PayIn, 30, "Many small card amounts", "{0} card amounts of {1} on average in the last hour", SmallAmounts)
        {
            A = SignalNumber.Count,
            B = SignalNumber.Money,
            Parameters = [new("earlier", 4, 1, 1_000, "transactions", "Earlier small amounts in the last hour from which it counts")],
        },
        new(910, "many_declined_cards", PayIn, 30, "Many declined cards", "{0} declined with {1} cards in the last 10 minutes", DeclinedCards)
        {
            A = SignalNumber.Count,
            B = SignalNumber.Count,
            Parameters =
            [
                new("declines", 4, 1, 1_000, "transactions", "Declined transactions in 10 minutes from which it counts"),
                new("cards", 3, 1, 1_000, "cards", "… when they came with at least this many cards"),
            ],
        },
        new(911, "card_brand_mismatch", PayIn, 8, "Card brand differs", "The card's first digits are not those of {2}",
            (in s, t, ref f) => f.If(s.Differ(Known.CardBrand, Known.CardScheme), text: s.Text(Known.CardBrand))),
    ];

    private static SignalDefinition Many(ushort id, string code, int weight, string title, string sentence, double above, Measure measure, EntityKind kind, Window window)
    {
        var fact = FactCatalog.Velocity(kind, measure, window);
        var description = measure == Measure.Cards ? "More cards than this, the present one included, are many" : "More addresses than this, the present one included, are many";
        return new(id, code, PayIn, weight, title, sentence, (in s, t, ref f) => f.If(s.Number(fact) > t[0], s.Number(fact)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", above, 1, 100_000, measure == Measure.Cards ? "cards" : "addresses", description)],
        };
    }

    // This one is small, and so were the earlier ones of the same device, address or range on average.
    private static bool SmallAmounts(in Sight s, Tuning t, ref Finding f)
    {
        if (!s.IsSmall || !s.Has(Known.CardBin)) return false;
        for (var i = 0; i < Counts.Length; i++)
        {
            var (count, sum) = (s.Number(Counts[i]), s.Number(Sums[i]));
            if (count >= t[0] && sum <= count * s.Small) return f.If(true, count + 1, (sum + s.Amount) / (count + 1));
        }
        return false;
    }

    private static bool DeclinedCards(in Sight s, Tuning t, ref Finding f)
    {
        for (var i = 0; i < Declines.Length; i++)
        {
            var (declines, cards) = (s.Number(Declines[i]), s.Number(Cards[i]));
            if (declines >= t[0] && cards >= t[1]) return f.If(true, declines, cards);
        }
        return false;
    }
}
