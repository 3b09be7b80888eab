using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The queues and what waits in one of them. One key starts; who may only look sees the same without it.</summary>
public sealed class IndexModel(PanelDb db, ReadQueues tiles, LeaseReviews leases, BlindReviews blind, AssessmentReader assessments, PolicyShelf policies, PayeeNames payees, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int Shown = 50, Sampled = 300, MostAway = 20;
    private static readonly TimeSpan PassedFor = TimeSpan.FromHours(24);

    [BindProperty(SupportsGet = true)] public int? Queue { get; set; }

    /// <summary>How the list is sorted and what is left out of it; what is given out is the next one of it.</summary>
    [BindProperty(SupportsGet = true, Name = "")] public WaitingQuery Query { get; set; } = new();

    /// <summary>Which page of the list; the first is 1. What lies behind the last is the last.</summary>
    [BindProperty(SupportsGet = true, Name = "p")] public int At { get; set; } = 1;
    public int Pages { get; private set; } = 1;

    /// <summary>Where in the whole list the first row stands.</summary>
    public int FirstRow => ((At - 1) * Shown) + 1;

    /// <summary>Chosen on the page the reader comes from, and on those before it, as <see cref="ChosenItems"/> writes them.</summary>
    [BindProperty(SupportsGet = true, Name = "seqs")] public long[] ChosenThere { get; set; } = [];
    [BindProperty(SupportsGet = true, Name = "chosen")] public string? ChosenBefore { get; set; }

    /// <summary>Chosen among the rows that are listed.</summary>
    public IReadOnlySet<long> ChosenHere { get; private set; } = new HashSet<long>();

    /// <summary>Of a search that finds nothing in the list: the queues in which it does, whoever decides there, and how much.</summary>
    public IReadOnlyList<(QueueTile Tile, int Count)> FoundIn { get; private set; } = [];

    /// <summary>Of such a search: how much is on hold, and where that is read.</summary>
    public (int Count, string Address)? FoundOnHold { get; private set; }

    /// <summary>Of such a search: how much is in no list yet, when the first of it comes, Unix milliseconds, to which queue, and where that is read.</summary>
    public (int Count, long At, ReviewQueue Queue, string Address)? FoundNotShown { get; private set; }

    /// <summary>Where the search alone is asked in that queue; one of a fixed order takes none.</summary>
    public string FoundAddress(QueueTile tile) => tile.Queue.IsRestricted ? new WaitingQuery().Address(tile.Queue.Number)
        : "/dashboard/reviews" + QueryString.Create([KeyValuePair.Create("queue", (string?)tile.Queue.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)), KeyValuePair.Create("q", Query.Filter.Search)]).ToUriComponent();

    /// <summary>The reader decides elsewhere, but not in that queue.</summary>
    public bool IsClosedTo(QueueTile tile) => MayReview && tile.Queue.AdminsOnly && !HttpContext.Reviewer.IsAdmin;

    /// <summary>The same search over everything that was ever assessed.</summary>
    public string MonitorAddress => "/dashboard/transactions" + QueryString.Create([KeyValuePair.Create("q", Query.Filter.Search), KeyValuePair.Create("period", (string?)"all")]).ToUriComponent();

    /// <summary>Chosen on other pages, and still waiting here: which, and what they come to.</summary>
    public IReadOnlyList<(long Seq, Money Amount)> Elsewhere { get; private set; } = [];
    public IReadOnlyList<QueueTile> Tiles { get; private set; } = [];

    /// <summary>The queue whose items are listed.</summary>
    public QueueTile? Chosen { get; private set; }
    public IReadOnlyList<WaitingRow> Rows { get; private set; } = [];

    /// <summary>What stood first in the list when Start was pressed.</summary>
    [BindProperty] public long? First { get; set; }

    /// <summary>What of the list shown the reader could have first; null: nothing, or nobody chooses.</summary>
    public long? FirstShown => !IsSortable || At != 1 ? null : Rows.FirstOrDefault(r => r.Holder is null && r.Back is null && r.Review.FirstById != User.Id)?.Review.Seq;

    /// <summary>How many of the waiting ones the filter leaves.</summary>
    public int Matching { get; private set; }

    /// <summary>The list may be sorted and filtered: where the order is fixed there is nothing to look for.</summary>
    public bool IsSortable => Chosen is { Queue.IsRestricted: false };

    /// <summary>Nor by the score where it may be kept from who decides.</summary>
    public bool IsSortableByScore => IsSortable && !MayBeBlind(Chosen!.Queue);

    /// <summary>Of every row the score is kept from the reader.</summary>
    public bool IsBlind => Rows.Count > 0 && Rows.All(r => r.IsBlind);

    /// <summary>All of a queue, as many as its tile says: sorted as this one where that can be.</summary>
    public string AddressOf(QueueTile tile) => (tile.Queue.IsRestricted || !IsSortable || (Query.Order == ReviewOrder.Score && MayBeBlind(tile.Queue)) ? new WaitingQuery() : new WaitingQuery { Sort = WaitingQuery.Word(Query.Order) }).Address(tile.Queue.Number);

    /// <summary>What is set, in words.</summary>
    public IReadOnlyList<(string Words, string[] Names)> Chips => [.. Query.Chips(T, policies.Active.Policy)];

    private bool MayBeBlind(ReviewQueue queue) => queue.IsBlind || (queue.IsManual && Tiles.Any(t => t.Queue.IsBlind));

    /// <summary>Where the list asks for itself anew.</summary>
    public string Again => (IsSortable ? Query : new WaitingQuery()).Address(Queue) is var address && At > 1 ? $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}p={At}" : address;

    /// <summary>The parts of an address that leads into a queue and back, with how it is listed.</summary>
    public Dictionary<string, string> Way(int? queue, Guid? id = null) => (IsSortable ? Query : new WaitingQuery()).Way(queue, id);

    /// <summary>What holds what waits.</summary>
    public WaitingFill Fill { get; private set; } = WaitingFill.None;

    /// <summary>What is on hold, soonest first: in the queue that was asked for and, of the others, what the reader put there; else in all.</summary>
    public IReadOnlyList<AwayRow> Away { get; private set; } = [];

    public int AwayCount { get; private set; }

    /// <summary>How much of it waits in another queue than the one that was asked for.</summary>
    public int AwayElsewhere { get; private set; }

    /// <summary>How much that is, as the tile of the queue counts it; else of what.</summary>
    public string AwayWords => Queue is null ? T["On hold in all queues ({0})", AwayCount]
        : AwayElsewhere == 0 ? T["On hold ({0})", AwayCount]
        : T["On hold here ({0}), and yours in the others ({1})", AwayCount - AwayElsewhere, AwayElsewhere];
    public DecidedCount DecidedToday { get; private set; }

    /// <summary>What the reader left undecided today: skipped, put on hold, escalated.</summary>
    public int LeftToday { get; private set; }
    public DateTimeOffset Now { get; private set; }
    public bool MayReview => User.May(Permissions.Review);

    /// <summary>The reader decides elsewhere, but not in the queue that is shown.</summary>
    public bool IsClosed => Chosen is { } chosen && IsClosedTo(chosen);

    /// <summary>What Start gives, and where else to go on.</summary>
    public StartOffer Offer { get; private set; }

    /// <summary>Who has what waits in it, or why else the reader is given nothing of it; null: they are.</summary>
    public string? Left { get; private set; }

    /// <summary>What the reader handed on lately and what became of it; read with the page alone, not with its refresh.</summary>
    public FollowedItems Followed { get; private set; } = FollowedItems.None;
    [TempData] public string? Said { get; set; }

    /// <summary>What was done right before by somebody who stopped then, or for whom nothing more waits: see <see cref="ItemModel.Before"/>.</summary>
    [TempData] public string? Before { get; set; }

    /// <summary>The same in words.</summary>
    public ReviewToast? Toast { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken stop)
    {
        await LoadAsync(stop);
        if (Before is not null) Toast = await ReviewToast.OfAsync(Before, null, null, Now.ToUnixTimeMilliseconds(), assessments, reader, T, stop);
        return this.Fragment("_Queues", IsSortable && Query.Problems.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    /// <summary>Takes the first free one of the list.</summary>
    public async Task<IActionResult> OnPostStartAsync(CancellationToken stop)
    {
        if (!MayReview) return Forbid();
        Query.Read(T);
        var selection = await leases.ReadAsync(Query.Selection(Queue), stop);
        if (selection.Order != Query.Order) Query.DropScore();
        var way = (selection.IsPlain ? new WaitingQuery() : Query).Way(Queue);
        if (await leases.NextAsync(HttpContext.Reviewer, selection, stop, First) is { } lease)
            return RedirectToPage("Item", new Dictionary<string, string>(way) { ["id"] = (await db.Set<StoredAssessment>().Where(a => a.Seq == lease.Seq).Select(a => a.Id).SingleAsync(stop)).ToString() });
        // Of a filter the list says it itself.
        if (selection.Filter.AsksNothing) Said = Queue is null ? T["Nothing waits that you may decide."] : T["Nothing more waits in this queue that you may decide."];
        return RedirectToPage("Index", way);
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Now = clock.GetUtcNow();
        var now = Now.ToUnixTimeMilliseconds();
        Tiles = await tiles.ReadAsync(Now, stop);
        // What is shown unasked is a queue they may decide in.
        var theirs = MayReview && !HttpContext.Reviewer.IsAdmin ? [.. Tiles.Where(t => !t.Queue.AdminsOnly)] : Tiles;
        Chosen = Tiles.FirstOrDefault(t => t.Queue.Number == Queue) ?? theirs.FirstOrDefault(t => t.Waiting > 0) ?? theirs.Concat(Tiles).FirstOrDefault();
        if (IsSortable) await ReadQueryAsync(now, stop);
        if (!IsSortableByScore) Query.DropScore();
        var selection = await leases.ReadAsync(IsSortable ? Query.Selection(Chosen!.Queue.Number) : ReviewSelection.Of(Chosen?.Queue.Number), stop);
        var dayStart = reader.StartOfDay(Now).ToUnixTimeMilliseconds();
        if (MayReview)
        {
            var me = User.Id;
            DecidedToday = await DecidedCount.OfAsync(db, me, dayStart, stop);
            LeftToday = await db.Set<ReviewEvent>().LeftBy(me, dayStart).CountAsync(stop);
            if (!IsClosed) await LoadStartAsync(selection, me, now, stop);
            if (!Request.IsHtmx) Followed = await FollowedItems.OfAsync(db, assessments, me, now, dayStart, stop);
        }
        await LoadAwayAsync(now, stop);
        await LoadElsewhereAsync(selection.Filter, now, stop);
        if (Chosen is not { Waiting: > 0 } chosen) return;
        var filter = selection.Filter;
        var inQueue = db.Set<Review>().AsNoTracking().Waiting(now).Where(r => r.Queue == chosen.Queue.Number).Only(filter, db, now);
        var sorted = inQueue.Sorted(selection.Order, db.Set<ReviewQueue>(), db.Set<AssessmentRow>(), now);
        List<Review> sample, listed;
        if (filter.AsksNothing)
        {
            Turn(chosen.Waiting);
            sample = await sorted.Take(Sampled).ToListAsync(stop);
            listed = FirstRow + Shown <= Sampled + 1 ? [.. sample.Skip(FirstRow - 1).Take(Shown)] : await sorted.Skip(FirstRow - 1).Take(Shown).ToListAsync(stop);
        }
        else
        {
            // Counted and listed in one go: each asks the payment of everything that waits.
            var all = await sorted.Select(r => r.Seq).ToListAsync(stop);
            Turn(all.Count);
            var (first, here) = (all.Take(Sampled).ToList(), all.Skip(FirstRow - 1).Take(Shown).ToList());
            var wanted = first.Union(here).ToList();
            var found = await db.Set<Review>().AsNoTracking().Where(r => wanted.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, stop);
            (sample, listed) = ([.. first.Where(found.ContainsKey).Select(seq => found[seq])], [.. here.Where(found.ContainsKey).Select(seq => found[seq])]);
        }
        if (User.May(Permissions.ReviewInBulk)) await LoadChosenAsync(chosen.Queue.Number, listed, now, stop);
        var lines = (await assessments.LinesAsync(listed.ConvertAll(r => r.Seq), stop)).ToDictionary(l => l.Seq);
        var owners = listed.Where(r => r.LeaseUntil > now && !r.LeaseIsAhead).Select(r => r.LeaseOwner).Distinct().ToList();
        var names = owners.Count == 0 ? [] : await db.Users.Where(u => owners.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop);
        var listedSeqs = listed.ConvertAll(r => r.Seq);
        // All that happened to them, which is little: asked for kinds, SQLite would begin with all that ever happened of a kind.
        var histories = (await db.Set<ReviewEvent>().AsNoTracking().Where(e => listedSeqs.Contains(e.Seq)).OrderBy(e => e.Version).ToListAsync(stop)).ToLookup(e => e.Seq);
        var steps = StepsOf(chosen.Queue, histories, now);
        // How it came to those who decide the hard ones counts only where time would decide there.
        var queues = chosen.Queue is { IsManual: true, Timeout: not TimeoutAction.None } ? await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop) : new() { [chosen.Queue.Number] = chosen.Queue };
        // What fills the queue needs the signals of the first ones, and nothing else of them.
        var sampled = sample.ConvertAll(r => r.Seq);
        var seqs = sampled.Union(listed.Select(r => r.Seq)).ToList();
        var fired = await db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Signals, a.PolicyVersion }).ToListAsync(stop);
        var decisive = new Dictionary<long, string>();
        foreach (var one in fired.Where(f => lines.ContainsKey(f.Seq)))
            if (await DecisiveAsync(one.Signals, one.PolicyVersion, stop) is { } reason) decisive[one.Seq] = reason;
        var shown = listed.ConvertAll(r => r.Seq);
        var labels = await db.Set<CurrentLabel>().AsNoTracking().Where(l => shown.Contains(l.Seq)).Select(l => new { l.Seq, l.Outcome, l.Source }).ToDictionaryAsync(l => l.Seq, l => (l.Outcome, l.Source), stop);
        var kept = await blind.OfAsync(HttpContext.Decider, shown, stop);
        Rows =
        [
            .. listed.Where(r => lines.ContainsKey(r.Seq)).Select(r => new WaitingRow(r, lines[r.Seq], ReviewPriority.Of(r, chosen.Queue, now), r.LeaseUntil > now && !r.LeaseIsAhead && r.LeaseOwner is { } owner ? names.GetValueOrDefault(owner) : null,
                steps[r.Seq].LastOrDefault(e => e.Kind == ReviewEventKind.Skipped && e.ActorId == User.Id && e.At > now - (long)LeaseReviews.SkippedFor.TotalMilliseconds) is { } skip && MayReview && !IsClosed ? Whole(TimeSpan.FromMilliseconds(skip.At - now) + LeaseReviews.SkippedFor) : null,
                steps[r.Seq].LastOrDefault(e => e.Kind != ReviewEventKind.Skipped), kept.Contains(r.Seq) ? null : decisive.GetValueOrDefault(r.Seq), labels.TryGetValue(r.Seq, out var label) ? label : null, kept.Contains(r.Seq))
            {
                Passed = steps[r.Seq].LastOrDefault(e => e.Kind == ReviewEventKind.Skipped && e.ActorId != User.Id),
                AtEnd = SettleReviews.ActionOn(r, queues, lines[r.Seq].Money, histories[r.Seq].ToList()),
            }),
        ];
        var counted = sampled.ToHashSet();
        fired.RemoveAll(f => !counted.Contains(f.Seq));
        Fill = await WaitingFill.OfAsync(db, policies, fired.ConvertAll(f => (f.Signals, f.PolicyVersion)), stop);
    }

    /// <summary>Where a search finds nothing of the queue, all are asked, this one without the other filters, and what is on hold.</summary>
    private async Task LoadElsewhereAsync(ReviewFilter asked, long now, CancellationToken stop)
    {
        if (!IsSortable || Query.Filter.Search is not { } search) return;
        var own = Chosen!.Queue.Number;
        if (Chosen.Waiting > 0 && await db.Set<Review>().Waiting(now).Where(r => r.Queue == own).Only(asked, db, now).AnyAsync(stop)) return;
        var filter = await new ReviewFilter { Search = search, Phones = Query.Filter.Phones }.PlacedAsync(db, policies, payees, null, stop);
        var counts = await db.Set<Review>().Waiting(now).Only(filter, db, now).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        FoundIn = [.. Tiles.Where(t => counts.ContainsKey(t.Queue.Number)).Select(t => (t, counts[t.Queue.Number]))];
        var unshown = await db.Set<Review>().NotShown(db.Set<ReviewEvent>(), now).Only(filter, db, now).OrderBy(r => r.VisibleAt).Select(r => new { r.Queue, r.VisibleAt, Id = db.Set<StoredAssessment>().Where(a => a.Seq == r.Seq).Select(a => a.Id).FirstOrDefault() }).ToListAsync(stop);
        if (unshown is [var soonest, ..] && Tiles.FirstOrDefault(t => t.Queue.Number == soonest.Queue) is { } comes) FoundNotShown = (unshown.Count, soonest.VisibleAt, comes.Queue, Url.Page("Item", new { id = soonest.Id, queue = soonest.Queue })!);
        var away = await db.Set<Review>().PutAway(db.Set<ReviewEvent>(), now).Only(filter, db, now).Select(r => new { r.Queue, Id = db.Set<StoredAssessment>().Where(a => a.Seq == r.Seq).Select(a => a.Id).FirstOrDefault() }).ToListAsync(stop);
        if (away.Count == 0) return;
        // One is opened; of several the list is, that of their queue where they share one.
        var queue = away.Select(r => r.Queue).Distinct().ToList() is [var only] ? only : (int?)null;
        FoundOnHold = (away.Count, away is [var one] ? Url.Page("Item", new { id = one.Id, queue = one.Queue })! : new WaitingQuery().Address(queue) + "#put-away");
    }

    private void Turn(int matching)
    {
        Matching = matching;
        Pages = Math.Max(1, (matching + Shown - 1) / Shown);
        At = Math.Clamp(At, 1, Pages);
    }

    /// <summary>What was chosen and still waits: of the listed ones they are chosen again, the others go along with what they come to.</summary>
    private async Task LoadChosenAsync(int queue, List<Review> listed, long now, CancellationToken stop)
    {
        var all = ChosenItems.Read(ChosenBefore).Concat(ChosenThere).ToHashSet();
        if (all.Count == 0) return;
        ChosenHere = listed.Select(r => r.Seq).Where(all.Contains).ToHashSet();
        var others = all.Except(ChosenHere).Take(ChosenItems.Most).ToList();
        if (others.Count == 0) return;
        var rows = await db.Set<Review>().Waiting(now).Where(r => r.Queue == queue && others.Contains(r.Seq)).Join(db.Set<AssessmentRow>(), r => r.Seq, p => p.Seq, (r, p) => new { p.Seq, p.Amount, p.Currency }).ToListAsync(stop);
        Elsewhere = rows.ConvertAll(r => (r.Seq, new Money(r.Amount, r.Currency)));
    }

    /// <summary>Why the rule is there without which something else would have been decided; null: no rule decided.</summary>
    private async Task<string?> DecisiveAsync(byte[] signals, int version, CancellationToken stop)
    {
        var rules = new RuleHit[Assessment.MostRules];
        var hit = rules[..SignalHits.ReadRules(signals, rules)].FirstOrDefault(h => !h.Observed && h.Without is not null);
        return hit.Without is not null && await policies.PolicyAsync(db, version, stop) is { } policy && hit.Rule < policy.Rules.Count ? policy.Rules[hit.Rule].Reason : null;
    }

    /// <summary>An amount without its currency is one of the currency that all have which wait, where they share one.</summary>
    private async Task ReadQueryAsync(long now, CancellationToken stop)
    {
        Query.Read(T);
        if (!Query.LacksCurrency) return;
        var queue = Chosen!.Queue.Number;
        var filter = (await leases.ReadAsync(Query.Selection(queue), stop)).Filter;
        var left = db.Set<Review>().Waiting(now).Where(r => r.Queue == queue).Only(filter, db, now);
        if (await left.Join(db.Set<AssessmentRow>(), r => r.Seq, p => p.Seq, (r, p) => p.Currency).Distinct().Take(2).ToListAsync(stop) is [var shared]) Query.Read(T, shared);
    }

    /// <summary>Whether there is something to be had here, and if not who has it and where to go on.</summary>
    private async Task LoadStartAsync(ReviewSelection selection, Guid me, long now, CancellationToken stop)
    {
        if (Chosen is not { } chosen) return;
        Offer = await leases.OfferAsync(HttpContext.Reviewer, selection, stop);
        if (Offer.Unfiltered > 0) Left = T["Nothing free is left of the filter."];
        if (Offer.Can || Offer.Unfiltered > 0) return;
        if (chosen.Waiting == 0) return;
        var left = db.Set<Review>().AsNoTracking().Waiting(now).Where(r => r.Queue == chosen.Queue.Number);
        var first = await left.CountAsync(r => (r.LeaseUntil == null || r.LeaseUntil <= now) && r.FirstById == me, stop);
        var holders = await left.Where(r => r.LeaseUntil > now).GroupBy(r => r.LeaseOwner).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        var taken = holders.Sum(h => h.Count);
        var owners = holders.ConvertAll(h => h.Key);
        var names = await db.Users.Where(u => owners.Contains(u.Id)).OrderBy(u => u.DisplayName).Select(u => u.DisplayName).ToListAsync(stop);
        var passed = chosen.Waiting - taken - first;
        Left = string.Join(" ", ((string?[])[
            taken == 0 ? null : taken == 1 && chosen.Waiting == 1 ? T["The last one is with {0}.", names.FirstOrDefault() ?? "?"] : T.Count(taken, "{0} that waits is taken:", "{0} that wait are taken:") + $" {string.Join(", ", names)}.",
            passed <= 0 ? null : T.Count(passed, "You skipped {0}: it comes back to you later.", "You skipped {0}: they come back to you later."),
            first == 0 ? null : T.Count(first, "You decided {0} first: a second person must agree.", "You decided {0} of them first: a second person must agree."),
        ]).Where(part => part is not null));
    }

    /// <summary>What was passed over lately in this queue, and in the queue of the hard ones what brought each there; without what was taken back.</summary>
    private static ILookup<long, ReviewEvent> StepsOf(ReviewQueue queue, ILookup<long, ReviewEvent> histories, long now)
    {
        var (events, since) = (histories.SelectMany(h => h).ToList(), now - (long)PassedFor.TotalMilliseconds);
        var undone = events.Where(e => e.Kind == ReviewEventKind.StepUndone).Select(e => (e.Seq, e.Version - 1)).ToHashSet();
        bool Counts(ReviewEvent e) => e.Kind switch
        {
            ReviewEventKind.Skipped => e.Queue == queue.Number && e.At > since,
            ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut => queue.IsManual,
            ReviewEventKind.Answered or ReviewEventKind.ChallengeUnanswered => true,
            _ => false,
        };
        return events.Where(e => Counts(e) && !undone.Contains((e.Seq, e.Version))).ToLookup(e => e.Seq);
    }

    // What is said in one unit is not said too short.
    private static TimeSpan Whole(TimeSpan left) => left > TimeSpan.FromHours(1) ? TimeSpan.FromHours(Math.Ceiling(left.TotalHours)) : TimeSpan.FromMinutes(Math.Ceiling(left.TotalMinutes));

    private async Task LoadAwayAsync(long now, CancellationToken stop)
    {
        var events = db.Set<ReviewEvent>().AsNoTracking();
        // What one has put away oneself is never out of sight, and of use only to who reviews.
        var me = MayReview ? User.Id : (Guid?)null;
        var away = db.Set<Review>().AsNoTracking().PutAway(events, now).Where(r => Queue == null || r.Queue == Queue || (me != null && events.Any(e => e.Seq == r.Seq && e.Kind == ReviewEventKind.Held && e.Until == r.VisibleAt && e.ActorId == me)));
        AwayCount = await away.CountAsync(stop);
        if (AwayCount == 0) return;
        if (Queue is not null) AwayElsewhere = await away.CountAsync(r => r.Queue != Queue, stop);
        var soonest = await away.OrderBy(r => r.VisibleAt).ThenBy(r => r.Seq).Take(MostAway).ToListAsync(stop);
        var seqs = soonest.ConvertAll(r => r.Seq);
        var lines = (await assessments.LinesAsync(seqs, stop)).ToDictionary(l => l.Seq);
        var steps = (await events.Where(e => seqs.Contains(e.Seq)).OrderBy(e => e.Version).ToListAsync(stop)).Where(e => e.Kind == ReviewEventKind.Held).ToLookup(e => e.Seq);
        Away = [.. soonest.Where(r => lines.ContainsKey(r.Seq)).Select(r => new AwayRow(r, lines[r.Seq], steps[r.Seq].Last(e => e.Until == r.VisibleAt)))];
    }
}

/// <param name="Step">Who put it away, and what they noted.</param>
public sealed record AwayRow(Review Review, AssessmentLine Line, ReviewEvent Step);

/// <param name="Holder">Who has it now; null: nobody.</param>
/// <param name="Back">The reader passed it over: in how long it may be given to them again.</param>
/// <param name="Handed">What brought it to those who decide the hard ones, or the answer they sent it back with.</param>
/// <param name="Rule">Why the rule is there that decided, in the words of whoever wrote it; null: none did.</param>
/// <param name="Label">What it turned out to be, and who says so; null: nobody has said.</param>
/// <param name="IsBlind">Its score is kept from the reader until they have decided it and can no longer undo that.</param>
public sealed record WaitingRow(Review Review, AssessmentLine Line, ReviewPriority Priority, string? Holder, TimeSpan? Back, ReviewEvent? Handed, string? Rule, (LabelOutcome Outcome, LabelSource Source)? Label, bool IsBlind)
{
    /// <summary>Somebody else passed it over, and why; null: nobody did lately.</summary>
    public ReviewEvent? Passed { get; init; }

    /// <summary>What time does to it once it is due.</summary>
    public TimeoutAction AtEnd { get; init; }

    /// <summary>It comes back to the reader only once it is due: others have it until then.</summary>
    public bool IsDueBefore(DateTimeOffset now) => Back is { } back && Review.DueAt < now.Add(back).ToUnixTimeMilliseconds();
}
