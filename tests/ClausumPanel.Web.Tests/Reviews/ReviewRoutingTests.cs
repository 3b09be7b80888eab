using ClausumPanel.Assess;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class ReviewRoutingTests
{
    [Fact]
    public async Task What_a_new_policy_calls_large_counts_for_the_order_from_its_activation_on()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        const string payment = """{"amount":400000,"currency":"MXN","email":"x9k2q7w8z@held.example","billing":{"country":"US"},"payment_method":{"type":"card","card_country":"BR"},"device":{"ip":"201.141.1.2"}}""";
        (await world.Shop.AssessAsync(payment)).MustBeGood();
        await world.FoldedAsync();
        var routing = world.App.Services.GetRequiredService<ReviewRouting>();
        var before = routing.Router;
        await world.App.InDbAsync(async db =>
        {
            var active = await db.Set<PolicyVersion>().AsNoTracking().SingleAsync(p => p.State == PolicyState.Active);
            Assert.True(PolicyJson.TryReadStored(active.Document, out var policy, out _));
            await db.Set<PolicyVersion>().ExecuteUpdateAsync(p => p.SetProperty(x => x.State, PolicyState.Retired));
            policy = policy with { Version = 2, Limits = [.. policy.Limits.Where(l => l is not { Flow: Flow.PayIn, Currency: "MXN" }), new AmountLimit(Flow.PayIn, "MXN", null, null, null, 40_000_000)] };
            db.Add(new PolicyVersion { Version = 2, State = PolicyState.Active, Document = PolicyJson.Write(policy), Reason = "Larger is large", CreatedAt = world.App.Clock.GetUtcNow(), ActivatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveAndRaiseAsync(ChangeTopics.Policy);
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (routing.Router == before)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        (await world.Shop.AssessAsync(payment)).MustBeGood();
        await world.FoldedAsync();
        var stakes = await world.App.InDbAsync(db => db.Set<Review>().OrderBy(r => r.Seq).Select(r => r.Stake).ToListAsync());
        Assert.True(stakes is [> 0, var now] && now < stakes[0], string.Join(", ", stakes));
    }
}
