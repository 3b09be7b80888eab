using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>All that one screen tells of an item, as its reader may know it.</summary>
/// <param name="now">When it was read.</param>
/// <param name="why">Its payment, and why it was held.</param>
/// <param name="history">What happened to it.</param>
/// <param name="T">The reader's language.</param>
public sealed class CaseScreen(DateTimeOffset now, WhyView why, CaseHistory history, Texts T)
{
    public DateTimeOffset Now => now;
    public WhyView Why => why;
    public Facts Facts => why.Facts;
    public CaseHistory History => history;
    public Review Review => history.Review;

    /// <summary>What is known around it.</summary>
    public required PaymentEvidence Evidence { get; init; }
    public required CaseHead Head { get; init; }

    /// <summary>Who has it, and what the reader may do with it.</summary>
    public required CaseRights Rights { get; init; }
    public required LabelRanking.Standing Standing { get; init; }
    public required Bands Bands { get; init; }

    /// <summary>What time does to it once it is due.</summary>
    public required TimeoutAction AtEnd { get; init; }

    /// <summary>What follows what was decided, or may be.</summary>
    public required AfterDecision After { get; init; }

    /// <summary>The engine challenged it, and nobody has told how that ended; null: it did not, or somebody has.</summary>
    public ChallengeSilence? Silence { get; init; }

    /// <summary>Of challenges its shop tells nothing; asked only where one may still be made.</summary>
    public bool TellsNoAnswers { get; init; }

    /// <summary>Who decided it; null: nobody yet, or time.</summary>
    public string? Decider { get; init; }

    /// <summary>What reopening does to the lists, in words.</summary>
    public IReadOnlyList<ListedWith> OnReopening { get; init; } = [];

    /// <summary>What a decision can put on a list.</summary>
    public IReadOnlyList<(ListType Type, string Value)> Values { get; } = ReviewEntry.ValuesOf(why.Facts);

    /// <summary>What the decision that stands does to the lists.</summary>
    public IReadOnlyList<ListedWith> Listed => history.Decided is { } decided ? ListedWith(decided) : [];

    /// <summary>What a decision does to the lists, for its line in the history.</summary>
    public IReadOnlyList<ListedWith> ListedWith(ReviewEvent line) => Reviews.ListedWith.Of(line, history.Events, Facts, Head.CardDigits, T);

    /// <summary>It is labelled so by who counts more than an analyst: a decision changes nothing of that.</summary>
    public bool Outranks(LabelOutcome outcome) => Standing.Effective is { Source: > LabelSource.Analyst } label && label.Outcome == outcome;

    /// <summary>That person has decided it: alone, as the first of two or otherwise than the first.</summary>
    public bool WasDecidedBy(Guid person) => (Review.State == ReviewState.Decided && Review.DecidedById == person) || Review.FirstById == person || Review.SecondById == person;
}

/// <summary>Reads what one screen tells of an item.</summary>
public sealed class CaseScreens(PanelDb db, DecideReviews decide, UndoReviews undo, AssessmentReader assessments, PolicyShelf policies, EntityEvidence evidence, SignalRates rates, BlindReviews blind, Reader reader, IOptions<PanelOptions> panel, TimeProvider clock, Texts T)
{
    /// <param name="id">Of the payment.</param>
    /// <param name="reviewer">Whose screen it is.</param>
    /// <param name="decider">The same, where they may decide; null: they only look.</param>
    /// <param name="ahead">It is shown as it will look once the reader has it.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>Null when there is no such payment, or nothing to decide of it.</returns>
    internal async Task<CaseScreen?> ReadAsync(Guid id, Reviewer reviewer, Guid? decider, bool ahead, CancellationToken stop)
    {
        if (await assessments.FindAsync(id, stop) is not { } stored || await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == stored.Seq, stop) is not { } review) return null;
        var (now, mayReview) = (clock.GetUtcNow(), decider is not null);
        var why = await WhyView.ReadAsync(db, policies, stored, T, stop);
        var around = await evidence.OfAssessmentAsync(why, LinkChoice.Any, stop);
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == stored.Seq).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop);
        var silence = await ChallengeSilence.OfAsync(db, stored, why.Facts, review, events, now, stop);
        if (silence?.Against(reader, T) is { } against) around = around with { Balance = around.Balance.With(([], [against])) };
        if (review.Outcome is { } decided) around = around with { Strip = around.Strip?.Decided(decided, review.Label) };
        var kept = await blind.OfAsync(decider, [.. around.Seqs.Append(stored.Seq).Distinct()], stop);
        around = around.Without(new Blinded(kept.Contains(stored.Seq), kept));
        if (kept.Contains(stored.Seq)) why = why.Blind();
        else (why.Rates, why.RuleRates) = (await rates.ReadAsync(stored.Flow, stop), await rates.ReadRulesAsync(stop));
        var queue = await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == review.Queue, stop);
        var history = new CaseHistory(review, queue, events.Blind(review, reviewer.Id), now.ToUnixTimeMilliseconds());
        // How it came to those who decide the hard ones counts only where time would decide there.
        var queues = queue is { IsManual: true, Timeout: not TimeoutAction.None } ? await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop) : new() { [queue.Number] = queue };
        var head = new CaseHead(stored, why.Facts, reader, panel.Value.Zone, T);
        return new CaseScreen(now, why, history, T)
        {
            Evidence = around,
            Head = head,
            Silence = silence,
            TellsNoAnswers = silence?.IsUsual ?? (decider is not null && review.State == ReviewState.Open && await ChallengeSilence.IsUsualAsync(db, why.Facts, now, stop)),
            Standing = LabelRanking.Of(await LabelQueries.HistoryAsync(db, stored.Seq, stop)),
            Bands = (await policies.PolicyAsync(db, stored.PolicyVersion, stop))?.Bands ?? Policy.Default.Bands,
            AtEnd = SettleReviews.ActionOn(review, queues, stored.Money, history.Events),
            Rights = await CaseRights.ReadAsync(db, decide, undo, reviewer, mayReview, history, why, ahead, stop),
            Decider = review.DecidedById is { } by ? await db.Users.Where(u => u.Id == by).Select(u => u.DisplayName).FirstOrDefaultAsync(stop) : null,
            OnReopening = review.State == ReviewState.Closed && mayReview ? ListedWith.OnReopening(await ListedByReview.OfAsync(db, stored, now, stop), now, why.Facts, head.CardDigits, T) : [],
            After = await AfterDecision.OfAsync(db, stored, review, reader, T, stop),
        };
    }
}
