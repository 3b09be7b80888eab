using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClausumPanel.Web.Tests.Storage;

/// <summary>What a restart must bring back.</summary>
public sealed class AssessmentMemoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory, OnSqlite, OnPostgres]
    public async Task After_a_restart_the_next_payment_meets_the_same_past(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var live = new VelocityIndex();
        var random = new Random(7);
        using (var log = AssessmentLog.Open(services.GetRequiredService<StorageChoice>(), TimeProvider.System, NullLogger.Instance))
        {
            await log.StartAsync();
            var handles = new List<int>();
            for (var i = 0; i < 400; i++)
            {
                var seen = Somebody(random, Now.AddMinutes(i - 500).ToUnixTimeMilliseconds());
                var replaces = i % 50 == 49 ? i - 1 : -1;
                var decision = (Decision)random.Next(4);
                handles.Add(live.Observe(seen, new Facts(), replaces < 0 ? -1 : handles[replaces]));
                live.Confirm(handles[i], decision);
                await Store(log, seen, decision, (ulong)i + 1, replaces < 0 ? null : replaces + 1);
            }
            await log.ReleaseAsync(10, Now.ToUnixTimeMilliseconds());
            live.Release(handles[9]);
        }

        var memory = await Load(services);
        for (var i = 0; i < 20; i++)
        {
            var next = Somebody(random, Now.AddSeconds(i).ToUnixTimeMilliseconds());
            Facts before = new(), after = new();
            live.Observe(next, before);
            memory.Velocity.Observe(next, after);
            foreach (var fact in FactCatalog.All.Where(f => f.Source is FactSource.Velocity or FactSource.History))
                Assert.True(Close(before.Number(fact.Fact), after.Number(fact.Fact)), $"{fact.Name}: {before.Number(fact.Fact)} before, {after.Number(fact.Fact)} after");
        }
        Assert.Equal(400, memory.Idempotency.Count);
        Assert.Equal(Replay.Answered, memory.Idempotency.Begin(77, 77, Now.ToUnixTimeMilliseconds(), false, out var seq, out _));
        Assert.Equal(77, seq);
        Assert.Equal(Replay.Conflict, memory.Idempotency.Begin(77, 78, Now.ToUnixTimeMilliseconds(), false, out _, out _));
        Assert.True(memory.Sessions.TryFind(400, out var session));
        Assert.Equal(400, session.Seq);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_same_value_has_the_same_key_after_every_restart(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var first = (await Load(services)).Hasher.Key(EntityKind.Email, "maria@example.mx");
        Assert.Equal(first, (await Load(services)).Hasher.Key(EntityKind.Email, "maria@example.mx"));
        await using var other = await TestDatabase.OfAsync(provider);
        await using var others = other.Services();
        // Both are copies of one that was made ready once; a store of its own has a key of its own.
        await using (var scope = others.CreateAsyncScope()) Assert.Equal(1, await scope.ServiceProvider.GetRequiredService<PanelDb>().Settings.Where(s => s.Name == "velocity.key").ExecuteDeleteAsync());
        Assert.NotEqual(first, (await Load(others)).Hasher.Key(EntityKind.Email, "maria@example.mx"));
    }

    [Fact]
    public void The_hash_is_SipHash_2_4()
    {
        // Vectors of the reference implementation: key 00…0f, messages of 0, 1, 8 and 15 rising bytes.
        var hasher = new EntityHasher([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);
        Assert.Equal(0x726fdb47dd0e0e31UL, hasher.Hash([]));
        Assert.Equal(0x74f839c593dc67fdUL, hasher.Hash([0]));
        Assert.Equal(0x93f5f5799a932462UL, hasher.Hash([0, 1, 2, 3, 4, 5, 6, 7]));
        Assert.Equal(0xa129ca6149be45e5UL, hasher.Hash([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
    }

    private static async Task<AssessmentMemory> Load(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        return await AssessmentMemory.LoadAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), Now, default);
    }

    private static bool Close(double a, double b) => double.IsNaN(a) ? double.IsNaN(b) : Math.Abs(a - b) <= Math.Abs(a) * 1e-9;

    private static Observation Somebody(Random random, long at)
    {
        EntityKeys keys = default;
        keys[(int)EntityKind.Email] = (ulong)random.Next(1, 30);
        keys[(int)EntityKind.Card] = (ulong)random.Next(1, 40) + 1000;
        keys[(int)EntityKind.Ip] = (ulong)random.Next(1, 3) + 2000;
        return new Observation { At = at, Amount = random.Next(100, 100_000), Currency = random.Next(4) == 0 ? "USD" : "MXN", Flow = Flow.PayIn, Last4 = (short)random.Next(10_000), Keys = keys };
    }

    private static async Task Store(AssessmentLog log, Observation seen, Decision decision, ulong number, long? replaces)
    {
        var one = new PendingAssessment
        {
            At = seen.At, Amount = seen.Amount, Currency = seen.Currency, Decision = decision, PolicyVersion = 1, SessionId = $"ps_{number}", SessionKey = number, Keys = seen.Keys, Last4 = seen.Last4,
            Replaces = replaces, IdempotencyHash = number, Fingerprint = number,
        };
        Assert.True(log.TryAppend(one));
        await one.Stored;
    }
}
