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

    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)) yield return new($"The field {nameof(TimeZone)} is \"{TimeZone}\", which is no time zone.", [nameof(TimeZone)]);
    }
}
