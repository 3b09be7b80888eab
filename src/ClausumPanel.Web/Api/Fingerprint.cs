using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ClausumPanel.Web.Api;

/// <summary>What a body says, whatever the order of its members and the space between them: the same for two bodies that ask the same.</summary>
public static class Fingerprint
{
    /// <summary>The first half of the SHA-256 of the canonical JSON: members sorted, no space, numbers by value. The idempotency key itself is left out.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        using var document = JsonDocument.ParseValue(ref reader);
        var canonical = new ArrayBufferWriter<byte>(body.Length);
        using (var json = new Utf8JsonWriter(canonical)) Write(json, document.RootElement, isRoot: true);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, bool isRoot)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    if (isRoot && member.NameEquals("idempotency_key")) continue;
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value, isRoot: false);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(json, item, isRoot: false);
                json.WriteEndArray();
                break;
            case JsonValueKind.Number when value.TryGetDecimal(out var number):
                json.WriteRawValue(number.ToString("0.#############################", CultureInfo.InvariantCulture));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
