using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>What a caller is told while the store is full, write-protected or slow, and that nothing is lost or half stored by it.</summary>
public sealed class StoreTroubleTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "asked-in-trouble");

    [Theory]
    [InlineData("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000")]
    [InlineData("PRAGMA query_only = ON", "PRAGMA query_only = OFF")]
    public async Task A_store_that_cannot_write_answers_503_and_recovers_by_itself(string breaks, string mends)
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        await log.CatchUpAsync(CancellationToken.None);
        await log.RunAsync(db => Run(db, breaks));

        // What room is left in a page is used up first.
        var notes = string.Join(',', Enumerable.Range(0, 7).Select(i => $"\"note_{i}\":\"{new string('x', 1_000)}\""));
        var large = Shop.With(Shop.Minimum, "metadata", $"{{{notes}}}");
        var stored = 1;
        Answer refused;
        while ((refused = await shop.AssessAsync(large)).Code == 200) Assert.True(++stored < 100, "it went on storing");
        refused.MustRefuse(503, "ASSESS_MAINTENANCE");
        for (var i = 0; i < 3; i++) (await shop.AssessAsync(large, Key)).MustRefuse(503, "ASSESS_MAINTENANCE");
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(stored, await shop.StoredAsync());
        using (var health = await app.Anonymous().GetAsync("/api/v1/health")) Assert.Equal(503, (int)health.StatusCode);
        using (var ready = await app.Anonymous().GetAsync("/health/ready")) Assert.Equal(503, (int)ready.StatusCode);

        await log.RunAsync(db => Run(db, mends));
        var answered = (await shop.AssessAsync(large, Key)).MustBeGood();
        Assert.Null(answered.Header("Idempotent-Replayed"));
        Assert.Equal(stored + 1, await shop.StoredAsync());
        using (var health = await app.Anonymous().GetAsync("/api/v1/health")) Assert.Equal(200, (int)health.StatusCode);
    }

    [Fact]
    public async Task A_store_that_takes_too_long_answers_504_and_the_retry_gets_the_answer()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        using var free = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var busy = log.RunAsync(_ =>
        {
            begun.Set();
            free.Wait();
        });
        begun.Wait();
        try
        {
            var first = shop.AssessAsync(Shop.Minimum, Key);
            while (log.Waiting == 0) await Task.Yield();
            var second = shop.AssessAsync(Shop.Minimum, Key);
            while (!first.IsCompleted || !second.IsCompleted)
            {
                app.Clock.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }
            Assert.Equal("1", (await first).MustRefuse(504, "ASSESS_TIMEOUT").Header("Retry-After"));
            Assert.Equal("1", (await second).MustRefuse(409, "IDEMPOTENCY_IN_PROGRESS").Header("Retry-After"));
        }
        finally
        {
            free.Set();
        }
        await busy;
        var retry = (await shop.AssessAsync(Shop.Minimum, Key)).MustBeGood();
        Assert.Equal("true", retry.Header("Idempotent-Replayed"));
        Assert.Equal(1, await shop.StoredAsync());
    }

    [Fact]
    public async Task Whoever_comes_when_a_thousand_wait_already_is_refused_at_once()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        using var free = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var busy = log.RunAsync(_ =>
        {
            begun.Set();
            free.Wait();
        });
        begun.Wait();
        List<Task<Answer>> waiting;
        try
        {
            waiting = [.. Enumerable.Range(0, AssessmentLog.MostWaiting).Select(_ => shop.AssessAsync(Shop.Minimum))];
            while (log.Waiting < AssessmentLog.MostWaiting) await Task.Yield();
            (await shop.AssessAsync(Shop.Minimum)).MustRefuse(503, "ASSESS_MAINTENANCE");
        }
        finally
        {
            free.Set();
        }
        await busy;
        foreach (var one in waiting) (await one).MustBeGood();
        Assert.Equal(AssessmentLog.MostWaiting, await shop.StoredAsync());
    }

    private static void Run(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
