using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One of the last events of a payer.</summary>
/// <param name="Outcome">What a person or time decided of it, though that may still be undone; null: nobody did.</param>
/// <param name="IsHere">It is the one at hand.</param>
/// <param name="IsAfter">It came after the one at hand: whoever judged that could not know it.</param>
/// <param name="Gap">Since the one before it in the strip; null: it is the first.</param>
public sealed record StripEvent(Guid Id, TermEvent Event, ReviewOutcome? Outcome, bool IsHere, bool IsAfter, TimeSpan? Gap = null)
{
    /// <summary>Who decided it could not tell what it was, and nobody else has said.</summary>
    public bool IsInconclusive { get; init; }

    /// <summary>What its decision says it was, though nobody has written that down yet.</summary>
    public LabelOutcome? Says { get; init; }

    /// <summary>How close it is to the one before it, as the strip draws it.</summary>
    public string Closeness => Gap switch { { TotalHours: < 1 } => "is-burst", { TotalDays: < 1 } => "is-near", _ => "is-far" };

    /// <summary>The gap in its largest unit, which stands in two words: between two boxes is no room for more.</summary>
    public TimeSpan? Roughly => Gap switch { { TotalHours: >= 47.5 } gap => TimeSpan.FromDays(Math.Round(gap.TotalDays)), { TotalHours: >= 1 } gap => TimeSpan.FromHours(Math.Round(gap.TotalHours)), _ => Gap };

    /// <summary>What was decided in the end.</summary>
    public Decision Decision => Outcome switch { ReviewOutcome.Approve => Decision.Approve, ReviewOutcome.Challenge => Decision.Challenge, ReviewOutcome.Decline => Decision.Decline, _ => Event.Decision };
}

/// <summary>The last events of whoever pays, of a payout of whoever is paid, the newest last, as time runs.</summary>
/// <param name="Kind">By what they were recognised.</param>
/// <param name="HereIsOlder">The one at hand is older than the last events: it stands first, and others lie between it and them.</param>
public sealed record StripView(TermKind Kind, string Text, IReadOnlyList<StripEvent> Events, int Total, bool IsMore, bool HereIsOlder)
{
    /// <summary>Others of the name, which too many have to be shown for the same person; null: none, or they are shown.</summary>
    public StripNamed? Named { get; init; }

    public Blinded Kept { get; init; } = Blinded.Nothing;

    /// <summary>Of all amounts; null: they are of different ones, and each says its own.</summary>
    public string? Currency => Events.Select(e => e.Event.Currency).Distinct().Count() == 1 ? Events[0].Event.Currency : null;

    /// <summary>The one at hand as its page says it was decided, though that may still be undone.</summary>
    public StripView Decided(ReviewOutcome outcome, LabelOutcome? label) => this with { Events = [.. Events.Select(e => e.IsHere ? e with { Outcome = outcome, Says = label } : e)] };

    /// <summary>The newest last, each with how long after the one before it it came.</summary>
    public static IReadOnlyList<StripEvent> Spaced(IEnumerable<StripEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        List<StripEvent> spaced = [];
        foreach (var e in events) spaced.Add(spaced.Count == 0 ? e : e with { Gap = TimeSpan.FromMilliseconds(Math.Max(0, e.Event.At - spaced[^1].Event.At)) });
        return spaced;
    }
}

/// <summary>Payouts to the same name.</summary>
public sealed record StripNamed(string Name, int Count, bool IsMore);

/// <summary>Of which payments around a case the reader sees no score before they have decided and can no longer undo it.</summary>
/// <param name="All">The case itself is one: of none that is beside it.</param>
/// <param name="Seqs">These, which wait themselves.</param>
public sealed record Blinded(bool All, IReadOnlySet<long> Seqs)
{
    public static readonly Blinded Nothing = new(false, new HashSet<long>());

    /// <summary>Nor what it leans to.</summary>
    public bool Hides(long seq) => Seqs.Contains(seq);

    public bool HidesScore(long seq) => All || Hides(seq);
}

public enum LinkStrength
{
    /// <summary>Nothing else names it.</summary>
    None,

    /// <summary>Only the same payer or beneficiary does.</summary>
    Own,
    Strong, Medium, Weak,
}

/// <summary>Something an assessment names and others may name too.</summary>
/// <param name="Count">Other live assessments that name exactly it.</param>
/// <param name="IsMore">There are more than were counted.</param>
/// <param name="Payers">Different other people (by their customer id, else e-mail or card, of a payout else beneficiary) that named it in the last 30 days; null while memory is rebuilt.</param>
/// <param name="PayersAreMore">There are at least so many.</param>
/// <param name="Fraud">Of the others, those that turned out to be fraud.</param>
/// <param name="Good">Of the others, those that turned out to be good.</param>
/// <param name="IsChosen">Its links are looked at.</param>
public sealed record LinkAttribute(TermKind Kind, string Text, int Count, bool IsMore, int? Payers, bool PayersAreMore, int Fraud, int Good, bool IsChosen)
{
    /// <summary>Up to so many other payers, a shared value is hardly chance.</summary>
    public const int MostStrong = 3;

    /// <summary>Beyond so many it says next to nothing: an office, a carrier, a shop's own device.</summary>
    public const int MostMedium = 20;

    /// <summary>Up to so many other customer numbers of one e-mail address are one payer, who registered anew.</summary>
    public const int MostNumbers = 3;

    /// <summary>Of fewer with a label, what they were is chance.</summary>
    public const int LeastLabelled = 3;

    /// <summary>Where fewer than one in so many has a label, the few say nothing of the others: frauds are told of sooner than good payments.</summary>
    public const int LabelledOneIn = 10;

    /// <summary>Of a payout: the shop orders its payouts from there, so that others do too says nothing.</summary>
    public bool IsUsual { get; init; }

    /// <summary>Customer numbers that the same payer, by the e-mail address, named it with in the last 30 days; zero: no other than the one at hand.</summary>
    public int Numbers { get; init; }

    /// <summary>Of the frauds, those by the word of somebody outside.</summary>
    public int OutsideFraud { get; init; }

    /// <summary>Of the others whose label is known enough are, and most were fraud: that says more than how many share it.</summary>
    public bool IsMostlyFraud => Fraud + Good is >= LeastLabelled and var labelled && labelled * LabelledOneIn >= Count && Fraud * 2 > labelled;

    /// <summary>Colleagues share a domain, strangers a name: it links nothing until it is chosen.</summary>
    public bool IsLoose => Kind is TermKind.EmailDomain or TermKind.BeneficiaryName;

    /// <summary>It leads to another.</summary>
    public bool LinksOthers => Count > 0 && (IsChosen || !IsLoose);

    public LinkStrength Strength => Count == 0 && Payers is null or 0 ? LinkStrength.None : Payers switch
    {
        null or 0 => LinkStrength.Own,
        _ when IsUsual => LinkStrength.Weak,
        <= MostStrong => Kind == TermKind.BeneficiaryName ? LinkStrength.Medium : LinkStrength.Strong,
        <= MostMedium => Kind == TermKind.BeneficiaryName ? LinkStrength.Weak : LinkStrength.Medium,
        _ => LinkStrength.Weak,
    };
}

/// <summary>Another assessment and what it shares with the one at hand.</summary>
public sealed record LinkedLine(AssessmentLine Line, IReadOnlyList<TermKind> Shared);

/// <param name="All">Only what shares all that is chosen; else what shares any of it.</param>
/// <param name="Total">Linked assessments among those looked at; the lines are the first of them.</param>
/// <param name="Whole">The lines are all of them, as far as so many are listed.</param>
/// <param name="Waits">The assessment at hand waits for a person itself.</param>
public sealed record LinksView(Guid Id, long Seq, Flow Flow, bool All, IReadOnlyList<LinkAttribute> Attributes, IReadOnlyList<LinkedLine> Lines, int Total, bool IsMore, bool Whole, bool Waits)
{
    public Blinded Kept { get; init; } = Blinded.Nothing;

    /// <summary>As who decides blind may see it: what can be taken back is decided by them yet, it may be.</summary>
    public LinksView Without(Blinded kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return this with
        {
            Kept = kept, Lines = [.. Lines.Select(l => l with { Line = Open(l.Line) })], SameAmount = SameAmount is null ? null : SameAmount with { Twins = [.. SameAmount.Twins.Select(t => t with { Line = Open(t.Line) })] },
        };

        AssessmentLine Open(AssessmentLine line) => line.IsUndoable && kept.Hides(line.Seq) ? line with { Outcome = null, Reason = null, Note = null, DecidedBy = null, Says = null, IsUndoable = false, Waits = true } : line;
    }

    /// <summary>Other payers who paid the very amount there within minutes; null: none, or it is no rare amount.</summary>
    public SameAmount? SameAmount { get; init; }

    /// <summary>Of all linked ones, those that turned out to be fraud.</summary>
    public int Fraud { get; init; }

    /// <summary>Of all linked ones, those that turned out to be good.</summary>
    public int Good { get; init; }

    /// <summary>It goes to an account that no other beneficiary was paid to.</summary>
    public bool HasOwnAccount { get; init; }

    /// <summary>Those listed that wait for a person.</summary>
    public int Waiting => Lines.Count(l => l.Line.Waits);

    /// <summary>What is shown, by what it turned out to be: fraud, good, what nobody has said.</summary>
    public IEnumerable<(LabelOutcome? Label, IReadOnlyList<LinkedLine> Lines, int Total)> Parts =>
        from part in ((LabelOutcome? Label, int Total)[])[(LabelOutcome.Fraud, Fraud), (LabelOutcome.Good, Good), (null, Total - Fraud - Good)]
        let lines = Lines.Where(l => l.Line.Label == part.Label).ToList()
        where lines.Count > 0
        select (part.Label, (IReadOnlyList<LinkedLine>)lines, part.Total);

    /// <summary>The first that was not among the few shown before all were; null: none.</summary>
    public LinkedLine? FirstBeyond => Lines.Count > EntityEvidence.LinesShown ? Lines[EntityEvidence.LinesShown] : null;

    /// <summary>How many are listed when all are asked for.</summary>
    public int Listed => Math.Min(Total, Flows.EntityEvidence.MostListed);
}

/// <summary>What a reader chose to see of the links.</summary>
/// <param name="Kinds">Null: everything.</param>
/// <param name="Whole">Not only the first.</param>
public sealed record LinkChoice(bool All, IReadOnlySet<TermKind>? Kinds, bool Whole = false)
{
    public static readonly LinkChoice Any = new(false, null);
}

/// <summary>Everything the blocks of one assessment are made of.</summary>
/// <param name="Met">What lists had a say of when it was judged.</param>
/// <param name="Sent">What the shop sent that no signal reads.</param>
public sealed record PaymentEvidence(StripView? Strip, LinksView Links, Balance Balance, PlacesView Places, IReadOnlyList<ListMet> Met, SentByShop Sent)
{
    /// <summary>The payments it names.</summary>
    public IEnumerable<long> Seqs => (Strip?.Events.Select(e => e.Event.Seq) ?? []).Concat(Links.Lines.Select(l => l.Line.Seq));

    /// <summary>As who decides blind may see it.</summary>
    public PaymentEvidence Without(Blinded kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return this with { Strip = Strip is null ? null : Strip with { Kept = kept }, Links = Links.Without(kept), Balance = kept.All ? Balance.Neutral() : Balance };
    }
}

/// <summary>A kind of value that met a list when a payment was judged.</summary>
/// <param name="Entries">The entries that mean it today, whether they count or not.</param>
/// <param name="Gone">The lists it met of which no such entry is left.</param>
/// <param name="Reviews">Those that are the reason of an entry, each with what was noted.</param>
/// <param name="IsSince">The entries were made after the payment was judged: they had no say in it.</param>
public sealed record ListMet(ListType Type, IReadOnlyList<Storage.Lists.ListRow> Entries, IReadOnlyList<ListSeverity> Gone, IReadOnlyDictionary<Guid, NamedPayment> Reviews, bool IsSince = false);

/// <summary>A thing of its own as far as stored payments tell.</summary>
public sealed class EntityView
{
    public required TermKind Kind { get; init; }

    /// <summary>As the newest payment wrote it; as asked for when there is none.</summary>
    public required string Text { get; init; }

    /// <summary>Live assessments, the newest first.</summary>
    public required IReadOnlyList<TermEvent> Events { get; init; }

    /// <summary>There are older ones than were counted.</summary>
    public required bool IsMore { get; init; }

    /// <summary>Of the newest payment; null when there is none.</summary>
    public Facts? Newest { get; init; }

    /// <summary>Whose it is, as the newest payout that says so wrote it; null: of no beneficiary, or none said.</summary>
    public string? Holder { get; init; }

    /// <summary>As memory has it: null when it has nothing, or is being rebuilt.</summary>
    public Storage.Velocity.EntityActivity? Activity { get; init; }
    public IReadOnlyList<EntityAttribute> Attributes { get; init; } = [];

    /// <summary>Its value, its domain or its range met an entry of a list when one of the payments looked at was judged.</summary>
    public bool MetList { get; init; }

    /// <summary>Payments that <see cref="Attributes"/> were read from.</summary>
    public int LookedAt { get; init; }

    public int Of(Decision decision) => Events.Count(e => e.Decision == decision);

    /// <summary>So many in the end, with what people and time decided; of <see cref="Decision.Review"/> what was never decided, or waits.</summary>
    public int Finally(Decision decision) => Events.Count(e => e.Final == decision);

    /// <summary>Some were decided in a review.</summary>
    public bool IsReviewed => Events.Any(e => e.Outcome is not null);
    public IReadOnlyList<TermEvent> Waiting => [.. Events.Where(e => e.IsWaiting)];
    public int Frauds => Events.Count(e => e.Label == LabelOutcome.Fraud);
    public int Goods => Events.Count(e => e.Label == LabelOutcome.Good);
    public int Disputed => Events.Count(e => e.IsDisputed);

    /// <summary>Per flow and currency, never added up.</summary>
    public IEnumerable<(Flow Flow, string Currency, int Count, Money All, Money Approved)> Sums =>
        from e in Events
        group e by (e.Flow, e.Currency) into g
        orderby g.Key.Flow, g.Count() descending
        select (g.Key.Flow, g.Key.Currency, g.Count(), new Money(g.Sum(e => e.Amount), g.Key.Currency), new Money(g.Where(e => e.Final == Decision.Approve).Sum(e => e.Amount), g.Key.Currency));
}

/// <summary>Something named together with an entity.</summary>
/// <param name="With">Of the payments looked at, those that name both.</param>
/// <param name="Others">Different others of the entity's own kind that named it in the last 30 days; null when memory cannot tell.</param>
/// <param name="Ever">Payments that ever named it, by memory.</param>
public sealed record EntityAttribute(TermKind Kind, string Text, int With, int? Others, bool OthersAreMore, int? Ever)
{
    /// <summary>Its shop orders its payouts from there, as <see cref="LinkAttribute.IsUsual"/> says it of one payout.</summary>
    public bool IsUsual { get; init; }

    /// <inheritdoc cref="LinkAttribute.Numbers"/>
    public int Numbers { get; init; }

    public LinkStrength Strength => Others switch
    {
        null or 0 => Numbers > 0 ? LinkStrength.Own : LinkStrength.None,
        _ when IsUsual => LinkStrength.Weak,
        <= LinkAttribute.MostStrong => LinkStrength.Strong,
        <= LinkAttribute.MostMedium => LinkStrength.Medium,
        _ => LinkStrength.Weak,
    };
}

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
        IsAccused(link) ? link.Fraud * 2 > link.Count ? T["mostly fraud"] : link.Good == 0 ? T["all {0} labelled are fraud", Number(link.Fraud)] : T["{0} of {1} labelled are fraud", Number(link.Fraud), Number(link.Fraud + link.Good)] : link is { Strength: LinkStrength.Strong, LinksOthers: false } ? T["rare"] : link is { IsUsual: true, Strength: LinkStrength.Weak } ? T["usual place"] : link is { Strength: LinkStrength.Own, Numbers: > 0 } ? T.OwnNumbers(link.Numbers) : T.Name(link.Strength, flow);

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
        return string.Join(" · ", ((string?[])[reader.Moment(e.Instant), kept.Hides(e.Seq) ? null : T.Name(e.Decision) + (one.Outcome is { } outcome ? ", " + T["then {0}", T.Done(outcome).ToLower(CultureInfo.CurrentCulture)] : ""), kept.HidesScore(e.Seq) ? null : T["Score {0}", e.Score], e.Money.Show(), e is { Label: { } label, LabelledBy: { } by } ? T.Say(label, by, e.IsConflicted) : one.IsInconclusive ? T["inconclusive: our analysts could not tell"] : one.Says is { } said ? T.Says(said) : T["nobody has said what it was"], one.Gap is { } gap ? T["{0} after the one before", T.Countdown((long)(one.Roughly is { TotalDays: >= 2 } days ? days : gap).TotalMilliseconds)] : null,
            one.IsHere ? T["this case"] : one.IsAfter ? T["after this case"] : null]).OfType<string>());
    }
}
