using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Panel;

public sealed class SchemePortionTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task Of_more_payments_than_are_asked_about_at_once_all_that_was_said_before_is_read()
    {
        const int payments = 1_100;
        var entries = Enumerable.Range(0, payments).Select(i => new Entry(TestClock.Start.AddDays(-50).AddMinutes(i), Decision.Approve) { CardScheme = "visa" }).ToList();
        await app.StoreAsync(entries);
        await using var scope = app.Services.CreateAsyncScope();
        var labels = scope.ServiceProvider.GetRequiredService<RecordLabels>();
        foreach (var (days, source) in ((int, LabelSource)[])[(-40, LabelSource.FraudReport), (-5, LabelSource.Chargeback)])
            foreach (var some in entries.Chunk(200))
                await labels.AddAsync([.. some.Select(e => new NewLabel(e.Seq, e.At.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, source) { KnownAt = TestClock.Start.AddDays(days), Reason = "fraud" })], LabelChannel.Import, Actor.System, null, default);

        var words = await scope.ServiceProvider.GetRequiredService<SchemeReader>().WordsAsync(TestClock.Start.AddDays(-10), TestClock.Start, default);
        Assert.Equal((payments, payments), (words.Count(w => w.Kind == SchemeWordKind.Chargeback), words.Count(w => w.Kind == SchemeWordKind.Report)));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await app.As(World.Victor).GetAsync("/dashboard")).StatusCode);
    }
}
