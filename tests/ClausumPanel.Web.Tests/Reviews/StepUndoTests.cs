using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

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

    [Fact]
    public async Task A_hold_taken_back_leaves_an_earlier_one_as_it_was()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var (soon, late) = (world.App.Clock.GetUtcNow().AddHours(1), world.App.Clock.GetUtcNow().AddHours(5));
        var first = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, first.Seq, first.Token, soon, null, default))).IsDone);
        var second = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, first.Seq, default))).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(tomas, second.Seq, second.Token, late, null, default))).IsDone);
        Assert.True((await UndoAsync(world, tomas, first.Seq)).Answer.IsDone);
        var review = await ReviewAsync(world, first.Seq);
        Assert.Equal((soon.ToUnixTimeMilliseconds(), tomas.Id), (review.VisibleAt, review.LeaseOwner));
    }

    [Theory]
    [InlineData("skip", "Input.SkipReason", "not_my_area", "Omitida", "Deshizo el paso · Omitida · María Analiza")]
    [InlineData("hold", "Input.HoldUntil", "2026-11-24T12:00", "Apartada hasta el 24 nov 2026, 12:00", "Deshizo el paso · Apartada para más tarde · María Analiza")]
    [InlineData("escalate", "Input.EscalateNote", "Two cards, one address", "Escalada", "Deshizo el paso · Entregada a quien decide las difíciles · María Analiza")]
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
        Assert.Equal("Ya no se puede deshacer.", toast.GetAttribute("data-too-late"));

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
}

public abstract class StepUndoStories
{
    protected abstract PanelApp Make();

    protected async Task BackAsync(ReviewEventKind step)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var first = (await world.NextAsync(maria))!.Value;
        var before = await ReviewAsync(world, first.Seq);
        Assert.True((await DoAsync(world, maria, first, step)).IsDone);
        Assert.Null(await world.NextAsync(maria));
        world.App.Clock.Advance(TimeSpan.FromSeconds(7));

        var (lease, answer) = await UndoAsync(world, maria, first.Seq);
        Assert.True(answer.IsDone);
        var after = await ReviewAsync(world, first.Seq);
        Assert.Equal((before.Queue, before.DueAt, maria.Id, lease!.Value.Token, before.Version + 2), (after.Queue, after.DueAt, after.LeaseOwner, after.LeaseToken, after.Version));
        Assert.True(after.VisibleAt <= world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        // Given back it comes to her again: the skip hides it no more.
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, first.Seq, lease.Value.Token, default); return true; });
        var again = (await world.NextAsync(maria))!.Value;
        Assert.Equal(first.Seq, again.Seq);
        var events = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind != ReviewEventKind.Leased && e.Kind != ReviewEventKind.Released).OrderBy(e => e.Version).ToListAsync());
        Assert.Equal([(step, before.Version + 1, before.Queue), (ReviewEventKind.StepUndone, before.Version + 2, before.Queue)], events.Select(e => (e.Kind, e.Version, e.Queue)));
        Assert.Equal(1, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewUndone && e.ActorName == World.Maria.Name)));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.ReviewVersion != null)));
        Assert.Equal((0, 0), await FiguresAsync(world, maria, step));

        // The same once more, for good.
        Assert.True((await DoAsync(world, maria, again, step)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, first.Seq)).Answer.Refusal);
        Assert.Equal((1, 1), await FiguresAsync(world, maria, step));
    }

    protected async Task RefusedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Skipped)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, ines, mine.Seq)).Answer.Refusal);

        // Kept ready for a colleague nobody looks at it yet; once he has it, it is his.
        var ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(tomas, null, 0, default)))!.Value;
        Assert.Equal(mine.Seq, ahead.Seq);
        var (lease, answer) = await UndoAsync(world, maria, mine.Seq);
        Assert.True(answer.IsDone);
        Assert.Null(await world.NextAsync(tomas));
        Assert.True((await DoAsync(world, maria, lease!.Value, ReviewEventKind.Skipped)).IsDone);
        var his = (await world.NextAsync(tomas))!.Value;
        var taken = (await UndoAsync(world, maria, mine.Seq)).Answer;
        Assert.Equal((LeaseReviews.Taken, World.Tomas.Name), (taken.Refusal, taken.Values[0]));
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(tomas, his.Seq, his.Token, default); return true; });
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);

        // A step of somebody else's came after it, and an undone one is not undone again.
        his = (await world.NextAsync(tomas))!.Value;
        Assert.True((await DoAsync(world, tomas, his, ReviewEventKind.Escalated)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);
        Assert.True((await UndoAsync(world, tomas, mine.Seq)).Answer.IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
        Assert.Equal((1, tomas.Id), (await ReviewAsync(world, mine.Seq)) is var review ? (review.Queue, review.LeaseOwner!.Value) : default);
        await SecondsAsync(world, 0);
        his = (await world.NextAsync(tomas))!.Value;
        Assert.True((await DoAsync(world, tomas, his, ReviewEventKind.Held)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
    }

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who, long seq) => world.DoAsync<DecideReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, seq, default));

    private protected static Task SecondsAsync(ReviewWorld world, int seconds) => world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, seconds)));

    private static Task<ReviewAnswer> DoAsync(ReviewWorld world, Reviewer who, ReviewLease lease, ReviewEventKind step) => world.DoAsync<DecideReviews, ReviewAnswer>(d => step switch
    {
        ReviewEventKind.Skipped => d.SkipAsync(who, lease.Seq, lease.Token, "not_my_area", null, default),
        ReviewEventKind.Held => d.HoldAsync(who, lease.Seq, lease.Token, world.App.Clock.GetUtcNow().AddHours(3), null, default),
        _ => d.EscalateAsync(who, lease.Seq, lease.Token, "Two cards, one address", default),
    });

    /// <summary>Of everybody, and of that person.</summary>
    private static Task<(int All, int Theirs)> FiguresAsync(ReviewWorld world, Reviewer who, ReviewEventKind step) => world.App.InDbAsync(async db =>
    {
        var now = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var quality = await ReviewQuality.OfAsync(db, TestClock.Start.AddDays(-1).ToUnixTimeMilliseconds(), now + 1, now, default);
        int Count(QualityFigures figures) => step switch { ReviewEventKind.Skipped => figures.Skipped, ReviewEventKind.Held => figures.Held, _ => figures.Escalated };
        return (Count(quality.Together), Count(quality.People[who.Id]));
    });
}
