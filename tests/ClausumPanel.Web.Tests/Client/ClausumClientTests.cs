using System.Net;
using System.Text;
using ClausumPanel.Client;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Client;

/// <summary>The client as a shop's backend has it, against the panel as it runs.</summary>
public sealed class ClausumClientTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static readonly AssessRequest Purchase = new()
    {
        Amount = 15_000, Currency = "MXN", Email = "maria.lopez@example.mx", CustomerId = "cus_1001", PaymentMethod = new() { Type = "card", CardBin = "411111", CardLast4 = "4242", CardCountry = "MX" },
        Device = new() { Ip = "201.150.10.22" }, Billing = new() { Country = "MX", City = "CDMX" }, Metadata = new Dictionary<string, string> { ["channel"] = "web" },
    };

    /// <summary>What stands between the client and the panel.</summary>
    private sealed class Wire(HttpMessageHandler panel, Func<int, CancellationToken, Task<HttpResponseMessage?>>? instead = null) : DelegatingHandler(panel)
    {
        public List<string> Keys { get; } = [];

        /// <summary>The first call reaches the panel, and its answer never comes back.</summary>
        public bool LosesFirstAnswer { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Keys.Add(request.Headers.GetValues("Idempotency-Key").Single());
            if (LosesFirstAnswer && Keys.Count == 1)
            {
                (await base.SendAsync(request, cancellationToken)).Dispose();
                throw new HttpRequestException("connection reset");
            }
            if (instead is not null && await instead(Keys.Count, cancellationToken) is { } other) return other;
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private async Task<(ClausumClient Client, Wire Wire)> BackendAsync(Func<int, CancellationToken, Task<HttpResponseMessage?>>? instead = null, Action<ClausumOptions>? change = null, string? key = null)
    {
        await Shop.ReadyAsync(app);
        key ??= await app.IssueKeyAsync(KeyType.Server, k => k.PerMinute = 1_000_000);
        var wire = new Wire(app.Server.CreateHandler(), instead);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddClausum(clausum =>
        {
            (clausum.BaseAddress, clausum.ApiKey, clausum.Pause) = (new Uri("http://localhost"), key, TimeSpan.Zero);
            // A machine that runs many tests at once may take its time; what is tested here is not how long.
            (clausum.Timeout, clausum.FirstAttempt) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));
            change?.Invoke(clausum);
        }).ConfigurePrimaryHttpMessageHandler(() => wire);
        return (services.BuildServiceProvider().GetRequiredService<ClausumClient>(), wire);
    }

    private static Task<HttpResponseMessage?> Says(HttpStatusCode status, string body = "") =>
        Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });

    [Fact]
    public async Task A_payment_is_judged_and_every_member_arrives()
    {
        var (clausum, _) = await BackendAsync();
        var verdict = await clausum.AssessAsync(Purchase with { Email = "x@mailinator.com" });
        Assert.False(verdict.IsDegraded);
        Assert.True(verdict.RiskScore > 0);
        Assert.Contains("disposable_email", verdict.Signals);
        Assert.Equal(verdict.RiskScore, verdict.SignalDetails.Sum(d => d.Weight));
        Assert.NotNull(verdict.AssessmentId);
        Assert.StartsWith("ps_", verdict.SessionId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_merchant_that_was_named_comes_back_with_its_name()
    {
        var (clausum, _) = await BackendAsync();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ChangeSubmerchants>().AddAsync("sm_acme_mx", new SubmerchantFacts("Acme México", "MX", "5411", IsActive: false), ClausumPanel.Storage.Audit.Actor.System, default);
        var verdict = await clausum.AssessAsync(Purchase with { SubmerchantId = "sm_acme_mx" });
        Assert.Equal(("sm_acme_mx", "Acme México", false), (verdict.SubmerchantId, verdict.SubmerchantName, verdict.IsDegraded));
    }

    [Fact]
    public async Task What_is_far_too_much_is_declined_and_says_what_blocked_it()
    {
        var (clausum, _) = await BackendAsync();
        var verdict = await clausum.AssessAsync(Purchase with { Amount = 20_000_001 });
        Assert.Equal((Decision.Decline, 100, "amount_above_max"), (verdict.Decision, verdict.RiskScore, verdict.BlockedBy));
    }

    [Fact]
    public async Task An_answer_lost_on_its_way_is_asked_for_again_under_the_same_key_and_counts_once()
    {
        var (clausum, wire) = await BackendAsync();
        wire.LosesFirstAnswer = true;
        var verdict = await clausum.AssessAsync(Purchase with { OrderId = "lost-1" }, "lost-1-attempt");
        Assert.Equal(["lost-1-attempt", "lost-1-attempt"], wire.Keys);
        Assert.Equal((false, true), (verdict.IsDegraded, verdict.IsReplay));
        var again = await clausum.AssessAsync(Purchase with { OrderId = "lost-1" }, "lost-1-attempt");
        Assert.Equal(verdict.AssessmentId, again.AssessmentId);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"error":{"code":"ASSESS_MAINTENANCE","message":"x"}}""", "ASSESS_MAINTENANCE", 2)]
    [InlineData(HttpStatusCode.GatewayTimeout, "<html>", "HTTP_504", 2)]
    [InlineData(HttpStatusCode.Conflict, """{"error":{"code":"IDEMPOTENCY_IN_PROGRESS","message":"x"}}""", "IDEMPOTENCY_IN_PROGRESS", 2)]
    [InlineData(HttpStatusCode.InternalServerError, "", "HTTP_500", 1)]
    [InlineData(HttpStatusCode.OK, "{", "answer", 1)]
    [InlineData(HttpStatusCode.OK, "{}", "answer", 1)]
    [InlineData(HttpStatusCode.OK, "null", "answer", 1)]
    [InlineData(HttpStatusCode.OK, """{"decision":"maybe"}""", "answer", 1)]
    public async Task Whatever_comes_back_the_sale_goes_on_and_the_reason_is_named(HttpStatusCode status, string body, string failure, int attempts)
    {
        var (clausum, wire) = await BackendAsync((_, _) => Says(status, body));
        var verdict = await clausum.AssessAsync(Purchase);
        Assert.Equal((Decision.Approve, true, failure, attempts), (verdict.Decision, verdict.IsDegraded, verdict.Failure, wire.Keys.Count));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData(HttpStatusCode.Conflict, "IDEMPOTENCY_CONFLICT")]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE")]
    [InlineData(HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED")]
    public async Task What_a_buyer_can_bring_about_is_no_way_round_the_judgement(HttpStatusCode status, string code)
    {
        var (clausum, wire) = await BackendAsync((_, _) => Says(status, $$$"""{"error":{"code":"{{{code}}}","message":"x"}}"""));
        var verdict = await clausum.AssessAsync(Purchase);
        Assert.Equal((Decision.Challenge, true, code, 1), (verdict.Decision, verdict.IsDegraded, verdict.Failure, wire.Keys.Count));
    }

    [Fact]
    public async Task A_panel_that_hangs_is_waited_for_no_longer_than_the_limit()
    {
        static async Task<HttpResponseMessage?> HangAsync(int attempt, CancellationToken stop)
        {
            await Task.Delay(System.Threading.Timeout.Infinite, stop);
            return null;
        }
        var (clausum, wire) = await BackendAsync(HangAsync, o => (o.Timeout, o.FirstAttempt, o.WhenUnavailable) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100), Decision.Decline));
        var started = Environment.TickCount64;
        var verdict = await clausum.AssessAsync(Purchase with { SessionId = "ps_1716998400000_a1b2c3d4e" });
        Assert.Equal((Decision.Decline, true, "timeout", 2, "ps_1716998400000_a1b2c3d4e"), (verdict.Decision, verdict.IsDegraded, verdict.Failure, wire.Keys.Count, verdict.SessionId));
        Assert.True(Environment.TickCount64 - started < 10_000);
    }

    [Fact]
    public async Task Whoever_goes_away_is_not_answered()
    {
        using var gone = new CancellationTokenSource();
        var (clausum, _) = await BackendAsync(async (_, stop) =>
        {
            await gone.CancelAsync();
            stop.ThrowIfCancellationRequested();
            return null;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => clausum.AssessAsync(Purchase, stop: gone.Token));
    }

    [Fact]
    public async Task A_revoked_key_does_not_stop_the_shop()
    {
        var (clausum, wire) = await BackendAsync(key: ApiKey.Issue("never stored", KeyType.Server, app.Clock.GetUtcNow()).Text);
        var verdict = await clausum.AssessAsync(Purchase);
        Assert.Equal((Decision.Approve, true, "UNAUTHORIZED", 1), (verdict.Decision, verdict.IsDegraded, verdict.Failure, wire.Keys.Count));
    }

    [Fact]
    public async Task Fraud_is_reported_once_and_a_second_report_is_refused_with_its_code()
    {
        var (clausum, _) = await BackendAsync();
        var verdict = await clausum.AssessAsync(Purchase with { Email = "robada@tienda-fraude.example", Device = null });
        var reported = await clausum.ReportFraudAsync(new FraudReport { Reason = FraudReason.AccountTakeover, TransactionId = verdict.AssessmentId.ToString(), Description = "The customer called." });
        Assert.Equal(verdict.AssessmentId, reported.TransactionId);
        Assert.NotEqual(Guid.Empty, reported.CaseId);
        Assert.NotEmpty(reported.ReferenceNumber);
        var refused = await Assert.ThrowsAsync<ClausumException>(() => clausum.ReportFraudAsync(new FraudReport { Reason = FraudReason.Other, TransactionId = verdict.AssessmentId.ToString() }));
        Assert.Equal(("DUPLICATE", 409), (refused.Code, refused.Status));
    }

    [Theory, InlineData("clm_pub_abc"), InlineData("")]
    public void A_key_that_is_no_server_key_is_refused_at_once(string key)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddClausum(clausum => (clausum.BaseAddress, clausum.ApiKey) = (new Uri("https://panel.example"), key));
        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => services.BuildServiceProvider().GetRequiredService<ClausumClient>());
    }
}
