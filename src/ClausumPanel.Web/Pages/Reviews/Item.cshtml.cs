using System.Data.Common;
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
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>One item on one screen: who holds it decides it here; everybody else sees the same without the means to.</summary>
public sealed class ItemModel(PanelDb db, CaseScreens screens, LeaseReviews leases, DecideReviews decide, UndoReviews undo, AssessmentReader assessments, PolicyShelf policies, Reader reader, IOptions<PanelOptions> panel, TimeProvider clock, Texts T) : PageModel
{
    /// <summary>Sent by the page's script: the item it has ready. Answered with only what it lacks when that one comes next, else with where to go.</summary>
    public const string AheadHeader = "X-Ahead", LocationHeader = "X-Location";

    /// <summary>For how long what is kept ready is kept, milliseconds: after that it may be somebody else's, and is not shown unasked.</summary>
    public const string AheadForHeader = "X-Ahead-For";

    [BindProperty(SupportsGet = true)] public int? Queue { get; set; }

    /// <summary>How the queue was listed that it was opened from: what comes next is the next one of that list.</summary>
    [BindProperty(SupportsGet = true, Name = "")] public WaitingQuery Query { get; set; } = new();
    [BindProperty] public Guid Token { get; set; }
    [BindProperty] public ReviewInput Input { get; set; } = new();

    /// <summary>What is told of the item.</summary>
    public CaseScreen Case { get; private set; } = null!;
    public StoredAssessment Stored => Why.Stored;
    public Facts Facts => Why.Facts;
    public WhyView Why => Case.Why;
    public PaymentEvidence Evidence => Case.Evidence;
    public CaseHead Head => Case.Head;
    public CaseHistory History => Case.History;
    public Review Review => History.Review;
    public ReviewQueue Its => History.Queue;

    /// <summary>Who has it, and what the reader may do with it.</summary>
    public CaseRights Rights { get; private set; } = new();
    public DateTimeOffset Now { get; private set; }

    /// <summary>Until when it can be put away.</summary>
    public HoldOffer Hold => new(Its, Now, reader, panel.Value.Zone, T);

    /// <summary>What went on the lists is there to be looked at, and the reader may.</summary>
    public bool Leads(ListedWith listed) => listed.IsDone && User.May(Permissions.ViewPanel);

    /// <summary>The reader, who reviews, sees neither the score nor what it leans to before they have decided it and can no longer undo that.</summary>
    public bool IsBlind => Why.IsBlind;

    /// <summary>The reader has, alone, as the first of two or otherwise than the first.</summary>
    public bool HasDecided => Case.WasDecidedBy(User.Id);
    public bool MayReview => User.May(Permissions.Review);
    public bool IsAdmin => HttpContext.Reviewer.IsAdmin;

    /// <summary>The queue is for admins, and the reader is none.</summary>
    public bool IsClosed => Its.AdminsOnly && !IsAdmin;

    /// <summary>What is said to who presses a key of the decision without having taken it; null: they have, or may not.</summary>
    public string? NotTaken => Rights.IsMine || !MayReview ? null : Review.State != ReviewState.Open ? T[LeaseReviews.NotOpen] : Rights.NotToTake is { } reason ? T[reason]
        : Rights.Holder is { } holder ? T["Taken by {0}, for {1} more.", holder, T.Age(TimeSpan.FromMilliseconds(Review.LeaseUntil!.Value - Now.ToUnixTimeMilliseconds()))]
        : History.Away is null ? T["Take it first: {0}", "Enter"] : T["Take it first, by its button: {0}", T["Take it now, before its time"]];

    /// <summary>Whoever does not have it: what they are given who go on from here.</summary>
    public StartOffer Offer { get; private set; }

    /// <summary>Of what that is: of the list they come from, of all queues where that one is not theirs.</summary>
    public Dictionary<string, string> NextWay => IsClosed && Queue == Review.Queue ? [] : Way();

    /// <summary>Only some of the queue are gone through.</summary>
    public bool IsFiltered => !_selection.Filter.AsksNothing;

    /// <summary>The queue is gone through as its list was sorted or filtered.</summary>
    public bool IsSelected => !_selection.IsPlain;

    /// <summary>How far the reader has come today, and by which list they go.</summary>
    public string Progress => _progress.Say(Queue, IsFiltered, IsSelected ? [.. Query.Chips(T, policies.Active.Policy).Select(c => c.Words)] : [], T);

    /// <summary>The parts of the address of an item's page, with the queue and how it was listed; of none: of the list.</summary>
    public Dictionary<string, string> Way(Guid? id = null) => Query.Way(Queue, id);

    /// <summary>The page of the item the reader still has: with its list where they come from it.</summary>
    public string BackTo(Guid id, int queue) => ReviewBefore.Of(this) is { } from && from.Contains(id.ToString(), StringComparison.Ordinal) ? from : Url.Page("Item", new { id, queue })!;

    /// <summary>Where a step of this item is sent.</summary>
    public string To(string step) => Url.Page("Item", step, Way(Stored.Id))!;

    /// <summary>How long the reader has it yet.</summary>
    public string Left => LeftWords(Math.Max(0, (Rights.MineUntil - Now.ToUnixTimeMilliseconds() + 59_999) / 60_000).ToString(System.Globalization.CultureInfo.CurrentCulture));

    public string LeftWords(string minutes) => T["taken by you, {0} min left", minutes];

    public bool CanUndo => Review is { State: ReviewState.Decided, DecidedById: { } by, SettlesAt: { } settles } && by == User.Id && settles > Now.ToUnixTimeMilliseconds() && !IsClosed;

    /// <summary>What follows the reader who leaves the page of what they can still take back; null: nothing.</summary>
    public ReviewToast? Following => CanUndo ? ReviewToast.OfOwn(Stored, Review.Outcome, Review.Label, null, Its.Name, Review.SettlesAt!.Value, reader, T)
        : Rights.StepUntil is { } until ? ReviewToast.OfOwn(Stored, null, null, History.Events.Last(e => e.Kind.IsStep()), Its.Name, until, reader, T) : null;

    /// <summary>What was refused; null: nothing.</summary>
    public StepRefusal? Refusal { get; private set; }

    /// <summary>What was done right before, for the toast: see <see cref="ReviewToast.OfAsync"/>.</summary>
    [TempData] public string? Before { get; set; }
    [TempData] public string? Said { get; set; }

    /// <summary>What became of the step before.</summary>
    public ReviewToast? Toast { get; private set; }

    /// <summary>Of an item that is only kept ready its being taken by the reader is told with the rest: it is written once it is shown, and then this page stands.</summary>
    public IReadOnlyList<ReviewEvent> Happened => !_isAhead || !Review.LeaseIsAhead ? History.Events
        : [.. History.Events, new ReviewEvent { At = Now.ToUnixTimeMilliseconds(), Kind = ReviewEventKind.Leased, ActorId = User.Id, ActorName = HttpContext.Reviewer.Who.Name, Version = Review.Version }];

    /// <summary>What was decided right before, which the item that was ready still shows as waiting: its place in the log, and in words; null: nothing.</summary>
    public (long Seq, string Words)? Decided { get; private set; }

    private bool _isAhead;
    private ReviewSelection _selection = ReviewSelection.Of(null);
    private DeskProgress _progress = new();

    // What was taken with the step before: what comes after that one is handed over in the same answer.
    private ReviewLease? _taken;
    private bool _hasDecided;

    /// <summary>For how long this one is kept ready, milliseconds.</summary>
    public long AheadFor { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        Toast = await ToastAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostTakeAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        var (lease, answer) = await leases.TakeAsync(HttpContext.Reviewer, seq, stop, _selection);
        if (lease is not null && await leases.ReleaseOthersAsync(HttpContext.Reviewer, seq, stop) is { Count: > 0 } others)
        {
            var given = await db.Set<StoredAssessment>().AsNoTracking().Where(a => others.Contains(a.Seq)).OrderBy(a => a.Seq).ToListAsync(stop);
            Said = string.Join(" ", given.Select(g => T["{0} went back to its queue.", ReviewToast.PaymentOf(g)]));
        }
        return await AfterAsync(id, answer, stop);
    }

    public async Task<IActionResult> OnPostTakeOverAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        return await AfterAsync(id, (await leases.TakeOverAsync(HttpContext.Reviewer, seq, stop)).Answer, stop);
    }

    public async Task<IActionResult> OnPostDecideAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        if (Input.Outcome is not { } outcome) return await RefuseAsync(id, new ReviewAnswer(ReviewInput.NoOutcome), stop);
        var verdict = Input.Says(outcome);
        if (verdict.Label is null && ReviewReasons.LeavesOpen(outcome, verdict.Reason)) return await RefuseAsync(id, new ReviewAnswer(DecideReviews.LabelMissing), stop);
        var answer = await decide.DecideAsync(HttpContext.Reviewer, seq, Token, verdict, stop);
        if (!answer.IsDone) return await RefuseAsync(id, answer, stop);
        var after = await db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq, stop);
        if (after.State == ReviewState.Decided) (Before, _hasDecided, Decided) = ($"{id} {(int)outcome} {after.SettlesAt} {ReviewToast.Types(verdict.Entries ?? [])} {(after.Label is { } label ? (int)label : "")}", true, (seq, T.Became(outcome, HttpContext.Reviewer.Who.Name, null, after.Label, after.SettlesAt > clock.GetUtcNow().ToUnixTimeMilliseconds())));
        else Before = await ReviewToast.RememberAsync(db, id, seq, after.SecondById == User.Id ? ReviewEventKind.Disagreed : ReviewEventKind.FirstDecided, User.Id, stop);
        return await OnwardAsync(stop);
    }

    public async Task<IActionResult> OnPostSkipAsync(Guid id, CancellationToken stop) =>
        await SeqAsync(id, stop) is not { } seq ? NotFound() : await OnAsync(id, await decide.SkipAsync(HttpContext.Reviewer, seq, Token, Input.SkipReason, Input.SkipNote, stop), seq, ReviewEventKind.Skipped, stop);

    public async Task<IActionResult> OnPostHoldAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        DateTimeOffset? until;
        if (Input.HoldFor is null or "" or HoldTime.Other) until = reader.Instant(Input.HoldUntil);
        else
        {
            if (await db.Set<ReviewQueue>().AsNoTracking().SingleOrDefaultAsync(q => db.Set<Review>().Any(r => r.Seq == seq && r.Queue == q.Number), stop) is not { } queue) return NotFound();
            until = new HoldOffer(queue, clock.GetUtcNow(), reader, panel.Value.Zone, T).Until(Input.HoldFor);
            if (until is null) return await RefuseAsync(id, new ReviewAnswer(HoldTime.Unknown), stop);
        }
        return await OnAsync(id, await decide.HoldAsync(HttpContext.Reviewer, seq, Token, until, Input.HoldNote, stop), seq, ReviewEventKind.Held, stop);
    }

    public async Task<IActionResult> OnPostEscalateAsync(Guid id, CancellationToken stop) =>
        await SeqAsync(id, stop) is not { } seq ? NotFound() : await OnAsync(id, await decide.EscalateAsync(HttpContext.Reviewer, seq, Token, Input.EscalateNote, stop), seq, ReviewEventKind.Escalated, stop);

    public async Task<IActionResult> OnPostAnswerAsync(Guid id, CancellationToken stop) =>
        await SeqAsync(id, stop) is not { } seq ? NotFound() : await OnAsync(id, await decide.AnswerAsync(HttpContext.Reviewer, seq, Token, Input.AnswerNote, stop), seq, ReviewEventKind.Answered, stop);

    public async Task<IActionResult> OnPostNoteAsync(Guid id, CancellationToken stop) =>
        await SeqAsync(id, stop) is not { } seq ? NotFound() : await AfterAsync(id, await decide.NoteAsync(HttpContext.Reviewer, seq, Input.FreeNote, stop), stop);

    public async Task<IActionResult> OnPostUndoAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        var (_, answer) = await undo.UndoAsync(HttpContext.Reviewer, seq, stop, selection: _selection);
        if (answer.IsDone) Said = T["Undone: you have taken it again."];
        // Who looks at something else stays there: what is refused is no reason to leave it.
        else if (ReviewBefore.ElsewhereThan(id, this) is { } there)
        {
            Before = $"{id} {ReviewToast.Refused} 0 {(answer.Refusal == DecideReviews.TooLate ? 1 : 0)} {(answer.Refusal is DecideReviews.TooLate or DecideReviews.StepTooLate ? "" : T.Say(answer, reader.Zone))}";
            return LocalRedirect(there);
        }
        return await AfterAsync(id, answer, stop);
    }

    public async Task<IActionResult> OnPostReopenAsync(Guid id, [FromServices] RecordLabels labels, CancellationToken stop) =>
        await SeqAsync(id, stop) is not { } seq ? NotFound() : await AfterAsync(id, await decide.ReopenAsync(HttpContext.Reviewer, seq, Input.ReopenNote, labels, stop), stop);

    /// <summary>Gives it back; at once, or in a moment when it is the page that says so on being left.</summary>
    public async Task<IActionResult> OnPostReleaseAsync(Guid id, CancellationToken stop)
    {
        if (await assessments.FindAsync(id, stop) is not { } given) return NotFound();
        if (Request.Form.ContainsKey("leaving")) await leases.LeaveAsync(HttpContext.Reviewer, given.Seq, Token, stop);
        else await leases.ReleaseAsync(HttpContext.Reviewer, given.Seq, Token, stop);
        if (!Request.Form.ContainsKey("stay")) return new NoContentResult();
        Said = T["Given back: {0}", ReviewToast.PaymentOf(given)];
        return RedirectToPage("Index", Way());
    }

    /// <summary>A sign of life.</summary>
    /// <returns>Until when the lease runs and for how much longer what the page has ready is kept, or 410 when it is over.</returns>
    public async Task<IActionResult> OnPostBeatAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        if (await leases.BeatAsync(HttpContext.Reviewer, seq, Token, stop) is not { } lease) return StatusCode(StatusCodes.Status410Gone);
        var ahead = Guid.TryParse(Request.Headers[AheadHeader], out var ready) && await SeqAsync(ready, stop) is { } its ? await leases.LeftAsync(HttpContext.Reviewer, its, stop) : 0;
        return new JsonResult(new { until = lease.Until, ahead });
    }

    /// <summary>Keeps the next one ready, and hands it over as it will look.</summary>
    /// <returns>204 when nothing comes next, 410 when the lease on this one is over.</returns>
    public async Task<IActionResult> OnPostAheadAsync(Guid id, CancellationToken stop)
    {
        if (await SeqAsync(id, stop) is not { } seq) return NotFound();
        if (!await leases.HoldsAsync(HttpContext.Reviewer, seq, Token, stop)) return StatusCode(StatusCodes.Status410Gone);
        if (!await TurnAheadAsync(seq, stop)) return new NoContentResult();
        (Response.Headers[AheadHeader], Response.Headers[AheadForHeader]) = (Stored.Id.ToString(), AheadFor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Partial("_Item", this);
    }

    public override async Task OnPageHandlerExecutionAsync(Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutingContext context, Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutionDelegate next)
    {
        if (!MayReview && !HttpMethods.IsGet(Request.Method))
        {
            context.Result = Forbid();
            return;
        }
        Query.Read(T);
        _selection = await leases.ReadAsync(Query.Selection(Queue), HttpContext.RequestAborted);
        // What does not count is not carried on.
        if (_selection.IsPlain) Query = new WaitingQuery();
        else if (_selection.Order != Query.Order) Query.DropScore();
        await next();
    }

    private async Task<long?> SeqAsync(Guid id, CancellationToken stop) => await assessments.FindAsync(id, stop) is { } found ? found.Seq : null;

    private async Task<IActionResult> OnAsync(Guid id, ReviewAnswer answer, long seq, ReviewEventKind step, CancellationToken stop)
    {
        if (!answer.IsDone) return await RefuseAsync(id, answer, stop);
        Before = await ReviewToast.RememberAsync(db, id, seq, step, User.Id, stop);
        return await OnwardAsync(stop);
    }

    /// <summary>To the next one; who stops goes back to the queue, and nothing else is taken for them.</summary>
    private async Task<IActionResult> OnwardAsync(CancellationToken stop)
    {
        if (!Request.Form.ContainsKey("finish")) return await NextAsync(stop);
        await leases.StopAsync(HttpContext.Reviewer, stop);
        return RedirectToPage("Index", Way());
    }

    private async Task<IActionResult> AfterAsync(Guid id, ReviewAnswer answer, CancellationToken stop) => answer.IsDone ? RedirectToPage("Item", Way(id)) : await RefuseAsync(id, answer, stop);

    private async Task<IActionResult> RefuseAsync(Guid id, ReviewAnswer answer, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        Refusal = StepRefusal.Of(answer, Request.Query["handler"], Case, reader.Zone, T);
        Response.StatusCode = Refusal.Status;
        return Page();
    }

    /// <summary>The next one is simply there.</summary>
    private async Task<IActionResult> NextAsync(CancellationToken stop)
    {
        var ahead = Request.Headers[AheadHeader].ToString();
        if (await leases.NextAsync(HttpContext.Reviewer, _selection, stop) is { } lease)
        {
            var next = await IdAsync(lease.Seq, stop);
            if (ahead == next.ToString()) return await AheadWasRightAsync(lease, stop);
            return Onward(Url.Page("Item", Way(next))!, ahead);
        }
        // The queue says itself that nothing of the filter is left, and where to go on.
        if (IsFiltered) return Onward(Url.Page("Index", Way())!, ahead);
        // Nothing more waits; what was decided last can still be undone on its own page, and what was put off beside the queue.
        Said ??= Queue is null ? T["Nothing waits that you may decide."] : T["Nothing more waits in this queue that you may decide."];
        return Onward(_hasDecided ? Url.Page("Item", Way(Guid.Parse(Before!.Split(' ')[0])))! : Url.Page("Index", Way())!, ahead);
    }

    private IActionResult Onward(string address, string ahead)
    {
        if (ahead.Length == 0) return LocalRedirect(address);
        Response.Headers[LocationHeader] = address;
        return new NoContentResult();
    }

    /// <summary>The reader sees the next one already: told is only what it could not know.</summary>
    private async Task<IActionResult> AheadWasRightAsync(ReviewLease lease, CancellationToken stop)
    {
        (Now, Rights) = (clock.GetUtcNow(), new CaseRights { MineUntil = lease.Until });
        Toast = await ToastAsync(stop);
        (Before, Said) = (null, null);
        await CountAsync(stop);
        Response.Headers[AheadHeader] = Request.Headers[AheadHeader];
        _taken = lease;
        return Partial("_Onward", this);
    }

    /// <summary>Once what became of the step before is written: turns to the one after the one that was taken, as it will look.</summary>
    /// <returns>False when nothing comes after it.</returns>
    public async Task<bool> TurnToNextAsync()
    {
        Toast = null;
        try
        {
            return _taken is { } taken && await TurnAheadAsync(taken.Seq, HttpContext.RequestAborted);
        }
        catch (DbException)
        {
            // The step before stands and must be told; the page asks for the next one by itself, and is told why not.
            return false;
        }
    }

    private async Task<bool> TurnAheadAsync(long current, CancellationToken stop)
    {
        if (await leases.AheadAsync(HttpContext.Reviewer, _selection, current, stop) is not { } lease) return false;
        var next = await IdAsync(lease.Seq, stop);
        // Its form is empty, whatever was sent.
        ModelState.Clear();
        Input = new ReviewInput();
        if (!await LoadAsync(next, stop, ahead: true) || !Rights.IsMine) return false;
        AheadFor = Math.Max(0, lease.Until - clock.GetUtcNow().ToUnixTimeMilliseconds());
        return true;
    }

    private Task<ReviewToast?> ToastAsync(CancellationToken stop) => ReviewToast.OfAsync(Before, Said, Case is null || Rights.IsMine ? null : Stored.Id, Now.ToUnixTimeMilliseconds(), assessments, reader, T, stop);

    private Task<Guid> IdAsync(long seq, CancellationToken stop) => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync(stop);

    private async Task CountAsync(CancellationToken stop) => _progress = await DeskProgress.OfAsync(db, User.Id, Queue, _selection, Now, reader, stop);

    /// <param name="id">Which.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="ahead">It is shown as it will look once the reader has it.</param>
    private async Task<bool> LoadAsync(Guid id, CancellationToken stop, bool ahead = false)
    {
        if (await screens.ReadAsync(id, HttpContext.Reviewer, HttpContext.Decider, ahead, stop) is not { } screen) return false;
        (Case, Now, Rights, _isAhead) = (screen, screen.Now, screen.Rights, ahead);
        if (MayReview && !Rights.IsMine && !ahead) Offer = await leases.OfferAsync(HttpContext.Reviewer, IsClosed && Queue == Review.Queue ? ReviewSelection.Of(null) : _selection, stop);
        // Handed over with the answer to a step it was counted for that answer.
        if (_taken is null) await CountAsync(stop);
        return true;
    }
}
