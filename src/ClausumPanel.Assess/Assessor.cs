using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Assess.Signals;

namespace ClausumPanel.Assess;

/// <summary>
/// Judges facts by one policy. Immutable and thread-safe: built once per policy version, which is when everything is checked and looked up;
/// judging then allocates nothing.
/// </summary>
public sealed class Assessor
{
    private const string Above = "amount_above_max";
    private const short BlockWeight = 100;

    private static readonly string[] BlockedByList = [.. Enum.GetValues<ListType>().Select(type => "blocklist:" + FactCatalog.ListName(type))];
    private static readonly Fact[] ListFacts = [.. Enum.GetValues<ListType>().Select(FactCatalog.List)];
    private static readonly AmountBounds Unbounded = new(double.NaN, double.NaN, double.NaN, double.NaN, 100);

    private readonly Step[] _payIn;
    private readonly Step[] _payOut;
    private readonly Step?[] _payInByIndex;
    private readonly Step?[] _payOutByIndex;
    private readonly RuleSet _payInRules;
    private readonly RuleSet _payOutRules;
    private readonly ListStep[] _lists;
    private readonly FrozenDictionary<string, AmountBounds> _payInBounds;
    private readonly FrozenDictionary<string, AmountBounds> _payOutBounds;
    private readonly Bands _bands;
    private readonly int _controlBound;
    private readonly FrozenDictionary<string, ControlLimit> _controlLimits;

    /// <param name="policy">What it judges by.</param>
    /// <param name="lists">The word lists its rules may name; null: any list may be named, and each is empty.</param>
    /// <exception cref="ArgumentException">The policy says something that cannot be; <see cref="TryCreate"/> says what.</exception>
    public Assessor(Policy policy, RuleLists? lists = null) : this(policy, lists, PolicyCheck.Problems(policy, lists)) { }

    private Assessor(Policy policy, RuleLists? lists, List<PolicyProblem> problems)
    {
        if (problems.Count > 0) throw new ArgumentException(string.Join("; ", problems), nameof(policy));
        Policy = policy;
        _bands = policy.Bands;
        _controlBound = policy.ControlSample.Bound;
        _controlLimits = policy.ControlSample.Limits.ToFrozenDictionary(limit => limit.Currency, StringComparer.Ordinal);
        _payIn = Steps(SignalFlows.PayIn, policy);
        _payOut = Steps(SignalFlows.PayOut, policy);
        (_payInByIndex, _payOutByIndex) = (ByIndex(_payIn), ByIndex(_payOut));
        _payInRules = new RuleSet(Flow.PayIn, policy, lists);
        _payOutRules = new RuleSet(Flow.PayOut, policy, lists);
        _lists = [.. Signals.Listed.All.Select(definition => ListStep.Of(definition, policy.Of(definition)))];
        _payInBounds = Bounds(Flow.PayIn, policy);
        _payOutBounds = Bounds(Flow.PayOut, policy);
    }

    /// <summary>The policy it judges by.</summary>
    public Policy Policy { get; }

    /// <summary>The facts its rules ask.</summary>
    internal IEnumerable<Fact> RuleFacts => _payInRules.Facts.Concat(_payOutRules.Facts);

    /// <summary>Builds an assessor, or says with place and reason why the policy cannot be.</summary>
    public static bool TryCreate(Policy policy, [NotNullWhen(true)] out Assessor? assessor, out IReadOnlyList<PolicyProblem> problems, RuleLists? lists = null)
    {
        var found = PolicyCheck.Problems(policy, lists);
        problems = found;
        assessor = found.Count == 0 ? new Assessor(policy, lists, found) : null;
        return assessor is not null;
    }

    /// <summary>
    /// Judges without a moment: rules that begin or end do not hold.
    /// </summary>
    public void Assess(Facts facts, Assessment into) => Assess(facts, RuleSet.NoMoment, into);

    /// <summary>
    /// Judges: hard blocks, then rules, then signals, then the sum of signals and rules as the score, then the strictest of the score's band and what rules and lists demand.
    /// On a hard block nothing counts in the payer's favour; an allow-list entry or a rule that allows takes back the points of all others and approves, unless something
    /// blocks. So the listed weights and points, capped at 0…100, always add up to the score. What only its score declines may be let through by chance (<see cref="ControlSample"/>).
    /// </summary>
    /// <param name="facts">What is known.</param>
    /// <param name="moment">Unix milliseconds of the assessment, for rules that begin or end.</param>
    /// <param name="into">The answer.</param>
    public void Assess(Facts facts, long moment, Assessment into) => AssessWithout(-1, facts, moment, into);

    /// <summary>Judges as if the policy did not have one of its rules: what only that rule brought about is what comes out otherwise then.</summary>
    /// <param name="rule">The rule's place in the policy's list; -1 for none.</param>
    /// <param name="facts">What is known.</param>
    /// <param name="moment">Unix milliseconds of the assessment.</param>
    /// <param name="into">The answer.</param>
    public void AssessWithout(int rule, Facts facts, long moment, Assessment into) => Judge(rule, null, facts, moment, into);

    /// <summary>Judges where it is known already which signals fire and which rules hold, and that no list was met: of the facts only flow, currency and amount are needed beside.</summary>
    /// <remarks>The numbers of the signals' sentences are not told.</remarks>
    internal void AssessFound(in Found found, Facts facts, long moment, Assessment into) => Judge(-1, found, facts, moment, into);

    /// <summary>Which of its rules hold in a stretch in memory.</summary>
    internal HeldRules HeldIn(TrafficBlock block, long edition, StretchFacts facts)
    {
        var found = new ulong[]?[Policy.Rules.Count];
        return new HeldRules(_payInRules.HeldIn(block, edition, facts, found), _payOutRules.HeldIn(block, edition, facts, found));
    }

    private void Judge(int rule, Found? found, Facts facts, long moment, Assessment into)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(into);
        into.Clear();
        facts.Moment = moment == RuleSet.NoMoment ? Facts.NoMoment : moment;
        var payOut = facts.Text(Known.Flow) == "payout";
        var seen = new Sight(facts, BoundsOf(facts, payOut ? _payOutBounds : _payInBounds));

        var lists = found is null ? ReadLists(facts) : ListsRead.None;
        var rules = payOut ? _payOutRules : _payInRules;
        var ruled = found is { } known ? rules.Ask(payOut ? known.Held.PayOut : known.Held.PayIn, known.Row, into, rule) : rules.Ask(facts, moment, into, rule);
        var blockedBy = lists.Blocking >= 0 ? BlockedByList[lists.Blocking] : seen.Amount > seen.Maximum ? Above : ruled.BlockedBy;

        var points = lists.Any ? AddLists(facts, blockedBy is not null, into) : 0;
        points += found is { } its ? AddFired(payOut ? _payOutByIndex : _payInByIndex, its.Fired, blockedBy is not null, into) : AddSignals(payOut ? _payOut : _payIn, seen, blockedBy is not null, into);
        if (blockedBy is not null)
        {
            rules.DropFavours(into);
            (into.Decision, into.Score, into.BlockedBy) = (Decision.Decline, 100, blockedBy);
            return;
        }
        points += ruled.Points;
        if (lists.Allowing >= 0)
        {
            var taken = Math.Max(points, 0);
            into.Add(new SignalHit(Signals.Listed.Allowed.Index, (short)-taken, lists.Allowing, taken, null));
            (into.Decision, into.Score) = (Decision.Approve, 0);
            return;
        }
        if (ruled.AllowHit >= 0)
        {
            into.SetPoints(ruled.AllowHit, -Math.Max(points, 0));
            (into.Decision, into.Score) = (Decision.Approve, 0);
            return;
        }
        into.Score = Math.Clamp(points, 0, 100);
        var demanded = Strictest(lists.Floor, ruled.Floor);
        into.Decision = Strictest(_bands.For(into.Score), demanded);
        if (into.Decision != Decision.Decline || demanded != Decision.Approve || !IsWithinSample(facts)) return;
        into.IsWithinSample = true;
        if (facts.Number(Known.ControlDraw) < _controlBound) (into.Decision, into.IsControl) = (Decision.Approve, true);
    }

    /// <summary>
    /// Marks the rule hits without which the decision would be another (<see cref="RuleHit.Without"/>); the control sample is left aside, for what chance lets through no rule brought about. The sums rule most of them out; of the others only the rule that blocked is found by judging
    /// once more, since on a hard block what spoke in the payer's favour is not told.
    /// </summary>
    /// <param name="facts">What the answer was made from.</param>
    /// <param name="moment">Unix milliseconds of the assessment.</param>
    /// <param name="answer">What <see cref="Assess(Facts, long, Assessment)"/> gave for them.</param>
    /// <param name="scratch">Another one to write in.</param>
    public void MarkDecisive(Facts facts, long moment, Assessment answer, Assessment scratch) => MarkDecisive(null, facts, moment, answer, scratch);

    /// <summary>The same for what <see cref="AssessFound"/> gave.</summary>
    internal void MarkDecisive(Found? found, Facts facts, long moment, Assessment answer, Assessment scratch)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.RuleCount == 0) return;
        var rules = facts.Text(Known.Flow) == "payout" ? _payOutRules : _payInRules;
        var tally = Tally(answer, rules);
        for (var i = 0; i < answer.RuleCount; i++)
        {
            var hit = answer.Rules[i];
            if (hit.Observed || !MayDecide(answer, hit, rules, tally)) continue;
            Decision without;
            if (answer.BlockedBy is null) without = WithoutHit(i, answer, rules, found is null ? ReadLists(facts) : ListsRead.None);
            else
            {
                Judge(hit.Rule, found, facts, moment, scratch);
                without = BeforeSample(scratch);
            }
            if (without != BeforeSample(answer)) answer.SetWithout(i, without);
        }
    }

    // Of an answer that is not blocked everything that counts is told, so the sums can be made again without one hit.
    private Decision WithoutHit(int without, Assessment answer, RuleSet rules, in ListsRead lists)
    {
        var (points, floor, isAllowed) = (0, lists.Floor, lists.Allowing >= 0);
        var decided = false;
        for (var i = 0; i < answer.RuleCount; i++)
        {
            var hit = answer.Rules[i];
            if (i == without || hit.Observed) continue;
            var action = rules.ActionOf(hit.Rule);
            if (!decided && action.Kind is RuleActionKind.Allow or RuleActionKind.Block)
            {
                if (action.Kind == RuleActionKind.Block) return Decision.Decline;
                (decided, isAllowed) = (true, true);
            }
            points += action.Points;
            floor = Strictest(floor, FloorOf(action));
        }
        if (isAllowed) return Decision.Approve;
        foreach (ref readonly var signal in answer.Signals) points += signal.Weight;
        return Strictest(_bands.For(Math.Clamp(points, 0, 100)), floor);
    }

    private static Decision BeforeSample(Assessment answer) => answer.IsControl ? Decision.Decline : answer.Decision;

    private bool IsWithinSample(Facts facts)
    {
        if (_controlBound == 0 || facts.Text(Known.Flow) == "payout" || facts.Text(Known.Currency) is not { } currency || !_controlLimits.TryGetValue(currency, out var limit) || !(facts.Number(Known.Amount) is > 0 and var amount && amount <= limit.Payment)) return false;
        foreach (var declined in ControlSample.DeclinedBefore)
            if (facts.Number(declined) > 0) return false;
        return true;
    }

    private static (int Points, bool IsAllowed, Decision Floor, int AtFloor) Tally(Assessment answer, RuleSet rules)
    {
        var (points, isAllowed, floor, atFloor) = (0, false, Decision.Approve, 0);
        foreach (ref readonly var signal in answer.Signals)
        {
            points += signal.Weight;
            isAllowed |= SignalCatalog.IsAllowList(signal);
        }
        foreach (ref readonly var hit in answer.Rules)
        {
            if (hit.Observed) continue;
            var action = rules.ActionOf(hit.Rule);
            points += hit.Points;
            isAllowed |= action.Kind == RuleActionKind.Allow;
            if (FloorOf(action) == floor) atFloor++;
            if (FloorOf(action) > floor) (floor, atFloor) = (FloorOf(action), 1);
        }
        return (points, isAllowed, floor, atFloor);
    }

    /// <summary>False when the decision is certainly the same without this hit.</summary>
    private bool MayDecide(Assessment answer, in RuleHit hit, RuleSet rules, in (int Points, bool IsAllowed, Decision Floor, int AtFloor) tally)
    {
        var action = rules.ActionOf(hit.Rule);
        if (answer.BlockedBy is { } blocker) return action.Kind == RuleActionKind.Block && rules.IsBlockedBy(hit.Rule, blocker);
        if (tally.IsAllowed) return action.Kind == RuleActionKind.Allow;
        var band = _bands.For(Math.Clamp(tally.Points, 0, 100));
        var floor = FloorOf(action);
        return floor > Decision.Approve ? floor > band && floor == tally.Floor && tally.AtFloor == 1 : _bands.For(Math.Clamp(tally.Points - hit.Points, 0, 100)) != band;
    }

    private static Decision FloorOf(RuleAction action) => action.Kind switch
    {
        RuleActionKind.Review => Decision.Review,
        RuleActionKind.Challenge => Decision.Challenge,
        _ => Decision.Approve,
    };

    // Enum.HasFlag makes objects until the code is optimized.
    private static bool Holds(ListSeverity severities, ListSeverity one) => (severities & one) != 0;

    private static Decision Strictest(Decision one, Decision other) => one > other ? one : other;

    internal static AmountBounds BoundsOf(Facts facts, FrozenDictionary<string, AmountBounds> bounds) =>
        facts.Text(Known.Currency) is { } currency && bounds.TryGetValue(currency, out var found) ? found : Unbounded;

    private ListsRead ReadLists(Facts facts)
    {
        var read = ListsRead.None;
        for (var type = 0; type < ListFacts.Length; type++)
        {
            var number = facts.Number(ListFacts[type]);
            if (!(number > 0)) continue;
            var severity = (ListSeverity)(int)number;
            read.Any = true;
            if (read.Blocking < 0 && Holds(severity, ListSeverity.Block)) read.Blocking = type;
            if (read.Allowing < 0 && Holds(severity, ListSeverity.Allow)) read.Allowing = type;
            if (Holds(severity, ListSeverity.Review) && _lists[type].IsEnabled) read.Floor = Decision.Review;
        }
        return read;
    }

    private int AddLists(Facts facts, bool blocked, Assessment into)
    {
        var points = 0;
        for (var type = 0; type < ListFacts.Length; type++)
        {
            var number = facts.Number(ListFacts[type]);
            if (!(number > 0)) continue;
            var severity = (ListSeverity)(int)number;
            var step = _lists[type];
            // A block entry blocks even where flag and review entries are told to be silent.
            var (weight, shown) = Holds(severity, ListSeverity.Block) ? (BlockWeight, ListSeverity.Block)
                : !step.IsEnabled ? default
                : Holds(severity, ListSeverity.Flag) ? (step.FlagWeight, ListSeverity.Flag)
                : Holds(severity, ListSeverity.Review) ? (step.ReviewWeight, ListSeverity.Review)
                : default((short, ListSeverity));
            if (shown == ListSeverity.None || (blocked && weight < 0)) continue;
            into.Add(new SignalHit(step.Index, weight, (double)shown, double.NaN, null));
            points += weight;
        }
        return points;
    }

    private static int AddSignals(Step[] steps, in Sight seen, bool blocked, Assessment into)
    {
        var points = 0;
        var found = new Finding { A = double.NaN, B = double.NaN };
        foreach (var step in steps)
        {
            if (!step.Test(seen, step.Tuning, ref found)) continue;
            if (blocked && step.Weight < 0) continue;
            into.Add(new SignalHit(step.Index, step.Weight, found.A, found.B, found.Text));
            points += step.Weight;
        }
        return points;
    }

    private static int AddFired(Step?[] byIndex, UInt128 fired, bool blocked, Assessment into) =>
        AddFired(byIndex, 0, (ulong)fired, blocked, into) + AddFired(byIndex, 64, (ulong)(fired >> 64), blocked, into);

    private static int AddFired(Step?[] byIndex, int first, ulong fired, bool blocked, Assessment into)
    {
        var points = 0;
        for (; fired != 0; fired &= fired - 1)
        {
            if (byIndex[first + BitOperations.TrailingZeroCount(fired)] is not { } step || (blocked && step.Weight < 0)) continue;
            into.Add(new SignalHit(step.Index, step.Weight, double.NaN, double.NaN, null));
            points += step.Weight;
        }
        return points;
    }

    private static Step?[] ByIndex(Step[] steps)
    {
        var byIndex = new Step?[Assessment.MostSignals];
        foreach (var step in steps) byIndex[step.Index] = step;
        return byIndex;
    }

    private static Step[] Steps(SignalFlows flow, Policy policy)
    {
        var steps = new List<Step>();
        foreach (var definition in SignalCatalog.All)
        {
            if (definition.Category == SignalCategory.Lists || !definition.Flows.HasFlag(flow)) continue;
            var setting = policy.Of(definition);
            if (setting.Enabled) steps.Add(new Step(definition.Test, Tune(definition, setting), definition.Index, (short)setting.Weight));
        }
        return [.. steps];
    }

    internal static Tuning Tune(SignalDefinition definition, SignalSetting setting) => new(
        [.. definition.Parameters.Select(p => setting.Parameters[p.Name])],
        [.. definition.Words.Select(w => setting.Texts[w.Name].ToFrozenSet(StringComparer.OrdinalIgnoreCase))]);

    internal static FrozenDictionary<string, AmountBounds> Bounds(Flow flow, Policy policy) => Currencies.All.ToFrozenDictionary(code => code, code =>
    {
        var limit = policy.Limits.FirstOrDefault(l => l.Flow == flow && l.Currency == code);
        return new AmountBounds(limit?.Minimum ?? double.NaN, limit?.Maximum ?? double.NaN, limit?.Small ?? double.NaN, limit?.Large ?? double.NaN, (double)Currencies.Scale(code));
    }, StringComparer.Ordinal);

    private sealed record Step(SignalTest Test, Tuning Tuning, ushort Index, short Weight);

    private sealed record ListStep(ushort Index, bool IsEnabled, short FlagWeight, short ReviewWeight)
    {
        public static ListStep Of(SignalDefinition definition, SignalSetting setting) =>
            new(definition.Index, setting.Enabled, (short)setting.Weight, (short)setting.Parameters[definition.Parameters[0].Name]);
    }

    /// <summary>What was found before about one row of a stretch in memory.</summary>
    internal readonly record struct Found(UInt128 Fired, HeldRules Held, int Row);

    /// <summary>Which rules hold for each row of a stretch, of either flow.</summary>
    internal readonly record struct HeldRules(RuleSet.RowHits PayIn, RuleSet.RowHits PayOut);

    /// <summary>What the lists say: places of the first blocking and the first allowing type, or -1.</summary>
    private struct ListsRead
    {
        public int Blocking;
        public int Allowing;
        public bool Any;
        public Decision Floor;

        public static ListsRead None => new() { Blocking = -1, Allowing = -1 };
    }
}
