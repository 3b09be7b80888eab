using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheets 6, 8, 9 and 10: what happened around the order, as far as anybody wrote it down.</summary>
internal sealed class OrderSheets(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    public EvidenceSheet Timeline()
    {
        var sheet = Sheet(6, "timeline", T["Timeline"]);
        List<(DateTimeOffset At, string Event, string Source, string? Ip, string? Device, string? Detail)> events = [];
        if (Fields is { } f)
        {
            if (f.Moment("account_created") is { } created) events.Add((created, T["Account created"], T.Name(f.Find("account_created")!.Source), null, null, f.Facts.Text(Known.CustomerId)));
            foreach (var prior in File.Eligibility?.Picked ?? []) events.Add((prior.Processed, T["Earlier undisputed payment"], Panel, prior.Ip, prior.Fingerprint ?? prior.DeviceId, $"{new Money(prior.Amount, prior.Currency).Show()} · {prior.OrderId ?? prior.Id.ToString()}"));
            events.Add((f.Stored.Instant, T["Payment assessed"], Panel, f.Facts.Text(Known.Ip), f.Facts.Text(Known.Fingerprint), Layout.Outward ? null : $"{T.Name(f.Stored.Decision)} · {f.Stored.Score}"));
            if (f.Moment("captured_at") is { } captured) events.Add((captured, T["Captured at"], T.Name(f.Find("captured_at")!.Source), null, null, null));
            if (f.Find("threeds_result") is { } threeds) events.Add((f.Stored.Instant, "3-D Secure", T.Name(threeds.Source), f.Facts.Text(Known.Ip), null, T.Choice(threeds.Text)));
        }
        var typed = T.Name(EvidenceSource.Person);
        foreach (var fact in File.Facts.Where(x => x.Seq is null))
        {
            var v = FactFields.Read(fact.Values);
            switch (fact.Kind)
            {
                case FactKind.Delivery:
                    Add("shipped_at", T["Shipped"], null, null, Join(v, "carrier", "tracking_number"));
                    Add("delivered_at", T["Delivered"], null, null, Join(v, "signed_by", "delivery_address"));
                    break;
                case FactKind.Access: Add("access_at", v.TryGetValue("access_kind", out var kind) ? T.Choice(kind) : T["Access or use"], v.GetValueOrDefault("access_ip"), v.GetValueOrDefault("access_device"), v.GetValueOrDefault("access_item")); break;
                case FactKind.Communication: Add("contact_at", T["Communication"], null, null, Join(v, "contact_subject", "contact_gist")); break;
                case FactKind.Refund:
                    Add("refund_asked_at", T["Refund asked for"], null, null, v.GetValueOrDefault("refund_refused_because"));
                    Add("refund_at", T["Refund"], null, null, Join(v, "refund_amount", "refund_arn"));
                    break;
                case FactKind.Policy: Add("policy_accepted_at", T["Policy accepted"], v.GetValueOrDefault("policy_accepted_ip"), null, Join(v, "policy_name", "policy_version")); break;
                case FactKind.Product: Add("service_date", T["Date of service"], null, null, v.GetValueOrDefault("product_description")); break;
                case FactKind.Event: Add("event_at", v.GetValueOrDefault("event_name") ?? T["Other event"], v.GetValueOrDefault("event_ip"), v.GetValueOrDefault("event_device"), v.GetValueOrDefault("event_detail")); break;
            }

            void Add(string field, string name, string? ip, string? device, string? detail)
            {
                if (DisputeWords.Moment(v.GetValueOrDefault(field), Layout.Zone) is { } at) events.Add((at, name, fact.Source is { } source ? $"{typed}: {source}" : typed, ip, device, detail));
            }
        }
        events.Add((Dispute.ReceivedAt, T["Dispute received"], Panel, null, null, T.Reason(Dispute.Scheme, Dispute.ReasonCode)));
        if (Dispute.AnsweredAt is { } answered) events.Add((answered, T["Answered"], Panel, null, null, null));
        if (Dispute.ClosedAt is { } closed) events.Add((closed, T["Closed"], Panel, null, null, T.Name(Dispute.Outcome!.Value)));
        var table = new EvidenceTable("Timeline", null, [new(T["Time (UTC)"], 20), new(LocalHead, 20), new(T["Event"], 28), new(T["Source"], 28), new(T["IP address"], 24), new(T["Device"], 26), new(T["Detail"], 50)], []);
        foreach (var e in events.OrderBy(e => e.At).ThenBy(e => e.Event, StringComparer.Ordinal)) table.Rows.Add([Utc(e.At), Local(e.At), e.Event, e.Source, e.Ip, e.Device, e.Detail]);
        sheet.Tables.Add(table);
        return sheet;

        static string? Join(IReadOnlyDictionary<string, string> values, params string[] names) => string.Join(" · ", names.Select(n => values.GetValueOrDefault(n)).Where(t => !string.IsNullOrEmpty(t))) is { Length: > 0 } text ? text : null;
    }

    public EvidenceSheet Delivery()
    {
        var sheet = Sheet(8, "delivery", T["Delivery and access"]);
        var delivery = new EvidenceTable("Delivery", T["Delivery"],
            [new(T["Delivered (UTC)"], 20), new(LocalHead, 20), new(T["Shipped (UTC)"], 20), new(T["Carrier"], 18), new(T["Tracking number"], 26), new(T["Signed by"], 22), new(T["Delivered to"], 36), new(T["Same as the shipping address"], 14), new(T["Detail"], 36)], []);
        foreach (var fact in File.Of(FactKind.Delivery))
        {
            var v = FactFields.Read(fact.Values);
            var (to, shipping) = (Matching.Address(v.GetValueOrDefault("delivery_address")), Matching.Address(File.Payment?.ShippingAddress));
            delivery.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), Utc(DisputeWords.Moment(v.GetValueOrDefault("shipped_at"), Layout.Zone)), v.GetValueOrDefault("carrier"), v.GetValueOrDefault("tracking_number"), v.GetValueOrDefault("signed_by"), v.GetValueOrDefault("delivery_address"),
                to is null || shipping is null ? NotRecorded : to == shipping ? T["Yes"] : T["No"], v.GetValueOrDefault("delivery_note")]);
        }
        NothingIn(delivery, NotRecorded);
        sheet.Tables.Add(delivery);
        var access = new EvidenceTable("Access", T["Access or use"], [new(T["Time of access (UTC)"], 20), new(LocalHead, 20), new(T["Kind of access"], 20), new(T["IP address"], 18), new(T["Device"], 26), new(T["Same IP as the payment"], 22), new(T["What was accessed"], 36), new(T["Bytes or minutes"], 14)], []);
        foreach (var fact in File.Of(FactKind.Access))
        {
            var v = FactFields.Read(fact.Values);
            var ip = Matching.Ip(v.GetValueOrDefault("access_ip"));
            access.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), v.TryGetValue("access_kind", out var kind) ? T.Choice(kind) : null, v.GetValueOrDefault("access_ip"), v.GetValueOrDefault("access_device"),
                ip is null || File.Payment?.Ip is null ? NotRecorded : ip == Matching.Ip(File.Payment.Ip) ? T["Yes"] : T["No"], v.GetValueOrDefault("access_item"), v.GetValueOrDefault("access_amount")]);
        }
        NothingIn(access, NotRecorded);
        sheet.Tables.Add(access);
        return sheet;
    }

    public EvidenceSheet Communication()
    {
        var sheet = Sheet(9, "communication", T["Communication"]);
        var table = new EvidenceTable("Communication", null, [new(T["Time of contact (UTC)"], 20), new(LocalHead, 20), new(T["Channel"], 14), new(T["Sender"], 28), new(T["Recipient"], 28), new(T["Subject"], 30), new(T["Gist"], 60), new(T["Attachment no."], 12)], []);
        foreach (var fact in File.Of(FactKind.Communication))
        {
            var v = FactFields.Read(fact.Values);
            table.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), v.TryGetValue("contact_channel", out var channel) ? T.Choice(channel) : null, v.GetValueOrDefault("contact_from"), v.GetValueOrDefault("contact_to"), v.GetValueOrDefault("contact_subject"),
                v.GetValueOrDefault("contact_gist"), long.TryParse(v.GetValueOrDefault("attachment_number"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? EvidenceCell.Of(n) : default]);
        }
        NothingIn(table, NotRecorded);
        sheet.Tables.Add(table);
        return sheet;
    }

    public EvidenceSheet Policies()
    {
        var sheet = Sheet(10, "policies", T["Accepted policies"]);
        var table = new EvidenceTable("AcceptedPolicies", null, [new(T["Policy name"], 24), new(T["Version of the policy"], 14), new(T["Accepted at (UTC)"], 20), new(LocalHead, 20), new(T["IP address"], 20), new(T["Where it was shown"], 30), new(T["Text of the policy"], 80)], []);
        foreach (var fact in File.Of(FactKind.Policy))
        {
            var v = FactFields.Read(fact.Values);
            table.Rows.Add([v.GetValueOrDefault("policy_name") ?? NotRecorded, v.GetValueOrDefault("policy_version"), Utc(fact.At), Local(fact.At), v.GetValueOrDefault("policy_accepted_ip"), v.GetValueOrDefault("policy_shown_where"), v.GetValueOrDefault("policy_text")]);
        }
        NothingIn(table, NotRecorded);
        sheet.Tables.Add(table);
        return sheet;
    }
}
