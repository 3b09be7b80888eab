namespace ClausumPanel.Assess.Rules;

public sealed partial class RuleOutline
{
    /// <summary>Whether taking it away leaves a condition.</summary>
    public static bool CanRemove(RuleItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Parent is { } group && (!group.IsWaiting || CanRemove(group));
    }

    /// <summary>Whether its parentheses can go and every condition means what it meant.</summary>
    public static bool CanUnwrap(RuleGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.IsNegated || !group.IsEnclosed) return false;
        return group.IsWaiting || group.Parent is { IsWaiting: false } outer && outer.IsAll == group.IsAll;
    }

    /// <summary>The rule without the item. A group of which one item is left goes too, and so does one of which none is.</summary>
    /// <exception cref="ArgumentException">No condition would be left.</exception>
    public RuleTree Remove(RuleItem item)
    {
        if (!CanRemove(item)) throw new ArgumentException("A rule needs a condition.", nameof(item));
        var group = item.Parent!;
        if (group.IsWaiting) return Remove(group);
        if (item.Index == 0)
        {
            // The next one takes its place, and so the place it leaves is never the first.
            var moved = Again(Move(item, 1));
            return moved.Remove(((RuleGroup)moved.Find(group.Path)!).Items[1]);
        }
        var (before, here) = (Places(group, item.Index - 1), Places(group, item.Index));
        var edits = Edits();
        if (before.IsTrailBehindWord && item.Index + 1 < group.Items.Count && Places(group, item.Index + 1) is { LeadBeforeWord.Length: 0 } next)
        {
            // Words at the ends of lines: it goes with the one after it, and the one before it keeps its comment.
            edits.Put(here.Lead.Start, next.Lead.Start, "");
        }
        else
        {
            if (before.IsTrailBehindWord) edits.Put(before.Text.End, before.Trail.Start, "");
            var to = here.IsTrailBehindWord ? here.Text.End : here.Trail.End;
            edits.Put(before.Trail.End, to, before.Trail.Length > 0 && !IsLineEndAt(to) ? NewLine : "");
            if (here.IsTrailBehindWord) edits.Put(here.Trail.Start, here.Trail.End, "");
        }
        var left = RuleTree.Parse(edits.Done());
        if (group.Items.Count > 2 || Of(left) is not { } outline) return left;
        // One item is left: its group was no more than a pair of parentheses by now.
        var alone = outline.Find(group.Path);
        if (alone is RuleGroup { IsImplied: true } implied) alone = implied.Items[0];
        var isEnclosed = group is { IsEnclosed: true, IsNegated: false } && alone is { Levels: > 0 } or RuleGroup { IsWaiting: true, IsNegated: false };
        return isEnclosed ? outline.Bared(alone!.First, alone.Last) : left;
    }

    /// <summary>The rule with one more condition at the end of the group.</summary>
    /// <param name="group">Where.</param>
    /// <param name="condition">What.</param>
    /// <param name="all">How a group that waits goes on: all of them, or one.</param>
    /// <param name="asGroup">The condition is the first of a group of its own.</param>
    public RuleTree Append(RuleGroup group, RuleNode condition, bool all, bool asGroup = false)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!group.IsWaiting) all = group.IsAll;
        var written = asGroup ? $"( {condition} )" : RulePrinter.Write(condition, RulePrinter.LevelWithin(all));
        var last = Places(group, group.Items.Count - 1);
        var (blank, word, after) = (" ", all ? "and" : "or", " ");
        if (!group.IsWaiting)
        {
            var separator = _tokens[group.Items[^1].First - 1];
            (blank, word, after) = (Blank(separator.Trivia), separator.Text, Blank(_tokens[group.Items[^1].First].Trivia));
        }
        else if (!group.IsImplied && HasLineEnd(_tokens[group.Items[0].First].Trivia))
        {
            blank = Blank(_tokens[group.Items[0].First].Trivia);
        }
        if (last.Trail.Length > 0 && !HasLineEnd(blank)) blank = NewLine + blank;
        var edits = Edits();
        edits.Put(last.Trail.End, last.Trail.End, blank + word + after + written);
        if (group is { IsWaiting: true, IsImplied: false })
        {
            // It waits no more: the blanks that said so can go.
            var (first, close) = (_tokens[group.Items[0].First], _tokens[group.Items[0].Last + 1]);
            if (first.Trivia == " " && close.Trivia == " ")
            {
                edits.Put(first.Offset - 1, first.Offset, "");
                edits.Put(close.Offset - 1, close.Offset, "");
            }
        }
        return RuleTree.Parse(edits.Done());
    }

    /// <summary>The rule with the item and its neighbour in each other's place.</summary>
    /// <param name="item">Which.</param>
    /// <param name="by">-1: with the one before it, 1: with the one after it.</param>
    public RuleTree Move(RuleItem item, int by)
    {
        ArgumentNullException.ThrowIfNull(item);
        var group = item.Parent;
        var other = item.Index + by;
        if (group is null || by is not (1 or -1) || other < 0 || other >= group.Items.Count) throw new ArgumentOutOfRangeException(nameof(by));
        var (one, two) = (Places(group, Math.Min(item.Index, other)), Places(group, Math.Max(item.Index, other)));
        var edits = Edits();
        PutAt(edits, one, two);
        PutAt(edits, two, one);
        return RuleTree.Parse(edits.Done());
    }

    /// <summary>The rule with the item in a group of its own, which says nothing else.</summary>
    public RuleTree Wrap(RuleItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var isBare = item is RuleGroup { IsEnclosed: false, IsImplied: false };
        var edits = Edits();
        edits.Put(StartOf(item), StartOf(item), isBare ? "( (" : "( ");
        edits.Put(EndOf(item), EndOf(item), isBare ? ") )" : " )");
        return RuleTree.Parse(edits.Done());
    }

    /// <summary>The rule with the group's items in the group around it.</summary>
    /// <exception cref="ArgumentException">That would mean something else.</exception>
    public RuleTree Unwrap(RuleGroup group)
    {
        if (!CanUnwrap(group)) throw new ArgumentException("Without its parentheses it would mean something else.", nameof(group));
        var edits = Edits();
        var (open, close) = (group.First, group.Last);
        for (; open < group.Items[0].First; open++, close--) Bare(edits, open, close);
        return RuleTree.Parse(edits.Done());
    }

    /// <summary>The rule with the item turned round: with <c>not</c> before it, or without.</summary>
    public RuleTree Negate(RuleItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var edits = Edits();
        if (item.IsNegated)
        {
            var within = item.Not + 1;
            var blank = _tokens[within].Trivia;
            edits.Put(_tokens[item.Not].Offset, _tokens[item.Not].End + (IsBlank(blank) ? blank.Length : 0), "");
            // Parentheses that only not needed.
            var needless = item is RuleRow ? item.LevelsWithin > 0 : item is RuleGroup { Parent: null, IsWaiting: false } && item.Levels == 0;
            if (needless) Bare(edits, within, TokenEndingAt(item.Node.Offset + item.Node.Length));
            return RuleTree.Parse(edits.Done());
        }
        var (opens, closes) = item switch
        {
            RuleGroup { IsImplied: true } => ("not ( ", " )"),
            RuleGroup { IsEnclosed: false } => ("not (", ")"),
            RuleRow { Levels: 0 } row when RulePrinter.LevelOf(row.Leaf) < RulePrinter.LevelAfterNot(row.Leaf) => ("not (", ")"),
            _ => ("not ", ""),
        };
        edits.Put(StartOf(item), StartOf(item), opens);
        edits.Put(EndOf(item), EndOf(item), closes);
        return RuleTree.Parse(edits.Done());
    }

    /// <summary>The rule with the group asking that all of its items hold, or one, or that this is not so. A group with one item says nothing of the first; the text stays.</summary>
    public RuleTree Turn(RuleGroup group, bool all, bool negated)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!group.IsWaiting && group.IsAll != all)
        {
            var joined = Again(Join(group, all));
            return joined.Turn((RuleGroup)joined.Find(group.Path)!, all, negated);
        }
        return group.IsNegated == negated ? Tree : Negate(group);
    }

    /// <summary>The rule with another condition in the row's place.</summary>
    public RuleTree Replace(RuleRow row, RuleNode by)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Tree.Replace(row.Leaf, by);
    }

    /// <summary>The rule with a condition, as somebody wrote it, in the row's place. What cannot be read changes nothing and says why; places count in what was written.</summary>
    public RuleTree Replace(RuleRow row, string written, out IReadOnlyList<RuleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(written);
        // Read by itself, so that it cannot end the rule or open what another part closes.
        const string before = "when ";
        var alone = RuleTree.Parse($"{before}{written}{NewLine}then review");
        problems = [.. alone.Problems.Select(problem => problem with { At = TextPlace.Of(written, Math.Clamp(problem.At.Offset - before.Length, 0, written.Length), problem.At.Length) })];
        if (alone.Condition is not { } by) return Tree;
        var text = written.Trim();
        if (alone.Tokens[^3].Trivia.Any(c => !char.IsWhiteSpace(c))) text += NewLine;
        if (RulePrinter.LevelOf(by) < Tree.LevelAround(row.Leaf, by)) text = $"({text})";
        var edits = Edits();
        edits.Put(row.Leaf.Offset, row.Leaf.Offset + row.Leaf.Length, text);
        return RuleTree.Parse(edits.Done());
    }

    private RuleTree Join(RuleGroup group, bool all)
    {
        var edits = Edits();
        // What binds looser than its new surroundings needs parentheses: the group in the one around it, and what is in the group.
        var encloses = !group.IsEnclosed && group.Parent is { IsWaiting: false } && !all;
        if (encloses) edits.Put(StartOf(group), StartOf(group), "(");
        foreach (var item in group.Items)
        {
            var enclosesItem = all && item is RuleGroup { IsEnclosed: false };
            if (item.Index > 0)
            {
                var word = _tokens[item.First - 1];
                var isUpper = word.Text.All(char.IsUpper);
                edits.Put(word.Offset, word.End, all ? isUpper ? "AND" : "and" : isUpper ? "OR" : "or");
            }
            if (enclosesItem) edits.Put(StartOf(item), StartOf(item), "(");
            if (enclosesItem) edits.Put(EndOf(item), EndOf(item), ")");
        }
        if (encloses) edits.Put(EndOf(group), EndOf(group), ")");
        return RuleTree.Parse(edits.Done());
    }

    private RuleTree Bared(int open, int close)
    {
        var edits = Edits();
        Bare(edits, open, close);
        return RuleTree.Parse(edits.Done());
    }

    // Takes two parentheses away, and the blanks within them; comments stay.
    private void Bare(TextEdits edits, int open, int close)
    {
        var (first, last) = (_tokens[open + 1], _tokens[close]);
        edits.Put(_tokens[open].Offset, _tokens[open].End + (IsBlank(first.Trivia) ? first.Trivia.Length : 0), "");
        edits.Put(last.Offset - (IsBlank(last.Trivia) ? last.Trivia.Length : 0), last.End, "");
    }

    // The other's text and comments where this one stands.
    private void PutAt(TextEdits edits, ItemPlaces here, ItemPlaces other)
    {
        var lead = string.Concat(TextOf(other.LeadBeforeWord), TextOf(other.Lead));
        var before = here.LeadBeforeWord.Length > 0 || (here.Word >= 0 && HasLineEnd(_tokens[here.Word].Trivia));
        var (target, rest) = before ? (here.LeadBeforeWord, here.Lead) : (here.Lead, here.LeadBeforeWord);
        var start = target.Start;
        if (lead.Length > 0 && target.Length == 0 && !IsLineStartAt(start))
        {
            lead = NewLine + lead[(lead.LastIndexOfAny(['\n', '\r']) + 1)..] + lead;
            while (char.IsWhiteSpace(Tree.Text[start - 1])) start--;
        }
        edits.Put(start, target.End, lead);
        edits.Put(rest.Start, rest.End, "");
        edits.Put(here.Text.Start, here.Text.End, TextOf(other.Text));
        var trail = TextOf(other.Trail);
        if (trail.Length > 0 && !IsLineEndAt(here.Trail.End)) trail += NewLine;
        edits.Put(here.Trail.Start, here.Trail.End, trail);
    }

    // Where an item, its comments and the word before it stand.
    private ItemPlaces Places(RuleGroup group, int index)
    {
        var item = group.Items[index];
        var (start, end) = (StartOf(item), EndOf(item));
        var places = new ItemPlaces { Word = index > 0 ? item.First - 1 : -1, Text = new(start, end), Lead = new(start, start), Trail = new(end, end) };
        if (index > 0)
        {
            var word = _tokens[item.First - 1];
            var mine = Behind(word.Trivia, word.Offset);
            places.LeadBeforeWord = mine;
            // Comments on the line of the word belong to what stands before it, when that stands on the line too.
            places.Lead = HasLineEnd(word.Trivia) ? Commented(_tokens[item.First].Trivia, start) : Behind(_tokens[item.First].Trivia, start);
        }
        else
        {
            places.Lead = Behind(_tokens[item.First].Trivia, start);
        }
        var next = _tokens[item.Last + 1];
        if (InFront(next.Trivia, end) is { Length: > 0 } trail) return places with { Trail = trail };
        if (index == group.Items.Count - 1 || HasLineEnd(next.Trivia) || InFront(_tokens[item.Last + 2].Trivia, next.End) is not { Length: > 0 } behind) return places;
        return places with { Trail = behind, IsTrailBehindWord = true };
    }

    // The comment on the first line of what stands between two tokens.
    private static Stretch InFront(string trivia, int start)
    {
        var length = trivia.AsSpan().IndexOfAny('\n', '\r');
        if (length < 0) length = trivia.Length;
        return new Stretch(start, start + (IsBlank(trivia[..length]) ? 0 : length));
    }

    // The comments on the lines after the first.
    private static Stretch Behind(string trivia, int end)
    {
        var line = trivia.AsSpan().IndexOfAny('\n', '\r');
        return line < 0 ? new Stretch(end, end) : Commented(trivia[line..], end);
    }

    private static Stretch Commented(string trivia, int end)
    {
        var first = trivia.AsSpan().IndexOfAnyExcept(trivia.Where(char.IsWhiteSpace).Distinct().ToArray());
        return first < 0 ? new Stretch(end, end) : new Stretch(end - trivia.Length + first, end);
    }

    private static bool IsBlank(string trivia) => string.IsNullOrWhiteSpace(trivia);

    private static bool HasLineEnd(string trivia) => trivia.AsSpan().ContainsAny('\n', '\r');

    // The blanks of it: from the last line end on, or all.
    private string Blank(string trivia)
    {
        if (!HasLineEnd(trivia)) return trivia.Length == 0 ? " " : trivia;
        return NewLine + trivia[(trivia.LastIndexOfAny(['\n', '\r']) + 1)..];
    }

    private bool IsLineEndAt(int offset) => offset < Tree.Text.Length && Tree.Text[offset] is '\n' or '\r';

    private bool IsLineStartAt(int offset)
    {
        while (offset > 0 && Tree.Text[offset - 1] is not ('\n' or '\r'))
            if (!char.IsWhiteSpace(Tree.Text[--offset])) return false;
        return true;
    }

    private string NewLine => Tree.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private int StartOf(RuleItem item) => _tokens[item.First].Offset;

    private int EndOf(RuleItem item) => _tokens[item.Last].End;

    private string TextOf(Stretch stretch) => Tree.Text[stretch.Start..stretch.End];

    private TextEdits Edits() => new(Tree.Text);

    private static RuleOutline Again(RuleTree tree) => Of(tree) ?? throw new InvalidOperationException($"A rule that could be read cannot any more: {tree.Text}");

    private readonly record struct Stretch(int Start, int End)
    {
        public int Length => End - Start;
    }

    private record struct ItemPlaces
    {
        /// <summary>The token <c>and</c> or <c>or</c> before it; -1 before the first.</summary>
        public int Word { get; init; }

        /// <summary>Its comments before that word.</summary>
        public Stretch LeadBeforeWord { get; set; }

        /// <summary>Its comments after that word.</summary>
        public Stretch Lead { get; set; }

        public Stretch Text { get; init; }

        /// <summary>Its comment on the line it ends on, with the blanks before it.</summary>
        public Stretch Trail { get; init; }

        /// <summary>That comment stands after the next <c>and</c> or <c>or</c>.</summary>
        public bool IsTrailBehindWord { get; init; }
    }
}

/// <summary>Changes to a text, put down from left to right and then made at once. What is put side by side stays apart.</summary>
internal sealed class TextEdits(string text)
{
    private readonly List<(int Start, int End, string By)> _edits = [];

    public void Put(int start, int end, string by) => _edits.Add((start, end, by));

    public string Done()
    {
        var done = new System.Text.StringBuilder(text.Length + 64);
        var at = 0;
        foreach (var (start, end, by) in _edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End))
        {
            Add(done, text.AsSpan(at, start - at));
            Add(done, by);
            at = end;
        }
        Add(done, text.AsSpan(at));
        return done.ToString();
    }

    private static void Add(System.Text.StringBuilder done, ReadOnlySpan<char> part)
    {
        if (part.IsEmpty) return;
        if (done.Length > 0 && RuleLexer.IsWordPart(done[^1]) && RuleLexer.IsWordPart(part[0])) done.Append(' ');
        done.Append(part);
    }
}
