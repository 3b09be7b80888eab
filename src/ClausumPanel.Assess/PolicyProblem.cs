using System.Globalization;

namespace ClausumPanel.Assess;

/// <summary>Something a policy says that cannot be.</summary>
/// <param name="Place">Where, as a path into the policy's JSON: <c>signals.short_session.parameters.below</c>.</param>
/// <param name="Sentence">What is wrong and what would be right, in English with {0}, {1} for the values; the panel translates it.</param>
/// <param name="Values">The values of the sentence.</param>
public sealed record PolicyProblem(string Place, string Sentence, params IReadOnlyList<string> Values)
{
    /// <summary>The whole sentence in English.</summary>
    public string Reason => string.Format(CultureInfo.InvariantCulture, Sentence, [.. Values]);

    public override string ToString() => $"{Place}: {Reason}";
}
