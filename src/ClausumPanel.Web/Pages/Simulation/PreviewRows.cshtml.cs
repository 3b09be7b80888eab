using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>The assessments behind one number of a run, each with what moves it.</summary>
public sealed class PreviewRowsModel(PanelDb db, AssessmentReader assessments, Texts T) : PageModel
{
    private const int Size = 50;

    public SimulationRun Run { get; private set; } = null!;
    public string Set { get; private set; } = "";
    public string Title { get; private set; } = "";
    public long Total { get; private set; }
    public int Number { get; private set; }
    public bool HasNext => (long)Number * Size < Total;
    public IReadOnlyList<MovedRow> Rows { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, string? set, int number, CancellationToken stop)
    {
        if (await db.Set<SimulationRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop) is not { } run || string.IsNullOrEmpty(set)) return NotFound();
        (Run, Set, Title, Number) = (run, set, Named(set), Math.Max(1, number));
        var parts = db.Set<SimulationSet>().AsNoTracking().Where(s => s.RunId == id && s.Name == set);
        Total = await parts.SumAsync(s => (long)s.Count, stop);
        var skip = (long)(Number - 1) * Size;
        var wanted = new List<long>();
        foreach (var part in await parts.OrderBy(s => s.Part).Select(s => new { s.Part, s.Count }).ToListAsync(stop))
        {
            if (skip >= part.Count)
            {
                skip -= part.Count;
                continue;
            }
            var places = SeqSet.Read(await parts.Where(s => s.Part == part.Part).Select(s => s.Places).SingleAsync(stop));
            wanted.AddRange(places.Skip((int)skip).Take(Size - wanted.Count));
            skip = 0;
            if (wanted.Count == Size) break;
        }
        Rows = await MovedAsync(wanted, stop);
        return Page();
    }

    private async Task<IReadOnlyList<MovedRow>> MovedAsync(List<long> seqs, CancellationToken stop)
    {
        if (!PolicyJson.TryReadStored(Run.Document, out var policy, out _)) return [];
        var judge = (await PreviewJudges.ReadAsync(db, Run, stop))();
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var versions = await db.Set<Storage.Policies.PolicyVersion>().AsNoTracking().ToDictionaryAsync(p => p.Version, p => p.Document, stop);
        var policies = versions.Where(v => stored.Values.Any(row => row.PolicyVersion == v.Key)).ToDictionary(v => v.Key, v => PolicyJson.TryReadStored(v.Value, out var read, out _) ? read : null);
        var into = new Assessment();
        List<MovedRow> rows = [];
        foreach (var line in await assessments.LinesAsync(seqs, stop))
        {
            var row = stored[line.Seq];
            var isJudged = judge.TryJudge(new PreviewRow
            {
                Seq = row.Seq, At = row.At, Decision = row.Decision, Score = row.Score, Amount = row.Amount, PolicyVersion = row.PolicyVersion, IsBlocked = row.BlockedBy is not null, Signals = row.Signals, Facts = row.Facts,
            }, into);
            var isControl = row.Decision == Decision.Approve && policies.GetValueOrDefault(row.PolicyVersion) is { ControlSample.IsOn: true } judged && row.Score >= judged.Bands.Decline;
            rows.Add(isJudged ? new MovedRow(line, into.Decision, into.Score, Differences(row, into, policy, versions), isControl) : new MovedRow(line, null, 0, [], isControl));
        }
        return rows;
    }

    /// <summary>What counts for more or less than it did, the largest difference first.</summary>
    private static List<(string Code, int Then, int Now)> Differences(StoredAssessment row, Assessment now, Policy policy, Dictionary<int, string> versions)
    {
        var before = new SignalHit[Assessment.MostSignals];
        var rules = new RuleHit[Assessment.MostRules];
        var then = before[..SignalHits.Read(row.Signals, before)].ToDictionary(h => h.Definition.Code, h => (int)h.Weight);
        var ruleCount = SignalHits.ReadRules(row.Signals, rules);
        if (ruleCount > 0 && versions.TryGetValue(row.PolicyVersion, out var document) && PolicyJson.TryReadStored(document, out var judged, out _))
            foreach (var hit in rules[..ruleCount]) then["rule:" + judged.Rules[hit.Rule].Id] = hit.Points;
        var after = now.Signals.ToArray().ToDictionary(h => h.Definition.Code, h => (int)h.Weight);
        foreach (var hit in now.Rules) after["rule:" + policy.Rules[hit.Rule].Id] = hit.Points;
        return [.. then.Keys.Union(after.Keys).Select(code => (code, then.GetValueOrDefault(code), after.GetValueOrDefault(code)))
            .Where(d => d.Item2 != d.Item3 || then.ContainsKey(d.code) != after.ContainsKey(d.code)).OrderByDescending(d => Math.Abs(d.Item3 - d.Item2)).ThenBy(d => d.code, StringComparer.Ordinal)];
    }

    private string Named(string set)
    {
        var parts = set.Split('-', 3);
        if (parts is ["decided" or "active", { Length: 2 } cell, ..] && int.TryParse(cell, out var number) && number / 10 < TransitionMatrix.Decisions && number % 10 < TransitionMatrix.Decisions)
        {
            var name = T["{0} → {1}", T.Name((Decision)(number / 10)), T.Name((Decision)(number % 10))];
            return parts.Length < 3 ? name : $"{name} · {(parts[2] == "fraud" ? T["known fraud"] : T["known good"])}";
        }
        if (set == PreviewSets.DriftSet) return T["Judged by older versions, decided otherwise already"];
        if (set == PreviewSets.ControlSet) return T["Control sample: declined by their score and let through"];
        if (set.StartsWith("skipped-", StringComparison.Ordinal)) return T["Passed over: {0}", T.Skipped(set["skipped-".Length..])];
        if (set.StartsWith("rule-only-", StringComparison.Ordinal)) return T["Only rule {0} decides", set["rule-only-".Length..]];
        return set.StartsWith("rule-", StringComparison.Ordinal) ? T["Hits of rule {0}", set["rule-".Length..]] : set;
    }
}

/// <param name="Line">As it was decided.</param>
/// <param name="Decision">As the policy of the run decides it; null for one that was passed over.</param>
/// <param name="Score">Under the policy of the run.</param>
/// <param name="Differences">Signals and rules that count for more or less, with their points then and now.</param>
/// <param name="IsControl">The control sample let it through: it counts as declined.</param>
public sealed record MovedRow(AssessmentLine Line, Decision? Decision, int Score, IReadOnlyList<(string Code, int Then, int Now)> Differences, bool IsControl);
