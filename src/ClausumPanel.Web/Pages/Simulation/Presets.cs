using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>A request to begin a scenario from.</summary>
/// <param name="Key">What it is called in addresses.</param>
/// <param name="Title">What people call it, in English.</param>
public sealed record Preset(string Key, string Title, Flow Flow, string Json, int Times = 1, bool NewCards = false)
{
    private const string Telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
    private const string Headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36";

    public static IReadOnlyList<Preset> All { get; } =
    [
        new("low-risk", "Low risk", Flow.PayIn, PayIn("45000")),
        new("high-amount", "High amount", Flow.PayIn, PayIn("9500000")),
        new("suspicious-device", "Suspicious device", Flow.PayIn, PayIn("180000", ip: "45.79.17.202", device: "fp_sim_headless", agent: Headless, behavior: """{ "session_duration_ms": 900, "mouse_movements": 0, "keyboard_events": 0, "touch_events": 0, "copy_paste_events": 4 }""")),
        new("disposable-mail", "Disposable mail", Flow.PayIn, PayIn("45000", email: "xkqjwz482@mailinator.com")),
        new("card-testing", "Card testing burst", Flow.PayIn, PayIn("1500", device: "fp_sim_tester", last4: "3100"), 20, true),
        new("listed-card", "Listed card", Flow.PayIn, PayIn("45000")),
        new("cross-border-payout", "Cross-border payout", Flow.PayOut, """
            {
              "amount": 25000000,
              "currency": "MXN",
              "transaction_type": "payout",
              "beneficiary": { "id": "ben_sim_01", "name": "Servicios Orozco", "country": "RO", "iban": "RO49AAAA1B31007593840000" },
              "origin": { "account_id": "acct_orig_01", "country": "MX" },
              "payout": { "rail": "swift", "channel": "api", "first_to_beneficiary": true, "initiated_by": "system" }
            }
            """),
    ];

    /// <summary>The preset; the one of a listed card takes a card that is on the lists now.</summary>
    public static async Task<(Preset? Preset, bool IsCardMissing)> FindAsync(PanelDb db, string? key, DateTimeOffset now, CancellationToken stop)
    {
        var preset = All.FirstOrDefault(p => p.Key == key);
        if (preset is not { Key: "listed-card" }) return (preset, false);
        var listed = await db.Set<ListEntry>().Where(e => (e.Type == ListType.CardHash || e.Type == ListType.CardBin) && e.IsActive && e.Severity != ListSeverity.Allow && (e.ExpiresAt == null || e.ExpiresAt > now))
            .OrderByDescending(e => e.Severity).ThenBy(e => e.CreatedAt).Select(e => new { e.Type, e.Value }).FirstOrDefaultAsync(stop);
        return listed is null ? (preset, true) : (preset with { Json = listed.Type == ListType.CardHash ? PayIn("45000", hash: listed.Value) : PayIn("45000", bin: listed.Value) }, false);
    }

    private static string PayIn(string amount, string email = "maria.gonzalez@example.mx", string ip = "189.203.10.7", string device = "fp_sim_9a8b7c6d", string agent = Telephone, string bin = "411111", string last4 = "4242",
        string? hash = null, string behavior = """{ "session_duration_ms": 48230, "mouse_movements": 0, "keyboard_events": 31, "touch_events": 42, "copy_paste_events": 0 }""") => $$"""
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
        """;
}
