using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>An entry as a form has it.</summary>
public sealed class ListEntryInput
{
    [StringLength(40)] public string Type { get; set; } = "email";
    [StringLength(2_000)] public string? Value { get; set; }
    [StringLength(40)] public string Severity { get; set; } = "block";
    [StringLength(40)] public string FlowScope { get; set; } = "both";
    [StringLength(ListValues.LongestReason, ErrorMessage = "The reason is longer than 500 characters.")] public string? Reason { get; set; }

    /// <summary>On the reader's clock; empty for never.</summary>
    [StringLength(40)] public string? ExpiresAt { get; set; }
    public bool IsActive { get; set; } = true;

    public ListType? ListType => ListWords.Type(Type);
    public ListSeverity? ListSeverity => ListWords.Severity(Severity);
    public FlowScope? Scope => ListWords.Scope(FlowScope);
    public string? CleanReason => ListTexts.Clean(Reason);

    public static string? Written(DateTimeOffset? moment, TimeZoneInfo zone) => moment is { } at ? TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture) : null;
}
