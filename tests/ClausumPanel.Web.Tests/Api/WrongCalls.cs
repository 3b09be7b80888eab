using System.Text;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>One way to get a request wrong, and what must be said about it.</summary>
/// <param name="Complaint">"field code", or null where the status alone says it.</param>
public sealed record WrongCall(string Kind, byte[] Bytes, int Status, string? Complaint, string? ContentType = "application/json", bool IsPayout = false)
{
    public override string ToString() => Kind;
}

/// <summary>Every way to get a request wrong that we could think of.</summary>
public static class WrongCalls
{
    public static IReadOnlyList<WrongCall> All { get; } = [.. Broken(), .. Odd(), .. Types(), .. Amounts(), .. Formats(), .. Lengths(), .. Payouts(), .. ContentTypes(), .. Cards()];

    private static WrongCall Text(string kind, string body, string? complaint) => new(kind, Encoding.UTF8.GetBytes(body), 400, complaint);

    private static WrongCall Raw(string kind, byte[] body, string complaint = "body json") => new(kind, body, 400, complaint);

    private static WrongCall Field(string path, string json, string code, string? says = null) => Text($"{path} = {(json.Length <= 40 ? json : $"{json[..40]}… {json.Length}")}", Shop.With(Shop.Minimum, path, json), $"{says ?? path} {code}");

    private static IEnumerable<WrongCall> Broken() =>
    [
        Raw("nothing", []),
        Text("space", " \r\n\t ", "body json"),
        Text("half an object", """{"amount":15000,"currency":"MX""", "body json"),
        Text("no closing brace", """{"amount":15000,"currency":"MXN" """, "body json"),
        Text("trailing comma", """{"amount":15000,"currency":"MXN",}""", "body json"),
        Text("comment", """{"amount":15000,/* pesos */"currency":"MXN"}""", "body json"),
        Text("line comment", "{\"amount\":15000,\"currency\":\"MXN\"}//", "body json"),
        Text("single quotes", "{'amount':15000,'currency':'MXN'}", "body json"),
        Text("names without quotes", "{amount:15000,currency:\"MXN\"}", "body json"),
        Text("two objects", Shop.Minimum + Shop.Minimum, "body json"),
        Text("text after the object", Shop.Minimum + "x", "body json"),
        Text("a form", "amount=15000&currency=MXN", "body json"),
        Text("XML", "<amount>15000</amount>", "body json"),
        Text("NaN", """{"amount":NaN,"currency":"MXN"}""", "body json"),
        Text("Infinity", """{"amount":Infinity,"currency":"MXN"}""", "body json"),
        Text("-Infinity", """{"amount":-Infinity,"currency":"MXN"}""", "body json"),
        Text("hexadecimal number", """{"amount":0x3A98,"currency":"MXN"}""", "body json"),
        Text("leading zero", """{"amount":015000,"currency":"MXN"}""", "body json"),
        Text("plus sign", """{"amount":+15000,"currency":"MXN"}""", "body json"),
        Text("number ending in a point", """{"amount":15000.,"currency":"MXN"}""", "body json"),
        Text("number beginning with a point", """{"amount":.5,"currency":"MXN"}""", "body json"),
        Text("thousands separator", """{"amount":15,000,"currency":"MXN"}""", "body json"),
        Text("exponent without digits", """{"amount":1e,"currency":"MXN"}""", "body json"),
        Text("two minus signs", """{"amount":--1,"currency":"MXN"}""", "body json"),
        Text("True", """{"amount":15000,"currency":"MXN","payout":True}""", "body json"),
        Text("undefined", """{"amount":undefined,"currency":"MXN"}""", "body json"),
        Text("wrong escape", """{"amount":15000,"currency":"MXN","email":"\x41"}""", "body json"),
        Text("half an escape", """{"amount":15000,"currency":"MXN","email":"\u00"}""", "body json"),
        Text("raw line break in a text", "{\"amount\":15000,\"currency\":\"MXN\",\"customer_id\":\"a\nb\"}", "body json"),
        Text("raw NUL in a text", "{\"amount\":15000,\"currency\":\"MXN\",\"customer_id\":\"a\0b\"}", "body json"),
        Text("raw NUL between members", "{\"amount\":15000,\0\"currency\":\"MXN\"}", "body json"),
        Text("raw tab in a text", "{\"amount\":15000,\"currency\":\"MXN\",\"customer_id\":\"a\tb\"}", "body json"),
        Text("NULs only", new string('\0', 64), "body json"),
        Raw("byte order mark", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Shop.Minimum)]),
        Raw("UTF-16", Encoding.Unicode.GetBytes(Shop.Minimum)),
        Raw("UTF-16, big end first", Encoding.BigEndianUnicode.GetBytes(Shop.Minimum)),
        Raw("UTF-32", Encoding.UTF32.GetBytes(Shop.Minimum)),
        Raw("Latin-1 text", Encoding.Latin1.GetBytes("""{"amount":15000,"currency":"MXN","billing":{"city":"Querétaro"}}""")),
        Raw("stray continuation byte", Around([0x80])),
        Raw("overlong slash", Around([0xC0, 0xAF])),
        Raw("surrogate as UTF-8", Around([0xED, 0xA0, 0x80])),
        Raw("beyond Unicode", Around([0xF4, 0x90, 0x80, 0x80])),
        Raw("cut sequence", Around([0xE2, 0x82])),
        Raw("invalid UTF-8 in a name", [.. "{\"amount\":1,\"currency\":\"MXN\",\""u8, 0xFF, .. "\":1}"u8]),
        Raw("invalid UTF-8 in metadata", [.. "{\"amount\":1,\"currency\":\"MXN\",\"metadata\":{\"a\":\""u8, 0xFE, .. "\"}}"u8]),
        Raw("gzip bytes", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0]),
        Text("objects 40 deep", $$"""{"amount":1,"currency":"MXN","metadata":{{Deep("{\"a\":", "1", "}", 40)}}}""", "body json"),
        Text("arrays 40 deep", $$$"""{"amount":1,"currency":"MXN","metadata":{"a":{{{Deep("[", "1", "]", 40)}}}}}""", "body json"),
        Text("arrays 20000 deep", Deep("[", "", "]", 20_000), "body json"),
        Text("objects 6000 deep", Deep("{\"a\":", "1", "}", 6_000), "body json"),
        Text("open arrays only", new string('[', 60_000), "body json"),
    ];

    private static IEnumerable<WrongCall> Odd() =>
    [
        Text("an array", $"[{Shop.Minimum}]", "body type"),
        Text("an empty array", "[]", "body type"),
        Text("a text", "\"amount\"", "body type"),
        Text("a number", "15000", "body type"),
        Text("null", "null", "body type"),
        Text("true", "true", "body type"),
        Text("an empty object", "{}", "amount required"),
        Text("no amount", """{"currency":"MXN"}""", "amount required"),
        Text("no currency", """{"amount":15000}""", "currency required"),
        Text("amount in another case", """{"Amount":15000,"currency":"MXN"}""", "amount required"),
        Text("amount twice", """{"amount":1,"amount":2,"currency":"MXN"}""", "amount duplicate"),
        Text("amount twice, the same", """{"amount":1,"amount":1,"currency":"MXN"}""", "amount duplicate"),
        Text("amount in two cases", """{"amount":1,"AMOUNT":2,"currency":"MXN"}""", "AMOUNT duplicate"),
        Text("currency twice", """{"amount":1,"currency":"MXN","currency":"USD"}""", "currency duplicate"),
        Text("device twice", """{"amount":1,"currency":"MXN","device":{},"device":{}}""", "device duplicate"),
        Text("ip twice", """{"amount":1,"currency":"MXN","device":{"ip":"1.1.1.1","ip":"2.2.2.2"}}""", "device.ip duplicate"),
        Text("metadata member twice", """{"amount":1,"currency":"MXN","metadata":{"a":1,"A":2}}""", "metadata.A duplicate"),
        Text("unknown member twice", """{"amount":1,"currency":"MXN","x":1,"x":1}""", "x duplicate"),
        Text("deep member twice", """{"amount":1,"currency":"MXN","metadata":{"o":{"a":1,"a":2}}}""", "metadata.o.a duplicate"),
        Text("the same name, once escaped", """{"amount":1,"\u0061mount":2,"currency":"MXN"}""", "amount duplicate"),
        Text("duplicate behind the hundredth member", "{\"amount\":1,\"currency\":\"MXN\"," + string.Join(',', Enumerable.Range(0, 120).Select(i => $"\"m{i}\":1")) + "}", "body length"),
        Text("NUL in a name", """{"amount":1,"currency":"MXN","metadata":{"a\u0000":1}}""", "metadata format"),
        Text("lone surrogate in a name", """{"amount":1,"currency":"MXN","metadata":{"\ud800":1}}""", "metadata format"),
        Text("lone surrogate in metadata", """{"amount":1,"currency":"MXN","metadata":{"a":"\ud800"}}""", "metadata.a format"),
        Text("low surrogate first", """{"amount":1,"currency":"MXN","metadata":{"a":"\udc00\ud800"}}""", "metadata.a format"),
        Text("lone surrogate in an array", """{"amount":1,"currency":"MXN","metadata":{"a":["ok","\udfff"]}}""", "metadata.a format"),
        Text("lone surrogate in a field", """{"amount":1,"currency":"MXN","customer_id":"a\ud83d"}""", "customer_id format"),
        Text("NUL in a field", """{"amount":1,"currency":"MXN","customer_id":"a\u0000b"}""", "customer_id format"),
        Text("NUL in metadata", """{"amount":1,"currency":"MXN","metadata":{"a":"\u0000"}}""", "metadata.a format"),
        Text("NUL in an unknown member", """{"amount":1,"currency":"MXN","later":"\u0000"}""", "later format"),
        Text("everything wrong", """{"amount":"x","currency":1,"device":{"ip":"x"},"email":"x"}""", "device.ip format"),
    ];

    private static IEnumerable<WrongCall> Types()
    {
        foreach (var wrong in new[] { "true", "[]", "{}", "null", "\"15000\"", "\"\"", "\"NaN\"", "[15000]" }) yield return Field("amount", wrong, "type");
        foreach (var wrong in new[] { "484", "true", "[\"MXN\"]", "{}", "null" }) yield return Field("currency", wrong, "type");
        foreach (var group in new[] { "payment_method", "device", "behavior", "billing", "shipping", "metadata", "beneficiary", "origin", "payout" })
            foreach (var wrong in new[] { "\"x\"", "[]" }) yield return Field(group, wrong, "type");
        foreach (var text in new[]
                 {
                     "session_id", "email", "phone", "customer_id", "order_id", "payment_id", "idempotency_key", "submerchant_id", "transaction_type", "payment_method.type", "payment_method.card_bin",
                     "payment_method.card_last4", "payment_method.card_country", "payment_method.card_brand", "payment_method.card_hash", "device.ip", "device.fingerprint", "device.user_agent", "device.timezone", "billing.country",
                     "billing.city", "billing.postal_code", "shipping.country",
                 }) yield return Field(text, "42", "type");
        yield return Field("email", "[\"a@example.mx\"]", "type");
        yield return Field("device.ip", "{\"v4\":\"1.2.3.4\"}", "type");
        yield return Field("order_id", "false", "type");
        foreach (var count in new[] { "session_duration_ms", "mouse_movements", "keyboard_events", "touch_events", "copy_paste_events", "focus_changes", "autofilled_fields" })
        {
            yield return Field("behavior." + count, "\"5\"", "type");
            yield return Field("behavior." + count, "-1", "range");
        }
    }

    private static IEnumerable<WrongCall> Amounts()
    {
        foreach (var wrong in new[] { "-1", "-0.01", "1000000000000001", "18446744073709551616", "1e400", "1e30", "-1e400", new string('9', 50), "99999999999999999999999999999", "9e15" }) yield return Field("amount", wrong, "range");
        foreach (var wrong in new[] { "150.5", "150.00", "0.1", "1e2", "1.5e1", "1E-2" }) yield return Field("amount", wrong, "format");
        foreach (var (amount, currency) in new[] { ("150.005", "MXN"), ("150.5", "CLP"), ("1.0001", "KWD"), ("0.1", "JPY"), ("1e-3", "USD") })
            yield return Text($"{amount} {currency} in major units", $$"""{"amount":{{amount}},"amount_unit":"major","currency":"{{currency}}"}""", "amount format");
        yield return Text("too much in major units", """{"amount":10000000000000.01,"amount_unit":"major","currency":"MXN"}""", "amount range");
        foreach (var wrong in new[] { "\"cents\"", "\"MAJOR\"", "\"\"", "1", "true", "[]" }) yield return Field("amount_unit", wrong, "format");
    }

    private static IEnumerable<WrongCall> Formats()
    {
        foreach (var wrong in new[] { "\"\"", "\"MX\"", "\"MXNN\"", "\"ZZZ\"", "\"M N\"", "\"pesos\"", "\"€\"", "\"484\"", "\"MX\\u004e\"", "\" MXN\"" }) yield return Field("currency", wrong, "format");
        foreach (var wrong in new[] { "999.1.1.1", "1.2.3", "1", "0x7f.1", "01.2.3.4", "1.2.3.4.5", "1.2.3.4/24", "::ffff:1.2.3.4.5", "fe80::1%eth0", "[::1]", "localhost", "1.2.3.-4", "1,2,3,4", " 1.2.3.4", ":::", "１.２.３.４" }) yield return Field("device.ip", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "", " ", "maria", "maria@", "@example.mx", "a@b@c.mx", "a b@example.mx", "maria@example", "maria@.mx", "maria@example.", "<a@example.mx>", "a@example.mx,b@example.mx" }) yield return Field("email", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "5512345678", "+", "+0123456789", "+52abc", "+12345", "+12345678901234567", "0052155123456" }) yield return Field("phone", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "41111", "411111111", "41111a", "４１１１１１", "-41111", "" }) yield return Field("payment_method.card_bin", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "424", "42424", "abcd", "4 42", "٤٢٤٢" }) yield return Field("payment_method.card_last4", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "MEX", "M", "ZZ", "", "12", "México" })
        {
            yield return Field("payment_method.card_country", $"\"{wrong}\"", "format");
            yield return Field("billing.country", $"\"{wrong}\"", "format");
        }
        foreach (var wrong in new[] { "America/Mexico City", "<script>", "a;b" }) yield return Field("device.timezone", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "ps 1", "pś", "a\\nb", "" }) yield return Field("session_id", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "ord 1", "ñ", "" }) yield return Field("idempotency_key", $"\"{wrong}\"", "format");
        foreach (var wrong in new[] { "1.5", "99999999999", "1e3", "18446744073709551616" }) yield return Field("behavior.mouse_movements", wrong, "range");
    }

    private static IEnumerable<WrongCall> Lengths()
    {
        foreach (var (path, most) in new[]
                 {
                     ("customer_id", 128), ("order_id", 128), ("payment_id", 128), ("submerchant_id", 128), ("session_id", 128), ("idempotency_key", 255), ("transaction_type", 40), ("payment_method.type", 40),
                     ("payment_method.card_brand", 40), ("payment_method.card_hash", 128), ("device.fingerprint", 256), ("device.user_agent", 1024), ("device.timezone", 64), ("device.ip", 64), ("billing.city", 120), ("billing.postal_code", 20),
                     ("metadata.channel", 1024), ("metadata.order_id", 128), ("metadata.note", 1024),
                 }) yield return Field(path, $"\"{new string('x', most + 1)}\"", "length");
        yield return Field("email", $"\"{new string('x', 320)}@example.mx\"", "length");
        yield return Field("customer_id", $"\"{string.Concat(Enumerable.Repeat("\\u00f1", 129))}\"", "length");
        yield return Field("device.user_agent", $"\"{new string('x', 50_000)}\"", "length");
        yield return Text("a name of 129 characters", $$$"""{"amount":1,"currency":"MXN","metadata":{"{{{new string('n', 129)}}}":1}}""", "metadata length");
        yield return Text("metadata of 51 members", $$$"""{"amount":1,"currency":"MXN","metadata":{{{{string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"m{i}\":1"))}}}}}""", "metadata length");
        yield return Text("metadata of 9 KiB", $$$"""{"amount":1,"currency":"MXN","metadata":{{{{string.Join(',', Enumerable.Range(0, 10).Select(i => $"\"m{i}\":\"{new string('x', 920)}\""))}}}}}""", "metadata length");
        yield return new("64 KiB and one byte", Encoding.UTF8.GetBytes(Shop.Minimum + new string(' ', (64 * 1024) + 1 - Shop.Minimum.Length)), 413, null);
        yield return new("10 MB of JSON", Encoding.UTF8.GetBytes($$$"""{"amount":1,"currency":"MXN","metadata":{"x":"{{{new string('x', 10_000_000)}}}"}}"""), 413, null);
        yield return new("10 MB of NULs", new byte[10_000_000], 413, null);
    }

    private static IEnumerable<WrongCall> Payouts()
    {
        foreach (var (path, json, code) in new[]
                 {
                     ("beneficiary.clabe", "\"03218000011835971\"", "format"), ("beneficiary.clabe", "\"0321800001183597199\"", "format"), ("beneficiary.clabe", "32180000118359719", "type"), ("beneficiary.iban", "\"DE00370400440532013000\"", "format"),
                     ("beneficiary.iban", "\"x\"", "format"), ("beneficiary.swift_bic", "\"BNMX\"", "format"), ("beneficiary.country", "\"Mexico\"", "format"), ("beneficiary.id", "[]", "type"), ("beneficiary.name", "1", "type"),
                     ("beneficiary.account_hash", "\"a b\"", "format"), ("origin.account_id", "{}", "type"), ("origin.country", "\"ZZ\"", "format"), ("payout.first_to_beneficiary", "\"true\"", "type"), ("payout.first_to_beneficiary", "1", "type"),
                     ("payout.rail", "5", "type"), ("payout.channel", "null5", "json"), ("payout.initiated_by", "[]", "type"), ("amount", "\"1\"", "type"),
                 }) yield return Field(path, json, code, code == "json" ? "body" : null) with { Kind = $"payout: {path} = {json}", IsPayout = true };
    }

    private static IEnumerable<WrongCall> ContentTypes()
    {
        foreach (var type in new[]
                 {
                     null, "", "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "application/ld+json", "application/problem+json", "json", "*/*",
                     "application/json; charset=utf-16", "application/json; charset=iso-8859-1", "application/json; charset=xyz", "application/json; charset=\"utf-16\"", "application/json; charset=utf-7", "application/json, text/plain", "application/json;;charset",
                 }) yield return new($"Content-Type: {type ?? "(none)"}", Encoding.UTF8.GetBytes(Shop.Minimum), 415, null, type);
    }

    private static IEnumerable<WrongCall> Cards()
    {
        foreach (var (path, value) in new[]
                 {
                     ("payment_method.card_bin", "4111111111111111"), ("payment_method.card_last4", "4111111111111111"), ("payment_method.card_brand", "4111111111111111"), ("payment_method.card_hash", "4111111111111111"),
                     ("payment_method.card_bin", "4111 1111 1111 1111"), ("payment_method.card_bin", "4111-1111-1111-1111"), ("payment_method.card_bin", "\\u0034111111111111111"), ("payment_method.card_last4", "378282246310005"),
                     ("payment_method.card_token", "5555555555554444"),
                 }) yield return Field(path, $"\"{value}\"", "card_number");
    }

    private static byte[] Around(byte[] wrong) => [.. "{\"amount\":15000,\"currency\":\"MXN\",\"customer_id\":\"a"u8, .. wrong, .. "b\"}"u8];

    private static string Deep(string open, string inside, string close, int depth) => string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth));
}
