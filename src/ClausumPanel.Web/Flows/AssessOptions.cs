using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Flows;

/// <summary>Settings of assessing, under <c>Panel</c>.</summary>
public sealed class AssessOptions
{
    /// <summary>The organization's time zone, for facts such as the hour of the day; IANA.</summary>
    [Required]
    public string TimeZone
    {
        get;
        set
        {
            field = value;
            Zone = TimeZoneInfo.TryFindSystemTimeZoneById(value ?? "", out var zone) ? zone : TimeZoneInfo.Utc;
        }
    } = "America/Mexico_City";

    /// <summary>What the caller may wait for the store.</summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>The organization's segment, which decides the recommended fields: <c>comercio</c>, <c>psp</c> or <c>banco</c>.</summary>
    [RegularExpression("comercio|psp|banco")]
    public string OrganizationType { get; set; } = "comercio";

    /// <summary>Found once and not for every payment.</summary>
    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City");
}
