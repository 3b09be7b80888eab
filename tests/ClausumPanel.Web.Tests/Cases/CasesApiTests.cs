using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Cases;

public sealed class CasesApiTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static JsonElement Schema(string name) => ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    private static string? Text(Answer answer, string name) => answer.Json.GetProperty(name).GetString();

    [Fact]
    public async Task A_case_is_opened_changed_read_and_found()
    {
        await Shop.ReadyAsync(app);
        var clara = await Caller.OfAsync(app, World.Clara);
        var opened = await clara.SendAsync("POST", Caller.Path, """
            {"incident_date":"2026-05-20","incident_type":"phishing","amount":250000,"currency":"CLP","jurisdiction":"cl","victim_name":" Ignacio Fuentes ","victim_email":"ignacio@correo.example","priority":"alta","description":"A page like the shop's"}
            """);
        Assert.True(opened.Code == 201, opened.Text);
        ReferenceTests.MustFit(opened.Json, Schema("Case"), "opened");
        Assert.Equal(("borrador", "alta", "CL", "Ignacio Fuentes", "manual", World.Clara.Name), (Text(opened, "status"), Text(opened, "priority"), Text(opened, "jurisdiction"), Text(opened, "victim_name"), Text(opened, "created_from"), Text(opened, "opened_by")));
        var id = Text(opened, "id")!;

        var maria = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Maria.Email));
        var changed = (await clara.ChangeAsync(id, $$"""{"status":"en_revision","priority":"urgente","assigned_to":"{{maria.Id}}","due_date":"2026-12-01","amount":260000,"victim_email":null}""")).MustBeGood();
        ReferenceTests.MustFit(changed.Json, Schema("Case"), "changed");
        Assert.Equal(("en_revision", "urgente", World.Maria.Name, 260_000, JsonValueKind.Null), (Text(changed, "status"), Text(changed, "priority"), changed.Json.GetProperty("assigned_to").GetProperty("name").GetString(), changed.Json.GetProperty("amount").GetInt64(), changed.Json.GetProperty("victim_email").ValueKind));
        Assert.Equal("Ignacio Fuentes", Text(changed, "victim_name"));

        var read = (await clara.SendAsync("GET", $"{Caller.Path}/{id}")).MustBeGood();
        ReferenceTests.MustFit(read.Json, Schema("CaseDetail"), "read");
        Assert.Equal(["opened", "edited", "assigned", "planned", "status_changed"], read.Json.GetProperty("timeline").EnumerateArray().Select(l => l.GetProperty("kind").GetString()));
        Assert.Equal("amount, victim_email", read.Json.GetProperty("timeline")[1].GetProperty("detail").GetString());

        foreach (var query in (string[])["status=en_revision", "priority=urgente", "jurisdiction=CL", "incident_type=phishing", $"assigned_to={maria.Id}", "search=IGNACIO", $"search={Text(opened, "reference_number")}", "from_date=2026-11-24&to_date=2026-11-24"])
        {
            var list = (await clara.SendAsync("GET", $"{Caller.Path}?{query}&limit=200")).MustBeGood();
            ReferenceTests.MustFit(list.Json, Schema("Cases"), query);
            Assert.Contains(list.Json.GetProperty("data").EnumerateArray(), c => c.GetProperty("id").GetString() == id);
        }
        foreach (var query in (string[])["status=borrador", "priority=baja", "jurisdiction=MX", "incident_type=otro", "search=nadie-asi", "from_date=2026-11-25", "to_date=2026-11-23"])
            Assert.DoesNotContain((await clara.SendAsync("GET", $"{Caller.Path}?{query}")).MustBeGood().Json.GetProperty("data").EnumerateArray(), c => c.GetProperty("id").GetString() == id);

        await app.InDbAsync(async db =>
        {
            Assert.Equal([AuditActions.CaseOpened, AuditActions.CaseChanged], await db.AuditEntries.Where(e => e.SubjectId == id).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
            var events = await db.Set<OutboxEvent>().Where(e => e.CaseId == Guid.Parse(id)).OrderBy(e => e.Number).ToListAsync();
            Assert.Equal([(OutboxEventType.CaseCreated, 1), (OutboxEventType.CaseUpdated, changed.Json.GetProperty("version").GetInt32())], events.Select(e => (e.Type, e.CaseVersion!.Value)));
        });
    }

    [Fact]
    public async Task The_examples_are_taken_and_pages_follow_each_other()
    {
        await Shop.ReadyAsync(app);
        var maria = await Caller.OfAsync(app, World.Maria);
        foreach (var operation in ApiReference.Operations.Where(o => o.Id is "openCase" or "updateCase"))
            foreach (var (name, body) in operation.Examples)
            {
                ReferenceTests.MustFit(JsonDocument.Parse(body).RootElement, operation.Request!.Value.GetProperty("schema"), name);
                var answer = operation.Id == "openCase" ? await maria.SendAsync("POST", Caller.Path, body) : await maria.ChangeAsync(await maria.OpenAsync(), body);
                Assert.True(answer.Code is 200 or 201, answer.Text);
            }
        var (first, second) = (await maria.SendAsync("GET", $"{Caller.Path}?limit=1&sort_by=priority&sort_order=asc"), await maria.SendAsync("GET", $"{Caller.Path}?limit=1&offset=1&sort_by=priority&sort_order=asc"));
        Assert.NotEqual(first.Json.GetProperty("data")[0].GetProperty("id").GetString(), second.Json.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal((1, 1), (second.Json.GetProperty("limit").GetInt32(), second.Json.GetProperty("offset").GetInt32()));
        foreach (var order in (string[])["created_at", "updated_at", "priority", "status", "due_date", "amount"]) (await maria.SendAsync("GET", $"{Caller.Path}?sort_by={order}")).MustBeGood();
    }

    [Fact]
    public async Task Every_pair_of_states_is_a_step_or_a_409_and_enviado_is_reached_by_submitting_alone()
    {
        await Shop.ReadyAsync(app);
        var maria = await Caller.OfAsync(app, World.Maria);
        string[] all = ["borrador", "en_revision", "enviado", "resuelto", "archivado"], steps = ["borrador>en_revision", "en_revision>borrador", "en_revision>archivado", "enviado>resuelto", "enviado>archivado", "resuelto>archivado"];
        foreach (var from in all)
            foreach (var to in all)
            {
                var id = await maria.InAsync(from);
                var answer = await maria.MoveAsync(id, to);
                if (steps.Contains($"{from}>{to}"))
                {
                    Assert.Equal(to, Text(answer.MustBeGood(), "status"));
                    continue;
                }
                var details = answer.MustRefuse(409, "INVALID_STATE").Json.GetProperty("error").GetProperty("details");
                Assert.Equal(from, details.GetProperty("status").GetString());
                Assert.Equal(steps.Where(s => s.StartsWith(from + ">", StringComparison.Ordinal)).Select(s => s.Split('>')[1]).Order(StringComparer.Ordinal), details.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()!).Order(StringComparer.Ordinal));
                Assert.Equal(from, Text(await maria.SendAsync("GET", $"{Caller.Path}/{id}"), "status"));
            }
    }

    [Fact]
    public async Task A_case_is_submitted_once_and_then_keeps_its_facts()
    {
        await Shop.ReadyAsync(app);
        var clara = await Caller.OfAsync(app, World.Clara);
        var id = await clara.InAsync("borrador");
        (await clara.SubmitAsync(id)).MustRefuse(409, "INVALID_STATE");
        (await clara.MoveAsync(id, "en_revision")).MustBeGood();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => clara.SubmitAsync(id)));
        Assert.Equal((1, 7), (answers.Count(a => a.Code == 200), answers.Count(a => a.Code == 409)));
        var sealedOnce = answers.Single(a => a.Code == 200);
        ReferenceTests.MustFit(sealedOnce.Json, Schema("Case"), "sealed");
        Assert.Equal(("enviado", false), (Text(sealedOnce, "status"), sealedOnce.Json.GetProperty("transmitted").GetBoolean()));
        Assert.Matches("^[0-9a-f]{64}$", Text(sealedOnce, "package_sha256"));
        (await clara.ChangeAsync(id, """{"description":"Something else"}""")).MustRefuse(409, "INVALID_STATE");
        Assert.Equal("urgente", Text((await clara.ChangeAsync(id, """{"priority":"urgente"}""")).MustBeGood(), "priority"));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<CasePackage>().CountAsync(p => p.CaseId == Guid.Parse(id))));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.SubjectId == id && e.Action == AuditActions.CaseSubmitted)));
    }

    [Fact]
    public async Task Whoever_is_second_is_told()
    {
        await Shop.ReadyAsync(app);
        var (maria, tomas) = (await Caller.OfAsync(app, World.Maria), await Caller.OfAsync(app, World.Tomas));
        var id = await maria.OpenAsync();
        (await maria.ChangeAsync(id, """{"priority":"alta","version":1}""")).MustBeGood();
        var second = (await tomas.ChangeAsync(id, """{"priority":"baja","version":1}""")).MustRefuse(409, "VERSION_CONFLICT");
        Assert.Equal(2, second.Json.GetProperty("error").GetProperty("details").GetProperty("version").GetInt32());
        Assert.Equal("alta", Text(await tomas.SendAsync("GET", $"{Caller.Path}/{id}"), "priority"));
    }

    [Theory]
    [InlineData("{}", "incident_type required"), InlineData("""{"incident_type":"robbery"}""", "incident_type format"), InlineData("""{"incident_type":"otro","amount":5}""", "currency required"), InlineData("""{"incident_type":"otro","currency":"MXN"}""", "amount required")]
    [InlineData("""{"incident_type":"otro","amount":5.5,"currency":"MXN"}""", "amount range"), InlineData("""{"incident_type":"otro","amount":5,"currency":"XXQ"}""", "currency format"), InlineData("""{"incident_type":"otro","jurisdiction":"US"}""", "jurisdiction format")]
    [InlineData("""{"incident_type":"otro","incident_date":"20/05/2026"}""", "incident_date format"), InlineData("""{"incident_type":"otro","incident_date":"2027-01-01"}""", "incident_date range"), InlineData("""{"incident_type":"otro","victim_email":"nobody"}""", "victim_email format")]
    [InlineData("""{"incident_type":"otro","priority":"huge"}""", "priority format"), InlineData("""{"incident_type":"otro","assigned_to":"0190f3c2-0000-7000-8000-000000000000"}""", "assigned_to format"), InlineData("""{"incident_type":"otro","victim_name":7}""", "victim_name type")]
    [InlineData("""{"incident_type":"otro","transaction_ids":["0190f3c2-0000-7000-8000-000000000000"]}""", "transaction_ids format"), InlineData("""{"incident_type":"otro","transaction_ids":"x"}""", "transaction_ids type")]
    public async Task What_is_wrong_is_named_and_opens_nothing(string body, string complaint)
    {
        await Shop.ReadyAsync(app);
        var before = await app.InDbAsync(db => db.Set<Case>().CountAsync());
        var refused = (await (await Caller.OfAsync(app, World.Maria)).SendAsync("POST", Caller.Path, body)).MustRefuse(400, "VALIDATION_ERROR");
        ReferenceTests.MustFit(refused.Json, Schema("Problem"), body);
        Assert.Contains(complaint, refused.Complaints);
        Assert.Equal(before, await app.InDbAsync(db => db.Set<Case>().CountAsync()));
    }

    [Theory]
    [InlineData("limit=0"), InlineData("limit=201"), InlineData("offset=-1"), InlineData("status=done"), InlineData("sort_by=name"), InlineData("sort_order=up"), InlineData("from_date=soon"), InlineData("jurisdiction=USA"), InlineData("assigned_to=maria")]
    public async Task A_question_that_cannot_be_read_is_refused(string query) => (await (await Caller.OfAsync(app, World.Victor)).SendAsync("GET", $"{Caller.Path}?{query}")).MustRefuse(400, "VALIDATION_ERROR");

    [Fact]
    public async Task Only_who_may_and_only_a_page_of_ours()
    {
        const string Body = """{"incident_type":"otro"}""";
        var (shop, victor, clara) = (await Shop.OpenAsync(app), await Caller.OfAsync(app, World.Victor), await Caller.OfAsync(app, World.Clara));
        (await Answer.OfAsync(await app.Anonymous().GetAsync(Caller.Path))).MustRefuse(401, "UNAUTHORIZED");
        (await shop.PostAsync(Caller.Path, Encoding.UTF8.GetBytes(Body), "application/json")).MustRefuse(401, "UNAUTHORIZED");
        foreach (var person in (Person[])[World.Ines, World.Maria, World.Clara]) await (await Caller.OfAsync(app, person)).OpenAsync(Body);
        var id = await clara.OpenAsync(Body);
        foreach (var path in (string[])[Caller.Path, $"{Caller.Path}/{id}", $"{Caller.Path}/stats"]) (await victor.SendAsync("GET", path)).MustBeGood();
        (await victor.SendAsync("POST", Caller.Path, Body)).MustRefuse(403, "FORBIDDEN");
        (await victor.MoveAsync(id, "en_revision")).MustRefuse(403, "FORBIDDEN");
        (await victor.SubmitAsync(id)).MustRefuse(403, "FORBIDDEN");
        (await clara.WithoutToken().SendAsync("POST", Caller.Path, Body)).MustRefuse(403, "ANTIFORGERY_TOKEN_REQUIRED");
        (await clara.WithoutToken().SubmitAsync(id)).MustRefuse(403, "ANTIFORGERY_TOKEN_REQUIRED");
        (await clara.SendAsync("DELETE", $"{Caller.Path}/{id}")).MustRefuse(405, "METHOD_NOT_ALLOWED");
        foreach (var nowhere in (string[])["0190f3c2-0000-7000-8000-000000000000", "7"])
        {
            (await clara.SendAsync("GET", $"{Caller.Path}/{nowhere}")).MustRefuse(404, "NOT_FOUND");
            (await clara.MoveAsync(nowhere, "en_revision")).MustRefuse(404, "NOT_FOUND");
            (await clara.SubmitAsync(nowhere)).MustRefuse(404, "NOT_FOUND");
        }
        Assert.Equal("borrador", Text(await victor.SendAsync("GET", $"{Caller.Path}/{id}"), "status"));
    }

    [Fact]
    public async Task Statistics_count_each_case_once_and_add_no_two_currencies()
    {
        await using var fresh = await PanelApp.StartAsync();
        await Shop.ReadyAsync(fresh);
        var maria = await Caller.OfAsync(fresh, World.Maria);
        await maria.OpenAsync("""{"incident_type":"phishing","amount":1000,"currency":"CLP","jurisdiction":"CL","priority":"alta","due_date":"2026-11-01"}""");
        await maria.OpenAsync("""{"incident_type":"phishing","amount":500,"currency":"CLP","jurisdiction":"CL","priority":"baja"}""");
        await maria.OpenAsync("""{"incident_type":"otro","amount":700,"currency":"MXN","priority":"baja"}""");
        await maria.InAsync("archivado");
        fresh.Clock.Advance(TimeSpan.FromMinutes(5));
        var counted = (await maria.SendAsync("GET", $"{Caller.Path}/stats")).MustBeGood();
        ReferenceTests.MustFit(counted.Json, Schema("CaseStatistics"), "counted");
        Assert.Equal("""{"total":4,"open":3,"overdue":1,"oldest_open_at":"2026-11-24T15:00:00.000Z","by_status":{"borrador":3,"en_revision":0,"enviado":0,"resuelto":0,"archivado":1},"by_priority":{"baja":2,"media":1,"alta":1,"urgente":0},"by_incident_type":{"phishing":3,"ingenieria_social":0,"transferencia_no_autorizada":0,"robo_identidad":0,"fraude_interno":0,"otro":1},"by_jurisdiction":{"CL":2,"unknown":2},"amount_by_currency":[{"currency":"CLP","amount":1500,"count":2},{"currency":"MXN","amount":700,"count":1}]}""", counted.Text);
    }
}
