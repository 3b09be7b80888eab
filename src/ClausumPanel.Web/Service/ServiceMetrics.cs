using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClausumPanel.Web.Service;

/// <summary>How a call for an assessment ended, as its caller saw it.</summary>
public enum CallEnd
{
    /// <summary>Judged, stored and answered.</summary>
    Answered,

    /// <summary>The first answer again: the same idempotency key.</summary>
    Replayed,

    /// <summary>A simulation was answered.</summary>
    Simulated,

    /// <summary>Not valid: 400.</summary>
    Invalid,

    /// <summary>No key, a wrong one, or one that may not: 401, 403.</summary>
    Unauthorized,

    /// <summary>The key's limit is used up: 429.</summary>
    RateLimited,

    /// <summary>Too large, or no JSON: 413, 415.</summary>
    Unreadable,

    /// <summary>The idempotency key stands for another body: 409.</summary>
    Conflict,

    /// <summary>A call under the same key is still running: 409.</summary>
    InProgress,

    /// <summary>The store cannot take it: 503.</summary>
    Unavailable,

    /// <summary>It took longer than the caller may wait: 504.</summary>
    TimedOut,

    /// <summary>A mistake of ours: 500.</summary>
    Failed,

    /// <summary>The caller went away before the answer.</summary>
    Abandoned,
}

/// <summary>
/// What the service does and how fast, counted in memory: the last hour by minute, and everything since the start. A call adds to fixed arrays; nothing waits for anything.
/// </summary>
public sealed class ServiceMetrics
{
    public const string Name = "ClausumPanel";

    /// <summary>Minutes that are kept; the page shows the last 60.</summary>
    private const int Kept = 64;
    public const int Shown = 60;
    internal static readonly CallEnd[] Ends = Enum.GetValues<CallEnd>();

    /// <summary>The traces of this program: one "assess" per call, with "store" in it.</summary>
    internal static readonly ActivitySource Traces = new(Name);

    private readonly TimeProvider _clock;
    private readonly Minute[] _minutes = new Minute[Kept];
    private readonly long[] _ends = new long[Ends.Length];
    private readonly Histogram<double> _duration;

    public ServiceMetrics(IMeterFactory meters, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        StartedAt = clock.GetUtcNow();
        var none = new Minute(long.MinValue);
        Array.Fill(_minutes, none);
        Meter = meters.Create(Name);
        _duration = Meter.CreateHistogram<double>("panel.assess.duration", "s", "Time from the first byte of a call to its stored answer");
        Meter.CreateObservableCounter("panel.assess.calls", () => Ends.Select(e => new Measurement<long>(Count(e), new KeyValuePair<string, object?>("outcome", Word(e)))), "{call}", "Calls for an assessment by how they ended");
    }

    public Meter Meter { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Everything since the start.</summary>
    public LatencyHistogram Whole { get; } = new();

    /// <summary>Since the start.</summary>
    public long Count(CallEnd end) => Interlocked.Read(ref _ends[(int)end]);

    /// <summary>A call is over. Only answered ones are timed: a refusal is quick, and would flatter the rest.</summary>
    public void Ended(CallEnd end, TimeSpan took)
    {
        var minute = Current();
        Interlocked.Increment(ref _ends[(int)end]);
        minute.Count(end);
        if (end != CallEnd.Answered) return;
        var microseconds = (long)took.TotalMicroseconds;
        minute.Latency.Record(microseconds);
        Whole.Record(microseconds);
        if (_duration.Enabled) _duration.Record(took.TotalSeconds);
    }

    /// <summary>What the writer has done and what waits for it, looked at about once a second.</summary>
    /// <param name="commits">Since the last look.</param>
    /// <param name="rows">Of those commits.</param>
    /// <param name="waiting">For the next commit, now.</param>
    /// <param name="unfolded">Stored and not yet in the lists, now.</param>
    public void Looked(long commits, long rows, int waiting, long unfolded) => Current().Look(commits, rows, waiting, unfolded);

    /// <summary>The last hour, oldest first, the running minute last; minutes in which nothing was noted are there and empty.</summary>
    public IReadOnlyList<Minute> LastHour()
    {
        var now = MinuteOf(_clock.GetUtcNow());
        var found = new Minute[Shown];
        for (var i = 0; i < Shown; i++)
        {
            var number = now - Shown + 1 + i;
            found[i] = Volatile.Read(ref _minutes[(int)(number % Kept)]) is var kept && kept.Number == number ? kept : new Minute(number);
        }
        return found;
    }

    public static string Word(CallEnd end) => end switch
    {
        CallEnd.Answered => "answered",
        CallEnd.Replayed => "replayed",
        CallEnd.Simulated => "simulated",
        CallEnd.Invalid => "invalid",
        CallEnd.Unauthorized => "unauthorized",
        CallEnd.RateLimited => "rate_limited",
        CallEnd.Unreadable => "unreadable",
        CallEnd.Conflict => "conflict",
        CallEnd.InProgress => "in_progress",
        CallEnd.Unavailable => "unavailable",
        CallEnd.TimedOut => "timed_out",
        CallEnd.Failed => "failed",
        CallEnd.Abandoned => "abandoned",
    };

    private static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;

    /// <summary>The running minute's own; once a minute a new one takes the place of the one an hour old, whoever comes first.</summary>
    private Minute Current()
    {
        var number = MinuteOf(_clock.GetUtcNow());
        ref var place = ref _minutes[(int)(number % Kept)];
        var found = Volatile.Read(ref place);
        if (found.Number >= number) return found;          // larger only when the clock was set back
        var fresh = new Minute(number);
        var was = Interlocked.CompareExchange(ref place, fresh, found);
        return ReferenceEquals(was, found) ? fresh : was;
    }

    /// <summary>One minute.</summary>
    public sealed class Minute(long number)
    {
        private readonly long[] _ends = new long[Ends.Length];
        private long _commits, _rows, _waiting, _unfolded;

        /// <summary>Minutes since 1970.</summary>
        internal long Number => number;

        public DateTimeOffset Start => DateTimeOffset.FromUnixTimeSeconds(number * 60);

        public LatencyHistogram Latency { get; } = new();

        public long Commits => Interlocked.Read(ref _commits);
        public long Rows => Interlocked.Read(ref _rows);

        /// <summary>The most that were seen waiting for a commit.</summary>
        public long Waiting => Interlocked.Read(ref _waiting);

        /// <summary>The most that were seen stored and not yet in the lists.</summary>
        public long Unfolded => Interlocked.Read(ref _unfolded);

        public long Of(CallEnd end) => Interlocked.Read(ref _ends[(int)end]);

        /// <summary>Refused for what the caller sent, or for how often.</summary>
        public long Refused => Of(CallEnd.Invalid) + Of(CallEnd.Unauthorized) + Of(CallEnd.RateLimited) + Of(CallEnd.Unreadable) + Of(CallEnd.Conflict) + Of(CallEnd.InProgress);

        /// <summary>Not answered though the call was good.</summary>
        public long Errors => Of(CallEnd.Unavailable) + Of(CallEnd.Failed);

        public long TimedOut => Of(CallEnd.TimedOut);

        public long Calls => Ends.Sum(Of);

        internal void Count(CallEnd end) => Interlocked.Increment(ref _ends[(int)end]);

        /// <summary>Called by one thread alone.</summary>
        internal void Look(long commits, long rows, int waiting, long unfolded)
        {
            Interlocked.Add(ref _commits, commits);
            Interlocked.Add(ref _rows, rows);
            if (waiting > _waiting) Interlocked.Exchange(ref _waiting, waiting);
            if (unfolded > _unfolded) Interlocked.Exchange(ref _unfolded, unfolded);
        }
    }
}
