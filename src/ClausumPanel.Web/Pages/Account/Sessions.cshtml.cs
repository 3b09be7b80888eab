using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Account;

public sealed class SessionsModel(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SessionTickets tickets, Reader reader, TimeProvider clock) : PageModel
{
    public IReadOnlyList<SessionRow> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop)
    {
        var (me, current, now) = (User.Id, await tickets.CurrentAsync(HttpContext), clock.GetUtcNow());
        Rows = await db.UserSessions.Where(s => s.UserId == me && s.ExpiresAt > now).OrderByDescending(s => s.SeenAt)
            .Select(s => new SessionRow(s.Id, s.Browser ?? "", s.Address ?? "", s.StartedAt, s.SeenAt, s.Id == current, s.IsProgram)).ToListAsync(stop);
    }

    public async Task<IActionResult> OnPostEndAsync(Guid id)
    {
        var me = User.Id;
        await EndAsync(() => db.UserSessions.Where(s => s.UserId == me && s.Id == id).ExecuteDeleteAsync());
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostOthersAsync()
    {
        await EndAsync(() => tickets.EndOthersAsync(db, HttpContext, User.Id));
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostEverywhereAsync()
    {
        var me = await users.FindByIdAsync(User.Id.ToString()) ?? throw new InvalidOperationException("The signed-in user is not there.");
        await EndAsync(async () =>
        {
            await users.UpdateSecurityStampAsync(me);
            return await db.UserSessions.Where(s => s.UserId == me.Id).ExecuteDeleteAsync();
        });
        await signIn.SignOutAsync();
        Response.ForgetThisSite();
        return RedirectToPage("Login");
    }

    public string Show(DateTimeOffset at) => reader.Zoned(at).ToString("g", CultureInfo.CurrentCulture);

    // What ended and the entry that tells of it are kept together, or neither is.
    private async Task EndAsync(Func<Task<int>> end)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await end() is > 0 and var ended)
        {
            db.Audit(HttpContext.Actor, AuditActions.SessionsEnded, clock.GetUtcNow(), "user", User.Id.ToString(), after: new { Ended = ended });
            await db.SaveChangesAsync();
        }
        await transaction.CommitAsync();
    }
}

public sealed record SessionRow(Guid Id, string Browser, string Address, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsThis, bool IsProgram);
