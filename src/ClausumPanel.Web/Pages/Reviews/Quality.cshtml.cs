using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>How well and how fast reviews are decided: by queue, and for who runs the team by person.</summary>
public sealed class QualityModel(PanelDb db, PolicyShelf policies, AssessmentReader assessments, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    /// <summary>From so many decisions on a share means something.</summary>
    public const int Enough = 20;

    /// <summary>A queue approved more often than this holds what need not be held.</summary>
    public const double MostApproved = .9;
    private const int MostReasons = 5, MostDecisions = 50;

    [FromQuery(Name = "")] public QualityQuery Query { get; set; } = new();
    public ReviewQuality Figures { get; private set; } = null!;
    public Func<int, string> QueueName { get; private set; } = null!;

    /// <summary>Where who decides sees no score first, as it is now; by the key of their row.</summary>
    public IReadOnlySet<string> Blind { get; private set; } = new HashSet<string>();

    /// <summary>Of whoever looks; null: they decided nothing in this time.</summary>
    public QualityFigures? Yours { get; private set; }

    /// <summary>What whoever looks decided, the latest first.</summary>
    public IReadOnlyList<DecisionRow> Decisions { get; private set; } = [];

    /// <summary>Empty for whoever does not run the team.</summary>
    public IReadOnlyList<(string Name, QualityFigures Figures)> People { get; private set; } = [];
    public IReadOnlyDictionary<int, QueueReasons> Reasons { get; private set; } = new Dictionary<int, QueueReasons>();

    /// <summary>Queues in which nearly everything is approved.</summary>
    public IEnumerable<(int Queue, QualityFigures Figures)> Loose => Figures.Queues.Where(q => q.Value.Decided >= Enough && q.Value.Share(ReviewOutcome.Approve) > MostApproved).Select(q => (q.Key, q.Value));

    public async Task OnGetAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (from, to) = Query.Span(reader, now);
        Figures = await ReviewQuality.OfAsync(db, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), stop);
        QueueName = await QualityQuery.QueueNamesAsync(db, T, stop);
        Blind = (await db.Set<ReviewQueue>().Where(q => q.IsBlind).Select(q => q.Number).ToListAsync(stop)).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        Yours = Figures.People.GetValueOrDefault(User.Id);
        if (Yours is { Decided: > 0 }) Decisions = await DecisionsAsync(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), stop);
        if (User.May(Permissions.ManageTeam)) People = await QualityQuery.PeopleAsync(db, Figures, stop);
        var reasons = new Dictionary<int, QueueReasons>();
        foreach (var (queue, fill) in await QueueFills.OfAsync(db, from, to, now, stop)) reasons[queue] = await ReasonsAsync(queue, fill, stop);
        Reasons = reasons;
    }

    private async Task<IReadOnlyList<DecisionRow>> DecisionsAsync(long from, long to, CancellationToken stop)
    {
        var decided = await db.Set<ReviewEvent>().AsNoTracking().DecidedBy(User.Id).Where(e => e.At >= from && e.At < to).OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(MostDecisions).ToListAsync(stop);
        // What was overturned is there however long ago it was decided: the figures lead to it.
        var overturned = Figures.Overturned.Where(o => o.Value == User.Id).Select(o => o.Key).OrderByDescending(o => o.Seq).Take(MostDecisions).ToHashSet();
        var missing = overturned.Where(o => !decided.Exists(e => e.Seq == o.Seq && e.Version == o.Version)).Select(o => o.Seq).ToList();
        if (missing.Count > 0)
        {
            var older = await db.Set<ReviewEvent>().AsNoTracking().DecidedBy(User.Id).Where(e => missing.Contains(e.Seq) && e.At >= from && e.At < to).ToListAsync(stop);
            decided = [.. decided.Concat(older.Where(e => overturned.Contains((e.Seq, e.Version)) && !decided.Exists(d => d.Id == e.Id))).OrderByDescending(e => e.At)];
        }
        var seqs = decided.Select(e => e.Seq).Distinct().ToList();
        var lines = (await assessments.LinesAsync(seqs, stop)).ToDictionary(l => l.Seq);
        var against = overturned.Select(o => o.Seq).ToList();
        var words = await db.Set<CurrentLabel>().AsNoTracking().Where(l => against.Contains(l.Seq)).Join(db.Set<Label>(), l => new { l.Seq, l.Number }, l => new { l.Seq, l.Number }, (_, word) => word).ToDictionaryAsync(w => w.Seq, stop);
        return [.. decided.Where(e => lines.ContainsKey(e.Seq)).Select(e => new DecisionRow(e, lines[e.Seq], Figures.WasReopened(e.Seq, e.Version), overturned.Contains((e.Seq, e.Version)) ? words.GetValueOrDefault(e.Seq) : null))];
    }

    private async Task<QueueReasons> ReasonsAsync(int queue, QueueFill fill, CancellationToken stop)
    {
        // The same rule in several versions of the policy is one rule.
        var rules = new Dictionary<string, (string Name, int Count)>();
        foreach (var ((version, place), count) in fill.Rules)
        {
            if (await policies.PolicyAsync(db, version, stop) is not { } policy || place >= policy.Rules.Count) continue;
            var rule = policy.Rules[place];
            rules[rule.Id] = (rule.Name, rules.GetValueOrDefault(rule.Id).Count + count);
        }
        return new QueueReasons(queue, fill, Figures.Queues.GetValueOrDefault(queue, new QualityFigures()), [.. fill.Signals.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Take(MostReasons).Select(s => (SignalCatalog.All[s.Key], s.Value))],
            [.. rules.OrderByDescending(r => r.Value.Count).ThenBy(r => r.Key, StringComparer.Ordinal).Take(MostReasons).Select(r => (r.Key, r.Value.Name, r.Value.Count))]);
    }
}

/// <param name="WasReopened">It no longer stands.</param>
/// <param name="Against">What a fraud report or a chargeback said since, which contradicts it; null: nothing did.</param>
public sealed record DecisionRow(ReviewEvent Decided, AssessmentLine Line, bool WasReopened, Label? Against);

/// <param name="Queue">Its number.</param>
/// <param name="Fill">What came in, and what became of it.</param>
/// <param name="Figures">What was decided in the queue in the same time, of items of whichever age.</param>
public sealed record QueueReasons(int Queue, QueueFill Fill, QualityFigures Figures, IReadOnlyList<(SignalDefinition Signal, int Count)> Signals, IReadOnlyList<(string Id, string Name, int Count)> Rules)
{
    /// <summary>Decisions of the period that stand, of items that came in before it.</summary>
    public int Earlier => Figures.Decided - Figures.Reopened - Fill.ChallengesReplied - Fill.Decided;

    /// <summary>Of the period, by people, by time and by disagreeing; there is nowhere to go from those who decide the hard ones.</summary>
    public int Escalations => Queue == ReviewQueue.EscalatedNumber ? 0 : Figures.Escalated + Figures.EscalatedByTime + Figures.Disagreed;

    /// <summary>Those of them of items that came in before the period.</summary>
    public int EarlierEscalations => Escalations - Fill.Escalated - Fill.CameBack;
}
