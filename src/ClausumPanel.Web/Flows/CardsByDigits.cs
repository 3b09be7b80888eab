using System.Text.RegularExpressions;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows;

/// <summary>The cards that somebody means by their last digits: lists know a card by the shop's hash, which nobody can type.</summary>
/// <param name="Hashes">As lists keep them, each with how people read the card.</param>
/// <param name="IsAsked">The text is such digits.</param>
/// <param name="IsMore">There are more payments with them than were looked at.</param>
public sealed partial record CardsByDigits(IReadOnlyDictionary<string, string> Hashes, bool IsAsked, bool IsMore)
{
    /// <summary>Latest payments with such a card that are looked at.</summary>
    public const int MostPayments = 300;

    /// <summary>Somebody means something else.</summary>
    public static readonly CardsByDigits None = new(new Dictionary<string, string>(), IsAsked: false, IsMore: false);

    /// <param name="assessments">Where the cards were seen.</param>
    /// <param name="text">0965, ••0965 or ••0965 (411111), as the panel shows a card.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<CardsByDigits> FindAsync(AssessmentReader assessments, string? text, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(assessments);
        if (text is null || Digits().Match(text.Trim()) is not { Success: true } match) return None;
        var (last4, bin) = (match.Groups["last"].Value, match.Groups["bin"].Value);
        var page = await assessments.PageAsync(new AssessmentFilter { Search = $"{last4} {bin}".TrimEnd(), Exactly = TermKind.Card, Begins = true }, AssessmentOrder.Newest, null, MostPayments, stop);
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var facts = new Facts();
        foreach (var stored in await assessments.FindAsync([.. page.Lines.Select(l => l.Seq)], stop))
        {
            facts.Clear();
            FactSnapshot.Read(stored.Facts, facts);
            if (facts.Text(Known.CardLast4) != last4 || facts.Text(Known.CardHash) is not { } hash || FoundBy.Card(facts) is not { } digits) continue;
            if (ListValues.TryNormalize(ListType.CardHash, hash, out var value, out _)) hashes[value] = EntityWords.Show(TermKind.Card, digits);
        }
        return new CardsByDigits(hashes, IsAsked: true, page.Next is not null);
    }

    /// <summary>The same filter that finds these cards too.</summary>
    public ListFilter Widen(ListFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Hashes.Count == 0 ? filter : filter with { Cards = [.. Hashes.Keys] };
    }

    [GeneratedRegex(@"^[•*\s]*(?<last>[0-9]{4})(\s*\(?(?<bin>[0-9]{6,8})\)?)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
