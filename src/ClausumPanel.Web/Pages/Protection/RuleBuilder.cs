using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>
/// A rule as groups and rows. The text is the rule: what is changed here is changed there, and nothing else of it. A row that cannot be written yet is kept as it was left, beside the text.
/// </summary>
public sealed class RuleBuilder
{
    /// <summary>The field with the text that the rows and groups were shown for.</summary>
    public const string ShownFor = "Builder.Text";

    private static readonly char[] BetweenCountries = [',', ';', ' '];

    private readonly Texts T;
    private readonly RuleLists _known;
    private readonly string? _currency;
    private readonly Dictionary<string, BuilderRow> _unfinished = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _chosen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private RuleAction _action = new(RuleActionKind.Review);
    private string? _points;

    public RuleBuilder(Texts texts, RuleLists known, IReadOnlyList<NamedListSize> lists, string? text, string? currency)
    {
        (T, _known, Lists) = (texts, known, lists);
        _currency = Currencies.TryFind(currency?.Trim().ToUpperInvariant(), out var code, out _) ? code : null;
        Tree = RuleTree.Parse(text ?? "");
        Show(Tree);
    }

    /// <summary>The rule as it is now.</summary>
    public string Text => Tree.Text;
    public RuleTree Tree { get; private set; }

    /// <summary>Null when nothing is written yet, or what is written cannot be read.</summary>
    public RuleOutline? Outline { get; private set; }
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <summary>The lists a row may choose from.</summary>
    public IReadOnlyList<NamedListSize> Lists { get; }

    /// <summary>Rows wait to be completed; the text has them as they were.</summary>
    public bool IsUnfinished => _unfinished.Count > 0 || _points is not null;

    /// <summary>What was done, in the reader's words.</summary>
    public string? Said { get; private set; }

    /// <summary>Why it was not done, in the reader's words.</summary>
    public string? Refused { get; private set; }

    /// <summary>The element that has the focus from here on; null: the one that had it.</summary>
    public string? Focus { get; private set; }

    /// <summary>The item whose menu stays open.</summary>
    public string? Open { get; private set; }

    public RuleActionKind Action => _action.Kind;
    public string Points => _points ?? (_action.Kind == RuleActionKind.Add ? _action.Points : 10).ToString(CultureInfo.InvariantCulture);
    public string? PointsProblem => _points is null ? null : T["Write a whole number between -100 and 100."];

    /// <summary>The row as it is shown.</summary>
    public BuilderRow Row(RuleRow row)
    {
        if (_unfinished.TryGetValue(row.Path, out var unfinished)) return unfinished;
        var problem = Wrong.FirstOrDefault(found => found.At.Offset >= row.Leaf.Offset && found.At.Offset < row.Leaf.Offset + row.Leaf.Length);
        return new BuilderRow(RowForm.Read(row.Leaf), Written(row), problem is null ? null : T.Say(problem), IsHint: false);
    }

    /// <summary>Whether all of its items must hold; a group with one item remembers what was chosen for it.</summary>
    public bool IsAll(RuleGroup group) => group.IsWaiting && _chosen.TryGetValue(group.Path, out var all) ? all : group.IsAll;

    public string Kind(RuleGroup group) => (IsAll(group), group.IsNegated) switch { (true, false) => "all", (false, false) => "any", (false, true) => "none", (true, true) => "notall" };

    private IReadOnlyList<RuleProblem> Wrong { get; set; } = [];

    private string Currency => _currency ?? Tree.Tokens.Zip(Tree.Tokens.Skip(1)).Where(pair => pair.First.Kind == RuleTokenKind.Number && Currencies.TryFind(pair.Second.Text, out _, out _)).Select(pair => pair.Second.Text).FirstOrDefault() ?? "MXN";

    /// <summary>Takes over what was changed in the fields since they were shown. When the text was changed meanwhile, the text is right and the fields are not looked at.</summary>
    /// <returns>False when they were not.</returns>
    public bool Take(IFormCollection form)
    {
        ArgumentNullException.ThrowIfNull(form);
        if (!form.TryGetValue(ShownFor, out var shownFor) || !IsSame(shownFor.ToString(), Text)) return false;
        TakeAction(form);
        if (Outline is null) return true;
        // Their places stay what they are, whatever is said in them.
        string[] rows = [.. Outline.Items.OfType<RuleRow>().Select(row => row.Path)], groups = [.. Outline.Items.OfType<RuleGroup>().Select(group => group.Path).Reverse()];
        foreach (var path in rows) TakeRow(path, form);
        foreach (var path in groups) TakeGroup(path, form);
        if (_unfinished.Values.FirstOrDefault() is { } unfinished) Said = unfinished.Problem;
        else if (_points is not null) Said = PointsProblem;
        else if (_changed.Count == 1 && Outline?.Find(_changed.Single()) is RuleRow only) Said = T["Changed: {0}", Written(only)];
        else if (_changed.Count > 0) Said = T["The rule was changed."];
        return true;
    }

    /// <summary>Changes what stands at a place.</summary>
    /// <param name="what">Which change.</param>
    /// <param name="at">The place.</param>
    /// <param name="isShown">Whether the text is the one the places were shown for.</param>
    public void Do(string what, string at, bool isShown = true)
    {
        if (!isShown)
        {
            Refused = T["The text was changed meanwhile. This is how it is now; please do it again."];
            return;
        }
        if (Outline is null)
        {
            if (IsEmpty && what is "add") Begin();
            return;
        }
        var item = Outline.Find(at);
        if (item is null) return;
        // What is taken away need not be completed first.
        if (what == "remove" && RuleOutline.CanRemove(item) && _unfinished.Keys.All(path => path == at || path.StartsWith(at + "-", StringComparison.Ordinal))) _unfinished.Clear();
        if (_unfinished.Count > 0)
        {
            var (path, row) = _unfinished.First();
            (Refused, Focus) = (T["First complete the condition that is marked."], row.Form is null ? $"{path}-text" : row.Typed is not null || row.Form.IsBlank ? $"{path}-fact" : $"{path}-v0");
            return;
        }
        switch (what, item)
        {
            case ("add", RuleGroup group):
                Add(group, asGroup: false);
                break;
            case ("group", RuleGroup group):
                Add(group, asGroup: true);
                break;
            case ("remove", _) when RuleOutline.CanRemove(item):
                if (Change(Outline.Remove(item), T["Removed."])) Focus = FocusOf(Beside(at));
                break;
            case ("up" or "down", { Parent: { } group }):
                var to = item.Index + (what == "up" ? -1 : 1);
                if (to < 0 || to >= group.Items.Count || !Change(Outline.Move(item, to - item.Index), what == "up" ? T["Moved up."] : T["Moved down."])) break;
                Open = $"{group.Path}-{to}";
                Focus = to == 0 || to == group.Items.Count - 1 ? $"{Open}-menu" : $"{Open}-{what}";
                break;
            case ("wrap", _):
                if (Change(Outline.Wrap(item), T["Put in a group."])) Focus = $"{at}-kind";
                break;
            case ("unwrap", RuleGroup group) when RuleOutline.CanUnwrap(group):
                if (Change(Outline.Unwrap(group), T["The group was dissolved."])) Focus = FocusOf(Beside(at));
                break;
            case ("negate", _):
                if (Change(Outline.Negate(item), item.IsNegated ? T["The not was taken away."] : T["Negated."], keepsPlaces: true)) Focus = $"{at}-menu";
                break;
            default:
                break;
        }
    }

    private void Begin()
    {
        Show(RuleTree.Of(new FlagNode(true), _action));
        (Said, Focus) = (T["Condition added."], $"{RuleOutline.RootPath}-0-fact");
    }

    // A condition that changes nothing until its fact is chosen: always true among others that must all be, never among others of which one must.
    private void Add(RuleGroup group, bool asGroup)
    {
        var all = IsAll(group);
        var at = $"{group.Path}-{group.Items.Count}";
        if (Change(Outline!.Append(group, new FlagNode(all), all, asGroup), asGroup ? T["Group added."] : T["Condition added."], keepsPlaces: true)) Focus = asGroup ? $"{at}-0-fact" : $"{at}-fact";
    }

    private bool Change(RuleTree changed, string said, bool keepsPlaces = false)
    {
        if (changed.Problems is [var problem, ..])
        {
            Refused = T.Say(problem);
            return false;
        }
        if (!keepsPlaces) _chosen.Clear();
        Show(changed);
        Said = said;
        return true;
    }

    private void Show(RuleTree tree)
    {
        (Tree, Outline) = (tree, RuleOutline.Of(tree));
        if (tree.Action is { } action) _action = action;
        Wrong = Outline is not null && !CompiledRule.TryCompile(tree.Text, _known, out _, out var problems) ? problems : [];
    }

    private void TakeAction(IFormCollection form)
    {
        if (!Enum.TryParse<RuleActionKind>(form["action.kind"], out var kind) || !Enum.IsDefined(kind)) return;
        var typed = form["action.points"].ToString().Trim();
        var points = 0;
        if (kind == RuleActionKind.Add && typed.Length > 0 && (!int.TryParse(typed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out points) || points is < -100 or > 100))
        {
            _points = typed;
            return;
        }
        // Chosen just now, its points are not on the page yet.
        if (kind == RuleActionKind.Add && typed.Length == 0) points = _action.Kind == RuleActionKind.Add ? _action.Points : 10;
        var action = new RuleAction(kind, points);
        if (action == _action) return;
        _action = action;
        if (Outline is null) return;
        Show(Tree.SetAction(action));
        _changed.Add("action");
    }

    private void TakeGroup(string path, IFormCollection form)
    {
        var kind = form[$"group.{path}"].ToString();
        if (Outline!.Find(path) is not RuleGroup group || kind is not ("all" or "any" or "none" or "notall")) return;
        var (all, negated) = (kind is "all" or "notall", kind is "none" or "notall");
        if (group.IsWaiting && (_chosen.ContainsKey(path) || all != group.IsAll)) _chosen[path] = all;
        if ((group.IsWaiting || all == group.IsAll) && negated == group.IsNegated) return;
        if (group.IsWaiting) _chosen[path] = all;
        Show(Outline.Turn(group, all, negated));
        _changed.Add(path);
    }

    private void TakeRow(string path, IFormCollection form)
    {
        if (Outline!.Find(path) is not RuleRow row) return;
        if (RowForm.Read(row.Leaf) is not { } shown)
        {
            if (form.TryGetValue($"row.{path}.text", out var typed) && !IsSame(typed.ToString(), Written(row))) Write(row, typed.ToString(), null);
            return;
        }
        if (!form.TryGetValue($"row.{path}.fact", out var chosen)) return;
        var fact = chosen.ToString().Trim();
        // What it showed: where it waited to be completed, not what the text says.
        if (Parsed(form[$"row.{path}.was"].ToString(), form, path) is not { } was) was = shown;
        var asked = Enum.TryParse<RowOperator>(form[$"row.{path}.op"], out var known) && Enum.IsDefined(known) ? known : was.Operator;
        if (fact == was.Fact && asked == was.Operator && was.Equals(shown)) return;
        if (fact != was.Fact && RowForm.FindFact(fact) is null)
        {
            Write(row, fact, was);
            return;
        }
        var next = was;
        if (fact != was.Fact) next = next.WithFact(fact, Currency);
        var isOffered = RowForm.FindFact(fact) is { } definition && RowForm.OperatorsOf(definition).Contains(asked);
        var isAskedAnew = asked != was.Operator && isOffered;
        if (isAskedAnew) next = next.WithOperator(asked, Currency);
        if (next.Write(out var need) is not { } leaf)
        {
            _unfinished[path] = new BuilderRow(next, "", T.Say(need), IsHint: isAskedAnew || fact != was.Fact);
            return;
        }
        Put(row, Outline.Replace(row, leaf), next);
    }

    // A condition in the language where a row is no longer enough, or where it never was.
    private void Write(RuleRow row, string typed, RowForm? form)
    {
        var changed = Outline!.Replace(row, typed, out var problems);
        if (form is null && problems is [var problem, ..])
        {
            _unfinished[row.Path] = new BuilderRow(null, typed, T.Say(problem), IsHint: false);
        }
        else if (form is not null && !CompiledRule.TryCompile($"when {typed}\nthen review", _known, out _, out var found))
        {
            // No fact, and no condition either.
            _unfinished[row.Path] = new BuilderRow(form, "", typed.Length == 0 ? T.Say(RowNeed.Fact) : T.Say(found[0]), IsHint: false, typed);
        }
        else
        {
            Put(row, changed, form);
        }
    }

    private void Put(RuleRow row, RuleTree changed, RowForm? form)
    {
        if (changed.Problems is [var problem, ..])
        {
            _unfinished[row.Path] = new BuilderRow(form, form is null ? Written(row) : "", T.Say(problem), IsHint: false);
            return;
        }
        Show(changed);
        _changed.Add(row.Path);
    }

    // The row as its fields have it, under the fact and the operator that they were shown for.
    private static RowForm? Parsed(string was, IFormCollection form, string path)
    {
        if (was.Split('|') is not [var fact, var word] || !Enum.TryParse<RowOperator>(word, out var asked) || !Enum.IsDefined(asked)) return null;
        var before = $"row.{path}.v";
        var values = form.Keys.Where(key => key.StartsWith(before, StringComparison.Ordinal))
            .Select(key => int.TryParse(key.AsSpan(before.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).Where(number => number >= 0).Order()
            .Select(number => new RowValue(form[$"{before}{number}"].ToString(), form[$"row.{path}.u{number}"].ToString())).ToArray();
        var row = new RowForm(fact, asked, values);
        if (RowForm.Count(asked) is not null) return row;
        if (row.Control == RowControl.Country) values = [.. values.SelectMany(value => value.Text.Split(BetweenCountries, StringSplitOptions.RemoveEmptyEntries)).Select(code => new RowValue(code))];
        return row with { Values = [.. values.Where(value => value.Text.Trim().Length > 0)] };
    }

    private RuleItem Beside(string at)
    {
        if (Outline!.Find(at) is { } same) return same;
        var cut = at.LastIndexOf('-');
        if (cut < 0) return Outline.Root;
        var index = int.Parse(at.AsSpan(cut + 1), CultureInfo.InvariantCulture);
        return Outline.Find($"{at[..cut]}-{index - 1}") ?? Beside(at[..cut]);
    }

    private static string FocusOf(RuleItem item) => item switch
    {
        RuleGroup group => $"{group.Path}-kind",
        RuleRow row when RowForm.Read(row.Leaf) is null => $"{row.Path}-text",
        _ => $"{item.Path}-fact",
    };

    private string Written(RuleRow row) => Text.Substring(row.Leaf.Offset, row.Leaf.Length);

    // A browser writes line ends as it likes.
    private static bool IsSame(string one, string other) => one.ReplaceLineEndings("\n") == other.ReplaceLineEndings("\n");
}

/// <summary>A row as it is shown.</summary>
/// <param name="Form">Its fields; null when it is shown as its text.</param>
/// <param name="Text">Its text.</param>
/// <param name="Problem">What is wrong with it, in the reader's words, or null.</param>
/// <param name="IsHint">It is only not complete yet.</param>
/// <param name="Typed">What stands where the fact should, when it is none.</param>
public sealed record BuilderRow(RowForm? Form, string Text, string? Problem, bool IsHint, string? Typed = null);

/// <summary>An item of the builder, and the builder it is shown in.</summary>
public sealed record BuilderItem<TItem>(RuleBuilder Builder, TItem Item) where TItem : RuleItem
{
    public string Path => Item.Path;
    public bool IsFirst => Item.Index == 0;
    public bool IsLast => Item.Parent is null || Item.Index == Item.Parent.Items.Count - 1;

    /// <summary>1, 1.2: as it is called aloud.</summary>
    public string Number => string.Join('.', Path.Split('-').Skip(1).Select(part => (int.Parse(part, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture)));
}

/// <summary>One value of a row, or the place for one more.</summary>
/// <param name="Builder">Where it is shown.</param>
/// <param name="Fact">The row's fact.</param>
/// <param name="Form">The row.</param>
/// <param name="Path">The row's place.</param>
/// <param name="Index">Which of its values.</param>
/// <param name="About">The elements that say more about it.</param>
/// <param name="Invalid">The class of a field that must be put right, or null.</param>
public sealed record BuilderValue(RuleBuilder Builder, FactDefinition Fact, RowForm Form, string Path, int Index, string About, string? Invalid)
{
    private static readonly string[] Near = ["MXN", "USD", "EUR"];

    /// <summary>All currencies, the usual ones first.</summary>
    public static IReadOnlyList<string> CurrencyCodes { get; } = [.. Near, .. Currencies.All.Except(Near)];

    /// <summary>The place of the last field.</summary>
    public int Last => RowForm.Count(Form.Operator) is { } count ? count - 1 : Form.Values.Count;
}
