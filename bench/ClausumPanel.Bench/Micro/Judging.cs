using BenchmarkDotNet.Attributes;
using ClausumPanel.Assess;

namespace ClausumPanel.Bench.Micro;

/// <summary>The engine on the facts of an ordinary payment with every kind of fact known, and the snapshot that is stored with each assessment.</summary>
public class Judging
{
    private readonly Assessor _assessor = new(Policy.Default);
    private readonly Facts _facts = OrdinaryPayment();
    private readonly Facts _read = new();
    private readonly Assessment _assessment = new();
    private readonly byte[] _buffer = new byte[FactSnapshot.MostBytes];
    private readonly byte[] _snapshot;

    public Judging() => _snapshot = _buffer[..FactSnapshot.Write(_facts, _buffer)].ToArray();

    [Benchmark]
    public int Assess()
    {
        _assessor.Assess(_facts, _assessment);
        return _assessment.Score;
    }

    [Benchmark] public int WriteSnapshot() => FactSnapshot.Write(_facts, _buffer);

    [Benchmark] public int ReadSnapshot() => FactSnapshot.Read(_snapshot, _read);

    [Benchmark] public void ClearFacts() => _read.Clear();

    internal static Facts OrdinaryPayment()
    {
        var facts = new Facts();
        foreach (var fact in FactCatalog.All)
        {
            // A payer who was here twice today and nine times this month; nothing about them is odd.
            if (fact.Source == FactSource.Velocity) facts.Set(fact.Fact, fact.Name.EndsWith("10m", StringComparison.Ordinal) ? 0 : fact.Name.EndsWith("30d", StringComparison.Ordinal) ? 9 : 1);
            else if (fact.Source == FactSource.History && !fact.IsText) facts.Set(fact.Fact, 12);
        }
        facts.Set(Known.Flow, "payin");
        facts.Set(Known.Amount, 45_900);
        facts.Set(Known.Currency, "MXN");
        facts.Set(Known.TransactionType, "payment");
        facts.Set(Known.CustomerId, "cus_0012345");
        facts.Set(Known.Email, "maria.lopez0012345@gmail.com");
        facts.Set(Known.EmailNormalized, "marialopez0012345@gmail.com");
        facts.Set(Known.EmailDomain, "gmail.com");
        facts.Set(Known.EmailTld, "com");
        facts.Set(Known.EmailFree, true);
        facts.Set(Known.EmailDisposable, false);
        facts.Set(Known.EmailSuspiciousTld, false);
        facts.Set(Known.EmailGibberish, 8);
        facts.Set(Known.EmailDigits, 30);
        facts.Set(Known.Phone, "+525512345678");
        facts.Set(Known.PhoneCountry, "MX");
        facts.Set(Known.PhoneValid, true);
        facts.Set(Known.PaymentMethod, "card");
        facts.Set(Known.CardBin, "415231");
        facts.Set(Known.CardLast4, "4242");
        facts.Set(Known.CardCountry, "MX");
        facts.Set(Known.CardBrand, "visa");
        facts.Set(Known.CardScheme, "visa");
        facts.Set(Known.Ip, "189.203.100.17");
        facts.Set(Known.IpNetwork, "189.203.100.0/24");
        facts.Set(Known.IpCountry, "MX");
        facts.Set(Known.IpHosting, false);
        facts.Set(Known.Fingerprint, "fp_0123456789abcdef");
        facts.Set(Known.UserAgent, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36");
        facts.Set(Known.Browser, "chrome");
        facts.Set(Known.BrowserVersion, 131);
        facts.Set(Known.OperatingSystem, "windows");
        facts.Set(Known.DeviceClass, "desktop");
        facts.Set(Known.Bot, false);
        facts.Set(Known.Timezone, "America/Mexico_City");
        facts.Set(Known.TimezoneCountry, "MX");
        facts.Set(Known.SessionDuration, 48_230);
        facts.Set(Known.MouseMovements, 342);
        facts.Set(Known.CopyPaste, 0);
        facts.Set(Known.BillingCountry, "MX");
        facts.Set(Known.BillingCity, "CDMX");
        facts.Set(Known.BillingPostalCode, "06600");
        facts.Set(Known.KeyType, "server");
        facts.Set(Known.Hour, 13);
        facts.Set(Known.Weekday, 2);
        return facts;
    }
}
