using System.Collections.Concurrent;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Previews;

/// <summary>What a preview needs to know of a policy's assessments to judge them again.</summary>
/// <param name="Facts">The facts its rules ask, and those every judgement asks.</param>
/// <param name="Fired">Which signals fire under it.</param>
/// <param name="Asked">The signals that are asked about, one bit for each.</param>
/// <param name="Versions">The policies that judged, by version: what they found need not always be found again.</param>
public sealed record PreviewNeeds(IReadOnlySet<Fact> Facts, IReadOnlyList<FiredSignals> Fired, UInt128 Asked, IReadOnlyDictionary<int, Policy> Versions)
{
    private readonly ConcurrentDictionary<int, UInt128> _told = new();

    /// <summary>The facts that every judgement asks.</summary>
    public static IReadOnlySet<Fact> Common { get; } = new HashSet<Fact> { Known.Flow, Known.Currency, Known.Amount, Known.SubmerchantId, Known.ListsEdition };

    /// <summary>What judging by any of these needs.</summary>
    public static PreviewNeeds Of(IReadOnlyDictionary<int, Policy> versions, params ReadOnlySpan<Assessor> judging)
    {
        var (facts, fired, asked) = (Common.ToHashSet(), new Dictionary<string, FiredSignals>(StringComparer.Ordinal), UInt128.Zero);
        foreach (var assessor in judging)
        {
            facts.UnionWith(assessor.RuleFacts);
            var tests = new FiredSignals(assessor.Policy);
            fired.TryAdd(tests.Key, tests);
            asked |= FiredSignals.On(assessor.Policy);
            if (assessor.Policy.ControlSample.IsOn) facts.UnionWith(ControlSample.DeclinedBefore);
        }
        if (versions.Values.Any(v => v.ControlSample.IsOn)) facts.Add(Known.ControlDraw);
        return new PreviewNeeds(facts, [.. fired.Values], asked, versions);
    }

    /// <summary>Of which signals the hits of what this version of the policy judged tell whether they fire: all that are asked about and some more, or none.</summary>
    internal UInt128 ToldBy(int version) => _told.GetOrAdd(version, v =>
        Versions.TryGetValue(v, out var judged) && FiredSignals.On(judged) is var on && (Asked & ~on) == 0 && new FiredSignals(judged).Key is var key && Fired.All(f => f.Key == key) ? on : 0);

    /// <summary>The same, and other facts beside.</summary>
    public PreviewNeeds With(IReadOnlySet<Fact> others) => this with { Facts = Facts.Union(others).ToHashSet() };
}

/// <summary>
/// A stretch of the log in memory, made for judging it again and again: the facts that rules ask as columns, the signals as bits. Assessments that met a list are kept as they were stored: with them
/// more counts than rules and signals. Immutable and thread-safe.
/// </summary>
public sealed class TrafficBlock
{
    /// <summary>
    /// Places of the log that a block covers; block n begins at place n × this + 1. Few enough that what is read of them lies in the processor's cache, that nobody waits long while they are judged,
    /// and that no array of theirs is a large object, which in a large process would make the collector go through all of it again and again.
    /// </summary>
    public const int Places = 1_024;

    private const int MostHeld = 2 * RuleLimits.Rules;

    private readonly FactColumn[] _columns, _common;
    private readonly ConcurrentDictionary<(string Rule, long Edition), ulong[]> _held = new();
    private readonly Dictionary<string, UInt128[]> _fired;
    private readonly UInt128 _told;
    private readonly ulong[] _toldRows, _cutRows;
    private readonly bool _hasCut, _isKept;
    private readonly UInt128 _asked;
    private readonly Dictionary<int, byte[]> _odd;
    private readonly Entry[] _entries;
    private readonly int[] _signalEnds;
    private readonly byte[] _signals;

    private TrafficBlock(Builder from)
    {
        (Facts, _isKept) = (from.Facts, from.IsKept);
        _columns = from.FinishColumns();
        _common = [.. _columns.Where(c => PreviewNeeds.Common.Contains(c.Fact) || ControlSample.DeclinedBefore.Contains(c.Fact))];
        (_fired, _told, _toldRows, _odd, _entries, _signalEnds, _signals) = (from.FiredBits(), from.Told, from.ToldRows, from.Odd, [.. from.Entries], [.. from.SignalEnds], [.. from.Signals]);
        (_cutRows, _hasCut, _asked) = (from.CutRows, from.CutRows.AsSpan().ContainsAnyExcept(0UL), from.Asked);
        Bytes = _columns.Sum(c => (long)c.Bytes) + (2 * sizeof(ulong) * _toldRows.Length) + (_entries.Length * (48L + sizeof(int) + (16 * _fired.Count))) + _signals.Length + _odd.Values.Sum(o => o.Length + 64L) + (RuleLimits.Rules * ((_entries.Length / 8) + 64L));
    }

    /// <summary>The facts it holds.</summary>
    public IReadOnlySet<Fact> Facts { get; }

    internal IReadOnlyList<FactColumn> Columns => _columns;

    /// <summary>About how much memory it takes.</summary>
    public long Bytes { get; }

    /// <summary>How many assessments it holds.</summary>
    public int Count => _entries.Length;

    /// <summary>Whether all that is needed is there.</summary>
    public bool Has(PreviewNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        if (!needs.Facts.IsSubsetOf(Facts) || (needs.Asked & ~_told) != 0 || !needs.Fired.All(f => _fired.ContainsKey(f.Key))) return false;
        // Where facts were taken out, what fires is known from the hits alone, and whether they tell depends on all that is asked.
        return !_hasCut || (needs.Asked == _asked && needs.Fired.Count == _fired.Count);
    }

    /// <summary>The place in the log of a row.</summary>
    public long SeqAt(int row) => _entries[row].Seq;

    /// <summary>Unix milliseconds of a row.</summary>
    internal long AtOf(int row) => _entries[row].At;

    /// <summary>Whether a row is looked at.</summary>
    /// <param name="row">Its place here.</param>
    /// <param name="first">The first place of the log, included.</param>
    /// <param name="last">The last one, included.</param>
    /// <param name="from">Unix milliseconds, included.</param>
    /// <param name="to">Unix milliseconds, not included.</param>
    /// <param name="flow">Only this flow; null: both.</param>
    /// <param name="currency">Only this currency; null: all.</param>
    public bool IsWithin(int row, long first, long last, long from, long to, Flow? flow, string? currency)
    {
        ref readonly var entry = ref _entries[row];
        return entry.Seq >= first && entry.Seq <= last && entry.At >= from && entry.At < to && (flow is null || entry.Flow == flow) && (currency is null || entry.Currency == currency);
    }

    internal bool IsOdd(int row) => _odd.Count > 0 && _odd.ContainsKey(row);

    /// <summary>Whether what fires in a row is what its stored hits say.</summary>
    internal bool IsTold(int row) => RowBits.Has(_toldRows, row);

    /// <summary>Whether facts of a row were taken out since it was judged.</summary>
    internal bool IsCut(int row) => _hasCut && RowBits.Has(_cutRows, row);

    internal UInt128[] FiredUnder(FiredSignals tests) => _fired[tests.Key];

    internal PreviewRow Row(int row, Outcome outcome)
    {
        ref readonly var entry = ref _entries[row];
        var begin = row == 0 ? 0 : _signalEnds[row - 1];
        return new PreviewRow
        {
            Seq = entry.Seq, At = entry.At, Decision = entry.Decision, Score = entry.Score, Amount = entry.Amount, PolicyVersion = entry.PolicyVersion, IsBlocked = entry.IsBlocked, Outcome = outcome,
            Signals = _signals.AsSpan(begin, _signalEnds[row] - begin), Facts = _odd.Count > 0 && _odd.TryGetValue(row, out var facts) ? facts : default,
        };
    }

    /// <summary>Writes those that every judgement asks.</summary>
    internal void PutCommon(int row, Facts into)
    {
        foreach (var column in _common) column.Put(row, into);
    }

    /// <summary>For which rows a rule holds, if it was found before.</summary>
    internal ulong[]? FindHeld(string rule, long edition) => _isKept ? _held.GetValueOrDefault((rule, edition)) : null;

    /// <summary>Remembers for which rows a rule holds.</summary>
    internal void KeepHeld(string rule, long edition, ulong[] rows)
    {
        if (!_isKept) return;
        // What was tried and thrown away is not kept for ever.
        if (_held.Count >= MostHeld) _held.Clear();
        _held[(rule, edition)] = rows;
    }

    internal readonly record struct Entry(long Seq, long At, long Amount, int PolicyVersion, bool IsBlocked, string Currency, Decision Decision, byte Score, Flow Flow);

    /// <summary>Fills one, row by row in the order of the log. Not thread-safe.</summary>
    /// <param name="needs">What it is to hold.</param>
    /// <param name="isKept">Whether it is used again and again, so that it is worth while to make it small.</param>
    public sealed class Builder(PreviewNeeds needs, bool isKept = true)
    {
        private static readonly Fact[] ListFacts = [.. Enum.GetValues<ListType>().Select(FactCatalog.List)];

        private readonly Facts _facts = new();
        private readonly WantedFacts _wanted = new(needs.Facts.Union(ListFacts));
        private readonly List<UInt128>[] _fired = [.. needs.Fired.Select(_ => new List<UInt128>(Places))];
        private readonly (Fact Fact, double[]? Numbers, FactColumn.Coder? Texts)[] _columns =
            [.. needs.Facts.OrderBy(f => f.Index).Select(f => f.Definition.IsText ? (f, (double[]?)null, new FactColumn.Coder(Places)) : (f, new double[Places], (FactColumn.Coder?)null))];

        private int _lastVersion;
        private UInt128 _lastTold;

        internal IReadOnlySet<Fact> Facts => needs.Facts;
        internal bool IsKept => isKept;
        internal List<Entry> Entries { get; } = new(Places);
        internal List<int> SignalEnds { get; } = new(Places);
        internal List<byte> Signals { get; } = [];
        internal Dictionary<int, byte[]> Odd { get; } = [];

        /// <summary>Of which signals it is known of each assessment whether they fire.</summary>
        internal UInt128 Told { get; private set; } = UInt128.MaxValue;

        internal ulong[] ToldRows { get; } = new ulong[Places / RowBits.Together];
        internal ulong[] CutRows { get; } = new ulong[Places / RowBits.Together];
        internal UInt128 Asked => needs.Asked;

        /// <summary>How many were added.</summary>
        public int Count => Entries.Count;

        /// <summary>Whether no other one can be added.</summary>
        public bool IsFull => Count == Places;

        /// <summary>Adds one.</summary>
        /// <returns>False for one whose facts cannot be read: the stretch cannot be kept then.</returns>
        public bool Add(in PreviewRow row)
        {
            if (row.Facts.IsEmpty) return false;
            UInt128 told, fired = 0;
            try
            {
                told = !row.IsBlocked && ToldBy(row.PolicyVersion) is var by && by != 0 && SignalHits.TryReadFired(row.Signals, out fired) ? by : 0;
                if (FactSnapshot.Read(row.Facts, _facts, told != 0 ? _wanted : null) != 0) return false;
            }
            catch (FormatException)
            {
                return false;
            }
            if (MetAList()) Odd[Entries.Count] = row.Facts.ToArray();
            Entries.Add(new Entry(row.Seq, row.At, row.Amount, row.PolicyVersion, row.IsBlocked, _facts.Text(Known.Currency) ?? "", row.Decision, (byte)row.Score, _facts.Text(Known.Flow) == "payout" ? Flow.PayOut : Flow.PayIn));
            Signals.AddRange(row.Signals);
            SignalEnds.Add(Signals.Count);
            for (var i = 0; i < _fired.Length; i++) _fired[i].Add(told != 0 ? fired & ~SignalCatalog.OfLists : needs.Fired[i].Of(_facts));
            if (told != 0)
            {
                Told &= told;
                RowBits.Mark(ToldRows, Entries.Count - 1);
            }
            if (FactSnapshot.IsCut(row.Facts)) RowBits.Mark(CutRows, Entries.Count - 1);
            foreach (var (fact, numbers, texts) in _columns)
            {
                if (numbers is not null) numbers[Entries.Count - 1] = _facts.Number(fact);
                else texts!.Add(_facts.Text(fact));
            }
            return true;
        }

        public TrafficBlock Finish() => new(this);

        internal FactColumn[] FinishColumns() => [.. _columns.Select(c => c.Texts is { } texts ? texts.Finish(c.Fact) : isKept ? FactColumn.Of(c.Fact, c.Numbers.AsSpan(0, Count)) : FactColumn.Plainly(c.Fact, c.Numbers!))];

        internal Dictionary<string, UInt128[]> FiredBits()
        {
            var bits = new Dictionary<string, UInt128[]>(StringComparer.Ordinal);
            for (var i = 0; i < _fired.Length; i++) bits[needs.Fired[i].Key] = [.. _fired[i]];
            return bits;
        }

        private UInt128 ToldBy(int version)
        {
            if (version != _lastVersion) (_lastVersion, _lastTold) = (version, needs.ToldBy(version));
            return _lastTold;
        }

        private bool MetAList()
        {
            foreach (var fact in ListFacts)
                if (_facts.Number(fact) > 0) return true;
            return false;
        }
    }
}
