using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What holds what waits in a queue.</summary>
/// <param name="Rules">Those that held most of it, and how many each.</param>
/// <param name="Lists">Those that did, by what stands on them.</param>
/// <param name="Signals">The other signals that most of it has, and how many have each.</param>
/// <param name="NotNamed">How many more of each there are than are named.</param>
/// <param name="Of">Of how many: of very many the most urgent.</param>
public sealed record WaitingFill(IReadOnlyList<(string Id, string Name, int Count)> Rules, IReadOnlyList<(SignalDefinition Signal, int Count)> Lists, IReadOnlyList<(SignalDefinition Signal, int Count)> Signals, (int Rules, int Lists, int Signals) NotNamed, int Of)
{
    private const int Most = 4, MostSignals = 8;

    public static WaitingFill None { get; } = new([], [], [], default, 0);

    public bool IsEmpty => Rules.Count + Lists.Count + Signals.Count == 0;

    /// <param name="db">The store.</param>
    /// <param name="policies">By which they were judged.</param>
    /// <param name="fired">What fired of each.</param>
    /// <param name="stop">Ends it.</param>
    internal static async Task<WaitingFill> OfAsync(PanelDb db, PolicyShelf policies, List<(byte[] Signals, int Version)> fired, CancellationToken stop)
    {
        var (hits, ruled) = (new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules]);
        var signals = fired.SelectMany(f => hits[..SignalHits.Read(f.Signals, hits)].Where(h => h.Weight > 0 || SignalCatalog.IsReviewList(h)).Select(h => SignalCatalog.All[h.Signal]).Distinct())
            .GroupBy(s => s).Select(g => (Signal: g.Key, Count: g.Count())).OrderByDescending(s => s.Count).ThenBy(s => s.Signal.Index).ToLookup(s => s.Signal.Category == SignalCategory.Lists);
        // The same rule in several versions of the policy is one rule; one that only takes points away holds nothing.
        var rules = new Dictionary<string, (string Name, int Count)>();
        foreach (var (of, version) in fired)
        {
            var count = SignalHits.ReadRules(of, ruled);
            if (count == 0 || await policies.PolicyAsync(db, version, stop) is not { } policy) continue;
            foreach (var hit in ruled.Take(count).Where(h => !h.Observed && h.Points >= 0 && h.Rule < policy.Rules.Count))
                rules[policy.Rules[hit.Rule].Id] = (policy.Rules[hit.Rule].Name, rules.GetValueOrDefault(policy.Rules[hit.Rule].Id).Count + 1);
        }
        return new WaitingFill([.. rules.OrderByDescending(r => r.Value.Count).ThenBy(r => r.Key, StringComparer.Ordinal).Take(Most).Select(r => (r.Key, r.Value.Name, r.Value.Count))], [.. signals[true].Take(Most)], [.. signals[false].Take(MostSignals)],
            (Math.Max(0, rules.Count - Most), Math.Max(0, signals[true].Count() - Most), Math.Max(0, signals[false].Count() - MostSignals)), fired.Count);
    }
}
