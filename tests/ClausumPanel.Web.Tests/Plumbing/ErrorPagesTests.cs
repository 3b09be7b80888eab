using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Plumbing;

public sealed class ErrorPagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task A_page_that_is_not_there_says_so_with_its_status()
    {
        var answer = await app.As(World.Maria).GetAsync("/dashboard/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.NotNull((await answer.HtmlAsync()).QuerySelector("main h1"));
    }

    [Fact]
    public async Task What_a_role_may_not_do_is_refused_written_down_and_explained()
    {
        var answer = await app.As(World.Victor).GetAsync("/dashboard/connections");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotNull((await answer.HtmlAsync()).QuerySelector("main h1"));
        var entry = await app.InDbAsync(db => db.AuditEntries.OrderByDescending(e => e.Sequence).FirstAsync());
        Assert.Equal((AuditActions.AccessRefused, World.Victor.Name), (entry.Action, entry.ActorName));
    }

    [Fact]
    public async Task A_viewer_who_posts_is_refused_even_with_a_valid_token()
    {
        var victor = app.As(World.Victor);
        using var page = await victor.GetAsync("/account/profile");
        var form = await Form.ReadAsync(page, "main form[method=post]");
        Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync("/dashboard/connections/new?type=server", form.Content)).StatusCode);
        Assert.Equal(0, await app.InDbAsync(db => db.ApiKeys.CountAsync()));
    }

    [Fact]
    public async Task A_page_under_the_api_is_not_answered_with_html()
    {
        var answer = await app.Anonymous().GetAsync("/api/v1/nowhere");
        Assert.NotEqual("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_server_is_ready_while_the_database_takes_writes_and_not_when_it_does_not()
    {
        await using var own = await PanelApp.StartAsync();
        var caller = own.Anonymous();
        await ReadyAsync(caller);

        await using var blocker = new Microsoft.Data.Sqlite.SqliteConnection(own.Database.ConnectionString + ";Pooling=false");
        blocker.Open();
        await using (var transaction = blocker.BeginTransaction())
        {
            own.Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await caller.GetAsync("/health/ready")).StatusCode);
            Assert.Equal("live", await caller.GetStringAsync("/health/live"));
        }
        own.Clock.Advance(TimeSpan.FromSeconds(2));
        await ReadyAsync(caller);
    }

    // What is kept in memory is read after the start: ready says so, until it is there.
    private static async Task ReadyAsync(HttpClient caller)
    {
        for (var deadline = Environment.TickCount64 + 30_000; (await caller.GetAsync("/health/ready")).StatusCode != HttpStatusCode.OK; await Task.Yield())
            Assert.True(Environment.TickCount64 < deadline, "It was not ready within half a minute.");
    }
}
