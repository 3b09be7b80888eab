using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Flows;

/// <summary>Settings under Panel:Events.</summary>
public sealed class EventOptions
{
    /// <summary>Days that received events stay once they were processed; changed in the panel too.</summary>
    [Range(1, 3_650)] public int KeepDays { get; set; } = 30;
}
