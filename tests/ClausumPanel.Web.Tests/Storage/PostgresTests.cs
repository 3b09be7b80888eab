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
}
