using System.Text;

namespace ClausumPanel.Web.Tests.Api;

public sealed class WrongCallTests(ApiApp app) : IClassFixture<ApiApp>
{
    public static TheoryData<string> Kinds => [.. WrongCalls.All.Select(w => w.Kind)];

    [Fact]
    public void There_are_many_ways_to_be_wrong_and_no_two_are_the_same()
    {
        Assert.True(WrongCalls.All.Count >= 150, $"{WrongCalls.All.Count} kinds");
        Assert.Empty(WrongCalls.All.GroupBy(w => w.Kind).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_wrong_body_is_refused_with_its_field_and_reason_and_nothing_is_stored(string kind)
    {
        var wrong = WrongCalls.All.Single(w => w.Kind == kind);
        var shop = await Shop.OpenAsync(app);
        var before = await shop.StoredAsync();

        var answer = await shop.PostAsync(wrong.IsPayout ? "/api/v1/assess/payout" : "/api/v1/assess", wrong.Bytes, wrong.ContentType);

        var code = wrong.Status switch { 413 => "PAYLOAD_TOO_LARGE", 415 => "UNSUPPORTED_MEDIA_TYPE", _ when wrong.Complaint!.EndsWith("card_number", StringComparison.Ordinal) => "CARD_NUMBER_NOT_ALLOWED", _ => "VALIDATION_ERROR" };
        answer.MustRefuse(wrong.Status, code);
        if (wrong.Complaint is { } complaint)
        {
            Assert.Contains(complaint, answer.Complaints);
            var details = answer.Json.GetProperty("error").GetProperty("details");
            Assert.All(details.GetProperty("fields").EnumerateArray(), f => Assert.False(string.IsNullOrWhiteSpace(f.GetProperty("reason").GetString())));
            Assert.False(string.IsNullOrEmpty(details.GetProperty("field").GetString()));
        }
        Assert.True(answer.Text.Length < 8_000, "a refusal repeats too much of what came");
        Assert.Equal(before, await shop.StoredAsync());
    }

    [Fact]
    public async Task Everything_wrong_is_said_at_once()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = await shop.AssessAsync("""{"amount":"1","currency":"ZZZ","email":"x","device":{"ip":"y"},"behavior":{"mouse_movements":-1}}""");
        Assert.Equal(["amount type", "currency format", "email format", "device.ip format", "behavior.mouse_movements range"], answer.MustRefuse(400, "VALIDATION_ERROR").Complaints);
    }

    [Theory]
    [InlineData("0"), InlineData("1000000000000000"), InlineData("-0")]
    public async Task The_smallest_and_the_largest_amount_are_taken(string amount) =>
        (await (await Shop.OpenAsync(app)).AssessAsync(Shop.With(Shop.Minimum, "amount", amount))).MustBeGood();

    [Theory]
    [InlineData("150.00", "MXN"), InlineData("150", "MXN"), InlineData("1.5e2", "USD"), InlineData("150.0", "CLP"), InlineData("1.234", "KWD"), InlineData("0", "EUR")]
    public async Task A_decimal_amount_with_the_currencys_own_digits_is_taken(string amount, string currency) =>
        (await (await Shop.OpenAsync(app)).AssessAsync($$"""{"amount":{{amount}},"amount_unit":"major","currency":"{{currency}}"}""")).MustBeGood();

    [Theory]
    [InlineData("""{"amount":1,"currency":"mxn"}"""), InlineData("""{"amount":1,"currency":"MXN","email":null,"device":null,"behavior":{"mouse_movements":null}}""")]
    [InlineData("""{"amount":1,"currency":"MXN","later":{"a":[1,2,{"b":null}]},"device":{"later":true}}"""), InlineData("""{"amount":1,"currency":"MXN","metadata":{"emoji":"\ud83d\ude00 😀","escaped":"\u00e9\n\t\""}}""")]
    [InlineData("""{"amount":1,"currency":"MXN","device":{"ip":"2806:2f0:9020::1"},"phone":"+52 (55) 1234-5678","email":"maría@correo.mx"}""")]
    public async Task What_is_unusual_but_right_is_taken(string body) => (await (await Shop.OpenAsync(app)).AssessAsync(body)).MustBeGood();

    [Theory]
    [InlineData("application/json"), InlineData("application/json; charset=utf-8"), InlineData("application/json;charset=UTF-8"), InlineData("application/json; charset=\"utf-8\""), InlineData("Application/JSON")]
    public async Task JSON_in_UTF8_may_be_said_in_several_ways(string contentType) =>
        (await (await Shop.OpenAsync(app)).PostAsync("/api/v1/assess", Encoding.UTF8.GetBytes(Shop.Minimum), contentType)).MustBeGood();

    [Fact]
    public async Task A_body_of_exactly_64_KiB_is_taken() => (await (await Shop.OpenAsync(app)).AssessAsync(Shop.Minimum + new string(' ', (64 * 1024) - Shop.Minimum.Length))).MustBeGood();

    [Theory]
    [InlineData("ord 1", false), InlineData("ñ", false), InlineData("ok", true)]
    public async Task The_idempotency_header_is_checked_too(string key, bool good)
    {
        var answer = await (await Shop.OpenAsync(app)).AssessAsync(Shop.Minimum, ("Idempotency-Key", key));
        if (good) answer.MustBeGood();
        else Assert.Equal(["Idempotency-Key format"], answer.MustRefuse(400, "VALIDATION_ERROR").Complaints);
    }

    /// <summary>Bodies cut, stitched, flipped and stuffed at random: whatever comes, the answer is one of ours.</summary>
    [Fact]
    public async Task Three_thousand_mutated_bodies_never_break_anything()
    {
        var random = new Random(20261124);
        var shop = await Shop.OpenAsync(app);
        var seeds = new[] { Shop.Minimum, Shop.Full, Shop.Payout }.Select(b => Encoding.UTF8.GetBytes(b.Replace("\"idempotency_key\"", "\"reference\"", StringComparison.Ordinal))).ToArray();
        byte[][] scraps = ["\0"u8.ToArray(), "\\ud800"u8.ToArray(), "\""u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "[[[["u8.ToArray(), "4111111111111111"u8.ToArray(), "1e999"u8.ToArray(), "null"u8.ToArray(), [0xFF], [0xED, 0xA0, 0x80], ",\"amount\":1"u8.ToArray(), "\\u0000"u8.ToArray(), "-"u8.ToArray(), "9999999999999999999999"u8.ToArray(), ",\"cvv\":[{\"a\":\"1\"},2]"u8.ToArray()];
        var good = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var body = seeds[random.Next(seeds.Length)].ToList();
            for (var times = random.Next(1, 5); times > 0 && body.Count > 0; times--)
            {
                var at = random.Next(body.Count);
                switch (random.Next(5))
                {
                    case 0: body[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: body.RemoveRange(at, Math.Min(body.Count - at, random.Next(1, 20))); break;
                    case 2: body.InsertRange(at, scraps[random.Next(scraps.Length)]); break;
                    case 3: body.InsertRange(at, body.GetRange(at, Math.Min(body.Count - at, random.Next(1, 60)))); break;
                    default: body[at] = (byte)random.Next(256); break;
                }
            }
            byte[] bytes = [.. body];
            var answer = await shop.PostAsync(random.Next(4) == 0 ? "/api/v1/assess/payout" : "/api/v1/assess", bytes, "application/json");
            if (answer.Code == 200) good++;
            else if (answer.Code is not (400 or 409 or 413)) Assert.Fail($"Body {i} was answered {answer.Code}: {answer.Text}\n{Encoding.UTF8.GetString(bytes)}");
        }
        Assert.InRange(good, 50, 2_950);
        Assert.DoesNotContain(app.Logged, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }
}
