using System.Globalization;
using System.Net;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class ReportsTests
{
    private const string Reports = "/dashboard/protection/reports", Thresholds = "/dashboard/protection/thresholds";

    private static async Task ActivateAsync(PanelApp app, HttpClient author)
    {
        using var proposed = await author.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "Two cards of one device are one thief"));
        Assert.Equal(HttpStatusCode.Redirect, proposed.StatusCode);
        var version = int.Parse(proposed.Headers.Location!.ToString().Split('/')[^1], CultureInfo.InvariantCulture);
        Assert.Equal(HttpStatusCode.Redirect, (await app.As(World.Ines).SubmitAsync($"/dashboard/protection/versions/{version}", "form[action*=Approve]")).StatusCode);
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
    }

    private static async Task<int> ReportAsync(Shop shop, string payment, string reason)
    {
        var id = (await shop.AssessAsync(payment)).MustBeGood().Id;
        var answer = await shop.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes($$"""{"reason":"{{reason}}","transaction_id":"{{id}}"}"""), "application/json");
        Assert.True(answer.Code == 201, answer.Text);
        return answer.Json.GetProperty("blocklist_entries").GetInt32();
    }

    private static string Payment(string email, string ip, string device) =>
        $$$"""{"amount":15000,"currency":"MXN","email":"{{{email}}}","device":{"ip":"{{{ip}}}","fingerprint":"{{{device}}}"},"payment_method":{"type":"card","card_bin":"520001","card_last4":"4242"}}""";

    [Fact]
    public async Task A_report_does_what_the_active_versions_table_says_and_nothing_of_a_draft()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, shop) = (app.As(World.Maria), await Shop.OpenAsync(app));
        var saved = await maria.SubmitAsync(Reports, "#effects-form", ("severity.other.email", "review"), ("days.other.email", "7"), ("severity.other.ip_address", ""), ("days.other.ip_address", ""), ("severity.other.device_fingerprint", "block"), ("severity.other.card_bin", "flag"));
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var rows = (await maria.PageAsync(Reports)).QuerySelectorAll("section[aria-labelledby=draft] tbody tr").Select(r => r.TextContent.Trim()).ToList();
        Assert.Equal(6, rows.Count);
        Assert.All(rows, r => Assert.StartsWith("Reporte de fraude, Otro motivo", r, StringComparison.Ordinal));

        Assert.Equal(2, await ReportAsync(shop, Payment("antes@correo.example", "189.203.50.1", "fp_antes"), "other"));
        await ActivateAsync(app, maria);
        Assert.Equal(3, await ReportAsync(shop, Payment("luego@correo.example", "189.203.50.2", "fp_luego"), "other"));
        var entries = await app.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().Where(e => e.Value == "luego@correo.example" || e.Value == "189.203.50.2" || e.Value == "fp_luego" || e.Value == "520001").ToListAsync());
        Assert.Equal([(ListType.Email, ListSeverity.Review, app.Clock.GetUtcNow().AddDays(7)), (ListType.DeviceFingerprint, ListSeverity.Block, (DateTimeOffset?)null), (ListType.CardBin, ListSeverity.Flag, null)],
            entries.OrderBy(e => e.Type).Select(e => (e.Type, e.Severity, e.ExpiresAt)));
        // Another reason goes by its own row, and an address of many is never listed.
        Assert.Equal(1, await ReportAsync(shop, Payment("otra@correo.example", "10.0.0.7", "fp_otra"), "chargeback"));

        var next = (await shop.AssessAsync(Payment("nadie@correo.example", "189.203.50.3", "fp_luego"))).MustBeGood();
        Assert.Equal("blocklist:device_fingerprint", next.Json.GetProperty("blocked_by").GetString());
    }

    [Fact]
    public async Task A_milder_table_makes_nothing_milder_that_is_there()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, shop) = (app.As(World.Maria), await Shop.OpenAsync(app));
        await ReportAsync(shop, Payment("misma@correo.example", "189.203.51.1", "fp_1"), "chargeback");
        Assert.Equal(HttpStatusCode.Redirect, (await maria.SubmitAsync(Reports, "#effects-form", ("severity.other.email", "flag"), ("days.other.email", "1"))).StatusCode);
        await ActivateAsync(app, maria);
        await ReportAsync(shop, Payment("misma@correo.example", "189.203.51.2", "fp_2"), "other");
        var entry = await app.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().SingleAsync(e => e.Value == "misma@correo.example"));
        Assert.Equal((ListSeverity.Block, (DateTimeOffset?)null), (entry.Severity, entry.ExpiresAt));
    }

    [Fact]
    public async Task What_cannot_be_is_said_with_the_row_and_the_documented_table_comes_back_with_one_button()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        foreach (var (field, value, sentence) in new[]
        {
            ("severity.chargeback.card_bin", "block", "Contracargo, Rango de tarjetas: elija uno de los efectos ofrecidos."), ("days.chargeback.email", "0", "Contracargo, Correo electrónico: los días son un número entero de 1 a 3650."),
            ("days.chargeback.phone", "9", "Contracargo, Teléfono: los días requieren un efecto."), ("days.chargeback.email", "3.5", "Contracargo, Correo electrónico: los días son un número entero de 1 a 3650."),
        })
        {
            var refused = await maria.SubmitAsync(Reports, "#effects-form", (field, value));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Equal(sentence, (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent.Trim());
        }
        Assert.Empty(await app.InDbAsync(db => db.Set<PolicyDraft>().ToListAsync()));
        await maria.SubmitAsync(Reports, "#effects-form", ("severity.chargeback.email", ""));
        Assert.Single(await app.InDbAsync(db => db.Set<PolicyDraft>().ToListAsync()));
        var form = await Form.ReadAsync(await maria.GetAsync(Reports), "#effects-form");
        Assert.Equal(HttpStatusCode.Redirect, (await maria.PostAsync($"{Reports}?handler=Documented", form.Content)).StatusCode);
        Assert.Empty(await app.InDbAsync(db => db.Set<PolicyDraft>().ToListAsync()));

        var victor = app.As(World.Victor);
        var page = await victor.PageAsync(Reports);
        Assert.All(page.QuerySelectorAll("#effects-form select, #effects-form input[type=number]"), e => Assert.True(e.HasAttribute("disabled")));
        var token = await Form.ReadAsync(await victor.GetAsync(Reports), "#effects-form");
        Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync(Reports, token.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync($"{Reports}?handler=Documented", token.Content)).StatusCode);
    }

    [Fact]
    public async Task A_table_comes_in_and_goes_out_with_the_policys_file()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        var wanted = Policy.Default with { ReportEffects = [.. ReportEffects.Documented, new ReportEffect(FraudReason.Chargeback, ListType.CardHash, ListSeverity.Block, 365)] };
        var preview = await maria.SubmitAsync("/dashboard/protection/file", ("Document", PolicyJson.Write(wanted)));
        Assert.Equal(2, (await preview.HtmlAsync()).QuerySelectorAll("#policy-changes tbody tr").Length);
        var form = await Form.ReadAsync(preview, "#policy-changes form");
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(form.Action, form.Content)).StatusCode);
        Assert.Equal("365", (await maria.PageAsync(Reports)).QuerySelector("input[name='days.chargeback.card_hash']")!.GetAttribute("value"));
        var draft = await (await maria.PostAsync("/dashboard/protection/file/export", (await Form.ReadAsync(await maria.GetAsync(Thresholds), "form[action*=Propose]")).Content)).Content.ReadAsStringAsync();
        Assert.True(PolicyJson.TryRead(draft, out var read, out _));
        Assert.Equal(ReportEffects.Ordered(wanted.ReportEffects), read.ReportEffects);
    }
}
