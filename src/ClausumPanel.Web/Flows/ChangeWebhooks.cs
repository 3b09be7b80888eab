using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What people do with endpoints of webhooks: each step is one transaction with its entry in the trail. No secret is ever among what is written down.</summary>
public sealed class ChangeWebhooks(PanelDb db, WebhookSecrets secrets, DeliverWebhooks job, TimeProvider clock)
{
    public const string Subject = "webhook";

    /// <summary>Told of what happens from now on.</summary>
    /// <returns>The secret, to be shown once; null when there are too many endpoints.</returns>
    public async Task<(WebhookEndpoint? Endpoint, string? Secret)> AddAsync(string url, string description, string events, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var (secret, now) = (WebhookSecrets.Create(), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.WebhookEndpoints.CountAsync(e => e.State != EndpointState.Removed, stop) >= WebhookEndpoint.Most) return (null, null);
        var endpoint = new WebhookEndpoint
        {
            Id = Guid.CreateVersion7(now), Url = url, Description = description, Events = events, Secret = secrets.Protect(secret), CreatedAt = now, CreatedById = actor.Kind == ActorKind.Person ? actor.Id : null,
            Mark = await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0,
        };
        db.Add(endpoint);
        db.Audit(actor, AuditActions.WebhookCreated, now, Subject, endpoint.Id.ToString(), after: endpoint.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return (endpoint, secret);
    }

    public Task<bool> ChangeAsync(Guid id, string url, string description, string events, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.WebhookChanged, actor, (endpoint, _) =>
    {
        endpoint.Change(url, description, events);
        return true;
    }, stop);

    /// <returns>The new secret, to be shown once; null when there is no such endpoint.</returns>
    public async Task<string?> RotateAsync(Guid id, TimeSpan overlap, Actor actor, CancellationToken stop)
    {
        var secret = WebhookSecrets.Create();
        return await StepAsync(id, AuditActions.WebhookRotated, actor, (endpoint, now) =>
        {
            endpoint.Rotate(secrets.Protect(secret), overlap, now);
            return true;
        }, stop) ? secret : null;
    }

    public Task<bool> PauseAsync(Guid id, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.WebhookPaused, actor, (endpoint, now) => endpoint.Pause(now), stop);

    /// <summary>What waited is sent at once, with another day to get through.</summary>
    public Task<bool> ResumeAsync(Guid id, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.WebhookResumed, actor, (endpoint, now) => endpoint.Resume(now), stop, async now =>
        await db.WebhookDeliveries.Where(d => d.EndpointId == id && d.State == DeliveryState.Waiting)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.NextAt, now.ToUnixTimeMilliseconds()).SetProperty(x => x.Attempts, 0).SetProperty(x => x.FirstTriedAt, (long?)null), stop));

    /// <summary>What waited for it is given up.</summary>
    public Task<bool> RemoveAsync(Guid id, Actor actor, CancellationToken stop) => StepAsync(id, AuditActions.WebhookRemoved, actor, (endpoint, now) => endpoint.Remove(now), stop, async now =>
        await db.WebhookDeliveries.Where(d => d.EndpointId == id && (d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending))
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.State, DeliveryState.Failed).SetProperty(x => x.Error, "removed").SetProperty(x => x.EndedAt, now.ToUnixTimeMilliseconds()), stop));

    /// <summary>Sends a call that tells of nothing, and waits for the answer.</summary>
    /// <returns>Its delivery; null when there is no such endpoint.</returns>
    public async Task<Guid?> TestAsync(Guid id, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        if (!await db.WebhookEndpoints.AnyAsync(e => e.Id == id && e.State != EndpointState.Removed, stop)) return null;
        var test = Guid.CreateVersion7(now);
        var delivery = new WebhookDelivery
        {
            Id = test, EndpointId = id, Name = WebhookEvents.Test, Subject = $"test:{test}", At = at, Body = WebhookPayloads.Test(now), State = DeliveryState.Sending, Claim = Guid.NewGuid(), ClaimedUntil = at + 120_000, NextAt = at,
        };
        db.Add(delivery);
        db.Audit(actor, AuditActions.WebhookTested, now, Subject, id.ToString(), after: new { Delivery = test });
        await db.SaveChangesAsync(stop);
        await job.SendAsync(delivery, stop);
        return test;
    }

    /// <summary>Sends one again, as it was.</summary>
    /// <returns>False when it waits already, was a test, or is too old to be sent.</returns>
    public async Task<bool> ReplayAsync(Guid id, Guid delivery, Actor actor, CancellationToken stop) => await ReplayAsync(id, d => d.Where(x => x.Id == delivery), new { Delivery = delivery }, actor, stop) > 0;

    /// <summary>Sends again all that were given up since then.</summary>
    public Task<int> ReplayFailedAsync(Guid id, DateTimeOffset since, Actor actor, CancellationToken stop)
    {
        var at = since.ToUnixTimeMilliseconds();
        return ReplayAsync(id, d => d.Where(x => x.State == DeliveryState.Failed && x.At >= at), new { FailedSince = since }, actor, stop);
    }

    private async Task<int> ReplayAsync(Guid id, Func<IQueryable<WebhookDelivery>, IQueryable<WebhookDelivery>> which, object said, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (!await db.WebhookEndpoints.AnyAsync(e => e.Id == id && e.State != EndpointState.Removed, stop)) return 0;
        var ended = which(db.WebhookDeliveries.Where(d => d.EndpointId == id && d.Event != null && d.Body != null && (d.State == DeliveryState.Delivered || d.State == DeliveryState.Failed)));
        var count = await ended.ExecuteUpdateAsync(d => d.SetProperty(x => x.State, DeliveryState.Waiting).SetProperty(x => x.NextAt, now.ToUnixTimeMilliseconds()).SetProperty(x => x.Attempts, 0)
            .SetProperty(x => x.FirstTriedAt, (long?)null).SetProperty(x => x.EndedAt, (long?)null).SetProperty(x => x.Replays, x => x.Replays + 1), stop);
        if (count == 0) return 0;
        db.Audit(actor, AuditActions.WebhookReplayed, now, Subject, id.ToString(), after: new { What = said, Count = count });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return count;
    }

    private async Task<bool> StepAsync(Guid id, string action, Actor actor, Func<WebhookEndpoint, DateTimeOffset, bool> step, CancellationToken stop, Func<DateTimeOffset, Task>? besides = null)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.WebhookEndpoints.SingleOrDefaultAsync(e => e.Id == id && e.State != EndpointState.Removed, stop) is not { } endpoint) return false;
        var before = endpoint.Summary;
        if (!step(endpoint, now)) return false;
        if (besides is not null) await besides(now);
        db.Audit(actor, action, now, Subject, id.ToString(), before, endpoint.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }
}
