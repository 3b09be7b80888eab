using System.Numerics;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Previews;

/// <summary>A stored assessment, as a preview needs it.</summary>
public readonly ref struct PreviewRow
{
    public required long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long At { get; init; }
    public required Decision Decision { get; init; }
    public required int Score { get; init; }

    /// <summary>Minor units.</summary>
    public required long Amount { get; init; }
    public required int PolicyVersion { get; init; }

    /// <summary>It was declined outright, so that its signals do not tell what spoke in the payer's favour.</summary>
    public required bool IsBlocked { get; init; }

    /// <summary>As <see cref="SignalHits"/> writes them.</summary>
    public required ReadOnlySpan<byte> Signals { get; init; }

    /// <summary>As <see cref="FactSnapshot"/> writes them.</summary>
    public required ReadOnlySpan<byte> Facts { get; init; }
    public Outcome Outcome { get; init; }
}

/// <summary>
/// Judges stored assessments by a policy that does not judge yet, and counts what would come out otherwise. It sees one row after the other in the order of the log and keeps nothing
/// of them but sums and places. Not thread-safe.
/// </summary>
/// <param name="proposed">What might judge.</param>
/// <param name="active">What judges now.</param>
/// <param name="edition">Of the named lists both ask; what was judged by another one is judged by the active policy again.</param>
/// <param name="versions">The policies that judged, by version: they name the rules that had hit.</param>
public sealed class PreviewJudge(Assessor proposed, Assessor active, long edition, IReadOnlyDictionary<int, Policy> versions)
{
    /// <summary>Why an assessment could not be judged again.</summary>
    public const string NoFacts = "no_facts", Unreadable = "unreadable", NewerFacts = "newer_facts", FactsRemoved = "facts_removed";

    private const int Cells = TransitionMatrix.Decisions * TransitionMatrix.Decisions, Outcomes = 3;

    private static readonly string[] DecidedNames = Names(PreviewSets.Decided), ActiveNames = Names(PreviewSets.Active);

    private readonly Facts _facts = new(), _some = new();
    private readonly bool _asksDevice = proposed.RuleFacts.Concat(active.RuleFacts).Any(FactCatalog.OfDevice.Contains);
    private readonly StretchFacts _stretch = new();
    private readonly FiredSignals _firedNew = new(proposed.Policy), _firedNow = new(active.Policy);
    private readonly Assessment _new = new(), _now = new(), _without = new();
    private readonly RuleHit[] _rules = new RuleHit[Assessment.MostRules];
    private readonly RuleCounts _counts = new(proposed.Policy.Rules);
    private readonly long[] _signalsBefore = new long[SignalCatalog.All.Count], _signalsAfter = new long[SignalCatalog.All.Count];
    private readonly Dictionary<string, MoneyGrid> _money = new(StringComparer.Ordinal);
    private readonly SeqSet?[] _decided = new SeqSet?[Cells], _active = new SeqSet?[Cells];
    private readonly Outcome[] _gatheredOutcomes = new Outcome[TrafficBlock.Places];
    private TrafficBlock.Builder? _gathered;
    private MoneyGrid? _lastMoney;
    private int _lastVersion = -1, _declinedFrom, _drawnBelow;
    private bool _tellsDraws;
    private TrafficBlock? _block;
    private UInt128[] _blockNew = [], _blockNow = [];
    private Assessor.HeldRules _heldNew, _heldNow;
    private PreviewSums _sums = new();
    private SortedDictionary<string, SeqSet> _sets = new(StringComparer.Ordinal);

    /// <summary>What a stretch of the log in memory must hold to be judged.</summary>
    public PreviewNeeds Needs { get; } = PreviewNeeds.Of(versions, proposed, active);

    /// <summary>Judges one, sooner or later: some are gathered and judged together, at the latest by <see cref="Finish"/>.</summary>
    public void Take(in PreviewRow row)
    {
        _gathered ??= new TrafficBlock.Builder(Needs, isKept: false);
        if (_gathered.Add(row))
        {
            _gatheredOutcomes[_gathered.Count - 1] = row.Outcome;
            if (_gathered.IsFull) JudgeGathered();
            return;
        }
        JudgeGathered();
        TakeAlone(row);
    }

    /// <summary>Judges one that is in memory.</summary>
    /// <param name="block">The stretch; it holds what <see cref="Needs"/> says.</param>
    /// <param name="row">Its place there.</param>
    /// <param name="outcome">How it turned out.</param>
    public void Take(TrafficBlock block, int row, Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(block);
        JudgeGathered();
        TakeFrom(block, row, outcome);
    }

    /// <summary>Judges one by the proposed policy alone, as it is judged when it is counted.</summary>
    /// <returns>False for one that is passed over.</returns>
    public bool TryJudge(in PreviewRow row, Assessment into)
    {
        ArgumentNullException.ThrowIfNull(into);
        JudgeGathered();
        var builder = new TrafficBlock.Builder(Needs, isKept: false);
        if (builder.Add(row) && builder.Finish() is var block && !block.IsOdd(0))
        {
            if (IsLost(block, 0)) return false;
            Open(block);
            block.PutCommon(0, _some);
            proposed.AssessFound(new Assessor.Found(_blockNew[0], _heldNew, 0), _some, row.At, into);
            return true;
        }
        if (WhyNot(row) is not null) return false;
        LeaveChanceAside();
        proposed.Assess(_facts, row.At, into);
        return true;
    }

    private void JudgeGathered()
    {
        if (_gathered is null) return;
        var block = _gathered.Finish();
        _gathered = null;
        for (var row = 0; row < block.Count; row++) TakeFrom(block, row, _gatheredOutcomes[row]);
    }

    private void TakeAlone(in PreviewRow row)
    {
        if (WhyNot(row) is { } reason)
        {
            Skip(reason, row.Seq);
            return;
        }
        var draw = _facts.Number(Known.ControlDraw);
        LeaveChanceAside();
        Judge(row, _facts, draw, null, null, isTold: false);
    }

    // Of a policy is asked what it declines; what chance would let through of it is counted beside.
    private void LeaveChanceAside() => _facts.Set(Known.ControlDraw, double.NaN);

    private void TakeFrom(TrafficBlock block, int row, Outcome outcome)
    {
        if (block.IsOdd(row))
        {
            TakeAlone(block.Row(row, outcome));
            return;
        }
        if (IsLost(block, row))
        {
            Skip(FactsRemoved, block.SeqAt(row));
            return;
        }
        Open(block);
        block.PutCommon(row, _some);
        Judge(block.Row(row, outcome), _some, _tellsDraws ? _stretch.Numbers(Known.ControlDraw)[row] : double.NaN, new Assessor.Found(_blockNew[row], _heldNew, row), new Assessor.Found(_blockNow[row], _heldNow, row), block.IsTold(row));
    }

    private void Open(TrafficBlock block)
    {
        if (block == _block) return;
        (_block, _blockNew, _blockNow) = (block, block.FiredUnder(_firedNew), block.FiredUnder(_firedNow));
        _stretch.Open(block);
        _tellsDraws = block.Facts.Contains(Known.ControlDraw);
        (_heldNew, _heldNow) = (proposed.HeldIn(block, edition, _stretch), active.HeldIn(block, edition, _stretch));
    }

    // Without the facts that were taken out only what its hits tell is known, and no rule that asks them.
    private bool IsLost(TrafficBlock block, int row) => block.IsCut(row) && (_asksDevice || !block.IsTold(row));

    // With what was found before under either policy, if anything was; the facts are all of them then, or those that are needed beside.
    private void Judge(in PreviewRow row, Facts facts, double draw, Assessor.Found? foundNew, Assessor.Found? foundNow, bool isTold)
    {
        Judge(proposed, foundNew, facts, row.At, _new);
        LookUp(row.PolicyVersion);
        var isControl = row.Decision == Decision.Approve && row.Score >= _declinedFrom;
        var decided = isControl ? Decision.Decline : row.Decision;
        var now = decided;
        if (active.Policy.ControlSample.IsOn || row.PolicyVersion != active.Policy.Version || (facts.Has(Known.ListsEdition) && facts.Number(Known.ListsEdition) != edition))
        {
            Judge(active, foundNow, facts, row.At, _now);
            now = _now.Decision;
        }
        _sums.Judged++;
        Count(_sums.Versions, row.PolicyVersion);
        if (now != decided)
        {
            Count(_sums.Drift, row.PolicyVersion);
            Keep(PreviewSets.DriftSet, row.Seq);
        }
        _sums.ScoresBefore[row.Score]++;
        _sums.ScoresAfter[_new.Score]++;
        var currency = facts.Text(Known.Currency) ?? "";
        if (isControl)
        {
            Keep(PreviewSets.ControlSet, row.Seq);
            Add(_sums.Control, row, currency);
        }
        if (draw - ControlSample.Draws >= 0 && draw - ControlSample.Draws < _drawnBelow) _sums.ControlWithoutRoom++;
        if (_new.IsWithinSample) Add(_sums.WithinSample, row, currency);
        if (active.Policy.ControlSample.IsOn && _now.IsWithinSample) Add(_sums.ActiveWithinSample, row, currency);
        Move(row, decided, currency, now, _new.Decision);
        CountSignals(row, isTold ? foundNow?.Fired : null);
        CountRules(row, facts, foundNew);
    }

    // Only a control sample approves what the score declines.
    private void LookUp(int version)
    {
        if (version == _lastVersion) return;
        (_lastVersion, _declinedFrom, _drawnBelow) = (version, int.MaxValue, 0);
        if (versions.TryGetValue(version, out var judged) && judged.ControlSample.IsOn) (_declinedFrom, _drawnBelow) = (judged.Bands.Decline, judged.ControlSample.Bound);
    }

    private static void Add(TransitionCell to, in PreviewRow row, string currency)
    {
        to.All.Add(1, row.Amount, currency);
        if (row.Outcome == Outcome.Good) to.Good.Add(1, row.Amount, currency);
        if (row.Outcome == Outcome.Fraud) to.Fraud.Add(1, row.Amount, currency);
    }

    private static void Judge(Assessor by, Assessor.Found? found, Facts facts, long at, Assessment into)
    {
        if (found is { } known) by.AssessFound(known, facts, at, into);
        else by.Assess(facts, at, into);
    }

    /// <summary>Gives what was counted since the last time, and begins a new stretch of the log.</summary>
    /// <returns>The sums, and the assessments behind them by the names of <see cref="PreviewSets"/>.</returns>
    public (PreviewSums Sums, IReadOnlyDictionary<string, SeqSet> Sets) Finish()
    {
        JudgeGathered();
        foreach (var (currency, grid) in _money) grid.AddTo(_sums, currency);
        for (var cell = 0; cell < Cells; cell++)
        {
            if (_decided[cell] is { } decided) _sets[DecidedNames[cell]] = decided;
            if (_active[cell] is { } now) _sets[ActiveNames[cell]] = now;
        }
        _counts.MoveTo(_sums, _sets);
        for (var signal = 0; signal < _signalsBefore.Length; signal++)
        {
            if (_signalsBefore[signal] > 0) _sums.SignalsBefore[SignalCatalog.All[signal].Id] = _signalsBefore[signal];
            if (_signalsAfter[signal] > 0) _sums.SignalsAfter[SignalCatalog.All[signal].Id] = _signalsAfter[signal];
        }
        (_sums.SamplePercent, _sums.ActiveSamplePercent) = (Percent(proposed), Percent(active));
        var found = (_sums, _sets);
        (_sums, _sets, _lastMoney) = (new PreviewSums(), new SortedDictionary<string, SeqSet>(StringComparer.Ordinal), null);
        _money.Clear();
        Array.Clear(_decided);
        Array.Clear(_active);
        Array.Clear(_signalsBefore);
        Array.Clear(_signalsAfter);
        return found;
    }

    private static double Percent(Assessor assessor) => assessor.Policy.ControlSample.IsOn ? assessor.Policy.ControlSample.Percent : 0;

    // Reads its facts, all of them; null when they suffice.
    private string? WhyNot(in PreviewRow row)
    {
        if (row.Facts.IsEmpty) return NoFacts;
        try
        {
            if (FactSnapshot.Read(row.Facts, _facts) != 0) return NewerFacts;
        }
        catch (FormatException)
        {
            return Unreadable;
        }
        return FactSnapshot.IsCut(row.Facts) ? FactsRemoved : null;
    }

    private void Skip(string reason, long seq)
    {
        _sums.Skipped[reason] = _sums.Skipped.GetValueOrDefault(reason) + 1;
        Keep(PreviewSets.Skipped(reason), seq);
    }

    private void Move(in PreviewRow row, Decision from, string currency, Decision now, Decision to)
    {
        var (decided, active) = (((int)from * TransitionMatrix.Decisions) + (int)to, ((int)now * TransitionMatrix.Decisions) + (int)to);
        var money = Money(currency);
        money.Decided.Add(decided, row.Outcome, row.Amount);
        money.Active.Add(active, row.Outcome, row.Amount);
        (_decided[decided] ??= new SeqSet()).Add(row.Seq);
        (_active[active] ??= new SeqSet()).Add(row.Seq);
        if (row.Outcome != Outcome.Unknown) Keep(PreviewSets.Labelled(from, to, row.Outcome), row.Seq);
        if (from == to) return;
        var example = new Example(row.Seq, row.Amount);
        _sums.AddExample(PreviewSets.LargestMoved, currency, example);
        if (row.Outcome == Outcome.Good && from == Decision.Approve) _sums.AddExample(PreviewSets.NewlyStoppedGood, currency, example);
        if (row.Outcome == Outcome.Fraud && to == Decision.Approve) _sums.AddExample(PreviewSets.NewlyApprovedFraud, currency, example);
    }

    private MoneyGrid Money(string currency)
    {
        if (_lastMoney is { } last && ReferenceEquals(last.Currency, currency)) return last;
        if (!_money.TryGetValue(currency, out var grid)) _money[currency] = grid = new MoneyGrid(currency);
        return _lastMoney = grid;
    }

    private void CountSignals(in PreviewRow row, UInt128? told)
    {
        if (told is not { } hits) SignalHits.Count(row.Signals, _signalsBefore);
        else
        {
            for (var low = (ulong)hits; low != 0; low &= low - 1) _signalsBefore[BitOperations.TrailingZeroCount(low)]++;
            for (var high = (ulong)(hits >> 64); high != 0; high &= high - 1) _signalsBefore[64 + BitOperations.TrailingZeroCount(high)]++;
        }
        foreach (ref readonly var hit in _new.Signals) _signalsAfter[hit.Signal]++;
    }

    private void CountRules(in PreviewRow row, Facts facts, Assessor.Found? found)
    {
        var before = SignalHits.ReadRules(row.Signals, _rules);
        if (before > 0 && versions.TryGetValue(row.PolicyVersion, out var judged))
        {
            for (var i = 0; i < before; i++) _sums.Of(judged.Rules[_rules[i].Rule].Id).Before++;
        }
        proposed.MarkDecisive(found, facts, row.At, _new, _without);
        _counts.Take(row.Seq, row.Outcome, _new.Rules);
    }

    private void Keep(string set, long seq)
    {
        if (!_sets.TryGetValue(set, out var places)) _sets[set] = places = new SeqSet();
        places.Add(seq);
    }

    private static void Count(SortedDictionary<int, long> counts, int key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static string[] Names(Func<Decision, Decision, string> name) =>
        [.. Enumerable.Range(0, Cells).Select(i => name((Decision)(i / TransitionMatrix.Decisions), (Decision)(i % TransitionMatrix.Decisions)))];

    /// <summary>What is added up per row, in one currency: plain arrays, for there may be millions of rows.</summary>
    private sealed class MoneyGrid(string currency)
    {
        public string Currency => currency;
        public Grid Decided { get; } = new();
        public Grid Active { get; } = new();

        public void AddTo(PreviewSums sums, string of)
        {
            Decided.AddTo(sums.Decided, of);
            Active.AddTo(sums.Active, of);
        }
    }

    private sealed class Grid
    {
        private readonly long[] _counts = new long[Cells * Outcomes], _amounts = new long[Cells * Outcomes];

        public void Add(int cell, Outcome outcome, long amount)
        {
            var at = (cell * Outcomes) + (int)outcome;
            _counts[at]++;
            _amounts[at] += amount;
        }

        public void AddTo(TransitionMatrix matrix, string currency)
        {
            for (var at = 0; at < _counts.Length; at++)
            {
                if (_counts[at] == 0) continue;
                var cell = matrix.Cells[at / Outcomes];
                cell.All.Add(_counts[at], _amounts[at], currency);
                if (at % Outcomes == (int)Outcome.Good) cell.Good.Add(_counts[at], _amounts[at], currency);
                if (at % Outcomes == (int)Outcome.Fraud) cell.Fraud.Add(_counts[at], _amounts[at], currency);
            }
        }
    }
}
