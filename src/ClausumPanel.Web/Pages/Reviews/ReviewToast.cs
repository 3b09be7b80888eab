using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What became of the step before, in one line.</summary>
/// <param name="Sentence">What was done.</param>
/// <param name="Of">To which payment.</param>
/// <param name="Undo">The assessment whose decision can be taken back; null: nothing can.</param>
/// <param name="Until">Until when, Unix milliseconds.</param>
public sealed record ReviewToast(string Sentence, string? Of, Guid? Undo, string? Until)
{
    /// <param name="before">What was decided: the assessment, its outcome, until when it can be undone, how many values it lists.</param>
    /// <param name="said">What else is to be said.</param>
    /// <param name="shown">The assessment the page shows, which offers to undo by itself.</param>
    /// <param name="assessments">Where it is stored.</param>
    /// <param name="T">The reader's language.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<ReviewToast?> OfAsync(string? before, string? said, Guid? shown, AssessmentReader assessments, Texts T, CancellationToken stop)
    {
        if (before?.Split(' ') is not [var id, var outcome, var until, var listed] || Guid.Parse(id) == shown) return said is null ? null : new ReviewToast(said, null, null, null);
        var decided = (await assessments.FindAsync(Guid.Parse(id), stop))!;
        var (what, values) = ((ReviewOutcome)int.Parse(outcome, CultureInfo.InvariantCulture), int.Parse(listed, CultureInfo.InvariantCulture));
        var listing = values == 0 ? "" : " · " + (what == ReviewOutcome.Approve ? T.Count(values, "{0} value will be allowed", "{0} values will be allowed") : T.Count(values, "{0} value will be blocked", "{0} values will be blocked"));
        return new ReviewToast(T.Done(what), PaymentOf(decided) + listing, decided.Id, until);
    }

    /// <summary>Which payment: how much, and whose.</summary>
    internal static string PaymentOf(StoredAssessment stored)
    {
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        return $"{stored.Money.Show()} · {ItemModel.PayerOf(stored, facts)}".TrimEnd(' ', '·');
    }
}
