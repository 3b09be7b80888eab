using BenchmarkDotNet.Attributes;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Bench.Micro;

/// <summary>Two hundred rules of ten kinds against the same conditions written in C#, on facts of which about half the conditions are true.</summary>
public class Rules
{
    private const int Kinds = 10;
    private const int Sets = RuleLimits.Rules / Kinds;

    private static readonly Fact EmailsOfCard = FactCatalog.Velocity(EntityKind.Card, Assess.Measure.Emails, Window.OneDay);
    private static readonly Fact CountOfEmail = FactCatalog.Velocity(EntityKind.Email, Assess.Measure.Count, Window.OneHour);
    private static readonly Fact AgeOfEmail = FactCatalog.History(EntityKind.Email, HistoryPart.Age);
    private static readonly Fact MeanOfCustomer = FactCatalog.History(EntityKind.Customer, HistoryPart.AmountMean);

    private readonly string[] _texts = Texts();
    private readonly CompiledRule[] _rules = [.. Texts().Select(Compiled)];
    private readonly Facts _facts = Judging.OrdinaryPayment();

    [Benchmark(Baseline = true)]
    public int WrittenByHand()
    {
        var held = 0;
        for (var i = 0; i < Sets; i++)
        {
            var f = _facts;
            if (f.Number(Known.Amount) > i * 5_000d && f.Text(Known.Currency) == "MXN") held++;
            if (f.Text(Known.CardCountry) is { } card && f.Text(Known.IpCountry) is { } ip && !string.Equals(card, ip, StringComparison.OrdinalIgnoreCase) && f.Number(CountOfEmail) >= i) held++;
            if (f.Is(Known.EmailFree) && !f.Is(Known.EmailDisposable)) held++;
            if (f.Text(Known.CardBrand) is { } brand && string.Equals(brand, "visa", StringComparison.OrdinalIgnoreCase)) held++;
            if (f.Text(Known.EmailDomain) is { } domain && domain.EndsWith(".com", StringComparison.OrdinalIgnoreCase)) held++;
            if (f.Number(AgeOfEmail) < i * 3_600_000d) held++;
            if (f.Number(Known.Amount) > f.Number(MeanOfCustomer) * i) held++;
            if (f.Number(EmailsOfCard) >= i) held++;
            if (f.Number(Known.Hour) is >= 22 or <= 6) held++;
            if (!f.Has(Known.ShippingCountry) || f.Number(Known.SessionDuration) < i * 1_000d) held++;
        }
        return held;
    }

    [Benchmark]
    public int Asked()
    {
        var held = 0;
        foreach (var rule in _rules)
            if (rule.Holds(_facts)) held++;
        return held;
    }

    [Benchmark] public CompiledRule[] Compile() => [.. _texts.Select(Compiled)];

    [GlobalSetup]
    public void Agree()
    {
        if (WrittenByHand() != Asked()) throw new InvalidOperationException("The two do not ask the same.");
    }

    private static string[] Texts() => [.. Enumerable.Range(0, Sets).SelectMany(i => new[]
    {
        $"amount > {i * 50} MXN",
        $"card.country != ip.country and velocity.email.count_1h >= {i}",
        "email.free and not email.disposable",
        "card.brand = \"visa\"",
        "email.domain ends with \".com\"",
        $"history.email.age < {i}h",
        $"amount > history.customer.amount_mean * {i}",
        $"velocity.card.emails_24h >= {i}",
        "hour between 22 and 6",
        $"shipping.country is missing or behavior.session_duration < {i}s",
    }).Select(condition => $"when {condition} then review")];

    private static CompiledRule Compiled(string text) => CompiledRule.TryCompile(text, null, out var rule, out var problems) ? rule : throw new InvalidOperationException(problems[0].ToString());
}
