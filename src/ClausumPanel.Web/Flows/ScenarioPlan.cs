using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>A request and those that follow it: what changes is said one by one, as JSON merge patches of the first (RFC 7396), or left to the counting of <see cref="Varied"/>.</summary>
/// <param name="Flow">Which endpoint it would go to.</param>
/// <param name="Json">The first request.</param>
/// <param name="Times">How many requests there are.</param>
/// <param name="Varies">What is another one each time, where no step says what changes.</param>
/// <param name="Steps">An array of patches, one for each request after the first; null: none.</param>
public sealed record ScenarioPlan(Flow Flow, string Json, int Times = 1, Varied Varies = Varied.None, string? Steps = null)
{
    /// <summary>Requests that are run together.</summary>
    public const int MostTimes = 100;

    /// <summary>How JSON is shown and kept.</summary>
    public static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string NoSteps = "The changes must be a JSON array of at most 99 objects, one for each request after the first, each of at most 64 KiB.", Moment = "occurred_at";
    private static readonly JsonDocumentOptions NothingTwice = new() { AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ScenarioPlan Of(SimulationScenario saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return new ScenarioPlan(saved.Flow, saved.Request, saved.Times, saved.Varies, saved.Steps);
    }

    /// <summary>The plan of requests that are known one by one: the first, and what each of the others changes of it.</summary>
    public static ScenarioPlan Of(Flow flow, IReadOnlyList<JsonObject> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var first = requests[0];
        var steps = new JsonArray([.. requests.Skip(1).Select(request => (JsonNode)Difference(first, request))]);
        return new ScenarioPlan(flow, first.ToJsonString(Readable), requests.Count, Varied.None, steps.Count == 0 ? null : Written(steps));
    }

    public static string OnOneLine(JsonNode json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json.ToJsonString(OneLine);
    }

    /// <summary>One patch a line.</summary>
    public static string Written(JsonArray steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return "[\n" + string.Join(",\n", steps.Select(step => OnOneLine(step!))) + "\n]";
    }

    /// <summary>The steps that are run; null when there are none.</summary>
    public string? StepsRun => ReadSteps(Steps) is { Count: > 0 } steps && Times > 1 ? Written(new JsonArray([.. steps.Take(Times - 1).Select(step => step!.DeepClone())])) : null;

    /// <summary>The steps, or null when they are no array of objects, or too many; empty when there are none.</summary>
    public static JsonArray? ReadSteps(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return [];
        try
        {
            return JsonNode.Parse(text, documentOptions: NothingTwice) is JsonArray { Count: < MostTimes } steps && steps.All(step => step is JsonObject && Encoding.UTF8.GetByteCount(OnOneLine(step)) <= RequestBody.Most) ? steps : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The requests in their order, or null when the plan says what cannot be. The first is as it was written.</summary>
    public IReadOnlyList<string>? Requests(List<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (ReadSteps(Steps) is not { } steps)
        {
            errors.Add(new FieldError("steps", "json", NoSteps));
            return null;
        }
        if (Times == 1) return [Json];
        if (Request(Json) is not { } first) return [Json];           // whoever reads it says what is wrong
        List<string> requests = [Json];
        for (var number = 1; number < Times; number++) requests.Add(OnOneLine(number <= steps.Count ? Patched(first, (JsonObject)steps[number - 1]!) : VariedRequest.Make(first, Varies, number)));
        return requests;
    }

    /// <summary>The same requests, taken to happen in the week before that moment: at the same hours of the same days of the week, so that a kept scenario does not grow old.</summary>
    public ScenarioPlan Within(DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Last is { } last && (now - last).TotalDays >= 7 ? Before(now, 7, zone) : this;
    }

    /// <summary>The same requests as many times that many days later as it takes for the last of them to lie just before that moment, at the same hours.</summary>
    public ScenarioPlan Before(DateTimeOffset now, int days, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (Last is not { } last || last > now) return this;
        var later = (int)((now - last).TotalDays / days) * days;
        var plan = Later(later, zone);
        // The clocks may have been put back in between.
        return plan.Last > now ? Later(later - days, zone) : plan;
    }

    private ScenarioPlan Later(int days, TimeZoneInfo zone)
    {
        if (Request(Json) is not { } first || ReadSteps(Steps) is not { } steps) return this;
        foreach (var one in steps.Prepend(first))
        {
            if (At((JsonObject)one!) is not { } at) continue;
            var local = DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(at, zone).DateTime.AddDays(days), DateTimeKind.Unspecified);
            one![Moment] = Say(new DateTimeOffset(local, zone.GetUtcOffset(local)));
        }
        return this with { Json = first.ToJsonString(Readable), Steps = steps.Count == 0 ? null : Written(steps) };
    }

    /// <summary>The last moment that a request says, or null.</summary>
    public DateTimeOffset? Last => Request(Json) is { } first && ReadSteps(Steps) is { } steps ? steps.Prepend(first).Select(one => At((JsonObject)one!)).Max() : null;

    private static DateTimeOffset? At(JsonObject request) =>
        Text(request, Moment) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Say(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFzzz", CultureInfo.InvariantCulture);

    /// <summary>The JSON object; null when it is none, or says a member twice.</summary>
    public static JsonObject? Request(string json)
    {
        try
        {
            var request = JsonNode.Parse(json, documentOptions: NothingTwice) as JsonObject;
            // A text that is no Unicode (a lone surrogate) is found only when it is read.
            _ = request?.ToJsonString();
            return request;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonObject Patched(JsonObject first, JsonObject patch)
    {
        var request = (JsonObject)first.DeepClone();
        Apply(request, patch);
        return request;

        static void Apply(JsonObject target, JsonObject patch)
        {
            foreach (var (name, value) in patch)
            {
                if (value is null) target.Remove(name);
                else if (value is JsonObject inner)
                {
                    if (target[name] is not JsonObject) target[name] = new JsonObject();
                    Apply((JsonObject)target[name]!, inner);
                }
                else target[name] = value.DeepClone();
            }
        }
    }

    private static JsonObject Difference(JsonObject first, JsonObject other)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in other)
        {
            if (JsonNode.DeepEquals(first[name], value)) continue;
            patch[name] = first[name] is JsonObject before && value is JsonObject after ? Difference(before, after) : value?.DeepClone();
        }
        foreach (var (name, _) in first)
            if (!other.ContainsKey(name)) patch[name] = null;
        return patch;
    }

    internal static string? Text(JsonObject of, string name) => of[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
