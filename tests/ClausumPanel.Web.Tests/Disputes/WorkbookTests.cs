using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Tests.Support;
using ClosedXML.Excel;

namespace ClausumPanel.Web.Tests.Disputes;

public sealed class WorkbookTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static readonly string[] Sheets =
    [
        "1 Summary", "2 Eligibility", "3 Matching payments", "4 Transaction", "5 Customer", "6 Timeline", "7 Device and IP", "8 Delivery and access", "9 Communication", "10 Accepted policies", "11 Risk record", "12 Field map", "13 Attachments", "14 Audit",
    ];

    private async Task<Dispute> QualifiedAsync(string who, Action<JsonObject>? change = null)
    {
        await Counter.PayAsync(app, 160, who: who);
        await Counter.PayAsync(app, 250, who: who);
        var dispute = await Counter.OpenAsync(app, await Counter.PayAsync(app, 9, change, who), i => i with { Notes = "Solo para nosotros", Arn = "74567890123456789012345", ExternalId = $"dp_{who}" });
        await Counter.FactAsync(app, dispute, FactKind.Delivery, ("carrier", "Estafeta"), ("delivered_at", "2026-11-18T10:00:00Z"), ("delivery_address", "Avenida Reforma #222, colonia Juarez, 06600 CDMX"));
        return dispute;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient browser, Dispute dispute, string copy = "house", string language = "en", string format = "xlsx")
    {
        var form = await Form.ReadAsync(await browser.GetAsync($"/dashboard/disputes/{dispute.Id}"), "form[action$='/workbook']");
        (form["copy"], form["language"]) = (copy, language);
        return await browser.PostAsync(form.Action, new FormUrlEncodedContent([.. await PairsAsync(form), new("format", format)]));
    }

    private static async Task<IEnumerable<KeyValuePair<string, string>>> PairsAsync(Form form) =>
        (await form.Content.ReadAsStringAsync()).Split('&').Select(p => p.Split('=')).Select(p => new KeyValuePair<string, string>(WebUtility.UrlDecode(p[0]), WebUtility.UrlDecode(p[1])));

    private async Task<byte[]> ExportAsync(Dispute dispute, Person? person = null, string copy = "house", string language = "en")
    {
        var answer = await AskAsync(app.As(person ?? World.Clara), dispute, copy, language);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(WorkbookFile.ContentType, answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    internal static XLWorkbook Opened(byte[] bytes) => new(new MemoryStream(bytes));

    private static string Value(XLWorkbook book, int sheet, string field) => book.Worksheet(sheet).CellsUsed().First(c => c.GetString() == field).CellRight().GetString();

    private static IEnumerable<string> Texts(XLWorkbook book) => book.Worksheets.SelectMany(w => w.CellsUsed()).Select(c => c.GetString());

    /// <summary>What must hold of every part of every file.</summary>
    internal static void MustBeHarmless(byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.DoesNotContain(zip.Entries, e => e.FullName.Contains("externalLink", StringComparison.OrdinalIgnoreCase) || e.FullName.Contains("vba", StringComparison.OrdinalIgnoreCase) || e.FullName.Contains("connections", StringComparison.OrdinalIgnoreCase));
        foreach (var entry in zip.Entries)
        {
            Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime);
            using var stream = entry.Open();
            var part = XDocument.Load(stream);         // every part is well-formed XML
            Assert.DoesNotContain(part.Descendants(), e => e.Name.LocalName is "f" or "hyperlink" or "externalReference" or "calculatedColumnFormula");
            Assert.DoesNotContain(part.Descendants(), e => (string?)e.Attribute("TargetMode") == "External");
            var columns = part.Descendants().Where(e => e.Name.LocalName == "col").Select(e => (int)e.Attribute("min")!).ToList();
            Assert.Equal(columns.Order(), columns);            // Excel offers to repair a file in which they are not
        }
    }

    [Fact]
    public async Task Fourteen_sheets_say_what_is_known_in_either_language()
    {
        var dispute = await QualifiedAsync("hojas");
        using var book = Opened(await ExportAsync(dispute));
        Assert.Equal(Sheets, book.Worksheets.Select(w => w.Name));
        Assert.Equal(dispute.Code, Value(book, 1, "Dispute"));
        Assert.Equal("Visa Compelling Evidence 3.0: Qualified", Value(book, 1, "Eligibility"));
        Assert.Equal("not recorded", Value(book, 4, "Authorization code"));
        Assert.Equal(["Disputed payment", "Earlier payment 1", "Earlier payment 2"], book.Worksheet(3).Tables.First().DataRange.Rows().Select(r => r.Cell(1).GetString()));
        Assert.Contains(Texts(book), t => t.Contains("Estafeta", StringComparison.Ordinal));
        Assert.Equal("Yes", book.Worksheet(8).Tables.First().DataRange.Row(1).Cell(8).GetString());
        using var spanish = Opened(await ExportAsync(dispute, language: "es"));
        Assert.Equal("1 Resumen", spanish.Worksheet(1).Name);
        Assert.Equal("Visa Compelling Evidence 3.0: Califica", Value(spanish, 1, "Elegibilidad"));
        Assert.DoesNotContain("not recorded", Texts(spanish));
    }

    [Fact]
    public async Task Numbers_are_numbers_dates_are_dates_and_ids_are_texts()
    {
        var dispute = await QualifiedAsync("tipos");
        using var book = Opened(await ExportAsync(dispute));
        var amount = book.Worksheet(1).CellsUsed().First(c => c.GetString() == "Amount disputed").CellRight();
        Assert.Equal((XLDataType.Number, 450.0), (amount.DataType, amount.GetDouble()));
        Assert.Equal("MXN", amount.CellRight(2).GetString());
        var received = book.Worksheet(1).CellsUsed().First(c => c.GetString() == "Received").CellRight();
        Assert.Equal((XLDataType.DateTime, dispute.ReceivedAt.UtcDateTime), (received.DataType, received.GetDateTime()));
        Assert.Equal(dispute.ReceivedAt.UtcDateTime.AddHours(-6), received.CellRight().GetDateTime());
        var arn = book.Worksheet(1).CellsUsed().First(c => c.GetString() == "ARN").CellRight();
        Assert.Equal((XLDataType.Text, "74567890123456789012345"), (arn.DataType, arn.GetString()));
        // The three payments add up to what the database has.
        var rows = book.Worksheet(3).Tables.First().DataRange.Rows().ToList();
        Assert.Equal(3 * 450.0, rows.Sum(r => r.Cell(8).GetDouble()));
        Assert.Equal([151, 241], rows.Skip(1).Select(r => (int)r.Cell(6).GetDouble()));
    }

    [Fact]
    public async Task It_prints_on_A4_with_the_head_on_every_page()
    {
        using var book = Opened(await ExportAsync(await QualifiedAsync("imprime")));
        foreach (var sheet in book.Worksheets)
        {
            Assert.Equal(XLPaperSize.A4Paper, sheet.PageSetup.PaperSize);
            Assert.True(sheet.PageSetup.FirstRowToRepeatAtTop > 0, sheet.Name);
            Assert.True(sheet.SheetView.SplitRow > 0, sheet.Name);
            Assert.Contains("&P", sheet.PageSetup.Footer.GetText(XLHFOccurrence.OddPages), StringComparison.Ordinal);
            Assert.NotEmpty(sheet.Tables);
        }
        Assert.Equal((XLPageOrientation.Portrait, XLPageOrientation.Landscape), (book.Worksheet(1).PageSetup.PageOrientation, book.Worksheet(3).PageSetup.PageOrientation));
    }

    [Fact]
    public async Task The_strongest_facts_point_to_where_they_stand()
    {
        using var book = Opened(await ExportAsync(await QualifiedAsync("senala")));
        var facts = book.Worksheet(1).Tables.First(t => t.Name == "StrongestFacts").DataRange.Rows().ToList();
        var delivered = facts.Single(r => r.Cell(2).GetString() == "Delivered, with a date");
        Assert.Equal("8 Delivery and access", delivered.Cell(3).GetString());
        Assert.Equal("Estafeta", book.Worksheet(8).Row((int)delivered.Cell(4).GetDouble()).Cell(4).GetString());
    }

    [Fact]
    public async Task What_people_write_arrives_as_harmless_text()
    {
        string[] evil = ["=CMD|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://mala.example\",\"x\")", "_x003D_1+1", "mitad \uD83D de un emoji", "😀 emoji 👩‍👩‍👧", "مرحبا שלום", "vuelta \u202E atrás", "campana \a y nulo", "<b>&amp;</b>", "4111 1111 1111 1111"];
        var dispute = await QualifiedAsync("malo", p => ((JsonObject)p["metadata"]!)["customer_name"] = "=1+1");
        foreach (var text in evil) await Counter.FactAsync(app, dispute, FactKind.Communication, ("contact_at", "2026-11-19T10:00:00Z"), ("contact_gist", text));
        await Counter.FactAsync(app, dispute, FactKind.Policy, ("policy_name", "Larga"), ("policy_text", new string('ñ', 20_000)), ("policy_shown_where", "=2+2"));
        var bytes = await ExportAsync(dispute);
        MustBeHarmless(bytes);
        using var book = Opened(bytes);
        Assert.DoesNotContain(book.Worksheets.SelectMany(w => w.CellsUsed()), c => c.HasFormula);
        var gists = book.Worksheet(9).Tables.First().DataRange.Rows().Select(r => r.Cell(7).GetString()).ToHashSet();
        foreach (var kept in evil.Where(t => t[0] is '=' or '+' or '-' or '@' || t.Contains("emoji 👩", StringComparison.Ordinal) || t.Contains("مرحبا", StringComparison.Ordinal) || t.StartsWith('<'))) Assert.Contains(kept, gists);
        Assert.Contains("mitad \uFFFD de un emoji", gists);
        Assert.Contains("vuelta  atrás", gists);
        Assert.Contains("campana \u2407 y nulo", gists);
        Assert.Contains("4111 11** **** 1111", gists);
        var formula = book.Worksheet(9).CellsUsed().First(c => c.GetString() == evil[0]);
        Assert.Equal((XLDataType.Text, true), (formula.DataType, formula.Style.IncludeQuotePrefix));
        Assert.Equal("=1+1", Value(book, 5, "Customer's name"));
        // Excel reads _x003D_ as the character of that number, so its first underscore is written as one.
        using var zip = new ZipArchive(new MemoryStream(bytes));
        using var strings = new StreamReader(zip.GetEntry("xl/sharedStrings.xml")!.Open());
        Assert.Contains(">_x005F_x003D_1+1<", await strings.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_forty_thousand_characters_goes_on_in_the_next_row()
    {
        var text = string.Concat(Enumerable.Range(0, 8_000).Select(i => i.ToString("D5", CultureInfo.InvariantCulture)));
        var table = new EvidenceTable("Long", null, [new("A"), new("B")], [["one", text], ["two", "short"]]);
        table.Split("(continued)");
        Assert.Equal(["one", "(continued)", "two"], table.Rows.Select(r => r[0].Text));
        Assert.Equal(text, table.Rows[0][1].Text + table.Rows[1][1].Text);
        var sheet = new EvidenceSheet(1, "long", "Long", IsLandscape: true);
        sheet.Tables.Add(table);
        using var book = Opened(WorkbookFile.Write([sheet], "Long", TestClock.Start, "Page {0} of {1}"));
        Assert.Equal(text, book.Worksheet(1).Cell(sheet.RowOf(0, 0), 2).GetString() + book.Worksheet(1).Cell(sheet.RowOf(0, 1), 2).GetString());
        Assert.Equal("short", book.Worksheet(1).Cell(sheet.RowOf(0, 2), 2).GetString());
    }

    [Fact]
    public async Task The_same_data_are_the_same_bytes_and_the_audit_log_has_their_hash()
    {
        var dispute = await QualifiedAsync("igual");
        var (one, two) = (await ExportAsync(dispute), await ExportAsync(dispute));
        Assert.Equal(Convert.ToHexString(one), Convert.ToHexString(two));
        MustBeHarmless(one);
        var trail = (await Counter.TrailAsync(app, AuditActions.Exported)).Where(e => e.SubjectId == dispute.Code).ToList();
        Assert.Equal(2, trail.Count);
        var after = JsonDocument.Parse(trail[0].After!).RootElement;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(one)), after.GetProperty("sha256").GetString());
        using var book = Opened(one);
        Assert.Equal(book.Worksheets.SelectMany(w => w.Tables).Sum(t => t.DataRange.RowCount()), after.GetProperty("rows").GetInt32());
        await Counter.FactAsync(app, dispute, FactKind.Checks, ("cvv_result", "match"));
        Assert.NotEqual(Convert.ToHexString(one), Convert.ToHexString(await ExportAsync(dispute)));
    }

    [Fact]
    public async Task A_copy_for_the_bank_tells_no_scores_notes_or_names()
    {
        var dispute = await QualifiedAsync("banco");
        using var house = Opened(await ExportAsync(dispute));
        using var bank = Opened(await ExportAsync(dispute, copy: "bank"));
        Assert.Contains("Solo para nosotros", Texts(house));
        Assert.Contains(Texts(house), t => t.Contains("score", StringComparison.Ordinal));
        Assert.DoesNotContain(Texts(bank), t => t.Contains("Solo para nosotros", StringComparison.Ordinal) || t.Contains(World.Clara.Name, StringComparison.Ordinal) || t.Contains("score ", StringComparison.Ordinal));
        Assert.Equal(Sheets, bank.Worksheets.Select(w => w.Name));
        Assert.Contains(Texts(bank), t => t == "Left out of copies that leave the house.");
    }

    [Fact]
    public async Task Pages_to_print_have_the_four_sheets_that_a_bank_reads()
    {
        var dispute = await QualifiedAsync("papel");
        var answer = await AskAsync(app.As(World.Clara), dispute, copy: "bank", format: "print");
        var page = await answer.HtmlAsync();
        Assert.Equal(["1 Summary", "3 Matching payments", "6 Timeline", "8 Delivery and access"], page.QuerySelectorAll(".print-sheet > h1").Select(h => h.TextContent.Trim()));
        Assert.Contains("Estafeta", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("\"format\":\"print\"", (await Counter.TrailAsync(app, AuditActions.Exported)).First(e => e.SubjectId == dispute.Code).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_payment_a_workbook_says_so_and_invents_nothing()
    {
        var dispute = await Counter.OpenAsync(app, null, i => i with { Scheme = CardScheme.Amex, ReasonCode = "F29" });
        var bytes = await ExportAsync(dispute);
        MustBeHarmless(bytes);
        using var book = Opened(bytes);
        Assert.Equal(14, book.Worksheets.Count);
        Assert.Contains("The payment was not found among those assessed here.", Texts(book));
        Assert.Equal("not recorded", Value(book, 1, "Customer"));
        Assert.Equal($"dispute_{dispute.Code}_amex_F29_20261124.xlsx", EvidenceSheets.FileName(dispute, new DateOnly(2026, 11, 24)));
    }
}
