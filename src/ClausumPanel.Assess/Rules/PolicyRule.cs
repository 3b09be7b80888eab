namespace ClausumPanel.Assess.Rules;

/// <summary>One rule of a policy; its place in the list is its order.</summary>
/// <param name="Id">What it is called for good, also in <c>blocked_by</c>: lower-case letters, digits, - and _.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Text">Condition and action: <c>when amount &gt; 5000 MXN then review</c>.</param>
/// <param name="Reason">Why it is there, and what an analyst reads when it fires.</param>
public sealed record PolicyRule(string Id, string Name, string Text, string Reason)
{
    /// <summary>The flow it holds for; null: both.</summary>
    public Flow? Flow { get; init; }

    /// <summary>The currency it holds for; null: all.</summary>
    public string? Currency { get; init; }

    /// <summary>The sub-merchant it holds for; null: all.</summary>
    public string? Submerchant { get; init; }

    /// <summary>Unix milliseconds from which it holds; null: always has.</summary>
    public long? Starts { get; init; }

    /// <summary>Unix milliseconds from which it holds no more; null: never ends.</summary>
    public long? Ends { get; init; }

    /// <summary>False: never asked, and its text need not be right yet.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>True: it is reported when it fires and changes nothing.</summary>
    public bool ObserveOnly { get; init; }
}
