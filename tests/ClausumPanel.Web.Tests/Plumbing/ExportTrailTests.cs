using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Plumbing;

/// <summary>Every file that leaves the panel. The code itself is asked which pages give one, so a new page must say here how it is asked.</summary>
public sealed class ExportTrailTests(CloseMouthedApp app) : IClassFixture<CloseMouthedApp>
{
    /// <summary>What anybody may read and what says nothing of anybody.</summary>
    private static readonly string[] Documents = ["/docs/policy.schema.json", "/openapi/v1.json", "/sdk/clausum.js"];

    private IEnumerable<RouteEndpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    [Fact]
    public async Task Every_file_that_leaves_is_in_the_audit_log_with_its_rows_and_its_hash_and_nobody_without_the_right_gets_one()
    {
        var ways = await ExportWays.OfAsync(app);
        Assert.Equal(await RoutesAsync(), ways.Select(w => w.Route).Distinct().Order(StringComparer.Ordinal));

        var (ines, clara) = (await Browser.OfAsync(app, World.Ines), await Browser.OfAsync(app, World.Clara));
        foreach (var way in ways)
        {
            var before = await LastAsync();
            Assert.Equal((way.Address, HttpStatusCode.Forbidden), (way.Address, (await clara.AskAsync(way)).StatusCode));
            Assert.Equal((way.Address, before), (way.Address, await LastAsync()));

            using var answer = await ines.AskAsync(way);
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK && answer.Content.Headers.ContentDisposition?.DispositionType == "attachment", $"{way.Address} answered {(int)answer.StatusCode} {answer.Content.Headers.ContentType}");
            var entry = Assert.Single(await app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Sequence > before && e.Action == AuditActions.Exported).ToListAsync()));
            var after = JsonDocument.Parse(entry.After!).RootElement;
            Assert.Equal((way.Address, World.Ines.Name), (way.Address, entry.ActorName));
            Assert.Equal((way.Address, Convert.ToHexStringLower(SHA256.HashData(bytes))), (way.Address, after.GetProperty("sha256").GetString()));
            Assert.Equal((way.Address, way.Rows(bytes)), (way.Address, after.GetProperty("rows").GetInt64()));
            // Whoever reads the log sees both without opening anything.
            var shown = (await ines.Client.PageAsync($"/dashboard/audit?period=all&action={AuditActions.Exported}")).QuerySelector($"#entry-{entry.Sequence} dl.members")!.TextContent;
            Assert.Contains("SHA-256", shown, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(bytes)), shown, StringComparison.Ordinal);
            Assert.Contains("Filas", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Beside_the_pages_only_documents_for_everybody_are_given_out()
    {
        var gives = new GivesFiles();
        var given = Endpoints.Where(e => e.Metadata.GetMetadata<System.Reflection.MethodInfo>() is { } method && gives.In(method)).ToList();
        Assert.Equal(Documents, given.Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(given, e => e.Metadata.GetMetadata<IAllowAnonymous>() is null);
    }

    /// <summary>Of every page whose code gives a file; each needs the right by its route already.</summary>
    private async Task<List<string>> RoutesAsync()
    {
        var (gives, loader, found) = (new GivesFiles(), app.Services.GetRequiredService<PageLoader>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var endpoint in Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not { } page || !gives.In((await loader.LoadAsync(page, EndpointMetadataCollection.Empty)).HandlerTypeInfo)) continue;
            Assert.True(endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy == Permissions.Export), $"{endpoint.RoutePattern.RawText} gives a file to whoever may not export.");
            found.Add("/" + endpoint.RoutePattern.RawText!.TrimStart('/'));
        }
        return [.. found];
    }

    private Task<long> LastAsync() => app.InDbAsync(async db => await db.AuditEntries.Where(e => e.Action == AuditActions.Exported).MaxAsync(e => (long?)e.Sequence) ?? 0);
}

/// <summary>How a file is asked for.</summary>
/// <param name="Route">Of the page.</param>
/// <param name="Rows">How many the file has, counted in it.</param>
internal sealed record ExportWay(string Route, string Address, Func<byte[], long> Rows, bool IsPost = true, params (string Name, string Value)[] Fields);

/// <summary>Somebody's browser, with the token that goes with every form.</summary>
internal sealed record Browser(HttpClient Client, string Token)
{
    public static async Task<Browser> OfAsync(PanelApp app, Person person)
    {
        var client = app.As(person);
        return new(client, (await client.PageAsync("/dashboard/cases")).QuerySelector("meta[name=antiforgery]")!.GetAttribute("content")!);
    }

    public Task<HttpResponseMessage> AskAsync(ExportWay way) => way.IsPost ? PostAsync(way.Address, way.Fields) : Client.GetAsync(way.Address);

    public Task<HttpResponseMessage> PostAsync(string address, params (string Name, string Value)[] fields) =>
        Client.PostAsync(address, new FormUrlEncodedContent([.. fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)), new("__RequestVerificationToken", Token)]));
}
