using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Localization;

/// <summary>How the engine's values are written for a person.</summary>
public static class Showing
{
    extension(Money money)
    {
        /// <summary>129.90 MXN: digits from the currency, layout from the reader.</summary>
        public string Show() => SignalText.Money(money.Minor, money.Currency, CultureInfo.CurrentCulture);

        /// <summary>9.90, 850, 2.1k, 45k, 1.2M: an amount for where there is room for a few letters; its currency is said beside it.</summary>
        public string ShowShort()
        {
            var major = money.Minor / (double)Currencies.Scale(money.Currency);
            var (number, unit) = Math.Abs(major) switch { < 999.5 => (major, ""), < 999_500 => (major / 1_000, "k"), _ => (major / 1_000_000, "M") };
            return number.ToString(unit.Length == 0 ? (Math.Abs(number) < 10 && number % 1 != 0 ? "0.00" : "0") : Math.Abs(number) < 9.95 ? "0.#" : "#,0", CultureInfo.CurrentCulture) + unit;
        }
    }

    extension(SignalHit hit)
    {
        public SignalDefinition Definition => SignalCatalog.Of(hit);

        /// <summary>The short name, in the reader's language.</summary>
        public string Title => Texts.Translate(SignalCatalog.Of(hit).Title);

        /// <summary>What happened, with its numbers, in the reader's language.</summary>
        public string Say(string currency) => SignalText.Describe(hit, currency, Texts.Translate, CultureInfo.CurrentCulture);

        /// <summary>+12, −5, 0: with a true minus.</summary>
        public string Points => WithSign(hit.Weight);
    }

    public static string WithSign(int points) => points switch
    {
        > 0 => "+" + points.ToString(CultureInfo.CurrentCulture),
        < 0 => "−" + (-points).ToString(CultureInfo.CurrentCulture),
        _ => "0",
    };

    public static string Name(this Texts T, Decision decision) => decision switch
    {
        Decision.Approve => T["Approved"],
        Decision.Review => T["Review"],
        Decision.Challenge => T["Challenge"],
        Decision.Decline => T["Declined"],
    };

    public static string Name(this Texts T, FinalOutcome outcome) => outcome switch
    {
        FinalOutcome.Approve => T["Approved"],
        FinalOutcome.Challenge => T["Challenge"],
        FinalOutcome.Decline => T["Declined"],
        FinalOutcome.Open => T["Not decided yet"],
    };

    public static string Name(this Texts T, Flow flow) => flow switch
    {
        Flow.PayIn => T["Payment"],
        Flow.PayOut => T["Payout"],
    };

    public static string Name(this Texts T, SignalCategory category) => category switch
    {
        SignalCategory.Lists => T["Lists"],
        SignalCategory.Email => T["E-mail"],
        SignalCategory.Behavior => T["Behavior"],
        SignalCategory.Device => T["Device"],
        SignalCategory.Network => T["Network"],
        SignalCategory.Geography => T["Geography"],
        SignalCategory.Amount => T["Amount"],
        SignalCategory.Velocity => T["Velocity"],
        SignalCategory.CardTesting => T["Card testing"],
        SignalCategory.Payer => T["Payer"],
        SignalCategory.Payout => T["Payout"],
    };

    public static string Name(this Texts T, FactSource source) => source switch
    {
        FactSource.Request => T["Request"],
        FactSource.Reference => T["Reference data"],
        FactSource.Velocity => T["Velocity"],
        FactSource.History => T["History"],
        FactSource.Lists => T["Lists"],
        FactSource.Service => T["Service"],
    };

    public static string Name(this Texts T, EntityKind kind) => kind switch
    {
        EntityKind.Email => T["E-mail"],
        EntityKind.Customer => T["Customer"],
        EntityKind.Card => T["Card"],
        EntityKind.Device => T["Device"],
        EntityKind.Ip => T["IP address"],
        EntityKind.IpNetwork => T["IP network"],
        EntityKind.Phone => T["Phone"],
        EntityKind.CardBin => T["Card range"],
        EntityKind.Beneficiary => T["Beneficiary"],
    };

    public static string Name(this Texts T, Measure measure) => measure switch
    {
        Measure.Count => T["Number of assessments"],
        Measure.Sum => T["Amount"],
        Measure.Declines => T["Declined"],
        Measure.Emails => T["Different e-mails"],
        Measure.Cards => T["Different cards"],
        Measure.Devices => T["Different devices"],
        Measure.Ips => T["Different IP addresses"],
    };

    public static string Name(this Texts T, Window window) => window switch
    {
        Window.TenMinutes => T["10 min"],
        Window.OneHour => T["1 h"],
        Window.OneDay => T["24 h"],
        Window.SevenDays => T["7 days"],
        Window.ThirtyDays => T["30 days"],
    };

    /// <summary>The country's name in the reader's language; the code itself when there is none: the request may name a country that does not exist.</summary>
    public static string Country(string code) => Countries.Name(code, CultureInfo.CurrentUICulture);

    /// <summary>A fact as a person reads it.</summary>
    public static string Value(this Texts T, FactDefinition definition, Facts facts, string currency) => definition.Type switch
    {
        FactType.Text => facts.Text(definition.Fact) ?? "",
        FactType.Flag => facts.Is(definition.Fact) ? T["Yes"] : T["No"],
        FactType.Money => SignalText.Money(facts.Number(definition.Fact), currency, CultureInfo.CurrentCulture),
        FactType.Duration => SignalText.Duration(facts.Number(definition.Fact), Texts.Translate, CultureInfo.CurrentCulture),
        FactType.Number => facts.Number(definition.Fact).ToString("#,0.##", CultureInfo.CurrentCulture),
    };
}
