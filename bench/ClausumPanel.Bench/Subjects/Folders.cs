using System.Diagnostics;

namespace ClausumPanel.Bench.Subjects;

/// <summary>Everything a run writes lies under artifacts/bench, on the disk the repository is on.</summary>
internal static class Folders
{
    public static string Repository { get; } = FindRepository();
    public static string Root { get; } = Made(Path.Combine(Repository, "artifacts", "bench"));
    public static string Web => Path.Combine(Root, "web");
    public static string Logs => Made(Path.Combine(Root, "logs"));
    public static string Stores => Made(Path.Combine(Root, "stores"));

    /// <summary>Publishes the service as it would be delivered: Release, ReadyToRun where its compiler can be had.</summary>
    public static void Publish(Arguments arguments)
    {
        if (arguments.Has("no-publish"))
        {
            if (!File.Exists(Path.Combine(Web, "ClausumPanel.Web.dll"))) throw new BenchFailed("--no-publish, but nothing was published yet");
            Console.WriteLine("service: as published before");
            return;
        }
        var project = Path.Combine(Repository, "src", "ClausumPanel.Web");
        if (Directory.Exists(Web)) Directory.Delete(Web, recursive: true);
        if (Dotnet("publish", project, "-c", "Release", "-o", Web, "-v", "q", "--nologo", "--use-current-runtime", "--self-contained", "false", "-p:PublishReadyToRun=true") is null)
        {
            Console.WriteLine("service: published ReadyToRun");
            return;
        }
        if (Dotnet("publish", project, "-c", "Release", "-o", Web, "-v", "q", "--nologo") is { } problem) throw new BenchFailed($"dotnet publish failed\n{problem}");
        Console.WriteLine("service: published without ReadyToRun (its compiler does not restore here), so the first seconds are slower");
    }

    // Into a file: the build's helpers live on after it and would hold a pipe open.
    private static string? Dotnet(params string[] arguments)
    {
        var log = Path.Combine(Logs, "publish.log");
        using var process = Process.Start("/bin/sh", ["-c", "log=$1; shift; exec dotnet \"$@\" >\"$log\" 2>&1", "sh", log, .. arguments]);
        process.WaitForExit();
        return process.ExitCode == 0 ? null : File.ReadAllText(log);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClausumPanel.sln"))) return folder.FullName;
        }
        throw new BenchFailed("ClausumPanel.sln is in no folder above the program; run it from the repository");
    }

    private static string Made(string folder) => Directory.CreateDirectory(folder).FullName;
}
