using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Enrichment;

internal static class EnrichmentSetup
{
    /// <summary>The reference data, loaded when it is first asked for, and what fills facts from it.</summary>
    public static void AddEnrichment(this IServiceCollection services)
    {
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section);
        services.AddSingleton(provider => ReferenceData.Load(provider.GetRequiredService<IOptions<DataOptions>>().Value));
        services.AddSingleton<Enricher>();
    }
}
