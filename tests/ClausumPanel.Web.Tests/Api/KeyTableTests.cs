using System.Text;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>Every kind of key at every door of the API, frozen.</summary>
public sealed class KeyTableTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task Which_key_opens_what_changes_only_on_purpose()
    {
        await Shop.ReadyAsync(app);
        var callers = new List<(string Name, HttpClient Client)> { ("none", app.Anonymous()) };
        foreach (var type in Enum.GetValues<KeyType>()) callers.Add((type.Name(), app.With(await app.IssueKeyAsync(type, key => key.PerMinute = 1_000_000))));
        var doors = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) && !e.RoutePattern.RawText!.Contains("{**", StringComparison.Ordinal))
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(m => (Method: m, Path: "/" + e.RoutePattern.RawText!.TrimStart('/')))).Where(d => d.Method != "OPTIONS").Distinct().OrderBy(d => d.Path, StringComparer.Ordinal).ThenBy(d => d.Method, StringComparer.Ordinal);
        var lines = new StringBuilder();
        foreach (var (method, path) in doors)
        {
            var answers = new List<string>();
            foreach (var (name, client) in callers)
            {
                app.Clock.Advance(TimeSpan.FromMinutes(1));         // wrong keys are counted by the minute
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal));
                if (method is not ("GET" or "DELETE")) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                var answer = await Answer.OfAsync(await client.SendAsync(request));
                answers.Add($"{name} {answer.Code}{(answer.Code >= 400 ? " " + answer.Problem : "")}");
            }
            lines.Append(method).Append(' ').Append(path).Append(": ").AppendJoin(", ", answers).Append('\n');
        }
        GoldenFile.Matches("KeyTable.txt", lines.ToString());
    }
}
