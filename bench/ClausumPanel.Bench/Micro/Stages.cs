using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ClausumPanel.Bench.Micro;

/// <summary>The stages of an assessment one by one, on one thread: time and allocated bytes. <c>micro --filter *Velocity*</c> picks some.</summary>
internal static class Stages
{
    public static void Run(string[] args)
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .HideColumns(Column.Job, Column.Toolchain, Column.RatioSD)
            .WithArtifactsPath(Path.Combine(Subjects.Folders.Root, "micro"));
        BenchmarkSwitcher.FromAssembly(typeof(Stages).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
    }
}
