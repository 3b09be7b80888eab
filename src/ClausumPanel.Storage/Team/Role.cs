namespace ClausumPanel.Storage.Team;

public enum Role { Viewer, Analyst, Compliance, Admin }

public static class Roles
{
    /// <summary>The role as the wire, the command line and the claims spell it.</summary>
    public static string Name(this Role role) => role switch
    {
        Role.Admin => "admin",
        Role.Analyst => "analyst",
        Role.Viewer => "viewer",
        Role.Compliance => "compliance_officer",
    };

    public static bool TryParse(string? text, out Role role)
    {
        (var known, role) = text switch
        {
            "admin" => (true, Role.Admin),
            "analyst" => (true, Role.Analyst),
            "viewer" => (true, Role.Viewer),
            "compliance" or "compliance_officer" => (true, Role.Compliance),
            _ => (false, Role.Viewer),
        };
        return known;
    }
}
