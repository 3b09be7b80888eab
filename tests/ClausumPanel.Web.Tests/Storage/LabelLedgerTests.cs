using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Storage;

public sealed class LabelLedgerTests(PanelApp app) : LabelLedgerStories(app), IClassFixture<PanelApp>
{
    // One after the other: both count all there is.
    [Fact]
    public async Task The_strongest_word_holds_as_far_as_it_was_known_and_nothing_is_ever_altered()
    {
        await RankAsync();
        await GuardAsync();
    }
}

public sealed class PostgresLabelLedgerTests(PostgresPanelApp app) : LabelLedgerStories(app), IClassFixture<PostgresPanelApp>
{
    [PostgresFact]
    public async Task The_strongest_word_holds_as_far_as_it_was_known_and_nothing_is_ever_altered()
    {
        await RankAsync();
        await GuardAsync();
    }
}

public abstract class LabelLedgerStories(PanelApp app)
{
    private static readonly DateTimeOffset Day = TestClock.Start.AddDays(-40);

    protected async Task RankAsync()
    {
        await app.InDbAsync(async db =>
        {
            var customer = await AddAsync(db, 7, LabelOutcome.Good, LabelSource.Customer, 1);
            Assert.Equal((LabelOutcome.Good, false), await NowAsync(db, 7));
            await AddAsync(db, 7, LabelOutcome.Fraud, LabelSource.Analyst, 2);
            Assert.Equal((LabelOutcome.Fraud, true), await NowAsync(db, 7));
            await AddAsync(db, 7, LabelOutcome.Good, LabelSource.Analyst, 3);
            Assert.Equal((LabelOutcome.Good, true), await NowAsync(db, 7));
            var chargeback = await AddAsync(db, 7, LabelOutcome.Fraud, LabelSource.Chargeback, 10, "cb-7");
            await AddAsync(db, 7, LabelOutcome.Good, LabelSource.Analyst, 12);
            Assert.Equal((LabelOutcome.Fraud, true), await NowAsync(db, 7));
            await AddAsync(db, 9, LabelOutcome.Good, LabelSource.Analyst, 4);
            Assert.NotNull(await ReverseAsync(db, chargeback, 20));
            Assert.Null(await ReverseAsync(db, chargeback, 21));
            Assert.Equal((LabelOutcome.Good, true), await NowAsync(db, 7));

            Assert.Equal([new Outcome(7, LabelOutcome.Good), new Outcome(9, LabelOutcome.Good)], await LabelQueries.EffectiveAsync(db, 1, 9));
            Assert.Equal([new Outcome(9, LabelOutcome.Good)], await LabelQueries.EffectiveAsync(db, 8, 9));
            foreach (var (day, outcome) in ((int, LabelOutcome?)[])[(0, null), (1, LabelOutcome.Good), (2, LabelOutcome.Fraud), (3, LabelOutcome.Good), (9, LabelOutcome.Good), (10, LabelOutcome.Fraud), (19, LabelOutcome.Fraud), (20, LabelOutcome.Good)])
                Assert.Equal(outcome, (await LabelQueries.EffectiveAsync(db, 7, 7, Day.AddDays(day))).Select(o => (LabelOutcome?)o.Label).SingleOrDefault());

            Assert.Equal([new LabelDay((int)(Day.ToUnixTimeSeconds() / 86_400), 0, 2)], await LabelQueries.DaysAsync(db, Day.AddDays(-1), Day.AddDays(1)));
            var coverage = await LabelQueries.CoverageAsync(db, Day.AddDays(-1), Day.AddDays(1), TestClock.Start);
            Assert.Equal((2, 0, 2, 1), (coverage.Labelled, coverage.Fraud, coverage.Good, coverage.Conflicts));
            Assert.Equal(LabelFate.Known, await FateAsync(db, 7, LabelOutcome.Fraud, "cb-7"));
            Assert.Equal(LabelFate.Contradicts, await FateAsync(db, 9, LabelOutcome.Fraud, "cb-7"));
            // Who cannot say says nothing, wherever it stands.
            var before = await LabelQueries.EffectiveAsync(db, 1, 11);
            foreach (var (seq, source) in ((long, LabelSource)[])[(7, LabelSource.Chargeback), (9, LabelSource.Analyst), (11, LabelSource.Analyst)]) await AddAsync(db, seq, LabelOutcome.Inconclusive, source, 30);
            Assert.Equal(before, await LabelQueries.EffectiveAsync(db, 1, 11));
            Assert.Equal(before, await LabelQueries.EffectiveAsync(db, 1, 11, Day.AddDays(31)));
            Assert.Equal(((LabelOutcome.Good, true), (LabelOutcome.Good, false), 0), (await NowAsync(db, 7), await NowAsync(db, 9), await db.Set<CurrentLabel>().CountAsync(c => c.Seq == 11)));
            Assert.Equal(customer.Number + 9, await db.Set<Label>().MaxAsync(l => l.Number));
        });
        Assert.True(LabelQueries.IsRipe(TestClock.Start.AddDays(-60).ToUnixTimeMilliseconds(), TestClock.Start));
        Assert.False(LabelQueries.IsRipe(TestClock.Start.AddDays(-59).ToUnixTimeMilliseconds(), TestClock.Start));
    }

    protected async Task GuardAsync()
    {
        await app.InDbAsync(db => AddAsync(db, 3, LabelOutcome.Fraud, LabelSource.Analyst, 1));
        foreach (var sql in (string[])["UPDATE labels SET outcome = 2 WHERE seq = 3", "DELETE FROM labels WHERE seq = 3"])
            Assert.Contains("never", (await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => app.InDbAsync(db => db.Database.ExecuteSqlRawAsync(sql)))).Message, StringComparison.Ordinal);
    }

    private static async Task<(LabelOutcome, bool)> NowAsync(PanelDb db, long seq) =>
        await db.Set<CurrentLabel>().AsNoTracking().Where(c => c.Seq == seq).Select(c => new ValueTuple<LabelOutcome, bool>(c.Outcome, c.IsConflicted)).SingleAsync();

    private static async Task<LabelFate> FateAsync(PanelDb db, long seq, LabelOutcome outcome, string reference) =>
        await InAsync(db, async ledger => (await ledger.AppendAsync([new NewLabel(seq, 0, outcome, LabelSource.Chargeback) { Reference = reference }], LabelChannel.Api, Actor.System, TestClock.Start, default))[0].Fate);

    private static Task<Label> AddAsync(PanelDb db, long seq, LabelOutcome outcome, LabelSource source, int day, string? reference = null) => InAsync(db, async ledger =>
        (await ledger.AppendAsync([new NewLabel(seq, Day.ToUnixTimeMilliseconds(), outcome, source) { KnownAt = Day.AddDays(day), Reference = reference }], LabelChannel.Api, Actor.System, TestClock.Start, default))[0].Row);

    private static Task<Label?> ReverseAsync(PanelDb db, Label row, int day) =>
        InAsync(db, ledger => ledger.ReverseAsync(row, Day.ToUnixTimeMilliseconds(), null, LabelChannel.Panel, Actor.System, TestClock.Start, default, Day.AddDays(day)));

    private static async Task<T> InAsync<T>(PanelDb db, Func<LabelLedger, Task<T>> write)
    {
        var ledger = new LabelLedger(db);
        await using var transaction = await db.Database.BeginTransactionAsync();
        await ledger.BeginAsync(default);
        var result = await write(ledger);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        db.ChangeTracker.Clear();
        return result;
    }
}
