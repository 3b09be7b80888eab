using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Enrichment;

internal static class EnrichmentSetup
{
    /// <summary>The reference data, loaded when it is first asked for, and what makes facts with it.</summary>
    public static void AddEnrichment(this IServiceCollection services)
    {
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section);
        services.AddSingleton(provider => ReferenceData.Load(provider.GetRequiredService<IOptions<DataOptions>>().Value));
        services.AddSingleton<Enricher>();
    }

    /// <summary>
    /// Begins to load the reference data while the rest of the service starts. Whoever needs it waits for it, and is the one who hears what is wrong with it.
    /// </summary>
    public static void BeginEnrichment(this IServiceProvider services) => Task.Run(services.GetRequiredService<ReferenceData>);
}
