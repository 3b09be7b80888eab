namespace ClausumPanel.Web.Webhooks;

/// <summary>When a call that failed is tried again: twice as long each time, from half a minute up to four hours, a fifth more or less so that many do not come at once; for a day.</summary>
public static class Backoff
{
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30), Most = TimeSpan.FromHours(4);

    /// <param name="attempts">So many have failed.</param>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan After(int attempts, double chance)
    {
        var pause = First * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20));
        if (pause > Most) pause = Most;
        return pause * (0.8 + (0.4 * chance));
    }
}
