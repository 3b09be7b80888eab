using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Service;

/// <summary>Settings under Panel:Metrics. Without any of them there is no /metrics.</summary>
public sealed class MetricsOptions
{
    public const string Section = "Panel:Metrics";

    /// <summary>Whoever asks must bring it as a bearer token.</summary>
    [RegularExpression("[!-~]{16,200}", ErrorMessage = "The field Token must be 16 to 200 visible characters without spaces.")]
    public string? Token { get; set; }

    /// <summary>A port of its own, on which nothing else is answered; then it is answered nowhere else.</summary>
    [Range(1, 65_535, ErrorMessage = "The field Port must lie between 1 and 65535.")]
    public int? Port { get; set; }

    public bool IsOn => Port is not null || !string.IsNullOrEmpty(Token);
}
