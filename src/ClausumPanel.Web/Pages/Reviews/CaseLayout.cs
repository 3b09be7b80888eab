using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>How the evidence of a case is laid out where the window is wide and low, so that all of it is in view: by how many lines its words take.</summary>
/// <param name="Whole">How many reasons of the score are told whole.</param>
/// <param name="Listed">How many have a line of their own; what is left is one line together.</param>
public sealed record CaseLayout(int Whole, int Listed)
{
    // Pixels at 1366 by 768, of letters that are rather wide. What a head has beyond its facts is a line more.
    private const int Bottom = 752, Head = 234, HeadNote = 34, HeadLine = 20, Gap = 8;
    private const int CardHead = 37, Line = 25, Total = 26, FirstLine = 22;

    public static CaseLayout Of(WhyView why, PaymentEvidence evidence, bool hasHeadNote, bool hasSilence, Texts T)
    {
        ArgumentNullException.ThrowIfNull(why);
        ArgumentNullException.ThrowIfNull(evidence);
        var room = Bottom - Head - Gap - (hasHeadNote ? HeadNote : 0) - (hasSilence ? HeadLine : 0) - HeadLine * SentLines(evidence.Sent) - (evidence.Strip is { Kind: TermKind.BeneficiaryName } or { Named: not null } ? HeadLine : 0);
        var list = room - CardHead - Total - (why.Sum == why.Stored.Score ? 0 : Line) - (why.Nothing(T) is { } nothing ? FirstLine + 17 * (Lines(nothing.Length, 62) - 1) : 0);
        var (whole, listed) = Fill([.. why.Steps.Select(s => (Height(s, why, T), Math.Abs(s.Points)))], list - Height(evidence.Balance, T) - Gap);
        return new CaseLayout(whole, listed);
    }

    /// <summary>The heaviest are told whole, as many as leave a line for each of the others. The first always is, unless what would then be one line together weighed more than what is shown.</summary>
    internal static (int Whole, int Listed) Fill(IReadOnlyList<(int Height, int Weight)> reasons, int room)
    {
        var count = reasons.Count;
        if (count == 0) return (0, 0);
        var (whole, taken) = (1, reasons[0].Height + (count - 1) * Line);
        while (whole < count && taken + reasons[whole].Height - Line <= room) taken += reasons[whole++].Height - Line;
        if (whole > 1) return (whole, count);
        var listed = Listed(taken);
        return reasons.Skip(listed).Sum(r => r.Weight) <= reasons.Take(listed).Sum(r => r.Weight) ? (1, listed) : (0, Listed(count * Line));

        // One alone is not worth a line that says how many there are.
        int Listed(int needed) => Math.Min((needed - room + Line - 1) / Line, count - 2) is > 0 and var over ? count - over - 1 : count;
    }

    private static int SentLines(SentByShop sent) => sent is { Checks.Count: 0, Basket: null, Others.Count: 0 } ? 0
        : Lines(sent.Checks.Sum(c => c.Name.Length + c.Words.Length + 6 + (c.Detail is { } detail ? detail.Length + 3 : 0)) + (sent.Basket is { } basket ? 9 + Math.Min(basket.Length, 70) : 0) + (sent.Others.Count > 0 ? 25 : 0), 120);

    private static int Height(Step step, WhyView why, Texts T)
    {
        var title = step.Title + (T.SayAsked(step) is { } asked ? " · " + asked : "");
        var sentence = step.Sentence + (why.UsualOnce(step, T) is { } usual ? " · " + usual : "");
        return 5 + 17 * Lines(title.Length, 46) + 15 * Lines(sentence.Length, 64) + (why.Record(step, T, isBrief: true) is { } record ? 15 * Lines(record.Length, 62) : step.Rule is not null ? 15 : 0);
    }

    private static int Height(Balance balance, Texts T)
    {
        var (against, speaksFor) = (Balance.Brief(balance.Against, T), Balance.Brief(balance.For, T));
        // The side that has more is wider.
        var (left, right) = balance.Against.Count > 2 * balance.For.Count ? (34, 22) : balance.For.Count > 2 * balance.Against.Count ? (22, 34) : (28, 28);
        return 50 + Math.Max(Side(against, left), Side(speaksFor, right) + (balance.Uncounted is { } uncounted ? 15 * Lines(uncounted.Length, right + 2) : 0));

        static int Side(IReadOnlyList<Argument> of, int letters) => Math.Max(18, of.Take(8).Sum(a => 4 + 17 * Lines(a.Text.Length + (a.Points is null ? 0 : 4), letters) + (a.Points is null && a.Detail is { } detail ? 15 * Lines(detail.Length, letters + 2) : 0)));
    }

    private static int Lines(int letters, int perLine) => Math.Max(1, (letters + perLine - 1) / perLine);
}
