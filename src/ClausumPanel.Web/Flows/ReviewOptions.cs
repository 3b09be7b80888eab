using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Flows;

/// <summary>Settings of the review desk, under <c>Panel:Reviews</c>.</summary>
public sealed class ReviewOptions
{
    public const int LongestAsked = 120;

    /// <summary>What the shop asks of a payer whose payment is challenged, in its own words, for whoever decides. Empty: the panel is not told.</summary>
    [StringLength(LongestAsked)] public string ChallengeAsks { get; set; } = "";
}
