using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>A payment of another payer of the same amount.</summary>
/// <param name="IsNew">Both payers are known for less than a day.</param>
/// <param name="Apart">How long there is between the two.</param>
public sealed record AmountTwin(AssessmentLine Line, bool IsNew, TimeSpan Apart)
{
    /// <summary>Not within minutes but within a day, with a card of the same range.</summary>
    public bool IsFar { get; init; }

    /// <summary>Its customer number may be new: its e-mail has paid before, for longer than a day.</summary>
    public bool IsMailKnown { get; init; }

    /// <summary>Somebody outside says that it was good: it speaks against nobody. What an analyst took it for does not clear it.</summary>
    public bool IsCleared => Line is { Label: LabelOutcome.Good, LabelledBy: not LabelSource.Analyst };

    /// <summary>What its label means for the one at hand; null: it has none that is good.</summary>
    public string? Means(Texts T)
    {
        ArgumentNullException.ThrowIfNull(T);
        return Line.Label != LabelOutcome.Good ? null : IsCleared ? T["it does not count against this one"] : T["our own decision, which does not clear it"];
    }

    /// <summary>Who paid it, by what they are called first.</summary>
    public (TermKind Kind, string Text)? Named => Line switch { { Email: { } email } => (TermKind.Email, email), { CustomerId: { } customer } => (TermKind.Customer, customer), { Card: { } card } => (TermKind.Card, card), _ => null };
}

/// <summary>Payments of other payers of the very amount at the same shop within minutes, where that amount is rare there. A weak link: it may be chance, and nothing is scored by it.</summary>
/// <param name="Twins">The nearest first.</param>
/// <param name="Amount">Of all of them.</param>
/// <param name="Same">Of the shop's latest payments before, those of the amount.</param>
/// <param name="Of">How many those are.</param>
public sealed record SameAmount(IReadOnlyList<AmountTwin> Twins, Money Amount, int Same, int Of)
{
    public const int Minutes = 15;

    /// <summary>So many of them are named.</summary>
    public const int MostNamed = 3;

    // A price of the shop is no sign: what it was paid more than five times in a month, by one payment in fifty, or by ten within these minutes. Of a shop that has sold little nobody knows its prices.
    private const int MostNear = 9, MostInMonth = 5, OneIn = 50, LeastOf = 20;

    private const double Day = 86_400_000;

    private static readonly TermKind[] Payers = [TermKind.Customer, TermKind.Email, TermKind.Card];

    public static bool IsRare(AmountSeen seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return seen.Near.Count <= MostNear && seen.Month <= MostInMonth && seen.Of >= LeastOf && seen.Same * OneIn <= seen.Of;
    }

    /// <summary>They share neither customer, address nor card. Of whom nothing is known nobody says so.</summary>
    public static bool IsOther(Facts one, Facts other)
    {
        var isKnown = false;
        foreach (var kind in Payers)
        {
            if (FoundBy.Text(one, kind) is not { } mine || FoundBy.Text(other, kind) is not { } theirs) continue;
            if (FoundBy.Normalize(mine, kind) == FoundBy.Normalize(theirs, kind)) return false;
            isKnown = true;
        }
        // One mailbox however it is written.
        return isKnown && (one.Text(Known.EmailNormalized) is not { } mailbox || mailbox != other.Text(Known.EmailNormalized));
    }

    /// <summary>Both cards are of one range.</summary>
    public static bool IsOfOneRange(Facts one, Facts other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Text(Known.CardBin) is { Length: >= 6 } bin && other.Text(Known.CardBin) is { Length: >= 6 } theirs && bin.AsSpan(0, 6).SequenceEqual(theirs.AsSpan(0, 6));
    }

    /// <summary>Known for less than a day when it paid, by the first of customer, address and card that it names.</summary>
    public static bool IsNew(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return !(Array.Find(Payers, kind => FoundBy.Text(facts, kind) is not null).Entity() is { } payer && HasPaid(facts, payer));
    }

    /// <summary>Its e-mail had paid for longer than a day when it paid.</summary>
    public static bool IsMailKnown(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return FoundBy.Text(facts, TermKind.Email) is not null && HasPaid(facts, EntityKind.Email);
    }

    private static bool HasPaid(Facts facts, EntityKind payer) => facts.Number(FactCatalog.History(payer, HistoryPart.Count)) > 0 && facts.Number(FactCatalog.History(payer, HistoryPart.Age)) >= Day;

    /// <summary>How common the amount is there.</summary>
    public string Rarity(Texts T) => Same <= Twins.Count(t => t.IsFar) ? T["{0}: no other among the shop’s {1} payments before", Amount.Show(), Number(Of)] : T["{0}: {1} of the shop’s {2} payments before", Amount.Show(), Number(Same), Number(Of)];

    /// <summary>Against it only where both payers are new: two who have long been customers buy the same by chance.</summary>
    public (IEnumerable<Argument> For, IEnumerable<Argument> Against) Arguments(Texts T)
    {
        ArgumentNullException.ThrowIfNull(T);
        var (some, others) = (Twins.Where(t => t is { IsNew: true, IsFar: false, IsCleared: false }).ToList(), Twins.Where(t => t is { IsFar: true, IsCleared: false }).ToList());
        if (some.Count == 0 && others is [var far, ..])
            return ([], [new Argument(T["Same amount by another payer, new here, with a card of the same range, {0} apart", T.Age(far.Apart)], string.Join(" · ", Became([far], T).Append(Rarity(T))), 4)]);
        if (some.Count == 0) return ([], []);
        var apart = T.Age(some[0].Apart < TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(Math.Round(some[0].Apart.TotalMinutes)));
        var words = (some.Count == 1, some.Exists(t => t.IsMailKnown)) switch
        {
            (true, false) => T["Same amount by another payer, new here, {0} apart", apart],
            (true, true) => T["Same amount by another payer with a new customer number, {0} apart", apart],
            (false, false) => T["Same amount by {0} other payers, new here, within {1} min", Number(some.Count), Minutes],
            (false, true) => T["Same amount by {0} other payers, new or with a new customer number, within {1} min", Number(some.Count), Minutes],
        };
        return ([], [new Argument(words, string.Join(" · ", Became(some, T).Append(Rarity(T))), 4)]);
    }

    // That the engine let another through says nothing, and what can be taken back is not decided for good.
    private static IEnumerable<string> Became(List<AmountTwin> twins, Texts T) =>
        twins is [{ Line: var only }] ? !only.IsUndoable && (only.Outcome is not null || only.Decision == Decision.Decline) && T.Became(only) is { } words ? [twins[0].Means(T) is { } means ? $"{words}; {means}" : words] : []
        : twins.Select(t => t.Line is { Waits: false, IsUndoable: false } line ? line.Outcome ?? (line.Decision == Decision.Decline ? ReviewOutcome.Decline : null) : null).OfType<ReviewOutcome>().GroupBy(o => o).OrderByDescending(o => o.Key).Select(o => $"{T.Done(o.Key)}: {Number(o.Count())}");

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
