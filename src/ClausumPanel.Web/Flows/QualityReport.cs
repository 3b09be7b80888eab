using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Why a rule or a signal may no longer earn its place.</summary>
public enum Stale
{
    No,

    /// <summary>For thirty days it decided nothing (a rule) or never fired (a signal).</summary>
    Idle,

    /// <summary>Its hits are fraud less often than payments in general, and that is more than chance.</summary>
    Wrong,
}

/// <summary>How a rule or a signal did in the period.</summary>
/// <param name="Key">The rule's id or the signal's code.</param>
/// <param name="Name">For a signal in English, to be translated.</param>
/// <param name="Hits">With a label or without.</param>
/// <param name="Decided">Hits without which the decision would have been another; null for a signal, of which nobody knows.</param>
/// <param name="Labelled">Hits with a label.</param>
/// <param name="Fraud">Of those, fraud.</param>
/// <param name="LastAt">When it hit last, of any time; null when never or not known.</param>
public sealed record RecordLine(string Key, string Name, long Hits, long? Decided, long Labelled, long Fraud, DateTimeOffset? LastAt, Stale Stale, bool IsActive)
{
    /// <summary>Of the labelled hits, those that were fraud.</summary>
    public Share Precision => new(Fraud, Labelled);
}

/// <summary>Two that hit the same payments.</summary>
public sealed record PairLine(string FirstKey, string FirstName, string SecondKey, string SecondName, long Both, long First, long Second)
{
    /// <summary>Both of either.</summary>
    public double Jaccard => Both / (double)Math.Max(1, First + Second - Both);
}

/// <summary>Everything the quality page shows and its file holds.</summary>
public sealed class DecisionFigures
{
    public required DecisionQuality Decisions { get; init; }

    /// <summary>Whose word the labels are, by decision; one without any is not among them.</summary>
    public required IReadOnlyDictionary<Decision, SignalLabels> Labels { get; init; }
    public required IReadOnlyList<RecordLine> Rules { get; init; }
    public required IReadOnlyList<RecordLine> Signals { get; init; }
    public required IReadOnlyList<PairLine> RulePairs { get; init; }
    public required IReadOnlyList<PairLine> SignalPairs { get; init; }

    /// <summary>Under this many labelled frauds no rate is shown.</summary>
    public bool IsEnough => Decisions.Whole.Fraud >= LabelQueries.Enough;

    /// <summary>Labelled frauds among labelled payments: what a rule's precision is held against.</summary>
    public Share Base => new(Decisions.Whole.Fraud, Decisions.Whole.Labelled);
}

/// <summary>Reads how well bands, rules and signals did, for the page and for its file.</summary>
public sealed class QualityReport(PanelDb db, PolicyShelf policies, TimeProvider clock)
{
    /// <summary>Overlap is told of the last days of the period.</summary>
    public const int OverlapDays = 30;
    public const int IdleDays = 30;
    private const int MostPairs = 15;

    /// <param name="firstDay">Days since 1970 (UTC).</param>
    /// <param name="endDay">The first day that is not in it.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<DecisionFigures> ReadAsync(int firstDay, int endDay, CancellationToken stop)
    {
        var quality = await DecisionQuality.OfAsync(db, firstDay, endDay, stop);
        var today = (int)(clock.GetUtcNow().ToUnixTimeSeconds() / 86_400);
        var (rules, names) = await RulesAsync(quality, firstDay, endDay, today, stop);
        var signals = await SignalsAsync(quality, firstDay, endDay, today, stop);
        var (rulePairs, signalPairs) = await PairsAsync(Math.Max(firstDay, endDay - OverlapDays), endDay, names, stop);
        var labels = await LabelQueries.DecisionsAsync(db, DateTimeOffset.FromUnixTimeSeconds(firstDay * 86_400L), DateTimeOffset.FromUnixTimeSeconds(endDay * 86_400L), stop);
        return new DecisionFigures { Decisions = quality, Labels = labels, Rules = rules, Signals = signals, RulePairs = rulePairs, SignalPairs = signalPairs };
    }

    /// <summary>A rule's places in all versions of the policy under which it ever hit, as the Monitor filters by them.</summary>
    public async Task<IReadOnlyList<long>> PlacesAsync(string rule, CancellationToken stop)
    {
        var places = new List<long>();
        foreach (var hit in await db.Set<RuleDay>().Select(d => new { d.PolicyVersion, d.Rule }).Distinct().ToListAsync(stop))
            if ((await RuleAsync(hit.PolicyVersion, hit.Rule, stop))?.Id == rule) places.Add(AssessmentRule.Of(hit.PolicyVersion, hit.Rule));
        return places;
    }

    private async Task<Assess.Rules.PolicyRule?> RuleAsync(int version, int place, CancellationToken stop) =>
        await policies.PolicyAsync(db, version, stop) is { } policy && place < policy.Rules.Count ? policy.Rules[place] : null;

    private async Task<(IReadOnlyList<RecordLine>, Dictionary<(int, int), (string Id, string Name)>)> RulesAsync(DecisionQuality quality, int firstDay, int endDay, int today, CancellationToken stop)
    {
        var active = policies.Active.Policy;
        var idle = today - IdleDays;
        var days = await db.Set<RuleDay>().AsNoTracking().GroupBy(d => new { d.PolicyVersion, d.Rule }).Select(g => new
        {
            g.Key.PolicyVersion, g.Key.Rule, Hits = g.Sum(d => d.Day >= firstDay && d.Day < endDay ? d.Count : 0), Decided = g.Sum(d => d.Day >= firstDay && d.Day < endDay ? d.Decided : 0),
            Lately = g.Sum(d => d.Day > idle ? d.Decided : 0), First = g.Min(d => d.Day), Last = g.Max(d => d.LastAt),
        }).ToListAsync(stop);
        var names = new Dictionary<(int, int), (string Id, string Name)>();
        var sums = active.Rules.ToDictionary(r => r.Id, _ => new RuleSum(), StringComparer.Ordinal);
        foreach (var day in days)
        {
            if (await RuleAsync(day.PolicyVersion, day.Rule, stop) is not { } rule) continue;
            names[(day.PolicyVersion, day.Rule)] = (rule.Id, rule.Name);
            if (!sums.TryGetValue(rule.Id, out var sum)) sums[rule.Id] = sum = new RuleSum();
            sum.Name = rule.Name;
            sum.Hits += day.Hits;
            sum.Decided += day.Decided;
            sum.Lately += day.Lately;
            sum.Last = Math.Max(sum.Last, day.Last);
            if (quality.Rules.TryGetValue((day.PolicyVersion, day.Rule), out var tally)) sum.Labels += tally;
        }
        var lines = new List<RecordLine>();
        var since = await SinceAsync([.. active.Rules.Select(r => r.Id)], stop);
        foreach (var (id, sum) in sums)
        {
            var rule = active.Rules.FirstOrDefault(r => r.Id == id);
            var (isActive, acts) = (rule is { Enabled: true }, rule is { Enabled: true, ObserveOnly: false });
            var isOld = since.TryGetValue(id, out var from) && from <= clock.GetUtcNow().AddDays(-IdleDays);
            // What allows, or takes points away, is meant to hit good payments.
            var isFavour = rule is not null && CompiledRule.TryCompile(rule.Text, null, out var compiled, out _) && compiled.Action is { Kind: RuleActionKind.Allow } or { Points: < 0 };
            var stale = !isActive ? Stale.No : !isFavour && IsWrong(quality, sum.Labels) ? Stale.Wrong : acts && isOld && sum.Lately == 0 ? Stale.Idle : Stale.No;
            if (sum.Hits > 0 || isActive)
                lines.Add(new RecordLine(id, rule?.Name ?? sum.Name, sum.Hits, sum.Decided, sum.Labels.Labelled, sum.Labels.Fraud, sum.Last == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(sum.Last), stale, isActive));
        }
        return ([.. lines.OrderByDescending(l => l.Hits).ThenBy(l => l.Key, StringComparer.Ordinal)], names);
    }

    /// <summary>Since when the policies that judged have had each rule without a break.</summary>
    private async Task<Dictionary<string, DateTimeOffset>> SinceAsync(HashSet<string> wanted, CancellationToken stop)
    {
        var since = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var version in await db.Set<PolicyVersion>().AsNoTracking().Where(v => v.ActivatedAt != null).OrderByDescending(v => v.ActivatedAt).ThenByDescending(v => v.Version).Select(v => new { v.Version, v.ActivatedAt }).ToListAsync(stop))
        {
            if (wanted.Count == 0 || await policies.PolicyAsync(db, version.Version, stop) is not { } policy) break;
            wanted.IntersectWith(policy.Rules.Where(r => r is { Enabled: true, ObserveOnly: false }).Select(r => r.Id));
            foreach (var id in wanted) since[id] = version.ActivatedAt!.Value;
        }
        return since;
    }

    private async Task<IReadOnlyList<RecordLine>> SignalsAsync(DecisionQuality quality, int firstDay, int endDay, int today, CancellationToken stop)
    {
        var policy = policies.Active.Policy;
        var idle = today - IdleDays;
        var start = Math.Min(firstDay, idle);
        var days = await db.Set<SignalDay>().AsNoTracking().Where(d => d.Day >= start).GroupBy(d => d.Signal)
            .Select(g => new { g.Key, Hits = g.Sum(d => d.Day >= firstDay && d.Day < endDay ? d.Count : 0), Lately = g.Sum(d => d.Day > idle ? d.Count : 0) }).ToDictionaryAsync(g => g.Key, stop);
        var isOld = await db.Set<SignalDay>().AnyAsync(d => d.Day <= idle, stop);
        var lines = new List<RecordLine>();
        foreach (var signal in SignalCatalog.All)
        {
            var (setting, found) = (policy.Of(signal), days.GetValueOrDefault(signal.Id));
            var tally = quality.Signals.GetValueOrDefault(signal.Id) ?? new LabelTally();
            var isActive = setting.Enabled;
            if (!isActive && found is not { Hits: > 0 }) continue;
            // What takes points away is meant to hit good payments.
            var stale = !isActive ? Stale.No : setting.Weight > 0 && IsWrong(quality, tally) ? Stale.Wrong : isOld && found is not { Lately: > 0 } ? Stale.Idle : Stale.No;
            lines.Add(new RecordLine(signal.Code, signal.Title, found?.Hits ?? 0, null, tally.Labelled, tally.Fraud, null, stale, isActive));
        }
        return [.. lines.OrderByDescending(l => l.Hits).ThenBy(l => l.Key, StringComparer.Ordinal)];
    }

    private async Task<(IReadOnlyList<PairLine>, IReadOnlyList<PairLine>)> PairsAsync(int firstDay, int endDay, Dictionary<(int, int), (string Id, string Name)> names, CancellationToken stop)
    {
        var pairs = await db.Set<PairDay>().AsNoTracking().Where(d => d.Day >= firstDay && d.Day < endDay).GroupBy(d => new { d.PolicyVersion, d.First, d.Second }).Select(g => new { g.Key, Count = g.Sum(d => d.Count) }).ToListAsync(stop);
        var signals = await db.Set<SignalDay>().Where(d => d.Day >= firstDay && d.Day < endDay).GroupBy(d => d.Signal).Select(g => new { g.Key, Count = g.Sum(d => d.Count) }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        var rules = new Dictionary<string, (string Name, long Count)>(StringComparer.Ordinal);
        foreach (var day in await db.Set<RuleDay>().Where(d => d.Day >= firstDay && d.Day < endDay).GroupBy(d => new { d.PolicyVersion, d.Rule }).Select(g => new { g.Key, Count = g.Sum(d => d.Count) }).ToListAsync(stop))
            if (names.TryGetValue((day.Key.PolicyVersion, day.Key.Rule), out var rule)) rules[rule.Id] = (rule.Name, rules.GetValueOrDefault(rule.Id).Count + day.Count);
        var together = new Dictionary<(string, string), long>();
        var known = SignalCatalog.All.ToDictionary(s => (int)s.Id);
        var signalLines = new List<PairLine>();
        foreach (var pair in pairs)
        {
            if (pair.Key.PolicyVersion == 0)
            {
                if (!known.TryGetValue(pair.Key.First, out var a) || !known.TryGetValue(pair.Key.Second, out var b)) continue;
                signalLines.Add(new PairLine(a.Code, a.Title, b.Code, b.Title, pair.Count, signals.GetValueOrDefault(a.Id), signals.GetValueOrDefault(b.Id)));
            }
            else if (names.TryGetValue((pair.Key.PolicyVersion, pair.Key.First), out var a) && names.TryGetValue((pair.Key.PolicyVersion, pair.Key.Second), out var b))
            {
                // The same two in another version may stand the other way round.
                var key = string.CompareOrdinal(a.Id, b.Id) < 0 ? (a.Id, b.Id) : (b.Id, a.Id);
                together[key] = together.GetValueOrDefault(key) + pair.Count;
            }
        }
        var ruleLines = together.Select(p => new PairLine(p.Key.Item1, rules[p.Key.Item1].Name, p.Key.Item2, rules[p.Key.Item2].Name, p.Value, rules[p.Key.Item1].Count, rules[p.Key.Item2].Count));
        return (Strongest(ruleLines), Strongest(signalLines));

        static IReadOnlyList<PairLine> Strongest(IEnumerable<PairLine> lines) => [.. lines.OrderByDescending(l => l.Jaccard).ThenByDescending(l => l.Both).ThenBy(l => l.FirstKey, StringComparer.Ordinal).ThenBy(l => l.SecondKey, StringComparer.Ordinal).Take(MostPairs)];
    }

    private static bool IsWrong(DecisionQuality quality, LabelTally tally) =>
        quality.Whole.Fraud >= LabelQueries.Enough && tally.Labelled > 0 && new Share(tally.Fraud, tally.Labelled).High < new Share(quality.Whole.Fraud, quality.Whole.Labelled).Value;

    private sealed class RuleSum
    {
        public string Name = "";
        public long Hits, Decided, Lately, Last;
        public LabelTally Labels = new();
    }
}
