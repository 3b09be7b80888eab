using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>The workbook of all open disputes: asked for, made beside the requests, fetched, and gone after a day.</summary>
public sealed class BatchTests
{
    private const string Batches = "/dashboard/disputes/batches", AskForm = "form[action$='/batches']", FileForm = "form[action$='handler=File']", CancelForm = "form[action$='handler=Cancel']";

    private static async Task<DisputeBatch> AskAsync(PanelApp app, HttpClient browser)
    {
        var answer = await browser.SubmitAsync(Batches, AskForm);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await EndedAsync(app, Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1]));
    }

    private static async Task<DisputeBatch> EndedAsync(PanelApp app, Guid id)
    {
        while (true)
        {
            if (await ReadAsync(app, id) is { IsUnderWay: false } batch) return batch;
            await Task.Yield();
        }
    }

    private static Task<DisputeBatch> ReadAsync(PanelApp app, Guid id) => app.InDbAsync(db => db.Set<DisputeBatch>().AsNoTracking().SingleAsync(b => b.Id == id));

    private static string Page(DisputeBatch batch) => $"{Batches}/{batch.Id}";

    private static async Task<byte[]> FetchAsync(HttpClient browser, DisputeBatch batch)
    {
        var answer = await browser.SubmitAsync(Page(batch), FileForm);
        Assert.Equal((HttpStatusCode.OK, WorkbookFile.ContentType, "attachment"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.DispositionType));
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>One as a server left it, or has it now: a test decides how far it is.</summary>
    private static async Task<DisputeBatch> LeftAsync(PanelApp app, Person by, TimeSpan heldFor, int turns = 1, string? storedAs = null)
    {
        var batch = new DisputeBatch
        {
            AskedById = await app.InDbAsync(db => db.Users.Where(u => u.Email == by.Email).Select(u => u.Id).SingleAsync()), AskedAt = app.Clock.GetUtcNow(), Language = "en-US", Zone = "America/Mexico_City",
            State = BatchState.Running, Turns = turns, HeldUntil = app.Clock.GetUtcNow() + heldFor, StoredAs = storedAs ?? FileFolder.NewName(), Total = 100, Made = 40,
        };
        await app.InDbAsync(async db =>
        {
            db.Add(batch);
            await db.SaveChangesAsync();
        });
        return batch;
    }

    private static JsonElement After(AuditEntry entry) => JsonDocument.Parse(entry.After!).RootElement;

    [Fact]
    public async Task It_has_one_row_for_each_open_dispute_and_its_making_and_every_fetching_are_recorded()
    {
        await using var app = await PanelApp.StartAsync();
        var paid = await Counter.PayAsync(app, 9, who: "lote");
        var first = await Counter.OpenAsync(app, paid, i => i with { RespondBy = app.Clock.GetUtcNow().AddDays(1) });
        for (var i = 0; i < 60; i++) await Counter.OpenAsync(app, null, d => d with { Scheme = i % 2 == 0 ? CardScheme.Mastercard : CardScheme.Amex, ReasonCode = i % 2 == 0 ? "4837" : "F29", Amount = 1_000 + i });
        var clara = app.As(World.Clara);
        var batch = await AskAsync(app, clara);
        Assert.Equal((BatchState.Done, 61, 61, 1), (batch.State, batch.Total, batch.Made, batch.Turns));
        var bytes = await FetchAsync(clara, batch);
        WorkbookTests.MustBeHarmless(bytes);
        using var book = WorkbookTests.Opened(bytes);
        var rows = book.Worksheet(1).Tables.First().DataRange.Rows().ToList();
        Assert.Equal(61, rows.Count);
        Assert.Equal(first.Code, rows[0].Cell(1).GetString());
        Assert.Equal(paid.Id.ToString(), rows[0].Cell(13).GetString());
        Assert.Equal("No califica", rows[0].Cell(14).GetString());
        Assert.Equal(450.0 + Enumerable.Range(0, 60).Sum(i => (1_000 + i) / 100.0), rows.Sum(r => r.Cell(6).GetDouble()), 6);

        var sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal(sha, batch.Sha256);
        foreach (var action in (string[])[AuditActions.BatchMade, AuditActions.Exported])
        {
            var entry = Assert.Single(await Counter.TrailAsync(app, action));
            Assert.Equal((World.Clara.Name, 61, sha), (entry.ActorName, After(entry).GetProperty("rows").GetInt32(), After(entry).GetProperty("sha256").GetString()));
        }
        // Whoever else may export sees who asked and when, and fetches it under their own name.
        var victor = app.As(World.Victor);
        var list = await victor.PageAsync(Batches);
        Assert.Contains(World.Clara.Name, list.QuerySelector("[data-row]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(bytes, await FetchAsync(victor, batch));
        Assert.Equal(World.Victor.Name, (await Counter.TrailAsync(app, AuditActions.Exported))[0].ActorName);
        // The same data are the same bytes.
        Assert.Equal(sha, (await AskAsync(app, clara)).Sha256);
        var english = app.As(World.Clara);
        english.DefaultRequestHeaders.Add("Accept-Language", "en-US");
        Assert.NotEqual(sha, (await AskAsync(app, english)).Sha256);
    }

    [Fact]
    public async Task One_under_way_says_how_far_it_is_and_only_who_asked_or_an_administrator_stops_it()
    {
        await using var app = await PanelApp.StartAsync();
        var batch = await LeftAsync(app, World.Clara, TimeSpan.FromHours(1));
        var (clara, victor) = (app.As(World.Clara), app.As(World.Victor));
        var card = (await clara.PageAsync(Page(batch))).QuerySelector("#batch-progress")!;
        Assert.Equal($"{Page(batch)}?handler=Progress", card.GetAttribute("hx-get"));
        Assert.Contains("40 de 100", card.TextContent, StringComparison.Ordinal);
        Assert.NotNull(card.QuerySelector("noscript a"));
        // Who has one under way gets that one.
        Assert.EndsWith(Page(batch), (await clara.SubmitAsync(Batches, AskForm)).Headers.Location!.ToString(), StringComparison.Ordinal);

        Assert.Null((await victor.PageAsync(Page(batch))).QuerySelector(CancelForm));
        var token = (await Form.ReadAsync(await victor.GetAsync(Batches), AskForm)).Content;
        Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync($"{Page(batch)}?handler=Cancel", token)).StatusCode);
        Assert.Equal(BatchState.Running, (await ReadAsync(app, batch.Id)).State);
        Assert.NotNull((await app.As(World.Ines).PageAsync(Page(batch))).QuerySelector(CancelForm));

        Assert.Equal(HttpStatusCode.Redirect, (await clara.SubmitAsync(Page(batch), CancelForm)).StatusCode);
        Assert.Equal(BatchState.Cancelled, (await ReadAsync(app, batch.Id)).State);
        Assert.Single(await Counter.TrailAsync(app, AuditActions.BatchCancelled));
        using var poll = new HttpRequestMessage(HttpMethod.Get, $"{Page(batch)}?handler=Progress") { Headers = { { "HX-Request", "true" } } };
        var over = await clara.SendAsync(poll);
        Assert.Equal("true", over.Headers.GetValues("HX-Refresh").Single());
        Assert.Null((await over.HtmlAsync()).QuerySelector("[hx-get]"));
    }

    [Fact]
    public async Task Of_two_tabs_that_ask_at_once_the_slower_gets_the_workbook_of_the_quicker()
    {
        await using var app = await PanelApp.StartAsync();
        await using var scope = app.Services.CreateAsyncScope();
        var clara = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Clara.Email).Select(u => u.Id).SingleAsync());
        DisputeBatch? quicker = null;
        using var between = new BeforeTransaction(async () => quicker = await LeftAsync(app, World.Clara, TimeSpan.FromHours(1)));
        var answered = await scope.ServiceProvider.GetRequiredService<BatchDesk>().AskAsync(new Actor(ActorKind.Person, clara, World.Clara.Name), TimeZoneInfo.Utc, CancellationToken.None);
        Assert.True(between.HasHappened);
        Assert.Equal(quicker!.Id, answered);
        Assert.Equal(1, await app.InDbAsync(db => db.Set<DisputeBatch>().CountAsync()));
        Assert.Empty(await Counter.TrailAsync(app, AuditActions.BatchAsked));
    }

    [Fact]
    public async Task One_whose_server_fell_silent_is_made_by_the_next_and_one_that_always_breaks_off_is_given_up()
    {
        await using var app = await PanelApp.StartAsync();
        await Counter.OpenAsync(app, null);
        var (folder, half) = (app.Services.GetRequiredService<FileFolder>(), FileFolder.NewName());
        await folder.KeepAsync(half, new byte[] { 1 }, CancellationToken.None);
        var silent = await LeftAsync(app, World.Clara, TimeSpan.FromSeconds(-1), storedAs: half);
        app.Services.GetRequiredService<MakeBatches>().Wake();
        var made = await EndedAsync(app, silent.Id);
        Assert.Equal((BatchState.Done, 2, 1), (made.State, made.Turns, made.Made));
        // What the silent one left is gone.
        Assert.NotEqual(half, made.StoredAs);
        Assert.Equal([made.StoredAs], Directory.GetFiles(folder.Folder).Select(Path.GetFileName));

        var hopeless = await LeftAsync(app, World.Clara, TimeSpan.FromSeconds(-1), DisputeBatch.MostTurns);
        app.Services.GetRequiredService<MakeBatches>().Wake();
        Assert.Equal(BatchState.Failed, (await EndedAsync(app, hopeless.Id)).State);
        Assert.NotNull((await app.As(World.Clara).PageAsync(Page(hopeless))).QuerySelector("#batch-progress [role=alert]"));
    }

    [Fact]
    public async Task Its_file_is_kept_for_a_day()
    {
        await using var app = await PanelApp.StartAsync();
        var batch = await AskAsync(app, app.As(World.Clara));
        var folder = app.Services.GetRequiredService<FileFolder>();
        Assert.True(File.Exists(Path.Combine(folder.Folder, batch.StoredAs!)));
        app.Clock.Advance(TimeSpan.FromHours(23));
        await app.Services.GetRequiredService<MakeBatches>().ForgetAsync(CancellationToken.None);
        await FetchAsync(app.As(World.Clara), batch);
        app.Clock.Advance(TimeSpan.FromHours(1));
        var clara = app.As(World.Clara);
        var page = await clara.PageAsync(Page(batch));
        Assert.Null(page.QuerySelector(FileForm));
        // Whoever kept the form open gets a sentence, before and after the file is removed.
        var token = (await Form.ReadAsync(await clara.GetAsync(Batches), AskForm)).Content;
        Assert.Equal(HttpStatusCode.Redirect, (await clara.PostAsync($"{Page(batch)}?handler=File", token)).StatusCode);
        await app.Services.GetRequiredService<MakeBatches>().ForgetAsync(CancellationToken.None);
        Assert.Empty(Directory.GetFiles(folder.Folder));
        Assert.Null((await ReadAsync(app, batch.Id)).StoredAs);
        Assert.Contains("archivo", (await clara.PageAsync(Page(batch))).QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Single(await Counter.TrailAsync(app, AuditActions.Exported));
    }

    [Fact]
    public async Task Who_is_not_signed_in_gets_nothing_by_any_address_and_an_address_alone_gives_no_file()
    {
        await using var app = await PanelApp.StartAsync();
        var clara = app.As(World.Clara);
        var batch = await AskAsync(app, clara);
        var nobody = app.Anonymous();
        foreach (var address in (string[])[Batches, Page(batch), $"{Page(batch)}?handler=File", $"{Page(batch)}?handler=Progress"])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
            {
                var answer = await nobody.SendAsync(new HttpRequestMessage(method, address));
                Assert.StartsWith("/account/login", answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
            }
        }
        // The file comes by the form alone, whose token no other site has.
        Assert.Equal("text/html", (await clara.GetAsync($"{Page(batch)}?handler=File")).Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.BadRequest, (await clara.PostAsync($"{Page(batch)}?handler=File", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await clara.GetAsync($"/{batch.StoredAs}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await clara.GetAsync($"{Batches}/{Guid.NewGuid()}")).StatusCode);
        Assert.Empty(await Counter.TrailAsync(app, AuditActions.Exported));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_two_servers_one_has_it(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var (now, batch) = (TestClock.Start, Guid.NewGuid());
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new DisputeBatch { Id = batch, AskedById = await db.Users.Select(u => u.Id).FirstAsync(), AskedAt = now, Language = "es-MX", Zone = "UTC" });
            await db.SaveChangesAsync();
        }
        Assert.Single(await ClaimAsync(now), won => won);
        Assert.DoesNotContain(true, await ClaimAsync(now + DisputeBatch.Silence));
        Assert.Single(await ClaimAsync(now + DisputeBatch.Silence + TimeSpan.FromMilliseconds(1)), won => won);

        Task<bool[]> ClaimAsync(DateTimeOffset at) => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var scope = services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<PanelDb>().ClaimBatchAsync(batch, FileFolder.NewName(), at, CancellationToken.None);
        })));
    }
}
