using System.Globalization;
using System.Net;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class PolicyTests
{
    private const string Thresholds = "/dashboard/protection/thresholds";

    private static Task<HttpResponseMessage> BandsAsync(HttpClient browser, int review, int challenge, int decline) => browser.SubmitAsync(Thresholds, "#bands-form",
        ("review", review.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("challenge", challenge.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("decline", decline.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static async Task<int> ProposeAsync(HttpClient browser, string reason)
    {
        using var answer = await browser.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", reason));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return int.Parse(answer.Headers.Location!.ToString().Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task<HttpResponseMessage> ApproveAsync(HttpClient browser, int version) => browser.SubmitAsync($"/dashboard/protection/versions/{version}", "form[action*=Approve]");

    private static async Task<string> SaidAsync(HttpResponseMessage answer) => (await answer.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent.Trim();

    private static Task<PolicyVersion> ActiveAsync(PanelApp app) => app.InDbAsync(db => db.Set<PolicyVersion>().AsNoTracking().SingleAsync(p => p.State == PolicyState.Active));

    [Fact]
    public async Task What_an_analyst_changes_judges_only_when_an_admin_has_approved_it()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines, shop) = (app.As(World.Maria), app.As(World.Ines), await Shop.OpenAsync(app));
        var before = (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Equal(HttpStatusCode.Redirect, (await BandsAsync(maria, 1, 2, 3)).StatusCode);
        Assert.Equal(1, (await ActiveAsync(app)).Version);
        Assert.Single((await maria.PageAsync(Thresholds)).QuerySelectorAll("#draft"));
        Assert.Empty((await ines.PageAsync(Thresholds)).QuerySelectorAll("#draft"));

        var version = await ProposeAsync(maria, "More of them should be looked at");
        Assert.Equal(2, version);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync($"/dashboard/protection/versions/{version}?handler=Approve", await TokenAsync(maria, Thresholds))).StatusCode);
        Assert.Equal(1, (await ActiveAsync(app)).Version);

        Assert.Equal(HttpStatusCode.Redirect, (await ApproveAsync(ines, version)).StatusCode);
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
        Assert.Equal(2, (await shop.AssessAsync(Shop.Minimum)).MustBeGood().Json.GetProperty("policy_version").GetInt32());
        Assert.Equal([PolicyState.Retired, PolicyState.Active], await app.InDbAsync(db => db.Set<PolicyVersion>().OrderBy(p => p.Version).Select(p => p.State).ToListAsync()));
        var old = await maria.SubmitAsync($"/dashboard/transactions/{before.Id}", "form[action*=JudgeAgain]");
        Assert.Contains("1", (await old.HtmlAsync()).QuerySelector("[data-identical], #judge-again")!.TextContent, StringComparison.Ordinal);

        var told = await app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == AuditActions.PolicyChanged).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal(["draft", "proposed", "activated"], told.Select(e => JsonDocument.Parse(e.After!).RootElement.GetProperty("step").GetString()));
        Assert.Equal([World.Maria.Name, World.Maria.Name, World.Ines.Name], told.Select(e => e.ActorName));
    }

    [Fact]
    public async Task Where_two_are_wanted_nobody_approves_their_own_by_any_route()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "On"));
        var (ines, maria) = (app.As(World.Ines), app.As(World.Maria));
        await BandsAsync(ines, 10, 20, 30);
        var own = await ProposeAsync(ines, "I want it so");
        Assert.Null((await ines.PageAsync($"/dashboard/protection/versions/{own}")).QuerySelector("form[action*=Approve]"));
        var refused = await ines.PostAsync($"/dashboard/protection/versions/{own}?handler=Approve", await TokenAsync(ines, Thresholds));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Otra persona debe aprobar lo que usted propuso."), (refused.StatusCode, await SaidAsync(refused)));

        await BandsAsync(maria, 40, 60, 90);
        await ApproveAsync(ines, await ProposeAsync(maria, "Too many reviews"));
        Assert.Equal(3, (await ActiveAsync(app)).Version);
        var back = await ines.SubmitAsync("/dashboard/protection/versions/1", "form[action*=Revert]", ("reason", "It was a mistake"));
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        Assert.Equal(3, (await ActiveAsync(app)).Version);
        var revert = await app.InDbAsync(db => db.Set<PolicyVersion>().AsNoTracking().OrderByDescending(p => p.Version).FirstAsync());
        Assert.Equal((4, PolicyState.Proposed, 1), (revert.Version, revert.State, revert.Reverts));
    }

    [Fact]
    public async Task Alone_an_admin_takes_a_version_back_at_once_and_the_new_one_equals_the_old()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = app.As(World.Ines);
        await BandsAsync(ines, 10, 20, 30);
        await ApproveAsync(ines, await ProposeAsync(ines, "A trial"));
        await ines.SubmitAsync("/dashboard/protection/versions/1", "form[action*=Revert]", ("reason", "The trial is over"));
        var active = await ActiveAsync(app);
        Assert.Equal((3, 1), (active.Version, active.Reverts));
        await app.InDbAsync(async db =>
        {
            var desk = app.Services.CreateScope().ServiceProvider.GetRequiredService<PolicyDesk>();
            Assert.Empty(PolicyChanges.Between((await desk.FindAsync(1, default))!, (await desk.FindAsync(3, default))!));
        });
    }

    [Fact]
    public async Task A_draft_that_another_version_overtook_says_so_and_is_carried_over()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, tomas, ines) = (app.As(World.Maria), app.As(World.Tomas), app.As(World.Ines));
        await BandsAsync(maria, 25, 50, 80);
        await maria.SubmitAsync(Thresholds + "?signal=short_session", "#signal-short_session form", ("weight", "44"));
        await BandsAsync(tomas, 30, 55, 85);
        await ApproveAsync(ines, await ProposeAsync(tomas, "Fewer declines"));

        var stale = await maria.PostAsync(Thresholds + "?handler=Propose", await TokenAsync(maria, Thresholds, ("reason", "Mine first")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Desde entonces se activó la versión 2: pase primero sus cambios a ella."), (stale.StatusCode, await SaidAsync(stale)));
        await maria.SubmitAsync(Thresholds, "form[action*=Rebase]");
        await ApproveAsync(ines, await ProposeAsync(maria, "On top of it"));
        var policy = await app.Services.CreateScope().ServiceProvider.GetRequiredService<PolicyDesk>().ActiveAsync(default);
        Assert.Equal((3, new Bands(25, 55, 85), 44), (policy.Version, policy.Bands, policy.Of(SignalCatalog.ByCode["short_session"]).Weight));
    }

    [Fact]
    public async Task Where_two_changed_the_same_thing_the_second_says_whose_value_stays()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, tomas, ines) = (app.As(World.Maria), app.As(World.Tomas), app.As(World.Ines));
        await BandsAsync(maria, 22, 50, 82);
        await maria.SubmitAsync(Thresholds + "?signal=short_session", "#signal-short_session form", ("weight", "44"));
        await BandsAsync(tomas, 31, 50, 85);
        await tomas.SubmitAsync(Thresholds + "?signal=short_session", "#signal-short_session form", ("weight", "44"));
        await ApproveAsync(ines, await ProposeAsync(tomas, "Fewer declines"));

        var page = await maria.PageAsync(Thresholds);
        Assert.Equal(["bands.review", "bands.decline"], page.QuerySelectorAll("[data-conflict]").Select(c => c.GetAttribute("data-conflict")));
        Assert.Contains("Versión 2: 85", page.QuerySelector("[data-conflict='bands.decline']")!.TextContent, StringComparison.Ordinal);
        await maria.SubmitAsync(Thresholds, "form[action*=Rebase]", ("theirs[bands.decline]", "bands.decline"));
        var draft = await app.InDbAsync(db => db.Set<PolicyDraft>().SingleAsync());
        Assert.True(PolicyJson.TryRead(draft.Document, out var policy, out _));
        Assert.Equal((2, new Bands(22, 50, 85)), (draft.BasedOn, policy.Bands));
        Assert.Empty((await maria.PageAsync(Thresholds)).QuerySelectorAll("[data-conflict]"));

        await BandsAsync(tomas, 33, 50, 85);
        await ApproveAsync(ines, await ProposeAsync(tomas, "A little more"));
        await maria.SubmitAsync(Thresholds, "form[action*=Rebase]", ("theirs[bands.review]", "bands.review"));
        Assert.Equal(0, await app.InDbAsync(db => db.Set<PolicyDraft>().CountAsync()));
    }

    [Fact]
    public async Task An_approved_version_begins_to_judge_when_its_time_comes()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines) = (app.As(World.Maria), app.As(World.Ines));
        await BandsAsync(maria, 25, 50, 85);
        var version = await ProposeAsync(maria, "From tonight on");
        var page = $"/dashboard/protection/versions/{version}";
        foreach (var (at, said) in new[] { ("2026-11-24T08:59", "de inmediato, o a una hora por venir"), ("2027-11-24T09:00", "de inmediato, o a una hora por venir"), ("tomorrow", "«tomorrow» no es una fecha") })
        {
            var refused = await ines.SubmitAsync(page, "form[action*=Approve]", ("effectiveAt", at));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains(said, await SaidAsync(refused), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.Redirect, (await ines.SubmitAsync(page, "form[action*=Approve]", ("effectiveAt", "2026-11-24T22:00"))).StatusCode);
        var row = await app.InDbAsync(db => db.Set<PolicyVersion>().AsNoTracking().SingleAsync(p => p.Version == version));
        Assert.Equal((PolicyState.Scheduled, new DateTimeOffset(2026, 11, 25, 4, 0, 0, TimeSpan.Zero)), (row.State, row.EffectiveAt));
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync($"{page}?handler=Unschedule", await TokenAsync(maria, Thresholds))).StatusCode);

        async Task<PolicyState> StateAsync() => await app.InDbAsync(db => db.Set<PolicyVersion>().Where(p => p.Version == version).Select(p => p.State).SingleAsync());
        async Task DueAsync() => await app.Services.CreateScope().ServiceProvider.GetRequiredService<PolicyDesk>().ActivateDueAsync(default);
        await ines.SubmitAsync(page, "form[action*=Unschedule]");
        Assert.Equal(PolicyState.Proposed, await StateAsync());
        await ines.SubmitAsync(page, "form[action*=Approve]", ("effectiveAt", "2026-11-24T22:00"));
        await DueAsync();
        Assert.Equal(PolicyState.Scheduled, await StateAsync());
        app.Clock.Advance(TimeSpan.FromHours(14));
        await DueAsync();
        Assert.Equal(PolicyState.Active, await StateAsync());
        Assert.Equal(World.Ines.Name, await app.InDbAsync(db => db.Set<PolicyVersion>().Where(p => p.Version == version).Join(db.Users, p => p.DecidedById, u => u.Id, (_, u) => u.DisplayName).SingleAsync()));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.PolicyChanged && e.ActorName == "system")));
    }

    [Fact]
    public async Task A_version_that_another_overtook_before_its_time_waits_for_approval_again()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, tomas, ines) = (app.As(World.Maria), app.As(World.Tomas), app.As(World.Ines));
        await BandsAsync(maria, 25, 50, 85);
        var first = await ProposeAsync(maria, "From tonight on");
        await ines.SubmitAsync($"/dashboard/protection/versions/{first}", "form[action*=Approve]", ("effectiveAt", "2026-11-24T22:00"));
        await BandsAsync(tomas, 30, 55, 85);
        var second = await ProposeAsync(tomas, "At once");
        await ApproveAsync(ines, second);
        app.Clock.Advance(TimeSpan.FromHours(14));
        await app.Services.CreateScope().ServiceProvider.GetRequiredService<PolicyDesk>().ActivateDueAsync(default);
        Assert.Equal(second, (await ActiveAsync(app)).Version);
        Assert.Equal(PolicyState.Proposed, await app.InDbAsync(db => db.Set<PolicyVersion>().Where(p => p.Version == first).Select(p => p.State).SingleAsync()));
        var told = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.PolicyChanged && e.ActorName == "system"));
        Assert.Contains($"version {second} was activated since", told.After, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 50, 80)]
    [InlineData(60, 50, 80)]
    [InlineData(30, 50, 102)]
    public async Task Bands_that_cannot_be_are_refused_and_nothing_is_kept(int review, int challenge, int decline)
    {
        await using var app = await PanelApp.StartAsync();
        var refused = await BandsAsync(app.As(World.Maria), review, challenge, decline);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.StartsWith("La política no funcionaría: bands.", await SaidAsync(refused), StringComparison.Ordinal);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<PolicyDraft>().CountAsync()));
    }

    [Fact]
    public async Task A_change_taken_back_leaves_no_draft()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        var bands = Policy.Default.Bands;
        await BandsAsync(maria, 5, 6, 7);
        Assert.Equal(1, await app.InDbAsync(db => db.Set<PolicyDraft>().CountAsync()));
        Assert.Equal(HttpStatusCode.Redirect, (await BandsAsync(maria, bands.Review, bands.Challenge, bands.Decline)).StatusCode);
        Assert.Equal([], (await maria.PageAsync(Thresholds)).QuerySelectorAll("#draft ~ *, section[aria-labelledby=draft] tbody tr").Select(r => r.TextContent));
        Assert.Equal(0, await app.InDbAsync(db => db.Set<PolicyDraft>().CountAsync()));
    }

    [Fact]
    public async Task Whoever_only_looks_changes_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        foreach (var person in (Person[])[World.Victor, World.Clara])
        {
            var browser = app.As(person);
            var page = await browser.PageAsync(Thresholds);
            Assert.Empty(page.QuerySelectorAll("main button.btn-primary, main form[action*=Propose], a[data-edit]"));
            Assert.Null((await browser.PageAsync(Thresholds + "?signal=short_session")).QuerySelector("#signal-short_session form"));
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(Thresholds + "?handler=Bands", await TokenAsync(browser, Thresholds, ("review", "1"), ("challenge", "2"), ("decline", "3")))).StatusCode);
        }
        Assert.Equal(0, await app.InDbAsync(db => db.Set<PolicyDraft>().CountAsync()));
    }

    [Fact]
    public async Task A_signal_is_read_in_its_line_and_changed_in_a_form_that_takes_the_line_s_place()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        var page = await maria.PageAsync(Thresholds);
        Assert.Empty(page.QuerySelectorAll(".weights form"));
        var line = page.QuerySelector("#signal-short_session")!;
        var setting = Policy.Default.Of(SignalCatalog.ByCode["short_session"]);
        Assert.Equal(setting.Weight.ToString(CultureInfo.InvariantCulture), line.QuerySelector(".weight-now b")!.TextContent);
        foreach (var (_, value) in setting.Parameters) Assert.Contains(value.ToString(CultureInfo.InvariantCulture), line.QuerySelector(".weight-name")!.TextContent, StringComparison.Ordinal);
        // Without script a page with that one form, with it just the form; a wrong weight comes back in it.
        var address = line.QuerySelector("a[data-edit]")!.GetAttribute("href")!;
        Assert.NotNull(Assert.Single((await maria.PageAsync(address)).QuerySelectorAll(".weights form")).QuerySelector("[name^='p.']"));
        using var part = await maria.SendAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "HX-Request", "true" } } });
        var form = await part.HtmlAsync();
        Assert.Null(form.QuerySelector("h1"));
        Assert.NotNull(form.QuerySelector("li#signal-short_session form [name=weight]"));
        using var wrong = await maria.SubmitAsync(address, ".weights form", ("weight", "heavy"), ("p." + setting.Parameters.Keys.First(), "7777"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        var again = (await wrong.HtmlAsync()).QuerySelector("#signal-short_session form")!;
        Assert.Equal(("heavy", "7777"), (again.QuerySelector("[name=weight]")!.GetAttribute("value"), again.QuerySelector($"[name='p.{setting.Parameters.Keys.First()}']")!.GetAttribute("value")));
    }

    [Fact]
    public async Task Amounts_are_typed_in_major_units_and_kept_in_minor_ones()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        Assert.Equal(HttpStatusCode.Redirect, (await maria.PostAsync(Thresholds + "?handler=Limit", await TokenAsync(maria, Thresholds, ("flow", "PayIn"), ("currency", "gbp"), ("maximum", "1500.50")))).StatusCode);
        var draft = await app.InDbAsync(db => db.Set<PolicyDraft>().SingleAsync());
        Assert.True(PolicyJson.TryRead(draft.Document, out var policy, out _));
        Assert.Equal(150_050L, policy.Limits.Single(l => l.Currency == "GBP").Maximum);
        var wrong = await maria.PostAsync(Thresholds + "?handler=Limit", await TokenAsync(maria, Thresholds, ("flow", "PayIn"), ("currency", "GBP"), ("maximum", "1.005")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Máximo: «1.005» no es un monto en GBP."), (wrong.StatusCode, await SaidAsync(wrong)));
    }

    [Fact]
    public async Task An_activation_under_load_loses_nothing_and_every_answer_names_one_version()
    {
        await using var app = await PanelApp.StartAsync();
        var (ines, shop) = (app.As(World.Ines), await Shop.OpenAsync(app));
        await BandsAsync(ines, 10, 20, 30);
        var version = await ProposeAsync(ines, "While everybody calls");
        var callers = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            List<int> seen = [];
            while (seen.Count == 0 || seen[^1] != version) seen.Add((await shop.AssessAsync(Shop.Minimum)).MustBeGood().Json.GetProperty("policy_version").GetInt32());
            return seen;
        })).ToList();
        await ApproveAsync(ines, version);
        foreach (var seen in await Task.WhenAll(callers)) Assert.Equal(seen.Order(), seen);
        Assert.All(await app.InDbAsync(db => db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>().Select(a => a.PolicyVersion).Distinct().ToListAsync()), v => Assert.InRange(v, 1, version));
    }

    [Fact]
    public async Task A_rule_is_listed_among_the_signals_counts_in_the_score_and_is_judged_again_alike()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        var rule = new PolicyRule("round-sum", "Round sum", "when amount >= 150 MXN then add 17", "Round sums are tried out");
        var watch = new PolicyRule("watch", "Watch", "when amount > 0 MXN then add 50", "Only looked at") { ObserveOnly = true };
        await RuledAsync(app, rule, watch);

        var answer = (await shop.AssessAsync(Shop.Minimum, ("Idempotency-Key", "ruled"))).MustBeGood();
        Assert.Contains("rule:round-sum", answer.Signals);
        Assert.DoesNotContain("rule:watch", answer.Signals);
        var details = answer.Json.GetProperty("signal_details").EnumerateArray().ToList();
        Assert.Equal(answer.Score, details.Sum(d => d.GetProperty("weight").GetInt32()));
        Assert.Equal("Round sums are tried out", details.Single(d => d.GetProperty("code").GetString() == "rule:round-sum").GetProperty("description").GetString());
        Assert.Equal(answer.Text, (await shop.AssessAsync(Shop.Minimum, ("Idempotency-Key", "ruled"))).Text);

        var maria = app.As(World.Maria);
        Assert.Contains("rule:round-sum", (await maria.PageAsync($"/dashboard/transactions/{answer.Id}")).QuerySelector(".waterfall")!.TextContent, StringComparison.Ordinal);
        var again = await (await maria.SubmitAsync($"/dashboard/transactions/{answer.Id}", "form[action*=JudgeAgain]")).HtmlAsync();
        Assert.Contains("Idéntico", again.QuerySelector("#judge-again")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rules_page_counts_what_each_rule_hit_what_it_decided_and_what_that_turned_out_to_be()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        await RuledAsync(app,
            new PolicyRule("dear", "Dear", "when amount > 500 MXN then review", "dear"), new PolicyRule("dearer", "Dearer", "when amount > 900 MXN then review", "dearer"),
            new PolicyRule("watch", "Watch", "when amount > 0 MXN then block", "watched") { ObserveOnly = true });
        var one = (await shop.AssessAsync("""{"amount":60000,"currency":"MXN","order_id":"one"}""")).MustBeGood();
        await shop.AssessAsync("""{"amount":95000,"currency":"MXN","order_id":"two"}""");
        await RuledAsync(app, new PolicyRule("first", "First", "when amount > 99999 MXN then block", "first"), new PolicyRule("dear", "Dear", "when amount > 500 MXN then review", "dear"));
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await shop.AssessAsync("""{"amount":70000,"currency":"MXN","order_id":"three"}""");
        await shop.AssessAsync("""{"amount":100,"currency":"MXN","order_id":"four"}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (app.Services.GetRequiredService<AssessService>().Log!.FoldedSeq < 4)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        await app.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var ledger = new LabelLedger(db);
            await ledger.BeginAsync(default);
            await ledger.AppendAsync([new NewLabel(AssessmentId.SeqOf(Guid.Parse(one.Id)), TestClock.Start.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback)], LabelChannel.Panel, Actor.System, app.Clock.GetUtcNow(), default);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        var rows = (await app.As(World.Victor).PageAsync("/dashboard/protection/rules")).QuerySelectorAll("[data-rule]").ToDictionary(r => r.GetAttribute("data-rule")!, r => r);
        string Of(string rule, string column) => string.Join(' ', rows[rule].QuerySelector($"[data-label='{column}']")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["first", "dear"], rows.Keys);
        Assert.Equal(("0", "0", "Nunca"), (Of("first", "Coincidencias"), Of("first", "Decidió"), Of("first", "Última vez")));
        // Of its three hits one stood beside a second rule that held the same payment for review.
        Assert.Equal(("3 75.0%", "2"), (Of("dear", "Coincidencias"), Of("dear", "Decidió")));
        Assert.Contains("24 nov 09:05", Of("dear", "Última vez"), StringComparison.Ordinal);
        Assert.Contains("1", Of("dear", "De los etiquetados"), StringComparison.Ordinal);
        var days = await app.InDbAsync(db => db.Set<RuleDay>().OrderBy(d => d.PolicyVersion).ThenBy(d => d.Rule).Select(d => new { d.PolicyVersion, d.Rule, d.Count, d.Decided }).ToListAsync());
        Assert.Equal(["2 0 2 1", "2 1 1 0", "2 2 2 0", "3 1 1 1"], days.Select(d => $"{d.PolicyVersion} {d.Rule} {d.Count} {d.Decided}"));
    }

    internal static async Task RuledAsync(PanelApp app, params PolicyRule[] rules)
    {
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var desk = scope.ServiceProvider.GetRequiredService<PolicyDesk>();
            var ines = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email));
            var actor = new Actor(ActorKind.Person, ines.Id, ines.DisplayName);
            var active = await desk.ActiveAsync(default);
            Assert.Null((await desk.ChangeAsync(actor, PolicyChanges.Between(active, active with { Rules = rules }), mayRules: true, default)).Refusal);
            Assert.Null((await desk.ApproveAsync(actor, (await desk.ProposeAsync(actor, "Rules", null, default)).Version!.Value, null, null, default)).Refusal);
        }
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
    }

    [Fact]
    public async Task An_admin_writes_a_rule_that_is_checked_where_it_is_wrong_and_an_analyst_may_not()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = app.As(World.Ines);
        var offered = await ines.PageAsync("/dashboard/protection/rule?template=night");
        Assert.Equal(RuleTemplates.All.Count, offered.QuerySelectorAll("a[href*='template=']").Length);
        Assert.Contains("hour between 0 and 5", offered.QuerySelector("#Input_Text")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Suma grande de madrugada", offered.QuerySelector("#Input_Name")!.GetAttribute("value"));

        var wrong = await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "De otro país"), ("Input.Reason", "Cards from abroad"), ("Input.Text", "when card.county != ip.country\nthen review"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        var said = (await wrong.HtmlAsync()).QuerySelector("#rule-problems")!.TextContent;
        Assert.Contains("Línea 1, posición 6", said, StringComparison.Ordinal);
        Assert.Contains("card.country", said, StringComparison.Ordinal);

        var saved = await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "De otro país"), ("Input.Reason", "Cards from abroad"), ("Input.Text", "when card.country != ip.country\nthen review"), ("Input.Currency", "mxn"), ("Input.ObserveOnly", "false"));
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "Second"), ("Input.Reason", "Another"), ("Input.Text", "when email.disposable then add 10"), ("Input.ObserveOnly", "false"));
        await ines.PostAsync("/dashboard/protection/rules?handler=Move&id=second&by=-1", await TokenAsync(ines, "/dashboard/protection/rules"));
        var draft = await app.InDbAsync(db => db.Set<PolicyDraft>().SingleAsync());
        Assert.True(PolicyJson.TryRead(draft.Document, out var policy, out _));
        Assert.Equal(["second", "de-otro-pais"], policy.Rules.Select(r => r.Id));
        Assert.Equal(("MXN", true), (policy.Rules[1].Currency, policy.Rules[1].Enabled));

        var maria = app.As(World.Maria);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.GetAsync("/dashboard/protection/rule")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync("/dashboard/protection/rules?handler=Remove&id=second", await TokenAsync(maria, Thresholds))).StatusCode);
    }

    [Fact]
    public async Task A_rule_is_counted_and_tried_on_stored_payments_before_anybody_is_judged_by_it()
    {
        await using var app = await PanelApp.StartAsync();
        var (ines, maria, shop) = (app.As(World.Ines), app.As(World.Maria), await Shop.OpenAsync(app));
        var small = (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","order_id":"ord-small"}""")).MustBeGood();
        var large = (await shop.AssessAsync("""{"amount":900000,"currency":"MXN","order_id":"ord-large"}""")).MustBeGood();
        await shop.AssessAsync("""{"amount":900000,"currency":"USD"}""");
        const string rule = "/dashboard/protection/rule", text = "when amount > 5000 MXN and not email.disposable then review";
        var page = await ines.PageAsync(rule);
        Assert.Equal("this:replace", page.QuerySelector("[hx-post$='handler=Count']")!.GetAttribute("hx-sync"));

        async Task<AngleSharp.Html.Dom.IHtmlDocument> AskAsync(string handler, params (string, string)[] fields)
        {
            using var answer = await ines.PostAsync($"{rule}?handler={handler}", await TokenAsync(ines, rule, fields));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.HtmlAsync();
        }

        var all = (await AskAsync("Count", ("Input.Text", text))).QuerySelector("[data-hits]")!;
        Assert.Equal(("1", "3"), (all.GetAttribute("data-hits"), all.GetAttribute("data-looked")));
        var listed = (await AskAsync("Count", ("Input.Text", text), ("Input.Currency", "mxn"))).QuerySelector("#rule-count")!;
        Assert.Equal("2", listed.QuerySelector("[data-looked]")!.GetAttribute("data-looked"));
        Assert.EndsWith(large.Id.ToString(), Assert.Single(listed.QuerySelectorAll("a")).GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("0", (await AskAsync("Count", ("Input.Text", text), ("Input.Submerchant", "sub_7"))).QuerySelector("[data-hits]")!.GetAttribute("data-hits"));
        Assert.Contains("no se tomaron en cuenta su inicio", (await AskAsync("Count", ("Input.Text", text), ("Input.Starts", "2031-01-01T00:00"))).QuerySelector("#rule-count")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await AskAsync("Count", ("Input.Text", new string('(', 100_000)))).QuerySelector("[data-hits]"));

        var hit = (await AskAsync("Try", ("Input.Text", text), ("Which", "ord-large"))).QuerySelector("#rule-case")!;
        Assert.Equal("true", hit.QuerySelector("[data-holds]")!.GetAttribute("data-holds"));
        Assert.Contains("9,000.00", hit.TextContent, StringComparison.Ordinal);
        var missed = (await AskAsync("Try", ("Input.Text", text), ("Which", small.Id.ToString()))).QuerySelector("#rule-case")!;
        Assert.Equal("false", missed.QuerySelector("[data-leaf]")!.GetAttribute("data-leaf"));
        Assert.Contains("vale para otra moneda", (await AskAsync("Try", ("Input.Text", text), ("Which", "ord-large"), ("Input.Currency", "USD"))).QuerySelector("#rule-case")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Ninguna evaluación", (await AskAsync("Try", ("Input.Text", text), ("Which", "nothing"))).QuerySelector("#rule-case")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync($"{rule}?handler=Count", await TokenAsync(maria, Thresholds))).StatusCode);
    }

    [Fact]
    public async Task An_admin_switches_and_copies_rules_from_their_list()
    {
        await using var app = await PanelApp.StartAsync();
        var (ines, maria) = (app.As(World.Ines), app.As(World.Maria));
        const string rules = "/dashboard/protection/rules";
        await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "First"), ("Input.Reason", "One"), ("Input.Text", "when email.disposable then add 10"), ("Input.ObserveOnly", "false"));

        async Task<PolicyRule[]> AskAsync(string handler)
        {
            using var answer = await ines.PostAsync($"{rules}?handler={handler}", await TokenAsync(ines, rules));
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            var draft = await app.InDbAsync(db => db.Set<PolicyDraft>().AsNoTracking().SingleAsync());
            Assert.True(PolicyJson.TryRead(draft.Document, out var policy, out _));
            return [.. policy.Rules];
        }

        Assert.True((await AskAsync("Observe&id=first&only=true"))[0].ObserveOnly);
        var copied = await AskAsync("Duplicate&id=first");
        Assert.Equal([("first", "First", true), ("first-2", "Copia de First", false)], copied.Select(r => (r.Id, r.Name, r.Enabled)));
        Assert.True((await AskAsync("Turn&id=first-2&on=true"))[1].Enabled);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync($"{rules}?handler=Duplicate&id=first", await TokenAsync(maria, Thresholds))).StatusCode);
    }

    private static async Task<FormUrlEncodedContent> TokenAsync(HttpClient browser, string page, params (string Name, string Value)[] fields)
    {
        var token = (await browser.PageAsync(page)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        return new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]);
    }
}
