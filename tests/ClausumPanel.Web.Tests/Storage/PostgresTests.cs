using System.Net;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Storage;

/// <summary>The same panel, front door to row, on the other engine.</summary>
public sealed class PostgresTests(PostgresPanelApp app) : IClassFixture<PostgresPanelApp>
{
    [PostgresFact]
    public async Task Ines_signs_in_makes_a_key_and_the_server_takes_it()
    {
        var ines = app.As(World.Ines);
        var answer = await ines.SubmitAsync("/dashboard/connections/new?type=server", ("Input.Name", "on PostgreSQL"), ("Input.Password", World.Password));
        var key = (await answer.HtmlAsync()).QuerySelector("#key")!.GetAttribute("value")!;
        var ring = app.Services.GetRequiredService<ApiKeyRing>();
        Assert.True(SpinWait.SpinUntil(() => ring.TryFind(key, out _, out _), TimeSpan.FromSeconds(5)));

        var id = await app.InDbAsync(db => db.ApiKeys.Where(k => k.Name == "on PostgreSQL").Select(k => k.Id).SingleAsync());
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"/dashboard/connections/revocation/{id}")).StatusCode);
        Assert.True(SpinWait.SpinUntil(() => !ring.TryFind(key, out _, out _), TimeSpan.FromSeconds(5)));
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync("/account/sign-out")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await ines.GetAsync("/account/profile")).StatusCode);
    }

    [PostgresFact]
    public Task What_was_judged_is_judged_again_by_what_stood_in_the_list_then() => Protection.NamedListsTests.WhatWasJudgedIsJudgedAgainByWhatStoodThen(app);

    [PostgresFact]
    public Task Every_entry_counts_what_it_met_and_nothing_else() => OnItsOwnAsync(Protection.ListHitsTests.EveryEntryCountsWhatItMetAndNothingElse);

    [PostgresFact]
    public Task An_entry_that_could_not_have_been_met_counts_nothing() => OnItsOwnAsync(Protection.ListHitsTests.AnEntryThatCouldNotHaveBeenMetCountsNothing);

    [PostgresFact]
    public Task The_list_is_the_same_in_every_order() => OnItsOwnAsync(Protection.ListHitsTests.TheListIsTheSameInEveryOrder);

    [PostgresFact]
    public Task An_admin_switches_off_what_has_met_nothing_for_90_days() => OnItsOwnAsync(Protection.ListHitsTests.AnAdminSwitchesOffWhatHasMetNothingFor90Days);

    [PostgresFact]
    public Task An_entry_of_every_type_shows_what_it_would_have_touched() => OnItsOwnAsync(Protection.ListHitsTests.AnEntryOfEveryTypeShowsWhatItWouldHaveTouched);

    /// <summary>What counts everything in the store shares it with nobody.</summary>
    private static async Task OnItsOwnAsync(Func<PanelApp, Task> test)
    {
        IAsyncLifetime own = new PostgresPanelApp();
        await own.InitializeAsync();
        try
        {
            await test((PanelApp)own);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }
}
