using System.Collections.Concurrent;
using System.Diagnostics;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.CommandLine;

/// <summary>The program as a script meets it: arguments in, exit code and two streams out.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("panel-process-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Process Start(string[] args, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = _folder };
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ConnectionStrings__Panel"] = $"Data Source={Path.Combine(_folder, "panel.db")}";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<(int Code, string Out, string Error)> EndAsync(Process process)
    {
        var (said, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, (await said).Trim(), (await error).Trim());
    }

    [Theory]
    [InlineData("Panel__Provider", "oracle")]
    [InlineData("Panel__Environment", "staging")]
    [InlineData("Panel__Audit__Key", "short")]
    [InlineData("Panel__Security__IdleMinutes", "soon")]
    public async Task A_wrong_setting_stops_the_start_with_one_sentence_that_names_it(string setting, string value)
    {
        using var process = Start([], (setting, value));
        var (code, _, error) = await EndAsync(process);
        Assert.Equal(1, code);
        Assert.StartsWith(setting, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task A_server_serves_alone_makes_room_for_commands_and_leaves_in_order()
    {
        using var server = Start([]);
        using var http = await ListeningAsync(server);
        Assert.Equal("live", await http.GetStringAsync("/health/live"));
        Assert.Equal("ready", await http.GetStringAsync("/health/ready"));

        using var second = Start([]);
        var (code, _, error) = await EndAsync(second);
        Assert.Equal((1, false), (code, error.Contains('\n', StringComparison.Ordinal)));
        Assert.StartsWith("Another server is running on", error, StringComparison.Ordinal);

        using var command = Start(["keys", "create", "--type", "server", "--name", "beside"]);
        var made = await EndAsync(command);
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Equal(45, made.Out.Length);

        using var stop = Process.Start("kill", ["-TERM", server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
        var ended = await EndAsync(server);
        Assert.Equal((0, ""), (ended.Code, ended.Error));

        using var backup = Start(["backup", "copy.db"]);
        Assert.Equal(0, (await EndAsync(backup)).Code);
        using var restore = Start(["restore", "copy.db"]);
        Assert.Equal(0, (await EndAsync(restore)).Code);
        Assert.Equal(4, Directory.GetFiles(_folder, "*.db*").Count(f => Path.GetFileName(f) is "panel.db" or "copy.db" or "panel.db.before-restore" or "panel.db.audit-key"));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_every_kill()
    {
        using var made = Start(["migrate"]);
        Assert.Equal(0, (await EndAsync(made)).Code);
        using var keys = Start(["keys", "create", "--type", "server", "--name", "crash", "--per-minute", "10000000"]);
        var key = (await EndAsync(keys)).Out;
        var acknowledged = new ConcurrentBag<Guid>();
        for (var life = 0; life < 10; life++)
        {
            using var server = Start([]);
            using var http = await ListeningAsync(server);
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            var (before, callers) = (acknowledged.Count, new List<Task>());
            for (var i = 0; i < 64; i++) callers.Add(CallAsync(http, acknowledged));
            while (acknowledged.Count < before + 300)
            {
                Assert.False(server.HasExited);
                await Task.Yield();
            }
            server.Kill();
            await server.WaitForExitAsync();
            await Task.WhenAll(callers);
        }
        using var verify = Start(["rollups", "verify"]);
        var verified = await EndAsync(verify);
        Assert.True(verified.Code == 0, verified.Error);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder, "panel.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
        command.CommandText = "SELECT id FROM assessments";
        var stored = new HashSet<Guid>();
        using var reader = command.ExecuteReader();
        while (reader.Read()) stored.Add(new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true));
        Assert.Equal([], acknowledged.Except(stored));
        Assert.True(acknowledged.Count >= 3_000);
    }

    [Fact]
    public async Task A_server_told_to_stop_answers_what_it_has_taken()
    {
        using var made = Start(["migrate"]);
        Assert.Equal(0, (await EndAsync(made)).Code);
        using var keys = Start(["keys", "create", "--type", "server", "--name", "stop", "--per-minute", "10000000"]);
        var key = (await EndAsync(keys)).Out;
        using var server = Start([]);
        using var http = await ListeningAsync(server);
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var acknowledged = new ConcurrentBag<Guid>();
        var callers = Enumerable.Range(0, 16).Select(_ => CallAsync(http, acknowledged)).ToList();
        while (acknowledged.Count < 200) await Task.Yield();
        var asked = Stopwatch.GetTimestamp();
        using var stop = Process.Start("kill", ["-TERM", server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
        var (code, _, error) = await EndAsync(server);
        Assert.Equal((0, ""), (code, error));
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(10));
        await Task.WhenAll(callers);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder, "panel.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM assessments";
        Assert.True((long)command.ExecuteScalar()! >= acknowledged.Count);
    }

    /// <summary>Calls one after the other until nobody answers any more.</summary>
    private static async Task CallAsync(HttpClient http, ConcurrentBag<Guid> acknowledged)
    {
        while (true)
        {
            try
            {
                using var body = new StringContent("{\"amount\":15000,\"currency\":\"MXN\"}", System.Text.Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync("/api/v1/assess", body);
                if (!answer.IsSuccessStatusCode) return;
                using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                acknowledged.Add(json.RootElement.GetProperty("assessment_id").GetGuid());
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                return;
            }
        }
    }

    /// <summary>A client of a server that has begun to listen and takes assessments.</summary>
    private static async Task<HttpClient> ListeningAsync(Process server)
    {
        string? line;
        do line = await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        while (line is not null && !line.Contains("Now listening on", StringComparison.Ordinal));
        Assert.NotNull(line);
        var http = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };
        while (true)
        {
            using var answer = await http.GetAsync("/health/ready");
            if (answer.IsSuccessStatusCode) return http;
        }
    }

    [Fact]
    public async Task Production_has_no_account_until_somebody_makes_one()
    {
        using var migrate = Start(["migrate"]);
        Assert.Equal(0, (await EndAsync(migrate)).Code);
        using var create = Start(["users", "create", "--email", "first@tienda.example", "--role", "admin", "--password-stdin"]);
        await create.StandardInput.WriteLineAsync("una frase de muchas letras");
        Assert.Equal(0, (await EndAsync(create)).Code);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder, "panel.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(email) FROM users";
        Assert.Equal("first@tienda.example", command.ExecuteScalar());
    }
}
