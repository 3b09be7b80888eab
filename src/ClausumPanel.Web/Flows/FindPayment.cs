using System.Text.Json;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>Finds the assessment that somebody outside speaks of.</summary>
public sealed class FindPayment(AssessmentReader assessments)
{
    private const int MostLooked = 20;

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
