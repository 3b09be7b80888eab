using System.Diagnostics;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Demo;

public sealed class ImportTests : IDisposable
{
    private const string Good =
        """
        {"amount":12990,"currency":"MXN","email":"maria@example.mx","order_id":"O-1","payment_id":"P-1","occurred_at":"2026-11-01T18:30:00Z"}
        {"flow":"payout","amount":500000,"currency":"MXN","beneficiary":{"id":"b1"},"occurred_at":"2026-11-02T18:30:00-06:00"}

        {"flow":"payin","amount":9900,"currency":"MXN","email":"maria@example.mx","occurred_at":"2026-11-03T08:00:00Z"}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("panel-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed record Outcome(int Code, string Out, string Error);

    private string Written(string text)
    {
        var file = Path.Combine(_folder, "history.ndjson");
        File.WriteAllText(file, text, new UTF8Encoding(false));
        return file;
    }

    private static async Task<Outcome> RunAsync(PanelApp app, params string[] args)
    {
        using var said = new StringWriter();
        using var error = new StringWriter();
        Assert.True(Commands.TryRead(args, out var run, out var problem), problem);
        (run!.Services, run.Out, run.Error) = (app.Services, said, error);
        var code = await run.Command.RunAsync(run, CancellationToken.None);
        return new(code, said.ToString().TrimEnd(), error.ToString().TrimEnd());
    }

    private static Task<List<StoredAssessment>> StoredAsync(PanelApp app) => app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Seq).ToListAsync());

    [Fact]
    public async Task A_running_server_takes_in_a_file_and_remembers_the_payers()
    {
        await using var app = await PanelApp.StartAsync();
        await app.Services.GetRequiredService<AssessService>().Ready;
        var outcome = await RunAsync(app, "import", Written(Good));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.EndsWith("3 read: 3 stored, 0 known before, 0 refused", outcome.Out, StringComparison.Ordinal);

        var stored = await StoredAsync(app);
        Assert.Equal([Flow.PayIn, Flow.PayOut, Flow.PayIn], stored.Select(a => a.Flow));
        Assert.Equal(new DateTimeOffset(2026, 11, 3, 0, 30, 0, TimeSpan.Zero), DateTimeOffset.FromUnixTimeMilliseconds(stored[1].At));
        var facts = new Facts();
        FactSnapshot.Read(stored[2].Facts, facts);
        Assert.Equal(1, facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Count)));
        Assert.Equal(3, app.Services.GetRequiredService<AssessService>().Memory!.Velocity.Events);
        Assert.Equal(ImportState.Done, (await app.InDbAsync(db => db.Set<ImportJob>().SingleAsync())).State);
        Assert.True(await app.InDbAsync(db => db.AuditEntries.AnyAsync(e => e.Action == AuditActions.HistoryImported)));
    }

    [Fact]
    public async Task Wrong_lines_are_named_and_left_out_and_the_others_stored()
    {
        await using var app = await PanelApp.StartAsync();
        await app.Services.GetRequiredService<AssessService>().Ready;
        var file = Written(string.Join('\n',
            """{"amount":12990,"currency":"MXN","email":"maria@example.mx","occurred_at":"2026-11-01T18:30:00Z"}""",
            """{"amount":-1,"currency":"pesos","occurred_at":"2026-11-01T18:31:00Z"}""",
            "nonsense",
            """{"flow":"refund","amount":1,"currency":"MXN"}""",
            """{"amount":1,"currency":"MXN","occurred_at":"2031-01-01T00:00:00Z"}""",
            $$"""{"amount":1,"currency":"MXN","email":"{{new string('x', 70_000)}}"}""",
            """{"amount":100,"currency":"MXN","payment_method":{"card_last4":"4242424242424242"}}""",
            """{"amount":5500,"currency":"MXN","occurred_at":"2026-11-02T18:30:00Z"}"""));
        var outcome = await RunAsync(app, "import", file);
        Assert.Equal(1, outcome.Code);
        Assert.EndsWith("8 read: 2 stored, 0 known before, 6 refused", outcome.Out, StringComparison.Ordinal);
        var lines = outcome.Error.Split('\n');
        Assert.Contains("line 2: amount: amount must not be negative.", lines);
        Assert.Contains("line 2: currency: currency must be an ISO 4217 code such as MXN.", lines);
        Assert.Contains(lines, l => l.StartsWith("line 3: body: The body is not JSON", StringComparison.Ordinal));
        Assert.Contains("line 4: flow: flow must be \"payin\" or \"payout\".", lines);
        Assert.Contains("line 5: occurred_at: occurred_at lies in the future.", lines);
        Assert.Contains("line 6: body: A line may have 64 KiB.", lines);
        Assert.Contains(lines, l => l.StartsWith("line 7: payment_method.card_last4: ", StringComparison.Ordinal));
        Assert.DoesNotContain("4242424242424242", outcome.Error, StringComparison.Ordinal);
        Assert.Equal([12_990L, 5_500L], (await StoredAsync(app)).Select(a => a.Amount));
    }

    [Fact]
    public async Task A_line_that_comes_twice_is_stored_once()
    {
        await using var app = await PanelApp.StartAsync();
        await app.Services.GetRequiredService<AssessService>().Ready;
        const string Line = """{"amount":100,"currency":"MXN","idempotency_key":"k-1","occurred_at":"2026-11-24T14:00:00Z"}""";
        var outcome = await RunAsync(app, "import", Written($"{Line}\n{Line}\n{Line.Replace("100", "200", StringComparison.Ordinal)}\n"));
        Assert.EndsWith("3 read: 1 stored, 1 known before, 1 refused", outcome.Out, StringComparison.Ordinal);
        Assert.StartsWith("line 3: idempotency_key: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(await StoredAsync(app));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused()
    {
        await using var app = await PanelApp.StartAsync();
        var outcome = await RunAsync(app, "import", Path.Combine(_folder, "nowhere.ndjson"));
        Assert.Equal((1, ""), (outcome.Code, outcome.Out));
        Assert.EndsWith("is not there.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_fills_an_empty_store_once_and_lets_its_people_in()
    {
        await using var app = await PanelApp.StartAsync();
        await app.Services.GetRequiredService<AssessService>().Ready;
        var outcome = await RunAsync(app, "demo");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.EndsWith("4,000 read: 4,000 stored, 0 known before, 0 refused", outcome.Out, StringComparison.Ordinal);

        var key = outcome.Out.Split(' ', '\n').First(word => KeyText.TryRead(word, out _));
        Assert.True(SpinWait.SpinUntil(() => app.Services.GetRequiredService<ApiKeyRing>().TryFind(key, out _, out _), TimeSpan.FromSeconds(5)));
        Assert.True(await app.InDbAsync(db => db.Set<ListEntry>().AnyAsync(e => e.Severity == ListSeverity.Allow)));
        var stored = await StoredAsync(app);
        Assert.Equal(4_000, stored.Count);
        Assert.Contains(stored, a => a.BlockedBy is not null);
        Assert.All(stored, a => Assert.Equal(2, a.PolicyVersion));
        Assert.Contains(stored, a => a.BlockedBy == "rule:prueba-de-tarjetas");
        var waiting = await app.InDbAsync(db => db.Set<PolicyVersion>().AsNoTracking().SingleAsync(p => p.State == PolicyState.Proposed));
        Assert.Equal((3, 2), (waiting.Version, waiting.BasedOn));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<SimulationRun>().CountAsync(r => r.PolicyVersion == 3)));
        Assert.Single(stored.Select(a => a.KeyId).Distinct());
        var cases = await app.InDbAsync(db => db.Set<Case>().AsNoTracking().ToListAsync());
        Assert.True(cases.Count(c => c.Origin == CaseOrigin.Report) >= 3, "the demo's reports opened no cases");
        Assert.Equal([CaseStatus.Draft, CaseStatus.InReview, CaseStatus.Submitted, CaseStatus.Resolved], cases.Select(c => c.Status).Distinct().Order());

        await TheDeskIsAliveAsync(app);
        Assert.Equal(0, (await RunAsync(app, "audit", "verify")).Code);
        Assert.Equal(0, (await RunAsync(app, "rollups", "verify")).Code);

        var again = await RunAsync(app, "demo");
        Assert.Equal((1, "There is traffic in this store already: the demo is for an empty one."), (again.Code, again.Error));
    }

    // As somebody finds it who works there: hours wait, weeks are decided, and each step stands where it was taken.
    private static async Task TheDeskIsAliveAsync(PanelApp app)
    {
        var now = app.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (reviews, events) = await app.InDbAsync(async db => (await db.Set<Review>().AsNoTracking().ToListAsync(), await db.Set<ReviewEvent>().AsNoTracking().ToListAsync()));
        var open = reviews.Where(r => r.State == ReviewState.Open).ToList();
        var shown = open.Where(r => r.VisibleAt <= now).ToList();
        Assert.InRange(shown.Count, 12, 25);
        Assert.All(open, r => Assert.InRange(r.OpenedAt, now - 6 * 3_600_000, now));
        Assert.InRange(shown.Count(r => r.DueAt <= now), 2, shown.Count / 2);
        Assert.Equal([1, 2, 3, 4], shown.Select(r => r.Queue).Distinct().Order());
        Assert.InRange(shown.Count(r => r.ExpiresAt is { } ends && ends > now && ends < now + ReviewPriority.ExpiryMatters), 1, 2);
        Assert.Single(open, r => r.VisibleAt > now + 3_600_000);
        Assert.All(open.Where(r => r.Queue == ReviewQueue.EscalatedNumber), r => Assert.Contains(events, e => e.Seq == r.Seq && e is { Kind: ReviewEventKind.Escalated, Note.Length: > 10 }));

        Assert.DoesNotContain(reviews, r => r.State == ReviewState.Decided);
        var closed = reviews.Where(r => r.State == ReviewState.Closed).ToList();
        Assert.True(closed.Count > 40 && closed.Count > 2 * open.Count, $"{closed.Count} decided, {open.Count} open");
        Assert.All(closed, r => Assert.Equal(r.SettlesAt, events.Where(e => e.Seq == r.Seq && e.Kind == ReviewEventKind.Closed).Max(e => e.At)));
        Assert.All(events, e => Assert.InRange(e.At, reviews.Single(r => r.Seq == e.Seq).OpenedAt, now));
        var words = await app.InDbAsync(db => db.Set<Label>().AsNoTracking().Where(l => l.Channel == LabelChannel.Panel && l.Reverses == null).ToDictionaryAsync(l => l.Id));
        Assert.All(closed.Where(r => r.Outcome != ReviewOutcome.Challenge && !r.IsAnswered), r => Assert.Equal(r.SettlesAt, words[r.LabelId!.Value].RecordedAt.ToUnixTimeMilliseconds()));

        var figures = (await app.InDbAsync(db => ReviewQuality.OfAsync(db, now - 40L * 86_400_000, now, now, default))).Together;
        Assert.All([figures.Approved, figures.Challenged, figures.Declined, figures.Late, figures.Skipped, figures.Held, figures.Escalated, figures.Undone, figures.Reopened, figures.Overturned], count => Assert.True(count > 0));
        Assert.True(figures.Late < figures.Decided / 2);
    }

    [Theory]
    [InlineData("environment", "Production")]
    [InlineData("Panel:Environment", "production")]
    public async Task Production_gets_no_demo(string setting, string value)
    {
        await using var app = await PanelApp.StartAsync((setting, value));
        var outcome = await RunAsync(app, "demo");
        Assert.Equal((1, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith("There is no demo in production.", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(await StoredAsync(app));
    }

    [Fact]
    public async Task What_was_cut_off_says_so_after_the_next_start()
    {
        await using var app = new PanelApp();
        await app.InitializeAsync();
        await using (var services = app.Database.Services())
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new ImportJob { Path = "/gone.ndjson", State = ImportState.Running, CreatedAt = TestClock.Start });
            await db.SaveChangesAsync();
        }
        await app.Services.GetRequiredService<AssessService>().Ready;
        Assert.True(SpinWait.SpinUntil(() => app.InDbAsync(db => db.Set<ImportJob>().AsNoTracking().SingleAsync()).GetAwaiter().GetResult().State == ImportState.Failed, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Without_a_server_the_command_does_it_itself()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _folder };
        foreach (var arg in (string[])[typeof(Program).Assembly.Location, "import", Written(Good)]) start.ArgumentList.Add(arg);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ConnectionStrings__Panel"] = $"Data Source={Path.Combine(_folder, "panel.db")}";
        using var process = Process.Start(start)!;
        var (said, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.EndsWith("3 read: 3 stored, 0 known before, 0 refused", (await said).TrimEnd(), StringComparison.Ordinal);
    }
}
