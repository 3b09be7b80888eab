using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

public sealed class MerchantApiTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Path = "/api/v1/merchant/transactions";

    private static async Task<Answer> GetAsync(Shop shop, string query = "") => await Answer.OfAsync(await shop.Client.GetAsync(Path + query));

    private static Task<Answer> SearchAsync(Shop shop, string body) => shop.PostAsync(Path + "/search", Encoding.UTF8.GetBytes(body), "application/json");

    private static string[] Orders(Answer answer) => [.. answer.MustBeGood().Json.GetProperty("data").EnumerateArray().Select(t => t.GetProperty("order_id").GetString()!)];

    private static void MustFit(Answer answer, string schema) => ReferenceTests.MustFit(answer.MustBeGood().Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);

    private async Task<Shop> ShopAsync(string prefix, params (long Amount, string Email)[] payments)
    {
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < payments.Length; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            (await shop.AssessAsync($$"""{"amount":{{payments[i].Amount}},"currency":"MXN","order_id":"{{prefix}}-{{i}}","payment_id":"{{prefix}}-pay-{{i}}","email":"{{payments[i].Email}}","metadata":{"channel":"{{prefix}}"} }""")).MustBeGood();
        }
        return shop;
    }

    [Fact]
    public async Task The_transactions_are_listed_newest_first_and_page_by_page_without_a_gap_or_a_repetition()
    {
        var shop = await ShopAsync("page", [.. Enumerable.Range(0, 7).Select(i => (1_000L + i, $"page{i}@tienda.example"))]);
        var all = await GetAsync(shop, "?channel=page");
        MustFit(all, "Transactions");
        Assert.Equal(["page-6", "page-5", "page-4", "page-3", "page-2", "page-1", "page-0"], Orders(all));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, all.Json.GetProperty("next_cursor").ValueKind);
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await GetAsync(shop, $"?channel=page&limit=3{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.InRange(Orders(page).Length, 1, 3);
            seen.AddRange(Orders(page));
            cursor = page.Json.GetProperty("next_cursor").GetString();
            // What comes in between moves nothing.
            (await shop.AssessAsync("""{"amount":1,"currency":"MXN","order_id":"between","metadata":{"channel":"page-other"} }""")).MustBeGood();
        }
        while (cursor is not null);
        Assert.Equal(Orders(all), seen);
        Assert.Equal(["page-0", "page-1"], Orders(await GetAsync(shop, "?channel=page&sort_by=created_at&sort_order=asc&limit=2")));
    }

    [Fact]
    public async Task It_is_narrowed_by_address_and_body_alike_and_everything_must_hold()
    {
        var shop = await ShopAsync("narrow", (500, "ana@tienda.example"), (50_000, "ana@tienda.example"), (90_000, "luis@tienda.example"));
        (await shop.PostAsync("/api/v1/simulation/payin", Encoding.UTF8.GetBytes("""{"amount":700,"currency":"MXN","order_id":"narrow-simulated","metadata":{"channel":"narrow"} }"""), "application/json")).MustBeGood();
        foreach (var (query, body, expected) in ((string, string, string[])[])
        [
            ("channel=narrow&email=ana%40tienda.example", """{"channel":"narrow","email":"ana@tienda.example"}""", ["narrow-1", "narrow-0"]),
            ("channel=narrow&currency=mxn&amount_min=50000&sort_by=amount", """{"channel":"narrow","currency":"mxn","amount_min":50000,"sort_by":"amount"}""", ["narrow-2", "narrow-1"]),
            ("channel=narrow&currency=MXN&amount_max=500", """{"channel":"narrow","currency":"MXN","amount_max":500}""", ["narrow-0"]),
            ("order_id=narrow-1", """{"order_id":"narrow-1"}""", ["narrow-1"]), ("payment_id=narrow-pay-2", """{"payment_id":"narrow-pay-2"}""", ["narrow-2"]), ("order_id=narrow", """{"order_id":"narrow"}""", []),
            ("channel=narrow&simulated=true", """{"channel":"narrow","simulated":true}""", ["narrow-simulated"]), ("channel=narrow&flow=payout", """{"channel":"narrow","flow":"payout"}""", []),
            ("channel=narrow&decision=approve,review,challenge,decline&limit=1", """{"channel":"narrow","decision":["approve","review","challenge","decline"],"limit":1}""", ["narrow-2"]),
            ("channel=narrow&to=2026-11-23", """{"channel":"narrow","to":"2026-11-23"}""", []),
        ])
        {
            var listed = await GetAsync(shop, "?" + query);
            Assert.Equal(expected, Orders(listed));
            Assert.Equal(listed.Text, (await SearchAsync(shop, body)).Text);
        }
    }

    [Fact]
    public void What_is_not_folded_yet_is_judged_by_several_decisions_as_what_is()
    {
        // As the reader does, which does not compile for a short tail.
        var conditions = new AssessmentFilter { Decisions = [Decision.Review, Decision.Challenge] }.Conditions().Select(c => c.Compile(preferInterpretation: true)).ToList();
        Assert.Equal([false, true, true, false], Enum.GetValues<Decision>().Order().Select(d => conditions.TrueForAll(c => c(new AssessmentRow { Decision = d }))));
    }

    [Theory]
    [InlineData("decision=perhaps", """{"decision":["approve","perhaps"]}""", "decision format"), InlineData("flow=sideways", """{"flow":"sideways"}""", "flow format"), InlineData("limit=201", """{"limit":201}""", "limit range")]
    [InlineData("amount_min=5", """{"amount_min":5}""", "amount_min required"), InlineData("currency=MXM", """{"currency":"MXM"}""", "currency format"), InlineData("cursor=here", """{"cursor":"here"}""", "cursor format")]
    [InlineData("order_id=a&email=b", """{"order_id":"a","email":"b"}""", "email alone"), InlineData("risk_score_min=101", """{"risk_score_min":101}""", "risk_score_min range"), InlineData("from=yesterday", """{"from":"yesterday"}""", "from format")]
    [InlineData("signal=none_such", """{"signal":"none_such"}""", "signal format"), InlineData("country=XX", """{"country":"XX"}""", "country format"), InlineData("sort_by=luck", """{"sort_by":"luck"}""", "sort_by format")]
    public async Task What_is_wrong_is_named(string query, string body, string complaint)
    {
        var shop = await Shop.OpenAsync(app);
        Assert.Contains(complaint, (await GetAsync(shop, "?" + query)).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains(complaint, (await SearchAsync(shop, body)).MustRefuse(400, "VALIDATION_ERROR").Complaints);
    }

    [Theory, InlineData("""{"email":{"is":"x"}}"""), InlineData("[]"), InlineData("{"), InlineData("""{"decision":[1]}""")]
    public async Task A_body_that_is_none_is_refused(string body) => (await SearchAsync(await Shop.OpenAsync(app), body)).MustRefuse(400, "VALIDATION_ERROR");

    [Fact]
    public async Task One_is_read_with_where_it_stands_and_by_the_name_of_its_submerchant()
    {
        await using var own = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(own);
        (await shop.PostAsync("/api/v1/submerchants", """{"external_id":"sm_1","name":"Zapatería Uno"}"""u8.ToArray(), "application/json")).MustBe(201);
        var registered = own.Services.GetRequiredService<SubmerchantShelf>().Current.Find("sm_1")!.Id;
        var id = (await shop.AssessAsync(Shop.With(Shop.Full, "submerchant_id", $"\"{registered}\""))).MustBeGood().Id;
        var one = await GetAsync(shop, "/" + id);
        MustFit(one, "TransactionDetail");
        Assert.Equal(("sm_1", "Zapatería Uno", "ord-9912", "maria.gonzalez@example.mx"), (Text("submerchant_id"), Text("submerchant_name"), Text("order_id"), Text("email")));
        Assert.Equal((await Answer.OfAsync(await shop.Client.GetAsync($"/api/v1/assessments/{id}"))).MustBeGood().Text, one.Json.GetProperty("assessment").GetRawText());
        foreach (var name in new[] { "sm_1", registered.ToString() }) Assert.Equal(["ord-9912"], Orders(await GetAsync(shop, "?submerchant_id=" + name)));
        Assert.Empty(Orders(await GetAsync(shop, "?submerchant_id=sm_2")));
        (await GetAsync(shop, "/" + Guid.Empty)).MustRefuse(404, "NOT_FOUND");
        (await GetAsync(shop, "/nothing")).MustRefuse(404, "NOT_FOUND");

        string? Text(string name) => one.Json.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Only_a_server_key_that_may_read_transactions_reads_them_and_each_call_counts_against_its_limit()
    {
        var poor = await Shop.OpenAsync(app, change: key => key.Permissions = KeyPermissions.Assess);
        foreach (var answer in new[] { await GetAsync(poor), await GetAsync(poor, "/" + Guid.Empty), await SearchAsync(poor, "{}") }) answer.MustRefuse(403, "FORBIDDEN");
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        foreach (var answer in new[] { await GetAsync(page), await SearchAsync(page, "{}") }) answer.MustRefuse(403, "SECRET_KEY_REQUIRED");
        var slow = await Shop.OpenAsync(app, change: key => key.PerMinute = 2);
        Assert.Equal("1", (await GetAsync(slow)).MustBeGood().Header("X-RateLimit-Remaining"));
        (await SearchAsync(slow, "{}")).MustBeGood();
        (await GetAsync(slow)).MustRefuse(429, "RATE_LIMIT_EXCEEDED");
    }
}
