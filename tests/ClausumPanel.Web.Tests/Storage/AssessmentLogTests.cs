using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ClausumPanel.Web.Tests.Storage;

/// <summary>The log on both engines.</summary>
public sealed class AssessmentLogTests
{
    private const long Noon = 1_780_000_000_000;

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_acknowledged_is_there_with_all_that_belongs_to_it(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        var payments = Enumerable.Range(0, 500).Select(i => Payment($"payer{i % 7}@example.mx", (Decision)(i % 4), i)).ToList();
        foreach (var one in payments) Assert.True(log.TryAppend(one));
        foreach (var one in payments) await one.Stored;

        await using var scope = world.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.Equal(500, await db.Set<StoredAssessment>().CountAsync());
        Assert.Equal(500, await db.Set<MemoryRecord>().CountAsync());
        await log.CatchUpAsync(default);
        Assert.Equal(500, await db.Set<OutboxEvent>().CountAsync());
        Assert.Equal(500, await db.Set<OutboxEvent>().MaxAsync(e => e.Number));
        Assert.Equal(250, await db.Set<Review>().CountAsync());
        Assert.Equal(500, await db.Set<Rollup>().SumAsync(r => r.Count));
        Assert.Equal(payments.Sum(p => p.Amount), await db.Set<Rollup>().SumAsync(r => r.Amount));
        var reader = new AssessmentReader(db);
        foreach (var one in payments.Take(20)) Assert.Equal(one.SessionId, (await reader.FindAsync(one.Id, default))!.SessionId);
        Assert.Null(await reader.FindAsync(AssessmentId.Create(Noon, payments[0].Seq, 1), default));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Lists_are_the_same_before_and_after_folding(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        for (var i = 0; i < 300; i++)
        {
            var one = Payment($"payer{i % 7}@example.mx", (Decision)(i % 4), i);
            Assert.True(log.TryAppend(one));
            await one.Stored;
            if (i == 150) await log.CatchUpAsync(default);
        }
        AssessmentFilter[] filters =
        [
            new(), new() { Decisions = [Decision.Decline] }, new() { Decisions = [Decision.Decline, Decision.Review] }, new() { Search = "PAYER3" }, new() { Search = "payer3@example.mx", Exactly = TermKind.Email },
            new() { Search = "4242" }, new() { MinScore = 40, MaxScore = 60 }, new() { Currency = "MXN", MinAmount = 12_000 }, new() { From = Noon + 100_000, To = Noon + 200_000 },
            new() { Country = "MX", Decisions = [Decision.Approve], Search = "payer" }, new() { Search = "nobody" }, new() { Signal = SignalCatalog.ByCode["short_session"].Id },
        ];
        await using var scope = world.Services.CreateAsyncScope();
        var reader = new AssessmentReader(scope.ServiceProvider.GetRequiredService<PanelDb>());
        var before = await Everything(reader, filters);
        await log.CatchUpAsync(default);
        var after = await Everything(reader, filters);
        Assert.Equal(before, after);
        Assert.Equal(300, before[0].Split(' ').Length);
        Assert.Equal(300 / 7 + 1, before[3].Split(' ').Length);
        Assert.Equal("", before[10]);
    }

    [Theory, OnSqlite]
    public async Task Every_commit_is_synced(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        await using var connection = new SqliteConnection(world.Storage.ConnectionString);
        await connection.OpenAsync();
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
        Assert.Equal(16_384L, Scalar(connection, "PRAGMA page_size"));
        using var store = new SqliteLogStore(world.Storage.ConnectionString + ";Cache=Default");
        Assert.Equal(2L, Scalar((SqliteConnection)store.Connection, "PRAGMA synchronous"));
    }

    [Theory, OnSqlite]
    public async Task A_full_disk_refuses_everybody_honestly_and_recovers_by_itself(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        await log.RunAsync(db => Execute(db, "PRAGMA max_page_count = 60"));
        var refused = 0;
        for (var i = 0; i < 400 && refused == 0; i++)
        {
            var one = Payment("payer@example.mx", Decision.Approve, i, body: 8_000);
            Assert.True(log.TryAppend(one));
            try
            {
                await one.Stored;
            }
            catch (StoreUnavailableException)
            {
                refused++;
            }
        }
        Assert.Equal(1, refused);
        Assert.NotNull(log.Trouble);
        await using var scope = world.Services.CreateAsyncScope();
        var stored = await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<StoredAssessment>().CountAsync();
        Assert.Equal(stored, await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<MemoryRecord>().CountAsync());

        await log.RunAsync(db => Execute(db, "PRAGMA max_page_count = 1000000"));
        var again = Payment("payer@example.mx", Decision.Approve, 999);
        Assert.True(log.TryAppend(again));
        await again.Stored;
        Assert.Null(log.Trouble);
    }

    /// <summary>Whoever asks whether payments are taken sends none while the answer is no.</summary>
    [Theory, OnSqlite]
    public async Task A_store_that_was_locked_is_found_free_again_without_another_payment(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        await using var other = new SqliteConnection(world.Storage.ConnectionString);
        await other.OpenAsync();
        Execute(other, "BEGIN IMMEDIATE");
        var refused = Payment("payer@example.mx", Decision.Approve, 1);
        Assert.True(log.TryAppend(refused));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => refused.Stored.AsTask());
        Assert.Equal("database is locked", log.Trouble);
        Execute(other, "ROLLBACK");
        await Task.Run(async () =>
        {
            while (log.Trouble is not null) await Task.Yield();
        }).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([0L, 0L], [Scalar(other, "SELECT count(*) FROM assessments"), Scalar(other, "SELECT count(*) FROM log_marks WHERE length(reader) > 100")]);
    }

    /// <summary>What is only made findable later must not say that payments are refused.</summary>
    [Theory, OnPostgres]
    public async Task Payments_are_taken_while_somebody_holds_what_folding_needs(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        await using var other = new NpgsqlConnection(world.Storage.ConnectionString);
        await other.OpenAsync();
        var transaction = await other.BeginTransactionAsync();
        Execute(other, "LOCK TABLE labels, outbox_events IN SHARE ROW EXCLUSIVE MODE");
        var first = Payment("payer@example.mx", Decision.Approve, 1);
        Assert.True(log.TryAppend(first));
        await first.Stored;
        // It waits, has waited in vain, and waits again.
        foreach (var isWaiting in (bool[])[true, false, true])
            while (await WaitsAsync() != isWaiting) await Task.Yield();
        Assert.Null(log.Trouble);
        var second = Payment("payer@example.mx", Decision.Approve, 2);
        Assert.True(log.TryAppend(second));
        await second.Stored;
        await transaction.RollbackAsync();
        await log.CatchUpAsync(default);
        Assert.Equal(second.Seq, log.FoldedSeq);

        async Task<bool> WaitsAsync()
        {
            await using var watching = new NpgsqlConnection(world.Storage.ConnectionString);
            await watching.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'ClausumPanel log' AND datname = current_database() AND wait_event_type = 'Lock'", watching);
            return (bool)(await command.ExecuteScalarAsync())!;
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_tries_itself_and_leaves_nothing(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        using ILogStore store = provider == StorageProvider.Sqlite ? new SqliteLogStore(world.Storage.ConnectionString) : new PostgresLogStore(world.Storage.ConnectionString);
        for (var i = 0; i < 2; i++)
        {
            store.Begin();
            store.Try();
            store.Commit();
        }
        using var count = store.Connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM log_marks WHERE length(reader) > 100";
        Assert.Equal(0L, count.ExecuteScalar());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_log_goes_on_where_the_old_one_stopped(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        var first = Payment("payer@example.mx", Decision.Approve, 1);
        log.TryAppend(first);
        await first.Stored;
        log = await world.ReopenAsync();
        var second = Payment("payer@example.mx", Decision.Approve, 2);
        log.TryAppend(second);
        await second.Stored;
        Assert.Equal(first.Seq + 1, second.Seq);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_has_given_up_waiting_is_let_go_and_the_assessment_is_stored_all_the_same(StorageProvider provider)
    {
        await using var world = await LogWorld.OnAsync(provider);
        var log = world.Log;
        var gate = new ManualResetEventSlim();
        var blocked = log.RunAsync(_ => gate.Wait());
        var one = Payment("payer@example.mx", Decision.Approve, 1);
        var settled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        one.Settled = (_, stored) => settled.SetResult(stored);
        log.TryAppend(one);
        one.GiveUp(one.Filling);
        await Assert.ThrowsAsync<TimeoutException>(async () => await one.Stored);
        gate.Set();
        await blocked;
        Assert.True(await settled.Task);
    }

    private static async Task<List<string>> Everything(AssessmentReader reader, AssessmentFilter[] filters)
    {
        var all = new List<string>();
        foreach (var filter in filters)
        {
            foreach (var order in Enum.GetValues<AssessmentOrder>())
            {
                var seqs = new List<long>();
                AssessmentCursor? after = null;
                do
                {
                    var page = await reader.PageAsync(filter, order, after, 17, default);
                    seqs.AddRange(page.Lines.Select(l => l.Seq));
                    after = page.Next;
                }
                while (after is not null);
                Assert.Equal(seqs.Count, seqs.Distinct().Count());
                Assert.Equal(seqs.Count, await reader.CountAsync(filter, default));
                if (order == AssessmentOrder.Newest) all.Add(string.Join(' ', seqs));
                else Assert.Equal(seqs.Order(), all[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).Order());
            }
        }
        return all;
    }

    private static PendingAssessment Payment(string email, Decision decision, int i, int body = 20)
    {
        var facts = new Facts();
        facts.Set(Known.Email, email);
        facts.Set(Known.CardLast4, "4242");
        facts.Set(Known.CardBin, "411111");
        facts.Set(Known.IpCountry, i % 2 == 0 ? "MX" : "US");
        var factBytes = new byte[FactSnapshot.MostBytes];
        var signalBytes = new byte[SignalHits.MostBytes];
        SignalHit[] hits = i % 3 == 0 ? [new SignalHit(SignalCatalog.ByCode["short_session"].Index, 8, 1_000, double.NaN, null)] : [];
        return new PendingAssessment
        {
            At = Noon + (i * 1_000), Amount = 10_000 + (i * 10), Currency = i % 5 == 0 ? "USD" : "MXN", Decision = decision, Score = (int)decision * 25, PolicyVersion = 1, SessionId = $"ps_{Noon + i}_abcdefghi",
            SessionKey = (ulong)i + 1, OrderId = $"ord-{i}", Facts = factBytes.AsMemory(0, FactSnapshot.Write(facts, factBytes)), Signals = signalBytes.AsMemory(0, SignalHits.Write(hits, signalBytes)),
            Request = new byte[body], Last4 = 4242, Keys = default,
        };
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Execute(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class LogWorld : IAsyncDisposable
    {
        private readonly TestDatabase _database;

        private LogWorld(TestDatabase database) => (_database, Services) = (database, database.Services());

        public ServiceProvider Services { get; }
        public StorageChoice Storage => Services.GetRequiredService<StorageChoice>();
        public AssessmentLog Log { get; private set; } = null!;

        public static async Task<LogWorld> OnAsync(StorageProvider provider)
        {
            var world = new LogWorld(await TestDatabase.OfAsync(provider));
            await world.ReopenAsync();
            return world;
        }

        public async Task<AssessmentLog> ReopenAsync()
        {
            Log?.Dispose();
            Log = AssessmentLog.Open(Storage, TimeProvider.System, NullLogger.Instance);
            await Log.StartAsync();
            return Log;
        }

        public async ValueTask DisposeAsync()
        {
            Log.Dispose();
            await Services.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
