using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.GoingLive;

public sealed class GoingLiveModel(GoLive goLive, Reader reader, Texts T) : PageModel
{
    public IReadOnlyList<LiveCheck> Checks { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Checks = await goLive.LookAsync(stop);

    /// <summary>The step in words: what it asks, how it stands, and where to do something about it.</summary>
    public (string Title, string Says, string Page, string Link) Tell(LiveCheck check)
    {
        var at = check.At is { } moment ? reader.Moment(moment) : null;
        return check.Step switch
        {
            LiveStep.KeyUsed => (T["A server key was used in the last hour"],
                at is null ? T["No server key has ever been used."] : T["The last call came on {0}.", at], "/dashboard/connections", T["Keys"]),
            LiveStep.FailOpenTested => (T["Your checkout was seen to go on without an answer"],
                at is null ? T["Switch maintenance on, buy something in your shop, see that the sale goes through, and switch it off again."] : T["{0} calls were turned away by maintenance, the last on {1}.", check.Count, at], "/dashboard/settings#maintenance", T["Maintenance"]),
            LiveStep.WebhookVerified => (T["A webhook has arrived and its signature was right"],
                at is not null ? T["The last one was taken on {0}.", at] : check.Of > 0 ? T["No endpoint has taken one yet: send it a test."] : T["There are no webhooks yet."], "/dashboard/connections/webhooks", T["Webhooks"]),
            LiveStep.ScenariosGreen => (T["The saved scenarios come out as expected"], check switch
            {
                { Of: null } => T["No scenario has been saved yet."],
                { At: null } => T["Version {0} was never held against them.", goLive.ActiveVersion],
                _ => T["{0} of {1} as expected under version {2}, on {3}.", check.Count, check.Of, goLive.ActiveVersion, at],
            }, check.Of is null ? "/dashboard/simulation" : $"/dashboard/protection/versions/{goLive.ActiveVersion}", check.Of is null ? T["Simulation"] : T["Version {0}", goLive.ActiveVersion]),
            LiveStep.BackupYoung => (T["The last backup is younger than a day"],
                at is null ? T["No backup has been made yet. The backup command makes one while the panel runs."] : T["The last one was made on {0}.", at], "/dashboard/audit?action=operation", T["Audit log"]),
            LiveStep.SecondFactorRequired => (T["Administrators sign in with a second factor"], T["{0} of {1} administrators have one.", check.Count, check.Of], "/dashboard/team#second-factor", T["Team"]),
        };
    }
}
