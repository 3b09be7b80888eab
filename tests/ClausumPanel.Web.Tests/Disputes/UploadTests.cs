using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>Many disputes at once: sent, written beside the requests, each line once.</summary>
public sealed class UploadTests
{
    private const string Import = "/dashboard/disputes/import", Head = "external_id,scheme,reason_code,amount,currency,order_id,received_at,outcome\n";

    internal static async Task<DisputeUpload> SendAsync(PanelApp app, HttpClient browser, string text)
    {
        var form = await Form.ReadAsync(await browser.GetAsync(Import), "main form[method=post]");
        form["Lines"] = text;
        var answer = await browser.PostAsync(form.Action + "?write=yes", form.Content);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await EndedAsync(app, Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1]));
    }

    private static async Task<DisputeUpload> EndedAsync(PanelApp app, Guid id)
    {
        using var tooLong = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            if (await ReadAsync(app, id) is { IsUnderWay: false } upload) return upload;
            tooLong.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task<DisputeUpload> ReadAsync(PanelApp app, Guid id) => app.InDbAsync(db => db.Set<DisputeUpload>().AsNoTracking().SingleAsync(u => u.Id == id));

    private static string Page(DisputeUpload upload) => $"{Import}/{upload.Id}";

    private static string Lines(int count, string prefix = "d") =>
        Head + string.Concat(Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i},{(i % 2 == 0 ? "mastercard,4837" : "visa,10.4")},{100 + i},MXN,no-{i},2026-11-20,{(i % 10 == 0 ? "lost" : "")}\n")));

    /// <summary>One that a server has now, as far as it came.</summary>
    private static async Task<DisputeUpload> HeldAsync(PanelApp app, Person by, string text, string turn)
    {
        var (bytes, name) = (JsonSerializer.SerializeToUtf8Bytes(DisputeImport.Split(text)), FileFolder.NewName());
        await app.Services.GetRequiredService<FileFolder>().KeepAsync(name, bytes, CancellationToken.None);
        var upload = new DisputeUpload
        {
            AskedById = await app.InDbAsync(db => db.Users.Where(u => u.Email == by.Email).Select(u => u.Id).SingleAsync()), AskedAt = app.Clock.GetUtcNow(), Zone = "America/Mexico_City", State = BatchState.Running, Turns = 1, Turn = turn,
            HeldUntil = app.Clock.GetUtcNow() + DisputeUpload.Silence, StoredAs = name, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Total = DisputeImport.Split(text)!.Count,
        };
        await app.InDbAsync(async db =>
        {
            db.Add(upload);
            await db.SaveChangesAsync();
        });
        return upload;
    }

    private static async Task<bool> WriteAsync(PanelApp app, DisputeUpload upload, string turn, IReadOnlyList<SentDispute> lines)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DisputeImport>().WriteAsync(upload, turn, lines, [], TimeZoneInfo.Utc, Counter.Somebody, CancellationToken.None);
    }

    /// <summary>Track data in one cell goes, and nothing else with it.</summary>
    [Fact]
    public async Task What_looks_like_card_data_in_one_cell_takes_nothing_else_with_it()
    {
        await using var app = await PanelApp.StartAsync();
        var text = "external_id,scheme,reason_code,amount,currency,order_id,received_at\n"
            + "s-1,visa,10.4,101,MXN,;2026112800012D1,2026-11-20\n" + "s-2,visa,10.4,102,MXN,4111111111111111,2026-11-20\n" + "s-3,visa,10.4,103,MXN,o-3,2026-11-20\n";
        var done = await SendAsync(app, app.As(World.Clara), text);
        Assert.Equal((BatchState.Done, 3, 3, 0), (done.State, done.Total, done.Opened, done.Wrong));
        var orders = await app.InDbAsync(db => db.Set<Dispute>().OrderBy(d => d.Number).Select(d => d.OrderId).ToListAsync());
        Assert.DoesNotContain("2026112800012", orders[0], StringComparison.Ordinal);
        Assert.Equal(["411111******1111", "o-3"], orders[1..]);
    }

    [Fact]
    public async Task A_line_of_names_that_cannot_be_read_is_said_and_stops_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        var carmen = app.As(World.Clara);
        var broken = await SendAsync(app, carmen, $"external_id,scheme,\"reason_code,amount,currency,order_id,received_at\n{string.Concat(Enumerable.Range(1, 60).Select(i => $"x-{i},visa,10.4,100,MXN,o-{i},2026-11-20\n"))}\"\nx-0,visa,10.4\n");
        Assert.Equal((BatchState.Done, 0), (broken.State, broken.Opened));
        Assert.True(broken.Wrong > 0);
        var many = await SendAsync(app, carmen, $"external_id,scheme,{new string('x', 3_000)}\nx-1,visa,10.4\n");
        Assert.Equal((BatchState.Done, 0, 1), (many.State, many.Opened, many.Wrong));
        var good = await SendAsync(app, carmen, Lines(3, "after"));
        Assert.Equal((BatchState.Done, 3), (good.State, good.Opened));
        Assert.Equal(good.Id, (await SendAsync(app, carmen, Lines(3, "after"))).Id);
    }

    [Fact]
    public async Task A_thousand_lines_are_written_with_their_trail_their_events_and_their_labels_and_sent_again_they_change_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        var paid = await Counter.PayAsync(app, 8, who: "muchas");
        var text = Lines(1_000) + $"d-pago,visa,10.4,45000,MXN,{paid.OrderId},2026-11-20,lost\n,visa,10.4,0,MXN,,,\n";
        var clara = app.As(World.Clara);
        var upload = await SendAsync(app, clara, text);
        Assert.Equal((BatchState.Done, 1_002, 1_002, 1_001, 0, 0, 1), (upload.State, upload.Total, upload.Read, upload.Opened, upload.Closed, upload.Known, upload.Wrong));
        await app.InDbAsync(async db =>
        {
            var disputes = await db.Set<Dispute>().AsNoTracking().OrderBy(d => d.Number).ToListAsync();
            Assert.Equal(Enumerable.Range(1, 1_001), disputes.Select(d => d.Number));
            Assert.Equal(101, disputes.Count(d => d.Outcome == DisputeOutcome.Lost));
            Assert.All(disputes, d => Assert.Equal(DisputeOrigin.Import, d.Origin));
            Assert.Equal(paid.Seq, disputes[^1].Seq);
            Assert.Equal((1_001, 101), (await db.Set<OutboxEvent>().CountAsync(e => e.Type == OutboxEventType.DisputeCreated), await db.Set<OutboxEvent>().CountAsync(e => e.Type == OutboxEventType.DisputeResolved)));
            Assert.Equal((LabelOutcome.Fraud, LabelSource.Chargeback, LabelChannel.Import), await db.Set<Label>().Where(l => l.Seq == paid.Seq).Select(l => new ValueTuple<LabelOutcome, LabelSource, LabelChannel>(l.Outcome, l.Source, l.Channel)).SingleAsync());
            Assert.True((await AuditChain.VerifyAsync(db, app.Services.GetRequiredService<AuditKey>())).IsWhole);
        });
        var opened = await Counter.TrailAsync(app, AuditActions.DisputeOpened);
        Assert.Equal((1_001, World.Clara.Name), (opened.Count, opened.Select(e => e.ActorName).Distinct().Single()));
        var over = JsonDocument.Parse(Assert.Single(await Counter.TrailAsync(app, AuditActions.DisputesImported)).After!).RootElement;
        Assert.Equal((1_002, 1_001, upload.Sha256), (over.GetProperty("read").GetInt32(), over.GetProperty("opened").GetInt32(), over.GetProperty("sha256").GetString()));
        // The text is not kept longer than it is needed.
        await app.Services.GetRequiredService<ImportDisputes>().ForgetAsync(CancellationToken.None);
        Assert.Empty(Directory.GetFiles(app.Services.GetRequiredService<FileFolder>().Folder));

        var page = await clara.PageAsync($"{Page(upload)}?fate=wrong");
        Assert.Equal("1003", Assert.Single(page.QuerySelectorAll("tr[data-line]")).GetAttribute("data-line"));
        app.Clock.Advance(TimeSpan.FromMinutes(3));         // at once it would be the same sending
        var again = await SendAsync(app, clara, text);
        Assert.Equal((0, 0, 1_001, 1), (again.Opened, again.Closed, again.Known, again.Wrong));
        Assert.Equal(1_001, await app.InDbAsync(db => db.Set<Dispute>().CountAsync()));
    }

    [Fact]
    public async Task One_whose_server_fell_silent_goes_on_right_after_its_last_line_and_the_silent_one_writes_nothing_any_more()
    {
        await using var app = await PanelApp.StartAsync();
        await Api.Shop.ReadyAsync(app);
        var sent = DisputeImport.Split(Lines(250))!;
        var upload = await HeldAsync(app, World.Clara, Lines(250), "first");
        Assert.True(await WriteAsync(app, upload, "first", [.. sent.Take(100)]));
        Assert.Equal((BatchState.Running, 100, 100), ((await ReadAsync(app, upload.Id)).State, (await ReadAsync(app, upload.Id)).Read, (await ReadAsync(app, upload.Id)).Opened));

        app.Clock.Advance(DisputeUpload.Silence + TimeSpan.FromSeconds(1));
        app.Services.GetRequiredService<ImportDisputes>().Wake();
        var done = await EndedAsync(app, upload.Id);
        Assert.Equal((BatchState.Done, 1, 250, 250), (done.State, done.Turns, done.Read, done.Opened));
        Assert.False(await WriteAsync(app, upload, "first", [.. sent.Skip(100).Take(100)]));
        Assert.Equal((250, 250, 25), await app.InDbAsync(async db => (await db.Set<Dispute>().CountAsync(), await db.Set<DisputeUploadLine>().CountAsync(), await db.Set<Dispute>().CountAsync(d => d.Outcome != null))));
        Assert.Equal(250, (await Counter.TrailAsync(app, AuditActions.DisputeOpened)).Count);
    }

    [Fact]
    public async Task One_that_breaks_off_each_time_is_given_up_and_says_where()
    {
        await using var app = await PanelApp.StartAsync();
        await Api.Shop.ReadyAsync(app);
        var upload = await HeldAsync(app, World.Clara, Lines(5), "first");
        await app.InDbAsync(db => db.Set<DisputeUpload>().ExecuteUpdateAsync(u => u.SetProperty(x => x.Turns, DisputeUpload.MostTurns)));
        app.Clock.Advance(DisputeUpload.Silence + TimeSpan.FromSeconds(1));
        app.Services.GetRequiredService<ImportDisputes>().Wake();
        Assert.Equal(BatchState.Failed, (await EndedAsync(app, upload.Id)).State);
        Assert.Contains("0 de 5", (await app.As(World.Clara).PageAsync(Page(upload))).QuerySelector("#upload-progress [role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<Dispute>().CountAsync()));
    }

    [Fact]
    public async Task One_under_way_says_how_far_it_is_and_whoever_sent_it_or_an_administrator_stops_it()
    {
        await using var app = await PanelApp.StartAsync();
        await Api.Shop.ReadyAsync(app);
        var upload = await HeldAsync(app, World.Clara, Lines(20), "first");
        Assert.True(await WriteAsync(app, upload, "first", [.. DisputeImport.Split(Lines(20))!.Take(5)]));
        var (clara, maria) = (app.As(World.Clara), app.As(World.Maria));
        var card = (await clara.PageAsync(Page(upload))).QuerySelector("#upload-progress")!;
        Assert.Equal($"{Page(upload)}?handler=Progress", card.GetAttribute("hx-get"));
        Assert.Contains("5 de 20", card.TextContent, StringComparison.Ordinal);
        var shown = await maria.PageAsync(Page(upload));
        Assert.Null(shown.QuerySelector("form[action$='handler=Cancel']"));
        Assert.Equal(5, shown.QuerySelectorAll("tr[data-line]").Length);
        var token = shown.QuerySelector("meta[name=antiforgery]")!.GetAttribute("content")!;
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.PostAsync($"{Page(upload)}?handler=Cancel", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]))).StatusCode);
        Assert.NotNull((await app.As(World.Ines).PageAsync(Page(upload))).QuerySelector("form[action$='handler=Cancel']"));

        Assert.Equal(HttpStatusCode.Redirect, (await clara.SubmitAsync(Page(upload), "form[action$='handler=Cancel']")).StatusCode);
        Assert.Equal(BatchState.Cancelled, (await ReadAsync(app, upload.Id)).State);
        Assert.Contains("\"opened\":5", Assert.Single(await Counter.TrailAsync(app, AuditActions.DisputeImportCancelled)).After, StringComparison.Ordinal);
        // The server that has it learns so before it writes the next line.
        Assert.False(await WriteAsync(app, upload, "first", [.. DisputeImport.Split(Lines(20))!.Skip(5)]));
        Assert.Equal(5, await app.InDbAsync(db => db.Set<Dispute>().CountAsync()));
        using var poll = new HttpRequestMessage(HttpMethod.Get, $"{Page(upload)}?handler=Progress") { Headers = { { "HX-Request", "true" } } };
        var over = await clara.SendAsync(poll);
        Assert.Equal("true", over.Headers.GetValues("HX-Refresh").Single());
        Assert.Null((await over.HtmlAsync()).QuerySelector("[hx-get]"));
    }

    [Fact]
    public async Task What_became_of_each_line_is_kept_for_thirty_days()
    {
        await using var app = await PanelApp.StartAsync();
        var upload = await SendAsync(app, app.As(World.Clara), Lines(3));
        app.Clock.Advance(DisputeUpload.Kept - TimeSpan.FromHours(1));
        await app.Services.GetRequiredService<ImportDisputes>().ForgetAsync(CancellationToken.None);
        Assert.Equal(3, (await app.As(World.Clara).PageAsync(Page(upload))).QuerySelectorAll("tr[data-line]").Length);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.Services.GetRequiredService<ImportDisputes>().ForgetAsync(CancellationToken.None);
        Assert.Contains("30", (await app.As(World.Clara).PageAsync(Page(upload))).QuerySelector("section[aria-labelledby=lines] .card-body")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(3, await app.InDbAsync(db => db.Set<Dispute>().CountAsync()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_two_servers_one_has_it(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var (now, upload) = (TestClock.Start, Guid.NewGuid());
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new DisputeUpload { Id = upload, AskedById = await db.Users.Select(u => u.Id).FirstAsync(), AskedAt = now, Zone = "UTC", Total = 1 });
            await db.SaveChangesAsync();
        }
        Assert.Single(await ClaimAsync(now), won => won);
        Assert.DoesNotContain(true, await ClaimAsync(now + DisputeUpload.Silence));
        Assert.Single(await ClaimAsync(now + DisputeUpload.Silence + TimeSpan.FromMilliseconds(1)), won => won);

        Task<bool[]> ClaimAsync(DateTimeOffset at) => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var scope = services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<PanelDb>().ClaimUploadAsync(upload, FileFolder.NewName(), at, CancellationToken.None);
        })));
    }
}
