namespace ClausumPanel.Assess.Tests;

/// <summary>Facts in the making: a plain payment of 150.00 MXN, and what a test adds to it.</summary>
internal sealed class Given
{
    public Given()
    {
        With(Known.Flow, "payin").With(Known.Currency, "MXN").With(Known.Amount, 15_000);
    }

    public Facts Facts { get; } = new();

    public static Given APayout => new Given().With(Known.Flow, "payout").With(Known.PayoutInitiator, "ines@tienda.mx").With(Known.PayoutFirst, false);

    /// <summary>The documented full request on an empty store, enriched as the service does it.</summary>
    public static Given TheDocumentedRequest
    {
        get
        {
            var given = new Given()
                .With(Known.Email, "maria@example.com").With(Known.EmailNormalized, "maria@example.com").With(Known.EmailDomain, "example.com").With(Known.EmailTld, "com")
                .With(Known.EmailDisposable, false).With(Known.EmailFree, false).With(Known.EmailSuspiciousTld, false).With(Known.EmailGibberish, 4).With(Known.EmailDigits, 0).With(Known.EmailRole, false)
                .With(Known.Phone, "+5215512345678").With(Known.PhoneCountry, "MX").With(Known.PhoneValid, true)
                .With(Known.CustomerId, "cus_881")
                .With(Known.PaymentMethod, "card").With(Known.CardBin, "411111").With(Known.CardLast4, "4242").With(Known.CardCountry, "MX").With(Known.CardBrand, "visa").With(Known.CardScheme, "visa")
                .With(Known.Ip, "189.203.10.24").With(Known.IpNetwork, "189.203.10.0/24").With(Known.IpCountry, "MX").With(Known.IpHosting, false).With(Known.IpPrivate, false)
                .With(Known.Fingerprint, "fp_9a8b7c6d")
                .With(Known.UserAgent, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36")
                .With(Known.Browser, "chrome").With(Known.BrowserVersion, 125).With(Known.OperatingSystem, "windows").With(Known.DeviceClass, "desktop").With(Known.Bot, false).With(Known.Headless, false)
                .With(Known.Timezone, "America/Mexico_City").With(Known.TimezoneCountry, "MX")
                .With(Known.SessionDuration, 18_230).With(Known.MouseMovements, 142).With(Known.CopyPaste, 0)
                .With(Known.BillingCountry, "MX").With(Known.BillingCity, "CDMX").With(Known.BillingPostalCode, "06600")
                .With(Known.KeyType, "server").With(Known.Hour, 14).With(Known.Weekday, 2)
                .With(Known.OrganizationCount, 0).With(Known.SequentialCards, 0);
            foreach (var kind in Enum.GetValues<EntityKind>())
                if (kind != EntityKind.Beneficiary) given.NeverSeen(kind);
            return given;
        }
    }

    public Given With(Fact fact, double value)
    {
        Facts.Set(fact, value);
        return this;
    }

    public Given With(Fact fact, bool value)
    {
        Facts.Set(fact, value);
        return this;
    }

    public Given With(Fact fact, string? value)
    {
        Facts.Set(fact, value);
        return this;
    }

    public Given With(EntityKind kind, Measure measure, Window window, double value) => With(FactCatalog.Velocity(kind, measure, window), value);

    public Given With(EntityKind kind, HistoryPart part, double value) => With(FactCatalog.History(kind, part), value);

    public Given With(ListType type, ListSeverity severity) => With(FactCatalog.List(type), (double)severity);

    /// <summary>What the memory says of a value it sees for the first time: zeros, and this assessment's own values as the one of their kind.</summary>
    public Given NeverSeen(EntityKind kind)
    {
        foreach (var measure in Enum.GetValues<Measure>())
            foreach (var window in Enum.GetValues<Window>())
                With(kind, measure, window, measure < Measure.Emails ? 0 : 1);
        foreach (var part in Enum.GetValues<HistoryPart>())
            if (part is not (HistoryPart.Age or HistoryPart.SinceLast or HistoryPart.AmountMean or HistoryPart.AmountDeviation)) With(kind, part, 0);
        return this;
    }

    public Assessment Judged(Policy? policy = null)
    {
        var answer = new Assessment();
        new Assessor(policy ?? Policy.Default).Assess(Facts, answer);
        return answer;
    }
}

internal static class Answers
{
    /// <summary>The codes of an answer, in its order.</summary>
    public static IEnumerable<string> Codes(this Assessment answer) => answer.Signals.ToArray().Select(hit => SignalCatalog.Of(hit).Code);

    /// <summary>The English sentence of one signal of an answer.</summary>
    public static string Sentence(this Assessment answer, string code, string currency = "MXN") =>
        SignalText.English(answer.Signals.ToArray().Single(hit => SignalCatalog.Of(hit).Code == code), currency);
}
