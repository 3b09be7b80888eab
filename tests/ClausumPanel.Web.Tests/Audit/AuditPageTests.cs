using System.Globalization;
using System.Net;
using System.Reflection;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Audit;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Audit;

/// <summary>Each has an app of its own: they count entries, or damage the chain.</summary>
public sealed class AuditPageTests : IAsyncLifetime
{
    private const string Log = "/dashboard/audit";
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private HttpClient Ines => field ??= English(app.As(World.Ines));

    private static HttpClient English(HttpClient browser)
    {
        browser.DefaultRequestHeaders.Add("Accept-Language", "en-US");
        return browser;
    }

    private Task WriteAsync(params (string Action, string Kind, string? Id, object? Before, object? After)[] entries) => app.InDbAsync(async db =>
    {
        foreach (var (action, kind, id, before, after) in entries) db.Audit(Actor.CommandLine, action, app.Clock.GetUtcNow(), kind, id, before, after);
        await db.SaveChangesAsync();
    });

    private Task WriteSettingsAsync(int count) => WriteAsync([.. Enumerable.Range(0, count).Select(i => (AuditActions.SettingChanged, "setting", (string?)$"s{i}", (object?)new { Value = i }, (object?)new { Value = i + 1 }))]);

    // Somebody with the file in their hands takes the triggers away first.
    private Task TamperAsync(string sql) => app.InDbAsync(async db =>
    {
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER audit_entries_stay");
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER audit_entries_keep");
        await db.Database.ExecuteSqlRawAsync(sql);
    });

    private static string[] Objects(AngleSharp.Dom.IParentNode page) => [.. page.QuerySelectorAll("tbody tr td:nth-child(4) a").Select(a => a.TextContent)];

    private async Task<AngleSharp.Html.Dom.IHtmlDocument> VerifyAsync()
    {
        var started = await Ines.SubmitAsync(Log, "#verify");
        Assert.Equal(HttpStatusCode.Found, started.StatusCode);
        while (true)
        {
            var page = await Ines.PageAsync(started.Headers.Location!.OriginalString);
            if (page.QuerySelector("progress") is null) return page;
        }
    }

    [Fact]
    public async Task The_newest_comes_first_with_who_when_from_where_and_what()
    {
        await WriteAsync((AuditActions.BackedUp, "file", "/backups/monday.db", null, null));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var page = await Ines.PageAsync(Log);
        var rows = page.QuerySelectorAll("tbody tr");
        Assert.Equal("Entry 2", rows[0].QuerySelector("td:first-child small")!.TextContent);
        Assert.Contains("Signed in", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains(World.Ines.Name, rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("2026-11-24T15:01:00.000Z", rows[0].QuerySelector("time")!.GetAttribute("datetime"));
        Assert.Contains("Command line", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("Made a backup", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Equal("/dashboard/audit?type=file&id=%2Fbackups%2Fmonday.db", rows[1].QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal("page", page.QuerySelector(".place-list a[href='/dashboard/audit'], .place-list a[href='/dashboard/Audit']")?.GetAttribute("aria-current"));
    }

    [Fact]
    public async Task Whatever_the_address_says_narrows_the_log()
    {
        await WriteAsync((AuditActions.KeyCreated, "key", "a1", null, new { Name = "one" }), (AuditActions.KeyRevoked, "key", "a1", new { Name = "one" }, null), (AuditActions.PolicyChanged, "policy", "p_1", null, null), (AuditActions.SettingChanged, "setting", "px1", null, null));
        await Ines.GetAsync(Log);
        async Task<string[]> Seen(string query) => Objects(await Ines.PageAsync($"{Log}?{query}"));

        Assert.Equal(["a1", "a1"], await Seen("type=key&id=a1"));
        Assert.Equal(["a1"], await Seen("action=key.revoked"));
        Assert.Equal(["a1", "a1"], await Seen("action=keys"));
        Assert.Equal(["px1", "p_1"], await Seen("action=protection"));
        Assert.Equal(["px1", "p_1", "a1", "a1"], await Seen("actor=command-line"));
        var ines = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Ines.Email).Select(u => u.Id).SingleAsync());
        Assert.Equal([World.Ines.Name], await Seen($"actor={ines}"));
        Assert.Equal(["p_1"], await Seen("q=p_"));            // an underscore is an underscore
        Assert.Empty(await Seen("action=key.created&type=policy"));
        Assert.Equal(5, (await Seen("actor=&action=&type=&q=&from=&to=")).Length);

        var page = await Ines.PageAsync($"{Log}?action=keys&type=key&q=a");
        Assert.Equal(["Keys", "Key", "“a”"], page.QuerySelectorAll(".chips a[aria-label]").Select(a => a.TextContent.Trim()));
        Assert.Equal("/dashboard/audit?type=key&q=a", page.QuerySelector(".chips a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task A_period_is_meant_on_the_readers_clock()
    {
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Ines.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, "America/Mexico_City")));
        await WriteAsync((AuditActions.SettingChanged, "setting", "at nine in Mexico", null, null));             // 15:00 UTC
        app.Clock.Advance(TimeSpan.FromHours(2));
        await WriteAsync((AuditActions.SettingChanged, "setting", "at eleven", null, null));
        Assert.Equal(["at nine in Mexico"], Objects(await Ines.PageAsync($"{Log}?type=setting&from=2026-11-24T08:30&to=2026-11-24T10:00")));
        Assert.Equal(["at eleven", "at nine in Mexico"], Objects(await Ines.PageAsync($"{Log}?type=setting&period=24h")));
        Assert.Empty(Objects(await Ines.PageAsync($"{Log}?type=setting&from=2026-11-25")));
    }

    [Fact]
    public async Task What_changed_is_shown_member_by_member()
    {
        var essay = string.Join(' ', Enumerable.Repeat("palabra", 40));
        await WriteAsync((AuditActions.UserChanged, "user", "u1",
            new { DisplayName = "Inés <A>", Role = "viewer", TimeZone = "UTC", Limits = new { PerDay = 5 }, Theme = "light" },
            new { DisplayName = "Inés <A>", Role = "admin", Culture = "es-MX", Limits = new { PerDay = 7 }, Theme = "light", Note = essay }));
        var cell = (await Ines.PageAsync($"{Log}?type=user&id=u1")).QuerySelector("tbody tr .difference")!;
        string Text(string fate, string member) => cell.QuerySelectorAll($"[data-fate={fate}]").Single(d => d.QuerySelector("dt")!.TextContent == member).QuerySelector("dd")!.TextContent;
        Assert.Contains("viewer", Text("changed", "Role"), StringComparison.Ordinal);
        Assert.Contains("admin", Text("changed", "Role"), StringComparison.Ordinal);
        Assert.Contains("7", Text("changed", "limits.perDay"), StringComparison.Ordinal);
        Assert.Contains("es-MX", Text("added", "Language"), StringComparison.Ordinal);
        Assert.Contains("UTC", Text("removed", "Time zone"), StringComparison.Ordinal);
        Assert.Contains("2 unchanged", cell.TextContent, StringComparison.Ordinal);
        Assert.Equal(essay, cell.QuerySelector("[data-fate=added] details .value")!.TextContent);
        Assert.DoesNotContain("<A>", cell.InnerHtml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, """{"a":1,"b":null,"c":[]}""", "a:Recorded:1")]
    [InlineData("""{"a":true}""", null, "a:Recorded:true")]
    [InlineData("""{"a":["x","y"]}""", """{"a":["x"],"b":[{"c":1}]}""", "a:Changed:x|b.1.c:Added:1")]
    [InlineData("""{"a":1}""", """{"a":1}""", "a:Same:1")]
    [InlineData("not json", """{"a":1}""", ":Removed:not json|a:Added:1")]
    [InlineData(null, null, "")]
    public void Two_states_are_compared_whatever_they_hold(string? before, string? after, string expected) =>
        Assert.Equal(expected, string.Join('|', Difference.Between(before, after).Select(c => $"{c.Path}:{c.Fate}:{c.Only}")));

    [Fact]
    public async Task A_long_log_goes_on_on_the_next_page_without_a_gap_or_a_repetition()
    {
        await WriteSettingsAsync(120);
        var (seen, address, pages) = (new List<string>(), (string?)$"{Log}?type=setting", 0);
        while (address is not null)
        {
            var page = await Ines.PageAsync(address);
            Assert.Equal("120", page.QuerySelector("[data-count]")!.GetAttribute("data-count"));
            seen.AddRange(Objects(page));
            await WriteAsync((AuditActions.BackedUp, "file", "meanwhile", null, null));
            (address, pages) = (page.QuerySelector("a[rel=next]")?.GetAttribute("href"), pages + 1);
        }
        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 120).Reverse().Select(i => $"s{i}"), seen);
    }

    [Fact]
    public async Task The_export_holds_what_is_filtered_runs_no_formula_and_is_recorded()
    {
        await WriteAsync((AuditActions.SettingChanged, "setting", "=cmd()", null, new { Value = "a,b" }), (AuditActions.KeyCreated, "key", "k1", null, null));
        using var answer = await Ines.SubmitAsync($"{Log}?type=setting", "form[action*=export]");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("audit-20261124-150000.csv", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd().Split("\n");
        Assert.Equal(2, lines.Length);
        Assert.Contains("Entry,Time,Who", lines[0], StringComparison.Ordinal);
        Assert.Contains("'=cmd()", lines[1], StringComparison.Ordinal);
        Assert.Contains(AuditActions.SettingChanged, lines[1], StringComparison.Ordinal);
        var entry = await app.InDbAsync(db => db.AuditEntries.NewestFirst.FirstAsync());
        Assert.Equal((AuditActions.Exported, "audit", World.Ines.Name), (entry.Action, entry.SubjectKind, entry.ActorName));
        Assert.Contains("\"rows\":1", entry.After, StringComparison.Ordinal);
        Assert.Contains("type=setting", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_untouched_log_is_whole_and_its_verification_is_recorded()
    {
        await WriteSettingsAsync(30);
        var page = await VerifyAsync();
        Assert.Equal("whole", page.QuerySelector("[data-verdict]")!.GetAttribute("data-verdict"));
        Assert.Contains("31 entries", page.QuerySelector("[data-verdict]")!.TextContent, StringComparison.Ordinal);
        var entry = await app.InDbAsync(db => db.AuditEntries.NewestFirst.FirstAsync());
        Assert.Equal((AuditActions.AuditVerified, World.Ines.Name), (entry.Action, entry.ActorName));
        Assert.Contains("\"intact\":31", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_altered_by_hand_is_named_and_shown()
    {
        await WriteSettingsAsync(60);
        await TamperAsync("UPDATE audit_entries SET after = '999' WHERE sequence = 7");
        var page = await VerifyAsync();
        Assert.Equal("broken", page.QuerySelector("[data-verdict]")!.GetAttribute("data-verdict"));
        Assert.Contains("Entry 7 is not as it was written.", page.QuerySelector("[data-verdict]")!.TextContent, StringComparison.Ordinal);
        var link = page.QuerySelector("#verification a")!.GetAttribute("href")!;
        Assert.EndsWith("#entry-7", link, StringComparison.Ordinal);
        Assert.Contains("999", (await Ines.PageAsync(link)).QuerySelector("#entry-7")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("\"fault\":\"altered\"", await app.InDbAsync(db => db.AuditEntries.NewestFirst.Select(e => e.After).FirstAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_taken_out_by_hand_is_missed()
    {
        await WriteSettingsAsync(5);
        await TamperAsync("DELETE FROM audit_entries WHERE sequence = 3");
        Assert.Contains("Entry 3 is missing", (await VerifyAsync()).QuerySelector("[data-verdict]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verification_needs_its_form_and_is_its_owners_alone()
    {
        await Ines.GetAsync(Log);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ines.PostAsync($"{Log}/verification", null)).StatusCode);
        var mine = (await Ines.SubmitAsync(Log, "#verify")).Headers.Location!.OriginalString;
        Assert.Equal(HttpStatusCode.NotFound, (await app.As(World.Clara).GetAsync(mine)).StatusCode);
    }

    [Fact]
    public async Task Only_administration_and_compliance_see_it()
    {
        foreach (var person in World.Everybody)
        {
            var (browser, may) = (app.As(person), person.Role is Role.Admin or Role.Compliance);
            Assert.Equal(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await browser.GetAsync(Log)).StatusCode);
            Assert.Equal(may, (await browser.PageAsync("/dashboard")).QuerySelectorAll(".place-list a").Any(a => a.GetAttribute("href")!.Equals(Log, StringComparison.OrdinalIgnoreCase)));
            if (may) continue;
            using var page = await browser.GetAsync("/account/profile");
            var form = await Form.ReadAsync(page, "main form[method=post]");
            foreach (var path in (string[])["verification", "export"]) Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync($"{Log}/{path}", form.Content)).StatusCode);
        }
    }

    [Fact]
    public async Task A_key_leads_to_what_was_done_with_it()
    {
        await app.IssueKeyAsync();
        var link = (await Ines.PageAsync("/dashboard/connections")).QuerySelector("a[href*='/dashboard/audit?type=key']")!.GetAttribute("href")!;
        Assert.Equal(["a test's key"], (await Ines.PageAsync(link)).QuerySelectorAll(".chips a[aria-label]").Select(a => a.TextContent.Trim()).Skip(1));
        Assert.DoesNotContain("/dashboard/audit", (await app.As(World.Maria).PageAsync("/dashboard/connections")).Body!.InnerHtml, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_action_has_words_in_both_languages_and_a_group()
    {
        var codes = typeof(AuditActions).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).ToList();
        Assert.Equal(codes.Order(), AuditWords.Groups.Values.SelectMany(a => a).Order());
        var T = new Texts();
        var before = CultureInfo.CurrentUICulture;
        try
        {
            foreach (var code in codes)
            {
                CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en-US");
                var english = T.Action(code);
                Assert.NotEqual(code, english);
                CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
                Assert.NotEqual(english, T.Action(code));
            }
            foreach (var group in AuditWords.Groups.Keys) Assert.NotEqual(group, T.ActionGroup(group));
            foreach (var kind in AuditWords.SubjectKinds) Assert.NotEqual(kind, T.SubjectKind(kind));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Fact]
    public async Task The_log_speaks_Spanish()
    {
        var clara = app.As(World.Clara);
        clara.DefaultRequestHeaders.Add("Accept-Language", "es-MX");
        var page = await clara.PageAsync(Log);
        Assert.Equal("Bitácora", page.QuerySelector("h1")!.TextContent);
        Assert.Contains("Inició sesión", page.QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
    }
}
