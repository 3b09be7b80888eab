using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What was blocked or allowed with a decision is told where the decision is.</summary>
public sealed class ListedWithTests
{
    private const string Hash = "9f86d081884c7d65";

    private static readonly ReviewVerdict Declined = new(ReviewOutcome.Decline, "stolen_card", Entries: [new(ListType.Email, ListSeverity.Block, 90), new(ListType.CardHash, ListSeverity.Block, null)]);

    [Fact]
    public async Task It_will_be_was_to_be_and_is_blocked_and_a_card_is_told_by_its_digits()
    {
        await using var world = await StartAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await ItemAsync(world));
        var browser = world.App.As(World.Maria);
        const string what = "correo electrónico ana@held.example por 90 días, tarjeta ••4242 (411111) para siempre";
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined)).IsDone);
        var page = await ToldAsync($"se bloqueará: {what}", links: 0);
        using var undone = await browser.PostAsync(page.QuerySelector(".review-decide form[action*=Undo]")!.GetAttribute("action"), Form.Read(page, ".review-decide form[action*=Undo]").Content);
        Assert.Equal(HttpStatusCode.Redirect, undone.StatusCode);
        Assert.Equal([$"se iba a bloquear: {what}"], InHistory(await world.App.As(World.Tomas).PageAsync(item)));

        world.App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        page = await world.App.As(World.Victor).PageAsync(item);
        Assert.Equal([$"se iba a bloquear: {what}", $"bloqueado: {what}"], InHistory(page));
        Assert.Equal($"bloqueado: {what}", Clean(page.QuerySelector(".review-decide [data-listed]")!));
        Assert.Equal(["/dashboard/protection/blocklists?type=email&severity=block&q=ana@held.example", "/dashboard/protection/blocklists?type=card_hash&severity=block&q=%E2%80%A2%E2%80%A24242%20(411111)"], page.QuerySelectorAll(".review-decide [data-listed] a").Select(a => a.GetAttribute("href")));
        Assert.DoesNotContain(Hash, page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        foreach (var link in page.QuerySelectorAll(".review-decide [data-listed] a")) Assert.Equal(1, (await world.App.As(World.Victor).PageAsync(link.GetAttribute("href")!)).QuerySelectorAll("tr[data-row]").Length);

        Assert.Equal("••4242 (411111)", (await world.App.As(World.Victor).PageAsync("/dashboard/protection/blocklists?type=card_hash")).QuerySelector("tr[data-row] [data-card]")!.TextContent);

        async Task<IDocument> ToldAsync(string words, int links)
        {
            var told = await browser.PageAsync(item);
            Assert.Equal((words, links), (Clean(told.QuerySelector(".review-decide [data-listed]")!), told.QuerySelectorAll(".review-decide [data-listed] a").Length));
            Assert.Equal([words], InHistory(told));
            return told;
        }
    }

    [Fact]
    public async Task Reopening_says_before_and_after_what_it_takes_off_the_lists_and_what_stays()
    {
        await using var world = await StartAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await ItemAsync(world));
        var browser = world.App.As(World.Maria);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined with { Note = "La reportó su dueño" })).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        var rows = await browser.PageAsync("/dashboard/protection/blocklists?q=ana@held.example&type=email");
        Assert.Equal($"Rechazada: Tarjeta robada, revisión …{item.Replace("-", "", StringComparison.Ordinal)[^8..]}: La reportó su dueño", Clean(rows.QuerySelector("[data-review]")!.ParentElement!));
        var english = world.App.As(World.Maria);
        english.DefaultRequestHeaders.Add("Accept-Language", "en-US");
        Assert.StartsWith("Declined: Stolen card, review …", Clean((await english.PageAsync("/dashboard/protection/blocklists?q=ana@held.example&type=email")).QuerySelector("[data-review]")!.ParentElement!), StringComparison.Ordinal);
        Assert.Equal(item, rows.QuerySelector("[data-review]")!.GetAttribute("href"));
        Assert.Equal(item, (await browser.PageAsync(rows.QuerySelector("a[data-value]")!.GetAttribute("href")!)).QuerySelector("[data-review]")!.GetAttribute("href"));
        await world.App.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Type == ListType.CardHash).ExecuteUpdateAsync(e => e.SetProperty(x => x.Reason, "La conocemos")));
        var page = await browser.PageAsync(item);
        Assert.Equal(["Al reabrirla también se retira: correo electrónico ana@held.example por 90 días", "Queda en la lista de todos modos, porque cambió después o ya estaba: tarjeta ••4242 (411111) para siempre"],
            page.QuerySelectorAll("[data-on-reopening]").Select(Clean));
        Assert.NotEmpty(page.QuerySelectorAll(".timeline-list [data-listed] a"));
        using var reopened = await browser.SubmitAsync(item, "form[action*=Reopen]", ("Input.ReopenNote", "Llamó el dueño"));
        Assert.Equal(HttpStatusCode.Redirect, reopened.StatusCode);
        page = await browser.PageAsync(item);
        Assert.Equal(["ya no bloqueado: correo electrónico ana@held.example por 90 días", "queda como está, porque cambió después o ya estaba: tarjeta ••4242 (411111) para siempre"], InHistory(page)[^2..]);
        Assert.Equal("Se reabrió: decídala de nuevo. Hasta entonces vale lo que se le dijo antes al comercio: Rechazada.", Clean(page.QuerySelector("[data-opened-again]")!));
    }

    [Fact]
    public async Task What_an_entry_allows_meanwhile_is_not_told_as_blocked()
    {
        await using var world = await StartAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await ItemAsync(world));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined)).IsDone);
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Email, Value = "ana@held.example", Severity = ListSeverity.Allow, CreatedAt = world.App.Clock.GetUtcNow() });
            return await db.SaveChangesAsync();
        });
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        var told = InHistory(await world.App.As(World.Maria).PageAsync(item));
        Assert.Equal("bloqueado: tarjeta ••4242 (411111) para siempre", told[0]);
        Assert.StartsWith("no se bloqueó, porque una entrada lo permite: ", told[1], StringComparison.Ordinal);
        Assert.EndsWith(" ana@held.example por 90 días", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_decisions_each_says_what_it_wanted_and_the_last_what_came_of_it()
    {
        await using var world = await StartAsync();
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 50 }))));
        var (maria, tomas, item) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await ItemAsync(world));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined with { Entries = [new(ListType.CardHash, ListSeverity.Block, 30)] })).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Declined with { Entries = [new(ListType.CardHash, ListSeverity.Block, 365)] })).IsDone);
        Assert.Equal(["se iba a bloquear: tarjeta ••4242 (411111) por 30 días", "se bloqueará: tarjeta ••4242 (411111) por 365 días"], InHistory(await world.App.As(World.Ines).PageAsync(item)));
    }

    private static async Task<ReviewWorld> StartAsync()
    {
        var world = await ReviewWorld.StartAsync(new PanelApp());
        (await world.Shop.AssessAsync($$$"""{"amount":100,"currency":"MXN","email":"ana@held.example","payment_method":{"type":"card","card_bin":"411111","card_last4":"4242","card_hash":"{{{Hash}}}"}}""")).MustBeGood();
        await world.FoldedAsync();
        return world;
    }

    private static Task<string> ItemAsync(ReviewWorld world) => world.App.InDbAsync(async db => $"/dashboard/reviews/{await db.Set<StoredAssessment>().Select(a => a.Id).SingleAsync()}");

    private static string Clean(IElement told) => string.Join(' ', told.TextContent.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static string[] InHistory(IDocument page) => [.. page.QuerySelectorAll(".timeline-list [data-listed]").Select(Clean)];
}
