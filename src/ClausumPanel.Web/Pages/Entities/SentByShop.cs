using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>What a check of the card came to.</summary>
public enum CheckResult
{
    /// <summary>It says nothing for or against: not asked, not answered, or in words nobody knows.</summary>
    Open, Good, Partly, Bad,
}

/// <param name="Name">3-D Secure, AVS, CVV.</param>
/// <param name="Words">The result.</param>
/// <param name="Detail">What else weighs of it, how much it proves or who is liable; null: nothing.</param>
/// <param name="More">What else was said of it; null: nothing.</param>
public sealed record PaymentCheck(string Name, CheckResult Result, string Words, string? Detail = null, string? More = null)
{
    /// <summary>Its words are those of the schemes, not what nobody knows.</summary>
    public bool IsKnown { get; init; }
}

/// <summary>What a shop sends in the <c>metadata</c> of a payment, which no signal reads: how the card was checked, what was bought, and all the rest as it came.</summary>
/// <param name="Checks">In the order of their weight.</param>
/// <param name="Merchant">The name of the shop as it writes it; null: not said.</param>
/// <param name="Basket">What was bought, or what a payout is for; null: not said.</param>
/// <param name="WholeBasket">The same with every item, however many; null: the head has room for it as it is.</param>
/// <param name="Others">Each by its name, as it came.</param>
/// <param name="IsVouched">It came from the shop's server: what the payer's own browser sends, the payer can write.</param>
public sealed record SentByShop(IReadOnlyList<PaymentCheck> Checks, string? Merchant, string? Basket, string? WholeBasket, IReadOnlyList<(string Name, string Value)> Others, bool IsVouched)
{
    private const int MostOthers = 40, LongestValue = 300, MostItems = 12, LongestInHead = 70;
    private static readonly SentByShop Nothing = new([], null, null, null, [], true);

    // Told elsewhere on the page.
    private static readonly string[] Told = ["channel", "order_id", "authorization_expires_at"];
    private static readonly string[] Purposes = ["concept", "concepto", "purpose", "product_description", "description"];
    private static readonly string[] Baskets = ["product_description", "items", "basket", "cart", "product", "description"];

    /// <param name="stored">The payment.</param>
    /// <param name="isVouched">It came with a key of a server.</param>
    /// <param name="T">The reader's language.</param>
    public static SentByShop Of(StoredAssessment stored, bool isVouched, Texts T)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Request.Length == 0) return Nothing;
        using var json = JsonDocument.Parse(stored.Request);
        if (!TryFind(json.RootElement, out var metadata)) return Nothing;
        List<string> told = [.. Told];
        string? Take(string name)
        {
            if (!metadata.TryGetProperty(name, out var value) || Text(value) is not { } text) return null;
            told.Add(name);
            return text;
        }

        List<PaymentCheck> checks = [];
        if (stored.Flow == Flow.PayIn)
        {
            var (result, eci) = (Take("threeds_result"), Take("threeds_eci"));
            if ((result ?? eci) is not null)
            {
                var (version, flow, shift) = (Take("threeds_version"), Take("threeds_flow"), Take("liability_shift"));
                var liable = Liable(shift, T);
                // What nobody can read stands among the rest as it came.
                if (liable is null) told.Remove("liability_shift");
                var (came, words, usually) = ThreeDs(result, eci, T);
                string?[] details = [eci is null || result is null ? null : "ECI " + eci, isVouched && came == CheckResult.Partly ? T["payer not verified"] : null, liable ?? (isVouched && shift is null ? usually : null)];
                checks.Add(new("3-D Secure", came, words, string.Join(", ", details.OfType<string>()) is { Length: > 0 } detail ? detail : null, string.Join(", ", ((string?[])[version, flow is null ? null : Low(T.Choice(flow))]).OfType<string>()) is { Length: > 0 } more ? more : null));
            }
            if (Take("avs_result") is { } avs) checks.Add(Proves(Avs(avs, T)));
            if (Take("cvv_result") is { } cvv) checks.Add(Proves(Cvv(cvv, T)));
            if (Take("auth_code") is { } code) checks.Add(new(T.Field("auth_code"), CheckResult.Open, code));
        }
        var merchant = Take("merchant");
        string? basket = null, whole = null;
        if (Sold(metadata, stored.Flow) is var (of, sold, inShort))
        {
            (basket, whole) = (inShort, Items(sold, isWhole: true));
            told.Add(of);
        }
        if (basket is not null && Take("goods_type") is { } goods) (basket, whole) = ($"{basket} ({Low(T.Choice(goods))})", $"{whole} ({Low(T.Choice(goods))})");
        List<(string, string)> others = [];
        foreach (var member in metadata.EnumerateObject().Where(m => !told.Contains(m.Name))) Add(member.Value, member.Name);
        return new(checks, merchant, basket, whole == basket && whole?.Length <= LongestInHead ? null : whole, others, isVouched);

        // Of a payer's own browser none of it proves anything, which is said once for all.
        PaymentCheck Proves(PaymentCheck check) => !isVouched ? check : check with { Detail = check.Result switch { CheckResult.Partly => T["proves little"], CheckResult.Open when check.IsKnown => T["proves nothing"], _ => null } };

        void Add(JsonElement value, string path)
        {
            if (others.Count == MostOthers || CardData.IsSecretName(path.AsSpan(path.LastIndexOf('.') + 1))) return;
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in value.EnumerateObject()) Add(member.Value, $"{path}.{member.Name}");
            }
            else if ((value.ValueKind == JsonValueKind.Array ? Items(value) : Text(value)) is { } text) others.Add((FactFields.Find(path) is null ? path : T.Field(path), text));
        }
    }

    /// <summary>What was bought, or what a payout is for, alone and as short as the head of its case says it; null: not said.</summary>
    public static string? Bought(StoredAssessment stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Request.Length == 0) return null;
        using var json = JsonDocument.Parse(stored.Request);
        return TryFind(json.RootElement, out var metadata) ? Sold(metadata, stored.Flow)?.Words : null;
    }

    private static bool TryFind(JsonElement request, out JsonElement metadata)
    {
        metadata = default;
        return request.ValueKind == JsonValueKind.Object && request.TryGetProperty("metadata", out metadata) && metadata.ValueKind == JsonValueKind.Object;
    }

    private static (string Name, JsonElement Sold, string Words)? Sold(JsonElement metadata, Flow flow)
    {
        foreach (var name in flow == Flow.PayOut ? Purposes : Baskets)
            if (metadata.TryGetProperty(name, out var sold) && Items(sold) is { } words) return (name, sold, words);
        return null;
    }

    /// <summary>What of it speaks for the payment, and what against it.</summary>
    public (IEnumerable<Argument> For, IEnumerable<Argument> Against) Arguments(Texts T)
    {
        List<Argument> good = [], bad = [];
        foreach (var check in IsVouched ? Checks : [])
        {
            switch (check)
            {
                case { Name: "3-D Secure", Result: CheckResult.Good }: good.Add(new(T["Authenticated by 3-D Secure"], null, 14)); break;
                case { Name: "3-D Secure", Result: CheckResult.Bad }: bad.Add(new(T["3-D Secure failed"], null, 16)); break;
                case { Name: "AVS", Result: CheckResult.Good }: good.Add(new(T["Billing address confirmed by the bank"], null, 5)); break;
                case { Name: "AVS", Result: CheckResult.Bad }: bad.Add(new(T["Billing address not that of the bank"], null, 8)); break;
                case { Name: "CVV", Result: CheckResult.Bad }: bad.Add(new(T["The CVV does not match"], null, 12)); break;
            }
        }
        return (good, bad);
    }

    /// <summary>What it came to, and who usually answers for a fraud then; null: nobody can tell.</summary>
    private static (CheckResult Result, string Words, string? Liable) ThreeDs(string? result, string? eci, Texts T) => (result ?? eci!).ToLowerInvariant() switch
    {
        "authenticated" or "y" or "05" or "5" or "02" or "2" => (CheckResult.Good, T.Choice("authenticated"), T["issuer usually liable"]),
        "attempted" or "a" or "06" or "6" or "01" or "1" => (CheckResult.Partly, T.Choice("attempted"), T["issuer usually liable"]),
        "failed" or "n" or "r" => (CheckResult.Bad, T.Choice("failed"), T["shop usually liable"]),
        "unavailable" or "u" => (CheckResult.Open, T.Choice("unavailable"), T["shop usually liable"]),
        "07" or "7" or "00" or "0" => (CheckResult.Open, T["Not authenticated"], T["shop usually liable"]),
        _ => (CheckResult.Open, result ?? "ECI " + eci, null),
    };

    private static string? Liable(string? shift, Texts T) => shift?.ToLowerInvariant() switch
    {
        "true" or "yes" or "y" or "1" or "issuer" => T["the issuer is liable"],
        "false" or "no" or "n" or "0" or "merchant" => T["the shop is liable"],
        _ => null,
    };

    // As the schemes write them, and as people do.
    private static PaymentCheck Avs(string code, Texts T)
    {
        var (result, words) = code.ToLowerInvariant() switch
        {
            "y" or "x" or "d" or "f" or "m" or "match" or "pass" => (CheckResult.Good, Low(T.Choice("match"))),
            "a" or "b" => (CheckResult.Partly, T["only the address matches"]),
            "z" or "w" or "p" => (CheckResult.Partly, T["only the postal code matches"]),
            "n" or "no_match" or "fail" => (CheckResult.Bad, Low(T.Choice("no_match"))),
            "u" or "r" or "s" or "g" or "i" or "e" or "c" or "unavailable" or "unchecked" or "not_checked" or "not_supported" => (CheckResult.Open, Low(T.Choice("not_checked"))),
            _ => (CheckResult.Open, ""),
        };
        return words.Length == 0 ? new("AVS", result, code) : new("AVS", result, code.Length == 1 ? $"{code.ToUpperInvariant()}, {words}" : words) { IsKnown = true };
    }

    private static PaymentCheck Cvv(string code, Texts T)
    {
        var (result, words) = code.ToLowerInvariant() switch
        {
            "m" or "match" or "pass" => (CheckResult.Good, Low(T.Choice("match"))),
            "n" or "no_match" or "fail" => (CheckResult.Bad, Low(T.Choice("no_match"))),
            "p" or "s" or "u" or "x" or "unavailable" or "unchecked" or "not_checked" or "not_supported" => (CheckResult.Open, Low(T.Choice("not_checked"))),
            _ => (CheckResult.Open, ""),
        };
        // Digits here are no result, but the code itself.
        return words.Length > 0 ? new("CVV", result, words) { IsKnown = true } : new("CVV", result, code.Any(char.IsAsciiDigit) ? "•••" : code);
    }

    /// <summary>A basket in one line: 2 × name, or whatever its parts say.</summary>
    private static string? Items(JsonElement value, bool isWhole = false)
    {
        if (value.ValueKind != JsonValueKind.Array) return value.ValueKind == JsonValueKind.Object ? Item(value) : Text(value);
        var all = value.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Object ? Item(i) : Text(i)).OfType<string>().ToList();
        return all.Count == 0 ? null : isWhole ? string.Join(" · ", all) : Short(string.Join(" · ", all.Take(MostItems)) + (all.Count > MostItems ? $" · +{all.Count - MostItems}" : ""));
    }

    private static string? Item(JsonElement item)
    {
        string? First(params string[] names) => names.Select(name => item.TryGetProperty(name, out var value) ? Text(value) : null).FirstOrDefault(text => text is not null);
        if (First("name", "title", "description", "product", "sku") is { } name) return First("quantity", "qty", "count") is { } count and not "1" ? $"{count} × {name}" : name;
        var parts = item.EnumerateObject().Where(m => !CardData.IsSecretName(m.Name)).Select(m => Text(m.Value)).OfType<string>().ToList();
        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    /// <summary>As it came, no number of a card in it.</summary>
    private static string? Text(JsonElement value)
    {
        var text = value.ValueKind switch { JsonValueKind.String or JsonValueKind.Number => value.ToString().Trim(), JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "" };
        if (text.Length == 0) return null;
        // It was masked when it came; what an older version let through is not shown either.
        var bytes = Encoding.UTF8.GetBytes(text);
        return Short(CardData.Mask(bytes) ? Encoding.UTF8.GetString(bytes) : text);
    }

    private static string Low(string words) => words.ToLower(System.Globalization.CultureInfo.CurrentCulture);

    private static string Short(string text) => text.Length > LongestValue ? text[..(LongestValue - 1)] + "…" : text;
}
