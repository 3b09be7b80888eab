using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// The one writer. It takes what waits, writes it in one transaction, syncs once, then releases everybody who waited: an answer is given only after
/// its assessment survives a pulled plug. Between batches it folds what lists need (see <see cref="Folding"/>) and does small errands for others.
/// </summary>
public sealed partial class AssessmentLog : IDisposable
{
    /// <summary>How many may wait. More than this is refused at once, so that whoever waits is answered in time.</summary>
    public const int MostWaiting = 1_000;

    private const int FoldSlice = 256, FoldSliceUnderLoad = 64;
    private const int FoldLag = 100_000;
    private const int SmallestShare = 4;
    private const int Much = 1_000;
    private static readonly TimeSpan RestBeforeFolding = TimeSpan.FromMilliseconds(30), Patience = TimeSpan.FromSeconds(1), PatienceWithMuch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBusy = TimeSpan.FromSeconds(10), BeforeTrying = TimeSpan.FromSeconds(1);

    private readonly Func<ILogStore> _open;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Errand> _errands = [];
    private readonly Dictionary<RollupKey, RollupSum> _rollups = [];
    private List<PendingAssessment> _waiting = new(MostWaiting);
    private List<PendingAssessment> _batch = new(MostWaiting);
    private ILogStore? _store;
    private RollupWriter? _rollupWriter;
    private readonly ReviewRouting _routing;
    private Folding? _folding;
    private long _seq;
    private long _unfoldedSince;
    private long? _busySince;
    private bool _foldTrouble;
    private volatile bool _stopping, _cannotFold;
    private volatile string? _trouble;
    private long _commits, _rows, _folded;

    internal AssessmentLog(Func<ILogStore> open, TimeProvider clock, ILogger log, ReviewRouting? routing = null)
    {
        (_open, _clock, _log, _routing) = (open, clock, log, routing ?? new ReviewRouting(() => TimeZoneInfo.Utc));
        _thread = new Thread(Loop) { IsBackground = true, Name = "assessment log" };
    }

    /// <summary>The log of the chosen store; <see cref="StartAsync"/> opens it.</summary>
    public static AssessmentLog Open(StorageChoice storage, TimeProvider clock, ILogger log, ReviewRouting? routing = null) => new(
        storage.Provider == StorageProvider.Sqlite ? () => new SqliteLogStore(storage.ConnectionString) : () => new PostgresLogStore(storage.ConnectionString), clock, log, routing);

    /// <summary>What keeps the store from taking assessments at the moment, or null.</summary>
    public string? Trouble => _trouble;

    /// <summary>Committed batches and rows since the start.</summary>
    public (long Commits, long Rows) Written => (Interlocked.Read(ref _commits), Interlocked.Read(ref _rows));

    /// <summary>The newest place in the log.</summary>
    public long LastSeq => Interlocked.Read(ref _seq);

    /// <summary>Up to where lists read the folded tables; beyond it they read the log itself.</summary>
    public long FoldedSeq => Interlocked.Read(ref _folded);

    /// <summary>How many wait for the next commit.</summary>
    public int Waiting { get { lock (_gate) return _waiting.Count; } }

    /// <summary>Opens the store on the writer's thread; completes when it takes assessments.</summary>
    public Task StartAsync()
    {
        _thread.Start();
        return _opened.Task;
    }

    /// <returns>False when too many wait already or the log is closing: nothing was taken.</returns>
    public bool TryAppend(PendingAssessment pending)
    {
        lock (_gate)
        {
            if (_stopping || _waiting.Count >= MostWaiting) return false;
            _waiting.Add(pending);
            if (_waiting.Count > 1) return true;
        }
        _wake.Set();
        return true;
    }

    /// <summary>Runs a small change in a transaction of its own on the writer's connection, so that it never competes with it.</summary>
    public Task RunAsync(Action<DbConnection> change)
    {
        var errand = new Errand(change);
        lock (_gate)
        {
            if (_stopping) throw new StoreUnavailableException("The store is closing.");
            _errands.Add(errand);
        }
        _wake.Set();
        return errand.Done.Task;
    }

    /// <summary>Takes released sessions out of velocity for good.</summary>
    public Task ReleaseAsync(long seq, long at) => RunAsync(db =>
    {
        using var command = db.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO assessment_releases (seq, at) VALUES ({seq}, {at}) ON CONFLICT DO NOTHING");
        command.ExecuteNonQuery();
    });

    /// <summary>Folds everything stored so far; lists right after an import are then as fast as ever.</summary>
    public async Task CatchUpAsync(CancellationToken stop)
    {
        var target = LastSeq;
        while (FoldedSeq < target && !_cannotFold)
        {
            stop.ThrowIfCancellationRequested();
            await RunAsync(_ => FoldSlices(4_096));
        }
    }

    /// <summary>Stores what waits, then closes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
        }
        _wake.Set();
        if (_thread.IsAlive) _thread.Join();
        _wake.Dispose();
    }

    private void Loop()
    {
        try
        {
            _store = _open();
            _seq = Scalar("SELECT max(seq) FROM assessments");
            _rollupWriter = new RollupWriter(_store.Connection);
            _folding = new Folding(_store, _routing);
            _folded = _folding.Mark;
            _seq = Math.Max(_seq, _folded);         // the newest may be so old that they are gone: no place is given twice
            _unfoldedSince = _clock.GetTimestamp();
            _opened.SetResult();
        }
        catch (Exception e)
        {
            _opened.SetException(e);
            return;
        }
        while (true)
        {
            var (hasWork, stopping) = Take();
            if (hasWork) Work();
            else if (stopping) break;
            else if (_trouble is not null) TryAgain();
            else if (FoldedSeq < LastSeq && !_cannotFold) Fold();
            else _wake.WaitOne();
        }
        _rollupWriter.Dispose();
        _folding.Dispose();
        _store.Dispose();
    }

    private (bool HasWork, bool Stopping) Take()
    {
        lock (_gate)
        {
            (_waiting, _batch) = (_batch, _waiting);
            return (_batch.Count > 0 || _errands.Count > 0, _stopping);
        }
    }

    private void Work()
    {
        if (_batch.Count > 0)
        {
            Store(_batch);
            _batch.Clear();
            if (LastSeq - FoldedSeq > FoldLag && !_cannotFold) FoldSlices(FoldSliceUnderLoad);
        }
        Errand[] errands;
        lock (_gate)
        {
            errands = [.. _errands];
            _errands.Clear();
        }
        foreach (var errand in errands) errand.Run(_store!);
    }

    /// <summary>Whoever asks whether payments are taken is told no until the store takes something again, and may send none before: so it is tried without one.</summary>
    private void TryAgain()
    {
        if (_wake.WaitOne(BeforeTrying)) return;
        try
        {
            _store!.Begin();
            _store.Try();
            _store.Commit();
            _trouble = null;
        }
        catch (Exception e)
        {
            _store!.Rollback();
            Failed(e);
        }
    }

    /// <summary>
    /// Nobody waits: wait a moment longer for somebody, then use the pause. Where calls never pause, what they stored is made findable, and told to the outside, all the same:
    /// after a second, or after ten when there is so much of it that folding would hold the callers up.
    /// </summary>
    private void Fold()
    {
        var patience = LastSeq - FoldedSeq < Much ? Patience : PatienceWithMuch;
        if (_foldTrouble)
        {
            if (!_wake.WaitOne(BeforeTrying)) FoldSlices(FoldSlice);
        }
        else if (_clock.GetElapsedTime(_unfoldedSince) < patience)
        {
            if (!_wake.WaitOne(RestBeforeFolding)) FoldSlices(FoldSlice);
        }
        else FoldSlices(FoldSliceUnderLoad);
    }

    private void FoldSlices(int most)
    {
        try
        {
            Interlocked.Exchange(ref _folded, _folding!.Advance(most));
            (_busySince, _foldTrouble) = (null, false);
        }
        catch (DbException e)
        {
            _store!.Rollback();
            // Payments find out by themselves whether the store takes them. What is folded can wait, for another's long transaction without a word.
            if (_store.IsBusy(e) && _clock.GetElapsedTime(_busySince ??= _clock.GetTimestamp()) < LongestBusy) return;
            if (!_foldTrouble) LogUnfolded(_log, FoldedSeq, e.Message, e);
            _foldTrouble = true;
        }
        catch (Exception e)
        {
            // A row that cannot be read must not end the process that stores payments. Lists go on reading the log itself.
            _store!.Rollback();
            _cannotFold = true;
            LogUnfoldable(_log, FoldedSeq, e);
        }
    }

    private void Store(List<PendingAssessment> batch)
    {
        try
        {
            Write(batch);
        }
        catch (Exception e)
        {
            _store!.Rollback();
            if (batch.Count > 1 && _store.IsRowsFault(e))
            {
                // One of them is refused for what it is. The others are not to suffer for it.
                foreach (var one in batch) Store([one]);
                return;
            }
            Failed(e);
            var why = new StoreUnavailableException("The store cannot take assessments at the moment.", e);
            foreach (var one in batch) one.Settled?.Invoke(one, false);
            Release(batch, why);
            return;
        }
        _trouble = null;
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _rows, batch.Count);
        foreach (var one in batch) one.Settled?.Invoke(one, true);
        Release(batch, null);
        _store!.Rest(batch.Count);
    }

    /// <summary>Lets the callers go on, on the pool's threads: a share for each of the machine's cores, since waking a thread per caller costs more than answering does.</summary>
    private static void Release(List<PendingAssessment> batch, StoreUnavailableException? why)
    {
        var shares = Math.Clamp(batch.Count / SmallestShare, 1, Environment.ProcessorCount);
        for (var share = 0; share < shares; share++)
        {
            var first = batch.Count * share / shares;
            var answered = batch.GetRange(first, (batch.Count * (share + 1) / shares) - first);
            ThreadPool.UnsafeQueueUserWorkItem(new Released(answered, why), preferLocal: false);
        }
    }

    private void Write(List<PendingAssessment> batch)
    {
        var store = _store!;
        var seq = _seq;
        foreach (var one in batch)
        {
            one.Seq = ++seq;
            one.Id = AssessmentId.Create(one.At, one.Seq, Random.Shared.NextInt64());
        }
        store.Begin();
        using (var table = store.Append(LogTable.Assessments))
        {
            foreach (var one in batch) WriteAssessment(table, one);
            table.Complete();
        }
        using (var table = store.Append(LogTable.MemoryRecords))
        {
            foreach (var one in batch) WriteMemoryRecord(table, one);
            table.Complete();
        }
        _rollups.Clear();
        foreach (var one in batch) RollupSum.Add(_rollups, one);
        _rollupWriter!.Write(_rollups);
        store.Commit();
        if (FoldedSeq == LastSeq) _unfoldedSince = _clock.GetTimestamp();
        Interlocked.Exchange(ref _seq, seq);
    }

    private static void WriteAssessment(ITableAppender table, PendingAssessment one)
    {
        table.Write(one.Seq);
        table.Write(one.Id);
        table.Write(one.At);
        table.Write((int)one.Flow);
        table.Write((int)one.Decision);
        table.Write(one.Score);
        table.Write(one.Amount);
        table.Write(one.Currency);
        table.Write(one.PolicyVersion);
        table.Write(one.LatencyMicroseconds);
        table.WriteOrNull(one.KeyId);
        table.Write(one.Simulated);
        table.Write(one.SessionId);
        table.WriteOrNull(one.OrderId);
        table.WriteOrNull(one.PaymentId);
        table.WriteOrNull(one.IdempotencyKey);
        table.WriteOrNull(one.BlockedBy);
        table.WriteOrNull(one.Replaces);
        table.Write(one.Signals.Span);
        table.Write(one.Facts.Span);
        table.Write(one.Request.Span);
        table.WriteOrNull(one.Warnings);
        table.EndRow();
    }

    private static void WriteMemoryRecord(ITableAppender table, PendingAssessment one)
    {
        Span<byte> keys = stackalloc byte[Entities.Kinds * 8];
        var values = one.Keys;
        for (var k = 0; k < Entities.Kinds; k++) BinaryPrimitives.WriteUInt64LittleEndian(keys[(k * 8)..], values[k]);
        table.Write(one.Seq);
        table.Write(one.At);
        table.Write((int)one.Flow);
        table.Write((int)one.Decision);
        table.Write(one.Amount);
        table.Write(one.Currency);
        table.Write((int)one.Last4);
        table.Write((long)one.SessionKey);
        table.WriteOrNull(one.Replaces);
        table.Write(one.Simulated);
        table.Write(keys);
        if (one.IdempotencyHash == default) table.WriteNull();
        else
        {
            Span<byte> idempotency = stackalloc byte[32];
            BinaryPrimitives.WriteUInt128BigEndian(idempotency, one.IdempotencyHash);
            BinaryPrimitives.WriteUInt128BigEndian(idempotency[16..], one.Fingerprint);
            table.Write(idempotency);
        }
        table.EndRow();
    }

    private void Failed(Exception e)
    {
        if (_trouble is null) LogRefusal(_log, e.Message, e);
        _trouble = e.Message;
    }

    private long Scalar(string sql)
    {
        using var command = _store!.Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long value ? value : 0;
    }

    [LoggerMessage(LogLevel.Error, "The store refuses to take assessments: {Reason}")]
    private static partial void LogRefusal(ILogger logger, string reason, Exception e);

    [LoggerMessage(LogLevel.Error, "The assessments after {Seq} cannot be made findable at the moment; they will be when the store answers: {Reason}")]
    private static partial void LogUnfolded(ILogger logger, long seq, string reason, Exception e);

    [LoggerMessage(LogLevel.Critical, "The assessments after {Seq} cannot be made findable; lists read the log itself from there, which gets slower")]
    private static partial void LogUnfoldable(ILogger logger, long seq, Exception e);

    private sealed class Released(List<PendingAssessment> answered, StoreUnavailableException? why) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            foreach (var one in answered)
                if (why is null) one.Complete(); else one.Fail(why);
        }
    }

    private sealed class Errand(Action<DbConnection> change)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run(ILogStore store)
        {
            try
            {
                change(store.Connection);
                Done.SetResult();
            }
            catch (Exception e)
            {
                store.Rollback();
                Done.SetException(e);
            }
        }
    }
}
