using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClausumPanel.Browser.Tests;

/// <summary>What docs/checkout.md prints for a Node backend is run as it stands there.</summary>
[Collection(nameof(BrowserCollection))]
public sealed partial class SnippetTests(BrowserFixture panel)
{
    private const string Harness = """
        import { assess, next } from "./checkout.js";
        const purchase = { amount: 15000, currency: "MXN", email: "nodo@tienda.example", order_id: "nodo-1" };
        const first = await assess(purchase, "nodo-1-attempt");
        const again = await assess(purchase, "nodo-1-attempt");
        const tooMuch = await assess({ amount: 20000001, currency: "MXN" }, "nodo-2");
        const wrong = await assess({ amount: "many", currency: "MXN" }, "nodo-3");
        process.env.CLAUSUM_API_BASE = process.env.NOBODY;
        const started = Date.now();
        const alone = await assess(purchase, "nodo-4");
        const steps = ["approve", "review", "challenge", "decline"].map((decision) => next({ decision, degraded: false }));
        console.log(JSON.stringify({ first, same: first.assessment_id === again.assessment_id, tooMuch, wrong, alone, took: Date.now() - started, steps }));
        """;

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [Fact]
    public async Task The_documented_checkout_works_against_the_running_panel()
    {
        var snippet = Snippet().Match(await File.ReadAllTextAsync(Path.Combine(Repository(), "docs", "checkout.md"))).Groups[1].Value;
        var folder = Directory.CreateTempSubdirectory("panel-snippet-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "checkout.ts"), snippet);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "run.js"), Harness);
            await NodeAsync(folder.FullName, Path.Combine(Repository(), "node_modules", "typescript", "bin", "tsc"), "checkout.ts", "--target", "es2022", "--module", "esnext", "--strict", "--noCheck");
            using var said = JsonDocument.Parse(await NodeAsync(folder.FullName, "run.js"));
            var root = said.RootElement;
            Assert.Equal((false, true), (root.GetProperty("first").GetProperty("degraded").GetBoolean(), root.GetProperty("same").GetBoolean()));
            Assert.Equal(("decline", "amount_above_max"), (root.GetProperty("tooMuch").GetProperty("decision").GetString(), root.GetProperty("tooMuch").GetProperty("blocked_by").GetString()));
            foreach (var (name, decision) in new[] { ("wrong", "challenge"), ("alone", "approve") }) Assert.Equal((decision, true), (root.GetProperty(name).GetProperty("decision").GetString(), root.GetProperty(name).GetProperty("degraded").GetBoolean()));
            Assert.InRange(root.GetProperty("took").GetInt32(), 0, 4_000);
            Assert.Equal(["capture", "capture and look at it", "ask for 3DS", "stop"], root.GetProperty("steps").EnumerateArray().Select(s => s.GetString()!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<string> NodeAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CLAUSUM_API_BASE"] = panel.Url.GetLeftPart(UriPartial.Authority);
        start.Environment["CLAUSUM_SECRET_KEY"] = panel.ServerKey;
        // A port that nobody listens at.
        start.Environment["NOBODY"] = "http://127.0.0.1:9";
        using var node = Start(start);
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

    [GeneratedRegex("```ts\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
