using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Api;

/// <summary>Cases for programs of people who are signed in. Source: Clausum documentation, guides/case-management.</summary>
public static class CasesApi
{
    public const int MostLinks = 50;

    private static readonly Dictionary<string, CaseOrder> Orders = new()
    {
        ["created_at"] = CaseOrder.OpenedAt, ["updated_at"] = CaseOrder.UpdatedAt, ["priority"] = CaseOrder.Priority, ["status"] = CaseOrder.Status, ["due_date"] = CaseOrder.DueOn, ["amount"] = CaseOrder.Amount,
    };

    public static void MapCasesApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Cases");
        group.MapGet("/cases", ListAsync).WithName("listCases").WithSummary("Read the cases").RequireAuthorization(Permissions.ViewPanel);
        group.MapPost("/cases", OpenAsync).WithName("openCase").WithSummary("Open a case").RequireAuthorization(Permissions.ManageCases);
        group.MapGet("/cases/stats", CountAsync).WithName("countCases").WithSummary("Count the cases").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/cases/{id}", ReadAsync).WithName("readCase").WithSummary("Read one case").RequireAuthorization(Permissions.ViewPanel);
        group.MapPatch("/cases/{id}", ChangeAsync).WithName("updateCase").WithSummary("Change a case").RequireAuthorization(Permissions.ManageCases);
        group.MapPost("/cases/{id}/submit", SubmitAsync).WithName("submitCase").WithSummary("Seal a case").RequireAuthorization(Permissions.ManageCases);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (query, db) = (new QueryReader(context.Request.Query), Db(context));
        var filter = new CaseFilter
        {
            Status = query.Word("status", CaseWords.ReadStatus), Priority = query.Word("priority", CaseWords.ReadPriority), IncidentType = query.Word("incident_type", CaseWords.ReadIncident),
            Jurisdiction = query.Text("jurisdiction", 2) is { } place ? CaseWords.ReadJurisdiction(place) ?? query.Wrong("jurisdiction") : null, AssignedToId = query.Word("assigned_to", CaseBody.ReadId),
            Search = query.Text("search", 200), From = query.Moment("from_date"), To = query.End("to_date"),
        };
        var ((limit, offset), (order, descending)) = (query.Page(), query.Order(Orders, CaseOrder.OpenedAt, descending: true));
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var stop = context.RequestAborted;
        var cases = db.Set<Case>().AsNoTracking().Narrowed(filter);
        var total = await cases.CountAsync(stop);
        var rows = await cases.Sorted(order, descending).Skip(offset).Take(limit).ToListAsync(stop);
        var writer = await CaseWriter.AroundAsync(db, rows, stop);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                writer.WriteMembers(json, row);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("total", total);
            json.WriteNumber("limit", limit);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        });
    }

    private static async Task CountAsync(HttpContext context)
    {
        var counted = await Db(context).Set<Case>().AsNoTracking().StatisticsAsync(Today(context), Now(context), context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total", counted.Total);
            json.WriteNumber("open", counted.Open);
            json.WriteNumber("overdue", counted.Overdue);
            json.WriteInstant("oldest_open_at", counted.OldestOpenAt);
            Counts("by_status", counted.ByStatus.Select(c => (c.Key.Word(), c.Value)));
            Counts("by_priority", counted.ByPriority.Select(c => (c.Key.Word(), c.Value)));
            Counts("by_incident_type", counted.ByIncidentType.Select(c => (c.Key.Word(), c.Value)));
            Counts("by_jurisdiction", counted.ByJurisdiction.Select(c => (c.Jurisdiction ?? "unknown", c.Count)));
            json.WriteStartArray("amount_by_currency");
            foreach (var money in counted.Money)
            {
                json.WriteStartObject();
                json.WriteString("currency", money.Currency);
                json.WriteNumber("amount", money.Amount);
                json.WriteNumber("count", money.Count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();

            void Counts(string name, IEnumerable<(string Word, int Count)> counts)
            {
                json.WriteStartObject(name);
                foreach (var (word, count) in counts) json.WriteNumber(word, count);
                json.WriteEndObject();
            }
        });
    }

    private static async Task ReadAsync(HttpContext context)
    {
        if (!TryId(context, out var id) || await context.RequestServices.GetRequiredService<CaseReader>().FindAsync(id, context.RequestAborted) is not { } detail)
        {
            await NotFoundAsync(context);
            return;
        }
        var writer = await CaseWriter.AroundAsync(Db(context), [detail.Case], context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            writer.WriteMembers(json, detail.Case);
            CaseWriter.WriteDetail(json, detail);
            json.WriteEndObject();
        });
    }

    private static async Task OpenAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (!body.Has("incident_type")) body.Wrong("incident_type", "required", "incident_type is required: phishing, ingenieria_social, transferencia_no_autorizada, robo_identidad, fraude_interno or otro.");
        var facts = CaseBody.ReadFacts(body, new CaseFacts(default), Today(context));
        var (priority, assigned, due) = (body.Word("priority", CaseWords.ReadPriority, "format"), body.Word<Guid>("assigned_to", CaseBody.ReadId, "format"), CaseBody.ReadDay(body, "due_date"));
        var payments = await CaseBody.PaymentsAsync(body, context.RequestServices.GetRequiredService<AssessmentReader>(), context.RequestAborted);
        var cases = context.RequestServices.GetRequiredService<ChangeCases>();
        if (body.Errors.Count == 0)
        {
            var opening = new CaseOpening(facts, CaseOrigin.Manual) { Priority = priority, AssignedToId = assigned, DueOn = due, Assessments = payments };
            if (await cases.OpenAsync(opening, context.Actor, context.RequestAborted) is { } opened)
            {
                await AnswerAsync(context, StatusCodes.Status201Created, opened);
                return;
            }
            body.Wrong("assigned_to", "format", "assigned_to names nobody who may work on cases.");
        }
        await Problems.WriteAsync(context, body.Errors);
    }

    private static async Task ChangeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (!TryId(context, out var id) || await Db(context).Set<Case>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, context.RequestAborted) is not { } found)
        {
            await NotFoundAsync(context);
            return;
        }
        var facts = CaseBody.ReadFacts(body, found.Facts, Today(context));
        var (status, priority, version) = (body.Word("status", CaseWords.ReadStatus, "format"), body.Word("priority", CaseWords.ReadPriority, "format"), body.Version("case"));
        var (assigned, due) = (body.Word<Guid>("assigned_to", CaseBody.ReadId, "format"), CaseBody.ReadDay(body, "due_date"));
        if (body.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var edit = new CaseEdit
        {
            Facts = _ => facts, Status = status, Version = version ?? found.Version,
            Plan = plan => new CasePlan(priority ?? plan.Priority, body.Names("assigned_to") ? assigned : plan.AssignedToId, body.Names("due_date") ? due : plan.DueOn),
        };
        var answer = await context.RequestServices.GetRequiredService<ChangeCases>().ChangeAsync(id, edit, context.Actor, context.RequestAborted);
        await AnswerAsync(context, answer, status);
    }

    private static async Task SubmitAsync(HttpContext context)
    {
        if (!TryId(context, out var id))
        {
            await NotFoundAsync(context);
            return;
        }
        var services = context.RequestServices;
        var answer = await services.GetRequiredService<ChangeCases>().SubmitAsync(id, null, services.GetRequiredService<CaseReader>(), Panel(context), context.Actor, context.RequestAborted);
        await AnswerAsync(context, answer, CaseStatus.Submitted);
    }

    private static Task AnswerAsync(HttpContext context, CaseAnswer answer, CaseStatus? wanted) => answer.Fate switch
    {
        CaseFate.Done => AnswerAsync(context, StatusCodes.Status200OK, answer.Case!),
        CaseFate.NotFound => NotFoundAsync(context),
        CaseFate.Stale => Problems.WriteAsync(context, Problems.VersionConflict, "Somebody else changed this case since you read it: read it again.", json => json.WriteNumber("version", answer.Case!.Version)),
        CaseFate.NobodySuch => Problems.WriteAsync(context, [new FieldError("assigned_to", "format", "assigned_to names nobody who may work on cases.")]),
        CaseFate.SubmittedAlready => InvalidAsync(context, answer.Case!, "This case was submitted already."),
        CaseFate.Sealed => InvalidAsync(context, answer.Case!, "This case was submitted: what its sealed package states no longer changes."),
        CaseFate.Archived => InvalidAsync(context, answer.Case!, "This case is archived: nothing of it changes any more."),
        _ => InvalidAsync(context, answer.Case!, wanted == CaseStatus.Submitted && answer.Case!.MaySubmit ? $"Only POST /api/v1/cases/{answer.Case.Id}/submit leads to enviado."
            : $"A case that is {answer.Case!.Status.Word()} cannot become {wanted?.Word()}."),
    };

    private static Task InvalidAsync(HttpContext context, Case its, string why) => Problems.WriteAsync(context, Problems.InvalidState, why, json =>
    {
        json.WriteString("status", its.Status.Word());
        json.WriteStartArray("allowed");
        foreach (var next in its.Next) json.WriteStringValue(next.Word());
        json.WriteEndArray();
    });

    private static Task NotFoundAsync(HttpContext context) => Problems.WriteAsync(context, Problems.NotFound, "There is no case with this id.");

    private static async Task AnswerAsync(HttpContext context, int status, Case its)
    {
        var writer = await CaseWriter.AroundAsync(Db(context), [its], context.RequestAborted);
        await context.AnswerAsync(status, json =>
        {
            json.WriteStartObject();
            writer.WriteMembers(json, its);
            json.WriteEndObject();
        });
    }

    private static bool TryId(HttpContext context, out Guid id) => Guid.TryParse(context.GetRouteValue("id")?.ToString(), out id);

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static PanelOptions Panel(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<PanelOptions>>().Value;

    private static DateOnly Today(HttpContext context) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now(context), Panel(context).Zone).DateTime);

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
}
