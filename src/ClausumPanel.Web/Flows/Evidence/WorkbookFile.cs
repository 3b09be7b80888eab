using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ClosedXML.Excel;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheets as an Excel file: the same sheets are the same bytes.</summary>
public static partial class WorkbookFile
{
    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private const string Strings = "xl/sharedStrings.xml";

    /// <summary>The earliest a zip file can say.</summary>
    private static readonly DateTimeOffset Always = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="sheets">In their order.</param>
    /// <param name="title">Of the document.</param>
    /// <param name="at">When its data were last changed: the file says no other time.</param>
    /// <param name="pageWords">"Page {0} of {1}", for the foot of each printed page.</param>
    public static byte[] Write(IReadOnlyList<EvidenceSheet> sheets, string title, DateTimeOffset at, string pageWords)
    {
        using var packed = new MemoryStream();
        using (var book = new XLWorkbook())
        {
            foreach (var sheet in sheets) Add(book, sheet, title, pageWords);
            book.SaveAs(packed, validate: false);
        }
        packed.Position = 0;
        return Settle(packed, title, at);
    }

    private static void Add(XLWorkbook book, EvidenceSheet sheet, string title, string pageWords)
    {
        var page = book.AddWorksheet(SheetName(sheet));
        Put(page.Cell(1, 1), EvidenceCell.Of(sheet.Title));
        page.Cell(1, 1).Style.Font.SetBold().Font.SetFontSize(14);
        var row = 2;
        foreach (var note in sheet.Notes) Put(page.Cell(row++, 1), EvidenceCell.Of(note));
        row++;
        var width = Math.Max(1, sheet.Tables.Select(t => t.Columns.Count).DefaultIfEmpty(1).Max());
        for (var i = 0; i < sheet.Tables.Count; i++)
        {
            var table = sheet.Tables[i];
            if (table.Title is not null)
            {
                Put(page.Cell(row, 1), EvidenceCell.Of(table.Title));
                page.Cell(row++, 1).Style.Font.SetBold();
            }
            var head = row;
            for (var column = 0; column < table.Columns.Count; column++) Put(page.Cell(head, column + 1), EvidenceCell.Of(table.Columns[column].Title));
            row++;
            foreach (var cells in table.Rows)
            {
                for (var column = 0; column < cells.Length; column++) Put(page.Cell(row, column + 1), cells[column]);
                row++;
            }
            // A table of Excel has at least one row.
            if (table.Rows.Count > 0)
            {
                var made = page.Range(head, 1, row - 1, table.Columns.Count).CreateTable(table.Name);
                made.Theme = XLTableTheme.TableStyleLight1;
                made.ShowAutoFilter = false;
            }
            if (i == 0)
            {
                page.SheetView.FreezeRows(head);
                page.PageSetup.SetRowsToRepeatAtTop(head, head);
            }
            row++;
        }
        for (var column = 0; column < width; column++) page.Column(column + 1).Width = sheet.Tables.Where(t => t.Columns.Count > column).Select(t => t.Columns[column].Width).DefaultIfEmpty(60).Max();
        var setup = page.PageSetup;
        setup.PaperSize = XLPaperSize.A4Paper;
        setup.PageOrientation = sheet.IsLandscape ? XLPageOrientation.Landscape : XLPageOrientation.Portrait;
        setup.FitToPages(1, 0);
        setup.Header.Left.AddText(title.Replace("&", "&&", StringComparison.Ordinal));
        setup.Header.Right.AddText(sheet.Title.Replace("&", "&&", StringComparison.Ordinal));
        var words = pageWords.Split(["{0}", "{1}"], StringSplitOptions.None);
        setup.Footer.Center.AddText(words[0]);
        setup.Footer.Center.AddText(XLHFPredefinedText.PageNumber);
        setup.Footer.Center.AddText(words[1]);
        setup.Footer.Center.AddText(XLHFPredefinedText.NumberOfPages);
    }

    private static void Put(IXLCell cell, EvidenceCell value)
    {
        switch (value.Kind)
        {
            case CellKind.Empty: return;
            case CellKind.Text:
                cell.Style.Alignment.Vertical = XLAlignmentVerticalValues.Top;
                cell.SetValue(value.Text);
                cell.Style.Alignment.WrapText = true;
                // Whoever edits the cell keeps a text: this mark is what Excel sets itself for an apostrophe.
                if (value.Text!.TrimStart() is { Length: > 0 } text && text[0] is '=' or '+' or '-' or '@' || value.Text[0] is '\t' or '\n') cell.Style.IncludeQuotePrefix = true;
                return;
            case CellKind.Number:
                cell.Style.Alignment.Vertical = XLAlignmentVerticalValues.Top;
                cell.SetValue(value.Number);
                cell.Style.NumberFormat.Format = value.Digits == 0 ? "#,##0" : "#,##0." + new string('0', value.Digits);
                return;
            case CellKind.Moment:
                cell.Style.Alignment.Vertical = XLAlignmentVerticalValues.Top;
                cell.SetValue(value.Time);
                cell.Style.DateFormat.Format = "yyyy-mm-dd hh:mm:ss";
                return;
            case CellKind.Day:
                cell.Style.Alignment.Vertical = XLAlignmentVerticalValues.Top;
                cell.SetValue(value.Time);
                cell.Style.DateFormat.Format = "yyyy-mm-dd";
                return;
        }
    }

    /// <summary>"1 Summary": at most 31 characters, none that Excel refuses.</summary>
    private static string SheetName(EvidenceSheet sheet)
    {
        var name = Refused().Replace(sheet.Number > 0 ? $"{sheet.Number} {sheet.Title}" : sheet.Title, " ");
        return name.Length <= 31 ? name : name[..31];
    }

    /// <summary>
    /// Packs the parts anew: in the order of their names, with one time, with numbered relations and our own properties. The library gives some of these names by chance and writes the hour into them.
    /// </summary>
    private static byte[] Settle(Stream packed, string title, DateTimeOffset at)
    {
        var parts = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true))
        {
            foreach (var entry in zip.Entries)
            {
                using var reading = entry.Open();
                using var bytes = new MemoryStream();
                reading.CopyTo(bytes);
                parts[entry.FullName.TrimStart('/').Replace('\\', '/')] = bytes.ToArray();
            }
        }
        foreach (var name in parts.Keys.Where(n => n.EndsWith(".psmdcp", StringComparison.Ordinal) || n is "docProps/core.xml" or "docProps/app.xml").ToList()) parts.Remove(name);
        foreach (var name in parts.Keys.Where(n => n.EndsWith(".rels", StringComparison.Ordinal)).ToList()) Number(parts, name);
        // Excel wants columns in their order; the library writes them as they come.
        foreach (var name in parts.Keys.Where(n => n.StartsWith("xl/worksheets/", StringComparison.Ordinal) && n.EndsWith(".xml", StringComparison.Ordinal)).ToList())
        {
            parts[name] = Encoding.UTF8.GetBytes(Columns().Replace(Encoding.UTF8.GetString(parts[name]), found =>
                found.Groups[1].Value + string.Concat(Column().Matches(found.Groups[2].Value).OrderBy(c => int.Parse(c.Groups[1].Value, CultureInfo.InvariantCulture)).Select(c => c.Value)) + found.Groups[3].Value));
        }
        var stamp = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        parts["docProps/core.xml"] = Encoding.UTF8.GetBytes(
            """<?xml version="1.0" encoding="utf-8"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>"""
            + System.Security.SecurityElement.Escape(EvidenceCell.Clean(title)) + "</dc:title><dc:creator>ClausumPanel</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">" + stamp + "</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">" + stamp + "</dcterms:modified></cp:coreProperties>");
        // The library writes a character beyond the first 65,536 as the numbers of its two halves: Excel puts them together, other programs show them as they stand.
        if (parts.TryGetValue(Strings, out var strings)) parts[Strings] = Encoding.UTF8.GetBytes(Halves().Replace(Encoding.UTF8.GetString(strings), m => new string([(char)Convert.ToUInt16(m.Groups[1].Value, 16), (char)Convert.ToUInt16(m.Groups[2].Value, 16)])));
        parts["[Content_Types].xml"] = Encoding.UTF8.GetBytes(Types(Encoding.UTF8.GetString(parts["[Content_Types].xml"])));
        using var settled = new MemoryStream();
        using (var zip = new ZipArchive(settled, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in parts)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = Always;
                using var writing = entry.Open();
                writing.Write(bytes);
            }
        }
        return settled.ToArray();
    }

    /// <summary>Relations by what they are of and where they lead, numbered from 1, here and in the part that names them.</summary>
    private static void Number(SortedDictionary<string, byte[]> parts, string name)
    {
        var relations = Relation().Matches(Encoding.UTF8.GetString(parts[name])).Select(m => m.Value)
            .Select(r => (Id: Attribute(r, "Id"), Type: Attribute(r, "Type"), Target: Attribute(r, "Target"), Mode: Attribute(r, "TargetMode")))
            .Where(r => !r.Type.EndsWith("/core-properties", StringComparison.Ordinal) && !r.Type.EndsWith("/extended-properties", StringComparison.Ordinal))
            .OrderBy(r => r.Type, StringComparer.Ordinal).ThenBy(r => Padded(r.Target), StringComparer.Ordinal).ToList();
        var numbers = relations.Select((r, i) => (r.Id, New: string.Create(CultureInfo.InvariantCulture, $"rId{i + 1}"))).ToDictionary(p => p.Id, p => p.New, StringComparer.Ordinal);
        var text = new StringBuilder("""<?xml version="1.0" encoding="utf-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">""");
        foreach (var r in relations) text.Append(CultureInfo.InvariantCulture, $"<Relationship Type=\"{r.Type}\" Target=\"{r.Target}\"{(r.Mode.Length > 0 ? $" TargetMode=\"{r.Mode}\"" : "")} Id=\"{numbers[r.Id]}\" />");
        if (name == "_rels/.rels") text.Append("""<Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/docProps/core.xml" Id="rIdCore" />""");
        parts[name] = Encoding.UTF8.GetBytes(text.Append("</Relationships>").ToString());
        var source = name.Replace("_rels/", "", StringComparison.Ordinal)[..^".rels".Length];
        if (!parts.TryGetValue(source, out var part)) return;
        parts[source] = Encoding.UTF8.GetBytes(Reference().Replace(Encoding.UTF8.GetString(part), m => numbers.TryGetValue(m.Groups[2].Value, out var number) ? $"{m.Groups[1].Value}\"{number}\"" : m.Value));
    }

    private static string Types(string xml)
    {
        var entries = TypeEntry().Matches(xml).Select(m => m.Value).Where(e => !e.Contains(".psmdcp", StringComparison.Ordinal) && !e.Contains("psmdcp", StringComparison.Ordinal) && !e.Contains("/docProps/", StringComparison.Ordinal))
            .Append("""<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml" />""");
        return """<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">""" + string.Concat(entries.Distinct().Order(StringComparer.Ordinal)) + "</Types>";
    }

    private static string Attribute(string element, string name) => Regex.Match(element, $"\\b{name}=\"([^\"]*)\"").Groups[1].Value;

    /// <summary>sheet2 before sheet10.</summary>
    private static string Padded(string target) => Digits().Replace(target, m => m.Value.PadLeft(6, '0'));

    [GeneratedRegex(@"[:\\/?*\[\]]")]
    private static partial Regex Refused();

    [GeneratedRegex("(<(?:[a-z]+:)?cols>)(.*?)(</(?:[a-z]+:)?cols>)", RegexOptions.Singleline)]
    private static partial Regex Columns();

    [GeneratedRegex("<(?:[a-z]+:)?col [^>]*?min=\"([0-9]+)\"[^>]*>")]
    private static partial Regex Column();

    [GeneratedRegex("<Relationship [^>]*>")]
    private static partial Regex Relation();

    [GeneratedRegex("(\\b[a-z]+:(?:id|embed|link)=)\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<(?:Default|Override) [^>]*>")]
    private static partial Regex TypeEntry();

    [GeneratedRegex("_x(D[89AB][0-9A-F]{2})__x(D[C-F][0-9A-F]{2})_", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Halves();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
