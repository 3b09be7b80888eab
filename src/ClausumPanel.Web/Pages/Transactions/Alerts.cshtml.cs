using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Alerts;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>What stood out against the same hour of earlier weeks, and whether somebody has looked at it.</summary>
public sealed class AlertsModel(PanelDb db, PolicyShelf policies, Reader reader, Texts T) : PageModel
{
    public const string Seen = "seen";
    private const int Most = 200;

    [TempData] public string? Said { get; set; }
    [FromQuery(Name = "show")] public string? Show { get; set; }
    public bool IsSeen => Show == Seen;
    public IReadOnlyList<Alert> Alerts { get; private set; } = [];
    public long Waiting { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        Alerts = await Shown(db, IsSeen).Take(Most).ToListAsync(stop);
        Waiting = await WaitingAsync(db, stop);
    }

    /// <summary>Those that somebody has seen, or those that nobody has; the newest first.</summary>
    public static IQueryable<Alert> Shown(PanelDb db, bool isSeen)
    {
        ArgumentNullException.ThrowIfNull(db);
        var alerts = db.Set<Alert>().AsNoTracking();
        return (isSeen ? alerts.Where(a => a.AcknowledgedAt != null) : alerts.Where(a => a.AcknowledgedAt == null)).OrderByDescending(a => a.Hour).ThenBy(a => a.Kind).ThenBy(a => a.Key);
    }

    public static Task<long> WaitingAsync(PanelDb db, CancellationToken stop) => db.Set<Alert>().LongCountAsync(a => a.AcknowledgedAt == null, stop);

    public static DateTimeOffset Start(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return DateTimeOffset.FromUnixTimeSeconds(alert.Hour * 3_600L);
    }

    public static string Kind(Texts T, HourKind kind)
    {
        ArgumentNullException.ThrowIfNull(T);
        return kind switch
        {
            HourKind.Decision => T["Decision"],
            HourKind.Signal => T["Signal"],
            HourKind.Rule => T["Rule"],
            HourKind.Country => T["Country"],
            HourKind.CardBin => T["Card range"],
            HourKind.Payer => T["Payer"],
        };
    }

    public string Name(Alert alert) => Name(T, policies.Active.Policy, alert);

    public static string Name(Texts T, Policy policy, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(policy);
        return alert.Kind switch
        {
            HourKind.Decision => T.Name((Decision)int.Parse(alert.Key, CultureInfo.InvariantCulture)),
            HourKind.Signal => SignalOf(alert) is { } signal ? Texts.Translate(signal.Title) : alert.Key,
            HourKind.Rule => policy.Rules.FirstOrDefault(r => r.Id == alert.Key)?.Name ?? alert.Key,
            HourKind.Country => Showing.Country(alert.Key),
            _ => alert.Key,
        };
    }

    /// <summary>The Monitor with exactly the rows that were counted.</summary>
    public string Rows(Alert alert) => Rows(reader, alert);

    public static string Rows(Reader reader, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var start = Start(alert);
        List<(string, string)> pairs = [("period", "own"), ("from", Local(start)), ("to", Local(start.AddHours(1))), ("kind", "live")];
        pairs.AddRange(alert.Kind switch
        {
            HourKind.Decision => [("decision", DecisionTagHelper.Word((Decision)int.Parse(alert.Key, CultureInfo.InvariantCulture)))],
            HourKind.Signal => [("signal", SignalOf(alert)?.Code ?? alert.Key)],
            HourKind.Rule => [("rule", alert.Key)],
            HourKind.Country => [("country", alert.Key)],
            HourKind.CardBin => [("by", TermKind.CardBin.Word()), ("q", alert.Key)],
            _ => Array.Empty<(string, string)>(),
        });
        return MonitorQuery.Address(pairs);

        string Local(DateTimeOffset at) => reader.Zoned(at).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
    }

    private static SignalDefinition? SignalOf(Alert alert) => ushort.TryParse(alert.Key, CultureInfo.InvariantCulture, out var id) ? SignalCatalog.ById.GetValueOrDefault(id) : null;
}
