using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What the pages tell each of the two.</summary>
public sealed class SecondPersonPageTests : SecondPersonStories
{
    private const string Disputed = "Usted decidió primero y otra persona decidió distinto: no le toca a usted resolverlo.";

    protected override PanelApp Make() => new();

    [Fact]
    public async Task Who_decided_first_is_told_so_in_the_place_of_the_buttons_once_it_is_escalated()
    {
        await using var world = await StartAsync(1);
        var (ines, tomas) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Tomas));
        await LimitAsync(world, 1);
        await DecideAsync(world, ines, Approved);
        await DecideAsync(world, tomas, Declined);
        var item = await AddressAsync(world, 1);
        var browser = world.App.As(World.Ines);
        var page = await browser.PageAsync(item);
        Assert.Equal((Disputed, null), (page.QuerySelector(".review-decide [data-barred]")!.TextContent, page.QuerySelector("form[action*='handler=Take']")));
        Assert.Null((await browser.PageAsync($"{Queue}?queue={ReviewQueue.EscalatedNumber}")).QuerySelector("form[action*=Start]"));
        using var asked = await browser.PostAsync($"{item}?handler=Take", new FormUrlEncodedContent([new("__RequestVerificationToken", page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!)]));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, Disputed), (asked.StatusCode, (await asked.HtmlAsync()).QuerySelector("#refused")!.TextContent));
    }

    [Fact]
    public async Task The_line_about_the_first_decision_takes_it_back()
    {
        await using var world = await StartAsync(1);
        await LimitAsync(world, 1);
        var (maria, item) = (world.App.As(World.Maria), await AddressAsync(world, 1));
        using (await maria.SubmitAsync(Queue, "form[action*=Start]")) { }
        Assert.Equal("Puede deshacerla 8 s; luego una segunda persona debe estar de acuerdo.", (await maria.PageAsync(item)).QuerySelector(".review-told")!.TextContent);
        using var decided = await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        var told = await maria.PageAsync(decided.Headers.Location!.ToString());
        Assert.Equal("Una segunda persona debe estar de acuerdo.", told.QuerySelector(".toast-line b")!.TextContent);
        Assert.Equal("Se acaba de decidir y todavía se puede deshacer; después espera a otra persona.", (await world.App.As(World.Tomas).PageAsync(item)).QuerySelector("#state-said")!.TextContent);
        Assert.Null((await world.App.As(World.Tomas).PageAsync(Queue)).QuerySelector("tr[data-seq]"));
        var own = await maria.PageAsync(item);
        Assert.NotNull(own.QuerySelector(".review-decide button[data-key=undo]"));
        using var undone = await maria.PostAsync(told.QuerySelector(".toast-line form")!.GetAttribute("action"), Form.Read(own, ".review-decide form[action*=Undo]").Content);
        var again = await maria.PageAsync(undone.Headers.Location!.ToString());
        Assert.NotNull(again.QuerySelector("#decide [data-key=confirm]"));
        Assert.Contains(again.QuerySelectorAll(".timeline-list li"), li => li.TextContent.Contains("Deshizo la primera decisión · María Analiza", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_second_decides_without_knowing_how_the_first_did_and_sees_it_afterwards()
    {
        await using var world = await StartAsync(1);
        await LimitAsync(world, 1);
        var maria = await world.PersonAsync(World.Maria);
        await DecideAsync(world, maria, Declined with { Note = "The name is a well-known one", Entries = [new(ListType.Email, ListSeverity.Block, 30)] });
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        var item = await AddressAsync(world, 1);
        var tomas = world.App.As(World.Tomas);
        using (await tomas.SubmitAsync(Queue, "form[action*=Start]")) { }
        string[] telling = ["Rechazar", "Tarjeta robada", "The name is a well-known one"];
        var page = await tomas.PageAsync(item);
        Assert.NotNull(page.QuerySelector("#decide [data-first]"));
        foreach (var words in telling) Assert.DoesNotContain(words, History(page), StringComparison.Ordinal);
        Assert.Contains(World.Maria.Name, History(page), StringComparison.Ordinal);
        foreach (var words in telling) Assert.Contains(words, History(await world.App.As(World.Maria).PageAsync(item)), StringComparison.Ordinal);
        var program = await Management.PersonsProgram.OfAsync(world.App, World.Tomas);
        async Task<string?> TellsAsync() => (await program.GetAsync("/api/v1/reviews/" + item.Split('/')[^1])).MustBeGood().Json.GetProperty("review").GetProperty("history").EnumerateArray().Single(e => e.GetProperty("kind").GetString() == "first_decided").GetProperty("note").GetString();
        Assert.Null(await TellsAsync());

        using (await tomas.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"))) { }
        Assert.Equal("The name is a well-known one", await TellsAsync());
        foreach (var words in telling) Assert.Contains(words, History(await world.App.As(World.Ines).PageAsync(item)), StringComparison.Ordinal);

        static string History(AngleSharp.Dom.IDocument page) => page.QuerySelector(".timeline-list")!.TextContent;
    }

    [Fact]
    public async Task Many_first_decisions_are_taken_back_together()
    {
        await using var world = await StartAsync(2);
        await LimitAsync(world, 1);
        var admin = world.App.As(World.Ines);
        var chosen = await admin.PageAsync(Queue + "/bulk?seqs=1&seqs=2");
        using var decided = await PostAsync(chosen.QuerySelector("#bulk-form input[name=__RequestVerificationToken]")!.GetAttribute("value")!, "Decide", new KeyValuePair<string, string>("verdict", "Approve:known_customer"));
        var told = await admin.PageAsync(decided.Headers.Location!.OriginalString);
        Assert.Equal(2, told.QuerySelectorAll("#bulk-undo [name=seqs]").Length);
        using var undone = await PostAsync(told.QuerySelector("#bulk-undo [name=__RequestVerificationToken]")!.GetAttribute("value")!, "Undo");
        Assert.Equal([(null, null), (null, null)], await world.App.InDbAsync(async db => (await db.Set<Review>().AsNoTracking().ToListAsync()).Select(r => (r.FirstById, r.LeaseOwner))));
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.StepUndone && e.Reason == "first_decided")));

        async Task<HttpResponseMessage> PostAsync(string token, string handler, params KeyValuePair<string, string>[] more)
        {
            using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("seqs", "1"), new("seqs", "2"), .. more]);
            return await admin.PostAsync($"{Queue}/bulk?handler={handler}", content);
        }
    }
}
