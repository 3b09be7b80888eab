using System.Collections.Frozen;

namespace ClausumPanel.Assess.Rules;

/// <summary>One list that rules may name. Asking it allocates nothing and cannot fail.</summary>
public interface IRuleList
{
    /// <summary>Whether the value stands in it.</summary>
    /// <param name="text">The value, as the fact has it.</param>
    /// <param name="moment">Unix milliseconds of the assessment; what has ended by then no longer stands in it.</param>
    bool Contains(string text, long moment);
}

/// <summary>The lists that rules name, as whoever keeps them hands them in.</summary>
/// <param name="ByName">The lists by their names.</param>
/// <param name="AreOpen">A name that is not among them is an empty list, not a mistake: for judging again what named a list that is gone.</param>
public sealed record RuleLists(IReadOnlyDictionary<string, IRuleList> ByName, bool AreOpen = false)
{
    /// <summary>Sets of words that never end; their comparer decides about upper and lower case.</summary>
    public RuleLists(IReadOnlyDictionary<string, IReadOnlySet<string>> byName) : this(byName.ToDictionary(list => list.Key, IRuleList (list) => new Words(list.Value))) { }

    /// <summary>Lists of these names with nothing in them, whatever the case: for checking what may be named.</summary>
    public static RuleLists Named(IEnumerable<string> names) =>
        new(names.Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(name => name, IRuleList (_) => new Words(FrozenSet<string>.Empty), StringComparer.OrdinalIgnoreCase));

    /// <summary>No list at all.</summary>
    public static RuleLists None { get; } = new(new Dictionary<string, IRuleList>());

    /// <summary>The names of all lists that the policy's enabled rules name, each once.</summary>
    public static IReadOnlyList<string> NamedBy(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return [.. policy.Rules.Where(rule => rule.Enabled).SelectMany(rule => RuleTree.Parse(rule.Text).Lists).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private sealed class Words(IReadOnlySet<string> words) : IRuleList
    {
        public bool Contains(string text, long moment) => words.Contains(text);
    }
}
