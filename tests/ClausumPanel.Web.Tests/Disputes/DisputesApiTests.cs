using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Management;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Disputes;

public sealed class DisputesApiTests(PanelApp app) : DisputesApiStories(app), IClassFixture<PanelApp>
{
    [Fact]
    public Task A_dispute_that_is_told_is_the_one_that_people_see_and_a_second_telling_is_the_same() => ToldTwiceAsync();

    [Fact]
    public Task Twenty_at_once_tell_of_one_dispute_by_the_banks_number_or_by_the_arn_alone() => AtOnceAsync();

    [Fact]
    public Task What_became_of_it_is_told_step_by_step_and_an_outcome_is_a_label() => StepsAsync();

    [Fact]
    public Task The_list_is_narrowed_ordered_and_cut() => ListAsync();

    [Theory]
    [InlineData("""{"scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN"}""", "external_id required"), InlineData("""{"external_id":"x","reason_code":"10.4","amount":1,"currency":"MXN"}""", "scheme required")]
    [InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":0,"currency":"MXN"}""", "amount range"), InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1.5,"currency":"MXN"}""", "amount range")]
    [InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXM"}""", "currency format"), InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN","arn":"12"}""", "arn format")]
    [InlineData("""{"external_id":"x","scheme":"vista","reason_code":"10.4","amount":1,"currency":"MXN"}""", "scheme unknown"), InlineData("""{"external_id":7,"scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN"}""", "external_id type")]
    [InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN","received_at":"2999-01-01"}""", "received_at format"), InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN","received_at":"2027-01-01"}""", "received_at range")]
    [InlineData("""{"external_id":"x","scheme":"visa","reason_code":"10.4","amount":1,"currency":"MXN","outcome":"won"}""", "outcome unknown"), InlineData("""{"external_id":"x","scheme":"visa","reason_code":"%","amount":1,"currency":"MXN"}""", "reason_code format")]
    public async Task What_is_wrong_with_a_telling_is_named(string body, string complaint)
    {
        var refused = (await TellAsync(await Shop.OpenAsync(App), body)).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Contains(complaint, refused.Complaints);
        Assert.Equal(refused.Complaints.Length, refused.Complaints.Select(c => c.Split(' ')[0]).Distinct().Count());
        Assert.Equal(0, await App.InDbAsync(db => db.Set<Dispute>().CountAsync(d => d.ExternalId == "x")));
    }

    [Theory]
    [InlineData("{}", "outcome required"), InlineData("""{"outcome":"won","stage":"arbitration"}""", "outcome alone"), InlineData("""{"recovered":1}""", "recovered alone"), InlineData("""{"outcome":"won","recovered":45001}""", "recovered range")]
    [InlineData("""{"outcome":"won","closed_at":"2099-01-01"}""", "closed_at range"), InlineData("""{"respond_by":"2001-01-01"}""", "respond_by range"), InlineData("""{"outcome":"draw"}""", "outcome unknown"), InlineData("""{"respond_by":"soon"}""", "respond_by format"), InlineData("""{"outcome":"won","version":0}""", "version range")]
    public async Task What_is_wrong_with_a_change_is_named(string body, string complaint)
    {
        var shop = await Shop.OpenAsync(App);
        var id = Text(await TellAsync(shop, New("dp_wrong")), "id");
        Assert.Contains(complaint, (await SendAsync(shop, "PATCH", $"{Path}/{id}", body)).MustRefuse(400, "VALIDATION_ERROR").Complaints);
    }

    [Fact]
    public async Task Only_a_server_key_with_the_right_of_its_own_sees_disputes()
    {
        var poor = await Shop.OpenAsync(App, change: key => key.Permissions = $"{KeyPermissions.Assess} {KeyPermissions.ReportFraud} {KeyPermissions.ReadTransactions}");
        var checkout = await Shop.OpenAsync(App, KeyType.Checkout);
        var own = await Shop.OpenAsync(App, change: key => key.Permissions = KeyPermissions.Disputes);
        foreach (var (method, path) in ((string, string)[])[("GET", Path), ("POST", Path), ("GET", $"{Path}/D-000001"), ("PATCH", $"{Path}/D-000001")])
        {
            (await SendAsync(poor, method, path, method is "GET" ? null : "{}")).MustRefuse(403, "FORBIDDEN");
            (await SendAsync(checkout, method, path, method is "GET" ? null : "{}")).MustRefuse(403, "SECRET_KEY_REQUIRED");
        }
        (await SendAsync(own, "GET", Path)).MustBeGood();
        (await SendAsync(own, "GET", $"{Path}/D-999999")).MustRefuse(404, "NOT_FOUND");
        (await SendAsync(own, "PATCH", $"{Path}/nothing", "{}")).MustRefuse(404, "NOT_FOUND");
    }

    [Fact]
    public async Task What_one_call_tells_is_stored_whole_or_not_at_all()
    {
        var shop = await Shop.OpenAsync(App);
        var id = Guid.Parse(Text(await TellAsync(shop, New("dp_whole")), "id"));
        var telling = $$"""{"stage":"pre_arbitration","respond_by":"2027-02-01","answered_at":"{{App.Clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""";
        var before = await TracesAsync(id);
        await App.InDbAsync(db => db.Database.ExecuteSqlRawAsync("CREATE TRIGGER store_is_full BEFORE UPDATE ON disputes WHEN NEW.answered_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"));
        try
        {
            (await SendAsync(shop, "PATCH", $"{Path}/{id}", telling)).MustRefuse(500, "INTERNAL_ERROR");
        }
        finally
        {
            await App.InDbAsync(db => db.Database.ExecuteSqlRawAsync("DROP TRIGGER store_is_full"));
        }
        Assert.Equal(before, await TracesAsync(id));
        var told = (await SendAsync(shop, "PATCH", $"{Path}/{id}", telling)).MustBeGood();
        Assert.Equal(("answered", "pre_arbitration", "2027-02-01T23:59:00.000Z"), (Text(told, "state"), Text(told, "stage"), Text(told, "respond_by")));
        Assert.Equal(before with { Version = before.Version + 2, Stage = DisputeStage.PreArbitration, State = DisputeState.Answered, Trail = before.Trail + 2, Events = before.Events + 2 }, await TracesAsync(id));
    }

    private sealed record Traces(int Version, DisputeStage Stage, DisputeState State, int Trail, int Events);

    private Task<Traces> TracesAsync(Guid id) => App.InDbAsync(async db =>
    {
        var its = await db.Set<Dispute>().AsNoTracking().SingleAsync(d => d.Id == id);
        return new Traces(its.Version, its.Stage, its.State, await db.AuditEntries.CountAsync(e => e.SubjectId == its.Code), await db.Set<OutboxEvent>().CountAsync(e => e.DisputeId == id));
    });

    [Fact]
    public async Task A_person_with_a_program_does_with_disputes_what_their_role_may_and_under_their_name()
    {
        var (clara, victor) = (await PersonsProgram.OfAsync(App, World.Clara), await PersonsProgram.OfAsync(App, World.Victor));
        var opened = await clara.PostAsync(Path, New("dp_person"));
        Assert.True(opened.Code == 201, opened.Text);
        Assert.Equal("true", (await clara.PostAsync(Path, New("dp_person"))).MustBeGood().Header("Idempotent-Replayed"));
        var id = Text(opened, "id");
        Assert.Equal("lost", Text((await clara.SendAsync("PATCH", $"{Path}/{id}", """{"outcome":"lost"}""")).MustBeGood(), "outcome"));
        await App.InDbAsync(async db =>
        {
            foreach (var action in (string[])[AuditActions.DisputeOpened, AuditActions.DisputeClosed])
            {
                var entry = await db.AuditEntries.SingleAsync(e => e.Action == action && e.SubjectId == Text(opened, "number"));
                Assert.Equal((ActorKind.Person, World.Clara.Name), (entry.ActorKind, entry.ActorName));
            }
        });
        // Who only looks reads all of it and changes nothing.
        Assert.Equal("closed", Text((await victor.GetAsync($"{Path}/{id}")).MustBeGood(), "state"));
        Assert.Contains(id, (await victor.GetAsync($"{Path}?search=dp_person")).MustBeGood().Text, StringComparison.Ordinal);
        (await victor.PostAsync(Path, New("dp_victor"))).MustRefuse(403, "FORBIDDEN");
        (await victor.SendAsync("PATCH", $"{Path}/{id}", """{"outcome":"won"}""")).MustRefuse(403, "FORBIDDEN");
        Assert.Equal("lost", Text((await clara.GetAsync($"{Path}/{id}")).MustBeGood(), "outcome"));
        // A token that was ended opens nothing, and a browser's session is none.
        (await clara.SignOutAsync()).MustBeGood();
        (await clara.GetAsync(Path)).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(401, (await Answer.OfAsync(await App.As(World.Clara).GetAsync(Path))).Code);
    }

    [Fact]
    public async Task A_case_shows_its_disputes_whole_and_a_dispute_its_case()
    {
        var (shop, maria) = (await Shop.OpenAsync(App), App.As(World.Maria));
        var told = await TellAsync(shop, New("dp_case"));
        var page = $"/dashboard/disputes/{Text(told, "id")}";
        Assert.Equal(System.Net.HttpStatusCode.Redirect, (await maria.SubmitAsync(page, "form[action$='handler=Case']")).StatusCode);
        var its = await App.InDbAsync(db => db.Set<Case>().AsNoTracking().SingleAsync(c => c.Description!.Contains(Text(told, "number"))));
        var dispute = await maria.PageAsync(page);
        Assert.Equal($"/dashboard/cases/{its.Id}", dispute.QuerySelector($"[data-case={its.ReferenceNumber}] a")!.GetAttribute("href"));
        Assert.Null(dispute.QuerySelector("form[action$='handler=Case']"));
        var row = (await maria.PageAsync($"/dashboard/cases/{its.Id}")).QuerySelector($"[data-dispute={Text(told, "number")}]")!;
        Assert.Equal(page, row.QuerySelector("a")!.GetAttribute("href"));
        foreach (var text in (string[])["Visa", "10.4", "450.00", "Contracargo", "Por responder"]) Assert.Contains(text, row.TextContent, StringComparison.Ordinal);
        var read = (await SendAsync(shop, "GET", $"{Path}/{Text(told, "id")}")).MustBeGood();
        Assert.Equal(its.Id.ToString(), Assert.Single(read.Json.GetProperty("case_ids").EnumerateArray()).GetString());
    }
}

/// <summary>What asks and writes, on the other engine.</summary>
public sealed class DisputesApiOnPostgresTests(PostgresPanelApp app) : DisputesApiStories(app), IClassFixture<PostgresPanelApp>
{
    [PostgresFact]
    public Task A_dispute_that_is_told_is_the_one_that_people_see_and_a_second_telling_is_the_same() => ToldTwiceAsync();

    [PostgresFact]
    public Task Twenty_at_once_tell_of_one_dispute_by_the_banks_number_or_by_the_arn_alone() => AtOnceAsync();

    [PostgresFact]
    public Task What_became_of_it_is_told_step_by_step_and_an_outcome_is_a_label() => StepsAsync();

    [PostgresFact]
    public Task The_list_is_narrowed_ordered_and_cut() => ListAsync();
}

public abstract class DisputesApiStories(PanelApp app)
{
    protected const string Path = "/api/v1/disputes";

    protected PanelApp App => app;

    protected static JsonElement Schema(string name) => ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    protected static async Task<Answer> SendAsync(Shop shop, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await shop.Client.SendAsync(request));
    }

    protected static Task<Answer> TellAsync(Shop shop, string body) => SendAsync(shop, "POST", Path, body);

    protected static string New(string id, string more = "") => $$"""{"external_id":"{{id}}","scheme":"visa","reason_code":"10.4","amount":45000,"currency":"MXN"{{more}}}""";

    protected static string Text(Answer answer, string name) => answer.Json.GetProperty(name).GetString()!;

    protected async Task ToldTwiceAsync()
    {
        var (shop, paid) = (await Shop.OpenAsync(app), await Counter.PayAsync(app, 9, who: "avisa"));
        var body = New("dp_1", $$""","external_transaction_id":"{{paid.PaymentId}}","provider":"Adyen","respond_by":"2026-12-20","descriptor":"TIENDA*UNO" """);
        var opened = await TellAsync(shop, body);
        Assert.True(opened.Code == 201, opened.Text);
        ReferenceTests.MustFit(opened.Json, Schema("Dispute"), "opened");
        Assert.Equal((paid.Id.ToString(), "adyen", "api", "open", "2026-12-20T23:59:00.000Z", "fraud"), (Text(opened, "transaction_id"), Text(opened, "provider"), Text(opened, "created_from"), Text(opened, "state"), Text(opened, "respond_by"), Text(opened, "category")));

        var again = (await TellAsync(shop, body)).MustBeGood();
        Assert.Equal(("true", Text(opened, "id")), (again.Header("Idempotent-Replayed"), Text(again, "id")));
        var other = (await TellAsync(shop, New("dp_1").Replace("45000", "45001", StringComparison.Ordinal))).MustRefuse(409, "DUPLICATE");
        Assert.Equal(Text(opened, "number"), other.Json.GetProperty("error").GetProperty("details").GetProperty("number").GetString());
        (await SendAsync(shop, "GET", $"{Path}/{Text(opened, "id")}")).MustBeGood();
        Assert.Equal(Text(opened, "id"), Text((await SendAsync(shop, "GET", $"{Path}/{Text(opened, "number")}")).MustBeGood(), "id"));

        var page = await app.As(World.Clara).PageAsync($"/dashboard/disputes/{Text(opened, "id")}");
        Assert.Equal(("api", "Por API · adyen"), (page.QuerySelector("[data-origin]")!.GetAttribute("data-origin"), page.QuerySelector("[data-origin]")!.TextContent.Trim()));
        await app.InDbAsync(async db =>
        {
            var id = Guid.Parse(Text(opened, "id"));
            Assert.Equal([OutboxEventType.DisputeCreated], await db.Set<OutboxEvent>().Where(e => e.DisputeId == id).Select(e => e.Type).ToListAsync());
            Assert.Equal(ActorKind.Key, (await db.AuditEntries.SingleAsync(e => e.Action == AuditActions.DisputeOpened && e.SubjectId == Text(opened, "number"))).ActorKind);
        });
    }

    protected async Task AtOnceAsync()
    {
        var shop = await Shop.OpenAsync(app);
        const string ByArn = """{"arn":"74537605216103000000077","scheme":"mastercard","reason_code":"4837","amount":1200,"currency":"USD"}""";
        foreach (var body in (string[])[New("dp_many"), ByArn])
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TellAsync(shop, body)));
            Assert.All(answers, a => Assert.True(a.Code is 200 or 201, a.Text));
            Assert.Single(answers, a => a.Code == 201);
            Assert.Single(answers.Select(a => Text(a, "id")).Distinct());
        }
        // The same payment disputed for another reason is another dispute.
        Assert.Equal(201, (await TellAsync(shop, ByArn.Replace("4837", "4853", StringComparison.Ordinal))).Code);
    }

    protected async Task StepsAsync()
    {
        var (shop, paid) = (await Shop.OpenAsync(app), await Counter.PayAsync(app, 9, who: "sigue"));
        var id = Text(await TellAsync(shop, New("dp_steps", $$""","transaction_id":"{{paid.Id}}" """)), "id");
        Task<Answer> Change(string body) => SendAsync(shop, "PATCH", $"{Path}/{id}", body);
        var moved = (await Change("""{"respond_by":"2027-01-05","stage":"chargeback"}""")).MustBeGood();
        Assert.Equal("2027-01-05T23:59:00.000Z", Text(moved, "respond_by"));
        var version = moved.Json.GetProperty("version").GetInt32();
        Assert.Equal(version, (await Change("""{"respond_by":"2027-01-05"}""")).MustBeGood().Json.GetProperty("version").GetInt32());
        Assert.Equal("answered", Text((await Change($$"""{"answered_at":"{{app.Clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}}","version":{{version}}}""")).MustBeGood(), "state"));
        Assert.Equal(version + 1, (await Change($$"""{"respond_by":"2027-01-06","version":{{version}}}""")).MustRefuse(409, "VERSION_CONFLICT").Json.GetProperty("error").GetProperty("details").GetProperty("version").GetInt32());

        (await Change("""{"stage":"pre_arbitration"}""")).MustRefuse(400, "VALIDATION_ERROR");
        var back = (await Change("""{"stage":"pre_arbitration","respond_by":"2027-02-01"}""")).MustBeGood();
        Assert.Equal(("open", "pre_arbitration"), (Text(back, "state"), Text(back, "stage")));
        var lost = (await Change("""{"outcome":"lost"}""")).MustBeGood();
        Assert.Equal(("closed", "lost", 0), (Text(lost, "state"), Text(lost, "outcome"), lost.Json.GetProperty("recovered").GetInt32()));
        Assert.Equal(lost.Json.GetProperty("version").GetInt32(), (await Change("""{"outcome":"lost"}""")).MustBeGood().Json.GetProperty("version").GetInt32());
        Assert.Equal("closed", (await Change("""{"respond_by":"2027-03-01"}""")).MustRefuse(409, "INVALID_STATE").Json.GetProperty("error").GetProperty("details").GetProperty("state").GetString());
        Assert.Equal((LabelOutcome.Fraud, LabelSource.Chargeback, LabelChannel.Api), await app.InDbAsync(db => db.Set<Label>().Where(l => l.Seq == paid.Seq).Select(l => new ValueTuple<LabelOutcome, LabelSource, LabelChannel>(l.Outcome, l.Source, l.Channel)).SingleAsync()));
        Assert.Equal(45_000, (await Change("""{"outcome":"won"}""")).MustBeGood().Json.GetProperty("recovered").GetInt32());
        var told = await app.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.DisputeId == Guid.Parse(id)).OrderBy(e => e.Number).Select(e => e.Type).ToListAsync());
        Assert.Equal([OutboxEventType.DisputeCreated, OutboxEventType.DisputeUpdated, OutboxEventType.DisputeUpdated, OutboxEventType.DisputeUpdated, OutboxEventType.DisputeResolved, OutboxEventType.DisputeResolved], told);
    }

    protected async Task ListAsync()
    {
        var shop = await Shop.OpenAsync(app);
        foreach (var (n, due) in ((string, string)[])[("a", "2027-05-03"), ("b", "2027-05-01"), ("c", "2027-05-02")])
            await TellAsync(shop, New($"dp_list_{n}", $$""","provider":"lista","respond_by":"{{due}}" """));
        async Task<string> Ids(string query) => string.Concat((await SendAsync(shop, "GET", $"{Path}?provider=lista&{query}")).MustBeGood().Json.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("external_id").GetString()![^1..]));
        Assert.Equal("bca", await Ids(""));
        Assert.Equal("acb", await Ids("sort_order=desc"));
        Assert.Equal("c", await Ids("limit=1&offset=1"));
        Assert.Equal("bc", await Ids("due_to=2027-05-02"));
        Assert.Equal("a", await Ids("search=dp_list_a"));
        Assert.Equal("", await Ids("state=closed"));
        Assert.Equal("bca", await Ids("state=open&scheme=visa&stage=chargeback&reason_code=10.4&sort_by=respond_by"));
        var all = (await SendAsync(shop, "GET", $"{Path}?provider=lista&limit=2")).MustBeGood();
        Assert.Equal((3, 2), (all.Json.GetProperty("total").GetInt32(), all.Json.GetProperty("data").GetArrayLength()));
        ReferenceTests.MustFit(all.Json, Schema("Disputes"), "list");
        var refused = (await SendAsync(shop, "GET", $"{Path}?state=lost&limit=0&sort_by=name")).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Equal(["state format", "limit range", "sort_by format"], refused.Complaints);
    }
}
