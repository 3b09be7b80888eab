using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Tests.Api;

public class AssessRequestReaderTests
{
    private readonly AssessRequest _request = new();
    private readonly List<FieldError> _errors = [];

    public static TheoryData<string, string, string> Wrong()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (body, field, code) in WrongBodies.All()) data.Add(body, field, code);
        return data;
    }

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Refuses_a_wrong_body_and_says_where(string body, string field, string code)
    {
        Assert.False(Read(Encoding.Latin1.GetBytes(body)));
        Assert.Contains(_errors, e => e.Field == field && e.Code == code);
        Assert.All(_errors, e => Assert.InRange(e.Reason.Length, 1, 200));
    }

    [Fact]
    public void Knows_more_than_150_kinds_of_wrong_body() => Assert.InRange(WrongBodies.All().DistinctBy(b => (b.Body, b.Field)).Count(), 150, 1_000);

    [Fact]
    public void Says_everything_that_is_wrong_at_once_but_no_more_than_twenty()
    {
        Assert.False(Read("""{"amount":"1","currency":"XYZ","email":"x","device":{"ip":"x"}}"""));
        Assert.Equal(["amount", "currency", "email", "device.ip"], _errors.Select(e => e.Field));
        Assert.False(Read("{" + string.Join(',', Enumerable.Range(0, 60).Select(i => $"\"k{i}\":\"\\ud800\"")) + "}"));
        Assert.Equal(20, _errors.Count);
    }

    [Fact]
    public void Never_repeats_more_than_64_characters_of_what_was_sent()
    {
        var name = new string('n', 120);
        Assert.False(Read($$"""{"amount":1,"currency":"MXN","{{name}}":"\ud800"}"""));
        Assert.All(_errors, e => Assert.DoesNotContain(new string('n', 65), e.Field + e.Reason));
    }

    [Theory]
    [InlineData("""{"amount":150.00,"currency":"MXN","amount_unit":"major"}""", 15_000)]
    [InlineData("""{"amount_unit":"major","currency":"CLP","amount":1500}""", 1_500)]
    [InlineData("""{"amount":1.234,"currency":"kwd","amount_unit":"major"}""", 1_234)]
    [InlineData("""{"amount":0,"currency":"mxn","amount_unit":"minor"}""", 0)]
    [InlineData("""{"amount":1000000000000000,"currency":"MXN","amount_unit":null}""", 1_000_000_000_000_000)]
    [InlineData("""{"\u0061mount":7,"currency":"MXN"}""", 7)]
    public void Reads_an_amount_exactly(string body, long minor)
    {
        Assert.True(Read(body));
        Assert.Equal(minor, _request.Amount);
    }

    [Fact]
    public void Takes_null_as_left_out_and_forgets_the_request_before()
    {
        Assert.True(Read("""{"amount":1,"currency":"MXN","email":"maria@example.mx","device":{"ip":"201.141.1.2"},"behavior":{"mouse_movements":3}}"""));
        Assert.True(Read("""{"amount":1,"currency":"MXN","email":null,"device":null,"behavior":{"mouse_movements":null},"payment_method":{"card_bin":null,"card_country":null},"payout":{"first_to_beneficiary":null}}"""));
        Assert.Equal((null, null, double.NaN, null, null), (_request.Email, _request.Ip, _request.MouseMovements, _request.CardBin, _request.PayoutFirst));
    }

    [Fact]
    public void Keeps_members_it_does_not_know_in_the_body_and_reads_names_with_escapes()
    {
        Assert.True(Read("""{"amount":1,"currency":"MXN","metadata":{"a\u00f1o":2026,"Jos\u00e9":"Pag\u00f3"},"own":[1,{"a":null}],"e\u006dail":"maria@example.mx"}"""));
        Assert.Contains("a\\u00f1o", Stored(), StringComparison.Ordinal);
        Assert.Equal("maria@example.mx", _request.Email);
    }

    [Fact]
    public void Takes_when_it_happened_only_from_who_may_say_so()
    {
        const string Body = """{"amount":1,"currency":"MXN","occurred_at":"2026-05-29T18:30:00-06:00"}""";
        Assert.True(Read(Body));
        Assert.Null(_request.OccurredAt);
        Assert.True(AssessRequestReader.TryRead(Encoding.UTF8.GetBytes(Body), Flow.PayIn, true, "comercio", _request, _errors));
        Assert.Equal(new DateTimeOffset(2026, 5, 30, 0, 30, 0, TimeSpan.Zero), _request.OccurredAt);
    }

    [Theory]
    [InlineData("""{"note":"card 4111 1111 1111 1111 please"}""", "4111 11** **** 1111 please")]
    [InlineData("""{"note":"4111--1111 - 1111  1111"}""", "4111--11")]
    [InlineData("""{"note":"378282246310005"}""", "378282*****0005")]
    [InlineData("""{"note":"+4111111111111111"}""", "+411111******1111")]
    [InlineData("""{"note":{"deep":[["5555555555554444"]]}}""", "555555******4444")]
    [InlineData("""{"note":4111111111111111}""", "4111110000001111")]
    [InlineData("""{"5555555555554444":"name"}""", "555555******4444")]
    [InlineData("""{"note":"\u0034111111111111111"}""", "***")]
    [InlineData("""{"note":"Jos\u00e9 4111111111111111"}""", "***")]
    [InlineData("""{"\u0034111111111111111":1}""", "***")]
    [InlineData("""{"note":"%B4111111111111112^PEREZ/MARIA^26011010000?"}""", "***")]
    [InlineData("""{"note":";4111111111111111=26011010000?"}""", "***")]
    [InlineData("""{"CVV2":"123"}""", "\"***\"")]
    [InlineData("""{"cvc":123}""", "  0")]
    [InlineData("""{"security-code":"999","Track_1":"x"}""", "\"***\"")]
    [InlineData("""{"pin":{"value":"1234","n":[77]}}""", "****")]
    [InlineData("""{"card_number":"4000"}""", "****")]
    [InlineData("""{"c\u0076v":"123"}""", "***")]
    public void Masks_card_data_before_anything_is_kept(string metadata, string left)
    {
        Assert.True(Read($$"""{"amount":1,"currency":"MXN","metadata":{{metadata}}}"""));
        var stored = Stored();
        Assert.Contains(left, stored, StringComparison.Ordinal);
        foreach (var secret in (string[])["411111111111", "1111 1111 1111", "378282246310005", "5555555555554444", "PEREZ", "123", "999", "1234", "77", "4000"]) Assert.DoesNotContain(secret, stored, StringComparison.Ordinal);
        Assert.NotNull(JsonDocument.Parse(stored));
        Assert.Contains(_request.Warnings, w => w.EndsWith("card data removed", StringComparison.Ordinal));
    }

    [Fact]
    public void Masks_a_member_that_it_reads_itself_too()
    {
        Assert.True(Read("""{"amount":1,"currency":"MXN","order_id":"4111111111111111","customer_id":"\u00344 4111111111111111"}"""));
        Assert.Equal(("411111******1111", null), (_request.OrderId, _request.CustomerId));
        Assert.Contains("order_id: card data removed", _request.Warnings);
        Assert.Contains("customer_id: card data removed", _request.Warnings);
    }

    [Theory]
    [InlineData("\"session_id\":\"ps_1716998400000_a1b2c3d4e\"")]
    [InlineData("\"phone\":\"+4330775067496\"")]
    [InlineData("\"metadata\":{\"phone\":\"+378282246310005\"}")]
    [InlineData("\"metadata\":{\"at\":1716998400000,\"nanos\":1716998400000000000}")]
    [InlineData("\"metadata\":{\"number\":\"4111111111111112\",\"other\":\"0000000000000000\",\"c_id\":\"c-77\"}")]
    [InlineData("\"beneficiary\":{\"clabe\":\"452907845474855454\"}")]
    [InlineData("\"beneficiary\":{\"iban\":\"FR31 3000 6527 5582 8235 7416 299\"}")]
    [InlineData("\"payment_method\":{\"card_hash\":\"8feaa233aa6acf4852973009525b360f47899950a0be1b82eb9c7fdc594ebe8b\"}")]
    [InlineData("\"order_id\":\"5f0c4111-7550-2429-8488-a1b2c3d4e5f6\"")]
    public void Leaves_alone_what_only_looks_like_a_card(string members)
    {
        var body = $$"""{"amount":1,"currency":"MXN",{{members}}}""";
        Assert.True(Read(body), string.Join("; ", _errors));
        Assert.Equal(body, Stored());
        Assert.DoesNotContain(_request.Warnings, w => w.Contains("card data", StringComparison.Ordinal));
    }

    [Fact]
    public void Warns_of_masked_values_fifty_times_at_most()
    {
        Assert.True(Read("""{"amount":1,"currency":"MXN","own":{""" + string.Join(',', Enumerable.Range(0, 99).Select(i => $"\"k{i}\":\"4111111111111111\"")) + "}}"));
        Assert.Equal(50, _request.Warnings.Count(w => w.EndsWith("card data removed", StringComparison.Ordinal)));
        Assert.DoesNotContain("4111111111111111", Stored(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"amount":1,"currency":"MXN","metadata":{"a":1.0,"b":[1,2]}}""", """{ "metadata" : {"b":[1, 2],"a":1}, "currency":"MXN", "amount":1, "idempotency_key":"k" }""", true)]
    [InlineData("""{"amount":1,"currency":"MXN"}""", """{"amount":2,"currency":"MXN"}""", false)]
    [InlineData("""{"amount":1,"currency":"MXN","metadata":{"a":[1,2]}}""", """{"amount":1,"currency":"MXN","metadata":{"a":[2,1]}}""", false)]
    [InlineData("""{"amount":1,"currency":"MXN","metadata":{"a":"1"}}""", """{"amount":1,"currency":"MXN","metadata":{"a":1}}""", false)]
    [InlineData("""{"amount":1,"currency":"MXN","email":"\u0061@b.mx"}""", """{"amount":1,"currency":"MXN","email":"a@b.mx"}""", true)]
    public void Two_bodies_have_one_fingerprint_when_they_say_the_same(string one, string other, bool same) =>
        Assert.Equal(same, Fingerprint.Of(Encoding.UTF8.GetBytes(one)) == Fingerprint.Of(Encoding.UTF8.GetBytes(other)));

    [Fact]
    public void Never_throws_whatever_comes()
    {
        var random = new Random(20261124);
        string[] seeds =
        [
            FullRequest.PayIn, FullRequest.PayOut, """{"amount":1,"currency":"MXN","metadata":{"a\u00f1o":"\u0034111111111111111","n":4111111111111111,"x":"4111 1111 1111 1111"},"cvv":123,"pin":{"a":[true,"x"]}}""",
        ];
        byte[] spice = [.. "\"\\{}[],:0123456789eE.-+ud8\0\n/"u8, 0xC3, 0xFF, 0xED];
        for (var round = 0; round < 20_000; round++)
        {
            var body = Encoding.UTF8.GetBytes(seeds[round % seeds.Length]).ToList();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(body.Count);
                switch (random.Next(4))
                {
                    case 0: body[at] = spice[random.Next(spice.Length)]; break;
                    case 1: body.Insert(at, spice[random.Next(spice.Length)]); break;
                    case 2: body.RemoveAt(at); break;
                    default: body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(40), body.Count - at))); break;
                }
            }
            byte[] bytes = [.. body];
            var thrown = Record.Exception(() =>
            {
                if (Read(bytes)) Fingerprint.Of(bytes);
                else Assert.NotEmpty(_errors);
            });
            Assert.True(thrown is null, $"{Encoding.Latin1.GetString([.. body])}: {thrown}");
        }
    }

    [Fact]
    public void Reading_the_usual_request_allocates_little_more_than_its_texts()
    {
        var body = Encoding.UTF8.GetBytes(FullRequest.PayIn);
        for (var i = 0; i < 200; i++) Read(body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Assert.True(Read(body));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 2_500);
    }

    private bool Read(string body) => Read(Encoding.UTF8.GetBytes(body));

    private bool Read(byte[] body) => AssessRequestReader.TryRead(body, Flow.PayIn, false, "comercio", _request, _errors);

    private string Stored() => Encoding.UTF8.GetString(_request.Body.Span);
}
