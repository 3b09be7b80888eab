namespace ClausumPanel.Client;

/// <summary>How to reach the panel, and what to do when it does not answer.</summary>
public sealed class ClausumOptions
{
    /// <summary>Where the panel is: <c>https://panel.example</c>.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>A server key, <c>clm_sk_…</c>. Read it from where you keep secrets.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>What an assessment may take in all, the second attempt included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What the first attempt may take of it.</summary>
    public TimeSpan FirstAttempt { get; set; } = TimeSpan.FromMilliseconds(1_200);

    /// <summary>The pause before the second attempt.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The decision when nobody answers in time: approve fails open. A flow that must not go on unasked says decline or review.</summary>
    public Decision WhenUnavailable { get; set; } = Decision.Approve;

    /// <summary>
    /// The decision when the panel answers, but does not take the request: 400, 409, 413, 422, 429. A buyer can bring that about, with a field it does not take or a key that stands for another cart, so it
    /// must not be a way round: nobody has judged such a payment, so it is asked for more.
    /// </summary>
    public Decision WhenRefused { get; set; } = Decision.Challenge;
}
