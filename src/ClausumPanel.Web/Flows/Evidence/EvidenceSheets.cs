using System.Globalization;
using System.Reflection;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>How an evidence file is laid out.</summary>
/// <param name="Zone">Of the local times beside UTC.</param>
/// <param name="Outward">It leaves the house: without scores, rules, notes and the names of colleagues.</param>
/// <param name="MadeBy">Who makes it.</param>
/// <param name="On">The day it is made: days left are counted from it.</param>
public sealed record EvidenceLayout(TimeZoneInfo Zone, bool Outward, string MadeBy, DateOnly On);

/// <summary>
/// The fourteen sheets of a dispute. What nobody recorded is said to be that; nothing is made up. Written in the language of the current culture; the same file and layout are the same sheets.
/// </summary>
public sealed class EvidenceSheets
{
    private readonly EvidenceFile _file;
    private readonly EvidenceLayout _layout;
    private readonly Texts T;
    private readonly Dispute _dispute;
    private readonly PaymentFields? _fields;
    private readonly List<string> _redactions = [];

    private EvidenceSheets(EvidenceFile file, EvidenceLayout layout, Texts texts) => (_file, _layout, T, _dispute, _fields) = (file, layout, texts, file.Dispute, file.Fields);

    public static IReadOnlyList<EvidenceSheet> Of(EvidenceFile file, EvidenceLayout layout, Texts texts) => new EvidenceSheets(file, layout, texts).All();

    public static string FileName(Dispute dispute, DateOnly on) => $"dispute_{dispute.Code}_{dispute.Scheme.SnakeWord()}_{dispute.ReasonCode}_{on.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.xlsx";

    private List<EvidenceSheet> All()
    {
        // Those that others point into come first; a pointer must know where long texts push the rows.
        var (match, transaction, devices, delivery) = (Split(Match()), Split(Transaction()), Split(Devices()), Split(Delivery()));
        var (communication, policies) = (Split(Communication()), Split(Policies()));
        List<EvidenceSheet> sheets =
        [
            Split(Summary(match, transaction, devices, delivery, communication, policies)), Split(Rules()), match, transaction, Split(Customer()), Split(Timeline()), devices, delivery, communication, policies, Split(Risk()), Split(FieldMap()), Split(Attachments()),
        ];
        sheets.Add(Split(Audit(sheets)));
        return sheets;
    }

    private EvidenceSheet Split(EvidenceSheet sheet)
    {
        foreach (var table in sheet.Tables) table.Split(T["(continued)"]);
        return sheet;
    }

    private string NotRecorded => T["not recorded"];

    private EvidenceSheet Sheet(int number, string key, string title, bool isLandscape = true)
    {
        var sheet = new EvidenceSheet(number, key, title, isLandscape);
        sheet.Notes.Add($"{_dispute.Code} · {T.Name(_dispute.Scheme)} {T.Reason(_dispute.Scheme, _dispute.ReasonCode)}");
        return sheet;
    }

    private static EvidenceCell Utc(DateTimeOffset? at) => EvidenceCell.Of(at, TimeZoneInfo.Utc);

    private EvidenceCell Local(DateTimeOffset? at) => EvidenceCell.Of(at, _layout.Zone);

    private string LocalHead => T["Local time ({0})", _layout.Zone.Id];

    private static EvidenceCell Amount(long minor, string currency) => EvidenceCell.Of(new Money(minor, currency).Major, Currencies.Exponent(currency));

    /// <summary>Field, value, local time, where it was read.</summary>
    private EvidenceTable Facts(string name, string? title) =>
        new(name, title, [new(T["Field"], 30), new(T["Value"], 52), new(LocalHead, 20), new(T["Currency"], 9), new(T["Source"], 30)], []);

    private EvidenceCell[] Row(string field, EvidenceCell value, string? source = null, EvidenceCell local = default, string? currency = null) =>
        [field, value.Kind == CellKind.Empty ? NotRecorded : value, local, currency, value.Kind == CellKind.Empty ? default : (EvidenceCell)source];

    private EvidenceCell[] Row(string field, EvidenceValue? value) => Row(field, value?.Text is { } text ? (EvidenceCell)T.Choice(text) : default, value is null ? null : Source(value));

    private EvidenceCell[] RowAt(string field, DateTimeOffset? at, string? source = null) => Row(field, Utc(at), source, Local(at));

    private EvidenceCell[] RowAt(string field, EvidenceValue? value) =>
        value is null ? Row(field, default(EvidenceCell)) : DisputeWords.Moment(value.Text, _layout.Zone) is { } at ? RowAt(field, at, Source(value)) : Row(field, value);

    private string Source(EvidenceValue value) => value.Note is { } note && !_layout.Outward ? $"{T.Name(value.Source)}: {note}" : T.Name(value.Source);

    private string Panel => T.Name(EvidenceSource.Panel);

    private string Who(string name) => _layout.Outward ? T["staff"] : name;

    private static void NothingIn(EvidenceTable table, string text)
    {
        if (table.Rows.Count == 0) table.Rows.Add([text, .. Enumerable.Repeat(default(EvidenceCell), table.Columns.Count - 1)]);
    }

    // 1
    private EvidenceSheet Summary(EvidenceSheet match, EvidenceSheet transaction, EvidenceSheet devices, EvidenceSheet delivery, EvidenceSheet communication, EvidenceSheet policies)
    {
        var sheet = Sheet(1, "summary", T["Summary"], isLandscape: false);
        var days = _dispute.RespondBy.UtcDateTime.Date - _layout.On.ToDateTime(TimeOnly.MinValue);
        var table = Facts("Summary", null);
        table.Rows.AddRange(
        [
            Row(T["Dispute"], _dispute.Code, Panel), Row(T["Dispute id of the bank"], _dispute.ExternalId, Panel), Row("ARN", _dispute.Arn ?? _file.Payment?.Arn, Panel), Row(T["Scheme"], T.Name(_dispute.Scheme), Panel),
            Row(T["Reason"], T.Reason(_dispute.Scheme, _dispute.ReasonCode), Panel), Row(T["Stage"], T.Name(_dispute.Stage), Panel), Row(T["Amount disputed"], Amount(_dispute.Amount, _dispute.Currency), Panel, currency: _dispute.Currency),
            RowAt(T["Received"], _dispute.ReceivedAt, Panel), RowAt(T["Answer by"], _dispute.RespondBy, Panel), Row(T["Days left on {0}", _layout.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)], EvidenceCell.Of((long)days.TotalDays), Panel),
            Row(T["Customer"], _fields?.CustomerName?.Text ?? _file.Payment?.Email ?? _file.Payment?.UserId, Panel), Row(T["Descriptor on the statement"], _file.Payment?.Descriptor ?? _dispute.Descriptor, Panel),
            Row(T["Order"], _file.Payment?.OrderId ?? _dispute.OrderId, Panel),
        ]);
        if (_fields is not null) table.Rows.Add(Row(T["Decision at the time"], _layout.Outward ? T.Name(_fields.Stored.Decision) : T["{0}, score {1}", T.Name(_fields.Stored.Decision), _fields.Stored.Score], Panel));
        else table.Rows.Add(Row(T["Decision at the time"], T["The payment was not found among those assessed here."], Panel));
        table.Rows.Add(Row(T["Eligibility"], _file.Eligibility is { } e ? $"{T.Name(e.Program)}: {T.Name(e.Standing)}" : T["The scheme has no programme for earlier payments."], Panel));
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
        if (_file.Payment is { } payment)
        {
            var marks = new[] { payment.UserId, payment.Ip, payment.Fingerprint ?? payment.DeviceId }.Where(m => m is not null);
            sentences.Add(T["The payment of {0} on {1} (UTC) came from {2}.", new Money(payment.Amount, payment.Currency).Show(), payment.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), marks.Any() ? string.Join(", ", marks) : NotRecorded]);
        }
        if (_file.Eligibility is { Picked.Count: > 0 } e)
            sentences.Add(T["Earlier undisputed payments of the same card that share marks with it: {0}. The same in all: {1}.", e.Picked.Count, e.Elements.Any(x => x.Value == MatchState.Same) ? string.Join(", ", e.Elements.Where(x => x.Value == MatchState.Same).Select(x => T.Name(x.Key))) : T["nothing"]]);
        var delivered = _file.Of(FactKind.Delivery).Select(f => f.At).FirstOrDefault(a => a is not null);
        var used = _file.Of(FactKind.Access).Select(f => f.At).FirstOrDefault(a => a is not null);
        if (delivered is { } d) sentences.Add(T["Delivered on {0} (UTC).", d.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)]);
        else if (used is { } u) sentences.Add(T["Used on {0} (UTC).", u.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)]);
        else sentences.Add(T["Nobody recorded a delivery or a use."]);
        return string.Join(' ', sentences);
    }

    /// <summary>What helps most, first; each where it can be read.</summary>
    private IEnumerable<(string Fact, EvidenceSheet Sheet, int Table, int Row)> Strongest(EvidenceSheet match, EvidenceSheet transaction, EvidenceSheet devices, EvidenceSheet delivery, EvidenceSheet communication, EvidenceSheet policies)
    {
        if (_file.Eligibility is { Standing: EligibilityStanding.Qualified } e) yield return (T["{0}: qualified with {1} earlier payments", T.Name(e.Program), e.Picked.Count], match, 0, 0);
        if (_fields?.Flag("liability_shift") == true) yield return (T["Liability shifted to the issuer by 3-D Secure"], transaction, 0, RowNamed(transaction, T.Field("liability_shift")));
        else if (_fields?.Find("threeds_result")?.Text == "authenticated") yield return (T["Authenticated by 3-D Secure"], transaction, 0, RowNamed(transaction, T.Field("threeds_result")));
        if (_file.Of(FactKind.Delivery).Any(f => f.At is not null)) yield return (T["Delivered, with a date"], delivery, 0, 0);
        if (_file.Of(FactKind.Access).Any(f => f.At >= _file.Payment?.At)) yield return (T["Used after the payment"], delivery, 1, 0);
        if (_file.Eligibility?.Candidates.Count(c => c.Exclusion is PriorExclusion.None or PriorExclusion.TooYoung or PriorExclusion.TooOld && c.Elements[MatchElement.Device] == MatchState.Same) is > 0 and var known)
            yield return (T["The device is known from {0} earlier undisputed payments of the card", known], devices, 0, 0);
        if (_fields?.Find("cvv_result")?.Text == "match") yield return (T["The CVV matched"], transaction, 0, RowNamed(transaction, T.Field("cvv_result")));
        if (_file.Of(FactKind.Communication).Any()) yield return (T["There is communication with the customer"], communication, 0, 0);
        if (_file.Of(FactKind.Policy).Any(f => f.At is not null)) yield return (T["The customer accepted the policy"], policies, 0, 0);
        if (_file.Of(FactKind.Refund).Any(f => f.At is not null)) yield return (T["A refund was paid"], transaction, 1, 0);
    }

    private static int RowNamed(EvidenceSheet sheet, string field) => Math.Max(0, sheet.Tables[0].Rows.FindIndex(r => r[0].Text == field));

    // 2
    private EvidenceSheet Rules()
    {
        var sheet = Sheet(2, "eligibility", T["Eligibility"]);
        var table = new EvidenceTable("Eligibility", null,
            [new(T["Rule"], 8), new(T["Requirement"], 50), new(T["Value found"], 34), new(T["Read from assessments"], 40), new(T["Result"], 14), new(T["Missing item"], 34), new(T["What to do"], 50)], []);
        if (_file.Eligibility is not { } e) sheet.Notes.Add(T["The scheme has no programme for earlier payments."]);
        else
        {
            sheet.Notes.Add($"{T.Name(e.Program)}: {T.Name(e.Standing)}");
            foreach (var rule in e.Rules)
                table.Rows.Add([rule.Id, T.Requirement(rule.Id), rule.Found.Length == 0 ? NotRecorded : T.Found(rule.Found), string.Join("\n", rule.Source.Select(IdOf)), T.Name(rule.Result) + (rule.IsAdvisory ? $" ({T["decides nothing"]})" : ""), rule.Missing?.Code(), T.Say(rule.Advice)]);
        }
        NothingIn(table, "–");
        sheet.Tables.Add(table);
        return sheet;
    }

    private string IdOf(long seq) => seq == _fields?.Stored.Seq ? _fields.Stored.Id.ToString() : _file.Others.TryGetValue(seq, out var other) ? other.Stored.Id.ToString() : seq.ToString(CultureInfo.InvariantCulture);

    // 3
    private EvidenceSheet Match()
    {
        var sheet = Sheet(3, "match", T["Matching payments"]);
        List<EvidenceColumn> columns =
        [
            new(T["Payment"], 14), new(T["Transaction id"], 38), new("ARN", 26), new(T["Processed at (UTC)"], 20), new(LocalHead, 20), new(T["Age in days"], 10), new(T["Age up to the dispute"], 10), new(T["Amount"], 14), new(T["Currency"], 9), new(T["Descriptor"], 20),
            new(T["Account"], 20), new(T["E-mail"], 28), new(T["IP address"], 24), new(T["Device id"], 26), new(T["Fingerprint"], 28), new(T["Shipping address"], 36), new(T["Address as compared"], 36), new(T["Description"], 36), new(T["Goods or services"], 14), new(T["Disputed"], 10),
            new(T["Reported as fraud"], 10),
        ];
        var table = new EvidenceTable("MatchingPayments", null, columns, []);
        if (_file.Payment is { } disputed) table.Rows.Add(Line(T["Disputed payment"], disputed, null));
        foreach (var (prior, i) in (_file.Eligibility?.Picked ?? []).Select((p, i) => (p, i))) table.Rows.Add(Line(T["Earlier payment {0}", i + 1], prior, _file.Eligibility!.Candidates.First(c => c.Payment.Seq == prior.Seq)));
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var elements = new EvidenceTable("Matches", T["The same in all of them"], [new(T["Mark"], 14), new(T["Same in all"], 38), new(T["Counts as anchor"], 26)], []);
        if (_file.Eligibility is { Picked.Count: > 0 } e)
        {
            foreach (var (element, state) in e.Elements) elements.Rows.Add([T.Name(element), T.Name(state), element is MatchElement.Ip or MatchElement.Device ? T["Yes"] : T["No"]]);
            elements.Rows.Add([T["Together"], EvidenceCell.Of(e.Elements.Count(x => x.Value == MatchState.Same)), e.Elements[MatchElement.Ip] == MatchState.Same || e.Elements[MatchElement.Device] == MatchState.Same ? T["Anchor there"] : T["No anchor"]]);
        }
        NothingIn(elements, T["There is no earlier payment to compare with."]);
        sheet.Tables.Add(elements);
        var candidates = new EvidenceTable("Candidates", T["All earlier payments that were looked at, in their rank"],
            [new(T["Rank"], 14), new(T["Assessment id"], 38), new(T["Chosen"], 26), new(T["Processed at (UTC)"], 20), new(LocalHead, 20), new(T["Age in days"], 10), new(T["Age up to the dispute"], 10), new(T["Amount"], 14), new(T["Currency"], 9), new(T["Same marks"], 20), new(T["Unknown marks"], 20), new(T["Why"], 28)], []);
        // A bank need not be told which payments were disputed or reported besides.
        foreach (var (c, i) in (_file.Eligibility?.Candidates ?? []).Where(c => c.IsPicked || !_layout.Outward).Select((c, i) => (c, i)))
        {
            candidates.Rows.Add([EvidenceCell.Of(i + 1), c.Payment.Id.ToString(), c.IsPicked ? T["Yes"] : T["No"], Utc(c.Payment.Processed), Local(c.Payment.Processed), EvidenceCell.Of(c.AgeByPayment), EvidenceCell.Of(c.AgeByDispute), Amount(c.Payment.Amount, c.Payment.Currency),
                c.Payment.Currency, Marks(c, MatchState.Same), Marks(c, MatchState.Unknown), Why(c)]);
        }
        NothingIn(candidates, T["There is no earlier payment of this card."]);
        sheet.Tables.Add(candidates);
        return sheet;

        string Marks(PriorCandidate c, MatchState state) => string.Join(", ", c.Elements.Where(x => x.Value == state).Select(x => T.Name(x.Key)));
    }

    private string Why(PriorCandidate c) => c.Exclusion != PriorExclusion.None ? T.Name(c.Exclusion)
        : c.IsPicked ? (c.IsAgeDoubtful ? T["Chosen; the two ways to count its age disagree"] : T["Chosen: with the other it shares the most marks, then its age is beyond doubt, then it is the newest"])
        : c.IsAgeDoubtful ? T["The two ways to count its age disagree"] : T["Others share more marks, or are newer"];

    private EvidenceCell[] Line(string name, EvidencePayment p, PriorCandidate? c) =>
    [
        name, p.PaymentId ?? p.Id.ToString(), p.Arn, Utc(p.Processed), Local(p.Processed), c is null ? default : EvidenceCell.Of(c.AgeByPayment), c is null ? default : EvidenceCell.Of(c.AgeByDispute), Amount(p.Amount, p.Currency), p.Currency, p.Descriptor ?? NotRecorded,
        p.UserId ?? NotRecorded, p.Email ?? NotRecorded, p.ConsumerIp ?? NotRecorded, p.DeviceId ?? NotRecorded, p.Fingerprint ?? NotRecorded, p.ShippingAddress ?? NotRecorded, Matching.Address(p.ShippingAddress) ?? NotRecorded, p.Description ?? NotRecorded,
        p.Goods is null ? NotRecorded : T.Choice(p.Goods), c is null ? T["Yes"] : p.IsDisputed ? T["Yes"] : T["No"], p.IsReported ? T["Yes"] : T["No"],
    ];

    // 4
    private EvidenceSheet Transaction()
    {
        var sheet = Sheet(4, "transaction", T["Transaction"], isLandscape: false);
        var table = Facts("Transaction", null);
        if (_fields is { } f)
        {
            var request = T.Name(EvidenceSource.Request);
            table.Rows.AddRange(
            [
                Row(T["Order"], f.Stored.OrderId, request), Row(T["Payment"], f.Stored.PaymentId, request), Row(T["Assessment id"], f.Stored.Id.ToString(), Panel), RowAt(T["Assessed at"], f.Stored.Instant, Panel), Row(T["Amount"], Amount(f.Stored.Amount, f.Stored.Currency), request, currency: f.Stored.Currency),
                Row(T["Payment method"], f.Facts.Text(Known.PaymentMethod), request), Row(T["Card brand"], f.Facts.Text(Known.CardBrand) ?? f.Facts.Text(Known.CardScheme), request), Row(T["First digits of the card"], f.Facts.Text(Known.CardBin) is { } bin ? bin[..Math.Min(6, bin.Length)] : null, request),
                Row(T["Last four digits"], f.Facts.Text(Known.CardLast4), request), Row(T["Country of the issuer"], f.Facts.Text(Known.CardCountry), request), Row(T["Description of goods or service"], f.Description),
            ]);
            table.Rows.AddRange(Fields(f, "goods_type", "auth_code", "avs_result", "cvv_result", "threeds_version", "threeds_eci", "threeds_result", "threeds_flow", "liability_shift", "arn", "processed_at", "captured_at", "descriptor", "merchant_initiated", "initial_ip", "original_credit"));
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var refunds = new EvidenceTable("Refunds", T["Refunds and credits"], [new(T["Refunded at (UTC)"], 30), new(T["Amount refunded"], 52), new(LocalHead, 20), new(T["Refund id"], 9), new(T["ARN of the refund"], 30)], []);
        foreach (var fact in _file.Of(FactKind.Refund))
        {
            var v = FactFields.Read(fact.Values);
            refunds.Rows.Add([Utc(fact.At), v.GetValueOrDefault("refund_amount") ?? v.GetValueOrDefault("refund_refused_because") ?? NotRecorded, Local(fact.At), v.GetValueOrDefault("refund_id"), v.GetValueOrDefault("refund_arn")]);
        }
        NothingIn(refunds, NotRecorded);
        sheet.Tables.Add(refunds);
        return sheet;
    }

    private IEnumerable<EvidenceCell[]> Fields(PaymentFields fields, params string[] names) => names.Select(n => FactFields.Find(n)?.Type == FieldType.Moment ? RowAt(T.Field(n), fields.Find(n)) : Row(T.Field(n), fields.Find(n)));

    // 5
    private EvidenceSheet Customer()
    {
        var sheet = Sheet(5, "customer", T["Customer"], isLandscape: false);
        var table = Facts("Customer", null);
        if (_fields is { } f)
        {
            var request = T.Name(EvidenceSource.Request);
            table.Rows.AddRange([Row(T["Account"], f.Facts.Text(Known.CustomerId), request), Row(T["Customer's name"], f.CustomerName), Row(T["E-mail"], f.Facts.Text(Known.Email), request), Row(T["Phone"], f.Facts.Text(Known.Phone), request)]);
            table.Rows.AddRange(Fields(f, "account_created", "email_verified", "phone_verified"));
            table.Rows.Add(Row(T["Payments not declined here, in this currency"], EvidenceCell.Of(_file.Customer?.Payments), Panel));
            table.Rows.Add(Row(T["Their sum"], _file.Customer is { } c ? Amount(c.Amount, f.Stored.Currency) : default, Panel, currency: f.Stored.Currency));
            table.Rows.Add(Row(T["Disputes of the customer"], EvidenceCell.Of(_file.Customer?.Disputes), Panel));
            table.Rows.Add(Row(T["Refunds recorded with this dispute"], EvidenceCell.Of(_file.Of(FactKind.Refund).LongCount()), Panel));
        }
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var addresses = new EvidenceTable("Addresses", T["Addresses used"], [new(T["Kind"], 30), new(T["Address"], 52), new(T["First used (UTC)"], 20), new(T["Payments"], 9), new(LocalHead, 30)], []);
        if (_fields is not null)
            foreach (var (kind, read) in new (string, Func<PaymentFields, string?>)[] { (T["Shipping address"], p => p.ShippingAddress?.Text), (T["Billing address"], p => p.BillingAddress?.Text) })
                foreach (var group in _file.Others.Values.Append(_fields).Select(p => (Fields: p, Text: read(p))).Where(p => p.Text is not null).GroupBy(p => Matching.Address(p.Text)).OrderBy(g => g.Min(p => p.Fields.Stored.At)).ThenBy(g => g.Key, StringComparer.Ordinal))
                {
                    var first = group.Min(p => p.Fields.Stored.Instant);
                    addresses.Rows.Add([kind, group.OrderByDescending(p => p.Fields.Stored.At).ThenByDescending(p => p.Fields.Stored.Seq).First().Text, Utc(first), EvidenceCell.Of(group.Count()), Local(first)]);
                }
        NothingIn(addresses, NotRecorded);
        sheet.Tables.Add(addresses);
        return sheet;
    }

    // 6
    private EvidenceSheet Timeline()
    {
        var sheet = Sheet(6, "timeline", T["Timeline"]);
        List<(DateTimeOffset At, string Event, string Source, string? Ip, string? Device, string? Detail)> events = [];
        if (_fields is { } f)
        {
            if (f.Moment("account_created") is { } created) events.Add((created, T["Account created"], T.Name(f.Find("account_created")!.Source), null, null, f.Facts.Text(Known.CustomerId)));
            foreach (var prior in _file.Eligibility?.Picked ?? []) events.Add((prior.Processed, T["Earlier undisputed payment"], Panel, prior.Ip, prior.Fingerprint ?? prior.DeviceId, $"{new Money(prior.Amount, prior.Currency).Show()} · {prior.OrderId ?? prior.Id.ToString()}"));
            events.Add((f.Stored.Instant, T["Payment assessed"], Panel, f.Facts.Text(Known.Ip), f.Facts.Text(Known.Fingerprint), _layout.Outward ? null : $"{T.Name(f.Stored.Decision)} · {f.Stored.Score}"));
            if (f.Moment("captured_at") is { } captured) events.Add((captured, T["Captured at"], T.Name(f.Find("captured_at")!.Source), null, null, null));
            if (f.Find("threeds_result") is { } threeds) events.Add((f.Stored.Instant, "3-D Secure", T.Name(threeds.Source), f.Facts.Text(Known.Ip), null, T.Choice(threeds.Text)));
        }
        var typed = T.Name(EvidenceSource.Person);
        foreach (var fact in _file.Facts.Where(x => x.Seq is null))
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
                if (DisputeWords.Moment(v.GetValueOrDefault(field), _layout.Zone) is { } at) events.Add((at, name, fact.Source is { } source ? $"{typed}: {source}" : typed, ip, device, detail));
            }
        }
        events.Add((_dispute.ReceivedAt, T["Dispute received"], Panel, null, null, T.Reason(_dispute.Scheme, _dispute.ReasonCode)));
        if (_dispute.AnsweredAt is { } answered) events.Add((answered, T["Answered"], Panel, null, null, null));
        if (_dispute.ClosedAt is { } closed) events.Add((closed, T["Closed"], Panel, null, null, T.Name(_dispute.Outcome!.Value)));
        var table = new EvidenceTable("Timeline", null, [new(T["Time (UTC)"], 20), new(LocalHead, 20), new(T["Event"], 28), new(T["Source"], 28), new(T["IP address"], 24), new(T["Device"], 26), new(T["Detail"], 50)], []);
        foreach (var e in events.OrderBy(e => e.At).ThenBy(e => e.Event, StringComparer.Ordinal)) table.Rows.Add([Utc(e.At), Local(e.At), e.Event, e.Source, e.Ip, e.Device, e.Detail]);
        sheet.Tables.Add(table);
        return sheet;

        static string? Join(IReadOnlyDictionary<string, string> values, params string[] names) => string.Join(" · ", names.Select(n => values.GetValueOrDefault(n)).Where(t => !string.IsNullOrEmpty(t))) is { Length: > 0 } text ? text : null;
    }

    // 7
    private EvidenceSheet Devices()
    {
        var sheet = Sheet(7, "devices", T["Device and IP"]);
        sheet.Notes.Add(T["Distances and networks' owners are not recorded here: the country of an address is as near as it gets."]);
        var table = new EvidenceTable("DevicesAndAddresses", null,
        [
            new(T["Payment"], 22), new(T["Time (UTC)"], 20), new(LocalHead, 20), new(T["IP address"], 24), new(T["IP network"], 20), new(T["Country of the IP address"], 12), new(T["Hosting provider"], 18), new(T["Billing country"], 12), new(T["Shipping country"], 12), new(T["Device id"], 26),
            new(T["Fingerprint"], 28), new(T["Operating system"], 16), new(T["Browser"], 16), new(T["Time zone"], 20), new(T["Device first seen (UTC)"], 20), new(T["Payments with the device"], 12), new(T["On earlier undisputed payments"], 14),
        ], []);
        if (_fields is not null)
        {
            var undisputed = (_file.Eligibility?.Candidates ?? []).Where(c => c.Exclusion is PriorExclusion.None or PriorExclusion.TooYoung or PriorExclusion.TooOld).Select(c => c.Payment).ToList();
            var all = _file.Others.Values.Append(_fields).OrderBy(p => p.Stored.At).ThenBy(p => p.Stored.Seq).ToList();
            List<(string Name, PaymentFields Fields)> rows = [(T["Disputed payment"], _fields), .. (_file.Eligibility?.Picked ?? []).Select((p, i) => (T["Earlier payment {0}", i + 1], _file.Others[p.Seq]))];
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

    // 8
    private EvidenceSheet Delivery()
    {
        var sheet = Sheet(8, "delivery", T["Delivery and access"]);
        var delivery = new EvidenceTable("Delivery", T["Delivery"],
            [new(T["Delivered (UTC)"], 20), new(LocalHead, 20), new(T["Shipped (UTC)"], 20), new(T["Carrier"], 18), new(T["Tracking number"], 26), new(T["Signed by"], 22), new(T["Delivered to"], 36), new(T["Same as the shipping address"], 14), new(T["Detail"], 36)], []);
        foreach (var fact in _file.Of(FactKind.Delivery))
        {
            var v = FactFields.Read(fact.Values);
            var (to, shipping) = (Matching.Address(v.GetValueOrDefault("delivery_address")), Matching.Address(_file.Payment?.ShippingAddress));
            delivery.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), Utc(DisputeWords.Moment(v.GetValueOrDefault("shipped_at"), _layout.Zone)), v.GetValueOrDefault("carrier"), v.GetValueOrDefault("tracking_number"), v.GetValueOrDefault("signed_by"), v.GetValueOrDefault("delivery_address"),
                to is null || shipping is null ? NotRecorded : to == shipping ? T["Yes"] : T["No"], v.GetValueOrDefault("delivery_note")]);
        }
        NothingIn(delivery, NotRecorded);
        sheet.Tables.Add(delivery);
        var access = new EvidenceTable("Access", T["Access or use"], [new(T["Time of access (UTC)"], 20), new(LocalHead, 20), new(T["Kind of access"], 20), new(T["IP address"], 18), new(T["Device"], 26), new(T["Same IP as the payment"], 22), new(T["What was accessed"], 36), new(T["Bytes or minutes"], 14)], []);
        foreach (var fact in _file.Of(FactKind.Access))
        {
            var v = FactFields.Read(fact.Values);
            var ip = Matching.Ip(v.GetValueOrDefault("access_ip"));
            access.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), v.TryGetValue("access_kind", out var kind) ? T.Choice(kind) : null, v.GetValueOrDefault("access_ip"), v.GetValueOrDefault("access_device"),
                ip is null || _file.Payment?.Ip is null ? NotRecorded : ip == Matching.Ip(_file.Payment.Ip) ? T["Yes"] : T["No"], v.GetValueOrDefault("access_item"), v.GetValueOrDefault("access_amount")]);
        }
        NothingIn(access, NotRecorded);
        sheet.Tables.Add(access);
        return sheet;
    }

    // 9
    private EvidenceSheet Communication()
    {
        var sheet = Sheet(9, "communication", T["Communication"]);
        var table = new EvidenceTable("Communication", null, [new(T["Time of contact (UTC)"], 20), new(LocalHead, 20), new(T["Channel"], 14), new(T["Sender"], 28), new(T["Recipient"], 28), new(T["Subject"], 30), new(T["Gist"], 60), new(T["Attachment no."], 12)], []);
        foreach (var fact in _file.Of(FactKind.Communication))
        {
            var v = FactFields.Read(fact.Values);
            table.Rows.Add([fact.At is null ? NotRecorded : Utc(fact.At), Local(fact.At), v.TryGetValue("contact_channel", out var channel) ? T.Choice(channel) : null, v.GetValueOrDefault("contact_from"), v.GetValueOrDefault("contact_to"), v.GetValueOrDefault("contact_subject"),
                v.GetValueOrDefault("contact_gist"), long.TryParse(v.GetValueOrDefault("attachment_number"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? EvidenceCell.Of(n) : default]);
        }
        NothingIn(table, NotRecorded);
        sheet.Tables.Add(table);
        return sheet;
    }

    // 10
    private EvidenceSheet Policies()
    {
        var sheet = Sheet(10, "policies", T["Accepted policies"]);
        var table = new EvidenceTable("AcceptedPolicies", null, [new(T["Policy name"], 24), new(T["Version of the policy"], 14), new(T["Accepted at (UTC)"], 20), new(LocalHead, 20), new(T["IP address"], 20), new(T["Where it was shown"], 30), new(T["Text of the policy"], 80)], []);
        foreach (var fact in _file.Of(FactKind.Policy))
        {
            var v = FactFields.Read(fact.Values);
            table.Rows.Add([v.GetValueOrDefault("policy_name") ?? NotRecorded, v.GetValueOrDefault("policy_version"), Utc(fact.At), Local(fact.At), v.GetValueOrDefault("policy_accepted_ip"), v.GetValueOrDefault("policy_shown_where"), v.GetValueOrDefault("policy_text")]);
        }
        NothingIn(table, NotRecorded);
        sheet.Tables.Add(table);
        return sheet;
    }

    // 11
    private EvidenceSheet Risk()
    {
        var sheet = Sheet(11, "risk", T["Risk record"]);
        var table = Facts("RiskRecord", null);
        if (_layout.Outward)
        {
            sheet.Notes.Add(T["Left out of copies that leave the house."]);
            _redactions.Add(T["Sheet 11: scores, signals, rules and labels"]);
            NothingIn(table, "–");
            sheet.Tables.Add(table);
            return sheet;
        }
        if (_fields is { } f)
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
        foreach (var (code, points, title, sentence) in _file.Reasons.OrderByDescending(r => Math.Abs(r.Points)).ThenBy(r => r.Code, StringComparer.Ordinal)) signals.Rows.Add([code, $"{title}. {sentence}", EvidenceCell.Of(points), T["Yes"]]);
        NothingIn(signals, T["No signal fired."]);
        sheet.Tables.Add(signals);
        var labels = new EvidenceTable("Labels", T["What people said of it"], [new(T["Known since (UTC)"], 30), new(T["Label"], 52), new(LocalHead, 20), new(T["Taken back"], 9), new(T["Who"], 30)], []);
        foreach (var label in _file.Labels.Where(l => l.Reverses is null))
            labels.Rows.Add([Utc(label.KnownAt), $"{T.Name(label.Outcome)} · {T.Name(label.Source)}{(label.Reason is { } reason ? " · " + T.LabelReason(reason) : "")}{(label.Note is { } note ? " · " + note : "")}", Local(label.KnownAt), _file.Labels.Any(l => l.Reverses == label.Number) ? T["Yes"] : T["No"], label.ActorName]);
        NothingIn(labels, NotRecorded);
        sheet.Tables.Add(labels);
        if (_dispute.Notes is { } notes)
        {
            var own = new EvidenceTable("Notes", T["Notes"], [new(T["Note"], 30)], []);
            own.Rows.Add([notes]);
            sheet.Tables.Add(own);
        }
        return sheet;
    }

    // 12: our field → Stripe field → Braintree category → Checkout slot
    private static readonly (string Field, string Stripe, string Braintree, string Checkout)[] Map =
    [
        ("access_log", "access_activity_log", "PROOF_OF_ACCESS", "additional_evidence_text"), ("billing_address", "billing_address", "", "additional_evidence_text"), ("email", "customer_email_address", "PURCHASER_EMAIL_ADDRESS", "additional_evidence_text"),
        ("customer_name", "customer_name", "PURCHASER_NAME", "additional_evidence_text"), ("ip", "customer_purchase_ip", "PURCHASER_IP_ADDRESS", "additional_evidence_text"), ("product_description", "product_description", "", "invoice_or_receipt"),
        ("service_date", "service_date", "", "proof_of_delivery_or_service_date_text"), ("shipping_address", "shipping_address", "PRIOR_NON_DISPUTED_TRANSACTION_SHIPPING_ADDRESS", "proof_of_delivery_or_service_text"), ("carrier", "shipping_carrier", "CARRIER_NAME", "proof_of_delivery_or_service_text"),
        ("shipped_at", "shipping_date", "", "proof_of_delivery_or_service_date_text"), ("tracking_number", "shipping_tracking_number", "TRACKING_NUMBER", "proof_of_delivery_or_service_text"), ("delivered_at", "", "PROOF_OF_DELIVERY", "proof_of_delivery_or_service_date_text"),
        ("device_id", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_device_id", "DEVICE_ID", "additional_evidence_text"),
        ("fingerprint", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_device_fingerprint", "DEVICE_ID", "additional_evidence_text"),
        ("account", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_account_id", "", "additional_evidence_text"),
        ("goods_type", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.merchandise_or_services", "", ""),
        ("prior_1", "enhanced_evidence.visa_compelling_evidence_3.prior_undisputed_transactions[0].charge", "PRIOR_NON_DISPUTED_TRANSACTION_ID", "invoice_showing_distinct_transactions_text"),
        ("prior_2", "enhanced_evidence.visa_compelling_evidence_3.prior_undisputed_transactions[1].charge", "PRIOR_NON_DISPUTED_TRANSACTION_ID", "invoice_showing_distinct_transactions_text"),
        ("policy_text", "refund_policy_disclosure", "REFUND_ID", "refund_or_cancellation_policy_text"), ("refund_refused_because", "refund_refusal_explanation", "", "refund_or_cancellation_policy_text"), ("refund_arn", "", "CREDIT_ISSUED_ARN", "additional_evidence_text"),
        ("refund_amount", "", "CREDIT_ISSUED_AMOUNT", "additional_evidence_text"), ("communication", "uncategorized_text", "", "customer_communication_text"), ("threeds_result", "uncategorized_text", "PROOF_OF_3DS_AUTHENTICATION", "additional_evidence_text"),
    ];

    private static readonly string[] AccessFields = ["access_at", "access_kind", "access_ip", "access_device", "access_item"], ContactFields = ["contact_at", "contact_channel", "contact_subject", "contact_gist"];

    private const int StripeText = 20_000, StripeTogether = 150_000, CheckoutText = 500;

    private EvidenceSheet FieldMap()
    {
        var sheet = Sheet(12, "fields", T["Field map"]);
        var table = new EvidenceTable("FieldMap", null,
            [new(T["Field"], 28), new(T["Stripe field"], 44), new(T["Braintree category"], 40), new(T["Checkout.com slot"], 36), new(T["Value"], 50), new(T["Length"], 10), new(T["Within {0} characters (Stripe)", StripeText], 14), new(T["Within {0} characters (Checkout.com)", CheckoutText], 14)], []);
        var together = 0;
        foreach (var (field, stripe, braintree, checkout) in Map)
        {
            var value = Mapped(field);
            together += stripe.Length > 0 ? value?.Length ?? 0 : 0;
            table.Rows.Add([MapName(field), stripe.Length > 0 ? stripe : "–", braintree.Length > 0 ? braintree : "–", checkout.Length > 0 ? checkout : "–", value ?? NotRecorded, EvidenceCell.Of(value?.Length ?? 0), value?.Length > StripeText ? T["No"] : T["Yes"], value?.Length > CheckoutText ? T["No"] : T["Yes"]]);
        }
        sheet.Notes.Add(together > StripeTogether ? T["All texts together have {0} characters: more than the {1} that Stripe takes.", together, StripeTogether] : T["All texts together have {0} of the {1} characters that Stripe takes.", together, StripeTogether]);
        sheet.Tables.Add(table);
        return sheet;
    }

    private string MapName(string field) => field switch
    {
        "access_log" => T["Log of access"],
        "email" => T["E-mail"],
        "ip" => T["IP address"],
        "fingerprint" => T["Fingerprint"],
        "account" => T["Account"],
        "prior_1" => T["Earlier payment {0}", 1],
        "prior_2" => T["Earlier payment {0}", 2],
        "communication" => T["Communication"],
        _ => T.Field(field),
    };

    private string? Mapped(string field)
    {
        var value = field switch
        {
            "access_log" => Lines(FactKind.Access, AccessFields),
            "communication" => Lines(FactKind.Communication, ContactFields),
            "billing_address" => _fields?.BillingAddress?.Text,
            "shipping_address" => _file.Payment?.ShippingAddress,
            "customer_name" => _fields?.CustomerName?.Text,
            "email" => _file.Payment?.Email,
            "ip" => _file.Payment?.ConsumerIp,
            "device_id" => _file.Payment?.DeviceId,
            "fingerprint" => _file.Payment?.Fingerprint,
            "account" => _file.Payment?.UserId,
            "product_description" => _file.Payment?.Description,
            "prior_1" => Prior(0),
            "prior_2" => Prior(1),
            _ => _fields?.Find(field)?.Text ?? _file.Facts.Where(f => f.Seq is null).Select(f => FactFields.Read(f.Values).GetValueOrDefault(field)).FirstOrDefault(t => t is not null),
        };
        return string.IsNullOrWhiteSpace(value) ? null : value;

        string? Prior(int i) => _file.Eligibility is { } e && e.Picked.Count > i ? e.Picked[i].PaymentId ?? e.Picked[i].Id.ToString() : null;
        string Lines(FactKind kind, string[] names) => string.Join('\n', _file.Of(kind).Select(f => FactFields.Read(f.Values)).Select(v => string.Join(' ', names.Select(n => v.GetValueOrDefault(n)).Where(t => t is not null))));
    }

    // 13
    private EvidenceSheet Attachments()
    {
        var sheet = Sheet(13, "attachments", T["Attachments"]);
        var limit = ReasonCodes.Limit(_dispute.Scheme);
        var table = new EvidenceTable("Attachments", null, [new(T["No."], 6), new(T["File"], 40), new(T["Type"], 20), new(T["Pages"], 8), new(T["Bytes"], 14), new("SHA-256", 68), new(T["Category"], 28), new(T["Within the limit"], 30)], []);
        foreach (var file in _file.Files)
            table.Rows.Add([EvidenceCell.Of(file.Number), file.Name, file.ContentType, file.Pages is { } pages ? EvidenceCell.Of(pages) : NotRecorded, EvidenceCell.Of(file.Size), file.Sha256, T.Name(file.Category),
                limit?.FileBytes is not { } most ? T["No limit known"] : file.Size <= most ? T["Yes"] : T["No: at most {0} bytes", most]]);
        if (limit is null) sheet.Notes.Add(T["No file limits are known for this scheme."]);
        else
        {
            var (bytes, known) = (_file.Files.Sum(f => f.Size), _file.Files.Sum(f => f.Pages ?? 0));
            if (limit.TotalBytes is { } total) sheet.Notes.Add(T["Together {0} of {1} bytes: {2}", bytes, total, bytes <= total ? T["Within the limit"] : T["Too large"]]);
            if (limit.Pages is { } most) sheet.Notes.Add(T["Together {0} of {1} pages: {2}", known, most, known <= most ? T["Within the limit"] : T["Too many"]]);
            if (limit.Files is { } count) sheet.Notes.Add(T["{0} of {1} files: {2}", _file.Files.Count, count, _file.Files.Count <= count ? T["Within the limit"] : T["Too many"]]);
            if (limit.Note.Length > 0) sheet.Notes.Add(limit.Note);
        }
        NothingIn(table, T["There is no attachment."]);
        sheet.Tables.Add(table);
        return sheet;
    }

    // 14
    private EvidenceSheet Audit(List<EvidenceSheet> others)
    {
        var sheet = Sheet(14, "audit", T["Audit"], isLandscape: false);
        if (_layout.Outward) _redactions.Add(T["Names of colleagues, notes, the score, and earlier payments that were not chosen"]);
        var table = Facts("Audit", null);
        table.Rows.AddRange(
        [
            Row(T["Made by"], Who(_layout.MadeBy), Panel), Row(T["Made on"], EvidenceCell.Of(_layout.On), Panel), RowAt(T["Newest change among the data"], _file.DataAt, Panel), Row(T["Version of the dispute"], EvidenceCell.Of(_dispute.Version), Panel), Row(T["Software"], $"ClausumPanel {Version}", Panel),
            Row(T["Copy"], _layout.Outward ? T["For the bank"] : T["For the house"], Panel), Row(T["Left out"], _redactions.Count == 0 ? T["nothing"] : string.Join("; ", _redactions), Panel), Row(T["Reason codes as of"], EvidenceCell.Of(ReasonCodes.Shipped.Checked), Panel),
            Row(T["How to check"], T["The same data, person and day make the same bytes. The SHA-256 of the whole file stands in the panel's audit log."], Panel),
        ]);
        sheet.Tables.Add(table);
        var hashes = new EvidenceTable("Hashes", T["SHA-256 of each sheet's text"], [new(T["Sheet"], 30), new("SHA-256", 68), new(T["Rows"], 20)], []);
        foreach (var other in others) hashes.Rows.Add([$"{other.Number} {other.Title}", other.Sha256, EvidenceCell.Of(other.Tables.Sum(t => t.Rows.Count))]);
        sheet.Tables.Add(hashes);
        return sheet;
    }

    private static readonly string Version = typeof(EvidenceSheets).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
