namespace ClausumPanel.Web.Flows;

/// <summary>Settings of cases, under <c>Panel:Cases</c>.</summary>
public sealed class CaseOptions
{
    /// <summary>Where their files lie; read when the storage is set up. Empty: beside the database.</summary>
    public string? Folder { get; set; }
}
