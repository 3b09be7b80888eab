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

    /// <summary>Loads the reference data beside whatever else starts; to be awaited before the first request is served.</summary>
    /// <exception cref="Storage.SettingException">A file is missing or cannot be used.</exception>
    public static Task LoadReferenceDataAsync(this IServiceProvider services) => Task.Run(services.GetRequiredService<ReferenceData>);
}
