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

    public static CaseLayout Of(WhyView why, PaymentEvidence evidence, bool hasHeadNote, Texts T)
    {
        ArgumentNullException.ThrowIfNull(why);
        ArgumentNullException.ThrowIfNull(evidence);
        var room = Bottom - Head - Gap - (hasHeadNote ? HeadNote : 0) - (evidence.Sent is { Checks.Count: > 0 } or { Basket: not null } or { Others.Count: > 0 } ? HeadLine : 0) - (evidence.Strip is { Kind: TermKind.BeneficiaryName } or { Named: not null } ? HeadLine : 0);
        var list = room - CardHead - Total - (why.Sum == why.Stored.Score ? 0 : Line) - (why.Nothing(T) is null ? 0 : FirstLine);
        var (whole, listed) = Fill([.. why.Steps.Select(s => Height(s, why, T))], list - Height(evidence.Balance, T) - Gap);
        return new CaseLayout(whole, listed);
    }

    /// <summary>The heaviest are told whole, as many as leave a line for each of the others; the first always is.</summary>
    internal static (int Whole, int Listed) Fill(IReadOnlyList<int> heights, int room)
    {
        if (heights.Count == 0) return (0, 0);
        var (whole, taken) = (1, heights[0] + (heights.Count - 1) * Line);
        while (whole < heights.Count && taken + heights[whole] - Line <= room) taken += heights[whole++] - Line;
        // One alone is not worth a line that says how many there are.
        var over = whole == 1 ? Math.Min((taken - room + Line - 1) / Line, heights.Count - 2) : 0;
        return (whole, over > 0 ? heights.Count - over - 1 : heights.Count);
    }

    private static int Height(Step step, WhyView why, Texts T)
    {
        var title = step.Title + (step.Without is { } without ? " · " + T["it decided; without it, {0}", T.Name(without)] : "");
        var sentence = step.Sentence + (why.UsualOnce(step, T) is { } usual ? " · " + usual : "");
        return 5 + 17 * Lines(title.Length, 46) + 15 * Lines(sentence.Length, 64) + (step.Rule is not null || why.Record(step, T, isBrief: true) is not null ? 15 : 0);
    }

    private static int Height(Balance balance, Texts T)
    {
        var (against, speaksFor) = (Balance.Brief(balance.Against, T), Balance.Brief(balance.For, T));
        return 50 + Math.Max(Side(against), Side(speaksFor));

        static int Side(IReadOnlyList<Argument> of) => Math.Max(18, of.Take(8).Sum(a => 4 + 17 * Lines(a.Text.Length + (a.Points is null ? 0 : 4), 28) + (a.Points is null && a.Detail is { } detail ? 15 * Lines(detail.Length, 30) : 0)));
    }

    private static int Lines(int letters, int perLine) => Math.Max(1, (letters + perLine - 1) / perLine);
}
