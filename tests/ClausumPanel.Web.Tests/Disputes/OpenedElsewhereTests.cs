using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Xml;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Support;
using ClosedXML.Excel;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>The workbooks as another program reads them, which knows nothing of the one that wrote them.</summary>
public sealed class OpenedElsewhereTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static readonly string[] Hostile = ["=CMD|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://mala.example\",\"x\")", "_x003D_1+1", "😀 emoji 👩‍👩‍👧", "مرحبا שלום", "<b>&amp;</b>", "dos\nlíneas"];

    private static string Script([CallerFilePath] string test = "") => Path.Combine(Path.GetDirectoryName(test)!, "open_workbook.py");

    /// <summary>What the other program says is in it; it ends with an error where it finds something to mend, a formula, a link or a macro.</summary>
    private static async Task<JsonElement> OpenAsync(byte[] bytes)
    {
        var file = Path.Combine(Path.GetTempPath(), $"clausumpanel-{Guid.NewGuid():N}.xlsx");
        await File.WriteAllBytesAsync(file, bytes);
        try
        {
            using var opening = Process.Start(new ProcessStartInfo(OpenpyxlFactAttribute.Python, [Script(), file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (said, wrong) = (opening.StandardOutput.ReadToEndAsync(), opening.StandardError.ReadToEndAsync());
            await opening.WaitForExitAsync();
            Assert.True(opening.ExitCode == 0, await wrong);
            return JsonDocument.Parse(await said).RootElement;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<Dispute> HostileAsync()
    {
        var dispute = await Counter.OpenAsync(app, await Counter.PayAsync(app, 9, who: "otro"), i => i with { ExternalId = Hostile[0] + Guid.NewGuid().ToString("N"), Notes = Hostile[4], Descriptor = Hostile[1], OrderId = Hostile[3] });
        foreach (var text in Hostile) await Counter.FactAsync(app, dispute, FactKind.Communication, ("contact_at", "2026-11-19T10:00:00Z"), ("contact_gist", text));
        return dispute;
    }

    private static void MustHoldTheSame(byte[] bytes, JsonElement read)
    {
        using var book = WorkbookTests.Opened(bytes);
        Assert.Equal(book.Worksheets.Select(w => w.Name), read.EnumerateObject().Select(s => s.Name));
        foreach (var page in book.Worksheets)
        {
            var sheet = read.GetProperty(page.Name);
            var cells = sheet.GetProperty("cells");
            Assert.Equal(page.CellsUsed().Where(c => c.GetString().Length > 0).Select(c => c.Address.ToString()).Order(), cells.EnumerateObject().Select(c => c.Name).Order());
            // The library that wrote it takes a mark such as _x003D_ for the character of that number when it reads, escaped or not.
            foreach (var cell in page.CellsUsed().Where(c => c.DataType == XLDataType.Text && c.GetString().Length > 0))
                Assert.Equal(("s", cell.GetString()), (cells.GetProperty(cell.Address.ToString()!)[0].GetString(), XmlConvert.DecodeName(cells.GetProperty(cell.Address.ToString()!)[1].GetString())));
            foreach (var cell in page.CellsUsed().Where(c => c.DataType == XLDataType.Number)) Assert.Equal(cell.GetDouble(), double.Parse(cells.GetProperty(cell.Address.ToString()!)[1].GetString()!, CultureInfo.InvariantCulture));
            Assert.All(page.CellsUsed().Where(c => c.DataType == XLDataType.DateTime), c => Assert.Equal("d", cells.GetProperty(c.Address.ToString()!)[0].GetString()));
            Assert.Equal((9, page.Tables.Count()), (int.Parse(sheet.GetProperty("paper").ToString(), CultureInfo.InvariantCulture), sheet.GetProperty("tables").GetArrayLength()));
            Assert.NotEqual(JsonValueKind.Null, sheet.GetProperty("freeze").ValueKind);
        }
    }

    [OpenpyxlFact]
    public async Task The_evidence_of_one_dispute_opens_with_nothing_to_mend_and_every_text_as_text()
    {
        var dispute = await HostileAsync();
        await using var scope = app.Services.CreateAsyncScope();
        var file = await scope.ServiceProvider.GetRequiredService<ReadEvidence>().OfAsync(dispute, CancellationToken.None);
        var T = scope.ServiceProvider.GetRequiredService<Texts>();
        foreach (var outward in (bool[])[false, true])
        {
            var bytes = WorkbookFile.Write(EvidenceSheets.Of(file, new EvidenceLayout(TimeZoneInfo.Utc, outward, "María", new DateOnly(2026, 11, 24)), T), dispute.Code, file.DataAt, "Page {0} of {1}");
            var read = await OpenAsync(bytes);
            MustHoldTheSame(bytes, read);
            var texts = read.EnumerateObject().SelectMany(s => s.Value.GetProperty("cells").EnumerateObject()).Select(c => c.Value[1].GetString()).ToHashSet();
            Assert.All(Hostile, text => Assert.Contains(text, texts));
        }
    }

    [OpenpyxlFact]
    public async Task The_workbook_of_all_open_disputes_opens_with_nothing_to_mend_and_every_text_as_text()
    {
        var dispute = await HostileAsync();
        for (var i = 0; i < 60; i++) await Counter.OpenAsync(app, null, d => d with { ExternalId = Hostile[i % 5] + Guid.NewGuid().ToString("N"), OrderId = Hostile[i % Hostile.Length], Amount = 1_000 + i });
        await using var scope = app.Services.CreateAsyncScope();
        var (bytes, rows, _) = await scope.ServiceProvider.GetRequiredService<BatchWorkbook>().MakeAsync(new EvidenceLayout(TimeZoneInfo.Utc, Outward: false, "", new DateOnly(2026, 11, 24)), new BatchProgress(), CancellationToken.None);
        var read = await OpenAsync(bytes);
        MustHoldTheSame(bytes, read);
        var sheet = read.EnumerateObject().Single().Value.GetProperty("cells").EnumerateObject().ToList();
        Assert.True(rows > 60);
        Assert.Contains(sheet, c => c.Value[1].GetString() == dispute.ExternalId && c.Value[0].GetString() == "s");
        Assert.Contains(sheet, c => c.Value[1].GetString() == Hostile[3]);
    }
}
