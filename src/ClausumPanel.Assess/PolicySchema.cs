using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>
/// The shape of a policy's file as a JSON schema (draft 2020-12), made of the catalogue so that it never says less or more than what is read. What no schema can say, such as the order of the bands or the
/// text of a rule, <see cref="PolicyJson.TryRead(string, out Policy, out IReadOnlyList{PolicyProblem}, RuleLists)"/> checks.
/// </summary>
public static class PolicySchema
{
    /// <summary>Where the panel serves it.</summary>
    public const string Address = "/docs/policy.schema.json";

    private const long MostMinor = 1L << 53, LastMoment = 253_402_300_799_999;

    private static readonly string[] BandNames = ["review", "challenge", "decline"], BoundNames = ["minimum", "small", "large", "maximum"];

    /// <summary>The schema as UTF-8.</summary>
    public static byte[] WriteUtf8()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "ClausumPanel policy");
            Shape(writer, ["bands"], () =>
            {
                Whole(writer, "version", 1, int.MaxValue, "Given anew when the policy becomes a version.");
                Object(writer, "bands", BandNames, () =>
                {
                    foreach (var band in BandNames) Whole(writer, band, 1, 101, "From this score on; 101: never by score.");
                });
                Object(writer, "limits", [], () =>
                {
                    foreach (var flow in Enum.GetValues<Flow>())
                        Object(writer, PolicyCheck.FlowName(flow), [], () =>
                        {
                            foreach (var currency in Currencies.All)
                                Object(writer, currency, [], () =>
                                {
                                    foreach (var bound in BoundNames) Whole(writer, bound, 0, MostMinor, "In minor units.");
                                });
                        });
                });
                Flag(writer, "only_named", "Currencies without limits of their own have none.");
                Object(writer, "signals", [], () =>
                {
                    foreach (var signal in SignalCatalog.All) Signal(writer, signal);
                });
                writer.WriteStartObject("rules");
                writer.WriteString("type", "array");
                writer.WriteNumber("maxItems", RuleLimits.Rules);
                writer.WriteStartObject("items");
                Shape(writer, ["id", "name", "text"], () => Rule(writer));
                writer.WriteEndObject();
                writer.WriteEndObject();
                Effects(writer);
                Sample(writer);
            });
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>The schema as text.</summary>
    public static string Write() => Encoding.UTF8.GetString(WriteUtf8());

    private static void Signal(Utf8JsonWriter writer, SignalDefinition signal)
    {
        writer.WriteStartObject(signal.Code);
        writer.WriteString("description", signal.Title);
        Shape(writer, [], () =>
        {
            if (signal.IsFixed) Whole(writer, "weight", signal.Weight, signal.Weight, "Fixed: the engine itself does it.");
            else Whole(writer, "weight", -100, 100, null);
            Flag(writer, "enabled", null);
            Object(writer, "parameters", [], () =>
            {
                foreach (var parameter in signal.Parameters)
                {
                    writer.WriteStartObject(parameter.Name);
                    writer.WriteString("type", "number");
                    writer.WriteString("description", parameter.Unit is { } unit ? $"{parameter.Description} ({unit})" : parameter.Description);
                    writer.WriteNumber("minimum", parameter.Minimum);
                    if (double.IsFinite(parameter.Maximum)) writer.WriteNumber("maximum", parameter.Maximum);
                    writer.WriteEndObject();
                }
            });
            Object(writer, "words", [], () =>
            {
                foreach (var words in signal.Words)
                {
                    writer.WriteStartObject(words.Name);
                    writer.WriteString("type", "array");
                    writer.WriteString("description", words.Description);
                    writer.WriteNumber("maxItems", PolicyCheck.MostWords);
                    writer.WriteStartObject("items");
                    writer.WriteString("type", "string");
                    writer.WriteNumber("minLength", 1);
                    writer.WriteNumber("maxLength", PolicyCheck.LongestWord);
                    writer.WriteEndObject();
                    writer.WriteEndObject();
                }
            });
        });
        writer.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter writer)
    {
        Text(writer, "id", 1, PolicyCheck.LongestId, "^[a-z0-9_-]+$");
        Text(writer, "name", 1, PolicyCheck.LongestName);
        Text(writer, "text", 0, RuleLimits.Length);
        Text(writer, "reason", 0, PolicyCheck.LongestReason);
        Object(writer, "scope", [], () =>
        {
            writer.WriteStartObject("flow");
            writer.WriteStartArray("enum");
            foreach (var flow in Enum.GetValues<Flow>()) writer.WriteStringValue(PolicyCheck.FlowName(flow));
            writer.WriteEndArray();
            writer.WriteEndObject();
            Text(writer, "currency", 3, 3, "^[A-Z]{3}$");
            Text(writer, "submerchant", 1, PolicyCheck.LongestSubmerchant);
        });
        Whole(writer, "starts", 0, LastMoment, "Unix milliseconds.");
        Whole(writer, "ends", 0, LastMoment, "Unix milliseconds.");
        Flag(writer, "enabled", null);
        Flag(writer, "observe_only", null);
    }

    private static void Effects(Utf8JsonWriter writer)
    {
        string[] reasons = [.. ReportEffects.Reasons.Select(r => r.Word())];
        Object(writer, "report_effects", reasons, () =>
        {
            foreach (var reason in reasons)
                Object(writer, reason, [], () =>
                {
                    foreach (var type in ReportEffects.Types)
                        Object(writer, ReportEffects.Word(type), ["severity"], () =>
                        {
                            writer.WriteStartObject("severity");
                            writer.WriteStartArray("enum");
                            foreach (var severity in ReportEffects.Severities(type)) writer.WriteStringValue(ReportEffects.Word(severity));
                            writer.WriteEndArray();
                            writer.WriteEndObject();
                            Whole(writer, "days", 1, ReportEffects.MostDays, "Without it: until somebody ends it.");
                        });
                });
        });
    }

    private static void Sample(Utf8JsonWriter writer) => Object(writer, "control_sample", ["percent"], () =>
    {
        writer.WriteStartObject("percent");
        writer.WriteString("type", "number");
        writer.WriteString("description", "Of the pay-ins that only their score declines, how many are let through by chance.");
        writer.WriteNumber("minimum", 0);
        writer.WriteNumber("maximum", ControlSample.MostPercent);
        writer.WriteEndObject();
        Object(writer, "limits", [], () =>
        {
            foreach (var currency in Currencies.All)
                Object(writer, currency, ["payment", "day"], () =>
                {
                    Whole(writer, "payment", 0, MostMinor, "In minor units: no larger payment.");
                    Whole(writer, "day", 0, MostMinor, "In minor units: no more in one day, all payments together.");
                });
        });
    });

    private static void Object(Utf8JsonWriter writer, string name, string[] required, Action members)
    {
        writer.WriteStartObject(name);
        Shape(writer, required, members);
        writer.WriteEndObject();
    }

    private static void Shape(Utf8JsonWriter writer, string[] required, Action members)
    {
        writer.WriteString("type", "object");
        if (required.Length > 0)
        {
            writer.WriteStartArray("required");
            foreach (var name in required) writer.WriteStringValue(name);
            writer.WriteEndArray();
        }
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteStartObject("properties");
        members();
        writer.WriteEndObject();
    }

    private static void Whole(Utf8JsonWriter writer, string name, long least, long most, string? description)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", "integer");
        if (description is not null) writer.WriteString("description", description);
        writer.WriteNumber("minimum", least);
        writer.WriteNumber("maximum", most);
        writer.WriteEndObject();
    }

    private static void Flag(Utf8JsonWriter writer, string name, string? description)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", "boolean");
        if (description is not null) writer.WriteString("description", description);
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, int least, int most, string? pattern = null)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", "string");
        writer.WriteNumber("minLength", least);
        writer.WriteNumber("maxLength", most);
        if (pattern is not null) writer.WriteString("pattern", pattern);
        writer.WriteEndObject();
    }
}
