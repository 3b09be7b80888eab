using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Disputes;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Settings;

public sealed class FileLimitsTests : IAsyncLifetime
{
    private const string Page = "/dashboard/settings/files";
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n"), Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private async Task<HttpResponseMessage> SaveAsync(params (string Field, string Value)[] fields)
    {
        var ines = app.As(World.Ines);
        var token = (await Form.ReadAsync(await ines.GetAsync(Page), "#files-form"))["__RequestVerificationToken"];
        return await ines.PostAsync(Page, new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(f => new KeyValuePair<string, string>(f.Field, f.Value))]));
    }

    private static async Task<(HttpStatusCode Status, string? Said)> AttachAsync(HttpClient browser, string page, string name, byte[] bytes)
    {
        var form = await Form.ReadAsync(await browser.GetAsync(page), "form[action$='handler=File']");
        using var content = new MultipartFormDataContent { { new StringContent(form["__RequestVerificationToken"]), "__RequestVerificationToken" } };
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Add(file, "upload", name);
        using var answer = await browser.PostAsync(form.Action, content);
        return (answer.StatusCode, (await answer.HtmlAsync()).QuerySelector("[role=alert]")?.TextContent.Trim());
    }

    private async Task<string> CaseAsync(HttpClient browser)
    {
        await Api.Shop.ReadyAsync(app);
        using var answer = await browser.SubmitAsync("/dashboard/cases/new", ("Input.Incident", "phishing"));
        return answer.Headers.Location!.ToString();
    }

    [Fact]
    public async Task What_an_admin_sets_holds_at_once_for_cases_and_disputes_and_each_refusal_names_its_limit()
    {
        var maria = app.As(World.Maria);
        var (its, dispute) = (await CaseAsync(maria), $"/dashboard/disputes/{(await Counter.OpenAsync(app, null)).Id}");
        Assert.Equal((HttpStatusCode.Redirect, null), await AttachAsync(maria, its, "antes.png", Png));
        Assert.Equal(HttpStatusCode.Redirect, (await SaveAsync(("Cases.Megabytes", "1"), ("Cases.Files", "2"), ("Cases.Kinds", "Pdf"), ("Cases.Kinds", "Text"), ("Disputes.Megabytes", "2"), ("Disputes.Files", "1"), ("Disputes.Kinds", "Png"))).StatusCode);

        Assert.Contains("PDF, texto simple; como máximo 1.0 MB cada uno, y 2 archivos", (await maria.PageAsync(its)).QuerySelector("#upload-hint")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(".pdf,.txt,.csv,.eml,.log", (await maria.PageAsync(its)).QuerySelector("#upload")!.GetAttribute("accept"));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "El archivo pesa más de 1.0 MB."), await AttachAsync(maria, its, "grande.pdf", [.. Pdf, .. new byte[1 << 20]]));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "El archivo es de un tipo que aquí no se acepta: PDF, texto simple."), await AttachAsync(maria, its, "foto.png", Png));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "El archivo no es lo que indica la terminación de su nombre."), await AttachAsync(maria, its, "foto.txt", Pdf));
        Assert.Equal((HttpStatusCode.Redirect, null), await AttachAsync(maria, its, "dos.pdf", Pdf));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Ya hay 2 archivos y no se aceptan más."), await AttachAsync(maria, its, "tres.pdf", Pdf));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "El archivo es de un tipo que aquí no se acepta: PNG."), await AttachAsync(maria, dispute, "recibo.pdf", Pdf));
        Assert.Equal((HttpStatusCode.Redirect, null), await AttachAsync(maria, dispute, "recibo.png", Png));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Ya hay 1 archivos y no se aceptan más."), await AttachAsync(maria, dispute, "otro.png", Png));

        var told = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.SettingChanged && e.SubjectId == "files"));
        Assert.Equal(World.Ines.Name, told.ActorName);
        Assert.Contains("10", told.Before!, StringComparison.Ordinal);
        // The same again is no change.
        await SaveAsync(("Cases.Megabytes", "1"), ("Cases.Files", "2"), ("Cases.Kinds", "Text"), ("Cases.Kinds", "Pdf"), ("Disputes.Megabytes", "2"), ("Disputes.Files", "1"), ("Disputes.Kinds", "Png"));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.SettingChanged)));
    }

    [Theory]
    [InlineData("Cases.Megabytes", "26", "Cases-megabytes-wrong", "1 a 25"), InlineData("Cases.Megabytes", "mucho", "Cases-megabytes-wrong", "1 a 25"), InlineData("Disputes.Files", "0", "Disputes-files-wrong", "1 a 500"), InlineData("Disputes.Kinds", "Text", "Disputes-kinds-wrong", "al menos uno")]
    public async Task What_no_server_can_keep_is_refused_at_its_field(string field, string value, string place, string says)
    {
        var fields = new Dictionary<string, string> { ["Cases.Megabytes"] = "1", ["Cases.Files"] = "2", ["Cases.Kinds"] = "Pdf", ["Disputes.Megabytes"] = "2", ["Disputes.Files"] = "1", ["Disputes.Kinds"] = "Png", [field] = value };
        var answer = await SaveAsync([.. fields.Select(f => (f.Key, f.Value))]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(says, (await answer.HtmlAsync()).GetElementById(place)!.TextContent, StringComparison.Ordinal);
        Assert.Equal(new FileSettings().Cases.MostBytes, (await app.InDbAsync(db => FileSettings.LoadAsync(db, default))).Cases.MostBytes);
    }

    [Fact]
    public async Task Only_who_sets_the_panel_sets_them()
    {
        foreach (var person in (Person[])[World.Maria, World.Clara, World.Victor]) Assert.Equal(HttpStatusCode.Forbidden, (await app.As(person).GetAsync(Page)).StatusCode);
    }
}
