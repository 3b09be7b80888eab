using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Api;

/// <summary>A server asks for the figures of the Panel, or a person with a program: the same ones, counted in the same place.</summary>
public static class OverviewApi
{
    private const int MostCases = 20;

    private static readonly AssessApi.RequiresKey Access = new(KeyPermissions.ReadTransactions, "server", Permissions.ViewPanel);
    private static readonly string[] Ranges = [MetricPeriod.Day, MetricPeriod.Week, MetricPeriod.Month];

    public static void MapOverviewApi(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/dashboard/overview", ShowAsync).AllowAnonymous().WithTags("Dashboard").WithName("showOverview").WithSummary("The figures of the Panel").WithMetadata(Access);

    private static async Task ShowAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Access) is null) return;
        var (services, stop) = (context.RequestServices, context.RequestAborted);
        var errors = new List<FieldError>();
        var range = context.Request.Query["range"] is [var said] ? said : MetricPeriod.Day;
        if (!Ranges.Contains(range)) errors.Add(new FieldError("range", "enum", $"range must be one of {string.Join(", ", Ranges)}."));
        var zone = services.GetRequiredService<IOptions<PanelOptions>>().Value.Zone;
        if (context.Request.Query["tz"] is [var name] && (name is not { Length: > 0 and <= 64 } || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!))) errors.Add(new FieldError("tz", "format", "tz must be a time zone of the IANA database, such as America/Mexico_City."));
        if (errors.Count > 0)
        {
            await Problems.WriteAsync(context, errors);
            return;
        }
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var figures = await services.GetRequiredService<ReadFigures>().ReadAsync(new MetricScope(), MetricPeriod.Of(range, null, null, zone, now), zone, now, stop);
        var cases = await services.GetRequiredService<PanelDb>().Set<Case>().AsNoTracking().Narrowed(new CaseFilter { OpenOnly = true }).OrderByDescending(c => c.OpenedAt).ThenBy(c => c.Id).Take(MostCases)
            .Select(c => new OpenCase(c.Id, c.ReferenceNumber, c.Status, c.Priority, c.OpenedAt)).ToListAsync(stop);
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json => Write(json, range!, zone, figures, cases));
    }

    private sealed record OpenCase(Guid Id, string ReferenceNumber, CaseStatus Status, CasePriority Priority, DateTimeOffset OpenedAt);

    private static void Write(Utf8JsonWriter json, string range, TimeZoneInfo zone, PanelFigures figures, List<OpenCase> cases)
    {
        var sheet = figures.Sheet;
        json.WriteStartObject();
        json.WriteString("range", range);
        json.WriteString("timezone", zone.Id);
        json.WriteString("from", Instant(figures.Period.Span.From));
        json.WriteStartObject("totals");
        WriteCounts(json, sheet);
        json.WriteStartArray("money_protected");
        foreach (var money in MetricCatalog.MoneyProtected.Of(sheet).Monies.Where(m => m.PartCount > 0))
        {
            json.WriteStartObject();
            json.WriteString("currency", money.Currency);
            json.WriteNumber("amount", new Money(money.Part, money.Currency).Major);
            json.WriteNumber("confirmed_fraud", new Money(money.Whole, money.Currency).Major);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteShare(json, "approval_rate", MetricCatalog.ApprovalEngine.Of(sheet));
        WriteShare(json, "final_approval_rate", MetricCatalog.ApprovalFinal.Of(sheet));
        json.WriteNumber("waiting_reviews", figures.Waiting.Count);
        json.WriteEndObject();
        json.WriteStartArray("series");
        for (var i = 0; i < figures.Buckets.Count; i++)
        {
            var bucket = figures.Period.Buckets[i];
            json.WriteStartObject();
            json.WriteString("from", Instant(bucket.Span.From));
            json.WriteString("to", Instant(bucket.Span.To));
            json.WriteBoolean("complete", bucket.IsWhole);
            WriteCounts(json, figures.Buckets[i]);
            WriteShare(json, "approval_rate", MetricCatalog.ApprovalEngine.Of(figures.Buckets[i]));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("recent");
        foreach (var line in figures.Latest)
        {
            json.WriteStartObject();
            json.WriteString("assessment_id", line.Id);
            json.WriteString("flow", line.Flow == Flow.PayIn ? "payin" : "payout");
            json.WriteString("decision", AssessAnswerWriter.Word(line.Decision));
            json.WriteNumber("risk_score", line.Score);
            json.WriteNumber("amount", line.Money.Major);
            json.WriteString("currency", line.Money.Currency);
            json.WriteString("created_at", Instant(line.At.ToUnixTimeMilliseconds()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("open_cases");
        foreach (var one in cases)
        {
            json.WriteStartObject();
            json.WriteString("id", one.Id);
            json.WriteString("reference_number", one.ReferenceNumber);
            json.WriteString("status", CaseWords.Word(one.Status));
            json.WriteString("priority", CaseWords.Word(one.Priority));
            json.WriteString("opened_at", Instant(one.OpenedAt.ToUnixTimeMilliseconds()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, TallySheet sheet)
    {
        json.WriteNumber("evaluations", MetricCatalog.Assessed.Of(sheet).Part);
        json.WriteNumber("approved", MetricCatalog.ApprovalEngine.Of(sheet).Part);
        json.WriteNumber("review", MetricCatalog.Review.Of(sheet).Part);
        json.WriteNumber("challenge", MetricCatalog.Challenge.Of(sheet).Part);
        json.WriteNumber("blocked", MetricCatalog.Decline.Of(sheet).Part);
    }

    private static void WriteShare(Utf8JsonWriter json, string name, MetricValue value)
    {
        if (value.IsKnown) json.WriteNumber(name, Math.Round(value.Share.Value, 6));
        else json.WriteNull(name);
    }

    private static string Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
