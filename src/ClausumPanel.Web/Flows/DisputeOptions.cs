using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Flows;

/// <summary>Settings under <c>Panel:Disputes</c>.</summary>
public sealed class DisputeOptions
{
    /// <summary>Customers sign in with their e-mail address, so the schemes take it as the login.</summary>
    public bool EmailIsLogin { get; set; }

    /// <summary>The Mastercard reasons that first-party trust is for; sources differ on more than the first.</summary>
    [Required] public string FirstPartyTrustCodes { get; set; } = "4837";

    /// <summary>How many disputes one batch workbook takes.</summary>
    [Range(1, 5_000)] public int MostInBatch { get; set; } = 2_000;

    public IReadOnlyList<string> TrustCodes => FirstPartyTrustCodes.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
