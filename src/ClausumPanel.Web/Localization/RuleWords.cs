using System.Globalization;
using System.Security.Claims;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Pages.Entities;

namespace ClausumPanel.Web.Localization;

/// <summary>The parts of a rule as a person reads them.</summary>
public static class RuleWords
{
    private static readonly Dictionary<Fact, (EntityKind Kind, Window? Window)> Entities = AboutEntities();
    private static readonly HashSet<Fact> Counts = [.. from kind in Enum.GetValues<EntityKind>() from window in Enum.GetValues<Window>() select FactCatalog.Velocity(kind, Measure.Count, window)];
    private static readonly Dictionary<Fact, ListType> Lists = Enum.GetValues<ListType>().ToDictionary(FactCatalog.List);

    /// <summary>What a fact says; of what is counted, for whom and how long too.</summary>
    public static string About(this Texts T, FactDefinition fact)
    {
        var says = Texts.Translate(fact.Description);
        if (Lists.TryGetValue(fact.Fact, out var type)) return $"{T.Name(type)}: {says}";
        if (!Entities.TryGetValue(fact.Fact, out var about)) return says;
        return about.Window is { } window ? $"{T.Name(about.Kind)}, {T.Name(window)}: {says}" : $"{T.Name(about.Kind)}: {says}";
    }

    /// <summary>Where the reader sees a rule: its own page for who may change it, else its place among the rules.</summary>
    public static string Address(ClaimsPrincipal reader, string id) => reader.May(Permissions.ApproveProtection) ? $"/dashboard/protection/rule/{id}" : $"/dashboard/protection/rules#rule-{id}";

    /// <summary>What a rule asks, as a sentence: when it fires. What no row can show stands as it is written.</summary>
    public static string Say(this Texts T, PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var asked = RuleOutline.Of(RuleTree.Parse(rule.Text)) is { } outline ? Say(T, outline.Root, outline.Tree.Text) : rule.Text;
        return string.Join(" · ", ((string?[])[rule.Flow is { } flow ? flow == Flow.PayIn ? T["Payments only"] : T["Payouts only"] : null, rule.Currency, rule.Submerchant, asked]).OfType<string>());
    }

    /// <summary>What it decided, or asks for by itself, in a few words; null: it only adds points.</summary>
    public static string? SayAsked(this Texts T, Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Without is { } without) return T["it decided; without it, {0}", T.Name(without).ToLower(CultureInfo.CurrentCulture)];
        return step.Asks switch
        {
            RuleActionKind.Allow => T["allows whatever the score"],
            RuleActionKind.Review => T["asks for a review whatever the score"],
            RuleActionKind.Challenge => T["asks for a challenge whatever the score"],
            RuleActionKind.Block => T["blocks whatever the score"],
            _ => null,
        };
    }

    private static string Say(Texts T, RuleItem item, string text)
    {
        var not = item.IsNegated ? T["not"] + " " : "";
        if (item is RuleRow row) return not + (RowForm.Read(row.Leaf) is { } form ? Say(T, form) : text.Substring(row.Leaf.Offset, row.Leaf.Length));
        var group = (RuleGroup)item;
        var said = string.Join($" {(group.IsAll ? T["and"] : T["or"])} ", group.Items.Select(inner => Say(T, inner, text)));
        return (not.Length > 0 || group.Parent is not null) && group.Items.Count > 1 ? $"{not}({said})" : not + said;
    }

    private static string Say(Texts T, RowForm form)
    {
        if (RowForm.FindFact(form.Fact) is not { } fact) return form.Values is [{ Text: RowForm.Yes }] ? T["true"] : T["false"];
        // A flag says it itself.
        if (form.Control == RowControl.Flag && form.Operator is RowOperator.Is or RowOperator.IsNot) return (form.Operator == RowOperator.Is == (form.Values[0].Text == RowForm.Yes) ? "" : T["not"] + " ") + T.About(fact);
        // That there were none is said in a word.
        if (form is { Operator: RowOperator.Is, Values: [{ Text: "0" }] } && Counts.Contains(fact.Fact) && Entities.TryGetValue(fact.Fact, out var about) && about.Window is { } window) return $"{T.Name(about.Kind)}, {T.Name(window)}: {T["not seen before"]}";
        var values = form.Values.Select((value, place) => fact.Fact == Known.Hour && form.Control == RowControl.Number ? Hour(form.Operator, place, value.Text) : Say(T, form.Control, value));
        return string.Join(" ", ((string[])[T.About(fact), T.Name(form.Operator), string.Join(RowForm.Count(form.Operator) == 2 ? $" {T["and"]} " : ", ", values)]).Where(part => part.Length > 0));
    }

    // An hour lasts until its last minute.
    private static string Hour(RowOperator asked, int place, string text) => text + (asked switch
    {
        RowOperator.Less or RowOperator.AtLeast => ":00",
        RowOperator.AtMost or RowOperator.More => ":59",
        RowOperator.Between or RowOperator.NotBetween => place == 0 ? ":00" : ":59",
        _ => "",
    });

    private static string Say(Texts T, RowControl control, RowValue value) => control switch
    {
        RowControl.Money when decimal.TryParse(value.Text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) => $"{amount.ToString("N" + Currencies.Exponent(value.Unit).ToString(CultureInfo.InvariantCulture), CultureInfo.CurrentCulture)} {value.Unit}",
        RowControl.Duration => $"{value.Text} {T.DurationUnit(value.Unit)}",
        RowControl.Flag => value.Text == RowForm.Yes ? T["true"] : T["false"],
        RowControl.Weekday => Day(value.Text),
        RowControl.Country => Showing.Country(value.Text),
        RowControl.Fact when RowForm.FindFact(value.Text) is { } other => T.About(other),
        RowControl.Number or RowControl.Currency => value.Text,
        _ => T["“{0}”", value.Text],
    };

    public static string Name(this Texts T, RowOperator asked) => asked switch
    {
        RowOperator.Is or RowOperator.IsFact => T["is"],
        RowOperator.IsNot or RowOperator.IsNotFact => T["is not"],
        RowOperator.Less or RowOperator.LessFact => T["is less than"],
        RowOperator.AtMost or RowOperator.AtMostFact => T["is at most"],
        RowOperator.More or RowOperator.MoreFact => T["is more than"],
        RowOperator.AtLeast or RowOperator.AtLeastFact => T["is at least"],
        RowOperator.Between => T["is between"],
        RowOperator.NotBetween => T["is not between"],
        RowOperator.Among => T["is one of"],
        RowOperator.NotAmong => T["is none of"],
        RowOperator.InList => T["is in the list"],
        RowOperator.NotInList => T["is not in the list"],
        RowOperator.StartsWith => T["starts with"],
        RowOperator.EndsWith => T["ends with"],
        RowOperator.Contains => T["contains"],
        RowOperator.Matches => T["matches the pattern"],
        RowOperator.Missing => T["is missing"],
        RowOperator.Present => T["is present"],
    };

    /// <summary>The heading it is offered under.</summary>
    public static string Family(this Texts T, RowOperator asked) => asked switch
    {
        RowOperator.Missing or RowOperator.Present => T["Whether it is known"],
        RowOperator.Among or RowOperator.NotAmong or RowOperator.InList or RowOperator.NotInList => T["Several values"],
        >= RowOperator.IsFact and <= RowOperator.AtLeastFact => T["Another fact"],
        _ => T["A value"],
    };

    public static string Name(this Texts T, RuleActionKind kind) => kind switch
    {
        RuleActionKind.Allow => T["Allow"],
        RuleActionKind.Add => T["Add points"],
        RuleActionKind.Review => T["Send to review"],
        RuleActionKind.Challenge => T["Ask for verification"],
        RuleActionKind.Block => T["Block"],
    };

    public static string Say(this Texts T, RowNeed need) => need switch
    {
        RowNeed.Nothing => "",
        RowNeed.Fact => T["Choose a fact."],
        RowNeed.OtherFact => T["Choose the other fact."],
        RowNeed.OtherFactAlike => T["Both facts must be of the same kind."],
        RowNeed.Number => T["Write a number, such as 5 or 0.5."],
        RowNeed.Text => T["Write a text."],
        RowNeed.Country => T["Write the two letters of a country, such as MX."],
        RowNeed.Currency => T["Write the three letters of a currency, such as MXN."],
        RowNeed.List => T["Choose a list."],
        RowNeed.Value => T["Give at least one value."],
    };

    /// <summary>What is wrong, without its place.</summary>
    public static string Say(this Texts T, RuleProblem problem) => T[problem.Sentence, [.. problem.Values]] + (problem.Suggestion is null ? "" : " · " + T["did you mean {0}?", problem.Suggestion]);

    /// <summary>A unit of durations, <c>h</c>, as a word.</summary>
    public static string DurationUnit(this Texts T, string unit) => unit switch
    {
        "ms" => T["milliseconds"],
        "s" => T["seconds"],
        "m" => T["minutes"],
        "h" => T["hours"],
        _ => T["days"],
    };

    /// <summary>A day as rules write it, in the reader's language.</summary>
    public static string Day(string word, bool isShort = false)
    {
        var names = isShort ? CultureInfo.CurrentUICulture.DateTimeFormat.AbbreviatedDayNames : CultureInfo.CurrentUICulture.DateTimeFormat.DayNames;
        return names[(RowForm.Weekdays.ToList().IndexOf(word) + 1) % 7].TrimEnd('.');
    }

    private static Dictionary<Fact, (EntityKind, Window?)> AboutEntities()
    {
        var about = new Dictionary<Fact, (EntityKind, Window?)>();
        foreach (var kind in Enum.GetValues<EntityKind>())
        {
            foreach (var part in Enum.GetValues<HistoryPart>()) about[FactCatalog.History(kind, part)] = (kind, null);
            foreach (var measure in Enum.GetValues<Measure>())
            foreach (var window in Enum.GetValues<Window>())
                about[FactCatalog.Velocity(kind, measure, window)] = (kind, window);
        }
        return about;
    }
}
