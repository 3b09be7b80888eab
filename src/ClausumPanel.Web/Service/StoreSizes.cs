using ClausumPanel.Storage;
using ClausumPanel.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Service;

/// <summary>How much the store holds.</summary>
/// <param name="Database">Bytes.</param>
/// <param name="WriteAhead">Bytes of SQLite's write-ahead log; null where the engine keeps its own.</param>
/// <param name="Outbox">Events that the outbox holds.</param>
public sealed record StoreSizes(long Database, long? WriteAhead, long Outbox)
{
    public static async Task<StoreSizes> ReadAsync(PanelDb db, StorageChoice storage, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(storage);
        // Numbers follow each other, so the ends say how many there are without counting.
        var newest = await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop);
        var outbox = newest is null ? 0 : newest.Value - await db.Set<OutboxEvent>().MinAsync(e => e.Number, stop) + 1;
        if (storage.Provider == StorageProvider.Sqlite) return new(Length(storage.File), Length(storage.File + "-wal"), outbox);
        return new(await db.Database.SqlQueryRaw<long>("SELECT pg_database_size(current_database()) AS \"Value\"").SingleAsync(stop), null, outbox);
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
