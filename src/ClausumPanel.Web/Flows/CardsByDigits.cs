using System.Text.RegularExpressions;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows;

/// <summary>The cards that somebody means by their last digits: lists know a card by the shop's hash, which nobody can type.</summary>
public static partial class CardsByDigits
{
    /// <summary>Latest payments with such a card that are looked at.</summary>
    public const int MostPayments = 300;

    /// <param name="assessments">Where the cards were seen.</param>
    /// <param name="text">0965, ••0965 or ••0965 (411111), as the panel shows a card.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>By the hash, as lists keep it, how people read the card; empty: the text is no such digits, or no card with them has a hash.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> FindAsync(AssessmentReader assessments, string? text, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(assessments);
        var cards = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text is null || Digits().Match(text.Trim()) is not { Success: true } match) return cards;
        var (last4, bin) = (match.Groups["last"].Value, match.Groups["bin"].Value);
        var page = await assessments.PageAsync(new AssessmentFilter { Search = $"{last4} {bin}".TrimEnd(), Exactly = TermKind.Card, Begins = true }, AssessmentOrder.Newest, null, MostPayments, stop);
        var facts = new Facts();
        foreach (var stored in await assessments.FindAsync([.. page.Lines.Select(l => l.Seq)], stop))
        {
            facts.Clear();
            FactSnapshot.Read(stored.Facts, facts);
            if (facts.Text(Known.CardLast4) != last4 || facts.Text(Known.CardHash) is not { } hash || FoundBy.Card(facts) is not { } digits) continue;
            if (ListValues.TryNormalize(ListType.CardHash, hash, out var value, out _)) cards[value] = EntityWords.Show(TermKind.Card, digits);
        }
        return cards;
    }

    [GeneratedRegex(@"^[•*\s]*(?<last>[0-9]{4})(\s*\(?(?<bin>[0-9]{6,8})\)?)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
