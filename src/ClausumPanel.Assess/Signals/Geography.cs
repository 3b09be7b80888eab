using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Geography
{
    public static readonly SignalDefinition[] All =
    [
        Mismatch(601, "country_mismatch", 15, "Card and IP country differ", "Card from {0}, IP address in {1}", Known.CardCountry, Known.IpCountry),
        Mismatch(602, "ip_billing_mismatch", 8, "Billing and IP country differ", "Billing address in {0}, IP address in {1}", Known.BillingCountry, Known.IpCountry),
        Mismatch(603, "ip_timezone_mismatch", 10, "Time zone and IP country differ", "Time zone of {0}, IP address in {1}", Known.TimezoneCountry, Known.IpCountry),
        Mismatch(604, "ip_phone_mismatch", 5, "Phone and IP country differ", "Phone number of {0}, IP address in {1}", Known.PhoneCountry, Known.IpCountry),
        Mismatch(605, "billing_card_mismatch", 10, "Card and billing country differ", "Card from {0}, billing address in {1}", Known.CardCountry, Known.BillingCountry),
        Mismatch(606, "shipping_billing_mismatch", 8, "Shipping and billing country differ", "Shipping to {0}, billing address in {1}", Known.ShippingCountry, Known.BillingCountry),
        new(607, "high_risk_country", PayIn, 20, "High-risk country", "High-risk country: {0}",
            (in s, t, ref f) => f.If(t.Lists(0, s.Text(Known.IpCountry)), CountryNumber.Of(s.Text(Known.IpCountry)))
                || f.If(t.Lists(0, s.Text(Known.CardCountry)), CountryNumber.Of(s.Text(Known.CardCountry)))
                || f.If(t.Lists(0, s.Text(Known.BillingCountry)), CountryNumber.Of(s.Text(Known.BillingCountry))))
        {
            A = SignalNumber.Country,
            Words = [new("countries", ["IR", "KP", "MM"], "Countries of high risk, ISO 3166 (as shipped: the FATF's call for action)")],
        },
    ];

    private static SignalDefinition Mismatch(ushort id, string code, int weight, string title, string sentence, Fact one, Fact other) =>
        new(id, code, PayIn, weight, title, sentence, (in s, t, ref f) => s.Differ(one, other) && f.If(true, CountryNumber.Of(s.Text(one)), CountryNumber.Of(s.Text(other))))
        {
            A = SignalNumber.Country,
            B = SignalNumber.Country,
        };
}
