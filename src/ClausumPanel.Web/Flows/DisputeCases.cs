using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>A dispute has its case, once: with its payment, its amount and what its reason says of the incident.</summary>
public sealed class DisputeCases(PanelDb db, ChangeCases cases, IOptions<PanelOptions> panel, TimeProvider clock)
{
    /// <param name="dispute">Tracked.</param>
    /// <param name="version">The one the person saw; null: whichever.</param>
    /// <param name="origin">How the case begins.</param>
    /// <param name="description">Of the case.</param>
    public async Task OpenAsync(Dispute dispute, int? version, CaseOrigin origin, string description, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(dispute);
        if (dispute.CaseId is not null) return;
        var (now, isFraud) = (clock.GetUtcNow(), ReasonCodes.Category(dispute.Scheme, dispute.ReasonCode) == ReasonCategory.Fraud);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);
        await db.Entry(dispute).ReloadAsync(stop);
        if (dispute.CaseId is not null) return;
        if (version is { } seen) db.Entry(dispute).Property(d => d.Version).OriginalValue = seen;
        var (before, payment) = (dispute.Summary, dispute.Seq is { } seq ? await db.Set<StoredAssessment>().AsNoTracking().SingleOrDefaultAsync(a => a.Seq == seq, stop) : null);
        var opened = await cases.AddAsync(new CaseOpening(new CaseFacts(isFraud ? IncidentType.UnauthorizedTransfer : IncidentType.Other)
        {
            Amount = dispute.Amount, Currency = dispute.Currency, Jurisdiction = CaseWords.JurisdictionOf(dispute.Currency, null), Description = description,
            IncidentDate = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(dispute.ReceivedAt, panel.Value.Zone).DateTime),
        }, origin) { Assessments = payment is null ? [] : [payment], Links = [(CaseLinkKind.Dispute, dispute.Id)] }, actor, now, number, stop);
        dispute.CaseId = opened.Id;
        dispute.Touch(now);
        db.Audit(actor, AuditActions.DisputeChanged, now, DisputeDesk.Subject, dispute.Code, before, dispute.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
