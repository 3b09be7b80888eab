using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Webhooks;

internal static class WebhookSetup
{
    /// <summary>What tells the outside, and what listens to it.</summary>
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<WebhookOptions>("Panel:Webhooks");
        builder.Services.AddSingleton<NameLookup>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<WebhookSecrets>();
        builder.Services.AddScoped<WebhookPayloads>();
        builder.Services.AddScoped<ChangeWebhooks>();
        builder.Services.AddSingleton<DeliverWebhooks>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DeliverWebhooks>());
        builder.Services.AddSettings<EventOptions>("Panel:Events");
        builder.Services.AddSettings<RetentionOptions>("Panel:Retention");
        builder.Services.AddSingleton<RetentionTerms>();
        builder.Services.AddSingleton<ApplyRetention>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ApplyRetention>());
        builder.Services.AddScoped<ProviderSecrets>();
        builder.Services.AddScoped<ReceiveEvents>();
        builder.Services.AddScoped<ApplyEvents>();
        builder.Services.AddScoped<StripeEvents>();
        builder.Services.AddScoped<ChangeEventRules>();
        builder.Services.AddSingleton<ProcessEvents>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ProcessEvents>());
    }
}
