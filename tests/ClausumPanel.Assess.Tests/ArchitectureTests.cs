using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ClausumPanel.Assess.Tests;

/// <summary>What the engine must not know.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Forbidden =
    [
        "System.DateTime", "System.DateTimeOffset", "System.TimeProvider", "System.Environment", "System.Console", "System.Random", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process",
        "System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.IO.Path", "System.Threading.Thread", "System.Threading.Tasks.Task", "System.Guid",
    ];

    [Fact]
    public void It_references_nothing_but_the_framework() =>
        Assert.All(typeof(Assessor).Assembly.GetReferencedAssemblies(), name => Assert.StartsWith("System.", name.Name));

    [Fact]
    public void It_knows_no_clock_no_files_no_network_and_no_chance()
    {
        using var stream = File.OpenRead(typeof(Assessor).Assembly.Location);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var used = metadata.TypeReferences.Select(handle => metadata.GetTypeReference(handle)).Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}").ToHashSet();

        Assert.Contains("System.Collections.Frozen.FrozenDictionary`2", used);
        Assert.Empty(used.Intersect(Forbidden));
        Assert.DoesNotContain(used, name => name.StartsWith("System.Net.", StringComparison.Ordinal) || name.StartsWith("System.Data.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));
    }
}
