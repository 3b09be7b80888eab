using static ClausumPanel.Assess.EntityKind;
using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

/// <summary>Counts of the windows leave this assessment out; the sentences and bounds count it in.</summary>
internal static class Velocity
{
    private static readonly Fact[] DeclinesHour = Velocities.Of(Measure.Declines, Window.OneHour, EntityKind.Email, Customer, Card, EntityKind.Device, Ip);
    private static readonly Fact[] DeclinesDay = Velocities.Of(Measure.Declines, Window.OneDay, EntityKind.Email, Customer, Card, EntityKind.Device);
    private static readonly Fact[] SumsDay = Velocities.Of(Measure.Sum, Window.OneDay, EntityKind.Email, Customer, Card);
    private static readonly Fact[] SumsMonth = Velocities.Of(Measure.Sum, Window.ThirtyDays, EntityKind.Email, Customer, Card);
    private static readonly Fact BinTenMinutes = FactCatalog.Velocity(CardBin, Measure.Count, Window.TenMinutes);
    private static readonly Fact BinDay = FactCatalog.Velocity(CardBin, Measure.Count, Window.OneDay);

    public static readonly SignalDefinition[] All =
    [
        Count(801, "high_velocity", Both, 35, "Many transactions in an hour", "{0} transactions in the last hour", 5, Window.OneHour, EntityKind.Email, Customer, Ip, EntityKind.Device),
        Count(802, "burst_velocity", Both, 15, "Many transactions in ten minutes", "{0} transactions in the last 10 minutes", 8, Window.TenMinutes, EntityKind.Email, Customer, Card, Ip, EntityKind.Device),
        Count(803, "card_velocity", PayIn, 20, "One card many times", "{0} transactions with one card in the last hour", 6, Window.OneHour, Card),
        Count(804, "phone_velocity", Both, 10, "One phone many times", "{0} transactions with one phone number in the last hour", 6, Window.OneHour, Phone),
        Count(805, "network_velocity", PayIn, 10, "One network many times", "{0} transactions from one network in the last hour", 40, Window.OneHour, IpNetwork),
        new(806, "bin_velocity", PayIn, 12, "One card range suddenly often", "{0} transactions with one card range in the last 10 minutes",
            (in s, t, ref f) => s.Number(BinTenMinutes) + 1 is var count && f.If(count > t[0] && count * 144 > s.Number(BinDay) * t[1], count))
        {
            A = SignalNumber.Count,
            Parameters =
            [
                new("above", 20, 1, 100_000, "transactions", "More transactions than this in 10 minutes are many"),
                new("times_usual", 6, 1, 144, "times", "… when they are also this many times the day's average"),
            ],
        },
        Count(807, "daily_velocity", Both, 12, "Many transactions in a day", "{0} transactions in the last 24 hours", 20, Window.OneDay, EntityKind.Email, Customer, Card, EntityKind.Device),
        Count(808, "weekly_velocity", Both, 8, "Many transactions in a week", "{0} transactions in the last 7 days", 60, Window.SevenDays, EntityKind.Email, Customer, Card),
        Count(809, "monthly_velocity", Both, 5, "Many transactions in a month", "{0} transactions in the last 30 days", 150, Window.ThirtyDays, EntityKind.Email, Customer, Card),
        Sum(810, "daily_amount", 15, "Large total in a day", "{0} in the last 24 hours", 3, SumsDay),
        Sum(811, "monthly_amount", 8, "Large total in a month", "{0} in the last 30 days", 15, SumsMonth),
        Declines(812, "repeated_declines", 20, "Repeated declines", "{0} declined in the last hour", 3, DeclinesHour),
        Declines(813, "daily_declines", 10, "Declined all day", "{0} declined in the last 24 hours", 8, DeclinesDay),
    ];

    private static SignalDefinition Count(ushort id, string code, SignalFlows flows, int weight, string title, string sentence, double above, Window window, params ReadOnlySpan<EntityKind> kinds)
    {
        var facts = Velocities.Of(Measure.Count, window, kinds);
        return new(id, code, flows, weight, title, sentence, (in s, t, ref f) => s.Most(facts) + 1 is var count && f.If(count > t[0], count))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", above, 1, 1_000_000, "transactions", "More transactions than this, the present one included, are many")],
        };
    }

    private static SignalDefinition Sum(ushort id, string code, int weight, string title, string sentence, double times, Fact[] facts) =>
        new(id, code, Both, weight, title, sentence, (in s, t, ref f) => s.Most(facts) is var earlier && f.If(earlier > 0 && earlier + s.Amount >= s.Large * t[0], earlier + s.Amount))
        {
            A = SignalNumber.Money,
            Parameters = [new("times_large", times, 0.1, 1_000, "times", "The total is large from this many times the currency's large amount, the present one included")],
        };

    private static SignalDefinition Declines(ushort id, string code, int weight, string title, string sentence, double atLeast, Fact[] facts) =>
        new(id, code, Both, weight, title, sentence, (in s, t, ref f) => s.Most(facts) is var declines && f.If(declines >= t[0], declines))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", atLeast, 1, 100_000, "transactions", "Declined transactions from which it counts")],
        };
}
