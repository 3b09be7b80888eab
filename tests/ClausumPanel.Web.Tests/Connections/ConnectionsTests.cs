using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Connections;

public sealed class ConnectionsTests(PanelApp app) : IClassFixture<PanelApp>
{
    private ApiKeyRing Ring => app.Services.GetRequiredService<ApiKeyRing>();

    private static async Task<string> CreateAsync(HttpClient browser, string type, string name, params (string, string)[] more)
    {
        var answer = await browser.SubmitAsync($"/dashboard/connections/new?type={type}", [("Input.Name", name), ("Input.Password", World.Password), .. more]);
        var shown = (await answer.HtmlAsync()).QuerySelector("#key") ?? throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return shown.GetAttribute("value")!;
    }

    private async Task<KeyRefusal> SeenByTheServerAsync(string key, KeyRefusal expected)
    {
        var deadline = Environment.TickCount64 + 5_000;
        KeyRefusal why;
        do
        {
            Ring.TryFind(key, out _, out why);
            if (why != expected) await Task.Yield();
        }
        while (why != expected && Environment.TickCount64 < deadline);
        return why;
    }

    [Fact]
    public async Task A_key_is_shown_once_and_works_within_a_second()
    {
        var ines = app.As(World.Ines);
        var key = await CreateAsync(ines, "server", "the shop's backend", ("Input.PerMinute", "250"));
        Assert.Equal(KeyRefusal.None, await SeenByTheServerAsync(key, KeyRefusal.None));
        Assert.True(Ring.TryFind(key, out var info, out _));
        Assert.Equal((250, KeyType.Server), (info.PerMinute, info.Type));

        var list = await ines.PageAsync("/dashboard/connections");
        Assert.Contains("the shop's backend", list.Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(key, list.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Empty(await app.InDbAsync(db => db.AuditEntries.Where(e => e.After!.Contains(key) || e.Before!.Contains(key)).ToListAsync()));
    }

    [Fact]
    public async Task A_checkout_key_keeps_its_origins_and_refuses_what_is_none()
    {
        var ines = app.As(World.Ines);
        var key = await CreateAsync(ines, "checkout", "the shop's page", ("Input.Origins", "https://Shop.example\nhttps://www.shop.example/"));
        Assert.StartsWith("clm_pub_", key, StringComparison.Ordinal);
        await SeenByTheServerAsync(key, KeyRefusal.None);
        Assert.True(Ring.TryFind(key, out var info, out _));
        Assert.True(info.AllowsOrigin("https://shop.example") && info.AllowsOrigin("https://www.shop.example") && !info.AllowsOrigin("https://evil.example"));

        var refused = await ines.SubmitAsync("/dashboard/connections/new?type=checkout", ("Input.Name", "x"), ("Input.Password", World.Password), ("Input.Origins", "https://shop.example/path"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Theory]
    [InlineData("Input.PerMinute", "0")]
    [InlineData("Input.PerDay", "-1")]
    [InlineData("Input.Name", "")]
    [InlineData("Input.Password", "not my password")]
    public async Task A_wrong_field_makes_no_key(string field, string value)
    {
        var before = await app.InDbAsync(db => db.ApiKeys.CountAsync());
        (string, string)[] fields = [("Input.Name", "never made"), ("Input.Password", World.Password), (field, value)];
        var answer = await app.As(World.Ines).SubmitAsync("/dashboard/connections/new?type=server", fields);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(before, await app.InDbAsync(db => db.ApiKeys.CountAsync()));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_within_a_second_and_the_trail_says_who_did_it()
    {
        var ines = app.As(World.Ines);
        var key = await CreateAsync(ines, "ingest", "the gateway's events");
        await SeenByTheServerAsync(key, KeyRefusal.None);
        var id = await app.InDbAsync(db => db.ApiKeys.Where(k => k.Name == "the gateway's events").Select(k => k.Id).SingleAsync());
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"/dashboard/connections/revocation/{id}")).StatusCode);
        Assert.Equal(KeyRefusal.Revoked, await SeenByTheServerAsync(key, KeyRefusal.Revoked));

        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == id.ToString()).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal([AuditActions.KeyCreated, AuditActions.KeyRevoked], trail.Select(e => e.Action));
        Assert.All(trail, e => Assert.Equal(World.Ines.Name, e.ActorName));
    }

    [Fact]
    public async Task A_rotated_key_works_beside_the_new_one_for_as_long_as_was_chosen()
    {
        var ines = app.As(World.Ines);
        var old = await CreateAsync(ines, "server", "to be rotated", ("Input.PerDay", "5000"));
        var id = await app.InDbAsync(db => db.ApiKeys.Where(k => k.Name == "to be rotated").Select(k => k.Id).SingleAsync());
        var answer = await ines.SubmitAsync($"/dashboard/connections/rotation/{id}", ("Input.OverlapHours", "24"), ("Input.Password", World.Password));
        var next = (await answer.HtmlAsync()).QuerySelector("#key")!.GetAttribute("value")!;
        Assert.Equal(KeyRefusal.None, await SeenByTheServerAsync(next, KeyRefusal.None));
        Assert.True(Ring.TryFind(next, out var info, out _));
        Assert.Equal(5000, info.PerDay);
        Assert.True(Ring.TryFind(old, out _, out _));
    }

    [Fact]
    public async Task An_analyst_sees_the_keys_and_makes_none_and_a_viewer_sees_nothing()
    {
        var id = Guid.NewGuid();
        var maria = app.As(World.Maria);
        var list = await maria.PageAsync("/dashboard/connections");
        Assert.Empty(list.QuerySelectorAll("a[href*='/connections/new']"));
        foreach (var path in (string[])["/dashboard/connections/new?type=server", $"/dashboard/connections/revocation/{id}", $"/dashboard/connections/rotation/{id}"])
            Assert.Equal(HttpStatusCode.Forbidden, (await maria.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.As(World.Victor).GetAsync("/dashboard/connections")).StatusCode);
    }
}
