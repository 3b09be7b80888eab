using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>What an entry would have met in the last days, had it been there.</summary>
public sealed record Touched(ListType Type, ListProblem Problem, LookupReach Reach, long Count, long Approved, IReadOnlyList<AssessmentLine> Lines)
{
    public const int Days = 30, Shown = 10;

    public static async Task<Touched> LookAsync(AssessmentReader assessments, ListType type, string? value, FlowScope scope, DateTimeOffset now, CancellationToken stop)
    {
        if (!ListValues.TryNormalize(type, value ?? "", out var normalized, out var problem)) return new Touched(type, problem, LookupReach.None, 0, 0, []);
        if (ListLookup.Filter(type, normalized) is not { } found) return new Touched(type, ListProblem.None, LookupReach.None, 0, 0, []);
        var filter = found with
        {
            From = now.AddDays(-Days).ToUnixTimeMilliseconds(), Simulated = false, Flow = scope switch { FlowScope.PayIn => Flow.PayIn, FlowScope.PayOut => Flow.PayOut, FlowScope.Both => null },
        };
        var page = await assessments.PageAsync(filter, AssessmentOrder.Newest, null, Shown, stop);
        var count = page.Next is null ? page.Lines.Count : await assessments.CountAsync(filter, stop);
        var approved = page.Next is null ? page.Lines.Count(l => l.Decision == Decision.Approve) : await assessments.CountAsync(filter with { Decisions = [Decision.Approve] }, stop);
        return new Touched(type, ListProblem.None, ListLookup.Reach(type, normalized), count, approved, page.Lines);
    }
}

/// <summary>A page that shows it.</summary>
public interface IShowTouched
{
    Touched? Touched { get; }
}
