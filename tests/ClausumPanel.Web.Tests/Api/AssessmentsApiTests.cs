using System.Text.Json;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>A shop asks later what became of a payment.</summary>
public sealed class AssessmentsApiTests
{
    [Fact]
    public async Task What_was_answered_is_given_again_with_what_people_made_of_it_once_it_is_for_good()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var answered = (await world.Shop.AssessAsync("""{"amount":20001,"currency":"MXN","email":"payer@held.example","order_id":"o-1"}""")).MustBeGood();
        await world.FoldedAsync();
        var waiting = await AskAsync(world.Shop, answered.Id);
        foreach (var member in answered.Json.EnumerateObject()) Assert.Equal(member.Value.GetRawText(), waiting.GetProperty(member.Name).GetRawText());
        Assert.Equal(("waiting", 0, null, null), State(waiting));

        var maria = await world.PersonAsync(World.Maria);
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.Equal(("in_review", 0, null, null), State(await AskAsync(world.Shop, answered.Id)));
        Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Approve, "known_customer", "She has bought for years"))).IsDone);
        var decided = await AskAsync(world.Shop, answered.Id);
        Assert.Equal(("decided", 1, null, null), State(decided));
        Assert.Equal(JsonValueKind.Null, decided.GetProperty("review").GetProperty("reason").ValueKind);
        Assert.Equal(JsonValueKind.Null, decided.GetProperty("label").ValueKind);

        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        await world.SettleAsync();
        var closed = await AskAsync(world.Shop, answered.Id);
        Assert.Equal(("closed", 2, "approve", "approve"), State(closed));
        Assert.Equal(("review", "known_customer", false), (closed.GetProperty("decision").GetString(), closed.GetProperty("review").GetProperty("reason").GetString(), closed.GetProperty("review").GetProperty("timed_out").GetBoolean()));
        Assert.Equal(TestClock.Start, closed.GetProperty("review").GetProperty("decided_at").GetDateTimeOffset());
        Assert.Equal(("good", "analyst"), (closed.GetProperty("label").GetProperty("outcome").GetString(), closed.GetProperty("label").GetProperty("source").GetString()));
        Assert.DoesNotContain("years", closed.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("María", closed.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("payer@held.example", closed.GetRawText(), StringComparison.Ordinal);
        ReferenceTests.MustFit(closed, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("AssessmentState"), "closed");

        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, lease.Seq, "The owner called", labels, default))).IsDone);
        Assert.Equal(("waiting", 3, null, null), State(await AskAsync(world.Shop, answered.Id)));
    }

    [Fact]
    public async Task What_time_decided_says_so_and_where_nobody_has_to_look_the_engine_has_decided()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var good = (await world.Shop.AssessAsync(Shop.Minimum)).MustBeGood();
        var held = (await world.Shop.AssessAsync("""{"amount":20001,"currency":"MXN","email":"payer@held.example"}""")).MustBeGood();
        await world.FoldedAsync();
        Assert.Equal(("none", 0, null, "approve"), State(await AskAsync(world.Shop, good.Id)));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline)));
        world.App.Clock.Advance(TimeSpan.FromMinutes(61));
        await world.SettleAsync();
        var out_ = await AskAsync(world.Shop, held.Id);
        Assert.Equal(("closed", 2, "decline", "decline"), State(out_));
        Assert.True(out_.GetProperty("review").GetProperty("timed_out").GetBoolean());
        Assert.Equal(JsonValueKind.Null, out_.GetProperty("label").ValueKind);
    }

    [Fact]
    public async Task Only_a_server_key_that_may_read_is_answered_and_only_for_what_is_there()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var id = (await world.Shop.AssessAsync(Shop.Minimum)).MustBeGood().Id;
        var path = "/api/v1/assessments/";
        (await Answer.OfAsync(await world.App.CreateDefaultClient().GetAsync(path + id))).MustRefuse(401, "UNAUTHORIZED");
        (await Answer.OfAsync(await (await Shop.OpenAsync(world.App, KeyType.Checkout)).Client.GetAsync(path + id))).MustRefuse(403, "SECRET_KEY_REQUIRED");
        (await Answer.OfAsync(await (await Shop.OpenAsync(world.App, change: k => k.Permissions = KeyPermissions.Assess)).Client.GetAsync(path + id))).MustRefuse(403, "FORBIDDEN");
        foreach (var wrong in (string[])[Guid.NewGuid().ToString(), "1", id.Replace("-", "", StringComparison.Ordinal), id[..^1] + (id[^1] == '0' ? '1' : '0'), "%20"])
            (await Answer.OfAsync(await world.Shop.Client.GetAsync(path + wrong))).MustRefuse(404, "NOT_FOUND");
    }

    private static async Task<JsonElement> AskAsync(Shop shop, string id) => (await Answer.OfAsync(await shop.Client.GetAsync("/api/v1/assessments/" + id))).MustBeGood().Json;

    private static (string? Status, int Version, string? Outcome, string? Final) State(JsonElement answer)
    {
        var review = answer.GetProperty("review");
        return (review.GetProperty("status").GetString(), review.GetProperty("version").GetInt32(), review.GetProperty("outcome").GetString(), answer.GetProperty("final_decision").GetString());
    }
}
