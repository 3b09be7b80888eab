using System.Diagnostics;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>A test that wants Python's openpyxl, which test.sh installs; where it is missing it shows as skipped.</summary>
public sealed class OpenpyxlFactAttribute : FactAttribute
{
    /// <summary>The system's own Python is the one that the system's packages are for.</summary>
    public static readonly string Python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            using var asked = Process.Start(new ProcessStartInfo(Python, ["-c", "import openpyxl"]) { RedirectStandardError = true })!;
            asked.WaitForExit();
            return asked.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public OpenpyxlFactAttribute()
    {
        if (!IsThere.Value) Skip = "openpyxl is not installed: test.sh does it (python3-openpyxl).";
    }
}
