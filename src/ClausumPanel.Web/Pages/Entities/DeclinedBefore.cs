using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>What people declined for good of those that share something with a payment: of all that is shared, where that says most.</summary>
/// <param name="Link">What is shared.</param>
/// <param name="Count">Declined by people.</param>
/// <param name="Fraud">Of these, those labelled fraud.</param>
/// <param name="Reasons">Codes, each once, the most frequent first.</param>
public sealed record DeclinedBefore(LinkAttribute Link, int Count, int Fraud, IReadOnlyList<string> Reasons)
{
    private const int Least = 2, ReasonsTold = 2, OneIn = 10;

    /// <param name="links">Everything shared.</param>
    /// <param name="others">Per link, the others that share it.</param>
    /// <param name="declines">Of the others, by their place in the log, those that a person declined, with the reason.</param>
    public static DeclinedBefore? Of(IReadOnlyList<LinkAttribute> links, IReadOnlyList<IReadOnlyList<TermEvent>> others, IReadOnlyDictionary<long, string?> declines)
    {
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(declines);
        return links.Zip(others, (link, with) =>
            {
                var declined = with.Where(e => declines.ContainsKey(e.Seq)).ToList();
                var reasons = declined.Select(e => declines[e.Seq]).OfType<string>().GroupBy(r => r).OrderByDescending(r => r.Count()).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Key);
                return new DeclinedBefore(link, declined.Count, declined.Count(e => e.Label == LabelOutcome.Fraud), [.. reasons]);
            })
            // Of what very many share, a few declines are chance; where a shop always orders from, they say nothing.
            .Where(d => d.Count > 0 && !d.Link.IsUsual && (d.Count * 2 >= d.Link.Count || (d.Count >= Least && d.Link.Strength != LinkStrength.Weak) || (d.Link is { Count: <= LinkAttribute.MostMedium, IsMore: false } && d.Count * OneIn >= d.Link.Count)))
            .OrderBy(d => d.Link.Strength == LinkStrength.Weak).ThenByDescending(d => d.Count).ThenBy(d => d.Link.Count).FirstOrDefault();
    }

    public Argument Argument(Flow flow, Texts T) => new(T[Link.Count == 1 ? "{0} of {1} linked assessment declined by us" : "{0} of {1} linked assessments declined by us", Number(Count), Number(Link.Count) + (Link.IsMore ? "+" : "")],
        string.Join(" · ", Reasons.Take(ReasonsTold).Select(r => T.Reason(r, flow)).Prepend(T.Name(Link.Kind, flow))), 10 + Math.Min(10, Count));

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
