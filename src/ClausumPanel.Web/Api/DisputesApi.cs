using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>A server tells of disputes and of what became of them, and asks what is known; a person with a program does the same, as far as their role goes. The same object as people see in the panel, whoever opened it.</summary>
public static class DisputesApi
{
    private static readonly Dictionary<string, DisputeOrder> Orders = new()
    {
        ["respond_by"] = DisputeOrder.RespondBy, ["received_at"] = DisputeOrder.ReceivedAt, ["created_at"] = DisputeOrder.CreatedAt, ["amount"] = DisputeOrder.Amount,
    };

    private static readonly AssessApi.RequiresKey
        Reads = new(KeyPermissions.Disputes, "server", Permissions.ViewPanel),
        Writes = new(KeyPermissions.Disputes, "server", Permissions.ManageDisputes);

    public static void MapDisputesApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Disputes").AllowAnonymous();
        group.MapGet("/disputes", ListAsync).WithName("listDisputes").WithSummary("Read the disputes").WithMetadata(Reads);
        group.MapPost("/disputes", OpenAsync).WithName("openDispute").WithSummary("Tell of a dispute").WithMetadata(Writes);
        group.MapGet("/disputes/{id}", ReadAsync).WithName("readDispute").WithSummary("Read one dispute").WithMetadata(Reads);
        group.MapPatch("/disputes/{id}", ChangeAsync).WithName("updateDispute").WithSummary("Tell what became of a dispute").WithMetadata(Writes);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Reads) is null) return;
        var query = new QueryReader(context.Request.Query);
        var filter = new DisputeFilter
        {
            State = query.Word("state", t => DisputeWords.Find<DisputeState>(t)), Scheme = query.Word("scheme", t => DisputeWords.Find<CardScheme>(t)), Stage = query.Word("stage", t => DisputeWords.Find<DisputeStage>(t)),
            Outcome = query.Word("outcome", t => DisputeWords.Find<DisputeOutcome>(t)), ReasonCode = query.Text("reason_code", 12), Provider = query.Text("provider", Dispute.LongestProvider)?.ToLowerInvariant(),
            Search = query.Text("search", 200), ReceivedFrom = query.Moment("received_from"), ReceivedTo = query.End("received_to"), DueFrom = query.Moment("due_from"), DueTo = query.End("due_to"),
        };
        var ((limit, offset), (order, descending)) = (query.Page(), query.Order(Orders, DisputeOrder.RespondBy, descending: false));
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var (db, stop) = (Db(context), context.RequestAborted);
        var disputes = db.Set<Dispute>().AsNoTracking().Narrowed(filter);
        var total = await disputes.CountAsync(stop);
        var rows = await disputes.Sorted(order, descending).Skip(offset).Take(limit).ToListAsync(stop);
        var writer = await DisputeWriter.AroundAsync(db, rows, stop);
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows) writer.Write(json, row);
            json.WriteEndArray();
            json.WriteNumber("total", total);
            json.WriteNumber("limit", limit);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        });
    }

    private static async Task ReadAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Reads) is null) return;
        if (await FindAsync(context) is { } found) await AnswerAsync(context, StatusCodes.Status200OK, found);
        else await NotFoundAsync(context);
    }

    private static async Task OpenAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Writes) is not { } caller) return;
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (DisputeBody.ReadNew(body, Now(context)) is not { } item)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var (dispute, isNew) = await context.RequestServices.GetRequiredService<DisputeDesk>().OpenOnceAsync(item, caller.Actor, DisputeOrigin.Api, context.RequestAborted);
        if (!isNew && (dispute.Scheme, dispute.ReasonCode, dispute.Amount, dispute.Currency) != (item.Scheme, item.ReasonCode, item.Amount, item.Currency))
        {
            await Problems.WriteAsync(context, Problems.Duplicate, "external_id stands for a dispute of another scheme, reason, amount or currency.", json =>
            {
                json.WriteString("field", "external_id");
                json.WriteString("dispute_id", dispute.Id);
                json.WriteString("number", dispute.Code);
            });
            return;
        }
        if (!isNew)
        {
            caller.Key?.Use.GiveBack();
            context.Response.Headers["Idempotent-Replayed"] = "true";
        }
        await AnswerAsync(context, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, dispute);
    }

    private static async Task ChangeAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Writes) is not { } caller) return;
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (await FindAsync(context) is not { } found)
        {
            await NotFoundAsync(context);
            return;
        }
        var change = DisputeBody.ReadChange(body, found, Now(context));
        if (body.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        // Before any step of it is taken.
        if (change.Version is { } seen && seen != found.Version)
        {
            await ConflictAsync(context, found.Version);
            return;
        }
        if (change.AnsweredAt is { } said && found.State == DisputeState.Answered && !change.Reopens && said != found.AnsweredAt)
        {
            await Problems.WriteAsync(context, Problems.InvalidState, "It was answered already, at another time.", json => json.WriteString("state", found.State.SnakeWord()));
            return;
        }
        var desk = context.RequestServices.GetRequiredService<DisputeDesk>();
        if (change.Outcome is not null && !desk.IsReady)
        {
            await context.UnavailableAsync();
            return;
        }
        if (found.State == DisputeState.Closed && !change.Reopens && change.Outcome is null)
        {
            await Problems.WriteAsync(context, Problems.InvalidState, "A closed dispute comes back with both stage and respond_by; another outcome replaces the one it has.", json => json.WriteString("state", found.State.SnakeWord()));
            return;
        }
        if (change.Outcome is not null) Db(context).ChangeTracker.Clear();
        try
        {
            await ApplyAsync(desk, found, change, caller.Actor, context.RequestAborted);
        }
        catch (DbUpdateConcurrencyException)
        {
            Db(context).ChangeTracker.Clear();
            await ConflictAsync(context, (await FindAsync(context))?.Version ?? found.Version);
            return;
        }
        Db(context).ChangeTracker.Clear();
        await AnswerAsync(context, StatusCodes.Status200OK, (await FindAsync(context))!);
    }

    private static Task ConflictAsync(HttpContext context, int version) =>
        Problems.WriteAsync(context, Problems.VersionConflict, "Somebody else changed this dispute since you read it: read it again.", json => json.WriteNumber("version", version));

    /// <summary>In one transaction, whatever it says.</summary>
    private static Task<bool> ApplyAsync(DisputeDesk desk, Dispute found, DisputeChange change, Actor actor, CancellationToken stop)
    {
        var version = change.Version ?? found.Version;
        return change.Outcome is { } outcome
            ? desk.CloseAsync(found.Id, version, outcome, change.Recovered, change.ClosedAt, LabelChannel.Api, actor, stop)
            : desk.AdvanceAsync(found, change.Standing, version, actor, stop);
    }

    /// <summary>By its id or its number, D-000012.</summary>
    private static async Task<Dispute?> FindAsync(HttpContext context)
    {
        var (text, disputes) = (context.GetRouteValue("id")?.ToString() ?? "", Db(context).Set<Dispute>());
        if (Guid.TryParse(text, out var id)) return await disputes.SingleOrDefaultAsync(d => d.Id == id, context.RequestAborted);
        return Dispute.NumberOf(text) is { } number ? await disputes.SingleOrDefaultAsync(d => d.Number == number, context.RequestAborted) : null;
    }

    private static async Task AnswerAsync(HttpContext context, int status, Dispute dispute)
    {
        var writer = await DisputeWriter.AroundAsync(Db(context), [dispute], context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(status, json => writer.Write(json, dispute));
    }

    private static Task NotFoundAsync(HttpContext context) => Problems.WriteAsync(context, Problems.NotFound, "There is no dispute with this id or number.");

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
}
