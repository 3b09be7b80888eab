using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Localization;

/// <summary>What reviews are called, and what became of them.</summary>
public static class ReviewWords
{
    /// <summary>What a person does with the payment.</summary>
    public static string Name(this Texts T, ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => T["Approve"],
        ReviewOutcome.Challenge => T["Challenge it"],
        ReviewOutcome.Decline => T["Decline"],
    };

    /// <summary>What was done with it.</summary>
    public static string Done(this Texts T, ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => T["Approved"],
        ReviewOutcome.Challenge => T["Challenged"],
        ReviewOutcome.Decline => T["Declined"],
    };

    /// <summary>What the shop asks for once it is challenged. What is set is asked of who pays, not of who is paid.</summary>
    public static string Asks(this Texts T, ReviewOptions options, Flow flow)
    {
        ArgumentNullException.ThrowIfNull(options);
        return flow == Flow.PayIn && options.ChallengeAsks.Length > 0 ? T["The shop asks for: {0}", options.ChallengeAsks] : T["The shop decides which proof it asks for."];
    }

    /// <summary>Why: a code of <see cref="ReviewReasons"/>, or of what the panel writes itself.</summary>
    /// <param name="T">The reader's texts.</param>
    /// <param name="code">The reason.</param>
    /// <param name="flow">Of the payment: money that goes out has no payer.</param>
    public static string Reason(this Texts T, string code, Flow flow = Flow.PayIn) => code switch
    {
        "payer_unreachable" when flow == Flow.PayOut => T["The beneficiary cannot be reached"],
        ChallengeAnswers.Approved when flow == Flow.PayOut => T["The beneficiary passed the challenge"],
        ChallengeAnswers.Declined when flow == Flow.PayOut => T["The beneficiary did not pass the challenge"],
        "payer_confirmed" when flow == Flow.PayOut => T["The beneficiary confirmed it"],
        "stolen_card" => T["Stolen card"],
        "account_takeover" => T["Account taken over"],
        "identity_mismatch" => T["The identity does not match"],
        "card_testing" => T["Card testing"],
        "friendly_fraud" => T["Friendly fraud: disputes own purchase"],
        "reseller_abuse" => T["Resells against the terms"],
        "linked_to_fraud" => T["Linked to known fraud"],
        "payer_unreachable" => T["The payer cannot be reached"],
        "against_policy" => T["Against our terms"],
        "known_customer" => T["Known customer"],
        "data_match" => T["The data match"],
        "payer_confirmed" => T["The payer confirmed it"],
        "low_risk_in_context" => T["Little risk in context"],
        "false_alarm" => T["False alarm"],
        "confirm_identity" => T["Confirm the identity"],
        "confirm_card" => T["Confirm the card"],
        "confirm_delivery" => T["Confirm the delivery"],
        "confirm_account" => T["Confirm the account with the beneficiary"],
        "not_my_area" => T["Not my area"],
        "conflict_of_interest" => T["Conflict of interest"],
        "needs_a_colleague" => T["Needs a colleague"],
        "timed_out" => T["Time ran out"],
        ChallengeAnswers.Approved => T["The payer passed the challenge"],
        ChallengeAnswers.Declined => T["The payer did not pass the challenge"],
        "other" => T["Other reason"],
        _ => code,
    };

    /// <summary>What happened, as the line of a history: behind it stands who.</summary>
    /// <param name="T">The reader's texts.</param>
    /// <param name="line">What happened.</param>
    /// <param name="flow">Of the payment.</param>
    /// <param name="reader">Whose clock it is.</param>
    public static string Say(this Texts T, ReviewEvent line, Flow flow, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(reader);
        return line.Kind switch
        {
            ReviewEventKind.Held when line.Until is { } until => T["Put it on hold until {0}", reader.DayAndTime(until)],
            ReviewEventKind.StepUndone when line.Reason == "skipped" => T["Took the skip back"],
            ReviewEventKind.StepUndone when line.Reason == "held" => T["Took the hold back"],
            ReviewEventKind.StepUndone when line.Reason == "escalated" => T["Took the escalation back"],
            ReviewEventKind.StepUndone when line.Reason == "answered" => T["Took the answer back"],
            ReviewEventKind.StepUndone when line.Reason == "first_decided" => T["Took the first decision back"],
            ReviewEventKind.StepUndone when line.Reason == "disagreed" => T["Took the disagreement back"],
            // Their codes say what they are once more.
            ReviewEventKind.Held or ReviewEventKind.Escalated or ReviewEventKind.Answered or ReviewEventKind.StepUndone => T.Name(line.Kind),
            _ => T.Name(line.Kind) + (line.Outcome is { } done ? ": " + T.Name(done) : "") + (line.Reason is { } code ? " · " + T.Reason(code, flow) : "") + (line.Label is { } label ? " · " + T.Says(label) : ""),
        };
    }

    private static string Name(this Texts T, ReviewEventKind kind) => kind switch
    {
        ReviewEventKind.Leased => T["Took it"],
        ReviewEventKind.Released => T["Gave it back"],
        ReviewEventKind.TakenOver => T["Took it over"],
        ReviewEventKind.Skipped => T["Skipped it"],
        ReviewEventKind.Held => T["Put it on hold until later"],
        ReviewEventKind.Escalated => T["Escalated it"],
        ReviewEventKind.Noted => T["Wrote a note"],
        ReviewEventKind.FirstDecided => T["Decided first; a second person must agree"],
        ReviewEventKind.Decided => T["Decided it"],
        ReviewEventKind.Undone => T["Undid the decision"],
        ReviewEventKind.Closed => T["The decision took effect"],
        ReviewEventKind.Reopened => T["Opened it again"],
        ReviewEventKind.TimedOut => T["Time ran out"],
        ReviewEventKind.Disagreed => T["Disagreed with who decided first; escalated"],
        ReviewEventKind.Moved => T["Moved it to another queue"],
        ReviewEventKind.StepUndone => T["Took the step back"],
        ReviewEventKind.Answered => T["Answered and sent it back"],
        ReviewEventKind.ChallengeAnswered => T["The challenge was answered"],
        ReviewEventKind.ChallengeUnanswered => T["No answer to the challenge came: it waits again"],
    };

    /// <summary>How a list is sorted.</summary>
    public static string Name(this Texts T, ReviewOrder order) => order switch
    {
        ReviewOrder.Priority => T["Priority"],
        ReviewOrder.Due => T["Due soonest"],
        ReviewOrder.Oldest => T["The oldest"],
        ReviewOrder.Newest => T["The newest"],
        ReviewOrder.Amount => T["The largest amount"],
        ReviewOrder.Score => T["The highest score"],
    };

    /// <summary>Who handed it to those who decide the hard ones, or what did; or who of them answered.</summary>
    public static string Handed(this Texts T, ReviewEvent step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Kind switch
        {
            ReviewEventKind.Escalated => T["Escalated by {0}", step.ActorName],
            ReviewEventKind.Answered => T["Answered by {0}", step.ActorName],
            ReviewEventKind.Disagreed => T["{0} decided otherwise than the first", step.ActorName],
            ReviewEventKind.ChallengeUnanswered => T["Challenged before, and no answer came"],
            _ => T["Time ran out"],
        };
    }

    /// <summary>Who has to decide what nobody has decided, or when; null: no queue shows it yet, and what the engine said is all there is.</summary>
    public static string? Say(this Texts T, OpenItem item, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(reader);
        return item switch
        {
            { Part: OpenPart.PutAway } => T["On hold until {0}", reader.DayAndTime(item.VisibleAt)],
            // Also while the escalation can still be taken back.
            { IsEscalated: true, AdminsOnly: true } => T["Escalated, waits for an admin"],
            { IsEscalated: true } => T["Escalated, waits for a decision"],
            { Part: OpenPart.Waiting } => T["Waits for a decision"],
            _ => null,
        };
    }

    /// <summary>Who passed it over, and why.</summary>
    public static string Passed(this Texts T, ReviewEvent skip, Flow flow)
    {
        ArgumentNullException.ThrowIfNull(skip);
        var reason = skip.Reason is null or "other" ? null : T.Reason(skip.Reason, flow);
        return T["{0} skipped it: {1}", skip.ActorName, string.Join(" · ", ((string?[])[reason is null ? null : char.ToLower(reason[0], CultureInfo.CurrentCulture) + reason[1..], skip.Note]).Where(part => !string.IsNullOrEmpty(part)))];
    }

    /// <summary>What time does once it is due, beside by when that is; of nothing, nothing.</summary>
    public static string Then(this Texts T, TimeoutAction action) => action switch
    {
        TimeoutAction.None => "",
        TimeoutAction.Escalate => T["then: escalated"],
        TimeoutAction.Approve => T["then: approved"],
        TimeoutAction.Decline => T["then: declined"],
    };

    /// <summary>The same in a sentence.</summary>
    public static string AtEnd(this Texts T, TimeoutAction action) => action switch
    {
        TimeoutAction.None => T["When time runs out nothing happens: it stays and is shown as overdue."],
        TimeoutAction.Escalate => T["When time runs out and nobody has it, it is escalated."],
        TimeoutAction.Approve => T["When time runs out and nobody has it, it is approved."],
        TimeoutAction.Decline => T["When time runs out and nobody has it, it is declined."],
    };

    public static string Name(this Texts T, ReviewState state) => state switch
    {
        ReviewState.Open => T["Waits for a decision"],
        ReviewState.Decided => T["Decided; can still be undone"],
        ReviewState.Closed => T["Decided for good"],
    };

    public static string Name(this Texts T, TimeoutAction action) => action switch
    {
        TimeoutAction.None => T["Nothing: it stays and is shown as overdue"],
        TimeoutAction.Escalate => T["Escalate it"],
        TimeoutAction.Approve => T["Approve it"],
        TimeoutAction.Decline => T["Decline it"],
    };

    /// <summary>Why a step was not taken.</summary>
    /// <param name="T">The reader's texts.</param>
    /// <param name="answer">What came of the step.</param>
    /// <param name="zone">The reader's: a sentence may name a time of day. UTC when it is left out.</param>
    public static string Say(this Texts T, ReviewAnswer answer, TimeZoneInfo? zone = null) => answer.Refusal is null ? "" : T[answer.Refusal, [.. answer.Values.Select(value => value switch
    {
        ReviewOutcome outcome => T.Name(outcome),
        ListType type => T.Name(type),
        DateTimeOffset at => TimeZoneInfo.ConvertTime(at, zone ?? TimeZoneInfo.Utc),
        _ => (object?)value,
    })]];

    /// <summary>The queues an installation begins with are called in the reader's language, until somebody gives them another name.</summary>
    public static string QueueName(this Texts T, string name) => name switch
    {
        "Flagged by a list or rule" => T["Flagged by a list or rule"],
        "Challenge not answered" => T["Challenge not answered"],
        "Review" => T["To review"],
        "Escalated" => T["Escalated"],
        _ => name,
    };

    /// <summary>Which payments a queue takes.</summary>
    public static string Say(this Texts T, QueueFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.AsksNothing()) return T["Everything"];
        List<string> parts = [];
        if (filter.Decision is { } decision) parts.Add(T.Name(decision));
        if (filter.Flow is { } flow) parts.Add(T.Name(flow));
        if (filter is { MinimumAmount: { } least, Currency: { } of }) parts.Add(T["From {0}", new Money(least, of).Show()]);
        else if (filter.Currency is { } currency) parts.Add(currency);
        if (filter.MinimumScore is { } low) parts.Add(filter.MaximumScore is { } both ? T["Score {0} to {1}", low, both] : T["Score from {0}", low]);
        else if (filter.MaximumScore is { } high) parts.Add(T["Score up to {0}", high]);
        if (filter.Submerchant is { } submerchant) parts.Add(T["sub-merchant {0}", submerchant]);
        if (filter.Countries.Count > 0) parts.Add(string.Join(", ", filter.Countries.Select(Showing.Country)));
        if (filter.ListedOrRuled) parts.Add(T["a list or a rule had a say"]);
        if (filter.Signals.Count > 0) parts.Add(T["any of: {0}", string.Join(", ", filter.Signals.Select(code => SignalCatalog.ByCode.TryGetValue(code, out var signal) ? Texts.Translate(signal.Title) : code))]);
        return string.Join(" · ", parts);
    }

    /// <summary>A stretch of time: 42 s, 7 min, 3 h, 3 h 20 min.</summary>
    public static string Age(this Texts _, TimeSpan age) => SignalText.Duration(Math.Max(0, age.TotalMilliseconds), Texts.Translate, CultureInfo.CurrentCulture);

    /// <summary>How long there still is, or has been too long, in whole seconds at least: due.js counts on in the same words.</summary>
    public static string Countdown(this Texts T, long milliseconds) => T.Age(TimeSpan.FromSeconds(Math.Max(1, milliseconds / 1_000)));

    public static string Icon(ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => "circle-check",
        ReviewOutcome.Challenge => "shield-question",
        ReviewOutcome.Decline => "ban",
    };

    public static string Style(ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => "is-approve",
        ReviewOutcome.Challenge => "is-challenge",
        ReviewOutcome.Decline => "is-decline",
    };
}
