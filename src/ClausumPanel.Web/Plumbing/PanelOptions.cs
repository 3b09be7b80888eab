using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Settings directly under Panel: what this installation is.</summary>
public sealed class PanelOptions : IValidatableObject
{
    /// <summary>Shown as a badge; sandbox and production keep their data in different databases.</summary>
    [AllowedValues("sandbox", "production", ErrorMessage = "The field Environment must be sandbox or production.")] public string Environment { get; set; } = "sandbox";
    /// <summary>The business whose payments are judged here.</summary>
    [StringLength(100)] public string Organization { get; set; } = "";
    /// <summary>What "today" means to whoever has not chosen a zone of their own.</summary>
    public string TimeZone { get; set; } = "America/Mexico_City";

    /// <summary>What is spoken to whoever chose nothing and whose browser asks for neither language.</summary>
    public string Language { get; set; } = "es-MX";
    /// <summary>Assessing is switched off: calls are answered 503 ASSESS_MAINTENANCE, and nothing is stored.</summary>
    public bool Maintenance { get; set; }

    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)) yield return new($"The field {nameof(TimeZone)} is \"{TimeZone}\", which is no time zone.", [nameof(TimeZone)]);
        if (Language is not ("es-MX" or "en-US")) yield return new($"The field {nameof(Language)} must be es-MX or en-US.", [nameof(Language)]);
    }
}
