using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Panel;

/// <summary>A period at a glance, on the reader's own clock. Whatever it counts is one click away as a list of just as many rows.</summary>
public sealed class PanelModel(ReadFigures figures, MetricReader metrics, AssessmentReader assessments, PolicyShelf policies, ReadSchemes schemes, SubmerchantShelf submerchants, Reader reader, TimeProvider clock) : PageModel
{
    public const int MostCountries = 10;

    [BindProperty(SupportsGet = true, Name = "")] public PanelQuery Query { get; set; } = new();

    public PanelFigures Figures { get; private set; } = null!;
    public RowLinks Rows { get; private set; } = null!;

    /// <summary>The card schemes' programmes, of the running month.</summary>
    public IReadOnlyList<SchemeMonth> Schemes { get; private set; } = [];
    public Bands Bands => policies.Active.Policy.Bands;
    public DateTimeOffset Now { get; private set; }
    public (IReadOnlyList<string> Currencies, IReadOnlyList<string> Channels, IReadOnlyList<string> Submerchants) Names { get; private set; } = ([], [], []);

    /// <summary>What sub-merchants are called.</summary>
    public SubmerchantIndex Registry => submerchants.Current;

    public async Task OnGetAsync(CancellationToken stop)
    {
        await LoadAsync(stop);
        await LoadRestAsync(stop);
    }

    /// <summary>Asked when something came in; silent when it did not.</summary>
    public async Task<IActionResult> OnGetLiveAsync(long since, CancellationToken stop)
    {
        if (Request.IsHtmx && await assessments.NewestAsync(stop) == since) return StatusCode(StatusCodes.Status204NoContent);
        await LoadAsync(stop);
        if (!Request.IsHtmx) await LoadRestAsync(stop);
        return this.Fragment("_Live");
    }

    public MetricValue Value(Metric metric) => metric.Of(Figures.Sheet);

    public MetricValue Before(Metric metric) => metric.Of(Figures.Before);

    /// <summary>The list of the period behind a figure.</summary>
    public string To(RowRule rule, params (string, string)[] more) => Rows.To(rule, Figures.Period.Span, Figures.Period.IsOngoing, more);

    /// <summary>The countries the most assessments came from, the unknown among them.</summary>
    public IReadOnlyList<(string Code, ValueCount Count)> Countries =>
        [.. Figures.Values.Of(TallyKind.Country).Where(c => c.Count.Count > 0).OrderByDescending(c => c.Count.Count).ThenBy(c => c.Value).Take(MostCountries).Select(c => (TallyValues.Country(c.Value), c.Count))];

    /// <summary>What does not change with every payment.</summary>
    private async Task LoadRestAsync(CancellationToken stop)
    {
        Names = await metrics.NamesAsync(stop);
        Schemes = (await schemes.ReadAsync(schemes.ThisMonth, 1, stop))[0];
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Now = clock.GetUtcNow();
        Query.Submerchant = submerchants.Current.NameOf(Query.Submerchant?.Trim());
        var scope = Query.Scope;
        Figures = await figures.ReadAsync(scope, Query.Span(reader.Zone, Now), reader.Zone, Now, stop);
        Rows = new RowLinks(reader, scope);
    }
}

/// <summary>One tile of a figure.</summary>
/// <param name="Icon">Beside its name.</param>
/// <param name="Class">Its colour.</param>
/// <param name="Period">When it is of, where that is not the chosen period.</param>
/// <param name="Before">The previous period's, where it is compared.</param>
/// <param name="Part">The list above the line.</param>
/// <param name="Whole">The list below the line; null: there is none.</param>
public sealed record TileModel(MetricValue Value, string Icon, string? Class, string? Period, MetricValue? Before, Func<string?, string> Part, Func<string?, string>? Whole);
