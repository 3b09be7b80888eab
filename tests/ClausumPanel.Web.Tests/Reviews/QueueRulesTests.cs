using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Management;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What a queue asks besides a reason: a note above an amount, a decision without the score, a second thought about a decline that was hardly read.</summary>
public sealed class QueueRulesTests : QueueRulesStories
{
    private const string Queues = "/dashboard/reviews/queues", NoNote = "Por su monto, en esta cola requiere una nota: al menos 3 caracteres.", Quick = "Decidida en 2 s. ¿Rechazar de todos modos?";

    protected override PanelApp Make() => new();

    [Fact] public Task Above_its_amount_nothing_is_decided_without_a_note_by_whichever_way() => NoteAsync();

    [Fact] public Task The_score_is_kept_from_who_decides_until_they_can_no_longer_undo_it() => BlindAsync();

    [Fact]
    public async Task The_page_asks_for_the_note_before_and_after_it_is_sent_and_many_at_once_say_it_by_the_line()
    {
        await using var world = await StartAsync(3);
        await SetAsync(world, 1, q => q.NoteAbove = Above(20_001));
        var (maria, item) = (world.App.As(World.Maria), await AddressAsync(world, 2));
        using (await maria.SubmitAsync(item, "form[action*='handler=Take']")) { }
        var page = await maria.PageAsync(item);
        Assert.Equal(("obligatoria por este monto", NoNote), (page.QuerySelector("[data-note-needed]")!.TextContent.Trim(), page.QuerySelector("#decide")!.GetAttribute("data-needs-note")));
        using (var refused = await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Challenge"), ("Input.ChallengeReason", "confirm_card")))
            Assert.Equal((HttpStatusCode.UnprocessableEntity, NoNote), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        using (var decided = await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Challenge"), ("Input.ChallengeReason", "confirm_card"), ("Input.Note", "Que confirme"))) Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);

        var below = await AddressAsync(world, 1);
        // It came next, and is hers.
        page = await maria.PageAsync(below);
        Assert.Equal((null, ""), (page.QuerySelector("[data-note-needed]"), page.QuerySelector("#decide")!.GetAttribute("data-needs-note") ?? ""));
        using (await maria.SubmitAsync(below, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"))) { }

        var admin = world.App.As(World.Ines);
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await SetAsync(world, 1, q => q.NoteAbove = Above(20_003));
        await FreeAsync(world);
        const string Many = "/dashboard/reviews/bulk?seqs=3&seqs=4";
        Assert.Equal("1", (await admin.PageAsync(Many)).QuerySelector("[data-need-note]")!.GetAttribute("data-need-note"));
        using var sent = await admin.SubmitAsync(Many, "#bulk-form", ("Verdict", "Approve:known_customer"), ("seqs", "4"));
        var told = await admin.PageAsync(sent.Headers.Location!.ToString());
        Assert.EndsWith(NoNote, told.QuerySelector("tr[data-seq='4'] [data-outcome]")!.TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal(ReviewState.Open, (await ReviewAsync(world, 4)).State);
    }

    [Fact]
    public async Task A_decline_that_was_hardly_read_is_asked_once_more_and_nothing_else_is()
    {
        await using var world = await StartAsync(4);
        var maria = world.App.As(World.Maria);
        async Task<HttpResponseMessage> DecideAsync(string item, params (string, string)[] fields)
        {
            if ((await maria.PageAsync(item)).QuerySelector("form[action*='handler=Take']") is not null) using (await maria.SubmitAsync(item, "form[action*='handler=Take']")) { }
            return await maria.SubmitAsync(item, "#decide", fields);
        }
        (string, string)[] declined = [("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card")];
        var first = await AddressAsync(world, 1);
        using (var asked = await DecideAsync(first, [.. declined, ("Input.ReadingMilliseconds", "2400")]))
        {
            var page = await asked.HtmlAsync();
            Assert.Equal((HttpStatusCode.UnprocessableEntity, Quick, Quick, false), (asked.StatusCode, page.QuerySelector("#refused")!.TextContent, page.QuerySelector("[data-quick] [role=alert]")!.TextContent, page.QuerySelector("[data-quick]")!.HasAttribute("hidden")));
            Assert.Equal((ReviewState.Open, 0), ((await ReviewAsync(world, 1)).State, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Decided))));
            // As it came back it says yes.
            var form = Form.Read(page, "#decide");
            (form["Input.Outcome"], form["Input.DeclineReason"], form["Input.ReadingMilliseconds"]) = ("Decline", "stolen_card", "2900");
            using var confirmed = await maria.PostAsync(form.Action, form.Content);
            Assert.Equal(HttpStatusCode.Redirect, confirmed.StatusCode);
        }
        Assert.Equal(ReviewState.Decided, (await ReviewAsync(world, 1)).State);
        // At the floor; without anybody measuring; and whatever is no decline.
        foreach (var (seq, fields) in ((long, (string, string)[])[])[(2, [.. declined, ("Input.ReadingMilliseconds", "3000")]), (3, declined), (4, [("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"), ("Input.ReadingMilliseconds", "300")])])
        {
            using var decided = await DecideAsync(await AddressAsync(world, seq), fields);
            Assert.Equal((seq, HttpStatusCode.Redirect), (seq, decided.StatusCode));
        }
    }

    [Fact]
    public async Task What_a_queue_asks_is_set_by_its_form_and_written_down()
    {
        await using var world = await StartAsync(0);
        var admin = world.App.As(World.Ines);
        var shown = await admin.PageAsync($"{Queues}/new");
        Assert.Equal(("0", "3"), (shown.QuerySelector("#Input_DeclineSeconds")!.GetAttribute("value"), (await admin.PageAsync($"{Queues}/1")).QuerySelector("#Input_DeclineSeconds")!.GetAttribute("value")));
        using (var saved = await admin.SubmitAsync($"{Queues}/1", "#queue-form", ("Input.NoteAbove", "MXN 25000\nclp 900000"), ("Input.IsBlind", "true"), ("Input.DeclineSeconds", "5"))) Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var queue = await world.App.InDbAsync(db => db.Set<ReviewQueue>().SingleAsync(q => q.Number == 1));
        Assert.Equal((true, 5), (queue.IsBlind, queue.DeclineSeconds));
        Assert.Equal([("CLP", 900_000L), ("MXN", 2_500_000L)], queue.ReadNoteAbove().OrderBy(s => s.Key).Select(s => (s.Key, s.Value)));
        Assert.Equal((false, true), (queue.NeedsNote(new(2_500_000, "MXN")), queue.NeedsNote(new(2_500_001, "MXN"))));
        Assert.Equal("MXN 25000", (await admin.PageAsync($"{Queues}/1")).QuerySelector("#Input_NoteAbove")!.TextContent.Split('\n')[^1].Trim());
        Assert.Contains("Cola a ciegas", (await admin.PageAsync(Queues)).QuerySelector("tr[data-queue='1']")!.TextContent, StringComparison.Ordinal);
        var line = await world.App.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.ReviewQueueChanged));
        Assert.Contains("\"isBlind\":false", line.Before, StringComparison.Ordinal);
        Assert.Contains("\"isBlind\":true,\"declineSeconds\":5", line.After, StringComparison.Ordinal);
        Assert.Contains("noteAbove", line.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_page_of_the_desk_tells_who_decides_blind_the_score()
    {
        await using var world = await StartAsync(3);
        var (maria, victor, ines) = (world.App.As(World.Maria), world.App.As(World.Victor), world.App.As(World.Ines));
        const string List = "/dashboard/reviews?queue=1";
        var item = await AddressAsync(world, 1);
        Assert.NotEmpty(Told(await maria.PageAsync(item)));
        Assert.NotNull((await maria.PageAsync(List)).QuerySelector("th a[href*='sort=score']"));
        await SetAsync(world, 1, q => q.IsBlind = true);

        // The list, however it is asked for.
        foreach (var address in (string[])[List, List + "&sort=score", List + "&sort=score&flow=payin"])
        {
            var list = await maria.PageAsync(address);
            Assert.Equal(3, list.QuerySelectorAll("tr[data-seq]").Length);
            Assert.Empty(list.QuerySelectorAll(".row-score, .row-priority, .priority, [href*='sort=score'], option[value=score]"));
            Assert.NotNull(list.QuerySelector(".waiting-by[data-blind=yes]"));
        }
        Assert.Equal(3, (await victor.PageAsync(List)).QuerySelectorAll(".row-score").Length);
        // Another queue's list, sorted so, leads here without it.
        Assert.DoesNotContain("sort", (await maria.PageAsync("/dashboard/reviews?queue=3&sort=score")).QuerySelector("a[data-queue='1']")!.GetAttribute("href"), StringComparison.Ordinal);

        // The case: looked at, taken, kept ready, its links asked for anew.
        Assert.Empty(Told(await maria.PageAsync(item)));
        Assert.NotEmpty(Told(await victor.PageAsync(item)));
        using (await maria.SubmitAsync(item, "form[action*='handler=Take']")) { }
        var page = await maria.PageAsync(item + "?queue=1&sort=score");
        Assert.Empty(Told(page));
        Assert.DoesNotContain("sort=score", page.QuerySelector("#review-item")!.OuterHtml, StringComparison.Ordinal);
        using (var ahead = await maria.PostAsync(page.QuerySelector("#decide")!.GetAttribute("data-ahead"), Form.Read(page, "#decide").Content)) Assert.Empty(Told(await ahead.HtmlAsync()));
        Assert.Empty(Told(await maria.PageAsync($"/dashboard/transactions/{item.Split('/')[^1]}/links")));
        Assert.Empty((await ines.PageAsync("/dashboard/reviews/bulk?seqs=1&seqs=2")).QuerySelectorAll("score, [data-label='Puntaje'] svg"));

        // Escalated it is as blind as it was, to who asked and to who answers.
        var lease = (await ReviewAsync(world, 1)).LeaseToken!.Value;
        var who = await world.PersonAsync(World.Maria);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(who, 1, lease, "Two cards, one address", default))).IsDone);
        foreach (var person in (HttpClient[])[maria, ines]) Assert.Empty(Told(await person.PageAsync(item)));
        Assert.Empty((await ines.PageAsync("/dashboard/reviews?queue=4&sort=score")).QuerySelectorAll("score, .priority"));

        // Decided it stays blind for as long as it can be undone, by whichever way, and is as blind once it was undone.
        var other = await AddressAsync(world, 2);
        using (await maria.SubmitAsync(other, "form[action*='handler=Take']")) { }
        (string, string)[] approved = [("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer")];
        using (await maria.SubmitAsync(other, "#decide", approved)) { }
        await KeptAsync("A ciegas: sin puntaje hasta que ya no pueda deshacerlo");
        Assert.Empty((await maria.PageAsync("/dashboard/reviews/quality")).QuerySelectorAll("[data-leant]:not([data-leant='0'])"));
        using (await maria.SubmitAsync(other, "form[action*='handler=Undo']")) { }
        await KeptAsync("A ciegas: sin puntaje hasta que su decisión ya no se pueda deshacer");
        using (await maria.SubmitAsync(other, "#decide", approved)) { }
        await KeptAsync("A ciegas: sin puntaje hasta que ya no pueda deshacerlo");

        // Then it is told, to who decided and to everybody.
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.NotEmpty(Told(await maria.PageAsync(other)));
        await world.SettleAsync();
        Assert.NotEmpty(Told(await world.App.As(World.Tomas).PageAsync(other)));
        Assert.Contains("Evaluada: Revisión", (await maria.PageAsync(other)).QuerySelector(".timeline-list")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Cola a ciegas", (await maria.PageAsync("/dashboard/reviews/quality")).QuerySelector("#by-queue ~ * [data-figures='1'] [data-blind], [data-figures='1'] [data-blind]")!.TextContent);

        async Task KeptAsync(string said)
        {
            var page = await maria.PageAsync(other);
            Assert.Equal((said, 0), (page.QuerySelector("[data-blind]")!.TextContent, Told(page).Count()));
            Assert.StartsWith("Se evaluó", page.QuerySelector(".timeline-list li")!.TextContent.Split('·')[1].Trim(), StringComparison.Ordinal);
            Assert.Empty(Told(await maria.PageAsync($"/dashboard/transactions/{other.Split('/')[^1]}/links")));
            Assert.Empty((await maria.PageAsync($"{List}&sort=score")).QuerySelectorAll("score, .row-score, .toast-line score"));
            // Nor does it tell a colleague, who may have it before them yet, what was decided: not among what is linked either.
            foreach (var links in (string[])[$"/dashboard/transactions/{item.Split('/')[^1]}/links", $"/dashboard/transactions/{item.Split('/')[^1]}/links?shown=all", item])
            {
                var row = Assert.Single((await world.App.As(World.Tomas).PageAsync(links)).QuerySelectorAll($".linked tr:has(a[href$='/{other.Split('/')[^1]}'])"));
                Assert.Equal((0, 1), (row.QuerySelectorAll("[data-undoable], [data-reason], .became").Length, row.QuerySelectorAll("[data-waits]").Length));
            }
        }
        static IEnumerable<string> Told(IDocument page) => page.QuerySelectorAll(".verdict-score, .waterfall .num, .waterfall svg, .waterfall .total, .balance .num, .balance.only-for, .balance.only-against, .step-record, #links [title=Puntaje], .strip .is-here.is-review, a[href$='/transactions/" + Id(page) + "']").Select(e => e.OuterHtml);
        static string Id(IDocument page) => page.QuerySelector("[data-copy]")?.GetAttribute("data-copy") ?? "-";
    }
}

public sealed class PostgresQueueRulesTests : QueueRulesStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Above_its_amount_nothing_is_decided_without_a_note_by_whichever_way() => NoteAsync();

    [PostgresFact] public Task The_score_is_kept_from_who_decides_until_they_can_no_longer_undo_it() => BlindAsync();
}

public abstract class QueueRulesStories
{
    private const string Path = "/api/v1/reviews";

    protected abstract PanelApp Make();

    protected async Task NoteAsync()
    {
        await using var world = await StartAsync(4);
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await SetAsync(world, 1, q => (q.NoteAbove, q.SecondAbove) = (Above(20_001), Above(20_003)));
        // At the amount none is needed; above it, whatever is decided.
        Assert.True((await DecideAsync(maria, 1, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        foreach (var (outcome, reason) in ((ReviewOutcome, string)[])[(ReviewOutcome.Approve, "known_customer"), (ReviewOutcome.Challenge, "confirm_card"), (ReviewOutcome.Decline, "stolen_card")])
        {
            foreach (var note in (string?[])[null, " ", "no "]) Assert.Equal((DecideReviews.NoteForAmount, outcome, note), ((await DecideAsync(maria, 2, new(outcome, reason, note))).Refusal, outcome, note));
        }
        Assert.True((await DecideAsync(maria, 2, new(ReviewOutcome.Decline, "stolen_card", "The bank called"))).IsDone);

        // Of two each.
        Assert.Equal(DecideReviews.NoteForAmount, (await DecideAsync(maria, 4, new(ReviewOutcome.Approve, "known_customer"))).Refusal);
        Assert.True((await DecideAsync(maria, 4, new(ReviewOutcome.Approve, "known_customer", "Paid before"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(DecideReviews.NoteForAmount, (await DecideAsync(tomas, 4, new(ReviewOutcome.Approve, "known_customer"))).Refusal);

        // Escalating takes nothing from what the queue asked.
        var lease = (await TakeAsync(maria, 3)).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 3, lease.Token, "Two cards", default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(DecideReviews.NoteForAmount, (await DecideAsync(ines, 3, new(ReviewOutcome.Approve, "known_customer"))).Refusal);
        Assert.True((await DecideAsync(ines, 3, new(ReviewOutcome.Approve, "known_customer", "Asked the payer"))).IsDone);

        // Nor does a disagreement there.
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await SetAsync(world, 1, q => q.SecondAbove = Above(1));
        var again = (await TakeAsync(tomas, 5)).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(tomas, 5, again.Token, "Two names", default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 5).ExecuteUpdateAsync(r => r.SetProperty(x => x.FirstById, tomas.Id).SetProperty(x => x.FirstOutcome, ReviewOutcome.Approve)));
        Assert.True((await DecideAsync(ines, 5, new(ReviewOutcome.Decline, "stolen_card", "The bank says so"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal((ReviewState.Open, ines.Id), ((await ReviewAsync(world, 5)).State, (await ReviewAsync(world, 5)).SecondById));
        Assert.Equal(DecideReviews.NoteForAmount, (await DecideAsync(ines, 5, new(ReviewOutcome.Decline, "stolen_card"))).Refusal);

        // For programs it is the field.
        var program = await PersonsProgram.OfAsync(world.App, World.Tomas);
        var held = (await ReviewAsync(world, 4)).LeaseToken;
        var id = (await AddressAsync(world, 4)).Split('/')[^1];
        Assert.Contains("note required", (await program.PostAsync($"{Path}/{id}/decide", $$"""{"lease_token":"{{held}}","outcome":"approve","reason":"known_customer"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Equal(20_001, (await program.GetAsync($"{Path}/queues")).MustBeGood().Json.GetProperty("data").EnumerateArray().Single(q => q.GetProperty("queue").GetInt32() == 1).GetProperty("note_above").GetProperty("MXN").GetInt64());

        async Task<ReviewAnswer> DecideAsync(Reviewer who, long seq, ReviewVerdict verdict) => await world.DecideAsync(who, (await TakeAsync(who, seq)).Lease!.Value, verdict);
        Task<(ReviewLease? Lease, ReviewAnswer Answer)> TakeAsync(Reviewer who, long seq) => world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(who, seq, default));
    }

    protected async Task BlindAsync()
    {
        await using var world = await StartAsync(2);
        await SetAsync(world, 1, q => (q.IsBlind, q.SecondAbove, q.DeclineSeconds) = (true, Above(20_001), 30));
        var (maria, tomas, victor) = (await PersonsProgram.OfAsync(world.App, World.Maria), await PersonsProgram.OfAsync(world.App, World.Tomas), await PersonsProgram.OfAsync(world.App, World.Victor));
        async Task<int?> ScoreAsync(PersonsProgram program, int seq)
        {
            var score = (await program.GetAsync($"{Path}/{(await AddressAsync(world, seq)).Split('/')[^1]}")).MustBeGood().Json.GetProperty("review").GetProperty("assessment").GetProperty("risk_score");
            return score.ValueKind == System.Text.Json.JsonValueKind.Null ? null : score.GetInt32();
        }
        var score = await ScoreAsync(victor, 1);
        Assert.NotNull(score);
        Assert.Null(await ScoreAsync(maria, 1));
        Assert.All((await maria.GetAsync($"{Path}?queue=1")).MustBeGood().Json.GetProperty("data").EnumerateArray(), r => Assert.All((string[])["risk_score", "decision"], kept => Assert.Equal(System.Text.Json.JsonValueKind.Null, r.GetProperty("assessment").GetProperty(kept).ValueKind)));
        Assert.True((await maria.GetAsync($"{Path}/queues")).MustBeGood().Json.GetProperty("data").EnumerateArray().Single(q => q.GetProperty("queue").GetInt32() == 1).GetProperty("blind").GetBoolean());

        async Task DecideAsync(PersonsProgram program, int seq)
        {
            var address = $"{Path}/{(await AddressAsync(world, seq)).Split('/')[^1]}";
            var token = (await program.PostAsync($"{address}/lease")).MustBeGood().Json.GetProperty("lease").GetProperty("token").GetString();
            // A program is asked nothing twice, however quick it was.
            (await program.PostAsync($"{address}/decide", $$"""{"lease_token":"{{token}}","outcome":"decline","reason":"stolen_card","reading_ms":10}""")).MustBeGood();
        }
        async Task UndoAsync(PersonsProgram program, int seq) => (await program.PostAsync($"{Path}/{(await AddressAsync(world, seq)).Split('/')[^1]}/undo")).MustBeGood();
        // It can be undone, to decide again by what was seen meanwhile: whether it is decided alone or as the first of two.
        foreach (var seq in (int[])[1, 2])
        {
            await DecideAsync(maria, seq);
            Assert.Equal((null, null), (await ScoreAsync(maria, seq), await ScoreAsync(tomas, seq)));
            await UndoAsync(maria, seq);
            world.App.Clock.Advance(TimeSpan.FromSeconds(40));
            Assert.Equal((null, null), (await ScoreAsync(maria, seq), await ScoreAsync(tomas, seq)));
            await DecideAsync(maria, seq);
        }
        // No longer: who decided knows it, and of two the first, where the second has not decided.
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(score, await ScoreAsync(maria, 1));
        await world.SettleAsync();
        Assert.Equal(score, await ScoreAsync(tomas, 1));
        Assert.NotNull(await ScoreAsync(maria, 2));
        Assert.Null(await ScoreAsync(tomas, 2));
        await DecideAsync(tomas, 2);
        Assert.Null(await ScoreAsync(tomas, 2));
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(await ScoreAsync(tomas, 2));

        // By the score nobody is given one.
        var reviewer = await world.PersonAsync(World.Maria);
        foreach (var queue in (int[])[1, ReviewQueue.EscalatedNumber, 3])
        {
            var read = await world.DoAsync<LeaseReviews, ReviewSelection>(l => l.ReadAsync(new ReviewSelection(queue, new ReviewFilter(), ReviewOrder.Score), default));
            Assert.Equal((queue, queue == 3 ? ReviewOrder.Score : ReviewOrder.Priority), (queue, read.Order));
        }
        Assert.Null(await world.NextAsync(reviewer));
    }

    private protected async Task<ReviewWorld> StartAsync(int held)
    {
        var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(held);
        await world.FoldedAsync();
        return world;
    }

    /// <summary>The payments are of 20,001 and up.</summary>
    private protected static string Above(long amount) => ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = amount });

    private protected static Task<int> SetAsync(ReviewWorld world, int queue, Action<ReviewQueue> set) => world.App.InDbAsync(async db =>
    {
        set(await db.Set<ReviewQueue>().SingleAsync(q => q.Number == queue));
        return await db.SaveChangesAsync();
    });

    private protected static Task<int> FreeAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<string> AddressAsync(ReviewWorld world, long seq) => world.App.InDbAsync(async db => $"/dashboard/reviews/{await db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync()}");
}
