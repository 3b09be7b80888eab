using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>What was declined for good of those that share something with a payment, by people or by the engine: of all that is shared, where that says most.</summary>
/// <param name="Link">What is shared.</param>
/// <param name="Count">Declined, by whomever.</param>
/// <param name="Engine">Of these, those that the engine declined and nobody looked at.</param>
/// <param name="Fraud">Of these, those labelled fraud.</param>
/// <param name="Last">When the last of them came, Unix milliseconds.</param>
/// <param name="Reasons">Codes, each once, the most frequent first.</param>
public sealed record DeclinedBefore(LinkAttribute Link, int Count, int Engine, int Fraud, long Last, IReadOnlyList<string> Reasons)
{
    private const int Least = 2, ReasonsTold = 2, OneIn = 10;

    /// <param name="own">The payer's own, by their place in the log: what the engine declined of these is their history.</param>
    /// <param name="links">Everything shared.</param>
    /// <param name="others">Per link, the others that share it.</param>
    /// <param name="declines">Of the others, by their place in the log, those that a person declined, with the reason.</param>
    public static DeclinedBefore? Of(IReadOnlySet<long> own, IReadOnlyList<LinkAttribute> links, IReadOnlyList<IReadOnlyList<TermEvent>> others, IReadOnlyDictionary<long, string?> declines)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(declines);
        return links.Zip(others, (link, with) =>
            {
                var byEngine = with.Where(e => e is { Decision: Decision.Decline, Outcome: null, IsWaiting: false, Label: not LabelOutcome.Good } && !own.Contains(e.Seq)).ToList();
                List<TermEvent> declined = [.. with.Where(e => declines.ContainsKey(e.Seq)), .. byEngine];
                var reasons = declined.Select(e => declines.GetValueOrDefault(e.Seq)).OfType<string>().GroupBy(r => r).OrderByDescending(r => r.Count()).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Key);
                return new DeclinedBefore(link, declined.Count, byEngine.Count, declined.Count(e => e.Label == LabelOutcome.Fraud), declined.Select(e => e.At).DefaultIfEmpty(0).Max(), [.. reasons]);
            })
            // Of what very many share, a few declines are chance; where a shop always orders from, they say nothing.
            .Where(d => d.Count > 0 && !d.Link.IsUsual && (d.Count * 2 >= d.Link.Count || (d.Count >= Least && d.Link.Strength != LinkStrength.Weak) || (d.Link is { Count: <= LinkAttribute.MostMedium, IsMore: false } && d.Count * OneIn >= d.Link.Count)))
            .OrderBy(d => d.Count == d.Engine).ThenBy(d => d.Link.Strength == LinkStrength.Weak).ThenByDescending(d => d.Count - d.Engine).ThenByDescending(d => d.Count).ThenBy(d => d.Link.Count).FirstOrDefault();
    }

    public Argument Argument(Flow flow, Reader reader, Texts T)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (count, of) = (Number(Count), Number(Link.Count) + (Link.IsMore ? "+" : ""));
        var words = Engine == 0 ? T[Link.Count == 1 ? "{0} of {1} linked assessment declined by us" : "{0} of {1} linked assessments declined by us", count, of]
            : Engine == Count ? T[Link.Count == 1 ? "{0} of {1} linked assessment declined by the engine" : "{0} of {1} linked assessments declined by the engine", count, of]
            : T["{0} of {1} linked assessments declined, {2} of them by the engine", count, of, Number(Engine)];
        string?[] said = [T.Name(Link.Kind, flow), Count == 1 ? reader.Day(Last) : T["last {0}", reader.Day(Last)], .. Reasons.Take(ReasonsTold).Select(r => T.Reason(r, flow)), Link.Good > 0 ? T["{0} good", Number(Link.Good)] : null];
        return new(words, string.Join(" · ", said.OfType<string>()), 10 + Math.Min(10, Count));
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
