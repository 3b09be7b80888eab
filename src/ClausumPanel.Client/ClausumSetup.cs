using System.Net.Http.Headers;
using ClausumPanel.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the client into an application.</summary>
public static class ClausumSetup
{
    /// <summary>Adds <see cref="ClausumClient"/>; its connections are those of <see cref="IHttpClientFactory"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Where the panel is, and the key.</param>
    /// <returns>To say more about its HTTP client.</returns>
    public static IHttpClientBuilder AddClausum(this IServiceCollection services, Action<ClausumOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ClausumOptions>().Configure(configure)
            .Validate(o => o.BaseAddress is { IsAbsoluteUri: true }, "Clausum's BaseAddress is missing: say where the panel is, https://panel.example.")
            .Validate(o => o.BaseAddress is not { IsAbsoluteUri: true } address || address.Scheme == Uri.UriSchemeHttps || address.IsLoopback, "Clausum's BaseAddress must begin with https://: the key travels with every call.")
            .Validate(o => o.ApiKey.StartsWith("clm_sk_", StringComparison.Ordinal), "Clausum's ApiKey must be a server key, clm_sk_….")
            .Validate(o => o.Timeout > TimeSpan.Zero && o.FirstAttempt > TimeSpan.Zero, "Clausum's Timeout and FirstAttempt must be longer than nothing.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        return services.AddHttpClient<ClausumClient>((provider, http) =>
        {
            var options = provider.GetRequiredService<IOptions<ClausumOptions>>().Value;
            http.BaseAddress = options.BaseAddress;
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
            http.Timeout = TimeSpan.FromSeconds(30);            // of reports; an assessment's own is shorter
        });
    }
}
