using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Webhooks;

public sealed class WebhookPagesTests
{
    private const string List = "/dashboard/connections/webhooks";

    private static async Task<(Guid Id, string Secret)> AddAsync(HookApp app, HttpClient browser, string url)
    {
        var answer = await browser.SubmitAsync($"{List}/new", ("Input.Url", url), ("Input.Description", "the shop"), ("Input.Events", "case.created"), ("Password", World.Password));
        var page = await answer.HtmlAsync();
        var secret = page.QuerySelector("#secret")?.GetAttribute("value") ?? throw new InvalidOperationException(page.Body!.TextContent);
        return (await app.InDbAsync(db => db.WebhookEndpoints.Where(e => e.Url == url).Select(e => e.Id).SingleAsync()), secret);
    }

    private static Task<Case?> OpenCaseAsync(HookApp app) => app.DoAsync<ChangeCases, Case?>(c => c.OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Phishing), CaseOrigin.Manual), HookApp.Ines, default));

    [Fact]
    public async Task A_secret_is_shown_once_and_stands_nowhere_else()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var ines = app.As(World.Ines);
        var (id, secret) = await AddAsync(app, ines, receiver.Url);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        await OpenCaseAsync(app);
        await app.UntilAsync(() => receiver.Calls.Count == 1, "a call");
        Assert.True(receiver.Calls.Single().IsSignedWith(secret));

        var delivery = Assert.Single(await app.DeliveriesAsync(id)).Id;
        foreach (var path in (string[])[List, $"{List}/{id}", $"{List}/{id}/edit", $"{List}/{id}/rotation", $"{List}/{id}/removal", $"{List}/{id}/deliveries/{delivery}", "/dashboard/audit", "/dashboard/audit/export?format=csv"])
            Assert.DoesNotContain(secret[6..], await (await ines.GetAsync(path)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await app.InDbAsync(db => db.AuditEntries.Where(e => e.After!.Contains(secret) || e.Before!.Contains(secret)).ToListAsync()));
        // Nor in the clear in any file of the database.
        var bytes = await app.InDbAsync(db => db.WebhookEndpoints.Select(e => e.Secret).SingleAsync());
        Assert.DoesNotContain(secret, System.Text.Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_is_ever_logged_or_repeated_in_an_error()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        const string provider = "whsec_provider_1f2e3d4c5b6a7980";
        var ines = app.As(World.Ines);
        var (id, first) = await AddAsync(app, ines, receiver.Url);
        var next = (await (await ines.SubmitAsync($"{List}/{id}/rotation", ("Password", World.Password))).HtmlAsync()).QuerySelector("#secret")!.GetAttribute("value")!;
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync("/dashboard/connections/events/stripe", "form[autocomplete=off]", ("Secret", provider), ("Password", World.Password))).StatusCode);
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await OpenCaseAsync(app);
        await app.UntilAsync(() => !receiver.Calls.IsEmpty, "a call");
        var ingest = await app.IssueKeyAsync(ClausumPanel.Storage.Keys.KeyType.Ingest);
        var refused = await Api.Answer.OfAsync(await app.With(ingest).PostAsync("/api/webhooks/stripe", new StringContent("{}")));
        var wrong = await Api.Answer.OfAsync(await app.With(ingest).PostAsync("/api/webhooks/ingest", new StringContent("{", System.Text.Encoding.UTF8, "application/json")));
        Assert.Equal((401, 400), (refused.Code, wrong.Code));
        foreach (var secret in (string[])[first, next, provider, ingest])
        {
            Assert.DoesNotContain(secret, refused.Text + wrong.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(app.Logged, line => line.Contains(secret, StringComparison.Ordinal));
        }
        Assert.NotEmpty(app.Logged);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_until_the_overlap_is_over()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var ines = app.As(World.Ines);
        var (id, old) = await AddAsync(app, ines, receiver.Url);
        var answer = await ines.SubmitAsync($"{List}/{id}/rotation", ("OverlapHours", "1"), ("Password", World.Password));
        var next = (await answer.HtmlAsync()).QuerySelector("#secret")!.GetAttribute("value")!;
        Assert.NotEqual(old, next);
        await OpenCaseAsync(app);
        await app.UntilAsync(() => receiver.Calls.Count == 1, "a call");
        Assert.True(receiver.Calls.Last().IsSignedWith(old) && receiver.Calls.Last().IsSignedWith(next));
        app.Clock.Advance(TimeSpan.FromMinutes(61));
        ines = app.As(World.Ines);
        await OpenCaseAsync(app);
        await app.UntilAsync(() => receiver.Calls.Count == 2, "another");
        Assert.True(!receiver.Calls.Last().IsSignedWith(old) && receiver.Calls.Last().IsSignedWith(next));

        var refused = await ines.SubmitAsync($"{List}/{id}/rotation", ("Password", "not mine"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.WebhookRotated)));
    }

    [Fact]
    public async Task A_test_shows_at_once_what_was_sent_and_what_was_answered()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 418;
            return context.Response.WriteAsync("I am <b>a teapot</b>");
        };
        var ines = app.As(World.Ines);
        var (id, secret) = await AddAsync(app, ines, receiver.Url);
        var answer = await ines.SubmitAsync($"{List}/{id}", "form#test");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        var page = await ines.PageAsync(answer.Headers.Location!.ToString());
        Assert.Contains("418", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("I am <b>a teapot</b>", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("webhook.test", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.True(receiver.Calls.Single().IsSignedWith(secret));
        // A test that fails says nothing of the endpoint, and is not repeated.
        Assert.Equal(0, (await app.EndpointAsync(id)).Failures);
        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.SendAsync();
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task One_delivery_or_all_that_were_given_up_are_sent_again()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var ines = app.As(World.Ines);
        var (id, _) = await AddAsync(app, ines, receiver.Url);
        await OpenCaseAsync(app);
        await OpenCaseAsync(app);
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Count(d => d.State == DeliveryState.Delivered) == 2, "two");
        var first = (await app.DeliveriesAsync(id))[0];
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{List}/{id}/deliveries/{first.Id}", "form#replay")).StatusCode);
        await app.UntilAsync(() => receiver.Calls.Count == 3, "the replay");
        Assert.Equal(2, receiver.Calls.Count(c => c.Headers["X-Clausum-Delivery"] == first.Id.ToString()));
        Assert.Equal(receiver.Calls.First(c => c.Headers["X-Clausum-Delivery"] == first.Id.ToString()).Body, receiver.Calls.Last().Body);

        await app.InDbAsync(db => db.WebhookDeliveries.Where(d => d.EndpointId == id).ExecuteUpdateAsync(d => d.SetProperty(x => x.State, DeliveryState.Failed)));
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{List}/{id}", "form#replay-failed")).StatusCode);
        await app.UntilAsync(() => receiver.Calls.Count == 5, "both again");
        var replayed = await app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.WebhookReplayed).ToListAsync());
        Assert.Equal([World.Ines.Name, World.Ines.Name], replayed.Select(e => e.ActorName));
    }

    [Fact]
    public async Task Pausing_changing_resuming_and_removing_are_written_into_the_trail()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var ines = app.As(World.Ines);
        var (id, _) = await AddAsync(app, ines, receiver.Url);
        await ines.SubmitAsync($"{List}/{id}", "form#pause");
        Assert.Equal(EndpointState.Paused, (await app.EndpointAsync(id)).State);
        await ines.SubmitAsync($"{List}/{id}", "form#resume");
        Assert.Equal(EndpointState.Active, (await app.EndpointAsync(id)).State);
        var changed = await ines.SubmitAsync($"{List}/{id}/edit", ("Input.Description", "another word"), ("Password", World.Password));
        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        await ines.SubmitAsync($"{List}/{id}/removal");
        Assert.Equal(EndpointState.Removed, (await app.EndpointAsync(id)).State);
        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == id.ToString()).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
        Assert.Equal([AuditActions.WebhookCreated, AuditActions.WebhookPaused, AuditActions.WebhookResumed, AuditActions.WebhookChanged, AuditActions.WebhookRemoved], trail);
        Assert.DoesNotContain(receiver.Url, (await ines.PageAsync(List)).Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Input.Url", "http://shop.example/hooks", "https://")]
    [InlineData("Input.Url", "https://3232235777/", "number")]
    [InlineData("Input.Url", "https://localhost/", "public")]
    [InlineData("Password", "not my password", "password")]
    public async Task A_wrong_field_is_named_and_adds_nothing(string field, string value, string word)
    {
        await using var app = await HookApp.OpenAsync();
        var browser = app.As(World.Ines);
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en-US");
        (string, string)[] fields = [("Input.Url", "https://shop.example/hooks"), ("Password", World.Password), (field, value)];
        var answer = await browser.SubmitAsync($"{List}/new", fields);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains((await answer.HtmlAsync()).QuerySelectorAll(".invalid-feedback").Select(e => e.TextContent), t => t.Contains(word, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, await app.InDbAsync(db => db.WebhookEndpoints.CountAsync()));
    }

    [Fact]
    public async Task The_whole_address_stands_on_the_endpoints_own_page_for_admins_and_nowhere_else()
    {
        await using var app = await HookApp.OpenAsync();
        const string url = "https://hooks.shop.example/services/T0AB/B1CD/k3yThatOpensTheRoom";
        var (ines, maria) = (app.As(World.Ines), app.As(World.Maria));
        var (id, _) = await AddAsync(app, ines, url);
        await ines.SubmitAsync($"{List}/{id}/edit", ("Input.Url", url + "2"), ("Password", World.Password));
        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == id.ToString()).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal(2, trail.Count);
        Assert.All(trail, e => Assert.DoesNotContain("k3yThat", $"{e.Before}{e.After}", StringComparison.Ordinal));
        // That it became another one can be told all the same.
        Assert.Contains("https://hooks.shop.example/…Room", trail[1].Before!, StringComparison.Ordinal);
        Assert.Contains("https://hooks.shop.example/…oom2", trail[1].After!, StringComparison.Ordinal);
        Assert.Contains(url, (await ines.PageAsync($"{List}/{id}")).QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("https://hooks.shop.example/…oom2", (await maria.PageAsync($"{List}/{id}")).QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        foreach (var (browser, path) in ((HttpClient, string)[])[(ines, List), (maria, List), (maria, $"{List}/{id}"), (ines, $"{List}/{id}/removal"), (ines, "/dashboard/audit"), (ines, "/dashboard/audit/export?format=csv")])
            Assert.DoesNotContain("k3yThat", await (await browser.GetAsync(path)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_analyst_sees_and_changes_nothing_and_a_viewer_does_not_even_see()
    {
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync("https://shop.example/hooks");
        var maria = app.As(World.Maria);
        var page = await maria.PageAsync($"{List}/{id}");
        Assert.Empty(page.QuerySelectorAll("main form"));
        foreach (var path in (string[])[$"{List}/new", $"{List}/{id}/edit", $"{List}/{id}/rotation", $"{List}/{id}/removal", $"{List}/{id}/pause"])
            Assert.Equal(HttpStatusCode.Forbidden, (await maria.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.As(World.Victor).GetAsync(List)).StatusCode);
    }
}
