using System.Net;
using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Tests.Disputes;
using ClausumPanel.Web.Tests.Support;
using ClosedXML.Excel;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Plumbing;

/// <summary>A panel that has something of everything, and how each file of it is asked for.</summary>
internal static class ExportWays
{
    private const string Root = "/dashboard";
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj << /Type /Page >> endobj");

    public static async Task<IReadOnlyList<ExportWay>> OfAsync(PanelApp app)
    {
        var ines = await Browser.OfAsync(app, World.Ines);
        for (var days = 1; days <= 3; days++) await Counter.PayAsync(app, days, who: "exporta");
        var dispute = await Counter.OpenAsync(app, await Counter.PayAsync(app, 9, who: "exporta"));
        await SentAsync(ines.PostAsync($"{Root}/protection/blocklists/new", ("Input.Type", "email"), ("Input.Value", "malo@compra.example"), ("Input.Severity", "block"), ("Input.Scope", "both"), ("Input.Reason", "Visto")));
        await SentAsync(ines.PostAsync($"{Root}/protection/lists/new", ("Input.Name", "vip"), ("Input.Kind", "text")));
        var (caseId, caseFile) = await CaseAsync(app, ines);
        var (attachment, batch) = (await AttachAsync(app, ines, dispute), await BatchAsync(app, ines));
        var (preview, run, export) = (await ImportAsync(ines), await SimulationAsync(app, ines), await TransactionsAsync(app));
        List<ExportWay> ways =
        [
            new($"{Root}/audit/export", $"{Root}/audit/export", Lines),
            new($"{Root}/cases/export", $"{Root}/cases/export", Lines),
            new($"{Root}/cases/{{id:guid}}/files/{{file:guid}}", $"{Root}/cases/{caseId}/files/{caseFile}", One, IsPost: false),
            new($"{Root}/cases/{{id:guid}}/package/{{form}}", $"{Root}/cases/{caseId}/package/json", Entries, IsPost: false),
            new($"{Root}/cases/{{id:guid}}/package/{{form}}", $"{Root}/cases/{caseId}/package/html", _ => Entries(Package(app, caseId)), IsPost: false),
            new($"{Root}/disputes/batches/{{id:guid}}", $"{Root}/disputes/batches/{batch}?handler=File", TableRows),
            new($"{Root}/disputes/{{id:guid}}/files/{{row:guid}}", $"{Root}/disputes/{dispute.Id}/files/{attachment}", One, IsPost: false),
            new($"{Root}/disputes/{{id:guid}}/workbook", $"{Root}/disputes/{dispute.Id}/workbook", TableRows, Fields: [("copy", "house"), ("language", "es"), ("format", "xlsx")]),
            new($"{Root}/disputes/{{id:guid}}/workbook", $"{Root}/disputes/{dispute.Id}/workbook", TableRows, Fields: [("copy", "bank"), ("language", "en"), ("format", "xlsx")]),
            new($"{Root}/protection/blocklists/export", $"{Root}/protection/blocklists/export", Lines),
            new($"{Root}/protection/blocklists/import/{{id:guid}}/lines", $"{Root}/protection/blocklists/import/{preview}/lines", Lines, IsPost: false),
            new($"{Root}/protection/export", $"{Root}/protection/export", Lines),
            new($"{Root}/protection/file/export", $"{Root}/protection/file/export?version=1", Settings),
            new($"{Root}/protection/lists/{{name}}/export", $"{Root}/protection/lists/vip/export", Lines),
            new($"{Root}/protection/programmes/export", $"{Root}/protection/programmes/export", Lines),
            new($"{Root}/protection/quality/export", $"{Root}/protection/quality/export", Lines),
            new($"{Root}/reviews/quality/export", $"{Root}/reviews/quality/export", Lines),
            new($"{Root}/service/export", $"{Root}/service/export", Lines),
            // Four tables, each with its line of names.
            new($"{Root}/simulation/previews/{{id:guid}}/export", $"{Root}/simulation/previews/{run}/export", bytes => Lines(bytes) - 3, Fields: [("format", "csv")]),
            new($"{Root}/simulation/previews/{{id:guid}}/export", $"{Root}/simulation/previews/{run}/export", SheetRows, Fields: [("format", "xlsx")]),
            new($"{Root}/transactions/alerts/export", $"{Root}/transactions/alerts/export", Lines),
            new($"{Root}/transactions/behavior/export", $"{Root}/transactions/behavior/export", Lines),
            new($"{Root}/transactions/export/{{id:guid?}}", $"{Root}/transactions/export", Lines, Fields: [("format", "csv")]),
            new($"{Root}/transactions/export/{{id:guid?}}", $"{Root}/transactions/export", SheetRows, Fields: [("format", "xlsx")]),
            new($"{Root}/transactions/export/{{id:guid?}}", $"{Root}/transactions/export/{export}?handler=File", Lines, IsPost: false),
            .. ((string[])["tiles", "decisions", "scores", "countries", "signals", "latency"]).Select(chart => new ExportWay($"{Root}/panel/export", $"{Root}/panel/export?chart={chart}", Lines)),
        ];
        return ways;
    }

    private static long One(byte[] bytes) => 1;

    /// <summary>Lines of a CSV file below its names.</summary>
    private static long Lines(byte[] bytes) => CsvLines.Read(Encoding.UTF8.GetString(bytes)).Count() - 1;

    private static long Entries(byte[] bytes) => JsonDocument.Parse(bytes).RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Array).Sum(m => m.Value.GetArrayLength());

    private static long Settings(byte[] bytes)
    {
        Assert.True(PolicyJson.TryRead(Encoding.UTF8.GetString(bytes), out var policy, out _));
        return policy.Limits.Count + policy.Signals.Count + policy.Rules.Count;
    }

    private static long TableRows(byte[] bytes)
    {
        using var book = WorkbookTests.Opened(bytes);
        return book.Worksheets.SelectMany(w => w.Tables).Sum(t => t.DataRange.RowCount());
    }

    /// <summary>Rows below the first of each sheet.</summary>
    private static long SheetRows(byte[] bytes)
    {
        using var book = WorkbookTests.Opened(bytes);
        return book.Worksheets.Sum(w => w.LastRowUsed().RowNumber() - 1);
    }

    private static byte[] Package(PanelApp app, Guid id) => app.InDbAsync(db => db.Set<CasePackage>().Where(p => p.CaseId == id).Select(p => p.Json).SingleAsync()).GetAwaiter().GetResult();

    private static async Task<string> SentAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}: {(await answer.HtmlAsync()).QuerySelector("main")?.TextContent}");
        return answer.Headers.Location!.ToString();
    }

    private static Task<string> UploadAsync(Browser browser, string address)
    {
        var content = new MultipartFormDataContent { { new StringContent(browser.Token), "__RequestVerificationToken" }, { new StringContent("receipt"), "category" } };
        content.Add(new ByteArrayContent(Pdf), "upload", "recibo.pdf");
        return SentAsync(browser.Client.PostAsync(address, content));
    }

    private static async Task<(Guid Id, Guid File)> CaseAsync(PanelApp app, Browser browser)
    {
        var page = await SentAsync(browser.Client.SubmitAsync($"{Root}/cases/new", ("Input.Incident", "phishing")));
        await UploadAsync(browser, $"{page}?handler=File");
        await SentAsync(browser.Client.SubmitAsync(page, "form[data-move=en_revision]"));
        await SentAsync(browser.Client.SubmitAsync($"{page}/submission"));
        var id = Guid.Parse(page.Split('/')[^1]);
        return (id, await app.InDbAsync(db => db.Set<CaseFile>().Where(f => f.CaseId == id).Select(f => f.Id).SingleAsync()));
    }

    private static async Task<Guid> AttachAsync(PanelApp app, Browser browser, Dispute dispute)
    {
        await UploadAsync(browser, $"{Root}/disputes/{dispute.Id}?handler=File");
        return await app.InDbAsync(db => db.Set<DisputeFile>().Where(f => f.DisputeId == dispute.Id).Select(f => f.Id).SingleAsync());
    }

    private static async Task<Guid> BatchAsync(PanelApp app, Browser browser)
    {
        var id = Guid.Parse((await SentAsync(browser.PostAsync($"{Root}/disputes/batches"))).Split('/')[^1]);
        while (await app.InDbAsync(db => db.Set<DisputeBatch>().AsNoTracking().SingleAsync(b => b.Id == id)) is { IsUnderWay: true }) await Task.Yield();
        return id;
    }

    private static async Task<string> ImportAsync(Browser browser) =>
        (await SentAsync(browser.Client.SubmitAsync($"{Root}/protection/blocklists/import", ("Lines", "uno@compra.example\n=dos@compra.example"), ("Input.Type", "email")))).Split('/')[^1];

    private static async Task<Guid> SimulationAsync(PanelApp app, Browser browser)
    {
        var id = Guid.Parse((await SentAsync(browser.Client.SubmitAsync($"{Root}/simulation/previews", "#preview-form", ("Input.Version", "1")))).Split('/')[^1]);
        while (await app.InDbAsync(db => db.Set<SimulationRun>().AsNoTracking().SingleAsync(r => r.Id == id)) is { IsUnderWay: true }) await Task.Yield();
        return id;
    }

    /// <summary>A long one, that is fetched when it is ready.</summary>
    private static async Task<Guid> TransactionsAsync(PanelApp app)
    {
        var owner = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Ines.Email).Select(u => u.Id).SingleAsync());
        var export = app.Services.GetRequiredService<Exports>().Start(owner, "csv", new AssessmentFilter(), [], AssessmentOrder.Newest, 4, TimeZoneInfo.Utc, new Texts());
        await export.Work;
        return export.Id;
    }
}
