using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>What the sheets of a dispute have in common: the file, the layout, and how rows and cells are made of them.</summary>
internal abstract class EvidencePart(EvidenceFile file, EvidenceLayout layout, Texts texts)
{
    protected EvidenceFile File => file;
    protected EvidenceLayout Layout => layout;
    protected Texts T => texts;
    protected Dispute Dispute => file.Dispute;

    /// <summary>Of the disputed payment; null when it was not found.</summary>
    protected PaymentFields? Fields => file.Fields;

    protected string NotRecorded => T["not recorded"];

    protected EvidenceSheet Sheet(int number, string key, string title, bool isLandscape = true)
    {
        var sheet = new EvidenceSheet(number, key, title, isLandscape);
        sheet.Notes.Add($"{Dispute.Code} · {T.Name(Dispute.Scheme)} {T.Reason(Dispute.Scheme, Dispute.ReasonCode)}");
        return sheet;
    }

    protected static EvidenceCell Utc(DateTimeOffset? at) => EvidenceCell.Of(at, TimeZoneInfo.Utc);

    protected EvidenceCell Local(DateTimeOffset? at) => EvidenceCell.Of(at, Layout.Zone);

    protected string LocalHead => T["Local time ({0})", Layout.Zone.Id];

    protected static EvidenceCell Amount(long minor, string currency) => EvidenceCell.Of(new Money(minor, currency).Major, Currencies.Exponent(currency));

    /// <summary>Field, value, local time, where it was read.</summary>
    protected EvidenceTable Facts(string name, string? title) =>
        new(name, title, [new(T["Field"], 30), new(T["Value"], 52), new(LocalHead, 20), new(T["Currency"], 9), new(T["Source"], 30)], []);

    protected EvidenceCell[] Row(string field, EvidenceCell value, string? source = null, EvidenceCell local = default, string? currency = null) =>
        [field, value.Kind == CellKind.Empty ? NotRecorded : value, local, currency, value.Kind == CellKind.Empty ? default : (EvidenceCell)source];

    protected EvidenceCell[] Row(string field, EvidenceValue? value) => Row(field, value?.Text is { } text ? (EvidenceCell)T.Choice(text) : default, value is null ? null : Source(value));

    protected EvidenceCell[] RowAt(string field, DateTimeOffset? at, string? source = null) => Row(field, Utc(at), source, Local(at));

    protected EvidenceCell[] RowAt(string field, EvidenceValue? value) =>
        value is null ? Row(field, default(EvidenceCell)) : DisputeWords.Moment(value.Text, Layout.Zone) is { } at ? RowAt(field, at, Source(value)) : Row(field, value);

    protected string Source(EvidenceValue value) => value.Note is { } note && !Layout.Outward ? $"{T.Name(value.Source)}: {note}" : T.Name(value.Source);

    protected string Panel => T.Name(EvidenceSource.Panel);

    protected string Who(string name) => Layout.Outward ? T["staff"] : name;

    protected static void NothingIn(EvidenceTable table, string text)
    {
        if (table.Rows.Count == 0) table.Rows.Add([text, .. Enumerable.Repeat(default(EvidenceCell), table.Columns.Count - 1)]);
    }

    protected IEnumerable<EvidenceCell[]> FieldRows(PaymentFields fields, params string[] names) => names.Select(n => FactFields.Find(n)?.Type == FieldType.Moment ? RowAt(T.Field(n), fields.Find(n)) : Row(T.Field(n), fields.Find(n)));
}
