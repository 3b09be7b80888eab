using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Management;

public sealed class ReviewsApiTests : ReviewsApiStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_review_is_started_decided_undone_and_decided_for_good() => DecidedAsync();

    [Fact] public Task Each_step_has_its_refusal_and_its_word_for_programs() => StepsAsync();

    [Fact] public Task Of_twenty_who_start_at_once_each_gets_another_review() => HammerAsync();
}

public sealed class PostgresReviewsApiTests : ReviewsApiStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_review_is_started_decided_undone_and_decided_for_good() => DecidedAsync();

    [PostgresFact] public Task Each_step_has_its_refusal_and_its_word_for_programs() => StepsAsync();
}

public abstract class ReviewsApiStories
{
    private const string Path = "/api/v1/reviews";

    protected abstract PanelApp Make();

    private static Answer Fit(Answer answer, string schema)
    {
        ReferenceTests.MustFit(answer.MustBeGood().Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);
        return answer;
    }

    private static (string Id, string Token) Held(Answer answer) =>
        (Fit(answer, "ReviewHeld").Json.GetProperty("review").GetProperty("id").GetString()!, answer.Json.GetProperty("lease").GetProperty("token").GetString()!);

    private static JsonElement Review(Answer answer) => Fit(answer, "ReviewHeld").Json.GetProperty("review");

    private static void MustSay(Answer answer, int status, string code, string reason) => Assert.Equal(reason, answer.MustRefuse(status, code).Json.GetProperty("error").GetProperty("details").GetProperty("reason").GetString());

    protected async Task DecidedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var (maria, victor) = (await PersonsProgram.OfAsync(world.App, World.Maria), await PersonsProgram.OfAsync(world.App, World.Victor));
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var queue = Fit(await victor.GetAsync($"{Path}/queues"), "ReviewQueues").Json.GetProperty("data").EnumerateArray().Single(q => q.GetProperty("waiting").GetInt32() > 0);
        Assert.Equal(2, queue.GetProperty("waiting").GetInt32());
        string[] Codes(string member, string outcome) => [.. queue.GetProperty(member).GetProperty(outcome).EnumerateArray().Select(c => c.GetString()!)];
        Assert.Equal(ReviewReasons.Decline, Codes("reasons", "decline"));
        Assert.Equal(["account_takeover", "identity_mismatch", "linked_to_fraud", "payer_unreachable", "against_policy", "other"], Codes("payout_reasons", "decline"));
        Assert.Equal(["confirm_identity", "confirm_account", "other"], Codes("payout_reasons", "challenge"));
        Assert.Equal(ReviewReasons.Approve, Codes("payout_reasons", "approve"));
        Assert.Equal(2, Fit(await victor.GetAsync($"{Path}?queue={queue.GetProperty("queue").GetInt32()}"), "Reviews").Json.GetProperty("total").GetInt32());
        (await victor.PostAsync($"{Path}/start")).MustRefuse(403, "FORBIDDEN");

        var (id, token) = Held(await maria.PostAsync($"{Path}/start"));
        Assert.Equal((id, token), Held(await maria.PostAsync($"{Path}/start")));
        var shown = Review(await victor.GetAsync($"{Path}/{id}"));
        Assert.Equal(("in_review", World.Maria.Name, "review"), (shown.GetProperty("state").GetString(), shown.GetProperty("held_by").GetString(), shown.GetProperty("assessment").GetProperty("decision").GetString()));
        var verdict = $$"""{"lease_token":"{{token}}","outcome":"decline","reason":"stolen_card","note":"The bank called","list_entries":[{"list_type":"email","days":90}]}""";
        Assert.Equal("decided", Review(await maria.PostAsync($"{Path}/{id}/decide", verdict)).GetProperty("state").GetString());
        (_, token) = Held(await maria.PostAsync($"{Path}/{id}/undo"));
        Assert.Equal("in_review", Review(await maria.PostAsync($"{Path}/{id}/extend", $$"""{"lease_token":"{{token}}"}""")).GetProperty("state").GetString());
        Review(await maria.PostAsync($"{Path}/{id}/decide", verdict.Replace(verdict.Split('"')[3], token, StringComparison.Ordinal)));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        var closed = Fit(await victor.GetAsync($"{Path}?state=closed"), "Reviews").Json.GetProperty("data")[0];
        Assert.Equal((id, "decline", World.Maria.Name), (closed.GetProperty("id").GetString(), closed.GetProperty("outcome").GetString(), closed.GetProperty("decided_by").GetString()));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<ListEntry>().CountAsync(e => e.Type == ListType.Email && e.Severity == ListSeverity.Block)));
        Assert.Equal("fraud", closed.GetProperty("label").GetString());
        var reopened = Review(await maria.PostAsync($"{Path}/{id}/reopen", """{"note":"The payer proved it"}"""));
        Assert.Equal(("waiting", JsonValueKind.Null), (reopened.GetProperty("state").GetString(), reopened.GetProperty("label").ValueKind));
        // What a reason says is said otherwise; where it leaves it open, and nothing is sent, it is fraud.
        foreach (var (reason, sent, label) in ((string, string, string)[])[("stolen_card", ""","label":"inconclusive" """, "inconclusive"), ("payer_unreachable", "", "inconclusive"), ("against_policy", ""","label":"fraud" """, "fraud"), ("other", "", "fraud")])
        {
            (_, token) = Held(await maria.PostAsync($"{Path}/{id}/lease"));
            var body = $$"""{"lease_token":"{{token}}","outcome":"decline","reason":"{{reason}}","note":"The bank called"{{sent}}}""";
            foreach (var answer in (JsonElement[])[Review(await maria.PostAsync($"{Path}/{id}/decide", body)), Review(await maria.PostAsync($"{Path}/{id}/decide", body))])
            {
                Assert.Equal(label, answer.GetProperty("label").GetString());
                Assert.Contains(answer.GetProperty("history").EnumerateArray(), e => (e.GetProperty("kind").GetString(), e.GetProperty("reason").GetString(), e.GetProperty("label").GetString()) == ("decided", reason, label));
            }
            Held(await maria.PostAsync($"{Path}/{id}/undo"));
        }
        Assert.Equal([World.Maria.Name], await world.App.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectKind == DecideReviews.Subject && e.ActorKind == ActorKind.Person).Select(e => e.ActorName).Distinct().ToListAsync()));
    }

    protected async Task StepsAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var (maria, tomas, ines) = (await PersonsProgram.OfAsync(world.App, World.Maria), await PersonsProgram.OfAsync(world.App, World.Tomas), await PersonsProgram.OfAsync(world.App, World.Ines));
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (id, token) = Held(await maria.PostAsync($"{Path}/start"));
        string Step(string more = "") => $$"""{"lease_token":"{{token}}"{{more}}}""";
        MustSay(await tomas.PostAsync($"{Path}/{id}/lease"), 409, "INVALID_STATE", "taken");
        MustSay(await tomas.PostAsync($"{Path}/{id}/lease", """{"take_over":true}"""), 403, "FORBIDDEN", "admins_only");
        MustSay(await tomas.PostAsync($"{Path}/{id}/decide", Step(""","outcome":"approve","reason":"known_customer" """)), 409, "INVALID_STATE", "taken");
        Assert.Contains("reason required", (await maria.PostAsync($"{Path}/{id}/decide", Step(""","outcome":"approve" """))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("outcome required", (await maria.PostAsync($"{Path}/{id}/decide", Step(""","reason":"known_customer" """))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("lease_token required", (await maria.PostAsync($"{Path}/{id}/skip")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("list_entries[0].list_type format", (await maria.PostAsync($"{Path}/{id}/decide", Step(""","outcome":"decline","reason":"stolen_card","list_entries":[{"list_type":"odd"}]"""))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("label format", (await maria.PostAsync($"{Path}/{id}/decide", Step(""","outcome":"decline","reason":"stolen_card","label":"good" """))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("label required", (await maria.PostAsync($"{Path}/{id}/decide", Step(""","outcome":"approve","reason":"known_customer","label":"fraud" """))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("note required", (await maria.PostAsync($"{Path}/{id}/escalate", Step())).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("until required", (await maria.PostAsync($"{Path}/{id}/hold", Step(""","until":"2020-01-01T00:00:00Z" """))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains(Review(await tomas.PostAsync($"{Path}/{id}/note", """{"note":"I know this payer"}""")).GetProperty("history").EnumerateArray(), e => e.GetProperty("note").GetString() == "I know this payer");
        Assert.Equal("waiting", Review(await maria.PostAsync($"{Path}/{id}/release", Step())).GetProperty("state").GetString());
        MustSay(await maria.PostAsync($"{Path}/{id}/extend", Step()), 409, "INVALID_STATE", "lease_gone");
        MustSay(await maria.PostAsync($"{Path}/{id}/undo"), 409, "INVALID_STATE", "too_late");
        MustSay(await maria.PostAsync($"{Path}/{id}/reopen", """{"note":"why"}"""), 409, "INVALID_STATE", "not_closed");

        (id, token) = Held(await maria.PostAsync($"{Path}/start"));
        Review(await maria.PostAsync($"{Path}/{id}/skip", Step(""","reason":"not_my_area" """)));
        MustSay(await tomas.PostAsync($"{Path}/{id}/undo"), 409, "INVALID_STATE", "too_late");
        (var back, token) = Held(await maria.PostAsync($"{Path}/{id}/undo"));
        Assert.Equal(id, back);
        Assert.Contains(Review(await tomas.GetAsync($"{Path}/{id}")).GetProperty("history").EnumerateArray(), e => (e.GetProperty("kind").GetString(), e.GetProperty("reason").GetString()) == ("step_undone", "skipped"));
        Review(await maria.PostAsync($"{Path}/{id}/skip", Step(""","reason":"not_my_area" """)));
        (var second, token) = Held(await maria.PostAsync($"{Path}/start"));
        Assert.NotEqual(id, second);
        Assert.Equal("held", Review(await maria.PostAsync($"{Path}/{second}/hold", Step($""","until":"{world.App.Clock.GetUtcNow().AddHours(2):O}" """))).GetProperty("state").GetString());
        (var third, token) = Held(await maria.PostAsync($"{Path}/start"));
        var (taken, mine) = Held(await ines.PostAsync($"{Path}/{third}/lease", """{"take_over":true}"""));
        MustSay(await maria.PostAsync($"{Path}/{third}/escalate", Step(""","note":"Too hard for me" """)), 409, "INVALID_STATE", "taken");
        Assert.Equal(ReviewQueue.EscalatedNumber, Review(await ines.PostAsync($"{Path}/{taken}/escalate", $$"""{"lease_token":"{{mine}}","note":"Too hard for us"}""")).GetProperty("queue").GetInt32());
        (taken, mine) = Held(await ines.PostAsync($"{Path}/{taken}/lease"));
        Assert.Contains("note required", (await ines.PostAsync($"{Path}/{taken}/answer", $$"""{"lease_token":"{{mine}}"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        MustSay(await maria.PostAsync($"{Path}/{taken}/answer", $$"""{"lease_token":"{{mine}}","note":"It is theirs"}"""), 409, "INVALID_STATE", "taken");
        var answered = Review(await ines.PostAsync($"{Path}/{taken}/answer", $$"""{"lease_token":"{{mine}}","note":"It is theirs"}"""));
        Assert.Equal((1, "answered", "It is theirs", JsonValueKind.Null), answered.GetProperty("history").EnumerateArray().Single(e => e.GetProperty("kind").GetString() == "answered") is var line ? (answered.GetProperty("queue").GetInt32(), line.GetProperty("kind").GetString(), line.GetProperty("note").GetString(), line.GetProperty("until").ValueKind) : default);
        (taken, mine) = Held(await ines.PostAsync($"{Path}/{taken}/lease"));
        MustSay(await ines.PostAsync($"{Path}/{taken}/answer", $$"""{"lease_token":"{{mine}}","note":"Once more"}"""), 409, "INVALID_STATE", "no_question");
        MustSay(await maria.PostAsync($"{Path}/start", """{"queue":77}"""), 404, "NOT_FOUND", "no_queue");
        MustSay(await maria.GetAsync($"{Path}/{Guid.Empty}"), 404, "NOT_FOUND", "not_found");
        var none = Fit(await maria.PostAsync($"{Path}/start", """{"queue":1}"""), "ReviewHeld").Json;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (none.GetProperty("review").ValueKind, none.GetProperty("lease").ValueKind));
    }

    protected async Task HammerAsync()
    {
        const int people = 20;
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(people);
        await world.FoldedAsync();
        var programs = await Task.WhenAll((await world.AnalystsAsync(people)).Select(person => PersonsProgram.OfAsync(world.App, person)));
        var got = await Task.WhenAll(programs.Select(async p => Held(await p.PostAsync($"{Path}/start")).Id));
        Assert.Equal(people, got.Distinct().Count());
    }
}
