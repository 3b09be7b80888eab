using ClausumPanel.Storage.Imports;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Retention;

/// <summary>Removes webhooks that were delivered or given up, with their attempts, then the events of the outbox that every endpoint has looked at.</summary>
public sealed class DeliveryRemoval(PanelDb db, DateTimeOffset? before) : RetentionStep(db)
{
    private readonly long _before = before?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private List<Guid> _sent = [];
    private (long First, long Last) _events;
    private long? _passed;

    public override KeptData What => KeptData.Deliveries;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is null) return false;
        if (_passed is null) await BeginAsync(stop);
        _events = default;
        _sent = await Db.WebhookDeliveries.Where(d => d.EndedAt < _before).OrderBy(d => d.EndedAt).Select(d => d.Id).Take(most).ToListAsync(stop);
        if (_sent.Count > 0) return true;
        // Numbers are given one after the other and never again: a stretch of them is a portion.
        if (await Db.Set<OutboxEvent>().OrderBy(e => e.Number).Select(e => new { e.Number, e.At }).FirstOrDefaultAsync(stop) is not { } first || first.Number > _passed || first.At >= _before) return false;
        var end = Math.Min(_passed!.Value, first.Number + most - 1);
        var young = await Db.Set<OutboxEvent>().Where(e => e.Number <= end && e.At >= _before).MinAsync(e => (long?)e.Number, stop);
        _events = (first.Number, young - 1 ?? end);
        return true;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop) => _sent.Count > 0
        ? await Db.WebhookDeliveries.Where(d => _sent.Contains(d.Id)).ExecuteDeleteAsync(stop)
        : await Db.Set<OutboxEvent>().Where(e => e.Number >= _events.First && e.Number <= _events.Last).ExecuteDeleteAsync(stop);

    public override async Task<DateTimeOffset?> OldestAsync(CancellationToken stop) =>
        await Db.WebhookDeliveries.Where(d => d.EndedAt != null).MinAsync(d => d.EndedAt, stop) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private async Task BeginAsync(CancellationToken stop)
    {
        // The newest stays whatever its age: the next number is told from it.
        var newest = await Db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0;
        var behind = await Db.WebhookEndpoints.Where(e => e.State != EndpointState.Removed).MinAsync(e => (long?)e.Mark, stop);
        _passed = Math.Min(newest - 1, behind ?? long.MaxValue);
        if (await Db.WebhookDeliveries.CountAsync(d => d.EndedAt == null && d.At < _before, stop) is > 0 and var waiting) Hold(HoldReason.Waiting, waiting);
    }
}

/// <summary>Removes received events that were processed.</summary>
public sealed class EventRemoval(PanelDb db, DateTimeOffset? before) : RetentionStep(db)
{
    private List<Guid> _old = [];
    private bool _isCounted;

    public override KeptData What => KeptData.ReceivedEvents;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is not { } end) return false;
        var old = Db.ReceivedEvents.Where(e => e.ReceivedAt < end);
        if (!_isCounted)
        {
            if (await old.CountAsync(e => e.State == ReceivedState.Waiting, stop) is > 0 and var waiting) Hold(HoldReason.Waiting, waiting);
            if (await old.CountAsync(e => e.State != ReceivedState.Waiting && e.IsAlert, stop) is > 0 and var unseen) Hold(HoldReason.Unseen, unseen);
            _isCounted = true;
        }
        _old = await old.Where(e => e.State != ReceivedState.Waiting && !e.IsAlert).OrderBy(e => e.ReceivedAt).Select(e => e.Id).Take(most).ToListAsync(stop);
        return _old.Count > 0;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop) => await Db.ReceivedEvents.Where(e => _old.Contains(e.Id)).ExecuteDeleteAsync(stop);

    public override Task<DateTimeOffset?> OldestAsync(CancellationToken stop) => Db.ReceivedEvents.MinAsync(e => (DateTimeOffset?)e.ReceivedAt, stop);
}

/// <summary>Removes what was tried out on stored traffic, with its counts and its lists of payments.</summary>
public sealed class SimulationRemoval(PanelDb db, DateTimeOffset? before) : RetentionStep(db)
{
    private Guid? _run;
    private List<int> _parts = [];

    public override KeptData What => KeptData.Simulations;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is not { } end) return false;
        _run = await Db.Set<SimulationRun>().Where(r => r.CreatedAt < end && r.State != RunState.Waiting && r.State != RunState.Running).OrderBy(r => r.CreatedAt).Select(r => (Guid?)r.Id).FirstOrDefaultAsync(stop);
        // The lists of a run may be long: some stretches at a time, and the run itself at last.
        if (_run is { } id) _parts = await Db.Set<SimulationPart>().Where(p => p.RunId == id).OrderBy(p => p.Number).Select(p => p.Number).Take(Math.Max(1, most / 50)).ToListAsync(stop);
        return _run is not null;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop)
    {
        if (_parts.Count == 0) return await Db.Set<SimulationRun>().Where(r => r.Id == _run).ExecuteDeleteAsync(stop);
        await Db.Set<SimulationSet>().Where(s => s.RunId == _run && _parts.Contains(s.Part)).ExecuteDeleteAsync(stop);
        await Db.Set<SimulationPart>().Where(p => p.RunId == _run && _parts.Contains(p.Number)).ExecuteDeleteAsync(stop);
        return 0;
    }

    public override Task<DateTimeOffset?> OldestAsync(CancellationToken stop) => Db.Set<SimulationRun>().MinAsync(r => (DateTimeOffset?)r.CreatedAt, stop);
}

/// <summary>Removes what is known of finished imports: the file's name, its counts and the lines that were wrong.</summary>
public sealed class ImportRemoval(PanelDb db, DateTimeOffset? before) : RetentionStep(db)
{
    private List<Guid> _old = [];

    public override KeptData What => KeptData.Imports;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is not { } end) return false;
        _old = await Db.Set<ImportJob>().Where(j => j.FinishedAt < end).OrderBy(j => j.FinishedAt).Select(j => j.Id).Take(most).ToListAsync(stop);
        return _old.Count > 0;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop) => await Db.Set<ImportJob>().Where(j => _old.Contains(j.Id)).ExecuteDeleteAsync(stop);

    public override Task<DateTimeOffset?> OldestAsync(CancellationToken stop) => Db.Set<ImportJob>().Where(j => j.FinishedAt != null).MinAsync(j => j.FinishedAt, stop);
}
