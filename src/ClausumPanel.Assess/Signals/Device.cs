using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Device
{
    private static readonly Fact CustomerDevices = FactCatalog.Velocity(EntityKind.Customer, Measure.Devices, Window.OneDay);
    private static readonly Fact CardDevices = FactCatalog.Velocity(EntityKind.Card, Measure.Devices, Window.OneDay);
    private static readonly Fact DeviceEmails = FactCatalog.Velocity(EntityKind.Device, Measure.Emails, Window.OneDay);
    private static readonly Fact DeviceReported = FactCatalog.History(EntityKind.Device, HistoryPart.Reported);

    public static readonly SignalDefinition[] All =
    [
        new(401, "bot_user_agent", Both, 25, "Robot's user agent", "The user agent is a robot's or a tool's", (in s, t, ref f) => f.If(s.Is(Known.Bot) && !s.Is(Known.Headless))),
        new(402, "headless_browser", Both, 30, "Automated browser", "The browser is run by a program", (in s, t, ref f) => f.If(s.Is(Known.Headless))),
        new(403, "missing_user_agent", PayIn, 5, "No user agent", "A device fingerprint was sent but no user agent",
            (in s, t, ref f) => f.If(s.Has(Known.Fingerprint) && !s.Has(Known.UserAgent))),
        new(404, "odd_user_agent", Both, 6, "Unusual user agent", "The user agent is no known browser's",
            (in s, t, ref f) => f.If(s.Text(Known.UserAgent) is { } agent && !s.Is(Known.Bot) && !s.Is(Known.Headless) && (agent.Length < t[0] || s.Text(Known.Browser) is null or "other")))
        {
            Parameters = [new("shorter_than", 20, 0, 200, "characters", "A user agent shorter than this is unusual")],
        },
        new(405, "outdated_browser", Both, 5, "Outdated browser", "{2} {0} is years old",
            (in s, t, ref f) => f.If(s.Is(Known.BrowserOutdated) && !s.Is(Known.Bot), s.Number(Known.BrowserVersion), text: s.Text(Known.Browser))) { A = SignalNumber.Count },
        new(406, "new_device_known_customer", PayIn, 8, "New device of a known customer", "First time on this device after {0} transactions of the customer",
            (in s, t, ref f) => f.If(s.Number(Histories.DeviceCount) == 0 && s.Number(Histories.CustomerCount) >= t[0], s.Number(Histories.CustomerCount)))
        {
            A = SignalNumber.Count,
            Parameters = [new("known_from", 3, 1, 1_000, "transactions", "Earlier transactions that make a customer known")],
        },
        new(407, "many_devices_per_customer", Both, 15, "Many devices per customer", "{0} devices of one customer in 24 hours",
            (in s, t, ref f) => f.If(s.Number(CustomerDevices) > t[0], s.Number(CustomerDevices)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 3, 1, 1_000, "devices", "More devices than this in 24 hours are many")],
        },
        new(408, "many_devices_per_card", PayIn, 20, "Many devices per card", "{0} devices with one card in 24 hours",
            (in s, t, ref f) => f.If(s.Number(CardDevices) > t[0], s.Number(CardDevices)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 2, 1, 1_000, "devices", "More devices than this in 24 hours are many")],
        },
        new(409, "many_emails_per_device", Both, 25, "Many e-mails per device", "{0} e-mail addresses on one device in 24 hours",
            (in s, t, ref f) => f.If(s.Number(DeviceEmails) > t[0], s.Number(DeviceEmails)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 3, 1, 1_000, "addresses", "More addresses than this in 24 hours are many")],
        },
        new(410, "device_prior_fraud", Both, 35, "Device of a reported fraud", "Reported frauds on this device: {0}",
            (in s, t, ref f) => f.If(s.Number(DeviceReported) >= t[0], s.Number(DeviceReported)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 100, "reports", "Reports from which it counts")],
        },
    ];
}
