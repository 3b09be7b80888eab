namespace ClausumPanel.Storage.Audit;

/// <summary>The stable codes of what is recorded.</summary>
public static class AuditActions
{
    public const string
        SignedIn = "signin.succeeded", SignInRefused = "signin.refused", SignedOut = "signin.ended", SessionsEnded = "sessions.ended",
        SecondFactorOn = "second-factor.enabled", SecondFactorOff = "second-factor.disabled", RecoveryCodesMade = "second-factor.recovery-codes-made", RecoveryCodeUsed = "second-factor.recovery-code-used",
        PasswordChanged = "password.changed", ProfileChanged = "profile.changed",
        UserCreated = "user.created", UserChanged = "user.changed", UserDisabled = "user.disabled", UserUnlocked = "user.unlocked", UserEnabled = "user.enabled",
        InvitationSent = "invitation.sent", InvitationRevoked = "invitation.revoked",
        KeyCreated = "key.created", KeyRevoked = "key.revoked", KeyRotated = "key.rotated",
        SubmerchantAdded = "submerchant.added", SubmerchantChanged = "submerchant.changed", SubmerchantDeactivated = "submerchant.deactivated", SubmerchantReactivated = "submerchant.reactivated",
        ListEntryAdded = "list.added", ListEntryChanged = "list.changed", ListEntryDeleted = "list.deleted", ListImported = "list.imported", ListsCleanedUp = "list.cleaned-up",
        NamedListCreated = "named-list.created", NamedListChanged = "named-list.changed", NamedListDeleted = "named-list.deleted",
        Exported = "data.exported", AccessRefused = "access.refused", SettingChanged = "setting.changed", PolicyChanged = "policy.changed",
        BackedUp = "database.backed-up", Restored = "database.restored", HistoryImported = "history.imported", DemoSeeded = "demo.seeded", Started = "panel.started",
        FraudReported = "fraud.reported", LabelWritten = "label.written", LabelReversed = "label.reversed", LabelsImported = "labels.imported",
        SimulationStarted = "simulation.started", SimulationCancelled = "simulation.cancelled", SimulationResumed = "simulation.resumed", SimulationDeleted = "simulation.deleted",
        ScenarioRun = "scenario.run", ScenarioSaved = "scenario.saved", ScenarioDeleted = "scenario.deleted", ScenariosChecked = "scenario.set-checked",
        ReviewDecided = "review.decided", ReviewUndone = "review.undone", ReviewClosed = "review.closed", ReviewReopened = "review.reopened", ReviewSkipped = "review.skipped", ReviewHeld = "review.held",
        ReviewEscalated = "review.escalated", ReviewAnswered = "review.answered", ReviewNoted = "review.noted", ReviewTakenOver = "review.taken-over", ReviewTimedOut = "review.timed-out", ReviewQueueChanged = "review-queue.changed",
        ReviewsDecided = "reviews.decided-together", ReviewsUndone = "reviews.undone-together",
        DisputeOpened = "dispute.opened", DisputeChanged = "dispute.changed", DisputeAnswered = "dispute.answered", DisputeClosed = "dispute.closed", DisputesImported = "disputes.imported",
        DisputeImportAsked = "disputes-import.asked", DisputeImportCancelled = "disputes-import.cancelled",
        BatchAsked = "dispute-batch.asked", BatchCancelled = "dispute-batch.cancelled", BatchMade = "dispute-batch.made",
        CaseOpened = "case.opened", CaseChanged = "case.changed", CaseNoted = "case.noted", CaseFileAdded = "case.file-added", CaseLinked = "case.linked", CaseSubmitted = "case.submitted",
        AuditVerified = "audit.verified", AuditCut = "audit.cut", RetentionRun = "retention.run", RollupsRebuilt = "rollups.rebuilt",
        AlertAcknowledged = "alert.acknowledged",
        WebhookCreated = "webhook.created", WebhookChanged = "webhook.changed", WebhookRotated = "webhook.secret-rotated", WebhookPaused = "webhook.paused", WebhookResumed = "webhook.resumed", WebhookDisabled = "webhook.disabled",
        WebhookRemoved = "webhook.removed", WebhookTested = "webhook.tested", WebhookReplayed = "webhook.replayed",
        EventRuleCreated = "event-rule.created", EventRuleChanged = "event-rule.changed", EventRuleDeleted = "event-rule.deleted", EventApplied = "event.applied", EventReplayed = "event.replayed", EventSeen = "event.alert-seen", ProviderChanged = "provider.changed";
}
