using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Webhooks;

namespace ClausumPanel.Web.Localization;

/// <summary>What the pages of webhooks call things.</summary>
public static class WebhookWords
{
    public static string Name(this Texts T, EndpointState state, int failures) => state switch
    {
        EndpointState.Active => failures > 0 ? T["Not answering"] : T["Works"],
        EndpointState.Paused => T["Paused"],
        EndpointState.Disabled => T["Switched off"],
        EndpointState.Removed => T["Taken away"],
    };

    public static string Badge(EndpointState state, int failures) => state switch
    {
        EndpointState.Active => failures > 0 ? "bg-yellow-lt" : "bg-green-lt",
        EndpointState.Disabled => "bg-red-lt",
        _ => "bg-secondary-lt",
    };

    public static string Name(this Texts T, DeliveryState state) => state switch
    {
        DeliveryState.Waiting => T["Waiting"],
        DeliveryState.Sending => T["Being sent"],
        DeliveryState.Delivered => T["Delivered"],
        DeliveryState.Failed => T["Given up"],
    };

    public static string Badge(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => "bg-green-lt",
        DeliveryState.Failed => "bg-red-lt",
        _ => "bg-secondary-lt",
    };

    public static string WhyDisabled(this Texts T, string? reason, string url) => reason == "gone"
        ? T["{0} answered that it is gone for good (410), and was switched off.", url]
        : T["{0} answered no call for a day, and was switched off.", url];

    /// <summary>How an attempt ended, in a few words.</summary>
    public static string Answer(this Texts T, int? status, string? error) => error switch
    {
        null or WebhookSender.Status => status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
        WebhookSender.Timeout => T["No answer in time"],
        WebhookSender.RefusedAddress => T["Its address is not public"],
        WebhookSender.NoName => T["The name of the host is not known"],
        WebhookSender.Tls => T["Its certificate is not good"],
        WebhookSender.Connection => T["No connection"],
        WebhookSender.Redirect => T["{0}: redirects are not followed", status],
        WebhookSender.Answer => T["The answer cannot be read"],
        WebhookSender.NoSecret => T["The secret cannot be read: rotate it"],
        WebhookSender.BadAddress => T["This address is not allowed"],
        "removed" => T["The endpoint was removed."],
        _ => error,
    };

    public static string Say(this Texts T, UrlProblem problem) => problem switch
    {
        UrlProblem.NotAnAddress => T["Address: write a whole address, as in https://shop.example/hooks."],
        UrlProblem.NotHttps => T["Address: it must begin with https://."],
        UrlProblem.HasUser => T["Address: leave out the user and the password."],
        UrlProblem.HasFragment => T["Address: leave out what follows #."],
        UrlProblem.NotAscii => T["Address: it has spaces or characters that no address has; write a name with accents in its ASCII form."],
        UrlProblem.Port => T["Address: only port 443 is called."],
        UrlProblem.IsNumber => T["Address: write a name, not the number of a host."],
        UrlProblem.NotPublic => T["Address: this host is not on the public internet."],
        UrlProblem.None => "",
    };

    public static string EventMeaning(this Texts T, string name) => name switch
    {
        "transaction.created" => T["A payment or payout was assessed and not blocked."],
        "transaction.blocked" => T["A payment met a hard block, or a payout was declined."],
        "transaction.succeeded" => T["The provider took the money."],
        "transaction.failed" => T["The provider did not take the money."],
        "fraud.detected" => T["A payment was reported as fraud."],
        "fraud.confirmed" => T["The team submitted the case of a report."],
        "case.created" => T["A case was opened."],
        "case.updated" => T["The status or the fields of a case changed."],
        "dispute.created" => T["A dispute was opened."],
        "dispute.updated" => T["A dispute was changed or answered, or came back."],
        "dispute.resolved" => T["A dispute has an outcome."],
        "review.closed" => T["A person, or time, decided a review for good."],
        "review.reopened" => T["A decided review was opened again."],
        _ => "",
    };
}
