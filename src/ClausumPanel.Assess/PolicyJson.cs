using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>A policy as a JSON document. The same policy always gives the same bytes, one signal a line, so that two versions can be compared as texts.</summary>
public static class PolicyJson
{
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };
    private static readonly JsonWriterOptions Outer = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Inner = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a policy, or says with place and reason all that is wrong with it. Without lists its rules may name any list.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Policy? policy, out IReadOnlyList<PolicyProblem> problems, RuleLists? lists = null)
    {
        policy = null;
        var found = new PolicyProblems();
        problems = found.Found;
        try
        {
            using var document = JsonDocument.Parse(utf8, Reading);
            var read = new PolicyReader(found).Policy(document.RootElement);
            if (found.Found.Count == 0) found.Found.AddRange(PolicyCheck.Problems(read, lists));
            if (found.Found.Count > 0) return false;
            policy = read;
            return true;
        }
        // A text that is no Unicode (a lone surrogate) is found only when it is read.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            var at = broken as JsonException;
            found.Add("", PolicyProblem.NoJson, Place(at?.LineNumber), Place(at?.BytePositionInLine));
            return false;
        }
    }

    /// <summary>Reads a policy, or says with place and reason all that is wrong with it. Without lists its rules may name any list.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out Policy? policy, out IReadOnlyList<PolicyProblem> problems, RuleLists? lists = null) =>
        TryRead(Encoding.UTF8.GetBytes(json), out policy, out problems, lists);

    /// <summary>
    /// Reads a policy that an earlier version of the program accepted and stored: signals, parameters and word lists that are gone since, and values whose bounds
    /// have changed, are passed over and rules that can no longer be read are switched off, all of them named, for a policy that once judged must not keep the service from starting.
    /// </summary>
    public static bool TryReadStored(string json, [NotNullWhen(true)] out Policy? policy, out IReadOnlyList<PolicyProblem> passedOver, RuleLists? lists = null)
    {
        if (TryRead(json, out policy, out passedOver, lists)) return true;
        var shape = new PolicyProblems();
        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            policy = PolicyCheck.Prune(new PolicyReader(shape).Policy(document.RootElement), lists);
        }
        // Already told by the first reading.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
        if (shape.Found.Count == 0 && PolicyCheck.Problems(policy, lists).Count == 0) return true;
        policy = null;
        return false;
    }

    /// <summary>Writes a policy: limits by flow and currency, signals, parameters and word lists in the catalogue's order, then the rules in theirs, then what reports do to the lists and the control sample; without rules and sample and with the documented effects as ever.</summary>
    public static string Write(Policy policy) => Encoding.UTF8.GetString(WriteUtf8(policy));

    /// <summary>Writes a policy as UTF-8, which is what a hash of it is made of.</summary>
    public static byte[] WriteUtf8(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Outer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", policy.Version);
            Line(writer, "bands", line =>
            {
                line.WriteNumber("review", policy.Bands.Review);
                line.WriteNumber("challenge", policy.Bands.Challenge);
                line.WriteNumber("decline", policy.Bands.Decline);
            });
            writer.WriteStartObject("limits");
            foreach (var flow in Enum.GetValues<Flow>()) WriteLimits(writer, flow, policy.Limits);
            writer.WriteEndObject();
            writer.WriteBoolean("only_named", policy.OnlyNamed);
            writer.WriteStartObject("signals");
            foreach (var definition in SignalCatalog.All)
                if (policy.Signals.FirstOrDefault(s => s.Code == definition.Code) is { } setting) WriteSignal(writer, definition, setting);
            writer.WriteEndObject();
            if (policy.Rules.Count > 0)
            {
                writer.WriteStartArray("rules");
                foreach (var rule in policy.Rules) WriteRule(writer, rule);
                writer.WriteEndArray();
            }
            // The documented effects stay unsaid: documents that were stored before the table was theirs to change keep their bytes.
            if (!ReportEffects.AreDocumented(policy.ReportEffects)) WriteReportEffects(writer, policy.ReportEffects);
            if (!policy.ControlSample.IsUnsaid) WriteControlSample(writer, policy.ControlSample);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    internal static Policy Shipped()
    {
        using var stream = typeof(PolicyJson).Assembly.GetManifestResourceStream("DefaultPolicy.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return TryRead(bytes, out var policy, out var problems) ? policy : throw new InvalidOperationException($"DefaultPolicy.json: {string.Join("; ", problems)}");
    }

    private static void WriteLimits(Utf8JsonWriter writer, Flow flow, IReadOnlyList<AmountLimit> limits)
    {
        writer.WriteStartObject(PolicyCheck.FlowName(flow));
        foreach (var limit in limits.Where(l => l.Flow == flow).OrderBy(l => l.Currency, StringComparer.Ordinal))
            Line(writer, limit.Currency, line =>
            {
                if (limit.Minimum is { } minimum) line.WriteNumber("minimum", minimum);
                if (limit.Small is { } small) line.WriteNumber("small", small);
                if (limit.Large is { } large) line.WriteNumber("large", large);
                if (limit.Maximum is { } maximum) line.WriteNumber("maximum", maximum);
            });
        writer.WriteEndObject();
    }

    private static void WriteSignal(Utf8JsonWriter writer, SignalDefinition definition, SignalSetting setting) => Line(writer, definition.Code, line =>
    {
        line.WriteNumber("weight", setting.Weight);
        line.WriteBoolean("enabled", setting.Enabled);
        if (setting.Parameters.Count > 0)
        {
            line.WriteStartObject("parameters");
            foreach (var parameter in definition.Parameters)
                if (setting.Parameters.TryGetValue(parameter.Name, out var value)) line.WriteNumber(parameter.Name, value);
            line.WriteEndObject();
        }
        if (setting.Texts.Count > 0)
        {
            line.WriteStartObject("words");
            foreach (var words in definition.Words)
            {
                if (!setting.Texts.TryGetValue(words.Name, out var list)) continue;
                line.WriteStartArray(words.Name);
                foreach (var word in list) line.WriteStringValue(word);
                line.WriteEndArray();
            }
            line.WriteEndObject();
        }
    });

    private static void WriteRule(Utf8JsonWriter writer, PolicyRule rule) => Line(writer, null, line =>
    {
        line.WriteString("id", rule.Id);
        line.WriteString("name", rule.Name);
        line.WriteString("text", rule.Text);
        line.WriteString("reason", rule.Reason);
        if (rule.Flow is not null || rule.Currency is not null || rule.Submerchant is not null)
        {
            line.WriteStartObject("scope");
            if (rule.Flow is { } flow) line.WriteString("flow", PolicyCheck.FlowName(flow));
            if (rule.Currency is { } currency) line.WriteString("currency", currency);
            if (rule.Submerchant is { } submerchant) line.WriteString("submerchant", submerchant);
            line.WriteEndObject();
        }
        if (rule.Starts is { } starts) line.WriteNumber("starts", starts);
        if (rule.Ends is { } ends) line.WriteNumber("ends", ends);
        line.WriteBoolean("enabled", rule.Enabled);
        line.WriteBoolean("observe_only", rule.ObserveOnly);
    });

    private static void WriteReportEffects(Utf8JsonWriter writer, IReadOnlyList<ReportEffect> effects)
    {
        var ordered = ReportEffects.Ordered(effects);
        writer.WriteStartObject("report_effects");
        foreach (var reason in ReportEffects.Reasons)
            Line(writer, reason.Word(), line =>
            {
                foreach (var effect in ordered)
                {
                    if (effect.Reason != reason) continue;
                    line.WriteStartObject(ReportEffects.Word(effect.Type));
                    line.WriteString("severity", ReportEffects.Word(effect.Severity));
                    if (effect.Days is { } days) line.WriteNumber("days", days);
                    line.WriteEndObject();
                }
            });
        writer.WriteEndObject();
    }

    private static void WriteControlSample(Utf8JsonWriter writer, ControlSample sample)
    {
        writer.WriteStartObject("control_sample");
        writer.WriteNumber("percent", sample.Percent);
        writer.WriteStartObject("limits");
        foreach (var limit in sample.Limits.OrderBy(l => l.Currency, StringComparer.Ordinal))
            Line(writer, limit.Currency, line =>
            {
                line.WriteNumber("payment", limit.Payment);
                line.WriteNumber("day", limit.Day);
            });
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // An object that stays on one line within the indented document; without a name it is an element of an array.
    private static void Line(Utf8JsonWriter writer, string? name, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var line = new Utf8JsonWriter(stream, Inner))
        {
            line.WriteStartObject();
            write(line);
            line.WriteEndObject();
        }
        if (name is not null) writer.WritePropertyName(name);
        writer.WriteRawValue(stream.GetBuffer().AsSpan(0, (int)stream.Length), skipInputValidation: true);
    }

    private static string Place(long? zeroBased) => ((zeroBased ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Reads the tree of a policy document and collects what is wrong with its shape; what it means is <see cref="PolicyCheck"/>'s.</summary>
internal sealed class PolicyReader(PolicyProblems problems)
{
    public Policy Policy(JsonElement root)
    {
        var version = 1;
        var bands = default(Bands);
        var onlyNamed = false;
        List<AmountLimit> limits = [];
        List<SignalSetting> signals = [];
        List<PolicyRule> rules = [];
        IReadOnlyList<ReportEffect>? effects = null;
        var sample = ControlSample.None;
        Members(root, "", ["version", "bands", "limits", "only_named", "signals", "rules", "report_effects", "control_sample"], ["bands"], (name, value, place) =>
        {
            if (name == "version") version = (int)Whole(value, place, 1, int.MaxValue);
            else if (name == "bands") bands = Bands(value, place);
            else if (name == "limits") Members(value, place, ["payin", "payout"], [], (flow, currencies, at) => limits.AddRange(Limits(flow == "payout" ? Flow.PayOut : Flow.PayIn, currencies, at)));
            else if (name == "only_named") onlyNamed = Flag(value, place);
            else if (name == "rules") Elements(value, place, "an array of rules", (rule, at) => rules.Add(Rule(rule, at)));
            else if (name == "report_effects") effects = Effects(value, place);
            else if (name == "control_sample") sample = Sample(value, place);
            else Each(value, place, (code, setting, at) => signals.Add(Signal(code, setting, at)));
        });
        return new Policy(version, bands, limits, signals, onlyNamed) { Rules = rules, ReportEffects = effects ?? ReportEffects.Documented, ControlSample = sample };
    }

    private ControlSample Sample(JsonElement value, string place)
    {
        var (percent, limits) = (0.0, new List<ControlLimit>());
        Members(value, place, ["percent", "limits"], ["percent"], (name, member, at) =>
        {
            if (name == "percent") percent = Number(member, at);
            else Each(member, at, (currency, bounds, where) =>
            {
                var limit = new ControlLimit(currency, 0, 0);
                Members(bounds, where, ["payment", "day"], ["payment", "day"], (bound, amount, here) =>
                {
                    var minor = Whole(amount, here, 0, 1L << 53);
                    limit = bound == "day" ? limit with { Day = minor } : limit with { Payment = minor };
                });
                limits.Add(limit);
            });
        });
        return new ControlSample(percent, limits);
    }

    private Bands Bands(JsonElement value, string place)
    {
        var (review, challenge, decline) = (0, 0, 0);
        Members(value, place, ["review", "challenge", "decline"], ["review", "challenge", "decline"], (name, bound, at) =>
        {
            var number = (int)Whole(bound, at, 1, 101);
            if (name == "review") review = number;
            else if (name == "challenge") challenge = number;
            else decline = number;
        });
        return new Bands(review, challenge, decline);
    }

    private List<AmountLimit> Limits(Flow flow, JsonElement value, string place)
    {
        var limits = new List<AmountLimit>();
        Each(value, place, (currency, bounds, at) =>
        {
            var limit = new AmountLimit(flow, currency, null, null);
            Members(bounds, at, ["minimum", "small", "large", "maximum"], [], (name, bound, where) =>
            {
                if (bound.ValueKind == JsonValueKind.Null) return;
                var amount = Whole(bound, where, 0, 1L << 53);
                limit = name switch
                {
                    "minimum" => limit with { Minimum = amount },
                    "small" => limit with { Small = amount },
                    "large" => limit with { Large = amount },
                    _ => limit with { Maximum = amount },
                };
            });
            limits.Add(limit);
        });
        return limits;
    }

    private SignalSetting Signal(string code, JsonElement value, string place)
    {
        var definition = SignalCatalog.ByCode.GetValueOrDefault(code);
        var (weight, enabled) = (definition?.Weight ?? 0, definition?.IsEnabled ?? true);
        var parameters = new Dictionary<string, double>(StringComparer.Ordinal);
        var texts = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        Members(value, place, ["weight", "enabled", "parameters", "words"], [], (name, member, at) =>
        {
            if (name == "weight") weight = (int)Whole(member, at, -100, 100);
            else if (name == "enabled") enabled = Flag(member, at);
            else if (name == "parameters") Each(member, at, (parameter, number, where) => parameters[parameter] = Number(number, where));
            else Each(member, at, (list, words, where) => texts[list] = Words(words, where));
        });
        return new SignalSetting(code, weight, enabled, parameters, texts);
    }

    private List<string> Words(JsonElement value, string place)
    {
        var words = new List<string>();
        Elements(value, place, "an array of texts", (word, at) => words.Add(Text(word, at)));
        return words;
    }

    private PolicyRule Rule(JsonElement value, string place)
    {
        var rule = new PolicyRule("", "", "", "");
        Members(value, place, ["id", "name", "text", "reason", "scope", "starts", "ends", "enabled", "observe_only"], ["id", "name", "text"], (name, member, at) => rule = name switch
        {
            "id" => rule with { Id = Text(member, at) },
            "name" => rule with { Name = Text(member, at) },
            "text" => rule with { Text = Text(member, at) },
            "reason" => rule with { Reason = Text(member, at) },
            "scope" => Scope(rule, member, at),
            "starts" => rule with { Starts = Moment(member, at) },
            "ends" => rule with { Ends = Moment(member, at) },
            "enabled" => rule with { Enabled = Flag(member, at) },
            _ => rule with { ObserveOnly = Flag(member, at) },
        });
        return rule;
    }

    private PolicyRule Scope(PolicyRule rule, JsonElement value, string place)
    {
        Members(value, place, ["flow", "currency", "submerchant"], [], (name, member, at) =>
        {
            if (member.ValueKind == JsonValueKind.Null) return;
            var text = Text(member, at);
            if (name == "currency") rule = rule with { Currency = text };
            else if (name == "submerchant") rule = rule with { Submerchant = text };
            else if (text is "payin" or "payout") rule = rule with { Flow = text == "payout" ? Flow.PayOut : Flow.PayIn };
            else if (member.ValueKind == JsonValueKind.String) Unwanted(at, "payin or payout", member);
        });
        return rule;
    }

    /// <summary>The table is whole or is not there: of a reason left out nobody could say whether it shall do nothing or what is documented.</summary>
    private IReadOnlyList<ReportEffect> Effects(JsonElement value, string place)
    {
        string[] reasons = [.. ReportEffects.Reasons.Select(r => r.Word())], types = [.. ReportEffects.Types.Select(ReportEffects.Word)];
        var effects = new List<ReportEffect>();
        Members(value, place, reasons, reasons, (reason, lists, at) => Members(lists, at, types, [], (type, effect, where) =>
        {
            var read = new ReportEffect(ReportEffects.Reason(reason)!.Value, ReportEffects.Type(type)!.Value, ListSeverity.None, null);
            Members(effect, where, ["severity", "days"], ["severity"], (name, member, here) =>
            {
                if (name == "days") read = read with { Days = member.ValueKind == JsonValueKind.Null ? null : (int)Whole(member, here, 1, ReportEffects.MostDays) };
                else if (member.ValueKind == JsonValueKind.String && ReportEffects.Severity(member.GetString()) is { } severity) read = read with { Severity = severity };
                else Unwanted(here, "block, flag or review", member);
            });
            effects.Add(read);
        }));
        return ReportEffects.Ordered(effects);
    }

    private long? Moment(JsonElement value, string place) => value.ValueKind == JsonValueKind.Null ? null : Whole(value, place, 0, 253_402_300_799_999);

    private string Text(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        Unwanted(place, "a text", value);
        return "";
    }

    private void Elements(JsonElement value, string place, string wanted, Action<JsonElement, string> read)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Unwanted(place, wanted, value);
            return;
        }
        var count = 0;
        foreach (var element in value.EnumerateArray()) read(element, $"{place}[{count++.ToString(CultureInfo.InvariantCulture)}]");
    }

    /// <summary>The members of an object whose names are known.</summary>
    private void Members(JsonElement value, string place, string[] known, string[] needed, Action<string, JsonElement, string> read)
    {
        var seen = Each(value, place, (name, member, at) =>
        {
            if (known.Contains(name)) read(name, member, at);
            else problems.AddUnknown(at, PolicyProblem.NoMember, name, known);
        });
        foreach (var name in needed)
            if (seen is not null && !seen.Contains(name)) problems.Add(place, PolicyProblem.Missing, name);
    }

    /// <summary>The members of an object, whatever their names; null when it is none.</summary>
    private HashSet<string>? Each(JsonElement value, string place, Action<string, JsonElement, string> read)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Unwanted(place, "an object", value);
            return null;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var at = place.Length == 0 ? member.Name : $"{place}.{member.Name}";
            if (seen.Add(member.Name)) read(member.Name, member.Value, at);
            else problems.Add(at, PolicyProblem.Twice);
        }
        return seen;
    }

    private long Whole(JsonElement value, string place, long least, long most)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most) return number;
        Unwanted(place, string.Create(CultureInfo.InvariantCulture, $"a whole number between {least} and {most}"), value);
        return least;
    }

    private double Number(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)) return number;
        Unwanted(place, "a number", value);
        return double.NaN;
    }

    private bool Flag(JsonElement value, string place)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.ValueKind == JsonValueKind.True;
        Unwanted(place, "true or false", value);
        return false;
    }

    private void Unwanted(string place, string wanted, JsonElement value)
    {
        var text = value.GetRawText();
        problems.Add(place, PolicyProblem.Wanted, wanted, text.Length > 40 ? text[..40] + "…" : text);
    }
}
