using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Who judges stored assessments for a run: its policy beside the one that was active when it was asked for, with the named lists of that moment.</summary>
public static class PreviewJudges
{
    /// <returns>Gives as many as are wanted; each counts for itself.</returns>
    /// <exception cref="InvalidDataException">The run's policy cannot be read.</exception>
    public static async Task<Func<PreviewJudge>> ReadAsync(PanelDb db, SimulationRun run, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(run);
        var versions = new Dictionary<int, Policy>();
        foreach (var stored in await db.Set<PolicyVersion>().AsNoTracking().ToListAsync(stop))
            if (PolicyJson.TryReadStored(stored.Document, out var known, out _)) versions[stored.Version] = known with { Version = stored.Version };
        if (!PolicyJson.TryReadStored(run.Document, out var policy, out var problems)) throw new InvalidDataException(string.Join("; ", problems));
        var lists = (await NamedListEdition.ReadAsync(db, run.ListsEdition, null, stop)).Lists;
        var (proposed, active) = (new Assessor(policy, lists), new Assessor(versions[run.ActiveVersion], lists));
        return () => new PreviewJudge(proposed, active, run.ListsEdition, versions);
    }
}
