using System.Runtime.CompilerServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// Finds stored assessments. What is folded is found through its indexes; the short tail behind the mark is read from the log and judged by the same
/// conditions, so a list never misses what was just answered.
/// </summary>
public sealed partial class AssessmentReader(PanelDb db)
{
    private const int MostTail = 200_000;
    private const int SegmentsAtATime = 32;

    /// <summary>The assessment with this id, or null.</summary>
    public async Task<StoredAssessment?> FindAsync(Guid id, CancellationToken stop)
    {
        var seq = AssessmentId.SeqOf(id);
        return await db.Set<StoredAssessment>().AsNoTracking().SingleOrDefaultAsync(a => a.Seq == seq && a.Id == id, stop);
    }

    public async Task<StoredAssessment?> FindAsync(long seq, CancellationToken stop) => await db.Set<StoredAssessment>().AsNoTracking().SingleOrDefaultAsync(a => a.Seq == seq, stop);

    /// <summary>It has not been removed since it was looked up. Asked inside a transaction that numbers events or writes labels, it stays to the end of that.</summary>
    public Task<bool> IsThereAsync(StoredAssessment found, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(found);
        var seq = found.Seq;
        return db.Set<StoredAssessment>().AnyAsync(a => a.Seq == seq, stop);
    }

    /// <summary>Those of these places that there are.</summary>
    public async Task<IReadOnlyList<StoredAssessment>> FindAsync(long[] seqs, CancellationToken stop) => await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToListAsync(stop);

    /// <summary>The newest place in the log; 0 while it is empty.</summary>
    public async Task<long> NewestAsync(CancellationToken stop) => await db.Set<StoredAssessment>().MaxAsync(a => (long?)a.Seq, stop) ?? 0;

    /// <summary>It is found by lists and has its review, if it needs one: that is done a moment after it was answered.</summary>
    public async Task<bool> IsFoldedAsync(long seq, CancellationToken stop) => await MarkAsync(stop) >= seq;

    /// <summary>One page, keyset-paged: as fast at the end as at the beginning.</summary>
    public async Task<AssessmentPage> PageAsync(AssessmentFilter filter, AssessmentOrder order, AssessmentCursor? after, int size, CancellationToken stop)
    {
        var mark = await MarkAsync(stop);
        var tail = await TailAsync(filter, mark, stop);
        var rows = new List<AssessmentRow>(Sorted(After(tail.AsQueryable(), order, after), order).Take(size + 1));
        await foreach (var row in FoldedAsync(filter, order, after, mark, size + 1, stop)) rows.Add(row);
        var page = Sorted(rows.AsQueryable(), order).Take(size + 1).ToList();
        AssessmentCursor? next = page.Count > size ? new AssessmentCursor(Value(page[size - 1], order), page[size - 1].Seq) : null;
        return new AssessmentPage(await LinesAsync([.. page.Take(size)], stop), next);
    }

    /// <summary>How many the filter leaves.</summary>
    public async Task<long> CountAsync(AssessmentFilter filter, CancellationToken stop)
    {
        var mark = await MarkAsync(stop);
        var tail = (await TailAsync(filter, mark, stop)).Count;
        if (filter.Search is null) return tail + await Rows(filter, mark).LongCountAsync(stop);
        var count = 0L;
        await foreach (var seqs in SegmentsAsync(filter, mark, newestFirst: true, stop)) count += await Rows(filter, mark).Where(r => seqs.Contains(r.Seq)).LongCountAsync(stop);
        return tail + count;
    }

    /// <summary>What was decided of those that the filter leaves, and what they turned out to be.</summary>
    public async Task<AssessmentTally> TallyAsync(AssessmentFilter filter, CancellationToken stop)
    {
        var mark = await MarkAsync(stop);
        var tally = new AssessmentTally();
        var tail = await TailAsync(filter, mark, stop);
        foreach (var row in tail) tally.Add(row.Decision);
        if (tail.Count > 0)
        {
            var seqs = tail.Select(r => r.Seq).ToHashSet();
            foreach (var label in await db.Set<CurrentLabel>().Where(l => l.Seq > mark).Select(l => new Outcome(l.Seq, l.Outcome)).ToListAsync(stop))
                if (seqs.Contains(label.Seq)) tally.Add(label.Label);
        }
        if (filter.Search is null) await AddAsync(Rows(filter, mark));
        else
        {
            await foreach (var seqs in SegmentsAsync(filter, mark, newestFirst: true, stop)) await AddAsync(Rows(filter, mark).Where(r => seqs.Contains(r.Seq)));
        }
        return tally;

        async Task AddAsync(IQueryable<AssessmentRow> rows)
        {
            foreach (var one in await rows.GroupBy(r => r.Decision).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(stop)) tally.Add(one.Key, one.Count);
            var labels = rows.Join(db.Set<CurrentLabel>(), r => r.Seq, l => l.Seq, (r, l) => l.Outcome);
            foreach (var one in await labels.GroupBy(o => o).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(stop)) tally.Add(one.Key, one.Count);
        }
    }

    /// <summary>Everything the filter leaves, newest first, in pages of bounded memory: for exports.</summary>
    public async IAsyncEnumerable<IReadOnlyList<AssessmentLine>> AllAsync(AssessmentFilter filter, AssessmentOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        AssessmentCursor? after = null;
        do
        {
            var page = await PageAsync(filter, order, after, 500, stop);
            yield return page.Lines;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Per text, how many assessments named it since then, and when the last one was; six digits of a card are named by the longer ranges that begin with them, too. What was answered in the last moments and is not folded yet is left out.</summary>
    public async Task<IReadOnlyDictionary<string, TermSeen>> SeenAsync(TermKind kind, IReadOnlyCollection<string> texts, DateTimeOffset from, CancellationToken stop)
    {
        var at = from.ToUnixTimeMilliseconds();
        var rows = db.Set<AssessmentRow>().AsNoTracking();
        var first = await rows.Where(r => r.At >= at).OrderBy(r => r.At).ThenBy(r => r.Seq).Select(r => (long?)r.Seq).FirstOrDefaultAsync(stop);
        if (first is null || texts.Count == 0) return new Dictionary<string, TermSeen>();
        var all = texts.Select(text => FoundBy.Normalize(text, kind)).Distinct().ToArray();
        var beginnings = Array.FindAll(all, text => ListLookup.Begins(kind, text));
        var wanted = all.Except(beginnings).ToArray();
        var found = new Dictionary<string, (long Count, long Last)>();
        for (long begin = AssessmentTerm.SegmentOf(first.Value), last = AssessmentTerm.SegmentOf(await MarkAsync(stop)); begin <= last; begin += SegmentsAtATime)
        {
            var start = begin;
            var segments = Enumerable.Range(0, (int)Math.Min(SegmentsAtATime, last - start + 1)).Select(n => start + n).ToArray();
            var counts = wanted.Length == 0 ? [] : await db.Set<AssessmentTerm>().Where(t => EF.Constant(segments).Contains(t.Segment) && wanted.Contains(t.Term) && t.Kind == kind && t.Seq >= first)
                .GroupBy(t => t.Term).Select(g => new { Term = g.Key, Count = g.LongCount(), Last = g.Max(t => t.Seq) }).ToListAsync(stop);
            foreach (var count in counts) found[count.Term] = (found.GetValueOrDefault(count.Term).Count + count.Count, count.Last);
            foreach (var text in beginnings)
            {
                var begun = await db.Set<AssessmentTerm>().Beginning(text, segments).Where(t => t.Kind == kind && t.Seq >= first).GroupBy(_ => 1).Select(g => new { Count = g.LongCount(), Last = g.Max(t => t.Seq) }).SingleOrDefaultAsync(stop);
                if (begun is not null) found[text] = (found.GetValueOrDefault(text).Count + begun.Count, begun.Last);
            }
        }
        var lasts = found.Values.Select(f => f.Last).ToArray();
        var times = await rows.Where(r => lasts.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, r => r.At, stop);
        return found.Where(f => times.ContainsKey(f.Value.Last)).ToDictionary(f => f.Key, f => new TermSeen(f.Value.Count, DateTimeOffset.FromUnixTimeMilliseconds(times[f.Value.Last])));
    }

    /// <summary>The newest live payouts of a shop between two instants, the second included, of so many of its assessments at most. What was answered in the last moments and is not folded yet is left out.</summary>
    /// <param name="submerchant">As rows keep it; empty: of everybody.</param>
    /// <param name="from">Unix milliseconds.</param>
    /// <param name="to">Unix milliseconds.</param>
    /// <param name="most">Assessments that are looked at.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<(IReadOnlyList<long> Seqs, bool IsMore)> LatestPayoutsAsync(string submerchant, long from, long to, int most, CancellationToken stop)
    {
        var rows = db.Set<AssessmentRow>().AsNoTracking().Where(r => r.At >= from && r.At <= to);
        if (submerchant.Length > 0) rows = rows.Where(r => r.Submerchant == submerchant && r.Submerchant != "");          // as its index says
        var found = await rows.OrderByDescending(r => r.At).ThenByDescending(r => r.Seq).Select(r => new { r.Seq, r.Flow, r.Simulated }).Take(most).ToListAsync(stop);
        return ([.. found.Where(r => r.Flow == Flow.PayOut && !r.Simulated).Select(r => r.Seq)], found.Count == most);
    }

    private async Task<long> MarkAsync(CancellationToken stop) =>
        await db.Set<LogMark>().Where(m => m.Reader == Folding.Reader).Select(m => (long?)m.Seq).SingleOrDefaultAsync(stop) ?? 0;

    private IQueryable<AssessmentRow> Rows(AssessmentFilter filter, long mark, bool byAmount = false)
    {
        // Nearly all rows are before the mark: said so that no engine takes it for the way to find them, and sorts them all by time afterwards.
        var rows = db.Set<AssessmentRow>().AsNoTracking().Where(r => r.Seq + 0 <= mark);
        foreach (var condition in filter.Conditions(byAmount)) rows = rows.Where(condition);
        if (filter.Signal is { } signal) rows = rows.Where(r => db.Set<AssessmentSignal>().Any(s => s.Signal == signal && s.Seq == r.Seq));
        if (filter.Rules is { } rules)
        {
            var wanted = rules.ToArray();
            rows = rows.Where(r => db.Set<AssessmentRule>().Any(h => wanted.Contains(h.Rule) && h.Seq == r.Seq));
        }
        if (filter.Label is { } label) rows = rows.Where(r => db.Set<CurrentLabel>().Any(l => l.Seq == r.Seq && l.Outcome == label));
        if (filter.Open is var (part, now))
        {
            var open = db.Set<Review>().Of(part, db.Set<ReviewEvent>(), now).Select(v => v.Seq);
            rows = rows.Where(r => open.Contains(r.Seq));
        }
        return filter.Finals.Count == 0 ? rows : Ended(rows, filter.Finals);
    }

    /// <summary>What the engine decided for good, and what it held and a review's decision ended, or did not yet.</summary>
    private IQueryable<AssessmentRow> Ended(IQueryable<AssessmentRow> rows, IReadOnlyList<FinalOutcome> finals)
    {
        var atOnce = finals.Where(f => f is FinalOutcome.Approve or FinalOutcome.Decline).Select(f => f == FinalOutcome.Approve ? Decision.Approve : Decision.Decline).ToArray();
        var reviewed = finals.Where(f => f != FinalOutcome.Open).Select(f => (ReviewOutcome?)f).ToArray();
        var open = finals.Contains(FinalOutcome.Open);
        Decision[] held = [Decision.Review, Decision.Challenge];
        // A review that is closed decides, also one that somebody asked for of a payment that was not held.
        return rows.Where(r => db.Set<Review>().Any(v => v.Seq == r.Seq && v.State == ReviewState.Closed && reviewed.Contains(v.Outcome))
            || ((atOnce.Contains(r.Decision) || (open && EF.Constant(held).Contains(r.Decision))) && !db.Set<Review>().Any(v => v.Seq == r.Seq && v.State == ReviewState.Closed)));
    }

    private async IAsyncEnumerable<AssessmentRow> FoldedAsync(AssessmentFilter filter, AssessmentOrder order, AssessmentCursor? after, long mark, int most, [EnumeratorCancellation] CancellationToken stop)
    {
        var rows = After(Rows(filter, mark, order is AssessmentOrder.LargestAmount or AssessmentOrder.SmallestAmount), order, after);
        if (filter.Search is null)
        {
            foreach (var row in await Sorted(rows, order).Take(most).ToListAsync(stop)) yield return row;
            yield break;
        }
        // By time, the first segments that fill the page are enough; by another order every segment has a say.
        var byTime = order is AssessmentOrder.Newest or AssessmentOrder.Oldest;
        var found = 0;
        await foreach (var seqs in SegmentsAsync(filter, mark, order != AssessmentOrder.Oldest, stop))
        {
            foreach (var row in await Sorted(rows.Where(r => seqs.Contains(r.Seq)), order).Take(most).ToListAsync(stop))
            {
                found++;
                yield return row;
            }
            if (byTime && found >= most) yield break;
        }
    }

    /// <summary>Per some segments at a time, the places whose texts match the search.</summary>
    private async IAsyncEnumerable<long[]> SegmentsAsync(AssessmentFilter filter, long mark, bool newestFirst, [EnumeratorCancellation] CancellationToken stop)
    {
        var text = FoundBy.Normalize(filter.Search!, filter.Exactly);
        var last = AssessmentTerm.SegmentOf(mark);
        for (long i = 0; i <= last; i += SegmentsAtATime)
        {
            var from = newestFirst ? Math.Max(0, last - i - SegmentsAtATime + 1) : i;
            var segments = Enumerable.Range(0, (int)((newestFirst ? last - i : Math.Min(last, i + SegmentsAtATime - 1)) - from + 1)).Select(n => from + n).ToArray();
            var terms = db.Set<AssessmentTerm>();
            var found = filter is { Exactly: not null, Begins: false } ? terms.Within(segments).Where(t => t.Term == text) : terms.Beginning(text, segments);
            if (filter.Exactly is { } kind) found = found.Where(t => t.Kind == kind);
            // Two queries in one: asked with "or", either engine would read through the segments.
            var named = filter.Phones.Count > 0 ? found.Select(t => t.Seq).Union(terms.Phones(filter.Phones, segments).Select(t => t.Seq)) : found.Select(t => t.Seq).Distinct();
            var seqs = await named.ToArrayAsync(stop);
            if (seqs.Length > 0) yield return seqs;
        }
    }

    private async Task<List<AssessmentRow>> TailAsync(AssessmentFilter filter, long mark, CancellationToken stop)
    {
        // Made when there is a row to judge, which mostly there is not, and not compiled: that would cost more than judging a short tail.
        var conditions = new Lazy<List<Func<AssessmentRow, bool>>>(() => [.. filter.Conditions().Select(c => c.Compile(preferInterpretation: true))]);
        var found = new List<AssessmentRow>();
        var labelled = filter.Label is { } label ? (await db.Set<CurrentLabel>().Where(l => l.Seq > mark && l.Outcome == label).Select(l => l.Seq).ToListAsync(stop)).ToHashSet() : null;
        var facts = new Facts();
        var hits = new SignalHit[Assessment.MostSignals];
        var terms = new List<FoundBy.Term>();
        await foreach (var stored in db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Seq > mark).OrderByDescending(a => a.Seq).Take(MostTail).AsAsyncEnumerable().WithCancellation(stop))
        {
            var row = FoundBy.Row(stored, facts, hits);
            if (!conditions.Value.TrueForAll(c => c(row)) || (filter.Open is { Part: var part } && (part != OpenPart.NotShown || row.Simulated || FinalOutcomes.Of(row.Decision, null) != FinalOutcome.Open)) || (filter.Finals.Count > 0 && !filter.Finals.Contains(FinalOutcomes.Of(row.Decision, null))) || labelled?.Contains(row.Seq) == false) continue;
            if (filter.Signal is { } signal && !Fired(stored, signal, hits)) continue;
            if (filter.Rules is { } rules && !Hit(stored, rules)) continue;
            if (filter.Search is not null && !Named(filter, stored, facts, terms)) continue;
            found.Add(row);
        }
        return found;
    }

    private static bool Fired(StoredAssessment stored, int signal, SignalHit[] hits)
    {
        var count = SignalHits.Read(stored.Signals, hits);
        for (var i = 0; i < count; i++)
            if (SignalCatalog.All[hits[i].Signal].Id == signal) return true;
        return false;
    }

    private static bool Hit(StoredAssessment stored, IReadOnlyList<long> rules)
    {
        var hits = new RuleHit[Assessment.MostRules];
        foreach (var hit in hits.AsSpan(0, SignalHits.ReadRules(stored.Signals, hits)))
            if (rules.Contains(AssessmentRule.Of(stored.PolicyVersion, hit.Rule))) return true;
        return false;
    }

    private static bool Named(AssessmentFilter filter, StoredAssessment stored, Facts facts, List<FoundBy.Term> terms)
    {
        terms.Clear();
        FoundBy.Terms(facts, stored.OrderId, stored.PaymentId, stored.SessionId, stored.Seq, terms);
        var wanted = FoundBy.Normalize(filter.Search!, filter.Exactly);
        return terms.Exists(t => (t.Kind == TermKind.Phone && filter.Phones.Contains(t.Text)) || (filter.Exactly is { } kind
            ? t.Kind == kind && (filter.Begins ? t.Text.StartsWith(wanted, StringComparison.Ordinal) : t.Text == wanted)
            : t.Kind != TermKind.BeneficiaryName && (t.Kind == TermKind.Account ? t.Text == wanted : t.Text.StartsWith(wanted, StringComparison.Ordinal))));
    }

    private static IQueryable<AssessmentRow> After(IQueryable<AssessmentRow> rows, AssessmentOrder order, AssessmentCursor? after)
    {
        if (after is not { } c) return rows;
        var (value, seq) = (c.Value, c.Seq);
        return order switch
        {
            AssessmentOrder.Newest => rows.Where(r => r.At < value || (r.At == value && r.Seq < seq)),
            AssessmentOrder.Oldest => rows.Where(r => r.At > value || (r.At == value && r.Seq > seq)),
            AssessmentOrder.HighestScore => rows.Where(r => r.Score < value || (r.Score == value && r.Seq < seq)),
            AssessmentOrder.LowestScore => rows.Where(r => r.Score > value || (r.Score == value && r.Seq < seq)),
            AssessmentOrder.LargestAmount => rows.Where(r => r.Amount < value || (r.Amount == value && r.Seq < seq)),
            AssessmentOrder.SmallestAmount => rows.Where(r => r.Amount > value || (r.Amount == value && r.Seq < seq)),
            _ => throw new ArgumentOutOfRangeException(nameof(order)),
        };
    }

    private static IOrderedQueryable<AssessmentRow> Sorted(IQueryable<AssessmentRow> rows, AssessmentOrder order) => order switch
    {
        AssessmentOrder.Newest => rows.OrderByDescending(r => r.At).ThenByDescending(r => r.Seq),
        AssessmentOrder.Oldest => rows.OrderBy(r => r.At).ThenBy(r => r.Seq),
        AssessmentOrder.HighestScore => rows.OrderByDescending(r => r.Score).ThenByDescending(r => r.Seq),
        AssessmentOrder.LowestScore => rows.OrderBy(r => r.Score).ThenByDescending(r => r.Seq),
        AssessmentOrder.LargestAmount => rows.OrderByDescending(r => r.Amount).ThenByDescending(r => r.Seq),
        AssessmentOrder.SmallestAmount => rows.OrderBy(r => r.Amount).ThenByDescending(r => r.Seq),
        _ => throw new ArgumentOutOfRangeException(nameof(order)),
    };

    private static long Value(AssessmentRow row, AssessmentOrder order) => order switch
    {
        AssessmentOrder.Newest or AssessmentOrder.Oldest => row.At,
        AssessmentOrder.HighestScore or AssessmentOrder.LowestScore => row.Score,
        _ => row.Amount,
    };

    /// <summary>The assessments at these places, in this order; those that are not there are left out.</summary>
    public async Task<IReadOnlyList<AssessmentLine>> LinesAsync(IReadOnlyCollection<long> seqs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(seqs);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        return [.. seqs.Where(stored.ContainsKey).Select(seq => Line(stored[seq]))];
    }

    private async Task<List<AssessmentLine>> LinesAsync(List<AssessmentRow> rows, CancellationToken stop)
    {
        var seqs = rows.Select(r => r.Seq).ToArray();
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var labels = await db.Set<CurrentLabel>().AsNoTracking().Where(l => seqs.Contains(l.Seq)).ToDictionaryAsync(l => l.Seq, stop);
        return [.. rows.Where(r => stored.ContainsKey(r.Seq)).Select(r => Line(stored[r.Seq]) is var line && labels.TryGetValue(r.Seq, out var label) ? line with { Label = label.Outcome, LabelledBy = label.Source, IsConflicted = label.IsConflicted } : line)];
    }

    /// <summary>One assessment as a line.</summary>
    public static AssessmentLine Line(StoredAssessment stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        var hits = new SignalHit[Assessment.MostSignals];
        var count = SignalHits.Read(stored.Signals, hits);
        return new AssessmentLine(stored.Seq, stored.Id, stored.Instant, stored.Flow, stored.Decision, stored.Score, stored.Money, facts.Text(Known.Email), facts.Text(Known.CustomerId),
            facts.Text(Known.CardLast4), facts.Text(Known.CardBrand) ?? facts.Text(Known.CardScheme), facts.Text(Known.Ip), FoundBy.Country(facts),
            facts.Text(Known.BeneficiaryName) ?? facts.Text(Known.BeneficiaryId), stored.OrderId, stored.SessionId, hits[..count], stored.BlockedBy, stored.Simulated) { Card = FoundBy.Card(facts), PaymentId = stored.PaymentId, SubmerchantId = facts.Text(Known.SubmerchantId) };
    }
}

/// <summary>Assessments counted by what was decided and by what they turned out to be.</summary>
public sealed class AssessmentTally
{
    private readonly long[] _decisions = new long[Enum.GetValues<Decision>().Length];

    public long Count => _decisions.Sum();
    public long Fraud { get; private set; }
    public long Good { get; private set; }

    public long this[Decision decision] => _decisions[(int)decision];

    public void Add(Decision decision, long count = 1) => _decisions[(int)decision] += count;

    public void Add(LabelOutcome outcome, long count = 1)
    {
        if (outcome == LabelOutcome.Fraud) Fraud += count;
        else Good += count;
    }
}

/// <summary>How often a text was named, and when last.</summary>
public readonly record struct TermSeen(long Count, DateTimeOffset LastAt);
