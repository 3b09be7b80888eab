using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Payer
{
    private const double Day = 86_400_000;

    private static readonly EntityKind[] Identities = [EntityKind.Customer, EntityKind.Email, EntityKind.Card, EntityKind.Phone];
    private static readonly Fact[] Reported = Histories.Of(HistoryPart.Reported, Identities);
    private static readonly Fact[] Disputed = Histories.Of(HistoryPart.Disputed, Identities);

    private static readonly EntityKind[] Accounts = [EntityKind.Customer, EntityKind.Email];
    private static readonly Fact[] Counts = Histories.Of(HistoryPart.Count, Accounts);
    private static readonly Fact[] Approved = Histories.Of(HistoryPart.Approved, Accounts);
    private static readonly Fact[] Declined = Histories.Of(HistoryPart.Declined, Accounts);
    private static readonly Fact[] Ages = Histories.Of(HistoryPart.Age, Accounts);
    private static readonly Fact[] SinceLast = Histories.Of(HistoryPart.SinceLast, Accounts);

    private static readonly Fact CardAge = FactCatalog.History(EntityKind.Card, HistoryPart.Age);
    private static readonly Fact DeviceAge = FactCatalog.History(EntityKind.Device, HistoryPart.Age);
    private static readonly Fact DeviceReported = FactCatalog.History(EntityKind.Device, HistoryPart.Reported);

    public static readonly SignalDefinition[] All =
    [
        new(1001, "payer_prior_fraud", Both, 40, "Reported fraud in the history", "Earlier transactions of the same customer, e-mail, card or phone reported as fraud: {0}",
            (in s, t, ref f) => s.Most(Reported) is var reports && f.If(reports >= t[0], reports))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 100, "reports", "Reports from which it counts")],
        },
        new(1002, "payer_prior_chargeback", Both, 30, "Disputes in the history", "Earlier transactions of the same customer, e-mail, card or phone that were disputed: {0}",
            (in s, t, ref f) => s.Most(Disputed) is var disputes && f.If(disputes >= t[0], disputes))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 100, "disputes", "Disputes from which it counts")],
        },
        // Every good customer was new once: off unless somebody wants to see it.
        new(1003, "new_payer", PayIn, 0, "New payer", "First transaction of this payer", (in s, t, ref f) => f.If(s.PayerIsNew)) { IsEnabled = false },
        new(1004, "new_payer_large_amount", PayIn, 15, "New payer, large amount", "First transaction of this payer, and at once {0}", (in s, t, ref f) => f.If(s.IsLarge && s.PayerIsNew, s.Amount)) { A = SignalNumber.Money },
        new(1005, "new_card_known_customer", PayIn, 6, "New card of a known customer", "First time with this card after {0} transactions of the customer",
            (in s, t, ref f) => f.If(s.Number(Histories.CardCount) == 0 && s.Number(Histories.CustomerCount) >= t[0], s.Number(Histories.CustomerCount)))
        {
            A = SignalNumber.Count,
            Parameters = [new("known_from", 3, 1, 1_000, "transactions", "Earlier transactions that make a customer known")],
        },
        new(1006, "known_card_new_payer", PayIn, 10, "Known card, new payer", "New payer with a card that others used {0} times",
            (in s, t, ref f) => f.If(s.PayerIsNew && s.Number(Histories.CardCount) >= t[0], s.Number(Histories.CardCount)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 2, 1, 1_000, "transactions", "Earlier transactions with the card from which it counts")],
        },
        new(1007, "known_device_new_payer", PayIn, 6, "Known device, new payer", "New payer on a device that others used {0} times",
            (in s, t, ref f) => f.If(s.PayerIsNew && s.Number(Histories.DeviceCount) >= t[0], s.Number(Histories.DeviceCount)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 3, 1, 1_000, "transactions", "Earlier transactions on the device from which it counts")],
        },
        new(1008, "loyal_payer", PayIn, -15, "Loyal payer", "{0} approved transactions in {1} without a complaint", Loyal)
        {
            A = SignalNumber.Count,
            B = SignalNumber.Duration,
            Parameters =
            [
                new("approved", 5, 1, 10_000, "transactions", "Approved transactions that make a payer loyal"),
                new("days", 90, 1, 3_650, "days", "… when the first is at least this long ago"),
            ],
        },
        new(1009, "familiar_card_and_device", PayIn, -5, "Familiar card and device", "Card and device known for {0}",
            (in s, t, ref f) =>
            {
                var age = Math.Min(s.Number(CardAge), s.Number(DeviceAge));
                return f.If(age >= t[0] * Day && !(s.Most(Reported) > 0) && !(s.Most(Disputed) > 0) && !(s.Number(DeviceReported) > 0), age);
            })
        {
            A = SignalNumber.Duration,
            Parameters = [new("days", 30, 1, 3_650, "days", "Card and device are familiar from this long on")],
        },
        new(1010, "dormant_payer", PayIn, 8, "Payer after a long pause", "{0} after a pause of {1}",
            (in s, t, ref f) => s.IsLarge && s.Least(SinceLast) is var pause && f.If(pause >= t[0] * Day, s.Amount, pause))
        {
            A = SignalNumber.Money,
            B = SignalNumber.Duration,
            Parameters = [new("days", 180, 1, 3_650, "days", "A pause this long before a large amount counts")],
        },
        new(1011, "mostly_declined_payer", PayIn, 15, "Payer mostly declined", "{0} of {1} earlier transactions of this payer were declined", MostlyDeclined)
        {
            A = SignalNumber.Count,
            B = SignalNumber.Count,
            Parameters =
            [
                new("at_least", 4, 1, 1_000, "transactions", "Earlier transactions needed before it counts"),
                new("share", 60, 1, 100, "%", "Share of declined ones from which it counts"),
            ],
        },
        new(1012, "young_payer_activity", PayIn, 8, "Busy from the first day", "{0} transactions within {1} of the first",
            (in s, t, ref f) =>
            {
                var (count, age) = s.Number(Counts[0]) is var c && !double.IsNaN(c) ? (c, s.Number(Ages[0])) : (s.Number(Counts[1]), s.Number(Ages[1]));
                return f.If(count + 1 > t[0] && age < t[1] * Day, count + 1, age);
            })
        {
            A = SignalNumber.Count,
            B = SignalNumber.Duration,
            Parameters =
            [
                new("above", 6, 1, 1_000, "transactions", "More transactions than this, the present one included, are many"),
                new("days", 2, 1, 365, "days", "… when the first is less than this long ago"),
            ],
        },
        new(1013, "invalid_phone", Both, 5, "Impossible phone number", "The phone number cannot exist", (in s, t, ref f) => f.If(s.Number(Known.PhoneValid) == 0)),
    ];

    // A taken-over account is loyal too, so a device never seen before takes the credit away.
    private static bool Loyal(in Sight s, Tuning t, ref Finding f)
    {
        if (s.Most(Reported) > 0 || s.Most(Disputed) > 0 || s.Number(Histories.DeviceCount) == 0) return false;
        for (var i = 0; i < Accounts.Length; i++)
            if (s.Number(Approved[i]) >= t[0] && s.Number(Ages[i]) >= t[1] * Day) return f.If(true, s.Number(Approved[i]), s.Number(Ages[i]));
        return false;
    }

    private static bool MostlyDeclined(in Sight s, Tuning t, ref Finding f)
    {
        for (var i = 0; i < Accounts.Length; i++)
        {
            var (count, declined) = (s.Number(Counts[i]), s.Number(Declined[i]));
            if (count >= t[0] && declined * 100 >= count * t[1]) return f.If(true, declined, count);
        }
        return false;
    }
}
