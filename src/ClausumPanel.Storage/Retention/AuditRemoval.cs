using ClausumPanel.Storage.Audit;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Retention;

/// <summary>
/// Takes the oldest part of the audit chain away. First it is read through: a part that is not as it was written stays, for what is removed can no longer be looked into. Then its end is sealed, in one transaction with an
/// entry about it; only then does the store let it go.
/// </summary>
public sealed class AuditRemoval(PanelDb db, AuditKey key, DateTimeOffset? before, DateTimeOffset now) : RetentionStep(db)
{
    private bool _isSealed;
    private long _first, _last, _end;

    public override KeptData What => KeptData.Audit;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is null) return false;
        if (!_isSealed)
        {
            await SealAsync(before.Value, stop);
            _end = await Db.Set<AuditAnchor>().MaxAsync(a => (long?)a.Sequence, stop) ?? 0;
            _isSealed = true;
        }
        if (await Db.AuditEntries.MinAsync(e => (long?)e.Sequence, stop) is not { } first || first > _end) return false;
        (_first, _last) = (first, Math.Min(_end, first + most - 1));
        return true;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop) => await Db.AuditEntries.Where(e => e.Sequence >= _first && e.Sequence <= _last).ExecuteDeleteAsync(stop);

    public override Task<DateTimeOffset?> OldestAsync(CancellationToken stop) => Db.AuditEntries.OrderBy(e => e.Sequence).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(stop);

    private async Task SealAsync(DateTimeOffset end, CancellationToken stop)
    {
        var kept = await Db.AuditEntries.Where(e => e.At >= end).MinAsync(e => (long?)e.Sequence, stop) ?? await Db.AuditEntries.MaxAsync(e => (long?)e.Sequence, stop) ?? 1;
        var known = await Db.Set<AuditAnchor>().MaxAsync(a => (long?)a.Sequence, stop) ?? 0;
        if (kept - 1 <= known || await Db.AuditEntries.AsNoTracking().SingleOrDefaultAsync(e => e.Sequence == kept - 1, stop) is not { } last) return;
        if (!(await AuditChain.VerifyAsync(Db, key, stop: stop)).IsWhole)
        {
            Hold(HoldReason.Broken, kept - 1 - known);
            return;
        }
        Db.Add(AuditAnchor.Of(key, last, now));
        Db.Audit(Actor.System, AuditActions.AuditCut, now, "audit", after: new { Removed = last.Sequence - known, Entry = last.Sequence, Hash = Convert.ToHexStringLower(last.Hash) });
        await Db.SaveChangesAsync(stop);
        Db.ChangeTracker.Clear();
    }
}
