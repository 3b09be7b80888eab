using System.Net;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Plumbing;

/// <summary>A panel in which administrators alone may export.</summary>
public sealed class CloseMouthedApp : PanelApp
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddAuthorizationBuilder().AddPolicy(Permissions.Export, policy => policy.RequireRole(Role.Admin.Name())));
    }
}

public sealed class ExportRightTests(CloseMouthedApp app) : IClassFixture<CloseMouthedApp>
{
    /// <summary>Addresses of pages, with something written in for what they want.</summary>
    private List<string> Pages(Func<RouteEndpoint, bool> wanted) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(wanted)
            .Select(e => "/" + string.Join('/', e.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
            {
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies: [{ Content: "guid" }, ..] } => Guid.Empty.ToString(),
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies: [{ Content: "int" }, ..] } => "1",
                _ => "json",
            }))))).Distinct().Order(StringComparer.Ordinal),
    ];

    [Fact]
    public async Task Who_may_not_export_gets_no_file_by_any_address_whoever_asked_for_it()
    {
        var exports = Pages(e => e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy == Permissions.Export));
        foreach (var known in (string[])["/dashboard/cases/export", $"/dashboard/disputes/{Guid.Empty}/workbook", "/dashboard/disputes/batches", $"/dashboard/disputes/batches/{Guid.Empty}"]) Assert.Contains(known, exports);
        var clara = app.As(World.Clara);
        foreach (var address in exports.SelectMany(e => e.Contains("/batches/", StringComparison.Ordinal) ? (string[])[e, $"{e}?handler=File", $"{e}?handler=Progress"] : [e]))
        {
            Assert.Equal((address, HttpStatusCode.Forbidden), (address, (await clara.GetAsync(address)).StatusCode));
            Assert.Equal((address, HttpStatusCode.Forbidden), (address, (await clara.PostAsync(address, null)).StatusCode));
        }
    }

    [Fact]
    public async Task Nobody_reads_a_case_or_a_dispute_who_is_not_signed_in()
    {
        var pages = Pages(e => e.RoutePattern.RawText!.TrimStart('/') is var path && (path.StartsWith("dashboard/cases", StringComparison.Ordinal) || path.StartsWith("dashboard/disputes", StringComparison.Ordinal)));
        Assert.True(pages.Count > 15, $"only {pages.Count} pages");
        var nobody = app.Anonymous();
        foreach (var address in pages)
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
            {
                var answer = await nobody.SendAsync(new HttpRequestMessage(method, address));
                Assert.Equal((address, HttpStatusCode.Found, "/account/login"), (address, answer.StatusCode, answer.Headers.Location!.AbsolutePath));
            }
        }
    }
}
