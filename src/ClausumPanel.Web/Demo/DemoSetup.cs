using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Demo;

internal static class DemoSetup
{
    /// <summary>The import of history, and the demo, which is one.</summary>
    public static void AddHistory(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<DemoOptions>("Panel:Demo");
        services.AddSingleton<DemoData>();
        services.AddSingleton<ImportRunner>();
        services.AddSingleton<ImportService>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<ImportService>());
        services.AddHostedService(provider => provider.GetRequiredService<ImportService>());
        if (builder.Environment.IsDevelopment()) services.AddHttpClient().AddSingleton<DemoShop>();
        if (builder.Environment.IsDevelopment() && builder.Configuration["Panel:Demo:Assessments"] != "0") services.AddHostedService<DemoService>();
    }
}
