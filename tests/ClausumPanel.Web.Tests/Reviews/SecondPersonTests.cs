using System.Diagnostics;
using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Above an amount two different people decide, whichever way an item goes.</summary>
public sealed class SecondPersonTests : SecondPersonStories
{
    private const string Disputed = "Usted decidió primero y otra persona decidió distinto: no le toca a usted resolverlo.";

    protected override PanelApp Make() => new();

    [Fact] public Task Who_decided_first_never_decides_it_again_and_anybody_else_settles_a_disagreement() => DisputedAsync();

    [Fact] public Task Whoever_escalates_does_not_decide_it_alone() => EscalatedAsync();

    [Fact] public Task Where_those_who_decide_the_hard_ones_must_be_two_they_are() => OwnLimitAsync();

    [Fact] public Task What_was_opened_again_two_decide_anew() => ReopenedAsync();

    [Fact] public Task Where_two_must_decide_time_hands_it_on_and_decides_nothing() => TimeAsync();

    [Fact] public Task Time_passes_over_what_two_must_decide_without_looking_at_it_each_second() => LeftAsync();

    [Fact] public Task The_first_decision_and_a_disagreement_are_taken_back_in_time_by_who_made_them() => UndoneAsync();

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

    [Theory]
    // As the mailbox is another way of writing it, and by a phone with or without its country.
    [InlineData("m.aria.lopez+compras@gmail.com", null, "marialopez@googlemail.com", null)]
    [InlineData("ana@gmail.com", "+52 55 1234 5678", "maria@tienda.example", "55 1234 5678")]
    [InlineData("ana@gmail.com", "+525512345678", "maria@tienda.example", "0052 55-1234-5678")]
    public async Task Ones_own_payment_is_known_however_its_mailbox_or_phone_is_written(string payer, string? phone, string email, string? own)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.App.InDbAsync(async db =>
        {
            await db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.Email, email).SetProperty(x => x.PhoneNumber, own));
            db.Add(new ListEntry { Type = ListType.CustomerId, Value = "c-1", Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        var said = phone is null ? "" : $",\"phone\":\"{phone}\"";
        (await world.Shop.AssessAsync($$"""{"amount":20000,"currency":"MXN","customer_id":"c-1","email":"{{payer}}"{{said}}}""")).MustBeGood();
        await world.FoldedAsync();
        var user = await world.App.InDbAsync(db => db.Users.SingleAsync(u => u.Email == email));
        var (maria, tomas) = (new Reviewer(new(ActorKind.Person, user.Id, user.DisplayName), false), await world.PersonAsync(World.Tomas));
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.Equal(DecideReviews.OwnPayment, (await world.DecideAsync(maria, lease, Approved)).Refusal);
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, lease.Seq, lease.Token, default); return true; });
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Approved)).IsDone);
    }
}

public sealed class PostgresSecondPersonTests : SecondPersonStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Who_decided_first_never_decides_it_again_and_anybody_else_settles_a_disagreement() => DisputedAsync();

    [PostgresFact] public Task Whoever_escalates_does_not_decide_it_alone() => EscalatedAsync();

    [PostgresFact] public Task Where_those_who_decide_the_hard_ones_must_be_two_they_are() => OwnLimitAsync();

    [PostgresFact] public Task What_was_opened_again_two_decide_anew() => ReopenedAsync();

    [PostgresFact] public Task Where_two_must_decide_time_hands_it_on_and_decides_nothing() => TimeAsync();

    [PostgresFact] public Task Time_passes_over_what_two_must_decide_without_looking_at_it_each_second() => LeftAsync();

    [PostgresFact] public Task The_first_decision_and_a_disagreement_are_taken_back_in_time_by_who_made_them() => UndoneAsync();
}

public abstract class SecondPersonStories
{
    protected const string Queue = "/dashboard/reviews";

    protected static ReviewVerdict Approved { get; } = new(ReviewOutcome.Approve, "known_customer");
    protected static ReviewVerdict Declined { get; } = new(ReviewOutcome.Decline, "stolen_card");

    protected abstract PanelApp Make();

    protected async Task DisputedAsync()
    {
        await using var world = await StartAsync(2);
        var (ines, tomas, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Tomas), await OtherAdminAsync(world));
        await LimitAsync(world, 1);
        // A third person settles one, the second the other: he is an admin by then.
        foreach (var last in (Reviewer[])[bruno, tomas with { IsAdmin = true }])
        {
            var seq = await DecideAsync(world, ines, Approved);
            Assert.Equal(seq, await DecideAsync(world, tomas, Declined));
            var disputed = await ReviewAsync(world, seq);
            Assert.Equal((ReviewState.Open, ReviewQueue.EscalatedNumber, tomas.Id), (disputed.State, disputed.Queue, disputed.SecondById!.Value));
            Assert.NotEqual(seq, (await world.NextAsync(ines))?.Seq);
            await FreeAsync(world);
            Assert.Equal(LeaseReviews.OwnDisputed, (await TakeAsync(world, ines, seq)).Answer.Refusal);
            var lease = (await TakeAsync(world, last, seq)).Lease!.Value;
            Assert.Equal(LeaseReviews.OwnDisputed, (await world.DoAsync<LeaseReviews, (ReviewLease?, ReviewAnswer Answer)>(l => l.TakeOverAsync(ines, seq, default))).Answer.Refusal);
            Assert.True((await world.DecideAsync(last, lease, Approved)).IsDone);
            Assert.Equal((ReviewState.Decided, ReviewOutcome.Approve, last.Id), (await ReviewAsync(world, seq)) is var settled ? (settled.State, settled.Outcome!.Value, settled.DecidedById!.Value) : default);
        }
    }

    protected async Task EscalatedAsync()
    {
        await using var world = await StartAsync(4);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, 1, 20_001);
        // An admin who escalates decides only first; another one's word is the second, or enough by itself.
        await EscalateAsync(world, ines, 2);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 2, Approved));
        Assert.Equal(LeaseReviews.OwnFirst, (await TakeAsync(world, ines, 2)).Answer.Refusal);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 2, Approved));
        await EscalateAsync(world, ines, 3);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 3, Declined));
        // What somebody else escalated two have to do with already; below the amount one is enough anyway.
        await EscalateAsync(world, maria, 4);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 4, Declined));
        await EscalateAsync(world, ines, 1);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 1, Declined));
    }

    protected async Task OwnLimitAsync()
    {
        await using var world = await StartAsync(2);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, ReviewQueue.EscalatedNumber);
        foreach (var seq in (long[])[1, 2]) await EscalateAsync(world, maria, seq);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 1, Approved));
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 1, Approved));
        // The two do not agree: it stays, and the second decides it knowing that.
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 2, Approved));
        var due = (await ReviewAsync(world, 2)).DueAt;
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, bruno, 2, Declined));
        Assert.Equal((ReviewQueue.EscalatedNumber, due), (await ReviewAsync(world, 2)) is var review ? (review.Queue, review.DueAt) : default);
        Assert.Equal(LeaseReviews.OwnDisputed, (await TakeAsync(world, ines, 2)).Answer.Refusal);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 2, Declined));
    }

    protected async Task ReopenedAsync()
    {
        await using var world = await StartAsync(1);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, 1);
        await EscalateAsync(world, maria, 1);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 1, Declined));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        await using var scope = world.App.Services.CreateAsyncScope();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(ines, 1, "The owner called", scope.ServiceProvider.GetRequiredService<RecordLabels>(), default))).IsDone);
        var opened = await ReviewAsync(world, 1);
        Assert.Equal(world.App.Clock.GetUtcNow().AddMinutes(240).ToUnixTimeMilliseconds(), opened.DueAt);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 1, Approved));
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 1, Approved));
    }

    protected async Task TimeAsync()
    {
        await using var world = await StartAsync(4);
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        // The third was decided first while two were asked of it.
        await LimitAsync(world, 1);
        var lease = (await TakeAsync(world, maria, 3)).Lease!.Value;
        Assert.True((await world.DecideAsync(maria, lease, Declined)).IsDone);
        await LimitAsync(world, 1, 20_003);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve)));
        world.App.Clock.Advance(TimeSpan.FromMinutes(61));
        await world.SettleAsync();
        var states = await StatesAsync();
        Assert.Equal([(ReviewState.Closed, 1), (ReviewState.Closed, 1), (ReviewState.Open, ReviewQueue.EscalatedNumber), (ReviewState.Open, ReviewQueue.EscalatedNumber)], states);
        Assert.Equal(world.App.Clock.GetUtcNow().AddMinutes(240).ToUnixTimeMilliseconds(), (await ReviewAsync(world, 4)).DueAt);

        // Nor does it decide there; it leaves them, and what is behind them comes to its turn.
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 5).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber).SetProperty(x => x.DueAt, x => x.OpenedAt + 18_000_000)));
        world.App.Clock.Advance(TimeSpan.FromHours(6));
        await world.SettleAsync();
        Assert.Equal([ReviewState.Open, ReviewState.Open, ReviewState.Closed], (await StatesAsync())[2..].Select(s => s.State));
        Assert.Equal(5, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.TimedOut)));
        // Of what time handed on nobody has had anything to do with it yet.
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 4, Approved));
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, await OtherAdminAsync(world), 4, Approved));

        async Task<(ReviewState State, int Queue)[]> StatesAsync() => [.. (await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().OrderBy(r => r.Seq).ToListAsync())).Select(r => (r.State, r.Queue))];
    }

    protected async Task LeftAsync()
    {
        // From the very beginning: who hears nobody for a moment asks no more whether somebody listens.
        using var counter = new CommandCounter();
        await using var world = await StartAsync(7);
        await LimitAsync(world, 1, 20_000);
        await LimitAsync(world, ReviewQueue.EscalatedNumber, 20_006);
        var at = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await world.App.InDbAsync(async db =>
        {
            await db.Set<ReviewQueue>().Where(q => q.IsManual).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve));
            await db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber).SetProperty(x => x.DueAt, at).SetProperty(x => x.Version, 9));
            foreach (var (seq, kind, from, version) in ((long, ReviewEventKind, int, int)[])[
                (1, ReviewEventKind.Escalated, 1, 2), (2, ReviewEventKind.Escalated, 3, 2),
                // Taken back, and escalated anew from where nothing is asked; and the other way round.
                (3, ReviewEventKind.Escalated, 1, 2), (3, ReviewEventKind.StepUndone, 1, 3), (3, ReviewEventKind.Escalated, 3, 4), (4, ReviewEventKind.Escalated, 3, 2), (4, ReviewEventKind.Disagreed, 1, 5),
                // From a queue that is gone; and what is no handing over at all.
                (5, ReviewEventKind.TimedOut, 77, 2), (6, ReviewEventKind.TimedOut, ReviewQueue.EscalatedNumber, 2), (6, ReviewEventKind.Skipped, 1, 3)])
                db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = at - 3_600_000 + version, Kind = kind, Queue = from, ActorName = "Ana", Version = version });
            await db.SaveChangesAsync();
        });
        // Asked of the store or of each history, it is the same.
        Assert.Equal(("2 3 6", "2 3 6"), await world.App.InDbAsync(async db =>
        {
            var queues = await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number);
            var asked = await SecondPerson.WithoutThoseForTwo(db.Set<Review>(), db, queues).OrderBy(r => r.Seq).Select(r => r.Seq).ToListAsync();
            var histories = (await db.Set<ReviewEvent>().AsNoTracking().ToListAsync()).ToLookup(e => e.Seq);
            var payments = await db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Seq).ToListAsync();
            var read = payments.Where(p => !queues[ReviewQueue.EscalatedNumber].IsForTwo(p.Money) && !SecondPerson.IsNeeded(histories[p.Seq].ToList(), queues, p.Money, null)).Select(p => p.Seq);
            return (string.Join(' ', asked), string.Join(' ', read));
        }));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        Assert.Equal("1 4 5 7", string.Join(' ', await OpenAsync()));
        var asked = await AskedAsync();
        Assert.InRange(asked, 1, 5);

        // However many they are, it takes not one question more.
        await world.HoldAsync(210);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq > 7).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber).SetProperty(x => x.DueAt, at + 1)));
        Assert.Equal(asked, await AskedAsync());
        Assert.Equal(214, (await OpenAsync()).Length);
        // Once the queue asks for one person only, time does what it says there, to all but those that their own queue asks two for.
        await LimitAsync(world, ReviewQueue.EscalatedNumber, 1_000_000);
        for (var i = 0; i < 3; i++) await world.SettleAsync();
        Assert.Equal("1 4 5", string.Join(' ', await OpenAsync()));

        Task<long[]> OpenAsync() => world.App.InDbAsync(db => db.Set<Review>().Where(r => r.State == ReviewState.Open).OrderBy(r => r.Seq).Select(r => r.Seq).ToArrayAsync());

        async Task<int> AskedAsync()
        {
            await using var scope = world.App.Services.CreateAsyncScope();
            counter.Mind(scope.ServiceProvider.GetRequiredService<PanelDb>());
            await scope.ServiceProvider.GetRequiredService<SettleReviews>().RunAsync(default);
            return counter.Count;
        }
    }

    /// <summary>What one context asks of its store.</summary>
    private sealed class CommandCounter : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> _subscriptions = [];
        private PanelDb? _db;

        public CommandCounter() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public int Count { get; private set; }

        /// <summary>From now on this one's are counted.</summary>
        public void Mind(PanelDb db) => (_db, Count) = (db, 0);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name) _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandEventData data && value.Key == RelationalEventId.CommandExecuting.Name && data.Context == _db) Count++;
        }

        public void OnError(Exception error) { }
        public void OnCompleted() { }
        public void Dispose() => _subscriptions.ForEach(s => s.Dispose());
    }

    protected async Task UndoneAsync()
    {
        await using var world = await StartAsync(1);
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await LimitAsync(world, 1);
        var before = await ReviewAsync(world, 1);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        Assert.Null(await world.NextAsync(tomas));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas)).Answer.Refusal);
        world.App.Clock.Advance(TimeSpan.FromSeconds(7));
        var (lease, answer) = await UndoAsync(world, maria);
        Assert.True(answer.IsDone, answer.Refusal);
        var after = await ReviewAsync(world, 1);
        Assert.Equal((before.Queue, before.VisibleAt, before.DueAt, before.WarnAt, null, null, maria.Id), (after.Queue, after.VisibleAt, after.DueAt, after.WarnAt, after.FirstById, after.FirstOutcome, after.LeaseOwner));
        Assert.Equal((0, 0), await FiguresAsync(world));

        // For good, once a colleague took it; and so is it of the disagreement.
        Assert.True((await world.DecideAsync(maria, lease!.Value, Approved)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria)).Answer.Refusal);
        before = await ReviewAsync(world, 1);
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Declined)).IsDone);
        Assert.Equal(world.App.Clock.GetUtcNow().AddMinutes(240).ToUnixTimeMilliseconds(), (await ReviewAsync(world, 1)).DueAt);
        Assert.Null(await world.NextAsync(ines));
        (lease, answer) = await UndoAsync(world, tomas);
        Assert.True(answer.IsDone, answer.Refusal);
        after = await ReviewAsync(world, 1);
        Assert.Equal((before.Queue, before.VisibleAt, before.DueAt, before.WarnAt, maria.Id, null, tomas.Id), (after.Queue, after.VisibleAt, after.DueAt, after.WarnAt, after.FirstById, after.SecondById, after.LeaseOwner));
        Assert.Equal((1, 0), await FiguresAsync(world));
        Assert.True((await world.DecideAsync(tomas, lease!.Value, Declined)).IsDone);
        Assert.NotNull((await TakeAsync(world, ines, 1)).Lease);
        Assert.Equal(LeaseReviews.Taken, (await UndoAsync(world, tomas)).Answer.Refusal);
        var lines = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind != ReviewEventKind.Leased).OrderBy(e => e.Version).Select(e => e.Kind).ToListAsync());
        Assert.Equal([ReviewEventKind.FirstDecided, ReviewEventKind.StepUndone, ReviewEventKind.FirstDecided, ReviewEventKind.Disagreed, ReviewEventKind.StepUndone, ReviewEventKind.Disagreed], lines);

        static Task<(int First, int Disagreed)> FiguresAsync(ReviewWorld world) => world.App.InDbAsync(async db =>
        {
            var now = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            var together = (await ReviewQuality.OfAsync(db, TestClock.Start.AddDays(-1).ToUnixTimeMilliseconds(), now + 1, now, default)).Together;
            return (together.First, together.Disagreed);
        });
    }

    private protected async Task<ReviewWorld> StartAsync(int held)
    {
        var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(held);
        await world.FoldedAsync();
        return world;
    }

    /// <summary>Above it two must decide; the payments are of 20,001 and up.</summary>
    private protected static Task LimitAsync(ReviewWorld world, int queue, long above = 10_000) =>
        world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == queue).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = above }))));

    private protected static async Task<Reviewer> OtherAdminAsync(ReviewWorld world) => (await world.PersonAsync(World.Clara)) with { IsAdmin = true };

    /// <summary>The next one, until it can no longer be taken back.</summary>
    private protected static async Task<long> DecideAsync(ReviewWorld world, Reviewer who, ReviewVerdict verdict)
    {
        var lease = (await world.NextAsync(who))!.Value;
        Assert.True((await world.DecideAsync(who, lease, verdict)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        return lease.Seq;
    }

    private static async Task<ReviewState> StateAfterAsync(ReviewWorld world, Reviewer who, long seq, ReviewVerdict verdict)
    {
        var (lease, answer) = await TakeAsync(world, who, seq);
        Assert.True(answer.IsDone, answer.Refusal);
        answer = await world.DecideAsync(who, lease!.Value, verdict);
        Assert.True(answer.IsDone, answer.Refusal);
        return (await ReviewAsync(world, seq)).State;
    }

    private static async Task EscalateAsync(ReviewWorld world, Reviewer who, long seq)
    {
        var lease = (await TakeAsync(world, who, seq)).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(who, seq, lease.Token, "Two cards, one address", default))).IsDone);
    }

    private static Task<int> FreeAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));

    private protected static Task<(ReviewLease? Lease, ReviewAnswer Answer)> TakeAsync(ReviewWorld world, Reviewer who, long seq) => world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(who, seq, default));

    private static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who) => world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, 1, default));

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<string> AddressAsync(ReviewWorld world, long seq) => world.App.InDbAsync(async db => $"{Queue}/{await db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync()}");
}
