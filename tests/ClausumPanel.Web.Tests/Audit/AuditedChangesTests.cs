using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Audit;

/// <summary>What changes the state leaves its trace in the same save.</summary>
public sealed class AuditedChangesTests : IAsyncLifetime
{
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private Task<List<AuditEntry>> EntriesAsync(string action) => app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == action).OrderBy(e => e.Sequence).ToListAsync());

    private Task<User> UserAsync(Person person) => app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == person.Email));

    // Nothing more gets into the trail, so nothing that must be recorded may happen.
    private Task<int> CloseTheTrailAsync() => app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("CREATE TRIGGER closed BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'closed'); END"));

    [Fact]
    public async Task Wrong_passwords_are_recorded_one_by_one_up_to_the_lock_out_and_after()
    {
        var maria = await UserAsync(World.Maria);
        for (var i = 0; i < 11; i++) await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Maria.Email), ("Input.Password", $"wrong number {i}"));
        var refused = await EntriesAsync(AuditActions.SignInRefused);
        Assert.Equal(11, refused.Count);
        Assert.All(refused, e => Assert.Equal(maria.Id.ToString(), e.SubjectId));
        Assert.Equal([.. Enumerable.Repeat(false, 9), true, true], refused.Select(e => e.After!.Contains("\"lockedOut\":true", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_unknown_address_is_recorded_without_what_was_typed()
    {
        await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", "nobody@tienda.example"), ("Input.Password", "secret things"));
        var entry = Assert.Single(await EntriesAsync(AuditActions.SignInRefused));
        Assert.Null(entry.SubjectId);
        Assert.DoesNotContain("nobody@", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_before_a_key_is_made_is_recorded_too()
    {
        var ines = app.As(World.Ines);
        await ines.SubmitAsync("/dashboard/connections/new?type=server", ("Input.Name", "caja"), ("Input.Password", "not mine"));
        var entry = Assert.Single(await EntriesAsync(AuditActions.SignInRefused));
        Assert.Equal(World.Ines.Name, entry.ActorName);
        Assert.Contains("connections/new", entry.After, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await EntriesAsync(AuditActions.KeyCreated));
    }

    [Fact]
    public async Task Without_its_record_a_wrong_password_is_not_counted_and_no_session_ends()
    {
        var (here, there) = (app.As(World.Maria), app.As(World.Maria));
        await there.GetAsync("/account/profile");
        using var page = await here.GetAsync("/account/sessions");
        var form = await Form.ReadAsync(page, "form[action*=Others]");
        var everywhere = await Form.ReadAsync(page, "form[action*=Everywhere]");
        var signOut = await Form.ReadAsync(page, "form[action='/account/sign-out']");
        await CloseTheTrailAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, (await here.PostAsync(form.Action, form.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await here.PostAsync(everywhere.Action, everywhere.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await here.PostAsync(signOut.Action, signOut.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Maria.Email), ("Input.Password", "wrong"))).StatusCode);
        Assert.Equal(0, (await UserAsync(World.Maria)).AccessFailedCount);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task The_session_that_made_way_for_a_sixth_is_recorded()
    {
        for (var i = 0; i < 6; i++)
        {
            await app.As(World.Maria).GetAsync("/account/profile");
            app.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var entry = Assert.Single(await EntriesAsync(AuditActions.SessionsEnded));
        Assert.Equal((ActorKind.System, (await UserAsync(World.Maria)).Id.ToString()), (entry.ActorKind, entry.SubjectId));
        Assert.Contains("\"ended\":1", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_in_the_head_of_the_page_is_a_change_of_the_profile()
    {
        var maria = app.As(World.Maria);
        using var page = await maria.GetAsync("/account/profile");
        var form = await Form.ReadAsync(page, "main form[method=post]");
        await maria.PostAsync("/preferences?handler=Theme&theme=Dark", form.Content);
        var entry = Assert.Single(await EntriesAsync(AuditActions.ProfileChanged));
        Assert.Contains("\"theme\":\"dark\"", entry.After, StringComparison.Ordinal);
        Assert.DoesNotContain("\"theme\":\"dark\"", entry.Before, StringComparison.Ordinal);
    }
}
