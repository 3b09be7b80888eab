using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Flows;

/// <summary>Counts on from a request: the next card, the next mailbox, the next address.</summary>
internal static class VariedRequest
{
    /// <summary>The first request with what varies counted on.</summary>
    public static JsonObject Make(JsonObject first, Varied varies, int number)
    {
        var request = (JsonObject)first.DeepClone();
        request["order_id"] = string.Create(CultureInfo.InvariantCulture, $"{ScenarioPlan.Text(request, "order_id") ?? "sim"}-{number + 1}");
        if (varies.HasFlag(Varied.Card)) Card(Part(request, "payment_method"), number);
        if (varies.HasFlag(Varied.Email)) request["email"] = Mailbox(ScenarioPlan.Text(request, "email") ?? "payer@example.mx", number);
        if (varies.HasFlag(Varied.Device)) Count(Part(request, "device"), "fingerprint", "fp_sim", number);
        if (varies.HasFlag(Varied.Ip)) Address(Part(request, "device"), number);
        if (varies.HasFlag(Varied.Customer)) Count(request, "customer_id", "cus_sim", number);
        if (varies.HasFlag(Varied.Beneficiary)) Account(Part(request, "beneficiary"), number);
        if (varies.HasFlag(Varied.Amount) && request["amount"] is JsonValue amount && amount.TryGetValue<decimal>(out var minor)) request["amount"] = decimal.Round(minor + (minor * number / 10));
        return request;
    }

    private static void Card(JsonObject card, int number)
    {
        var first = int.TryParse(ScenarioPlan.Text(card, "card_last4"), NumberStyles.None, CultureInfo.InvariantCulture, out var last4) ? last4 : 0;
        card["card_last4"] = ((first + number) % 10_000).ToString("0000", CultureInfo.InvariantCulture);
        card.Remove("card_hash");
    }

    private static string Mailbox(string address, int number)
    {
        var at = address.LastIndexOf('@');
        return at < 0 ? address : string.Create(CultureInfo.InvariantCulture, $"{address[..at]}{number}{address[at..]}");
    }

    private static void Count(JsonObject of, string name, string otherwise, int number) => of[name] = string.Create(CultureInfo.InvariantCulture, $"{ScenarioPlan.Text(of, name) ?? otherwise}-{number}");

    private static void Address(JsonObject device, int number)
    {
        if (!IPAddress.TryParse(ScenarioPlan.Text(device, "ip") ?? "189.203.10.7", out var ip)) return;
        var bytes = ip.GetAddressBytes();
        bytes[^1] = (byte)(bytes[^1] + number);
        device["ip"] = new IPAddress(bytes).ToString();
    }

    /// <summary>Another beneficiary: of another id and, where accounts are named, at another account.</summary>
    private static void Account(JsonObject beneficiary, int number)
    {
        Count(beneficiary, "id", "ben_sim", number);
        if (ScenarioPlan.Text(beneficiary, "account_hash") is not null) Count(beneficiary, "account_hash", "", number);
        beneficiary.Remove("iban");
        if (ScenarioPlan.Text(beneficiary, "clabe") is not { Length: 18 } clabe || !long.TryParse(clabe.AsSpan(6, 11), NumberStyles.None, CultureInfo.InvariantCulture, out var account)) return;
        var digits = clabe[..6] + ((account + number) % 100_000_000_000).ToString("00000000000", CultureInfo.InvariantCulture);
        beneficiary["clabe"] = digits + BankAccounts.ClabeCheck(digits).ToString(CultureInfo.InvariantCulture);
    }

    private static JsonObject Part(JsonObject request, string name)
    {
        if (request[name] is JsonObject part) return part;
        part = [];
        request[name] = part;
        return part;
    }
}
