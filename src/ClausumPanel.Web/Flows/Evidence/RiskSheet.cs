using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheet 11: what the house thought of the payment; empty in a copy that leaves it.</summary>
internal sealed class RiskSheet(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    /// <param name="redactions">Gets what was left out.</param>
    public EvidenceSheet Risk(List<string> redactions)
    {
        var sheet = Sheet(11, "risk", T["Risk record"]);
        var table = Facts("RiskRecord", null);
        if (Layout.Outward)
        {
            sheet.Notes.Add(T["Left out of copies that leave the house."]);
            redactions.Add(T["Sheet 11: scores, signals, rules and labels"]);
            NothingIn(table, "–");
            sheet.Tables.Add(table);
            return sheet;
        }
        if (Fields is { } f)
        {
            table.Rows.AddRange(
            [
                Row(T["Assessment id"], f.Stored.Id.ToString(), Panel), RowAt(T["Assessed at"], f.Stored.Instant, Panel), Row(T["Score"], EvidenceCell.Of(f.Stored.Score), Panel), Row(T["Decision"], T.Name(f.Stored.Decision), Panel), Row(T["Policy version"], EvidenceCell.Of(f.Stored.PolicyVersion), Panel),
                Row(T["Blocked by"], f.Stored.BlockedBy ?? T["nothing"], Panel),
            ]);
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var signals = new EvidenceTable("Signals", T["Signals and rules that fired"], [new(T["Code"], 30), new(T["What it says"], 52), new(T["Its weight"], 20), new(T["It fired"], 9)], []);
        foreach (var (code, points, title, sentence) in File.Reasons.OrderByDescending(r => Math.Abs(r.Points)).ThenBy(r => r.Code, StringComparer.Ordinal)) signals.Rows.Add([code, $"{title}. {sentence}", EvidenceCell.Of(points), T["Yes"]]);
        NothingIn(signals, T["No signal fired."]);
        sheet.Tables.Add(signals);
        var labels = new EvidenceTable("Labels", T["What people said of it"], [new(T["Known since (UTC)"], 30), new(T["Label"], 52), new(LocalHead, 20), new(T["Taken back"], 9), new(T["Who"], 30)], []);
        foreach (var label in File.Labels.Where(l => l.Reverses is null))
            labels.Rows.Add([Utc(label.KnownAt), $"{T.Name(label.Outcome)} · {T.Name(label.Source)}{(label.Reason is { } reason ? " · " + T.LabelReason(reason) : "")}{(label.Note is { } note ? " · " + note : "")}", Local(label.KnownAt), File.Labels.Any(l => l.Reverses == label.Number) ? T["Yes"] : T["No"], label.ActorName]);
        NothingIn(labels, NotRecorded);
        sheet.Tables.Add(labels);
        if (Dispute.Notes is { } notes)
        {
            var own = new EvidenceTable("Notes", T["Notes"], [new(T["Note"], 30)], []);
            own.Rows.Add([notes]);
            sheet.Tables.Add(own);
        }
        return sheet;
    }
}
