using System.Globalization;
using System.Text.Json;

namespace ClausumPanel.Web.Api;

/// <summary>What answers write alike.</summary>
internal static class JsonWriting
{
    /// <summary>An instant in UTC with milliseconds, or null.</summary>
    public static void WriteInstant(this Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } there) json.WriteString(name, there.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }

    /// <param name="at">Unix milliseconds.</param>
    public static void WriteInstant(this Utf8JsonWriter json, string name, long? at) => json.WriteInstant(name, at is { } there ? DateTimeOffset.FromUnixTimeMilliseconds(there) : (DateTimeOffset?)null);

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } there) json.WriteNumber(name, there);
        else json.WriteNull(name);
    }
}
