using System.Net;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Panel;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Settings;

public sealed class RetentionTests : RetentionStories
{
    private const string Page = "/dashboard/settings/retention";

    protected override PanelApp Make() => new();

    [Fact] public Task Payments_go_with_all_that_finds_them_and_every_figure_stays() => PaymentsAsync();

    [Fact] public Task What_an_open_review_case_or_dispute_rests_on_stays_until_it_was_closed_for_long_enough() => HeldAsync();

    [Fact] public Task A_run_that_was_killed_in_the_middle_is_taken_up_and_two_never_work_at_the_same_one() => KilledAsync();

    [Fact] public Task What_is_known_of_a_device_goes_and_decision_score_and_reasons_stay() => DeviceAsync();

    [Fact] public Task The_oldest_part_of_the_audit_log_goes_under_a_seal_and_the_rest_is_still_proved() => AuditAsync();

    [Fact] public Task Webhooks_events_simulations_and_imports_go_each_at_its_time() => LogsAsync();

    [Fact]
    public async Task A_term_is_changed_with_the_password_and_audited_and_what_cannot_be_is_refused()
    {
        await using var app = await StartAsync(("Panel:Events:KeepDays", "45"));
        var ines = app.As(World.Ines);
        var page = await ines.PageAsync(Page);
        Assert.Equal(["18", "13", "30", "45", "12", "6", "5"], page.QuerySelectorAll("[data-kept] input").Select(i => i.GetAttribute("value")!));
        Assert.Contains("Panel__Events__KeepDays", page.QuerySelector("[data-fixed='retention-events']")!.TextContent, StringComparison.Ordinal);

        Task<HttpResponseMessage> SaveAsync(params (string, string)[] fields) => ines.SubmitAsync(Page, "#retention-form", fields);
        foreach (var (field, value) in ((string, string)[])[("Payments", "5"), ("Payments", "241"), ("Deliveries", "0"), ("Audit", "-1"), ("DeviceFacts", "six"), ("Imports", "")])
        {
            var refused = await SaveAsync(($"Terms[{field}]", value), ("Password", World.Password));
            Assert.Equal((field, HttpStatusCode.UnprocessableEntity), (field, refused.StatusCode));
            Assert.NotEqual("", (await refused.HtmlAsync()).QuerySelector($"#wrong-{field}")!.TextContent.Trim());
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveAsync(("Terms[Payments]", "24"))).StatusCode);
        Assert.Equal(18, app.Services.GetRequiredService<RetentionTerms>()[KeptData.Payments]);
        Assert.Equal(HttpStatusCode.Found, (await SaveAsync(("Terms[Payments]", "24"), ("Terms[Audit]", "0"), ("Password", World.Password))).StatusCode);
        Assert.Equal((24, 0), (app.Services.GetRequiredService<RetentionTerms>()[KeptData.Payments], app.Services.GetRequiredService<RetentionTerms>()[KeptData.Audit]));
        Assert.Equal([("retention-audit", """{"value":"5"}""", """{"value":"0"}"""), ("retention-payments", """{"value":"18"}""", """{"value":"24"}""")],
            await app.InDbAsync(async db => (await db.AuditEntries.Where(e => e.Action == AuditActions.SettingChanged).OrderBy(e => e.SubjectId).ToListAsync()).ConvertAll(e => (e.SubjectId!, e.Before!, e.After!))));
        // Nothing changes, so nothing is asked.
        Assert.Equal(HttpStatusCode.Found, (await SaveAsync()).StatusCode);
        foreach (var person in (Person[])[World.Maria, World.Clara, World.Victor]) Assert.Equal(HttpStatusCode.Forbidden, (await app.As(person).GetAsync(Page)).StatusCode);
    }

    [Theory, InlineData("Panel:Retention:PaymentMonths", "3"), InlineData("Panel:Retention:AuditYears", "-1"), InlineData("Panel:Webhooks:KeepLogDays", "0"), InlineData("Panel:Retention:PaymentDays", "3")]
    public async Task A_term_that_cannot_be_stops_the_start(string setting, string value)
    {
        var app = await PanelApp.StartAsync((setting, value));
        Assert.ThrowsAny<Exception>(() => app.Services);
        await ((IAsyncLifetime)app).DisposeAsync();
    }

    [Fact]
    public async Task The_page_says_what_was_removed_what_is_left_and_what_is_held_back_and_why()
    {
        await using var app = await StartAsync();
        var entries = new List<Entry> { new(TestClock.Start.AddMonths(-20), Assess.Decision.Approve), new(TestClock.Start.AddMonths(-19), Assess.Decision.Review), new(TestClock.Start.AddMonths(-2), Assess.Decision.Approve) };
        await app.StoreAsync(entries);
        Assert.Contains("2", (await app.As(World.Ines).PageAsync(Page)).QuerySelector("[data-due]")!.TextContent, StringComparison.Ordinal);
        await RunAsync(app);
        var page = await app.As(World.Ines).PageAsync(Page);
        var payments = page.QuerySelector("[data-kept=Payments]")!;
        Assert.Contains("revisión", payments.QuerySelector("li")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("2025", payments.QuerySelectorAll("td")[2].TextContent, StringComparison.Ordinal);
        Assert.Contains("Pagos: 1", page.QuerySelector("[data-run]")!.TextContent, StringComparison.Ordinal);
        var entry = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.RetentionRun));
        Assert.Contains(""""payments":{"olderThan":"2025-05-24T00:00:00+00:00","removed":1,"held":1}"""", entry.After, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, await app.InDbAsync(db => db.Set<StoredAssessment>().CountAsync()));
    }
}

public sealed class PostgresRetentionTests : RetentionStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Payments_go_with_all_that_finds_them_and_every_figure_stays() => PaymentsAsync();

    [PostgresFact] public Task What_an_open_review_case_or_dispute_rests_on_stays_until_it_was_closed_for_long_enough() => HeldAsync();

    [PostgresFact] public Task A_run_that_was_killed_in_the_middle_is_taken_up_and_two_never_work_at_the_same_one() => KilledAsync();

    [PostgresFact] public Task What_is_known_of_a_device_goes_and_decision_score_and_reasons_stay() => DeviceAsync();

    [PostgresFact] public Task The_oldest_part_of_the_audit_log_goes_under_a_seal_and_the_rest_is_still_proved() => AuditAsync();

    [PostgresFact] public Task Webhooks_events_simulations_and_imports_go_each_at_its_time() => LogsAsync();
}
