using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>The members of a body, each read with what is wrong about it noted.</summary>
internal sealed class JsonBody(JsonElement json, string prefix = "")
{
    public List<FieldError> Errors { get; init; } = [];

    /// <summary>Reads the body of a call, one JSON object; on a refusal it has answered already and gives null.</summary>
    public static async Task<JsonBody?> ReadAsync(HttpContext context, int most = RequestBody.Most)
    {
        if (!RequestBody.IsJson(context.Request.ContentType))
        {
            await Problems.WriteAsync(context, Problems.MediaType);
            return null;
        }
        var buffer = new byte[most];
        var length = await RequestBody.ReadAsync(context.Request, buffer, context.RequestAborted);
        if (length < 0)
        {
            await Problems.WriteAsync(context, Problems.TooLarge, $"The body is larger than {most / 1024} KiB.");
            return null;
        }
        try
        {
            var json = JsonDocument.Parse(buffer.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false }).RootElement;
            if (json.ValueKind == JsonValueKind.Object)
            {
                ReadNames(json);
                return new JsonBody(json) { Bytes = buffer.AsMemory(0, length) };
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below.
        }
        await Problems.WriteAsync(context, [new FieldError("body", "json", "The body must be one JSON object, without a member twice.")]);
        return null;
    }

    // A name with half a surrogate pair is found out when it is read, and nowhere later.
    private static void ReadNames(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                _ = member.Name;
                ReadNames(member.Value);
            }
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray()) ReadNames(item);
        }
    }

    /// <summary>As it came.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    public JsonElement Json => json;


    public bool Names(string name) => json.TryGetProperty(name, out _);

    public bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int most)
    {
        if (!Has(name)) return null;
        var value = json.GetProperty(name);
        if (value.ValueKind != JsonValueKind.String) return Wrong(name, "type", $"{name} must be a text.");
        string text;
        try { text = value.GetString()!.Trim(); }
        catch (InvalidOperationException) { return Wrong(name, "format", $"{name} has half a surrogate pair."); }
        if (text.Length == 0 || text.Length > most) return Wrong(name, "length", $"{name} has 1 to {most} characters.");
        return text.Contains('\0', StringComparison.Ordinal) ? Wrong(name, "format", $"{name} has a NUL.") : text;
    }

    /// <summary>What must be there exactly as it was sent: a password, a code, a token.</summary>
    public string? Secret(string name, int most)
    {
        if (!Has(name)) return Wrong(name, "required", $"{name} is required.");
        var value = json.GetProperty(name);
        if (value.ValueKind != JsonValueKind.String) return Wrong(name, "type", $"{name} must be a text.");
        try { return value.GetString() is { Length: > 0 } text && text.Length <= most && !text.Contains('\0', StringComparison.Ordinal) ? text : Wrong(name, "length", $"{name} has 1 to {most} characters."); }
        catch (InvalidOperationException) { return Wrong(name, "format", $"{name} has half a surrogate pair."); }
    }

    /// <summary>A whole number.</summary>
    public int? Number(string name, int least, int most)
    {
        if (!Has(name)) return null;
        if (json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        Wrong(name, "range", $"{name} must be a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name, int most, int longest)
    {
        if (!Has(name)) return null;
        var value = json.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            try
            {
                List<string> texts = [.. value.EnumerateArray().Select(item => item.GetString()!.Trim())];
                if (texts.TrueForAll(text => text.Length > 0 && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal))) return texts;
            }
            catch (InvalidOperationException)
            {
                // Said below.
            }
        }
        Wrong(name, "type", $"{name} must be a list of at most {most} texts of 1 to {longest} characters.");
        return null;
    }

    public T? Word<T>(string name, Func<string, T?> read, string code = "unknown") where T : struct
    {
        if (Text(name, 100) is not { } word) return null;
        var found = read(word);
        if (found is null) Wrong(name, code, code == "unknown" ? $"There is no such {name}." : $"{name} is not written as one.");
        return found;
    }

    public bool? Flag(string name)
    {
        if (!Has(name)) return null;
        var value = json.GetProperty(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(name, "type", $"{name} must be true or false.");
        return null;
    }

    public DateTimeOffset? Moment(string name)
    {
        if (Text(name, 40) is not { } text) return null;
        var moment = Moments.Read(text, TimeZoneInfo.Utc);
        if (moment is null) Wrong(name, "format", $"{name} must be RFC 3339, as in 2027-01-31T18:00:00Z.");
        return moment;
    }

    public string? Wrong(string name, string code, string reason)
    {
        Errors.Add(new FieldError(prefix + name, code, prefix + reason));
        return null;
    }

    /// <summary>A whole number of minor units.</summary>
    public long? Minor(string name)
    {
        if (!Has(name)) return null;
        if (json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var minor) && minor is >= 0 and <= 1_000_000_000_000_000) return minor;
        Wrong(name, "range", $"{name} must be a whole number of minor units, from 0 to 10^15.");
        return null;
    }

    /// <summary>The number that a thing had when the caller read it; null when it does not say.</summary>
    public int? Version(string what)
    {
        if (!Has("version")) return null;
        if (json.GetProperty("version") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var version) && version > 0) return version;
        Wrong("version", "range", $"version must be the number that the {what} had when you read it.");
        return null;
    }

    public string? Currency(string name)
    {
        if (Text(name, 3) is not { } text) return null;
        return Currencies.TryFind(text.ToUpperInvariant(), out var code, out _) ? code : Wrong(name, "format", $"{name} must be a currency of ISO 4217, as in MXN.");
    }
}
