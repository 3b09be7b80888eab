using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Demo;

/// <summary>Settings under <c>Panel:Demo</c>. They count in Development only.</summary>
public sealed class DemoOptions
{
    /// <summary>How many assessments an empty store is filled with at the first start; 0: no demo.</summary>
    [Range(0, 200_000)] public int Assessments { get; set; } = 4_000;

    /// <summary>Another number, another month.</summary>
    public int Seed { get; set; } = 20_261_124;
}
