using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheets 4, 5 and 7: the transaction, the customer, the device and the address.</summary>
internal sealed class PaymentSheets(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    public EvidenceSheet Transaction()
    {
        var sheet = Sheet(4, "transaction", T["Transaction"], isLandscape: false);
        var table = Facts("Transaction", null);
        if (Fields is { } f)
        {
            var request = T.Name(EvidenceSource.Request);
            table.Rows.AddRange(
            [
                Row(T["Order"], f.Stored.OrderId, request), Row(T["Payment"], f.Stored.PaymentId, request), Row(T["Assessment id"], f.Stored.Id.ToString(), Panel), RowAt(T["Assessed at"], f.Stored.Instant, Panel), Row(T["Amount"], Amount(f.Stored.Amount, f.Stored.Currency), request, currency: f.Stored.Currency),
                Row(T["Payment method"], f.Facts.Text(Known.PaymentMethod), request), Row(T["Card brand"], f.Facts.Text(Known.CardBrand) ?? f.Facts.Text(Known.CardScheme), request), Row(T["First digits of the card"], f.Facts.Text(Known.CardBin) is { } bin ? bin[..Math.Min(6, bin.Length)] : null, request),
                Row(T["Last four digits"], f.Facts.Text(Known.CardLast4), request), Row(T["Country of the issuer"], f.Facts.Text(Known.CardCountry), request), Row(T["Description of goods or service"], f.Description),
            ]);
            table.Rows.AddRange(FieldRows(f, "goods_type", "auth_code", "avs_result", "cvv_result", "threeds_version", "threeds_eci", "threeds_result", "threeds_flow", "liability_shift", "arn", "processed_at", "captured_at", "descriptor", "merchant_initiated", "initial_ip", "original_credit"));
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var refunds = new EvidenceTable("Refunds", T["Refunds and credits"], [new(T["Refunded at (UTC)"], 30), new(T["Amount refunded"], 52), new(LocalHead, 20), new(T["Refund id"], 9), new(T["ARN of the refund"], 30)], []);
        foreach (var fact in File.Of(FactKind.Refund))
        {
            var v = FactFields.Read(fact.Values);
            refunds.Rows.Add([Utc(fact.At), v.GetValueOrDefault("refund_amount") ?? v.GetValueOrDefault("refund_refused_because") ?? NotRecorded, Local(fact.At), v.GetValueOrDefault("refund_id"), v.GetValueOrDefault("refund_arn")]);
        }
        NothingIn(refunds, NotRecorded);
        sheet.Tables.Add(refunds);
        return sheet;
    }

    public EvidenceSheet Customer()
    {
        var sheet = Sheet(5, "customer", T["Customer"], isLandscape: false);
        var table = Facts("Customer", null);
        if (Fields is { } f)
        {
            var request = T.Name(EvidenceSource.Request);
            table.Rows.AddRange([Row(T["Account"], f.Facts.Text(Known.CustomerId), request), Row(T["Customer's name"], f.CustomerName), Row(T["E-mail"], f.Facts.Text(Known.Email), request), Row(T["Phone"], f.Facts.Text(Known.Phone), request)]);
            table.Rows.AddRange(FieldRows(f, "account_created", "email_verified", "phone_verified"));
            table.Rows.Add(Row(T["Payments not declined here, in this currency"], EvidenceCell.Of(File.Customer?.Payments), Panel));
            table.Rows.Add(Row(T["Their sum"], File.Customer is { } c ? Amount(c.Amount, f.Stored.Currency) : default, Panel, currency: f.Stored.Currency));
            table.Rows.Add(Row(T["Disputes of the customer"], EvidenceCell.Of(File.Customer?.Disputes), Panel));
            table.Rows.Add(Row(T["Refunds recorded with this dispute"], EvidenceCell.Of(File.Of(FactKind.Refund).LongCount()), Panel));
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var addresses = new EvidenceTable("Addresses", T["Addresses used"], [new(T["Kind"], 30), new(T["Address"], 52), new(T["First used (UTC)"], 20), new(T["Payments"], 9), new(LocalHead, 30)], []);
        if (Fields is not null)
            foreach (var (kind, read) in new (string, Func<PaymentFields, string?>)[] { (T["Shipping address"], p => p.ShippingAddress?.Text), (T["Billing address"], p => p.BillingAddress?.Text) })
                foreach (var group in File.Others.Values.Append(Fields).Select(p => (Fields: p, Text: read(p))).Where(p => p.Text is not null).GroupBy(p => Matching.Address(p.Text)).OrderBy(g => g.Min(p => p.Fields.Stored.At)).ThenBy(g => g.Key, StringComparer.Ordinal))
                {
                    var first = group.Min(p => p.Fields.Stored.Instant);
                    addresses.Rows.Add([kind, group.OrderByDescending(p => p.Fields.Stored.At).ThenByDescending(p => p.Fields.Stored.Seq).First().Text, Utc(first), EvidenceCell.Of(group.Count()), Local(first)]);
                }
        NothingIn(addresses, NotRecorded);
        sheet.Tables.Add(addresses);
        return sheet;
    }

    public EvidenceSheet Devices()
    {
        var sheet = Sheet(7, "devices", T["Device and IP"]);
        sheet.Notes.Add(T["Distances and networks' owners are not recorded here: the country of an address is as near as it gets."]);
        var table = new EvidenceTable("DevicesAndAddresses", null,
        [
            new(T["Payment"], 22), new(T["Time (UTC)"], 20), new(LocalHead, 20), new(T["IP address"], 24), new(T["IP network"], 20), new(T["Country of the IP address"], 12), new(T["Hosting provider"], 18), new(T["Billing country"], 12), new(T["Shipping country"], 12), new(T["Device id"], 26),
            new(T["Fingerprint"], 28), new(T["Operating system"], 16), new(T["Browser"], 16), new(T["Time zone"], 20), new(T["Device first seen (UTC)"], 20), new(T["Payments with the device"], 12), new(T["On earlier undisputed payments"], 14),
        ], []);
        if (Fields is not null)
        {
            var undisputed = (File.Eligibility?.Candidates ?? []).Where(c => c.Exclusion is PriorExclusion.None or PriorExclusion.TooYoung or PriorExclusion.TooOld).Select(c => c.Payment).ToList();
            var all = File.Others.Values.Append(Fields).OrderBy(p => p.Stored.At).ThenBy(p => p.Stored.Seq).ToList();
            List<(string Name, PaymentFields Fields)> rows = [(T["Disputed payment"], Fields), .. (File.Eligibility?.Picked ?? []).Select((p, i) => (T["Earlier payment {0}", i + 1], File.Others[p.Seq]))];
            foreach (var (name, p) in rows)
            {
                var print = p.Facts.Text(Known.Fingerprint);
                var with = all.FindAll(o => print is not null && o.Facts.Text(Known.Fingerprint) == print);
                table.Rows.Add([name, Utc(p.Stored.Instant), Local(p.Stored.Instant), p.Facts.Text(Known.Ip) ?? NotRecorded, p.Facts.Text(Known.IpNetwork), p.Facts.Text(Known.IpCountry), p.Facts.Text(Known.IpProvider), p.Facts.Text(Known.BillingCountry), p.Facts.Text(Known.ShippingCountry),
                    p.DeviceId?.Text ?? NotRecorded, print ?? NotRecorded, p.Facts.Text(Known.OperatingSystem), p.Facts.Text(Known.Browser), p.Facts.Text(Known.Timezone), Utc(with.Count > 0 ? with[0].Stored.Instant : null), print is null ? default : EvidenceCell.Of(with.Count),
                    print is null ? default : EvidenceCell.Of(undisputed.Count(u => u.Fingerprint == print))]);
            }
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        return sheet;
    }
}
