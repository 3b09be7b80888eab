using System.Data.Common;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Cases;

public sealed class CaseStorageTests(PanelApp app) : CaseStorageStories(app), IClassFixture<PanelApp>
{
    [Fact] public Task Cases_are_kept_found_counted_and_never_altered_behind_their_back() => KeepAsync();
    [Fact] public Task Fifty_reports_at_once_open_one_case() => ReportAsync();
}

public sealed class PostgresCaseStorageTests(PostgresPanelApp app) : CaseStorageStories(app), IClassFixture<PostgresPanelApp>
{
    [PostgresFact] public Task Cases_are_kept_found_counted_and_never_altered_behind_their_back() => KeepAsync();
    [PostgresFact] public Task Fifty_reports_at_once_open_one_case() => ReportAsync();
}

public abstract class CaseStorageStories(PanelApp app)
{
    private static readonly Actor Clara = new(ActorKind.Person, Guid.CreateVersion7(), "Clara Cumple");

    private async Task<T> WithAsync<T>(Func<IServiceProvider, Task<T>> use)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider);
    }

    protected async Task KeepAsync()
    {
        await Shop.ReadyAsync(app);
        var day = new DateOnly(2026, 11, 20);
        var ids = new List<Guid>();
        foreach (var (type, place, amount, currency, name) in ((IncidentType, string?, long?, string?, string?)[])[(IncidentType.Phishing, "CL", 250_000, "CLP", "Íñigo Ñandú"), (IncidentType.Other, null, null, null, null), (IncidentType.IdentityTheft, "MX", 10_000_000, "MXN", "Rosa 100%")])
        {
            ids.Add((await WithAsync(s => s.GetRequiredService<ChangeCases>().OpenAsync(new CaseOpening(new CaseFacts(type) { Jurisdiction = place, Amount = amount, Currency = currency, IncidentDate = day, VictimName = name }, CaseOrigin.Manual) { DueOn = day }, Clara, default)))!.Id);
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var of = new CaseFilter { From = TestClock.Start };
        Assert.Equal([ids[0]], await FoundAsync(of with { Jurisdiction = "CL" }));
        Assert.Equal([ids[2]], await FoundAsync(of with { Search = "100%" }));
        Assert.Equal(ids[2], await app.InDbAsync(db => db.Set<Case>().Where(c => ids.Contains(c.Id)).Sorted(CaseOrder.Priority, true).Select(c => c.Id).FirstAsync()));
        Assert.Equal([ids[0], ids[2], ids[1]], await app.InDbAsync(db => db.Set<Case>().Where(c => ids.Contains(c.Id)).Sorted(CaseOrder.Amount, true).Select(c => c.Id).ToListAsync()));
        foreach (var order in Enum.GetValues<CaseOrder>())
            foreach (var descending in (bool[])[false, true]) Assert.Equal(3, await app.InDbAsync(db => db.Set<Case>().Where(c => ids.Contains(c.Id)).Sorted(order, descending).Rows(db).CountAsync()));

        var counted = await app.InDbAsync(db => db.Set<Case>().Where(c => ids.Contains(c.Id)).StatisticsAsync(day.AddDays(1), app.Clock.GetUtcNow(), default));
        Assert.Equal((3, 3, 3, 1), (counted.Total, counted.Open, counted.Overdue, counted.ByPriority[CasePriority.Urgent]));
        Assert.Equal([new CaseMoney("CLP", 250_000, 1), new CaseMoney("MXN", 10_000_000, 1)], counted.Money);
        Assert.Equal([3, 0, 0, 0], counted.Ages);
        Assert.Equal(TestClock.Start, counted.OldestOpenAt);

        // Eight at once write one after the other, and each raises the version by one.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => WithAsync(s => s.GetRequiredService<ChangeCases>().NoteAsync(ids[0], $"Nota {i}", Clara, default))));
        var detail = (await WithAsync(s => s.GetRequiredService<CaseReader>().FindAsync(ids[0], default)))!;
        Assert.Equal((8, day, "Íñigo Ñandú"), (detail.Notes.Count, detail.Case.IncidentDate, detail.Case.VictimName));
        Assert.Equal(detail.Case.Version - detail.Events[0].Version, detail.Events.Count(e => e.Kind == CaseEventKind.Noted) + 1);       // and the day it is due was set when it was opened
        Assert.Equal(detail.Events.Select(e => e.Version).Order(), detail.Events.Select(e => e.Version));

        Assert.Equal(CaseFate.Done, (await WithAsync(s => s.GetRequiredService<ChangeCases>().ChangeAsync(ids[0], new CaseEdit { Status = CaseStatus.InReview }, Clara, default))).Fate);
        Assert.Equal(CaseFate.Done, (await WithAsync(s => s.GetRequiredService<ChangeCases>().AddFileAsync(ids[0], "a.txt", "hola"u8.ToArray(), Clara, default))).Fate);
        Assert.Equal(CaseFate.Done, (await WithAsync(s => s.GetRequiredService<ChangeCases>().SubmitAsync(ids[0], null, s.GetRequiredService<CaseReader>(), new PanelOptions(), Clara, default))).Fate);
        Assert.Equal(CaseFate.SubmittedAlready, (await WithAsync(s => s.GetRequiredService<ChangeCases>().SubmitAsync(ids[0], null, s.GetRequiredService<CaseReader>(), new PanelOptions(), Clara, default))).Fate);
        var package = await app.InDbAsync(db => db.Set<CasePackage>().SingleAsync(p => p.CaseId == ids[0]));
        Assert.Equal(package.Sha256, System.Security.Cryptography.SHA256.HashData(package.Json));
        Assert.Contains("Íñigo Ñandú", Encoding.UTF8.GetString(package.Json), StringComparison.Ordinal);

        foreach (var (table, column) in ((string, string)[])[("case_events", "version"), ("case_notes", "text"), ("case_files", "name"), ("case_packages", "html")])
        {
#pragma warning disable EF1002 // names written here
            await Assert.ThrowsAnyAsync<DbException>(() => app.InDbAsync(db => db.Database.ExecuteSqlRawAsync($"UPDATE {table} SET {column} = {column}")));
            await Assert.ThrowsAnyAsync<DbException>(() => app.InDbAsync(db => db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}")));
#pragma warning restore EF1002
        }
        var numbers = await app.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.CaseId == ids[0]).OrderBy(e => e.Number).Select(e => new { e.Type, e.CaseVersion }).ToListAsync());
        Assert.Equal([OutboxEventType.CaseCreated, OutboxEventType.CaseUpdated, OutboxEventType.CaseUpdated], numbers.Select(n => n.Type));
        Assert.Equal(numbers.Select(n => n.CaseVersion).Order(), numbers.Select(n => n.CaseVersion));

        Task<List<Guid>> FoundAsync(CaseFilter filter) => app.InDbAsync(db => db.Set<Case>().Where(c => ids.Contains(c.Id)).Narrowed(filter).Select(c => c.Id).ToListAsync());
    }

    protected async Task ReportAsync()
    {
        var shop = await Shop.OpenAsync(app);
        var id = (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"cincuenta@correo.example","device":{"ip":"189.203.44.9"}}""")).MustBeGood().Id;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes($$"""{"reason":"identity_theft","transaction_id":"{{id}}"}"""), "application/json")));
        Assert.Equal((1, 49), (answers.Count(a => a.Code == 201), answers.Count(a => a.Code == 409)));
        var seq = AssessmentId.SeqOf(Guid.Parse(id));
        var label = Assert.Single(await app.InDbAsync(db => db.Set<Label>().Where(l => l.Seq == seq).ToListAsync()));
        var its = (await app.InDbAsync(db => db.OfReportAsync(label.Number, default)))!;
        var detail = (await WithAsync(s => s.GetRequiredService<CaseReader>().FindAsync(its.Id, default)))!;
        Assert.Equal((1, 1, 2), (detail.Assessments.Count, detail.Labels.Count, detail.Entries.Count));
        Assert.Equal((CasePriority.Medium, IncidentType.IdentityTheft, "cincuenta@correo.example"), (its.Priority, its.IncidentType, its.VictimEmail));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<CaseLink>().CountAsync(l => l.Kind == CaseLinkKind.Assessment && l.Target == Guid.Parse(id))));
        Assert.Equal(LabelOutcome.Fraud, detail.Assessments[0].Label!.Outcome);
    }
}
