using System.Globalization;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>What the words of cases are called.</summary>
public static class CaseSentences
{
    public static string Name(this Texts T, CaseStatus status) => status switch
    {
        CaseStatus.Draft => T["Draft"],
        CaseStatus.InReview => T["In review"],
        CaseStatus.Submitted => T["Submitted"],
        CaseStatus.Resolved => T["Resolved"],
        CaseStatus.Archived => T["Archived"],
    };

    public static string Name(this Texts T, CasePriority priority) => priority switch
    {
        CasePriority.Low => T["Low priority"],
        CasePriority.Medium => T["Medium priority"],
        CasePriority.High => T["High priority"],
        CasePriority.Urgent => T["Urgent"],
    };

    public static string Name(this Texts T, IncidentType type) => type switch
    {
        IncidentType.Phishing => T["Phishing"],
        IncidentType.SocialEngineering => T["Social engineering"],
        IncidentType.UnauthorizedTransfer => T["Unauthorized transfer"],
        IncidentType.IdentityTheft => T["Identity theft"],
        IncidentType.InternalFraud => T["Internal fraud"],
        IncidentType.Other => T["Other incident"],
    };

    public static string Name(this Texts T, CaseOrigin origin) => origin switch
    {
        CaseOrigin.Report => T["from a fraud report"],
        CaseOrigin.Manual => T["written by hand"],
        CaseOrigin.Row => T["from a payment"],
        CaseOrigin.Event => T["from an event"],
    };

    /// <summary>What somebody does to bring it there.</summary>
    public static string Verb(this Texts T, CaseStatus from, CaseStatus to) => to switch
    {
        CaseStatus.Draft => T["Back to draft"],
        CaseStatus.InReview => T["Send to review"],
        CaseStatus.Submitted => T["Submit…"],
        CaseStatus.Resolved => T["Mark as resolved"],
        CaseStatus.Archived => T["Archive"],
    };

    public static string Style(CaseStatus status) => status switch
    {
        CaseStatus.Draft or CaseStatus.Archived => "bg-secondary-lt",
        CaseStatus.InReview => "bg-yellow-lt",
        CaseStatus.Submitted or CaseStatus.Resolved => "bg-green-lt",
    };

    public static string Style(CasePriority priority) => priority switch
    {
        CasePriority.Urgent => "is-decline",
        CasePriority.High => "is-review",
        CasePriority.Medium or CasePriority.Low => "",
    };

    /// <summary>A line of the timeline.</summary>
    public static string Say(this Texts T, CaseEvent line) => line.Kind switch
    {
        CaseEventKind.Opened => T["Opened"],
        CaseEventKind.Edited => T["Changed: {0}", Members(T, line.Detail)],
        CaseEventKind.Moved => T["{0} → {1}", T.Name(line.From!.Value), T.Name(line.To!.Value)],
        CaseEventKind.Assigned => line.Detail is { } person ? T["Assigned to {0}", person] : T["Assigned to nobody"],
        CaseEventKind.Planned => T["Changed: {0}", Members(T, line.Detail)],
        CaseEventKind.Noted => T["Wrote a note"],
        CaseEventKind.FileAdded => T["Added the file {0}", line.Detail],
        CaseEventKind.Linked => T["Linked the payment {0}", line.Detail],
        CaseEventKind.Submitted => T["Sealed and submitted"],
        CaseEventKind.Reported => T["Reported the payment {0} as fraud", line.Detail],
    };

    /// <summary>Why a step was refused.</summary>
    public static string Say(this Texts T, CaseAnswer answer) => answer.Fate switch
    {
        CaseFate.Done => "",
        CaseFate.NotFound => T["There is no such case."],
        CaseFate.Stale => T["Somebody else changed this case first. Look at it again before you go on."],
        CaseFate.IllegalMove => T["A case in the state “{0}” cannot take this step.", T.Name(answer.Case!.Status)],
        CaseFate.SubmittedAlready => T["This case was submitted already."],
        CaseFate.Sealed => T["This case was submitted: what its sealed package states no longer changes."],
        CaseFate.Archived => T["This case is archived: nothing of it changes any more."],
        CaseFate.PaymentGone => T["The payment was kept long enough and is removed."],
        CaseFate.NobodySuch => T["Nobody of that name may work on cases."],
        CaseFate.FileRefused => T.Say(answer.File!.Value.Problem, answer.File.Value.Room),
    };

    /// <summary>Whoever did it, or a program or the panel in its own words.</summary>
    public static string CaseActor(this Texts T, Guid? id, string name) => id is not null ? name : name switch { "system" => T["The panel itself"], "demo" => T["Demo"], _ => name };

    public static string Bytes(this Texts T, long size) => size < 1_024 ? T["{0} bytes", size.ToString("N0", CultureInfo.CurrentCulture)]
        : size < 1_048_576 ? T["{0} KB", (size / 1_024d).ToString("N0", CultureInfo.CurrentCulture)] : T["{0} MB", (size / 1_048_576d).ToString("N1", CultureInfo.CurrentCulture)];

    private static string Members(Texts T, string? names) => string.Join(", ", (names ?? "").Split(", ").Select(name => name switch
    {
        "incident_type" => T["Incident"],
        "incident_date" => T["Date of the incident"],
        "jurisdiction" => T["Jurisdiction"],
        "amount" => T["Amount"],
        "victim_name" => T["Name of the victim"],
        "victim_email" => T["E-mail of the victim"],
        "description" => T["What happened"],
        "priority" => T["Priority"],
        "due_date" => T["Due"],
        _ => name,
    }));
}
