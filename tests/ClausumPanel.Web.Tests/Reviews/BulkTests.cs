using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
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
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = await answer.HtmlAsync();
        string Line(long seq) => page.QuerySelector($"tr[data-seq='{seq}'] [data-outcome]")!.TextContent;
        Assert.Contains("Tomada por María Analiza hasta las", Line(hers.Seq), StringComparison.Ordinal);
        Assert.Contains("María Analiza la decidió: Aprobar", Line(decided.Lease.Value.Seq), StringComparison.Ordinal);
        Assert.Contains("Rechazada", Line(free[0]), StringComparison.Ordinal);
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
        Assert.Contains("Escriba una nota", (await other.HtmlAsync()).QuerySelector("[data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.State == ReviewState.Open && r.LeaseOwner == null)));
        using var nothing = await admin.GetAsync(Path);
        Assert.Equal("/dashboard/reviews", nothing.Headers.Location!.OriginalString);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string token, string verdict, long[] seqs) => client.PostAsync(Path + "?handler=Decide", new FormUrlEncodedContent(
        [new("__RequestVerificationToken", token), new("Verdict", verdict), .. seqs.Select(s => new KeyValuePair<string, string>("seqs", s.ToString(System.Globalization.CultureInfo.InvariantCulture)))]));
}
