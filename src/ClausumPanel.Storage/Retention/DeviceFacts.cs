using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Retention;

/// <summary>What a stored payment says of the device and of what was done at it, and how it is taken out: decision, score and reasons stand beside it and do not change.</summary>
public static class DeviceFacts
{
    private static readonly string[] Sections = ["device", "behavior"];

    // Quotation marks stay as they came: this is JSON for programs.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The facts without them; null when there are none.</summary>
    /// <param name="snapshot">As <see cref="FactSnapshot"/> writes them.</param>
    /// <param name="facts">To work with; what is in it goes.</param>
    /// <param name="room">To work with, <see cref="FactSnapshot.MostBytes"/> long.</param>
    public static byte[]? Without(byte[] snapshot, Facts facts, byte[] room)
    {
        ArgumentNullException.ThrowIfNull(facts);
        FactSnapshot.Read(snapshot, facts);
        var has = false;
        foreach (var fact in FactCatalog.OfDevice)
        {
            if (!facts.Has(fact)) continue;
            has = true;
            facts.Set(fact, double.NaN);
            facts.Set(fact, (string?)null);
        }
        return has ? room[..FactSnapshot.WriteCut(facts, room)] : null;
    }

    /// <summary>The request without its sections of them; null when it has none, or is no request.</summary>
    public static byte[]? Without(byte[] request)
    {
        using var parsed = Parse(request);
        if (parsed is not { RootElement.ValueKind: JsonValueKind.Object } || !parsed.RootElement.EnumerateObject().Any(IsOne)) return null;
        var written = new ArrayBufferWriter<byte>(request.Length);
        using (var json = new Utf8JsonWriter(written, Plain))
        {
            json.WriteStartObject();
            foreach (var member in parsed.RootElement.EnumerateObject())
                if (!IsOne(member)) member.WriteTo(json);
            json.WriteEndObject();
        }
        return written.WrittenSpan.ToArray();

        static bool IsOne(JsonProperty member) => Array.Exists(Sections, s => member.Name.Equals(s, StringComparison.OrdinalIgnoreCase));
    }

    private static JsonDocument? Parse(byte[] request)
    {
        try
        {
            return JsonDocument.Parse(request);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
