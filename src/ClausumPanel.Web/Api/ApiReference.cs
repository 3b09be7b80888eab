using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess;

namespace ClausumPanel.Web.Api;

/// <summary>
/// The OpenAPI 3.1 description of the API, kept by hand beside the code: the readers and writers here work on bytes, so no type says what a generator would need.
/// Tests hold it against the routes, the reader's fields, the problems and real answers.
/// </summary>
public static class ApiReference
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Document { get; } = Load();

    public static JsonElement Root { get; } = JsonDocument.Parse(Document).RootElement;

    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(PolicySchema.Address, () => TypedResults.Bytes(PolicySchema.WriteUtf8(), "application/schema+json; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/openapi/v1.json", () => TypedResults.Bytes(Document, "application/json; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Every operation in the document's order.</summary>
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        .. from path in Root.GetProperty("paths").EnumerateObject()
           from method in path.Value.EnumerateObject()
           select new Operation(method.Name.ToUpperInvariant(), path.Name, method.Value),
    ];

    /// <summary>What a <c>$ref</c> stands for, or the element itself.</summary>
    public static JsonElement Resolve(JsonElement element)
    {
        if (!element.TryGetProperty("$ref", out var reference)) return element;
        var found = Root;
        foreach (var name in reference.GetString()!.Split('/').Skip(1)) found = found.GetProperty(name);
        return found;
    }

    /// <summary>The fields of an object, those of objects inside it by path: <c>device.ip</c>, <c>signal_details[].code</c>.</summary>
    public static IEnumerable<Field> Fields(JsonElement schema, string prefix = "")
    {
        schema = Resolve(schema);
        if (!schema.TryGetProperty("properties", out var properties)) yield break;
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(n => n.GetString()!).ToHashSet() : [];
        foreach (var property in properties.EnumerateObject())
        {
            var (path, its) = (prefix + property.Name, Resolve(property.Value));
            yield return new Field(path, its, required.Contains(property.Name));
            foreach (var inner in Fields(its, path + ".")) yield return inner;
            if (its.TryGetProperty("items", out var items)) foreach (var inner in Fields(items, path + "[].")) yield return inner;
        }
    }

    public static string Indented(JsonElement json) => JsonSerializer.Serialize(json, Readable);

    private static byte[] Load()
    {
        using var stream = typeof(ApiReference).Assembly.GetManifestResourceStream("openapi.json") ?? throw new InvalidOperationException("The build has left openapi.json out.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>One method of one path.</summary>
    public sealed record Operation(string Method, string Path, JsonElement Json)
    {
        public string Id => Json.GetProperty("operationId").GetString()!;
        public string Summary => Json.GetProperty("summary").GetString()!;
        public string? Description => Json.TryGetProperty("description", out var text) ? text.GetString() : null;
        public IEnumerable<string> Keys => Json.GetProperty("security").EnumerateArray().SelectMany(s => s.EnumerateObject())
            .Select(s => Root.GetProperty("components").GetProperty("securitySchemes").GetProperty(s.Name).TryGetProperty("bearerFormat", out var format) ? format.GetString()! : s.Name);
        /// <summary>It goes by a person's session, not by a key.</summary>
        public bool IsOfSession => Keys.Contains("session");
        public JsonElement? Request => Json.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json") : null;
        public JsonElement Answer => Json.GetProperty("responses").EnumerateObject().First(r => r.Name is "200" or "201").Value.GetProperty("content").GetProperty("application/json");
        public IEnumerable<(string Status, string Description)> Responses => Json.GetProperty("responses").EnumerateObject().Select(r => (r.Name, r.Value.GetProperty("description").GetString()!));
        public IEnumerable<(string Name, string Description)> Headers => Json.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Select(Resolve).Select(p => (p.GetProperty("name").GetString()!, p.GetProperty("description").GetString()!)) : [];
        public IEnumerable<(string Name, string Json)> Examples => Request is { } request && request.TryGetProperty("examples", out var examples)
            ? examples.EnumerateObject().Select(e => (e.Name, Indented(e.Value.GetProperty("value")))) : [];
    }

    /// <summary>One field as a table shows it.</summary>
    public sealed record Field(string Path, JsonElement Schema, bool IsRequired)
    {
        public string Description => Schema.TryGetProperty("description", out var text) ? text.GetString()! : "";

        public string Type => !Schema.TryGetProperty("type", out var type) ? "any"
            : type.ValueKind == JsonValueKind.String ? type.GetString()!
            : type.EnumerateArray().Select(t => t.GetString()!).First(t => t != "null");

        public string Limits => string.Join(", ", AllLimits());

        private IEnumerable<string> AllLimits()
        {
            if (Schema.TryGetProperty("enum", out var values)) yield return string.Join(" | ", values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()));
            if (Schema.TryGetProperty("maxLength", out var length)) yield return $"≤ {length} characters";
            if (Schema.TryGetProperty("minimum", out var least)) yield return Schema.TryGetProperty("maximum", out var most) ? $"{least} … {most}" : $"≥ {least}";
            if (Schema.TryGetProperty("maxProperties", out var members)) yield return $"≤ {members} members";
            if (Schema.TryGetProperty("pattern", out var pattern)) yield return pattern.GetString()!;
        }
    }
}
