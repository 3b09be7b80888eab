using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace ClausumPanel.Web.Plumbing;

/// <summary>
/// Who may do what: the one page that opens anything. Whoever is not signed in gets nothing (the fallback policy); a page needs <see cref="ViewPanel"/> unless it is
/// named below or says <c>[Authorize(Permissions.…)]</c> itself.
/// </summary>
public static class Permissions
{
    public const string
        ViewPanel = nameof(ViewPanel),
        Export = nameof(Export),
        Review = nameof(Review),
        ReviewInBulk = nameof(ReviewInBulk),
        ManageCases = nameof(ManageCases),
        EditProtection = nameof(EditProtection),
        ApproveProtection = nameof(ApproveProtection),
        EditLists = nameof(EditLists),
        DeleteFromLists = nameof(DeleteFromLists),
        ManageDisputes = nameof(ManageDisputes),
        ViewKeys = nameof(ViewKeys),
        ManageKeys = nameof(ManageKeys),
        ManageSubmerchants = nameof(ManageSubmerchants),
        ManageWebhooks = nameof(ManageWebhooks),
        ManageTeam = nameof(ManageTeam),
        ManageSettings = nameof(ManageSettings),
        ViewAudit = nameof(ViewAudit),
        OwnAccount = nameof(OwnAccount),
        /// <summary>Not a right but a duty: who may do this must show a second factor.</summary>
        NeedsSecondFactor = nameof(NeedsSecondFactor);

    public static readonly IReadOnlyDictionary<string, Role[]> Matrix = new Dictionary<string, Role[]>
    {
        [ViewPanel] = [Role.Admin, Role.Analyst, Role.Compliance, Role.Viewer],
        [Export] = [Role.Admin, Role.Analyst, Role.Compliance, Role.Viewer],
        [Review] = [Role.Admin, Role.Analyst],
        [ReviewInBulk] = [Role.Admin],
        [ManageCases] = [Role.Admin, Role.Analyst, Role.Compliance],
        [EditProtection] = [Role.Admin, Role.Analyst],
        [ApproveProtection] = [Role.Admin],
        [EditLists] = [Role.Admin, Role.Analyst, Role.Compliance],
        [DeleteFromLists] = [Role.Admin],
        [ManageDisputes] = [Role.Admin, Role.Analyst, Role.Compliance],
        [ViewKeys] = [Role.Admin, Role.Analyst],
        [ManageKeys] = [Role.Admin],
        [ManageSubmerchants] = [Role.Admin],
        [ManageWebhooks] = [Role.Admin],
        [ManageTeam] = [Role.Admin],
        [ManageSettings] = [Role.Admin],
        [ViewAudit] = [Role.Admin, Role.Compliance],
        [NeedsSecondFactor] = [Role.Admin, Role.Compliance],
        [OwnAccount] = [Role.Admin, Role.Analyst, Role.Compliance, Role.Viewer],
    };

    public static void AddPermissions(this AuthorizationBuilder authorization)
    {
        foreach (var (name, roles) in Matrix)
            authorization.AddPolicy(name, policy => policy.RequireAuthenticatedUser().RequireRole(roles.Select(r => r.Name())));
        authorization.SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    public static void RequirePolicies(this PageConventionCollection pages)
    {
        pages.AuthorizeFolder("/", ViewPanel);
        pages.AuthorizeFolder("/Account", OwnAccount);
        pages.AllowAnonymousToPage("/Error");
        pages.AllowAnonymousToPage("/Preferences");
        pages.AllowAnonymousToPage("/Docs/Api");
        pages.AllowAnonymousToPage("/Demo/Shop");
        pages.AllowAnonymousToPage("/Account/Invitation");
        pages.AllowAnonymousToPage("/Account/Login");
        pages.AllowAnonymousToPage("/Account/SecondFactor");
        pages.AuthorizeFolder("/Audit", ViewAudit);
        pages.AuthorizePage("/Panel/Export", Export);
        pages.AuthorizePage("/Transactions/Acknowledgment", Review);
        pages.AuthorizePage("/Transactions/BehaviorExport", Export);
        pages.AuthorizePage("/Transactions/AlertsExport", Export);
        pages.AuthorizeFolder("/Service", ViewAudit);
        pages.AuthorizePage("/Service/Export", Export);
        pages.AuthorizePage("/Reviews/Bulk", ReviewInBulk);
        pages.AuthorizePage("/Reviews/QualityExport", Export);
        pages.AuthorizeFolder("/Reviews/Queues", ManageSettings);
        pages.AuthorizePage("/Protection/Rule", ApproveProtection);
        pages.AuthorizePage("/Protection/PolicyFile", EditProtection);
        pages.AuthorizePage("/Protection/PolicyExport", Export);
        pages.AuthorizePage("/Protection/QualityExport", Export);
        pages.AuthorizePage("/Protection/OverviewExport", Export);
        pages.AuthorizePage("/Protection/ProgrammesExport", Export);
        pages.AuthorizePage("/Protection/Lists/New", EditLists);
        pages.AuthorizePage("/Protection/Lists/Entry", EditLists);
        pages.AuthorizePage("/Protection/Lists/Import", EditLists);
        pages.AuthorizePage("/Protection/Lists/ImportLines", EditLists);
        pages.AuthorizePage("/Protection/Lists/ImportLines", Export);
        pages.AuthorizePage("/Protection/Lists/Deletion", DeleteFromLists);
        pages.AuthorizePage("/Protection/Lists/CleanUp", DeleteFromLists);
        pages.AuthorizePage("/Protection/Lists/Export", Export);
        pages.AuthorizePage("/Simulation/Settings", ManageSettings);
        pages.AuthorizePage("/Simulation/Export", Export);
        pages.AuthorizePage("/Protection/Lists/Named/New", EditLists);
        pages.AuthorizePage("/Protection/Lists/Named/Import", EditLists);
        pages.AuthorizePage("/Protection/Lists/Named/Deletion", DeleteFromLists);
        pages.AuthorizePage("/Protection/Lists/Named/Export", Export);
        pages.AuthorizePage("/Disputes/New", ManageDisputes);
        pages.AuthorizePage("/Disputes/Change", ManageDisputes);
        pages.AuthorizePage("/Disputes/Import", ManageDisputes);
        pages.AuthorizePage("/Disputes/Upload", ManageDisputes);
        pages.AuthorizePage("/Disputes/Workbook", Export);
        pages.AuthorizePage("/Disputes/Batches", Export);
        pages.AuthorizePage("/Disputes/Batch", Export);
        pages.AuthorizePage("/Disputes/Attachment", Export);
        pages.AuthorizePage("/Cases/New", ManageCases);
        pages.AuthorizePage("/Cases/Edit", ManageCases);
        pages.AuthorizePage("/Cases/Submission", ManageCases);
        pages.AuthorizePage("/Cases/File", Export);
        pages.AuthorizePage("/Cases/Package", Export);
        pages.AuthorizePage("/Cases/Export", Export);
        pages.AuthorizeFolder("/Connections", ViewKeys);
        pages.AuthorizePage("/Connections/New", ManageKeys);
        pages.AuthorizePage("/Connections/Revocation", ManageKeys);
        pages.AuthorizePage("/Connections/Rotation", ManageKeys);
        pages.AuthorizePage("/Connections/Submerchants/Edit", ManageSubmerchants);
        pages.AuthorizePage("/Connections/Submerchants/Step", ManageSubmerchants);
        pages.AuthorizeFolder("/Team", ManageTeam);
        pages.AuthorizeFolder("/Settings", ManageSettings);
        pages.AuthorizeFolder("/GoingLive", ManageSettings);
        foreach (var page in (string[])["Webhooks/New", "Webhooks/Edit", "Webhooks/Rotation", "Webhooks/Removal", "Webhooks/Step", "Events/Rule", "Events/RuleStep", "Events/Step", "Events/Stripe"])
            pages.AuthorizePage($"/Connections/{page}", ManageWebhooks);
    }
}
