using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>Everything one assessment needs on its way, made once and reused: what is read, what is known, what is decided, what is stored, what is answered.</summary>
public sealed class AssessCall
{
    public AssessRequest Request { get; } = new();

    /// <summary>The key it came with; null for one made in the panel.</summary>
    public Guid? KeyId { get; set; }

    public KeyType KeyType { get; set; }

    /// <summary>A shop's server asks now, so that the control sample may let it through: what is imported or reported has happened, and what a page asks its server asks again.</summary>
    public bool MayBeControl { get; set; }

    /// <summary>The Idempotency-Key header, or null.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>A simulation: judged as any other and stored as what it is, and counted nowhere. No idempotency key holds for it; each is new.</summary>
    public bool Simulated { get; set; }

    /// <summary>False for a simulation that is only looked at: nothing of it is stored.</summary>
    public bool IsKept { get; set; } = true;

    /// <summary>Where submerchants are registered, it is refused unless it names an active one.</summary>
    public bool MustNameSubmerchant { get; set; }

    /// <summary>Whose payment it is, by the registry; null when it names none that is registered.</summary>
    public SubmerchantInfo? Submerchant { get; internal set; }

    /// <summary>What is taken to have happened before a simulation, beside what did; null: nothing.</summary>
    public SupposedActivity? Supposed { get; set; }

    /// <summary>Who judges a simulation that is only looked at; null: what judges now.</summary>
    public PolicyShelf.Judge? By { get; set; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> when the first byte was here.</summary>
    public long Started { get; set; }

    /// <summary>The answer; valid after <see cref="AssessTransaction.RunAsync"/> says <see cref="AssessStatus.Answered"/>.</summary>
    public AssessAnswer Answer { get; } = new();

    internal Facts Facts { get; } = new();
    internal Assessment Assessment { get; } = new();
    internal Assessment Scratch { get; } = new();
    internal PendingAssessment Pending { get; } = new();
    internal byte[] SignalBytes { get; } = new byte[SignalHits.MostBytes];
    internal byte[] FactBytes { get; } = new byte[FactSnapshot.MostBytes];
    internal Policy Policy { get; set; } = Policy.Default;
    internal int VelocityHandle { get; set; } = -1;
    internal int ReplacedHandle { get; set; } = -1;

    /// <summary>False after a time-out: the writer may still read it, so it must not be used again.</summary>
    public bool IsReusable { get; internal set; } = true;
}

/// <summary>How a call ended.</summary>
public enum AssessStatus
{
    /// <summary>Stored, or stored before: <see cref="AssessCall.Answer"/> says what to answer.</summary>
    Answered,

    /// <summary>The idempotency key stands for another body. Nothing is stored.</summary>
    Conflict,

    /// <summary>It names no active submerchant, and must: <see cref="AssessCall.Submerchant"/> is the one that it names. Nothing is stored.</summary>
    NoSubmerchant,

    /// <summary>Another request under the same key is still running.</summary>
    InProgress,

    /// <summary>The store cannot take it. Nothing is stored; the caller may try again.</summary>
    Unavailable,

    /// <summary>It took too long. It may yet be stored; a retry under the same key gets that answer.</summary>
    TimedOut,
}

/// <summary>The numbers of an answer, before they become JSON; the same whether it was decided now or read from the log.</summary>
public sealed class AssessAnswer
{
    public bool Replayed { get; set; }
    public bool Simulated { get; set; }
    public Guid AssessmentId { get; set; }
    public Flow Flow { get; set; }
    public Decision Decision { get; set; }
    public int Score { get; set; }
    public string? BlockedBy { get; set; }
    public string SessionId { get; set; } = "";
    public int LatencyMicroseconds { get; set; }
    public int PolicyVersion { get; set; }
    public string Currency { get; set; } = "";
    public string? OrderId { get; set; }
    public string? PaymentId { get; set; }
    public string? IdempotencyKey { get; set; }
    public string? SubmerchantId { get; set; }

    /// <summary>As the registry calls it now; null when it is not registered.</summary>
    public string? SubmerchantName { get; set; }
    public IReadOnlyList<string> Warnings { get; set; } = [];
    public SignalHit[] SignalBuffer { get; } = new SignalHit[Assessment.MostSignals];
    public int SignalCount { get; set; }
    /// <summary>The rules that fired and count, as the signals they are listed among.</summary>
    public List<RuleReason> Rules { get; } = [];
    public ReadOnlySpan<SignalHit> Signals => SignalBuffer.AsSpan(0, SignalCount);

    /// <summary>What was answered then, from the log.</summary>
    /// <param name="stored">The assessment.</param>
    /// <param name="facts">Its facts.</param>
    /// <param name="policy">That judged it, for what its rules are called; null when the store does not know it any more.</param>
    /// <param name="submerchants">As they are registered now.</param>
    public void Read(StoredAssessment stored, Facts facts, Policy? policy, SubmerchantIndex submerchants)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(submerchants);
        Simulated = stored.Simulated;
        AssessmentId = stored.Id;
        Flow = stored.Flow;
        Decision = stored.Decision;
        Score = stored.Score;
        BlockedBy = stored.BlockedBy;
        SessionId = stored.SessionId;
        LatencyMicroseconds = stored.LatencyMicroseconds;
        PolicyVersion = stored.PolicyVersion;
        Currency = stored.Currency;
        OrderId = stored.OrderId;
        PaymentId = stored.PaymentId;
        IdempotencyKey = stored.IdempotencyKey;
        SubmerchantId = facts.Text(Known.SubmerchantId);
        SubmerchantName = submerchants.Find(SubmerchantId)?.Name;
        Warnings = stored.Warnings?.Split('\n') ?? [];
        SignalCount = SignalHits.Read(stored.Signals, SignalBuffer);
        Rules.Clear();
        if (policy is null) return;
        var rules = new RuleHit[Assessment.MostRules];
        RuleReason.Of(rules.AsSpan(0, SignalHits.ReadRules(stored.Signals, rules)), policy, Rules);
    }
}

/// <summary>A rule that fired, as an answer names it.</summary>
/// <param name="Code"><c>rule:</c> and its id.</param>
/// <param name="Points">What it added to the score.</param>
/// <param name="Reason">Why it is there, in the words of whoever wrote it.</param>
public readonly record struct RuleReason(string Code, int Points, string Reason)
{
    /// <summary>The rules among the hits that count, by the policy that judged; those that only observe are left out.</summary>
    public static void Of(ReadOnlySpan<RuleHit> hits, Policy policy, List<RuleReason> into)
    {
        into.Clear();
        foreach (ref readonly var hit in hits)
            if (!hit.Observed && hit.Rule < policy.Rules.Count && policy.Rules[hit.Rule] is var rule) into.Add(new RuleReason("rule:" + rule.Id, hit.Points, rule.Reason));
    }
}
