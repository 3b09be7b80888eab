using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>Decides many at once, after showing every one of them and what they come to. A right of its own: nobody has opened them one by one.</summary>
public sealed class BulkModel(PanelDb db, DecideReviews decide, LeaseReviews leases, PolicyShelf policies, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int Most = 200;
    private const int ReasonsShown = 3;

    /// <summary>The items, by their place in the log.</summary>
    [BindProperty(Name = "seqs", SupportsGet = true)] public long[] Seqs { get; set; } = [];

    /// <summary>The queue they were chosen in.</summary>
    [BindProperty(SupportsGet = true)] public int? Queue { get; set; }

    /// <summary>Where the reader goes on.</summary>
    public string Back => new WaitingQuery().Address(Queue);

    /// <summary>Outcome and reason: <c>Approve:known_customer</c>.</summary>
    [BindProperty] public string? Verdict { get; set; }
    [BindProperty] public string? Note { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public IReadOnlyList<BulkRow> Rows { get; private set; } = [];

    /// <summary>What became of each; null before anything was decided.</summary>
    public IReadOnlyDictionary<long, BulkResult>? Results { get; private set; }

    public IEnumerable<BulkRow> Waiting => Rows.Where(r => r.State == ReviewState.Open);

    /// <summary>Per currency, never added across.</summary>
    public IEnumerable<(Money Sum, int Count)> Totals => Waiting.GroupBy(r => r.Amount.Currency).OrderByDescending(g => g.Count()).Select(g => (new Money(g.Sum(r => r.Amount.Minor), g.Key), g.Count()));

    /// <summary>The reasons that every queue among them knows and that fit every one of them.</summary>
    public IReadOnlyList<string> ReasonsFor(ReviewOutcome outcome)
    {
        var flows = Waiting.Select(r => r.Flow).Distinct().ToList();
        return [.. ReviewReasons.Usual(outcome).Where(code => Queues.All(q => flows.TrueForAll(flow => q.ReasonsFor(outcome, flow).Contains(code))))];
    }

    /// <summary>In whose words the reasons stand: of payouts where there is nothing else.</summary>
    public Flow Wording => Waiting.All(r => r.Flow == Flow.PayOut) ? Flow.PayOut : Flow.PayIn;

    public IReadOnlyList<ReviewQueue> Queues { get; private set; } = [];

    public Task<IActionResult> OnGetAsync(CancellationToken stop) => ShowAsync(stop);

    /// <summary>The queue's page sends the ticked ones here; nothing is decided yet.</summary>
    public Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        ModelState.Clear();
        return ShowAsync(stop);
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
        var reviewer = new Reviewer(HttpContext.Actor, User.IsInRole(Role.Admin.Name()));
        var answers = await decide.DecideManyAsync(reviewer, Seqs, new ReviewVerdict(outcome, words[1], Note), leases, stop);
        await LoadAsync(stop);
        var now = Rows.ToDictionary(r => r.Seq);
        Results = answers.ToDictionary(a => a.Seq, a => new BulkResult(a.Answer.IsDone, a.Answer.IsDone ? Became(now.GetValueOrDefault(a.Seq), outcome) : Why(now.GetValueOrDefault(a.Seq), a.Answer)));
        return Page();
    }

    private string Became(BulkRow? row, ReviewOutcome outcome) => row is null or { State: not ReviewState.Open } ? T.Done(outcome)
        : row.IsEscalated ? T["Disagreed with who decided first; escalated"] : T["Decided first; a second person must agree"];

    /// <summary>Where somebody was faster, who it was says more than that it is decided.</summary>
    private string Why(BulkRow? row, ReviewAnswer answer) => answer.Refusal == LeaseReviews.NotOpen && row?.Decided is { } decided ? decided : T.Say(answer, reader.Zone);

    private async Task<IActionResult> ShowAsync(CancellationToken stop)
    {
        if (Seqs.Length == 0 && HttpMethods.IsGet(Request.Method)) return Redirect("/dashboard/reviews");
        if (Refusal() is { } refusal) return Refuse(refusal);
        await LoadAsync(stop);
        return Page();
    }

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
        var queues = await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop);
        var reviews = await db.Set<Review>().AsNoTracking().Where(r => Seqs.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, stop);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => Seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var deciders = reviews.Values.Select(r => r.DecidedById).Distinct().ToArray();
        var names = await db.Users.Where(u => deciders.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop);
        var (facts, rows, now) = (new Facts(), new List<BulkRow>(), clock.GetUtcNow());
        foreach (var seq in Seqs)
        {
            if (!reviews.TryGetValue(seq, out var review) || !stored.TryGetValue(seq, out var payment)) continue;
            facts.Clear();
            FactSnapshot.Read(payment.Facts, facts);
            var payer = payment.Flow == Flow.PayOut ? facts.Text(Known.BeneficiaryName) ?? facts.Text(Known.BeneficiaryId) : facts.Text(Known.Email) ?? facts.Text(Known.CustomerId);
            rows.Add(new BulkRow(seq, payment.Id, payment.Flow, payer, payment.Money, payment.Score, payment.Decision, await WhyAsync(payment, stop), now - payment.Instant, T.QueueName(queues[review.Queue].Name), review.State, queues[review.Queue].IsManual,
                review.State == ReviewState.Open ? null : T.Say(DecideReviews.DecidedBy(review, review.DecidedById is { } by ? names.GetValueOrDefault(by) : null), reader.Zone)));
        }
        Rows = rows;
        Queues = [.. reviews.Values.Where(r => r.State == ReviewState.Open).Select(r => r.Queue).Distinct().Select(number => queues[number])];
    }

    /// <summary>What weighed most, rules before signals: they say why in words somebody chose.</summary>
    private async Task<IReadOnlyList<string>> WhyAsync(StoredAssessment payment, CancellationToken stop)
    {
        List<RuleReason> fired = [];
        var rules = new RuleHit[Assessment.MostRules];
        if (SignalHits.ReadRules(payment.Signals, rules) is > 0 and var count && await policies.PolicyAsync(db, payment.PolicyVersion, stop) is { } policy) RuleReason.Of(rules.AsSpan(0, count), policy, fired);
        var hits = new SignalHit[Assessment.MostSignals];
        var signals = hits[..SignalHits.Read(payment.Signals, hits)].OrderByDescending(h => h.Weight).Where(h => h.Weight > 0 || h.Definition.Category == SignalCategory.Lists).Select(h => h.Title);
        return [.. fired.Select(r => r.Reason).Concat(signals).Take(ReasonsShown)];
    }
}

/// <param name="Id">Of the assessment.</param>
/// <param name="Why">What held it.</param>
/// <param name="Decided">Who decided it meanwhile, and what; null while it waits.</param>
public sealed record BulkRow(
    long Seq, Guid Id, Flow Flow, string? Payer, Money Amount, int Score, Decision Decision, IReadOnlyList<string> Why, TimeSpan Age, string Queue, ReviewState State, bool IsEscalated, string? Decided);

/// <param name="Sentence">What became of it, or why nothing did.</param>
public sealed record BulkResult(bool IsDone, string Sentence);
