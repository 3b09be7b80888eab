using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ClausumPanel.Web.Flows;

/// <summary>What may change of an entry; null leaves it.</summary>
public sealed record ListEdit(
    Assess.ListSeverity Severity, FlowScope FlowScope, string? Reason, DateTimeOffset? ExpiresAt, bool IsActive);

/// <summary>Adds, changes and deletes list entries for pages and API alike: written down in the same transaction, and met by the very next payment.</summary>
public sealed class ChangeLists(PanelDb db, ListShelf shelf, TimeProvider clock)
{
    public const string Subject = "list-entry";

    private const string TakesOver = "ON CONFLICT (type, value) DO UPDATE SET "
        + "severity = excluded.severity, flow_scope = excluded.flow_scope, reason = excluded.reason, expires_at = excluded.expires_at, is_active = excluded.is_active";

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

    /// <summary>Switches off what has met nothing lately. None is deleted: each can be switched on again.</summary>
    /// <param name="groups">Which of them.</param>
    /// <param name="keep">These stay on all the same.</param>
    /// <param name="reason">Why, for the trail.</param>
    /// <param name="actor">Who.</param>
    /// <returns>How many.</returns>
    public async Task<int> CleanUpAsync(IReadOnlyCollection<QuietGroup> groups, IReadOnlyCollection<Guid> keep, string reason, Actor actor)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var quiet = db.Set<ListEntry>().Narrowed(new ListFilter { Quiet = true }, now).Where(e => !keep.Contains(e.Id));
        var isWrittenDown = (await db.QuietAsync(now, CancellationToken.None)).Where(g => groups.Contains(g.Group)).Sum(g => g.Count) <= ListImport.MostWrittenDown;
        var off = new List<(QuietGroup Group, int Count)>();
        foreach (var group in groups)
        {
            if (!isWrittenDown)
            {
                off.Add((group, await quiet.Of(group).ExecuteUpdateAsync(e => e.SetProperty(x => x.IsActive, false))));
                continue;
            }
            var entries = await quiet.Of(group).ToListAsync();
            foreach (var entry in entries)
            {
                var before = entry.Summary;
                entry.IsActive = false;
                db.Audit(actor, AuditActions.ListEntryChanged, now, Subject, entry.Id.ToString(), before, entry.Summary);
            }
            off.Add((group, entries.Count));
        }
        var count = off.Sum(o => o.Count);
        if (count == 0) return 0;
        db.Audit(actor, AuditActions.ListsCleanedUp, now, Subject, after: new
        {
            Reason = reason, SwitchedOff = count, Kept = keep.Count, NoHitSince = now.AddDays(-ListFilter.QuietDays),
            ByType = off.GroupBy(o => o.Group.Type).ToDictionary(g => g.Key.Word(), g => g.Sum(o => o.Count)), BySeverity = off.GroupBy(o => o.Group.Severity).ToDictionary(g => g.Key.Word(), g => g.Sum(o => o.Count)),
            FromFraud = off.Where(o => o.Group.IsCareful).Sum(o => o.Count),
        });
        await db.RaiseAsync(ChangeTopics.Lists);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await shelf.ReloadAsync(db, CancellationToken.None);
        return count;
    }

    /// <summary>Writes a whole import, or nothing of it.</summary>
    /// <param name="lines">What is to be added or changed; each value once.</param>
    /// <param name="summary">What the trail keeps of an import too long to be written down line by line.</param>
    /// <param name="written">Told how many are in the transaction so far.</param>
    public async Task ImportAsync(IReadOnlyList<ImportLine> lines, object summary, Actor actor, Action<int> written, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        lines = Numbered(lines, now);
        var batches = new ListBatches<ListEntry>(db, [.. lines.Select(l => l.Entry)], TakesOver);
        await db.Database.OpenConnectionAsync(stop);            // the table beside is the connection's own
        try
        {
            // All that takes time happens beside: payments are written to the same file, and wait while it is held.
            await batches.StageAsync(written, stop);
            await using var transaction = await db.Database.BeginTransactionAsync(stop);
            await batches.MoveAsync(stop);
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
        finally
        {
            await batches.ClearAsync();
            await db.Database.CloseConnectionAsync();
        }
        await shelf.ReloadAsync(db, CancellationToken.None);
    }

    /// <summary>In the order of the index, with ids that grow in the same order: one instant's ids are random among themselves, and every page of the key's index would be touched.</summary>
    private static List<ImportLine> Numbered(IReadOnlyList<ImportLine> lines, DateTimeOffset now)
    {
        var first = Guid.CreateVersion7(now).ToByteArray(bigEndian: true);
        var number = 0;
        return [.. lines.OrderBy(l => l.Entry.Type.ToString(), StringComparer.Ordinal).ThenBy(l => l.Entry.Value, StringComparer.Ordinal).Select(l => l.Kind == LineKind.New ? l with { Entry = WithId(l.Entry) } : l)];

        ListEntry WithId(ListEntry e)
        {
            var id = Guid.CreateVersion7(now).ToByteArray(bigEndian: true);
            first.AsSpan(0, 9).CopyTo(id);
            (id[9], id[10], id[11]) = ((byte)(number >> 16), (byte)(number >> 8), (byte)number);
            number++;
            return new ListEntry
            {
                Id = new Guid(id, bigEndian: true), Type = e.Type, Value = e.Value, Severity = e.Severity, FlowScope = e.FlowScope, Reason = e.Reason, Source = e.Source, IsActive = e.IsActive, CreatedAt = e.CreatedAt, ExpiresAt = e.ExpiresAt, OwnerId = e.OwnerId,
            };
        }
    }

    private Task<ListEntry?> FindAsync(ListEntry entry, CancellationToken stop) => db.Set<ListEntry>().AsNoTracking().SingleOrDefaultAsync(e => e.Type == entry.Type && e.Value == entry.Value, stop);
}

/// <summary>Many rows, first into a table beside, then over in one statement, on either engine.</summary>
/// <param name="db">Its connection must be open: the table beside is the connection's own.</param>
/// <param name="entries">The rows.</param>
/// <param name="conflict">What happens to a row that is there already.</param>
internal sealed class ListBatches<T>(PanelDb db, IReadOnlyList<T> entries, string conflict = "") where T : class
{
    // SQLite looks every parameter up by its name, one after the other: twice as many a statement cost twice as much each.
    private const int AtATime = 10;
    public const string Beside = "list_import";

    private readonly IEntityType _type = db.Model.FindEntityType(typeof(T))!;

    private string Table => _type.GetTableName()!;
    private List<IProperty> Columns => [.. _type.GetProperties()];
    private string Names => string.Join(", ", Columns.Select(c => c.GetColumnName()));

    public async Task StageAsync(Action<int> written, CancellationToken stop)
    {
        await ClearAsync();
        await RunAsync($"CREATE TEMP TABLE {Beside} AS SELECT {Names} FROM {Table} WHERE 1 = 0", stop);
        var columns = Columns.Select(p => (p.GetTypeMapping().Converter, Read: p.PropertyInfo!)).ToList();
        DbCommand? command = null;
        try
        {
            for (var done = 0; done < entries.Count; done += AtATime)
            {
                stop.ThrowIfCancellationRequested();
                var count = Math.Min(AtATime, entries.Count - done);
                if (command is null || command.Parameters.Count != count * columns.Count)
                {
                    if (command is not null) await command.DisposeAsync();
                    command = Make(count, columns.Count);
                }
                for (var i = 0; i < count; i++)
                    for (var c = 0; c < columns.Count; c++)
                    {
                        var value = columns[c].Read.GetValue(entries[done + i]);
                        command.Parameters[(i * columns.Count) + c].Value = (columns[c].Converter is { } converter ? converter.ConvertToProvider(value) : value) ?? DBNull.Value;
                    }
                await command.ExecuteNonQueryAsync(stop);
                written(done + count);
            }
        }
        finally
        {
            if (command is not null) await command.DisposeAsync();
        }
    }

    /// <summary>Inside the transaction.</summary>
    public Task<int> MoveAsync(CancellationToken stop) => RunAsync($"INSERT INTO {Table} ({Names}) SELECT {Names} FROM {Beside} WHERE true {conflict}", stop);

    public Task<int> ClearAsync() => RunAsync($"DROP TABLE IF EXISTS {Beside}", CancellationToken.None);

    // Names of the model and constants, nothing from outside.
    private Task<int> RunAsync(string sql, CancellationToken stop) => db.Database.ExecuteSqlRawAsync(sql, stop);

    private DbCommand Make(int rows, int columns)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // column names of the model and numbers
        command.CommandText = $"INSERT INTO {Beside} ({Names}) VALUES {string.Join(", ", Enumerable.Range(0, rows).Select(i => "(" + string.Join(", ", Enumerable.Range(i * columns, columns).Select(n => $"@p{n}")) + ")"))}";
#pragma warning restore CA2100
        for (var p = 0; p < rows * columns; p++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{p}";
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
