using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <param name="Hits">Live assessments of one flow in which it fired.</param>
/// <param name="All">Live assessments of that flow and time.</param>
/// <param name="Labels">What the hits turned out to be, as far as anybody said.</param>
public sealed record SignalRate(long Hits, long All, SignalLabels Labels)
{
    public double Share => All == 0 ? 0 : Hits / (double)All;
}

/// <summary>What rules did of late, as their own page tells it.</summary>
/// <param name="Rules">By their ids.</param>
/// <param name="All">Live assessments of the time, both flows.</param>
public sealed record RuleRates(IReadOnlyDictionary<string, RuleRecord> Rules, long All)
{
    public static readonly RuleRates None = new(new Dictionary<string, RuleRecord>(), 0);
}

/// <summary>How often each signal and each rule fires and how often rightly: over the last months, of signals in payments and payouts apart, of rules as <see cref="RuleRecords"/> counts them. Reading all labelled payments takes long, so what was read serves everybody for a minute, and while it is read anew nobody waits for it.</summary>
public sealed partial class SignalRates(IServiceScopeFactory scopes, TimeProvider clock, ILogger<SignalRates> log) : IDisposable
{
    public const int Days = 90;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Read? _read;

    /// <summary>By the signal's stable number, among payments or among payouts; a signal that never fired there is not among them.</summary>
    public async Task<IReadOnlyDictionary<int, SignalRate>> ReadAsync(Flow flow, CancellationToken stop) => (await ReadAsync(stop)).Rates[flow];

    public async Task<RuleRates> ReadRulesAsync(CancellationToken stop) => (await ReadAsync(stop)).Rules;

    public void Dispose() => _one.Dispose();

    private async Task<Read> ReadAsync(CancellationToken stop)
    {
        if (_read is { } known && IsWithin(known, Longest))
        {
            if (!IsWithin(known, Lifetime) && _one.CurrentCount > 0) _ = Task.Run(RefreshAsync, CancellationToken.None);
            return known;
        }
        return await ReadAnewAsync(stop);
    }

    private async Task RefreshAsync()
    {
        try
        {
            await ReadAnewAsync(CancellationToken.None);
        }
        catch (Exception failed)
        {
            // What is known serves on; the next reader tries again.
            Failed(failed);
        }
    }

    private async Task<Read> ReadAnewAsync(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            // Whoever waited finds what the first one read.
            if (_read is { } meanwhile && IsWithin(meanwhile, Lifetime)) return meanwhile;
            var now = clock.GetUtcNow();
            await using var scope = scopes.CreateAsyncScope();
            var rates = await CountAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), now, stop);
            var (rules, all) = await scope.ServiceProvider.GetRequiredService<RuleRecords>().ReadAsync(stop, Days);
            return _read = new Read(rates, new RuleRates(rules, all), now);
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsWithin(Read read, TimeSpan time) => clock.GetUtcNow() - read.At is var age && age >= TimeSpan.Zero && age < time;

    private static async Task<IReadOnlyDictionary<Flow, IReadOnlyDictionary<int, SignalRate>>> CountAsync(PanelDb db, DateTimeOffset now, CancellationToken stop)
    {
        var today = (int)(now.ToUnixTimeSeconds() / 86_400);
        var start = DateTimeOffset.FromUnixTimeSeconds((today - Days + 1) * 86_400L);
        var all = await db.Set<ScoreDay>().Where(d => d.Day > today - Days && d.Day <= today).GroupBy(d => d.Flow).Select(g => new { g.Key, Count = g.Sum(d => d.Count) }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        var hits = await db.Set<SignalDay>().Where(d => d.Day > today - Days && d.Day <= today).GroupBy(d => new { d.Flow, d.Signal }).Select(g => new { g.Key.Flow, g.Key.Signal, Count = g.Sum(d => d.Count) }).ToListAsync(stop);
        var labels = await LabelQueries.SignalsByFlowAsync(db, start, start.AddDays(Days), stop);
        return Enum.GetValues<Flow>().ToDictionary(flow => flow, flow => (IReadOnlyDictionary<int, SignalRate>)hits.Where(h => h.Flow == flow).ToDictionary(h => h.Signal, h => new SignalRate(h.Count, all.GetValueOrDefault(flow), labels.GetValueOrDefault((flow, h.Signal)))));
    }

    [LoggerMessage(LogLevel.Warning, "How often each signal fires cannot be counted anew at the moment; what was counted before is shown")]
    private partial void Failed(Exception exception);

    private sealed record Read(IReadOnlyDictionary<Flow, IReadOnlyDictionary<int, SignalRate>> Rates, RuleRates Rules, DateTimeOffset At);
}
