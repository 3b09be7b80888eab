using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.Extensions.Localization;

namespace ClausumPanel.Web.Plumbing;

internal static class PagesSetup
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorPages(pages =>
        {
            pages.Conventions.Add(new UnderDashboard());
            pages.Conventions.RequirePolicies();
        }).AddDataAnnotationsLocalization();
        builder.Services.AddSingleton<Texts>();
        builder.Services.AddSingleton<IStringLocalizerFactory, TextsLocalizer>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Reader>();
        builder.Services.AddScoped<AssessmentReader>();
        builder.Services.AddScoped<Pages.Reviews.CaseScreens>();
        builder.Services.AddScoped<Storage.Metrics.MetricReader>();
        builder.Services.AddScoped<Flows.Metrics.ReadFigures>();
        builder.Services.AddScoped<Storage.Schemes.SchemeReader>();
        builder.Services.AddScoped<Flows.Metrics.ReadSchemes>();
        builder.Services.AddSingleton<Exports>();
        builder.Services.AddSingleton<Pages.Audit.AuditChecks>();
        builder.Services.AddRouting(routes => routes.LowercaseUrls = true);
    }

    /// <summary>Every page lives under /dashboard, but for those a person needs before they are in.</summary>
    private sealed class UnderDashboard : IPageRouteModelConvention
    {
        private static readonly string[] Outside = ["/Account/", "/Demo/", "/Error", "/Docs/", "/Preferences"];

        public void Apply(PageRouteModel model)
        {
            if (Outside.Any(folder => model.ViewEnginePath.StartsWith(folder, StringComparison.Ordinal))) return;
            foreach (var selector in model.Selectors.Where(s => s.AttributeRouteModel is not null))
            {
                var template = selector.AttributeRouteModel!.Template ?? "";
                // A page that says its whole address keeps it.
                if (template == "dashboard" || template.StartsWith("dashboard/", StringComparison.Ordinal)) continue;
                selector.AttributeRouteModel.Template = AttributeRouteModel.CombineTemplates("dashboard", template);
            }
        }
    }
}
