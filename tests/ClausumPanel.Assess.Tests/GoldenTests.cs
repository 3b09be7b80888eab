using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClausumPanel.Assess.Tests;

/// <summary>
/// The stories in <c>Golden/</c>: a policy and facts, and the assessment they give. Title, policy and facts are written by hand; the assessment is
/// what the engine says, written anew with UPDATE_GOLDEN=1 and read by whoever reviews the change.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = SourceTree.PathOf("tests", "ClausumPanel.Assess.Tests", "Golden");
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Stories => [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory, MemberData(nameof(Stories))]
    public void A_story_ends_as_it_is_told(string story)
    {
        var path = Path.Combine(Folder, story + ".json");
        var told = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var facts = FactsOf(told["facts"]!.AsObject());
        var answer = new Assessment();
        var policy = PolicyOf(told["policy"]!);
        new Assessor(policy).Assess(facts, answer);

        told["assessment"] = Tell(answer, policy, facts.Text(Known.Currency)!);
        SourceTree.FileSays(path, told.ToJsonString(Written) + "\n");
    }

    [Fact]
    public void There_are_stories_of_every_decision() => Assert.Equal(
        ["approve", "challenge", "decline", "review"],
        Directory.GetFiles(Folder, "*.json").Select(path => JsonNode.Parse(File.ReadAllText(path))!["assessment"]!["decision"]!.GetValue<string>()).Distinct().Order());

    /// <summary><c>"default"</c>, or what it changes: bands, rules, and signals by code as a policy document writes them.</summary>
    private static Policy PolicyOf(JsonNode told)
    {
        if (told is JsonValue) return Policy.Default;
        var document = JsonNode.Parse(PolicyJson.Write(Policy.Default))!.AsObject();
        foreach (var (name, value) in told.AsObject())
        {
            if (name == "signals") foreach (var (code, setting) in value!.AsObject()) document["signals"]![code] = setting!.DeepClone();
            else document[name] = value!.DeepClone();
        }
        Assert.True(PolicyJson.TryRead(document.ToJsonString(), out var policy, out var problems), string.Join("\n", problems));
        return policy;
    }

    private static Facts FactsOf(JsonObject told)
    {
        var facts = new Facts();
        foreach (var (name, value) in told)
        {
            var definition = FactCatalog.All[FactCatalog.ByName[name].Index];
            if (value!.GetValueKind() == JsonValueKind.String) facts.Set(definition.Fact, value.GetValue<string>());
            else if (definition.Type == FactType.Flag) facts.Set(definition.Fact, value.GetValue<bool>());
            else facts.Set(definition.Fact, value.GetValue<double>());
            Assert.Equal(definition.IsText, value.GetValueKind() == JsonValueKind.String);
        }
        return facts;
    }

    private static JsonObject Tell(Assessment answer, Policy policy, string currency)
    {
        var signals = new JsonArray();
        var sum = new StringBuilder();
        foreach (var hit in answer.Signals)
        {
            signals.Add(new JsonObject { ["code"] = SignalCatalog.Of(hit).Code, ["weight"] = hit.Weight, ["description"] = SignalText.English(hit, currency) });
            Add(hit.Weight);
        }
        var rules = new JsonArray();
        foreach (var hit in answer.Rules)
        {
            rules.Add(new JsonObject { ["rule"] = policy.Rules[hit.Rule].Id, ["points"] = hit.Points, ["observed"] = hit.Observed });
            if (!hit.Observed && hit.Points != 0) Add(hit.Points);
        }
        var tale = new JsonObject
        {
            ["decision"] = answer.Decision.ToString().ToLowerInvariant(),
            ["risk_score"] = answer.Score,
            ["sum"] = sum.Length == 0 ? "nothing" : sum.ToString().Trim(),
            ["blocked_by"] = answer.BlockedBy,
            ["signals"] = signals,
        };
        if (rules.Count > 0) tale["rules"] = rules;
        return tale;

        void Add(int points)
        {
            if (sum.Length > 0 || points < 0) sum.Append(points < 0 ? " - " : " + ");
            sum.Append(Math.Abs(points));
        }
    }
}
