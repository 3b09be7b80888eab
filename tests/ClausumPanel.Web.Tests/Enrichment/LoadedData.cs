using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

/// <summary>The reference data as it ships, loaded once for all tests that only read it.</summary>
internal static class LoadedData
{
    private static readonly Lazy<ReferenceData> Loaded = new(() => ReferenceData.Load(new DataOptions()));

    public static ReferenceData Shipped => Loaded.Value;
}
