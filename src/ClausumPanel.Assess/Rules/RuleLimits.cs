namespace ClausumPanel.Assess.Rules;

/// <summary>How large a rule may be, so that no text can cost more than a moment.</summary>
public static class RuleLimits
{
    /// <summary>Characters of one rule.</summary>
    public const int Length = 4_000;

    /// <summary>Conditions and calculations within each other.</summary>
    public const int Depth = 64;

    /// <summary>Rules of one policy.</summary>
    public const int Rules = 200;

    /// <summary>Characters of the pattern after <c>matches</c>.</summary>
    public const int Pattern = 200;

    /// <summary>The product of all counted repetitions of a pattern.</summary>
    public const int Repetitions = 200;

    /// <summary>Characters of a text that a pattern looks at.</summary>
    public const int Searched = 512;

    /// <summary>Digits of a number before the point.</summary>
    public const int Digits = 15;

    /// <summary>Digits of a number after the point.</summary>
    public const int Decimals = 6;
}
