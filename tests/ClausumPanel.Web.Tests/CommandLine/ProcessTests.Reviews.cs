using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.CommandLine;

public sealed partial class ProcessTests
{
    private const string Reviews = "/dashboard/reviews";

    [Fact]
    public async Task A_kill_with_leases_held_and_a_decision_that_can_still_be_undone_loses_and_blocks_nothing()
    {
        const int items = 6;
        await using var database = await TestDatabase.SqliteAsync();
        await using var storage = database.Services();
        var (key, text) = ApiKey.Issue("shop", KeyType.Server, DateTimeOffset.UtcNow);
        key.PerMinute = 1_000_000;
        await InAsync(storage, async db =>
        {
            db.Add(key);
            db.Add(new ListEntry { Type = ListType.EmailDomain, Value = "held.example", Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
            (await db.Set<ReviewQueue>().SingleAsync(q => q.Number == 1)).UndoSeconds = 30;
            await db.SaveAndRaiseAsync(ChangeTopics.Keys);
        });
        (string, string)[] settings =
            [("ConnectionStrings__Panel", database.ConnectionString), ("Panel__Audit__Key", TestDatabase.AuditKey), ("Panel__Security__RequireHttps", "false"), ("Panel__Security__RequireSecondFactor", "false")];
        var (marias, tomas) = (new CookieContainer(), new CookieContainer());

        string mariasFirst, tomasFirst, tomasToken;
        using (var server = Start([], settings))
        {
            using var http = await ListeningAsync(server);
            for (var i = 0; i < items; i++) await AssessAsync(http, text, i);
            using var maria = Browser(http, marias);
            using var tom = Browser(http, tomas);
            await SignInAsync(maria, World.Maria);
            await SignInAsync(tom, World.Tomas);
            while ((await maria.PageAsync(Reviews)).QuerySelector("[data-waiting]")!.TextContent != $"{items}") Assert.False(server.HasExited);
            mariasFirst = await StartAsync(maria);
            tomasFirst = await StartAsync(tom);
            tomasToken = (await tom.PageAsync(tomasFirst)).QuerySelector("#decide [name=Token]")!.GetAttribute("value")!;
            var second = await ApproveAsync(maria, mariasFirst);
            using var ahead = await maria.PostAsync($"{second.Split('?')[0]}?handler=Ahead", Form.Read(await maria.PageAsync(second), "#decide", second).Content);
            Assert.Equal(HttpStatusCode.OK, ahead.StatusCode);
            server.Kill();
            await server.WaitForExitAsync();
        }
        var left = await InAsync(storage, db => db.Set<Review>().AsNoTracking().ToListAsync());
        Assert.Equal((1, 3, 1), (left.Count(r => r.State == ReviewState.Decided), left.Count(r => r.LeaseOwner != null), left.Count(r => r.LeaseIsAhead)));

        // A moment later: who had something has it still, nothing has been told, and the decision could still be undone.
        using (var server = Start([], settings))
        {
            using var http = await ListeningAsync(server);
            using var tom = Browser(http, tomas);
            Assert.Equal(tomasToken, (await tom.PageAsync(tomasFirst)).QuerySelector("#decide [name=Token]")!.GetAttribute("value"));
            await ApproveAsync(tom, tomasFirst);
            using var outside = await FindAsync(http, text, mariasFirst);
            Assert.Equal(JsonValueKind.Null, outside.RootElement.GetProperty("final_decision").ValueKind);
            server.Kill();
            await server.WaitForExitAsync();
        }

        // A quarter of an hour passes while nothing runs.
        await InAsync(storage, db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, x => x.LeaseUntil - 900_000).SetProperty(x => x.SettlesAt, x => x.SettlesAt - 900_000)));
        using (var server = Start([], settings))
        {
            using var http = await ListeningAsync(server);
            using var tom = Browser(http, tomas);
            foreach (var decided in (string[])[mariasFirst, tomasFirst])
            {
                while (true)
                {
                    using var outside = await FindAsync(http, text, decided);
                    if (outside.RootElement.GetProperty("final_decision").GetString() == "approve") break;
                    Assert.False(server.HasExited);
                }
            }
            // What María had, and what was kept ready for her, is had by whoever asks.
            var next = await StartAsync(tom);
            for (var decided = 2; decided < items; decided++) next = await ApproveAsync(tom, next);
            server.Kill();
            await server.WaitForExitAsync();
        }
        await InAsync(storage, async db =>
        {
            Assert.Equal(0, await db.Set<Review>().CountAsync(r => r.State == ReviewState.Open || r.LeaseOwner != null));
            var events = await db.Set<ReviewEvent>().AsNoTracking().ToListAsync();
            Assert.Equal(Enumerable.Repeat(1, items), events.Where(e => e.Kind == ReviewEventKind.Decided).GroupBy(e => e.Seq).Select(g => g.Count()));
            Assert.Equal([1, 1], events.Where(e => e.Kind == ReviewEventKind.Closed).GroupBy(e => e.Seq).Select(g => g.Count()));
            Assert.Equal((2, 2), (await db.Set<Label>().CountAsync(), await db.Set<OutboxEvent>().CountAsync(e => e.Type == OutboxEventType.ReviewClosed)));
        });
    }

    private static async Task InAsync(ServiceProvider storage, Func<PanelDb, Task> use)
    {
        await using var scope = storage.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    private static async Task<T> InAsync<T>(ServiceProvider storage, Func<PanelDb, Task<T>> use)
    {
        await using var scope = storage.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    private static HttpClient Browser(HttpClient server, CookieContainer cookies) =>
        new(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = server.BaseAddress };

    private static async Task SignInAsync(HttpClient browser, Person person)
    {
        using var answer = await browser.SubmitAsync("/account/login", "form[method=post]:has([name='Input.Password'])", ("Input.Email", person.Email), ("Input.Password", World.Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    private static async Task AssessAsync(HttpClient http, string key, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/assess") { Content = new StringContent($$"""{"amount":{{20_000 + number}},"currency":"MXN","email":"payer{{number}}@held.example"}""", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request);
        Assert.Contains("\"decision\":\"review\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<JsonDocument> FindAsync(HttpClient http, string key, string item)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/assessments/{item.Split('?')[0].Split('/')[^1]}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> StartAsync(HttpClient browser)
    {
        using var started = await browser.SubmitAsync(Reviews, "form[action*=Start]");
        Assert.Equal(HttpStatusCode.Redirect, started.StatusCode);
        return started.Headers.Location!.OriginalString;
    }

    private static async Task<string> ApproveAsync(HttpClient browser, string item)
    {
        using var decided = await browser.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);
        return decided.Headers.Location!.OriginalString;
    }
}
