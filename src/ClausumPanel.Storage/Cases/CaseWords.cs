using System.Security.Cryptography;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Cases;

/// <summary>The words by which cases are spoken of outside. Source: Clausum documentation, guides/case-management.</summary>
public static class CaseWords
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>The usual currency of each jurisdiction.</summary>
    private static readonly (string Jurisdiction, string Currency)[] Usual = [("AR", "ARS"), ("BR", "BRL"), ("CL", "CLP"), ("CO", "COP"), ("MX", "MXN"), ("PE", "PEN"), ("UY", "UYU")];

    public static readonly IReadOnlyList<string> Jurisdictions = [.. Usual.Select(u => u.Jurisdiction)];
    public static readonly IReadOnlyList<CaseStatus> Statuses = [CaseStatus.Draft, CaseStatus.InReview, CaseStatus.Submitted, CaseStatus.Resolved, CaseStatus.Archived];
    public static readonly IReadOnlyList<CasePriority> Priorities = [CasePriority.Low, CasePriority.Medium, CasePriority.High, CasePriority.Urgent];
    public static readonly IReadOnlyList<IncidentType> IncidentTypes =
        [IncidentType.Phishing, IncidentType.SocialEngineering, IncidentType.UnauthorizedTransfer, IncidentType.IdentityTheft, IncidentType.InternalFraud, IncidentType.Other];
    public static readonly IReadOnlyList<CaseOrigin> Origins = [CaseOrigin.Report, CaseOrigin.Manual, CaseOrigin.Row, CaseOrigin.Event];

    public static string Word(this CaseStatus status) => status switch
    {
        CaseStatus.Draft => "borrador",
        CaseStatus.InReview => "en_revision",
        CaseStatus.Submitted => "enviado",
        CaseStatus.Resolved => "resuelto",
        CaseStatus.Archived => "archivado",
    };

    public static string Word(this CasePriority priority) => priority switch
    {
        CasePriority.Low => "baja",
        CasePriority.Medium => "media",
        CasePriority.High => "alta",
        CasePriority.Urgent => "urgente",
    };

    public static string Word(this IncidentType type) => type switch
    {
        IncidentType.Phishing => "phishing",
        IncidentType.SocialEngineering => "ingenieria_social",
        IncidentType.UnauthorizedTransfer => "transferencia_no_autorizada",
        IncidentType.IdentityTheft => "robo_identidad",
        IncidentType.InternalFraud => "fraude_interno",
        IncidentType.Other => "otro",
    };

    public static string Word(this CaseOrigin origin) => origin switch
    {
        CaseOrigin.Report => "report",
        CaseOrigin.Manual => "manual",
        CaseOrigin.Row => "row",
        CaseOrigin.Event => "event",
    };

    public static string Word(this CaseLinkKind kind) => kind switch
    {
        CaseLinkKind.Assessment => "assessment",
        CaseLinkKind.ListEntry => "list_entry",
        CaseLinkKind.Label => "label",
        CaseLinkKind.Dispute => "dispute",
    };

    public static string Word(this CaseEventKind kind) => kind switch
    {
        CaseEventKind.Opened => "opened",
        CaseEventKind.Edited => "edited",
        CaseEventKind.Moved => "status_changed",
        CaseEventKind.Assigned => "assigned",
        CaseEventKind.Planned => "planned",
        CaseEventKind.Noted => "noted",
        CaseEventKind.FileAdded => "file_added",
        CaseEventKind.Linked => "linked",
        CaseEventKind.Submitted => "submitted",
        CaseEventKind.Reported => "fraud_reported",
    };

    public static CaseStatus? ReadStatus(string? word) => Find(Statuses, Word, word);

    public static CasePriority? ReadPriority(string? word) => Find(Priorities, Word, word);

    public static IncidentType? ReadIncident(string? word) => Find(IncidentTypes, Word, word);

    /// <summary>The code in upper case, or null when it is none of the seven.</summary>
    public static string? ReadJurisdiction(string? word) => Jurisdictions.FirstOrDefault(j => j.Equals(word?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Where a currency is at home, else the country when it is one of the seven.</summary>
    public static string? JurisdictionOf(string? currency, string? country) => Usual.FirstOrDefault(u => u.Currency == currency).Jurisdiction ?? ReadJurisdiction(country);

    /// <summary>What a report's reason is to a case.</summary>
    public static IncidentType IncidentOf(FraudReason reason) => reason switch
    {
        FraudReason.AccountTakeover or FraudReason.IdentityTheft => IncidentType.IdentityTheft,
        FraudReason.Chargeback or FraudReason.CardTesting => IncidentType.UnauthorizedTransfer,
        FraudReason.FriendlyFraud or FraudReason.Other => IncidentType.Other,
    };

    /// <summary>By the amount against what the organization calls large in its currency: a tenth of it is medium, all of it high, ten times it urgent.</summary>
    /// <param name="amount">Minor units; null is medium, since nobody knows.</param>
    /// <param name="large">Minor units.</param>
    public static CasePriority PriorityOf(long? amount, long large) => amount is not { } minor ? CasePriority.Medium
        : minor >= (Int128)large * 10 ? CasePriority.Urgent
        : minor >= large ? CasePriority.High
        : minor >= large / 10 ? CasePriority.Medium
        : CasePriority.Low;

    /// <summary>The same, a step higher where somebody's account or identity was taken: more may follow.</summary>
    public static CasePriority PriorityOf(FraudReason reason, long? amount, long large)
    {
        var priority = PriorityOf(amount, large);
        return reason is FraudReason.AccountTakeover or FraudReason.IdentityTheft && priority < CasePriority.Urgent ? priority + 1 : priority;
    }

    /// <summary><c>CLM-</c> and six random characters; whether it is taken, the database says.</summary>
    public static string NewReference() => "CLM-" + RandomNumberGenerator.GetString(Letters, 6);

    private static T? Find<T>(IReadOnlyList<T> all, Func<T, string> name, string? word) where T : struct
    {
        foreach (var one in all)
            if (name(one).Equals(word?.Trim(), StringComparison.OrdinalIgnoreCase)) return one;
        return null;
    }
}
