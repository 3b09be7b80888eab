using System.Diagnostics.CodeAnalysis;
using ClausumPanel.Assess.Previews;

namespace ClausumPanel.Assess.Rules;

/// <summary>One fact as an explanation tells it.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="Number">Its number; NaN when it is a text or missing.</param>
/// <param name="Text">Its text, or null.</param>
public readonly record struct FactReading(Fact Fact, double Number, string? Text)
{
    public bool IsMissing => Text is null && double.IsNaN(Number);
}

/// <summary>One condition that is made of no others, and how it came out.</summary>
/// <param name="Node">The condition, with its place in the text.</param>
/// <param name="Text">As it was written.</param>
/// <param name="Holds">Whether it was true.</param>
/// <param name="Facts">The facts it asked, each once.</param>
public sealed record RuleLeaf(RuleNode Node, string Text, bool Holds, IReadOnlyList<FactReading> Facts);

/// <summary>A rule that is checked and ready to be asked. Immutable and thread-safe; asking allocates nothing and cannot fail.</summary>
public sealed class CompiledRule
{
    private readonly Condition _condition;
    private readonly IReadOnlyList<(RuleNode Node, Condition Condition)> _leaves;

    private CompiledRule(RuleTree tree, Condition condition, IReadOnlyList<(RuleNode, Condition)> leaves)
    {
        Tree = tree;
        _condition = condition;
        _leaves = leaves;
    }

    /// <summary>The rule as it was read.</summary>
    public RuleTree Tree { get; }

    /// <summary>What it does.</summary>
    public RuleAction Action => Tree.Action!.Value;

    /// <summary>The facts its condition asks.</summary>
    public IEnumerable<Fact> Facts => FactsOf(Tree.Condition!).Distinct();

    /// <summary>Reads, checks and compiles a rule, or says with place and reason all that is wrong with it. Never throws, whatever the text.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="lists">The lists it may name; null: any list may be named, and each is empty.</param>
    /// <param name="rule">The rule, or null.</param>
    /// <param name="problems">What is wrong; at most ten.</param>
    public static bool TryCompile(string text, RuleLists? lists, [NotNullWhen(true)] out CompiledRule? rule, out IReadOnlyList<RuleProblem> problems)
    {
        rule = null;
        var tree = RuleTree.Parse(text);
        problems = tree.Problems;
        if (tree.Condition is null) return false;
        var found = new RuleProblems(text);
        var binder = new RuleBinder(lists, found);
        var condition = binder.Bind(tree.Condition);
        problems = found.Found;
        if (condition is null || found.Found.Count > 0) return false;
        rule = new CompiledRule(tree, condition, binder.Leaves);
        return true;
    }

    /// <summary>Whether its condition is true of these facts.</summary>
    public bool Holds(Facts facts) => _condition.Holds(facts);

    /// <summary>Of the rows of a stretch that are set, leaves those for which its condition is true.</summary>
    internal void Narrow(StretchFacts facts, Span<ulong> rows) => _condition.Narrow(facts, rows);

    /// <summary>Every condition that is made of no others, in the order of the text, whether it was true and of what. Builds strings: not for the hot path.</summary>
    public IReadOnlyList<RuleLeaf> Explain(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [.. _leaves.Select(leaf => new RuleLeaf(
            leaf.Node,
            Tree.Text.Substring(leaf.Node.Offset, leaf.Node.Length),
            leaf.Condition.Holds(facts),
            [.. FactsOf(leaf.Node).Distinct().Select(fact => new FactReading(fact, facts.Number(fact), facts.Text(fact)))]))];
    }

    private static IEnumerable<Fact> FactsOf(RuleNode node)
    {
        if (node is FactNode named && RuleBinder.TryFind(named.Name, out var fact)) return [fact];
        var asked = node.Parts.SelectMany(FactsOf);
        // An amount is compared only when the payment has its currency.
        return node is MoneyNode ? asked.Append(Known.Currency) : asked;
    }
}
