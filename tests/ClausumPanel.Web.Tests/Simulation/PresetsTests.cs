using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Simulation;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Demo;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Simulation;

/// <summary>A panel in which nothing has happened yet, but for one card on the lists.</summary>
public sealed class EmptyPanel : PanelApp, IAsyncLifetime
{
    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await PresetsTests.ListCardAsync(this);
    }
}

/// <summary>A panel with a month of the demo behind it, its attacks and what they turned out to be, in the small hours.</summary>
public sealed class BusyPanel : PanelApp, IAsyncLifetime
{
    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await PresetsTests.ListCardAsync(this);
        await JudgedMonth.JudgeAsync(this);
        await using (var scope = Services.CreateAsyncScope())
            await new DemoLabels(JudgedMonth.Seed, Clock.GetUtcNow()).WriteAsync(DemoTraffic.Make(JudgedMonth.Size, JudgedMonth.Seed, Clock.GetUtcNow()), scope.ServiceProvider, null, CancellationToken.None);
        Clock.Advance(TimeSpan.FromHours(17));
    }
}

public sealed class PresetsTests(EmptyPanel empty, BusyPanel busy) : IClassFixture<EmptyPanel>, IClassFixture<BusyPanel>
{
    private const string Scenarios = "/dashboard/simulation";

    public static TheoryData<string> Keys => [.. Preset.All.Select(preset => preset.Key)];

    internal static async Task ListCardAsync(PanelApp app)
    {
        await Shop.ReadyAsync(app);
        await app.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.CardBin, Value = "506201", Severity = ListSeverity.Block, Reason = "Leaked range", CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveAndRaiseAsync(ChangeTopics.Lists);
            await app.Services.GetRequiredService<ListShelf>().ReloadAsync(db, CancellationToken.None);
        });
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task A_preset_is_decided_as_it_says_whether_the_panel_is_new_or_busy(string key)
    {
        foreach (var app in (PanelApp[])[empty, busy])
        {
            using var answer = await app.As(World.Maria).SubmitAsync($"{Scenarios}?preset={key}", "#scenario-form");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await answer.HtmlAsync();
            var (preset, times) = (Preset.All.Single(p => p.Key == key), int.Parse(page.GetElementById("times")!.GetAttribute("value")!, CultureInfo.InvariantCulture));
            var rows = page.QuerySelectorAll("#repeats tbody tr").Select(row => row.Children[1].TextContent.Trim() + " " + row.Children[2].TextContent).ToList();
            Assert.True(page.QuerySelector($"#answer-active.is-{preset.Expected.ToString().ToLowerInvariant()}") is not null, $"{key} in {app.GetType().Name}: {page.GetElementById("answer-active")!.TextContent}\n{string.Join('\n', rows)}");
            Assert.Equal(times == 1 ? 0 : times, rows.Count);
        }
    }

    [Fact]
    public void Every_attack_of_the_demo_is_a_preset_and_every_preset_says_in_both_languages_what_it_shows()
    {
        Assert.Equal(DemoAttacks.Stories.Select(s => s.Story).Order(), Preset.All.Select(p => p.Attack).OfType<DemoStory>().Order());
        Assert.Equal(Preset.All.Count, Preset.All.Select(p => p.Key).Distinct().Count());
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
            Assert.All(Preset.All.SelectMany(p => (string[])[p.Title, p.Says]), text => Assert.NotEqual(text, Texts.Translate(text)));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Fact]
    public async Task An_attack_is_request_for_request_the_one_the_demo_makes_at_the_same_hours_and_none_of_its_people_are_in_the_demo()
    {
        var now = busy.Clock.GetUtcNow();
        var month = DemoTraffic.Make(4_000, new DemoOptions().Seed, now).Select(r => JsonNode.Parse(r.Json)!).ToList();
        var people = month.Select(r => (string?)r["customer_id"]).OfType<string>().ToHashSet();
        foreach (var story in DemoAttacks.Stories.Select(s => s.Story))
        {
            var (preset, _) = await empty.InDbAsync(db => Preset.FindAsync(db, Preset.All.Single(p => p.Attack == story).Key, now, TimeZoneInfo.Utc, CancellationToken.None));
            var made = DemoTraffic.Attack(story, Preset.Seed, now);
            var requests = preset!.Plan!.Requests([])!.Select(json => JsonNode.Parse(json)!.AsObject()).ToList();
            Assert.Equal(made.Count, requests.Count);
            Assert.InRange(requests.Count, 2, ScenarioPlan.MostTimes);
            for (var i = 0; i < made.Count; i++)
            {
                var (own, at) = (JsonNode.Parse(made[i].Json)!.AsObject(), DateTimeOffset.Parse((string)requests[i]["occurred_at"]!, CultureInfo.InvariantCulture));
                Assert.Equal((made[i].At.UtcDateTime.Hour, made[i].At.UtcDateTime.Minute), (at.UtcDateTime.Hour, at.UtcDateTime.Minute));
                own.Remove("occurred_at");
                requests[i].Remove("occurred_at");
                Assert.True(JsonNode.DeepEquals(own, requests[i]), $"{story} {i}: {requests[i].ToJsonString()}");
                Assert.DoesNotContain((string?)own["customer_id"] ?? "", people);
            }
            var last = preset.Plan.Last!.Value;
            Assert.InRange(now - last, TimeSpan.Zero, TimeSpan.FromDays(1));
            // A month has attacks of the same make: as many requests, of the same kind.
            Assert.Equal(0, DemoTraffic.Make(0, 3, now).Count(r => r.Story == story) % made.Count(r => r.Story == story));
        }
    }
}
