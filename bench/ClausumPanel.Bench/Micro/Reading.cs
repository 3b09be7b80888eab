using BenchmarkDotNet.Attributes;
using ClausumPanel.Bench.Measure;

namespace ClausumPanel.Bench.Micro;

/// <summary>What the bound pays for reading a request: the floor for the service's own reader.</summary>
public class Reading
{
    private readonly byte[] _body;

    public Reading()
    {
        var traffic = new Traffic(80, "key");
        traffic.Next();
        _body = traffic.Body.ToArray();
    }

    [Benchmark(Baseline = true)] public object? SourceGeneratedDeserializer() => System.Text.Json.JsonSerializer.Deserialize(_body, BoundJson.Default.BoundRequest);
}
