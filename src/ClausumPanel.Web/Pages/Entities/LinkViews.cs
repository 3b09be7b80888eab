using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Entities;

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

    /// <summary>Of a payout: it was ordered from there, for its shop. Its few payees have that shop in common, not a person.</summary>
    public bool OrdersPayouts { get; init; }

    /// <summary>Payouts to few were ordered from there, for one shop.</summary>
    public bool IsOfFew => OrdersPayouts && Strength == LinkStrength.Medium && Payers <= MostStrong;

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
        <= MostStrong => Kind == TermKind.BeneficiaryName || OrdersPayouts ? LinkStrength.Medium : LinkStrength.Strong,
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

    /// <summary>Of all linked ones, those that were declined in the end and nobody has said what they were.</summary>
    public IReadOnlyList<long> DeclinedSeqs { get; init; } = [];

    /// <summary>All that it names or counts, with its decision.</summary>
    public IEnumerable<long> Seqs => [.. Lines.Select(l => l.Line.Seq), .. SameAmount?.Twins.Select(t => t.Line.Seq) ?? [], .. DeclinedSeqs];

    /// <summary>Of these, those whose decision the reader may see.</summary>
    public int Declined => DeclinedSeqs.Count(seq => !Kept.Hides(seq));

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
