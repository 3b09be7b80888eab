using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Simulation;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Enrichment;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Simulation;

/// <summary>The form is the catalogue of facts, and the JSON stays the request.</summary>
public sealed class RequestFormTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Scenarios = "/dashboard/simulation", Least = """{"amount":15000,"currency":"MXN"}""";

    private static readonly TimeZoneInfo Mexico = TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City");
    private static readonly Enricher Enricher = new(LoadedData.Shipped);

    private static RequestField Field(string path) => RequestForm.Fields.Single(f => f.Path == path);

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    private static string Merged(string json, params (string Path, string Typed)[] changes) =>
        RequestForm.Merge(json, json, field => changes.Where(c => c.Path == field.Path).Select(c => c.Typed).SingleOrDefault() ?? RequestForm.Show(field, Json(json)), Mexico);

    private static Facts Read(Flow flow, string json)
    {
        var (request, errors) = (new AssessRequest(), new List<FieldError>());
        Assert.True(AssessRequestReader.TryRead(Encoding.UTF8.GetBytes(json), flow, mayImportHistory: true, "comercio", request, errors), string.Join(' ', errors));
        var facts = new Facts();
        Enricher.Fill(request, facts, TestClock.Start);
        return facts;
    }

    private static string Value(Facts facts, FactDefinition fact) => facts.Text(fact.Fact) ?? facts.Number(fact.Fact).ToString(CultureInfo.InvariantCulture);

    public static TheoryData<string> Said => [.. FactCatalog.All.Where(d => d.Source == FactSource.Request && d.Path is not null).Select(d => d.Name)];

    [Theory, MemberData(nameof(Said))]
    public void What_is_typed_into_the_field_of_a_fact_sets_that_fact_and_no_other(string name)
    {
        var fact = FactCatalog.All[FactCatalog.ByName[name].Index];
        var field = Field(fact.Path!);
        var example = Find(Json(FullRequest.PayOut), fact.Path!) ?? Find(Json(FullRequest.PayIn), fact.Path!) ?? throw new InvalidOperationException($"No request has {fact.Path}.");
        var typed = field.Control switch { Control.Money => "321.5", Control.Currency => "USD", Control.Flag => "true", _ => example.GetValueKind() == System.Text.Json.JsonValueKind.String ? example.GetValue<string>() : example.ToJsonString() };
        var json = Merged(Least, (field.Path, typed));
        var (before, after) = (Read(Flow.PayOut, Least), Read(Flow.PayOut, json));
        Assert.True(after.Has(fact.Fact), json);
        var moved = FactCatalog.All.Where(d => d.Source == FactSource.Request && (before.Has(d.Fact) != after.Has(d.Fact) || (before.Has(d.Fact) && Value(before, d) != Value(after, d)))).Select(d => d.Name);
        Assert.Equal([name], moved);
        // And the form shows what was typed, now that it stands in the request.
        Assert.Equal(typed, RequestForm.Show(field, Json(json)));
        // A payout's own members say nothing of a payment.
        if (field.IsPayoutOnly) Assert.False(Read(Flow.PayIn, json).Has(fact.Fact));
    }

    [Fact]
    public void Every_member_that_the_API_documents_has_a_field_but_for_those_that_are_no_facts()
    {
        var documented = ApiReference.Fields(ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("PayoutRequest")).Where(f => f.Type != "object").Select(f => f.Path);
        Assert.Equal(["idempotency_key", "metadata.order_id", "order_id", "payment_id", "session_id"], documented.Except(RequestForm.Fields.Select(f => f.Path)).Order());
        Assert.Equal((Control.Choice, Control.Currency, Control.Country, Control.Flag, Control.Moment, Control.Number), (Field("amount_unit").Control, Field("currency").Control, Field("origin.country").Control, Field("payout.first_to_beneficiary").Control, Field("occurred_at").Control, Field("behavior.session_duration_ms").Control));
        Assert.Contains("spei", Field("payout.rail").Words);
    }

    [Theory]
    [InlineData("MXN", null, "450.5", "45050"), InlineData("CLP", null, "450", "450"), InlineData("MXN", "major", "450.50", "450.5"), InlineData("MXN", null, "0.29", "29"), InlineData("TND", null, "1.234", "1234"), InlineData("MXN", null, "1.005", "100.5"), InlineData("MXN", null, "lots", "\"lots\"")]
    public void An_amount_is_typed_in_whole_units_and_kept_as_the_request_keeps_it(string currency, string? unit, string typed, string kept)
    {
        var json = Merged(Least, ("currency", currency), ("amount_unit", unit ?? ""), ("amount", typed));
        Assert.Equal(kept, Json(json)["amount"]!.ToJsonString());
    }

    [Fact]
    public void What_has_no_field_stays_and_a_request_nobody_changed_stays_to_the_letter()
    {
        const string Written = """{ "amount": 15000 , "currency":"MXN", "cart":[1,{"a":null}], "device":{"ip":"189.203.10.7","screen":"1x1"}, "big": 12345678901234567890.10 }""";
        Assert.Equal(Written, Merged(Written));
        var changed = Json(Merged(Written, ("device.ip", ""), ("email", "a@example.mx"), ("billing.country", "US")));
        Assert.Equal("""{"amount":15000,"currency":"MXN","cart":[1,{"a":null}],"device":{"screen":"1x1"},"big":12345678901234567890.10,"email":"a@example.mx","billing":{"country":"US"}}""", changed.ToJsonString());
        Assert.Equal("""{"a":1,"a":2}""", RequestForm.Merge("""{"a":1,"a":2}""", Least, _ => "x", Mexico));
    }

    [Theory]
    [InlineData("", "2026-11-20T03:15", "2026-11-20T03:15:00-06:00"), InlineData("2026-11-01T10:00:00Z", "2026-11-20T03:15:20", "2026-11-20T03:15:20+00:00")]
    public void A_moment_keeps_the_zone_it_is_written_in(string before, string typed, string kept)
    {
        var request = before.Length == 0 ? Least : $$"""{"amount":15000,"currency":"MXN","occurred_at":"{{before}}"}""";
        Assert.Equal(kept, (string?)Json(Merged(request, ("occurred_at", typed)))["occurred_at"]);
    }

    [Fact]
    public async Task Without_a_script_what_is_typed_into_a_field_is_what_is_run()
    {
        await Shop.ReadyAsync(app);
        var maria = app.As(World.Maria);
        using var answer = await maria.SubmitAsync(Scenarios, "#scenario-form", ("field:amount", "321.50"), ("field:email", "otra@example.mx"), ("field:shipping.country", "US"), ("field:occurred_at", "2026-11-20T03:15"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = await answer.HtmlAsync();
        var sent = Json(((IHtmlTextAreaElement)page.GetElementById("json")!).Value);
        Assert.Equal((32_150, "otra@example.mx", "US", "fp_sim_9a8b7c6d"), ((int)sent["amount"]!, (string?)sent["email"], (string?)sent["shipping"]!["country"], (string?)sent["device"]!["fingerprint"]));
        var stored = await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderByDescending(a => a.Seq).FirstAsync());
        Assert.Equal((32_150L, new DateTimeOffset(2026, 11, 20, 9, 15, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()), (stored.Amount, stored.At));
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        Assert.Equal((3d, 5d, "US"), (facts.Number(Known.Hour), facts.Number(Known.Weekday), facts.Text(Known.ShippingCountry)));
    }

    [Fact]
    public async Task What_is_wrong_is_said_at_the_field_it_names()
    {
        await Shop.ReadyAsync(app);
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("field:device.ip", "home"), ("field:beneficiary.clabe", "12"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.HtmlAsync();
        foreach (var (path, sentence) in ((string, string)[])[("device.ip", "device.ip must be an IPv4 or IPv6 address."), ("beneficiary.clabe", "beneficiary.clabe must be 18 digits.")])
        {
            var input = page.GetElementById(Field(path).Id)!;
            Assert.Equal("true", input.GetAttribute("aria-invalid"));
            Assert.Equal(sentence, page.GetElementById(input.GetAttribute("aria-describedby")!.Split(' ')[^1])!.TextContent);
            Assert.True(input.Closest("details")!.HasAttribute("open"));
            Assert.NotNull(page.QuerySelector($"#request-errors a[href='#{input.Id}']"));
        }
        Assert.Single(page.QuerySelectorAll("#field-email:not([aria-invalid])"));
    }

    [Fact]
    public async Task The_form_speaks_the_readers_language_and_keeps_shut_what_is_not_used()
    {
        var page = await app.As(World.Maria).PageAsync(Scenarios);
        Assert.Equal(RequestForm.Fields.Count, page.QuerySelectorAll("[data-field]").Length);
        Assert.Equal("Correo electrónico, en minúsculas", page.QuerySelector("label[for=field-email]")!.TextContent);
        Assert.Equal("México", page.QuerySelector("#field-billing-country option[selected]")!.TextContent);
        Assert.Equal("450", page.GetElementById("field-amount")!.GetAttribute("value"));
        Assert.Equal([FactGroup.Payout.ToString(), FactGroup.Call.ToString()], page.QuerySelectorAll(".field-group:not([open])").Select(g => g.GetAttribute("data-fields")));
        Assert.Empty(page.QuerySelectorAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.Empty(page.QuerySelectorAll("main [style], main script:not([src])"));
    }

    [Fact]
    public async Task A_value_its_control_cannot_hold_is_shown_as_it_is_and_not_lost()
    {
        await Shop.ReadyAsync(app);
        const string Odd = """{"amount":15000,"currency":"mxn","email":"a@example.mx","behavior":{"mouse_movements":"many"},"billing":{"country":"Mexico"},"occurred_at":"yesterday"}""";
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("json", Odd));
        var page = await answer.HtmlAsync();
        Assert.Equal(("text", "many", "Mexico", "yesterday"), (page.GetElementById("field-behavior-mouse_movements")!.GetAttribute("type"), page.GetElementById("field-behavior-mouse_movements")!.GetAttribute("value"),
            page.QuerySelector("#field-billing-country option[selected]")!.TextContent, page.GetElementById("field-occurred_at")!.GetAttribute("value")));
        Assert.Equal(Odd, ((IHtmlTextAreaElement)page.GetElementById("json")!).Value);
    }

    private static JsonNode? Find(JsonObject request, string path)
    {
        JsonNode? at = request;
        foreach (var name in path.Split('.')) at = (at as JsonObject)?[name];
        return at;
    }
}
