using BenchmarkDotNet.Attributes;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Bench.Micro;

/// <summary>What a payment meets on the lists: with six entries, and with a hundred thousand, a thousand of them ranges of addresses.</summary>
public class Lists
{
    private const int Domains = 99_000, Ranges = 1_000;
    private const long Now = 1_764_072_000_000;

    private readonly ListIndex _few = new([.. Enumerable.Range(0, 5).Select(Domain), Range(0)]);
    private readonly ListIndex _many = new([.. Enumerable.Range(0, Domains).Select(Domain), .. Enumerable.Range(0, Ranges).Select(Range)]);
    private readonly Facts _facts = Judging.OrdinaryPayment();

    [Benchmark(Baseline = true)] public void SixEntries() => _few.Fill(_facts, Flow.PayIn, Now);

    [Benchmark] public void HundredThousandEntries() => _many.Fill(_facts, Flow.PayIn, Now);

    private static ListEntry Domain(int i) => new() { Type = ListType.EmailDomain, Value = $"thrown-away-{i}.example", Severity = ListSeverity.Block };

    private static ListEntry Range(int i) => new() { Type = ListType.IpRange, Value = $"{10 + (i / 256)}.{i % 256}.0.0/{16 + (i % 9)}", Severity = ListSeverity.Flag };
}
