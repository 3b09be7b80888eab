using System.Text;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Api;

public sealed class CardDataTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const string Visa = "4111111111111111", Amex = "378282246310005", Mastercard = "5555555555554444", Cvv = "8317", Track = ";4111111111111111=29121010000012300000?";

    public static TheoryData<string, string> Leaks => new()
    {
        { "an e-mail's name", """{"amount":1,"currency":"MXN","email":"<VISA>@example.mx"}""" },
        { "customer_id", """{"amount":1,"currency":"MXN","customer_id":"<VISA>"}""" },
        { "order_id", """{"amount":1,"currency":"MXN","order_id":"order <MASTERCARD> x"}""" },
        { "session_id", """{"amount":1,"currency":"MXN","session_id":"<AMEX>"}""" },
        { "idempotency_key", """{"amount":1,"currency":"MXN","idempotency_key":"<VISA>"}""" },
        { "fingerprint", """{"amount":1,"currency":"MXN","device":{"fingerprint":"<VISA>"}}""" },
        { "user agent", """{"amount":1,"currency":"MXN","device":{"user_agent":"card=<VISA>"}}""" },
        { "billing city", """{"amount":1,"currency":"MXN","billing":{"city":"<VISA>"}}""" },
        { "metadata", """{"amount":1,"currency":"MXN","metadata":{"note":"paid with <VISA> today"}}""" },
        { "metadata with spaces", """{"amount":1,"currency":"MXN","metadata":{"note":"4111 1111 1111 1111"}}""" },
        { "metadata with dashes", """{"amount":1,"currency":"MXN","metadata":{"note":"4111-1111-1111-1111"}}""" },
        { "metadata as a number", """{"amount":1,"currency":"MXN","metadata":{"note":<VISA>}}""" },
        { "metadata in an array", """{"amount":1,"currency":"MXN","metadata":{"notes":["a",["<VISA>"]]}}""" },
        { "metadata deep", """{"amount":1,"currency":"MXN","metadata":{"a":{"b":{"c":"<MASTERCARD>"}}}}""" },
        { "a member's name", """{"amount":1,"currency":"MXN","metadata":{"<VISA>":true}}""" },
        { "an unknown member", """{"amount":1,"currency":"MXN","later":{"x":"<AMEX>"}}""" },
        { "track data", """{"amount":1,"currency":"MXN","metadata":{"swipe":"<TRACK>"}}""" },
        { "track one", """{"amount":1,"currency":"MXN","metadata":{"swipe":"%B<VISA>^GONZALEZ/MARIA^29121010000000123?"}}""" },
        { "cvv", """{"amount":1,"currency":"MXN","payment_method":{"type":"card","cvv":"<CVV>"}}""" },
        { "cvc as a number", """{"amount":1,"currency":"MXN","payment_method":{"type":"card","CVC":<CVV>}}""" },
        { "security code", """{"amount":1,"currency":"MXN","payment_method":{"security_code":"<CVV>"}}""" },
        { "track member", """{"amount":1,"currency":"MXN","metadata":{"track2":{"raw":["<CVV>",<CVV>]}}}""" },
        { "pin", """{"amount":1,"currency":"MXN","metadata":{"card-pin":"<CVV>"}}""" },
        { "card number member", """{"amount":1,"currency":"MXN","payment_method":{"card_number":"<VISA>"}}""" },
        { "escapes", """{"amount":1,"currency":"MXN","metadata":{"note":"\u0034111111111111111"}}""" },
        { "escaped dashes", """{"amount":1,"currency":"MXN","metadata":{"note":"4111\u002d1111\u002d1111\u002d1111"}}""" },
        { "escapes in a field", """{"amount":1,"currency":"MXN","customer_id":"\u0034\u0031\u0031\u0031111111111111"}""" },
        { "an escaped name", """{"amount":1,"currency":"MXN","payment_method":{"c\u0076v":"<CVV>"}}""" },
        { "pan member", """{"amount":1,"currency":"MXN","pan":<VISA>}""" },
    };

    [Theory, MemberData(nameof(Leaks))]
    public async Task Card_data_sent_by_mistake_is_removed_said_and_kept_nowhere(string where, string body)
    {
        foreach (var (placeholder, secret) in new[] { ("<VISA>", Visa), ("<AMEX>", Amex), ("<MASTERCARD>", Mastercard), ("<CVV>", Cvv), ("<TRACK>", Track) }) body = body.Replace(placeholder, secret, StringComparison.Ordinal);
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync(body)).MustBeGood();
        Assert.True(answer.Warnings.Any(w => w.EndsWith("card data removed", StringComparison.Ordinal)), $"{where}: no warning in {answer.Text}");
        MustBeNowhere(answer.Text, "the answer");
        await MustBeKeptNowhereAsync();
        MustBeNowhere(Encoding.UTF8.GetString((await shop.LastAsync()).Request), "the stored request");
    }

    [Theory]
    [InlineData("""{"amount":1,"currency":"MXN","payment_method":{"card_bin":"4111111111111111"}}""")]
    [InlineData("""{"amount":1,"currency":"MXN","payment_method":{"card_bin":"\u0034111111111111111"}}""")]
    [InlineData("""{"amount":1,"currency":"MXN","payment_method":{"card_hash":"4111 1111 1111 1111"}}""")]
    public async Task A_card_number_in_a_field_about_the_card_is_refused_and_kept_nowhere(string body)
    {
        var shop = await Shop.OpenAsync(app);
        var before = await shop.StoredAsync();
        var answer = (await shop.AssessAsync(body)).MustRefuse(400, "CARD_NUMBER_NOT_ALLOWED");
        MustBeNowhere(answer.Text, "the answer");
        Assert.Equal(before, await shop.StoredAsync());
        await MustBeKeptNowhereAsync();
    }

    [Theory]
    [InlineData("customer_id", "ps_1716998400000_a1b2c3d4e"), InlineData("session_id", "ps_1716998400000_a1b2c3d4e"), InlineData("order_id", "1716998400000"), InlineData("order_id", "20261124150000123"), InlineData("payment_id", "0199f6a0-3a51-7c31-9d3e-111111111111")]
    [InlineData("phone", "+5215512345678"), InlineData("metadata.note", "+4915112345678901"), InlineData("metadata.clabe", "032180000118359719"), InlineData("metadata.number", "4111111111111112"), InlineData("metadata.epoch", "1764000000000"), InlineData("metadata.micro", "1764000000000000")]
    [InlineData("metadata.guid", "d4111111-1111-4111-8111-111111111111"), InlineData("metadata.tracking", "1Z9999999999999999"), InlineData("device.fingerprint", "fp_9a8b7c6d5e4f3a2b1c0d")]
    public async Task What_only_looks_like_a_card_stays(string path, string value)
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync(Shop.With(Shop.Minimum, path, $"\"{value}\""))).MustBeGood();
        Assert.DoesNotContain(answer.Warnings, w => w.Contains("card data", StringComparison.Ordinal));
        Assert.Contains(value, Encoding.UTF8.GetString((await shop.LastAsync()).Request));
    }

    [Fact]
    public async Task A_beneficiarys_CLABE_is_never_taken_for_a_card()
    {
        // A CLABE with right check digits that also passes a card's Luhn sum and prefix.
        var clabe = Enumerable.Range(0, 100_000).Select(i => WithCheckDigit($"40101{i:D12}")).First(c => CardData.Mask(Encoding.ASCII.GetBytes(c)));
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.PayoutAsync(Shop.With(Shop.Minimum, "beneficiary.clabe", $"\"{clabe}\""))).MustBeGood();
        Assert.DoesNotContain(answer.Warnings, w => w.Contains("card data", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("4111111111111111", "411111******1111"), InlineData("x 4111 1111 1111 1111 y", "x 4111 11** **** 1111 y"), InlineData("378282246310005", "378282*****0005"), InlineData("6011111111111117", "601111******1117")]
    [InlineData("4111111111111111 and 5555555555554444", "411111******1111 and 555555******4444"), InlineData("2223003122003222", "222300******3222"), InlineData("3530111333300000", "353011******0000")]
    [InlineData("4111111111111112", "4111111111111112"), InlineData("1716998400000", "1716998400000"), InlineData("a4111111111111111b", "a411111******1111b")]
    public void A_mask_leaves_the_first_six_and_the_last_four(string text, string masked)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(text != masked, CardData.Mask(bytes));
        Assert.Equal(masked, Encoding.UTF8.GetString(bytes));
    }

    private static string WithCheckDigit(string first17)
    {
        var sum = first17.Select((c, i) => (c - '0') * (i % 3 == 0 ? 3 : i % 3 == 1 ? 7 : 1) % 10).Sum();
        return first17 + ((10 - (sum % 10)) % 10);
    }

    private static void MustBeNowhere(string text, string where)
    {
        foreach (var secret in new[] { Visa, Amex, Mastercard, "4111 1111 1111 1111", "4111-1111-1111-1111", "29121010000012300000" }) Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{secret} stands in {where}");
        foreach (var cvv in new[] { $"\"{Cvv}\"", $":{Cvv}", $",{Cvv}" }) Assert.False(text.Contains(cvv, StringComparison.Ordinal), $"{cvv} stands in {where}");
    }

    private async Task MustBeKeptNowhereAsync()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(app.Database.File)!, Path.GetFileName(app.Database.File) + "*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory);
            MustBeNowhere(Encoding.Latin1.GetString(memory.ToArray()), Path.GetExtension(file));
        }
        MustBeNowhere(string.Join('\n', app.Logged), "the log");
    }
}
