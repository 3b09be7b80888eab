using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Enrichment;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Demo;

/// <summary>The demo's month, judged once by the real pipeline.</summary>
public sealed class JudgedMonth : PanelApp, IAsyncLifetime
{
    public const int Size = 1_500, Seed = 7;

    internal sealed record Judged(DemoStory Story, Flow Flow, Decision Decision, int Score, string? BlockedBy, string[] Signals);

    internal IReadOnlyList<Judged> Payments { get; private set; } = [];

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Payments = await JudgeAsync(this);
    }

    internal static async Task<IReadOnlyList<Judged>> JudgeAsync(PanelApp app)
    {
        var service = app.Services.GetRequiredService<AssessService>();
        await service.Ready;
        var judged = new List<Judged>();
        var errors = new List<FieldError>();
        foreach (var request in DemoTraffic.Make(Size, Seed, app.Clock.GetUtcNow()))
        {
            var call = new AssessCall { KeyType = KeyType.Server };
            Assert.True(AssessRequestReader.TryRead(request.Json, request.Flow, mayImportHistory: true, "comercio", call.Request, errors), string.Join(' ', errors));
            Assert.Equal(AssessStatus.Answered, await service.Transaction!.RunAsync(call, CancellationToken.None));
            var answer = call.Answer;
            judged.Add(new Judged(request.Story, request.Flow, answer.Decision, answer.Score, answer.BlockedBy, [.. answer.Signals.ToArray().Select(s => SignalCatalog.Of(s).Code)]));
        }
        return judged;
    }
}

public sealed class DemoTrafficTests(JudgedMonth month) : IClassFixture<JudgedMonth>
{
    private static readonly DateTimeOffset End = TestClock.Start;

    [Fact]
    public void The_same_seed_makes_the_same_month_and_another_one_makes_another()
    {
        var (one, again, other) = (DemoTraffic.Make(900, 1, End), DemoTraffic.Make(900, 1, End), DemoTraffic.Make(900, 2, End));
        Assert.Equal(900, one.Count);
        Assert.Equal(one.Select(r => (r.At, Convert.ToHexString(r.Json))), again.Select(r => (r.At, Convert.ToHexString(r.Json))));
        Assert.NotEqual(Convert.ToHexString(one[0].Json), Convert.ToHexString(other[0].Json));
    }

    [Fact]
    public async Task The_same_month_is_judged_the_same_on_another_store()
    {
        await using var app = await PanelApp.StartAsync();
        var again = await JudgedMonth.JudgeAsync(app);
        Assert.Equal(
            month.Payments.Select(p => $"{p.Story} {p.Decision} {p.Score} {string.Join(',', p.Signals)}"),
            again.Select(p => $"{p.Story} {p.Decision} {p.Score} {string.Join(',', p.Signals)}"));
    }

    [Fact]
    public void A_month_lies_in_the_month_in_the_order_of_time_and_reaches_today()
    {
        var requests = DemoTraffic.Make(2_000, 3, End);
        Assert.Equal(requests.OrderBy(r => r.At).Select(r => r.At), requests.Select(r => r.At));
        Assert.InRange(requests[0].At, End.AddDays(-33), End.AddDays(-27));
        Assert.InRange(requests[^1].At, End.AddHours(-6), End);
        Assert.InRange(requests.Count(r => r.Flow == Flow.PayOut), 100, 200);
        Assert.InRange(requests.Count(r => Text(r, "currency") == "USD"), 10, 200);
        Assert.InRange(requests.Select(r => Text(r, "customer_id")).Distinct().Count(), 250, 1_000);
        Assert.Equal(requests.Count, requests.Select(r => Text(r, "order_id")).Distinct().Count());
    }

    [Fact]
    public void Addresses_lie_where_the_story_says()
    {
        var addresses = LoadedData.Shipped.Ips;
        foreach (var request in DemoTraffic.Make(2_000, 3, End))
        {
            using var json = JsonDocument.Parse(request.Json);
            var ip = json.RootElement.GetProperty("device").GetProperty("ip").GetString()!;
            Assert.True(addresses.TryLook(ip, out var facts));
            var (country, hosting) = (facts.Country, facts.Provider);
            var isForeign = Text(request, "currency") == "USD";
            if (request.Story is DemoStory.CardTesting or DemoStory.PayoutMule) Assert.NotNull(hosting);
            else if (request.Story == DemoStory.Doubtful) Assert.True(hosting is not null || country is "MX" or "US" or "ES", $"{ip} is in {country}");
            else if (request.Story == DemoStory.AccountTakeover) Assert.Contains(country, new[] { "RO", "NG", "RU" });
            else Assert.True(country == (isForeign ? "US" : "MX") && hosting is null, $"{ip} is in {country}, of {hosting ?? "people"}");
        }
    }

    [Fact]
    public void Billing_addresses_and_telephones_are_of_one_place()
    {
        var places = new Dictionary<(string City, string PostalCode), (string Country, string Code)>
        {
            [("Ciudad de México", "06700")] = ("MX", "+5255"), [("Ciudad de México", "03100")] = ("MX", "+5255"), [("Ciudad de México", "11560")] = ("MX", "+5256"), [("Ciudad de México", "06000")] = ("MX", "+5255"),
            [("Guadalajara", "44160")] = ("MX", "+5233"), [("Monterrey", "64000")] = ("MX", "+5281"), [("Puebla", "72000")] = ("MX", "+52222"), [("Querétaro", "76000")] = ("MX", "+52442"), [("Mérida", "97000")] = ("MX", "+52999"),
            [("Pachuca", "42000")] = ("MX", "+52771"), [("León", "37000")] = ("MX", "+52477"), [("Toluca", "50000")] = ("MX", "+52722"), [("Xalapa", "91000")] = ("MX", "+52228"),
            [("Austin", "78701")] = ("US", "+1512"), [("Chicago", "60601")] = ("US", "+1312"), [("Houston", "77002")] = ("US", "+1713"), [("San Antonio", "78205")] = ("US", "+1210"),
            [("Nashville", "37203")] = ("US", "+1615"), [("Minneapolis", "55401")] = ("US", "+1612"), [("Dallas", "75201")] = ("US", "+1214"), [("New Orleans", "70112")] = ("US", "+1504"),
        };
        var movedAway = 0;
        foreach (var request in DemoTraffic.Make(2_000, 3, End))
        {
            using var json = JsonDocument.Parse(request.Json);
            if (!json.RootElement.TryGetProperty("billing", out var billing)) continue;
            var (country, city, phone) = (billing.GetProperty("country").GetString(), billing.GetProperty("city").GetString()!, Text(request, "phone"));
            var place = places[(city, billing.GetProperty("postal_code").GetString()!)];
            Assert.Equal(place.Country, country);
            if (phone is null || phone.StartsWith(place.Code, StringComparison.Ordinal)) Assert.Equal(place.Country == "MX" ? 13 : 12, phone?.Length ?? (place.Country == "MX" ? 13 : 12));
            // One of the doubts has come with the telephone of before.
            else Assert.Equal((1, DemoStory.Doubtful, "+52"), (++movedAway, request.Story, phone[..3]));
        }
        Assert.Equal(1, movedAway);
    }

    [Fact]
    public async Task The_demos_rules_are_called_in_the_language_of_its_people()
    {
        await using var app = await PanelApp.StartAsync();
        var rules = await app.InDbAsync(async db =>
        {
            await DemoPolicy.AddRulesAsync(db, Actor.System, End, default);
            await db.SaveChangesAsync();
            Assert.True(PolicyJson.TryReadStored((await db.Set<PolicyVersion>().SingleAsync(v => v.State == PolicyState.Active)).Document, out var policy, out _));
            return policy.Rules;
        });
        Assert.Equal(7, rules.Count);
        foreach (var template in Assess.Rules.RuleTemplates.All) Assert.DoesNotContain(rules, r => r.Id == template.Key || r.Name == template.Name || r.Reason == template.Reason);
        Assert.All(rules, r => Assert.Matches("^[a-z0-9_-]+$", r.Id));
        // Two things of one name are taken for one.
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
            Assert.Empty(rules.Select(r => r.Name).Intersect(SignalCatalog.All.Select(s => Texts.Translate(s.Title)), StringComparer.OrdinalIgnoreCase));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
        Assert.True(Assess.Rules.CompiledRule.TryCompile(rules.Single(r => r.Id == "suma-grande-de-madrugada").Text, null, out var night, out _));
        (double Amount, string Currency)[] paid = [(500_001, "MXN"), (499_900, "MXN"), (200_001, "USD"), (186_400, "USD")];
        Assert.Equal([true, false, true, false], paid.Select(Holds));

        bool Holds((double Amount, string Currency) one)
        {
            var facts = new Facts();
            facts.Set(Known.Amount, one.Amount);
            facts.Set(Known.Currency, one.Currency);
            facts.Set(Known.Hour, 2);
            return night.Holds(facts);
        }
    }

    [Fact]
    public async Task The_demos_people_read_the_clock_of_the_shop()
    {
        await using var app = await PanelApp.StartAsync();
        await app.InDbAsync(db => db.Users.ExecuteDeleteAsync());
        await app.Services.GetRequiredService<DemoData>().PrepareAsync(Actor.System, default);
        Assert.Equal([.. Enumerable.Repeat("America/Mexico_City", DemoData.People.Count)], await app.InDbAsync(db => db.Users.Select(u => u.TimeZone).ToListAsync()));
    }

    [Theory]
    [InlineData(DemoStory.CardTesting, "sequential_cards", "many_cards_per_device", "many_small_amounts", "headless_browser")]
    [InlineData(DemoStory.AccountTakeover, "new_device_known_customer", "country_mismatch", "amount_outlier")]
    [InlineData(DemoStory.DisposableRing, "disposable_email", "many_emails_per_device")]
    [InlineData(DemoStory.FriendlyFraud, "high_velocity", "amount_outlier")]
    [InlineData(DemoStory.PayoutMule, "payout_burst", "payout_many_payers", "payout_unattributed_initiator")]
    public void Every_attack_shows_its_signals_and_is_stopped(DemoStory story, params string[] signals)
    {
        var attack = month.Payments.Where(p => p.Story == story).ToList();
        foreach (var signal in signals) Assert.True(attack.Exists(p => p.Signals.Contains(signal)), $"{signal} in none of {Summary(attack)}");
        var stopped = attack.Count(p => p.Decision is Decision.Challenge or Decision.Decline);
        Assert.True(stopped >= attack.Count * 0.4, Summary(attack));
    }

    [Theory]
    [InlineData(DemoStory.Returning)]
    [InlineData(DemoStory.Newcomer)]
    [InlineData(DemoStory.Payout)]
    public void Who_is_honest_is_let_through(DemoStory story)
    {
        var honest = month.Payments.Where(p => p.Story == story).ToList();
        Assert.NotEmpty(honest);
        Assert.True(honest.Count(p => p.Decision == Decision.Approve) >= honest.Count * 0.95, Summary(honest));
        Assert.DoesNotContain(honest, p => p.Decision == Decision.Decline);
    }

    private static string Summary(IReadOnlyCollection<JudgedMonth.Judged> payments) =>
        string.Join(", ", payments.CountBy(p => p.Decision).Select(c => $"{c.Value} {c.Key}")) + "; " +
        string.Join(", ", payments.SelectMany(p => p.Signals).CountBy(s => s).OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}"));

    private static string? Text(DemoRequest request, string member)
    {
        using var json = JsonDocument.Parse(request.Json);
        return json.RootElement.TryGetProperty(member, out var value) ? value.GetString() : null;
    }
}
