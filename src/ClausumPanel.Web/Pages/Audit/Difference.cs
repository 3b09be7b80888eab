using System.Text.Json;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>What became of one member. Where only one side was recorded, nothing was compared: it was <see cref="Recorded"/>.</summary>
public enum MemberFate { Recorded, Added, Removed, Changed, Same }

public sealed record MemberChange(string Path, MemberFate Fate, string? Before, string? After)
{
    /// <summary>The one value there is.</summary>
    public string Only => After ?? Before ?? "";
}

/// <summary>Two recorded states, member by member.</summary>
public static class Difference
{
    public static IReadOnlyList<MemberChange> Between(string? before, string? after)
    {
        var (was, now) = (Members(before), Members(after));
        if (before is null || after is null) return [.. was.Concat(now).Select(m => new MemberChange(m.Key, MemberFate.Recorded, was.GetValueOrDefault(m.Key), now.GetValueOrDefault(m.Key)))];
        return
        [
            .. was.Keys.Union(now.Keys).Select(path => (was.GetValueOrDefault(path), now.GetValueOrDefault(path)) switch
            {
                (null, var added) => new MemberChange(path, MemberFate.Added, null, added),
                (var removed, null) => new MemberChange(path, MemberFate.Removed, removed, null),
                var (old, young) => new MemberChange(path, old == young ? MemberFate.Same : MemberFate.Changed, old, young),
            }),
        ];
    }

    // In their order; what is null or empty is not there. A text that is no JSON any more was not written by the panel, and is shown as it stands.
    private static OrderedDictionary<string, string> Members(string? json)
    {
        var members = new OrderedDictionary<string, string>();
        if (json is null) return members;
        try
        {
            using var document = JsonDocument.Parse(json);
            Collect(document.RootElement, "", members);
        }
        catch (JsonException)
        {
            members[""] = json;
        }
        return members;
    }

    private static void Collect(JsonElement value, string path, OrderedDictionary<string, string> members)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", members);
                break;
            case JsonValueKind.Array when value.EnumerateArray().Any(v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array):
                var index = 0;
                foreach (var element in value.EnumerateArray()) Collect(element, $"{path}.{++index}", members);
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                members[path] = string.Join(", ", value.EnumerateArray().Select(v => v.ToString()));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                members[path] = value.GetBoolean() ? "true" : "false";
                break;
            case JsonValueKind.String or JsonValueKind.Number:
                members[path] = value.ToString();
                break;
        }
    }
}
