using System.Runtime.CompilerServices;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>A file beside the test that freezes something people should notice when it changes. Run the test with PANEL_ACCEPT=1 to accept what it is now, and read the difference before committing it.</summary>
public static class GoldenFile
{
    public static void Matches(string name, string actual, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, name);
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("PANEL_ACCEPT") == "1") File.WriteAllText(file, actual);
        var expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (expected == actual) return;
        var (was, now) = (expected.Split('\n').ToHashSet(), actual.Split('\n').ToHashSet());
        Assert.Fail($"{name} is not what it was. If that is meant, run this test with PANEL_ACCEPT=1.\n"
            + string.Join('\n', was.Except(now).Select(l => "- " + l).Concat(now.Except(was).Select(l => "+ " + l))));
    }
}
