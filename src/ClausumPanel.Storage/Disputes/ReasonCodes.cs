using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClausumPanel.Storage.Disputes;

/// <summary>What a reason is about: decides what evidence helps, and whether an outcome says anything about fraud.</summary>
public enum ReasonCategory
{
    Fraud, Authorization, Processing, Consumer, Information,
}

/// <param name="Scheme">Whose code it is.</param>
/// <param name="Code">As the scheme writes it.</param>
/// <param name="Text">What it says, in English.</param>
/// <param name="Spanish">The same in Spanish.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Days">Days to answer, by the scheme; the provider's own date is earlier and goes first.</param>
/// <param name="Source">Where that was read: a name of the file's sources.</param>
/// <param name="On">The day it was looked up there.</param>
/// <param name="Retired">It is met in old disputes only.</param>
public sealed record ReasonCode(CardScheme Scheme, string Code, string Text, string Spanish, ReasonCategory Category, int Days, string Source, DateOnly On, bool Retired = false)
{
    /// <summary>Its lists were found in public source code only: no provider's documentation was seen to say so.</summary>
    public bool IsSecondHand => Source == "public-code";

    public string In(string language) => language == "es" ? Spanish : Text;
}

/// <summary>What a scheme or provider takes as attachments.</summary>
/// <param name="Files">How many; null: as many as one likes.</param>
/// <param name="FileBytes">Each.</param>
/// <param name="TotalBytes">Together.</param>
/// <param name="Pages">Together.</param>
/// <param name="On">The day it was looked up.</param>
public sealed record FileLimit(CardScheme Scheme, int? Files, long? FileBytes, long? TotalBytes, int? Pages, string Note, string Source, DateOnly On);

/// <summary>The schemes' codes and limits as they were on a day, from <c>reason-codes.json</c>.</summary>
public sealed class ReasonCodes
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Lazy<ReasonCodes> Read = new(() =>
    {
        using var stream = typeof(ReasonCodes).Assembly.GetManifestResourceStream("reason-codes.json") ?? throw new InvalidOperationException("The reason codes are missing from this build.");
        return JsonSerializer.Deserialize<ReasonCodes>(stream, Json)!;
    });

    public static ReasonCodes Shipped => Read.Value;

    /// <summary>The day they were looked up.</summary>
    public required DateOnly Checked { get; init; }

    /// <summary>Where the days to answer were read.</summary>
    public required string DaysSource { get; init; }

    /// <summary>Name to address.</summary>
    public required IReadOnlyDictionary<string, string> Sources { get; init; }
    public required IReadOnlyList<ReasonCode> Codes { get; init; }
    public required IReadOnlyList<FileLimit> Limits { get; init; }

    public static ReasonCode? Find(CardScheme scheme, string? code) =>
        Shipped.Codes.FirstOrDefault(c => c.Scheme == scheme && c.Code.Equals(code?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Null when the code is not in the catalogue.</summary>
    public static ReasonCategory? Category(CardScheme scheme, string code) => Find(scheme, code)?.Category;

    public static FileLimit? Limit(CardScheme scheme) => Shipped.Limits.FirstOrDefault(l => l.Scheme == scheme);
}
