using AngleSharp.Dom;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class MonitorTests
{
    [Fact]
    public async Task Beside_what_the_engine_decided_stands_what_became_of_it_and_by_whom_once_it_is_for_good()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        await world.App.InDbAsync(async db =>
        {
            await db.Set<Review>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2));
            // Where no queue waits for the answers, no challenge comes back while this looks.
            return await db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline).SetProperty(x => x.DelayMinutes, 0));
        });
        foreach (var (who, seq, outcome, reason) in ((Reviewer, long, ReviewOutcome, string)[])[(maria, 1, ReviewOutcome.Approve, "known_customer"), (tomas, 2, ReviewOutcome.Challenge, "confirm_card"), (maria, 3, ReviewOutcome.Decline, "stolen_card")])
        {
            var taken = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default));
            Assert.True((await world.DecideAsync(who, taken.Lease!.Value, new(outcome, reason))).IsDone);
        }
        // As long as it can be undone it is not decided, for the filter as little as in the row.
        Assert.Equal(["", "", "", "", ""], await EndsAsync("?period=all"));
        world.App.Clock.Advance(TimeSpan.FromHours(5));
        await world.SettleAsync();
        Assert.Equal(["Aprobada por María Analiza", "En verificación por Tomás Analiza", "Rechazada por María Analiza", "Rechazada Se agotó el tiempo", ""], await EndsAsync("?period=all"));
        Assert.Equal(["Rechazada por María Analiza", "Rechazada Se agotó el tiempo"], await EndsAsync("?period=all&final=decline"));
        Assert.Equal(["Approved by María Analiza", "Challenged by Tomás Analiza", "Declined by María Analiza", "Declined Time ran out", ""], await EndsAsync("?period=all", "en-US"));

        async Task<IReadOnlyList<string>> EndsAsync(string query, string language = "es-MX")
        {
            var victor = world.App.As(World.Victor);
            victor.DefaultRequestHeaders.Add("Accept-Language", language);
            var page = await victor.PageAsync("/dashboard/transactions" + query + "&sort=oldest");
            Assert.Contains(page.QuerySelectorAll("fieldset legend"), l => l.TextContent == (language == "en-US" ? "Final outcome" : "Resultado final"));
            return [.. page.QuerySelectorAll("tr[data-row]").Select(r => r.QuerySelector("[data-ended]") is { } ended ? string.Join(' ', ended.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : "")];
        }
    }
}
