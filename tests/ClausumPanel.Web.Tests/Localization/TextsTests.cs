using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ClausumPanel.Assess;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Tests.Localization;

/// <summary>Whatever the panel says exists in both languages, and nothing is translated that nobody says.</summary>
public sealed partial class TextsTests
{
    private static readonly string Web = Path.Combine(Root(), "src", "ClausumPanel.Web");
    private static readonly Dictionary<string, string> Spanish = XDocument.Load(Path.Combine(Web, "Localization", "Texts.es.resx"))
        .Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    private static readonly HashSet<string> Sources =
    [
        .. Directory.EnumerateFiles(Web, "*.cs*", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText),
    ];

    private static readonly HashSet<string> Said =
    [
        .. Sources.SelectMany(s => Key().Matches(s)).Concat(Sources.SelectMany(s => Choice().Matches(s))).Concat(Sources.SelectMany(s => Counted().Matches(s))).Concat(Sources.SelectMany(s => Annotation().Matches(s)))
            .SelectMany(m => m.Groups.Values.Skip(1)).Where(g => g.Success).Select(g => Regex.Unescape(g.Value)),
    ];

    [Fact]
    public void Everything_the_panel_says_has_its_Spanish() => Assert.Equal([], Said.Where(key => Spanish.GetValueOrDefault(key, "").Length == 0).Order());

    [Fact]
    public void Nothing_is_translated_that_nobody_says()
    {
        // A text of the engine, or one that stands as a literal somewhere in the code that hands it to Texts.
        var engine = EnglishTexts.All.ToHashSet();
        Assert.Equal([], Spanish.Keys.Where(key => !Said.Contains(key) && !engine.Contains(key) && !Sources.Any(s => s.Contains($"\"{key}\"", StringComparison.Ordinal))).Order());
    }

    [Fact]
    public void The_Spanish_has_the_places_of_the_English() => Assert.Equal([], Spanish.Where(t => !Places(t.Key).SetEquals(Places(t.Value))).Select(t => t.Key));

    [Fact]
    public void The_reader_gets_their_language_and_their_numbers()
    {
        var T = new Texts();
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
            Assert.Equal(("1 evaluación", "1,200 evaluaciones", "1,500 CLP"), (T.Count(1, "{0} assessment", "{0} assessments"), T.Count(1200, "{0} assessment", "{0} assessments"), new Money(1500, "CLP").Show()));
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en-US");
            Assert.Equal(("1 assessment", "129.90 MXN"), (T.Count(1, "{0} assessment", "{0} assessments"), new Money(12_990, "MXN").Show()));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(m => m.Value)];

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex("""\bT\["((?:[^"\\]|\\.)*)["]""")]
    private static partial Regex Key();

    [GeneratedRegex("""\bT\[[^"\]]*\? "((?:[^"\\]|\\.)*)" : "((?:[^"\\]|\\.)*)["]""")]
    private static partial Regex Choice();

    [GeneratedRegex("""\bT\.Count\([^"]*?"((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)["]""")]
    private static partial Regex Counted();

    [GeneratedRegex("""\bErrorMessage = "((?:[^"\\]|\\.)*)["](?!\)\] public string Environment)""")]
    private static partial Regex Annotation();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
