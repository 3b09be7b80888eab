using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What became of something that came in.</summary>
public enum KeptAs
{
    New,

    /// <summary>It was here before.</summary>
    Same,

    /// <summary>Its number is here with another body. Nothing is kept of it.</summary>
    Other,
}

/// <summary>Keeps what came in, once: the same number of the same type from the same sender is the same event.</summary>
public sealed class ReceiveEvents(PanelDb db, ProcessEvents job, TimeProvider clock)
{
    /// <param name="source">Where it came in.</param>
    /// <param name="type">What it tells of.</param>
    /// <param name="externalId">The sender's number of it.</param>
    /// <param name="body">As it is kept.</param>
    /// <param name="keyId">The key it came with; null: it is a provider's, whose numbers are its own whatever else its calls say.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>The event that is kept.</returns>
    public async Task<(Guid Id, KeptAs As)> KeepAsync(EventSource source, string type, string? externalId, string body, Guid? keyId, CancellationToken stop)
    {
        var sender = keyId?.ToString("N") ?? source.ToString().ToLowerInvariant();
        if (externalId is not null && await FindAsync() is { } known) return known;
        var now = clock.GetUtcNow();
        var received = new ReceivedEvent { Id = Guid.CreateVersion7(now), Source = source, Sender = sender, Type = type, ExternalId = externalId, Body = body, ReceivedAt = now, KeyId = keyId, NextAt = now.ToUnixTimeMilliseconds() };
        db.Add(received);
        try
        {
            await db.SaveChangesAsync(stop);
        }
        catch (DbUpdateException) when (externalId is not null)
        {
            // Of many at once one is kept, by the unique index; the others are that one.
            db.ChangeTracker.Clear();
            if (await FindAsync() is { } first) return first;
            throw;
        }
        job.Wake();
        return (received.Id, KeptAs.New);

        async Task<(Guid, KeptAs)?> FindAsync() =>
            await db.ReceivedEvents.AsNoTracking().Where(e => e.Sender == sender && e.ExternalId == externalId && e.Type == type).Select(e => new { e.Id, e.Body }).SingleOrDefaultAsync(stop) is { } its
                ? (its.Id, keyId is null || its.Body == body ? KeptAs.Same : KeptAs.Other) : null;
    }
}
