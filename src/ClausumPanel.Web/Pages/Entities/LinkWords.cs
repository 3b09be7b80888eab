using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>How links are spoken of.</summary>
public static class LinkWords
{
    /// <param name="T">The reader's texts.</param>
    /// <param name="strength">How strong.</param>
    /// <param name="flow">Of the one at hand.</param>
    public static string Name(this Texts T, LinkStrength strength, Flow flow = Flow.PayIn) => strength switch
    {
        LinkStrength.None => T["nobody else"],
        LinkStrength.Own => flow == Flow.PayOut ? T["this person only"] : T["this payer only"],
        LinkStrength.Strong => T["rare: strong link"],
        LinkStrength.Medium => T["shared by some"],
        LinkStrength.Weak => T["common: weak link"],
    };

    /// <summary>What a shared value says: known fraud first, else how rare it is.</summary>
    public static string Say(this Texts T, LinkAttribute link, Flow flow) =>
        IsAccused(link) ? link.Fraud * 2 > link.Count ? T["mostly fraud"] : link.Good == 0 ? T["all {0} labelled are fraud", Number(link.Fraud)] : T["{0} of {1} labelled are fraud", Number(link.Fraud), Number(link.Fraud + link.Good)] : link is { Strength: LinkStrength.Strong, LinksOthers: false } ? T["rare"] : link is { IsUsual: true, Strength: LinkStrength.Weak } ? T["usual place"] : link.IsOfFew ? T["few beneficiaries"] : link is { Strength: LinkStrength.Own, Numbers: > 0 } ? T.OwnNumbers(link.Numbers) : T.Name(link.Strength, flow);

    /// <summary>One payer under so many customer numbers.</summary>
    public static string OwnNumbers(this Texts T, int numbers) => T.Count(numbers, "this payer, {0} customer number", "this payer, {0} customer numbers");

    /// <summary>The same in a sentence, for whom a few words do not say it.</summary>
    public static string Explain(this Texts T, LinkAttribute link, Flow flow) => Meaning(T, link, flow) + (link.Numbers > 0 ? " " + T.Count(link.Numbers, "The same payer, by the e-mail address, has it under {0} customer number.", "The same payer, by the e-mail address, has it under {0} customer numbers.") : "");

    private static string Meaning(Texts T, LinkAttribute link, Flow flow) =>
        IsAccused(link) ? T["{0} of the {1} others with it have a label; of these {2} are fraud.", Number(link.Fraud + link.Good), Number(link.Count) + (link.IsMore ? "+" : ""), Number(link.Fraud)]
        : link is { Strength: LinkStrength.Strong, LinksOthers: false } ? T["Few others have it. It links nothing until it is chosen."]
        : link is { IsUsual: true, Strength: LinkStrength.Weak } ? T["Payouts to several people have long been ordered from there: that others share it says little."]
        : link.Strength switch
        {
            LinkStrength.None => T["Nobody else has it."],
            LinkStrength.Own => flow == Flow.PayOut ? T["Nobody but this person had it in the last 30 days."] : T["Nobody but this payer had it in the last 30 days."],
            LinkStrength.Strong => T["So few others have it that it is hardly chance."],
            LinkStrength.Medium when link.IsOfFew => T["Few others were paid from there so far: that they have it in common is the shop, as a rule."],
            LinkStrength.Medium => T["Some others have it too: it may link them, or be chance."],
            LinkStrength.Weak => T["So many have it that by itself it says little."],
        };

    /// <summary>What was decided of one, by whom, what it is said to be, and that it can still be undone; null: nobody decided.</summary>
    public static string? Became(this Texts T, AssessmentLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Waits) return null;
        if (line.Outcome is { } outcome) return T.Became(outcome, line.DecidedBy, line.Reason is { } code ? T.Reason(code, line.Flow) : null, line.Label ?? line.Says, line.IsUndoable);
        return line.Decision is not (Decision.Approve or Decision.Decline) ? null : string.Join(", ", ((string?[])[$"{T.Done(line.Decision == Decision.Approve ? ReviewOutcome.Approve : ReviewOutcome.Decline)} {T["by the engine"]}", line.Label is { } label ? T.Says(label) : null]).OfType<string>());
    }

    /// <param name="T">The reader's texts.</param>
    /// <param name="outcome">What was decided.</param>
    /// <param name="by">By whom; null: no person.</param>
    /// <param name="reason">Why, where no person decided it.</param>
    /// <param name="says">What it is said to be; null: nothing.</param>
    /// <param name="isUndoable">It can still be taken back.</param>
    public static string Became(this Texts T, ReviewOutcome outcome, string? by, string? reason, LabelOutcome? says, bool isUndoable) =>
        string.Join(", ", ((string?[])[T.Done(outcome) + (by is null ? "" : " " + T["by {0}", by]) + (reason is null ? "" : ": " + reason), says is { } label ? T.Says(label) : null]).OfType<string>()) + (isUndoable ? "; " + T["could still be undone"] : "");

    /// <summary>The card of a payment and what was bought with it, as short as a row has room for; null: neither is known.</summary>
    public static string? Bought(AssessmentLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var card = line is { Flow: Flow.PayIn, CardLast4: { } digits } ? $"{line.CardBrand}\u00A0••{digits}".TrimStart() : null;
        return (line.Bought is { } bought ? Clipped(bought, LongestBought) : null, card) switch { (null, null) => null, (null, { } only) => only, ({ } what, null) => what, var (what, with) => $"{what} · {with}" };
    }

    private const int LongestNote = 120, LongestBought = 48;

    /// <summary>A note as far as a row has room for it.</summary>
    public static string Clipped(string note) => Clipped(note, LongestNote);

    private static string Clipped(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? text : new StringInfo(text).SubstringByTextElements(0, Math.Min(most, new StringInfo(text).LengthInTextElements) - 1) + "…";
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>How many of the others were fraud, and how much of that rests on the word of somebody outside.</summary>
    public static string SayFlag(this Texts T, LinkAttribute link)
    {
        var (fraud, outside) = (link.Fraud.ToString("N0", CultureInfo.CurrentCulture), link.OutsideFraud.ToString("N0", CultureInfo.CurrentCulture));
        return link.OutsideFraud == link.Fraud ? T["{0} labelled fraud, from outside", fraud] : link.OutsideFraud == 0 ? T["{0} labelled fraud, by our own decisions", fraud] : T["{0} labelled fraud, {1} of them from outside, the others by our own decisions", fraud, outside];
    }

    // Of a value that only this payer has, their own history speaks.
    private static bool IsAccused(LinkAttribute link) => link is { IsMostlyFraud: true } and ({ Payers: not 0 } or { Numbers: > 0 });

    /// <summary>Only fraud is red: how rare something is accuses nobody.</summary>
    public static string Style(LinkAttribute link) => IsAccused(link) ? "is-decline" : link.LinksOthers ? Style(link.Strength) : "is-plain";

    public static string Style(LinkStrength strength) => strength == LinkStrength.Strong ? "is-review" : "is-plain";

    /// <summary>One event in words: what a coloured square says aloud.</summary>
    public static string Say(this Texts T, StripEvent one, Reader reader, Blinded kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var e = one.Event;
        return string.Join(" · ", ((string?[])[reader.Moment(e.Instant), kept.Hides(e.Seq) ? null : T.Name(e.Decision) + (one.Outcome is { } outcome ? ", " + T["then {0}", T.Done(outcome).ToLower(CultureInfo.CurrentCulture)] : ""), kept.HidesScore(e.Seq) ? null : T["Score {0}", e.Score], e.Money.Show(), e is { Label: { } label, LabelledBy: { } by } ? T.Say(label, by, e.IsConflicted) : one.IsInconclusive ? T["inconclusive: said to be neither fraud nor good"] : one.Says is { } said ? T.Says(said) : T["nobody has said what it was"], one.Gap is { } gap ? T["{0} after the one before", T.Countdown((long)(one.Roughly is { TotalDays: >= 2 } days ? days : gap).TotalMilliseconds)] : null,
            one.IsHere ? T["this case"] : one.IsAfter ? T["after this case"] : null]).OfType<string>());
    }
}
