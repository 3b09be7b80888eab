using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class ReviewFlowTests : ReviewStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_payment_held_for_review_waits_in_the_queue_that_takes_it() => QueuesAsync();

    [Fact] public Task Of_twenty_who_ask_at_once_each_gets_another_one_and_each_is_decided_once() => HammerAsync();

    [Fact] public Task A_decision_takes_effect_only_when_it_can_no_longer_be_undone() => SettleAsync();

    [Fact] public Task Reopening_takes_off_the_lists_what_the_decision_put_there_and_nothing_else() => WithdrawAsync();

    [Fact] public Task Who_takes_a_decision_back_keeps_nobody_from_what_was_shown_meanwhile() => PutBackAsync();

    [Fact] public Task Above_an_amount_two_must_agree_and_where_they_do_not_it_is_escalated() => TwoAsync();

    [Fact] public Task What_nobody_decides_in_time_goes_where_its_queue_says_and_is_no_label() => TimeOutAsync();

    [Fact] public Task The_most_urgent_comes_first_as_the_sum_on_the_screen_says() => OrderAsync();

    [Fact] public Task Nothing_is_decided_without_a_lease_a_reason_or_twice() => RefusedAsync();
}

public sealed class PostgresReviewFlowTests : ReviewStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_payment_held_for_review_waits_in_the_queue_that_takes_it() => QueuesAsync();

    [PostgresFact] public Task Of_twenty_who_ask_at_once_each_gets_another_one_and_each_is_decided_once() => HammerAsync();

    [PostgresFact] public Task A_decision_takes_effect_only_when_it_can_no_longer_be_undone() => SettleAsync();

    [PostgresFact] public Task Reopening_takes_off_the_lists_what_the_decision_put_there_and_nothing_else() => WithdrawAsync();

    [PostgresFact] public Task Who_takes_a_decision_back_keeps_nobody_from_what_was_shown_meanwhile() => PutBackAsync();

    [PostgresFact] public Task The_most_urgent_comes_first_as_the_sum_on_the_screen_says() => OrderAsync();
}

public abstract class ReviewStories
{
    private static readonly ReviewVerdict Approved = new(ReviewOutcome.Approve, "known_customer"), Declined = new(ReviewOutcome.Decline, "stolen_card");

    protected abstract PanelApp Make();

    protected async Task QueuesAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.Shop.AssessAsync("""{"amount":200,"currency":"MXN"}""");
        await world.FoldedAsync();
        var reviews = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().OrderBy(r => r.Seq).ToListAsync());
        Assert.Equal([(1L, 1, Decision.Review), (2L, 1, Decision.Review)], reviews.Select(r => (r.Seq, r.Queue, r.Decision)));
        Assert.All(reviews, r => Assert.Equal((r.OpenedAt + 3_600_000, r.OpenedAt + 2_700_000), (r.DueAt, r.WarnAt)));
        Assert.Equal(TestClock.Start.AddHours(5).ToUnixTimeMilliseconds(), reviews[0].ExpiresAt);
        Assert.Null(reviews[1].ExpiresAt);
    }

    protected async Task HammerAsync()
    {
        const int items = 60, analysts = 20;
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(items);
        await world.FoldedAsync();
        var people = await world.PeopleAsync(analysts);
        var decided = await Task.WhenAll(people.Select(async person =>
        {
            var mine = new List<long>();
            while (true)
            {
                await using var scope = world.App.Services.CreateAsyncScope();
                if (await scope.ServiceProvider.GetRequiredService<LeaseReviews>().NextAsync(person, null, default) is not { } lease) return mine;
                Assert.True((await scope.ServiceProvider.GetRequiredService<DecideReviews>().DecideAsync(person, lease.Seq, lease.Token, Approved, default)).IsDone);
                mine.Add(lease.Seq);
            }
        }));
        Assert.Equal(Enumerable.Range(1, items).Select(i => (long)i), decided.SelectMany(d => d).Order());
        Assert.Equal(items, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Decided)));
        Assert.Equal(items, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewDecided)));
    }

    protected async Task SettleAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var verdict = Declined with { Note = "The card was reported stolen", ReadingMilliseconds = 21_000, Entries = [new ReviewEntry(ListType.Email, ListSeverity.Block, 30)] };
        var first = await world.NextAsync(maria);
        Assert.True((await world.DecideAsync(maria, first!.Value, verdict)).IsDone);
        await world.SettleAsync();
        Assert.Equal((ReviewState.Decided, 0, 0), await StateAsync(world, first.Value.Seq));

        var (again, undone) = await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer)>(d => d.UndoAsync(maria, first.Value.Seq, default));
        Assert.True(undone.IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        Assert.Equal((ReviewState.Open, 0, 0), await StateAsync(world, first.Value.Seq));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<ListEntry>().CountAsync(e => e.Severity == ListSeverity.Block)));

        Assert.True((await world.DecideAsync(maria, again!.Value, verdict)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        await world.SettleAsync();
        await world.SettleAsync();
        Assert.Equal((ReviewState.Closed, 1, 1), await StateAsync(world, first.Value.Seq));
        var label = await world.App.InDbAsync(db => db.Set<Label>().SingleAsync());
        Assert.Equal((first.Value.Seq, LabelOutcome.Fraud, LabelSource.Analyst, "stolen_card", World.Maria.Name), (label.Seq, label.Outcome, label.Source, label.Reason, label.ActorName));
        Assert.Equal("payer1@held.example", await world.App.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Severity == ListSeverity.Block).Select(e => e.Value).SingleAsync()));
        var blocked = (await world.Shop.AssessAsync("""{"amount":200,"currency":"MXN","email":"payer1@held.example"}""")).MustBeGood();
        Assert.Equal("blocklist:email", blocked.Json.GetProperty("blocked_by").GetString());
        Assert.Equal(DecideReviews.TooLate, (await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(maria, first.Value.Seq, default))).Answer.Refusal);

        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, first.Value.Seq, "The owner called", labels, default))).IsDone);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<CurrentLabel>().CountAsync()));
        var told = await world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.ReviewVersion != null).OrderBy(e => e.Number).Select(e => new { e.Type, e.ReviewVersion }).ToListAsync());
        Assert.Equal([(OutboxEventType.ReviewClosed, 4), (OutboxEventType.ReviewReopened, 5)], told.Select(e => (e.Type, e.ReviewVersion!.Value)));
        var kinds = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Seq == first.Value.Seq).OrderBy(e => e.Version).Select(e => e.Kind).ToListAsync());
        Assert.Equal([ReviewEventKind.Leased, ReviewEventKind.Decided, ReviewEventKind.Undone, ReviewEventKind.Decided, ReviewEventKind.Closed, ReviewEventKind.Reopened], kinds);
    }

    protected async Task WithdrawAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.CustomerId, Value = "c-1", Severity = ListSeverity.Review, Reason = "Known", CreatedAt = world.App.Clock.GetUtcNow() });
            db.Add(new ListEntry { Type = ListType.IpAddress, Value = "203.0.113.7", Severity = ListSeverity.Block, Reason = "Over", IsActive = false, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        (await world.Shop.AssessAsync("""{"amount":300,"currency":"MXN","email":"ana@held.example","customer_id":"c-1","phone":"+525512345678","device":{"ip":"203.0.113.7"}}""")).MustBeGood();
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        var verdict = Declined with { Entries = [new(ListType.Email, ListSeverity.Block, 30), new(ListType.CustomerId, ListSeverity.Block, null), new(ListType.Phone, ListSeverity.Block, 90), new(ListType.IpAddress, ListSeverity.Block, null)] };
        // Decided, opened again and decided the same: each time it is taken back, though the entry is there already the second time.
        foreach (var isFirst in new[] { true, false })
        {
            var lease = await TakeAsync();
            Assert.True((await world.DecideAsync(maria, lease, verdict)).IsDone);
            world.App.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.SettleAsync();
            Assert.Equal("blocklist:email", await ListedAsync());
            if (isFirst) await world.App.InDbAsync(db => db.Set<ListEntry>().Where(e => e.Type == ListType.Phone).ExecuteUpdateAsync(e => e.SetProperty(x => x.Reason, "Seen elsewhere")));
            world.App.Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, lease.Seq, "The owner called", labels, default))).IsDone);
            var (mail, address) = (await EntryAsync(ListType.Email), await EntryAsync(ListType.IpAddress));
            Assert.Equal((false, false, true, true), (mail.IsActive, address.IsActive, (await EntryAsync(ListType.CustomerId)).IsActive, (await EntryAsync(ListType.Phone)).IsActive));
            var line = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Reopened).OrderByDescending(e => e.Version).FirstAsync());
            Assert.Equal([ListType.Email, ListType.IpAddress], ReviewEntry.Read(line.Entries).Select(e => e.Type));
            var id = mail.Id.ToString();
            var last = await world.App.InDbAsync(db => db.AuditEntries.Where(a => a.SubjectId == id).OrderByDescending(a => a.Sequence).FirstAsync());
            Assert.Equal((AuditActions.ListEntryChanged, maria.Who.Name), (last.Action, last.ActorName));
            Assert.Contains("\"isActive\":false", last.After, StringComparison.Ordinal);
            Assert.Equal("", await ListedAsync());
        }
        var again = await TakeAsync();
        Assert.True((await world.DecideAsync(maria, again, Approved)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        Assert.Equal("", await ListedAsync());

        async Task<ReviewLease> TakeAsync() => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, 1, default))).Lease!.Value;
        Task<ListEntry> EntryAsync(ListType type) => world.App.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().SingleAsync(e => e.Type == type));
        // The shelf as it is at once, and made anew.
        async Task<string> ListedAsync()
        {
            List<string> said = [];
            foreach (var anew in new[] { false, true })
            {
                if (anew) await world.App.InDbAsync(db => world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default));
                var answer = (await world.Shop.AssessAsync("""{"amount":300,"currency":"MXN","email":"ana@held.example"}""")).MustBeGood();
                said.Add(answer.Json.TryGetProperty("blocked_by", out var by) ? by.GetString() ?? "" : "");
            }
            return Assert.Single(said.Distinct());
        }
    }

    protected async Task PutBackAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var first = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DecideAsync(maria, first, Declined)).IsDone);
        var shown = (await world.NextAsync(maria))!.Value;
        var ready = (await world.DoAsync<LeaseReviews, ReviewLease?>(leases => leases.AheadAsync(maria, null, shown.Seq, default)))!.Value;
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(maria, first.Seq, default))).Answer.IsDone);

        Assert.Equal(first.Seq, (await world.NextAsync(maria))!.Value.Seq);
        Assert.Equal(ready.Seq, (await world.NextAsync(tomas))!.Value.Seq);
        world.App.Clock.Advance(LeaseReviews.AheadLength + TimeSpan.FromSeconds(1));
        Assert.True((await world.DoAsync<LeaseReviews, (ReviewLease?, ReviewAnswer Answer)>(leases => leases.TakeAsync(tomas, shown.Seq, default))).Answer.IsDone);
    }

    protected async Task TwoAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        await world.App.InDbAsync(async db =>
        {
            (await db.Set<ReviewQueue>().SingleAsync(q => q.Number == 1)).SecondAbove = ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 10_000 });
            await db.SaveChangesAsync();
        });
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        var one = await world.NextAsync(maria);
        Assert.True((await world.DecideAsync(maria, one!.Value, Approved)).IsDone);
        Assert.Equal(ReviewState.Open, (await StateAsync(world, one.Value.Seq)).State);
        var other = await world.NextAsync(maria);
        Assert.NotEqual(one.Value.Seq, other!.Value.Seq);
        Assert.True((await world.DecideAsync(maria, other.Value, Approved)).IsDone);
        Assert.Null(await world.NextAsync(maria));
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));

        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Approved)).IsDone);
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Declined)).IsDone);
        Assert.Null(await world.NextAsync(tomas));
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        var hard = (await world.NextAsync(ines))!.Value;
        Assert.Equal(ReviewQueue.EscalatedNumber, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == hard.Seq).Select(r => r.Queue).SingleAsync()));
        Assert.True((await world.DecideAsync(ines, hard, Declined)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        await world.SettleAsync();
        Assert.Equal([LabelOutcome.Fraud, LabelOutcome.Good], (await world.App.InDbAsync(db => db.Set<CurrentLabel>().Select(l => l.Outcome).ToListAsync())).Order());
    }

    protected async Task TimeOutAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var held = (await world.NextAsync(maria))!.Value;
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline)));
        world.App.Clock.Advance(TimeSpan.FromMinutes(50));
        await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.BeatAsync(maria, held.Seq, held.Token, default));        // it was gone
        await world.SettleAsync();
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.IsTimedOut)));
        var kept = (await world.NextAsync(maria))!.Value;
        world.App.Clock.Advance(TimeSpan.FromMinutes(11));
        await world.SettleAsync();
        var states = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().OrderBy(r => r.Seq).ToDictionaryAsync(r => r.Seq, r => (r.State, r.Outcome, r.IsTimedOut)));
        Assert.Equal((ReviewState.Open, null, false), states[kept.Seq]);
        Assert.Equal((ReviewState.Closed, ReviewOutcome.Decline, true), states.Single(s => s.Key != kept.Seq).Value);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Label>().CountAsync()));
    }

    protected async Task OrderAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(12);
        await world.FoldedAsync();
        var now = world.App.Clock.GetUtcNow().AddMinutes(100).ToUnixTimeMilliseconds();
        var random = new Random(3);
        await world.App.InDbAsync(async db =>
        {
            foreach (var review in await db.Set<Review>().ToListAsync())
            {
                review.DueAt = random.Next(4) == 0 ? null : review.OpenedAt + random.Next(1, 20_000_000);
                review.WarnAt = review.DueAt - random.Next((int)(review.DueAt - review.OpenedAt ?? 0) + 1);
                review.Queue = random.Next(1, 4);
                db.Entry(review).Property(r => r.Stake).CurrentValue = random.Next(1_001);
                db.Entry(review).Property(r => r.IsLoyal).CurrentValue = random.Next(2) == 0;
                db.Entry(review).Property(r => r.ExpiresAt).CurrentValue = random.Next(3) == 0 ? null : now + random.Next(-1_000_000, 10_000_000);
            }
            await db.SaveChangesAsync();
            var queues = await db.Set<ReviewQueue>().ToDictionaryAsync(q => q.Number);
            var all = await db.Set<Review>().AsNoTracking().ToListAsync();
            var expected = all.OrderByDescending(r => ReviewPriority.Of(r, queues[r.Queue], now).Sum).ThenBy(r => r.Seq).Select(r => r.Seq).ToList();
            Assert.Equal(expected, await db.Set<Review>().InOrder(db.Set<ReviewQueue>(), now).Select(r => r.Seq).ToListAsync());
        });
    }

    protected async Task RefusedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.Equal(mine.Seq, (await world.NextAsync(maria))!.Value.Seq);
        var foreign = await world.DecideAsync(tomas, mine, Approved);
        Assert.Equal((LeaseReviews.Taken, World.Maria.Name), (foreign.Refusal, foreign.Values[0]));
        Assert.Equal(LeaseReviews.LeaseGone, (await world.DecideAsync(maria, mine with { Token = Guid.NewGuid() }, Approved)).Refusal);
        Assert.Equal(DecideReviews.ReasonMissing, (await world.DecideAsync(maria, mine, Approved with { Reason = "because" })).Refusal);
        Assert.Equal(DecideReviews.ReasonMissing, (await world.DecideAsync(maria, mine, Approved with { Reason = "stolen_card" })).Refusal);
        Assert.Equal(DecideReviews.NoteMissing, (await world.DecideAsync(maria, mine, Approved with { Reason = "other" })).Refusal);
        Assert.Equal(DecideReviews.NothingToList, (await world.DecideAsync(maria, mine, Declined with { Entries = [new ReviewEntry(ListType.Iban, ListSeverity.Block, null)] })).Refusal);
        foreach (var entries in new[] { 2, 13 }) Assert.Equal(DecideReviews.TooMuchToList, (await world.DecideAsync(maria, mine, Declined with { Entries = [.. Enumerable.Repeat(new ReviewEntry(ListType.Email, ListSeverity.Block, 30), entries)] })).Refusal);
        var (none, taken) = await world.DoAsync<LeaseReviews, (ReviewLease?, ReviewAnswer)>(l => l.TakeAsync(tomas, mine.Seq, default));
        Assert.Null(none);
        Assert.Equal((LeaseReviews.Taken, World.Maria.Name), (taken.Refusal, taken.Values[0]));
        Assert.True((await world.DecideAsync(maria, mine, Approved)).IsDone);
        Assert.True((await world.DecideAsync(maria, mine, Approved)).IsDone);
        Assert.Equal(DecideReviews.DecidedAlready, (await world.DecideAsync(maria, mine, Declined)).Refusal);
        var told = await world.DecideAsync(tomas, mine, Declined);
        Assert.Equal((DecideReviews.DecidedAlready, World.Maria.Name, ReviewOutcome.Approve), (told.Refusal, told.Values[0], told.Values[1]));

        var second = (await world.NextAsync(maria))!.Value;
        Assert.Equal(DecideReviews.ReasonMissing, (await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(maria, second.Seq, second.Token, null, null, default))).Refusal);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(maria, second.Seq, second.Token, "not_my_area", null, default))).IsDone);
        var third = (await world.NextAsync(maria))!.Value;
        Assert.NotEqual(second.Seq, third.Seq);
        Assert.Equal(DecideReviews.NoSuchHold, (await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, third.Seq, third.Token, world.App.Clock.GetUtcNow(), null, default))).Refusal);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, third.Seq, third.Token, world.App.Clock.GetUtcNow().AddHours(1), "Waits for the bank", default))).IsDone);
        Assert.Null(await world.NextAsync(maria));
        Assert.Equal(second.Seq, (await world.NextAsync(tomas))!.Value.Seq);
        world.App.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(third.Seq, (await world.NextAsync(maria))!.Value.Seq);
    }

    private static async Task<(ReviewState State, int Labels, int Events)> StateAsync(ReviewWorld world, long seq) => (
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).Select(r => r.State).SingleAsync()), await world.App.InDbAsync(db => db.Set<Label>().CountAsync()),
        await world.App.InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.Type == OutboxEventType.ReviewClosed)));
}

/// <summary>A panel in which a domain is held for review, so that a test says how many items wait.</summary>
internal sealed class ReviewWorld(PanelApp app, Shop shop) : IAsyncDisposable
{
    private int _held;

    public PanelApp App => app;
    public Shop Shop => shop;

    public static async Task<ReviewWorld> StartAsync(PanelApp app)
    {
        await app.InitializeAsync();
        var shop = await Shop.OpenAsync(app);
        await app.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.EmailDomain, Value = "held.example", Severity = ListSeverity.Review, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await app.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        return new ReviewWorld(app, shop);
    }

    /// <summary>Payments that are held: the first of all says when its authorisation lapses.</summary>
    public async Task HoldAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++_held;
            var metadata = number == 1 ? $$""","metadata":{"authorization_expires_at":"{{TestClock.Start.AddHours(5).ToString("O", CultureInfo.InvariantCulture)}}"}""" : "";
            var answer = (await shop.AssessAsync($$"""{"amount":{{20_000 + number}},"currency":"MXN","email":"payer{{number}}@held.example"{{metadata}}}""")).MustBeGood();
            Assert.Equal("review", answer.Json.GetProperty("decision").GetString());
        }
    }

    public async Task FoldedAsync()
    {
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (log.FoldedSeq < log.LastSeq)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async Task<Reviewer> PersonAsync(Person person)
    {
        var user = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == person.Email));
        return new Reviewer(new Actor(ActorKind.Person, user.Id, user.DisplayName), person.Role == Role.Admin);
    }

    /// <summary>People who sign in as the others do.</summary>
    public async Task<Person[]> AnalystsAsync(int count)
    {
        Person[] people = [.. Enumerable.Range(1, count).Select(i => new Person($"Analista {i}", $"analista{i}@tienda.example", Role.Analyst))];
        var hash = await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).Select(u => u.PasswordHash).SingleAsync());
        await app.InDbAsync(async db =>
        {
            foreach (var person in people)
            {
                var user = User.Called(person.Name, person.Email, person.Role, app.Clock.GetUtcNow());
                user.NormalizedEmail = user.NormalizedUserName = person.Email.ToUpperInvariant();
                (user.SecurityStamp, user.PasswordHash) = (Guid.NewGuid().ToString("N"), hash);
                db.Add(user);
            }
            await db.SaveChangesAsync();
        });
        return people;
    }

    public Task<Reviewer[]> PeopleAsync(int count) => app.InDbAsync(async db =>
    {
        var people = Enumerable.Range(0, count).Select(i => User.Called($"Analista {i}", $"analista{i}@tienda.example", Role.Analyst, app.Clock.GetUtcNow())).ToList();
        db.AddRange(people);
        await db.SaveChangesAsync();
        return people.Select(p => new Reviewer(new Actor(ActorKind.Person, p.Id, p.DisplayName), false)).ToArray();
    });

    public Task<ReviewLease?> NextAsync(Reviewer who) => DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(who, null, default));

    public Task<ReviewAnswer> DecideAsync(Reviewer who, ReviewLease lease, ReviewVerdict verdict) => DoAsync<DecideReviews, ReviewAnswer>(d => d.DecideAsync(who, lease.Seq, lease.Token, verdict, default));

    public Task SettleAsync() => DoAsync<SettleReviews, long?>(s => s.RunAsync(default));

    public async Task<T> DoAsync<TFlow, T>(Func<TFlow, Task<T>> act) where TFlow : notnull
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TFlow>());
    }

    public async ValueTask DisposeAsync() => await ((IAsyncLifetime)app).DisposeAsync();
}
