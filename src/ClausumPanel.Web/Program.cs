using ClausumPanel.Storage;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Service;
using ClausumPanel.Web.Webhooks;

// The same program is the server and its command line: `ClausumPanel.Web keys create …`.
if (!Commands.TryRead(args, out var command, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}
try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = [.. command is null ? args : [], "--hostBuilder:reloadConfigOnChange=false"],
        EnvironmentName = Startup.EnvironmentName(args),
        WebRootPath = Startup.PublishedWebRoot(),
    });
    builder.UsePanelDefaults(quiet: command is not null);
    builder.WebHost.UseStaticWebAssets();               // nothing to do once published; lets `dotnet run` serve them in every environment

    builder.Services.AddSingleton(TimeProvider.System);
    var storage = builder.Services.AddPanelStorage(builder.Configuration, builder.Environment.ContentRootPath);
    builder.Services.AddPanelMemory();
    builder.AddSignIn(storage);
    builder.Services.AddEnrichment();
    builder.AddAssess();
    builder.AddServiceMetrics();
    builder.AddHistory();
    builder.AddApi();
    builder.AddWebhooks();
    builder.AddPages();
    builder.AddPageCompression();

    await using var app = builder.Build();
    app.CheckSettings();
    if (command is not null) return await app.RunCommandAsync(command);
    var enrichment = app.Services.LoadReferenceDataAsync();
    using var ownership = await app.PrepareStorageAsync(storage);

    app.UseProxies();
    app.UseMetricsPort();
    app.UseApiProblems();
    app.UseForPages(pages => pages.UsePageCompression().UseSecurityHeaders());
    app.UseErrorPages();
    app.UseRouting();
    app.UseForPages(pages => pages.UseAuthentication().UseReadersLanguage().UseAuthorization().UseSecondFactorFirst().UseAntiforgery());
    app.UseSessionApi();

    app.MapStaticAssets().AllowAnonymous();
    app.MapRazorPages().WithStaticAssets();
    app.MapLiveUpdates();
    app.MapGet("/", () => Results.LocalRedirect("/dashboard")).AllowAnonymous();
    app.MapAssessApi();
    app.MapReportFraudApi();
    app.MapLabelsApi();
    app.MapAssessmentsApi();
    app.MapMerchantApi();
    app.MapBlocklistsApi();
    app.MapCasesApi();
    app.MapDisputesApi();
    app.MapOverviewApi();
    app.MapIngestApi();
    app.MapStripeApi();
    app.MapSignInApi();
    app.MapKeysApi();
    app.MapSubmerchantsApi();
    app.MapPoliciesApi();
    app.MapReviewsApi();
    app.MapApiReference();
    app.MapBrowserSdk();
    app.MapApiRefusals();
    app.MapHealth();
    app.MapMetrics();

    await enrichment;
    await app.RunAsync();
    return 0;
}
catch (SettingException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

public partial class Program;
