using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What a rule would have hit.</summary>
/// <param name="Looked">Assessments that were looked at.</param>
/// <param name="Hits">Those that it would have hit.</param>
/// <param name="Approved">Those of the hits that were approved.</param>
/// <param name="ApprovedFraud">Those of the approved that turned out to be fraud.</param>
/// <param name="Since">The oldest one that was looked at, Unix milliseconds; null when there was none.</param>
/// <param name="IsCut">There were more than there was time for; the newest were looked at.</param>
/// <param name="IgnoresTimes">It holds at no moment of the period, so its beginning and end were left aside.</param>
/// <param name="Newest">The places of the newest hits, newest first.</param>
public sealed record RuleTrialCount(long Looked, long Hits, long Approved, long ApprovedFraud, long? Since, bool IsCut, bool IgnoresTimes, IReadOnlyList<long> Newest);

/// <summary>How a rule comes out for one stored assessment.</summary>
/// <param name="Facts">What was known of it.</param>
/// <param name="Holds">Whether its condition is true, its scope aside.</param>
/// <param name="Misses">The parts of its scope that the assessment is not in, in English; the panel translates them.</param>
/// <param name="Leaves">Every condition that is made of no others.</param>
public sealed record RuleTrialCase(Facts Facts, bool Holds, IReadOnlyList<string> Misses, IReadOnlyList<RuleLeaf> Leaves)
{
    public bool Hits => Holds && Misses.Count == 0;
}

/// <summary>What all trials share: how many count at a time, and the named lists they ask.</summary>
public sealed class RuleTrialRoom : IDisposable
{
    /// <summary>Counting reads as fast as it can, so few do it together.</summary>
    private const int AtATime = 2;

    public SemaphoreSlim Places { get; } = new(AtATime);

    /// <summary>How many assessments one looks at, give or take a stretch.</summary>
    public int Most { get; set; } = 200_000;

    public NamedListEdition? Lists { get; set; }

    public void Dispose() => Places.Dispose();
}

/// <summary>Tries a rule that judges nobody yet on what was stored. It writes nothing.</summary>
public sealed class RuleTrial(PanelDb db, RuleTrialRoom room, LatestScan latest, TimeProvider clock)
{
    public const string OtherFlow = "it holds for the other flow only", OtherCurrency = "it holds for another currency", OtherSubmerchant = "it holds for another sub-merchant", OtherTime = "it did not hold at that time", FactsRemoved = "its device facts were removed by age";

    public const int Days = 7, Shown = 10;

    /// <summary>Counts what it would have hit in the last days, newest first, as far as a moment allows.</summary>
    public async Task<RuleTrialCount> CountAsync(PolicyRule rule, CompiledRule compiled, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var now = clock.GetUtcNow();
        var scope = new ScanScope(now.AddDays(-Days).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + 1, rule.Flow, rule.Currency);
        var ignoresTimes = (rule.Starts ?? long.MinValue) >= scope.To || (rule.Ends ?? long.MaxValue) <= scope.From;
        var tally = new Tally(db, ignoresTimes ? rule with { Starts = null, Ends = null } : rule, compiled);
        var isCut = await latest.RunAsync(scope, tally, stop);
        return tally.Result(isCut, ignoresTimes);
    }

    /// <summary>Which condition of it is true of one stored assessment. Null when the facts of that one cannot be read.</summary>
    public static RuleTrialCase? Explain(PolicyRule rule, CompiledRule compiled, StoredAssessment stored)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(stored);
        var facts = new Facts { Moment = stored.At };
        if (!TryRead(stored.Facts, facts)) return null;
        List<string> misses = [];
        if (rule.Flow is { } flow && flow != stored.Flow) misses.Add(OtherFlow);
        if (rule.Currency is { } currency && currency != stored.Currency) misses.Add(OtherCurrency);
        if (rule.Submerchant is { } submerchant && submerchant != facts.Text(Known.SubmerchantId)) misses.Add(OtherSubmerchant);
        if (!IsInTime(rule, stored.At)) misses.Add(OtherTime);
        if (FactSnapshot.IsCut(stored.Facts) && compiled.Facts.Any(FactCatalog.OfDevice.Contains)) misses.Add(FactsRemoved);
        return new RuleTrialCase(facts, compiled.Holds(facts), misses, compiled.Explain(facts));
    }

    /// <summary>The named lists as they stand, with what is in them.</summary>
    public async Task<RuleLists> ListsAsync(CancellationToken stop)
    {
        var known = room.Lists;
        var number = await NamedListEdition.NumberAsync(db, stop);
        return (known?.Number == number ? known : room.Lists = await NamedListEdition.ReadAsync(db, number, known, stop)).Lists;
    }

    private static bool IsInTime(PolicyRule rule, long at) => at >= (rule.Starts ?? long.MinValue) && at < (rule.Ends ?? long.MaxValue);

    internal static bool TryRead(ReadOnlySpan<byte> stored, Facts into)
    {
        if (stored.IsEmpty) return false;
        try
        {
            FactSnapshot.Read(stored, into);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private sealed class Tally(PanelDb db, PolicyRule rule, CompiledRule compiled) : ILookAtEach
    {
        private readonly Facts _facts = new();
        private readonly HashSet<long> _approvedHere = [];
        private readonly Queue<long> _hitsHere = [];
        private readonly List<long> _newest = [];
        private long _looked, _hits, _approved, _fraud;
        private long? _since;

        public void Take(in Assess.Previews.PreviewRow row)
        {
            _facts.Clear();
            if (!TryRead(row.Facts, _facts)) return;
            _facts.Moment = row.At;
            _looked++;
            _since = Math.Min(_since ?? row.At, row.At);
            if (!IsInTime(rule, row.At) || (rule.Submerchant is { } submerchant && _facts.Text(Known.SubmerchantId) != submerchant) || !compiled.Holds(_facts)) return;
            _hits++;
            _hitsHere.Enqueue(row.Seq);
            if (_hitsHere.Count > Shown) _hitsHere.Dequeue();
            if (row.Decision != Decision.Approve) return;
            _approved++;
            _approvedHere.Add(row.Seq);
        }

        public async Task EndStretchAsync(long first, long last, CancellationToken stop)
        {
            if (_approvedHere.Count > 0)
                _fraud += (await LabelQueries.EffectiveAsync(db, first, last, stop: stop)).Count(label => label.Label == LabelOutcome.Fraud && _approvedHere.Contains(label.Seq));
            _newest.AddRange(_hitsHere.Reverse().Take(Shown - _newest.Count));
            _hitsHere.Clear();
            _approvedHere.Clear();
        }

        public RuleTrialCount Result(bool isCut, bool ignoresTimes) => new(_looked, _hits, _approved, _fraud, _since, isCut, ignoresTimes, _newest);
    }
}
