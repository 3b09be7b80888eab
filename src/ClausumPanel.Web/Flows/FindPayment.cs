using System.Text.Json;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>Finds the assessment that somebody outside speaks of.</summary>
public sealed class FindPayment(AssessmentReader assessments)
{
    private const int MostLooked = 20;

    /// <summary>Assessments read at once, with all they hold.</summary>
    private const int Together = 250;

    /// <param name="id">An <c>assessment_id</c>, or the <c>session_id</c> of one.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<StoredAssessment?> ByTransactionAsync(string id, CancellationToken stop) =>
        Guid.TryParse(id, out var guid) ? await assessments.FindAsync(guid, stop) : await NewestAsync(TermKind.Session, id, s => s.SessionId == id, stop);

    /// <param name="external">The <c>payment_id</c> it was assessed with.</param>
    /// <param name="provider">Whose number that is; payments seldom say, and one that does must name the same.</param>
    /// <param name="stop">Ends it early.</param>
    public Task<StoredAssessment?> ByExternalAsync(string external, string? provider, CancellationToken stop) => NewestAsync(TermKind.Payment, external, s => s.PaymentId == external && IsOf(s, provider), stop);

    /// <param name="order">The <c>order_id</c> it was assessed with.</param>
    /// <param name="stop">Ends it early.</param>
    public Task<StoredAssessment?> ByOrderAsync(string order, CancellationToken stop) => NewestAsync(TermKind.Order, order, s => s.OrderId == order, stop);

    /// <summary>Many at once, in their order, each by the surest of its numbers; made-up payments are none. What is looked for together costs a fraction of one after the other.</summary>
    public async Task<IReadOnlyList<StoredAssessment?>> ManyAsync(IReadOnlyList<PaymentNumbers> wanted, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var ids = wanted.Select(w => Guid.TryParse(w.TransactionId, out var id) ? id : (Guid?)null).OfType<Guid>().ToHashSet();
        var terms = wanted.SelectMany(w => w.Terms).Distinct().ToList();
        var named = terms.Zip(await assessments.HistoriesAsync(terms, MostLooked, stop)).ToDictionary(t => t.First, t => t.Second.Select(e => e.Seq).ToArray());
        var rows = new Dictionary<long, StoredAssessment>();
        foreach (var some in ids.Select(AssessmentId.SeqOf).Concat(named.Values.SelectMany(s => s)).Distinct().Chunk(Together))
            foreach (var row in await assessments.FindAsync(some, stop)) rows[row.Seq] = row;
        return [.. wanted.Select(Find)];

        StoredAssessment? Find(PaymentNumbers numbers)
        {
            if (Guid.TryParse(numbers.TransactionId, out var id) && rows.GetValueOrDefault(AssessmentId.SeqOf(id)) is { Simulated: false } row && row.Id == id) return row;
            return numbers.Terms.SelectMany(term => named[term].Select(seq => rows.GetValueOrDefault(seq)).Where(r => r is not null && Is(r, term))).FirstOrDefault();
        }

        static bool Is(StoredAssessment stored, (TermKind Kind, string Text) term) => term.Text == term.Kind switch
        {
            TermKind.Session => stored.SessionId,
            TermKind.Payment => stored.PaymentId,
            _ => stored.OrderId,
        };
    }

    /// <summary>Of a payment assessed twice, the last one is what happened.</summary>
    private async Task<StoredAssessment?> NewestAsync(TermKind kind, string text, Func<StoredAssessment, bool> passes, CancellationToken stop)
    {
        var page = await assessments.PageAsync(new AssessmentFilter { Search = text, Exactly = kind }, AssessmentOrder.Newest, null, MostLooked, stop);
        foreach (var line in page.Lines)
            if (await assessments.FindAsync(line.Seq, stop) is { } stored && passes(stored)) return stored;
        return null;
    }

    private static bool IsOf(StoredAssessment stored, string? provider)
    {
        if (provider is null) return true;
        using var request = JsonDocument.Parse(stored.Request);
        var named = Named(request.RootElement) ?? (request.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object ? Named(metadata) : null);
        return named is null || named.Equals(provider, StringComparison.OrdinalIgnoreCase);

        static string? Named(JsonElement json) => json.TryGetProperty("provider", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}

/// <summary>The numbers somebody outside has of a payment, the surest first.</summary>
/// <param name="TransactionId">An <c>assessment_id</c>, or the <c>session_id</c> of one.</param>
/// <param name="PaymentId">The <c>payment_id</c> it was assessed with.</param>
/// <param name="OrderId">The <c>order_id</c> it was assessed with.</param>
public sealed record PaymentNumbers(string? TransactionId, string? PaymentId, string? OrderId)
{
    internal IEnumerable<(TermKind Kind, string Text)> Terms
    {
        get
        {
            if (TransactionId is not null && !Guid.TryParse(TransactionId, out _)) yield return (TermKind.Session, TransactionId);
            if (PaymentId is not null) yield return (TermKind.Payment, PaymentId);
            if (OrderId is not null) yield return (TermKind.Order, OrderId);
        }
    }
}
