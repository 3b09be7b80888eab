using System.Net;
using System.Text;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Webhooks;

public sealed class WebhookDeliveryTests
{
    private static readonly Actor Clara = new(ActorKind.System, null, "Clara");

    private static Task<Case?> OpenCaseAsync(HookApp app) => app.DoAsync<ChangeCases, Case?>(c => c.OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Phishing), CaseOrigin.Manual), Clara, default));

    private static async Task ChangeCaseAsync(HookApp app, Guid id, string text)
    {
        var answer = await app.DoAsync<ChangeCases, CaseAnswer>(c => c.ChangeAsync(id, new CaseEdit { Facts = f => f with { Description = text } }, Clara, default));
        Assert.True(answer.IsDone);
    }

    [Fact]
    public async Task A_call_has_the_documented_body_headers_and_signature()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (_, secret) = await app.ListenAsync(receiver.Url);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        var shop = await Shop.OpenAsync(app);
        var assessed = (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"pago@correo.example","order_id":"ord-1","payment_id":"pi_3Nxyz"}""")).MustBeGood();
        var reported = await shop.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes($$"""{"reason":"chargeback","transaction_id":"{{assessed.Id}}"}"""), "application/json");
        Assert.Equal(201, reported.Code);
        await app.UntilAsync(() => receiver.Calls.Count >= 3, "created, detected and the case");

        var created = receiver.Calls.Single(c => c.Event == "transaction.created");
        Assert.Equal(["event", "timestamp", "data"], created.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("2026-11-24T15:00:00.000Z", created.Json.GetProperty("timestamp").GetString());
        Assert.Equal((assessed.Id, "payin", 15000, "MXN", "ord-1"), (created.Data.GetProperty("transaction_id").GetString(), created.Data.GetProperty("flow").GetString(), created.Data.GetProperty("transaction").GetProperty("amount").GetInt32(),
            created.Data.GetProperty("transaction").GetProperty("currency").GetString(), created.Data.GetProperty("transaction").GetProperty("order_id").GetString()));
        Assert.Equal(assessed.Decision, created.Data.GetProperty("assess_response").GetProperty("decision").GetString());
        Assert.Equal("application/json; charset=utf-8", created.Headers["Content-Type"]);
        Assert.Equal(("transaction.created", "2026-11-24T15:00:00Z"), (created.Headers["X-Clausum-Event"], created.Headers["X-Clausum-Timestamp"]));
        Assert.StartsWith($"t={TestClock.Start.ToUnixTimeSeconds()},v1=", created.Headers["X-Clausum-Signature"], StringComparison.Ordinal);
        Assert.True(created.IsSignedWith(secret) && !created.IsSignedWith("whsec_other"));
        Assert.True(Guid.TryParse(created.Headers["X-Clausum-Delivery"], out _));

        var detected = receiver.Calls.Single(c => c.Event == "fraud.detected").Data;
        Assert.Equal((reported.Json.GetProperty("case_id").GetString(), reported.Json.GetProperty("reference_number").GetString(), assessed.Id, "pi_3Nxyz", "chargeback", 15000, "MXN", "pago@correo.example", reported.Json.GetProperty("blocklist_entries").GetInt32()),
            (detected.GetProperty("case_id").GetString(), detected.GetProperty("reference_number").GetString(), detected.GetProperty("transaction_id").GetString(), detected.GetProperty("external_transaction_id").GetString(), detected.GetProperty("reason").GetString(),
                detected.GetProperty("amount").GetInt32(), detected.GetProperty("currency").GetString(), detected.GetProperty("email").GetString(), detected.GetProperty("blocklist_entries").GetInt32()));
        Assert.Contains(receiver.Calls, c => c.Event == "case.created");
        Assert.True(receiver.Calls.All(c => c.IsSignedWith(secret)));
    }

    [Fact]
    public async Task An_endpoint_is_told_of_what_it_chose_and_of_what_happened_since()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        await OpenCaseAsync(app);
        var (id, _) = await app.ListenAsync(receiver.Url, "case.created");
        var shop = await Shop.OpenAsync(app);
        await shop.AssessAsync(Shop.Minimum);
        var opened = await OpenCaseAsync(app);
        await ChangeCaseAsync(app, opened!.Id, "more");
        await app.UntilAsync(async () => (await app.EndpointAsync(id)).Mark == await app.InDbAsync(db => db.Set<OutboxEvent>().MaxAsync(e => e.Number)) && receiver.Calls.Count == 1, "the end of the outbox");
        Assert.Equal(opened.Id.ToString(), Assert.Single(receiver.Calls).Data.GetProperty("case_id").GetString());
    }

    [Fact]
    public async Task Of_one_case_the_steps_come_in_order_with_growing_numbers_and_what_it_was_before()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        await app.ListenAsync(receiver.Url);
        var opened = (await OpenCaseAsync(app))!;
        Assert.True((await app.DoAsync<ChangeCases, CaseAnswer>(c => c.ChangeAsync(opened.Id, new CaseEdit { Status = CaseStatus.InReview }, Clara, default))).IsDone);
        Assert.True((await app.DoAsync<ChangeCases, CaseAnswer>(c => c.ChangeAsync(opened.Id, new CaseEdit { Status = CaseStatus.Archived }, Clara, default))).IsDone);
        await app.UntilAsync(() => receiver.Calls.Count == 3, "three steps");
        var calls = receiver.Calls.ToList();
        Assert.Equal([(null, "borrador"), ("borrador", "en_revision"), ("en_revision", "archivado")], calls.Select(c => (c.Data.GetProperty("previous_status").GetString(), c.Data.GetProperty("status").GetString()!)));
        var numbers = calls.Select(c => c.Data.GetProperty("sequence").GetInt64()).ToList();
        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    [Fact]
    public async Task While_a_receiver_answers_500_for_an_hour_nothing_is_lost_and_the_order_of_each_object_is_kept()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, secret) = await app.ListenAsync(receiver.Url);
        var broken = true;
        receiver.Answer = context =>
        {
            context.Response.StatusCode = broken ? 500 : 200;
            return Task.CompletedTask;
        };
        var cases = new List<Guid>();
        for (var i = 0; i < 5; i++) cases.Add((await OpenCaseAsync(app))!.Id);
        for (var step = 1; step <= 4; step++)
            foreach (var one in cases) await ChangeCaseAsync(app, one, $"step {step}");
        for (var minute = 0; minute < 60; minute++)
        {
            await app.SendAsync();
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        // Only the first of each case was ever tried, and not more often than the pauses allow.
        var tried = receiver.Calls.ToList();
        Assert.Equal(["case.created"], tried.Select(c => c.Event).Distinct());
        Assert.InRange(tried.Count, 5 * 5, 5 * 9);
        var endpoint = await app.EndpointAsync(id);
        Assert.Equal(EndpointState.Active, endpoint.State);
        Assert.True(endpoint.Failures >= 25 && endpoint.FailingSince is not null);

        broken = false;
        app.Clock.Advance(TimeSpan.FromMinutes(70));
        await app.UntilAsync(() => receiver.Calls.Count(c => c.Status == 200) == 25, "all that had happened");
        foreach (var one in cases)
        {
            var its = receiver.Calls.Where(c => c.Status == 200 && c.Data.GetProperty("case_id").GetString() == one.ToString()).ToList();
            Assert.Equal(5, its.Count);
            Assert.Equal(its.Select(c => c.Data.GetProperty("sequence").GetInt64()).Order(), its.Select(c => c.Data.GetProperty("sequence").GetInt64()));
        }
        Assert.All(receiver.Calls, c => Assert.True(c.IsSignedWith(secret)));
        Assert.Equal(25, (await app.DeliveriesAsync(id)).Count(d => d.State == DeliveryState.Delivered));
        endpoint = await app.EndpointAsync(id);
        Assert.Equal((0, null), (endpoint.Failures, endpoint.FailingSince));
    }

    [Fact]
    public async Task A_receiver_that_dies_and_comes_back_gets_what_happened_meanwhile_at_least_once_and_in_order()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync(receiver.Url);
        var opened = (await OpenCaseAsync(app))!;
        await app.UntilAsync(() => receiver.Calls.Count == 1, "the first");
        var port = receiver.Port;
        await receiver.CloseAsync();
        for (var i = 0; i < 3; i++) await ChangeCaseAsync(app, opened.Id, $"step {i}");
        await app.UntilAsync(async () => (await app.EndpointAsync(id)).Failures > 0, "a failure");
        Assert.Equal(WebhookSender.Connection, (await app.DeliveriesAsync(id)).Single(d => d.Attempts > 0 && d.State == DeliveryState.Waiting).Error);
        await receiver.OpenAsync(port);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.UntilAsync(() => receiver.Calls.Count >= 4, "the rest");
        Assert.Equal(["case.created", "case.updated", "case.updated", "case.updated"], receiver.Calls.Select(c => c.Event));
        Assert.Equal(receiver.Calls.Select(c => c.Data.GetProperty("sequence").GetInt64()).Order(), receiver.Calls.Select(c => c.Data.GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_up_nobody_else_and_no_assessment()
    {
        await using var hanging = await Receiver.StartAsync();
        await using var quick = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync(("Panel:Webhooks:Timeout", "00:00:03"));
        using var end = new CancellationTokenSource();
        hanging.Answer = context => Task.Delay(System.Threading.Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, end.Token).Token).ContinueWith(_ => { }, TaskScheduler.Default);
        var (stuck, _) = await app.ListenAsync(hanging.Url);
        var (fine, _) = await app.ListenAsync(quick.Url);
        var shop = await Shop.OpenAsync(app);
        await shop.AssessAsync(Shop.Minimum);           // warm
        // Each within its budget, or it would be a 504.
        for (var i = 0; i < 40; i++) (await shop.AssessAsync($$"""{"amount":{{1000 + i}},"currency":"MXN"}""")).MustBeGood();
        await app.UntilAsync(() => quick.Calls.Count == 41, "all for the quick one");
        await app.UntilAsync(async () => (await app.DeliveriesAsync(stuck)).Exists(d => d.Error == WebhookSender.Timeout), "a timeout");
        Assert.Equal(41, (await app.DeliveriesAsync(fine)).Count(d => d.State == DeliveryState.Delivered));
        Assert.DoesNotContain(await app.DeliveriesAsync(stuck), d => d.State == DeliveryState.Delivered);
        await end.CancelAsync();
    }

    [Fact]
    public async Task Of_an_endless_answer_no_more_is_read_than_is_kept()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        receiver.Answer = async context =>
        {
            context.Response.StatusCode = 200;
            var block = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // It was hung up on, which is the only way out of here.
            }
        };
        var (id, _) = await app.ListenAsync(receiver.Url);
        await OpenCaseAsync(app);
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Exists(d => d.State == DeliveryState.Delivered), "the status alone");
        await app.UntilAsync(() => receiver.Calls.Count == 1, "the end of the flood");
        var attempt = await app.InDbAsync(db => db.Set<WebhookAttempt>().SingleAsync());
        Assert.Equal((200, WebhookAttempt.MostResponse, true), (attempt.Status, attempt.Response!.Length, attempt.IsCut));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_followed_nowhere()
    {
        await using var inside = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        foreach (var status in (int[])[301, 302, 303, 307, 308])
        {
            receiver.Answer = context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = inside.Url;
                return Task.CompletedTask;
            };
            var (id, _) = await app.ListenAsync(receiver.Url);
            await OpenCaseAsync(app);
            await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Exists(d => d.Error == WebhookSender.Redirect && d.Status == status), $"a refused {status}");
            await app.DoAsync<ChangeWebhooks, bool>(w => w.RemoveAsync(id, HookApp.Ines, default));
        }
        Assert.Equal(0, inside.Came);
    }

    [Fact]
    public async Task A_name_that_turns_to_an_address_inside_is_refused_when_it_is_called()
    {
        await using var app = await HookApp.OpenAsync();
        app.Lookup.Answer = _ => [IPAddress.Parse("169.254.169.254")];
        var (id, _) = await app.ListenAsync("https://hooks.shop.example/");
        await OpenCaseAsync(app);
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Exists(d => d.Error == WebhookSender.RefusedAddress), "the refusal");
        Assert.True(app.Lookup.Asked > 0);
    }

    [Fact]
    public async Task A_receiver_that_fails_for_a_day_is_switched_off_with_an_entry_and_a_notice_and_nothing_is_lost()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        var (id, _) = await app.ListenAsync(receiver.Url);
        await OpenCaseAsync(app);
        for (var i = 0; i < 32; i++)
        {
            await app.SendAsync();
            app.Clock.Advance(TimeSpan.FromHours(1));
        }
        await app.UntilAsync(async () => (await app.EndpointAsync(id)).State == EndpointState.Disabled, "switched off");
        Assert.Equal("failing", (await app.EndpointAsync(id)).StateReason);
        var entry = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.WebhookDisabled));
        Assert.Equal((id.ToString(), ActorKind.System), (entry.SubjectId, entry.ActorKind));
        var page = await app.As(World.Ines).PageAsync("/dashboard/connections/webhooks");
        Assert.Contains(WebhookEndpoint.PlaceOf(receiver.Url), page.QuerySelector(".alert-danger")!.TextContent, StringComparison.Ordinal);

        await OpenCaseAsync(app);
        var calls = receiver.Calls.Count;
        await app.SendAsync();
        Assert.Equal(calls, receiver.Calls.Count);
        receiver.Answer = _ => Task.CompletedTask;
        Assert.True(await app.DoAsync<ChangeWebhooks, bool>(w => w.ResumeAsync(id, HookApp.Ines, default)));
        await app.UntilAsync(() => receiver.Calls.Count(c => c.Status == 200) == 2, "both cases");
    }

    [Fact]
    public async Task Gone_for_good_switches_off_at_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 410;
            return Task.CompletedTask;
        };
        var (id, _) = await app.ListenAsync(receiver.Url);
        await OpenCaseAsync(app);
        await app.UntilAsync(async () => (await app.EndpointAsync(id)) is { State: EndpointState.Disabled, StateReason: "gone" }, "gone");
    }

    [Fact]
    public async Task What_is_paused_waits_and_comes_when_it_is_resumed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync(receiver.Url);
        Assert.True(await app.DoAsync<ChangeWebhooks, bool>(w => w.PauseAsync(id, HookApp.Ines, default)));
        await OpenCaseAsync(app);
        await app.SendAsync();
        Assert.Empty(await app.DeliveriesAsync(id));
        Assert.True(await app.DoAsync<ChangeWebhooks, bool>(w => w.ResumeAsync(id, HookApp.Ines, default)));
        await app.UntilAsync(() => receiver.Calls.Count == 1, "the case");
    }

    [Fact]
    public async Task Many_nodes_at_once_send_each_event_once_and_in_order()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync(receiver.Url);
        var cases = new List<Guid>();
        for (var i = 0; i < 6; i++) cases.Add((await OpenCaseAsync(app))!.Id);
        foreach (var one in cases)
            for (var step = 0; step < 3; step++) await ChangeCaseAsync(app, one, $"step {step}");
        // Workers that know nothing of each other but the rows.
        var services = app.Services;
        var nodes = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<DeliverWebhooks>(services)).ToList();
        await Task.WhenAll(nodes.Select(n => Task.Run(() => n.RunAsync(default))));
        await app.UntilAsync(() => receiver.Calls.Count >= 24, "all of them");
        Assert.Equal(24, receiver.Calls.Select(c => c.Headers["X-Clausum-Delivery"]).Distinct().Count());
        Assert.Equal(24, receiver.Calls.Count);
        foreach (var one in cases)
        {
            var its = receiver.Calls.Where(c => c.Data.GetProperty("case_id").GetString() == one.ToString()).Select(c => c.Data.GetProperty("sequence").GetInt64()).ToList();
            Assert.Equal(its.Order(), its);
        }
        Assert.Equal(24, (await app.DeliveriesAsync(id)).Count);
        foreach (var node in nodes) node.Dispose();
    }

    [Fact]
    public async Task What_a_node_had_claimed_when_it_died_is_sent_by_another()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync(receiver.Url);
        Assert.True(await app.DoAsync<ChangeWebhooks, bool>(w => w.PauseAsync(id, HookApp.Ines, default)));
        await OpenCaseAsync(app);
        await app.InDbAsync(async db =>
        {
            var told = await db.Set<OutboxEvent>().SingleAsync(e => e.Type == OutboxEventType.CaseCreated);
            db.Add(new WebhookDelivery
            {
                EndpointId = id, Event = told.Number, Name = "case.created", Subject = $"case:{told.CaseId}", Sequence = told.Number, At = told.At, Body = """{"event":"case.created","timestamp":"x","data":{"case_id":"x"}}""", State = DeliveryState.Sending,
                Claim = Guid.NewGuid(), ClaimedUntil = app.Clock.GetUtcNow().AddSeconds(30).ToUnixTimeMilliseconds(),
            });
            await db.WebhookEndpoints.ExecuteUpdateAsync(e => e.SetProperty(x => x.Mark, told.Number));
            await db.SaveChangesAsync();
        });
        Assert.True(await app.DoAsync<ChangeWebhooks, bool>(w => w.ResumeAsync(id, HookApp.Ines, default)));
        await app.SendAsync();
        Assert.Empty(receiver.Calls);
        app.Clock.Advance(TimeSpan.FromSeconds(31));
        await app.UntilAsync(() => receiver.Calls.Count == 1, "the one that was left");
    }

    [Fact]
    public async Task A_dead_receiver_has_no_more_than_a_window_written_out()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, _) = await app.ListenAsync(receiver.Url);
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        const int events = DeliverWebhooks.Window + 150;
        var cases = new List<Guid>();
        for (var i = 0; i < 40; i++) cases.Add((await OpenCaseAsync(app))!.Id);
        await app.InDbAsync(async db =>
        {
            var number = await db.Set<OutboxEvent>().MaxAsync(e => e.Number);
            for (var i = 1; i <= events - cases.Count; i++) db.Add(new OutboxEvent { Number = number + i, Type = OutboxEventType.CaseUpdated, At = TestClock.Start.ToUnixTimeMilliseconds(), CaseId = cases[i % cases.Count], CaseVersion = i + 1 });
            await db.SaveChangesAsync();
        });
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Count == DeliverWebhooks.Window, "a full window");
        await app.SendAsync();
        Assert.Equal(DeliverWebhooks.Window, (await app.DeliveriesAsync(id)).Count);
        receiver.Answer = _ => Task.CompletedTask;
        app.Clock.Advance(TimeSpan.FromHours(4));
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Count(d => d.State == DeliveryState.Delivered) == events, "all of them");
    }

    [Theory]
    [InlineData(1, 0, 24), InlineData(1, 1, 36), InlineData(2, 0.5, 60), InlineData(9, 0.5, 7_680), InlineData(10, 0.5, 14_400), InlineData(50, 1, 17_280)]
    public void Pauses_double_and_are_never_longer_than_some_hours(int attempts, double chance, int seconds) => Assert.Equal(seconds, Backoff.After(attempts, chance).TotalSeconds, 3);

    [Fact]
    public async Task An_answer_that_repeats_the_secret_or_a_card_is_kept_without_them()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, secret) = await app.ListenAsync(receiver.Url);
        receiver.Answer = context => context.Response.WriteAsync($"you sent {secret} and 4111111111111111");
        await OpenCaseAsync(app);
        await app.UntilAsync(async () => (await app.DeliveriesAsync(id)).Exists(d => d.State == DeliveryState.Delivered), "it");
        var kept = await app.InDbAsync(db => db.Set<WebhookAttempt>().Select(a => a.Response).SingleAsync());
        Assert.Equal("you sent *** and 411111******1111", kept);
    }

    [Fact]
    public async Task Of_a_decision_that_was_undone_nobody_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        var app = HookApp.Make();
        await using var world = await Reviews.ReviewWorld.StartAsync(app);
        await app.ListenAsync(receiver.Url, "review.closed review.reopened");
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var verdict = new ReviewVerdict(ClausumPanel.Storage.Reviews.ReviewOutcome.Decline, "stolen_card");
        var lease = await world.NextAsync(maria);
        Assert.True((await world.DecideAsync(maria, lease!.Value, verdict)).IsDone);
        await app.SendAsync();
        var (again, undone) = await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer)>(d => d.UndoAsync(maria, lease.Value.Seq, default));
        Assert.True(undone.IsDone);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.SettleAsync();
        await app.SendAsync();
        Assert.Empty(receiver.Calls);

        Assert.True((await world.DecideAsync(maria, again!.Value, verdict)).IsDone);
        app.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        await app.UntilAsync(() => receiver.Calls.Count == 1, "the decision");
        var told = receiver.Calls.Single();
        Assert.Equal(("review.closed", "decline", "stolen_card", "closed", "waiting"), (told.Event, told.Data.GetProperty("outcome").GetString(), told.Data.GetProperty("reason").GetString(), told.Data.GetProperty("status").GetString(),
            told.Data.GetProperty("previous_status").GetString()));
    }
}
