using ClausumPanel.Assess.Previews;

namespace ClausumPanel.Assess.Rules;

/// <summary>The rules of a policy that hold for one flow, in order, ready to be asked.</summary>
internal sealed class RuleSet
{
    /// <summary>No moment at all: rules with a beginning or an end do not hold.</summary>
    public const long NoMoment = long.MinValue;

    public const int BlockPoints = 100;

    private readonly Step[] _steps;
    private readonly bool[] _favours;
    private readonly RuleAction[] _byPlace;
    private readonly string?[] _blockedBy;

    // Side by side: many are looked at for each payment that is judged again.
    private readonly Effect[] _effects;

    public RuleSet(Flow flow, Policy policy, RuleLists? lists)
    {
        var steps = new List<Step>();
        _favours = new bool[policy.Rules.Count];
        _byPlace = new RuleAction[policy.Rules.Count];
        _blockedBy = new string?[policy.Rules.Count];
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            if (!rule.Enabled || (rule.Flow is { } only && only != flow) || !CompiledRule.TryCompile(rule.Text, lists, out var compiled, out _)) continue;
            steps.Add(new Step((ushort)i, rule, compiled));
            (_byPlace[i], _blockedBy[i]) = (compiled.Action, "rule:" + rule.Id);
            _favours[i] = compiled.Action is { Kind: RuleActionKind.Allow } or { Points: < 0 };
        }
        _steps = [.. steps];
        _effects = [.. steps.Select(step => new Effect(step.Index, step.IsObserved, step.Action))];
    }

    /// <summary>The facts its rules ask.</summary>
    public IEnumerable<Fact> Facts => _steps.SelectMany(step => step.Facts);

    /// <summary>What a rule that may hit demands.</summary>
    public RuleAction ActionOf(int place) => _byPlace[place];

    public bool IsBlockedBy(int place, string blocker) => _blockedBy[place] == blocker;

    /// <summary>Asks every rule but one and adds a hit for each that holds. The first of the rules that allow or block decides between them.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="moment">Unix milliseconds.</param>
    /// <param name="into">Gets the hits.</param>
    /// <param name="without">The place of the rule that is passed over, or -1.</param>
    public Outcome Ask(Facts facts, long moment, Assessment into, int without) => Ask(new FromFacts(facts, moment), into, without);

    /// <summary>The same where it is known already which rules hold, as <see cref="HeldIn"/> found.</summary>
    public Outcome Ask(in RowHits held, int row, Assessment into, int without) => Ask(new FromHits(held, row), into, without);

    /// <summary>Which rules hold for which rows of a stretch in memory: found once for each rule, whatever policy it is part of.</summary>
    /// <param name="block">The stretch, which holds the facts that the rules ask.</param>
    /// <param name="edition">Of the lists the rules ask.</param>
    /// <param name="facts">Those of the stretch.</param>
    /// <param name="found">By place in the policy: what was found for the other flow already, to which what is found is added.</param>
    public RowHits HeldIn(TrafficBlock block, long edition, StretchFacts facts, ulong[]?[] found)
    {
        var held = new ulong[_steps.Length][];
        for (var i = 0; i < held.Length; i++)
        {
            var step = _steps[i];
            held[i] = found[step.Index] ??= block.FindHeld(step.Key, edition) ?? Find(step);
        }
        return RowHits.Of(held, block.Count);

        ulong[] Find(Step step)
        {
            var rows = facts.Rows.ToArray();
            step.Narrow(facts, rows);
            block.KeepHeld(step.Key, edition, rows);
            return rows;
        }
    }

    private Outcome Ask<T>(T asked, Assessment into, int without) where T : struct, IAsked
    {
        var outcome = new Outcome { AllowHit = -1 };
        if (_steps.Length == 0) return outcome;
        var decided = false;
        var steps = _steps;
        while (asked.Next(steps) is >= 0 and var i)
        {
            ref readonly var step = ref _effects[i];
            if (step.Index == without) continue;
            var points = step.Action.Points;
            if (step.IsObserved)
            {
                into.Add(new RuleHit(step.Index, (short)(step.Action.Kind == RuleActionKind.Block ? BlockPoints : points), true));
                continue;
            }
            switch (step.Action.Kind)
            {
                case RuleActionKind.Allow when !decided:
                    decided = true;
                    outcome.AllowHit = into.RuleCount;
                    break;
                case RuleActionKind.Block when !decided:
                    decided = true;
                    outcome.BlockedBy = _blockedBy[step.Index];
                    points = BlockPoints;
                    break;
                case RuleActionKind.Review when outcome.Floor < Decision.Review:
                    outcome.Floor = Decision.Review;
                    break;
                case RuleActionKind.Challenge:
                    outcome.Floor = Decision.Challenge;
                    break;
                default:
                    break;
            }
            outcome.Points += points;
            into.Add(new RuleHit(step.Index, (short)points, false));
        }
        return outcome;
    }

    /// <summary>On a hard block nothing counts in the payer's favour.</summary>
    public void DropFavours(Assessment from)
    {
        if (from.RuleCount > 0) from.DropRules(_favours);
    }

    /// <summary>What the rules say together.</summary>
    public struct Outcome
    {
        /// <summary>The sum of their points.</summary>
        public int Points;

        /// <summary>The decision is at least this.</summary>
        public Decision Floor;

        /// <summary>What blocks it, or null.</summary>
        public string? BlockedBy;

        /// <summary>The place of the hit that allows it, or -1.</summary>
        public int AllowHit;
    }

    private readonly record struct Effect(ushort Index, bool IsObserved, RuleAction Action);

    /// <summary>Which rules hold for each row of a stretch.</summary>
    /// <param name="Ends">By row: where its rules end among <paramref name="Steps"/>.</param>
    /// <param name="Steps">By place among the rules of the flow, row after row.</param>
    public readonly record struct RowHits(int[] Ends, ushort[] Steps)
    {
        public static RowHits Of(ulong[][] held, int rows)
        {
            // Where each row begins, then, step by step, to where it has come.
            var ends = new int[rows + RowBits.Together];
            foreach (var bits in held)
                foreach (var row in new RowBits.Set(bits)) ends[row + 1]++;
            for (var row = 1; row <= rows; row++) ends[row] += ends[row - 1];
            var steps = new ushort[ends[rows]];
            for (var step = 0; step < held.Length; step++)
                foreach (var row in new RowBits.Set(held[step])) steps[ends[row]++] = (ushort)step;
            return new RowHits(ends, steps);
        }
    }

    private interface IAsked
    {
        /// <summary>The place of the next rule that holds, or -1.</summary>
        int Next(Step[] steps);
    }

    private struct FromFacts(Facts facts, long moment) : IAsked
    {
        private int _next;

        public int Next(Step[] steps)
        {
            while (_next < steps.Length)
                if (steps[_next++].Holds(facts, moment)) return _next - 1;
            return -1;
        }
    }

    private struct FromHits(RowHits hits, int row) : IAsked
    {
        private readonly int _end = hits.Ends[row];
        private int _next = row == 0 ? 0 : hits.Ends[row - 1];

        public int Next(Step[] steps) => _next < _end ? hits.Steps[_next++] : -1;
    }

    private sealed class Step(ushort index, PolicyRule rule, CompiledRule compiled)
    {
        private readonly string? _currency = rule.Currency;
        private readonly string? _submerchant = rule.Submerchant;
        private readonly bool _isTimed = rule.Starts is not null || rule.Ends is not null;
        private readonly long _starts = rule.Starts ?? long.MinValue;
        private readonly long _ends = rule.Ends ?? long.MaxValue;

        public ushort Index => index;

        public RuleAction Action { get; } = compiled.Action;

        public IEnumerable<Fact> Facts => compiled.Facts;

        /// <summary>The same for two rules that hold for the same payments.</summary>
        public string Key { get; } = $"{rule.Currency}\n{rule.Submerchant}\n{rule.Starts}\n{rule.Ends}\n{rule.Text}";

        public bool IsObserved { get; } = rule.ObserveOnly;

        public bool Holds(Facts facts, long moment) =>
            (!_isTimed || (moment != NoMoment && moment >= _starts && moment < _ends))
            && (_currency is null || facts.Text(Known.Currency) == _currency)
            && (_submerchant is null || facts.Text(Known.SubmerchantId) == _submerchant)
            && compiled.Holds(facts);

        /// <summary>The same of all rows of a stretch.</summary>
        public void Narrow(StretchFacts facts, Span<ulong> rows)
        {
            if (_isTimed) RowBits.Narrow(rows, row => facts.At(row) >= _starts && facts.At(row) < _ends);
            if (_currency is not null) RowBits.And(rows, facts.WithText(Known.Currency, _currency));
            if (_submerchant is not null) RowBits.And(rows, facts.WithText(Known.SubmerchantId, _submerchant));
            compiled.Narrow(facts, rows);
        }
    }
}
