using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Demo;

public sealed class DemoDisputesTests
{
    [Fact]
    public async Task The_demo_has_a_dozen_disputes_of_every_kind()
    {
        await using var app = await PanelApp.StartAsync();
        await app.Services.GetRequiredService<AssessService>().Ready;
        var now = app.Clock.GetUtcNow();
        var disputes = new DemoDisputes(now);
        var month = DemoTraffic.Make(1_500, 7, now);
        var requests = disputes.Prepare(month);
        Assert.Equal(month.Count, requests.Count);
        Assert.Equal(requests.OrderBy(r => r.At).Select(r => r.At), requests.Select(r => r.At));
        var pump = new HistoryPump(app.Services.GetRequiredService<AssessService>().Transaction!, app.Services.GetRequiredService<AssessOptions>(), app.Clock, null, new ImportTally(), problem => Assert.Fail(problem));
        var line = 0;
        foreach (var request in requests) await pump.SendAsync(request.Json, request.Flow, ++line, CancellationToken.None);
        await pump.FinishAsync();
        await using var scope = app.Services.CreateAsyncScope();
        await new DemoLabels(7, now).WriteAsync(requests, scope.ServiceProvider, null, CancellationToken.None);
        await disputes.WriteAsync(scope.ServiceProvider, CancellationToken.None);

        // What a bank says is said with its scheme's own code, which means fraud where the label does.
        var charged = await app.InDbAsync(db => (from l in db.Set<Label>().AsNoTracking() join a in db.Set<StoredAssessment>().AsNoTracking() on l.Seq equals a.Seq where l.Source == LabelSource.Chargeback && l.Outcome == LabelOutcome.Fraud && l.Channel == LabelChannel.Demo && l.Reverses == null select new { l.Reason, a.Facts }).ToListAsync());
        Assert.NotEmpty(charged);
        Assert.All(charged, c =>
        {
            var facts = new Facts();
            FactSnapshot.Read(c.Facts, facts);
            Assert.Equal(ReasonCategory.Fraud, ReasonCodes.Find(DisputeWords.Find<CardScheme>(facts.Text(Known.CardBrand))!.Value, c.Reason)?.Category);
        });
        Assert.True(charged.Select(c => c.Reason).Distinct().Count() > 1);

        var all = await app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().OrderBy(d => d.Number).ToListAsync());
        Assert.InRange(all.Count, 10, 14);
        Assert.All(all, d => Assert.NotNull(d.Seq));
        Assert.Contains(all, d => d.State == DisputeState.Open && d.RespondBy < now);
        foreach (var outcome in Enum.GetValues<DisputeOutcome>()) Assert.Contains(all, d => d.Outcome == outcome);
        var evidence = scope.ServiceProvider.GetRequiredService<ReadEvidence>();
        var four = all.Take(4).ToList();
        var together = (await evidence.EligibilitiesAsync(four, CancellationToken.None)).Select(e => e?.Standing).ToList();
        Assert.Equal([EligibilityStanding.Qualified, EligibilityStanding.RequiresAction, EligibilityStanding.NotQualified, EligibilityStanding.Qualified], together);
        List<EligibilityStanding?> alone = [];
        foreach (var dispute in four) alone.Add((await evidence.OfAsync(dispute, CancellationToken.None)).Eligibility?.Standing);
        Assert.Equal(together, alone);
        Assert.True((await app.InDbAsync(db => db.Set<DisputeFact>().CountAsync(f => f.DisputeId == all[0].Id))) >= 4);
    }
}
