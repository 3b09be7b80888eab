using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Events;

public sealed class StripeTests
{
    private const string Secret = "whsec_test_3f9a8b7c6d5e4f3a2b1c", Path = "/api/webhooks/stripe?org_id=7f6ad1a8-0000-4000-8000-000000000000&environment=sandbox";

    private static async Task<EventWorld> StartAsync(bool hasSecret = true)
    {
        var app = new PanelApp();
        await app.InitializeAsync();
        var world = new EventWorld(app, await Shop.OpenAsync(app));
        if (hasSecret)
        {
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ProviderSecrets>().SetAsync(ProviderSecrets.Stripe, Secret, TimeSpan.Zero, new Actor(ActorKind.System, null, "Inés"), default);
        }
        return world;
    }

    private static string Sign(string body, DateTimeOffset at, string secret = Secret)
    {
        var t = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}")))}";
    }

    private static async Task<Answer> SendAsync(EventWorld world, string body, string? signature = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", signature ?? Sign(body, world.App.Clock.GetUtcNow()));
        return await Answer.OfAsync(await world.App.CreateDefaultClient().SendAsync(request));
    }

    private static string Event(string id, string type, string its) => $$$$"""{"id":"{{{{id}}}}","object":"event","type":"{{{{type}}}}","livemode":false,"data":{"object":{{{{its}}}}}}""";

    /// <summary>As <see cref="Event(string, string, string)"/>, of a second that the sender says.</summary>
    private static string Event(string id, string type, string its, long created) => Event(id, type, its).Replace("\"livemode\"", $"\"created\":{created},\"livemode\"", StringComparison.Ordinal);

    private static string Dispute(string status, long due) => $$$$"""
        {"id":"du_1","object":"dispute","amount":15000,"currency":"mxn","charge":"ch_1","payment_intent":"pi_1","reason":"fraudulent","status":"{{{{status}}}}","created":{{{{TestClock.Start.AddHours(-1).ToUnixTimeSeconds()}}}},
         "evidence_details":{"due_by":{{{{due}}}}},"payment_method_details":{"type":"card","card":{"brand":"visa","network_reason_code":"10.4"}}}
        """;

    private static async Task<string> PaidAsync(EventWorld world) => (await world.Shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"quien@correo.example","session_id":"ps_1","payment_id":"pi_1"}""")).MustBeGood().Id;

    [Fact]
    public async Task A_bad_missing_or_old_signature_changes_nothing_but_a_count()
    {
        await using var world = await StartAsync();
        var body = Event("evt_1", "radar.early_fraud_warning.created", """{"id":"issfr_1","charge":"ch_1","fraud_type":"misc"}""");
        var (now, good) = (world.App.Clock.GetUtcNow(), Sign(body, world.App.Clock.GetUtcNow()));
        string[] wrong =
        [
            "", "t=1", "v1=00", "nonsense", good[..^1] + (good[^1] == '0' ? '1' : '0'), good[..^2], good.Replace("v1=", "v0=", StringComparison.Ordinal), Sign(body + " ", now), Sign(body, now, "whsec_other_3f9a8b7c6d5e"), Sign(body, now.AddSeconds(-301)), Sign(body, now.AddSeconds(301)),
            good.Replace("t=", "t=-", StringComparison.Ordinal), good.Replace("t=", "t=9", StringComparison.Ordinal), "t=" + now.ToUnixTimeSeconds() + ",v1=" + new string('z', 64), "t=" + now.ToUnixTimeSeconds() + ",v1=",
        ];
        foreach (var signature in wrong) Assert.DoesNotContain(Secret, (await SendAsync(world, body, signature)).MustRefuse(401, "UNAUTHORIZED").Text, StringComparison.Ordinal);
        Assert.Equal(0, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Case>().CountAsync()));
        Assert.Equal(wrong.Length, await world.App.InDbAsync(db => db.Set<InboundProvider>().Select(p => p.Refused).SingleAsync()));
        (await SendAsync(world, body, good)).MustBeGood();
        (await SendAsync(world, body, Sign(body, now.AddSeconds(-299)) + ",v1=" + new string('0', 64))).MustBeGood();
        Assert.Equal(1, await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()));
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_taken()
    {
        await using var world = await StartAsync(hasSecret: false);
        var body = Event("evt_1", "charge.succeeded", "{}");
        (await SendAsync(world, body)).MustRefuse(401, "UNAUTHORIZED");
        (await SendAsync(world, body, Sign(body, world.App.Clock.GetUtcNow(), ""))).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal((0, 2), (await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync()), await world.App.InDbAsync(db => db.Set<InboundProvider>().Select(p => p.Refused).SingleAsync())));
    }

    [Fact]
    public async Task It_says_that_it_is_there()
    {
        await using var world = await StartAsync();
        var answer = (await Answer.OfAsync(await world.App.Anonymous().GetAsync("/api/webhooks/stripe"))).MustBeGood();
        Assert.Equal(("2.0", "processProviderInboundWebhook"), (answer.Json.GetProperty("version").GetString(), answer.Json.GetProperty("pipeline").GetString()));
    }

    [Fact]
    public async Task A_charge_that_went_through_is_told_of_as_a_payment_that_succeeded()
    {
        await using var world = await StartAsync();
        await PaidAsync(world);
        await SendAsync(world, Event("evt_1", "payment_intent.payment_failed", """{"id":"pi_1","metadata":{}}"""));
        await world.DoneAsync(1);
        await SendAsync(world, Event("evt_2", "charge.succeeded", """{"id":"ch_1","payment_intent":"pi_other","metadata":{"clausum_session_id":"ps_1"}}"""));
        await SendAsync(world, Event("evt_2", "charge.succeeded", """{"id":"ch_1","payment_intent":"pi_other","metadata":{"clausum_session_id":"ps_1"}}"""));
        await world.DoneAsync(2);
        await SendAsync(world, Event("evt_3", "charge.succeeded", """{"id":"ch_1","payment_intent":"pi_1"}"""));
        await SendAsync(world, Event("evt_4", "charge.succeeded", """{"id":"ch_9","payment_intent":"pi_9"}"""));
        await world.DoneAsync(4);
        var told = await world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.Type == OutboxEventType.TransactionSucceeded || e.Type == OutboxEventType.TransactionFailed).OrderBy(e => e.Number).ToListAsync());
        Assert.Equal([(OutboxEventType.TransactionFailed, 1L, "created"), (OutboxEventType.TransactionSucceeded, 1L, "failed")], told.Select(e => (e.Type, e.Seq, e.Before!)));
        Assert.Equal([StripeEvents.NotPaid, StripeEvents.Succeeded, StripeEvents.Nothing, ApplyEvents.NoPayment], await world.App.InDbAsync(db => db.ReceivedEvents.OrderBy(e => e.ExternalId).Select(e => e.Outcome).ToListAsync()));
    }

    [Fact]
    public async Task A_dispute_is_opened_with_its_case_followed_and_closed_with_its_label()
    {
        await using var world = await StartAsync();
        var id = await PaidAsync(world);
        var due = TestClock.Start.AddDays(7).ToUnixTimeSeconds();
        await SendAsync(world, Event("evt_1", "charge.dispute.created", Dispute("needs_response", due)));
        await world.DoneAsync(1);
        var dispute = await world.App.InDbAsync(db => db.Set<Dispute>().SingleAsync());
        Assert.Equal(("du_1", CardScheme.Visa, "10.4", 15000L, "MXN", 1L, DisputeState.Open, due), (dispute.ExternalId, dispute.Scheme, dispute.ReasonCode, dispute.Amount, dispute.Currency, dispute.Seq, dispute.State, dispute.RespondBy.ToUnixTimeSeconds()));
        var its = await world.App.InDbAsync(db => db.Set<Case>().SingleAsync());
        Assert.Equal((dispute.CaseId!.Value, CaseOrigin.Event, 15000L, "MXN"), (its.Id, its.Origin, its.Amount, its.Currency));
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<CaseLink>().CountAsync(l => l.CaseId == its.Id && (l.Target == dispute.Id || l.Target == Guid.Parse(id)))));

        await SendAsync(world, Event("evt_2", "charge.dispute.updated", Dispute("under_review", due + 86_400)));
        await world.DoneAsync(2);
        dispute = await world.App.InDbAsync(db => db.Set<Dispute>().SingleAsync());
        Assert.Equal((DisputeState.Answered, due + 86_400), (dispute.State, dispute.RespondBy.ToUnixTimeSeconds()));
        foreach (var number in (string[])["evt_3", "evt_4"]) await SendAsync(world, Event(number, "charge.dispute.closed", Dispute("lost", due + 86_400)));
        await world.DoneAsync(4);
        dispute = await world.App.InDbAsync(db => db.Set<Dispute>().SingleAsync());
        Assert.Equal((DisputeState.Closed, DisputeOutcome.Lost), (dispute.State, dispute.Outcome));
        var label = await world.App.InDbAsync(db => db.Set<Label>().SingleAsync());
        Assert.Equal((LabelSource.Chargeback, LabelOutcome.Fraud, 1L), (label.Source, label.Outcome, label.Seq));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Case>().CountAsync()));
        var told = await world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.DisputeId != null).OrderBy(e => e.Number).ToListAsync());
        Assert.Equal([OutboxEventType.DisputeCreated, OutboxEventType.DisputeUpdated, OutboxEventType.DisputeUpdated, OutboxEventType.DisputeResolved], told.Select(e => e.Type));
        Assert.Equal([(null, "open"), ("open", "open"), ("open", "answered"), ("answered", "closed")], told.Select(e => (e.Before, e.After!)));

        Assert.Equal((DisputeOrigin.Event, StripeEvents.Provider), (dispute.Origin, dispute.Provider));
        var page = await world.App.As(World.Ines).PageAsync($"/dashboard/disputes/{dispute.Id}");
        Assert.Equal(("Por un evento · Stripe", 4), (page.QuerySelector("[data-origin]")!.TextContent.Trim(), page.QuerySelectorAll("[data-event^='charge.dispute']").Length));
        // What the shop tells of it by itself is the same dispute.
        var same = await world.Shop.PostAsync("/api/v1/disputes", Encoding.UTF8.GetBytes("""{"external_id":"du_1","scheme":"visa","reason_code":"10.4","amount":15000,"currency":"MXN"}"""), "application/json");
        Assert.Equal(dispute.Id.ToString(), same.MustBeGood().Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_early_warning_is_a_report_of_fraud_and_of_an_unknown_payment_still_a_case()
    {
        await using var world = await StartAsync();
        await PaidAsync(world);
        await SendAsync(world, Event("evt_1", "radar.early_fraud_warning.created", """{"id":"issfr_1","charge":"ch_1","payment_intent":"pi_1","fraud_type":"made_with_stolen_card"}"""));
        await world.DoneAsync(1);
        await SendAsync(world, Event("evt_2", "radar.early_fraud_warning.created", """{"id":"issfr_2","charge":"ch_1","payment_intent":"pi_1","fraud_type":"misc"}"""));
        await SendAsync(world, Event("evt_3", "radar.early_fraud_warning.created", """{"id":"issfr_3","charge":"ch_9","fraud_type":"misc"}"""));
        await world.DoneAsync(3);
        Assert.Equal(LabelSource.FraudReport, (await world.App.InDbAsync(db => db.Set<Label>().SingleAsync())).Source);
        var cases = await world.App.InDbAsync(db => db.Set<Case>().OrderBy(c => c.OpenedAt).ToListAsync());
        Assert.Equal([CaseOrigin.Report, CaseOrigin.Event], cases.Select(c => c.Origin).Order());
        Assert.Contains(cases, c => c.Description!.Contains("issfr_1", StringComparison.Ordinal));
        Assert.Equal([StripeEvents.Reported, StripeEvents.AlreadyReported], await world.App.InDbAsync(db => db.ReceivedEvents.Where(e => e.ExternalId != "evt_3").OrderBy(e => e.ExternalId).Select(e => e.Outcome).ToListAsync()));
    }

    [Theory, InlineData("123"), InlineData("132"), InlineData("213"), InlineData("231"), InlineData("312"), InlineData("321")]
    public async Task In_whatever_order_the_events_of_a_dispute_come_it_ends_in_the_same_state(string order)
    {
        await using var world = await StartAsync();
        await PaidAsync(world);
        var (due, now) = (TestClock.Start.AddDays(7).ToUnixTimeSeconds(), TestClock.Start.ToUnixTimeSeconds());
        var events = new Dictionary<char, string>
        {
            ['1'] = Event("evt_1", "charge.dispute.created", Dispute("needs_response", due), now - 30), ['2'] = Event("evt_2", "charge.dispute.updated", Dispute("under_review", due + 86_400), now - 20),
            ['3'] = Event("evt_3", "charge.dispute.closed", Dispute("lost", due + 86_400), now - 20),
        };
        for (var i = 0; i < order.Length; i++)
        {
            (await SendAsync(world, events[order[i]])).MustBeGood();
            await world.DoneAsync(i + 1);
        }
        var dispute = await world.App.InDbAsync(db => db.Set<Dispute>().SingleAsync());
        Assert.Equal((DisputeState.Closed, DisputeOutcome.Lost, due + 86_400), (dispute.State, dispute.Outcome, dispute.RespondBy.ToUnixTimeSeconds()));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Case>().CountAsync()));
        Assert.Equal(LabelOutcome.Fraud, await world.App.InDbAsync(db => db.Set<Label>().Select(l => l.Outcome).SingleAsync()));
    }

    [Fact]
    public async Task What_was_told_of_an_earlier_moment_takes_nothing_back()
    {
        await using var world = await StartAsync();
        await PaidAsync(world);
        var (due, now) = (TestClock.Start.AddDays(7).ToUnixTimeSeconds(), TestClock.Start.ToUnixTimeSeconds());
        await SendAsync(world, Event("evt_2", "charge.dispute.updated", Dispute("under_review", due + 86_400), now - 10));
        await world.DoneAsync(1);
        await SendAsync(world, Event("evt_1", "charge.dispute.created", Dispute("needs_response", due), now - 20));
        await world.DoneAsync(2);
        var dispute = await world.App.InDbAsync(db => db.Set<Dispute>().SingleAsync());
        Assert.Equal((DisputeState.Answered, due + 86_400), (dispute.State, dispute.RespondBy.ToUnixTimeSeconds()));
        Assert.StartsWith(StripeEvents.Overtaken, await world.App.InDbAsync(db => db.ReceivedEvents.Where(e => e.ExternalId == "evt_1").Select(e => e.Outcome).SingleAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_whose_report_is_refused_says_what_really_happened()
    {
        await using var world = await StartAsync();
        await PaidAsync(world);
        var other = (await world.Shop.AssessAsync("""{"amount":700,"currency":"MXN","email":"otra@correo.example"}""")).MustBeGood().Id;
        await using (var scope = world.App.Services.CreateAsyncScope())
            Assert.Equal(ReportStatus.Reported, (await scope.ServiceProvider.GetRequiredService<ReportFraud>().RunAsync(new FraudClaim(FraudReason.Other) { TransactionId = other }, new Actor(ActorKind.System, null, "Stripe"), null, "stripe:evt_1", 7, default)).Status);
        await SendAsync(world, Event("evt_1", "radar.early_fraud_warning.created", """{"id":"issfr_1","charge":"ch_1","payment_intent":"pi_1","fraud_type":"misc"}"""));
        await world.DoneAsync(1);
        Assert.Equal(StripeEvents.ReportConflict, await world.App.InDbAsync(db => db.ReceivedEvents.Select(e => e.Outcome).SingleAsync()));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Label>().CountAsync()));
    }

    [Fact]
    public async Task What_the_table_does_not_name_goes_by_the_rules_for_events()
    {
        await using var world = await StartAsync();
        await world.RuleAsync("refunds", EventAction.CreateAlert, "charge.refunded", from: "10000");
        await SendAsync(world, Event("evt_1", "charge.refunded", """{"id":"ch_1","amount":15000,"currency":"mxn"}"""));
        await world.DoneAsync(1);
        Assert.True(await world.App.InDbAsync(db => db.ReceivedEvents.AnyAsync(e => e.IsAlert && e.Rule == "refunds")));
    }

    [Fact]
    public async Task The_secret_is_set_with_the_password_and_never_shown()
    {
        await using var world = await StartAsync(hasSecret: false);
        var ines = world.App.As(World.Ines);
        const string page = "/dashboard/connections/events/stripe";
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ines.SubmitAsync(page, "form[autocomplete=off]", ("Secret", Secret), ("Password", "not mine"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ines.SubmitAsync(page, "form[autocomplete=off]", ("Secret", "short"), ("Password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync(page, "form[autocomplete=off]", ("Secret", Secret), ("Password", World.Password))).StatusCode);
        var body = Event("evt_1", "charge.succeeded", "{}");
        (await SendAsync(world, body)).MustBeGood();
        foreach (var path in (string[])[page, "/dashboard/connections/events", "/dashboard/audit"]) Assert.DoesNotContain(Secret, await (await ines.GetAsync(path)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await world.App.InDbAsync(db => db.AuditEntries.Where(e => e.After!.Contains(Secret) || e.Before!.Contains(Secret)).ToListAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, (await world.App.As(World.Maria).GetAsync(page)).StatusCode);
    }
}
