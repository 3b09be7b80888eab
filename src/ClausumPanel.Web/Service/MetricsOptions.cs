using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Service;

/// <summary>Settings under Panel:Metrics. Without any of them there is no /metrics.</summary>
public sealed class MetricsOptions : IValidatableObject
{
    public const string Section = "Panel:Metrics";
    private const int ShortestToken = 16, LongestToken = 200;

    /// <summary>Whoever asks must bring it as a bearer token.</summary>
    public string? Token { get; set; }

    /// <summary>A port of its own, on which nothing else is answered; then it is answered nowhere else.</summary>
    public int? Port { get; set; }

    public bool IsOn => Port is not null || !string.IsNullOrEmpty(Token);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Token is { Length: > 0 } token && (token.Length is < ShortestToken or > LongestToken || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            yield return new($"The field {nameof(Token)} must be {ShortestToken} to {LongestToken} visible characters without spaces.", [nameof(Token)]);
        if (Port is < 1 or > 65_535) yield return new($"The field {nameof(Port)} must lie between 1 and 65535.", [nameof(Port)]);
    }
}
