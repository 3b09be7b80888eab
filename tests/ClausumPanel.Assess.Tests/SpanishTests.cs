using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ClausumPanel.Assess.Tests;

/// <summary>The panel's Spanish knows every text the engine hands out.</summary>
public sealed partial class SpanishTests
{
    private static readonly Dictionary<string, string> Spanish = XDocument.Load(SourceTree.PathOf("src", "ClausumPanel.Web", "Localization", "Texts.es.resx"))
        .Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    [Fact]
    public void Every_text_of_the_engine_has_its_Spanish() => Assert.Equal([], EnglishTexts.All.Where(text => Spanish.GetValueOrDefault(text, "").Length == 0));

    [Fact]
    public void The_Spanish_has_the_places_of_the_English() => Assert.Equal([], EnglishTexts.All.Where(text => !Places(text).SetEquals(Places(Spanish[text]))));

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(m => m.Value)];

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
