using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A rule of the flow and how each of its conditions came out.</summary>
public sealed record RuleView(PolicyRule Rule, bool Fired, int Points, bool Observed, IReadOnlyList<RuleLeaf> Conditions);

/// <summary>What one policy says of one request.</summary>
public sealed record ScenarioAnswer(Policy Policy, Decision Decision, int Score, string? BlockedBy, IReadOnlyList<SignalHit> Signals, IReadOnlyList<RuleReason> Reasons, IReadOnlyList<RuleView> Rules);

/// <summary>One request that was run.</summary>
/// <param name="Draft">What the person's draft says of the same facts; null when there is none.</param>
public sealed record ScenarioResult(Guid Id, string SessionId, Flow Flow, Money Money, IReadOnlyList<string> Warnings, ScenarioAnswer Active, ScenarioAnswer? Draft);

/// <summary>What came of an attempt to run requests.</summary>
/// <param name="Results">In the order they were run.</param>
/// <param name="Errors">What is wrong with the request; nothing was run then.</param>
/// <param name="Refusal">Why it ended early, in English; the panel translates it.</param>
public sealed record ScenarioRun(IReadOnlyList<ScenarioResult> Results, IReadOnlyList<FieldError> Errors, string? Refusal = null);

/// <summary>A saved scenario held against the policies.</summary>
/// <param name="Draft">Null when there is no draft.</param>
/// <param name="Errors">The saved request is no longer right.</param>
public sealed record ScenarioCheck(Guid Id, Decision Expected, Decision? Active, Decision? Draft, IReadOnlyList<FieldError> Errors);

/// <summary>Runs made-up requests through the real pipeline, labelled as simulations, and keeps those that a policy is to be held against.</summary>
public sealed class RunScenarios(PanelDb db, AssessService service, PolicyShelf policies, PolicyDesk desk, AssessOptions options, TimeProvider clock)
{
    public const int MostTimes = 50;
    public const string
        Starting = "The panel is starting. Try again in a moment.", NotStored = "The store takes nothing at the moment: what is shown was stored, the rest was not.", DraftWrong = "Your draft has errors and cannot judge: only what judges now is shown.",
        NameMissing = "Give it a name of at most 100 characters.", NameTaken = "There is a scenario of that name already.", TooMany = "At most 200 scenarios can be saved.";

    /// <summary>Reads the request once, or says what is wrong; the text comes back with card data masked.</summary>
    public (string Masked, IReadOnlyList<FieldError> Errors) Read(Flow flow, string json)
    {
        var (call, body, errors) = Call(flow, json);
        return call is null && errors.Any(e => e.Field == "body") && body.Length == 0 ? ("", errors) : (Encoding.UTF8.GetString(body), errors);
    }

    /// <summary>Runs the request, once or several times with a new order id and perhaps another card each time. Each run sees those before it; nobody else does.</summary>
    public async Task<ScenarioRun> RunAsync(Actor who, Flow flow, string json, int times, bool newCards, CancellationToken stop)
    {
        var (masked, wrong) = Read(flow, json);
        if (wrong.Count > 0) return new ScenarioRun([], wrong);
        List<AssessCall> calls = [];
        for (var i = 0; i < times; i++)
        {
            var (call, _, errors) = Call(flow, times == 1 ? json : Varied(masked, i, newCards));
            if (call is null) return new ScenarioRun([], errors);
            calls.Add(call);
        }
        if (service.Transaction is not { } transaction) return new ScenarioRun([], [], Starting);
        var (draft, problem) = await DraftAsync(who, stop);
        var supposed = new SupposedActivity();
        List<ScenarioResult> results = [];
        string? refusal = problem;
        foreach (var call in calls)
        {
            (call.Supposed, call.Started) = (supposed, clock.GetTimestamp());
            if (await transaction.RunAsync(call, stop) != AssessStatus.Answered)
            {
                refusal = NotStored;
                break;
            }
            var (answer, at) = (call.Answer, call.Pending.At);
            var active = Say(call.Policy, call.Assessment, call.Facts, flow);
            results.Add(new ScenarioResult(answer.AssessmentId, answer.SessionId, flow, new Money(call.Request.Amount, call.Request.Currency), [.. answer.Warnings], active, draft is null ? null : Judge(draft, call.Facts, at, flow)));
        }
        if (results.Count > 0)
        {
            // What is stored is stored: the trail says so whether the person still waits or not.
            db.Audit(who, AuditActions.ScenarioRun, clock.GetUtcNow(), "simulation", results[0].Id.ToString(), null, new { Flow = flow.ToString(), Times = results.Count, Decisions = string.Join(' ', results.Select(r => r.Active.Decision)) });
            await db.SaveChangesAsync(CancellationToken.None);
        }
        return new ScenarioRun(results, [], refusal);
    }

    /// <summary>Keeps the request with the decision it should get.</summary>
    /// <returns>What is wrong with the request, or why it is not kept (in English); both empty when it is.</returns>
    public async Task<(IReadOnlyList<FieldError> Errors, string? Refusal)> SaveAsync(Actor who, string? name, Flow flow, string json, Decision expected, CancellationToken stop)
    {
        var (masked, errors) = Read(flow, json);
        if (errors.Count > 0) return (errors, null);
        name = name?.Trim() ?? "";
        if (name.Length is 0 or > SimulationScenario.LongestName) return ([], NameMissing);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationScenario>().AnyAsync(s => s.Name == name, stop)) return ([], NameTaken);
        if (await db.Set<SimulationScenario>().CountAsync(stop) >= SimulationScenario.Most) return ([], TooMany);
        var scenario = new SimulationScenario { Name = name, Flow = flow, Request = masked, Expected = expected, AuthorId = who.Id, CreatedAt = clock.GetUtcNow() };
        db.Add(scenario);
        db.Audit(who, AuditActions.ScenarioSaved, clock.GetUtcNow(), "simulation", scenario.Id.ToString(), null, new { scenario.Name, Flow = flow.ToString(), Expected = expected.ToString() });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        return ([], null);
    }

    public async Task<bool> DeleteAsync(Actor who, Guid id, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationScenario>().SingleOrDefaultAsync(s => s.Id == id, stop) is not { } scenario) return false;
        db.Remove(scenario);
        db.Audit(who, AuditActions.ScenarioDeleted, clock.GetUtcNow(), "simulation", id.ToString(), new { scenario.Name, Expected = scenario.Expected.ToString() }, null);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        return true;
    }

    /// <summary>Holds every saved scenario against what judges now and against the person's draft. Nothing of it is stored but that it was done.</summary>
    public async Task<(IReadOnlyList<ScenarioCheck> Checks, string? Refusal)> CheckAsync(Actor who, CancellationToken stop)
    {
        if (service.Transaction is not { } transaction) return ([], Starting);
        var (draft, problem) = await DraftAsync(who, stop);
        List<ScenarioCheck> checks = [];
        foreach (var scenario in await db.Set<SimulationScenario>().AsNoTracking().OrderBy(s => s.Name).ToListAsync(stop))
        {
            var (call, _, errors) = Call(scenario.Flow, scenario.Request);
            if (call is null)
            {
                checks.Add(new ScenarioCheck(scenario.Id, scenario.Expected, null, null, errors));
                continue;
            }
            (call.IsKept, call.Started) = (false, clock.GetTimestamp());
            await transaction.RunAsync(call, stop);
            checks.Add(new ScenarioCheck(scenario.Id, scenario.Expected, call.Answer.Decision, draft is null ? null : Judge(draft, call.Facts, call.Pending.At, scenario.Flow).Decision, []));
        }
        db.Audit(who, AuditActions.ScenariosChecked, clock.GetUtcNow(), "simulation", null, null, new { Scenarios = checks.Count, Passed = checks.Count(c => c.Active == c.Expected), PassedByDraft = draft is null ? (int?)null : checks.Count(c => c.Draft == c.Expected) });
        await db.SaveChangesAsync(stop);
        return (checks, problem);
    }

    private (AssessCall? Call, byte[] Body, List<FieldError> Errors) Call(Flow flow, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        List<FieldError> errors = [];
        if (body.Length > RequestBody.Most)
        {
            errors.Add(new FieldError("body", "length", Problems.TooLarge.Title + "."));
            return (null, [], errors);
        }
        var call = new AssessCall { Simulated = true, KeyType = KeyType.Server };
        return AssessRequestReader.TryRead(body, flow, mayImportHistory: false, options.OrganizationType, call.Request, errors) ? (call, body, errors) : (null, body, errors);
    }

    private static string Varied(string json, int number, bool newCards)
    {
        var request = JsonNode.Parse(json)!.AsObject();
        request["order_id"] = string.Create(CultureInfo.InvariantCulture, $"{request["order_id"]?.GetValue<string>() ?? "sim"}-{number + 1}");
        if (newCards)
        {
            if (request["payment_method"] is not JsonObject card) request["payment_method"] = card = [];
            var first = card["card_last4"]?.GetValue<string>() is { } last4 ? int.Parse(last4, CultureInfo.InvariantCulture) : 0;
            card["card_last4"] = ((first + number) % 10_000).ToString("0000", CultureInfo.InvariantCulture);
            card.Remove("card_hash");
        }
        return request.ToJsonString();
    }

    private async Task<(Assessor? Draft, string? Problem)> DraftAsync(Actor who, CancellationToken stop)
    {
        if (who.Id is not { } owner || await desk.DraftAsync(owner, stop) is not { } view) return (null, null);
        return Assessor.TryCreate(view.Policy, out var assessor, out _, policies.Lists.Lists) ? (assessor, null) : (null, DraftWrong);
    }

    private ScenarioAnswer Judge(Assessor assessor, Facts facts, long at, Flow flow)
    {
        var assessment = new Assessment();
        assessor.Assess(facts, at, assessment);
        return Say(assessor.Policy, assessment, facts, flow);
    }

    private ScenarioAnswer Say(Policy policy, Assessment assessment, Facts facts, Flow flow)
    {
        List<RuleReason> reasons = [];
        RuleReason.Of(assessment.Rules, policy, reasons);
        var fired = assessment.Rules.ToArray().ToDictionary(hit => (int)hit.Rule);
        List<RuleView> rules = [];
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            if (!rule.Enabled || (rule.Flow is { } only && only != flow) || !CompiledRule.TryCompile(rule.Text, policies.Lists.Lists, out var compiled, out _)) continue;
            var hit = fired.TryGetValue(i, out var found) ? found : (RuleHit?)null;
            rules.Add(new RuleView(rule, hit is not null, hit?.Points ?? 0, hit?.Observed ?? false, compiled.Explain(facts)));
        }
        return new ScenarioAnswer(policy, assessment.Decision, assessment.Score, assessment.BlockedBy, assessment.Signals.ToArray(), reasons, rules);
    }
}
