using System.Diagnostics;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Where two must decide time decides nothing.</summary>
public sealed class SecondPersonTimeTests : SecondPersonTimeStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Where_two_must_decide_time_hands_it_on_and_decides_nothing() => TimeAsync();

    [Fact] public Task Time_passes_over_what_two_must_decide_without_looking_at_it_each_second() => LeftAsync();
}

public sealed class PostgresSecondPersonTimeTests : SecondPersonTimeStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Where_two_must_decide_time_hands_it_on_and_decides_nothing() => TimeAsync();

    [PostgresFact] public Task Time_passes_over_what_two_must_decide_without_looking_at_it_each_second() => LeftAsync();
}

public abstract class SecondPersonTimeStories : SecondPersonStories
{
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
}
