using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>What an endpoint is asked for.</summary>
public sealed class EndpointInput
{
    public string? Url { get; set; }
    public string? Description { get; set; }
    public string[]? Events { get; set; }

    /// <returns>Null, with what is wrong by its field.</returns>
    public (string Url, string Description, string Events)? Read(ModelStateDictionary state, WebhookOptions options, Texts T)
    {
        ArgumentNullException.ThrowIfNull(state);
        var problem = WebhookUrl.Read(Url, options, out var url);
        if (problem != UrlProblem.None) state.AddModelError("Input.Url", T.Say(problem));
        else if (url.AbsoluteUri.Length > WebhookEndpoint.LongestUrl) state.AddModelError("Input.Url", T["The address is too long."]);
        var description = Flows.ListTexts.Clean(Description) ?? "";
        if (description.Length > WebhookEndpoint.LongestDescription) state.AddModelError("Input.Description", T["The description has at most {0} characters.", WebhookEndpoint.LongestDescription]);
        var events = WebhookEvents.Names.Where(n => Events?.Contains(n) == true).ToList();
        if (events.Count == 0) state.AddModelError("Input.Events", T["Choose at least one event."]);
        return state.IsValid ? (url.AbsoluteUri, description, string.Join(' ', events)) : null;
    }
}
