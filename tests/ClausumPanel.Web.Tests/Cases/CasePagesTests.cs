using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Cases;

public sealed class CasePagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n%evidence\n");

    private async Task<(HttpClient Client, string Page)> OpenAsync(Person person, params (string Field, string Value)[] fields)
    {
        await Shop.ReadyAsync(app);
        var client = app.As(person);
        using var answer = await client.SubmitAsync("/dashboard/cases/new", [("Input.Incident", "phishing"), .. fields]);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return (client, answer.Headers.Location!.ToString());
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, string page, string name, byte[] bytes)
    {
        using var asked = await client.GetAsync(page);
        var form = await Form.ReadAsync(asked, "form[action$='handler=File']");
        using var content = new MultipartFormDataContent { { new StringContent(form["__RequestVerificationToken"]), "__RequestVerificationToken" } };
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"upload\"", FileName = $"\"{name}\"" };
        file.Headers.ContentType = new MediaTypeHeaderValue("text/html");
        content.Add(file);
        return await client.PostAsync(form.Action, content);
    }

    private static Task<HttpResponseMessage> MoveAsync(HttpClient client, string page, string status) => client.SubmitAsync(page, $"form[data-move={status}]");

    private static async Task MustAsync(HttpStatusCode status, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {(await answer.HtmlAsync()).QuerySelector("main")?.TextContent}");
    }

    private static Guid IdOf(string page) => Guid.Parse(page.Split('/')[^1]);

    [Fact]
    public async Task A_case_is_written_by_hand_worked_on_and_sealed_and_its_hash_is_the_packages()
    {
        var (clara, page) = await OpenAsync(World.Clara, ("Input.Amount", "2500.50"), ("Input.Currency", "mxn"), ("Input.Jurisdiction", "MX"), ("Input.VictimName", "Rosa <b>Méndez</b>"), ("Input.Description", "Línea uno\nLínea dos"));
        var id = IdOf(page);
        await MustAsync(HttpStatusCode.Redirect, clara.SubmitAsync(page, "form[action$='handler=Note']", ("note", "La tienda detuvo el pedido.")));
        await MustAsync(HttpStatusCode.Redirect, UploadAsync(clara, page, "informe.pdf", Pdf));
        await MustAsync(HttpStatusCode.Redirect, MoveAsync(clara, page, "en_revision"));
        var asked = await clara.PageAsync($"{page}/submission");
        Assert.Contains("no transmite nada a ninguna autoridad", asked.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await MustAsync(HttpStatusCode.Redirect, clara.SubmitAsync($"{page}/submission"));
        await MustAsync(HttpStatusCode.Conflict, clara.GetAsync($"{page}/submission"));

        var shown = await clara.PageAsync(page);
        Assert.Equal("enviado", shown.QuerySelector("[data-status]")!.GetAttribute("data-status"));
        using var json = await clara.GetAsync($"{page}/package/json");
        var bytes = await json.Content.ReadAsByteArrayAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal(hash, shown.QuerySelector("[data-hash]")!.TextContent);
        Assert.Equal("attachment", json.Content.Headers.ContentDisposition!.DispositionType);

        using var read = JsonDocument.Parse(bytes);
        var root = read.RootElement;
        Assert.Equal(bytes, ClausumPanel.Web.Flows.SealedPackage.Canonical(root));
        Assert.Equal(("clausumpanel.case/1", false, "enviado", 250_050), (root.GetProperty("format").GetString(), root.GetProperty("transmitted").GetBoolean(), root.GetProperty("case").GetProperty("status").GetString(), root.GetProperty("case").GetProperty("amount").GetInt64()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Pdf)), root.GetProperty("files")[0].GetProperty("sha256").GetString());
        Assert.Equal("La tienda detuvo el pedido.", root.GetProperty("notes")[0].GetProperty("text").GetString());
        Assert.Equal(["opened", "noted", "file_added", "status_changed", "submitted"], root.GetProperty("timeline").EnumerateArray().Select(l => l.GetProperty("kind").GetString()));

        using var html = await clara.GetAsync($"{page}/package/html");
        var text = await html.Content.ReadAsStringAsync();
        Assert.Equal("attachment", html.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Contains(hash, text, StringComparison.Ordinal);
        Assert.Contains("No se transmiti", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>M", text, StringComparison.Ordinal);
        Assert.Equal(2, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectId == id.ToString())));

        // What comes later stands beside it: the package is the same bytes.
        await MustAsync(HttpStatusCode.Redirect, clara.SubmitAsync(page, "form[action$='handler=Note']", ("note", "Después.")));
        Assert.Null((await clara.PageAsync($"{page}/edit")).QuerySelector("#Input_VictimName"));
        await MustAsync(HttpStatusCode.Redirect, clara.SubmitAsync($"{page}/edit", ("Input.Priority", "urgente")));
        Assert.Equal((CasePriority.Urgent, "Rosa <b>Méndez</b>"), await app.InDbAsync(db => db.Set<Case>().Where(c => c.Id == id).Select(c => new ValueTuple<CasePriority, string>(c.Priority, c.VictimName!)).SingleAsync()));
        Assert.Equal(bytes, await clara.GetByteArrayAsync($"{page}/package/json"));
        await MustAsync(HttpStatusCode.Redirect, MoveAsync(clara, page, "resuelto"));
        await MustAsync(HttpStatusCode.Redirect, MoveAsync(clara, page, "archivado"));
        Assert.Null((await clara.PageAsync(page)).QuerySelector("main form"));
        Assert.Contains("Línea dos", (await clara.PageAsync($"{page}/print")).QuerySelector("article")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_of_a_case_is_reported_from_it_and_what_that_writes_belongs_to_it()
    {
        const string Report = "form[action$='handler=Report']";
        var (maria, page) = await OpenAsync(World.Maria);
        var shop = await Shop.OpenAsync(app);
        var payments = new List<string>();
        foreach (var n in (int[])[1, 2])
        {
            payments.Add((await shop.AssessAsync($$"""{"amount":9900,"currency":"MXN","email":"robada{{n}}@compra.example","order_id":"robada-{{n}}","device":{"ip":"187.190.1.{{n}}"} }""")).MustBeGood().Id);
            await MustAsync(HttpStatusCode.Redirect, maria.SubmitAsync(page, "form[action$='handler=Link']", ("assessment", payments[^1])));
        }
        await MustAsync(HttpStatusCode.UnprocessableEntity, maria.SubmitAsync(page, Report, ("payment", payments[0])));
        await MustAsync(HttpStatusCode.Redirect, maria.SubmitAsync(page, Report, ("payment", payments[0]), ("reason", "account_takeover"), ("description", "La dueña lo avisó")));
        await app.InDbAsync(async db =>
        {
            var its = await db.Set<Case>().AsNoTracking().SingleAsync(c => c.Id == IdOf(page));
            var label = await db.Set<Label>().AsNoTracking().SingleAsync(l => l.Number == its.ReportLabel);
            Assert.Equal((LabelSource.FraudReport, "account_takeover", LabelChannel.Panel), (label.Source, label.Reason, label.Channel));
            var links = await db.Set<CaseLink>().Where(l => l.CaseId == its.Id).ToListAsync();
            Assert.Equal(label.Id, Assert.Single(links, l => l.Kind == CaseLinkKind.Label).Target);
            Assert.Equal(2, links.Count(l => l.Kind == CaseLinkKind.ListEntry));
            Assert.Equal(0, await db.Set<Case>().CountAsync(c => c.Origin == CaseOrigin.Report));
        });
        var shown = await maria.PageAsync(page);
        Assert.Equal([payments[1]], shown.QuerySelectorAll("#report-payment option").Select(o => o.GetAttribute("value")));
        Assert.Contains("robada1@compra.example", shown.QuerySelector("[aria-labelledby=entries]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains($"Reportó el pago {payments[0]} como fraude", shown.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        // The next payment of that address meets the report.
        Assert.Equal("decline", (await shop.AssessAsync("""{"amount":100,"currency":"MXN","email":"robada1@compra.example"}""")).MustBeGood().Json.GetProperty("decision").GetString());
        // One report has one case: the second opens its own.
        await MustAsync(HttpStatusCode.Redirect, maria.SubmitAsync(page, Report, ("reason", "other")));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<Case>().CountAsync(c => c.Origin == CaseOrigin.Report)));
        Assert.Null((await app.As(World.Clara).PageAsync(page)).QuerySelector(Report));
    }

    [Fact]
    public async Task A_file_is_kept_under_a_random_name_and_only_ever_downloaded()
    {
        var (maria, page) = await OpenAsync(World.Maria);
        var id = IdOf(page);
        await MustAsync(HttpStatusCode.Redirect, UploadAsync(maria, page, "../../../wwwroot/evil.pdf", Pdf));
        var file = await app.InDbAsync(db => db.Set<CaseFile>().SingleAsync(f => f.CaseId == id));
        var folder = app.Services.GetRequiredService<FileFolder>();
        Assert.Equal(("evil.pdf", "application/pdf", (long)Pdf.Length), (file.Name, file.ContentType, file.Size));
        Assert.Matches("^[0-9a-f]{32}$", file.StoredAs);
        Assert.Equal(Pdf, await File.ReadAllBytesAsync(Path.Combine(folder.Folder, file.StoredAs)));
        Assert.DoesNotContain("wwwroot", folder.Folder, StringComparison.Ordinal);

        var address = $"{page}/files/{file.Id}";
        using (var answer = await maria.GetAsync(address))
        {
            Assert.Equal(Pdf, await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal(("attachment", "evil.pdf", "application/pdf"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileName, answer.Content.Headers.ContentType!.MediaType));
            Assert.Equal(("nosniff", "no-store"), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.CacheControl!.ToString()));
        }
        await MustAsync(HttpStatusCode.OK, app.As(World.Victor).GetAsync(address));
        await MustAsync(HttpStatusCode.NotFound, maria.GetAsync($"/dashboard/cases/{Guid.NewGuid()}/files/{file.Id}"));
        await MustAsync(HttpStatusCode.NotFound, maria.GetAsync($"/{file.StoredAs}"));
        await File.WriteAllBytesAsync(Path.Combine(folder.Folder, file.StoredAs), [.. Pdf, 0x20]);
        await MustAsync(HttpStatusCode.NotFound, maria.GetAsync(address));
        Assert.Equal(2, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectId == id.ToString())));
    }

    [Fact]
    public async Task What_is_no_evidence_is_refused_and_leaves_nothing()
    {
        var (maria, page) = await OpenAsync(World.Maria);
        await MustAsync(HttpStatusCode.UnsupportedMediaType, UploadAsync(maria, page, "programa.exe", [0x4D, 0x5A, 0x90, 0x00]));
        await MustAsync(HttpStatusCode.UnsupportedMediaType, UploadAsync(maria, page, "foto.png", Pdf));
        await MustAsync(HttpStatusCode.UnsupportedMediaType, UploadAsync(maria, page, "pagina.html", "<script>alert(1)</script>"u8.ToArray()));
        await MustAsync(HttpStatusCode.UnprocessableEntity, UploadAsync(maria, page, "sin-extension", Pdf));
        await MustAsync(HttpStatusCode.UnprocessableEntity, UploadAsync(maria, page, "vacio.pdf", []));
        await MustAsync(HttpStatusCode.RequestEntityTooLarge, UploadAsync(maria, page, "enorme.pdf", [.. Pdf, .. new byte[10 << 20]]));
        Assert.Equal(0, await app.InDbAsync(db => db.Set<CaseFile>().CountAsync(f => f.CaseId == IdOf(page))));
    }

    [Fact]
    public async Task A_viewer_reads_and_exports_and_changes_nothing()
    {
        var (_, page) = await OpenAsync(World.Maria, ("Input.VictimName", "=cmd()"));
        var victor = app.As(World.Victor);
        var shown = await victor.PageAsync(page);
        Assert.Null(shown.QuerySelector("main form"));
        Assert.Null((await victor.PageAsync("/dashboard/cases")).QuerySelector("a[href$='/cases/new']"));
        var token = shown.QuerySelector("meta[name=antiforgery]")!.GetAttribute("content")!;
        foreach (var handler in (string[])["Move", "Assign", "Note", "File", "Link"])
            await MustAsync(HttpStatusCode.Forbidden, victor.PostAsync($"{page}?handler={handler}", new FormUrlEncodedContent(new Dictionary<string, string> { ["status"] = "en_revision", ["version"] = "1", ["note"] = "x", ["__RequestVerificationToken"] = token })));
        foreach (var closed in (string[])["/dashboard/cases/new", $"{page}/edit", $"{page}/submission"]) await MustAsync(HttpStatusCode.Forbidden, victor.GetAsync(closed));
        Assert.Equal(CaseStatus.Draft, await app.InDbAsync(db => db.Set<Case>().Where(c => c.Id == IdOf(page)).Select(c => c.Status).SingleAsync()));

        var audited = await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectKind == "cases"));
        using var csv = await victor.SubmitAsync("/dashboard/cases?incident=phishing", "form[action*='/cases/export']");
        var text = await csv.Content.ReadAsStringAsync();
        Assert.StartsWith("reference_number,status,", text.TrimStart('\uFEFF'), StringComparison.Ordinal);
        Assert.Contains("'=cmd()", text, StringComparison.Ordinal);
        Assert.Equal(audited + 1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectKind == "cases")));
    }

    [Fact]
    public async Task A_case_about_a_payment_begins_with_what_the_payment_says()
    {
        var shop = await Shop.OpenAsync(app);
        var id = (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"rosa@correo.example"}""")).MustBeGood().Id;
        var maria = app.As(World.Maria);
        var link = (await maria.PageAsync($"/dashboard/transactions/{id}")).QuerySelector("a[href*='/cases/new?assessment=']")!.GetAttribute("href")!;
        var form = await maria.PageAsync(link);
        Assert.Equal(("150.00", "MXN"), (form.QuerySelector("#Input_Amount")!.GetAttribute("value"), form.QuerySelector("#Input_Currency")!.GetAttribute("value")));
        using var answer = await maria.SubmitAsync(link, ("Input.Incident", "robo_identidad"));
        var page = answer.Headers.Location!.ToString();
        var shown = await maria.PageAsync(page);
        Assert.NotNull(shown.QuerySelector($"a[href='/dashboard/transactions/{id}']"));
        Assert.Equal(CaseOrigin.Row, await app.InDbAsync(db => db.Set<Case>().Where(c => c.Id == IdOf(page)).Select(c => c.Origin).SingleAsync()));

        var other = (await shop.AssessAsync("""{"amount":700,"currency":"MXN"}""")).MustBeGood().Id;
        await MustAsync(HttpStatusCode.Redirect, maria.SubmitAsync(page, "form[action$='handler=Link']", ("assessment", other)));
        await MustAsync(HttpStatusCode.UnprocessableEntity, maria.SubmitAsync(page, "form[action$='handler=Link']", ("assessment", Guid.NewGuid().ToString())));
        Assert.NotNull((await maria.PageAsync(page)).QuerySelector($"a[href='/dashboard/transactions/{other}']"));
    }

    [Fact]
    public async Task Whoever_comes_second_reads_a_sentence_and_the_list_shows_who_has_it()
    {
        var (maria, page) = await OpenAsync(World.Maria);
        var tomas = app.As(World.Tomas);
        using var before = await tomas.GetAsync(page);
        var late = await Form.ReadAsync(before, "form[data-move=en_revision]");
        var him = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Tomas.Email).Select(u => u.Id).SingleAsync());
        await MustAsync(HttpStatusCode.Redirect, maria.SubmitAsync(page, "form[action$='handler=Assign']", ("person", him.ToString())));
        using var refused = await tomas.PostAsync(late.Action, late.Content);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("Otra persona modificó antes", (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull((await tomas.PageAsync("/dashboard/cases?assigned=me&status=open")).QuerySelector($"#case-{IdOf(page)}"));
        Assert.Null((await maria.PageAsync("/dashboard/cases?assigned=me")).QuerySelector($"#case-{IdOf(page)}"));
        Assert.Null((await maria.PageAsync("/dashboard/cases?assigned=nobody")).QuerySelector($"#case-{IdOf(page)}"));
    }

    [Theory]
    [InlineData("Input.Incident", ""), InlineData("Input.Amount", "mil"), InlineData("Input.Amount", "10.123"), InlineData("Input.VictimEmail", "nadie"), InlineData("Input.IncidentDate", "2027-01-01"), InlineData("Input.Jurisdiction", "US"), InlineData("Input.DueOn", "mañana")]
    public async Task A_wrong_field_is_named(string field, string value)
    {
        await Shop.ReadyAsync(app);
        var maria = app.As(World.Maria);
        var fields = new List<(string, string)> { ("Input.Incident", "otro"), ("Input.Currency", "MXN") };
        fields.RemoveAll(f => f.Item1 == field);
        fields.Add((field, value));
        using var answer = await maria.SubmitAsync("/dashboard/cases/new", [.. fields]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains((await answer.HtmlAsync()).QuerySelectorAll(".invalid-feedback"), e => e.TextContent.Trim().Length > 0);
    }
}
