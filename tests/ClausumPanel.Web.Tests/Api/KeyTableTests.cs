using System.Text;
using System.Text.RegularExpressions;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Tests.Management;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>Every kind of key, and every role by its token, at every door of the API, frozen.</summary>
public sealed partial class KeyTableTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task Which_key_opens_what_changes_only_on_purpose()
    {
        await Shop.ReadyAsync(app);
        var callers = new List<(string Name, HttpClient Client)> { ("none", app.Anonymous()) };
        foreach (var type in Enum.GetValues<KeyType>()) callers.Add((type.Name(), app.With(await app.IssueKeyAsync(type, key => key.PerMinute = 1_000_000))));
        foreach (var person in (Person[])[World.Ines, World.Maria, World.Clara, World.Victor]) callers.Add((person.Role.Name(), app.With((await PersonsProgram.OfAsync(app, person)).Access!)));
        var doors = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) && !e.RoutePattern.RawText!.Contains("{**", StringComparison.Ordinal))
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(m => (Method: m, Path: "/" + e.RoutePattern.RawText!.TrimStart('/')))).Where(d => d.Method != "OPTIONS").Distinct().OrderBy(d => d.Path, StringComparer.Ordinal).ThenBy(d => d.Method, StringComparer.Ordinal);
        var lines = new StringBuilder();
        foreach (var (method, path) in doors)
        {
            var answers = new List<string>();
            app.Clock.Advance(TimeSpan.FromSeconds(10));         // wrong keys are counted by the minute, and tokens end after fifteen
            foreach (var (name, client) in callers)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), Place().Replace(path, Guid.Empty.ToString()));
                if (method is not ("GET" or "DELETE")) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                var answer = await Answer.OfAsync(await client.SendAsync(request));
                answers.Add($"{name} {answer.Code}{(answer.Code >= 400 ? " " + answer.Problem : "")}");
            }
            lines.Append(method).Append(' ').Append(path).Append(": ").AppendJoin(", ", answers).Append('\n');
        }
        GoldenFile.Matches("KeyTable.txt", lines.ToString());
    }

    [GeneratedRegex("{[a-z]+}")]
    private static partial Regex Place();
}
