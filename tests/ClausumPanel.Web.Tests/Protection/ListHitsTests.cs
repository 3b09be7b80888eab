using System.Globalization;
using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

/// <summary>What entries have met, what those that have met nothing are done with, and what a new one would have met.</summary>
public sealed class ListHitsTests
{
    private const string Lists = "/dashboard/protection/blocklists";

    private static async Task PutAsync(PanelApp app, params ListEntry[] entries)
    {
        await app.InDbAsync(async db =>
        {
            db.AddRange(entries);
            await db.SaveChangesAsync();
            await app.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
    }

    private static ListEntry Entry(PanelApp app, ListType type, string value, ListSeverity severity, FlowScope scope = FlowScope.Both, int days = 1) =>
        new() { Type = type, Value = value, Severity = severity, FlowScope = scope, CreatedAt = app.Clock.GetUtcNow().AddDays(-days) };

    private static async Task<Dictionary<string, (long Count, long LastAt)>> HitsAsync(PanelApp app)
    {
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        return await app.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Hits != null).Select(e => new { e.Value, e.Hits!.Count, e.Hits.LastAt }).ToDictionaryAsync(e => e.Value, e => (e.Count, e.LastAt)));
    }

    /// <summary>The same on either engine.</summary>
    internal static async Task EveryEntryCountsWhatItMetAndNothingElse(PanelApp app)
    {
        var shop = await Shop.OpenAsync(app);
        await PutAsync(app,
            Entry(app, ListType.CardBin, "411111", ListSeverity.Flag), Entry(app, ListType.CardBin, "41111122", ListSeverity.Review), Entry(app, ListType.CardBin, "4111112", ListSeverity.Flag),
            Entry(app, ListType.IpRange, "203.0.113.0/24", ListSeverity.Flag), Entry(app, ListType.IpRange, "203.0.113.128/32", ListSeverity.Allow), Entry(app, ListType.IpRange, "203.0.112.0/20", ListSeverity.Review),
            Entry(app, ListType.IpRange, "2001:db8::/32", ListSeverity.Flag), Entry(app, ListType.IpRange, "::/64", ListSeverity.Flag), Entry(app, ListType.IpRange, "198.51.100.0/24", ListSeverity.Flag),
            Entry(app, ListType.Email, "anaperez@gmail.com", ListSeverity.Flag), Entry(app, ListType.Email, "a.na.perez@gmail.com", ListSeverity.Flag, FlowScope.PayOut),
            Entry(app, ListType.Country, "BR", ListSeverity.Review), Entry(app, ListType.Country, "MX", ListSeverity.Review, FlowScope.PayOut),
            Entry(app, ListType.CustomerId, "cus_1", ListSeverity.Flag));

        await AssessAsync(("payment_method", """{"type":"card","card_bin":"41111122"}"""));
        await AssessAsync(("payment_method", """{"type":"card","card_bin":"41111199"}"""));
        await AssessAsync(("device.ip", "\"203.0.113.5\""));
        await AssessAsync(("device.ip", "\"203.0.113.128\""));
        await AssessAsync(("device.ip", "\"2001:db8:1::5\""));
        await AssessAsync(("email", "\"anaperez@gmail.com\""));
        var before = app.Clock.GetUtcNow();
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await AssessAsync(("email", "\"a.na.perez+shop@gmail.com\""));
        await AssessAsync(("email", "\"a.na.perez@gmail.com\""));             // names the entry of the other flow too
        await AssessAsync(("billing.country", "\"BR\""), ("payment_method", """{"type":"card","card_bin":"555555","card_country":"MX"}"""));
        (await shop.PayoutAsync(Shop.With(Shop.Payout, "beneficiary.country", "\"MX\""))).MustBeGood();
        Assert.Equal(200, (await shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes(Shop.With(Shop.Minimum, "customer_id", "\"cus_1\"")), "application/json")).Code);
        Assert.True((await shop.LastAsync()).Simulated);

        var hits = await HitsAsync(app);
        Assert.Equal(
            "2001:db8::/32 1, 203.0.112.0/20 2, 203.0.113.0/24 2, 203.0.113.128/32 1, 411111 2, 41111122 1, ::/64 2, BR 1, MX 1, anaperez@gmail.com 3",
            string.Join(", ", hits.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key} {h.Value.Count}")));
        Assert.Equal(before.ToUnixTimeMilliseconds(), hits["203.0.113.0/24"].LastAt);
        Assert.Equal(app.Clock.GetUtcNow().ToUnixTimeMilliseconds(), hits["anaperez@gmail.com"].LastAt);

        // The next one is added to the first, and whoever deletes the entry takes its count along.
        await AssessAsync(("customer_id", "\"cus_1\""));
        await AssessAsync(("email", "\"ana.perez@gmail.com\""));
        hits = await HitsAsync(app);
        Assert.Equal((1, 4), (hits["cus_1"].Count, hits["anaperez@gmail.com"].Count));
        var id = await app.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Value == "anaperez@gmail.com").Select(e => e.Id).SingleAsync());
        Assert.Equal(HttpStatusCode.Found, (await app.As(World.Ines).SubmitAsync($"{Lists}/{id}/deletion")).StatusCode);
        Assert.False(await app.InDbAsync(db => db.Set<ListHits>().AnyAsync(h => h.EntryId == id)));

        async Task AssessAsync(params (string Path, string Json)[] parts) =>
            (await shop.AssessAsync(parts.Aggregate(Shop.Minimum, (body, part) => Shop.With(body, part.Path, part.Json)))).MustBeGood();
    }

    [Fact]
    public async Task Every_entry_counts_what_it_met_and_nothing_else()
    {
        await using var app = await PanelApp.StartAsync();
        await EveryEntryCountsWhatItMetAndNothingElse(app);
    }

    /// <summary>Entries that name the payment's other spelling, so that only the one that was met tells them apart.</summary>
    internal static async Task AnEntryThatCouldNotHaveBeenMetCountsNothing(PanelApp app)
    {
        var shop = await Shop.OpenAsync(app);
        await PutAsync(app, Entry(app, ListType.Email, "bobsmith@gmail.com", ListSeverity.Flag));
        var now = app.Clock.GetUtcNow();
        ListEntry[] others =
        [
            new() { Type = ListType.Email, Value = "b.obsmith@gmail.com", Severity = ListSeverity.Flag, CreatedAt = now.AddSeconds(1) },                                    // made later
            new() { Type = ListType.Email, Value = "bo.bsmith@gmail.com", Severity = ListSeverity.Flag, CreatedAt = now.AddDays(-9), ExpiresAt = now.AddSeconds(-1) },       // ended before
            new() { Type = ListType.Email, Value = "bob.smith@gmail.com", Severity = ListSeverity.Flag, CreatedAt = now.AddDays(-9), IsActive = false },                     // switched off
            new() { Type = ListType.Email, Value = "bobs.mith@gmail.com", Severity = ListSeverity.Block, CreatedAt = now.AddDays(-9) },                                      // stricter than what was met
            new() { Type = ListType.Email, Value = "bobsm.ith@gmail.com", Severity = ListSeverity.Flag, CreatedAt = now, ExpiresAt = now.AddMilliseconds(1) },               // this one could
        ];
        await app.InDbAsync(async db =>
        {
            db.AddRange(others);
            await db.SaveChangesAsync();            // and nobody tells the running lists of them
        });
        foreach (var email in others.Select(o => o.Value)) (await shop.AssessAsync(Shop.With(Shop.Minimum, "email", $"\"{email}\""))).MustBeGood();
        var hits = await HitsAsync(app);
        Assert.Equal(["bobsm.ith@gmail.com 1", "bobsmith@gmail.com 5"], hits.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key} {h.Value.Count}"));
    }

    [Fact]
    public async Task An_entry_that_could_not_have_been_met_counts_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        await AnEntryThatCouldNotHaveBeenMetCountsNothing(app);
    }

    [Fact]
    public async Task Hits_stand_in_the_list_on_the_entry_in_the_file_and_in_the_answer_of_the_API()
    {
        await using var app = await PanelApp.StartAsync();
        await SeveralAsync(app);
        var maria = app.As(World.Maria);
        var all = await maria.PageAsync($"{Lists}?sort=hits");
        Assert.Equal(["many 7", "few 2", "none 0"], all.QuerySelectorAll("tbody tr").Select(r => $"{r.QuerySelector("[data-value]")!.TextContent.Trim()} {r.QuerySelector("td[data-label=Coincidencias]")!.TextContent.Trim()}"));
        Assert.Equal("descending", all.QuerySelector("th[aria-sort=descending]")!.GetAttribute("aria-sort"));
        Assert.Equal(["none", "few", "many"], Values(await maria.PageAsync($"{Lists}?sort=-hits")));
        Assert.Equal(["few", "many", "none"], Values(await maria.PageAsync($"{Lists}?sort=last")));
        Assert.Equal(["none", "many", "few"], Values(await maria.PageAsync($"{Lists}?sort=-last")));

        var ids = await app.InDbAsync(db => db.Set<ListEntry>().ToDictionaryAsync(e => e.Value, e => e.Id));
        Assert.Equal("7", (await maria.PageAsync($"{Lists}/{ids["many"]}")).QuerySelector("[data-hits]")!.GetAttribute("data-hits"));
        Assert.Contains("no ha coincidido", (await maria.PageAsync($"{Lists}/{ids["none"]}")).QuerySelector("[data-hits]")!.TextContent, StringComparison.Ordinal);

        var file = await (await maria.SubmitAsync($"{Lists}?sort=value", "form[action*='/export']")).Content.ReadAsStringAsync();
        var last = app.Clock.GetUtcNow().AddDays(-3).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Assert.Contains($",{ids["few"]},2,{last}", file, StringComparison.Ordinal);
        Assert.Contains($",{ids["none"]},0,", file, StringComparison.Ordinal);
        var again = await maria.SubmitAsync($"{Lists}/import", ("Lines", file));
        Assert.Equal("3", (await maria.PageAsync(again.Headers.Location!.ToString())).QuerySelector("[data-kind=Same] dd")!.TextContent);

        var data = JsonDocument.Parse(await maria.GetStringAsync("/api/v1/blocklists")).RootElement.GetProperty("data").EnumerateArray().ToDictionary(e => e.GetProperty("value").GetString()!);
        Assert.Equal((7, 0), (data["many"].GetProperty("hits").GetInt64(), data["none"].GetProperty("hits").GetInt64()));
        Assert.Equal((last, JsonValueKind.Null), (data["few"].GetProperty("last_hit_at").GetString(), data["none"].GetProperty("last_hit_at").ValueKind));
    }

    private static Task SeveralAsync(PanelApp app) => PutAsync(app,
        With(Entry(app, ListType.CustomerId, "few", ListSeverity.Flag, days: 200), 2, app.Clock.GetUtcNow().AddDays(-3)), With(Entry(app, ListType.CustomerId, "many", ListSeverity.Flag, days: 200), 7, app.Clock.GetUtcNow().AddDays(-95)),
        Entry(app, ListType.CustomerId, "none", ListSeverity.Flag, days: 200));

    private static ListEntry With(ListEntry e, long hits, DateTimeOffset last) => new()
    {
        Id = e.Id, Type = e.Type, Value = e.Value, Severity = e.Severity, FlowScope = e.FlowScope, Reason = e.Reason, Source = e.Source, CreatedAt = e.CreatedAt, ExpiresAt = e.ExpiresAt, IsActive = e.IsActive,
        Hits = new ListHits { EntryId = e.Id, Count = hits, LastAt = last.ToUnixTimeMilliseconds() },
    };

    private static IEnumerable<string> Values(IHtmlDocument page) => page.QuerySelectorAll("tbody tr [data-value]").Select(c => c.TextContent.Trim());

    /// <summary>The same on either engine: every order, page by page, with every filter.</summary>
    internal static async Task TheListIsTheSameInEveryOrder(PanelApp app)
    {
        var now = app.Clock.GetUtcNow();
        await PutAsync(app, [.. Enumerable.Range(0, 90).Select(i =>
        {
            var entry = new ListEntry { Type = ListType.AccountHash, Value = $"Acc_{i:00}", Severity = ListSeverity.Flag, Reason = i % 9 == 0 ? "100% SURE" : null, CreatedAt = now.AddDays(-i * 2) };
            return i % 3 == 0 ? entry : With(entry, i % 7, now.AddDays(-i % 50 * 4));
        })]);
        var everything = Enumerable.Range(0, 90).Select(i => $"Acc_{i:00}").ToList();
        await app.InDbAsync(async db =>
        {
            foreach (var order in Enum.GetValues<ListOrder>())
            {
                var rows = await AllAsync(new ListFilter(), order);
                Assert.Equal(everything, rows.Select(r => r.Value).Order(StringComparer.Ordinal));
                if (order == ListOrder.MostHits) Assert.Equal(rows.Select(r => r.Hits).OrderDescending(), rows.Select(r => r.Hits));
                if (order == ListOrder.FewestHits) Assert.Equal(rows.Select(r => r.Hits).Order(), rows.Select(r => r.Hits));
                if (order == ListOrder.LatestHit) Assert.Equal(rows.Select(r => r.LastHit ?? 0).OrderDescending(), rows.Select(r => r.LastHit ?? 0));
                if (order == ListOrder.LongestQuiet) Assert.Equal(rows.Select(r => r.LastHit ?? 0).Order(), rows.Select(r => r.LastHit ?? 0));
                var quiet = await AllAsync(new ListFilter { Quiet = true }, order);
                Assert.Equal(everything.Where((_, i) => i * 2 > 90 && (i % 3 == 0 || i % 50 * 4 > 90)), quiet.Select(r => r.Value).Order(StringComparer.Ordinal));
            }
            Assert.Equal(10, (await AllAsync(new ListFilter { Search = "acc_1" }, ListOrder.Newest)).Count);
            Assert.Equal(10, (await AllAsync(new ListFilter { Search = "0% su" }, ListOrder.Newest)).Count);
            Assert.Empty(await AllAsync(new ListFilter { Search = "acc%1" }, ListOrder.Newest));

            async Task<List<ListRow>> AllAsync(ListFilter filter, ListOrder order)
            {
                var (found, after) = (new List<ListRow>(), (Guid?)null);
                do
                {
                    var (rows, next) = await db.ListPageAsync(filter, order, after, 7, now, default);
                    found.AddRange(rows);
                    after = next;
                }
                while (after is not null);
                return found;
            }
        });
    }

    [Fact]
    public async Task The_list_is_the_same_in_every_order()
    {
        await using var app = await PanelApp.StartAsync();
        await TheListIsTheSameInEveryOrder(app);
    }

    /// <summary>The same on either engine.</summary>
    internal static async Task AnAdminSwitchesOffWhatHasMetNothingFor90Days(PanelApp app)
    {
        var now = app.Clock.GetUtcNow();
        var stale = With(Entry(app, ListType.Email, "stale@mala.example", ListSeverity.Block, days: 300), 4, now.AddDays(-91));
        var busy = With(Entry(app, ListType.Email, "busy@mala.example", ListSeverity.Block, days: 300), 4, now.AddDays(-89));
        ListEntry Made(string value, ListSeverity severity, ListSource source) => new() { Type = ListType.Email, Value = value, Severity = severity, Source = source, CreatedAt = now.AddDays(-100) };
        await PutAsync(app, stale, busy, Entry(app, ListType.CustomerId, "never", ListSeverity.Flag, days: 91), Entry(app, ListType.CustomerId, "kept", ListSeverity.Flag, days: 91), Entry(app, ListType.CustomerId, "young", ListSeverity.Flag, days: 89),
            new ListEntry { Type = ListType.CustomerId, Value = "off", Severity = ListSeverity.Flag, CreatedAt = now.AddDays(-400), IsActive = false },
            new ListEntry { Type = ListType.CustomerId, Value = "ended", Severity = ListSeverity.Flag, CreatedAt = now.AddDays(-400), ExpiresAt = now },
            Made("thief@mala.example", ListSeverity.Block, ListSource.FraudReport), Made("disputed@mala.example", ListSeverity.Block, ListSource.Chargeback), Made("flagged@mala.example", ListSeverity.Flag, ListSource.FraudReport));

        var (ines, maria, shop) = (app.As(World.Ines), app.As(World.Maria), await Shop.OpenAsync(app));
        var list = await maria.PageAsync($"{Lists}?hits=none&sort=value");
        Assert.Equal(["disputed@mala.example", "flagged@mala.example", "kept", "never", "stale@mala.example", "thief@mala.example"], Values(list));
        Assert.Equal("6", list.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        Assert.Null(list.QuerySelector("a[href$='/clean-up']"));
        Assert.NotNull((await ines.PageAsync($"{Lists}?hits=none")).QuerySelector("a[href$='/clean-up']"));
        Assert.Equal("(6)", (await maria.PageAsync($"{Lists}?handler=Seen")).QuerySelector("#quiet-count")!.TextContent);
        foreach (var person in (Person[])[World.Maria, World.Clara, World.Victor]) Assert.Equal(HttpStatusCode.Forbidden, (await app.As(person).GetAsync($"{Lists}/clean-up")).StatusCode);

        var page = await ines.PageAsync($"{Lists}/clean-up");
        Assert.Equal("6", page.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        Assert.Equal(["customer_id.flag 2 true", "email.block 1 true", "email.flag 1 true"], Groups("plain").Order());
        Assert.Equal(["email.block.careful 2 false"], Groups("careful"));
        var kept = await app.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Value == "kept").Select(e => e.Id).SingleAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CleanAsync(ines, page, "", "customer_id.flag")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CleanAsync(ines, page, "Nothing chosen")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await CleanAsync(ines, page, "Forged", "customer_id.flag", token: false)).StatusCode);
        var body = Shop.With(Shop.Minimum, "email", "\"stale@mala.example\"");
        Assert.Equal(9, await ActiveAsync());
        Assert.Equal(HttpStatusCode.Found, (await CleanAsync(ines, page, "Yearly tidying", "customer_id.flag", "email.block", "email.flag", keep: kept)).StatusCode);
        Assert.Equal(["busy@mala.example", "disputed@mala.example", "ended", "kept", "thief@mala.example", "young"], await app.InDbAsync(db => db.Set<ListEntry>().Where(e => e.IsActive).Select(e => e.Value).OrderBy(v => v).ToListAsync()));
        Assert.NotEqual("decline", (await shop.AssessAsync(body)).Decision);

        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectKind == ChangeLists.Subject).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal([AuditActions.ListEntryChanged, AuditActions.ListEntryChanged, AuditActions.ListEntryChanged, AuditActions.ListsCleanedUp], trail.Select(e => e.Action));
        Assert.All(trail, e => Assert.Equal(World.Ines.Name, e.ActorName));
        Assert.Contains("\"reason\":\"Yearly tidying\",\"switchedOff\":3,\"kept\":1", trail[^1].After, StringComparison.Ordinal);
        Assert.Contains("\"byType\":{\"customer_id\":1,\"email\":2}", trail[^1].After, StringComparison.Ordinal);

        // Many at once are one line of the trail.
        await PutAsync(app, [.. Enumerable.Range(0, 600).Select(i => Entry(app, ListType.Phone, $"+52155{i:00000000}", ListSeverity.Review, days: 120))]);
        Assert.Equal(HttpStatusCode.Found, (await CleanAsync(ines, page, "All at once", "phone.review", "email.block.careful")).StatusCode);
        Assert.Equal(4, await ActiveAsync());
        var last = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectKind == ChangeLists.Subject).OrderByDescending(e => e.Sequence).Take(2).ToListAsync());
        Assert.Equal([AuditActions.ListsCleanedUp, AuditActions.ListsCleanedUp], last.Select(e => e.Action));
        Assert.Contains("\"switchedOff\":602", last[0].After, StringComparison.Ordinal);
        Assert.Contains("\"fromFraud\":2", last[0].After, StringComparison.Ordinal);
        Assert.Null(await app.InDbAsync(db => AuditChain.FindBreakAsync(db, app.Services.GetRequiredService<AuditKey>())));

        IEnumerable<string> Groups(string section) => page.QuerySelectorAll($"[data-section={section}] tr:has([name=Groups])")
            .Select(r => (Box: (IHtmlInputElement)r.QuerySelector("[name=Groups]")!, Count: r.QuerySelector("td.num")!.TextContent)).Select(g => $"{g.Box.Value} {g.Count} {(g.Box.IsChecked ? "true" : "false")}");
        Task<int> ActiveAsync() => app.InDbAsync(db => db.Set<ListEntry>().CountAsync(e => e.IsActive));
    }

    private static Task<HttpResponseMessage> CleanAsync(HttpClient browser, IHtmlDocument page, string reason, params string[] groups) => CleanAsync(browser, page, reason, groups, null, true);

    private static Task<HttpResponseMessage> CleanAsync(HttpClient browser, IHtmlDocument page, string reason, string group, bool token) => CleanAsync(browser, page, reason, [group], null, token);

    private static Task<HttpResponseMessage> CleanAsync(HttpClient browser, IHtmlDocument page, string reason, string first, string second, string third, Guid keep) =>
        CleanAsync(browser, page, reason, [first, second, third], keep, true);

    private static async Task<HttpResponseMessage> CleanAsync(HttpClient browser, IHtmlDocument page, string reason, string[] groups, Guid? keep, bool token)
    {
        var fields = groups.Select(g => KeyValuePair.Create("Groups", g)).Append(KeyValuePair.Create("Reason", reason)).ToList();
        if (keep is { } id) fields.Add(KeyValuePair.Create("Keep", id.ToString()));
        if (token) fields.Add(KeyValuePair.Create("__RequestVerificationToken", page.QuerySelector("main [name=__RequestVerificationToken]")!.GetAttribute("value")!));
        using var content = new FormUrlEncodedContent(fields);
        return await browser.PostAsync($"{Lists}/clean-up", content);
    }

    [Fact]
    public async Task An_admin_switches_off_what_has_met_nothing_for_90_days()
    {
        await using var app = await PanelApp.StartAsync();
        await AnAdminSwitchesOffWhatHasMetNothingFor90Days(app);
    }

    private static async Task<IHtmlDocument> TouchedAsync(HttpClient browser, string type, string value, string scope = "both")
    {
        using var page = await browser.GetAsync($"{Lists}/new");
        var form = await Form.ReadAsync(page, "main form[method=post]");
        (form["Input.Type"], form["Input.Value"], form["Input.FlowScope"]) = (type, value, scope);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Lists}/new?handler=Touched") { Content = form.Content };
        request.Headers.Add("HX-Request", "true");
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.HtmlAsync();
    }

    /// <summary>The same on either engine.</summary>
    internal static async Task AnEntryOfEveryTypeShowsWhatItWouldHaveTouched(PanelApp app)
    {
        var (shop, maria) = (await Shop.OpenAsync(app), app.As(World.Maria));
        var paid = (await shop.AssessAsync(Shop.Full)).MustBeGood();
        (await shop.AssessAsync(Shop.With(Shop.Minimum, "email", "\"otra@tienda.example\""))).MustBeGood();
        (await shop.PayoutAsync(Shop.With(Shop.Payout, "beneficiary.iban", "\"DE89370400440532013000\""))).MustBeGood();
        var label = await Form.ReadAsync(await maria.GetAsync($"/dashboard/transactions/{paid.Id}"), "form[action*='handler=Label']");
        (label["outcome"], label["source"]) = ("good", "customer");
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync($"/dashboard/transactions/{paid.Id}?handler=Label", label.Content)).StatusCode);
        (string Type, string Value)[] ofPayment =
        [
            ("email", "Maria.Gonzalez@example.mx"), ("email_domain", "example.mx"), ("ip_address", "189.203.10.7"), ("ip_range", "189.203.10.0/24"), ("ip_range", "189.203.10.0/23"), ("ip_range", "189.203.10.7/32"),
            ("device_fingerprint", "fp_9a8b7c6d"), ("card_bin", "411111"), ("card_hash", "9f86d081884c7d65"), ("phone", "+52 1 55 1234 5678"), ("customer_id", "cus_42"),
        ];
        (string Type, string Value)[] ofPayout = [("clabe", "032180000118359719"), ("iban", "DE89 3704 0044 0532 0130 00"), ("account_hash", "ab12"), ("swift_bic", "BNMXMXMM"), ("beneficiary_id", "ben_123")];
        Assert.Equal(ListWords.Types.Select(t => t.Word()).Order(), ofPayment.Concat(ofPayout).Select(e => e.Type).Append("country").Distinct().Order());
        foreach (var folded in (bool[])[false, true])
        {
            if (folded) await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
            foreach (var (type, value) in ofPayment) await MustTouchAsync(type, value, "both", 1, 1);
            foreach (var (type, value) in ofPayout) await MustTouchAsync(type, value, "both", 1, 0);
            await MustTouchAsync("country", "MX", "both", 2, 1);
            await MustTouchAsync("country", "MX", "payout", 1, 0);
            await MustTouchAsync("email_domain", "example.mx", "payout", 0, 0);
            await MustTouchAsync("ip_range", "189.203.8.0/23", "both", 0, 0);
            await MustTouchAsync("email_domain", "mx", "both", null, 0);                // none, and says why
        }
        // A month later nobody would have been touched.
        app.Clock.Advance(TimeSpan.FromDays(31));
        maria = app.As(World.Maria);
        foreach (var (type, value) in ofPayment.Concat(ofPayout).Append(("country", "MX"))) await MustTouchAsync(type, value, "both", 0, 0);

        async Task MustTouchAsync(string type, string value, string scope, int? count, int good)
        {
            var found = await TouchedAsync(maria, type, value, scope);
            var said = found.QuerySelector("[data-touched]");
            Assert.True(count?.ToString(CultureInfo.InvariantCulture) == said?.GetAttribute("data-touched"), $"{type} {value} {scope}: {found.DocumentElement.TextContent}");
            if (count is not > 0) return;
            Assert.Equal(count, found.QuerySelectorAll("[data-decision]").Sum(d => int.Parse(d.TextContent.Trim().Split(' ', '\n')[^1], CultureInfo.InvariantCulture)));
            Assert.Equal((good.ToString(CultureInfo.InvariantCulture), "0"), (found.QuerySelector("[data-good]")!.GetAttribute("data-good"), found.QuerySelector("[data-good]")!.GetAttribute("data-fraud")));
            Assert.Equal(count, found.QuerySelectorAll("tbody a[href^='/dashboard/transactions/']").Length);
        }
    }

    [Fact]
    public async Task An_entry_of_every_type_shows_what_it_would_have_touched()
    {
        await using var app = await PanelApp.StartAsync();
        await AnEntryOfEveryTypeShowsWhatItWouldHaveTouched(app);
    }

    [Fact]
    public async Task Where_there_are_more_than_there_is_time_for_it_says_of_how_many_it_speaks()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        app.Services.GetRequiredService<RuleTrialRoom>().Most = 4_000;
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        var (facts, bytes) = (new Facts(), new byte[FactSnapshot.MostBytes]);
        var signals = bytes.AsSpan(0, SignalHits.Write([], bytes)).ToArray();
        var waiting = new List<PendingAssessment>();
        for (var i = 1; i <= 5_000; i++)
        {
            facts.Set(Known.EmailDomain, i <= 1_000 ? "old.example" : i % 2 == 0 ? "even.example" : "odd.example");
            var one = new PendingAssessment
            {
                At = app.Clock.GetUtcNow().ToUnixTimeMilliseconds(), Amount = 100, Currency = "MXN", SessionId = $"s{i}", Signals = signals, Request = "{}"u8.ToArray(),
                Facts = bytes.AsSpan(0, FactSnapshot.Write(facts, bytes)).ToArray(),
            };
            Assert.True(log.TryAppend(one));
            waiting.Add(one);
            if (waiting.Count < 500) continue;
            foreach (var stored in waiting) await stored.Stored;
            waiting.Clear();
        }
        var found = await TouchedAsync(app.As(World.Maria), "email_domain", "even.example");
        Assert.Equal("2000", found.QuerySelector("[data-touched]")!.GetAttribute("data-touched"));
        Assert.Contains("4,096", found.QuerySelector("[data-touched]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(10, found.QuerySelectorAll("tbody a").Length);
        Assert.Equal("96", (await TouchedAsync(app.As(World.Maria), "email_domain", "old.example")).QuerySelector("[data-touched]")!.GetAttribute("data-touched"));
        app.Services.GetRequiredService<RuleTrialRoom>().Most = 5_001;
        found = await TouchedAsync(app.As(World.Maria), "email_domain", "old.example");
        Assert.Equal("1000", found.QuerySelector("[data-touched]")!.GetAttribute("data-touched"));
        Assert.DoesNotContain("recientes", found.QuerySelector("[data-touched]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_thousand_lines_of_every_kind_all_arrive_in_the_lists_and_in_a_list_for_rules()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        string[] kinds = ["email,m{0}@tienda.example", "ip_address,{1}", "ip_range,{1}/32", "customer_id,cus_{0}", "phone,+5255{0:00000000}", "card_hash,hash_{0}"];
        var lines = Enumerable.Range(0, 20_000).Select(i => string.Format(CultureInfo.InvariantCulture, kinds[i % kinds.Length], i, new IPAddress([20, (byte)(i >> 16), (byte)(i >> 8), (byte)i])) + ",flag,both,\"Bought, number " + i + "\"").ToList();
        var preview = (await maria.SubmitAsync($"{Lists}/import", ("Lines", "list_type,value,severity,flow_scope,reason\n" + string.Join('\n', lines)))).Headers.Location!.ToString();
        Assert.Equal("20,000", (await maria.PageAsync(preview)).QuerySelector("[data-kind=New] dd")!.TextContent);
        Assert.Contains("20,000", await ConfirmAsync<EntriesImport>(app, maria, preview), StringComparison.Ordinal);
        var stored = await app.InDbAsync(db => db.Set<ListEntry>().Select(e => new { e.Type, e.Value, e.Reason, e.Severity }).ToListAsync());
        Assert.Equal(lines.Order(StringComparer.Ordinal), stored.Select(e => $"{e.Type.Word()},{e.Value},{e.Severity.Word()},both,\"{e.Reason}\"").Order(StringComparer.Ordinal));

        Assert.Equal(HttpStatusCode.Found, (await maria.SubmitAsync("/dashboard/protection/lists/new", ("Input.Name", "bulk"), ("Input.Kind", "text"))).StatusCode);
        preview = (await maria.SubmitAsync("/dashboard/protection/lists/bulk/import", ("Lines", string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"v{i},why {i}"))))).Headers.Location!.ToString();
        Assert.Equal("20,000", (await maria.PageAsync(preview)).QuerySelector("[data-kind=New] dd")!.TextContent);
        Assert.Equal(HttpStatusCode.NotFound, (await app.As(World.Tomas).GetAsync(preview)).StatusCode);
        Assert.Contains("20,000", await ConfirmAsync<ValuesImport>(app, maria, preview), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"v{i},why {i}").Order(StringComparer.Ordinal),
            (await app.InDbAsync(db => db.Set<NamedListValue>().Select(v => v.Value + "," + v.Reason).ToListAsync())).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await maria.GetAsync(preview.Replace("/bulk/", "/other/", StringComparison.Ordinal))).StatusCode);

        // Deleted between the look and the word: nothing is stored, and it says so.
        preview = (await maria.SubmitAsync("/dashboard/protection/lists/bulk/import", ("Lines", "late"))).Headers.Location!.ToString();
        var form = await Form.ReadAsync(await maria.GetAsync(preview), "main form[method=post]");
        Assert.Equal(HttpStatusCode.Found, (await app.As(World.Ines).SubmitAsync("/dashboard/protection/lists/bulk/deletion")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await maria.PostAsync(form.Action, form.Content)).StatusCode);
        Assert.False(await app.InDbAsync(db => db.Set<NamedListValue>().AnyAsync(v => v.Value == "late")));
    }

    private static async Task<string> ConfirmAsync<T>(PanelApp app, HttpClient browser, string preview) where T : PendingImport
    {
        Assert.Equal(HttpStatusCode.Found, (await browser.SubmitAsync(preview)).StatusCode);
        var owner = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).Select(u => u.Id).SingleAsync());
        await app.Services.GetRequiredService<ListImports>().Find<T>(Guid.Parse(preview.Split('/')[^1]), owner)!.Work!;
        return (await browser.PageAsync(preview)).QuerySelector("#import [role=status]")!.TextContent;
    }
}
