using System.Globalization;
using System.Text.Json;

namespace ClausumPanel.Web.Api;

internal static class JsonInstants
{
    /// <summary>RFC 3339 in UTC with milliseconds, or null.</summary>
    public static void WriteInstant(this Utf8JsonWriter json, string name, DateTimeOffset? at) => json.WriteString(name, at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
