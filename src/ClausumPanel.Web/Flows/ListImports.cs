using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>The imports people look at before they confirm them, kept for half an hour, the latest of each person. Nothing of them outlives the process.</summary>
public sealed partial class ListImports(IServiceScopeFactory scopes, TimeProvider clock, IHostApplicationLifetime life, ILogger<ListImports> log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<Guid, PendingImport> _all = new();

    public T Keep<T>(T import) where T : PendingImport
    {
        foreach (var old in _all.Values.Where(i => !i.IsRunning && (i.Owner == import.Owner || i.MadeAt < import.MadeAt - Kept))) _all.TryRemove(old.Id, out _);
        _all[import.Id] = import;
        return import;
    }

    /// <summary>The person's own; nobody else's is there for them.</summary>
    public T? Find<T>(Guid id, Guid owner) where T : PendingImport => _all.GetValueOrDefault(id) is T found && found.Owner == owner ? found : null;

    /// <summary>Begins to write what was looked at; a second time it changes nothing.</summary>
    public Task Start(PendingImport import, Actor actor) => import.Begin(() => Task.Run(async () =>
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await import.WriteAsync(scope.ServiceProvider, actor, clock.GetUtcNow(), life.ApplicationStopping);
        }
        catch (Exception e)
        {
            Failed(e, import.Id);
            throw;
        }
    }));

    [LoggerMessage(LogLevel.Error, "List import {Id} could not be written; nothing of it is stored")]
    private partial void Failed(Exception e, Guid id);
}

/// <summary>One import, from being looked at to being done.</summary>
public abstract class PendingImport(Guid owner, string text, TimeZoneInfo zone, DateTimeOffset madeAt)
{
    private readonly Lock _lock = new();
    private volatile Task? _work;
    private volatile int _done, _total;

    public Guid Id { get; } = Guid.CreateVersion7();
    public Guid Owner { get; } = owner;
    public string Text { get; } = text;
    public TimeZoneInfo Zone { get; } = zone;
    public DateTimeOffset MadeAt { get; } = madeAt;
    public Task? Work => _work;
    public bool IsRunning => _work is { IsCompleted: false };
    public int Done { get => _done; protected set => _done = value; }
    public int Total { get => _total; protected set => _total = value; }
    public int Added { get; protected set; }
    public int Changed { get; protected set; }
    public int Todo => Count(LineKind.New) + Count(LineKind.Changed);

    /// <summary>The list it is for was deleted meanwhile, and nothing is stored.</summary>
    public bool IsGone { get; protected set; }

    public abstract int Count(LineKind kind);

    /// <summary>Reads the text again, since the lists may be others than when it was looked at, and writes what is to be added or changed: all of it, or nothing.</summary>
    internal abstract Task WriteAsync(IServiceProvider services, Actor actor, DateTimeOffset now, CancellationToken stop);

    internal Task Begin(Func<Task> work)
    {
        lock (_lock) return _work ??= work();
    }

    protected string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
}

/// <summary>Entries that decide.</summary>
public sealed class EntriesImport(Guid owner, string text, ImportDefaults defaults, TimeZoneInfo zone, IReadOnlyList<ImportLine> lines, DateTimeOffset madeAt) : PendingImport(owner, text, zone, madeAt)
{
    public IReadOnlyList<ImportLine> Lines { get; } = lines;

    public override int Count(LineKind kind) => Lines.Count(l => l.Kind == kind);

    internal override async Task WriteAsync(IServiceProvider services, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var stored = await ListImport.StoredAsync(services.GetRequiredService<PanelDb>(), stop);
        var lines = ListImport.Read(Text, defaults, stored, now, Zone, Owner)!;
        var todo = lines.Where(l => l.Kind is LineKind.New or LineKind.Changed).ToList();
        Total = todo.Count;
        var (added, changed) = (todo.Count(l => l.Kind == LineKind.New), todo.Count(l => l.Kind == LineKind.Changed));
        var summary = new
        {
            New = added, Changed = changed, Wrong = lines.Count(l => l.Kind == LineKind.Wrong),
            ByType = todo.GroupBy(l => l.Entry.Type).ToDictionary(g => g.Key.Word(), g => g.Count()), BySeverity = todo.GroupBy(l => l.Entry.Severity).ToDictionary(g => g.Key.Word(), g => g.Count()), Sha256,
        };
        if (todo.Count > 0) await services.GetRequiredService<ChangeLists>().ImportAsync(todo, summary, actor, done => Done = done, stop);
        (Added, Changed) = (added, changed);
    }
}

/// <summary>Values of one list for rules.</summary>
public sealed class ValuesImport(Guid owner, string text, NamedList list, TimeZoneInfo zone, IReadOnlyList<NamedListLine> lines, DateTimeOffset madeAt) : PendingImport(owner, text, zone, madeAt)
{
    public Guid List { get; } = list.Id;
    public IReadOnlyList<NamedListLine> Lines { get; } = lines;

    public override int Count(LineKind kind) => Lines.Count(l => l.Kind == kind);

    internal override async Task WriteAsync(IServiceProvider services, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var (db, lists) = (services.GetRequiredService<PanelDb>(), services.GetRequiredService<ChangeNamedLists>());
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Id == List, stop) is not { } found)
        {
            IsGone = true;
            return;
        }
        var lines = NamedListImport.Read(Text, found, await NamedListImport.StoredAsync(db, List, stop), now, Zone, Owner)!;
        var todo = lines.Where(l => l.Kind is LineKind.New or LineKind.Changed).ToList();
        Total = todo.Count;
        var summary = new { New = todo.Count(l => l.Kind == LineKind.New), Changed = todo.Count(l => l.Kind == LineKind.Changed), Wrong = lines.Count(l => l.Kind == LineKind.Wrong), Sha256 };
        if (todo.Count > 0 && !await lists.PutAsync(found, todo, summary, actor, done => Done = done, stop)) IsGone = true;
        else (Added, Changed) = (summary.New, summary.Changed);
    }
}
