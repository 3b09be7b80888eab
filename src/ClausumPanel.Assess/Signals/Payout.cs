using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Payout
{
    private static readonly Fact CountHour = FactCatalog.Velocity(EntityKind.Beneficiary, Measure.Count, Window.OneHour);
    private static readonly Fact SumDay = FactCatalog.Velocity(EntityKind.Beneficiary, Measure.Sum, Window.OneDay);
    private static readonly Fact EmailsWeek = FactCatalog.Velocity(EntityKind.Beneficiary, Measure.Emails, Window.SevenDays);
    private static readonly Fact Reported = FactCatalog.History(EntityKind.Beneficiary, HistoryPart.Reported);

    public static readonly SignalDefinition[] All =
    [
        new(1101, "payout_first_beneficiary", PayOut, 15, "First payout to the beneficiary", "First payout to this beneficiary", (in s, t, ref f) => f.If(IsFirst(s))),
        new(1102, "payout_high_risk_country", PayOut, 30, "Beneficiary in a high-risk country", "Beneficiary in a high-risk country: {0}",
            (in s, t, ref f) => f.If(t.Lists(0, s.Text(Known.BeneficiaryCountry)), CountryNumber.Of(s.Text(Known.BeneficiaryCountry))))
        {
            A = SignalNumber.Country,
            Words = [new("countries", ["AF", "BY", "CD", "CU", "HT", "IR", "KP", "LY", "ML", "MM", "SD", "SO", "SS", "SY", "VE", "YE"], "Countries of high risk, ISO 3166")],
        },
        new(1103, "payout_cross_border_high_amount", PayOut, 25, "Large payout across a border", "Cross-border payout of {0}",
            (in s, t, ref f) => f.If(s.IsLarge && s.Differ(Known.OriginCountry, Known.BeneficiaryCountry), s.Amount)) { A = SignalNumber.Money },
        new(1104, "payout_unattributed_initiator", PayOut, 15, "No person named as ordering it", "The request names no person who ordered the payout",
            (in s, t, ref f) => f.If(s.Text(Known.PayoutInitiator) is not { } initiator || string.IsNullOrWhiteSpace(initiator) || t.Lists(0, initiator)))
        {
            Words =
            [
                new("generic", ["admin", "api", "auto", "automatic", "batch", "cron", "default", "job", "n/a", "na", "none", "null", "root", "script", "service", "sistema", "system", "test", "unknown", "user", "usuario"],
                    "Names that name nobody"),
            ],
        },
        new(1105, "payout_invalid_clabe", PayOut, 30, "Invalid CLABE", "The CLABE's check digit is wrong", (in s, t, ref f) => f.If(s.Number(Known.BeneficiaryClabeValid) == 0)),
        new(1106, "payout_new_beneficiary_large_amount", PayOut, 20, "New beneficiary, large amount", "First payout to this beneficiary, and at once {0}",
            (in s, t, ref f) => f.If(s.IsLarge && IsFirst(s), s.Amount)) { A = SignalNumber.Money },
        new(1107, "payout_burst", PayOut, 20, "Many payouts to one beneficiary", "{0} payouts to this beneficiary in the last hour",
            (in s, t, ref f) => s.Number(CountHour) + 1 is var count && f.If(count > t[0], count))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 3, 1, 10_000, "payouts", "More payouts than this in one hour, the present one included, are many")],
        },
        new(1108, "payout_daily_amount", PayOut, 15, "Large total to one beneficiary", "{0} to this beneficiary in the last 24 hours",
            (in s, t, ref f) => f.If(s.Number(SumDay) > 0 && s.Number(SumDay) + s.Amount >= s.Large * t[0], s.Number(SumDay) + s.Amount))
        {
            A = SignalNumber.Money,
            Parameters = [new("times_large", 2, 0.1, 1_000, "times", "The total is large from this many times the currency's large amount, the present one included")],
        },
        new(1109, "payout_many_payers", PayOut, 15, "Beneficiary of many accounts", "This beneficiary was paid for {0} e-mail addresses in the last 7 days",
            (in s, t, ref f) => f.If(s.Number(EmailsWeek) > t[0], s.Number(EmailsWeek)))
        {
            A = SignalNumber.Count,
            Parameters = [new("above", 3, 1, 10_000, "addresses", "More e-mail addresses than this, the present one included, are many")],
        },
        new(1110, "payout_account_country_mismatch", PayOut, 15, "Account and country differ", "Account in {0}, beneficiary in {1}",
            (in s, t, ref f) => s.Text(Known.BeneficiaryCountry) is { } country && (
                f.If(s.Has(Known.BeneficiaryClabe) && country != "MX", Mexico, CountryNumber.Of(country))
                || f.If(s.Differ(Known.BeneficiaryIbanCountry, Known.BeneficiaryCountry), CountryNumber.Of(s.Text(Known.BeneficiaryIbanCountry)), CountryNumber.Of(country))
                || f.If(s.Differ(Known.BeneficiaryBicCountry, Known.BeneficiaryCountry), CountryNumber.Of(s.Text(Known.BeneficiaryBicCountry)), CountryNumber.Of(country))))
        {
            A = SignalNumber.Country,
            B = SignalNumber.Country,
        },
        new(1111, "payout_beneficiary_prior_fraud", PayOut, 40, "Beneficiary with reported fraud", "Earlier payouts to this beneficiary reported as fraud: {0}",
            (in s, t, ref f) => f.If(s.Number(Reported) >= t[0], s.Number(Reported)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 100, "reports", "Reports from which it counts")],
        },
        new(1112, "payout_invalid_iban", PayOut, 30, "Invalid IBAN", "The IBAN's length or check digits are wrong", (in s, t, ref f) => f.If(s.Number(Known.BeneficiaryIbanValid) == 0)),
    ];

    private static readonly double Mexico = CountryNumber.Of("MX");

    /// <summary>The caller's word counts; where it gives none, our memory does.</summary>
    private static bool IsFirst(in Sight s) => s.Is(Known.PayoutFirst) || (!s.Has(Known.PayoutFirst) && s.Number(Histories.BeneficiaryCount) == 0);
}
