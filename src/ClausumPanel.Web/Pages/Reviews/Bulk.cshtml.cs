using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>Decides many at once, after showing every one of them and what they come to. A right of its own: nobody has opened them one by one.</summary>
public sealed class BulkModel(PanelDb db, DecideReviews decide, UndoReviews undo, LeaseReviews leases, ReviewBatches batches, BlindReviews blind, PolicyShelf policies, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int Most = 200;
    private const int ReasonsShown = 3;

    /// <summary>The items, by their place in the log.</summary>
    [BindProperty(Name = "seqs", SupportsGet = true)] public long[] Seqs { get; set; } = [];

    /// <summary>Those chosen on other pages of the list, as <see cref="ChosenItems"/> writes them.</summary>
    [BindProperty(Name = "chosen", SupportsGet = true)] public string? Before { get; set; }

    /// <summary>The queue they were chosen in.</summary>
    [BindProperty(SupportsGet = true)] public int? Queue { get; set; }

    /// <summary>How that was listed, and on which page of it.</summary>
    [BindProperty(SupportsGet = true, Name = "")] public WaitingQuery Query { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "p")] public int At { get; set; } = 1;

    /// <summary>Where the reader goes on: the list as they left it, and while nothing is decided with what they chose there.</summary>
    public string Back
    {
        get
        {
            Dictionary<string, string?> more = [];
            if (At > 1) more["p"] = At.ToString(CultureInfo.InvariantCulture);
            if (Results is null && Queue is not null && ChosenItems.Write(Seqs) is { } chosen) more["chosen"] = chosen;
            return QueryHelpers.AddQueryString(Query.Address(Queue), more);
        }
    }

    /// <summary>That list as the parts of an address of this page.</summary>
    public Dictionary<string, string> Way()
    {
        var way = Query.Pairs.ToDictionary(p => p.Name, p => p.Value);
        if (Queue is { } queue) way["queue"] = queue.ToString(CultureInfo.InvariantCulture);
        if (At > 1) way["p"] = At.ToString(CultureInfo.InvariantCulture);
        return way;
    }

    /// <summary>Outcome and reason: <c>Approve:known_customer</c>.</summary>
    [BindProperty] public string? Verdict { get; set; }
    [BindProperty] public string? Note { get; set; }

    /// <summary>What a decline says the payments were; left out, what its reason says.</summary>
    [BindProperty] public LabelOutcome? Label { get; set; }

    /// <summary>The batch whose answers the page tells: it has an address of its own, so going back asks for nothing to be sent again.</summary>
    [BindProperty(SupportsGet = true)] public Guid? Told { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public IReadOnlyList<BulkRow> Rows { get; private set; } = [];

    /// <summary>What became of each; null before anything was decided.</summary>
    public IReadOnlyDictionary<long, BulkResult>? Results { get; private set; }

    /// <summary>What was done was taking decisions back.</summary>
    public bool WasUndoing { get; private set; }

    /// <summary>The reader's own decisions that can still be taken back.</summary>
    public IEnumerable<BulkRow> Undoable => Rows.Where(r => r.UndoUntil is not null);

    /// <summary>The least time there is to undo among the queues of what waits.</summary>
    public int UndoSeconds => Queues.Count == 0 ? 0 : Queues.Min(q => q.UndoSeconds);

    public IEnumerable<BulkRow> Waiting => Rows.Where(r => r.State == ReviewState.Open);

    /// <summary>Per currency, never added across.</summary>
    public IEnumerable<(Money Sum, int Count)> Totals => Waiting.GroupBy(r => r.Amount.Currency).OrderByDescending(g => g.Count()).Select(g => (new Money(g.Sum(r => r.Amount.Minor), g.Key), g.Count()));

    /// <summary>The reasons that every queue among them knows and that fit every one of them.</summary>
    public IReadOnlyList<string> ReasonsFor(ReviewOutcome outcome)
    {
        var flows = Waiting.Select(r => r.Flow).Distinct().ToList();
        return [.. ReviewReasons.Usual(outcome).Where(code => Queues.All(q => flows.TrueForAll(flow => q.ReasonsFor(outcome, flow).Contains(code))))];
    }

    public IReadOnlyList<ReviewQueue> Queues { get; private set; } = [];

    /// <summary>How many of what waits nobody decides without a note, for their amount.</summary>
    public int NeedNote { get; private set; }

    /// <summary>A reason in the words of what it is for; where both kinds are chosen and the words differ, in both.</summary>
    public string SayReason(string code)
    {
        var flows = Waiting.Select(r => r.Flow).Distinct().Order().Select(flow => T.Reason(code, flow)).Distinct();
        return string.Join(" / ", flows);
    }

    /// <summary>What the button does with an outcome: how many of what, and what they come to.</summary>
    public string SayButton(ReviewOutcome outcome)
    {
        var rows = Waiting.ToList();
        var what = rows.TrueForAll(r => r.Flow == Flow.PayOut) ? T.Count(rows.Count, "{0} payout", "{0} payouts")
            : rows.TrueForAll(r => r.Flow == Flow.PayIn) ? T.Count(rows.Count, "{0} payment", "{0} payments") : T.Count(rows.Count, "{0} item", "{0} items");
        var sums = string.Join(" + ", Totals.Select(t => t.Sum.Show()));
        return outcome switch
        {
            ReviewOutcome.Approve => T["Approve {0}, {1}", what, sums],
            ReviewOutcome.Challenge => T["Challenge {0}, {1}", what, sums],
            ReviewOutcome.Decline => T["Decline {0}, {1}", what, sums],
        };
    }

    public async Task<IActionResult> OnGetAsync(CancellationToken stop)
    {
        // What somebody else decided together is not told here.
        if (Told is { } told)
        {
            if (await batches.FindAsync(told, User.Id, stop) is not { } batch) return Redirect("/dashboard/reviews");
            Seqs = [.. batch.Answers.Select(a => a.Seq)];
            await LoadAsync(stop);
            WasUndoing = batch.WasUndoing;
            var rows = Rows.ToDictionary(r => r.Seq);
            Results = batch.Answers.ToDictionary(a => a.Seq, a => new BulkResult(a.Answer.IsDone, a.Answer.IsDone ? Became(rows.GetValueOrDefault(a.Seq), a.Step, batch) : Say(a.Answer)));
            return Page();
        }
        Seqs = [.. Seqs, .. ChosenItems.Read(Before)];
        if (Seqs.Length == 0) return LocalRedirect(Back);
        if (Refusal() is { } refusal) return Refuse(refusal);
        await LoadAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostDecideAsync(CancellationToken stop)
    {
        if (Refusal() is { } refusal) return Refuse(refusal);
        var words = (Verdict ?? "").Split(':');
        if (words.Length != 2 || !Enum.TryParse<ReviewOutcome>(words[0], out var outcome) || !Enum.IsDefined(outcome) || !ReviewReasons.Usual(outcome).Contains(words[1]))
        {
            await LoadAsync(stop);
            return Refuse(T["Choose what to do with them, and why."]);
        }
        // Chosen for a decline, it may be sent with something else.
        var verdict = new ReviewVerdict(outcome, words[1], Note, Label: outcome == ReviewOutcome.Decline ? Label : null);
        if (verdict.Label is null && ReviewReasons.LeavesOpen(outcome, words[1]))
        {
            await LoadAsync(stop);
            return Refuse(T[DecideReviews.LabelMissing]);
        }
        var answers = await decide.DecideManyAsync(HttpContext.Reviewer, Seqs, verdict, leases, stop);
        return await TellAsync(answers, new(false, outcome, words[1], verdict.Says, []), stop);
    }

    /// <summary>Takes back what can still be taken back, each by itself; what comes back is left to whoever is next.</summary>
    public async Task<IActionResult> OnPostUndoAsync(CancellationToken stop)
    {
        if (Refusal() is { } refusal) return Refuse(refusal);
        var (reviewer, answers) = (HttpContext.Reviewer, new List<(long, ReviewAnswer)>(Seqs.Length));
        foreach (var seq in Seqs)
        {
            answers.Add((seq, (await undo.UndoAsync(reviewer, seq, stop, takes: false)).Answer));
        }
        return await TellAsync(answers, new(true, null, null, null, []), stop);
    }

    /// <summary>Keeps the answers for the page that tells them.</summary>
    private async Task<RedirectToPageResult> TellAsync(IReadOnlyList<(long Seq, ReviewAnswer Answer)> answers, ReviewBatch batch, CancellationToken stop)
    {
        await LoadAsync(stop);
        var rows = Rows.ToDictionary(r => r.Seq);
        // What was decided stands: it must be told.
        var told = await batches.WriteAsync(HttpContext.Reviewer, batch with { Answers = [.. answers.Select(a => Answer(a.Seq, rows.GetValueOrDefault(a.Seq), a.Answer))] }, CancellationToken.None);
        return RedirectToPage("Bulk", null, new Dictionary<string, string>(Way()) { ["told"] = told.ToString() });

        // Where somebody was faster, who it was says more than that it is decided.
        BatchAnswer Answer(long seq, BulkRow? row, ReviewAnswer answer) => new(seq, answer.Refusal == LeaseReviews.NotOpen && row?.By is { } by ? by : answer,
            batch.WasUndoing ? ReviewEventKind.Undone : row is not { State: ReviewState.Open } ? ReviewEventKind.Decided : row.IsDisputed ? ReviewEventKind.Disagreed : ReviewEventKind.FirstDecided);
    }

    private string Became(BulkRow? row, ReviewEventKind step, ReviewBatch batch)
    {
        if (batch.Outcome is not { } outcome || batch.Reason is not { } reason) return T["It waits again, as before the decision"];
        var why = T.Reason(reason, row?.Flow ?? Flow.PayIn);
        return step switch
        {
            ReviewEventKind.Disagreed => $"{T["Disagreed with who decided first; escalated"]} · {T.Name(outcome)} · {why}",
            ReviewEventKind.FirstDecided => $"{T["Decided first; a second person must agree"]} · {T.Name(outcome)} · {why}. {T["It waits on for somebody else: until they have decided too the shop is told nothing and no label is written."]}",
            _ => $"{T.Done(outcome)} · {why} · {T.Says(batch.Label)}",
        };
    }

    public string Say(ReviewAnswer answer) => T.Say(answer, reader.Zone);

    private string? Refusal()
    {
        Seqs = [.. Seqs.Distinct()];
        return Seqs.Length == 0 ? T["Choose at least one item."] : Seqs.Length > Most ? T["At most {0} items at once; {1} were chosen.", Most, Seqs.Length] : null;
    }

    private PageResult Refuse(string why)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Query.Read(T);
        var queues = await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop);
        var reviews = await db.Set<Review>().AsNoTracking().Where(r => Seqs.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, stop);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => Seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var deciders = reviews.Values.Select(r => r.DecidedById).Distinct().ToArray();
        var names = await db.Users.Where(u => deciders.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop);
        var kept = await blind.OfAsync(HttpContext.Decider, Seqs, stop);
        NeedNote = 0;
        var (facts, rows, now) = (new Facts(), new List<BulkRow>(), clock.GetUtcNow());
        var events = (await db.Set<ReviewEvent>().AsNoTracking().Where(e => Seqs.Contains(e.Seq)).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop)).ToLookup(e => e.Seq);
        var answered = (await db.Set<ReviewEvent>().Answered(db.Set<Review>(), now.ToUnixTimeMilliseconds() - (long)LeaseReviews.AnsweredFor.TotalMilliseconds).Select(a => a.Seq).ToListAsync(stop)).ToHashSet();
        foreach (var seq in Seqs)
        {
            if (!reviews.TryGetValue(seq, out var review) || !stored.TryGetValue(seq, out var payment)) continue;
            facts.Clear();
            FactSnapshot.Read(payment.Facts, facts);
            var payer = payment.Flow == Flow.PayOut ? facts.Text(Known.BeneficiaryName) ?? facts.Text(Known.BeneficiaryId) : facts.Text(Known.Email) ?? facts.Text(Known.CustomerId);
            if (review.State == ReviewState.Open && await decide.NeedsNoteAsync(review, queues[review.Queue], payment.Money, stop)) NeedNote++;
            // What was handed from one to another is told while it waits, as the queue's row tells it.
            var history = events[seq].ToList();
            var handed = review.State == ReviewState.Open && history.Handed() is { } step && (queues[review.Queue].IsManual || step.Kind == ReviewEventKind.Answered) ? step : null;
            var promised = answered.Contains(seq) && handed is { Kind: ReviewEventKind.Answered } ? history.Question(handed)?.ActorName : null;
            var isFirst = review.State == ReviewState.Open && await SecondPerson.IsNeededAsync(db, review, queues[review.Queue], payment.Money, User.Id, stop);
            rows.Add(new BulkRow(seq, payment.Id, payment.Flow, payer, payment.Money, kept.Contains(seq) ? null : payment.Score, payment.Decision, await WhyAsync(payment, kept.Contains(seq), stop), now - payment.Instant, T.QueueName(queues[review.Queue].Name), review.State, review.SecondById is not null,
                review.State == ReviewState.Open ? null : DecideReviews.DecidedBy(review, review.DecidedById is { } by ? names.GetValueOrDefault(by) : null),
                await UndoUntilAsync(review, now.ToUnixTimeMilliseconds(), stop), handed, promised, isFirst, SayTwo(review, queues[review.Queue], isFirst)));
        }
        Rows = rows;
        Queues = [.. reviews.Values.Where(r => r.State == ReviewState.Open).Select(r => r.Queue).Distinct().Select(number => queues[number])];
    }

    /// <summary>That two decide it, and what becomes of it; null: one does.</summary>
    private string? SayTwo(Review review, ReviewQueue queue, bool isFirst) => review.State != ReviewState.Open ? null
        : isFirst ? T["Needs a second person: what you decide is the first of two decisions. It waits on for somebody else."]
        : review.FirstById is not { } first || first == User.Id ? null
        : queue.IsManual ? T["Somebody else has decided first; how, you see once you have. If you decide otherwise, one more decision settles it, by anybody but the first."] : T["Somebody else has decided first; how, you see once you have. If you decide otherwise, it is escalated."];

    private async Task<long?> UndoUntilAsync(Review review, long now, CancellationToken stop)
    {
        if (review.State == ReviewState.Decided) return review.DecidedById == User.Id && review.SettlesAt > now ? review.SettlesAt : null;
        if (review.FirstById != User.Id && review.SecondById != User.Id) return null;
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).ToListAsync(stop);
        return await undo.StepToUndoAsync(HttpContext.Reviewer, review, events, now, stop) is ({ Kind: ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed }, var until, null) ? until : null;
    }

    /// <summary>What weighed most, rules before signals: they say why in words somebody chose.</summary>
    private async Task<IReadOnlyList<string>> WhyAsync(StoredAssessment payment, bool isBlind, CancellationToken stop)
    {
        List<RuleReason> fired = [];
        var rules = new RuleHit[Assessment.MostRules];
        if (SignalHits.ReadRules(payment.Signals, rules) is > 0 and var count && await policies.PolicyAsync(db, payment.PolicyVersion, stop) is { } policy) RuleReason.Of(rules.AsSpan(0, count), policy, fired);
        var hits = new SignalHit[Assessment.MostSignals];
        var all = hits[..SignalHits.Read(payment.Signals, hits)];
        var signals = isBlind ? all.OrderBy(h => h.Signal).Where(h => h.Weight != 0 || h.Definition.Category == SignalCategory.Lists).Select(h => h.Title)
            : all.OrderByDescending(h => h.Weight).Where(h => h.Weight > 0 || h.Definition.Category == SignalCategory.Lists).Select(h => h.Title);
        return [.. fired.Select(r => r.Reason).Concat(signals).Take(ReasonsShown)];
    }
}

/// <param name="Id">Of the assessment.</param>
/// <param name="Score">Null: kept from who decides blind.</param>
/// <param name="Why">What held it.</param>
/// <param name="By">Who decided it meanwhile, and what; null while it waits.</param>
/// <param name="UndoUntil">Until when the reader can take their decision back, Unix milliseconds; null: they cannot.</param>
/// <param name="Handed">What brought it to those who decide the hard ones, or the answer they sent it back with.</param>
/// <param name="Promised">Who asked, was answered and is given it before all others; null: nobody.</param>
/// <param name="IsFirst">What the reader decides is only the first of two decisions.</param>
/// <param name="Two">That two decide it, in words; null: one does.</param>
public sealed record BulkRow(
    long Seq, Guid Id, Flow Flow, string? Payer, Money Amount, int? Score, Decision Decision, IReadOnlyList<string> Why, TimeSpan Age, string Queue, ReviewState State, bool IsDisputed, ReviewAnswer? By, long? UndoUntil,
    ReviewEvent? Handed, string? Promised, bool IsFirst, string? Two);

/// <param name="Sentence">What became of it, or why nothing did.</param>
public sealed record BulkResult(bool IsDone, string Sentence);
