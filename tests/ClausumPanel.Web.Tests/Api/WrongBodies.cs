namespace ClausumPanel.Web.Tests.Api;

/// <summary>Every kind of body that must be refused, with the field and the code the refusal names. Bytes are Latin-1, so that bodies which are no UTF-8 can stand here too.</summary>
internal static class WrongBodies
{
    private static readonly string[] Texts = ["transaction_type", "session_id", "email", "phone", "customer_id", "order_id", "payment_id", "idempotency_key", "submerchant_id", "occurred_at"];

    private static readonly (string Object, string[] Fields)[] Inner =
    [
        ("payment_method", ["type", "card_bin", "card_last4", "card_country", "card_brand", "card_hash"]),
        ("device", ["ip", "fingerprint", "user_agent", "timezone"]),
        ("billing", ["country", "city", "postal_code"]),
        ("shipping", ["country"]),
        ("beneficiary", ["id", "name", "country", "clabe", "iban", "account_hash", "swift_bic"]),
        ("origin", ["account_id", "country"]),
        ("payout", ["rail", "channel", "initiated_by"]),
    ];

    private static readonly string[] Counts = ["session_duration_ms", "mouse_movements", "keyboard_events", "touch_events", "copy_paste_events", "focus_changes", "autofilled_fields"];

    public static IEnumerable<(string Body, string Field, string Code)> All()
    {
        foreach (var body in Broken()) yield return (body, "body", "json");
        foreach (var body in (string[])["[]", "1", "\"text\"", "null", "true", "[{\"amount\":1,\"currency\":\"MXN\"}]"]) yield return (body, "body", "type");
        foreach (var wrong in Amounts()) yield return wrong;
        foreach (var wrong in Currencies()) yield return wrong;
        foreach (var wrong in WrongTypes()) yield return wrong;
        foreach (var wrong in WrongShapes()) yield return wrong;
        foreach (var wrong in Limits()) yield return wrong;
        foreach (var wrong in Characters()) yield return wrong;
        foreach (var wrong in Duplicates()) yield return wrong;
        foreach (var wrong in CardNumbers()) yield return wrong;
    }

    private static string With(string members) => $$"""{"amount":15000,"currency":"MXN",{{members}}}""";

    private static string Within(string section, string members) => With($$"""
        "{{section}}":{{{members}}}
        """);

    private static IEnumerable<string> Broken() =>
    [
        "", " ", "{", "}", "{\"amount\":1", "{\"amount\"}", "{amount:1}", "{'amount':1}", "{\"amount\":1,}", "{\"amount\":01,\"currency\":\"MXN\"}", "{\"amount\":+1,\"currency\":\"MXN\"}",
        "{\"amount\":.5,\"currency\":\"MXN\"}", "{\"amount\":1.,\"currency\":\"MXN\"}", "{\"amount\":NaN,\"currency\":\"MXN\"}", "{\"amount\":Infinity,\"currency\":\"MXN\"}", "{\"amount\":0x10,\"currency\":\"MXN\"}",
        "{\"amount\":1,\"currency\":\"MXN\"}{}", "{\"amount\":1,\"currency\":\"MXN\"} x", "{\"amount\":1 /* one */,\"currency\":\"MXN\"}", "// one\n{\"amount\":1,\"currency\":\"MXN\"}", "{\"amount\":1,\"currency\":\"MX\nN\"}",
        "{\"amount\":1,\"currency\":\"MXN\",\"email\":\"\\x\"}", "{\"amount\":1,\"currency\":\"MXN\",\"email\":\"\\u12\"}", "{\"amount\":1,\"currency\":\"MXN\",\"email\":\"a\0b\"}", "\u00EF\u00BB\u00BF{\"amount\":1,\"currency\":\"MXN\"}",
        "{\"amount\":1,\"currency\":\"MXN\",\"metadata\":{\"a\":\"\u00FF\"}}", "{\"amount\":1,\"currency\":\"MXN\",\"metadata\":{\"\u00C3\":1}}", "{\"amount\":1,\"currency\":\"MXN\",\"metadata\":{\"a\":\"\u00ED\u00A0\u0080\"}}", "{\"amount\":1,\"currency\":\"MXN\",\"a\":\"\u00C0\u00AF\"}",
        With("\"metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40)), With("\"a\":" + new string('[', 40) + new string(']', 40)), "amount=1&currency=MXN", "<amount>1</amount>", "{\"amount\":1,\"currency\":tru}",
    ];

    private static IEnumerable<(string, string, string)> Amounts()
    {
        yield return ("""{"currency":"MXN"}""", "amount", "required");
        yield return ("{}", "amount", "required");
        yield return ("""{"Amount":1,"currency":"MXN"}""", "amount", "required");
        foreach (var value in (string[])["\"15000\"", "null", "true", "[]", "{}", "\"\"", "[15000]"]) yield return ($$"""{"amount":{{value}},"currency":"MXN"}""", "amount", "type");
        foreach (var value in (string[])["-1", "-0.01", "1000000000000001", "1e16", "18446744073709551616", "1e400", "99999999999999999999999999999999999999999999"]) yield return ($$"""{"amount":{{value}},"currency":"MXN"}""", "amount", "range");
        foreach (var value in (string[])["150.5", "0.1", "150.00", "1e3"]) yield return ($$"""{"amount":{{value}},"currency":"MXN"}""", "amount", "format");
        foreach (var (value, currency) in ((string, string)[])[("150.005", "MXN"), ("0.001", "USD"), ("1500.5", "CLP"), ("1.0001", "KWD"), ("0.1", "JPY")]) yield return ($$"""{"amount":{{value}},"currency":"{{currency}}","amount_unit":"major"}""", "amount", "format");
        yield return ("""{"amount":10000000000001,"currency":"MXN","amount_unit":"major"}""", "amount", "range");
        foreach (var unit in (string[])["\"cents\"", "\"MAJOR\"", "\"\"", "1", "true", "{}", "[]"]) yield return (With("\"amount_unit\":" + unit), "amount_unit", "format");
    }

    private static IEnumerable<(string, string, string)> Currencies()
    {
        yield return ("""{"amount":1}""", "currency", "required");
        foreach (var value in (string[])["484", "null", "false", "{}", "[\"MXN\"]"]) yield return ($$"""{"amount":1,"currency":{{value}}}""", "currency", "type");
        foreach (var value in (string[])["", "MX", "MXNN", "XYZ", "M N", "$", "peso", "M\\u0058N", "4111111111111111"]) yield return ($$"""{"amount":1,"currency":"{{value}}"}""", "currency", "format");
    }

    private static IEnumerable<(string, string, string)> WrongTypes()
    {
        foreach (var field in Texts)
            foreach (var value in (string[])["1", "true", "{}", "[\"a\"]"]) yield return (With($"\"{field}\":{value}"), field, "type");
        foreach (var (section, fields) in Inner)
        {
            foreach (var value in (string[])["1", "\"a\"", "[]", "true"]) yield return (With($"\"{section}\":{value}"), section, "type");
            foreach (var field in fields)
                foreach (var value in (string[])["12", "{\"a\":[1]}"]) yield return (Within(section, $"\"{field}\":{value}"), $"{section}.{field}", "type");
        }
        foreach (var section in (string[])["behavior", "metadata"]) yield return (With($"\"{section}\":\"a\""), section, "type");
        foreach (var field in Counts)
        {
            yield return (Within("behavior", $"\"{field}\":\"3\""), "behavior." + field, "type");
            foreach (var value in (string[])["-1", "1.5", "1e99", "99999999999"]) yield return (Within("behavior", $"\"{field}\":{value}"), "behavior." + field, "range");
        }
        foreach (var value in (string[])["1", "\"true\"", "{}"]) yield return (Within("payout", "\"first_to_beneficiary\":" + value), "payout.first_to_beneficiary", "type");
    }

    private static IEnumerable<(string, string, string)> WrongShapes()
    {
        foreach (var value in (string[])["maria", "@a.mx", "maria@", "maria@mx", "a@b@c.mx", "a b@c.mx", "a@.mx", "a@c.", "<a@c.mx>", "a@c.mx,b@c.mx", "   "]) yield return (With($"\"email\":\"{value}\""), "email", "format");
        foreach (var value in (string[])["5512345678", "+", "+1", "+0123456789", "+52 55 12x4 5678", "+5255123456789012", "tel:+5215512345678", "++5215512345678"]) yield return (With($"\"phone\":\"{value}\""), "phone", "format");
        foreach (var value in (string[])["a b", "sesión", "a\\tb"]) yield return (With($"\"session_id\":\"{value.Replace("ó", "\u00C3\u00B3", StringComparison.Ordinal)}\""), "session_id", "format");
        foreach (var value in (string[])["41111", "411111111", "41111a", "4111 11", "\u00D9\u00A1\u00D9\u00A2\u00D9\u00A3\u00D9\u00A4\u00D9\u00A5\u00D9\u00A6"]) yield return (Within("payment_method", $"\"card_bin\":\"{value}\""), "payment_method.card_bin", "format");
        foreach (var value in (string[])["424", "42424", "42a2", "-424"]) yield return (Within("payment_method", $"\"card_last4\":\"{value}\""), "payment_method.card_last4", "format");
        foreach (var (section, field) in ((string, string)[])[("payment_method", "card_country"), ("billing", "country"), ("shipping", "country"), ("beneficiary", "country"), ("origin", "country")])
            foreach (var value in (string[])["MEX", "M", "", "ZZ", "12", "\u00C3\u00B1"]) yield return (Within(section, $"\"{field}\":\"{value}\""), $"{section}.{field}", "format");
        foreach (var value in (string[])["1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.1.1.1", "1.2.3.4:80", "1.2.3.4/24", "::1%eth0", "[::1]", "2001:db8::1::2", "2001:db8::/32", "localhost", "1.2.3.-4", ":"])
            yield return (Within("device", $"\"ip\":\"{value}\""), "device.ip", "format");
        foreach (var value in (string[])["America/Mexico City", "UTC\u00C2\u00B1", "<script>", "'"]) yield return (Within("device", $"\"timezone\":\"{value}\""), "device.timezone", "format");
        foreach (var value in (string[])["01234567890123456", "0123456789012345678", "abc", "03218000011835971x"]) yield return (Within("beneficiary", $"\"clabe\":\"{value}\""), "beneficiary.clabe", "format");
        foreach (var value in (string[])["DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "x"]) yield return (Within("beneficiary", $"\"iban\":\"{value}\""), "beneficiary.iban", "format");
        foreach (var value in (string[])["DEUTDEF", "DEUTZZFF", "DEUT-EFF", "DEUTDEFF5000"]) yield return (Within("beneficiary", $"\"swift_bic\":\"{value}\""), "beneficiary.swift_bic", "format");
    }

    private static IEnumerable<(string, string, string)> Limits()
    {
        foreach (var (field, most) in ((string, int)[])[("transaction_type", 40), ("session_id", 128), ("email", 320), ("phone", 40), ("customer_id", 128), ("order_id", 128), ("payment_id", 128), ("idempotency_key", 255), ("submerchant_id", 128)])
            yield return (With($"\"{field}\":\"{new string('a', most + 1)}\""), field, "length");
        yield return (Within("device", $"\"user_agent\":\"{new string('a', 1025)}\""), "device.user_agent", "length");
        yield return (Within("device", $"\"fingerprint\":\"{new string('a', 257)}\""), "device.fingerprint", "length");
        yield return (Within("metadata", $"\"note\":\"{new string('a', 1025)}\""), "metadata.note", "length");
        yield return (Within("metadata", $"\"a\":{{\"b\":[\"{new string('a', 1025)}\"]}}"), "metadata.a.b", "length");
        yield return (With($"\"own\":\"{new string('a', 1025)}\""), "own", "length");
        yield return (With($"\"{new string('n', 129)}\":1"), "body", "length");
        yield return (Within("metadata", $"\"{new string('n', 129)}\":1"), "metadata", "length");
        yield return (Within("metadata", string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"k{i}\":1"))), "metadata", "length");
        yield return (Within("metadata", string.Join(',', Enumerable.Range(0, 12).Select(i => $"\"k{i}\":\"{new string('a', 800)}\""))), "metadata", "length");
        yield return (With(string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"k{i}\":1"))), "body", "length");
    }

    private static IEnumerable<(string, string, string)> Characters()
    {
        foreach (var field in Texts)
        {
            yield return (With($"\"{field}\":\"a\\u0000b\""), field, "format");
            yield return (With($"\"{field}\":\"a\\ud800b\""), field, "format");
        }
        foreach (var value in (string[])["\\u0000", "\\ud800", "\\udc00\\ud800", "a\\udfff"])
        {
            yield return (Within("metadata", $"\"a\":\"{value}\""), "metadata.a", "format");
            yield return (Within("metadata", $"\"a\":[[\"{value}\"]]"), "metadata.a", "format");
            yield return (Within("metadata", $"\"{value}\":1"), "metadata", "format");
            yield return (With($"\"own\":\"{value}\""), "own", "format");
            yield return (With($"\"{value}\":1"), "body", "format");
            yield return (Within("device", $"\"user_agent\":\"{value}\""), "device.user_agent", "format");
        }
    }

    private static IEnumerable<(string, string, string)> Duplicates()
    {
        yield return (With("\"amount\":1"), "amount", "duplicate");
        yield return (With("\"AMOUNT\":1"), "AMOUNT", "duplicate");
        yield return (With("\"\\u0061mount\":1"), "amount", "duplicate");
        yield return (With("\"email\":\"a@b.mx\",\"e\\u006dail\":\"a@b.mx\""), "email", "duplicate");
        yield return (With("\"\\u0065mail\":\"a@b.mx\",\"EMAIL\":\"a@b.mx\""), "EMAIL", "duplicate");
        yield return (With("\"\\u0065mail\":\"a@b.mx\",\"\\u0045mail\":\"a@b.mx\""), "Email", "duplicate");
        yield return (With("\"own\":1,\"own\":2"), "own", "duplicate");
        yield return (Within("device", "\"ip\":\"1.1.1.1\",\"Ip\":\"1.1.1.1\""), "device.Ip", "duplicate");
        yield return (Within("metadata", "\"a\":1,\"a\":2"), "metadata.a", "duplicate");
        yield return (Within("metadata", "\"a\":{\"b\":1,\"B\":2}"), "metadata.a.B", "duplicate");
        yield return (With("\"own\":[{\"b\":1,\"b\":2}]"), "own.b", "duplicate");
    }

    private static IEnumerable<(string, string, string)> CardNumbers()
    {
        foreach (var field in (string[])["card_bin", "card_last4", "card_brand", "card_hash", "card_token"])
            foreach (var value in (string[])["4111111111111111", "4111 1111 1111 1111", "\\u0034111111111111111"]) yield return (Within("payment_method", $"\"{field}\":\"{value}\""), "payment_method." + field, "card_number");
    }
}
