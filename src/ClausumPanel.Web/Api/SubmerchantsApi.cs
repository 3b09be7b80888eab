using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>The registry of submerchants, for a server and for programs of people who are signed in. Source: Clausum documentation, guides/psp-submerchants.</summary>
public static class SubmerchantsApi
{
    private static readonly AssessApi.RequiresKey
        Reads = new(KeyPermissions.Submerchants, "server", Permissions.ViewKeys),
        Writes = new(KeyPermissions.Submerchants, "server", Permissions.ManageSubmerchants);

    public static void MapSubmerchantsApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Submerchants").AllowAnonymous();
        group.MapGet("/submerchants", ListAsync).WithName("listSubmerchants").WithSummary("Read the submerchants").WithMetadata(Reads);
        group.MapPost("/submerchants", AddAsync).WithName("addSubmerchant").WithSummary("Register a submerchant").WithMetadata(Writes);
        group.MapGet("/submerchants/{id}", ReadAsync).WithName("readSubmerchant").WithSummary("Read one submerchant").WithMetadata(Reads);
        group.MapPatch("/submerchants/{id}", ChangeAsync).WithName("updateSubmerchant").WithSummary("Change a submerchant").WithMetadata(Writes);
        group.MapDelete("/submerchants/{id}", DeactivateAsync).WithName("deactivateSubmerchant").WithSummary("Deactivate a submerchant").WithMetadata(Writes);
    }

    /// <summary>Why an assessment was refused that had to name an active one.</summary>
    internal static FieldError Unnamed(AssessCall call) => call switch
    {
        { Request.SubmerchantId: null } => new("submerchant_id", "required", "submerchant_id is required: submerchants are registered here, and each payment and payout names an active one. Nothing was stored."),
        { Submerchant: null } => new("submerchant_id", "unknown", "submerchant_id names no registered submerchant: send its external_id, or the id it has in the registry. Nothing was stored."),
        _ => new("submerchant_id", "inactive", "submerchant_id names a submerchant that is deactivated. Nothing was stored."),
    };

    private static async Task ListAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Reads) is null) return;
        var query = new QueryReader(context.Request.Query);
        var filter = new SubmerchantFilter(query.Text("search", 200), query.Word<bool>("is_active", t => t switch { "true" => true, "false" => false, _ => null }));
        var (limit, offset) = query.Page();
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var found = Db(context).Set<RegisteredSubmerchant>().AsNoTracking().Narrowed(filter);
        var total = await found.CountAsync(context.RequestAborted);
        var rows = await found.ByName.Skip(offset).Take(limit).ToListAsync(context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows) Write(json, row);
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
        if (await Db(context).Set<RegisteredSubmerchant>().AsNoTracking().CalledAsync(Said(context), context.RequestAborted) is { } its) await AnswerAsync(context, StatusCodes.Status200OK, its);
        else await NotFoundAsync(context);
    }

    private static async Task AddAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Writes) is not { } caller || await JsonBody.ReadAsync(context) is not { } body) return;
        var externalId = body.Text("external_id", RegisteredSubmerchant.LongestExternalId);
        if (!body.Has("external_id")) body.Wrong("external_id", "required", "external_id is required.");
        if (!body.Has("name")) body.Wrong("name", "required", "name is required.");
        if (externalId?.Any(char.IsControl) == true) body.Wrong("external_id", "format", "external_id has a control character.");
        if (externalId is not null && CardData.Has(externalId)) body.Wrong("external_id", "format", CardNumber("external_id"));
        if (Read(body, new SubmerchantFacts("", null, null, IsActive: true)) is not { } facts || !await MayActivateAsync(context, caller, body, facts))
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var (its, isNew) = await Changes(context).AddAsync(externalId!, facts, caller.Actor, context.RequestAborted);
        if (isNew) await AnswerAsync(context, StatusCodes.Status201Created, its);
        else await Problems.WriteAsync(context, Problems.Duplicate, $"There is a submerchant of this external_id already{(its.IsActive ? "" : ", deactivated: PATCH is_active to true")}.", json => json.WriteString("id", its.Id));
    }

    private static async Task ChangeAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Writes) is not { } caller || await JsonBody.ReadAsync(context) is not { } body) return;
        if (await Db(context).Set<RegisteredSubmerchant>().AsNoTracking().CalledAsync(Said(context), context.RequestAborted) is not { } known)
        {
            await NotFoundAsync(context);
            return;
        }
        if (body.Names("external_id") && body.Text("external_id", RegisteredSubmerchant.LongestExternalId) != known.ExternalId) body.Wrong("external_id", "format", "external_id cannot change: what was stored goes by it. Register another one.");
        if (body.Names("name") && !body.Has("name")) body.Wrong("name", "required", "name cannot be empty.");
        if (Read(body, SubmerchantFacts.Of(known)) is not { } facts || !await MayActivateAsync(context, caller, body, facts))
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        // What the body does not name is as it is then, not as it was when it was looked up.
        await AnswerAsync(context, await Changes(context).ChangeAsync(known.Id.ToString(), was => Read(body, was), caller.Actor, context.RequestAborted));
    }

    private static async Task DeactivateAsync(HttpContext context)
    {
        if (await context.RequireKeyOrPersonAsync(Writes) is { } caller) await AnswerAsync(context, await Changes(context).ChangeAsync(Said(context), was => was.IsActive ? was with { IsActive = false } : null, caller.Actor, context.RequestAborted));
    }

    /// <summary>What the body says over what was; null when something of it is wrong.</summary>
    private static SubmerchantFacts? Read(JsonBody body, SubmerchantFacts was)
    {
        var (name, country, mcc, active) = (body.Text("name", RegisteredSubmerchant.LongestName), body.Text("country", RegisteredSubmerchant.CountryLength), body.Text("mcc", RegisteredSubmerchant.MccLength), body.Flag("is_active"));
        if (name is not null && CardData.Has(name)) body.Wrong("name", "format", CardNumber("name"));
        if (country is not null && Countries.Find(country) is null) body.Wrong("country", "format", "country must be a code of ISO 3166 with two letters, as in MX.");
        if (mcc is not null && !RegisteredSubmerchant.IsMcc(mcc)) body.Wrong("mcc", "format", "mcc must be four digits, as in 5411.");
        if (body.Errors.Count > 0) return null;
        return new SubmerchantFacts(name ?? was.Name, body.Names("country") ? country is null ? null : Countries.Find(country) : was.Country, body.Names("mcc") ? mcc : was.Mcc, active ?? was.IsActive);
    }

    private static string CardNumber(string field) => $"{field} has what looks like a card number: payments keep none, so it would not be found.";

    /// <summary>The first that is active makes payments that name none be refused: a stolen session must not do that, as on the page.</summary>
    private static async Task<bool> MayActivateAsync(HttpContext context, KeyOrPerson caller, JsonBody body, SubmerchantFacts facts)
    {
        if (caller.Key is not null || !facts.IsActive || context.RequestServices.GetRequiredService<SubmerchantShelf>().Current.MustBeNamed) return true;
        var password = body.Secret("password", Passwords.Longest);
        if (body.Errors.Count > 0) return false;
        if (await context.RequestServices.GetRequiredService<StepUp>().PasswordIsRightAsync(context.User, password)) return true;
        body.Wrong("password", "credentials", "password is not your password: the first active submerchant makes payments that name none be refused.");
        return false;
    }

    private static Task AnswerAsync(HttpContext context, (RegisteredSubmerchant? Its, bool IsTaken) step) => step switch
    {
        (null, _) => NotFoundAsync(context),
        (_, false) => Problems.WriteAsync(context, Problems.InvalidState, "This submerchant is deactivated already."),
        var (its, _) => AnswerAsync(context, StatusCodes.Status200OK, its),
    };

    private static Task AnswerAsync(HttpContext context, int status, RegisteredSubmerchant its) => context.AnswerAsync(status, json => Write(json, its));

    private static Task NotFoundAsync(HttpContext context) => Problems.WriteAsync(context, Problems.NotFound, "There is no submerchant with this id.");

    private static string Said(HttpContext context) => context.Request.RouteValues["id"]?.ToString() ?? "";

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static ChangeSubmerchants Changes(HttpContext context) => context.RequestServices.GetRequiredService<ChangeSubmerchants>();

    private static void Write(Utf8JsonWriter json, RegisteredSubmerchant its)
    {
        json.WriteStartObject();
        json.WriteString("id", its.Id);
        json.WriteString("external_id", its.ExternalId);
        json.WriteString("name", its.Name);
        json.WriteString("country", its.Country);
        json.WriteString("mcc", its.Mcc);
        json.WriteBoolean("is_active", its.IsActive);
        json.WriteInstant("created_at", its.CreatedAt);
        json.WriteInstant("updated_at", its.UpdatedAt);
        json.WriteEndObject();
    }
}
