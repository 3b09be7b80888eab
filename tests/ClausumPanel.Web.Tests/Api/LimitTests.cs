using System.Globalization;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Api;

public sealed class LimitTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task The_limit_is_exact_however_many_call_at_once()
    {
        var shop = await Shop.OpenAsync(app, change: key => key.PerMinute = 40);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => shop.AssessAsync(Shop.Minimum))));

        var good = answers.Where(a => a.Code == 200).ToList();
        Assert.Equal(40, good.Count);
        Assert.Equal(Enumerable.Range(0, 40), good.Select(a => int.Parse(a.Header("X-RateLimit-Remaining")!, CultureInfo.InvariantCulture)).Order());
        Assert.All(answers.Where(a => a.Code != 200), a =>
        {
            a.MustRefuse(429, "RATE_LIMIT_EXCEEDED");
            Assert.Equal("0", a.Header("X-RateLimit-Remaining"));
            var reset = long.Parse(a.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
            Assert.InRange(reset - app.Clock.GetUtcNow().ToUnixTimeSeconds(), 1, 60);
            Assert.Equal(reset - app.Clock.GetUtcNow().ToUnixTimeSeconds(), long.Parse(a.Header("Retry-After")!, CultureInfo.InvariantCulture));
        });

        app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
    }

    [Fact]
    public async Task A_key_as_it_is_made_may_call_a_hundred_times_a_minute()
    {
        await Shop.ReadyAsync(app);
        var shop = new Shop(app, app.With(await app.IssueKeyAsync()));
        Assert.Equal("99", (await shop.AssessAsync(Shop.Minimum)).MustBeGood().Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task A_day_has_its_limit_too()
    {
        var shop = await Shop.OpenAsync(app, change: key => key.PerDay = 3);
        for (var left = 2; left >= 0; left--) Assert.Equal(left.ToString(CultureInfo.InvariantCulture), (await shop.AssessAsync(Shop.Minimum)).MustBeGood().Header("X-RateLimit-Remaining"));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        var over = (await shop.AssessAsync(Shop.Minimum)).MustRefuse(429, "RATE_LIMIT_EXCEEDED");
        var midnight = new DateTimeOffset(app.Clock.GetUtcNow().Date.AddDays(1), TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.Equal(midnight.ToString(CultureInfo.InvariantCulture), over.Header("X-RateLimit-Reset"));
        app.Clock.Advance(TimeSpan.FromDays(1));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
    }

    [Fact]
    public async Task A_replay_costs_nothing()
    {
        var shop = await Shop.OpenAsync(app, change: key => key.PerMinute = 3);
        for (var i = 0; i < 10; i++) Assert.Equal("2", (await shop.AssessAsync(Shop.Minimum, ("Idempotency-Key", "free"))).MustBeGood().Header("X-RateLimit-Remaining"));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum)).MustRefuse(429, "RATE_LIMIT_EXCEEDED");
    }

    [Fact]
    public async Task One_keys_limit_is_not_anothers()
    {
        var first = await Shop.OpenAsync(app, change: key => key.PerMinute = 1);
        var second = await Shop.OpenAsync(app, change: key => key.PerMinute = 1);
        (await first.AssessAsync(Shop.Minimum)).MustBeGood();
        (await first.AssessAsync(Shop.Minimum)).MustRefuse(429, "RATE_LIMIT_EXCEEDED");
        (await second.AssessAsync(Shop.Minimum)).MustBeGood();
    }

    [Fact]
    public async Task Wrong_bodies_use_the_limit_up()
    {
        var shop = await Shop.OpenAsync(app, change: key => key.PerMinute = 2);
        (await shop.AssessAsync("x")).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Equal("0", (await shop.AssessAsync("x")).MustRefuse(400, "VALIDATION_ERROR").Header("X-RateLimit-Remaining"));
        (await shop.AssessAsync("x")).MustRefuse(429, "RATE_LIMIT_EXCEEDED");
    }
}
