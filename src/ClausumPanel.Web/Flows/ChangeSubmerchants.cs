using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Submerchants;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What people and programs may say of a submerchant at any time.</summary>
public sealed record SubmerchantFacts(string Name, string? Country, string? Mcc, bool IsActive)
{
    public static SubmerchantFacts Of(RegisteredSubmerchant its) => new(its.Name, its.Country, its.Mcc, its.IsActive);
}

/// <summary>Keeps the registry of submerchants; each step is one transaction with its entry in the trail. This process judges by it at once, others within a second.</summary>
public sealed class ChangeSubmerchants(PanelDb db, SubmerchantShelf shelf, TimeProvider clock)
{
    public const string Subject = "submerchant";

    /// <returns>The new one; or, when the id is taken, the one that has it.</returns>
    public async Task<(RegisteredSubmerchant Its, bool IsNew)> AddAsync(string externalId, SubmerchantFacts facts, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(facts);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.RaiseAsync(ChangeTopics.Submerchants, stop);       // from here on one change at a time, on either engine
        if (await db.Set<RegisteredSubmerchant>().AsNoTracking().CalledAsync(externalId, stop) is { } there) return (there, false);
        var now = clock.GetUtcNow();
        var its = new RegisteredSubmerchant { Id = Guid.CreateVersion7(now), ExternalId = externalId, Name = facts.Name, Country = facts.Country, Mcc = facts.Mcc, IsActive = facts.IsActive, CreatedAt = now, UpdatedAt = now };
        db.Add(its);
        db.Audit(actor, AuditActions.SubmerchantAdded, now, Subject, its.Id.ToString(), after: its.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        await shelf.ReloadAsync(db, CancellationToken.None);
        return (its, true);
    }

    /// <param name="said">Its own id or that of the registry.</param>
    /// <param name="edit">What it is to be, from what it is: null refuses the step.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>What it is then, and whether the step was taken; nothing when there is none such. A step that changes nothing is taken and leaves no trace.</returns>
    public async Task<(RegisteredSubmerchant? Its, bool IsTaken)> ChangeAsync(string said, Func<SubmerchantFacts, SubmerchantFacts?> edit, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(edit);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.RaiseAsync(ChangeTopics.Submerchants, stop);
        if (await db.Set<RegisteredSubmerchant>().CalledAsync(said, stop) is not { } its) return (null, false);
        var (was, before) = (SubmerchantFacts.Of(its), its.Summary);
        if (edit(was) is not { } wanted) return (its, false);
        if (wanted == was) return (its, true);
        var now = clock.GetUtcNow();
        (its.Name, its.Country, its.Mcc, its.IsActive, its.UpdatedAt) = (wanted.Name, wanted.Country, wanted.Mcc, wanted.IsActive, now);
        var action = wanted.IsActive == was.IsActive ? AuditActions.SubmerchantChanged : wanted.IsActive ? AuditActions.SubmerchantReactivated : AuditActions.SubmerchantDeactivated;
        db.Audit(actor, action, now, Subject, its.Id.ToString(), before, its.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        await shelf.ReloadAsync(db, CancellationToken.None);
        return (its, true);
    }
}
