using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Web.Flows;

/// <summary>The imports people look at before they confirm them, kept for half an hour, the latest of each person. Nothing of them outlives the process.</summary>
public sealed partial class ListImports(IServiceScopeFactory scopes, TimeProvider clock, IHostApplicationLifetime life, ILogger<ListImports> log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<Guid, PendingImport> _all = new();

    public PendingImport Keep(Guid owner, string text, ImportDefaults defaults, TimeZoneInfo zone, IReadOnlyList<ImportLine> lines)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _all.Values.Where(i => !i.IsRunning && (i.Owner == owner || i.MadeAt < now - Kept))) _all.TryRemove(old.Id, out _);
        var import = new PendingImport(owner, text, defaults, zone, lines, now);
        return _all[import.Id] = import;
    }

    /// <summary>The person's own; nobody else's is there for them.</summary>
    public PendingImport? Find(Guid id, Guid owner) => _all.GetValueOrDefault(id) is { } found && found.Owner == owner ? found : null;

    /// <summary>Begins to write what was looked at; a second time it changes nothing.</summary>
    public Task Start(PendingImport import, Actor actor) => import.Begin(() => Task.Run(async () =>
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            // Read again: the lists may be others than when it was looked at.
            var stored = await ListImport.StoredAsync(db, life.ApplicationStopping);
            var lines = ListImport.Read(import.Text, import.Defaults, stored, clock.GetUtcNow(), import.Zone, import.Owner)!;
            var todo = lines.Where(l => l.Kind is LineKind.New or LineKind.Changed).ToList();
            import.Total = todo.Count;
            var (added, changed) = (todo.Count(l => l.Kind == LineKind.New), todo.Count(l => l.Kind == LineKind.Changed));
            var summary = new
            {
                New = added, Changed = changed, Wrong = lines.Count(l => l.Kind == LineKind.Wrong),
                ByType = todo.GroupBy(l => l.Entry.Type).ToDictionary(g => g.Key.Word(), g => g.Count()), BySeverity = todo.GroupBy(l => l.Entry.Severity).ToDictionary(g => g.Key.Word(), g => g.Count()),
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(import.Text))),
            };
            if (todo.Count > 0) await scope.ServiceProvider.GetRequiredService<ChangeLists>().ImportAsync(todo, summary, actor, done => import.Done = done, life.ApplicationStopping);
            (import.Added, import.Changed) = (added, changed);
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
public sealed class PendingImport(Guid owner, string text, ImportDefaults defaults, TimeZoneInfo zone, IReadOnlyList<ImportLine> lines, DateTimeOffset madeAt)
{
    private readonly Lock _lock = new();
    private volatile Task? _work;
    private volatile int _done, _total;

    public Guid Id { get; } = Guid.CreateVersion7();
    public Guid Owner { get; } = owner;
    public string Text { get; } = text;
    public ImportDefaults Defaults { get; } = defaults;
    public TimeZoneInfo Zone { get; } = zone;
    public IReadOnlyList<ImportLine> Lines { get; } = lines;
    public DateTimeOffset MadeAt { get; } = madeAt;
    public Task? Work => _work;
    public bool IsRunning => _work is { IsCompleted: false };
    public int Done { get => _done; set => _done = value; }
    public int Total { get => _total; set => _total = value; }
    public int Added { get; set; }
    public int Changed { get; set; }

    public int Count(LineKind kind) => Lines.Count(l => l.Kind == kind);

    internal Task Begin(Func<Task> work)
    {
        lock (_lock) return _work ??= work();
    }
}
