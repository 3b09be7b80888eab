using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheet 1: what a reader at the bank sees in half a minute, with pointers to where it can be read whole.</summary>
internal sealed class SummarySheet(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    public EvidenceSheet Summary(EvidenceSheet match, EvidenceSheet transaction, EvidenceSheet devices, EvidenceSheet delivery, EvidenceSheet communication, EvidenceSheet policies)
    {
        var sheet = Sheet(1, "summary", T["Summary"], isLandscape: false);
        var days = Dispute.RespondBy.UtcDateTime.Date - Layout.On.ToDateTime(TimeOnly.MinValue);
        var table = Facts("Summary", null);
        table.Rows.AddRange(
        [
            Row(T["Dispute"], Dispute.Code, Panel), Row(T["Dispute id of the bank"], Dispute.ExternalId, Panel), Row("ARN", Dispute.Arn ?? File.Payment?.Arn, Panel), Row(T["Scheme"], T.Name(Dispute.Scheme), Panel),
            Row(T["Reason"], T.Reason(Dispute.Scheme, Dispute.ReasonCode), Panel), Row(T["Stage"], T.Name(Dispute.Stage), Panel), Row(T["Amount disputed"], Amount(Dispute.Amount, Dispute.Currency), Panel, currency: Dispute.Currency),
            RowAt(T["Received"], Dispute.ReceivedAt, Panel), RowAt(T["Answer by"], Dispute.RespondBy, Panel), Row(T["Days left on {0}", Layout.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)], EvidenceCell.Of((long)days.TotalDays), Panel),
            Row(T["Customer"], Fields?.CustomerName?.Text ?? File.Payment?.Email ?? File.Payment?.UserId, Panel), Row(T["Descriptor on the statement"], File.Payment?.Descriptor ?? Dispute.Descriptor, Panel),
            Row(T["Order"], File.Payment?.OrderId ?? Dispute.OrderId, Panel),
        ]);
        if (Fields is not null) table.Rows.Add(Row(T["Decision at the time"], Layout.Outward ? T.Name(Fields.Stored.Decision) : T["{0}, score {1}", T.Name(Fields.Stored.Decision), Fields.Stored.Score], Panel));
        else table.Rows.Add(Row(T["Decision at the time"], T["The payment was not found among those assessed here."], Panel));
        table.Rows.Add(Row(T["Eligibility"], File.Eligibility is { } e ? $"{T.Name(e.Program)}: {T.Name(e.Standing)}" : T["The scheme has no programme for earlier payments."], Panel));
        table.Rows.Add(Row(T["In short"], InShort(), Panel));
        sheet.Tables.Add(table);
        var list = new EvidenceTable("StrongestFacts", T["The strongest facts"], [new(T["No."], 30), new(T["Fact"], 52), new(T["Sheet"], 20), new(T["Row"], 9)], []);
        foreach (var (fact, on, tableIndex, row) in Strongest(match, transaction, devices, delivery, communication, policies).Take(6))
            list.Rows.Add([EvidenceCell.Of(list.Rows.Count + 1), fact, $"{on.Number} {on.Title}", EvidenceCell.Of(on.RowOf(tableIndex, row))]);
        NothingIn(list, NotRecorded);
        sheet.Tables.Add(list);
        return sheet;
    }

    private string InShort()
    {
        List<string> sentences = [];
        if (File.Payment is { } payment)
        {
            var marks = new[] { payment.UserId, payment.Ip, payment.Fingerprint ?? payment.DeviceId }.Where(m => m is not null);
            sentences.Add(T["The payment of {0} on {1} (UTC) came from {2}.", new Money(payment.Amount, payment.Currency).Show(), payment.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), marks.Any() ? string.Join(", ", marks) : NotRecorded]);
        }
        if (File.Eligibility is { Picked.Count: > 0 } e)
            sentences.Add(T["Earlier undisputed payments of the same card that share marks with it: {0}. The same in all: {1}.", e.Picked.Count, e.Elements.Any(x => x.Value == MatchState.Same) ? string.Join(", ", e.Elements.Where(x => x.Value == MatchState.Same).Select(x => T.Name(x.Key))) : T["nothing"]]);
        var delivered = File.Of(FactKind.Delivery).Select(f => f.At).FirstOrDefault(a => a is not null);
        var used = File.Of(FactKind.Access).Select(f => f.At).FirstOrDefault(a => a is not null);
        if (delivered is { } d) sentences.Add(T["Delivered on {0} (UTC).", d.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)]);
        else if (used is { } u) sentences.Add(T["Used on {0} (UTC).", u.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)]);
        else sentences.Add(T["Nobody recorded a delivery or a use."]);
        return string.Join(' ', sentences);
    }

    /// <summary>What helps most, first; each where it can be read.</summary>
    private IEnumerable<(string Fact, EvidenceSheet Sheet, int Table, int Row)> Strongest(EvidenceSheet match, EvidenceSheet transaction, EvidenceSheet devices, EvidenceSheet delivery, EvidenceSheet communication, EvidenceSheet policies)
    {
        if (File.Eligibility is { Standing: EligibilityStanding.Qualified } e) yield return (T["{0}: qualified with {1} earlier payments", T.Name(e.Program), e.Picked.Count], match, 0, 0);
        if (Fields?.Flag("liability_shift") == true) yield return (T["Liability shifted to the issuer by 3-D Secure"], transaction, 0, RowNamed(transaction, T.Field("liability_shift")));
        else if (Fields?.Find("threeds_result")?.Text == "authenticated") yield return (T["Authenticated by 3-D Secure"], transaction, 0, RowNamed(transaction, T.Field("threeds_result")));
        if (File.Of(FactKind.Delivery).Any(f => f.At is not null)) yield return (T["Delivered, with a date"], delivery, 0, 0);
        if (File.Of(FactKind.Access).Any(f => f.At >= File.Payment?.At)) yield return (T["Used after the payment"], delivery, 1, 0);
        if (File.Eligibility?.Candidates.Count(c => c.Exclusion is PriorExclusion.None or PriorExclusion.TooYoung or PriorExclusion.TooOld && c.Elements[MatchElement.Device] == MatchState.Same) is > 0 and var known)
            yield return (T["The device is known from {0} earlier undisputed payments of the card", known], devices, 0, 0);
        if (Fields?.Find("cvv_result")?.Text == "match") yield return (T["The CVV matched"], transaction, 0, RowNamed(transaction, T.Field("cvv_result")));
        if (File.Of(FactKind.Communication).Any()) yield return (T["There is communication with the customer"], communication, 0, 0);
        if (File.Of(FactKind.Policy).Any(f => f.At is not null)) yield return (T["The customer accepted the policy"], policies, 0, 0);
        if (File.Of(FactKind.Refund).Any(f => f.At is not null)) yield return (T["A refund was paid"], transaction, 1, 0);
    }

    private static int RowNamed(EvidenceSheet sheet, string field) => Math.Max(0, sheet.Tables[0].Rows.FindIndex(r => r[0].Text == field));
}
