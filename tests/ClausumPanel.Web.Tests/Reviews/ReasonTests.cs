using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class ReasonTests
{
    private const string Queue = "/dashboard/reviews";
    private static readonly string[] OfPayouts = ["account_takeover", "identity_mismatch", "linked_to_fraud", "payer_unreachable", "against_policy", "other"];

    [Fact]
    public async Task A_payout_is_offered_only_reasons_that_fit_it_and_no_other_is_taken()
    {
        await using var world = await StartAsync();
        var maria = world.App.As(World.Maria);
        var item = await AddressAsync(world, 1);
        await maria.SubmitAsync(item, "form[action*=Take]");
        var page = await maria.PageAsync(item);
        string[] Offered(string outcome) => [.. page.QuerySelectorAll($".reasons[data-outcome={outcome}] input[data-number]").Select(i => i.GetAttribute("value")!)];
        Assert.Equal(OfPayouts, Offered("Decline"));
        Assert.Equal(["confirm_identity", "confirm_account", "other"], Offered("Challenge"));
        Assert.Equal(ReviewReasons.Approve, Offered("Approve"));
        using var refused = await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija un motivo."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        using var taken = await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "payer_unreachable"));
        Assert.Equal(HttpStatusCode.Redirect, taken.StatusCode);

        // One that was decided before with another keeps it.
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Reason, "stolen_card")));
        Assert.Contains("Tarjeta robada", (await maria.PageAsync(item)).QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_queue_has_none_that_fits_a_payout_it_has_the_usual_ones_that_do()
    {
        await using var world = await StartAsync();
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.Reasons, """{"Decline":["stolen_card","card_testing"]}""")));
        var queue = await world.App.InDbAsync(db => db.Set<ReviewQueue>().AsNoTracking().FirstAsync());
        Assert.Equal(OfPayouts, queue.ReasonsFor(ReviewOutcome.Decline, Flow.PayOut));
        Assert.Equal(["stolen_card", "card_testing"], queue.ReasonsFor(ReviewOutcome.Decline, Flow.PayIn));
    }

    [Fact]
    public async Task What_came_on_a_list_since_and_who_decides_the_hard_ones_stand_with_the_case()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var item = await AddressAsync(world, 1);
        await maria.SubmitAsync(item, "form[action*=Take]");
        var page = await maria.PageAsync(item);
        Assert.Null(page.QuerySelector("[data-since]"));
        Assert.Equal($"Espera en Escaladas; para: {World.Ines.Name}.", page.QuerySelector("[data-escalates]")!.TextContent);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Email, Value = "payer1@held.example", Severity = ListSeverity.Block, Reason = "Reported fraud: chargeback, transaction 0199f6a0-3a51-7c31-9d3e-2f6a1b7c8d90", CreatedAt = world.App.Clock.GetUtcNow() });
            db.Add(new ListEntry { Type = ListType.Email, Value = "other@held.example", Severity = ListSeverity.Block, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        var entry = Assert.Single((await maria.PageAsync(item)).QuerySelectorAll("[data-since]")).Closest("li")!.TextContent;
        Assert.Contains("payer1@held.example", entry, StringComparison.Ordinal);
        Assert.Contains("Reportado como fraude: ", entry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_are_offered_what_fits_every_one_of_them()
    {
        await using var world = await StartAsync();
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var ines = world.App.As(World.Ines);
        async Task<string[]> OfferedAsync(string seqs) => [.. (await ines.PageAsync($"{Queue}/bulk?{seqs}")).QuerySelectorAll("#Verdict option").Select(o => o.GetAttribute("value")!)];
        Assert.Contains("Decline:stolen_card", await OfferedAsync("seqs=2"));
        foreach (var seqs in (string[])["seqs=1", "seqs=1&seqs=2"])
        {
            var offered = await OfferedAsync(seqs);
            Assert.DoesNotContain("Decline:stolen_card", offered);
            Assert.Contains("Decline:payer_unreachable", offered);
        }
        Assert.Contains("No se localiza al beneficiario", (await ines.PageAsync($"{Queue}/bulk?seqs=1")).QuerySelector("#Verdict")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Rechazar 1 dispersión, 10.00 MXN", (await ines.PageAsync($"{Queue}/bulk?seqs=1")).QuerySelector("[data-says]")!.GetAttribute("data-decline"));

        // What became of each is said in the words of its own flow.
        var both = await ines.PageAsync($"{Queue}/bulk?seqs=1&seqs=2");
        Assert.Contains("El pagador lo confirmó / El beneficiario lo confirmó", both.QuerySelector("#Verdict")!.TextContent, StringComparison.Ordinal);
        using var decided = await ines.PostAsync($"{Queue}/bulk?handler=Decide", new FormUrlEncodedContent(
            [new("__RequestVerificationToken", both.QuerySelector("#bulk-form [name=__RequestVerificationToken]")!.GetAttribute("value")!), new("Verdict", "Approve:payer_confirmed"), new("seqs", "1"), new("seqs", "2")]));
        var told = await ines.PageAsync(decided.Headers.Location!.OriginalString);
        Assert.Contains("El beneficiario lo confirmó · etiqueta: legítimo", told.QuerySelector("tr[data-seq='1'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("El pagador lo confirmó · etiqueta: legítimo", told.QuerySelector("tr[data-seq='2'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
    }

    /// <summary>The first item is a payout.</summary>
    private static async Task<ReviewWorld> StartAsync()
    {
        var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.BeneficiaryId, Value = "ben_123", Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        (await world.Shop.PayoutAsync("""{"amount":1000,"currency":"MXN","transaction_type":"payout","beneficiary":{"id":"ben_123","name":"Juana Pérez","country":"MX","clabe":"032180000118359719"}}""")).MustBeGood();
        await world.FoldedAsync();
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.State == ReviewState.Open).Select(r => r.Seq).SingleAsync()));
        return world;
    }

    private static async Task<string> AddressAsync(ReviewWorld world, long seq) => $"{Queue}/{await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync())}";
}
