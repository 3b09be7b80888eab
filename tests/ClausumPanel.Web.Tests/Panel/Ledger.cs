using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Panel;

/// <summary>One assessment of which everything is known beforehand.</summary>
internal sealed record Entry(DateTimeOffset At, Decision Decision, long Amount = 10_000, string Currency = "MXN")
{
    public Flow Flow { get; init; }
    public int Score { get; init; } = 10;
    public string Country { get; init; } = "MX";
    public string? Channel { get; init; }
    public string? Submerchant { get; init; }
    public string? CardScheme { get; init; }
    public bool Simulated { get; init; }
    public string? Signal { get; init; }
    public int Latency { get; init; } = 1_000;

    /// <summary>Places of rules that hit.</summary>
    public ushort[] Rules { get; init; } = [];

    /// <summary>What a person makes of it, for good.</summary>
    public ReviewOutcome? Closed { get; init; }
    public LabelOutcome? Label { get; set; }

    /// <summary>The label is taken back.</summary>
    public bool IsReversed { get; init; }
    public long Seq { get; set; }
}

/// <summary>Puts assessments into a running panel as they would have come, at any time, without asking any policy.</summary>
internal static class Ledger
{
    public static async Task StoreAsync(this PanelApp app, IReadOnlyList<Entry> entries, bool isFolded = true)
    {
        var service = app.Services.GetRequiredService<AssessService>();
        await service.Ready.WaitAsync(TimeSpan.FromSeconds(30));
        foreach (var part in entries.Chunk(500))
        {
            var pending = part.Select(Pending).ToList();
            foreach (var one in pending) Assert.True(service.Log!.TryAppend(one));
            foreach (var one in pending) await one.Stored;
            foreach (var (entry, one) in part.Zip(pending)) entry.Seq = one.Seq;
        }
        if (isFolded) await service.Log!.CatchUpAsync(default);
        await app.LabelAsync(entries);
        await app.CloseAsync(entries);
    }

    public static Task LabelAsync(this PanelApp app, IReadOnlyList<Entry> entries) => app.InDbAsync(async db =>
    {
        foreach (var entry in entries.Where(e => e.Label is not null))
        {
            var row = await WriteAsync(db, l => l.AppendAsync([new NewLabel(entry.Seq, entry.At.ToUnixTimeMilliseconds(), entry.Label!.Value, LabelSource.Analyst)], LabelChannel.Panel, Actor.System, app.Clock.GetUtcNow(), default));
            if (entry.IsReversed) await WriteAsync(db, l => l.ReverseAsync(row[0].Row, entry.At.ToUnixTimeMilliseconds(), null, LabelChannel.Panel, Actor.System, app.Clock.GetUtcNow(), default));
        }
    });

    /// <summary>Lets what was decided take effect, through the flow that does it; the label that an approval or a decline writes then holds unless the entry says otherwise.</summary>
    private static async Task CloseAsync(this PanelApp app, IReadOnlyList<Entry> entries)
    {
        var closed = entries.Where(e => e.Closed is not null).ToList();
        if (closed.Count == 0) return;
        var now = app.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await app.InDbAsync(async db =>
        {
            foreach (var entry in closed)
                Assert.Equal(1, await db.Set<Review>().Where(r => r.Seq == entry.Seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Decided).SetProperty(x => x.Outcome, entry.Closed).SetProperty(x => x.DecidedAt, now).SetProperty(x => x.SettlesAt, now)));
        });
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SettleReviews>().RunAsync(default);
    }

    private static async Task<T> WriteAsync<T>(PanelDb db, Func<LabelLedger, Task<T>> write)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var ledger = new LabelLedger(db);
        await ledger.BeginAsync(default);
        var answer = await write(ledger);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        db.ChangeTracker.Clear();
        return answer;
    }

    private static PendingAssessment Pending(Entry entry)
    {
        var facts = new Facts();
        if (entry.Country.Length > 0) facts.Set(Known.IpCountry, entry.Country);
        if (entry.Channel is not null) facts.Set(Known.Channel, entry.Channel);
        if (entry.Submerchant is not null) facts.Set(Known.SubmerchantId, entry.Submerchant);
        if (entry.CardScheme is not null) facts.Set(Known.CardScheme, entry.CardScheme);
        var (factBytes, signalBytes) = (new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes]);
        SignalHit[] hits = entry.Signal is null ? [] : [new SignalHit(SignalCatalog.ByCode[entry.Signal].Index, 8, 1_000, double.NaN, null)];
        return new PendingAssessment
        {
            At = entry.At.ToUnixTimeMilliseconds(), Flow = entry.Flow, Amount = entry.Amount, Currency = entry.Currency, Decision = entry.Decision, Score = entry.Score, PolicyVersion = 1, Simulated = entry.Simulated,
            SessionId = string.Create(CultureInfo.InvariantCulture, $"ps_{entry.At.ToUnixTimeMilliseconds()}_{Guid.NewGuid():N}"), LatencyMicroseconds = entry.Latency,
            Facts = factBytes.AsMemory(0, FactSnapshot.Write(facts, factBytes)), Signals = signalBytes.AsMemory(0, SignalHits.Write(hits, Array.ConvertAll(entry.Rules, r => new RuleHit(r, 5, false)), signalBytes)), Request = "{}"u8.ToArray(), Keys = default,
        };
    }
}
