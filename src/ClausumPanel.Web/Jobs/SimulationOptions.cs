using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Jobs;

/// <summary>Settings under <c>Panel:Simulation</c>.</summary>
public sealed class SimulationOptions
{
    /// <summary>Memory, in MiB, for stored traffic that policies are tried out on again and again; about 200 bytes an assessment. 0: it is read from the store every time.</summary>
    [Range(0, 65_536)]
    public int ResidentMegabytes { get; set; } = 256;
}
