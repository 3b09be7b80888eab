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
/// <param name="Velocity">The recent activity it saw, see <see cref="VelocityMove.Facts"/>.</param>
public sealed record ScenarioAnswer(Policy Policy, Decision Decision, int Score, string? BlockedBy, IReadOnlyList<SignalHit> Signals, IReadOnlyList<RuleReason> Reasons, IReadOnlyList<RuleView> Rules, double[] Velocity)
{
    /// <summary>What each signal and rule counted, by its code.</summary>
    public IReadOnlyDictionary<string, int> Points => Signals.Select(hit => (SignalCatalog.Of(hit).Code, (int)hit.Weight)).Concat(Reasons.Select(rule => (rule.Code, rule.Points))).ToDictionary();
}

/// <summary>One request that was run.</summary>
/// <param name="Beside">What another policy says, to which the requests before this one went as well; null when none was asked.</param>
public sealed record ScenarioResult(Guid Id, string SessionId, Flow Flow, Money Money, IReadOnlyList<string> Warnings, ScenarioAnswer Active, ScenarioAnswer? Beside);

/// <summary>What came of an attempt to run requests.</summary>
/// <param name="Results">In the order they were run.</param>
/// <param name="Errors">What is wrong with the request; nothing was run then.</param>
/// <param name="Refusal">Why it ended early, in English; the panel translates it.</param>
public sealed record ScenarioRun(IReadOnlyList<ScenarioResult> Results, IReadOnlyList<FieldError> Errors, string? Refusal = null);

/// <summary>A saved scenario held against the policies; of several requests the last one counts.</summary>
/// <param name="Active">Null when its requests are no longer right.</param>
/// <param name="Beside">Null when no other policy was asked.</param>
public sealed record ScenarioCheck(SimulationScenario Scenario, ScenarioAnswer? Active, ScenarioAnswer? Beside, IReadOnlyList<FieldError> Errors)
{
    /// <summary>The signals and rules that count otherwise under the other policy than under what judges now, the largest first.</summary>
    public IReadOnlyList<PointsChange> Differences => Active is null || Beside is null ? [] :
    [
        .. Active.Points.Keys.Union(Beside.Points.Keys)
            .Select(code => new PointsChange(code, Active.Points.TryGetValue(code, out var before) ? before : null, Beside.Points.TryGetValue(code, out var after) ? after : null))
            .Where(change => change.Before != change.After).OrderByDescending(change => Math.Abs((change.After ?? 0) - (change.Before ?? 0))).ThenBy(change => change.Code, StringComparer.Ordinal),
    ];
}

/// <summary>Runs made-up requests through the real pipeline, labelled as simulations, and keeps those that a policy is to be held against.</summary>
public sealed class RunScenarios(PanelDb db, AssessService service, PolicyShelf policies, PolicyDesk desk, AssessOptions options, TimeProvider clock)
{
    public const string
        Starting = "The panel is starting. Try again in a moment.", NotStored = "The store takes nothing at the moment: what is shown was stored, the rest was not.", CannotJudge = "It has errors and cannot judge: only what judges now is shown.",
        NameMissing = "Give it a name of at most 100 characters.", NameTaken = "There is a scenario of that name already.", TooMany = "At most 200 scenarios can be saved.";

    private const string InFuture = "occurred_at must not lie in the future.";

    /// <summary>Reads the requests, or says what is wrong; they come back with card data masked.</summary>
    public (ScenarioPlan Masked, IReadOnlyList<FieldError> Errors) Read(ScenarioPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<FieldError> errors = [];
        var requests = plan.Requests(errors) ?? [plan.Json];
        var (first, body, wrong) = Call(plan.Flow, requests[0]);
        errors.AddRange(wrong);
        // What is wrong with the first is wrong with most of the others too.
        for (var i = 1; first is not null && i < requests.Count; i++) errors.AddRange(Call(plan.Flow, requests[i]).Errors.Select(e => e with { Field = string.Create(CultureInfo.InvariantCulture, $"steps[{i - 1}].{e.Field}") }));
        return (plan with { Json = body.Length == 0 ? "" : Encoding.UTF8.GetString(body), Steps = MaskedSteps(plan) }, errors);
    }

    /// <summary>Runs the requests. Each sees those before it; nobody else does.</summary>
    /// <param name="who">Who runs it.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="beside">A policy that is asked beside what judges now, or null. What it says is not stored.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<ScenarioRun> RunAsync(Actor who, ScenarioPlan plan, PolicyShelf.Judge? beside, CancellationToken stop)
    {
        var (_, wrong) = Read(plan);
        if (wrong.Count > 0) return new ScenarioRun([], wrong);
        if (service.Transaction is not { } transaction) return new ScenarioRun([], [], Starting);
        List<ScenarioResult> results = [];
        var refusal = await RunAsync(transaction, plan, isKept: true, beside, (call, other) =>
        {
            var answer = call.Answer;
            results.Add(new ScenarioResult(answer.AssessmentId, answer.SessionId, plan.Flow, new Money(call.Request.Amount, call.Request.Currency), [.. answer.Warnings], Say(call), other is null ? null : Say(other)));
        }, stop);
        if (results.Count > 0)
        {
            // What is stored is stored: the trail says so whether the person still waits or not.
            db.Audit(who, AuditActions.ScenarioRun, clock.GetUtcNow(), "simulation", results[0].Id.ToString(), null, new { Flow = plan.Flow.ToString(), Times = results.Count, Decisions = string.Join(' ', results.Select(r => r.Active.Decision)) });
            await db.SaveChangesAsync(CancellationToken.None);
        }
        return new ScenarioRun(results, [], refusal);
    }

    /// <summary>Keeps the requests with the decision that the last of them should get.</summary>
    /// <returns>What is wrong with the requests, or why they are not kept (in English); both empty when they are.</returns>
    public async Task<(IReadOnlyList<FieldError> Errors, string? Refusal)> SaveAsync(Actor who, string? name, ScenarioPlan plan, Decision expected, CancellationToken stop)
    {
        var (masked, errors) = Read(plan);
        if (errors.Count > 0) return (errors, null);
        name = name?.Trim() ?? "";
        if (name.Length is 0 or > SimulationScenario.LongestName) return ([], NameMissing);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationScenario>().AnyAsync(s => s.Name == name, stop)) return ([], NameTaken);
        if (await db.Set<SimulationScenario>().CountAsync(stop) >= SimulationScenario.Most) return ([], TooMany);
        var scenario = new SimulationScenario
        {
            Name = name, Flow = masked.Flow, Request = masked.Json, Times = masked.Times, Varies = masked.Varies, Steps = masked.StepsRun, Expected = expected,
            AuthorId = who.Id, CreatedAt = clock.GetUtcNow(),
        };
        db.Add(scenario);
        db.Audit(who, AuditActions.ScenarioSaved, clock.GetUtcNow(), "simulation", scenario.Id.ToString(), null, new { scenario.Name, Flow = scenario.Flow.ToString(), scenario.Times, Expected = expected.ToString() });
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

    /// <summary>Holds every saved scenario against what judges now and, beside it, against another policy. Nothing of it is stored but that it was done.</summary>
    public async Task<(IReadOnlyList<ScenarioCheck> Checks, string? Refusal)> CheckAsync(Actor who, PolicyShelf.Judge? beside, CancellationToken stop)
    {
        if (service.Transaction is null) return ([], Starting);
        var checks = await JudgeSavedAsync(beside, stop);
        db.Audit(who, AuditActions.ScenariosChecked, clock.GetUtcNow(), "simulation", null, null,
            new { Scenarios = checks.Count, Passed = checks.Count(c => c.Active?.Decision == c.Scenario.Expected), PassedBeside = beside is null ? (int?)null : checks.Count(c => c.Beside?.Decision == c.Scenario.Expected) });
        await db.SaveChangesAsync(stop);
        return (checks, null);
    }

    /// <summary>Every saved scenario, by name, under what judges now and beside it under another policy. The panel must have started.</summary>
    public async Task<IReadOnlyList<ScenarioCheck>> JudgeSavedAsync(PolicyShelf.Judge? beside, CancellationToken stop)
    {
        var transaction = service.Transaction ?? throw new InvalidOperationException("The memory of recent activity is being rebuilt.");
        List<ScenarioCheck> checks = [];
        foreach (var scenario in await db.Set<SimulationScenario>().AsNoTracking().OrderBy(s => s.Name).ToListAsync(stop))
        {
            var plan = ScenarioPlan.Of(scenario).Within(clock.GetUtcNow(), options.Zone);
            var (_, errors) = Read(plan);
            AssessCall? last = null, other = null;
            if (errors.Count == 0) await RunAsync(transaction, plan, isKept: false, beside, (call, second) => (last, other) = (call, second), stop);
            checks.Add(new ScenarioCheck(scenario, last is null ? null : Say(last), other is null ? null : Say(other), errors));
        }
        return checks;
    }

    /// <summary>Who judges beside what judges now: <c>draft</c> is the person's own, <c>version:7</c> that version. The refusal is in English.</summary>
    public async Task<(PolicyShelf.Judge? Judge, string? Refusal)> BesideAsync(Actor who, string? word, CancellationToken stop)
    {
        var policy = word switch
        {
            "draft" => who.Id is { } owner ? (await desk.DraftAsync(owner, stop))?.Policy : null,
            not null when word.StartsWith("version:", StringComparison.Ordinal) && int.TryParse(word.AsSpan("version:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => await desk.FindAsync(number, stop),
            _ => null,
        };
        if (policy is null) return (null, null);
        return policies.Trial(policy) is { } judge ? (judge, null) : (null, CannotJudge);
    }

    /// <summary>Puts the requests through, each policy with the activity that its own answers leave behind.</summary>
    /// <returns>Why it ended early, or null.</returns>
    private async Task<string?> RunAsync(AssessTransaction transaction, ScenarioPlan plan, bool isKept, PolicyShelf.Judge? beside, Action<AssessCall, AssessCall?> take, CancellationToken stop)
    {
        var (supposed, besideSupposed) = (new SupposedActivity(), new SupposedActivity());
        foreach (var json in plan.Requests([])!)
        {
            var call = Call(plan.Flow, json).Call!;
            (call.Supposed, call.IsKept, call.Started) = (supposed, isKept, clock.GetTimestamp());
            AssessCall? other = null;
            if (beside is not null)
            {
                other = Call(plan.Flow, json).Call!;
                (other.Supposed, other.IsKept, other.By, other.Started) = (besideSupposed, false, beside, clock.GetTimestamp());
                // Both at the same moment, whatever the first one takes to be stored.
                call.Request.OccurredAt ??= clock.GetUtcNow();
                other.Request.OccurredAt ??= call.Request.OccurredAt;
            }
            if (await transaction.RunAsync(call, stop) != AssessStatus.Answered) return NotStored;
            if (other is not null) await transaction.RunAsync(other, stop);
            take(call, other);
        }
        return null;
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
        if (AssessRequestReader.TryRead(body, flow, mayImportHistory: true, options.OrganizationType, call.Request, errors) && call.Request.OccurredAt > clock.GetUtcNow()) errors.Add(new FieldError("occurred_at", "range", InFuture));
        return errors.Count == 0 ? (call, body, errors) : (null, body, errors);
    }

    /// <summary>Steps are parts of requests, and what may not be kept of a request may not be kept of its parts.</summary>
    private string? MaskedSteps(ScenarioPlan plan)
    {
        if (ScenarioPlan.ReadSteps(plan.Steps) is not { Count: > 0 } steps) return plan.Steps is { } text && ScenarioPlan.ReadSteps(text) is null ? Masked(text) : null;
        return ScenarioPlan.Written(new JsonArray([.. steps.Select(step => JsonNode.Parse(Encoding.UTF8.GetString(Call(plan.Flow, ScenarioPlan.OnOneLine(step!)).Body)))]));

        static string Masked(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            return CardData.Mask(bytes) ? Encoding.UTF8.GetString(bytes) : text;
        }
    }

    private ScenarioAnswer Say(AssessCall call)
    {
        var (policy, assessment, facts, flow) = (call.Policy, call.Assessment, call.Facts, call.Request.Flow);
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
        return new ScenarioAnswer(policy, assessment.Decision, assessment.Score, assessment.BlockedBy, assessment.Signals.ToArray(), reasons, rules, VelocityMove.Of(facts));
    }
}
