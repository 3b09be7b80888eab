namespace ClausumPanel.Assess.Rules;

/// <summary>A part of a rule's condition as people lay it out: a row, or a group of rows and groups.</summary>
public abstract class RuleItem
{
    private protected RuleItem(RuleNode node, int first, int last) => (Node, First, Last) = (node, first, last);

    /// <summary>What it says, with its <c>not</c>.</summary>
    public RuleNode Node { get; internal set; }

    /// <summary>Whether <c>not</c> stands before it.</summary>
    public bool IsNegated => Not >= 0;

    /// <summary>The group it stands in; null for the outermost.</summary>
    public RuleGroup? Parent { get; internal set; }

    /// <summary>Its place among the items of its group.</summary>
    public int Index { get; internal set; }

    /// <summary>The places from the outermost group to it: <c>r-0-2</c>. The same while nothing before it is added, moved or taken away, whatever else changes.</summary>
    public string Path => Parent is null ? RuleOutline.RootPath : $"{Parent.Path}-{Index}";

    // Its first and last token, with all parentheses that are its own; the token not; and how many pairs of parentheses stand within not, and around it all.
    internal int First { get; set; }
    internal int Last { get; set; }
    internal int Not { get; set; } = -1;
    internal int LevelsWithin { get; set; }
    internal int Levels { get; set; }
}

/// <summary>One condition that is made of no others.</summary>
public sealed class RuleRow : RuleItem
{
    internal RuleRow(RuleNode leaf, int first, int last) : base(leaf, first, last) => Leaf = leaf;

    /// <summary>What it says, without its <c>not</c>.</summary>
    public RuleNode Leaf { get; }
}

/// <summary>Several items that must all be true, or of which one must be.</summary>
public sealed class RuleGroup : RuleItem
{
    private readonly bool? _all;

    internal RuleGroup(RuleNode node, bool? all, IReadOnlyList<RuleItem> items, int first, int last, bool isImplied) : base(node, first, last)
    {
        (_all, Items, IsImplied) = (all, items, isImplied);
        for (var i = 0; i < items.Count; i++) (items[i].Parent, items[i].Index) = (this, i);
    }

    /// <summary>From left to right.</summary>
    public IReadOnlyList<RuleItem> Items { get; }

    /// <summary>True: all of them must hold. False: one of them. Nothing in the text says it of a group with one item: then it is what differs from the group next to it.</summary>
    public bool IsAll => _all ?? (Items[0] is RuleGroup { IsWaiting: false } inner ? !inner.IsAll : Parent is null || !Parent.IsAll);

    /// <summary>It has one item only and waits for more.</summary>
    public bool IsWaiting => _all is null;

    // The outermost group around a single row, which no parentheses stand for.
    internal bool IsImplied { get; }

    // Whether its first pair of parentheses is there; a group that waits always has one, unless it is implied.
    internal bool IsEnclosed { get; set; }
}

/// <summary>
/// A rule's condition as people lay it out. A condition alone in parentheses with blanks within, <c>( email.free )</c>, is a group that waits for more; parentheses without blanks
/// are only its way of writing. Every change leaves the text around it as it is: comments on the line of an item, or on lines of their own before it, go where the item goes.
/// </summary>
public sealed partial class RuleOutline
{
    public const string RootPath = "r";

    private readonly IReadOnlyList<RuleToken> _tokens;
    private readonly Dictionary<int, int> _tokenAt = [];

    private RuleOutline(RuleTree tree)
    {
        Tree = tree;
        _tokens = tree.Tokens;
        for (var i = 0; i < _tokens.Count; i++) _tokenAt[_tokens[i].Offset] = i;
        var whole = Build(tree.Condition!);
        Root = whole as RuleGroup ?? new RuleGroup(whole.Node, null, [whole], whole.First, whole.Last, isImplied: true);
    }

    public RuleTree Tree { get; }

    /// <summary>The outermost group.</summary>
    public RuleGroup Root { get; }

    /// <summary>All items, each before what is in it.</summary>
    public IEnumerable<RuleItem> Items => Within(Root);

    /// <summary>Null when the text cannot be read.</summary>
    public static RuleOutline? Of(RuleTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return tree.Condition is null ? null : new RuleOutline(tree);
    }

    public RuleItem? Find(string path) => Items.FirstOrDefault(item => item.Path == path);

    private static IEnumerable<RuleItem> Within(RuleItem item) => item is RuleGroup group ? group.Items.SelectMany(Within).Prepend(group) : [item];

    private RuleItem Build(RuleNode node)
    {
        var (first, last) = (TokenAt(node.Offset), TokenEndingAt(node.Offset + node.Length));
        var item = node switch
        {
            AllOf all => new RuleGroup(all, true, [.. all.Conditions.Select(Build)], first, last, isImplied: false),
            AnyOf any => new RuleGroup(any, false, [.. any.Conditions.Select(Build)], first, last, isImplied: false),
            Not not => Negated(not, first, last),
            _ => new RuleRow(node, first, last),
        };
        while (_tokens[item.First - 1].Is("(") && _tokens[item.Last + 1].Is(")"))
        {
            var (open, close) = (item.First - 1, item.Last + 1);
            if (item is RuleGroup { IsWaiting: false, IsEnclosed: false } bare) bare.IsEnclosed = true;
            else if (_tokens[open + 1].Trivia.Length > 0 && _tokens[close].Trivia.Length > 0) item = new RuleGroup(node, null, [item], open, close, isImplied: false) { IsEnclosed = true };
            else item.Levels++;
            (item.First, item.Last) = (open, close);
        }
        return item;
    }

    private RuleItem Negated(Not node, int first, int last)
    {
        var item = Build(node.Condition);
        // Twice not: what it says is kept, as one row that is its text.
        if (item.IsNegated) return new RuleRow(node, first, last);
        (item.Node, item.Not, item.LevelsWithin, item.Levels) = (node, first, item.Levels, 0);
        (item.First, item.Last) = (first, last);
        return item;
    }

    private int TokenAt(int offset) => _tokenAt[offset];

    private int TokenEndingAt(int end)
    {
        var (low, high) = (0, _tokens.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_tokens[middle].End < end) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
