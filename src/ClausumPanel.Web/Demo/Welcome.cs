using ClausumPanel.Storage.Team;

namespace ClausumPanel.Web.Demo;

/// <summary>What a newcomer wants to read first: where it is, who may sign in, and the first request.</summary>
internal static class Welcome
{
    /// <param name="address">Where the panel is; null when no server of ours listens.</param>
    /// <param name="signIns">Nobody: then nothing is said about them.</param>
    /// <param name="key">A key made just now, or null.</param>
    public static string Text(string? address, IReadOnlyList<(string Email, Role Role)> signIns, string password, string? key)
    {
        var lines = new List<string> { "" };
        if (address is not null) lines.AddRange($"  The panel     {address}/dashboard", $"  A shop        {address}/demo/shop", "");
        for (var i = 0; i < signIns.Count; i++) lines.Add($"  {(i == 0 ? "Sign in as" : ""),-12}  {signIns[i].Email,-22} {signIns[i].Role.Name()}");
        if (signIns.Count > 0) lines.AddRange($"  Password      {password}", "");
        if (key is not null)
        {
            lines.AddRange($"  API key       {key}   (shown this once)", "", "  A first payment to judge:",
                $"    curl {address ?? "http://localhost:5080"}/api/v1/assess -H 'Authorization: Bearer {key}' \\",
                """      -H 'Content-Type: application/json' -d '{"amount":12990,"currency":"MXN","email":"maria@example.mx"}'""", "");
        }
        return string.Join('\n', lines);
    }
}
