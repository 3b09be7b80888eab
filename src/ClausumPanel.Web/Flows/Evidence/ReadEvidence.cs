using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Localization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Everything there is about one dispute, read and weighed: pages and workbooks only lay it out.</summary>
public sealed record EvidenceFile(Dispute Dispute)
{
    public ReasonCode? Reason => ReasonCodes.Find(Dispute.Scheme, Dispute.ReasonCode);

    /// <summary>The disputed payment; null when it was not found here.</summary>
    public PaymentFields? Fields { get; init; }
    public EvidencePayment? Payment { get; init; }

    /// <summary>Other payments of the same card, by their place.</summary>
    public IReadOnlyDictionary<long, PaymentFields> Others { get; init; } = new Dictionary<long, PaymentFields>();
    public Eligibility? Eligibility { get; init; }
    public IReadOnlyList<DisputeFact> Facts { get; init; } = [];
    public IReadOnlyList<DisputeFile> Files { get; init; } = [];
    public IReadOnlyList<Label> Labels { get; init; } = [];

    /// <summary>What fired when the payment was judged.</summary>
    public IReadOnlyList<(string Code, int Points, string Title, string Sentence)> Reasons { get; init; } = [];

    /// <summary>What the same customer did: payments and their sum in the currency of the dispute, disputes.</summary>
    public (long Payments, long Amount, int Disputes)? Customer { get; init; }

    /// <summary>The newest change among what was read.</summary>
    public DateTimeOffset DataAt { get; init; }

    public IEnumerable<DisputeFact> Of(FactKind kind) => Facts.Where(f => f.Kind == kind && f.Seq is null).OrderBy(f => f.At ?? f.EnteredAt).ThenBy(f => f.Id);
}

/// <summary>Gathers an <see cref="EvidenceFile"/>.</summary>
public sealed class ReadEvidence(PanelDb db, AssessmentReader assessments, PolicyShelf policies, IOptions<DisputeOptions> options, Texts T)
{
    /// <summary>Payments of the same card that are looked at; the newest.</summary>
    private const int MostOthers = 200;

    /// <summary>A card's history is read up to so many.</summary>
    private const int MostOfCard = 1_000;

    /// <summary>A customer's payments are counted up to so many.</summary>
    private const int MostOfCustomer = 500;

    public async Task<EvidenceFile> OfAsync(Dispute dispute, CancellationToken stop)
    {
        var facts = await db.Set<DisputeFact>().AsNoTracking().Where(f => f.DisputeId == dispute.Id).OrderBy(f => f.EnteredAt).ThenBy(f => f.Id).ToListAsync(stop);
        var files = await db.Set<DisputeFile>().AsNoTracking().Where(f => f.DisputeId == dispute.Id).OrderBy(f => f.Number).ToListAsync(stop);
        var file = new EvidenceFile(dispute) { Facts = facts, Files = files, DataAt = dispute.ChangedAt };
        var stored = dispute.Seq is { } seq ? await assessments.FindAsync(seq, stop) : null;
        if (stored is null) return file with { Eligibility = Eligibility.Of(Question(dispute, null, [])) };
        var labels = await LabelQueries.HistoryAsync(db, stored.Seq, stop);
        var fields = new PaymentFields(stored, facts.FindAll(f => f.Seq is null || f.Seq == stored.Seq));
        var (payment, others, priors) = await AroundAsync(dispute, fields, facts, (await SameCardAsync([fields], stop))[fields], stop);
        return file with
        {
            Fields = fields, Payment = payment, Others = others, Eligibility = Eligibility.Of(Question(dispute, payment, priors)), Labels = labels, Reasons = await ReasonsAsync(stored, stop), Customer = await CustomerAsync(fields, stop),
            DataAt = labels.Select(l => l.RecordedAt).Append(dispute.ChangedAt).Append(stored.Instant).Max(),
        };
    }

    /// <summary>Only what the rules need, of many at once and in their order: what costs most to find, the payments of a card, is looked for together.</summary>
    public async Task<IReadOnlyList<Eligibility?>> EligibilitiesAsync(IReadOnlyList<Dispute> disputes, CancellationToken stop)
    {
        var ids = disputes.Select(d => d.Id).ToArray();
        var seqs = disputes.Where(d => Eligibility.ProgramOf(d.Scheme) is not null).Select(d => d.Seq).OfType<long>().Distinct().ToArray();
        var payments = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var facts = (await db.Set<DisputeFact>().AsNoTracking().Where(f => ids.Contains(f.DisputeId)).OrderBy(f => f.EnteredAt).ThenBy(f => f.Id).ToListAsync(stop)).ToLookup(f => f.DisputeId);
        var fields = disputes.Select(d => d.Seq is { } seq && payments.TryGetValue(seq, out var stored) ? new PaymentFields(stored, [.. facts[d.Id].Where(f => f.Seq is null || f.Seq == seq)]) : null).ToList();
        var others = await SameCardAsync([.. fields.OfType<PaymentFields>()], stop);
        var found = new List<Eligibility?>(disputes.Count);
        for (var i = 0; i < disputes.Count; i++)
        {
            if (Eligibility.ProgramOf(disputes[i].Scheme) is null) found.Add(null);
            else if (fields[i] is not { } known) found.Add(Eligibility.Of(Question(disputes[i], null, [])));
            else
            {
                var (payment, _, priors) = await AroundAsync(disputes[i], known, [.. facts[disputes[i].Id]], others[known], stop);
                found.Add(Eligibility.Of(Question(disputes[i], payment, priors)));
            }
        }
        return found;
    }

    private EligibilityQuestion Question(Dispute dispute, EvidencePayment? payment, IReadOnlyList<EvidencePayment> others) => new(dispute.Scheme, dispute.ReasonCode, dispute.ReceivedAt, payment)
    {
        Others = others, EmailIsLogin = options.Value.EmailIsLogin, TrustCodes = options.Value.TrustCodes,
    };

    private async Task<(EvidencePayment Payment, Dictionary<long, PaymentFields> Others, List<EvidencePayment> Priors)> AroundAsync(Dispute dispute, PaymentFields fields, List<DisputeFact> facts, long[] sameCard, CancellationToken stop)
    {
        var payment = fields.Payment(dispute.Descriptor, isDisputed: true, isReported: false);
        payment = payment with { Arn = dispute.Arn ?? payment.Arn };
        var others = new Dictionary<long, PaymentFields>();
        if (sameCard.Length == 0) return (payment, others, []);
        foreach (var other in await db.Set<StoredAssessment>().AsNoTracking().Where(a => sameCard.Contains(a.Seq)).OrderByDescending(a => a.At).ThenByDescending(a => a.Seq).ToListAsync(stop))
            others[other.Seq] = new PaymentFields(other, facts.FindAll(f => f.Seq == other.Seq));
        var all = others.Keys.ToArray();
        var disputed = (await db.Set<Dispute>().Where(d => d.Seq != null && all.Contains(d.Seq.Value) && d.Id != dispute.Id).Select(d => d.Seq!.Value).ToListAsync(stop)).ToHashSet();
        var labels = (await db.Set<Label>().AsNoTracking().Where(l => all.Contains(l.Seq)).ToListAsync(stop)).ToLookup(l => l.Seq);
        List<EvidencePayment> priors = [];
        foreach (var (seq, other) in others)
        {
            var standing = labels[seq].Where(l => l.Reverses is null && l.Outcome == LabelOutcome.Fraud && !labels[seq].Any(o => o.Reverses == l.Number)).ToList();
            priors.Add(other.Payment(null, disputed.Contains(seq) || standing.Exists(l => l.Source == LabelSource.Chargeback), standing.Exists(l => l.Source != LabelSource.Chargeback)));
        }
        return (payment, others, priors);
    }

    /// <summary>Where the payments before each one lie that were made with the same card, the newest first.</summary>
    private async Task<Dictionary<PaymentFields, long[]>> SameCardAsync(IReadOnlyList<PaymentFields> payments, CancellationToken stop)
    {
        var cards = payments.Select(p => FoundBy.Card(p.Facts)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var histories = cards.Zip(await assessments.HistoriesAsync([.. cards.Select(c => (TermKind.Card, c))], MostOfCard, stop)).ToDictionary(h => h.First, h => h.Second, StringComparer.Ordinal);
        var found = new Dictionary<PaymentFields, long[]>(payments.Count);
        foreach (var payment in payments)
        {
            if (FoundBy.Card(payment.Facts) is not { } card) found[payment] = [];
            else if (histories[card] is { Count: < MostOfCard } history)
                found[payment] = [.. history.Where(e => e.Flow == Flow.PayIn && e.At < payment.Stored.At && e.Seq != payment.Stored.Seq).Take(MostOthers).Select(e => e.Seq)];
            else
            {
                // Of a card of thousands the newest may all lie behind the disputed payment.
                var filter = new AssessmentFilter { Search = card, Exactly = TermKind.Card, Simulated = false, Flow = Flow.PayIn, To = payment.Stored.At };
                found[payment] = [.. (await assessments.PageAsync(filter, AssessmentOrder.Newest, null, MostOthers, stop)).Lines.Select(l => l.Seq)];
            }
        }
        return found;
    }

    private async Task<List<(string, int, string, string)>> ReasonsAsync(StoredAssessment stored, CancellationToken stop)
    {
        var hits = new SignalHit[Assessment.MostSignals];
        var count = SignalHits.Read(stored.Signals, hits);
        List<(string, int, string, string)> reasons = [.. hits.Take(count).Select(hit => (hit.Definition.Code, (int)hit.Weight, hit.Title, hit.Say(stored.Currency)))];
        var rules = new RuleHit[Assessment.MostRules];
        if (SignalHits.ReadRules(stored.Signals, rules) is > 0 and var ruleCount && await policies.PolicyAsync(db, stored.PolicyVersion, stop) is { } policy)
        {
            List<RuleReason> fired = [];
            RuleReason.Of(rules.AsSpan(0, ruleCount), policy, fired);
            reasons.AddRange(fired.Select(rule => (rule.Code, rule.Points, T["Rule {0}", rule.Code["rule:".Length..]], rule.Reason)));
        }
        return reasons;
    }

    private async Task<(long, long, int)?> CustomerAsync(PaymentFields fields, CancellationToken stop)
    {
        var (kind, value) = fields.Facts.Text(Known.CustomerId) is { } id ? (TermKind.Customer, id) : (TermKind.Email, fields.Facts.Text(Known.Email));
        if (value is null) return null;
        var filter = new AssessmentFilter { Search = value, Exactly = kind, Simulated = false, Flow = Flow.PayIn, Currency = fields.Stored.Currency };
        var lines = (await assessments.PageAsync(filter, AssessmentOrder.Newest, null, MostOfCustomer, stop)).Lines.Where(l => l.Decision != Decision.Decline).ToList();
        var seqs = lines.Select(l => (long?)l.Seq).ToArray();
        return (lines.Count, lines.Sum(l => l.Money.Minor), await db.Set<Dispute>().CountAsync(d => seqs.Contains(d.Seq), stop));
    }
}
