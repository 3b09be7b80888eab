using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClausumPanel.Client;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AssessRequest))]
[JsonSerializable(typeof(Verdict))]
[JsonSerializable(typeof(FraudReport))]
[JsonSerializable(typeof(FraudReported))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ClausumJson : JsonSerializerContext;

/// <summary>The part of a refusal that is branched on.</summary>
internal sealed record ProblemBody(ProblemError? Error);

internal sealed record ProblemError(string? Code, string? Message);
