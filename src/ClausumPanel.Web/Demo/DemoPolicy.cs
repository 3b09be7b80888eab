using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Demo;

/// <summary>What the demo's organization has made of the shipped policy: a few rules that judge its month, and a change that waits for approval with its simulation.</summary>
internal static class DemoPolicy
{
    private const string Night = "night";

    private static readonly (string Template, string Id, bool ObserveOnly)[] Chosen =
    [
        ("card-testing", "prueba-de-tarjetas", false), ("country-mismatch", "paises-distintos", false), ("new-device", "dispositivo-nuevo", false), ("new-beneficiary", "beneficiario-nuevo", false), (Night, "suma-grande-de-madrugada", false),
        ("shared-device", "dispositivo-compartido", false), ("busy-address", "direccion-ip-muy-activa", true),
    ];

    /// <summary>Version 2, with the rules; nothing where the policy was changed already. The caller's transaction keeps it.</summary>
    public static async Task AddRulesAsync(PanelDb db, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        if (await db.Set<PolicyVersion>().ToListAsync(stop) is not [{ State: PolicyState.Active } first] || !PolicyJson.TryReadStored(first.Document, out var policy, out _)) return;
        var version = new PolicyVersion
        {
            Version = first.Version + 1, State = PolicyState.Active, Document = PolicyJson.Write(policy with { Version = first.Version + 1, Rules = Rules() }), Reason = "The demo's own rules", BasedOn = first.Version,
            CreatedAt = now, ActivatedAt = now,
        };
        (first.State, first.RetiredAt) = (PolicyState.Retired, now);
        db.Add(version);
        db.Audit(actor, AuditActions.PolicyChanged, now, "policy", version.Version.ToString(CultureInfo.InvariantCulture), new { first.Version }, new { Step = "activated", What = new { version.Version, version.Reason } });
        await db.RaiseAsync(ChangeTopics.Policy, stop);
    }

    /// <summary>An analyst's change of the thresholds, as far as there is an analyst.</summary>
    public static async Task ProposeAsync(IServiceProvider services, CancellationToken stop)
    {
        if (await services.GetRequiredService<PanelDb>().Users.AsNoTracking().Where(u => u.Role == Role.Analyst && u.IsActive).OrderBy(u => u.Id).FirstOrDefaultAsync(stop) is not { } analyst) return;
        var desk = services.GetRequiredService<PolicyDesk>();
        var actor = new Actor(ActorKind.Person, analyst.Id, analyst.DisplayName);
        var bands = (await desk.ActiveAsync(stop)).Bands;
        List<PolicyChange> changes = [new("bands.review", null, (long)bands.Review + 5), new("bands.challenge", null, (long)bands.Challenge - 5)];
        if ((await desk.ChangeAsync(actor, changes, mayRules: false, stop)).Refusal is null) await desk.ProposeAsync(actor, "Menos revisiones de monto bajo, y un reto antes", null, stop);
    }

    // The travel agency sells in dollars, where much is more than elsewhere.
    private static string InBothCurrencies(string text) => text.Replace("amount > 5000 MXN", "(amount > 5000 MXN or amount > 2000 USD)", StringComparison.Ordinal);

    // In the language of the people of the demo, which is also what the panel starts in.
    private static List<PolicyRule> Rules()
    {
        var culture = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
        try
        {
            return [.. Chosen.Select(one => (Template: RuleTemplates.All.Single(t => t.Key == one.Template), one.Id, one.ObserveOnly)).Select(one =>
                new PolicyRule(one.Id, Texts.Translate(one.Template.Name), one.Template.Key == Night ? InBothCurrencies(one.Template.Text) : one.Template.Text, Texts.Translate(one.Template.Reason)) { ObserveOnly = one.ObserveOnly })];
        }
        finally
        {
            CultureInfo.CurrentUICulture = culture;
        }
    }
}
