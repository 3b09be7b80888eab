using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What may change of an entry; null leaves it.</summary>
public sealed record ListEdit(
    Assess.ListSeverity Severity, FlowScope FlowScope, string? Reason, DateTimeOffset? ExpiresAt, bool IsActive);

/// <summary>Adds, changes and deletes list entries for pages and API alike: written down in the same transaction, and met by the very next payment.</summary>
public sealed class ChangeLists(PanelDb db, ListShelf shelf, TimeProvider clock)
{
    public const string Subject = "list-entry";

    /// <returns>The entry that has this value already; null when it was added.</returns>
    public async Task<ListEntry?> AddAsync(ListEntry entry, Actor actor, CancellationToken stop)
    {
        if (await FindAsync(entry, stop) is { } existing) return existing;
        db.Add(entry);
        db.Audit(actor, AuditActions.ListEntryAdded, clock.GetUtcNow(), Subject, entry.Id.ToString(), after: entry.Summary);
        try
        {
            await db.SaveAndRaiseAsync(ChangeTopics.Lists, CancellationToken.None);
        }
        catch (DbUpdateException)
        {
            // Somebody else was quicker, or it is something worse.
            db.ChangeTracker.Clear();
            if (await FindAsync(entry, stop) is { } quicker) return quicker;
            throw;
        }
        shelf.Apply(new ListChange(entry));
        return null;
    }

    /// <returns>False when nothing is other than it was.</returns>
    public async Task<bool> ChangeAsync(ListEntry entry, ListEdit edit, Actor actor)
    {
        var was = new ListEdit(entry.Severity, entry.FlowScope, entry.Reason, entry.ExpiresAt, entry.IsActive);
        if (was == edit) return false;
        var before = entry.Summary;
        (entry.Severity, entry.FlowScope, entry.Reason, entry.ExpiresAt, entry.IsActive) = (edit.Severity, edit.FlowScope, edit.Reason, edit.ExpiresAt, edit.IsActive);
        db.Audit(actor, AuditActions.ListEntryChanged, clock.GetUtcNow(), Subject, entry.Id.ToString(), before, entry.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Lists, CancellationToken.None);
        shelf.Apply(new ListChange(entry));
        return true;
    }

    public async Task DeleteAsync(ListEntry entry, Actor actor)
    {
        db.Remove(entry);
        db.Audit(actor, AuditActions.ListEntryDeleted, clock.GetUtcNow(), Subject, entry.Id.ToString(), before: entry.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Lists, CancellationToken.None);
        shelf.Apply(new ListChange(entry, IsGone: true));
    }

    /// <summary>Writes a whole import, or nothing of it.</summary>
    /// <param name="lines">What is to be added or changed; each value once.</param>
    /// <param name="summary">What the trail keeps of an import too long to be written down line by line.</param>
    /// <param name="written">Told how many are in the transaction so far.</param>
    public async Task ImportAsync(IReadOnlyList<ImportLine> lines, object summary, Actor actor, Action<int> written, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        // All that takes thought happens before the file is held: payments are written to it meanwhile.
        var entries = lines.Select(l => l.Entry).OrderBy(e => e.Type.ToString(), StringComparer.Ordinal).ThenBy(e => e.Value, StringComparer.Ordinal).ToList();
        using var batches = new ListBatches(db, entries);
        await using (var transaction = await db.Database.BeginTransactionAsync(stop))
        {
            await batches.WriteAsync(written, stop);
            if (lines.Count <= ListImport.MostWrittenDown)
            {
                foreach (var line in lines)
                    db.Audit(actor, line.Kind == LineKind.New ? AuditActions.ListEntryAdded : AuditActions.ListEntryChanged, now, Subject, line.Entry.Id.ToString(), line.Before, line.Entry.Summary);
            }
            db.Audit(actor, AuditActions.ListImported, now, Subject, after: summary);
            await db.RaiseAsync(ChangeTopics.Lists, stop);
            await db.SaveChangesAsync(stop);
            await transaction.CommitAsync(CancellationToken.None);
        }
        await shelf.ReloadAsync(db, CancellationToken.None);
    }

    private Task<ListEntry?> FindAsync(ListEntry entry, CancellationToken stop) => db.Set<ListEntry>().AsNoTracking().SingleOrDefaultAsync(e => e.Type == entry.Type && e.Value == entry.Value, stop);
}

/// <summary>Many entries in few statements, on either engine: an entry that is there takes over what the new one says.</summary>
internal sealed class ListBatches(PanelDb db, IReadOnlyList<ListEntry> entries) : IDisposable
{
    private const int AtATime = 100;
    private readonly List<DbCommand> _commands = [];

    public async Task WriteAsync(Action<int> written, CancellationToken stop)
    {
        var type = db.Model.FindEntityType(typeof(ListEntry))!;
        var columns = type.GetProperties().Select(p => (Name: p.GetColumnName(), p.GetTypeMapping().Converter, Read: p.PropertyInfo!)).ToList();
        var connection = db.Database.GetDbConnection();
        DbCommand? whole = null;
        for (var done = 0; done < entries.Count; done += AtATime)
        {
            stop.ThrowIfCancellationRequested();
            var count = Math.Min(AtATime, entries.Count - done);
            var command = count == AtATime && whole is not null ? whole : Make(count);
            if (count == AtATime) whole = command;
            command.Transaction = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(db.Database.CurrentTransaction!);
            for (var i = 0; i < count; i++)
                for (var c = 0; c < columns.Count; c++)
                {
                    var value = columns[c].Read.GetValue(entries[done + i]);
                    command.Parameters[(i * columns.Count) + c].Value = (columns[c].Converter is { } converter ? converter.ConvertToProvider(value) : value) ?? DBNull.Value;
                }
            await command.ExecuteNonQueryAsync(stop);
            written(done + count);
        }

        DbCommand Make(int count)
        {
            var command = connection.CreateCommand();
            _commands.Add(command);
            var rows = Enumerable.Range(0, count).Select(i => "(" + string.Join(", ", columns.Select((_, c) => $"@p{(i * columns.Count) + c}")) + ")");
#pragma warning disable CA2100 // column names of the model and numbers
            command.CommandText = $"INSERT INTO {type.GetTableName()} ({string.Join(", ", columns.Select(c => c.Name))}) VALUES {string.Join(", ", rows)} ON CONFLICT (type, value) DO UPDATE SET "
                + "severity = excluded.severity, flow_scope = excluded.flow_scope, reason = excluded.reason, expires_at = excluded.expires_at, is_active = excluded.is_active";
#pragma warning restore CA2100
            for (var p = 0; p < count * columns.Count; p++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{p}";
                command.Parameters.Add(parameter);
            }
            return command;
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands) command.Dispose();
    }
}
