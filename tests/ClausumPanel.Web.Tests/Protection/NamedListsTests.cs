using System.Net;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class NamedListsTests
{
    private const string Lists = "/dashboard/protection/lists";

    private static async Task MakeAsync(HttpClient browser, string name, string kind, params string[] values)
    {
        Assert.Equal(HttpStatusCode.Found, (await browser.SubmitAsync($"{Lists}/new", ("Input.Name", name), ("Input.Kind", kind))).StatusCode);
        foreach (var value in values) Assert.Equal(HttpStatusCode.Found, (await PutAsync(browser, name, value)).StatusCode);
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient browser, string name, string value, string ends = "") =>
        browser.SubmitAsync($"{Lists}/{name}", "#put", ("Input.Value", value), ("Input.ExpiresAt", ends));

    private static async Task TakeOutAsync(PanelApp app, HttpClient browser, string name, string value)
    {
        var id = await app.InDbAsync(db => db.Set<NamedListValue>().Where(v => v.Value == value && v.RemovedEdition == NamedList.Stands).Select(v => v.Id).SingleAsync());
        Assert.Equal(HttpStatusCode.Found, (await browser.SubmitAsync($"{Lists}/{name}", "form[action*=Remove]", ("values", id.ToString()))).StatusCode);
    }

    /// <summary>By the desk, so that neither a page nor a wait is in the way: an assessment right after it is judged by the new version.</summary>
    private static async Task JudgeByAsync(PanelApp app, params PolicyRule[] rules)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var desk = scope.ServiceProvider.GetRequiredService<PolicyDesk>();
        var ines = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email));
        var actor = new Actor(ActorKind.Person, ines.Id, ines.DisplayName);
        var active = await desk.ActiveAsync(default);
        Assert.Null((await desk.ChangeAsync(actor, PolicyChanges.Between(active, active with { Rules = rules }), mayRules: true, default)).Refusal);
        Assert.Null((await desk.ApproveAsync(actor, (await desk.ProposeAsync(actor, "Rules that ask lists", null, default)).Version!.Value, null, null, default)).Refusal);
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
    }

    private static PolicyRule Rule(string id, string text) => new(id, id, text, "Tried out");

    private static async Task<string> AgainAsync(HttpClient browser, string assessment) =>
        (await (await browser.SubmitAsync($"/dashboard/transactions/{assessment}", "form[action*=JudgeAgain]")).HtmlAsync()).QuerySelector("#judge-again")!.TextContent;

    /// <summary>The same on either engine.</summary>
    internal static async Task WhatWasJudgedIsJudgedAgainByWhatStoodThen(PanelApp app)
    {
        var (maria, ines, shop) = (app.As(World.Maria), app.As(World.Ines), await Shop.OpenAsync(app));
        await MakeAsync(maria, "vip", "email");
        await JudgeByAsync(app, Rule("vip", "when email in list \"vip\" then add 13"), Rule("stranger", "when email not in list \"VIP\" then add 7"));
        var body = Shop.With(Shop.Minimum, "email", "\"ana@tienda.example\"");

        var without = (await shop.AssessAsync(body, ("Idempotency-Key", "1"))).MustBeGood();
        Assert.Equal(HttpStatusCode.Found, (await PutAsync(maria, "vip", " Ana@Tienda.example ")).StatusCode);
        var with = (await shop.AssessAsync(body, ("Idempotency-Key", "2"))).MustBeGood();
        await TakeOutAsync(app, maria, "vip", "ana@tienda.example");
        var after = (await shop.AssessAsync(body, ("Idempotency-Key", "3"))).MustBeGood();
        Assert.Equal([false, true, false], new[] { without, with, after }.Select(a => a.Signals.Contains("rule:vip")));
        Assert.Equal([true, false, true], new[] { without, with, after }.Select(a => a.Signals.Contains("rule:stranger")));

        // Later it is put in once more, then no rule asks it, and it is deleted: none of that changes what was judged.
        Assert.Equal(HttpStatusCode.Found, (await PutAsync(maria, "vip", "ana@tienda.example")).StatusCode);
        await SameAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await ines.SubmitAsync($"{Lists}/vip/deletion")).StatusCode);
        await JudgeByAsync(app, Rule("other", "when amount > 1 MXN then add 1"));
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{Lists}/vip/deletion")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await maria.GetAsync($"{Lists}/vip")).StatusCode);
        await MakeAsync(maria, "vip", "email");                     // of the same name, and another one
        await SameAsync();

        async Task SameAsync()
        {
            foreach (var answer in new[] { without, with, after }) Assert.Contains("Idéntico", await AgainAsync(maria, answer.Id), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_judged_is_judged_again_by_what_stood_in_the_list_then()
    {
        await using var app = await PanelApp.StartAsync();
        await WhatWasJudgedIsJudgedAgainByWhatStoodThen(app);
        Assert.Null(await app.InDbAsync(db => AuditChain.FindBreakAsync(db, app.Services.GetRequiredService<AuditKey>())));
        var told = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectKind == ChangeNamedLists.Subject).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());
        Assert.Equal(
            [AuditActions.NamedListCreated, AuditActions.NamedListChanged, AuditActions.NamedListChanged, AuditActions.NamedListChanged, AuditActions.NamedListDeleted, AuditActions.NamedListCreated], told);
    }

    [Fact]
    public async Task Every_payment_is_judged_again_alike_however_fast_the_list_changes_under_it()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, shop) = (app.As(World.Maria), await Shop.OpenAsync(app));
        await MakeAsync(maria, "vip", "email");
        await JudgeByAsync(app, Rule("vip", "when email in list \"vip\" then add 13"));
        var body = Shop.With(Shop.Minimum, "email", "\"ana@tienda.example\"");
        var done = false;
        var changing = Task.Run(async () =>
        {
            for (var i = 0; i < 6; i++)
            {
                await PutAsync(maria, "vip", "ana@tienda.example");
                await TakeOutAsync(app, maria, "vip", "ana@tienda.example");
            }
            Volatile.Write(ref done, true);
        });
        var answers = new List<Answer>();
        while (!Volatile.Read(ref done)) answers.Add((await shop.AssessAsync(body, ("Idempotency-Key", $"k{answers.Count}"))).MustBeGood());
        await changing;
        Assert.Equal([false, true], answers.Select(a => a.Signals.Contains("rule:vip")).Distinct().Order());

        var shelf = app.Services.GetRequiredService<PolicyShelf>();
        var stored = await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().ToListAsync());
        Assert.Equal(answers.Count, stored.Count);
        var (facts, again) = (new Facts(), new Assessment());
        await app.InDbAsync(async db =>
        {
            foreach (var one in stored)
            {
                FactSnapshot.Read(one.Facts, facts);
                (await shelf.FindAsync(db, one.PolicyVersion, (long)facts.Number(Known.ListsEdition), default))!.Assessor.Assess(facts, one.At, again);
                Assert.Equal((one.Decision, one.Score, answers.Single(a => a.Id == one.Id.ToString()).Signals.Contains("rule:vip")), (again.Decision, again.Score, again.RuleCount == 1));
            }
            return 0;
        });
    }

    [Fact]
    public async Task Ranges_of_addresses_and_short_card_ranges_meet_what_lies_in_them_and_what_has_ended_meets_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, shop) = (app.As(World.Maria), await Shop.OpenAsync(app));
        await MakeAsync(maria, "offices", "ip", "203.0.113.0/24", "2001:db8::/32", "198.51.100.7");
        await MakeAsync(maria, "ours", "card_bin", "411111");
        var end = app.Clock.GetUtcNow().AddHours(30);
        var local = TimeZoneInfo.ConvertTime(end, TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City"));
        await MakeAsync(maria, "guests", "email");
        Assert.Equal(HttpStatusCode.Found, (await PutAsync(maria, "guests", "ana@tienda.example", local.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture))).StatusCode);
        await JudgeByAsync(app, Rule("office", "when ip in list \"offices\" then add 3"), Rule("card", "when card.bin in list \"ours\" then add 4"), Rule("guest", "when email in list \"guests\" then add 5"));

        Assert.Equal([true, true, true, false], new[] { "203.0.113.77", "2001:db8:1::5", "198.51.100.7", "198.51.100.8" }.Select(ip => Fires(Shop.With(Shop.Minimum, "device.ip", $"\"{ip}\""), "rule:office")));
        Assert.Equal([true, true, false], new[] { "411111", "41111122", "411112" }.Select(bin => Fires(Shop.With(Shop.Minimum, "payment_method", $$"""{"type":"card","card_bin":"{{bin}}"}"""), "rule:card")));
        var guest = Shop.With(Shop.Minimum, "email", "\"ana@tienda.example\"");
        Assert.True(Fires(guest, "rule:guest"));
        var before = (await shop.AssessAsync(guest, ("Idempotency-Key", "before"))).MustBeGood();
        app.Clock.Advance(TimeSpan.FromHours(31));
        Assert.False(Fires(guest, "rule:guest"));
        Assert.Contains("Idéntico", await AgainAsync(app.As(World.Maria), before.Id), StringComparison.Ordinal);

        bool Fires(string body, string rule) => shop.AssessAsync(body).GetAwaiter().GetResult().MustBeGood().Signals.Contains(rule);
    }

    [Fact]
    public async Task A_rule_names_lists_that_are_there_and_pages_say_who_asks_them()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines) = (app.As(World.Maria), app.As(World.Ines));
        await MakeAsync(maria, "vip", "email", "ana@tienda.example");
        var wrong = await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "Vips"), ("Input.Reason", "Known"), ("Input.Text", "when email in list \"vipp\" then allow"), ("Input.ObserveOnly", "false"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        var said = (await wrong.HtmlAsync()).QuerySelector("#rule-problems")!.TextContent;
        Assert.Contains("Línea 1, posición 20", said, StringComparison.Ordinal);
        Assert.Contains("vip", said[said.IndexOf("vipp", StringComparison.Ordinal)..].Replace("vipp", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync("/dashboard/protection/rule", ("Input.Name", "Vips"), ("Input.Reason", "Known"), ("Input.Text", "when email in list \"vip\" then allow"), ("Input.ObserveOnly", "false"))).StatusCode);

        Assert.Contains("Vips", (await ines.PageAsync(Lists)).QuerySelector("#list-vip")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("en su borrador", (await ines.PageAsync($"{Lists}/vip")).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Vips", (await maria.PageAsync(Lists)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        // The draft does not keep it from being deleted; then the draft cannot be proposed, and says why.
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{Lists}/vip/deletion")).StatusCode);
        var proposed = await ines.SubmitAsync("/dashboard/protection/thresholds", "form[action*=Propose]", ("reason", "Known people"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, proposed.StatusCode);
        Assert.Contains("vip", (await proposed.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_says_what_happens_to_each_line_and_an_export_is_read_again_without_a_change()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        await MakeAsync(maria, "vip", "email", "ana@tienda.example");
        const string Text = "value,reason\nana@tienda.example,Known\nBob@Tienda.example,\nbob@tienda.example,\nnobody,\n";
        var preview = await PreviewAsync(Text);
        var tiles = (await preview.HtmlAsync()).QuerySelectorAll("[data-kind]").ToDictionary(t => t.GetAttribute("data-kind")!, t => t.QuerySelector("dd")!.TextContent);
        Assert.Equal(("1", "1", "1", "1", "0"), (tiles["New"], tiles["Changed"], tiles["Twice"], tiles["Wrong"], tiles["Same"]));
        Assert.Equal(1, await StandingAsync());
        var form = await Form.ReadAsync(preview, "main form[method=post]");
        var work = await maria.PostAsync(form.Action, form.Content);
        Assert.Equal(HttpStatusCode.Found, work.StatusCode);
        var owner = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).Select(u => u.Id).SingleAsync());
        await app.Services.GetRequiredService<ListImports>().Find<ValuesImport>(Guid.Parse(work.Headers.Location!.ToString().Split('/')[^1]), owner)!.Work!;
        Assert.Equal(2, await StandingAsync());

        var file = await (await maria.SubmitAsync($"{Lists}/vip", "form[action*=export]")).Content.ReadAsStringAsync();
        Assert.Contains("ana@tienda.example,Known,", file, StringComparison.Ordinal);
        var same = await (await PreviewAsync(file)).HtmlAsync();
        Assert.Equal("2", same.QuerySelector("[data-kind=Same] dd")!.TextContent);
        Assert.Null(same.QuerySelector("#import button.btn-primary"));

        async Task<HttpResponseMessage> PreviewAsync(string text) => await maria.GetAsync((await maria.SubmitAsync($"{Lists}/vip/import", ("Lines", text))).Headers.Location);
        Task<int> StandingAsync() => app.InDbAsync(db => db.Set<NamedListValue>().CountAsync(v => v.RemovedEdition == NamedList.Stands));
    }

    [Fact]
    public async Task Values_and_names_that_cannot_be_are_refused_where_they_stand()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        foreach (var name in new[] { "", "Two words", "new", "ñ" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await maria.SubmitAsync($"{Lists}/new", ("Input.Name", name))).StatusCode);
        await MakeAsync(maria, "vip", "email", "ana@tienda.example");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await maria.SubmitAsync($"{Lists}/new", ("Input.Name", "VIP"))).StatusCode);
        foreach (var value in new[] { "", "nobody", "ANA@tienda.example" })
        {
            var answer = await PutAsync(maria, "vip", value);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.NotEmpty((await answer.HtmlAsync()).QuerySelector("#value-wrong")!.TextContent.Trim());
        }
        await MakeAsync(maria, "any", "text");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PutAsync(maria, "any", "4111 1111 1111 1111")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await maria.GetAsync($"{Lists}/vip/deletion")).StatusCode);
    }

    [Fact]
    public void Addresses_are_read_as_the_platform_reads_them_and_without_allocating()
    {
        var random = new Random(5);
        Span<byte> bytes = stackalloc byte[16];
        var addresses = new List<string> { "::", "::1", "1::", "::ffff:203.0.113.7", "2001:db8::8:800:200c:417a", "64:ff9b::192.0.2.33" };
        for (var i = 0; i < 300; i++)
        {
            random.NextBytes(bytes);
            for (var b = 0; b < 16; b++) if (random.Next(3) > 0) bytes[b] = 0;
            addresses.Add(new IPAddress(i % 3 == 0 ? bytes[..4] : bytes).ToString());
        }
        foreach (var text in addresses)
        {
            Assert.True(IpPrefix.TryBits(text, out var bits), text);
            var address = IPAddress.Parse(text).MapToIPv6().GetAddressBytes();
            Assert.Equal(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(address), bits);
        }
        foreach (var wrong in new[] { "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "a.b.c.d", ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9", "1::2::3", "g::", "12345::", "1:2:3:4:5:6:7:8::" })
            Assert.False(IpPrefix.TryBits(wrong, out _), wrong);

        var list = new NamedListIndex(NamedListKind.Ip, [.. addresses.Select(a => (a, (DateTimeOffset?)null)), ("10.0.0.0/8", null)]);
        var bins = new NamedListIndex(NamedListKind.CardBin, [("411111", null)]);
        Assert.True(list.Contains("10.9.8.7", 0) && !list.Contains("11.9.8.7", 0) && bins.Contains("41111199", 0));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) _ = list.Contains("2001:db8::9", i) | list.Contains("10.1.2.3", i) | bins.Contains("41111122", i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void One_address_as_a_range_and_the_wide_range_around_it_both_count()
    {
        static ListEntry Range(string value, ListSeverity severity) => new() { Type = ListType.IpRange, Value = value, Severity = severity };
        var index = new ListIndex([Range("203.0.113.0/24", ListSeverity.Block), Range("203.0.113.128/32", ListSeverity.Allow)]);
        Assert.Equal([8, 9], new[] { "203.0.113.5", "203.0.113.128" }.Select(Severities));

        double Severities(string ip)
        {
            var facts = new Facts();
            facts.Set(Known.Ip, ip);
            index.Fill(facts, Flow.PayIn, 0);
            return facts.Number(FactCatalog.List(ListType.IpRange));
        }
    }
}
