namespace ClausumPanel.Assess.Tests;

/// <summary>Where the sources are, for tests that compare with files or, with UPDATE_GOLDEN=1, write them anew.</summary>
internal static class SourceTree
{
    public static bool Update { get; } = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    public static string Root { get; } = Find();

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The file says this; or, with UPDATE_GOLDEN=1, from now on it does.</summary>
    public static void FileSays(string path, string expected)
    {
        if (Update) File.WriteAllText(path, expected);
        Assert.True(File.Exists(path), $"{path} is missing; UPDATE_GOLDEN=1 writes it.");
        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClausumPanel.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("ClausumPanel.sln");
        return folder.FullName;
    }
}
