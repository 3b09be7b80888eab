using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Keeps what came in, once: the same number of the same type from the same kind of sender is the same event.</summary>
public sealed class ReceiveEvents(PanelDb db, ProcessEvents job, TimeProvider clock)
{
    /// <returns>The event, and whether it was new.</returns>
    public async Task<(Guid Id, bool IsNew)> KeepAsync(EventSource source, string type, string? externalId, string body, Guid? keyId, CancellationToken stop)
    {
        if (externalId is not null && await FindAsync() is { } known) return (known, false);
        var now = clock.GetUtcNow();
        var received = new ReceivedEvent { Id = Guid.CreateVersion7(now), Source = source, Type = type, ExternalId = externalId, Body = body, ReceivedAt = now, KeyId = keyId, NextAt = now.ToUnixTimeMilliseconds() };
        db.Add(received);
        try
        {
            await db.SaveChangesAsync(stop);
        }
        catch (DbUpdateException) when (externalId is not null)
        {
            // Of many at once one is kept, by the unique index; the others are that one.
            db.ChangeTracker.Clear();
            if (await FindAsync() is { } first) return (first, false);
            throw;
        }
        job.Wake();
        return (received.Id, true);

        async Task<Guid?> FindAsync() => await db.ReceivedEvents.Where(e => e.Source == source && e.ExternalId == externalId && e.Type == type).Select(e => (Guid?)e.Id).SingleOrDefaultAsync(stop);
    }
}
