using System.Net;
using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Management;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Connections;

public sealed class SubmerchantTests(PanelApp app) : SubmerchantStories(app), IClassFixture<PanelApp>
{
    [Fact]
    public Task It_is_registered_read_changed_deactivated_and_brought_back_and_the_trail_says_so() => LifeAsync();

    [Fact]
    public Task Of_twenty_that_register_one_id_at_once_one_does() => AtOnceAsync();

    [Fact]
    public Task The_registry_is_searched_and_read_in_parts() => ListAsync();

    [Fact]
    public Task What_another_process_registers_is_known_within_a_moment() => ElsewhereAsync();

    [Fact]
    public Task Whichever_id_names_it_it_is_judged_and_stored_under_its_own() => NamedAsync();

    [Theory]
    [InlineData("""{"name":"x"}""", "external_id required"), InlineData("""{"external_id":"wrong"}""", "name required"), InlineData("""{"external_id":"wrong","name":""}""", "name length"), InlineData("""{"external_id":7,"name":"x"}""", "external_id type")]
    [InlineData("""{"external_id":"wrong","name":"x","country":"XX"}""", "country format"), InlineData("""{"external_id":"wrong","name":"x","country":"MEX"}""", "country length"), InlineData("""{"external_id":"wrong","name":"x","mcc":"541"}""", "mcc format")]
    [InlineData("""{"external_id":"wrong","name":"x","mcc":"54a1"}""", "mcc format"), InlineData("""{"external_id":"wrong","name":"x","mcc":5411}""", "mcc type"), InlineData("""{"external_id":"wrong","name":"x","is_active":"yes"}""", "is_active type"), InlineData("""{"external_id":"wr\nong","name":"x"}""", "external_id format")]
    public async Task What_is_wrong_with_a_registration_is_named_and_nothing_is_stored(string body, string complaint)
    {
        var refused = (await SendAsync(await Shop.OpenAsync(App), "POST", Path, body)).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Contains(complaint, refused.Complaints);
        Assert.Equal(0, await App.InDbAsync(db => db.Set<RegisteredSubmerchant>().CountAsync(s => s.ExternalId.StartsWith("wr"))));
    }

    /// <summary>Each of them numbers its orders for itself.</summary>
    [Fact]
    public async Task Two_that_number_alike_are_not_taken_for_a_repetition()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        var one = (await SendAsync(shop, "POST", Path, New("sm_pair_a", active: false))).MustBe(201).Json.GetProperty("id").GetString();
        (await SendAsync(shop, "POST", Path, New("sm_pair_b", active: false))).MustBe(201);
        string Body(string whose) => $$"""{"amount":100,"currency":"MXN","order_id":"pair-1001","payment_id":"1","submerchant_id":"{{whose}}"}""";
        var first = (await shop.AssessAsync(Body("sm_pair_a"))).MustBeGood();
        var again = (await shop.AssessAsync(Body(one!))).MustBeGood();
        var other = (await shop.AssessAsync(Body("sm_pair_b"))).MustBeGood();
        Assert.Equal(("true", null), (again.Header("Idempotent-Replayed"), other.Header("Idempotent-Replayed")));
        Assert.Equal((first.Id, "sm_pair_b"), (again.Id, other.Json.GetProperty("submerchant_id").GetString()));
        Assert.NotEqual(first.Id, other.Id);
    }

    [Fact]
    public async Task A_person_says_the_password_before_the_first_is_active_and_no_card_number_is_an_id()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        Assert.Equal(["password required"], (await ines.PostAsync(Path, New("sm_first"))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(201, (await ines.PostAsync(Path, New("sm_first", active: false))).Code);
        Assert.Equal(["password credentials"], (await ines.SendAsync("PATCH", Path + "/sm_first", """{"is_active":true,"password":"not hers"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        (await ines.SendAsync("PATCH", Path + "/sm_first", $$"""{"is_active":true,"password":"{{World.Password}}"}""")).MustBeGood();
        Assert.Equal(201, (await ines.PostAsync(Path, New("sm_second"))).Code);
        Assert.Equal(["external_id format"], (await ines.PostAsync(Path, New("4111111111111111"))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(["name format"], (await ines.PostAsync(Path, New("sm_third", "4111 1111 1111 1111"))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(0, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.After!.Contains("4111111111111111"))));
    }

    [Fact]
    public async Task Only_the_keys_and_people_who_may_see_and_keep_the_registry()
    {
        var poor = await Shop.OpenAsync(App, change: key => key.Permissions = $"{KeyPermissions.Assess} {KeyPermissions.Disputes} {KeyPermissions.ReadTransactions}");
        (await SendAsync(poor, "GET", Path)).MustRefuse(403, "FORBIDDEN");
        (await SendAsync(poor, "POST", Path, New("poor"))).MustRefuse(403, "FORBIDDEN");
        (await SendAsync(await Shop.OpenAsync(App, KeyType.Checkout), "GET", Path)).MustRefuse(403, "SECRET_KEY_REQUIRED");
        var (ines, maria, victor) = (await PersonsProgram.OfAsync(App, World.Ines), await PersonsProgram.OfAsync(App, World.Maria), await PersonsProgram.OfAsync(App, World.Victor));
        Assert.Equal(201, (await ines.PostAsync(Path, New("by_ines", active: false))).Code);
        (await maria.GetAsync(Path)).MustBeGood();
        (await maria.SendAsync("PATCH", Path + "/by_ines", """{"name":"Mine"}""")).MustRefuse(403, "FORBIDDEN");
        var refused = (await maria.SendAsync("DELETE", Path + "/by_ines")).MustRefuse(403, "FORBIDDEN");
        Assert.Equal(("The caller may not do this", "Your role does not allow this."), (refused.Json.GetProperty("title").GetString(), refused.Json.GetProperty("detail").GetString()));
        (await victor.GetAsync(Path)).MustRefuse(403, "FORBIDDEN");
        (await ines.SendAsync("PATCH", Path + "/by_ines", """{"name":"Hers"}""")).MustBeGood();
        var trail = await TrailAsync((await ines.GetAsync(Path + "/by_ines")).Json.GetProperty("id").GetString()!);
        Assert.Equal([(AuditActions.SubmerchantAdded, World.Ines.Name), (AuditActions.SubmerchantChanged, World.Ines.Name)], trail.Select(e => (e.Action, e.ActorName)));
    }

    [Fact]
    public async Task While_none_is_active_an_assessment_says_what_it_likes()
    {
        await using var quiet = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(quiet);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        (await SendAsync(shop, "POST", Path, New("asleep", "Tienda dormida", active: false))).MustBe(201);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        var other = (await shop.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"whoever\""))).MustBeGood();
        Assert.Equal("whoever", other.Json.GetProperty("submerchant_id").GetString());
        Assert.False(other.Json.TryGetProperty("submerchant_name", out _));
        Assert.Equal("Tienda dormida", (await shop.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"asleep\""))).MustBeGood().Json.GetProperty("submerchant_name").GetString());
        Assert.DoesNotContain("submerchant_id", await RequiredAsync(quiet, ""));

        (await SendAsync(shop, "PATCH", Path + "/asleep", """{"is_active":true}""")).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum)).MustRefuse(400, "VALIDATION_ERROR");
        foreach (var flow in new[] { "", "/payout" }) Assert.Contains("submerchant_id", await RequiredAsync(quiet, flow));

        (await SendAsync(shop, "DELETE", Path + "/asleep")).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
    }

    [Fact]
    public async Task Once_one_is_active_whoever_names_none_is_refused_before_anything_is_stored()
    {
        await using var busy = await PanelApp.StartAsync();
        var (shop, page) = (await Shop.OpenAsync(busy), await Shop.OpenAsync(busy, KeyType.Checkout));
        (await SendAsync(shop, "POST", Path, New("sm_open"))).MustBe(201);
        (await SendAsync(shop, "POST", Path, New("sm_shut", active: false))).MustBe(201);
        foreach (var (said, code) in new[] { (null, "required"), ("\"nobody\"", "unknown"), ($"\"{Guid.CreateVersion7()}\"", "unknown"), ("\"SM_OPEN\"", "unknown"), ("\"sm_shut\"", "inactive") })
        {
            foreach (var path in new[] { "/api/v1/assess", "/api/v1/assess/payout", "/api/v1/simulation/payin", "/api/v1/simulation/payout" })
            {
                var body = path.EndsWith("payout", StringComparison.Ordinal) ? Shop.Payout : Shop.Minimum;
                var refused = (await shop.PostAsync(path, Encoding.UTF8.GetBytes(said is null ? body : Shop.With(body, "submerchant_id", said)), "application/json", ("Idempotency-Key", "refused-1"))).MustRefuse(400, "VALIDATION_ERROR");
                Assert.Equal([$"submerchant_id {code}"], refused.Complaints);
            }
            (await page.AssessAsync(said is null ? Shop.Minimum : Shop.With(Shop.Minimum, "submerchant_id", said))).MustRefuse(400, "VALIDATION_ERROR");
        }
        Assert.Equal(0, await shop.StoredAsync());
        // A key that a refused request brought stands for nothing.
        var taken = (await shop.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"sm_open\""), ("Idempotency-Key", "refused-1"))).MustBeGood();
        Assert.Null(taken.Header("Idempotent-Replayed"));
        Assert.Equal(1, await shop.StoredAsync());
        (await page.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"sm_open\""))).MustBeGood();

        // What was answered once is answered so again, whatever became of it since.
        (await SendAsync(shop, "POST", Path, New("sm_other"))).MustBe(201);
        (await SendAsync(shop, "DELETE", Path + "/sm_open")).MustBeGood();
        var again = (await shop.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"sm_open\""), ("Idempotency-Key", "refused-1"))).MustBeGood();
        Assert.Equal(("true", taken.Text), (again.Header("Idempotent-Replayed"), again.Text));
        Assert.Equal(["submerchant_id inactive"], (await shop.AssessAsync(Shop.With(Shop.Minimum, "submerchant_id", "\"sm_open\""))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
    }

    [Fact]
    public void Asking_the_registry_allocates_nothing()
    {
        var id = Guid.CreateVersion7();
        var index = new SubmerchantIndex([new(id, "sm_1", "One", true), new(Guid.CreateVersion7(), id.ToString(), "Two", false)]);
        Assert.Equal(("One", "Two", null, null), (index.Find("sm_1")?.Name, index.Find(id.ToString())?.Name, index.Find("sm_2"), index.Find(null)));
        string[] said = ["sm_1", id.ToString(), "sm_2", Guid.NewGuid().ToString()];
        foreach (var one in said) index.Find(one);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) index.Find(said[i % said.Length]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_person_registers_changes_and_deactivates_one_on_its_page()
    {
        const string Page = "/dashboard/connections/submerchants";
        await using var own = await PanelApp.StartAsync();
        var ines = own.As(World.Ines);
        var empty = await ines.PageAsync(Page);
        Assert.Equal("no", empty.QuerySelector("[data-must-be-named]")!.GetAttribute("data-must-be-named"));
        Assert.NotNull((await ines.PageAsync(Page + "/new")).GetElementById("first"));
        (string, string)[] good = [("Input.Name", "Acme México"), ("Input.ExternalId", "sm_acme_mx"), ("Input.Country", "MX"), ("Input.Mcc", "5411")];
        foreach (var (field, wrong) in new[] { ("Input.Name", " "), ("Input.ExternalId", ""), ("Input.Mcc", "54"), ("Input.Country", "XX") })
        {
            using var refused = await ines.SubmitAsync(Page + "/new", "#submerchant", [.. good, ("Input.Password", World.Password), (field, wrong)]);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains((await refused.HtmlAsync()).QuerySelectorAll(".invalid-feedback"), e => e.TextContent.Trim().Length > 0);
        }
        // The first one makes payments that name none be refused: that asks for the password.
        using (var stolen = await ines.SubmitAsync(Page + "/new", "#submerchant", [.. good, ("Input.Password", "not her password")])) Assert.Equal(HttpStatusCode.UnprocessableEntity, stolen.StatusCode);
        Assert.Equal(0, await own.InDbAsync(db => db.Set<RegisteredSubmerchant>().CountAsync()));
        using (var done = await ines.SubmitAsync(Page + "/new", "#submerchant", [.. good, ("Input.Password", World.Password)])) Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        using (var twice = await ines.SubmitAsync(Page + "/new", "#submerchant", good)) Assert.Contains("Acme México", (await twice.HtmlAsync()).QuerySelector("#submerchant")!.TextContent, StringComparison.Ordinal);

        var list = await ines.PageAsync(Page);
        Assert.Equal("yes", list.QuerySelector("[data-must-be-named]")!.GetAttribute("data-must-be-named"));
        var row = list.QuerySelector("[data-row=sm_acme_mx]")!;
        using (var changed = await ines.SubmitAsync(row.QuerySelector("a[data-open]")!.GetAttribute("href")!, "#submerchant", ("Input.Name", "Acme de México"), ("Input.Mcc", ""))) Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        var its = await own.InDbAsync(db => db.Set<RegisteredSubmerchant>().AsNoTracking().SingleAsync());
        Assert.Equal(("sm_acme_mx", "Acme de México", "MX", null, true), (its.ExternalId, its.Name, its.Country, its.Mcc, its.IsActive));
        Assert.Empty((await ines.PageAsync(Page + "?q=nobody")).QuerySelectorAll("[data-row]"));
        Assert.Single((await ines.PageAsync(Page + "?q=DE+m&state=active")).QuerySelectorAll("[data-row]"));

        var maria = own.As(World.Maria);
        Assert.Empty((await maria.PageAsync(Page)).QuerySelectorAll("main form[method=post], a[data-open]"));
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.GetAsync(Page + "/new")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await own.As(World.Victor).GetAsync(Page)).StatusCode);

        using (var off = await ines.SubmitAsync(Page, "[data-switch=sm_acme_mx]")) Assert.Equal(HttpStatusCode.Redirect, off.StatusCode);
        Assert.False(own.Services.GetRequiredService<SubmerchantShelf>().Current.MustBeNamed);
        Assert.Null((await ines.PageAsync(Page)).QuerySelector("[data-switch]"));
        using (var stolen = await ines.SubmitAsync($"{Page}/{its.Id}", "#reactivate", ("password", "not her password"))) Assert.Equal(HttpStatusCode.Redirect, stolen.StatusCode);
        Assert.False(own.Services.GetRequiredService<SubmerchantShelf>().Current.MustBeNamed);
        Assert.NotNull((await ines.PageAsync($"{Page}/{its.Id}")).QuerySelector("[role=alert]"));
        using (var on = await ines.SubmitAsync($"{Page}/{its.Id}", "#reactivate", ("password", World.Password))) Assert.Equal(HttpStatusCode.Redirect, on.StatusCode);
        Assert.True(own.Services.GetRequiredService<SubmerchantShelf>().Current.MustBeNamed);
        var trail = await own.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectKind == "submerchant").OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
        Assert.Equal([AuditActions.SubmerchantAdded, AuditActions.SubmerchantChanged, AuditActions.SubmerchantDeactivated, AuditActions.SubmerchantReactivated], trail);
        Assert.Contains("Acme de México", (await ines.PageAsync("/dashboard?submerchant=sm_acme_mx")).QuerySelector(".signal-chip")!.TextContent, StringComparison.Ordinal);
    }

    private static async Task<string[]> RequiredAsync(PanelApp of, string flow)
    {
        var json = JsonDocument.Parse(await of.Anonymous().GetStringAsync("/api/v1/assess" + flow)).RootElement;
        var its = flow.Length == 0 ? json.GetProperty("field_requirements_by_segment").GetProperty("psp") : json.GetProperty("field_requirements");
        return [.. its.GetProperty("required").EnumerateArray().Select(e => e.GetString()!)];
    }
}

/// <summary>The same on the other engine.</summary>
public sealed class PostgresSubmerchantTests(PostgresPanelApp app) : SubmerchantStories(app), IClassFixture<PostgresPanelApp>
{
    [PostgresFact]
    public Task It_is_registered_read_changed_deactivated_and_brought_back_and_the_trail_says_so() => LifeAsync();

    [PostgresFact]
    public Task Of_twenty_that_register_one_id_at_once_one_does() => AtOnceAsync();

    [PostgresFact]
    public Task The_registry_is_searched_and_read_in_parts() => ListAsync();

    [PostgresFact]
    public Task What_another_process_registers_is_known_within_a_moment() => ElsewhereAsync();

    [PostgresFact]
    public Task Whichever_id_names_it_it_is_judged_and_stored_under_its_own() => NamedAsync();
}

/// <summary>What holds on either engine.</summary>
public abstract class SubmerchantStories(PanelApp app)
{
    protected const string Path = "/api/v1/submerchants";

    protected PanelApp App { get; } = app;

    protected static string New(string externalId, string name = "Tienda", bool active = true) => $$"""{"external_id":"{{externalId}}","name":"{{name}}","is_active":{{(active ? "true" : "false")}}}""";

    protected static async Task<Answer> SendAsync(Shop shop, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await shop.Client.SendAsync(request));
    }

    protected Task<List<AuditEntry>> TrailAsync(string id) => App.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.SubjectId == id).OrderBy(e => e.Sequence).ToListAsync());

    private static void MustFit(Answer answer, string schema) => ReferenceTests.MustFit(answer.Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);

    protected async Task LifeAsync()
    {
        var shop = await Shop.OpenAsync(App);
        var made = (await SendAsync(shop, "POST", Path, """{"external_id":"sm_life","name":"Acme México","country":"mx","mcc":"5411","is_active":false}""")).MustBe(201);
        MustFit(made, "Submerchant");
        var id = made.Json.GetProperty("id").GetString()!;
        Assert.Equal(("MX", "5411", false), (made.Json.GetProperty("country").GetString(), made.Json.GetProperty("mcc").GetString(), made.Json.GetProperty("is_active").GetBoolean()));
        Assert.Equal(id, (await SendAsync(shop, "POST", Path, New("sm_life"))).MustRefuse(409, "DUPLICATE").Json.GetProperty("error").GetProperty("details").GetProperty("id").GetString());
        (await SendAsync(shop, "POST", Path, New(id))).MustRefuse(409, "DUPLICATE");
        foreach (var name in new[] { id, "sm_life" }) Assert.Equal(made.Text, (await SendAsync(shop, "GET", $"{Path}/{name}")).MustBeGood().Text);
        foreach (var method in new[] { "GET", "PATCH", "DELETE" }) (await SendAsync(shop, method, $"{Path}/nobody", method == "PATCH" ? "{}" : null)).MustRefuse(404, "NOT_FOUND");

        App.Clock.Advance(TimeSpan.FromSeconds(1));
        var changed = (await SendAsync(shop, "PATCH", $"{Path}/sm_life", """{"name":"Acme","mcc":null,"external_id":"sm_life"}""")).MustBeGood();
        MustFit(changed, "Submerchant");
        Assert.Equal(("Acme", "MX", JsonValueKind.Null, false), (changed.Json.GetProperty("name").GetString(), changed.Json.GetProperty("country").GetString(), changed.Json.GetProperty("mcc").ValueKind, changed.Json.GetProperty("is_active").GetBoolean()));
        Assert.NotEqual(changed.Json.GetProperty("created_at").GetString(), changed.Json.GetProperty("updated_at").GetString());
        Assert.Equal(["external_id format"], (await SendAsync(shop, "PATCH", $"{Path}/{id}", """{"external_id":"sm_death"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(["name required"], (await SendAsync(shop, "PATCH", $"{Path}/{id}", """{"name":null}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(changed.Text, (await SendAsync(shop, "PATCH", $"{Path}/{id}", """{"name":"Acme"}""")).MustBeGood().Text);

        (await SendAsync(shop, "DELETE", $"{Path}/{id}")).MustRefuse(409, "INVALID_STATE");
        Assert.True((await SendAsync(shop, "PATCH", $"{Path}/{id}", """{"is_active":true}""")).MustBeGood().Json.GetProperty("is_active").GetBoolean());
        Assert.False((await SendAsync(shop, "DELETE", $"{Path}/{id}")).MustBeGood().Json.GetProperty("is_active").GetBoolean());
        Assert.Equal([AuditActions.SubmerchantAdded, AuditActions.SubmerchantChanged, AuditActions.SubmerchantReactivated, AuditActions.SubmerchantDeactivated], (await TrailAsync(id)).Select(e => e.Action));
        Assert.All(await TrailAsync(id), e => Assert.Equal(ActorKind.Key, e.ActorKind));
    }

    protected async Task AtOnceAsync()
    {
        var shop = await Shop.OpenAsync(App);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(shop, "POST", Path, New("sm_once", active: false))));
        Assert.Single(answers, a => a.Code == 201);
        Assert.All(answers.Where(a => a.Code != 201), a => a.MustRefuse(409, "DUPLICATE"));
        var id = answers.Single(a => a.Code == 201).Json.GetProperty("id").GetString()!;
        Assert.Single(await TrailAsync(id));
        Assert.NotNull(App.Services.GetRequiredService<SubmerchantShelf>().Current.Find("sm_once"));
    }

    protected async Task ListAsync()
    {
        var shop = await Shop.OpenAsync(App);
        for (var i = 0; i < 5; i++) (await SendAsync(shop, "POST", Path, New($"zz_list_{i}", $"Zapatería {4 - i}", active: false))).MustBe(201);
        var all = (await SendAsync(shop, "GET", $"{Path}?search=ZZ_LIST")).MustBeGood();
        MustFit(all, "Submerchants");
        Assert.Equal(5, all.Json.GetProperty("total").GetInt32());
        Assert.Equal(["zz_list_4", "zz_list_3", "zz_list_2", "zz_list_1", "zz_list_0"], Ids(all));
        var part = (await SendAsync(shop, "GET", $"{Path}?search=zz_list&is_active=false&limit=2&offset=2")).MustBeGood();
        Assert.Equal(["zz_list_2", "zz_list_1"], Ids(part));
        Assert.Empty(Ids((await SendAsync(shop, "GET", $"{Path}?search=zz_list&is_active=true")).MustBeGood()));
        Assert.Equal(["is_active format", "limit range"], (await SendAsync(shop, "GET", $"{Path}?is_active=maybe&limit=0")).MustRefuse(400, "VALIDATION_ERROR").Complaints);

        static string[] Ids(Answer list) => [.. list.Json.GetProperty("data").EnumerateArray().Select(s => s.GetProperty("external_id").GetString()!)];
    }

    protected async Task ElsewhereAsync()
    {
        await Shop.ReadyAsync(App);
        await App.InDbAsync(async db =>
        {
            db.Add(new RegisteredSubmerchant { ExternalId = "sm_elsewhere", Name = "De otro lado", IsActive = false, CreatedAt = App.Clock.GetUtcNow(), UpdatedAt = App.Clock.GetUtcNow() });
            await db.SaveAndRaiseAsync(ChangeTopics.Submerchants);
        });
        var (shelf, deadline) = (App.Services.GetRequiredService<SubmerchantShelf>(), Environment.TickCount64 + 10_000);
        while (shelf.Current.Find("sm_elsewhere") is null && Environment.TickCount64 < deadline) await Task.Yield();
        Assert.Equal("De otro lado", shelf.Current.Find("sm_elsewhere")?.Name);
    }

    protected async Task NamedAsync()
    {
        var shop = await Shop.OpenAsync(App);
        var id = (await SendAsync(shop, "POST", Path, New("sm_named", "Con nombre", active: false))).MustBe(201).Json.GetProperty("id").GetString()!;
        foreach (var said in new[] { "sm_named", id, id.ToUpperInvariant() })
        {
            foreach (var isPayout in new[] { false, true })
            {
                var body = Shop.With(isPayout ? Shop.With(Shop.Payout, "idempotency_key", "null") : Shop.Minimum, "submerchant_id", $"\"{said}\"");
                var key = ("Idempotency-Key", $"named-{said}-{isPayout}");
                var answer = (isPayout ? await shop.PayoutAsync(body, key) : await shop.AssessAsync(body, key)).MustBeGood();
                Assert.Equal((said, "Con nombre"), (answer.Json.GetProperty("submerchant_id").GetString(), answer.Json.GetProperty("submerchant_name").GetString()));
                var facts = new Facts();
                FactSnapshot.Read((await shop.LastAsync()).Facts, facts);
                Assert.Equal("sm_named", facts.Text(Known.SubmerchantId));
                Assert.Equal(answer.Text, (isPayout ? await shop.PayoutAsync(body, key) : await shop.AssessAsync(body, key)).MustBeGood().Text);
                var later = (await SendAsync(shop, "GET", $"/api/v1/assessments/{answer.Id}")).MustBeGood();
                MustFit(later, "AssessmentState");
                Assert.Equal(("sm_named", "Con nombre"), (later.Json.GetProperty("submerchant_id").GetString(), later.Json.GetProperty("submerchant_name").GetString()));
            }
        }
    }
}
