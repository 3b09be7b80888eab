using ClausumPanel.Storage;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Service;

/// <summary>How much the store holds.</summary>
/// <param name="Database">Bytes.</param>
/// <param name="WriteAhead">Bytes of SQLite's write-ahead log; null where the engine keeps its own.</param>
/// <param name="Outbox">Events that some endpoint has not looked at yet, and deliveries that are not taken yet.</param>
public sealed record StoreSizes(long Database, long? WriteAhead, long Outbox)
{
    public static async Task<StoreSizes> ReadAsync(PanelDb db, StorageChoice storage, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(storage);
        // Numbers follow each other, so the endpoint that is furthest behind says how many are left without counting; what is written out for an endpoint and not taken yet is counted beside.
        var newest = await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0;
        var endpoints = await db.WebhookEndpoints.Where(e => e.State != EndpointState.Removed).Select(e => new { e.Id, e.Mark }).ToListAsync(stop);
        var outbox = endpoints.Count == 0 ? 0 : newest - endpoints.Min(e => e.Mark);
        // One after the other: the index begins with the endpoint.
        foreach (var endpoint in endpoints) outbox += await db.WebhookDeliveries.CountAsync(d => d.EndpointId == endpoint.Id && (d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending), stop);
        if (storage.Provider == StorageProvider.Sqlite) return new(Length(storage.File), Length(storage.File + "-wal"), outbox);
        return new(await db.Database.SqlQueryRaw<long>("SELECT pg_database_size(current_database()) AS \"Value\"").SingleAsync(stop), null, outbox);
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
