using System.Threading.Tasks.Sources;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Velocity;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// One judged payment on its way into the log. Made once and refilled: whoever fills it owns it until <see cref="Stored"/> has answered; after a
/// time-out it must be let go, since the writer may still read it.
/// </summary>
public sealed class PendingAssessment : IValueTaskSource
{
    private const int Open = 0, Answered = 1, GivenUp = 2;

    // Whoever answers does so on a pool thread, which goes straight on with the caller's request.
    private ManualResetValueTaskSourceCore<bool> _answer;
    private int _state;

    public long At { get; set; }
    public Flow Flow { get; set; }
    public Decision Decision { get; set; }
    public int Score { get; set; }
    public long Amount { get; set; }
    public string Currency { get; set; } = "";
    public int PolicyVersion { get; set; }
    public int LatencyMicroseconds { get; set; }
    public Guid? KeyId { get; set; }
    public bool Simulated { get; set; }
    public string SessionId { get; set; } = "";
    public ulong SessionKey { get; set; }
    public string? OrderId { get; set; }
    public string? PaymentId { get; set; }
    public string? IdempotencyKey { get; set; }
    public UInt128 IdempotencyHash { get; set; }
    public UInt128 Fingerprint { get; set; }
    public string? BlockedBy { get; set; }
    public long? Replaces { get; set; }
    public string? Warnings { get; set; }
    public ReadOnlyMemory<byte> Signals { get; set; }
    public ReadOnlyMemory<byte> Facts { get; set; }
    public ReadOnlyMemory<byte> Request { get; set; }
    public short Last4 { get; set; }
    public EntityKeys Keys { get; set; }

    /// <summary>Set by the writer.</summary>
    public long Seq { get; internal set; }

    /// <summary>Set by the writer.</summary>
    public Guid Id { get; internal set; }

    /// <summary>Who tells the velocity index how it ended; called on the writer's thread before anybody is answered.</summary>
    public Action<PendingAssessment, bool>? Settled { get; set; }

    /// <summary>Completes when the assessment is on disk; throws <see cref="StoreUnavailableException"/> when it is not and never will be.</summary>
    public ValueTask Stored => new(this, _answer.Version);

    /// <summary>Ready to be filled for the next payment.</summary>
    public void Reset()
    {
        _answer.Reset();
        _state = State(Open);
        Replaces = null;
        Settled = null;
        Seq = 0;
    }

    /// <summary>Which filling this is; <see cref="GiveUp"/> means only the one it was told of.</summary>
    public short Filling => _answer.Version;

    /// <summary>Lets the waiting caller go with a <see cref="TimeoutException"/>. What is in the writer's hands may still be stored.</summary>
    public void GiveUp(short filling)
    {
        var open = ((ushort)filling << 2) | Open;
        if (Interlocked.CompareExchange(ref _state, ((ushort)filling << 2) | GivenUp, open) == open) _answer.SetException(new TimeoutException());
    }

    /// <summary>True when nobody waits any longer for this filling.</summary>
    public bool IsOver(short filling) => Volatile.Read(ref _state) != (((ushort)filling << 2) | Open);

    internal void Complete()
    {
        if (Interlocked.CompareExchange(ref _state, State(Answered), State(Open)) == State(Open)) _answer.SetResult(true);
    }

    internal void Fail(StoreUnavailableException why)
    {
        if (Interlocked.CompareExchange(ref _state, State(Answered), State(Open)) == State(Open)) _answer.SetException(why);
    }

    /// <summary>The filling is part of the state, so that whoever means an older one changes nothing.</summary>
    private int State(int step) => ((ushort)_answer.Version << 2) | step;

    void IValueTaskSource.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}

/// <summary>The store could not take it: nothing of it is stored. The caller may try again.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
