using System.Numerics;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Previews;

/// <summary>
/// Counts what the rules of a policy hit. Hits are noted as bits, a thousand assessments at a time, and counted rule by rule: a policy's counters, one for every pair of its rules, do not fit where
/// the processor is fast. Not thread-safe.
/// </summary>
internal sealed class RuleCounts(IReadOnlyList<PolicyRule> rules)
{
    private const int Most = 1_024, Words = Most / RowBits.Together;

    private readonly Tally?[] _tallies = new Tally?[rules.Count];
    private readonly ulong[] _hits = new ulong[rules.Count * Words];
    private readonly ulong[] _fraud = new ulong[Words], _good = new ulong[Words];
    private readonly long[] _seqs = new long[Most];
    private int _count;

    /// <summary>Counts one, later.</summary>
    /// <param name="seq">Its place in the log, larger than the one before.</param>
    /// <param name="outcome">How it turned out.</param>
    /// <param name="hits">The rules that hit, each once, with what would be decided without them.</param>
    public void Take(long seq, Outcome outcome, ReadOnlySpan<RuleHit> hits)
    {
        if (hits.Length == 0) return;
        var (word, bit) = (_count / RowBits.Together, 1UL << (_count % RowBits.Together));
        if (outcome == Outcome.Fraud) _fraud[word] |= bit;
        if (outcome == Outcome.Good) _good[word] |= bit;
        foreach (ref readonly var hit in hits)
        {
            _hits[(hit.Rule * Words) + word] |= bit;
            if (hit.Without is { } without) TakeExclusive(seq, outcome, without, Of(hit.Rule));
        }
        _seqs[_count++] = seq;
        if (_count == Most) Count();
    }

    /// <summary>Gives what was counted since the last time.</summary>
    public void MoveTo(PreviewSums sums, IDictionary<string, SeqSet> sets)
    {
        Count();
        for (var rule = 0; rule < _tallies.Length; rule++)
        {
            if (_tallies[rule] is not { } tally) continue;
            var (id, of) = (rules[rule].Id, sums.Of(rules[rule].Id));
            of.Add(tally.Sums);
            (of.Hits, of.Exclusive) = (tally.Hits.Count, tally.Exclusive.Count);
            sets[PreviewSets.RuleHits(id)] = tally.Hits;
            if (tally.Exclusive.Count > 0) sets[PreviewSets.RuleExclusive(id)] = tally.Exclusive;
            for (var other = 0; other < tally.With.Length; other++)
            {
                if (tally.With[other] == 0) continue;
                of.With[rules[other].Id] = tally.With[other];
                sums.Of(rules[other].Id).With[id] = tally.With[other];
            }
        }
        Array.Clear(_tallies);
    }

    private Tally Of(int rule) => _tallies[rule] ??= new Tally(rules.Count);

    private static void TakeExclusive(long seq, Outcome outcome, Decision without, Tally tally)
    {
        tally.Exclusive.Add(seq);
        if (without != Decision.Approve) return;
        if (outcome == Outcome.Fraud) tally.Sums.ExclusiveFraud++;
        if (outcome == Outcome.Good) tally.Sums.ExclusiveGood++;
    }

    private void Count()
    {
        Span<ushort> hit = stackalloc ushort[rules.Count];
        var some = 0;
        for (var rule = 0; rule < rules.Count; rule++)
            if (Hits(rule).ContainsAnyExcept(0UL)) hit[some++] = (ushort)rule;
        for (var i = 0; i < some; i++)
        {
            var mine = Hits(hit[i]);
            var tally = Of(hit[i]);
            foreach (var row in new RowBits.Set(mine)) tally.Hits.Add(_seqs[row]);
            tally.Sums.Fraud += Both(mine, _fraud);
            tally.Sums.Good += Both(mine, _good);
            // Of each pair only the half behind: the other is the same number.
            foreach (var other in hit[(i + 1)..some]) tally.With[other] += Both(mine, Hits(other));
        }
        Array.Clear(_hits);
        Array.Clear(_fraud);
        Array.Clear(_good);
        _count = 0;
    }

    private ReadOnlySpan<ulong> Hits(int rule) => _hits.AsSpan(rule * Words, Words);

    private static long Both(ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        var both = 0;
        for (var i = 0; i < one.Length && i < other.Length; i++) both += BitOperations.PopCount(one[i] & other[i]);
        return both;
    }

    private sealed class Tally(int rules)
    {
        public RuleSums Sums { get; } = new();
        public SeqSet Hits { get; } = new();
        public SeqSet Exclusive { get; } = new();
        public long[] With { get; } = new long[rules];
    }
}
