namespace ClausumPanel.Web.Flows;

internal static class ImportProgress
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Says how far it is, once a second, for as long as it takes.</summary>
    public static async Task ShowAsync(Task running, Func<int> read, Action<int> show)
    {
        var shown = 0;
        // Real time on purpose: somebody at a terminal looks on.
        while (await Task.WhenAny(running, Task.Delay(Every)) != running)
        {
            if (read() is var now && now == shown) continue;
            show(shown = now);
        }
        await running;
    }
}
