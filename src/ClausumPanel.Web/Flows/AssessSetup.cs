using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Plumbing;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

internal static class AssessSetup
{
    /// <summary>All that judges and stores payments.</summary>
    public static void AddAssess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AssessOptions>().BindConfiguration("Panel").ValidateDataAnnotations()
            .Validate(o => TimeZoneInfo.TryFindSystemTimeZoneById(o.TimeZone, out _), "Panel__TimeZone names no time zone: write one such as America/Mexico_City.")
            .Validate(o => o.Budget >= TimeSpan.FromMilliseconds(100) && o.Budget <= TimeSpan.FromSeconds(30), "Panel__Budget must lie between 00:00:00.1 and 00:00:30.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<AssessOptions>>().Value);
        services.AddSingleton<PolicyShelf>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<PolicyShelf>());
        services.AddSingleton<NamedListShelf>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<NamedListShelf>());
        services.AddScoped<ChangeNamedLists>();
        services.AddSettings<ProtectionOptions>("Panel:Protection");
        services.AddScoped<PolicyDesk>();
        services.AddSingleton<RuleTrialRoom>();
        services.AddScoped<RuleTrial>();
        services.AddSingleton<ListShelf>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<ListShelf>());
        services.AddScoped<ChangeLists>();
        services.AddSingleton<ListImports>();
        services.AddScoped<FindPayment>();
        services.AddScoped<RecordLabels>();
        services.AddScoped<ReportFraud>();
        services.AddScoped<LabelImport>();
        services.AddSingleton<AssessService>();
        services.AddHostedService(provider => provider.GetRequiredService<AssessService>());
        services.AddScoped<TryPolicies>();
        services.AddScoped<RunScenarios>();
        services.AddSingleton<CheckScenarios>();
        services.AddHostedService(provider => provider.GetRequiredService<CheckScenarios>());
        services.AddSingleton<RunSimulations>();
        services.AddHostedService(provider => provider.GetRequiredService<RunSimulations>());
    }
}
