using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
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
    public const int UsualRows = 50, MostRows = 200, MostLinks = 50;

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
        var (query, errors, db) = (context.Request.Query, new List<FieldError>(), Db(context));
        var filter = new CaseFilter
        {
            Status = Word("status", CaseWords.ReadStatus), Priority = Word("priority", CaseWords.ReadPriority), IncidentType = Word("incident_type", CaseWords.ReadIncident),
            Jurisdiction = Text("jurisdiction", 2) is { } place ? CaseWords.ReadJurisdiction(place) ?? Wrong("jurisdiction") : null, AssignedToId = Word<Guid>("assigned_to", t => Guid.TryParse(t, out var id) ? id : null),
            Search = Text("search", 200), From = Word("from_date", t => Moments.Read(t, TimeZoneInfo.Utc)),
            // A day alone means all of it.
            To = Word<DateTimeOffset>("to_date", t => Moments.Read(t, TimeZoneInfo.Utc) is not { } at ? null : DateOnly.TryParseExact(t, "yyyy-MM-dd", out _) ? at.AddDays(1) : at),
        };
        var limit = Number("limit", UsualRows, 1, MostRows);
        var offset = Number("offset", 0, 0, 1_000_000);
        var order = Word<CaseOrder>("sort_by", t => Orders.TryGetValue(t, out var known) ? known : null) ?? CaseOrder.OpenedAt;
        var descending = Word<bool>("sort_order", t => t switch { "asc" => false, "desc" => true, _ => null }) ?? true;
        if (errors.Count > 0)
        {
            await Problems.WriteAsync(context, errors);
            return;
        }
        var stop = context.RequestAborted;
        var cases = db.Set<Case>().AsNoTracking().Narrowed(filter);
        var total = await cases.CountAsync(stop);
        var rows = await cases.Sorted(order, descending).Skip(offset).Take(limit).ToListAsync(stop);
        var around = await AroundAsync(db, rows, stop);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                WriteMembers(json, row, around);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("total", total);
            json.WriteNumber("limit", limit);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        });

        string? Text(string name, int most)
        {
            if (query[name].ToString() is not { Length: > 0 } text) return null;
            if (text.Length <= most) return text;
            errors.Add(new(name, "length", $"{name} has at most {most} characters."));
            return null;
        }

        T? Word<T>(string name, Func<string, T?> read) where T : struct
        {
            if (query[name].ToString() is not { Length: > 0 } word) return null;
            if (read(word) is { } known) return known;
            Wrong(name);
            return null;
        }

        string? Wrong(string name)
        {
            errors.Add(new(name, "format", $"{name} has no such value."));
            return null;
        }

        int Number(string name, int usual, int least, int most)
        {
            if (query[name].ToString() is not { Length: > 0 } text) return usual;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            errors.Add(new(name, "range", $"{name} is a whole number from {least} to {most}."));
            return usual;
        }
    }

    private static async Task CountAsync(HttpContext context)
    {
        var (now, zone) = (Now(context), Panel(context).Zone);
        var counted = await Db(context).Set<Case>().AsNoTracking().StatisticsAsync(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime), now, context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total", counted.Total);
            json.WriteNumber("open", counted.Open);
            json.WriteNumber("overdue", counted.Overdue);
            WriteInstant(json, "oldest_open_at", counted.OldestOpenAt);
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
        var around = await AroundAsync(Db(context), [detail.Case], context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            WriteMembers(json, detail.Case, around);
            json.WriteStartArray("timeline");
            foreach (var line in detail.Events)
            {
                json.WriteStartObject();
                WriteInstant(json, "at", line.At);
                json.WriteString("kind", line.Kind.Word());
                json.WriteString("from", line.From?.Word());
                json.WriteString("to", line.To?.Word());
                json.WriteString("detail", line.Detail);
                json.WriteString("by", line.ActorName);
                json.WriteNumber("version", line.Version);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (var note in detail.Notes)
            {
                json.WriteStartObject();
                WriteInstant(json, "at", note.At);
                json.WriteString("by", note.ActorName);
                json.WriteString("text", note.Text);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in detail.Files)
            {
                json.WriteStartObject();
                json.WriteString("id", file.Id);
                json.WriteString("name", file.Name);
                json.WriteString("content_type", file.ContentType);
                json.WriteNumber("size", file.Size);
                json.WriteString("sha256", Convert.ToHexStringLower(file.Sha256));
                WriteInstant(json, "at", file.At);
                json.WriteString("by", file.ActorName);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task OpenAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (!body.Has("incident_type")) body.Wrong("incident_type", "required", "incident_type is required: phishing, ingenieria_social, transferencia_no_autorizada, robo_identidad, fraude_interno or otro.");
        var facts = ReadFacts(body, new CaseFacts(default), context);
        var (priority, assigned, due) = (body.Word("priority", CaseWords.ReadPriority, "format"), body.Word<Guid>("assigned_to", ReadId, "format"), ReadDay(body, "due_date"));
        var payments = await PaymentsAsync(context, body);
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
        var facts = ReadFacts(body, found.Facts, context);
        var (status, priority, version) = (body.Word("status", CaseWords.ReadStatus, "format"), body.Word("priority", CaseWords.ReadPriority, "format"), ReadVersion(body));
        var (assigned, due) = (body.Word<Guid>("assigned_to", ReadId, "format"), ReadDay(body, "due_date"));
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

    /// <summary>What the body says over what the case says already.</summary>
    private static CaseFacts ReadFacts(JsonBody body, CaseFacts was, HttpContext context)
    {
        var facts = was with
        {
            IncidentType = body.Word("incident_type", CaseWords.ReadIncident, "format") ?? was.IncidentType,
            IncidentDate = body.Names("incident_date") ? ReadDay(body, "incident_date") : was.IncidentDate,
            Jurisdiction = body.Names("jurisdiction") ? ReadPlace(body) : was.Jurisdiction,
            Amount = body.Names("amount") ? body.Minor("amount") : was.Amount, Currency = body.Names("currency") ? body.Currency("currency") : was.Currency,
            VictimName = body.Names("victim_name") ? ListTexts.Clean(body.Text("victim_name", Case.LongestName)) : was.VictimName,
            VictimEmail = body.Names("victim_email") ? ReadEmail(body) : was.VictimEmail,
            Description = body.Names("description") ? ListTexts.Clean(body.Text("description", Case.LongestDescription)) : was.Description,
        };
        if (body.Names("incident_type") && !body.Has("incident_type") && was.IncidentType != default) body.Wrong("incident_type", "required", "incident_type is required.");
        if (facts.Amount is null != facts.Currency is null && body.Errors.Count == 0) body.Wrong(facts.Amount is null ? "amount" : "currency", "required", "amount and currency come together.");
        if (facts.IncidentDate > DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now(context), Panel(context).Zone).DateTime)) body.Wrong("incident_date", "range", "incident_date lies in the future.");
        return facts;
    }

    private static string? ReadPlace(JsonBody body)
    {
        if (body.Text("jurisdiction", 2) is not { } text) return null;
        return CaseWords.ReadJurisdiction(text) ?? body.Wrong("jurisdiction", "format", $"jurisdiction must be one of {string.Join(", ", CaseWords.Jurisdictions)}.");
    }

    private static string? ReadEmail(JsonBody body)
    {
        if (body.Text("victim_email", Case.LongestEmail) is not { } text) return null;
        return MailAddress.TryCreate(text, out var address) && address.Address == text ? text : body.Wrong("victim_email", "format", "victim_email must be an e-mail address.");
    }

    private static DateOnly? ReadDay(JsonBody body, string name)
    {
        if (body.Text(name, 10) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        body.Wrong(name, "format", $"{name} must be a day, as in 2026-05-20.");
        return null;
    }

    private static int? ReadVersion(JsonBody body)
    {
        if (!body.Has("version")) return null;
        if (body.Json.GetProperty("version") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var version) && version > 0) return version;
        body.Wrong("version", "range", "version must be the number that the case had when you read it.");
        return null;
    }

    private static Guid? ReadId(string text) => Guid.TryParse(text, out var id) ? id : null;

    private static async Task<IReadOnlyList<StoredAssessment>> PaymentsAsync(HttpContext context, JsonBody body)
    {
        var found = new List<StoredAssessment>();
        if (!body.Has("transaction_ids")) return found;
        var value = body.Json.GetProperty("transaction_ids");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MostLinks)
        {
            body.Wrong("transaction_ids", "type", $"transaction_ids must be a list of at most {MostLinks} ids.");
            return found;
        }
        var assessments = context.RequestServices.GetRequiredService<AssessmentReader>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && Guid.TryParse(item.GetString(), out var id) && await assessments.FindAsync(id, context.RequestAborted) is { } stored) found.Add(stored);
            else body.Wrong("transaction_ids", "format", "transaction_ids names a payment that was not assessed here.");
        }
        return found;
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
        var around = await AroundAsync(Db(context), [its], context.RequestAborted);
        await context.AnswerAsync(status, json =>
        {
            json.WriteStartObject();
            WriteMembers(json, its, around);
            json.WriteEndObject();
        });
    }

    private sealed record Around(ILookup<Guid, CaseLink> Links, IReadOnlyDictionary<Guid, string> People, IReadOnlyDictionary<Guid, byte[]> Seals);

    private static async Task<Around> AroundAsync(PanelDb db, IReadOnlyList<Case> cases, CancellationToken stop)
    {
        var (ids, people) = (cases.Select(c => c.Id).ToArray(), cases.Select(c => c.AssignedToId).OfType<Guid>().Distinct().ToArray());
        return new Around(
            (await db.Set<CaseLink>().AsNoTracking().Where(l => ids.Contains(l.CaseId)).OrderBy(l => l.At).ThenBy(l => l.Target).ToListAsync(stop)).ToLookup(l => l.CaseId),
            await db.Users.Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop),
            await db.Set<CasePackage>().Where(p => ids.Contains(p.CaseId)).ToDictionaryAsync(p => p.CaseId, p => p.Sha256, stop));
    }

    private static void WriteMembers(Utf8JsonWriter json, Case its, Around around)
    {
        json.WriteString("id", its.Id);
        json.WriteString("reference_number", its.ReferenceNumber);
        json.WriteString("status", its.Status.Word());
        json.WriteString("priority", its.Priority.Word());
        json.WriteString("incident_type", its.IncidentType.Word());
        WriteDay(json, "incident_date", its.IncidentDate);
        json.WriteString("jurisdiction", its.Jurisdiction);
        if (its.Amount is { } amount) json.WriteNumber("amount", amount);
        else json.WriteNull("amount");
        json.WriteString("currency", its.Currency);
        json.WriteString("victim_name", its.VictimName);
        json.WriteString("victim_email", its.VictimEmail);
        json.WriteString("description", its.Description);
        if (its.AssignedToId is { } person)
        {
            json.WriteStartObject("assigned_to");
            json.WriteString("id", person);
            json.WriteString("name", around.People.GetValueOrDefault(person, ""));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("assigned_to");
        }
        WriteDay(json, "due_date", its.DueOn);
        json.WriteString("created_from", its.Origin.Word());
        json.WriteString("opened_by", its.OpenedByName);
        WriteInstant(json, "created_at", its.OpenedAt);
        WriteInstant(json, "updated_at", its.UpdatedAt);
        WriteInstant(json, "submitted_at", its.SubmittedAt);
        json.WriteString("package_sha256", around.Seals.TryGetValue(its.Id, out var hash) ? Convert.ToHexStringLower(hash) : null);
        // A package is kept here; no authority is told by the panel.
        json.WriteBoolean("transmitted", false);
        json.WriteNumber("version", its.Version);
        foreach (var (name, kind) in (ReadOnlySpan<(string, CaseLinkKind)>)[("transaction_ids", CaseLinkKind.Assessment), ("blocklist_entry_ids", CaseLinkKind.ListEntry), ("label_ids", CaseLinkKind.Label), ("dispute_ids", CaseLinkKind.Dispute)])
        {
            json.WriteStartArray(name);
            foreach (var link in around.Links[its.Id])
                if (link.Kind == kind) json.WriteStringValue(link.Target);
            json.WriteEndArray();
        }
    }

    private static void WriteDay(Utf8JsonWriter json, string name, DateOnly? day) => json.WriteString(name, day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static void WriteInstant(Utf8JsonWriter json, string name, DateTimeOffset? at) => json.WriteString(name, at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private static bool TryId(HttpContext context, out Guid id) => Guid.TryParse(context.GetRouteValue("id")?.ToString(), out id);

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static PanelOptions Panel(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<PanelOptions>>().Value;

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
}
