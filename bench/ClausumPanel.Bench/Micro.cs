using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ClausumPanel.Bench;

/// <summary>The stages of an assessment one by one, on one thread: time and allocated bytes. <c>micro --filter *Velocity*</c> picks some.</summary>
internal static class Micro
{
    public static void Run(string[] args)
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .HideColumns(Column.Job, Column.Toolchain, Column.RatioSD)
            .WithArtifactsPath(Path.Combine(Subjects.Folders.Root, "micro"));
        BenchmarkSwitcher.FromAssembly(typeof(Micro).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
    }
}

/// <summary>What the bound pays for reading a request: the floor for the service's own reader.</summary>
public class ReadingARequest
{
    private readonly byte[] _body;

    public ReadingARequest()
    {
        var traffic = new Measure.Traffic(80, "key");
        traffic.Next();
        _body = traffic.Body.ToArray();
    }

    [Benchmark(Baseline = true)] public object? SourceGeneratedDeserializer() => System.Text.Json.JsonSerializer.Deserialize(_body, BoundJson.Default.BoundRequest);
}
