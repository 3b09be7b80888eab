using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Tests.Webhooks;

/// <summary>What docs/webhooks.md prints for checking a signature is run on what the panel really sends.</summary>
public sealed partial class SnippetTests
{
    private const string Harness = """
        import { readFileSync } from "node:fs";
        import { isFromClausum } from "./check.js";
        const calls = JSON.parse(readFileSync("calls.json", "utf8"));
        console.log(JSON.stringify(calls.map((c) => isFromClausum(c.header, Buffer.from(c.body), c.secret, c.now))));
        """;

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    private static string Document => File.ReadAllText(Path.Combine(Repository(), "docs", "webhooks.md"));

    private static string Here([CallerFilePath] string here = "") => File.ReadAllText(here);

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

    // As the document prints it, which a test holds against this.
    private static bool IsFromClausum(string header, ReadOnlySpan<byte> body, string secret, DateTimeOffset now)
    {
        var parts = header.Split(',').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToList();
        if (!long.TryParse(parts.FirstOrDefault(p => p[0] == "t")?[1], out var t) || Math.Abs(now.ToUnixTimeSeconds() - t) > 300) return false;
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes($"{t}."));
        hmac.AppendData(body);
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
        return parts.Where(p => p[0] == "v1").Any(p => CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(p[1])));
    }

    [Fact]
    public void The_snippet_in_Csharp_is_the_one_that_is_run_here()
    {
        var (printed, here) = (string.Join('\n', Lines(CSharp().Match(Document).Groups[1].Value)), string.Join('\n', Lines(Here())));
        Assert.Contains(printed, here, StringComparison.Ordinal);
        Assert.True(Lines(printed).Length > 8);
    }

    [Fact]
    public async Task Both_snippets_believe_what_the_panel_sends_and_nothing_else()
    {
        var calls = await CallsAsync();
        Assert.Equal(calls.Select(c => c.IsOurs), calls.Select(c => IsFromClausum(c.Header, Encoding.UTF8.GetBytes(c.Body), c.Secret, c.Now)));

        var folder = Directory.CreateTempSubdirectory("panel-snippet-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "check.ts"), TypeScript().Match(Document).Groups[1].Value);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "run.js"), Harness);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "calls.json"), JsonSerializer.Serialize(calls.Select(c => new { header = c.Header, body = c.Body, secret = c.Secret, now = c.Now.ToUnixTimeMilliseconds() })));
            await NodeAsync(folder.FullName, Path.Combine(Repository(), "node_modules", "typescript", "bin", "tsc"), "check.ts", "--target", "es2022", "--module", "esnext", "--strict", "--noCheck");
            Assert.Equal(calls.Select(c => c.IsOurs), JsonSerializer.Deserialize<List<bool>>(await NodeAsync(folder.FullName, "run.js")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record Call(string Header, string Body, string Secret, DateTimeOffset Now, bool IsOurs);

    private static async Task<IReadOnlyList<Call>> CallsAsync()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await HookApp.OpenAsync();
        var (id, old) = await app.ListenAsync(receiver.Url, "case.created");
        var secret = await app.DoAsync<ChangeWebhooks, string?>(w => w.RotateAsync(id, TimeSpan.FromHours(1), HookApp.Ines, default));
        await app.DoAsync<ChangeCases, Case?>(c => c.OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Phishing) { Description = "Un niño pagó" }, CaseOrigin.Manual), HookApp.Ines, default));
        await app.UntilAsync(() => receiver.Calls.Count == 1, "a call");
        var (call, now) = (receiver.Calls.Single(), app.Clock.GetUtcNow());
        var header = call.Headers["X-Clausum-Signature"];
        return
        [
            new(header, call.Body, secret!, now, true), new(header, call.Body, old, now, true), new(header, call.Body, secret!, now.AddSeconds(299), true),
            new(header, call.Body, secret!, now.AddSeconds(302), false), new(header, call.Body, secret!, now.AddSeconds(-302), false), new(header, call.Body + " ", secret!, now, false), new(header, call.Body, secret + "x", now, false),
            new(header.Replace("t=", "t=1", StringComparison.Ordinal), call.Body, secret!, now, false), new("", call.Body, secret!, now, false), new("t=,v1=", call.Body, secret!, now, false), new(header.Split(',')[0], call.Body, secret!, now, false),
        ];
    }

    private static async Task<string> NodeAsync(string folder, params string[] arguments)
    {
        using var node = Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true });
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await node.WaitForExitAsync(late.Token);
        Assert.True(node.ExitCode == 0, $"node {string.Join(' ', arguments)}: {await output} {await error}");
        return await output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("The documented TypeScript is run with Node, and Node is not here: install it.");
        }
    }

    [GeneratedRegex("```csharp\nstatic (.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("```ts\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TypeScript();
}
