using System.Globalization;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Localization;

/// <summary>What the audit trail's codes are called.</summary>
public static class AuditWords
{
    /// <summary>Actions that are looked for together.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Groups = new Dictionary<string, IReadOnlyList<string>>
    {
        ["access"] = [AuditActions.SignedIn, AuditActions.SignInRefused, AuditActions.SignedOut, AuditActions.SessionsEnded, AuditActions.AccessRefused],
        ["accounts"] =
        [
            AuditActions.UserCreated, AuditActions.UserChanged, AuditActions.UserDisabled, AuditActions.UserEnabled, AuditActions.UserUnlocked, AuditActions.InvitationSent, AuditActions.InvitationRevoked, AuditActions.ProfileChanged, AuditActions.PasswordChanged,
            AuditActions.SecondFactorOn, AuditActions.SecondFactorOff, AuditActions.RecoveryCodesMade, AuditActions.RecoveryCodeUsed,
        ],
        ["keys"] = [AuditActions.KeyCreated, AuditActions.KeyRotated, AuditActions.KeyRevoked],
        ["submerchants"] = [AuditActions.SubmerchantAdded, AuditActions.SubmerchantChanged, AuditActions.SubmerchantDeactivated, AuditActions.SubmerchantReactivated],
        ["webhooks"] =
        [
            AuditActions.WebhookCreated, AuditActions.WebhookChanged, AuditActions.WebhookRotated, AuditActions.WebhookPaused, AuditActions.WebhookResumed, AuditActions.WebhookDisabled, AuditActions.WebhookRemoved, AuditActions.WebhookTested,
            AuditActions.WebhookReplayed, AuditActions.EventRuleCreated, AuditActions.EventRuleChanged, AuditActions.EventRuleDeleted, AuditActions.EventApplied, AuditActions.EventReplayed, AuditActions.EventSeen, AuditActions.ProviderChanged,
        ],
        ["labels"] = [AuditActions.FraudReported, AuditActions.LabelWritten, AuditActions.LabelReversed, AuditActions.LabelsImported],
        ["reviews"] =
        [
            AuditActions.ReviewDecided, AuditActions.ReviewUndone, AuditActions.ReviewClosed, AuditActions.ReviewReopened, AuditActions.ReviewSkipped, AuditActions.ReviewHeld, AuditActions.ReviewEscalated, AuditActions.ReviewNoted,
            AuditActions.ReviewTakenOver, AuditActions.ReviewTimedOut, AuditActions.ReviewQueueChanged,
        ],
        ["protection"] = [AuditActions.PolicyChanged, AuditActions.SettingChanged, AuditActions.ListEntryAdded, AuditActions.ListEntryChanged, AuditActions.ListEntryDeleted, AuditActions.ListImported, AuditActions.ListsCleanedUp, AuditActions.NamedListCreated, AuditActions.NamedListChanged, AuditActions.NamedListDeleted],
        ["disputes"] = [AuditActions.DisputeOpened, AuditActions.DisputeChanged, AuditActions.DisputeAnswered, AuditActions.DisputeClosed, AuditActions.DisputeImportAsked, AuditActions.DisputeImportCancelled, AuditActions.DisputesImported, AuditActions.BatchAsked, AuditActions.BatchCancelled, AuditActions.BatchMade],
        ["cases"] = [AuditActions.CaseOpened, AuditActions.CaseChanged, AuditActions.CaseSubmitted, AuditActions.CaseNoted, AuditActions.CaseFileAdded, AuditActions.CaseLinked],
        ["simulation"] = [AuditActions.SimulationStarted, AuditActions.SimulationCancelled, AuditActions.SimulationResumed, AuditActions.SimulationDeleted, AuditActions.ScenarioRun, AuditActions.ScenarioSaved, AuditActions.ScenarioDeleted, AuditActions.ScenariosChecked],
        ["data"] = [AuditActions.Exported, AuditActions.HistoryImported, AuditActions.DemoSeeded],
        ["operation"] = [AuditActions.BackedUp, AuditActions.Restored, AuditActions.Started, AuditActions.AuditVerified, AuditActions.AuditCut, AuditActions.RetentionRun, AuditActions.RollupsRebuilt, AuditActions.AlertAcknowledged],
    };

    /// <summary>The kinds of things that entries are about.</summary>
    public static readonly IReadOnlyList<string> SubjectKinds = ["user", "invitation", "key", "submerchant", "webhook", "event-rule", "event", "provider", "assessments", "policy", "label", "review", "review-queue", "dispute", "case", "cases", "setting", "route", "file", "audit", "rollups", "alert", "service", "quality", "behavior", "retention"];

    public static string ActionGroup(this Texts T, string group) => group switch
    {
        "access" => T["Signing in"],
        "accounts" => T["People and accounts"],
        "keys" => T["Keys"],
        "submerchants" => T["Sub-merchants"],
        "webhooks" => T["Webhooks and events"],
        "protection" => T["Policies and settings"],
        "labels" => T["Labels and fraud reports"],
        "reviews" => T["Reviews"],
        "disputes" => T["Payment disputes"],
        "cases" => T["Cases"],
        "simulation" => T["Simulation"],
        "data" => T["Data in and out"],
        "operation" => T["Operation"],
        _ => group,
    };

    public static string Action(this Texts T, string code) => code switch
    {
        AuditActions.SignedIn => T["Signed in"],
        AuditActions.SignInRefused => T["Wrong password or code"],
        AuditActions.SignedOut => T["Signed out"],
        AuditActions.SessionsEnded => T["Ended sessions"],
        AuditActions.AccessRefused => T["Tried what the role may not do"],
        AuditActions.UserCreated => T["Created a person"],
        AuditActions.UserChanged => T["Changed a person"],
        AuditActions.UserDisabled => T["Switched a person off"],
        AuditActions.UserUnlocked => T["Lifted a lock-out"],
        AuditActions.UserEnabled => T["Switched a person on again"],
        AuditActions.InvitationSent => T["Invited somebody"],
        AuditActions.InvitationRevoked => T["Took an invitation back"],
        AuditActions.ProfileChanged => T["Changed the profile"],
        AuditActions.PasswordChanged => T["Changed the password"],
        AuditActions.SecondFactorOn => T["Switched the second factor on"],
        AuditActions.SecondFactorOff => T["Switched the second factor off"],
        AuditActions.RecoveryCodesMade => T["Made new recovery codes for the account"],
        AuditActions.RecoveryCodeUsed => T["Used a recovery code"],
        AuditActions.KeyCreated => T["Created a key"],
        AuditActions.KeyRotated => T["Rotated a key"],
        AuditActions.KeyRevoked => T["Revoked a key"],
        AuditActions.SubmerchantAdded => T["Registered a sub-merchant"],
        AuditActions.SubmerchantChanged => T["Changed a sub-merchant"],
        AuditActions.SubmerchantDeactivated => T["Deactivated a sub-merchant"],
        AuditActions.SubmerchantReactivated => T["Reactivated a sub-merchant"],
        AuditActions.WebhookCreated => T["Added an endpoint of webhooks"],
        AuditActions.WebhookChanged => T["Changed an endpoint of webhooks"],
        AuditActions.WebhookRotated => T["Rotated the secret of an endpoint"],
        AuditActions.WebhookPaused => T["Paused an endpoint"],
        AuditActions.WebhookResumed => T["Resumed an endpoint"],
        AuditActions.WebhookDisabled => T["Switched an endpoint off that does not answer"],
        AuditActions.WebhookRemoved => T["Removed an endpoint"],
        AuditActions.WebhookTested => T["Sent a test to an endpoint"],
        AuditActions.WebhookReplayed => T["Sent deliveries again"],
        AuditActions.EventRuleCreated => T["Made a rule for events"],
        AuditActions.EventRuleChanged => T["Changed a rule for events"],
        AuditActions.EventRuleDeleted => T["Deleted a rule for events"],
        AuditActions.EventApplied => T["An event had an effect"],
        AuditActions.EventReplayed => T["Processed an event again"],
        AuditActions.EventSeen => T["Marked an alert as seen"],
        AuditActions.ProviderChanged => T["Changed the connection to a provider"],
        AuditActions.PolicyChanged => T["Changed the policy"],
        AuditActions.SettingChanged => T["Changed a setting"],
        AuditActions.ListEntryAdded => T["Added to a list"],
        AuditActions.ListEntryChanged => T["Changed an entry of a list"],
        AuditActions.ListEntryDeleted => T["Deleted from a list"],
        AuditActions.ListImported => T["Imported into the lists"],
        AuditActions.ListsCleanedUp => T["Cleaned the lists up"],
        AuditActions.FraudReported => T["Reported fraud"],
        AuditActions.LabelWritten => T["Wrote a label"],
        AuditActions.LabelReversed => T["Took a label back"],
        AuditActions.LabelsImported => T["Imported labels"],
        AuditActions.DisputeOpened => T["Opened a dispute"],
        AuditActions.DisputeChanged => T["Changed a dispute"],
        AuditActions.DisputeAnswered => T["Answered a dispute"],
        AuditActions.DisputeClosed => T["Wrote the outcome of a dispute"],
        AuditActions.DisputeImportAsked => T["Sent disputes to import"],
        AuditActions.DisputeImportCancelled => T["Stopped an import of disputes"],
        AuditActions.DisputesImported => T["Imported disputes"],
        AuditActions.BatchAsked => T["Asked for the workbook of all open disputes"],
        AuditActions.BatchCancelled => T["Stopped the workbook of all open disputes"],
        AuditActions.BatchMade => T["The workbook of all open disputes was made"],
        AuditActions.CaseOpened => T["Opened a case"],
        AuditActions.CaseChanged => T["Changed a case"],
        AuditActions.CaseSubmitted => T["Sealed and submitted a case"],
        AuditActions.CaseNoted => T["Wrote a note in a case"],
        AuditActions.CaseFileAdded => T["Added a file to a case"],
        AuditActions.CaseLinked => T["Linked something to a case"],
        AuditActions.NamedListCreated => T["Made a list for rules"],
        AuditActions.NamedListChanged => T["Changed a list for rules"],
        AuditActions.NamedListDeleted => T["Deleted a list for rules"],
        AuditActions.SimulationStarted => T["Began a simulation"],
        AuditActions.SimulationCancelled => T["Stopped a simulation"],
        AuditActions.SimulationResumed => T["Took a simulation up again"],
        AuditActions.SimulationDeleted => T["Deleted a simulation"],
        AuditActions.ScenarioRun => T["Ran a scenario"],
        AuditActions.ScenarioSaved => T["Saved a scenario"],
        AuditActions.ScenarioDeleted => T["Deleted a scenario"],
        AuditActions.ScenariosChecked => T["Checked the saved scenarios"],
        AuditActions.ReviewDecided => T["Decided a review"],
        AuditActions.ReviewUndone => T["Undid a decision"],
        AuditActions.ReviewClosed => T["A decision took effect"],
        AuditActions.ReviewReopened => T["Reopened a review"],
        AuditActions.ReviewSkipped => T["Skipped a review"],
        AuditActions.ReviewHeld => T["Put a review away until later"],
        AuditActions.ReviewEscalated => T["Escalated a review"],
        AuditActions.ReviewNoted => T["Wrote a note to a review"],
        AuditActions.ReviewTakenOver => T["Took a review over"],
        AuditActions.ReviewTimedOut => T["The time of a review ran out"],
        AuditActions.ReviewQueueChanged => T["Changed a queue of reviews"],
        AuditActions.Exported => T["Exported data"],
        AuditActions.HistoryImported => T["Imported history"],
        AuditActions.DemoSeeded => T["Filled in the demo"],
        AuditActions.BackedUp => T["Made a backup"],
        AuditActions.Restored => T["Restored a backup"],
        AuditActions.Started => T["Started the panel"],
        AuditActions.AuditVerified => T["Verified the audit log"],
        AuditActions.AuditCut => T["Removed the oldest part of the audit log"],
        AuditActions.RetentionRun => T["Removed what was kept long enough"],
        AuditActions.RollupsRebuilt => T["Counted the figures anew"],
        AuditActions.AlertAcknowledged => T["Acknowledged an alert"],
        _ => code,
    };

    public static string SubjectKind(this Texts T, string kind) => kind switch
    {
        "user" => T["Person"],
        "invitation" => T["Invitation"],
        "key" => T["Key"],
        "submerchant" => T["Registered sub-merchant"],
        "webhook" => T["Endpoint"],
        "event-rule" => T["Rule for events"],
        "event" => T["Received event"],
        "provider" => T["Provider"],
        "assessments" => T["Exported assessments"],
        "policy" => T["Policy"],
        "label" => T["Label"],
        "review" => T["Review"],
        "review-queue" => T["Queue"],
        "dispute" => T["Dispute"],
        "case" => T["Case"],
        "cases" => T["Exported cases"],
        "setting" => T["Setting"],
        "route" => T["Page"],
        "file" => T["File"],
        "audit" => T["Audit log"],
        "retention" => T["How long data is kept"],
        "rollups" => T["Figures"],
        "alert" => T["Alert"],
        "service" => T["Service"],
        "quality" => T["Quality of the decisions"],
        "behavior" => T["Behavior"],
        _ => kind,
    };

    public static string Name(this Texts T, ActorKind kind) => kind switch
    {
        ActorKind.Person => T["Person"],
        ActorKind.Key => T["Key"],
        ActorKind.CommandLine => T["Command line"],
        ActorKind.System => T["The panel itself"],
    };

    public static string Actor(this Texts T, ActorKind kind, string name) => (kind, name) switch
    {
        (ActorKind.System, "nobody") => T["Somebody not signed in"],
        (ActorKind.System, "system") => T["The panel itself"],
        (ActorKind.CommandLine, _) => T["Command line"] + (name.IndexOf('(', StringComparison.Ordinal) is >= 0 and var at ? " " + name[at..] : ""),
        _ => name,
    };

    /// <summary>A member of what is recorded; one that has no words of its own is shown as it is stored.</summary>
    public static string Member(this Texts T, string path) => path switch
    {
        "name" or "displayName" => T["Name"],
        "email" => T["E-mail"],
        "role" => T["Role"],
        "culture" => T["Language"],
        "timeZone" => T["Time zone"],
        "theme" => T["Theme"],
        "type" => T["Type"],
        "key" => T["Key"],
        "permissions" => T["Permissions"],
        "perMinute" => T["Per minute"],
        "perDay" => T["Per day"],
        "allowedOrigins" => T["Pages that may call with it"],
        "expiresAt" => T["Works until"],
        "lockedOut" => T["Locked out"],
        "page" => T["Page"],
        "method" => T["Method"],
        "ended" => T["Ended"],
        "atOnce" => T["Most at once"],
        "left" => T["Left"],
        "format" => T["Format"],
        "rows" => T["Rows"],
        "sha256" => "SHA-256",
        "filter" => T["Filter"],
        "intact" => T["Intact entries"],
        "fault" => T["Fault"],
        "entry" => T["Entry"],
        "read" => T["Read"],
        "stored" => T["Stored"],
        "known" => T["Known before"],
        "refused" => T["Refused"],
        "referenceNumber" => T["Reference number"],
        "status" => T["State"],
        "priority" => T["Priority"],
        "incidentType" => T["Incident"],
        "incidentDate" => T["Date of the incident"],
        "jurisdiction" => T["Jurisdiction"],
        "externalId" => "submerchant_id",
        "country" => T["Country"],
        "isActive" => T["In use"],
        "mcc" => T["Merchant category (MCC)"],
        "amount" => T["Amount"],
        "currency" => T["Currency"],
        "victimName" => T["Name of the victim"],
        "victimEmail" => T["E-mail of the victim"],
        "description" => T["What happened"],
        "assignedTo" => T["Assigned to"],
        "dueOn" => T["Due"],
        "hash" => T["Hash"],
        "removed" => T["Rows removed"],
        "held" => T["Held back"],
        "olderThan" => T["Older than"],
        "" => T["Value"],
        _ when path.Split('.') is [var what, var member] && Enum.TryParse<KeptData>(what, out var kept) => $"{T.Name(kept)}: {T.Member(member)}",
        _ => path,
    };

    /// <summary>A recorded value as a person reads it.</summary>
    public static string Recorded(this Texts T, string value, Reader reader) => value switch
    {
        "true" => T["Yes"],
        "false" => T["No"],
        "light" => T["Light"],
        "dark" => T["Dark"],
        _ when value.Length is > 18 and < 36 && value[10] == 'T' && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => reader.Whole(at),
        _ => value,
    };

    public static string Say(this Texts T, AuditVerdict verdict) => verdict.Fault is not { } fault
        ? T.Count(verdict.Intact, "The audit log is whole: {0} entry, as it was written.", "The audit log is whole: {0} entries, each as it was written.")
        : fault switch
    {
        AuditFault.Missing => T["Entry {0} is missing: the next one there is {1}.", verdict.Sequence, verdict.Other],
        AuditFault.DoesNotFollow => T["Entry {0} does not follow the one before it.", verdict.Sequence],
        AuditFault.Altered => T["Entry {0} is not as it was written.", verdict.Sequence],
        AuditFault.EndMissing => T["Entry {0} is missing: the log reached {1} once, as the file beside the database says.", verdict.Sequence, verdict.Other],
        AuditFault.HeadDiffers => T["Entry {0} is not the one that the file beside the database remembers.", verdict.Sequence],
        AuditFault.SealBroken => T["The seal under which the entries up to {0} were removed is not this installation's.", verdict.Sequence],
    };
}
