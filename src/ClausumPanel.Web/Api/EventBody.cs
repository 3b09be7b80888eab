using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClausumPanel.Web.Api;

/// <summary>The body of an event, as far as it is looked into; the rest is kept unread, without card numbers and what nobody may keep.</summary>
internal static class EventBody
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>Null when it is not one JSON object.</returns>
    public static JsonElement? Read(ReadOnlyMemory<byte> bytes, int depth)
    {
        try
        {
            var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false }).RootElement;
            return json.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is kept of it.</summary>
    /// <exception cref="InvalidOperationException">A text has half a surrogate pair.</exception>
    public static string Keep(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var writer = new Utf8JsonWriter(buffer, Plain)) Copy(json, writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static JsonElement? Member(JsonElement? json, string name) => json is { ValueKind: JsonValueKind.Object } its && its.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text, or a number as it is written; null when it is neither, empty or too long.</summary>
    public static string? Text(JsonElement? json, string name, int most = 200) => Member(json, name) switch
    {
        { ValueKind: JsonValueKind.String } value when value.GetString() is { Length: > 0 } text && text.Length <= most && !text.Contains('\0', StringComparison.Ordinal) => text,
        { ValueKind: JsonValueKind.Number } value when value.GetRawText() is var text && text.Length <= most => text,
        _ => null,
    };

    /// <summary>A text; null when it is none, empty or too long.</summary>
    public static string? Word(JsonElement? json, string name, int most) => Member(json, name) is { ValueKind: JsonValueKind.String } ? Text(json, name, most) : null;

    public static decimal? Number(JsonElement? json, string name) => Member(json, name) switch
    {
        { ValueKind: JsonValueKind.Number } value => value.TryGetDecimal(out var number) ? number : null,
        { ValueKind: JsonValueKind.String } value => decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ => null,
    };

    private static void Copy(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    if (CardData.IsSecretName(member.Name)) continue;
                    writer.WritePropertyName(Masked(member.Name));
                    Copy(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray()) Copy(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String: writer.WriteStringValue(Masked(json.GetString()!)); break;
            case JsonValueKind.Number:
                var bytes = Encoding.ASCII.GetBytes(json.GetRawText());
                if (bytes.Length >= 13) CardData.Mask(bytes, isNumber: true);
                writer.WriteRawValue(bytes);
                break;
            default: json.WriteTo(writer); break;
        }
    }

    private static string Masked(string text)
    {
        if (text.Length < 13) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        return CardData.Mask(bytes) ? Encoding.UTF8.GetString(bytes) : text;
    }
}
