using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What the desk says beside what waits.</summary>
public sealed class DeskWordsTests
{
    private const string Queue = "/dashboard/reviews";

    [Fact]
    public async Task Before_anything_is_decided_it_says_whether_a_webhook_tells_the_shop()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        Assert.NotNull(await world.NextAsync(await world.PersonAsync(World.Maria)));
        var id = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Select(a => a.Id).SingleAsync());
        var unheard = await world.App.As(World.Maria).PageAsync($"{Queue}/{id}");
        Assert.Equal("Puede deshacerla 8 s; luego vale y el comercio la lee.", unheard.QuerySelector(".review-told")!.TextContent);
        Assert.StartsWith("El sistema del comercio consulta aquí", unheard.QuerySelector("[data-challenge-told]")!.TextContent, StringComparison.Ordinal);
        await world.App.InDbAsync(async db =>
        {
            db.Add(new WebhookEndpoint { Url = "https://shop.example/hook", Events = "review.closed", Secret = [1], CreatedAt = world.App.Clock.GetUtcNow(), Mark = long.MaxValue });
            return await db.SaveChangesAsync();
        });
        var heard = await world.App.As(World.Maria).PageAsync($"{Queue}/{id}");
        Assert.Equal("Puede deshacerla 8 s; luego se avisa al comercio.", heard.QuerySelector(".review-told")!.TextContent);
        Assert.StartsWith("Se avisa al comercio", heard.QuerySelector("[data-challenge-told]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_put_on_hold_is_told_in_every_queue_with_its_own_and_what_one_left_undecided_beside_what_one_decided()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var away = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, away.Seq, away.Token, world.App.Clock.GetUtcNow().AddHours(1), null, default))).IsDone);
        foreach (var (who, sees) in ((Person, bool)[])[(World.Maria, true), (World.Tomas, false), (World.Victor, false)])
        {
            var other = await world.App.As(who).PageAsync($"{Queue}?queue=3");
            Assert.Equal(sees, other.QuerySelector($"tr[data-away='{away.Seq}']") is not null);
            if (!sees) continue;
            Assert.Equal("Apartadas aquí (0) y las suyas en las demás (1)", other.QuerySelector("[data-held-link]")!.TextContent);
            Assert.Equal("Apartadas (0)", other.QuerySelector("#put-away")!.TextContent);
            Assert.Contains("en esta cola y las suyas en las demás (1)", other.QuerySelector("section[aria-labelledby=put-away] .card-header")!.TextContent, StringComparison.Ordinal);
            Assert.Contains("Marcadas por una lista o regla", other.QuerySelector($"tr[data-away='{away.Seq}']")!.TextContent, StringComparison.Ordinal);
            Assert.Equal("Dejadas sin decidir: 1 (omitidas, apartadas, escaladas).", other.QuerySelector("[data-left-today]")!.TextContent);
        }
        var own = await world.App.As(World.Maria).PageAsync($"{Queue}?queue=1");
        Assert.Equal("1 apartada", own.QuerySelector("[data-queue='1'] [data-held]")!.TextContent.Trim());
        Assert.Equal("Apartadas (1)", own.QuerySelector("[data-held-link]")!.TextContent);
        Assert.Equal("Apartadas en todas las colas (1)", (await world.App.As(World.Maria).PageAsync(Queue)).QuerySelector("[data-held-link]")!.TextContent);
        // The monitor says it of the payment, as long as it is so.
        var held = (await world.App.As(World.Maria).PageAsync("/dashboard/transactions?period=all")).QuerySelectorAll("[data-stands=PutAway]");
        Assert.StartsWith("Apartada hasta el 24 nov 2026, 10:00", Assert.Single(held).TextContent.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("las suyas", own.QuerySelector("section[aria-labelledby=put-away] .card-header")!.TextContent, StringComparison.Ordinal);
        // Taken back it was never left.
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, away.Seq, default))).Answer.IsDone);
        Assert.Null((await world.App.As(World.Maria).PageAsync(Queue)).QuerySelector("[data-left-today]"));
        Assert.Empty((await world.App.As(World.Maria).PageAsync("/dashboard/transactions?period=all")).QuerySelectorAll("[data-stands=PutAway]"));
    }

    [Fact]
    public async Task Whoever_opens_another_case_is_told_what_becomes_of_the_one_they_have()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var own = started.Headers.Location!.ToString().Split('?')[0];
        Assert.Null((await maria.PageAsync(own)).QuerySelector("[data-other]"));
        var address = (await maria.PageAsync(Queue)).QuerySelectorAll("tr[data-seq] a[data-open]").Select(a => a.GetAttribute("href")!).Single(a => a.Split('?')[0] != own);
        var told = (await maria.PageAsync(address)).QuerySelector("[data-other]")!;
        Assert.Equal(own, told.QuerySelector("a")!.GetAttribute("href")!.Split('?')[0]);
        Assert.Contains("a más tardar hasta las ", told.TextContent, StringComparison.Ordinal);
        // Nobody else's business.
        Assert.Null((await world.App.As(World.Tomas).PageAsync(address)).QuerySelector("[data-other]"));
        // Taken, it is the only one they have, and the page says where the other went.
        using var taken = await maria.SubmitAsync(address, "form[action*=Take]");
        Assert.EndsWith(" volvió a su cola.", (await maria.PageAsync(taken.Headers.Location!.ToString())).QuerySelector(".toast-line")!.TextContent.Trim(), StringComparison.Ordinal);
        var id = Guid.Parse(address.Split('?')[0].Split('/')[^1]);
        var leased = await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseOwner != null).Select(r => r.Seq).ToListAsync());
        Assert.Equal(await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == id).Select(a => a.Seq).SingleAsync()), Assert.Single(leased));
        Assert.Single(await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Released).ToListAsync()));
    }

    [Fact]
    public async Task What_one_decided_today_says_how_much_of_it_was_challenged()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        foreach (var verdict in (ReviewVerdict[])[new(ReviewOutcome.Approve, "known_customer"), new(ReviewOutcome.Challenge, "confirm_card")])
        {
            var lease = (await world.NextAsync(maria))!.Value;
            Assert.Equal(ReviewAnswer.Done, await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.DecideAsync(maria, lease.Seq, lease.Token, verdict, default)));
        }
        var reader = world.App.As(World.Maria);
        Assert.Equal("aprobadas: 1, en verificación: 1", (await reader.PageAsync(Queue)).QuerySelector("[data-decided-as]")!.TextContent);
        using var started = await reader.SubmitAsync(Queue, "form[action*=Start]");
        Assert.StartsWith("2 revisiones decididas hoy (en verificación: 1), ", (await reader.PageAsync(started.Headers.Location!.ToString())).QuerySelector("#review-item [data-progress]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_queue_does_not_show_yet_is_told_at_its_tile_and_over_its_list_with_from_when_on()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (soon, tomorrow) = (TestClock.Start.AddMinutes(20).ToUnixTimeMilliseconds(), TestClock.Start.AddDays(1).ToUnixTimeMilliseconds());
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == db.Set<Review>().Max(x => x.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, tomorrow)));
        var maria = world.App.As(World.Maria);
        var page = await maria.PageAsync($"{Queue}?queue=1");
        Assert.Equal(("2", "1 aún sin mostrar; desde 25 nov, 09:00"), (page.QuerySelector("[data-queue='1'] [data-waiting]")!.TextContent, page.QuerySelector("[data-queue='1'] [data-later]")!.TextContent.Trim()));
        Assert.Equal("1 más aún no se muestra; aparece sola: 25 nov, 09:00.", page.QuerySelector("[data-coming]")!.TextContent);
        Assert.Null((await maria.PageAsync($"{Queue}?queue=2")).QuerySelector("[data-coming]"));
        // The first of several.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == db.Set<Review>().Min(x => x.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, soon)));
        page = await maria.PageAsync($"{Queue}?queue=1");
        Assert.Equal("2 aún sin mostrar; desde 09:20", page.QuerySelector("[data-queue='1'] [data-later]")!.TextContent.Trim());
        Assert.Equal("2 más aún no se muestran; aparecen solas, la primera: 09:20.", page.QuerySelector("[data-coming]")!.TextContent);
    }
}
