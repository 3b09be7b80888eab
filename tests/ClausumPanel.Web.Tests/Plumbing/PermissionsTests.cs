using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Plumbing;

public sealed class PermissionsTests(PanelApp app) : IClassFixture<PanelApp>
{
    private IEnumerable<RouteEndpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null && e.RoutePattern.RawText != "{**path:file}");      // files added while developing

    private static string Who(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<AssessApi.RequiresKey>() is { } key) return key.ToString();
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return "anyone";
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy ?? "signed in").Distinct().ToList();
        return policies.Count == 0 ? "" : string.Join(" + ", policies);
    }

    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        var silent = Endpoints.Where(e => Who(e) == "").Select(e => e.RoutePattern.RawText);
        Assert.Empty(silent);
    }

    [Fact]
    public void Who_may_open_what_changes_only_on_purpose()
    {
        var routes = Endpoints.Select(e => $"{string.Join(' ', e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])} /{e.RoutePattern.RawText!.TrimStart('/')} → {Who(e)}")
            .Distinct().Order(StringComparer.Ordinal);
        var roles = Permissions.Matrix.Select(p => $"{p.Key}: {string.Join(", ", p.Value.Order().Select(r => r.Name()))}");
        GoldenFile.Matches("Permissions.txt", string.Join('\n', roles) + "\n\n" + string.Join('\n', routes));
    }

    [Fact]
    public async Task Whatever_is_forgotten_is_closed()
    {
        var policy = await app.Services.GetRequiredService<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        Assert.Contains(policy!.Requirements, r => r is Microsoft.AspNetCore.Authorization.Infrastructure.DenyAnonymousAuthorizationRequirement);
    }
}
