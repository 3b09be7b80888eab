using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess;

namespace ClausumPanel.Web.Demo;

/// <summary>
/// A month of payments that ends now: people who come back with habits of hour, amount, device and card, some who come for the first time, sellers who are
/// paid every week, five attacks, and what a person has to look at in the last hours. The same seed and the same end make the same month.
/// </summary>
public static class DemoTraffic
{
    /// <summary>Customers of an attack made alone are counted from here, so that they are none of a month's.</summary>
    private const int Elsewhere = 900_000;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The requests in the order of time.</summary>
    /// <param name="count">How many; never fewer than the attacks and the doubts alone.</param>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="end">The instant the month ends.</param>
    public static IReadOnlyList<DemoRequest> Make(int count, int seed, DateTimeOffset end)
    {
        var random = new Random(seed);
        var world = new DemoWorld(random);
        var customers = new DemoCustomers(random, world, end);
        var payments = new DemoAttacks(random, world, customers, end).All();
        payments.AddRange(new DemoDoubts(new Random(~seed), end).All());
        payments.AddRange(customers.All(Math.Max(0, count - payments.Count)));
        return Written(payments, random);
    }

    /// <summary>One attack alone, as a month has it, with what its victim did before, in the order of time.</summary>
    /// <param name="story">Which one.</param>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="end">The instant its month ends.</param>
    public static IReadOnlyList<DemoRequest> Attack(DemoStory story, int seed, DateTimeOffset end)
    {
        var random = new Random(seed);
        var world = new DemoWorld(random, Elsewhere);
        return Written(new DemoAttacks(random, world, new DemoCustomers(random, world, end), end).One(story), random);
    }

    private static IReadOnlyList<DemoRequest> Written(List<DemoPayment> payments, Random random)
    {
        payments.Sort((a, b) => a.At.CompareTo(b.At));
        var orders = DemoWorld.Shops.ToDictionary(shop => shop, _ => random.Next(20_000, 60_000));
        return [.. payments.Select(payment => new DemoRequest(payment.Story, payment.Flow, payment.At, Write(payment, ++orders[payment.Merchant], random)) { Aside = payment.Aside })];
    }

    private static byte[] Write(DemoPayment payment, int number, Random random)
    {
        var body = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(body, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("amount", payment.Amount);
            json.WriteString("currency", payment.Currency);
            json.WriteString("transaction_type", payment.Flow == Flow.PayIn ? "payment" : "payout");
            json.WriteString("occurred_at", payment.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("order_id", string.Create(CultureInfo.InvariantCulture, $"{payment.Merchant.Prefix}-{number}"));
            json.WriteString("payment_id", $"pay_{random.GetString("0123456789abcdefghijklmnopqrstuvwxyz", 14)}");
            json.WriteString("submerchant_id", payment.Merchant.Id);
            json.WriteString("email", payment.Person.Email);
            WriteIf(json, "phone", payment.Person.Phone);
            WriteIf(json, "customer_id", payment.Person.CustomerId);
            if (payment.Flow == Flow.PayIn) WritePayIn(json, payment);
            else WritePayOut(json, payment);
            WriteDevice(json, payment);
            json.WriteStartObject("metadata");
            json.WriteString("merchant", payment.Merchant.Name);
            json.WriteString("channel", payment.Flow == Flow.PayIn ? payment.Merchant.Channel : "api");
            foreach (var (name, value) in payment.Sent) json.WriteString(name, value);
            if (payment.Lapses is { } lapses) json.WriteString("authorization_expires_at", lapses.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return body.WrittenSpan.ToArray();
    }

    private static void WritePayIn(Utf8JsonWriter json, DemoPayment payment)
    {
        if (payment.Card is { } card)
        {
            json.WriteStartObject("payment_method");
            json.WriteString("type", "card");
            json.WriteString("card_bin", card.Bin);
            json.WriteString("card_last4", card.Last4);
            json.WriteString("card_hash", Hash(card));
            json.WriteString("card_country", card.Country);
            json.WriteString("card_brand", card.Brand);
            json.WriteEndObject();
        }
        json.WriteStartObject("billing");
        json.WriteString("country", payment.BillingCountry ?? "MX");
        json.WriteString("city", payment.Person.City);
        json.WriteString("postal_code", payment.Person.PostalCode);
        json.WriteEndObject();
    }

    private static void WritePayOut(Utf8JsonWriter json, DemoPayment payment)
    {
        json.WriteStartObject("beneficiary");
        json.WriteString("id", payment.Beneficiary!.Id);
        json.WriteString("name", payment.Beneficiary.Name);
        json.WriteString("country", "MX");
        json.WriteString("clabe", payment.Beneficiary.Clabe);
        json.WriteEndObject();
        json.WriteStartObject("origin");
        json.WriteString("account_id", $"acct_{payment.Merchant.Id}");
        json.WriteString("country", "MX");
        json.WriteEndObject();
        json.WriteStartObject("payout");
        json.WriteString("rail", "spei");
        WriteIf(json, "initiated_by", payment.InitiatedBy);
        json.WriteEndObject();
    }

    private static void WriteDevice(Utf8JsonWriter json, DemoPayment payment)
    {
        json.WriteStartObject("device");
        json.WriteString("ip", payment.Ip);
        json.WriteString("fingerprint", payment.Device.Fingerprint);
        json.WriteString("user_agent", payment.Device.UserAgent);
        json.WriteString("timezone", payment.Device.Timezone);
        json.WriteEndObject();
        if (payment.Visit is not { } visit) return;
        json.WriteStartObject("behavior");
        json.WriteNumber("session_duration_ms", visit.Milliseconds);
        json.WriteNumber("mouse_movements", visit.Mouse);
        json.WriteNumber("keyboard_events", visit.Keys);
        json.WriteNumber("touch_events", visit.Touches);
        json.WriteNumber("copy_paste_events", visit.Pastes);
        json.WriteEndObject();
    }

    /// <summary>As a shop sends it that keeps its cards by a hash of its own: each card always has the same.</summary>
    private static string Hash(DemoCard card) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"demo {card.Bin} {card.Last4}")));

    private static void WriteIf(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
