using System.Text;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RuleOutlineTests
{
    private static readonly RuleNode Tagged = new FactNode("email.tagged");

    [Theory]
    [InlineData("when a.b then review", "[a.b]")]
    [InlineData("when (a.b) then review", "[a.b]")]
    [InlineData("when ( a.b ) then review", "[a.b]")]
    [InlineData("when not (a.b) then review", "[not a.b]")]
    [InlineData("when not ( a.b ) then review", "not [a.b]")]
    [InlineData("when not ( not a.b ) then review", "not [not a.b]")]
    [InlineData("when not not a.b then review", "[not a.b]")]
    [InlineData("when a.b and (c.d or not e.f) then review", "all[a.b, any[c.d, not e.f]]")]
    [InlineData("when a.b and c.d or e.f then review", "any[all[a.b, c.d], e.f]")]
    [InlineData("when a.b and ( c.d ) then review", "all[a.b, [c.d]]")]
    [InlineData("when a.b and (\n  c.d\n) then review", "all[a.b, [c.d]]")]
    [InlineData("when (a.b and c.d) and not (e.f or g.h) then review", "all[all[a.b, c.d], not any[e.f, g.h]]")]
    [InlineData("when ( (a.b and c.d) ) then review", "[all[a.b, c.d]]")]
    [InlineData("when ( a.b and c.d ) then review", "all[a.b, c.d]")]
    public void A_condition_is_groups_and_rows_as_its_text_has_them(string text, string laidOut) => Assert.Equal(laidOut, Shape(Outline(text).Root));

    [Theory]
    // A comment on the line of an item, or above it, is the item's.
    [InlineData("r-0", "when a.b   # one\n and c.d // two\n and e.f\nthen review", "when c.d // two\n and e.f\nthen review")]
    [InlineData("r-1", "when a.b   # one\n and c.d // two\n and e.f\nthen review", "when a.b   # one\n and e.f\nthen review")]
    [InlineData("r-2", "when a.b   # one\n and c.d // two\n and e.f\nthen review", "when a.b   # one\n and c.d // two\nthen review")]
    [InlineData("r-1", "when\n  # one\n  a.b\n  # two\n  and c.d\nthen review # done", "when\n  # one\n  a.b\nthen review # done")]
    [InlineData("r-0", "when # all of it\n  # one\n  a.b\n  # two\n  and c.d\nthen review", "when # all of it\n  # two\n  c.d\nthen review")]
    [InlineData("r-1", "when a.b or # one\n     c.d or # two\n     e.f\nthen review", "when a.b or # one\n     e.f\nthen review")]
    [InlineData("r-1", "when a.b # one\n and c.d and e.f then review", "when a.b # one\n and e.f then review")]
    [InlineData("r-1-0", "when a.b and (c.d or e.f) then review", "when a.b and e.f then review")]
    [InlineData("r-1-0", "when a.b and not (c.d or e.f) then review", "when a.b and not (e.f) then review")]
    [InlineData("r-1-0", "when a.b and (c.d or e.f and g.h) then review", "when a.b and (e.f and g.h) then review")]
    [InlineData("r-1-0", "when a.b and ( c.d ) then review", "when a.b then review")]
    [InlineData("r-0-1", "when (a.b)and(c.d)or e.f then review", "when (a.b)or e.f then review")]
    [InlineData("r-0", "when a.b and(c.d)then review", "when (c.d) then review")]
    [InlineData("r-1", "when(a.b)and c.d then review", "when(a.b) then review")]
    public void An_item_goes_with_its_comments(string path, string text, string without) => Is(without, text, path, (outline, item) => outline.Remove(item));

    [Theory]
    [InlineData("r-0", 1, "when a.b   # one\n and c.d // two\nthen review", "when c.d // two\n and a.b   # one\nthen review")]
    [InlineData("r-1", -1, "when a.b   # one\n and c.d\nthen review", "when c.d\n and a.b   # one\nthen review")]
    [InlineData("r-0", 1, "when a.b # one\n and c.d and e.f then review", "when c.d\n and a.b # one\n and e.f then review")]
    [InlineData("r-1", 1, "when a.b or # one\n     c.d or # two\n     e.f\nthen review", "when a.b or # one\n     e.f or\n     c.d # two\nthen review")]
    [InlineData("r-0", 1, "when\n  # one\n  a.b\n  # two\n  and c.d\nthen review", "when\n  # two\n  c.d\n  # one\n  and a.b\nthen review")]
    [InlineData("r-0", 1, "when a.b\n  # two\n  and c.d\nthen review", "when\n  # two\n  c.d\n  and a.b\nthen review")]
    [InlineData("r-0", 1, "when (a.b\n or c.d) and (e.f) then review", "when (e.f) and (a.b\n or c.d) then review")]
    [InlineData("r-0", 1, "when a.b and c.d or e.f then review", "when e.f or a.b and c.d then review")]
    public void An_item_moves_with_its_comments(string path, int by, string text, string moved) => Is(moved, text, path, (outline, item) => outline.Move(item, by));

    [Theory]
    [InlineData("r", "when a.b # one\nthen review", "when a.b # one\n and email.tagged\nthen review")]
    [InlineData("r", "when a.b\n and c.d // two\nthen review", "when a.b\n and c.d // two\n and email.tagged\nthen review")]
    [InlineData("r", "WHEN a.b AND c.d THEN review", "WHEN a.b AND c.d AND email.tagged THEN review")]
    [InlineData("r", "when a.b or\n     c.d then review", "when a.b or\n     c.d or\n     email.tagged then review")]
    [InlineData("r-1", "when a.b and ( c.d ) then review", "when a.b and (c.d and email.tagged) then review")]
    [InlineData("r-1", "when a.b and (\n  c.d # two\n) then review", "when a.b and (\n  c.d # two\n  and email.tagged\n) then review")]
    [InlineData("r-0", "when a.b and c.d or e.f then review", "when a.b and c.d and email.tagged or e.f then review")]
    [InlineData("r-1", "when a.b and not (c.d or e.f) then review", "when a.b and not (c.d or e.f or email.tagged) then review")]
    [InlineData("r", "when email = \"x\"then review", "when email = \"x\" and email.tagged then review")]
    public void A_condition_is_added_in_the_manner_of_its_group(string path, string text, string added) => Is(added, text, path, (outline, item) => outline.Append((RuleGroup)item, Tagged, all: true));

    [Fact]
    public void What_is_added_keeps_to_itself()
    {
        var outline = Outline("when a.b and c.d then review");
        Assert.Equal("when a.b and c.d and ( email.tagged ) then review", outline.Append(outline.Root, Tagged, true, asGroup: true).Text);
        Assert.Equal("when a.b and c.d and (email.free or email.tagged) then review", outline.Append(outline.Root, new AnyOf([new FactNode("email.free"), Tagged]), true).Text);
    }

    [Theory]
    [InlineData("r", "when a.b and c.d then review", "when ( (a.b and c.d) ) then review")]
    [InlineData("r-0", "when a.b # one\n and c.d then review", "when ( a.b ) # one\n and c.d then review")]
    [InlineData("r-0", "when (a.b or c.d) and e.f then review", "when ( (a.b or c.d) ) and e.f then review")]
    [InlineData("r-1", "when a.b and not(c.d) then review", "when a.b and ( not(c.d) ) then review")]
    public void A_group_around_an_item_changes_nothing_else(string path, string text, string wrapped)
    {
        Is(wrapped, text, path, (outline, item) => outline.Wrap(item));
        if (path != "r") Is(text, wrapped, path, (outline, item) => outline.Unwrap((RuleGroup)item));
    }

    [Theory]
    [InlineData("r-1", "when a.b and (c.d and (e.f)) then review", "when a.b and c.d and (e.f) then review")]
    [InlineData("r-0", "when ((a.b # one\n and c.d)) and e.f then review", "when a.b # one\n and c.d and e.f then review")]
    [InlineData("r-1", "when a.b or(c.d or e.f and g.h)then review", "when a.b or c.d or e.f and g.h then review")]
    [InlineData("r-1", "when a.b and (# two\n c.d # three\n) then review", "when a.b and # two\n c.d # three\n then review")]
    public void A_group_is_dissolved_and_its_comments_stay(string path, string text, string unwrapped) => Is(unwrapped, text, path, (outline, item) => outline.Unwrap((RuleGroup)item));

    [Theory]
    [InlineData("r-0", "when amount > 5 MXN and c.d then review", "when not (amount > 5 MXN) and c.d then review")]
    [InlineData("r-0", "when (amount > 5 MXN) and c.d then review", "when not (amount > 5 MXN) and c.d then review")]
    [InlineData("r-0", "when a.b and c.d then review", "when not a.b and c.d then review")]
    [InlineData("r", "when a.b and c.d then review", "when not (a.b and c.d) then review")]
    [InlineData("r-0", "when a.b and c.d or e.f then review", "when not (a.b and c.d) or e.f then review")]
    public void Not_comes_and_goes(string path, string text, string negated)
    {
        Is(negated, text, path, (outline, item) => outline.Negate(item));
        var back = Outline(negated);
        Assert.Equal(Outline(text).Tree.Condition, back.Negate(back.Find(path)!).Condition);
    }

    [Theory]
    [InlineData("r", false, false, "when a.b and c.d then review", "when a.b or c.d then review")]
    [InlineData("r", true, false, "when a.b and c.d OR e.f then review", "when (a.b and c.d) AND e.f then review")]
    [InlineData("r-0", false, false, "when a.b and c.d or e.f then review", "when (a.b or c.d) or e.f then review")]
    [InlineData("r-0", false, true, "when a.b and c.d or e.f then review", "when not (a.b or c.d) or e.f then review")]
    [InlineData("r-1", true, true, "when a.b and (c.d or e.f and g.h) then review", "when a.b and not (c.d and (e.f and g.h)) then review")]
    [InlineData("r", false, false, "when not (a.b and # x\n c.d) then review", "when a.b or # x\n c.d then review")]
    [InlineData("r", false, true, "when a.b then review", "when not ( a.b ) then review")]
    public void A_group_asks_for_all_or_for_one_or_that_it_is_not_so(string path, bool all, bool negated, string text, string turned) =>
        Is(turned, text, path, (outline, item) => outline.Turn((RuleGroup)item, all, negated));

    [Theory]
    [InlineData("amount > 2 MXN", "when amount>5.00   MXN # large\nthen review", "when amount>2 MXN # large\nthen review")]
    [InlineData("amount >= 5 MXN", "when amount /* */ > 5 MXN then review", null)]
    [InlineData("amount >= 5 MXN", "when amount # of it\n > # more\n 5.00 MXN then review", "when amount # of it\n >= # more\n 5.00 MXN then review")]
    [InlineData("velocity.ip.count_1h > 5", "when velocity.email.count_1h > 5.0 then review", "when velocity.ip.count_1h > 5.0 then review")]
    [InlineData("email.free", "when not (amount > 5 MXN) then review", "when not (email.free) then review")]
    [InlineData("amount > 5 MXN", "when not email.free then review", "when not (amount > 5 MXN) then review")]
    [InlineData("amount > 5 MXN", "when email.free then review", "when amount > 5 MXN then review")]
    public void Only_what_differs_of_a_row_is_written_anew(string by, string text, string? replaced)
    {
        if (replaced is null)
        {
            Assert.NotEmpty(RuleTree.Parse(text).Problems);
            return;
        }
        Is(replaced, text, "r-0", (outline, item) => outline.Replace((RuleRow)item, RuleTree.Parse($"when {by} then review").Condition!));
    }

    [Fact]
    public void A_row_takes_what_somebody_writes_when_it_can_be_read_by_itself()
    {
        var outline = Outline("when a.b and c.d then review");
        RuleRow Row(int index) => (RuleRow)outline.Root.Items[index];
        Assert.Equal("when a.b and (e.f or g.h) then review", outline.Replace(Row(1), " e.f or g.h ", out var problems).Text);
        Assert.Empty(problems);
        Assert.Equal("when e.f # why\n and c.d then review", outline.Replace(Row(0), "e.f # why", out _).Text);
        Assert.Equal("when amount * 2 > 5 MXN and c.d then review", outline.Replace(Row(0), "amount * 2 > 5 MXN", out _).Text);
        foreach (var (written, offset) in new[] { ("e.f) or (g.h", 3), ("e.f then block #", 10), ("", 0), ("\"open", 0), ("a.b = ", 6) })
        {
            Assert.Same(outline.Tree, outline.Replace(Row(0), written, out problems));
            Assert.Equal(offset, Math.Min(Assert.Single(problems).At.Offset, 10));
        }
    }

    [Theory]
    [InlineData("when a.b then add # points\n 5 # done", RuleActionKind.Add, -20, "when a.b then add # points\n -20 # done")]
    [InlineData("when a.b then add -5", RuleActionKind.Add, 7, "when a.b then add 7")]
    [InlineData("when a.b then add 5 // done", RuleActionKind.Block, 0, "when a.b then block // done")]
    [InlineData("when a.b\nthen # so\n REVIEW", RuleActionKind.Add, 15, "when a.b\nthen # so\n add 15")]
    [InlineData("when a.b THEN Review", RuleActionKind.Review, 0, "when a.b THEN Review")]
    public void The_action_changes_and_the_rest_stays(string text, RuleActionKind kind, int points, string changed) => Assert.Equal(changed, RuleTree.Parse(text).SetAction(new RuleAction(kind, points)).Text);

    [Fact]
    public void A_rule_keeps_a_condition()
    {
        var alone = Outline("when not ( a.b ) then review");
        Assert.DoesNotContain(alone.Items, RuleOutline.CanRemove);
        Assert.Throws<ArgumentException>(() => alone.Remove(alone.Root.Items[0]));
        var two = Outline("when a.b and ( c.d ) then review");
        Assert.False(RuleOutline.CanRemove(two.Root));
        Assert.Equal(3, two.Items.Count(RuleOutline.CanRemove));
        Assert.Throws<ArgumentOutOfRangeException>(() => two.Move(two.Root.Items[0], -1));
        Assert.Throws<ArgumentException>(() => two.Unwrap(two.Root));
        Assert.Null(RuleOutline.Of(RuleTree.Parse("when a.b and then review")));
    }

    [Fact]
    public void Whatever_is_done_to_whatever_rule_it_says_what_was_asked_and_nothing_else_changes()
    {
        var random = new Random(20_261_125);
        var done = new Dictionary<string, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var text = Untidy(random, Condition(random, random.Next(1, 5)));
            var outline = Outline(text);
            var items = outline.Items.ToArray();
            var item = items[random.Next(items.Length)];
            if (Change(random, outline, item) is not { } change) continue;
            var (what, changed, expected, comments) = change;
            var told = $"{what} {item.Path}\n{text}\n--\n{changed.Text}\n{string.Join('\n', changed.Problems)}";
            Assert.True(changed.Condition is not null, told);
            Assert.True(expected.Equals(changed.Condition), $"{told}\n{expected}\n{changed.Condition}");
            Assert.Equal(outline.Tree.Action, changed.Action);
            // Every leaf that was there is as it was written, with the comments within it.
            var leaves = Leaves(expected).Select(leaf => leaf.Length == 0 ? leaf.ToString() : Written(outline.Tree, leaf));
            Assert.True(leaves.SequenceEqual(Leaves(changed.Condition).Select(leaf => Written(changed, leaf))), told);
            // No comment is lost that was not taken away, and none comes twice.
            var (before, after) = (Comments(outline.Tree), Comments(changed));
            Assert.True(comments == Kept.All ? before.SequenceEqual(after) : after.All(before.Contains) && after.Distinct().Count() == after.Length, told);
            // What stands before and after the group that was touched is as it was.
            var touched = item.Parent ?? outline.Root;
            while (touched is { IsWaiting: true, Parent: { } outer }) touched = outer;
            var (start, end) = Around(outline, touched);
            Assert.True(changed.Text.StartsWith(text[..start], StringComparison.Ordinal) && changed.Text.EndsWith(text[end..], StringComparison.Ordinal), told);
            done[what] = done.GetValueOrDefault(what) + 1;
        }
        Assert.Equal(["Append", "Move", "Negate", "Remove", "Replace", "Turn", "Unwrap", "Wrap"], done.Keys.Order());
        Assert.All(done, change => Assert.InRange(change.Value, 100, int.MaxValue));
    }

    [Fact]
    public void One_change_after_another_never_leaves_a_text_that_cannot_be_read()
    {
        var random = new Random(20_261_126);
        for (var i = 0; i < 300; i++)
        {
            var outline = Outline(Untidy(random, Condition(random, 4)));
            for (var step = 0; step < 25; step++)
            {
                var items = outline.Items.ToArray();
                if (Change(random, outline, items[random.Next(items.Length)]) is not var (what, changed, expected, _) || changed.Text.Length > RuleLimits.Length) continue;
                Assert.True(expected.Equals(changed.Condition), $"{what}\n{outline.Tree.Text}\n--\n{changed.Text}");
                outline = RuleOutline.Of(changed)!;
            }
        }
    }

    private enum Kept
    {
        All, SomeGo,
    }

    // One change, and the tree it must come to, made by hand.
    private static (string What, RuleTree Changed, RuleNode Expected, Kept Comments)? Change(Random random, RuleOutline outline, RuleItem item)
    {
        var root = outline.Tree.Condition!;
        RuleNode With(RuleNode part, RuleNode by) => Rebuilt(root, part, by)!;
        switch (random.Next(8))
        {
            case 0 when RuleOutline.CanRemove(item):
                return ("Remove", outline.Remove(item), Rebuilt(root, item.Node, null)!, Kept.SomeGo);
            case 1 when item.Parent is { } group && random.Next(2) * 2 - 1 is var by && item.Index + by >= 0 && item.Index + by < group.Items.Count:
                var places = Chain(group).ToArray();
                (places[item.Index], places[item.Index + by]) = (places[item.Index + by], places[item.Index]);
                return ("Move", outline.Move(item, by), With(ChainOf(group), Joined(places, group.IsAll)), Kept.All);
            case 2 when item is RuleGroup group:
                var (all, asGroup) = (group.IsWaiting ? random.Next(2) == 0 : group.IsAll, random.Next(3) == 0);
                RuleNode added = random.Next(3) == 0 ? new AnyOf([Tagged, new FactNode("ip.hosting")]) : Tagged;
                return ("Append", outline.Append(group, added, all, asGroup), group.IsWaiting ? With(group.Items[0].Node, Joined([group.Items[0].Node, added], all)) : With(ChainOf(group), Joined([.. Chain(group), added], all)), Kept.All);
            case 3:
                return ("Wrap", outline.Wrap(item), root, Kept.All);
            case 4 when item is RuleGroup group && RuleOutline.CanUnwrap(group):
                return ("Unwrap", outline.Unwrap(group), group.IsWaiting ? root : With(ChainOf(group.Parent!), Joined([.. Chain(group.Parent!).SelectMany(part => ReferenceEquals(part, group.Node) ? Chain(group) : [part])], group.IsAll)), Kept.All);
            case 5:
                return ("Negate", outline.Negate(item), With(item.Node, item.IsNegated ? ((Not)item.Node).Condition : new Not(item.Node)), Kept.All);
            case 6 when item is RuleGroup group:
                var (toAll, negated) = (random.Next(2) == 0, random.Next(2) == 0);
                var inner = group.IsNegated ? ((Not)group.Node).Condition : group.Node;
                var turned = group.IsWaiting ? inner : Joined(Chain(group), toAll);
                return ("Turn", outline.Turn(group, toAll, negated), With(group.Node, negated ? new Not(turned) : turned), Kept.All);
            case 7 when item is RuleRow row:
                RuleNode other = random.Next(3) switch { 0 => Tagged, 1 => new Compared(new FactNode("amount"), Comparison.Less, new MoneyNode(7, "MXN")), _ => new AllOf([Tagged, new FactNode("ip.hosting")]) };
                return ("Replace", outline.Replace(row, other), With(row.Leaf, other), Kept.SomeGo);
            default:
                return null;
        }
    }

    private static RuleNode ChainOf(RuleGroup group) => group.IsNegated ? ((Not)group.Node).Condition : group.Node;

    private static IReadOnlyList<RuleNode> Chain(RuleGroup group) => [.. ChainOf(group).Parts];

    private static RuleNode Joined(IReadOnlyList<RuleNode> parts, bool all) => all ? new AllOf(parts) : new AnyOf(parts);

    // The tree with one part replaced, or without it.
    private static RuleNode? Rebuilt(RuleNode node, RuleNode part, RuleNode? by)
    {
        if (ReferenceEquals(node, part)) return by;
        if (node is Not not) return Rebuilt(not.Condition, part, by) is not { } condition ? null : ReferenceEquals(condition, not.Condition) ? not : new Not(condition);
        if (node is not (AllOf or AnyOf)) return node;
        RuleNode[] parts = [.. node.Parts.Select(mine => Rebuilt(mine, part, by)).OfType<RuleNode>()];
        return parts.Length == 1 ? parts[0] : Joined(parts, node is AllOf);
    }

    private static IEnumerable<RuleNode> Leaves(RuleNode node) => node is AllOf or AnyOf or Not ? node.Parts.SelectMany(Leaves) : [node];

    private static string Written(RuleTree tree, RuleNode leaf) => tree.Text.Substring(leaf.Offset, leaf.Length);

    private static string[] Comments(RuleTree tree) => [.. tree.Tokens.SelectMany(token => token.Trivia.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0).Order(StringComparer.Ordinal)];

    // Where the token before a group ends and the one after it begins, parentheses left aside.
    private static (int Start, int End) Around(RuleOutline outline, RuleGroup group)
    {
        var tokens = outline.Tree.Tokens.ToArray();
        var before = Array.FindLastIndex(tokens, token => token.Offset < group.Node.Offset && token.Text != "(");
        var after = Array.FindIndex(tokens, token => token.Offset >= group.Node.Offset + group.Node.Length && token.Text != ")");
        return (tokens[before].Offset + tokens[before].Text.Length, tokens[after].Offset);
    }

    private static RuleNode Condition(Random random, int depth)
    {
        if (depth <= 1)
        {
            return random.Next(6) switch
            {
                0 => new FactNode("email.free"),
                1 => new Compared(new FactNode("amount"), Comparison.Greater, new MoneyNode(random.Next(1, 9_000), "MXN")),
                2 => new Compared(new FactNode("card.country"), Comparison.NotEqual, new FactNode("ip.country")),
                3 => new InSet(new FactNode("card.country"), [new TextNode("MX"), new TextNode("U#S")]),
                4 => new Between(new Calculated(new FactNode("velocity.email.count_1h"), Operation.Add, new NumberNode(1)), new NumberNode(2), new NumberNode(9)),
                _ => new FlagNode(random.Next(2) == 0),
            };
        }
        RuleNode Part() => Condition(random, random.Next(1, depth));
        return random.Next(5) switch
        {
            0 or 1 => new AllOf([.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Part())]),
            2 or 3 => new AnyOf([.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Part())]),
            _ => new Not(Part()),
        };
    }

    // The rule as somebody in a hurry would write it: needless parentheses, blanks where none are needed and none where some would do, comments, each with a number of its own.
    private static string Untidy(Random random, RuleNode condition)
    {
        var text = new StringBuilder();
        var comments = 0;
        foreach (var token in RuleTree.Parse($"when {Enclosed(random, condition, false)} then add 5").Tokens)
        {
            var needsBlank = text.Length > 0 && token.Text.Length > 0 && char.IsLetterOrDigit(text[^1]) && char.IsLetterOrDigit(token.Text[0]);
            text.Append(random.Next(10) switch
            {
                0 => $" # c{++comments}\n ",
                1 => $"\n  // c{++comments}\n",
                2 => "\n ",
                3 => $"  # c{++comments}\n # c{++comments}\n   ",
                4 or 5 when !needsBlank => "",
                6 => "  ",
                _ => token.Trivia.Length > 0 || needsBlank ? " " : "",
            });
            text.Append(random.Next(8) == 0 && token.Kind == RuleTokenKind.Keyword ? token.Text.ToUpperInvariant() : token.Text);
        }
        return text.ToString().TrimStart();
    }

    private static string Enclosed(Random random, RuleNode node, bool isNeeded)
    {
        var text = node switch
        {
            AllOf all => string.Join(" and ", all.Conditions.Select(part => Enclosed(random, part, part is AllOf or AnyOf))),
            AnyOf any => string.Join(" or ", any.Conditions.Select(part => Enclosed(random, part, part is AnyOf))),
            Not not => $"not {Enclosed(random, not.Condition, not.Condition is AllOf or AnyOf)}",
            _ => node.ToString(),
        };
        return isNeeded || random.Next(5) == 0 ? $"({text})" : text;
    }

    private static void Is(string expected, string text, string path, Func<RuleOutline, RuleItem, RuleTree> change)
    {
        var outline = Outline(text);
        var changed = change(outline, outline.Find(path)!);
        Assert.Equal(expected, changed.Text);
        Assert.Empty(changed.Problems);
    }

    private static RuleOutline Outline(string text)
    {
        var tree = RuleTree.Parse(text);
        Assert.True(tree.Problems.Count == 0, $"{text}: {string.Join('\n', tree.Problems)}");
        return RuleOutline.Of(tree)!;
    }

    private static string Shape(RuleItem item) => (item.IsNegated ? "not " : "") + item switch
    {
        RuleGroup group => $"{(group.IsWaiting ? "" : group.IsAll ? "all" : "any")}[{string.Join(", ", group.Items.Select(Shape))}]",
        RuleRow row => row.Leaf is Not ? "not " + Leaves(row.Leaf).Single() : row.Leaf.ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };
}
