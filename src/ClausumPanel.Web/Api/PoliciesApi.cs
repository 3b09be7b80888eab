using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>The policy for programs of people who are signed in: drafts, proposals and approvals, by the same desk and under the same guards as on the pages of the protection.</summary>
public static class PoliciesApi
{
    public const int UsualRows = 50, MostRows = 200;
    private const int LongestDocument = 1 << 20, LongestReason = 500, MostPlaces = 1_000, MostProblems = 50;

    public static void MapPoliciesApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Policies");
        group.MapGet("/policies", ListAsync).WithName("listPolicies").WithSummary("Read the versions of the policy").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/policies/active", ActiveAsync).WithName("readActivePolicy").WithSummary("Read the policy that judges now").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/policies/{version}", ReadAsync).WithName("readPolicy").WithSummary("Read one version of the policy").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/policies/draft", DraftAsync).WithName("readPolicyDraft").WithSummary("Read your draft").RequireAuthorization(Permissions.EditProtection);
        group.MapPut("/policies/draft", SaveAsync).WithName("savePolicyDraft").WithSummary("Save your draft").RequireAuthorization(Permissions.EditProtection);
        group.MapDelete("/policies/draft", DiscardAsync).WithName("discardPolicyDraft").WithSummary("Discard your draft").RequireAuthorization(Permissions.EditProtection);
        group.MapPost("/policies/draft/rebase", RebaseAsync).WithName("rebasePolicyDraft").WithSummary("Carry your draft over to what judges now").RequireAuthorization(Permissions.EditProtection);
        group.MapPost("/policies/draft/propose", ProposeAsync).WithName("proposePolicy").WithSummary("Propose your draft").RequireAuthorization(Permissions.EditProtection);
        group.MapPost("/policies/{version}/approve", ApproveAsync).WithName("approvePolicy").WithSummary("Approve a version").RequireAuthorization(Permissions.ApproveProtection);
        group.MapPost("/policies/{version}/unschedule", UnscheduleAsync).WithName("unschedulePolicy").WithSummary("Take an approval back before it judges").RequireAuthorization(Permissions.ApproveProtection);
        group.MapPost("/policies/{version}/reject", RejectAsync).WithName("rejectPolicy").WithSummary("Reject a version").RequireAuthorization(Permissions.ApproveProtection);
        group.MapPost("/policies/{version}/withdraw", WithdrawAsync).WithName("withdrawPolicy").WithSummary("Withdraw what you proposed").RequireAuthorization(Permissions.EditProtection);
        group.MapPost("/policies/{version}/revert", RevertAsync).WithName("revertPolicy").WithSummary("Go back to a version").RequireAuthorization(Permissions.ApproveProtection);
        group.MapPost("/policies/{version}/check", CheckAsync).WithName("checkPolicy").WithSummary("Hold the saved scenarios against a version").RequireAuthorization(Permissions.EditProtection);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (query, db, stop) = (new QueryReader(context.Request.Query), Db(context), context.RequestAborted);
        var state = query.Word<PolicyState>("state", word => Array.Find(Enum.GetValues<PolicyState>(), s => Word(s) == word) is var known && Word(known) == word ? known : null);
        var (limit, offset) = (query.Number("limit", UsualRows, 1, MostRows), query.Number("offset", 0, 0, 1_000_000));
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var versions = db.Set<PolicyVersion>().AsNoTracking().Where(p => state == null || p.State == state);
        var total = await versions.CountAsync(stop);
        var rows = await versions.OrderByDescending(p => p.Version).Skip(offset).Take(limit).Select(VersionRow.Of(db)).ToListAsync(stop);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                WriteMembers(json, row);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("total", total);
            json.WriteNumber("limit", limit);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        });
    }

    private static async Task ActiveAsync(HttpContext context) => await AnswerAsync(context, (await Desk(context).ActiveAsync(context.RequestAborted)).Version, StatusCodes.Status200OK);

    private static async Task ReadAsync(HttpContext context)
    {
        if (await VersionAsync(context) is { } version) await AnswerAsync(context, version, StatusCodes.Status200OK);
    }

    private static async Task DraftAsync(HttpContext context)
    {
        if (await Desk(context).DraftAsync(context.User.Id, context.RequestAborted) is { } draft) await AnswerAsync(context, draft);
        else await RefuseAsync(context, new PolicyOutcome(PolicyDesk.NoDraft));
    }

    private static async Task SaveAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context, LongestDocument) is not { } body) return;
        var (desk, stop) = (Desk(context), context.RequestAborted);
        var active = await desk.ActiveAsync(stop);
        if (!PolicyJson.TryRead(body.Bytes, out var policy, out var problems, await desk.ListsAsync(active, stop)))
        {
            await RefuseAsync(context, problems);
            return;
        }
        var draft = await desk.DraftAsync(context.User.Id, stop);
        // A document that was read before another version judged would take that one's changes back.
        if (body.Has("version") && policy.Version != (draft?.Base ?? active).Version)
        {
            await RefuseAsync(context, new PolicyOutcome(PolicyDesk.Stale, active.Version));
            return;
        }
        var changes = PolicyChanges.Between(draft?.Policy ?? active, policy);
        if (changes.Count > 0 && await desk.ChangeAsync(context.Actor, changes, context.User.May(Permissions.ApproveProtection), stop) is { Refusal: not null } outcome)
        {
            await RefuseAsync(context, outcome);
            return;
        }
        // What equals its origin again is no draft any more.
        await AnswerAsync(context, await desk.DraftAsync(context.User.Id, stop) ?? new DraftView(active, active, [], active.Version));
    }

    private static async Task DiscardAsync(HttpContext context)
    {
        var outcome = await Desk(context).DiscardAsync(context.Actor, context.RequestAborted);
        if (outcome.Refusal is not null) await RefuseAsync(context, outcome);
        else await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success", true);
            json.WriteEndObject();
        });
    }

    private static async Task RebaseAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (theirs, desk, stop) = (body.Texts("theirs", MostPlaces, 200), Desk(context), context.RequestAborted);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else if (await desk.RebaseAsync(context.Actor, theirs ?? [], stop) is { Refusal: not null } outcome) await RefuseAsync(context, outcome);
        else
        {
            var active = await desk.ActiveAsync(stop);
            await AnswerAsync(context, await desk.DraftAsync(context.User.Id, stop) ?? new DraftView(active, active, [], active.Version));
        }
    }

    private static async Task ProposeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (reason, guardReason) = (body.Text("reason", LongestReason), body.Text("guard_reason", LongestReason));
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AnswerAsync(context, await Desk(context).ProposeAsync(context.Actor, reason, guardReason, context.RequestAborted), "guard_reason", StatusCodes.Status201Created);
    }

    private static async Task ApproveAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || await VersionAsync(context) is not { } version) return;
        var (reason, at) = (body.Text("reason", LongestReason), body.Moment("effective_at"));
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AnswerAsync(context, await Desk(context).ApproveAsync(context.Actor, version, reason, at, context.RequestAborted));
    }

    private static Task RejectAsync(HttpContext context) => WithReasonAsync(context, (desk, version, reason) => desk.RejectAsync(context.Actor, version, reason, context.RequestAborted));

    private static Task RevertAsync(HttpContext context) => WithReasonAsync(context, (desk, version, reason) => desk.RevertAsync(context.Actor, version, reason, context.RequestAborted), StatusCodes.Status201Created);

    private static Task UnscheduleAsync(HttpContext context) => OnAsync(context, (desk, version) => desk.UnscheduleAsync(context.Actor, version, context.RequestAborted));

    private static Task WithdrawAsync(HttpContext context) => OnAsync(context, (desk, version) => desk.WithdrawAsync(context.Actor, version, context.RequestAborted));

    private static Task CheckAsync(HttpContext context) => OnAsync(context, (desk, version) => desk.CheckAsync(context.Actor, version, context.RequestAborted));

    private static async Task WithReasonAsync(HttpContext context, Func<PolicyDesk, int, string?, Task<PolicyOutcome>> act, int done = StatusCodes.Status200OK)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || await VersionAsync(context) is not { } version) return;
        var reason = body.Text("reason", LongestReason);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AnswerAsync(context, await act(Desk(context), version, reason), status: done);
    }

    private static async Task OnAsync(HttpContext context, Func<PolicyDesk, int, Task<PolicyOutcome>> act)
    {
        if (await VersionAsync(context) is { } version) await AnswerAsync(context, await act(Desk(context), version));
    }

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static PolicyDesk Desk(HttpContext context) => context.RequestServices.GetRequiredService<PolicyDesk>();

    /// <summary>The version that the address names, if there is one; else it has answered already.</summary>
    private static async Task<int?> VersionAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["version"]?.ToString();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && await Db(context).Set<PolicyVersion>().AnyAsync(p => p.Version == version, context.RequestAborted)) return version;
        await Problems.WriteAsync(context, Problems.NotFound, "There is no such version.");
        return null;
    }

    private static Task AnswerAsync(HttpContext context, PolicyOutcome outcome, string guardField = "reason", int status = StatusCodes.Status200OK) =>
        outcome.Refusal is not null ? RefuseAsync(context, outcome, guardField) : AnswerAsync(context, outcome.Version!.Value, status);

    private static Task RefuseAsync(HttpContext context, PolicyOutcome outcome, string guardField = "reason")
    {
        if (outcome.Problems is { Count: > 0 } problems) return RefuseAsync(context, problems);
        var said = string.Format(CultureInfo.InvariantCulture, outcome.Refusal!, outcome.Value);
        return outcome.Refusal switch
        {
            PolicyDesk.NoDraft or PolicyDesk.NoVersion => Problems.WriteAsync(context, Problems.NotFound, said),
            PolicyDesk.RulesNeedAdmin or PolicyDesk.OwnProposal or PolicyDesk.NotYours => Problems.WriteAsync(context, Problems.Forbidden, said),
            PolicyDesk.ReasonMissing => Problems.WriteAsync(context, [new FieldError("reason", "required", said)]),
            PolicyDesk.GuardBroken => Problems.WriteAsync(context, [new FieldError(guardField, "guard_rail", said)]),
            PolicyDesk.NoSuchTime => Problems.WriteAsync(context, [new FieldError("effective_at", "range", said)]),
            _ => Problems.WriteAsync(context, Problems.InvalidState, said),
        };
    }

    private static Task RefuseAsync(HttpContext context, IReadOnlyList<PolicyProblem> problems) =>
        Problems.WriteAsync(context, [.. problems.Take(MostProblems).Select(p => new FieldError(p.Place.Length == 0 ? "body" : p.Place, "policy", $"{(p.Place.Length == 0 ? "The policy" : p.Place)} {p.Reason}"))]);

    private static Task AnswerAsync(HttpContext context, DraftView draft) => context.AnswerAsync(StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("based_on", draft.Base.Version);
        json.WriteNumber("active_version", draft.ActiveVersion);
        json.WriteBoolean("is_stale", draft.IsStale);
        WriteChanges(json, draft.Changes);
        json.WriteStartArray("conflicts");
        foreach (var conflict in draft.Conflicts)
        {
            json.WriteStartObject();
            json.WriteString("place", conflict.Mine.Place);
            WriteValue(json, "mine", conflict.Mine.After);
            WriteValue(json, "theirs", conflict.Theirs.After);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteDocument(json, draft.Policy);
        json.WriteEndObject();
    });

    private static async Task AnswerAsync(HttpContext context, int version, int status)
    {
        var (db, desk, stop) = (Db(context), Desk(context), context.RequestAborted);
        var row = await db.Set<PolicyVersion>().AsNoTracking().Where(p => p.Version == version).Select(VersionRow.Of(db)).SingleAsync(stop);
        var policy = (await desk.FindAsync(version, stop))!;
        var origin = row.BasedOn is { } based ? await desk.FindAsync(based, stop) : null;
        List<(SimulationRun Run, IReadOnlyList<GuardBreach> Breaches)> runs = [];
        foreach (var run in await desk.RunsAsync(policy, stop)) runs.Add((run, await desk.BreachesAsync(run, stop)));
        var check = await desk.LatestCheckAsync(version, stop);
        var needsTwo = await desk.NeedsTwoAsync(stop);
        await context.AnswerAsync(status, json =>
        {
            json.WriteStartObject();
            WriteMembers(json, row);
            json.WriteBoolean("needs_second_person", needsTwo);
            WriteChanges(json, origin is null ? [] : PolicyChanges.Between(origin, policy));
            json.WriteStartArray("simulations");
            foreach (var (run, breaches) in runs)
            {
                json.WriteStartObject();
                json.WriteString("id", run.Id);
                json.WriteString("state", run.State.ToString().ToLowerInvariant());
                json.WriteTexts("guard_rails_broken", breaches.Select(b => string.Format(CultureInfo.InvariantCulture, b.Sentence, b.Measured, b.Bound)));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (check is null) json.WriteNull("scenarios");
            else
            {
                json.WriteStartObject("scenarios");
                json.WriteString("state", check.State.ToString().ToLowerInvariant());
                json.WriteNumber("as_expected", check.AsExpected);
                json.WriteNumber("of", check.Scenarios);
                json.WriteBoolean("passes", check.Passes);
                json.WriteInstant("finished_at", check.FinishedAt);
                json.WriteTexts("failed", check.Lines is { } lines ? JsonSerializer.Deserialize<List<CheckLine>>(lines)!.Where(line => !line.IsAsExpected).Select(line => line.Name) : []);
                json.WriteEndObject();
            }
            WriteDocument(json, policy);
            json.WriteEndObject();
        });
    }

    private static void WriteMembers(Utf8JsonWriter json, VersionRow row)
    {
        json.WriteNumber("version", row.Version);
        json.WriteString("state", Word(row.State));
        json.WriteString("reason", row.Reason);
        json.WriteString("guard_reason", row.GuardReason);
        json.WriteNumberOrNull("based_on", row.BasedOn);
        json.WriteNumberOrNull("reverts", row.Reverts);
        json.WriteString("author", row.Author);
        json.WriteInstant("created_at", row.CreatedAt);
        json.WriteString("decided_by", row.DecidedBy);
        json.WriteInstant("decided_at", row.DecidedAt);
        json.WriteString("decision_reason", row.Decision);
        json.WriteInstant("effective_at", row.EffectiveAt);
        json.WriteInstant("activated_at", row.ActivatedAt);
        json.WriteInstant("retired_at", row.RetiredAt);
    }

    private static void WriteChanges(Utf8JsonWriter json, IReadOnlyList<PolicyChange> changes)
    {
        json.WriteStartArray("changes");
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("place", change.Place);
            WriteValue(json, "before", change.Before);
            WriteValue(json, "after", change.After);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        if (value is IReadOnlyList<string> words) JsonSerializer.Serialize(json, words);
        else JsonSerializer.Serialize(json, value);
    }

    private static void WriteDocument(Utf8JsonWriter json, Policy policy)
    {
        json.WritePropertyName("document");
        json.WriteRawValue(PolicyJson.WriteUtf8(policy));
    }

    private static string Word(PolicyState state) => state.ToString().ToLowerInvariant();
}
