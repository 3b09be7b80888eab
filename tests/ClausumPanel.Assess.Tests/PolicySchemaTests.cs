using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClausumPanel.Assess.Tests;

public sealed class PolicySchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(PolicySchema.WriteUtf8()).RootElement;

    [Fact]
    public void The_policy_the_product_ships_with_is_such_a_file_and_comes_back_as_it_went()
    {
        var json = PolicyJson.Write(Policy.Default);
        Assert.Empty(Wrong(json));
        Assert.True(PolicyJson.TryRead(json, out var again, out var problems), string.Join('\n', problems));
        Assert.Equal(json, PolicyJson.Write(again));
        Assert.Empty(PolicyChanges.Between(Policy.Default, again));
        using var shipped = typeof(Policy).Assembly.GetManifestResourceStream("DefaultPolicy.json")!;
        Assert.Equal(json, new StreamReader(shipped).ReadToEnd());
    }

    [Fact]
    public void A_policy_with_every_part_of_a_rule_fits()
    {
        var policy = Policy.Default with
        {
            Rules =
            [
                new("big", "Big", "when amount > 5000 MXN then review", "Tried out") { Flow = Flow.PayIn, Currency = "MXN", Submerchant = "shop-1", Starts = 1, Ends = 2, ObserveOnly = true },
                new("off", "Off", "when", "") { Enabled = false },
            ],
        };
        Assert.Empty(Wrong(PolicyJson.Write(policy)));
    }

    [Theory]
    [InlineData("bands.review", "0")]
    [InlineData("bands.review", "\"30\"")]
    [InlineData("bands.decline", "102")]
    [InlineData("bands", "{}")]
    [InlineData("limits.payin.XYZ", "{}")]
    [InlineData("limits.payin.MXN.minimum", "-1")]
    [InlineData("limits.payin.MXN.least", "1")]
    [InlineData("only_named", "\"yes\"")]
    [InlineData("signals.no_such_signal", "{}")]
    [InlineData("signals.blocklist_email.weight", "101")]
    [InlineData("signals.blocklist_email.parameters.no_such", "1")]
    [InlineData("rules", "{}")]
    [InlineData("rules", """[{"id":"Not So","name":"x","text":""}]""")]
    [InlineData("rules", """[{"id":"x","text":""}]""")]
    [InlineData("rules", """[{"id":"x","name":"x","text":"when true then review","scope":{"flow":"both"}}]""")]
    [InlineData("report_effects", "{}")]
    [InlineData("report_effects", "[]")]
    [InlineData("report_effects", """{"chargeback":{"card_bin":{"severity":"block"}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""")]
    [InlineData("report_effects", """{"chargeback":{"country":{"severity":"block"}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""")]
    [InlineData("report_effects", """{"chargeback":{"email":{"severity":"allow"}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""")]
    [InlineData("report_effects", """{"chargeback":{"email":{"severity":"block","days":0}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""")]
    [InlineData("report_effects", """{"chargeback":{"email":{"days":3}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""")]
    [InlineData("surprise", "1")]
    public void What_the_schema_refuses_the_panel_refuses_too(string place, string value)
    {
        var policy = JsonNode.Parse(PolicyJson.Write(Policy.Default))!;
        var parts = place.Split('.');
        var at = policy;
        foreach (var part in parts[..^1]) at = at[part] ??= new JsonObject();
        at[parts[^1]] = JsonNode.Parse(value);
        var json = policy.ToJsonString();
        Assert.NotEmpty(Wrong(json));
        Assert.False(PolicyJson.TryRead(json, out _, out var problems));
        Assert.StartsWith(parts[0], problems[0].Place, StringComparison.Ordinal);
    }

    private static List<string> Wrong(string json)
    {
        var wrong = new List<string>();
        Check(JsonDocument.Parse(json).RootElement, Schema, "", wrong);
        return wrong;
    }

    /// <summary>The words of the schema language that the schema uses; any other fails the test.</summary>
    private static void Check(JsonElement value, JsonElement schema, string place, List<string> wrong)
    {
        foreach (var word in schema.EnumerateObject())
        {
            var fits = word.Name switch
            {
                "$schema" or "title" or "description" => true,
                "type" => word.Value.GetString() switch
                {
                    "object" => value.ValueKind == JsonValueKind.Object,
                    "array" => value.ValueKind == JsonValueKind.Array,
                    "string" => value.ValueKind == JsonValueKind.String,
                    "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                    "number" => value.ValueKind == JsonValueKind.Number,
                    "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
                    var type => throw new InvalidOperationException(type),
                },
                "enum" => word.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                "required" => value.ValueKind != JsonValueKind.Object || word.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(member => schema.GetProperty("properties").TryGetProperty(member.Name, out _)),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= word.Value.GetDouble(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= word.Value.GetDouble(),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= word.Value.GetInt32(),
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= word.Value.GetInt32(),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, word.Value.GetString()!),
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= word.Value.GetInt32(),
                "properties" or "items" => true,
                var name => throw new InvalidOperationException(name),
            };
            if (!fits) wrong.Add($"{place}: {word.Name}");
        }
        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var known))
            foreach (var member in value.EnumerateObject())
                if (known.TryGetProperty(member.Name, out var inner)) Check(member.Value, inner, $"{place}.{member.Name}", wrong);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var item in value.EnumerateArray()) Check(item, items, place + "[]", wrong);
    }
}
