using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class StepUndoTests : StepUndoStories
{
    private const string Queue = "/dashboard/reviews";

    protected override PanelApp Make() => new();

    [Theory]
    [InlineData(ReviewEventKind.Skipped)]
    [InlineData(ReviewEventKind.Held)]
    [InlineData(ReviewEventKind.Escalated)]
    public Task Who_puts_one_off_by_mistake_has_it_again_where_it_was_and_no_figure_counts_it(ReviewEventKind step) => BackAsync(step);

    [Fact] public Task Nobody_else_takes_a_step_back_nor_anybody_once_a_colleague_looked_or_the_time_is_over() => RefusedAsync();

    [Fact] public Task What_time_would_decide_waits_until_the_step_can_no_longer_be_taken_back() => OverdueAsync();

    [Fact] public Task A_hold_taken_back_leaves_the_time_its_queue_lets_it_settle() => SettlingAsync();

    [Fact] public Task Who_may_no_longer_decide_in_the_queue_does_not_come_back_to_it() => BarredAsync();

    [Fact] public Task Who_takes_one_back_twice_has_it_both_times() => TwiceAsync();

    [Fact]
    public async Task Once_its_queue_is_for_admins_only_the_decision_of_who_is_none_stands()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var (who, maria) = (await world.PersonAsync(World.Maria), world.App.As(World.Maria));
        var mine = (await world.NextAsync(who))!.Value;
        Assert.True((await world.DecideAsync(who, mine, new(ReviewOutcome.Decline, "stolen_card"))).IsDone);
        var item = await AddressAsync(world, mine.Seq);
        var undo = Form.Read(await maria.PageAsync(item), ".review-decide form[action*=Undo]");
        await AdminsOnlyAsync(world);
        Assert.Null((await maria.PageAsync(item)).QuerySelector("button[data-key=undo]"));
        using var asked = await maria.PostAsync(undo.Action, undo.Content);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "En esta cola solo deciden los administradores."), (asked.StatusCode, (await asked.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        Assert.Equal((ReviewState.Decided, ReviewOutcome.Decline), (await ReviewAsync(world, mine.Seq)) is var review ? (review.State, review.Outcome!.Value) : default);
        // An admin's own can be taken back there.
        Assert.Null((await UndoAsync(world, who with { IsAdmin = true }, mine.Seq)).Answer.Refusal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_while_another_one_is_on_the_screen_that_one_stays_and_is_told_which_and_why(bool decided)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        var page = await maria.PageAsync(item);
        using var done = decided ? await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card")) : await StepAsync(maria, page, "skip", "Input.SkipReason", "not_my_area");
        var next = done.Headers.Location!.ToString();
        var shown = await maria.PageAsync(next);
        var undo = Form.Read(shown, ".toast-line form");
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        var which = $"{page.QuerySelector("#item")!.TextContent} · {page.QuerySelector("[data-payer]")!.TextContent}";
        // Of a list its page and what was chosen stay too.
        var (seen, kept) = ($"{Queue}?queue=1&sort=oldest&p=2&chosen={ChosenItems.Write([7])}&seqs=3&seqs=x&other=1", $"{Queue}?queue=1&sort=oldest&p=2&chosen={ChosenItems.Write([3, 7])}");
        foreach (var (from, there) in ((string, string)[])[(next, next), ($"{Queue}?queue=1", $"{Queue}?queue=1"), (seen, kept)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, undo.Action) { Content = undo.Content };
            request.Headers.Referrer = new Uri(maria.BaseAddress!, from);
            using var answer = await maria.SendAsync(request);
            Assert.Equal((HttpStatusCode.Redirect, there), (answer.StatusCode, answer.Headers.Location!.ToString()));
            var stayed = await maria.PageAsync(there);
            Assert.Equal($"{which} ya no se puede deshacer. {(decided ? "Reabrirla en su página" : "A su página")}", stayed.QuerySelector("#refused")!.TextContent);
            Assert.Equal(item.Split('?')[0], stayed.QuerySelector("#refused a")!.GetAttribute("href")!.Split('?')[0]);
            Assert.Equal(there == next ? next.Split('?')[0] : null, stayed.QuerySelector("#decide")?.GetAttribute("action")!.Split('?')[0]);
        }
        if (decided) return;

        // Why it is refused otherwise is told there as well.
        using var second = await StepAsync(maria, shown, "skip", "Input.SkipReason", "not_my_area");
        using var taken = await world.App.As(World.Tomas).SubmitAsync(next, "form[action*=Take]");
        Assert.Equal(HttpStatusCode.Redirect, taken.StatusCode);
        undo = Form.Read(await maria.PageAsync(second.Headers.Location!.ToString()), ".toast-line form");
        using var late = new HttpRequestMessage(HttpMethod.Post, undo.Action) { Content = undo.Content };
        late.Headers.Referrer = new Uri(maria.BaseAddress!, second.Headers.Location);
        using var refused = await maria.SendAsync(late);
        var told = (await maria.PageAsync(refused.Headers.Location!.ToString())).QuerySelector("#refused")!.TextContent;
        Assert.StartsWith($"{shown.QuerySelector("#item")!.TextContent} · {shown.QuerySelector("[data-payer]")!.TextContent}: Tomada por Tomás Analiza hasta", told, StringComparison.Ordinal);
        Assert.EndsWith(" A su página", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escalated_taken_back_and_then_timed_out_it_is_time_that_handed_it_over()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Escalate)));
        var (maria, ines) = (await world.PersonAsync(World.Maria), world.App.As(World.Ines));
        var mine = (await world.NextAsync(maria))!.Value;
        var item = await AddressAsync(world, mine.Seq);
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Escalated)).IsDone);
        Assert.Equal("La escaló María Analiza: Two cards, one address", (await ines.PageAsync(item)).QuerySelector("[data-escalated]")!.TextContent);
        world.App.Clock.Advance(TimeSpan.FromSeconds(2));
        var lease = (await UndoAsync(world, maria, mine.Seq)).Lease!.Value;
        Assert.Null((await ines.PageAsync(item)).QuerySelector("[data-escalated]"));
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, mine.Seq, lease.Token, default); return true; });
        world.App.Clock.Advance(TimeSpan.FromHours(2));
        await world.SettleAsync();
        var page = await world.App.As(World.Ines).PageAsync(item);
        Assert.Equal("Se agotó el tiempo.", page.QuerySelector("[data-escalated]")!.TextContent);
        Assert.Equal(["La tomó · María Analiza", "La escaló · María Analiza", "Deshizo el escalamiento · María Analiza", "La soltó · María Analiza", "Se agotó el tiempo · ClausumPanel"], page.QuerySelectorAll(".timeline-list li > span").Skip(1).Select(Line));

        // Without the moment, and the note, which stands below.
        static string Line(IElement line)
        {
            line.QuerySelector("time")?.Remove();
            line.QuerySelector(".value")?.Remove();
            return line.TextContent.Trim().TrimStart('·').Trim();
        }
    }

    [Fact]
    public async Task The_button_is_gone_where_they_may_no_longer_decide_and_who_asks_all_the_same_is_told_why()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        using var done = await StepAsync(maria, await maria.PageAsync(item), "skip", "Input.SkipReason", "not_my_area");
        var undo = Form.Read(await maria.PageAsync(item), ".review-decide form[action*=Undo]");
        await AdminsOnlyAsync(world);
        Assert.Null((await maria.PageAsync(item)).QuerySelector("button[data-key=undo]"));
        using var asked = await maria.PostAsync(undo.Action, undo.Content);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "En esta cola solo deciden los administradores."), (asked.StatusCode, (await asked.HtmlAsync()).QuerySelector("#refused")!.TextContent));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(61)]
    public async Task A_hold_taken_back_leaves_an_earlier_one_as_it_was_ended_by_who_took_it_or_by_its_time(int minutes)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var (soon, late) = (world.App.Clock.GetUtcNow().AddHours(1), world.App.Clock.GetUtcNow().AddHours(5));
        var first = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, first.Seq, first.Token, soon, null, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(minutes));
        var ended = Math.Min(soon.ToUnixTimeMilliseconds(), world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var second = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, first.Seq, default))).Lease!.Value;
        Assert.Equal(ended, (await ReviewAsync(world, first.Seq)).VisibleAt);
        world.App.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(tomas, second.Seq, second.Token, late, null, default))).IsDone);
        Assert.True((await UndoAsync(world, tomas, first.Seq)).Answer.IsDone);
        var review = await ReviewAsync(world, first.Seq);
        Assert.Equal((ended, tomas.Id), (review.VisibleAt, review.LeaseOwner));
    }

    [Theory]
    [InlineData("skip", "Input.SkipReason", "not_my_area", "Omitida", "Deshizo la omisión · María Analiza")]
    [InlineData("hold", "Input.HoldUntil", "2026-11-24T12:00", "Apartada hasta el 24 nov 2026, 12:00", "Deshizo el apartado · María Analiza")]
    [InlineData("escalate", "Input.EscalateNote", "Two cards, one address", "Escalada", "Deshizo el escalamiento · María Analiza")]
    public async Task The_line_about_it_names_the_payment_and_takes_it_back(string part, string field, string value, string said, string history)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        var page = await maria.PageAsync(item);
        using var done = await StepAsync(maria, page, part, field, value);
        var toast = (await maria.PageAsync(done.Headers.Location!.ToString())).QuerySelector(".toast-line")!;
        Assert.Equal($"{said} {page.QuerySelector("#item")!.TextContent} · {page.QuerySelector("[data-payer]")!.TextContent}", string.Join(' ', toast.QuerySelector("span")!.TextContent.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.NotNull(toast.QuerySelector("form button[data-key=undo]"));
        var over = ((AngleSharp.Html.Dom.IHtmlTemplateElement)toast.QuerySelector("template")!).Content;
        Assert.Equal($"{page.QuerySelector("#item")!.TextContent} · {page.QuerySelector("[data-payer]")!.TextContent} ya no se puede deshacer. A su página", over.TextContent.Trim());
        Assert.Equal(item.Split('?')[0], over.QuerySelector("a")!.GetAttribute("href")!.Split('?')[0]);

        // Its own page offers the same, to her alone.
        var own = await maria.PageAsync(item);
        Assert.NotNull(own.QuerySelector(".review-decide button[data-key=undo]"));
        Assert.Null((await world.App.As(World.Tomas).PageAsync(item)).QuerySelector("button[data-key=undo]"));
        using var undone = await maria.PostAsync(toast.QuerySelector("form")!.GetAttribute("action"), Form.Read(own, ".review-decide form[action*=Undo]").Content);
        Assert.Equal(HttpStatusCode.Redirect, undone.StatusCode);
        var again = await maria.PageAsync(undone.Headers.Location!.ToString());
        Assert.Equal((item.Split('?')[0], "Deshecha: usted la ha tomado de nuevo."), (again.QuerySelector("#decide")!.GetAttribute("action")!.Split('?')[0], again.QuerySelector(".toast-line span")!.TextContent.Trim()));
        Assert.Contains(again.QuerySelectorAll(".timeline-list li"), li => li.TextContent.Contains(history, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_queue_gives_no_time_or_it_is_over_nothing_is_offered()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        using var skipped = await StepAsync(maria, await maria.PageAsync(item), "skip", "Input.SkipReason", "not_my_area");
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Null((await maria.PageAsync(skipped.Headers.Location!.ToString())).QuerySelector(".toast-line form"));
        Assert.Null((await maria.PageAsync(item)).QuerySelector("button[data-key=undo]"));
        await SecondsAsync(world, 0);
        var next = skipped.Headers.Location.ToString();
        using var second = await StepAsync(maria, await maria.PageAsync(next), "skip", "Input.SkipReason", "not_my_area");
        var toast = (await maria.PageAsync(second.Headers.Location!.ToString())).QuerySelector(".toast-line")!;
        Assert.Contains("Omitida", toast.TextContent, StringComparison.Ordinal);
        Assert.Null(toast.QuerySelector("form"));
        using var asked = await maria.PostAsync($"{next.Split('?')[0]}?handler=Undo", Form.Read(await maria.PageAsync(second.Headers.Location.ToString()), "#decide").Content);
        Assert.Equal((HttpStatusCode.Conflict, "Ya no se puede deshacer."), (asked.StatusCode, (await asked.HtmlAsync()).QuerySelector("#refused")!.TextContent));
    }

    private static async Task<HttpResponseMessage> StepAsync(HttpClient browser, IDocument page, string part, string field, string value)
    {
        var form = Form.Read(page, "#decide");
        form[field] = value;
        if (part == "hold") form["Input.HoldFor"] = "other";
        return await browser.PostAsync(page.QuerySelector($"details[data-key={part}] button")!.GetAttribute("formaction"), form.Content);
    }
}

public sealed class PostgresStepUndoTests : StepUndoStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact]
    public async Task Who_puts_one_off_by_mistake_has_it_again_where_it_was_and_no_figure_counts_it()
    {
        foreach (var step in (ReviewEventKind[])[ReviewEventKind.Skipped, ReviewEventKind.Held, ReviewEventKind.Escalated]) await BackAsync(step);
    }

    [PostgresFact] public Task Nobody_else_takes_a_step_back_nor_anybody_once_a_colleague_looked_or_the_time_is_over() => RefusedAsync();

    [PostgresFact] public Task What_time_would_decide_waits_until_the_step_can_no_longer_be_taken_back() => OverdueAsync();

    [PostgresFact] public Task A_hold_taken_back_leaves_the_time_its_queue_lets_it_settle() => SettlingAsync();

    [PostgresFact] public Task Who_may_no_longer_decide_in_the_queue_does_not_come_back_to_it() => BarredAsync();

    [PostgresFact] public Task Who_takes_one_back_twice_has_it_both_times() => TwiceAsync();

    [PostgresFact]
    public async Task Pressed_twice_at_once_on_two_servers_both_have_the_same_lease()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var (first, second) = ((await world.NextAsync(maria))!.Value, default(ReviewLease));
        Assert.True((await DoAsync(world, maria, first, ReviewEventKind.Skipped)).IsDone);
        second = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DecideAsync(maria, second, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        foreach (var seq in (long[])[first.Seq, second.Seq])
        {
            var both = await HeldUpAsync(world, () => OnAnotherServerAsync(world, maria, seq), () => OnAnotherServerAsync(world, maria, seq));
            Assert.All(both, b => Assert.True(b.Answer.IsDone, b.Answer.Refusal));
            Assert.Equal(both[0].Lease!.Value, both[1].Lease!.Value);
        }
    }

    [PostgresFact] public Task A_queue_that_is_being_deleted_gets_no_item_back() => DeletedAsync(deletedFirst: true);

    [PostgresFact] public Task An_item_that_is_coming_back_goes_where_the_others_of_a_queue_go_that_is_deleted() => DeletedAsync(deletedFirst: false);

    private async Task DeletedAsync(bool deletedFirst)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        const int own = 5;
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ReviewQueue { Number = own, Name = "Propia", Position = 5, IsActive = false });
            await db.SaveChangesAsync();
            return await db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, own));
        });
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Escalated)).IsDone);
        async Task<ReviewAnswer> DeleteAsync() => await world.DoAsync<ChangeQueues, ReviewAnswer>(c => c.DeleteAsync(own, 3, ines.Who, default));
        async Task<ReviewAnswer> BackAsync() => (await OnAnotherServerAsync(world, maria, mine.Seq)).Answer;
        var answers = deletedFirst ? await HeldUpAsync(world, DeleteAsync, BackAsync) : await HeldUpAsync(world, BackAsync, DeleteAsync);
        Assert.Equal(deletedFirst ? [null, DecideReviews.StepTooLate] : [null, null], answers.Select(a => a.Refusal));
        var review = await ReviewAsync(world, mine.Seq);
        Assert.Equal((deletedFirst ? ReviewQueue.EscalatedNumber : 3, false), (review.Queue, await world.App.InDbAsync(db => db.Set<ReviewQueue>().AnyAsync(q => q.Number == own))));
    }

    /// <summary>Both come to where they write their line in the trail, the first before the second begins, and go on together.</summary>
    private static async Task<T[]> HeldUpAsync<T>(ReviewWorld world, Func<Task<T>> first, Func<Task<T>> second)
    {
        await using var scope = world.App.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlRawAsync("LOCK TABLE audit_entries IN EXCLUSIVE MODE");
        // Within one transaction the engine lists the connections as they were when it was first asked: whoever came later would never be seen to wait.
        await using var beside = world.App.Services.CreateAsyncScope();
        var watching = beside.ServiceProvider.GetRequiredService<PanelDb>().Database;
        var one = Task.Run(first);
        await WaitingAsync(1, one);
        var other = Task.Run(second);
        await WaitingAsync(2, other);
        await transaction.CommitAsync();
        return await Task.WhenAll(one, other);

        // Who is done already waits for nothing, and says why.
        async Task WaitingAsync(int count, Task running)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!running.IsCompleted && await watching.SqlQueryRaw<int>("SELECT count(DISTINCT pid)::int AS \"Value\" FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())").SingleAsync(limit.Token) < count) limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<(ReviewLease? Lease, ReviewAnswer Answer)> OnAnotherServerAsync(ReviewWorld world, Reviewer who, long seq)
    {
        await using var scope = world.App.Services.CreateAsyncScope();
        using var turns = new ReviewTurns();
        return await ActivatorUtilities.CreateInstance<UndoReviews>(scope.ServiceProvider, turns).UndoAsync(who, seq, default);
    }
}
