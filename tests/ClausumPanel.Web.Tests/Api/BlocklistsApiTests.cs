using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Api;

public sealed class BlocklistsApiTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Path = "/api/v1/blocklists";

    /// <summary>A page of that person's, calling as its script would.</summary>
    private sealed class Caller(HttpClient client, string? token)
    {
        public static async Task<Caller> OfAsync(PanelApp app, Person person)
        {
            var client = app.As(person);
            var page = await client.PageAsync("/dashboard/protection/blocklists");
            return new Caller(client, page.QuerySelector("meta[name=antiforgery]")!.GetAttribute("content"));
        }

        public Caller WithoutToken() => new(client, null);

        public async Task<Answer> SendAsync(string method, string path, string? body = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            if (token is not null) request.Headers.Add("RequestVerificationToken", token);
            return await Answer.OfAsync(await client.SendAsync(request));
        }
    }

    private static JsonElement Schema(string name) => ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    [Fact]
    public async Task An_entry_is_added_met_changed_read_and_deleted()
    {
        var (shop, ines) = (await Shop.OpenAsync(app), await Caller.OfAsync(app, World.Ines));
        var body = Shop.With(Shop.Minimum, "email", "\"ladrona@mala.example\"");
        var added = await ines.SendAsync("POST", Path, """{"list_type":"email","value":" Ladrona@Mala.example","reason":"Three chargebacks","source":"api"}""");
        Assert.Equal(201, added.Code);
        ReferenceTests.MustFit(added.Json, Schema("ListEntry"), "added");
        Assert.Equal(("ladrona@mala.example", "block", "both", "api"), (Text(added, "value"), Text(added, "severity"), Text(added, "flow_scope"), Text(added, "source")));
        Assert.Equal("decline", (await shop.AssessAsync(body)).Decision);

        var id = Text(added, "id");
        var changed = await ines.SendAsync("PATCH", Path, $$"""{"id":"{{id}}","severity":"allow","reason":null,"expires_at":"2026-12-24T00:00:00Z"}""");
        Assert.Equal(200, changed.Code);
        ReferenceTests.MustFit(changed.Json, Schema("ListEntry"), "changed");
        Assert.Equal(("allow", JsonValueKind.Null, "2026-12-24T00:00:00.000Z"), (Text(changed, "severity"), changed.Json.GetProperty("reason").ValueKind, Text(changed, "expires_at")));
        Assert.NotEqual("decline", (await shop.AssessAsync(body)).Decision);

        var list = await ines.SendAsync("GET", $"{Path}?list_type=email&search=LADRONA&state=active");
        ReferenceTests.MustFit(list.Json, Schema("ListEntries"), "read");
        Assert.Equal((1, id), (list.Json.GetProperty("total").GetInt32(), list.Json.GetProperty("data")[0].GetProperty("id").GetString()));

        Assert.Equal(200, (await ines.SendAsync("DELETE", $"{Path}?id={id}")).Code);
        (await ines.SendAsync("DELETE", $"{Path}?id={id}")).MustRefuse(404, "NOT_FOUND");
        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == id).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
        Assert.Equal([AuditActions.ListEntryAdded, AuditActions.ListEntryChanged, AuditActions.ListEntryDeleted], trail);

        static string? Text(Answer answer, string name) => answer.Json.GetProperty(name).GetString();
    }

    [Fact]
    public async Task The_examples_of_the_description_are_taken()
    {
        var maria = await Caller.OfAsync(app, World.Maria);
        foreach (var (name, body) in ApiReference.Operations.Single(o => o.Id == "addBlocklistEntry").Examples)
        {
            ReferenceTests.MustFit(JsonDocument.Parse(body).RootElement, Schema("NewListEntry"), name);
            Assert.Equal(201, (await maria.SendAsync("POST", Path, body)).Code);
            ReferenceTests.MustFit((await maria.SendAsync("POST", Path, body)).MustRefuse(409, "DUPLICATE").Json, Schema("Problem"), name);
        }
        var page = await maria.SendAsync("GET", $"{Path}?limit=1");
        var next = await maria.SendAsync("GET", $"{Path}?limit=1&after={page.Json.GetProperty("next").GetString()}");
        Assert.NotEqual(page.Json.GetProperty("data")[0].GetProperty("id").GetString(), next.Json.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""{"list_type":"shoe_size","value":"44"}""", "INVALID_TYPE"), InlineData("""{"list_type":"email","value":"a@b.example","severity":"mild"}""", "INVALID_SEVERITY")]
    [InlineData("""{"value":"44"}""", "VALIDATION_ERROR"), InlineData("""{"list_type":"email"}""", "VALIDATION_ERROR"), InlineData("""{"list_type":"email","value":"nobody"}""", "VALIDATION_ERROR"), InlineData("[]", "VALIDATION_ERROR")]
    [InlineData("""{"list_type":"email","value":"a@b.example","expires_at":"yesterday"}""", "VALIDATION_ERROR"), InlineData("""{"list_type":"email","value":"a@b.example","expires_at":"2020-01-01T00:00:00Z"}""", "VALIDATION_ERROR")]
    [InlineData("""{"list_type":"email","value":"a@b.example","value":"c@d.example"}""", "VALIDATION_ERROR"), InlineData("""{"list_type":"email","value":7}""", "VALIDATION_ERROR"), InlineData("""{"list_type":"card_hash","value":"4111111111111111"}""", "CARD_NUMBER_NOT_ALLOWED")]
    public async Task A_wrong_body_is_refused_with_its_code_and_stores_nothing(string body, string code)
    {
        var before = await app.InDbAsync(db => db.Set<ListEntry>().CountAsync());
        ReferenceTests.MustFit((await (await Caller.OfAsync(app, World.Maria)).SendAsync("POST", Path, body)).MustRefuse(400, code).Json, Schema("Problem"), body);
        Assert.Equal(before, await app.InDbAsync(db => db.Set<ListEntry>().CountAsync()));
    }

    [Fact]
    public async Task Only_who_may_and_only_a_page_of_ours()
    {
        const string Body = """{"list_type":"customer_id","value":"cus_may"}""";
        var (shop, victor, clara, maria) = (await Shop.OpenAsync(app), await Caller.OfAsync(app, World.Victor), await Caller.OfAsync(app, World.Clara), await Caller.OfAsync(app, World.Maria));
        (await Answer.OfAsync(await app.Anonymous().GetAsync(Path))).MustRefuse(401, "UNAUTHORIZED");
        (await shop.PostAsync(Path, Encoding.UTF8.GetBytes(Body), "application/json")).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(200, (await victor.SendAsync("GET", Path)).Code);
        (await victor.SendAsync("POST", Path, Body)).MustRefuse(403, "FORBIDDEN");
        (await clara.WithoutToken().SendAsync("POST", Path, Body)).MustRefuse(403, "ANTIFORGERY_TOKEN_REQUIRED");
        var added = await clara.SendAsync("POST", Path, Body);
        Assert.Equal(201, added.Code);
        var id = added.Json.GetProperty("id").GetString();
        (await victor.SendAsync("PATCH", Path, $$"""{"id":"{{id}}","is_active":false}""")).MustRefuse(403, "FORBIDDEN");
        (await maria.SendAsync("DELETE", $"{Path}?id={id}")).MustRefuse(403, "FORBIDDEN");
        (await maria.SendAsync("PUT", Path, Body)).MustRefuse(405, "METHOD_NOT_ALLOWED");
        Assert.Equal(1, await app.InDbAsync(db => db.Set<ListEntry>().CountAsync(e => e.Value == "cus_may" && e.IsActive && e.Severity == ListSeverity.Block)));
    }
}
