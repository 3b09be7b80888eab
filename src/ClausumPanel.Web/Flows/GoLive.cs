using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Team;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What must be so before real payments come.</summary>
public enum LiveStep { KeyUsed, FailOpenTested, WebhookVerified, ScenariosGreen, BackupYoung, SecondFactorRequired }

/// <summary>One of them as it is now.</summary>
/// <param name="Step">Which.</param>
/// <param name="IsDone">It is so.</param>
/// <param name="At">When it last was, where that is a moment.</param>
/// <param name="Count">How many calls, scenarios or people it is about.</param>
/// <param name="Of">Of how many.</param>
public sealed record LiveCheck(LiveStep Step, bool IsDone, DateTimeOffset? At = null, int? Count = null, int? Of = null);

/// <summary>Looks at what really is, every time: nothing here is ticked by hand.</summary>
public sealed class GoLive(PanelDb db, PolicyShelf policies, LiveSettings settings, TimeProvider clock)
{
    public static readonly TimeSpan KeyAge = TimeSpan.FromHours(1), BackupAge = TimeSpan.FromDays(1);

    public async Task<IReadOnlyList<LiveCheck>> LookAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        return [await KeyAsync(now, stop), await FailOpenAsync(stop), await WebhookAsync(stop), await ScenariosAsync(stop), await BackupAsync(now, stop), await SecondFactorAsync(stop)];
    }

    /// <summary>The number of the policy that judges now.</summary>
    public int ActiveVersion => policies.Active.Policy.Version;

    private async Task<LiveCheck> KeyAsync(DateTimeOffset now, CancellationToken stop)
    {
        var last = await db.ApiKeys.Where(k => k.Type == KeyType.Server && k.RevokedAt == null && k.LastUsedAt != null).OrderByDescending(k => k.LastUsedAt).Select(k => k.LastUsedAt).FirstOrDefaultAsync(stop);
        return new LiveCheck(LiveStep.KeyUsed, last >= now - KeyAge, last);
    }

    private async Task<LiveCheck> FailOpenAsync(CancellationToken stop)
    {
        var test = await LiveSettings.FailOpenTestAsync(db, stop);
        return new LiveCheck(LiveStep.FailOpenTested, test is not null, test?.At, test?.Calls);
    }

    /// <summary>An endpoint that is in use took a signed event, or a test, and answered that it was right.</summary>
    private async Task<LiveCheck> WebhookAsync(CancellationToken stop)
    {
        var active = db.WebhookEndpoints.Where(e => e.State == EndpointState.Active);
        var ended = await db.WebhookDeliveries.Where(d => d.State == DeliveryState.Delivered && active.Any(e => e.Id == d.EndpointId)).MaxAsync(d => d.EndedAt, stop);
        // The log goes after a while; the endpoint remembers the last event that it took.
        var last = ended is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : await active.MaxAsync(e => e.LastSuccessAt, stop);
        return new LiveCheck(LiveStep.WebhookVerified, last is not null, last, Of: await active.CountAsync(stop));
    }

    /// <summary>What judges now was held against the scenarios that are saved now, and all came out as expected.</summary>
    private async Task<LiveCheck> ScenariosAsync(CancellationToken stop)
    {
        var (version, saved) = (ActiveVersion, await db.Set<SimulationScenario>().CountAsync(stop));
        var check = await db.Set<SimulationCheck>().AsNoTracking().Where(c => c.Version == version && c.State == CheckState.Done).OrderByDescending(c => c.AskedAt).ThenByDescending(c => c.Id).FirstOrDefaultAsync(stop);
        return new LiveCheck(LiveStep.ScenariosGreen, saved > 0 && check is { Passes: true } && check.Scenarios == saved, check?.FinishedAt, check?.AsExpected, check?.Scenarios ?? (saved > 0 ? saved : null));
    }

    private async Task<LiveCheck> BackupAsync(DateTimeOffset now, CancellationToken stop)
    {
        var last = await LastBackup.LoadAsync(db, stop);
        return new LiveCheck(LiveStep.BackupYoung, last?.At >= now - BackupAge, last?.At);
    }

    /// <summary>Administrators must have a second factor, and those who may sign in have one.</summary>
    private async Task<LiveCheck> SecondFactorAsync(CancellationToken stop)
    {
        var admins = await db.Users.Where(u => u.Role == Role.Admin && u.IsActive).Select(u => u.TwoFactorEnabled).ToListAsync(stop);
        return new LiveCheck(LiveStep.SecondFactorRequired, settings.SecondFactorRoles.Contains(Role.Admin) && admins.TrueForAll(has => has), null, admins.Count(has => has), admins.Count);
    }
}
