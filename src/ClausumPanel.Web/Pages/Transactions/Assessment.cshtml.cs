using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>One assessment on one screen: what was decided, why, from what, and what else the same people did.</summary>
public sealed class AssessmentModel(PanelDb db, AssessmentReader assessments, PolicyShelf policies, EntityEvidence evidence, SignalRates rates, ReportFraud report, RecordLabels record, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public StoredAssessment Stored => Why.Stored;
    public Facts Facts => Why.Facts;
    public WhyView Why { get; private set; } = null!;

    /// <summary>What is known around it.</summary>
    public PaymentEvidence Evidence { get; private set; } = null!;
    public Bands Bands { get; private set; }

    /// <summary>The item of the reviews this page was opened from; null: it was not.</summary>
    public string? BackToReview => ReviewBefore.Of(this);

    /// <summary>Its score declines it; the control sample let it through.</summary>
    public bool IsControl { get; private set; }
    public string Body { get; private set; } = "";
    public string? KeyName { get; private set; }
    public DateTimeOffset? ReleasedAt { get; private set; }
    public Verdict? Again { get; private set; }

    /// <summary>Every word about what it turned out to be, oldest first.</summary>
    public IReadOnlyList<Label> Labels { get; private set; } = [];
    public LabelRanking.Standing Standing { get; private set; }

    /// <summary>The review of it; null: it was never held.</summary>
    public Review? Review { get; private set; }

    /// <summary>Where its review stands, which nobody has decided; null: somebody has, or there is none.</summary>
    public OpenItem? Open { get; private set; }

    /// <summary>The engine challenged it, and nobody has told how that ended; null: it did not, or somebody has.</summary>
    public ChallengeSilence? Silence { get; private set; }

    /// <summary>What happened to its review, as the reader may see it.</summary>
    public IReadOnlyList<HistoryLine> History { get; private set; } = [];

    /// <summary>What a decision does to the lists, for its line in the history.</summary>
    public IReadOnlyList<ListedWith> ListedWith(ReviewEvent line) => Reviews.ListedWith.Of(line, _events, Facts, CaseHead.DigitsOf(Facts), T);

    private IReadOnlyList<ReviewEvent> _events = [];

    /// <summary>A word about this payment may still come.</summary>
    public bool IsRipe => LabelQueries.IsRipe(Stored.At, clock.GetUtcNow());
    public bool HasReport => Labels.Any(l => l.Source == LabelSource.FraudReport && l.Reverses is null && !IsTakenBack(l));
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }

    public bool IsTakenBack(Label row) => Labels.Any(l => l.Reverses == row.Number);
    public IEnumerable<string> Warnings => Stored.Warnings?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>What a fact is: of a payout the device is that of whoever orders it.</summary>
    public string Called(FactDefinition fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return Stored.Flow == Flow.PayOut && fact.Fact == Known.Fingerprint ? T["Device it was ordered from"] : Texts.Translate(fact.Description);
    }

    public string? Payer => Stored.Flow == Flow.PayOut ? Facts.Text(Known.BeneficiaryName) ?? Facts.Text(Known.BeneficiaryId) : Facts.Text(Known.Email) ?? Facts.Text(Known.CustomerId);

    /// <summary>The payer's page; null when nothing says who pays.</summary>
    public string? PayerAddress => Stored.Flow == Flow.PayOut
        ? FoundBy.Text(Facts, TermKind.Beneficiary) is { } beneficiary ? EntityWords.Address(TermKind.Beneficiary, beneficiary) : null
        : Facts.Text(Known.Email) is { } email ? EntityWords.Address(TermKind.Email, email) : Facts.Text(Known.CustomerId) is { } customer ? EntityWords.Address(TermKind.Customer, customer) : null;

    /// <summary>The page of what that fact names; null when it has none.</summary>
    public string? AddressOf(Fact fact)
    {
        TermKind? kind = fact == Known.Email ? TermKind.Email : fact == Known.EmailDomain ? TermKind.EmailDomain : fact == Known.CustomerId ? TermKind.Customer : fact == Known.CardLast4 || (fact == Known.CardHash && !Facts.Has(Known.CardLast4)) ? TermKind.Card
            : fact == Known.Fingerprint ? TermKind.Device : fact == Known.Ip ? TermKind.Ip : fact == Known.Phone ? TermKind.Phone
            : fact == Known.BeneficiaryName ? TermKind.BeneficiaryName : fact == Known.BeneficiaryId ? TermKind.Beneficiary : fact == Known.BeneficiaryClabe || fact == Known.BeneficiaryIban || fact == Known.BeneficiaryAccountHash ? TermKind.Account : null;
        // Of several accounts one is followed.
        return kind is { } known && FoundBy.Text(Facts, known) is { } text && (known != TermKind.Account || Facts.Text(fact) == text) ? EntityWords.Address(known, text) : null;
    }

    /// <summary>Facts that are there, but for the velocity windows, which have a table of their own.</summary>
    public IEnumerable<IGrouping<FactSource, FactDefinition>> FactGroups => FactCatalog.All.Where(d => Facts.Has(d.Fact) && d.Source != FactSource.Velocity).GroupBy(d => d.Source).OrderBy(g => g.Key);

    public IEnumerable<(EntityKind Kind, Measure Measure, double[] Windows)> VelocityRows =>
        from kind in Enum.GetValues<EntityKind>()
        from measure in Enum.GetValues<Measure>()
        let windows = Enum.GetValues<Window>().Select(w => Facts.Number(FactCatalog.Velocity(kind, measure, w))).ToArray()
        // One different card is the one of this payment itself: that says nothing.
        where Array.Exists(windows, w => w > (measure >= Measure.Emails ? 1 : 0))
        select (kind, measure, windows);

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        await LoadAroundAsync(stop);
        return Page();
    }

    /// <summary>Runs the stored facts under the stored policy once more and says whether the answer is the same.</summary>
    public async Task<IActionResult> OnPostJudgeAgainAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        if (!HttpContext.Request.IsHtmx) await LoadAroundAsync(stop);
        Again = await policies.FindAsync(db, Stored.PolicyVersion, Edition, stop) is { } judge ? Judge(judge) : new Verdict(null, []);
        return this.Fragment("_JudgeAgain");
    }

    /// <summary>The same as the API's report, with the lists it fills.</summary>
    public async Task<IActionResult> OnPostReportAsync(Guid id, string? reason, string? description, CancellationToken stop)
    {
        if (!User.May(Permissions.Review)) return Forbid();
        if (!await LoadAsync(id, stop)) return NotFound();
        if (ReportEffects.Reason(reason) is not { } known) return await RefuseAsync(T["Choose why it is reported."], stop);
        if (description?.Trim().Length > FraudReport.LongestDescription) return await RefuseAsync(T["What happened is longer than {0} characters.", FraudReport.LongestDescription], stop);
        var answer = await report.RunAsync(new FraudClaim(known) { TransactionId = id.ToString(), Description = ListTexts.Clean(description) }, HttpContext.Actor, null, null, default, stop);
        return answer.Status switch
        {
            ReportStatus.Reported => Done(id, T.Count(answer.Entries, "Reported as fraud: {0} list entry was written.", "Reported as fraud: {0} list entries were written.") + " " + T["Case {0} was opened.", answer.Case!.ReferenceNumber]),
            ReportStatus.AlreadyReported => await RefuseAsync(T["Somebody has reported this payment already."], stop, StatusCodes.Status409Conflict),
            ReportStatus.Simulated => await RefuseAsync(T["A simulation has no label."], stop),
            _ => await RefuseAsync(T["The panel is starting. Try again in a moment."], stop, StatusCodes.Status503ServiceUnavailable),
        };
    }

    /// <summary>An analyst's or a customer's word, which fills no list.</summary>
    public async Task<IActionResult> OnPostLabelAsync(Guid id, string? outcome, string? source, string? note, CancellationToken stop)
    {
        if (!User.May(Permissions.Review)) return Forbid();
        if (!await LoadAsync(id, stop)) return NotFound();
        if (LabelWords.Outcome(outcome) is not { } known) return await RefuseAsync(T["Choose what it turned out to be."], stop);
        if (LabelWords.Source(source) is not { } who || who == LabelSource.FraudReport) return await RefuseAsync(T["Choose who says so."], stop);
        if (note?.Trim().Length > Label.LongestNote) return await RefuseAsync(T["The note is longer than {0} characters.", Label.LongestNote], stop);
        if (Stored.Simulated) return await RefuseAsync(T["A simulation has no label."], stop);
        if (!record.IsReady) return await RefuseAsync(T["The panel is starting. Try again in a moment."], stop, StatusCodes.Status503ServiceUnavailable);
        await record.AddAsync([new NewLabel(Stored.Seq, Stored.At, known, who) { Note = ListTexts.Clean(note) }], LabelChannel.Panel, HttpContext.Actor, null, stop);
        return Done(id, T["The label was written."]);
    }

    public async Task<IActionResult> OnPostTakeBackAsync(Guid id, Guid label, CancellationToken stop)
    {
        if (!User.May(Permissions.Review)) return Forbid();
        if (!await LoadAsync(id, stop) || !Labels.Any(l => l.Id == label)) return NotFound();
        if (!record.IsReady) return await RefuseAsync(T["The panel is starting. Try again in a moment."], stop, StatusCodes.Status503ServiceUnavailable);
        return await record.ReverseAsync(label, null, LabelChannel.Panel, HttpContext.Actor, stop) ? Done(id, T["The label was taken back."]) : await RefuseAsync(T["Somebody has taken this label back already."], stop, StatusCodes.Status409Conflict);
    }

    private RedirectToPageResult Done(Guid id, string said)
    {
        Said = said;
        return RedirectToPage(null, null, new { id }, "labels");
    }

    private async Task<IActionResult> RefuseAsync(string why, CancellationToken stop, int status = StatusCodes.Status422UnprocessableEntity)
    {
        Refused = why;
        Response.StatusCode = status;
        await LoadAroundAsync(stop);
        return Page();
    }

    /// <summary>Of the named lists that its rules asked then; zero when they asked none.</summary>
    private long Edition => Facts.Has(Known.ListsEdition) ? (long)Facts.Number(Known.ListsEdition) : 0;

    private Verdict Judge(PolicyShelf.Judge judge)
    {
        if (FactSnapshot.IsCut(Stored.Facts)) return new Verdict(judge.Policy.Version, [], IsCut: true);
        var again = new Assessment();
        judge.Assessor.Assess(Facts, Stored.At, again);
        List<string> differences = [];
        if (again.Decision != Stored.Decision) differences.Add(T["Decision: {0} then, {1} now", T.Name(Stored.Decision), T.Name(again.Decision)]);
        if (again.Score != Stored.Score) differences.Add(T["Score: {0} then, {1} now", Stored.Score, again.Score]);
        if (again.BlockedBy != Stored.BlockedBy) differences.Add(T["Blocked by: {0} then, {1} now", Stored.BlockedBy ?? "–", again.BlockedBy ?? "–"]);
        List<RuleReason> rules = [];
        RuleReason.Of(again.Rules, judge.Policy, rules);
        var now = again.Signals.ToArray().Select(h => (h.Definition.Code, Points: (int)h.Weight)).Concat(rules.Select(r => (r.Code, r.Points))).ToDictionary(r => r.Code, r => r.Points);
        var then = Why.Steps.ToDictionary(s => s.Code, s => s.Points);
        differences.AddRange(then.Keys.Except(now.Keys).Select(code => T["Signal {0} fired only then", code]));
        differences.AddRange(now.Keys.Except(then.Keys).Select(code => T["Signal {0} fires only now", code]));
        differences.AddRange(then.Where(s => now.TryGetValue(s.Key, out var weight) && weight != s.Value).Select(s => T["Weight of {0}: {1} then, {2} now", s.Key, s.Value, now[s.Key]]));
        return new Verdict(judge.Policy.Version, differences);
    }

    private async Task<bool> LoadAsync(Guid id, CancellationToken stop)
    {
        if (await assessments.FindAsync(id, stop) is not { } found) return false;
        Why = await WhyView.ReadAsync(db, policies, found, T, stop);
        Labels = await LabelQueries.HistoryAsync(db, found.Seq, stop);
        Standing = LabelRanking.Of(Labels);
        Review = await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == Stored.Seq, stop);
        return true;
    }

    private async Task LoadAroundAsync(CancellationToken stop)
    {
        var judged = await policies.PolicyAsync(db, Stored.PolicyVersion, stop) ?? Policy.Default;
        Bands = judged.Bands;
        IsControl = judged.ControlSample.IsOn && Stored.Decision == Decision.Approve && Stored.Score >= Bands.Decline;
        using (var parsed = JsonDocument.Parse(Stored.Request)) Body = JsonSerializer.Serialize(parsed.RootElement, Pretty);
        if (Stored.KeyId is { } keyId) KeyName = await db.ApiKeys.Where(k => k.Id == keyId).Select(k => k.Name + " (" + k.Prefix + "…" + k.LastFour + ")").SingleOrDefaultAsync(stop);
        if (await db.Set<AssessmentRelease>().Where(r => r.Seq == Stored.Seq).Select(r => (long?)r.At).SingleOrDefaultAsync(stop) is { } released) ReleasedAt = DateTimeOffset.FromUnixTimeMilliseconds(released);
        Evidence = await evidence.OfAssessmentAsync(Why, LinksModel.Choice(Request.Query["match"], [.. Request.Query["by"].OfType<string>()]), stop);
        if (Review is { } review) await LoadReviewAsync(review, stop);
        (Why.Rates, Why.RuleRates) = (await rates.ReadAsync(Stored.Flow, stop), await rates.ReadRulesAsync(stop));
    }

    private async Task LoadReviewAsync(Review review, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        Open = await db.Set<Review>().AsNoTracking().Where(r => r.Seq == review.Seq).Standing(db.Set<ReviewQueue>(), db.Set<ReviewEvent>(), now.ToUnixTimeMilliseconds()).SingleOrDefaultAsync(stop);
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop);
        Silence = await ChallengeSilence.OfAsync(db, Stored, Facts, review, events, now, stop);
        if (Silence?.Against(reader, T) is { } against) Evidence = Evidence with { Balance = Evidence.Balance.With(([], [against])) };
        _events = events.Blind(review, User.Id);
        History = HistoryLine.Of(_events);
    }
}

/// <param name="Policy">The version it was judged under; null when the store does not know it any more.</param>
/// <param name="Differences">What came out otherwise.</param>
/// <param name="IsCut">Facts it was judged by are gone.</param>
public sealed record Verdict(int? Policy, IReadOnlyList<string> Differences, bool IsCut = false);
