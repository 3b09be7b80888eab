using System.Collections.Concurrent;
using System.Data.Common;
using System.Linq.Expressions;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Jobs;

/// <summary>
/// Takes events from the outbox to whoever wants them: at least once, those of one object in their order. Every endpoint has its own worker and its own place in the outbox, so one that hangs, fails or is
/// paused holds nobody else up, and no more than a window of events is written out for it while the rest waits in the outbox. What is sent is claimed by one conditional update: two nodes never send the same
/// at once, and what a node had claimed when it died is taken up by another.
/// </summary>
public sealed partial class DeliverWebhooks(IServiceScopeFactory scopes, WebhookSender sender, WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock, ILogger<DeliverWebhooks> log) : BackgroundService
{
    /// <summary>Deliveries of one endpoint that are written out and not done.</summary>
    public const int Window = 500;
    private const int Portion = 100, Stretch = 50_000, DroppedAtOnce = 1_000;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500), TidyEvery = TimeSpan.FromHours(1), TidyFirst = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Task> _working = new();
    private DateTimeOffset? _tidied;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: what a held clock says is asked in between.
        using var timer = new PeriodicTimer(Period);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var id in await ActiveAsync(stoppingToken))
                {
                    if (_working.TryGetValue(id, out var before) && !before.IsCompleted) continue;
                    _working[id] = Task.Run(() => WorkAsync(id, stoppingToken), stoppingToken);
                }
                await TidyAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or DbUpdateException)
            {
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAny(Task.WhenAll(_working.Values), Task.Delay(System.Threading.Timeout.Infinite, cancellationToken));
    }

    /// <summary>Sends everything that is due, and comes back when that is done.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.WhenAll((await ActiveAsync(stop)).Select(id => PumpAsync(id, stop)));
        await TidyAsync(stop);
    }

    /// <summary>Sends one that was claimed for it, whatever the state of its endpoint: a test that somebody waits for.</summary>
    public async Task SendAsync(WebhookDelivery delivery, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        WebhookEndpoint endpoint;
        await using (var scope = scopes.CreateAsyncScope())
            endpoint = await scope.ServiceProvider.GetRequiredService<PanelDb>().WebhookEndpoints.AsNoTracking().SingleAsync(e => e.Id == delivery.EndpointId, stop);
        await RecordAsync(endpoint.Id, [await SendAsync(endpoint, delivery, stop)], CancellationToken.None);
    }

    private async Task<List<Guid>> ActiveAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PanelDb>().WebhookEndpoints.Where(e => e.State == EndpointState.Active).OrderBy(e => e.Id).Select(e => e.Id).ToListAsync(stop);
    }

    private async Task WorkAsync(Guid id, CancellationToken stop)
    {
        try
        {
            await PumpAsync(id, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was claimed is taken up again when its time is over.
        }
        catch (Exception e)
        {
            EndpointFailed(id, e);
        }
    }

    private async Task PumpAsync(Guid id, CancellationToken stop)
    {
        while (true)
        {
            WebhookEndpoint? endpoint;
            List<WebhookDelivery> claimed;
            bool moved;
            await using (var scope = scopes.CreateAsyncScope())
            {
                var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
                endpoint = await db.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.State == EndpointState.Active, stop);
                if (endpoint is null) return;
                moved = await WriteOutAsync(db, scope.ServiceProvider.GetRequiredService<WebhookPayloads>(), endpoint, stop);
                claimed = await ClaimAsync(db, id, stop);
            }
            if (claimed.Count > 0) await RecordAsync(id, await Task.WhenAll(claimed.Select(d => SendAsync(endpoint, d, stop))), CancellationToken.None);
            else if (!moved) return;
        }
    }

    /// <summary>Writes the next events of the outbox out as deliveries, together with the place that was reached.</summary>
    /// <returns>False when there is nothing new, or no room.</returns>
    private static async Task<bool> WriteOutAsync(PanelDb db, WebhookPayloads payloads, WebhookEndpoint endpoint, CancellationToken stop)
    {
        var (id, mark) = (endpoint.Id, endpoint.Mark);
        var end = await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0;
        if (end <= mark) return false;
        var room = Window - await db.WebhookDeliveries.CountAsync(d => d.EndpointId == id && (d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending), stop);
        if (room <= 0) return false;
        end = Math.Min(end, mark + Stretch);
        var (types, most) = (WebhookEvents.Types(endpoint.Events), Math.Min(room, Portion));
        var events = await db.Set<OutboxEvent>().AsNoTracking().Where(e => e.Number > mark && e.Number <= end && types.Contains(e.Type)).OrderBy(e => e.Number).Take(most).ToListAsync(stop);
        var reached = events.Count == most ? events[^1].Number : end;
        var messages = await payloads.WriteAsync(events, stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        // Another node may have written them out meanwhile, or somebody paused it.
        if (await db.WebhookEndpoints.Where(e => e.Id == id && e.Mark == mark && e.State == EndpointState.Active).ExecuteUpdateAsync(e => e.SetProperty(x => x.Mark, reached), stop) == 0) return false;
        db.ChangeTracker.Clear();
        foreach (var message in messages)
            db.Add(new WebhookDelivery { EndpointId = id, Event = message.Event.Number, Name = message.Event.Type.Name(), Subject = message.Subject, Sequence = message.Event.Number, At = message.Event.At, Body = message.Body });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        db.ChangeTracker.Clear();
        return true;
    }

    private async Task<List<WebhookDelivery>> ClaimAsync(PanelDb db, Guid id, CancellationToken stop)
    {
        var (now, token, most) = (clock.GetUtcNow().ToUnixTimeMilliseconds(), Guid.NewGuid(), options.Value.AtOnce);
        var until = now + (long)((options.Value.Timeout * 2) + TimeSpan.FromSeconds(30)).TotalMilliseconds;
        // Free, and nothing of the same object before it that is not done.
        Expression<Func<WebhookDelivery, bool>> isNext = d => d.EndpointId == id && ((d.State == DeliveryState.Waiting && d.NextAt <= now) || (d.State == DeliveryState.Sending && d.ClaimedUntil < now))
            && !db.WebhookDeliveries.Any(e => e.EndpointId == id && e.Subject == d.Subject && e.Event < d.Event && (e.State == DeliveryState.Waiting || e.State == DeliveryState.Sending));
        var ids = await db.WebhookDeliveries.Where(isNext).OrderBy(d => d.Event).Select(d => d.Id).Take(most).ToListAsync(stop);
        if (ids.Count == 0) return [];
        var claimed = await db.WebhookDeliveries.Where(d => ids.Contains(d.Id)).Where(isNext)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.State, DeliveryState.Sending).SetProperty(x => x.Claim, token).SetProperty(x => x.ClaimedUntil, until), stop);
        return claimed == 0 ? [] : await db.WebhookDeliveries.AsNoTracking().Where(d => d.EndpointId == id && d.State == DeliveryState.Sending && d.Claim == token).OrderBy(d => d.Event).ToListAsync(stop);
    }

    private async Task<Sent> SendAsync(WebhookEndpoint endpoint, WebhookDelivery delivery, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var result = delivery.Body is { } body
            ? await sender.SendAsync(new WebhookCall(delivery.Id, endpoint.Url, delivery.Name, body, secrets.Of(endpoint, now), now), stop)
            : new WebhookResult(null, WebhookSender.BadAddress, null, false, 0);
        return new Sent(delivery, result, now);
    }

    /// <summary>Writes down how attempts went, and what that means for their endpoint.</summary>
    private async Task RecordAsync(Guid id, IReadOnlyList<Sent> sent, CancellationToken stop)
    {
        for (var tries = 0; ; tries++)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                await RecordOnceAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), id, sent, stop);
                return;
            }
            catch (Exception e) when (e is DbUpdateException or DbException && tries < 5)
            {
                // A person changed the endpoint in this moment, or the store was busy: what was sent must be written down, or it is sent twice.
            }
        }
    }

    private async Task RecordOnceAsync(PanelDb db, Guid id, IReadOnlyList<Sent> sent, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var endpoint = await db.WebhookEndpoints.SingleAsync(e => e.Id == id, stop);
        var real = sent.Where(s => !s.Delivery.IsTest).ToList();
        var (good, bad) = (real.Count(s => s.Result.IsGood), real.Count(s => !s.Result.IsGood));
        var recovered = good > 0 && endpoint.Failures > 0;
        if (good > 0)
        {
            endpoint.Failures = 0;
            endpoint.FailingSince = null;
            endpoint.LastSuccessAt = now;
        }
        else if (bad > 0)
        {
            endpoint.Failures += bad;
            endpoint.FailingSince ??= now;
        }

        foreach (var one in sent)
        {
            var (delivery, result) = (one.Delivery, one.Result);
            db.Add(new WebhookAttempt
            {
                DeliveryId = delivery.Id, At = one.At.ToUnixTimeMilliseconds(), Milliseconds = result.Milliseconds, Status = result.Status, Error = result.Error, Response = result.Response, IsCut = result.IsCut,
                SignedAt = one.At.ToUnixTimeSeconds(),
            });
            var attempts = delivery.Attempts + 1;
            var first = delivery.FirstTriedAt ?? one.At.ToUnixTimeMilliseconds();
            var next = now + Backoff.After(attempts, Random.Shared.NextDouble());
            // Given up for good only where the receiver takes others: while it takes nothing, everything waits for it.
            var isOver = !result.IsGood && (delivery.IsTest || (next.ToUnixTimeMilliseconds() - first > Backoff.Longest.TotalMilliseconds && endpoint.LastSuccessAt?.ToUnixTimeMilliseconds() > first));
            var state = result.IsGood ? DeliveryState.Delivered : isOver ? DeliveryState.Failed : DeliveryState.Waiting;
            await db.WebhookDeliveries.Where(d => d.Id == delivery.Id && d.Claim == delivery.Claim && d.State == DeliveryState.Sending).ExecuteUpdateAsync(d => d
                .SetProperty(x => x.State, state).SetProperty(x => x.Attempts, attempts).SetProperty(x => x.FirstTriedAt, first).SetProperty(x => x.NextAt, next.ToUnixTimeMilliseconds()).SetProperty(x => x.Claim, (Guid?)null)
                .SetProperty(x => x.ClaimedUntil, (long?)null).SetProperty(x => x.EndedAt, state == DeliveryState.Waiting ? (long?)null : at).SetProperty(x => x.Status, result.Status).SetProperty(x => x.Error, result.Error), stop);
        }
        // It is back: what had failed before need not wait its turn.
        if (recovered) await db.WebhookDeliveries.Where(d => d.EndpointId == id && d.State == DeliveryState.Waiting && d.Attempts > 0 && d.NextAt > at).ExecuteUpdateAsync(d => d.SetProperty(x => x.NextAt, at), stop);

        var gone = real.Exists(s => s.Result.Status == StatusCodes.Status410Gone);
        var before = endpoint.Summary;
        if ((gone || (endpoint.FailingSince <= now - WebhookEndpoint.LongestFailing && endpoint.Failures >= WebhookEndpoint.MostFailures)) && endpoint.Disable(gone ? "gone" : "failing", now))
            db.Audit(Actor.System, AuditActions.WebhookDisabled, now, ChangeWebhooks.Subject, id.ToString(), before, endpoint.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Lets go of what was sent and answered; the rows themselves go at night, with all that is kept by time.</summary>
    private async Task TidyAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        _tidied ??= now - TidyEvery + TidyFirst;        // a start has enough to do
        if (now - _tidied < TidyEvery) return;
        _tidied = now;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var bodies = now.AddDays(-options.Value.KeepBodiesDays).ToUnixTimeMilliseconds();
        // Looked for first and written by their ids, some at a time: nobody who pays waits for the store meanwhile.
        while (await db.WebhookDeliveries.Where(d => d.EndedAt < bodies && d.Body != null).OrderBy(d => d.EndedAt).Select(d => d.Id).Take(DroppedAtOnce).ToListAsync(stop) is { Count: > 0 } sent)
            await db.WebhookDeliveries.Where(d => sent.Contains(d.Id)).ExecuteUpdateAsync(d => d.SetProperty(x => x.Body, (string?)null), stop);
        while (await db.Set<WebhookAttempt>().Where(a => a.At < bodies && a.Response != null).OrderBy(a => a.At).Select(a => a.Id).Take(DroppedAtOnce).ToListAsync(stop) is { Count: > 0 } answered)
            await db.Set<WebhookAttempt>().Where(a => answered.Contains(a.Id)).ExecuteUpdateAsync(a => a.SetProperty(x => x.Response, (string?)null), stop);
    }

    [LoggerMessage(LogLevel.Error, "Webhooks cannot be sent at the moment; they will be when the store answers")]
    private partial void Failed(Exception exception);

    [LoggerMessage(LogLevel.Error, "Webhooks of endpoint {Endpoint} cannot be sent at the moment")]
    private partial void EndpointFailed(Guid endpoint, Exception exception);

    private sealed record Sent(WebhookDelivery Delivery, WebhookResult Result, DateTimeOffset At);
}
