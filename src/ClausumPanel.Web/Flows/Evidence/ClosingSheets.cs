using System.Reflection;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheets 13 and 14: the files that go with it, and how all of it can be checked.</summary>
internal sealed class ClosingSheets(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    public EvidenceSheet Attachments()
    {
        var sheet = Sheet(13, "attachments", T["Attachments"]);
        var limit = ReasonCodes.Limit(Dispute.Scheme);
        var table = new EvidenceTable("Attachments", null, [new(T["No."], 6), new(T["File"], 40), new(T["Type"], 20), new(T["Pages"], 8), new(T["Bytes"], 14), new("SHA-256", 68), new(T["Category"], 28), new(T["Within the limit"], 30)], []);
        foreach (var file in File.Files)
            table.Rows.Add([EvidenceCell.Of(file.Number), file.Name, file.ContentType, file.Pages is { } pages ? EvidenceCell.Of(pages) : NotRecorded, EvidenceCell.Of(file.Size), file.Sha256, T.Name(file.Category),
                limit?.FileBytes is not { } most ? T["No limit known"] : file.Size <= most ? T["Yes"] : T["No: at most {0} bytes", most]]);
        if (limit is null) sheet.Notes.Add(T["No file limits are known for this scheme."]);
        else
        {
            var (bytes, known) = (File.Files.Sum(f => f.Size), File.Files.Sum(f => f.Pages ?? 0));
            if (limit.TotalBytes is { } total) sheet.Notes.Add(T["Together {0} of {1} bytes: {2}", bytes, total, bytes <= total ? T["Within the limit"] : T["Too large"]]);
            if (limit.Pages is { } most) sheet.Notes.Add(T["Together {0} of {1} pages: {2}", known, most, known <= most ? T["Within the limit"] : T["Too many"]]);
            if (limit.Files is { } count) sheet.Notes.Add(T["{0} of {1} files: {2}", File.Files.Count, count, File.Files.Count <= count ? T["Within the limit"] : T["Too many"]]);
            if (limit.Note.Length > 0) sheet.Notes.Add(limit.Note);
        }
        NothingIn(table, T["There is no attachment."]);
        sheet.Tables.Add(table);
        return sheet;
    }

    /// <param name="others">The sheets before it.</param>
    /// <param name="redactions">What was left out of them.</param>
    public EvidenceSheet Audit(List<EvidenceSheet> others, List<string> redactions)
    {
        var sheet = Sheet(14, "audit", T["Audit"], isLandscape: false);
        if (Layout.Outward) redactions.Add(T["Names of colleagues, notes, the score, and earlier payments that were not chosen"]);
        var table = Facts("Audit", null);
        table.Rows.AddRange(
        [
            Row(T["Made by"], Who(Layout.MadeBy), Panel), Row(T["Made on"], EvidenceCell.Of(Layout.On), Panel), RowAt(T["Newest change among the data"], File.DataAt, Panel), Row(T["Version of the dispute"], EvidenceCell.Of(Dispute.Version), Panel), Row(T["Software"], $"ClausumPanel {Version}", Panel),
            Row(T["Copy"], Layout.Outward ? T["For the bank"] : T["For the house"], Panel), Row(T["Left out"], redactions.Count == 0 ? T["nothing"] : string.Join("; ", redactions), Panel), Row(T["Reason codes as of"], EvidenceCell.Of(ReasonCodes.Shipped.Checked), Panel),
            Row(T["How to check"], T["The same data, person and day make the same bytes. The SHA-256 of the whole file stands in the panel's audit log."], Panel),
        ]);
        sheet.Tables.Add(table);
        var hashes = new EvidenceTable("Hashes", T["SHA-256 of each sheet's text"], [new(T["Sheet"], 30), new("SHA-256", 68), new(T["Rows"], 20)], []);
        foreach (var other in others) hashes.Rows.Add([$"{other.Number} {other.Title}", other.Sha256, EvidenceCell.Of(other.Tables.Sum(t => t.Rows.Count))]);
        sheet.Tables.Add(hashes);
        return sheet;
    }

    private static readonly string Version = typeof(ClosingSheets).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
