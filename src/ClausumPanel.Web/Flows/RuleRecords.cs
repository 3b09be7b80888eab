using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What a rule did, under every version of the policy that had it.</summary>
/// <param name="Decided">Hits without which the decision would have been another.</param>
/// <param name="LastAt">Of any time; null when it never hit.</param>
/// <param name="Labels">What its hits turned out to be, as far as anybody said.</param>
public sealed record RuleRecord(long Hits, long Decided, DateTimeOffset? LastAt, SignalLabels Labels)
{
    public static readonly RuleRecord None = new(0, 0, null, default);
}

/// <summary>What the rules did of late, by their ids. Simulations are not in it.</summary>
public sealed class RuleRecords(PanelDb db, PolicyShelf policies, TimeProvider clock)
{
    public const int Days = 30;

    /// <summary>Per rule that ever hit; and how many assessments there were in those days.</summary>
    /// <param name="stop">Ends it early.</param>
    /// <param name="days">How many of the last days (UTC) are counted.</param>
    public async Task<(IReadOnlyDictionary<string, RuleRecord> Rules, long Assessments)> ReadAsync(CancellationToken stop, int days = Days)
    {
        var today = (int)(clock.GetUtcNow().ToUnixTimeSeconds() / 86_400);
        var first = today - days + 1;
        var start = DateTimeOffset.FromUnixTimeSeconds(first * 86_400L);
        var counts = await db.Set<RuleDay>().AsNoTracking().GroupBy(d => new { d.PolicyVersion, d.Rule })
            .Select(g => new { g.Key, Hits = g.Sum(d => d.Day >= first ? d.Count : 0), Decided = g.Sum(d => d.Day >= first ? d.Decided : 0), Last = g.Max(d => d.LastAt) }).ToListAsync(stop);
        var labels = await LabelQueries.RulesAsync(db, start, start.AddDays(days), stop);
        var found = new Dictionary<string, RuleRecord>(StringComparer.Ordinal);
        foreach (var count in counts)
        {
            if (await policies.PolicyAsync(db, count.Key.PolicyVersion, stop) is not { } policy || count.Key.Rule >= policy.Rules.Count) continue;
            var id = policy.Rules[count.Key.Rule].Id;
            var before = found.GetValueOrDefault(id, RuleRecord.None);
            var last = DateTimeOffset.FromUnixTimeMilliseconds(count.Last);
            found[id] = new RuleRecord(before.Hits + count.Hits, before.Decided + count.Decided, before.LastAt > last ? before.LastAt : last,
                before.Labels + labels.GetValueOrDefault((count.Key.PolicyVersion, count.Key.Rule)));
        }
        return (found, await db.Set<ScoreDay>().Where(d => d.Day >= first).SumAsync(d => d.Count, stop));
    }
}
