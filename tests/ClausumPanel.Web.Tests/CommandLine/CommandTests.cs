using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.CommandLine;

public sealed class CommandTests(PanelApp app) : IClassFixture<PanelApp>
{
    private sealed record Outcome(int Code, string Out, string Error);

    private async Task<Outcome> RunWithAsync(string? input, params string[] args)
    {
        using var said = new StringWriter();
        using var error = new StringWriter();
        if (!Commands.TryRead(args, out var run, out var problem)) return new(2, "", problem);
        (run!.Services, run.In, run.Out, run.Error) = (app.Services, new StringReader(input ?? ""), said, error);
        var code = await run.Command.RunAsync(run, CancellationToken.None);
        return new(code, said.ToString().TrimEnd(), error.ToString().TrimEnd());
    }

    private Task<Outcome> RunAsync(params string[] args) => RunWithAsync(null, args);

    [Theory]
    [InlineData("--urls", "http://localhost:1")]
    [InlineData("--Panel:Demo:Assessments=0")]
    [InlineData]
    public void Options_alone_start_the_server(params string[] args)
    {
        Assert.True(Commands.TryRead(args, out var run, out _));
        Assert.Null(run);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("keys")]
    [InlineData("keys", "destroy")]
    [InlineData("keys", "create", "--type", "server", "--name", "x", "--per-hour", "3")]
    [InlineData("keys", "create", "--type")]
    [InlineData("keys", "create", "--type", "server", "--type", "server", "--name", "x")]
    [InlineData("keys", "create", "--type", "admin", "--name", "x")]
    [InlineData("keys", "create", "--type", "server")]
    [InlineData("keys", "create", "--type", "server", "--name", "x", "--per-minute", "0")]
    [InlineData("keys", "create", "--type", "server", "--name", "x", "--per-day", "many")]
    [InlineData("keys", "create", "--type", "checkout", "--name", "x", "--permissions", "fraud:report")]
    [InlineData("keys", "create", "--type", "checkout", "--name", "x", "--origins", "shop.example")]
    [InlineData("keys", "revoke")]
    [InlineData("users", "create", "--email", "nobody", "--role", "admin")]
    [InlineData("users", "create", "--email", "x@tienda.example", "--role", "owner")]
    [InlineData("backup")]
    [InlineData("backup", "one", "two")]
    public async Task What_is_used_wrongly_says_how_it_is_used_and_exits_with_two(params string[] args)
    {
        var outcome = await RunAsync(args);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.NotEmpty(outcome.Error);
    }

    [Fact]
    public async Task Creating_a_key_prints_the_key_alone_and_the_server_takes_it()
    {
        var outcome = await RunAsync("keys", "create", "--type", "server", "--name", "from the command line", "--per-minute", "2000000000", "--per-day=7");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.True(KeyText.TryRead(outcome.Out, out _), outcome.Out);

        var ring = app.Services.GetRequiredService<ApiKeyRing>();
        Assert.True(SpinWait.SpinUntil(() => ring.TryFind(outcome.Out, out _, out _), TimeSpan.FromSeconds(5)));
        ring.TryFind(outcome.Out, out var key, out _);
        Assert.Equal((2_000_000_000, 7), (key.PerMinute, key.PerDay));

        Assert.Equal(0, (await RunAsync("keys", "revoke", outcome.Out)).Code);
        Assert.True(SpinWait.SpinUntil(() => !ring.TryFind(outcome.Out, out _, out _), TimeSpan.FromSeconds(5)));
        Assert.Equal(1, (await RunAsync("keys", "revoke", outcome.Out)).Code);
    }

    [Fact]
    public async Task Revoking_by_a_name_that_two_keys_have_asks_which()
    {
        await RunAsync("keys", "create", "--type", "ingest", "--name", "twins");
        var second = (await RunAsync("keys", "create", "--type", "ingest", "--name", "twins")).Out;
        Assert.Equal(1, (await RunAsync("keys", "revoke", "twins")).Code);
        Assert.Equal(0, (await RunAsync("keys", "revoke", second[^4..])).Code);
        Assert.Equal(0, (await RunAsync("keys", "revoke", "twins")).Code);
    }

    [Fact]
    public async Task Somebody_made_on_the_command_line_signs_in_with_what_came_on_its_input()
    {
        Assert.Equal(0, (await RunWithAsync("una frase de muchas letras\n", "users", "create", "--email", "olga@tienda.example", "--role", "compliance", "--name", "Olga", "--password-stdin")).Code);
        var answer = await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", "olga@tienda.example"), ("Input.Password", "una frase de muchas letras"));
        Assert.Equal(System.Net.HttpStatusCode.Found, answer.StatusCode);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password1234")]
    [InlineData("")]
    public async Task A_weak_password_makes_nobody(string password)
    {
        var outcome = await RunWithAsync(password + "\n", "users", "create", "--email", "weak@tienda.example", "--role", "viewer", "--password-stdin");
        Assert.Equal(1, outcome.Code);
        Assert.False(await app.InDbAsync(db => db.Users.AnyAsync(u => u.Email == "weak@tienda.example")));
    }

    [Fact]
    public async Task An_address_is_taken_once()
    {
        var outcome = await RunAsync("users", "create", "--email", World.Ines.Email.ToUpperInvariant(), "--role", "admin");
        Assert.Equal(1, outcome.Code);
        Assert.NotEmpty(outcome.Error);
    }

    [Fact]
    public async Task A_backup_is_a_whole_panel_and_overwrites_nothing()
    {
        await RunAsync("keys", "create", "--type", "server", "--name", "in the backup");
        var file = Path.Combine(Directory.CreateTempSubdirectory("panel-backup-").FullName, "copy.db");
        Assert.Equal(0, (await RunAsync("backup", file)).Code);
        Assert.Equal(1, (await RunAsync("backup", file)).Code);

        var configuration = $"Data Source={file};Pooling=false";
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:Panel"] = configuration;
        builder.Configuration["Panel:Audit:Key"] = TestDatabase.AuditKey;
        builder.Services.AddPanelStorage(builder.Configuration, "/");
        await using var services = builder.Services.BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.True(await db.ApiKeys.AnyAsync(k => k.Name == "in the backup"));
        Assert.Null(await AuditChain.FindBreakAsync(db, services.GetRequiredService<AuditKey>()));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task Restoring_is_refused_while_a_server_runs()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("panel-backup-").FullName, "copy.db");
        await RunAsync("backup", file);
        var refused = await Assert.ThrowsAsync<SettingException>(() => RunAsync("restore", file));
        Assert.Contains("Another server is running", refused.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task The_audit_trail_says_whether_it_is_whole()
    {
        await RunAsync("keys", "create", "--type", "server", "--name", "for the trail");
        Assert.Equal(0, (await RunAsync("audit", "verify")).Code);
        await using var own = await PanelApp.StartAsync();
        await own.InDbAsync(async db =>
        {
            db.Audit(Actor.System, AuditActions.Started, TestClock.Start);
            await db.SaveChangesAsync();
            await db.Database.ExecuteSqlRawAsync("DROP TRIGGER audit_entries_keep");
            await db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET action = 'x'");
        });
        Assert.StartsWith("Entry 1", await own.InDbAsync(db => AuditChain.FindBreakAsync(db, own.Services.GetRequiredService<AuditKey>())), StringComparison.Ordinal);
        await ((IAsyncLifetime)own).DisposeAsync();
    }

    [Fact]
    public async Task A_lost_telephone_is_not_the_end()
    {
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Victor.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorEnabled, true).SetProperty(x => x.ProtectedTotpSecret, new byte[] { 1 }).SetProperty(x => x.LockoutEnd, DateTimeOffset.MaxValue.AddYears(-1))));
        Assert.Equal(0, (await RunAsync("users", "reset-second-factor", "--email", World.Victor.Email)).Code);
        Assert.Equal(0, (await RunAsync("users", "unlock", "--email", World.Victor.Email)).Code);
        var answer = await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Victor.Email), ("Input.Password", World.Password));
        Assert.Equal("/dashboard", answer.Headers.Location!.OriginalString);
    }
}
