using System.Runtime.InteropServices;

namespace ClausumPanel.Web.Jobs;

/// <summary>Long work on a thread of its own, which a request that needs the processor gets ahead of.</summary>
internal static partial class BackgroundThread
{
    // The runtime leaves the priorities of threads alone on Linux; each has a niceness of its own there, 0 for those that answer requests.
    private const int OfThread = 0, ThisThread = 0, Nice = 10;

    /// <summary>Runs it. Hours of work would keep a pool thread from everybody else.</summary>
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(() =>
    {
        // Where that is refused it runs all the same, as any other.
        if (OperatingSystem.IsLinux()) _ = SetPriority(OfThread, ThisThread, Nice);
        return work();
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "setpriority")] private static partial int SetPriority(int which, int who, int priority);
}
