using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Settings;

public sealed class SettingsTests : IAsyncLifetime
{
    private const string Page = "/dashboard/settings", Live = "/dashboard/going-live";
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private HttpClient Ines => field ??= app.As(World.Ines);

    private Task<HttpResponseMessage> SaveAsync(params (string, string)[] fields) => Ines.SubmitAsync(Page, "#company-form", fields);

    private Task<HttpResponseMessage> SwitchMaintenanceAsync() => Ines.SubmitAsync(Page, "#maintenance-form", ("password", World.Password));

    private async Task<bool> IsDoneAsync(LiveStep step) => (await Ines.PageAsync(Live)).QuerySelector($"[data-step={step}]")!.GetAttribute("data-done") == "true";

    [Fact]
    public async Task The_company_is_saved_shown_and_audited()
    {
        Assert.Equal(HttpStatusCode.Found, (await SaveAsync(("Input.Organization", "Tienda Núñez"), ("Input.OrganizationType", "psp"), ("Input.TimeZone", "America/Bogota"), ("Input.FourEyes", "Off"), ("Input.Password", World.Password))).StatusCode);
        Assert.Equal("Tienda Núñez", (await app.As(World.Victor).PageAsync("/dashboard")).QuerySelector(".organization")!.TextContent);
        Assert.Equal(("psp", "America/Bogota"), (app.Services.GetRequiredService<AssessOptions>().OrganizationType, app.Services.GetRequiredService<AssessOptions>().Zone.Id));
        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.SettingChanged).OrderBy(e => e.SubjectId).ToListAsync());
        Assert.Equal(["four-eyes", "organization", "organization-type", "time-zone"], trail.Select(e => e.SubjectId));
        Assert.Equal(("""{"value":""}""", """{"value":"Tienda Núñez"}"""), (trail[1].Before, trail[1].After));

        await SaveAsync(("Input.Organization", "Tienda Núñez"));
        Assert.Equal(4, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.SettingChanged)));
        // A psp is told that a payment does not say whose it is.
        var shop = await Shop.OpenAsync(app);
        Assert.Contains((await shop.AssessAsync(Shop.Minimum)).MustBeGood().Warnings, w => w.Contains("submerchant_id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_language_is_for_whoever_says_nothing()
    {
        async Task<string?> SpokenAsync() => (await app.Anonymous().PageAsync("/account/login")).DocumentElement.GetAttribute("lang");
        Assert.Equal("es-MX", await SpokenAsync());
        await SaveAsync(("Input.Language", "en-US"));
        Assert.Equal("en-US", await SpokenAsync());
    }

    [Fact]
    public async Task What_a_challenge_asks_stands_beside_its_reasons_of_a_payment()
    {
        await using var world = await ReviewWorld.StartAsync(app);
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var item = $"/dashboard/reviews/{await app.InDbAsync(db => db.Set<StoredAssessment>().Select(a => a.Id).SingleAsync())}";
        using (await Ines.SubmitAsync(item, "form[action*='handler=Take']")) { }
        async Task<(string?, string?)> AsksAsync() => ((await Ines.PageAsync(item)).QuerySelector(".reasons[data-outcome=Challenge] [data-asks]")?.TextContent, (await Ines.PageAsync("/dashboard/reviews/bulk?seqs=1")).QuerySelector("[data-asks]")?.TextContent);
        const string Shops = "El comercio decide qué verificación pide.", Set = "El comercio pide: 3-D Secure <otra vez>";
        Assert.Equal((Shops, Shops), await AsksAsync());
        await SaveAsync(("Input.ChallengeAsks", "  3-D Secure <otra vez> "));
        Assert.Equal((Set, Set), await AsksAsync());
        var line = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.SettingChanged));
        Assert.Equal(("challenge-asks", """{"value":""}"""), (line.SubjectId, line.Before));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveAsync(("Input.ChallengeAsks", new string('x', 121)))).StatusCode);
        Assert.Equal((Set, Set), await AsksAsync());
        await SaveAsync(("Input.ChallengeAsks", ""));
        Assert.Equal((Shops, Shops), await AsksAsync());
    }

    [Fact]
    public async Task What_a_challenge_asks_may_be_said_by_the_operator_and_is_never_asked_of_who_is_paid()
    {
        app.With("Panel:Reviews:ChallengeAsks", "Un código al teléfono");
        Assert.Contains("Panel__Reviews__ChallengeAsks", (await Ines.PageAsync(Page)).QuerySelector("[data-fixed=challenge-asks]")!.TextContent, StringComparison.Ordinal);
        await SaveAsync(("Input.ChallengeAsks", "Otra cosa"));
        var (options, texts) = (app.Services.GetRequiredService<IOptions<ReviewOptions>>().Value, new Texts());
        Assert.Equal("Un código al teléfono", options.ChallengeAsks);
        Assert.NotEqual(texts.Asks(options, Flow.PayIn), texts.Asks(options, Flow.PayOut));
        Assert.DoesNotContain(options.ChallengeAsks, texts.Asks(options, Flow.PayOut), StringComparison.Ordinal);
    }

    [Theory, InlineData("Input.TimeZone", "America/Atlantis"), InlineData("Input.Language", "fr-FR"), InlineData("Input.FourEyes", "Maybe"), InlineData("Input.OrganizationType", "mafia")]
    public async Task What_cannot_be_is_refused_and_nothing_changes(string field, string value)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveAsync(("Input.Organization", "Otra"), (field, value))).StatusCode);
        Assert.False(await app.InDbAsync(db => db.Settings.AnyAsync(s => s.Name == "panel.organization")));
    }

    [Fact]
    public async Task What_the_operator_has_said_wins_and_cannot_be_changed()
    {
        app.With("Panel:Organization", "Del entorno").With("Panel:TimeZone", "America/Lima");
        var page = await Ines.PageAsync(Page);
        Assert.True(page.QuerySelector("[name='Input.Organization']")!.HasAttribute("disabled"));
        Assert.Contains("Panel__Organization", page.QuerySelector("[data-fixed=organization]")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("[data-fixed=language]"));
        await SaveAsync(("Input.Organization", "Otra"), ("Input.TimeZone", "America/Bogota"), ("Input.Language", "en-US"));
        Assert.Equal("Del entorno", (await Ines.PageAsync(Page)).QuerySelector(".organization")!.TextContent);
        Assert.Equal(["panel.language"], await app.InDbAsync(db => db.Settings.Where(s => s.Name.StartsWith("panel.")).Select(s => s.Name).ToListAsync()));
    }

    [Fact]
    public async Task In_maintenance_calls_are_turned_away_nothing_is_stored_and_the_test_is_remembered()
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.False(await IsDoneAsync(LiveStep.FailOpenTested));
        await SwitchMaintenanceAsync();
        var stored = await shop.StoredAsync();
        var refused = (await shop.AssessAsync(Shop.Minimum)).MustRefuse(503, "ASSESS_MAINTENANCE");
        Assert.NotNull(refused.Header("Retry-After"));
        (await shop.PayoutAsync(Shop.Payout)).MustRefuse(503, "ASSESS_MAINTENANCE");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await shop.Client.GetAsync("/api/v1/health")).StatusCode);
        Assert.Equal(stored, await shop.StoredAsync());
        Assert.NotNull((await Ines.PageAsync("/dashboard")).QuerySelector(".is-maintenance"));

        await SwitchMaintenanceAsync();
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Null((await Ines.PageAsync("/dashboard")).QuerySelector(".is-maintenance"));
        Assert.True(await IsDoneAsync(LiveStep.FailOpenTested));
        Assert.Equal(["""{"value":"on"}""", """{"value":"off"}"""], await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == "maintenance").OrderBy(e => e.Sequence).Select(e => e.After!).ToListAsync()));
    }

    [Fact]
    public async Task Maintenance_and_whether_two_are_needed_ask_for_the_password_again()
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(Page, "#maintenance-form", ("password", "not mine"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveAsync(("Input.FourEyes", "Off"), ("Input.Password", "not mine"), ("Input.Organization", "Otra"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveAsync(("Input.FourEyes", "Off"))).StatusCode);
        Assert.False(await app.InDbAsync(db => db.Settings.AnyAsync(s => s.Name.StartsWith("panel."))));
        Assert.Equal(HttpStatusCode.Found, (await SaveAsync(("Input.Organization", "Otra"))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await SaveAsync(("Input.FourEyes", "Off"), ("Input.Password", World.Password))).StatusCode);
    }

    [Fact]
    public async Task Every_data_file_is_listed_with_its_date()
    {
        var page = await Ines.PageAsync(Page);
        Assert.Equal(11, page.QuerySelectorAll("[data-file]").Length);
        Assert.All(page.QuerySelectorAll("[data-file]"), row => Assert.NotEqual("0", row.QuerySelector("td.num")!.TextContent));
    }

    [Fact]
    public async Task A_key_counts_for_an_hour()
    {
        Assert.False(await IsDoneAsync(LiveStep.KeyUsed));
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        await app.InDbAsync(db => app.Services.GetRequiredService<ApiKeyRing>().WriteUsesAsync(db, CancellationToken.None));
        Assert.True(await IsDoneAsync(LiveStep.KeyUsed));
        await app.InDbAsync(db => db.ApiKeys.ExecuteUpdateAsync(k => k.SetProperty(x => x.LastUsedAt, app.Clock.GetUtcNow().AddMinutes(-61))));
        Assert.False(await IsDoneAsync(LiveStep.KeyUsed));
    }

    [Fact]
    public async Task A_backup_counts_once_it_is_there_and_for_a_day()
    {
        async Task<int> RunAsync(params string[] args)
        {
            Assert.True(Commands.TryRead(args, out var run, out _));
            (run!.Services, run.Out, run.Error) = (app.Services, TextWriter.Null, TextWriter.Null);
            return await run.Command.RunAsync(run, CancellationToken.None);
        }
        Assert.False(await IsDoneAsync(LiveStep.BackupYoung));
        Assert.Equal(1, await RunAsync("backup", "/nowhere/at/all/copy.db"));
        Assert.False(await IsDoneAsync(LiveStep.BackupYoung));
        var folder = Directory.CreateTempSubdirectory("panel-backup-");
        Assert.Equal(0, await RunAsync("backup", Path.Combine(folder.FullName, "copy.db")));
        folder.Delete(recursive: true);
        Assert.True(await IsDoneAsync(LiveStep.BackupYoung));
        await app.InDbAsync(db => db.Settings.Where(s => s.Name == "panel.last-backup").ExecuteDeleteAsync());
        Assert.Equal(0, await RunAsync("backup", "s3://backups/panel.dump", "--made-elsewhere"));
        Assert.True(await IsDoneAsync(LiveStep.BackupYoung));
    }

    [Fact]
    public async Task The_scenarios_are_green_when_all_that_are_saved_came_out_right_under_what_judges()
    {
        var version = 0;
        Task AddAsync(int scenarios, int asExpected) => app.InDbAsync(async db =>
        {
            version = await db.Set<PolicyVersion>().Where(p => p.State == PolicyState.Active).Select(p => p.Version).SingleAsync();
            db.Add(new SimulationCheck { Version = version, AskedAt = app.Clock.GetUtcNow().AddSeconds(scenarios + asExpected), State = CheckState.Done, FinishedAt = app.Clock.GetUtcNow(), Scenarios = scenarios, AsExpected = asExpected, Lines = "[]" });
            await db.SaveChangesAsync();
        });
        Assert.False(await IsDoneAsync(LiveStep.ScenariosGreen));
        await app.InDbAsync(async db =>
        {
            db.Add(new SimulationScenario { Name = "uno", Request = Shop.Minimum, CreatedAt = app.Clock.GetUtcNow() });
            db.Add(new SimulationScenario { Name = "dos", Request = Shop.Minimum, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        Assert.False(await IsDoneAsync(LiveStep.ScenariosGreen));
        await AddAsync(1, 1);
        Assert.False(await IsDoneAsync(LiveStep.ScenariosGreen));
        await AddAsync(2, 1);
        Assert.False(await IsDoneAsync(LiveStep.ScenariosGreen));
        await AddAsync(2, 2);
        Assert.True(await IsDoneAsync(LiveStep.ScenariosGreen));
    }

    [Fact]
    public async Task Every_step_says_how_it_stands_and_where_to_go()
    {
        var page = await Ines.PageAsync(Live);
        Assert.Equal(Enum.GetNames<LiveStep>(), page.QuerySelectorAll("[data-step]").Select(s => s.GetAttribute("data-step")!));
        foreach (var link in page.QuerySelectorAll("[data-step] a").Select(a => a.GetAttribute("href")!)) Assert.Equal(HttpStatusCode.OK, (await Ines.GetAsync(link)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.As(World.Maria).GetAsync(Live)).StatusCode);
    }
}
