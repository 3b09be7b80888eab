using System.Net;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Protection;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Events;

public sealed class IngestTests : IngestStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Fifty_equal_posts_at_once_are_one_event_with_one_effect() => FiftyAsync();

    [Fact] public Task The_first_rule_in_their_order_has_the_event() => OrderAsync();

    [Fact] public Task What_two_keys_call_alike_are_two_events_and_what_one_calls_alike_is_one_or_a_conflict() => SendersAsync();

    [Fact] public Task What_was_processed_long_ago_is_let_go_and_what_waits_or_nobody_has_seen_stays() => TidyAsync();
}

public sealed class PostgresIngestTests : IngestStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Fifty_equal_posts_at_once_are_one_event_with_one_effect() => FiftyAsync();

    [PostgresFact] public Task The_first_rule_in_their_order_has_the_event() => OrderAsync();

    [PostgresFact] public Task What_two_keys_call_alike_are_two_events_and_what_one_calls_alike_is_one_or_a_conflict() => SendersAsync();

    [PostgresFact] public Task What_was_processed_long_ago_is_let_go_and_what_waits_or_nobody_has_seen_stays() => TidyAsync();
}

public sealed class IngestDetailTests : IngestStories
{
    protected override PanelApp Make() => new();

    [Fact]
    public async Task The_answer_is_the_documented_one_and_the_same_event_gets_the_same_number()
    {
        await using var world = await StartAsync();
        var first = (await world.PostAsync("""{"event":"fraud_alert","data":{"id":"a-1","transaction_id":"t","amount":1500,"currency":"MXN"}}""")).MustBeGood();
        Assert.Equal((true, "Event received and queued for processing"), (first.Json.GetProperty("success").GetBoolean(), first.Json.GetProperty("message").GetString()));
        var id = first.Json.GetProperty("event_id").GetGuid();
        Assert.Equal(id, (await world.PostAsync("""{"event":"fraud_alert", "data":{"id":"a-1","transaction_id":"t","amount":1500,"currency":"MXN"}}""")).MustBeGood().Json.GetProperty("event_id").GetGuid());
        var other = (await world.PostAsync("""{"event":"fraud_alert","data":{"id":"a-1","amount":9}}""")).MustRefuse(409, "DUPLICATE");
        Assert.Equal(id, other.Json.GetProperty("error").GetProperty("details").GetProperty("event_id").GetGuid());
        // Another type about the same thing is another event; one without a number is always new.
        Assert.NotEqual(id, (await world.PostAsync("""{"type":"payment.refunded","data":{"id":"a-1"}}""")).MustBeGood().Json.GetProperty("event_id").GetGuid());
        await world.PostAsync("""{"event":"ping","data":{}}""");
        await world.PostAsync("""{"event":"ping"}""");
        Assert.Equal(4, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
        var kept = await world.App.InDbAsync(db => db.ReceivedEvents.SingleAsync(e => e.Id == id));
        Assert.Equal("""{"event":"fraud_alert","data":{"id":"a-1","transaction_id":"t","amount":1500,"currency":"MXN"}}""", kept.Body);
    }

    [Theory]
    [InlineData("[]"), InlineData("{"), InlineData("{}"), InlineData("""{"event":7e400}"""), InlineData("""{"event":""}"""), InlineData("""{"event":"a","event":"b"}"""), InlineData("""{"event":"a","data":{"id":{}}}"""), InlineData("null"), InlineData("""{"event":{"type":"x"}}""")]
    public async Task What_is_no_event_is_refused_and_not_kept(string body)
    {
        await using var world = await StartAsync();
        (await world.PostAsync(body)).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Equal(0, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
    }

    [Fact]
    public async Task Card_numbers_and_codes_are_not_kept()
    {
        await using var world = await StartAsync();
        (await world.PostAsync("""{"event":"payment.succeeded","data":{"id":"1","pan_text":"card 4111 1111 1111 1111","cvv":"123","number":4111111111111111,"nested":[{"note":"4111111111111111"}]}}""")).MustBeGood();
        var body = await world.App.InDbAsync(db => db.ReceivedEvents.Select(e => e.Body).SingleAsync());
        Assert.DoesNotContain("4111111111111111", body, StringComparison.Ordinal);
        Assert.DoesNotContain("1111 1111", body, StringComparison.Ordinal);
        Assert.DoesNotContain("123\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_large_or_no_json_is_refused()
    {
        await using var world = await StartAsync();
        (await world.PostAsync($$$"""{"event":"x","data":{"note":"{{{new string('x', 70_000)}}}"}}""")).MustRefuse(413, "PAYLOAD_TOO_LARGE");
        (await world.Shop.PostAsync("/api/webhooks/ingest", "event=x"u8.ToArray(), "application/x-www-form-urlencoded")).MustRefuse(415, "UNSUPPORTED_MEDIA_TYPE");
        (await Answer.OfAsync(await world.Shop.Client.GetAsync("/api/webhooks/ingest"))).MustRefuse(405, "METHOD_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_payment_named_by_an_event_is_put_in_review_once()
    {
        await using var world = await StartAsync();
        var shop = await Shop.OpenAsync(world.App);
        var id = (await shop.AssessAsync("""{"amount":200,"currency":"MXN","payment_id":"pay-77"}""")).MustBeGood().Id;
        await world.RuleAsync("look", EventAction.FlagReview, "suspicion");
        await world.PostAsync("""{"event":"suspicion","data":{"id":"1","external_transaction_id":"pay-77"}}""");
        await world.DoneAsync(1);           // what comes in one millisecond has no order
        await world.PostAsync("""{"event":"suspicion","data":{"id":"2","payment_id":"pay-77"}}""");
        await world.PostAsync("""{"event":"suspicion","data":{"id":"3","transaction_id":"nobody"}}""");
        await world.DoneAsync(3);
        var review = await world.App.InDbAsync(db => db.Set<Review>().SingleAsync());
        Assert.Equal(AssessmentSeq(id), review.Seq);
        Assert.Equal([ApplyEvents.Queued, ApplyEvents.InReview, ApplyEvents.NoPayment], await world.App.InDbAsync(db => db.ReceivedEvents.OrderBy(e => e.ExternalId).Select(e => e.Outcome).ToListAsync()));
        Assert.Equal(HttpStatusCode.OK, (await world.App.As(World.Maria).GetAsync($"/dashboard/reviews/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await world.App.As(World.Maria).GetAsync("/dashboard/reviews")).StatusCode);
    }

    [Fact]
    public async Task What_an_event_puts_in_review_is_as_urgent_as_if_it_had_been_held()
    {
        await using var world = await StartAsync();
        var shop = await Shop.OpenAsync(world.App);
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Phone, Value = "+525512345678", Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        // Something for its score, which holds nobody.
        await PolicyTests.RuledAsync(world.App, new PolicyRule("some", "Some", "when amount > 0 MXN then add 7", "some"));
        string Payment(string more) => $$"""{"amount":500000,"currency":"MXN","email":"ana@loyal.example","customer_id":"c-loyal"{{more}}}""";
        for (var i = 0; i < 14; i++)
        {
            (await shop.AssessAsync(Payment(""))).MustBeGood();
            world.App.Clock.Advance(TimeSpan.FromDays(1));
        }
        var lapses = world.App.Clock.GetUtcNow().AddHours(3);
        var lapse = $$""","metadata":{"authorization_expires_at":"{{lapses:O}}"}""";
        // One is held by the list, the other by nobody but the event.
        var held = (await shop.AssessAsync(Payment(lapse + ""","phone":"+525512345678" """))).MustBeGood();
        var flagged = (await shop.AssessAsync(Payment(lapse + ""","payment_id":"pay-78" """))).MustBeGood();
        var log = world.App.Services.GetRequiredService<AssessService>().Log!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (log.FoldedSeq < log.LastSeq)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        await world.RuleAsync("look", EventAction.FlagReview, "suspicion");
        await world.PostAsync("""{"event":"suspicion","data":{"id":"1","payment_id":"pay-78"}}""");
        await world.DoneAsync(1);
        Assert.Equal(ApplyEvents.Queued, await world.App.InDbAsync(db => db.ReceivedEvents.Select(e => e.Outcome).SingleAsync()));
        var reviews = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().ToDictionaryAsync(r => r.Seq));
        var (one, other) = (reviews[AssessmentSeq(held.Id)], reviews[AssessmentSeq(flagged.Id)]);
        Assert.Equal((true, lapses.ToUnixTimeMilliseconds()), (one.IsLoyal, one.ExpiresAt));
        Assert.Equal((one.IsLoyal, one.ExpiresAt), (other.IsLoyal, other.ExpiresAt));
        // Their amounts are alike: the score alone makes the difference.
        Assert.True(other.Stake > 0);
        Assert.Equal(one.Stake / (double)held.Score, other.Stake / (double)flagged.Score, 0.5);
    }

    [Fact]
    public async Task An_event_can_be_processed_again_by_the_rules_of_now_and_opens_no_second_case()
    {
        await using var world = await StartAsync();
        await world.PostAsync("""{"event":"fraud_alert","data":{"id":"1","amount":2500000,"currency":"MXN"}}""");
        await world.DoneAsync(1);
        var id = await world.App.InDbAsync(db => db.ReceivedEvents.Select(e => e.Id).SingleAsync());
        var ines = world.App.As(World.Ines);
        Assert.Contains("fraud_alert", (await ines.PageAsync("/dashboard/connections/events")).Body!.TextContent, StringComparison.Ordinal);
        await world.RuleAsync("open", EventAction.CreateCase, "fraud_*");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"/dashboard/connections/events/{id}", "form#replay")).StatusCode);
            await world.DoneAsync(1);
        }
        var its = await world.App.InDbAsync(db => db.ReceivedEvents.SingleAsync());
        Assert.Equal(ApplyEvents.CaseThere, its.Outcome);
        var opened = await world.App.InDbAsync(db => db.Set<Case>().SingleAsync());
        Assert.Equal((its.CaseId!.Value, CaseOrigin.Event, 2_500_000L, "MXN", "MX"), (opened.Id, opened.Origin, opened.Amount, opened.Currency, opened.Jurisdiction));
        Assert.Equal(2, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.EventReplayed && e.ActorName == World.Ines.Name)));
    }

    [Fact]
    public async Task An_alert_stands_out_until_somebody_has_seen_it()
    {
        await using var world = await StartAsync();
        await world.RuleAsync("tell", EventAction.CreateAlert, null);
        await world.PostAsync("""{"event":"odd","data":{"id":"1"}}""");
        await world.DoneAsync(1);
        var id = await world.App.InDbAsync(db => db.ReceivedEvents.Where(e => e.IsAlert).Select(e => e.Id).SingleAsync());
        var ines = world.App.As(World.Ines);
        Assert.Contains("odd", (await ines.PageAsync("/dashboard/connections/events?show=alerts")).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await ines.SubmitAsync($"/dashboard/connections/events/{id}", "form#seen");
        Assert.False(await world.App.InDbAsync(db => db.ReceivedEvents.AnyAsync(e => e.IsAlert)));
    }

    [Fact]
    public async Task Rules_are_made_ordered_switched_and_deleted_on_their_page_and_the_trail_says_so()
    {
        await using var world = await StartAsync();
        var ines = world.App.As(World.Ines);
        const string page = "/dashboard/connections/events/rules";
        foreach (var name in (string[])["first", "second"])
            Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{page}/new", "form#event-rule", ("Input.Name", name), ("Input.EventType", "payment.*"), ("Input.AmountFrom", "10.50"), ("Input.Action", "Ignore"))).StatusCode);
        foreach (var (field, value) in ((string, string)[])[("Input.Name", ""), ("Input.EventType", "a*b"), ("Input.AmountFrom", "many"), ("Input.AmountTo", "1"), ("Input.Currency", "XXZ"), ("Input.Action", "Provider")])
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ines.SubmitAsync($"{page}/new", "form#event-rule", ("Input.Name", "x"), ("Input.AmountFrom", "2"), (field, value))).StatusCode);
        var second = await world.App.InDbAsync(db => db.EventRules.Where(r => r.Name == "second").Select(r => r.Id).SingleAsync());
        await ines.SubmitAsync(page, $"form[data-up='{second}']");
        Assert.Equal(["second", "first"], await NamesAsync());
        await ines.SubmitAsync(page, $"form[data-switch='{second}']");
        Assert.False(await world.App.InDbAsync(db => db.EventRules.Where(r => r.Id == second).Select(r => r.IsOn).SingleAsync()));
        await ines.SubmitAsync($"{page}/{second}", "form#delete-rule");
        Assert.Equal(["first"], await NamesAsync());
        var trail = await world.App.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == second.ToString()).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
        Assert.Equal([AuditActions.EventRuleCreated, AuditActions.EventRuleChanged, AuditActions.EventRuleChanged, AuditActions.EventRuleDeleted], trail);
        Assert.Empty((await world.App.As(World.Maria).PageAsync(page)).QuerySelectorAll("main form"));
        Assert.Equal(HttpStatusCode.Forbidden, (await world.App.As(World.Maria).GetAsync($"{page}/new")).StatusCode);

        Task<List<string>> NamesAsync() => world.App.InDbAsync(db => db.EventRules.OrderBy(r => r.Priority).Select(r => r.Name).ToListAsync());
    }

    private static long AssessmentSeq(string id) => ClausumPanel.Storage.Assessments.AssessmentId.SeqOf(Guid.Parse(id));
}

public abstract class IngestStories
{
    protected abstract PanelApp Make();

    protected async Task FiftyAsync()
    {
        await using var world = await StartAsync();
        await world.RuleAsync("open", EventAction.CreateCase, "fraud_alert");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.PostAsync("""{"event":"fraud_alert","data":{"id":"evt-50","amount":150000,"currency":"MXN"}}""")));
        Assert.All(answers, a => Assert.Equal(200, a.Code));
        Assert.Single(answers.Select(a => a.Json.GetProperty("event_id").GetString()).Distinct());
        // And processed by many at once.
        var nodes = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<ProcessEvents>(world.App.Services)).ToList();
        await Task.WhenAll(nodes.Select(n => Task.Run(() => n.RunAsync(default))));
        await world.DoneAsync(1);
        foreach (var node in nodes) node.Dispose();
        Assert.Equal(1, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Case>().CountAsync()));
        Assert.Equal(1, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.EventApplied)));
    }

    protected async Task OrderAsync()
    {
        await using var world = await StartAsync();
        await world.RuleAsync("large", EventAction.CreateCase, "payment.succeeded", from: "100000");
        await world.RuleAsync("peso", EventAction.CreateAlert, "payment.*", currency: "MXN");
        await world.RuleAsync("rest", EventAction.Ignore, "payment.*", to: "99999.99");
        foreach (var (id, type, amount, currency) in ((string, string, string, string)[])
            [("1", "payment.succeeded", "100000", "MXN"), ("2", "payment.succeeded", "99999.99", "MXN"), ("3", "payment.succeeded", "5", "CLP"), ("4", "payment.failed", "100000", "CLP"), ("5", "order.made", "100000", "MXN"), ("6", "payment.failed", "\"17.5\"", "USD")])
            (await world.PostAsync($$$"""{"type":"{{{type}}}","data":{"id":"{{{id}}}","amount":{{{amount}}},"currency":"{{{currency}}}"}}""")).MustBeGood();
        await world.DoneAsync(6);
        Assert.Equal([("1", "large", EventAction.CreateCase), ("2", "peso", EventAction.CreateAlert), ("3", "rest", EventAction.Ignore), ("4", null, EventAction.None), ("5", null, EventAction.None), ("6", "rest", EventAction.Ignore)],
            (await world.App.InDbAsync(db => db.ReceivedEvents.OrderBy(e => e.ExternalId).ToListAsync())).Select(e => (e.ExternalId!, e.Rule, e.Action)));
    }

    /// <summary>Of fifty with one number, half with another body: one is kept, those like it are it, and the others are told so.</summary>
    protected async Task SendersAsync()
    {
        await using var world = await StartAsync();
        var another = new EventWorld(world.App, await Shop.OpenAsync(world.App, KeyType.Ingest));
        const string one = """{"event":"fraud_alert","data":{"id":"evt-1","amount":1}}""", two = """{"event":"fraud_alert","data":{"id":"evt-1","amount":2}}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => (Body: i % 2, Answer: await world.PostAsync(i % 2 == 0 ? one : two))));
        var kept = Assert.Single(answers.Where(a => a.Answer.Code == 200).Select(a => a.Body).Distinct());
        Assert.All(answers.Where(a => a.Body == kept), a => Assert.Equal(200, a.Answer.Code));
        Assert.All(answers.Where(a => a.Body != kept), a => a.Answer.MustRefuse(409, "DUPLICATE"));
        (await another.PostAsync(two)).MustBeGood();
        (await another.PostAsync(two)).MustBeGood();
        (await another.PostAsync(one)).MustRefuse(409, "DUPLICATE");
        Assert.Equal(2, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
    }

    protected async Task TidyAsync()
    {
        await using var world = await StartAsync();
        await world.RuleAsync("tell", EventAction.CreateAlert, "odd");
        foreach (var (type, id) in ((string, string)[])[("odd", "1"), ("usual", "2")]) await world.PostAsync($$$"""{"event":"{{{type}}}","data":{"id":"{{{id}}}"}}""");
        await world.DoneAsync(2);
        world.App.Clock.Advance(TimeSpan.FromDays(29));
        await world.PostAsync("""{"event":"usual","data":{"id":"3"}}""");
        await world.DoneAsync(3);
        Assert.NotNull(await world.App.Services.GetRequiredService<ApplyRetention>().RunAsync(default));
        Assert.Equal(3, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
        world.App.Clock.Advance(TimeSpan.FromDays(2));
        Assert.NotNull(await world.App.Services.GetRequiredService<ApplyRetention>().RunAsync(default));
        Assert.Equal(["1", "3"], await world.App.InDbAsync(db => db.ReceivedEvents.OrderBy(e => e.ExternalId).Select(e => e.ExternalId).ToListAsync()));
    }

    protected async Task<EventWorld> StartAsync()
    {
        var app = Make();
        await app.InitializeAsync();
        return new EventWorld(app, await Shop.OpenAsync(app, KeyType.Ingest));
    }
}

/// <summary>A panel, and whoever sends it events.</summary>
public sealed class EventWorld(PanelApp app, Shop shop) : IAsyncDisposable
{
    public PanelApp App => app;
    public Shop Shop => shop;

    public Task<Answer> PostAsync(string body) => shop.PostAsync("/api/webhooks/ingest", Encoding.UTF8.GetBytes(body), "application/json");

    public async Task RuleAsync(string name, EventAction action, string? type, string? from = null, string? to = null, string? currency = null)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ChangeEventRules>().AddAsync(r => (r.Name, r.Action, r.EventType, r.FromText, r.ToText, r.Currency) = (name, action, type, from, to, currency), new Actor(ActorKind.System, null, "Inés"), default);
    }

    /// <summary>Until that many are processed and none waits.</summary>
    public async Task DoneAsync(int count)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (await app.InDbAsync(db => db.ReceivedEvents.CountAsync(e => e.State == ReceivedState.Processed)) < count || await app.InDbAsync(db => db.ReceivedEvents.AnyAsync(e => e.State == ReceivedState.Waiting)))
        {
            if (Environment.TickCount64 > deadline) throw new TimeoutException("The events were never processed.");
            await app.Services.GetRequiredService<ProcessEvents>().RunAsync(default);
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync() => await ((IAsyncLifetime)app).DisposeAsync();
}
