using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Panel;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Settings;

public sealed class RemovalRaceTests : RemovalRaceStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_payment_that_goes_while_it_is_linked_to_a_case_is_not_linked_and_the_person_is_told() => LinkedAsync();

    [Fact] public Task A_case_that_is_opened_while_its_payment_goes_speaks_of_none() => OpenedAsync();

    [Fact] public Task A_dispute_that_is_told_while_its_payment_goes_is_of_none_and_keeps_its_numbers() => DisputedAsync();

    [Fact] public Task A_payment_that_goes_while_it_is_reported_is_not_found() => ReportedAsync();

    [Fact] public Task What_was_linked_or_disputed_before_the_removal_holds_its_payment() => HeldAsync();
}

public sealed class PostgresRemovalRaceTests : RemovalRaceStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_payment_that_goes_while_it_is_linked_to_a_case_is_not_linked_and_the_person_is_told() => LinkedAsync();

    [PostgresFact] public Task A_case_that_is_opened_while_its_payment_goes_speaks_of_none() => OpenedAsync();

    [PostgresFact] public Task A_dispute_that_is_told_while_its_payment_goes_is_of_none_and_keeps_its_numbers() => DisputedAsync();

    [PostgresFact] public Task A_payment_that_goes_while_it_is_reported_is_not_found() => ReportedAsync();

    [PostgresFact] public Task What_was_linked_or_disputed_before_the_removal_holds_its_payment() => HeldAsync();
}

/// <summary>Somebody writes about a payment in the very moment the night's removal takes it: either the payment stays, or nothing points at it.</summary>
public abstract class RemovalRaceStories
{
    private static readonly Actor Somebody = new(ActorKind.System, null, "somebody");

    protected abstract PanelApp Make();

    /// <summary>A panel with one payment that was kept long enough, and a young one.</summary>
    private async Task<(PanelApp App, StoredAssessment Old)> StartAsync()
    {
        var app = Make();
        await app.InitializeAsync();
        await Shop.ReadyAsync(app);
        await app.StoreAsync([new Entry(TestClock.Start.AddMonths(-24), Decision.Approve), new Entry(TestClock.Start.AddDays(-1), Decision.Approve)]);
        return (app, await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.At).FirstAsync()));
    }

    private static async Task<long> RemoveAsync(PanelApp app) =>
        (await app.Services.GetRequiredService<ApplyRetention>().RunAsync(CancellationToken.None))!.Lines.Single(l => l.What == KeptData.Payments).Removed;

    /// <summary>Does something, while the removal runs between its look and its transaction.</summary>
    private static async Task<T> MeanwhileAsync<T>(PanelApp app, Func<IServiceProvider, Task<T>> what)
    {
        var removed = 0L;
        await using var scope = app.Services.CreateAsyncScope();
        using var between = new BeforeTransaction(async () => removed = await RemoveAsync(app));
        var answer = await what(scope.ServiceProvider);
        Assert.True(between.HasHappened);
        Assert.Equal(1, removed);
        return answer;
    }

    private static async Task<Case> OpenAsync(PanelApp app, params StoredAssessment[] payments)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<ChangeCases>().OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Other), CaseOrigin.Manual) { Assessments = payments }, Somebody, CancellationToken.None))!;
    }

    private static DisputeItem Item(StoredAssessment payment) => new()
    {
        ExternalId = "dp_race", Scheme = CardScheme.Visa, ReasonCode = "10.4", Amount = payment.Amount, Currency = payment.Currency, TransactionId = payment.Id.ToString(), OrderId = "ord-1", ReceivedAt = TestClock.Start,
        RespondBy = TestClock.Start.AddDays(20), Stage = DisputeStage.Chargeback,
    };

    private static Task<int> LinksAsync(PanelApp app, StoredAssessment payment) => app.InDbAsync(db => db.Set<CaseLink>().CountAsync(l => l.Target == payment.Id));

    protected async Task LinkedAsync()
    {
        var (app, old) = await StartAsync();
        await using var _ = app;
        var its = await OpenAsync(app);
        var answer = await MeanwhileAsync(app, services => services.GetRequiredService<ChangeCases>().LinkAsync(its.Id, old, Somebody, CancellationToken.None));
        Assert.Equal(CaseFate.PaymentGone, answer.Fate);
        Assert.Equal(0, await LinksAsync(app, old));
        Assert.Equal(its.Version, await app.InDbAsync(db => db.Set<Case>().Where(c => c.Id == its.Id).Select(c => c.Version).SingleAsync()));
        Assert.Equal(0, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.CaseLinked)));
    }

    protected async Task OpenedAsync()
    {
        var (app, old) = await StartAsync();
        await using var _ = app;
        var opened = await MeanwhileAsync(app, services => services.GetRequiredService<ChangeCases>().OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Other), CaseOrigin.Manual) { Assessments = [old] }, Somebody, CancellationToken.None));
        Assert.NotNull(opened);
        Assert.Equal(0, await LinksAsync(app, old));
    }

    protected async Task DisputedAsync()
    {
        var (app, old) = await StartAsync();
        await using var _ = app;
        var dispute = await MeanwhileAsync(app, services => services.GetRequiredService<DisputeDesk>().OpenAsync(Item(old), Somebody, CancellationToken.None));
        Assert.Equal((null, "ord-1"), (dispute.Seq, dispute.OrderId));
        Assert.Equal(0, await app.InDbAsync(db => db.Set<Dispute>().CountAsync(d => d.Seq == old.Seq)));
    }

    protected async Task ReportedAsync()
    {
        var (app, old) = await StartAsync();
        await using var _ = app;
        var answer = await MeanwhileAsync(app, services => services.GetRequiredService<ReportFraud>().RunAsync(new FraudClaim(FraudReason.Chargeback) { TransactionId = old.Id.ToString() }, Somebody, null, null, default, CancellationToken.None));
        Assert.Equal(ReportStatus.NotFound, answer.Status);
        Assert.Equal((0, 0), await app.InDbAsync(async db => (await db.Set<FraudReport>().CountAsync(), await db.Set<Label>().CountAsync())));
    }

    protected async Task HeldAsync()
    {
        var (app, old) = await StartAsync();
        await using var _ = app;
        var its = await OpenAsync(app);
        await using (var scope = app.Services.CreateAsyncScope()) Assert.True((await scope.ServiceProvider.GetRequiredService<ChangeCases>().LinkAsync(its.Id, old, Somebody, CancellationToken.None)).IsDone);
        Assert.Equal(0, await RemoveAsync(app));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<StoredAssessment>().CountAsync(a => a.Seq == old.Seq)));
    }
}
