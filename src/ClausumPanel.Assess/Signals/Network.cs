using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Network
{
    private static readonly Fact IpEmails = FactCatalog.Velocity(EntityKind.Ip, Measure.Emails, Window.OneHour);
    private static readonly Fact[] PayerIps = Velocities.Of(Measure.Ips, Window.OneDay, EntityKind.Customer, EntityKind.Email);
    private static readonly Fact CardIps = FactCatalog.Velocity(EntityKind.Card, Measure.Ips, Window.OneDay);
    private static readonly Fact IpReported = FactCatalog.History(EntityKind.Ip, HistoryPart.Reported);

    public static readonly SignalDefinition[] All =
    [
        new(501, "hosting_network", Both, 15, "Hosting network", "The IP address belongs to a hosting network", (in s, t, ref f) => f.If(s.Is(Known.IpHosting))),
        // Usually the caller sends its own proxy's address: a matter of integration more than of fraud.
        new(502, "private_ip", Both, 2, "Private IP address", "The IP address is private or reserved", (in s, t, ref f) => f.If(s.Is(Known.IpPrivate))),
        new(503, "many_emails_per_ip", Both, 20, "Many e-mails per IP address", "{0} e-mail addresses from one IP address in the last hour",
            (in s, t, ref f) => f.If(s.Number(IpEmails) > t[0] && !s.Is(Known.IpPrivate), s.Number(IpEmails)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 5, 1, 10_000, "addresses", "More addresses than this in one hour are many")],
        },
        new(504, "many_ips_per_payer", Both, 10, "Many IP addresses of one person", "{0} IP addresses of one customer or e-mail in 24 hours",
            (in s, t, ref f) => s.Most(PayerIps) is var most && f.If(most > t[0], most))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 5, 1, 1_000, "addresses", "More IP addresses than this in 24 hours are many")],
        },
        new(505, "many_ips_per_card", PayIn, 15, "Many IP addresses per card", "{0} IP addresses with one card in 24 hours",
            (in s, t, ref f) => f.If(s.Number(CardIps) > t[0], s.Number(CardIps)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 4, 1, 1_000, "addresses", "More IP addresses than this in 24 hours are many")],
        },
        // An address is shared and changes hands: it speaks softly.
        new(506, "ip_prior_fraud", Both, 12, "IP address of a reported fraud", "Reported frauds from this IP address: {0}",
            (in s, t, ref f) => f.If(s.Number(IpReported) >= t[0] && !s.Is(Known.IpPrivate), s.Number(IpReported)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 1_000, "reports", "Reports from which it counts")],
        },
    ];
}
