using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One signal's or rule's part of the score.</summary>
/// <param name="Signal">Null for a rule.</param>
/// <param name="Before">The running sum before it.</param>
/// <param name="After">The running sum with it.</param>
/// <param name="Without">Of a rule: what would have been decided without it, where that is something else.</param>
/// <param name="Rule">As it was when it judged; null for a signal.</param>
public sealed record Step(SignalDefinition? Signal, string Title, string Sentence, string Code, int Points, int Before, int After, Decision? Without = null, PolicyRule? Rule = null)
{
    /// <summary>What the rule asks for, whatever the score; null: it only adds points, or it is a signal.</summary>
    public RuleActionKind? Asks { get; init; }

    /// <summary>It asks for what was decided.</summary>
    public bool AsksFor(Decision decision) => Asks switch
    {
        RuleActionKind.Allow => decision == Decision.Approve,
        RuleActionKind.Review => decision == Decision.Review,
        RuleActionKind.Challenge => decision == Decision.Challenge,
        RuleActionKind.Block => decision == Decision.Decline,
        _ => false,
    };
}

/// <summary>Why an assessment has its score: the rules that decided, then what fired, heaviest first, each in words, with what is usual.</summary>
public sealed class WhyView
{
    public required StoredAssessment Stored { get; init; }
    public required Facts Facts { get; init; }
    public required IReadOnlyList<Step> Steps { get; init; }
    public required SignalHit[] Hits { get; init; }

    /// <summary>The weights added up, before the scale's ends cap them.</summary>
    public required int Sum { get; init; }

    /// <summary>Told without points, in an order that says nothing of them.</summary>
    public bool IsBlind { get; private init; }

    /// <summary>How often each fires and how often rightly; empty where nobody asked.</summary>
    public IReadOnlyDictionary<int, SignalRate> Rates { get; set; } = new Dictionary<int, SignalRate>();

    /// <summary>The same of rules.</summary>
    public RuleRates RuleRates { get; set; } = RuleRates.None;

    // As many make somebody known of whom the rate of all says little.
    private const int KnownFrom = 3;

    private readonly Dictionary<Step, string?> _usual = new(ReferenceEqualityComparer.Instance);

    /// <summary>What its payer did before; null: it names none, or nobody asked.</summary>
    public Habits? Habits { get; set; }

    /// <summary>What is usual where that signal looks, in words; null when there is no usual.</summary>
    public string? Usual(Step step, Texts T)
    {
        if (!_usual.TryGetValue(step, out var usual)) _usual[step] = usual = Find(step, T);
        return usual;
    }

    private string? Find(Step step, Texts T) => step.Rule is { } rule ? Habits?.Say(rule, Stored.Currency, Steps.Any(s => s.Signal is { Category: SignalCategory.Amount, Code: not Habits.AtNight }), T) : step.Signal is not { } signal ? null : signal.Category switch
    {
        SignalCategory.Amount when signal.Code == Outlying.Code && Outlying.Of(this) is { } outlying => outlying.Payer is null && Balance.Range(Facts, Stored.Flow) is { } few ? T.SayWhose(few, Stored.Currency, Stored.Flow) + " · " + T["too few to compare with"] : null,
        SignalCategory.Amount => Joined(Habits is { } night && signal.Code == Habits.AtNight ? Joined(night.Say(signal, Stored.Currency, T), night.OwnClock(T)) : null, UsualAmount(signal, T)),
        // A number of payments says nothing beside an amount.
        SignalCategory.Velocity when signal.Parameters.All(p => p.Name != "times_large") && !signal.Code.EndsWith("_declines", StringComparison.Ordinal) && Balance.PerDay(Facts) is { } perDay => T[Stored.Flow == Flow.PayOut ? "usual for this customer: {0} a day" : "usual for this payer: {0} a day", perDay.ToString(perDay < 10 ? "0.##" : "N0", CultureInfo.CurrentCulture)],
        // What was sent instead of a person.
        SignalCategory.Payout when signal.Code == "payout_unattributed_initiator" => Joined(string.IsNullOrWhiteSpace(Facts.Text(Known.PayoutInitiator)) ? T["the shop did not say who"] : T["the shop sent “{0}” (initiated_by)", Facts.Text(Known.PayoutInitiator)!], Habits?.Say(signal, Stored.Currency, T)),
        _ => Habits?.Say(signal, Stored.Currency, T),
    };

    /// <summary>What fired and why, without what it weighed, what it decided and how often it was right: for who decides before they may see that.</summary>
    public WhyView Blind() => new()
    {
        Stored = Stored, Facts = Facts, Hits = Hits, Sum = Stored.Score, IsBlind = true, Habits = Habits,
        Steps = [.. Steps.OrderBy(s => s.Signal is null).ThenBy(s => s.Signal?.Index).ThenBy(s => s.Code, StringComparer.Ordinal).Select(s => s with { Points = 0, Before = 0, After = 0, Without = null, Asks = null })],
    };

    /// <summary>The same, where a signal before it has not said it already.</summary>
    public string? UsualOnce(Step step, Texts T)
    {
        if (Usual(step, T) is not { } usual) return null;
        var said = Steps.TakeWhile(s => s != step).Select(s => Usual(s, T)).OfType<string>().ToList();
        if (said.Contains(usual)) return null;
        // Of the hour and the amount, which a rule and a signal may both ask for, what is left.
        if (step.Rule is null && step.Signal is not { Category: SignalCategory.Amount }) return usual;
        return string.Join(" · ", usual.Split(" · ").Where(part => !said.Exists(s => s.Contains(part, StringComparison.Ordinal) || s.Split(" · ").Any(one => part.EndsWith(one, StringComparison.Ordinal))))) is { Length: > 0 } left ? left : null;
    }

    /// <summary>Which rule or list held it or had a say, however little that weighs, and what that means; null: its score alone did it.</summary>
    public (string Words, string? Meaning)? SayFlagged(Bands bands, Texts T)
    {
        if (Stored.Decision is not (Decision.Review or Decision.Challenge)) return null;
        if (Steps.FirstOrDefault(s => s.Without is not null) is { Rule: { } decided, Without: { } without }) return (T["held by the rule “{0}”", decided.Name], T["Held: this rule decided. Without it: {0}.", T.Name(without).ToLower(CultureInfo.CurrentCulture)] + " " + T["When {0}", T.Say(decided)]);
        var isScored = Stored.Score >= (Stored.Decision == Decision.Review ? bands.Review : bands.Challenge);
        if (Steps.Where(s => s is { Rule: not null, Points: >= 0 } && s.Asks != RuleActionKind.Allow).ToList() is [{ Rule: { } first }, ..] rules)
        {
            List<string> said = [T[rules.Count == 1 ? "Flagged: the rule was met, but without it the decision would be the same." : "Flagged: these rules were met, but without any one of them the decision would be the same."]];
            if (isScored) said.Add(T["Its score of {0} reaches the bound.", Stored.Score]);
            said.AddRange(rules.Select(s => (rules.Count == 1 ? "" : T["“{0}”", s.Rule!.Name] + ": ") + T["When {0}", T.Say(s.Rule!)] + (T.SayAsked(s) is { } asked ? $" ({asked})" : "") + (rules.Count == 1 ? "" : ".")));
            return (rules.Count == 1 ? T["flagged by the rule “{0}”", first.Name] : T["flagged by the rule “{0}” and {1} more", first.Name, rules.Count - 1], string.Join(" ", said));
        }
        if (Steps.FirstOrDefault(s => s.Signal is { Category: SignalCategory.Lists } && s.Points >= 0) is { } list)
            return isScored ? (T["flagged by: {0}", list.Title], T["Flagged: it is on a list, and its score reaches the bound."]) : (T["held by: {0}", list.Title], T["Held: the list asks for a person, though its score does not reach the bound."]);
        return isScored ? null : (T["held by a list or a rule, not by its score"], null);
    }

    /// <summary>How many of what, in words.</summary>
    public static string Count(IEnumerable<Step> steps, Texts T)
    {
        var all = steps.ToList();
        return Count(all.Count(s => s.Rule is null), all.Count(s => s.Rule is not null), T);
    }

    /// <inheritdoc cref="Count(IEnumerable{Step}, Texts)"/>
    public static string Count(int signals, int rules, Texts T)
    {
        var (fired, held) = (T.Count(signals, "{0} signal", "{0} signals"), T.Count(rules, "{0} rule", "{0} rules"));
        return rules == 0 ? fired : signals == 0 ? held : T["{0} and {1}", fired, held];
    }

    /// <summary>What the same payer, or beneficiary, did before without a complaint, more than a day ago.</summary>
    public int GoodBefore { get; set; }

    /// <summary>Of a payout: they were to the same name, under another id.</summary>
    public bool IsKnownByName { get; set; }

    /// <summary>What is to be known before the reasons are read: that nothing can be compared, or that the rates are not of whoever is known; null: neither.</summary>
    public string? Nothing(Texts T)
    {
        if (Habits is { IsFirst: true } habits && Steps.Any(s => s.Signal is not null)) return habits.SayFirst(T);
        if (GoodBefore < KnownFrom || !Steps.Any(s => s.Points > 0 && Labels(s)?.Counted() is { Labelled: >= LabelQueries.Enough } labels && labels.Fraud * 2 > labels.Labelled)) return null;
        return Stored.Flow != Flow.PayOut ? T["Rates are of all payers; this one: {0} payments, no complaint.", GoodBefore]
            : IsKnownByName ? T["Rates are of all beneficiaries; to this name: {0} payouts, no complaint.", GoodBefore] : T["Rates are of all beneficiaries; this one: {0} payouts, no complaint.", GoodBefore];
    }

    private string? UsualAmount(SignalDefinition signal, Texts T)
    {
        if (Balance.Range(Facts, Stored.Flow) is { } range) return T.SayBeside(range, Stored.Currency, Stored.Flow);
        var here = Facts.Number(Known.OrganizationCount) >= Balance.LeastAmounts ? T["usual in all shops: {0} on average", SignalText.Money(Facts.Number(Known.OrganizationMean), Stored.Currency, CultureInfo.CurrentCulture)] : null;
        return Joined(signal.Code == Habits.AtNight ? null : Habits?.Say(signal, Stored.Currency, T), here);
    }

    private static string? Joined(string? one, string? other) => one is null ? other : other is null ? one : $"{one} · {other}";

    /// <summary>How often it fires and how often that was fraud, in words.</summary>
    /// <param name="step">Which.</param>
    /// <param name="T">Whose language.</param>
    /// <param name="isBrief">In one line: of a signal without where the labels come from, of a rule without how often in numbers, and how often it decided.</param>
    public string? Record(Step step, Texts T, bool isBrief = false)
    {
        if (step.Rule is { } rule) return RecordOf(rule, T, isBrief);
        if (step.Signal is null || !Rates.TryGetValue(step.Signal.Id, out var rate) || rate.All == 0) return null;
        var share = Share(rate.Share);
        return (Stored.Flow == Flow.PayOut ? T["on {0} of payouts", share] : T["on {0} of payments", share]) + " · " + (isBrief ? T.SayRate(rate.Labels.Counted()) : T.SayCountedRate(rate.Labels));
    }

    /// <summary>How often it was fraud, in a word or two: for where it has one line.</summary>
    public string? Rate(Step step, Texts T) => Labels(step) is { } labels ? T.SayShort(labels.Counted()) : null;

    /// <summary>By whose word that is, in a sentence.</summary>
    public string? Whose(Step step, Texts T)
    {
        if (Labels(step) is not { } labels || T.SayCounted(labels) is not { } whose) return null;
        var hits = step.Rule is { } rule ? RuleRates.Rules[rule.Id].Hits : Rates[step.Signal!.Id].Hits;
        return hits <= labels.Labelled ? whose : whose + " " + T["Of {0} in all, without a label: {1}.", hits.ToString("N0", CultureInfo.CurrentCulture), (hits - labels.Labelled).ToString("N0", CultureInfo.CurrentCulture)];
    }

    private SignalLabels? Labels(Step step) => step.Rule is { } rule
        ? RuleRates.Rules.TryGetValue(rule.Id, out var record) && record.Hits > 0 && RuleRates.All > 0 ? record.Labels : null
        : step.Signal is not null && Rates.TryGetValue(step.Signal.Id, out var rate) && rate.All > 0 ? rate.Labels : null;

    // Under whichever version had the rule: by its id, as it was changed since.
    private string? RecordOf(PolicyRule rule, Texts T, bool isBrief)
    {
        if (!RuleRates.Rules.TryGetValue(rule.Id, out var record) || record.Hits == 0 || RuleRates.All == 0) return null;
        var (culture, share) = (CultureInfo.CurrentCulture, Share(Math.Min(1, record.Hits / (double)RuleRates.All)));
        return (isBrief ? T["on {0} of all", share] : T["on {0} of payments and payouts ({1})", share, record.Hits.ToString("N0", culture)] + ", " + (record.Decided == 0 ? T["decided by itself in none"] : T["decided by itself in {0}", record.Decided.ToString("N0", culture)])) + " · " + T.SayRate(record.Labels.Counted());
    }

    private static string Share(double share) => share.ToString(share switch { < 0.001 => "P2", < 0.1 => "P1", _ => "P0" }, CultureInfo.CurrentCulture);

    /// <summary>Reads the reasons as they were stored.</summary>
    public static async Task<WhyView> ReadAsync(PanelDb db, PolicyShelf policies, StoredAssessment stored, Texts T, CancellationToken stop)
    {
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        var hits = new SignalHit[Assessment.MostSignals];
        hits = hits[..SignalHits.Read(stored.Signals, hits)];
        List<(SignalDefinition? Signal, string Title, string Sentence, string Code, int Points, Decision? Without, PolicyRule? Rule)> reasons =
            [.. hits.Select(hit => ((SignalDefinition?)hit.Definition, hit.Title, hit.Definition.Code == Outlying.Code && Outlying.Of(stored, facts, hit) is { } outlying ? outlying.Say(T) : hit.Say(stored.Currency), hit.Definition.Code, (int)hit.Weight, (Decision?)null, (PolicyRule?)null))];
        var rules = new RuleHit[Assessment.MostRules];
        if (SignalHits.ReadRules(stored.Signals, rules) is > 0 and var ruleCount && await policies.PolicyAsync(db, stored.PolicyVersion, stop) is { } policy)
        {
            foreach (var hit in rules[..ruleCount])
                if (!hit.Observed && hit.Rule < policy.Rules.Count && policy.Rules[hit.Rule] is var rule) reasons.Add((null, T["Rule {0}", rule.Name], rule.Reason, "rule:" + rule.Id, hit.Points, hit.Without, rule));
        }
        List<Step> steps = [];
        var sum = 0;
        var unsummed = reasons.Select(r => new Step(r.Signal, r.Title, r.Sentence, r.Code, r.Points, 0, 0, r.Without, r.Rule) { Asks = r.Rule is not null && RuleTree.Parse(r.Rule.Text).Action is { Kind: not RuleActionKind.Add } action ? action.Kind : null });
        // What decided, then what would have decided so by itself.
        foreach (var step in unsummed.OrderByDescending(s => s.Without is not null).ThenByDescending(s => s.AsksFor(stored.Decision)).ThenByDescending(s => Math.Abs(s.Points)))
        {
            steps.Add(step with { Before = sum, After = sum + step.Points });
            sum += step.Points;
        }
        return new WhyView { Stored = stored, Facts = facts, Steps = steps, Hits = hits, Sum = sum };
    }
}
