using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>What is known of a payment when it is put into a queue.</summary>
internal readonly ref struct Routed
{
    public required AssessmentRow Row { get; init; }
    public required Facts Facts { get; init; }
    public required ReadOnlySpan<SignalHit> Signals { get; init; }
    public required ReadOnlySpan<RuleHit> Rules { get; init; }

    /// <summary>The stored request.</summary>
    public required ReadOnlySpan<byte> Request { get; init; }
}

/// <summary>Says which queue takes a payment, from when on and until when. Immutable: a change of the queues makes a new one.</summary>
public sealed class ReviewRouter
{
    /// <summary>Minor units that count as large where the policy names none for the currency: 10,000 of a currency with two digits.</summary>
    private const long UsualLarge = 1_000_000;

    /// <summary>So many approved payments, and nothing reported or disputed, make a payer loyal.</summary>
    private const int LoyalAfter = 10;

    private readonly Route[] _routes;
    private readonly TimeZoneInfo _zone;
    private readonly Dictionary<(Flow, string), long> _large;

    /// <param name="queues">All of them.</param>
    /// <param name="zone">In which people work.</param>
    /// <param name="policy">Says what a large amount is.</param>
    public ReviewRouter(IEnumerable<ReviewQueue> queues, TimeZoneInfo zone, Policy policy)
    {
        _routes = [.. queues.Where(q => q.IsActive && !q.IsManual).OrderBy(q => q.Position).Select(q => new Route(q))];
        _zone = zone;
        _large = policy.Limits.Where(l => l.Large is not null).ToDictionary(l => (l.Flow, l.Currency), l => l.Large!.Value);
    }

    /// <summary>The queues an installation begins with, by UTC.</summary>
    public static readonly ReviewRouter Default = new(ReviewQueue.Defaults(), TimeZoneInfo.Utc, Policy.Default);

    /// <summary>The review of a payment; null when no queue takes it.</summary>
    internal Review? Open(in Routed payment)
    {
        foreach (var route in _routes)
        {
            if (!route.Takes(payment)) continue;
            var row = payment.Row;
            var shownAt = row.At + (route.Queue.DelayMinutes * 60_000L);
            var term = ReviewTerm.Of(route.Queue, shownAt, _zone);
            return new Review
            {
                Seq = row.Seq, Queue = route.Queue.Number, OpenedAt = row.At, Decision = row.Decision, VisibleAt = shownAt, DueAt = term.DueAt, WarnAt = term.WarnAt,
                ExpiresAt = ExpiresAt(payment.Request), Stake = Stake(row.Flow, row.Currency, row.Amount, row.Score), IsLoyal = IsLoyal(payment.Facts),
            };
        }
        return null;
    }

    /// <summary>What makes a payment urgent but its time, for one that is put into a queue later: as of one that was held.</summary>
    public (long? ExpiresAt, int Stake, bool IsLoyal) UrgencyOf(StoredAssessment stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        return (ExpiresAt(stored.Request), Stake(stored.Flow, stored.Currency, stored.Amount, stored.Score), IsLoyal(facts));
    }

    private int Stake(Flow flow, string currency, long amount, int score)
    {
        var large = _large.GetValueOrDefault((flow, currency), UsualLarge);
        return (int)(score * 10 * Math.Min(1d, amount / (double)Math.Max(1, large)));
    }

    private static bool IsLoyal(Facts facts)
    {
        var kind = facts.Has(Known.CustomerId) ? EntityKind.Customer : EntityKind.Email;
        return facts.Number(FactCatalog.History(kind, HistoryPart.Approved)) >= LoyalAfter
            && !(facts.Number(FactCatalog.History(kind, HistoryPart.Reported)) > 0) && !(facts.Number(FactCatalog.History(kind, HistoryPart.Disputed)) > 0);
    }

    /// <summary><c>metadata.authorization_expires_at</c> of the request, as ISO 8601; null when it is not there or no instant.</summary>
    private static long? ExpiresAt(ReadOnlySpan<byte> request)
    {
        if (request.IndexOf("authorization_expires_at"u8) < 0) return null;
        var reader = new Utf8JsonReader(request);
        var inMetadata = false;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.CurrentDepth == 1) inMetadata = reader.ValueTextEquals("metadata"u8);
                if (!inMetadata || reader.CurrentDepth != 2 || !reader.ValueTextEquals("authorization_expires_at"u8)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var at) ? at.ToUnixTimeMilliseconds() : null;
            }
        }
        catch (JsonException)
        {
            // What was stored was read once; a request that is no JSON names no instant.
        }
        return null;
    }

    internal sealed class Route(ReviewQueue queue)
    {
        private readonly QueueFilter _filter = queue.ReadFilter();
        private readonly HashSet<int> _signals = [.. queue.ReadFilter().Signals.Where(SignalCatalog.ByCode.ContainsKey).Select(code => (int)SignalCatalog.ByCode[code].Index)];

        public ReviewQueue Queue => queue;

        public bool Takes(in Routed payment)
        {
            var row = payment.Row;
            return (_filter.Decision is null || _filter.Decision == row.Decision) && (_filter.Flow is null || _filter.Flow == row.Flow) && (_filter.Currency is null || _filter.Currency == row.Currency)
                && (_filter.MinimumAmount is null || row.Amount >= _filter.MinimumAmount) && (_filter.MinimumScore is null || row.Score >= _filter.MinimumScore) && (_filter.MaximumScore is null || row.Score <= _filter.MaximumScore)
                && (_filter.Submerchant is null || payment.Facts.Text(Known.SubmerchantId) == _filter.Submerchant) && (_filter.Countries.Count == 0 || _filter.Countries.Contains(row.Country))
                && (_filter.Signals.Count == 0 || AnySignal(payment.Signals)) && (!_filter.ListedOrRuled || IsListedOrRuled(payment));
        }

        private bool AnySignal(ReadOnlySpan<SignalHit> hits)
        {
            foreach (ref readonly var hit in hits)
                if (_signals.Contains(hit.Signal)) return true;
            return false;
        }

        private static bool IsListedOrRuled(in Routed payment)
        {
            foreach (ref readonly var hit in payment.Rules)
                if (!hit.Observed) return true;
            foreach (ref readonly var hit in payment.Signals)
                if (SignalCatalog.All[hit.Signal].Category == SignalCategory.Lists) return true;
            return false;
        }
    }
}

/// <summary>Tries a queue's filter on payments that were.</summary>
public sealed class QueueTrial(ReviewQueue queue)
{
    private readonly ReviewRouter.Route _route = new(queue);
    private readonly Facts _facts = new();
    private readonly SignalHit[] _signals = new SignalHit[Assessment.MostSignals];
    private readonly RuleHit[] _rules = new RuleHit[Assessment.MostRules];

    /// <summary>The queue would take it, when none before it does.</summary>
    public bool Takes(StoredAssessment stored) => Takes(stored, stored?.Decision ?? default);

    /// <summary>The same of a payment that had been decided so.</summary>
    public bool Takes(StoredAssessment stored, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(stored);
        _facts.Clear();
        FactSnapshot.Read(stored.Facts, _facts);
        var row = new AssessmentRow
        {
            Seq = stored.Seq, At = stored.At, Flow = stored.Flow, Decision = decision, Score = stored.Score, Amount = stored.Amount, Currency = stored.Currency, Country = FoundBy.Country(_facts), Simulated = stored.Simulated,
        };
        return _route.Takes(new Routed
        {
            Row = row, Facts = _facts, Signals = _signals.AsSpan(0, SignalHits.Read(stored.Signals, _signals)), Rules = _rules.AsSpan(0, SignalHits.ReadRules(stored.Signals, _rules)), Request = default,
        });
    }
}

/// <summary>Hands the router of the moment to whoever puts payments into queues, and follows the queues as people change them.</summary>
public sealed class ReviewRouting(Func<TimeZoneInfo> zone) : IFollowChanges
{
    private ReviewRouter _router = ReviewRouter.Default;

    public ReviewRouter Router => Volatile.Read(ref _router);

    public string Topic => ChangeTopics.Reviews;

    /// <summary>The same with every policy that comes into force: what a large amount is, it says.</summary>
    public IFollowChanges WithPolicies => new PolicyFollower(this);

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        var document = await db.Set<Policies.PolicyVersion>().Where(p => p.State == Policies.PolicyState.Active).Select(p => p.Document).FirstOrDefaultAsync(stop);
        var policy = document is not null && PolicyJson.TryReadStored(document, out var stored, out _) ? stored : Policy.Default;
        Volatile.Write(ref _router, new ReviewRouter(await db.Set<ReviewQueue>().AsNoTracking().ToListAsync(stop), zone(), policy));
    }

    private sealed class PolicyFollower(ReviewRouting routing) : IFollowChanges
    {
        public string Topic => ChangeTopics.Policy;

        public Task ReloadAsync(PanelDb db, CancellationToken stop) => routing.ReloadAsync(db, stop);
    }
}
