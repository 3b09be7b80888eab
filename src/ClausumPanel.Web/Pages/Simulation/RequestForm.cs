using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>How a member of a request is put into a form.</summary>
public enum Control
{
    Text,
    Number,

    /// <summary>Shown in whole units of the currency, kept as the request keeps it.</summary>
    Money,
    Currency,
    Country,

    /// <summary>Yes, no, or not said.</summary>
    Flag,

    /// <summary>The clock on the wall; the zone stays the one that the request says.</summary>
    Moment,

    /// <summary>One of the words that the API documents.</summary>
    Choice,
}

/// <summary>One member of a request, as a form has it.</summary>
/// <param name="Path">Where it stands: <c>device.ip</c>.</param>
/// <param name="Description">What it says, in English.</param>
/// <param name="Words">Those that are documented; others may be said too unless it is a choice.</param>
public sealed record RequestField(string Path, Control Control, string Description, FactGroup Group, bool IsPayoutOnly, IReadOnlyList<string> Words)
{
    public string Id => "field-" + Path.Replace('.', '-');

    /// <summary>What a form calls it.</summary>
    public string Name => RequestForm.Prefix + Path;
}

/// <summary>
/// The members of a request that feed facts, as the catalogue of facts names them, with the control that fits. The JSON is the request; a form shows it and changes nothing of it but what somebody changed in the form.
/// </summary>
public static class RequestForm
{
    public const string Prefix = "field:";

    private const string
        UnitWritten = "How the amount is written: minor (cents) when left out, or major (a decimal number)",
        Happens = "When it is taken to happen, by the clock of the zone that the request says, the organization's where it says none; now when left out";

    private static readonly Dictionary<string, ApiReference.Field> PayIns = Schema("PaymentRequest"), PayOuts = Schema("PayoutRequest");

    /// <summary>By group, in the order of the catalogue.</summary>
    public static IReadOnlyList<RequestField> Fields { get; } = [.. FactCatalog.All.Where(fact => fact.Path is not null).DistinctBy(fact => fact.Path).SelectMany(Of).OrderBy(field => field.Group)];

    /// <summary>Whether the control can hold what the request says; else a plain field shows it, so that nothing is lost.</summary>
    public static bool Fits(RequestField field, string shown)
    {
        ArgumentNullException.ThrowIfNull(field);
        return shown.Length == 0 || field.Control switch
        {
            Control.Number or Control.Money => decimal.TryParse(shown, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            Control.Moment => DateTime.TryParseExact(shown, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            _ => true,
        };
    }

    /// <summary>What the field says in this request; empty when nothing.</summary>
    public static string Show(RequestField field, JsonObject? request)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (request is null || Find(request, field.Path) is not { } value) return "";
        var text = value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(ScenarioPlan.Readable);
        return field.Control switch
        {
            Control.Money when value.GetValueKind() == JsonValueKind.Number && !IsMajor(request) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var minor) => Plain(minor / Scale(request)),
            // As browsers write it: without the seconds when there are none.
            Control.Moment when text.Length >= 19 => text[16..19] == ":00" ? text[..16] : text[..19],
            _ => text,
        };
    }

    /// <summary>The request with what was changed in the form since it was shown.</summary>
    /// <param name="json">The request as it is now.</param>
    /// <param name="shown">The request as it was when the form was made.</param>
    /// <param name="said">What the form says of a field, or null when it says nothing.</param>
    /// <param name="zone">The organization's, for moments that say none.</param>
    public static string Merge(string json, string shown, Func<RequestField, string?> said, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(said);
        if (ScenarioPlan.Request(json) is not { } request || ScenarioPlan.Request(shown) is not { } before) return json;
        var changed = false;
        // The currency and the way of writing come before the amount, which is written by them.
        foreach (var field in Fields.OrderBy(field => field.Control == Control.Money))
        {
            if (said(field) is not { } now || IsSame(now, Show(field, before)) || IsSame(now, Show(field, request))) continue;
            Set(field, request, now, zone);
            changed = true;
        }
        return changed ? request.ToJsonString(ScenarioPlan.Readable) : json;
    }

    /// <summary>A field of a form has one line.</summary>
    private static bool IsSame(string typed, string shown) => typed == shown || typed == shown.ReplaceLineEndings("");

    /// <summary>Puts what was typed into the request, as the kind of value that the API reads there. What cannot be one is put in as it is, so that the API says so.</summary>
    public static void Set(RequestField field, JsonObject request, string text, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(request);
        var names = field.Path.Split('.');
        var place = request;
        foreach (var name in names[..^1])
        {
            if (place[name] is not JsonObject)
            {
                if (text.Length == 0) return;
                place[name] = new JsonObject();
            }
            place = place[name]!.AsObject();
        }
        if (text.Length == 0) place.Remove(names[^1]); else place[names[^1]] = Value(field, request, text, zone);
    }

    private static JsonNode Value(RequestField field, JsonObject request, string text, TimeZoneInfo zone) => field.Control switch
    {
        Control.Number when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        Control.Money when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) => Number(IsMajor(request) ? amount : amount * Scale(request)),
        Control.Flag when text is "true" or "false" => JsonValue.Create(text == "true"),
        Control.Moment => JsonValue.Create(Moment(Find(request, field.Path), text, zone)),
        _ => JsonValue.Create(text),
    };

    /// <summary>The clock on the wall with the zone that was said before, or the organization's.</summary>
    private static string Moment(JsonNode? before, string text, TimeZoneInfo zone)
    {
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return text;
        var written = before is JsonValue value && value.TryGetValue<string>(out var was) && DateTimeOffset.TryParse(was, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.Offset : zone.GetUtcOffset(local);
        return new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), written).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    /// <summary>Without zeros behind the point: 450.00 times 100 is 45000.</summary>
    private static JsonNode Number(decimal number) => JsonNode.Parse(Plain(number))!;

    private static string Plain(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    private static bool IsMajor(JsonObject request) => ScenarioPlan.Text(request, "amount_unit") == "major";

    private static decimal Scale(JsonObject request) => Currencies.Scale(ScenarioPlan.Text(request, "currency")?.ToUpperInvariant() ?? "");

    private static JsonNode? Find(JsonObject request, string path)
    {
        JsonNode? at = request;
        foreach (var name in path.Split('.')) at = (at as JsonObject)?[name];
        return at;
    }

    private static IEnumerable<RequestField> Of(FactDefinition fact)
    {
        var (schema, payoutOnly) = PayIns.TryGetValue(fact.Path!, out var both) ? (both, false) : (PayOuts[fact.Path!], true);
        if (fact.Source != FactSource.Request)
        {
            yield return new RequestField(fact.Path!, Control.Moment, Happens, fact.Group, payoutOnly, []);
            yield break;
        }
        var words = Words(schema, "enum") ?? Words(schema, "examples") ?? [];
        yield return new RequestField(fact.Path!, Fitting(fact, schema), fact.Description, fact.Group, payoutOnly, words.Count > 1 ? words : []);
        if (fact.Fact == Known.Currency && PayIns.TryGetValue(Known.Amount.Definition.Path + "_unit", out var unit)) yield return new RequestField(unit.Path, Control.Choice, UnitWritten, fact.Group, payoutOnly, Words(unit, "enum")!);
    }

    private static Control Fitting(FactDefinition fact, ApiReference.Field schema) => fact switch
    {
        { Type: FactType.Money } => Control.Money,
        { Type: FactType.Flag } => Control.Flag,
        { Type: FactType.Number or FactType.Duration } => Control.Number,
        { Unit: "ISO 4217" } => Control.Currency,
        { Unit: "ISO 3166" } => Control.Country,
        _ => Words(schema, "enum") is null ? Control.Text : Control.Choice,
    };

    private static IReadOnlyList<string>? Words(ApiReference.Field schema, string member) =>
        schema.Schema.TryGetProperty(member, out var words) ? [.. words.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!)] : null;

    private static Dictionary<string, ApiReference.Field> Schema(string name) => ApiReference.Fields(ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name)).ToDictionary(field => field.Path);
}
