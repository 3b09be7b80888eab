using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What several reviews want on a list is there while one of them stands.</summary>
public abstract class SharedEntryStories
{
    private const string Payer = "ana@held.example";

    protected abstract PanelApp Make();

    private static ReviewVerdict Blocking(int? days) => new(ReviewOutcome.Decline, "stolen_card", Entries: [new(ListType.Email, ListSeverity.Block, days)]);

    protected async Task LastAsync(bool isNewestFirst)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HeldAsync(world, 2);
        await CloseAsync(world, 1, Blocking(90));
        var first = await EntryAsync(world);
        await CloseAsync(world, 2, Blocking(null));
        var second = await EntryAsync(world);
        Assert.Equal((first.Id, null, ListedByReview.Reason(await IdAsync(world, 2))), (second.Id, second.ExpiresAt, second.Reason));

        // Whoever looks at the payer, or at a payment that meets it, is led to the review.
        Assert.Equal("blocklist:email", await BlockedByAsync(world));
        var met = await world.App.InDbAsync(db => db.Set<StoredAssessment>().OrderByDescending(a => a.Seq).Select(a => a.Id).FirstAsync());
        foreach (var address in (string[])[$"/dashboard/entities/email/{Payer}", $"/dashboard/transactions/{met}"])
            Assert.Equal($"/dashboard/reviews/{await IdAsync(world, 2)}", (await world.App.As(World.Maria).PageAsync(address)).QuerySelector("a[data-review]")!.GetAttribute("href"));

        await ReopenAsync(world, isNewestFirst ? 2 : 1);
        var between = await EntryAsync(world);
        // What stands counts as its review wanted it, and says so.
        Assert.Equal(isNewestFirst ? (true, first.ExpiresAt, first.Reason) : (true, null, second.Reason), (between.IsActive, between.ExpiresAt, between.Reason));
        Assert.Equal("blocklist:email", await BlockedByAsync(world));
        await ReopenAsync(world, isNewestFirst ? 1 : 2);
        Assert.False((await EntryAsync(world)).IsActive);
        Assert.Equal("", await BlockedByAsync(world));
    }

    /// <summary>Whatever reviews wanted of it since, what somebody listed before stays.</summary>
    protected async Task PersonalAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HeldAsync(world, 2);
        await CloseAsync(world, 1, Blocking(90));
        var entry = await EntryAsync(world);
        using (var scope = world.App.Services.CreateScope())
        {
            var found = await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<ListEntry>().SingleAsync(e => e.Id == entry.Id);
            Assert.True(await scope.ServiceProvider.GetRequiredService<ChangeLists>().ChangeAsync(found, new(ListSeverity.Block, FlowScope.Both, found.Reason, null, true), (await world.PersonAsync(World.Maria)).Who));
        }
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await CloseAsync(world, 2, Blocking(30));
        await ReopenAsync(world, 2);
        await ReopenAsync(world, 1);
        Assert.True((await EntryAsync(world)).IsActive);
    }

    /// <summary>What the payment says of a device goes before the payment does: what its review listed is still found, and nothing is gone through for it.</summary>
    protected async Task ForgottenAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        for (var i = 1; i <= 2; i++) (await world.Shop.AssessAsync($$"""{"device":{"fingerprint":"fp_{{i}}"},"amount":100,"currency":"MXN","email":"{{Payer}}"}""")).MustBeGood();
        await world.FoldedAsync();
        for (var seq = 1; seq <= 2; seq++) await CloseAsync(world, seq, new(ReviewOutcome.Decline, "stolen_card", Entries: [new(ListType.DeviceFingerprint, ListSeverity.Block, null)]));
        var bare = new Facts();
        var bytes = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == 1).Select(a => a.Facts).SingleAsync());
        FactSnapshot.Read(bytes, bare);
        bare.Set(Known.Fingerprint, (string?)null);
        var cut = new byte[bytes.Length + 64];
        cut = cut[..FactSnapshot.Write(bare, cut)];
        await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == 1).ExecuteUpdateAsync(a => a.SetProperty(x => x.Facts, cut)));
        await ReopenAsync(world, 1);
        Assert.Equal([("fp_1", false), ("fp_2", true)], (await world.App.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Type == ListType.DeviceFingerprint).OrderBy(e => e.Value).Select(e => new { e.Value, e.IsActive }).ToListAsync())).Select(e => (e.Value, e.IsActive)));
    }

    private static async Task HeldAsync(ReviewWorld world, int count)
    {
        for (var i = 0; i < count; i++) (await world.Shop.AssessAsync($$"""{"amount":100,"currency":"MXN","email":"{{Payer}}"}""")).MustBeGood();
        await world.FoldedAsync();
    }

    private static async Task CloseAsync(ReviewWorld world, long seq, ReviewVerdict verdict)
    {
        var maria = await world.PersonAsync(World.Maria);
        var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
        Assert.Null((await world.DecideAsync(maria, lease, verdict)).Refusal);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
    }

    private static async Task ReopenAsync(ReviewWorld world, long seq)
    {
        // The page tells beforehand what becomes of it.
        var page = await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{await IdAsync(world, seq)}");
        Assert.NotNull(page.QuerySelector("form[action*=Reopen]"));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        var maria = await world.PersonAsync(World.Maria);
        using var scope = world.App.Services.CreateScope();
        var labels = scope.ServiceProvider.GetRequiredService<RecordLabels>();
        var before = await world.App.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().Where(e => e.Severity == ListSeverity.Block).ToDictionaryAsync(e => e.Id, e => (e.IsActive, e.Reason)));
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, seq, "The owner called", labels, default))).IsDone);
        var after = await world.App.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().Where(e => e.Severity == ListSeverity.Block).ToDictionaryAsync(e => e.Id, e => (e.IsActive, e.Reason)));
        var said = string.Join(' ', page.QuerySelectorAll("[data-on-reopening]").Select(p => p.TextContent));
        var expected = before.Any(b => b.Value.IsActive && !after[b.Key].IsActive) ? "Al reabrirla también se retira" : before.Any(b => b.Value.Reason != after[b.Key].Reason) ? "otra revisión vigente lo pide" : "Queda en la lista de todos modos";
        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    private static Task<Guid> IdAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync());

    private static Task<ListEntry> EntryAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().SingleAsync(e => e.Type == ListType.Email));

    private static async Task<string> BlockedByAsync(ReviewWorld world) =>
        (await world.Shop.AssessAsync($$"""{"amount":300,"currency":"MXN","email":"{{Payer}}"}""")).MustBeGood().Json.TryGetProperty("blocked_by", out var by) ? by.GetString() ?? "" : "";
}

public sealed class SharedEntryTests : SharedEntryStories
{
    protected override PanelApp Make() => new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task What_two_reviews_blocked_goes_with_the_last_of_them(bool isNewestFirst) => LastAsync(isNewestFirst);

    [Fact] public Task What_somebody_changed_between_two_reviews_stays() => PersonalAsync();

    [Fact] public Task What_is_no_longer_kept_of_the_payment_is_taken_off_all_the_same() => ForgottenAsync();
}

public sealed class PostgresSharedEntryTests : SharedEntryStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact]
    public async Task What_two_reviews_blocked_goes_with_the_last_of_them()
    {
        foreach (var isNewestFirst in new[] { true, false }) await LastAsync(isNewestFirst);
    }

    [PostgresFact] public Task What_somebody_changed_between_two_reviews_stays() => PersonalAsync();

    [PostgresFact] public Task What_is_no_longer_kept_of_the_payment_is_taken_off_all_the_same() => ForgottenAsync();
}
