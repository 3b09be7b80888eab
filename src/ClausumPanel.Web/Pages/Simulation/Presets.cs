using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>Requests to begin a scenario from.</summary>
/// <param name="Key">What it is called in addresses.</param>
/// <param name="Title">What people call it, in English.</param>
/// <param name="Says">What it shows, in English.</param>
/// <param name="Expected">How the shipped policy decides the last request.</param>
/// <param name="Plan">The requests; null for those that are made when they are asked for.</param>
/// <param name="Attack">The attack of the demo it is.</param>
public sealed record Preset(string Key, string Title, string Says, Decision Expected, ScenarioPlan? Plan, DemoStory? Attack = null)
{
    private const string Telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
    private const string Headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36";

    /// <summary>Another month than the demo's own, so that nobody of it is met.</summary>
    internal const int Seed = 7_054;

    public static IReadOnlyList<Preset> All { get; } =
    [
        new("low-risk", "Low risk", "An everyday purchase with nothing odd about it: nothing of note fires.", Decision.Approve, PayIn("45000")),
        new("high-amount", "High amount", "Two hundred and fifty thousand pesos, more than the shipped policy takes at once: blocked outright, whatever else is known.", Decision.Decline, PayIn("25000000")),
        new("suspicious-device", "Suspicious device", "An automated browser in a rented server that pastes everything within a second.", Decision.Decline,
            PayIn("180000", ip: "45.79.17.202", device: "fp_sim_headless", agent: Headless, behavior: """{ "session_duration_ms": 900, "mouse_movements": 0, "keyboard_events": 0, "touch_events": 0, "copy_paste_events": 4 }""")),
        new("disposable-mail", "Disposable mail", "A throw-away address with a name that looks typed by chance.", Decision.Review, PayIn("45000", email: "xkqjwz482@mailinator.com")),
        new("card-testing", "Card testing burst", "One ordinary device tries twenty neighbouring cards for a few pesos each: the score rises from one to the next.", Decision.Decline,
            PayIn("1500", device: "fp_sim_tester", last4: "3100") with { Times = 20, Varies = Varied.Card }),
        new("listed-card", "Listed card", "A card that stands on your lists, the strictest one first.", Decision.Decline, PayIn("45000")),
        new("cross-border-payout", "Cross-border payout", "A first payout of a quarter of a million pesos to a company in Moldova with an account in Romania, which nobody in particular ordered.", Decision.Decline, new ScenarioPlan(Flow.PayOut, """
            {
              "amount": 25000000,
              "currency": "MXN",
              "transaction_type": "payout",
              "beneficiary": { "id": "ben_sim_01", "name": "Servicios Orozco", "country": "MD", "iban": "RO49AAAA1B31007593840000" },
              "origin": { "account_id": "acct_orig_01", "country": "MX" },
              "payout": { "rail": "swift", "channel": "api", "first_to_beneficiary": true, "initiated_by": "system" }
            }
            """)),
        new("attack-card-testing", "Attack: card testing", "The demo's card testers: sixty-four neighbouring card numbers from one automated browser within a quarter of an hour.", Decision.Decline, null, DemoStory.CardTesting),
        new("attack-account-takeover", "Attack: account takeover", "Thirteen everyday purchases of one customer, and then, one night, four large ones on the same account from another device in another country.", Decision.Challenge, null, DemoStory.AccountTakeover),
        new("attack-disposable-ring", "Attack: disposable-mail ring", "Thirty-six welcome discounts for accounts at throw-away mail providers, all from one telephone with three cards.", Decision.Decline, null, DemoStory.DisposableRing),
        new("attack-friendly-fraud", "Attack: friendly fraud", "A regular customer with the right card and device fills the cart nine times in one afternoon, far above what is usual.", Decision.Decline, null, DemoStory.FriendlyFraud),
        new("attack-payout-mule", "Attack: payouts to a mule", "Eighteen emptied accounts, all paid out to one new beneficiary within an hour, at night.", Decision.Decline, null, DemoStory.PayoutMule),
    ];

    /// <summary>The preset with its requests; the one of a listed card takes a card that is on the lists now.</summary>
    public static async Task<(Preset? Preset, bool IsCardMissing)> FindAsync(PanelDb db, string? key, DateTimeOffset now, TimeZoneInfo zone, CancellationToken stop)
    {
        var preset = All.FirstOrDefault(p => p.Key == key);
        if (preset is { Attack: { } story }) return (preset with { Plan = Of(story, now, zone) }, false);
        if (preset is not { Key: "listed-card" }) return (preset, false);
        var listed = await db.Set<ListEntry>().Where(e => (e.Type == ListType.CardHash || e.Type == ListType.CardBin) && e.IsActive && e.Severity != ListSeverity.Allow && (e.ExpiresAt == null || e.ExpiresAt > now))
            .OrderBy(e => e.Severity == ListSeverity.Block ? 0 : e.Severity == ListSeverity.Flag ? 1 : 2).ThenBy(e => e.CreatedAt).Select(e => new { e.Type, e.Value, e.Severity }).FirstOrDefaultAsync(stop);
        if (listed is null) return (preset, true);
        var expected = listed.Severity.HasFlag(ListSeverity.Block) ? Decision.Decline : Decision.Review;
        return (preset with { Expected = expected, Plan = listed.Type == ListType.CardHash ? PayIn("45000", hash: listed.Value) : PayIn("45000", bin: listed.Value) }, false);
    }

    /// <summary>The attack as the demo makes it, its last request on the latest day on which its hour has passed.</summary>
    private static ScenarioPlan Of(DemoStory story, DateTimeOffset now, TimeZoneInfo zone)
    {
        var attack = DemoTraffic.Attack(story, Seed, now);
        return ScenarioPlan.Of(attack[0].Flow, [.. attack.Select(request => JsonNode.Parse(request.Json)!.AsObject())]).Before(now, 1, zone);
    }

    private static ScenarioPlan PayIn(string amount, string email = "maria.gonzalez@example.mx", string ip = "189.203.10.7", string device = "fp_sim_9a8b7c6d", string agent = Telephone, string bin = "411111", string last4 = "4242",
        string? hash = null, string behavior = """{ "session_duration_ms": 48230, "mouse_movements": 0, "keyboard_events": 31, "touch_events": 42, "copy_paste_events": 0 }""") => new(Flow.PayIn, $$"""
        {
          "amount": {{amount}},
          "currency": "MXN",
          "transaction_type": "payment",
          "email": "{{email}}",
          "phone": "+5215512345678",
          "payment_method": { "type": "card", "card_bin": "{{bin}}", "card_last4": "{{last4}}", "card_country": "MX"{{(hash is null ? "" : $", \"card_hash\": \"{hash}\"")}} },
          "device": { "ip": "{{ip}}", "fingerprint": "{{device}}", "user_agent": "{{agent}}", "timezone": "America/Mexico_City" },
          "behavior": {{behavior}},
          "billing": { "country": "MX" }
        }
        """);
}
