using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class AnswerTests : AnswerStories
{
    private const string Queue = "/dashboard/reviews";

    protected override PanelApp Make() => new();

    [Fact] public Task Who_escalated_is_answered_and_has_it_first_where_they_had_it() => BackAsync();

    [Fact] public Task An_answer_is_taken_back_in_its_time_and_by_who_gave_it() => UndoneAsync();

    [Fact] public Task Nothing_is_answered_that_was_not_asked_or_by_whoever_may_not() => RefusedAsync();

    [Fact] public Task Where_its_queue_is_off_or_gone_it_goes_where_it_would_go_now() => ElsewhereAsync();

    [Fact] public Task Where_time_would_decide_who_asked_has_the_time_of_the_queue_once_more() => RenewedAsync();

    [Fact] public Task Answered_it_can_be_asked_again_and_answered_again() => AgainAsync();

    [Fact] public Task What_is_labelled_already_says_so_and_what_a_decision_changes_of_it() => LabelledAsync();

    [Fact]
    public async Task The_page_answers_shows_question_and_answer_and_tells_who_asked()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var (maria, ines) = (world.App.As(World.Maria), world.App.As(World.Ines));
        var (reviewer, escalated) = (await world.PersonAsync(World.Maria), 1L);
        await EscalateAsync(world, reviewer, escalated, "¿Es la misma familia?");
        var item = await AddressAsync(world, escalated);
        // Only who holds it has the part, and only where something was asked.
        Assert.Null((await ines.PageAsync(item)).QuerySelector("details[data-key=answer]"));
        using var taken = await ines.SubmitAsync(item, "form[action*=Take]");
        var page = await ines.PageAsync(item);
        Assert.Equal("Vuelve a Marcadas por una lista o regla y tiene el plazo de esa cola. María Analiza la recibe antes que otras.", page.QuerySelector("[data-goes-back='1']")!.TextContent);
        Assert.Null(page.QuerySelector("details[data-key=escalate]"));
        Assert.Equal("r", page.QuerySelector("#keys [data-remap=answer]")!.GetAttribute("value"));

        async Task<HttpResponseMessage> AnswerAsync(string note)
        {
            var form = Form.Read(page, "#decide");
            form["Input.AnswerNote"] = note;
            form.Press("finish", "yes");
            return await ines.PostAsync(page.QuerySelector("details[data-key=answer] button[name=finish]")!.GetAttribute("formaction"), form.Content);
        }
        using var tooShort = await AnswerAsync("No");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooShort.StatusCode);
        Assert.Equal("Escriba una nota de al menos 3 caracteres.", (await tooShort.HtmlAsync()).QuerySelector("#refused")!.TextContent);
        using var done = await AnswerAsync("Sí: apruébela si coincide el domicilio");
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        var toast = (await ines.PageAsync(done.Headers.Location!.ToString())).QuerySelector(".toast-line")!;
        Assert.StartsWith("Respondida y devuelta a Marcadas por una lista o regla", toast.QuerySelector("b")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(toast.QuerySelector("button[data-key=undo]"));

        // Whoever opens it reads both, and the history has the answer too.
        var shown = await maria.PageAsync(item);
        Assert.Equal(("La escaló María Analiza: ¿Es la misma familia?", "Respondió Inés Administra: Sí: apruébela si coincide el domicilio"), (shown.QuerySelector("[data-escalated]")!.TextContent, shown.QuerySelector("[data-answer]")!.TextContent));
        Assert.Contains("Respondió y la devolvió · Inés Administra", shown.QuerySelector(".timeline-list")!.TextContent, StringComparison.Ordinal);
        var list = await maria.PageAsync($"{Queue}?queue=1");
        Assert.Equal("Respondió Inés Administra: Sí: apruébela si coincide el domicilio", list.QuerySelector($"tr[data-seq='{escalated}'] [data-handed]")!.TextContent);
        var told = list.QuerySelector($"[data-handed-on='{escalated}'] [data-became]")!;
        Assert.Equal("Respondió Inés Administra: Sí: apruébela si coincide el domicilio Espera", Words(told));
        Assert.StartsWith(item, told.QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("1", list.QuerySelector("#handed-on [data-answered]")!.GetAttribute("data-answered"));
        using var started = await maria.SubmitAsync($"{Queue}?queue=1", "form[action*=Start]");
        Assert.StartsWith(item, started.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_asked_about_a_payment_of_their_own_does_not_answer()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await EscalateAsync(world, await world.PersonAsync(World.Maria), 1, "¿La conoce?");
        await world.App.InDbAsync(db => db.Users.Where(u => u.Email == World.Ines.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.Email, "payer1@held.example")));
        var ines = (await world.PersonAsync(World.Maria)) with { Who = new Actor(ActorKind.Person, await world.App.InDbAsync(db => db.Users.Where(u => u.Email == "payer1@held.example").Select(u => u.Id).SingleAsync()), World.Ines.Name), IsAdmin = true };
        var hers = await TakeAsync(world, ines, 1);
        Assert.Equal(DecideReviews.OwnPayment, (await AnswerAsync(world, ines, hers)).Refusal);
    }
}

public sealed class PostgresAnswerTests : AnswerStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Who_escalated_is_answered_and_has_it_first_where_they_had_it() => BackAsync();

    [PostgresFact] public Task An_answer_is_taken_back_in_its_time_and_by_who_gave_it() => UndoneAsync();

    [PostgresFact] public Task Nothing_is_answered_that_was_not_asked_or_by_whoever_may_not() => RefusedAsync();

    [PostgresFact] public Task Where_its_queue_is_off_or_gone_it_goes_where_it_would_go_now() => ElsewhereAsync();

    [PostgresFact] public Task Where_time_would_decide_who_asked_has_the_time_of_the_queue_once_more() => RenewedAsync();

    [PostgresFact] public Task Answered_it_can_be_asked_again_and_answered_again() => AgainAsync();

    [PostgresFact] public Task What_is_labelled_already_says_so_and_what_a_decision_changes_of_it() => LabelledAsync();
}

public abstract class AnswerStories
{
    private const string Said = "One household: approve it if the address matches";

    protected abstract PanelApp Make();

    protected async Task BackAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        // The least urgent of all, so that it comes first for no other reason.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq != 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.Stake, 1_000)));
        await EscalateAsync(world, maria, 3);
        var before = await ReviewAsync(world, 3);
        var hers = await TakeAsync(world, ines, 3);
        Assert.True((await AnswerAsync(world, ines, hers)).IsDone);
        var after = await ReviewAsync(world, 3);
        // It has that queue's own time once more.
        Assert.Equal((1, before.OpenedAt, world.App.Clock.GetUtcNow().AddMinutes(60).ToUnixTimeMilliseconds(), before.VisibleAt, before.Version + 1, null), (after.Queue, after.OpenedAt, after.DueAt, after.VisibleAt, after.Version, after.LeaseOwner));
        // Sent twice it is one answer.
        Assert.Equal(LeaseReviews.LeaseGone, (await AnswerAsync(world, ines, hers)).Refusal);
        var answer = await world.App.InDbAsync(db => db.Set<ReviewEvent>().AsNoTracking().SingleAsync(e => e.Kind == ReviewEventKind.Answered));
        Assert.Equal((3L, ReviewQueue.EscalatedNumber, ines.Id, Said, before.Version + 1, null), (answer.Seq, answer.Queue, answer.ActorId!.Value, answer.Note, answer.Version, answer.Until));
        var audited = await world.App.InDbAsync(db => db.AuditEntries.AsNoTracking().SingleAsync(e => e.Action == AuditActions.ReviewAnswered));
        Assert.Equal((World.Ines.Name, "3", """{"step":"Answered","reason":"answered","queue":1}"""), (audited.ActorName, audited.SubjectId, audited.After));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.ReviewVersion != null)));
        // The escalation is one of hers, and the answer none of anybody's.
        var figures = await FiguresAsync(world);
        Assert.Equal((1, 0, false), (figures.People[maria.Id].Escalated, figures.Together.Skipped + figures.Together.Held, figures.People.ContainsKey(ines.Id)));

        // A colleague gets what is most urgent, who answered gets it last, and who asked first.
        Assert.NotEqual(3, (await world.NextAsync(tomas))!.Value.Seq);
        for (var i = 0; i < 2; i++)
        {
            var another = (await world.NextAsync(ines))!.Value;
            Assert.NotEqual(3, another.Seq);
            Assert.True((await world.DecideAsync(ines, another, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        }
        var ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(ines, null, 0, default)))!.Value;
        Assert.Equal(3, ahead.Seq);
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.StopAsync(ines, default); return true; });
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 5).ExecuteUpdateAsync(r => r.SetProperty(x => x.Stake, 1_000)));
        var back = (await world.NextAsync(maria))!.Value;
        Assert.Equal(3, back.Seq);
        // Given back it is first again; once something was done with it, it is as any other.
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, 3, back.Token, default); return true; });
        back = (await world.NextAsync(maria))!.Value;
        Assert.Equal(3, back.Seq);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 3, back.Token, world.App.Clock.GetUtcNow().AddMinutes(1), null, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(5, (await world.NextAsync(maria))!.Value.Seq);
    }

    protected async Task UndoneAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await EscalateAsync(world, maria, 1);
        await UndoSecondsAsync(world, ReviewQueue.EscalatedNumber, 20);
        var before = await ReviewAsync(world, 1);
        Assert.True((await AnswerAsync(world, ines, await TakeAsync(world, ines, 1))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, 1)).Answer.Refusal);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, 1)).Answer.Refusal);
        Assert.Equal(LeaseReviews.NotForYou, (await UndoAsync(world, ines with { IsAdmin = false }, 1)).Answer.Refusal);
        var (lease, answer) = await UndoAsync(world, ines, 1);
        Assert.Equal((null, ines.Id), (answer.Refusal, (await ReviewAsync(world, 1)).LeaseOwner));
        var after = await ReviewAsync(world, 1);
        Assert.Equal((before.Queue, before.DueAt, before.VisibleAt, before.Version + 2), (after.Queue, after.DueAt, after.VisibleAt, after.Version));
        Assert.Equal("answered", await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.StepUndone).Select(e => e.Reason).SingleAsync()));
        // What was taken back answered nothing: the question waits as before, and nobody is given it for that.
        Assert.True((await AnswerAsync(world, ines, lease!.Value)).IsDone);

        // Once who asked has taken it, it is theirs; and in the end it is too late.
        var hers = (await world.NextAsync(maria))!.Value;
        Assert.Equal(LeaseReviews.Taken, (await UndoAsync(world, ines, 1)).Answer.Refusal);
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, 1, hers.Token, default); return true; });
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, ines, 1)).Answer.Refusal);
        await EscalateAsync(world, maria, 1);
        Assert.True((await AnswerAsync(world, ines, await TakeAsync(world, ines, 1))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, ines, 1)).Answer.Refusal);
    }

    protected async Task RefusedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await EscalateAsync(world, maria, 1);
        var hers = await TakeAsync(world, ines, 1);
        var before = await StandAsync();
        async Task MustAsync(string refusal, Reviewer who, ReviewLease lease, string? note = Said)
        {
            Assert.Equal(refusal, (await AnswerAsync(world, who, lease, note)).Refusal);
            Assert.Equal(before, await StandAsync());
        }
        foreach (var note in (string?[])[null, "", "  ", "No"]) await MustAsync(DecideReviews.NoteMissing, ines, hers, note);
        await MustAsync(DecideReviews.NoteTooLong, ines, hers, new string('x', 2_001));
        await MustAsync(LeaseReviews.LeaseGone, ines, hers with { Token = Guid.NewGuid() });
        await MustAsync(LeaseReviews.Taken, maria, hers);
        await MustAsync(LeaseReviews.Taken, tomas, hers);
        await MustAsync(LeaseReviews.NotForYou, ines with { IsAdmin = false }, hers);
        await MustAsync(LeaseReviews.NotThere, ines, hers with { Seq = 99 });
        // In a queue of its own nothing was asked, though it may have been before.
        var mine = await TakeAsync(world, maria, 2);
        before = await StandAsync();
        await MustAsync(DecideReviews.NoQuestion, maria, mine);
        // Nor where the escalation was taken back, two disagree, or time handed it over.
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 2, mine.Token, "In error", default))).IsDone);
        mine = (await UndoAsync(world, maria, 2)).Lease!.Value;
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Escalate)
            .SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 10_000 }))));
        Assert.True((await world.DecideAsync(maria, mine, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        Assert.True((await world.DecideAsync(tomas, await TakeAsync(world, tomas, 2), new(ReviewOutcome.Decline, "stolen_card"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(61));
        await world.SettleAsync();
        foreach (var seq in (long[])[2, 3])
        {
            var lease = await TakeAsync(world, ines, seq);
            before = await StandAsync();
            await MustAsync(DecideReviews.NoQuestion, ines, lease);
        }
        // Decided meanwhile it is answered no more.
        hers = await TakeAsync(world, ines, 1);
        Assert.True((await world.DecideAsync(ines, hers, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        before = await StandAsync();
        await MustAsync(DecideReviews.DecidedAlready, ines, hers);

        Task<string> StandAsync() => world.App.InDbAsync(async db => string.Join('\n', await db.Set<Review>().AsNoTracking().OrderBy(r => r.Seq).Select(r => $"{r.Seq} {r.State} {r.Version} {r.Queue} {r.DueAt} {r.LeaseToken}").ToListAsync()) + await db.Set<ReviewEvent>().CountAsync());
    }

    protected async Task ElsewhereAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        async Task<int> BackToAsync(long seq)
        {
            Assert.True((await AnswerAsync(world, ines, await TakeAsync(world, ines, seq))).IsDone);
            return (await ReviewAsync(world, seq)).Queue;
        }
        foreach (var seq in (long[])[1, 2, 3]) await EscalateAsync(world, maria, seq);
        // Off: the next that takes it.
        await ActiveAsync(1, false);
        Assert.Equal(3, await BackToAsync(1));
        // None takes it: where it was, although that is off.
        await ActiveAsync(3, false);
        Assert.Equal(1, await BackToAsync(2));
        // Gone, and none takes it: the last of those that are always there.
        await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Seq == 3 && e.Kind == ReviewEventKind.Escalated).ExecuteUpdateAsync(e => e.SetProperty(x => x.Queue, 77)));
        Assert.Equal(3, await BackToAsync(3));

        Task ActiveAsync(int number, bool on) => world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == number).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsActive, on)));
    }

    protected async Task RenewedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline)));
        await EscalateAsync(world, maria, 1);
        var due = (await ReviewAsync(world, 1)).DueAt;
        world.App.Clock.Advance(TimeSpan.FromMinutes(90));
        Assert.True((await AnswerAsync(world, ines, await TakeAsync(world, ines, 1))).IsDone);
        var now = world.App.Clock.GetUtcNow();
        Assert.Equal(now.AddMinutes(60).ToUnixTimeMilliseconds(), (await ReviewAsync(world, 1)).DueAt);
        Assert.Equal(due, await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Answered).Select(e => e.DueBefore).SingleAsync()));
        // Taken back it is due as before.
        var lease = (await UndoAsync(world, ines, 1)).Lease!.Value;
        Assert.Equal(due, (await ReviewAsync(world, 1)).DueAt);
        Assert.True((await AnswerAsync(world, ines, lease)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(59));
        await world.SettleAsync();
        Assert.Equal(ReviewState.Open, (await ReviewAsync(world, 1)).State);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        Assert.Equal((ReviewState.Closed, true), (await ReviewAsync(world, 1)) is var late ? (late.State, late.IsTimedOut) : default);
    }

    protected async Task AgainAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await EscalateAsync(world, maria, 1, "¿Es la misma familia?");
        Assert.True((await AnswerAsync(world, ines, await TakeAsync(world, ines, 1), "Parece que sí")).IsDone);
        await EscalateAsync(world, tomas, 1, "¿Y el domicilio?");
        // Asked again it is hers at once, though she answered before.
        Assert.Equal(1, (await world.NextAsync(ines))!.Value.Seq);
        var page = await world.App.As(World.Ines).PageAsync(await AddressAsync(world, 1));
        Assert.Equal(("La escaló Tomás Analiza: ¿Y el domicilio?", (string?)null), (page.QuerySelector("[data-escalated]")!.TextContent, page.QuerySelector("[data-answer]")?.TextContent));
        Assert.True((await AnswerAsync(world, ines, (await world.NextAsync(ines))!.Value, "También coincide")).IsDone);
        page = await world.App.As(World.Maria).PageAsync(await AddressAsync(world, 1));
        Assert.Equal(("La escaló Tomás Analiza: ¿Y el domicilio?", "Respondió Inés Administra: También coincide"), (page.QuerySelector("[data-escalated]")!.TextContent, page.QuerySelector("[data-answer]")!.TextContent));
        // It was he who asked last: to him it comes first.
        Assert.Equal([(1L, ines.Id, tomas.Id)], await world.App.InDbAsync(async db => (await db.Set<ReviewEvent>().Answered(db.Set<Review>(), 0).ToListAsync()).ConvertAll(a => (a.Seq, a.By!.Value, a.To!.Value))));
        Assert.Equal(["1 ¿Es la misma familia? Respondió Inés Administra: También coincide Espera"], await HandedOnAsync(World.Maria));
        Assert.Equal(["1 ¿Y el domicilio? Respondió Inés Administra: También coincide Espera"], await HandedOnAsync(World.Tomas));
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, new(ReviewOutcome.Approve, "data_match"))).IsDone);
        Assert.Equal(["1 ¿Y el domicilio? Respondió Inés Administra: También coincide Aprobada · Los datos coinciden · Tomás Analiza"], await HandedOnAsync(World.Tomas));

        async Task<string[]> HandedOnAsync(Person person) => [.. (await world.App.As(person).PageAsync("/dashboard/reviews?queue=1")).QuerySelectorAll("[data-handed-on]").Select(tr => $"{tr.GetAttribute("data-handed-on")} {Words(tr.QuerySelector("[data-label='Lo que preguntó']")!)} {Words(tr.QuerySelector("[data-became]")!)}")];
    }

    protected async Task LabelledAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var at = await world.App.InDbAsync(db => db.Set<StoredAssessment>().ToDictionaryAsync(a => a.Seq, a => a.At));
        var who = (await world.PersonAsync(World.Ines)).Who;
        await world.DoAsync<RecordLabels, IReadOnlyList<LabelWritten>>(r => r.AddAsync([
            new(1, at[1], LabelOutcome.Fraud, LabelSource.Chargeback), new(2, at[2], LabelOutcome.Good, LabelSource.Customer), new(3, at[3], LabelOutcome.Fraud, LabelSource.Analyst)], LabelChannel.Import, who, null, default));
        const string By = "24 nov 2026, por Inés Administra";
        var maria = world.App.As(World.Maria);
        var marks = (await maria.PageAsync("/dashboard/reviews?queue=1")).QuerySelectorAll("tr[data-seq]").ToDictionary(tr => tr.GetAttribute("data-seq")!, tr => tr.QuerySelector("[data-labelled]") is { } mark ? Words(mark) : null);
        Assert.Equal(("Etiqueta fraude: contracargo", "Etiqueta legítimo: cliente", "Etiqueta fraude: analista", null), (marks["1"], marks["2"], marks["3"], marks["4"]));
        foreach (var (seq, said) in ((long, string?)[])[
            (1, $"Ya tiene la etiqueta fraude: contracargo, {By}. Lo que decida se avisa al comercio y queda al lado, pero el contracargo pesa más. Un rechazo como fraude coincide con ella."),
            (2, $"Ya tiene la etiqueta legítimo: cliente, {By}. Lo que decida se avisa al comercio; una aprobación, o un rechazo como fraude, reemplaza esta etiqueta. Una aprobación coincide con ella."),
            (3, $"Ya tiene la etiqueta fraude: analista, {By}. Lo que decida se avisa al comercio; una aprobación, o un rechazo como fraude, reemplaza esta etiqueta. Un rechazo como fraude coincide con ella."), (4, null)])
            Assert.Equal(said, (await maria.PageAsync(await AddressAsync(world, seq))).QuerySelector(".review-bar [data-labelled]") is { } line ? Words(line) : null);

        // What the line says is what becomes of it; nothing is chosen for whoever decides.
        var reviewer = await world.PersonAsync(World.Maria);
        foreach (var seq in (long[])[1, 2, 3])
        {
            var lease = await TakeAsync(world, reviewer, seq);
            var page = await maria.PageAsync(await AddressAsync(world, seq));
            Assert.Empty(page.QuerySelectorAll("#decide input[name='Input.Outcome'][checked]"));
            Assert.Equal(seq == 1, page.QuerySelector("[data-outcome=Approve] [data-label-told]")!.TextContent == "Con cualquiera de ellos la etiqueta legítimo queda al lado; sigue etiquetado como fraude.");
            var outcome = seq == 2 ? ReviewOutcome.Decline : ReviewOutcome.Approve;
            Assert.True((await world.DecideAsync(reviewer, lease, new(outcome, outcome == ReviewOutcome.Approve ? "known_customer" : "stolen_card"))).IsDone);
        }
        Assert.Null((await maria.PageAsync(await AddressAsync(world, 1))).QuerySelector("[data-labelled]"));
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        var held = await world.App.InDbAsync(db => db.Set<CurrentLabel>().AsNoTracking().OrderBy(l => l.Seq).Select(l => new { l.Seq, l.Outcome, l.Source, l.IsConflicted }).ToListAsync());
        Assert.Equal([(1L, LabelOutcome.Fraud, LabelSource.Chargeback, true), (2L, LabelOutcome.Fraud, LabelSource.Analyst, true), (3L, LabelOutcome.Good, LabelSource.Analyst, true)], held.Select(l => (l.Seq, l.Outcome, l.Source, l.IsConflicted)));
        Assert.Equal(["1 approve", "2 decline", "3 approve"], await world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.Type == OutboxEventType.ReviewClosed).OrderBy(e => e.Seq).Select(e => $"{e.Seq} {e.After}").ToListAsync()));
    }

    private protected static string Words(IElement element) => string.Join(' ', element.TextContent.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<string> AddressAsync(ReviewWorld world, long seq) => world.App.InDbAsync(async db => $"/dashboard/reviews/{await db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync()}");

    private protected static async Task<ReviewLease> TakeAsync(ReviewWorld world, Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;

    private protected static async Task EscalateAsync(ReviewWorld world, Reviewer who, long seq, string asked = "Two cards, one address")
    {
        var lease = await TakeAsync(world, who, seq);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(who, seq, lease.Token, asked, default))).IsDone);
    }

    private protected static Task<ReviewAnswer> AnswerAsync(ReviewWorld world, Reviewer who, ReviewLease lease, string? note = Said) => world.DoAsync<DecideReviews, ReviewAnswer>(d => d.AnswerAsync(who, lease.Seq, lease.Token, note, default));

    private protected static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who, long seq) => world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, seq, default));

    private static Task<int> UndoSecondsAsync(ReviewWorld world, int queue, int seconds) => world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == queue).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, seconds)));

    private static Task<ReviewQuality> FiguresAsync(ReviewWorld world) => world.App.InDbAsync(db =>
    {
        var now = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return ReviewQuality.OfAsync(db, TestClock.Start.AddDays(-1).ToUnixTimeMilliseconds(), now + 1, now, default);
    });
}
