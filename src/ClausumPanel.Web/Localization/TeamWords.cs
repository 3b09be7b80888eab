using ClausumPanel.Storage.Team;

namespace ClausumPanel.Web.Localization;

public static class TeamWords
{
    public static string Name(this Texts T, Role role) => role switch
    {
        Role.Admin => T["Administrator"],
        Role.Analyst => T["Analyst"],
        Role.Compliance => T["Compliance officer"],
        Role.Viewer => T["Viewer"],
    };

    /// <summary>What the role is for, in a line.</summary>
    public static string Says(this Texts T, Role role) => role switch
    {
        Role.Admin => T["Everything: keys, rules, people, settings"],
        Role.Analyst => T["Decides reviews, works on cases, proposes changes of the protection"],
        Role.Compliance => T["Cases, payment disputes, lists and the audit log"],
        Role.Viewer => T["Looks and exports, changes nothing"],
    };
}
