using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Storage;

public sealed class ApiKeyRingTests(PanelApp app) : IClassFixture<PanelApp>
{
    private ApiKeyRing Ring => app.Services.GetRequiredService<ApiKeyRing>();

    private KeyRefusal Why(string? presented)
    {
        Ring.TryFind(presented, out _, out var why);
        return why;
    }

    [Fact]
    public async Task Every_reason_to_refuse_has_its_name()
    {
        var good = await app.IssueKeyAsync();
        Assert.Equal(KeyRefusal.None, Why(good));
        Assert.Equal(KeyRefusal.Missing, Why(""));
        Assert.Equal(KeyRefusal.Unknown, Why(KeyText.Create(KeyType.Server)));
        Assert.Equal(KeyRefusal.Revoked, Why(await app.IssueKeyAsync(KeyType.Server, k => k.Revoke(null, app.Clock.GetUtcNow()))));
        Assert.Equal(KeyRefusal.Expired, Why(await app.IssueKeyAsync(KeyType.Server, k => k.ExpiresAt = app.Clock.GetUtcNow())));
        foreach (var wrong in (string[])["x", "clm_sk_", good + "x", good[..^1], good.ToUpperInvariant(), good.Replace("clm_sk_", "clm_wh_", StringComparison.Ordinal), "Bearer " + good, good[..^1] + "é", new string('a', 100_000)])
            Assert.Equal(KeyRefusal.Malformed, Why(wrong));
    }

    [Fact]
    public void Any_single_wrong_character_is_noticed_before_anything_is_looked_up()
    {
        var key = KeyText.Create(KeyType.Checkout);
        for (var i = 0; i < key.Length; i++)
        {
            var wrong = key.ToCharArray();
            wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
            Assert.False(KeyText.TryRead(wrong, out _), new string(wrong));
        }
    }

    [Fact]
    public async Task Finding_a_key_allocates_nothing()
    {
        var key = await app.IssueKeyAsync();
        for (var i = 0; i < 100; i++) Ring.TryFind(key, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Ring.TryFind(key, out _, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task When_a_key_was_last_used_is_written_down_and_survives_a_reload()
    {
        var key = await app.IssueKeyAsync();
        Ring.TryFind(key, out var info, out _);
        await app.InDbAsync(db => Ring.ReloadAsync(db, CancellationToken.None));
        await app.InDbAsync(db => Ring.WriteUsesAsync(db, CancellationToken.None));
        Assert.Equal(app.Clock.GetUtcNow(), await app.InDbAsync(db => db.ApiKeys.Where(k => k.Id == info.Id).Select(k => k.LastUsedAt).SingleAsync()));
    }

    [Fact]
    public async Task A_restart_does_not_begin_the_day_anew()
    {
        var key = await app.IssueKeyAsync();
        Ring.TryFind(key, out var info, out _);
        for (var i = 0; i < 3; i++) Assert.True(info.Use.Take(app.Clock.GetUtcNow(), 100, 5).Allowed);
        await app.InDbAsync(db => Ring.WriteUsesAsync(db, CancellationToken.None));

        var restarted = new ApiKeyRing(app.Clock);
        await app.InDbAsync(db => restarted.ReloadAsync(db, CancellationToken.None));
        restarted.TryFind(key, out info, out _);
        Assert.Equal([1, 0], [info.Use.Take(app.Clock.GetUtcNow(), 100, 5).Remaining, info.Use.Take(app.Clock.GetUtcNow(), 100, 5).Remaining]);
        Assert.False(info.Use.Take(app.Clock.GetUtcNow(), 100, 5).Allowed);
        Assert.Equal(4, info.Use.Take(app.Clock.GetUtcNow().AddDays(1), 100, 5).Remaining);
    }

    [Fact]
    public async Task A_star_allows_everything_of_the_type_and_a_list_only_what_is_in_it()
    {
        Ring.TryFind(await app.IssueKeyAsync(KeyType.Server, k => k.Permissions = "*"), out var star, out _);
        Ring.TryFind(await app.IssueKeyAsync(KeyType.Server, k => k.Permissions = "assess"), out var narrow, out _);
        Assert.True(star.Allows(KeyPermissions.ReportFraud));
        Assert.True(narrow.Allows(KeyPermissions.Assess));
        Assert.False(narrow.Allows(KeyPermissions.ReportFraud));
    }
}
