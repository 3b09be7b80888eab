using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Outcome = ClausumPanel.Assess.Previews.Outcome;

namespace ClausumPanel.Web.Jobs;

/// <summary>
/// Tries policies out on stored traffic, one run at a time on threads of its own. What it has counted is stored stretch by stretch, so a run that is cut off goes on where it was. It reads live
/// rows and writes none, and it steps aside while payments are being assessed.
/// </summary>
public sealed partial class RunSimulations(IServiceScopeFactory scopes, AssessService assessing, IOptions<SimulationOptions> options, TimeProvider clock, ILogger<RunSimulations> log) : BackgroundService
{
    private const int MostThreads = 4;
    /// <summary>Places of the log that are counted and stored together.</summary>
    public const int Stretch = 65_536;

    /// <summary>How long traffic stays in memory when nothing is tried out.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    private readonly ResidentTraffic _resident = new((long)options.Value.ResidentMegabytes << 20);
    private readonly int _threads = Math.Clamp(Environment.ProcessorCount, 1, MostThreads);
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Lock _gate = new();
    private Guid _running;
    private CancellationTokenSource? _cancel;
    private long _judging;
    private DateTimeOffset? _removed;

    /// <summary>About how much memory the traffic takes that is kept for the next run.</summary>
    public long ResidentBytes => _resident.Bytes;

    /// <summary>There is something to do.</summary>
    public void Wake() => _asked.Release();

    /// <summary>Payments were removed, or say less than they did: what is in memory of them goes too.</summary>
    public void Forget() => _resident.Clear();

    /// <summary>Stops that run, if it is the one under way.</summary>
    public void Cancel(Guid run)
    {
        lock (_gate)
            if (_running == run) _cancel?.Cancel();
    }

    /// <summary>How many the run has judged up to now, the stretch under way included.</summary>
    public long Judged(SimulationRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        lock (_gate) return run.Judged + (_running == run.Id ? Interlocked.Read(ref _judging) : 0);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            // One process owns the store: what still runs now was cut off with the one before.
            await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<SimulationRun>().Where(r => r.State == RunState.Running).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Interrupted), stoppingToken);
        }
        while (true)
        {
            await using (var scope = scopes.CreateAsyncScope())
            {
                var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
                while (await db.Set<SimulationRun>().AsNoTracking().Where(r => r.State == RunState.Waiting).OrderBy(r => r.CreatedAt).FirstOrDefaultAsync(stoppingToken) is { } next) await RunAsync(db, next, stoppingToken);
            }
            while (!await _asked.WaitAsync(Idle, stoppingToken)) _resident.Clear();
        }
    }

    private async Task RunAsync(PanelDb db, SimulationRun run, CancellationToken stop)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        lock (_gate) (_running, _cancel) = (run.Id, cancel);
        try
        {
            if (await Mine(db, run, RunState.Waiting).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Running), stop) == 0) return;
            await CountAsync(db, run, cancel.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody stopped it, which its row says already, or the service ends.
            await Mine(db, run, RunState.Running).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Interrupted), CancellationToken.None);
            stop.ThrowIfCancellationRequested();
        }
        catch (Exception e) when (e is DbException or InvalidDataException or ArgumentException)
        {
            Failed(e, run.Id);
            await Mine(db, run, RunState.Running).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Failed).SetProperty(x => x.Failure, e.Message).SetProperty(x => x.FinishedAt, clock.GetUtcNow()), CancellationToken.None);
        }
        finally
        {
            lock (_gate) (_running, _cancel) = (Guid.Empty, null);
        }
    }

    private async Task CountAsync(PanelDb db, SimulationRun run, CancellationToken stop)
    {
        // Another node may have taken something away.
        var removed = await db.Set<RetentionRun>().OrderByDescending(r => r.BeatAt).Select(r => (DateTimeOffset?)r.BeatAt).FirstOrDefaultAsync(stop);
        if (removed != _removed) _resident.Clear();
        _removed = removed;
        var open = await PreviewJudges.ReadAsync(db, run, stop);
        PreviewJudge[] judges = [.. Enumerable.Range(0, _threads).Select(_ => open())];
        var part = await db.Set<SimulationPart>().CountAsync(p => p.RunId == run.Id, stop);
        var (done, judged) = (run.DoneSeq, run.Judged);
        while (done < run.LastSeq)
        {
            // Side by side, and stored in the order of the log.
            var work = new List<(long Last, Task<(PreviewSums Sums, IReadOnlyDictionary<string, SeqSet> Sets)> Task)>();
            Interlocked.Exchange(ref _judging, 0);
            var stretches = new List<(long First, long Last, Dictionary<long, Outcome> Outcomes)>();
            while (done < run.LastSeq && stretches.Count < judges.Length)
            {
                var (first, last) = (done + 1, Math.Min(run.LastSeq, ((done / Stretch) + 1) * Stretch));
                stretches.Add((first, last, await OutcomesAsync(db, first, last, run.LabelsUntil, stop)));
                done = last;
            }
            foreach (var (judge, (first, last, outcomes)) in judges.Zip(stretches))
            {
                work.Add((last, BackgroundThread.RunAsync(() =>
                {
                    Scan(run, judge, first, last, outcomes, stop);
                    return judge.Finish();
                })));
            }
            await Task.WhenAll(work.Select(w => w.Task));
            foreach (var (last, task) in work)
            {
                var (sums, sets) = await task;
                judged += sums.Judged;
                if (!await StoreAsync(db, run, ++part, last, judged, sums, sets, stop)) throw new OperationCanceledException();
            }
        }
        await FinishAsync(db, run, stop);
    }

    /// <summary>How the assessments of a stretch turned out, as far as it was known then.</summary>
    private static async Task<Dictionary<long, Outcome>> OutcomesAsync(PanelDb db, long first, long last, DateTimeOffset until, CancellationToken stop) =>
        (await LabelQueries.EffectiveAsync(db, first, last, until, stop)).ToDictionary(l => l.Seq, l => l.Label == LabelOutcome.Fraud ? Outcome.Fraud : Outcome.Good);

    private void Scan(SimulationRun run, PreviewJudge judge, long first, long last, Dictionary<long, Outcome> outcomes, CancellationToken stop)
    {
        const int Together = 128;
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        db.Database.OpenConnection();
        var connection = db.Database.GetDbConnection();
        var pace = new Pace(assessing, _threads);
        var (count, counted) = (0, 0);
        for (var number = ResidentTraffic.NumberOf(first); number <= ResidentTraffic.NumberOf(last); number++)
        {
            stop.ThrowIfCancellationRequested();
            // A reader that stays open keeps the write-ahead log from beginning anew: each reads one stretch.
            var (from, to) = ResidentTraffic.PlacesOf(number);
            if ((_resident.Find(number, judge.Needs) ?? (MayKeep(run, number) ? _resident.Load(number, judge.Needs, connection, Step) : null)) is { } block) Take(block);
            else Read(Math.Max(first, from), Math.Min(last, to));
        }

        void Take(TrafficBlock block)
        {
            for (var row = 0; row < block.Count; row++)
            {
                if (!block.IsWithin(row, first, last, run.FromAt, run.ToAt, run.Flow, run.Currency)) continue;
                judge.Take(block, row, outcomes.Count > 0 ? outcomes.GetValueOrDefault(block.SeqAt(row)) : Outcome.Unknown);
                Count();
            }
        }

        void Read(long from, long to)
        {
            using var scan = AssessmentScan.Open(connection, from, to, run.Scope);
            while (scan.Read())
            {
                judge.Take(scan.Row(outcomes.Count > 0 ? outcomes.GetValueOrDefault(scan.Seq) : Outcome.Unknown));
                Count();
            }
        }

        void Count()
        {
            counted++;
            Step();
        }

        void Step()
        {
            if (++count % Together != 0) return;
            stop.ThrowIfCancellationRequested();
            Interlocked.Add(ref _judging, counted);
            counted = 0;
            pace.Keep(stop);
        }
    }

    /// <summary>Worth keeping is what is complete, read as a whole, and among the newest there is room for.</summary>
    private bool MayKeep(SimulationRun run, long number) =>
        run.Flow is null && run.Currency is null && ResidentTraffic.PlacesOf(number).Last <= run.LastSeq && number > ResidentTraffic.NumberOf(run.LastSeq) - _resident.Room;

    private async Task<bool> StoreAsync(PanelDb db, SimulationRun run, int part, long last, long judged, PreviewSums sums, IReadOnlyDictionary<string, SeqSet> sets, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await Mine(db, run, RunState.Running).ExecuteUpdateAsync(r => r.SetProperty(x => x.DoneSeq, last).SetProperty(x => x.Judged, judged), stop) == 0) return false;
        db.Add(new SimulationPart { RunId = run.Id, Number = part, LastSeq = last, Sums = JsonSerializer.Serialize(sums) });
        foreach (var (name, set) in sets) db.Add(new SimulationSet { RunId = run.Id, Name = name, Part = part, Count = set.Count, Places = set.Bytes.ToArray() });
        await db.SaveChangesAsync(stop);
        db.ChangeTracker.Clear();
        Interlocked.Exchange(ref _judging, 0);
        await transaction.CommitAsync(stop);
        return true;
    }

    private async Task FinishAsync(PanelDb db, SimulationRun run, CancellationToken stop)
    {
        var sums = new PreviewSums();
        foreach (var part in await db.Set<SimulationPart>().AsNoTracking().Where(p => p.RunId == run.Id).OrderBy(p => p.Number).Select(p => p.Sums).ToListAsync(stop)) sums.Add(JsonSerializer.Deserialize<PreviewSums>(part)!);
        var result = JsonSerializer.Serialize(sums);
        await Mine(db, run, RunState.Running).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Done).SetProperty(x => x.Result, result).SetProperty(x => x.FinishedAt, clock.GetUtcNow()), stop);
        Finished(run.Id, sums.Judged, sums.Decided.Moved);
    }

    private static IQueryable<SimulationRun> Mine(PanelDb db, SimulationRun run, RunState state) => db.Set<SimulationRun>().Where(r => r.Id == run.Id && r.State == state);

    [LoggerMessage(LogLevel.Information, "Simulation {Id}: {Judged} assessments judged again, {Moved} would be decided otherwise")]
    private partial void Finished(Guid id, long judged, long moved);

    [LoggerMessage(LogLevel.Error, "Simulation {Id} failed")]
    private partial void Failed(Exception e, Guid id);

    /// <summary>Takes, of all its threads together, a tenth of one processor while payments are being assessed, all of it when none are.</summary>
    private sealed class Pace(AssessService assessing, int threads)
    {
        private const int BusyFrom = 50, Share = 10;
        private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

        private long _seen = assessing.Log?.LastSeq ?? 0, _lookedAt = Stopwatch.GetTimestamp(), _workedFrom = Stopwatch.GetTimestamp();
        private bool _isBusy;

        public void Keep(CancellationToken stop)
        {
            var since = Stopwatch.GetElapsedTime(_lookedAt);
            if (since >= Look && assessing.Log is { } answered)
            {
                _isBusy = (answered.LastSeq - _seen) / since.TotalSeconds >= BusyFrom;
                (_seen, _lookedAt) = (answered.LastSeq, Stopwatch.GetTimestamp());
            }
            if (_isBusy) stop.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(_workedFrom) * ((Share * threads) - 1));
            _workedFrom = Stopwatch.GetTimestamp();
        }
    }
}
