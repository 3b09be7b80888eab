using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Many decided at once, each by itself.</summary>
public sealed class BulkTests
{
    private const string Path = "/dashboard/reviews/bulk";

    [Fact]
    public async Task Deciding_many_is_a_right_of_its_own()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        foreach (var person in (Person[])[World.Maria, World.Clara, World.Victor])
        {
            using var answer = await world.App.As(person).GetAsync(Path + "?seqs=1");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Every_item_and_what_they_come_to_is_shown_before_anything_is_decided()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        (await world.Shop.AssessAsync("""{"amount":1500,"currency":"CLP","email":"chile@held.example"}""")).MustBeGood();
        await world.FoldedAsync();
        var page = await world.App.As(World.Ines).PageAsync(Path + "?seqs=1&seqs=2&seqs=3&seqs=2");
        Assert.Equal("3", page.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        Assert.StartsWith("400.03 MXN", page.QuerySelector("[data-total=MXN]")!.TextContent.Trim(), StringComparison.Ordinal);
        Assert.StartsWith("1,500 CLP", page.QuerySelector("[data-total=CLP]")!.TextContent.Trim(), StringComparison.Ordinal);
        var row = page.QuerySelector("tr[data-seq='3']")!.TextContent;
        Assert.Contains("chile@held.example", row, StringComparison.Ordinal);
        Assert.Contains("Dominio de correo en una lista", row, StringComparison.Ordinal);
        Assert.Equal(3, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.State == ReviewState.Open && r.LeaseOwner == null)));
    }

    [Fact]
    public async Task Of_the_links_of_a_case_those_that_wait_are_decided_together_by_who_has_the_right()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var ids = new List<string>();
        foreach (var mail in (string[])["one@held.example", "two@held.example", "three@held.example", "four@fine.example"])
            ids.Add((await world.Shop.AssessAsync($$$"""{"amount":1500,"currency":"MXN","email":"{{{mail}}}","device":{"ip":"201.141.1.2"}}""")).MustBeGood().Id);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var third = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, 3, default))).Lease!.Value;
        Assert.True((await world.DecideAsync(maria, third, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        foreach (var address in (string[])[$"/dashboard/reviews/{ids[0]}", $"/dashboard/transactions/{ids[0]}/links?match=any&by=ip"])
        {
            var page = await world.App.As(World.Ines).PageAsync(address);
            // The one that is decided and the one nobody asks about have no box; the case itself is chosen by whoever wants it.
            Assert.Equal([("2", true), ("1", false)], page.QuerySelectorAll("[name=seqs][form=linked-together]").Select(b => (b.GetAttribute("value"), b.HasAttribute("checked"))));
            Assert.Single(page.QuerySelectorAll("#links [data-waits]"));
            Assert.Empty((await world.App.As(World.Maria).PageAsync(address)).QuerySelectorAll("[name=seqs], [data-together]"));
        }
        var together = await world.App.As(World.Ines).PageAsync(Path + "?seqs=2&seqs=1");
        Assert.Equal(["1", "2"], together.QuerySelectorAll("tr[data-seq]").Select(r => r.GetAttribute("data-seq")).Order());
    }

    [Fact]
    public async Task Each_row_says_which_way_the_money_goes_what_was_answered_to_whom_and_what_becomes_of_it_where_two_decide()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        var hers = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, 1, default))).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 1, hers.Token, "¿Es la misma familia?", default))).IsDone);
        var asked = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(ines, 1, default))).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.AnswerAsync(ines, 1, asked.Token, "Sí, apruébela", default))).IsDone);
        await world.App.InDbAsync(async db =>
        {
            await db.Set<StoredAssessment>().Where(a => a.Seq == 2).ExecuteUpdateAsync(a => a.SetProperty(x => x.Flow, Flow.PayOut));
            await db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 20_002 })));
        });
        var admin = world.App.As(World.Ines);
        using var shown = await admin.GetAsync(Path + "?seqs=1&seqs=2&seqs=3");
        var page = await shown.HtmlAsync();
        string? Part(long seq, string part) => page.QuerySelector($"tr[data-seq='{seq}'] {part}")?.TextContent.Trim();
        Assert.Equal((null, "Dispersión", null), (Part(1, "td:first-child .visually-hidden"), Part(2, "td:first-child .visually-hidden"), Part(3, "td:first-child .visually-hidden")));
        Assert.Equal(("Respondió Inés Administra: Sí, apruébela", "Prometida a María Analiza, que preguntó y la recibe antes que otras."), (Part(1, "[data-handed]"), Part(1, "[data-promised]")));
        Assert.Equal((null, null, "Requiere una segunda persona: lo que usted decida es la primera de dos decisiones. Sigue en espera de otra persona."), (Part(1, "[data-two]"), Part(2, "[data-two]"), Part(3, "[data-two]")));
        Assert.Contains("1 de ellas requiere una segunda persona: la suya es solo la primera decisión", page.QuerySelector("#bulk-form")!.TextContent, StringComparison.Ordinal);

        using var answer = await PostAsync(admin, page.QuerySelector("#bulk-form input[name=__RequestVerificationToken]")!.GetAttribute("value")!, "Decline:stolen_card", [3]);
        var told = (await ToldAsync(admin, answer)).QuerySelector("tr[data-seq='3'] [data-outcome]")!.TextContent;
        Assert.Contains("Sigue en espera de otra persona: hasta que también decida no se avisa al comercio ni se escribe etiqueta.", told, StringComparison.Ordinal);
        // What is decided next is the second of two, and not by the same person.
        Assert.Null((await admin.PageAsync(Path + "?seqs=3")).QuerySelector("[data-two]"));
    }

    [Fact]
    public async Task What_one_cannot_have_keeps_none_of_the_others_and_its_line_says_why()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var hers = (await world.NextAsync(maria))!.Value;
        var decided = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, Enumerable.Range(1, 4).First(s => s != hers.Seq), default));
        Assert.True((await world.DecideAsync(maria, decided.Lease!.Value, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        long[] free = [.. Enumerable.Range(1, 4).Select(s => (long)s).Where(s => s != hers.Seq && s != decided.Lease.Value.Seq)];
        // The biggest needs a second person.
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 20_000 + free[1] - 1 }))));

        var admin = world.App.As(World.Ines);
        using var asked = await admin.GetAsync(Path + "?seqs=1&seqs=2&seqs=3&seqs=4");
        var shown = await asked.HtmlAsync();
        Assert.Contains("María", shown.QuerySelector($"tr[data-seq='{decided.Lease.Value.Seq}'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("3", shown.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        var token = shown.QuerySelector("#bulk-form input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var answer = await PostAsync(admin, token, "Decline:stolen_card", [1, 2, 3, 4, 99]);
        var page = await ToldAsync(admin, answer);
        string Line(long seq) => page.QuerySelector($"tr[data-seq='{seq}'] [data-outcome]")!.TextContent;
        Assert.Contains("Tomada por María Analiza hasta las", Line(hers.Seq), StringComparison.Ordinal);
        Assert.Contains("María Analiza la decidió: Aprobar", Line(decided.Lease.Value.Seq), StringComparison.Ordinal);
        Assert.Contains("Rechazada · Tarjeta robada · etiqueta: fraude", Line(free[0]), StringComparison.Ordinal);
        Assert.Contains("una segunda persona debe estar de acuerdo", Line(free[1]), StringComparison.Ordinal);
        Assert.Contains("No existe esa revisión", Line(99), StringComparison.Ordinal);
        var states = await world.App.InDbAsync(db => db.Set<Review>().ToDictionaryAsync(r => r.Seq, r => (r.State, r.Outcome, r.LeaseOwner)));
        Assert.Equal((ReviewState.Decided, ReviewOutcome.Decline, null), states[free[0]]);
        Assert.Equal((ReviewState.Open, null, null), states[free[1]]);
        Assert.Equal((ReviewState.Open, null, maria.Id), states[hers.Seq]);
        Assert.Equal(2, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewDecided && e.ActorName == World.Ines.Name)));
    }

    [Fact]
    public async Task Without_a_reason_without_items_or_with_too_many_nothing_is_decided()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        var token = (await admin.PageAsync(Path + "?seqs=1")).QuerySelector("#bulk-form input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        foreach (var (verdict, seqs) in ((string, long[])[])[("", [1]), ("Approve:stolen_card", [1]), ("Approve:known_customer", []), ("Approve:known_customer", [.. Enumerable.Range(1, 201).Select(s => (long)s)])])
        {
            using var answer = await PostAsync(admin, token, verdict, seqs);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.NotNull((await answer.HtmlAsync()).QuerySelector(".alert-danger"));
        }
        using var other = await PostAsync(admin, token, "Approve:other", [1]);         // which needs a note
        Assert.Contains("Escriba una nota", (await ToldAsync(admin, other)).QuerySelector("[data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.State == ReviewState.Open && r.LeaseOwner == null)));
        using var nothing = await admin.GetAsync(Path);
        Assert.Equal("/dashboard/reviews", nothing.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Before_anything_is_decided_the_page_says_what_will_happen()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        var page = await admin.PageAsync(Path + "?seqs=1&seqs=2");
        var said = page.QuerySelector("[data-consequences]")!.TextContent;
        Assert.Contains("etiqueta cada una como legítima; rechazar, como fraude o no concluyente según se elija aquí; pedir verificación no etiqueta nada", said, StringComparison.Ordinal);
        Assert.Contains("Durante 8 segundos se puede deshacer todo; después se avisa al comercio", said, StringComparison.Ordinal);
        Assert.Contains("No se bloquea ni se permite ningún valor", said, StringComparison.Ordinal);
        var button = page.QuerySelector("[data-says]")!;
        Assert.Equal(("Decidir 2 revisiones", "Rechazar 2 pagos, 400.03 MXN", "Pedir verificación de 2 pagos, 400.03 MXN"), (button.TextContent, button.GetAttribute("data-decline"), button.GetAttribute("data-challenge")));
        Assert.StartsWith("/dashboard/reviews/", page.QuerySelector("tr[data-seq='1'] a")!.GetAttribute("href")!, StringComparison.Ordinal);

        // Of several queues the least time counts, and where there is none that is said.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2)));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 5)));
        Assert.Contains("Durante 5 segundos se puede deshacer todo, en algunas de las colas más tiempo", (await admin.PageAsync(Path + "?seqs=1&seqs=2")).QuerySelector("[data-undo-seconds='5']")!.TextContent, StringComparison.Ordinal);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 0)));
        Assert.Contains("No se puede deshacer", (await admin.PageAsync(Path + "?seqs=2")).QuerySelector("[data-undo-seconds='0']")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_became_of_them_has_an_address_of_its_own_and_is_told_again()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        using var answer = await PostAsync(admin, TokenOf(await admin.PageAsync(Path + "?seqs=1&seqs=2")), "Decline:stolen_card", [1, 2]);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        var address = answer.Headers.Location!.OriginalString;
        for (var i = 0; i < 2; i++) Assert.Contains("Rechazada · Tarjeta robada", (await admin.PageAsync(address)).QuerySelector("tr[data-seq='2'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        // It names none of them, and tells nobody else.
        Assert.DoesNotContain("seqs", address, StringComparison.Ordinal);
        foreach (var foreign in (string[])[address.Replace("told=", "told=x", StringComparison.Ordinal), $"{Path}?told={Guid.NewGuid()}"])
        {
            using var nothing = await admin.GetAsync(foreign);
            Assert.Equal("/dashboard/reviews", nothing.Headers.Location!.OriginalString);
        }
        var other = await AnotherAdminAsync(world);
        using var theirs = await other.GetAsync(address);
        Assert.Equal("/dashboard/reviews", theirs.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_way_back_is_the_list_as_it_was_left_and_until_something_is_decided_with_what_was_chosen()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        const string Listed = "/dashboard/reviews?queue=1&sort=amount&currency=MXN";
        var page = await admin.PageAsync($"{Path}?queue=1&sort=amount&currency=MXN&p=2&seqs=1&chosen={ChosenItems.Write([2])}");
        Assert.All(page.QuerySelectorAll("nav a[href*='chosen'], #bulk-form a"), a => Assert.Equal($"{Listed}&p=2&chosen={ChosenItems.Write([1, 2])}", a.GetAttribute("href")));
        Assert.EndsWith("?queue=1&sort=amount&currency=MXN", page.QuerySelector("tr[data-seq='1'] a")!.GetAttribute("href")!, StringComparison.Ordinal);
        async Task<AngleSharp.Dom.IDocument> SendAsync(AngleSharp.Dom.IDocument from, string form)
        {
            var sent = from.QuerySelector(form)!;
            var fields = sent.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value")!)).Append(new("Verdict", "Decline:stolen_card"));
            using var answer = await admin.PostAsync(sent.GetAttribute("action")!, new FormUrlEncodedContent(fields));
            return await ToldAsync(admin, answer);
        }

        var told = await SendAsync(page, "#bulk-form");
        foreach (var after in (AngleSharp.Dom.IDocument[])[told, await SendAsync(told, "#bulk-undo")])
        {
            Assert.Equal(2, after.QuerySelectorAll("[data-outcome] .bg-green-lt").Length);
            Assert.Equal(2, after.QuerySelectorAll($"main a[href='{Listed}&p=2']").Length);
        }
        // With nothing chosen it goes there at once.
        using var nothing = await admin.GetAsync($"{Path}?queue=1&sort=amount&p=2");
        Assert.Equal("/dashboard/reviews?queue=1&sort=amount&p=2", nothing.Headers.Location!.OriginalString);
    }

    [Fact] public Task Two_hundred_fit_into_every_address_and_no_cookie_carries_them() => TwoHundredAsync(new PanelApp());

    [PostgresFact] public Task Two_hundred_fit_into_every_address_there_too() => TwoHundredAsync(new PostgresPanelApp());

    private static async Task TwoHundredAsync(PanelApp app)
    {
        await using var world = await ReviewWorld.StartAsync(app);
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        Assert.NotNull((await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, 3, default))).Lease);
        // The others are of a long log, and gone.
        long[] all = [1, 2, 3, 4, .. Enumerable.Range(1, BulkModel.Most - 4).Select(i => 900_000_000_000L + (i * 4_000_000_000L))];
        var packed = ChosenItems.Write(all)!;
        Assert.InRange(packed.Length, 1, 1_700);
        Assert.Equal(all, ChosenItems.Read(packed));
        var admin = world.App.As(World.Ines);
        using var tooMany = await admin.GetAsync($"{Path}?chosen={packed}&seqs=5&seqs=4");
        Assert.Contains($"Como máximo {BulkModel.Most}", (await tooMany.HtmlAsync()).QuerySelector(".alert-danger")?.TextContent ?? "", StringComparison.Ordinal);
        var asked = await admin.PageAsync($"{Path}?chosen={packed}");
        Assert.Equal("4", asked.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        using var answer = await PostAsync(admin, TokenOf(asked), "Decline:stolen_card", all);
        Assert.InRange(answer.Headers.Location!.OriginalString.Length, 1, 120);
        Assert.DoesNotContain(answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], c => c.Contains("TempData", StringComparison.Ordinal) && c.Length > 200);
        var told = await ToldAsync(admin, answer);
        Assert.Contains("Rechazada · Tarjeta robada", told.QuerySelector("tr[data-seq='2'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Tomada por María Analiza hasta las", told.QuerySelector("tr[data-seq='3'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(all.Length, told.QuerySelectorAll("[data-outcome]").Length);
        Assert.Equal(1, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewsDecided && e.SubjectKind == ReviewBatches.Subject)));
    }

    [Theory]
    [InlineData("!")]
    [InlineData("gA")]
    [InlineData("AA")]
    [InlineData("_____________w")]
    public void What_cannot_be_read_chooses_nothing(string written) => Assert.Empty(ChosenItems.Read(written));

    [Fact]
    public async Task All_of_it_is_undone_at_once_while_there_is_time_and_nothing_is_left_taken()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2)));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 20)));
        var admin = world.App.As(World.Ines);
        var token = TokenOf(await admin.PageAsync(Path + "?seqs=1&seqs=2&seqs=3"));
        using var decided = await PostAsync(admin, token, "Decline:stolen_card", [1, 2, 3]);
        var told = await ToldAsync(admin, decided);
        var undo = told.QuerySelector("#bulk-undo")!;
        Assert.Equal(world.App.Clock.GetUtcNow().AddSeconds(8).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), undo.GetAttribute("data-undo-until"));
        Assert.Equal(3, undo.QuerySelectorAll("[name=seqs]").Length);

        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        using var undone = await PostAsync(admin, token, "", [1, 2, 3], "Undo");
        var after = await ToldAsync(admin, undone);
        Assert.Contains("Ya no se puede deshacer", after.QuerySelector("tr[data-seq='1'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Espera de nuevo", after.QuerySelector("tr[data-seq='3'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Null(after.QuerySelector("#bulk-undo"));
        var states = await world.App.InDbAsync(db => db.Set<Review>().ToDictionaryAsync(r => r.Seq, r => (r.State, r.LeaseOwner)));
        Assert.Equal([(ReviewState.Decided, null), (ReviewState.Decided, null), (ReviewState.Open, null)], (IEnumerable<(ReviewState, Guid?)>)[states[1], states[2], states[3]]);
        Assert.Equal([ReviewEventKind.Leased, ReviewEventKind.Decided, ReviewEventKind.Undone], await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Seq == 3).OrderBy(e => e.Kind).Select(e => e.Kind).ToListAsync()));

        // A colleague's decision stays.
        using var foreign = await PostAsync(world.App.As(World.Maria), token, "", [1], "Undo");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    [Fact]
    public async Task Many_undone_in_time_wait_again_for_anybody()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        using var decided = await PostAsync(admin, TokenOf(await admin.PageAsync(Path + "?seqs=1&seqs=2&seqs=3&seqs=4")), "Approve:known_customer", [1, 2, 3, 4]);
        var offered = (await ToldAsync(admin, decided)).QuerySelector("#bulk-undo")!;
        using var undone = await PostAsync(admin, offered.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!, "", [.. offered.QuerySelectorAll("[name=seqs]").Select(i => long.Parse(i.GetAttribute("value")!, System.Globalization.CultureInfo.InvariantCulture))], "Undo");
        Assert.Contains("Se deshicieron 4 decisiones", (await ToldAsync(admin, undone)).QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(4, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.State == ReviewState.Open && r.LeaseOwner == null && r.LeaseToken == null && r.Outcome == null)));
    }

    private static async Task<HttpClient> AnotherAdminAsync(ReviewWorld world)
    {
        await world.App.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.Role, Role.Admin)));
        return world.App.As(World.Maria);
    }

    private static string TokenOf(AngleSharp.Dom.IDocument page) => page.QuerySelector("#bulk-form input[name=__RequestVerificationToken]")!.GetAttribute("value")!;

    private static async Task<AngleSharp.Dom.IDocument> ToldAsync(HttpClient client, HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return await client.PageAsync(answer.Headers.Location!.OriginalString);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string token, string verdict, long[] seqs, string handler = "Decide") => client.PostAsync($"{Path}?handler={handler}", new FormUrlEncodedContent(
        [new("__RequestVerificationToken", token), new("Verdict", verdict), .. seqs.Select(s => new KeyValuePair<string, string>("seqs", s.ToString(System.Globalization.CultureInfo.InvariantCulture)))]));
}
