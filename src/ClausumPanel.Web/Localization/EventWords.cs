using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>What the pages of received events call things.</summary>
public static class EventWords
{
    /// <summary>What a rule may do.</summary>
    public static readonly IReadOnlyList<EventAction> Actions = [EventAction.CreateCase, EventAction.CreateAlert, EventAction.FlagReview, EventAction.ChallengePassed, EventAction.ChallengeFailed, EventAction.Ignore];

    public static string Name(this Texts T, EventSource source) => source switch
    {
        EventSource.Ingest => T["Ingest key"],
        EventSource.Stripe => "Stripe",
    };

    public static string Name(this Texts T, EventAction action) => action switch
    {
        EventAction.CreateCase => T["Open a case"],
        EventAction.CreateAlert => T["Make an alert"],
        EventAction.FlagReview => T["Put the payment in review"],
        EventAction.ChallengePassed => T["The challenge was passed"],
        EventAction.ChallengeFailed => T["The challenge was not passed"],
        EventAction.Ignore => T["Ignore"],
        EventAction.Provider => T["What the provider's table says"],
        EventAction.None => T["Only store"],
    };

    public static string Meaning(this Texts T, EventAction action) => action switch
    {
        EventAction.CreateCase => T["A case with the amount of the event, and its payment where it names one."],
        EventAction.CreateAlert => T["It stands out among the received events until somebody marks it as seen."],
        EventAction.FlagReview => T["The payment that the event names waits for a person's decision."],
        EventAction.ChallengePassed => T["The payment that the event names is approved and waits for nobody any more, where it was challenged and nobody has it."],
        EventAction.ChallengeFailed => T["The payment that the event names is declined and waits for nobody any more, where it was challenged and nobody has it."],
        EventAction.Ignore => T["Nothing, and no later rule is asked."],
        EventAction.Provider or EventAction.None => "",
    };

    public static string Badge(ReceivedState state, EventAction action) => state switch
    {
        ReceivedState.Failed => "bg-red-lt",
        ReceivedState.Processed when action is not (EventAction.None or EventAction.Ignore) => "bg-green-lt",
        _ => "bg-secondary-lt",
    };

    public static string Outcome(this Texts T, ReceivedState state, string? outcome)
    {
        if (state == ReceivedState.Waiting) return T["Waiting"];
        var parts = (outcome ?? "").Split(' ', 2);
        var what = parts.Length > 1 ? parts[1] : "";
        return parts[0] switch
        {
            ApplyEvents.NoRule => T["Stored"],
            ApplyEvents.Ignored => T["Ignored"],
            ApplyEvents.CaseOpened => T["Case {0} opened", what],
            ApplyEvents.CaseThere => T["Its case was opened before"],
            ApplyEvents.Alerted => T["Alert"],
            ApplyEvents.Queued => T["Put in review"],
            ApplyEvents.InReview => T["In review already"],
            ApplyEvents.Reviewed => T["Reviewed before"],
            ChallengeAnswers.Approved => T["Challenge passed: approved"],
            ChallengeAnswers.Declined => T["Challenge not passed: declined"],
            ChallengeAnswers.Noted => T["Written into the review, which somebody has"],
            ChallengeAnswers.NotAsked => T["Was not challenged"],
            ApplyEvents.NoPayment => T["No such payment here"],
            ApplyEvents.FailedForGood => T["Failed"],
            StripeEvents.Succeeded => T["Payment went through"],
            StripeEvents.NotPaid => T["Payment failed"],
            StripeEvents.DisputeOpened => T["Dispute {0} opened", what],
            StripeEvents.DisputeChanged => T["Dispute {0} changed", what],
            StripeEvents.DisputeClosed => T["Dispute {0} closed", what],
            StripeEvents.Reported => T["Reported as fraud"],
            StripeEvents.AlreadyReported => T["Reported before"],
            StripeEvents.ReportConflict => T["Not reported: its number stands for another report"],
            StripeEvents.Simulation => T["Not reported: a simulation"],
            StripeEvents.Nothing => T["Nothing new"],
            StripeEvents.Overtaken => T["Over: a later event of dispute {0} came first", what],
            StripeEvents.Unreadable => T["Could not be read"],
            _ => outcome ?? "",
        };
    }

    /// <summary>What a rule takes, in one line.</summary>
    public static string Conditions(this Texts T, EventRule rule)
    {
        var parts = new List<string>();
        if (rule.EventType is { } type) parts.Add(type);
        if (rule.FromText is { } from) parts.Add($"≥ {from}");
        if (rule.ToText is { } to) parts.Add($"≤ {to}");
        if (rule.Currency is { } currency) parts.Add(currency);
        return parts.Count == 0 ? T["Every event"] : string.Join(" · ", parts);
    }
}
