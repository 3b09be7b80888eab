using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>What an entry would have met in the last days, had it been there.</summary>
/// <param name="Type">Of the entry.</param>
/// <param name="Problem">Why its value cannot be one of that type.</param>
/// <param name="Found">Null when there is a problem.</param>
public sealed record Touched(ListType Type, ListProblem Problem, EntryTrialResult? Found)
{
    public static async Task<Touched> LookAsync(EntryTrial trial, ListType type, string? value, FlowScope scope, CancellationToken stop) =>
        ListValues.TryNormalize(type, value ?? "", out var normalized, out var problem) ? new Touched(type, problem, await trial.RunAsync(type, normalized, scope, stop)) : new Touched(type, problem, null);
}

/// <summary>A page that shows it.</summary>
public interface IShowTouched
{
    Touched? Touched { get; }
}
