using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows.Evidence;
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
        services.AddScoped<ChangeKeys>();
        services.AddSingleton<SubmerchantShelf>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<SubmerchantShelf>());
        services.AddScoped<ChangeSubmerchants>();
        services.AddScoped<ReadQueues>();
        services.AddSingleton<RuleTrialRoom>();
        services.AddScoped<LatestScan>();
        services.AddScoped<RuleTrial>();
        services.AddScoped<RuleRecords>();
        services.AddScoped<QualityReport>();
        services.AddScoped<RaiseAlerts>();
        services.AddHostedService<WatchActivity>();
        services.AddScoped<EntryTrial>();
        services.AddSingleton<ListShelf>();
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<ListShelf>());
        services.AddScoped<ChangeLists>();
        services.AddSingleton<ListImports>();
        services.AddScoped<FindPayment>();
        services.AddScoped<RecordLabels>();
        services.AddScoped<ReportFraud>();
        services.AddSettings<CaseOptions>("Panel:Cases");
        services.AddScoped<ChangeCases>();
        services.AddScoped<CaseReader>();
        services.AddScoped<LabelImport>();
        services.AddSingleton<SignalRates>();
        services.AddSingleton<EntityLookups>();
        services.AddScoped<ListEvidence>();
        services.AddScoped<EntityEvidence>();
        services.AddSettings<DisputeOptions>("Panel:Disputes");
        services.AddScoped<DisputeDesk>();
        services.AddScoped<DisputeCases>();
        services.AddScoped<DisputeImport>();
        services.AddScoped<ReadEvidence>();
        services.AddScoped<BatchWorkbook>();
        services.AddScoped<DisputeUploadDesk>();
        services.AddSingleton<ImportDisputes>();
        services.AddHostedService(provider => provider.GetRequiredService<ImportDisputes>());
        services.AddScoped<BatchDesk>();
        services.AddSingleton<MakeBatches>();
        services.AddHostedService(provider => provider.GetRequiredService<MakeBatches>());
        services.AddSingleton<ControlBudget>();
        services.AddSingleton<AssessService>();
        services.AddHostedService(provider => provider.GetRequiredService<AssessService>());
        services.AddSingleton(provider => new ReviewRouting(() => provider.GetRequiredService<IOptions<PanelOptions>>().Value.Zone));
        services.AddSingleton<IFollowChanges>(provider => provider.GetRequiredService<ReviewRouting>());
        services.AddSingleton(provider => provider.GetRequiredService<ReviewRouting>().WithPolicies);
        services.AddSettings<ReviewOptions>("Panel:Reviews");
        services.AddSingleton<ReviewTurns>();
        services.AddSingleton<PayeeNames>();
        services.AddHostedService<ReadPayeeNames>();
        services.AddScoped<LeaseReviews>();
        services.AddScoped<ChangeQueues>();
        services.AddScoped<DecideReviews>();
        services.AddScoped<UndoReviews>();
        services.AddScoped<BlindReviews>();
        services.AddScoped<ReviewBatches>();
        services.AddScoped<SettleReviews>();
        services.AddScoped<UnansweredChallenges>();
        services.AddHostedService<CloseReviews>();
        services.AddScoped<TryPolicies>();
        services.AddScoped<RunScenarios>();
        services.AddScoped<GoLive>();
        services.AddSingleton<CheckScenarios>();
        services.AddHostedService(provider => provider.GetRequiredService<CheckScenarios>());
        services.AddSettings<SimulationOptions>("Panel:Simulation");
        services.AddSingleton<RunSimulations>();
        services.AddHostedService(provider => provider.GetRequiredService<RunSimulations>());
        services.AddSingleton<ActivatePolicies>();
        services.AddHostedService(provider => provider.GetRequiredService<ActivatePolicies>());
    }
}
