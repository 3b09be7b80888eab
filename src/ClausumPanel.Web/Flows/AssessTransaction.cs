using System.Diagnostics;
using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Service;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// One assessment in order: replay? → enrich → remember → decide → write → answer. The one way into the log, for the API, the demo and imported history alike.
/// </summary>
public sealed class AssessTransaction(
    AssessmentMemory memory, AssessmentLog log, PolicyShelf policies, ListShelf lists, SubmerchantShelf submerchants, Enricher enricher, ControlBudget control, IServiceScopeFactory scopes, TimeProvider clock, AssessOptions options)
{
    /// <summary>Sorts of hashed texts beside the entities' own, see <see cref="EntityHasher"/>.</summary>
    private const byte SessionSort = 64, ExplicitSort = 65, PairSort = 67, MethodSort = 69;

    private const string AnotherPair = "order_id and payment_id were assessed in the last 24 hours with another amount, currency or payment method: assessed anew";

    private readonly Deadline _deadline = new(clock, options.Budget);

    /// <summary>Judges and stores the call's request. When it says <see cref="AssessStatus.Answered"/>, the assessment is on disk.</summary>
    public ValueTask<AssessStatus> RunAsync(AssessCall call, CancellationToken stop)
    {
        var now = call.Request.OccurredAt ?? clock.GetUtcNow();
        if (call.Simulated) return JudgeAsync(call, now, default, default, stop);
        var (key, fingerprint, isPair) = IdempotencyOf(call);
        if (key == default) return JudgeAsync(call, now, default, default, stop);
        switch (memory.Idempotency.Begin(key, fingerprint, now.ToUnixTimeMilliseconds(), isPair, out var seq, out var running))
        {
            case Replay.First:
                return JudgeAsync(call, now, key, fingerprint, stop);
            case Replay.FirstOfAnother:
                call.Request.Warnings.Add(AnotherPair);
                return JudgeAsync(call, now, key, fingerprint, stop);
            case Replay.Conflict:
                return new(AssessStatus.Conflict);
            default:
                return running is null ? ReplayAsync(call, seq, stop) : FollowAsync(call, running, stop);
        }
    }

    /// <summary>Takes an abandoned checkout out of velocity. Doing it twice, or for a session nobody knows, changes nothing.</summary>
    public async Task ReleaseAsync(string sessionId, CancellationToken stop)
    {
        if (!memory.Sessions.TryFind(memory.Hasher.Key(SessionSort, sessionId, null), out var session)) return;
        await log.ReleaseAsync(session.Seq, clock.GetUtcNow().ToUnixTimeMilliseconds()).WaitAsync(stop);
        memory.Velocity.Release(session.Handle);
    }

    /// <summary>Another request under the same key is being answered: its answer is this one's too.</summary>
    private async ValueTask<AssessStatus> FollowAsync(AssessCall call, Task<long> running, CancellationToken stop)
    {
        long seq;
        try
        {
            seq = await running.WaitAsync(options.Budget, clock, stop);
        }
        catch (TimeoutException)
        {
            return AssessStatus.InProgress;
        }
        // It came to nothing: now whoever is first tries.
        return seq == 0 ? await RunAsync(call, stop) : await ReplayAsync(call, seq, stop);
    }

    private ValueTask<AssessStatus> JudgeAsync(AssessCall call, DateTimeOffset now, UInt128 key, UInt128 fingerprint, CancellationToken stop)
    {
        call.ReplacedHandle = -1;
        call.Pending.Settled = null;
        var registry = submerchants.Current;
        call.Submerchant = registry.Find(call.Request.SubmerchantId);
        // After the look for an earlier answer: one that was given stands, whatever became of the submerchant since.
        if (call.MustNameSubmerchant && registry.MustBeNamed && call.Submerchant is not { IsActive: true })
        {
            GiveUp(call, key);
            return new(AssessStatus.NoSubmerchant);
        }
        try
        {
            call.Facts.Clear();
            enricher.Fill(call.Request, call.Facts, now);
            // However it was named, it is judged, stored and counted under one name.
            if (call.Submerchant is { } its) call.Facts.Set(Known.SubmerchantId, its.ExternalId);
            SetServiceFacts(call, now);

            var at = now.ToUnixTimeMilliseconds();
            var session = call.Request.SessionId ?? NewSessionId(at);
            var sessionKey = memory.Hasher.Key(SessionSort, session, null);
            var sitting = new Sitting(at, session, sessionKey, null, key, fingerprint);
            if (call.Request.SessionId is not null && memory.Sessions.TryFind(sessionKey, out var earlier) && earlier.Takes(at, memory.Hasher.Keys(call.Facts)))
                return MergeAndDecideAsync(call, sitting, earlier, stop);
            Decide(call, sitting);
        }
        catch
        {
            GiveUp(call, key);
            throw;
        }
        return StoreAsync(call);
    }

    private async ValueTask<AssessStatus> MergeAndDecideAsync(AssessCall call, Sitting sitting, SessionEntry earlier, CancellationToken stop)
    {
        try
        {
            var before = await FactsOfAsync(earlier.Seq, stop);
            // Only what a page asked gives up its place. Of two that a server asks each is an attempt to pay and counts, whoever chose the session's name;
            // and a simulation may know what the browser saw, and takes nobody's place.
            if (before?.Text(Known.KeyType) == "checkout" && !call.Simulated) (sitting, call.ReplacedHandle) = (sitting with { Replaces = earlier.Seq }, earlier.Handle);
            if (before is not null && call.KeyType == KeyType.Server) MergeBrowserFacts(call.Facts, before);
            Decide(call, sitting);
        }
        catch
        {
            GiveUp(call, sitting.Key);
            throw;
        }
        return await StoreAsync(call);
    }

    private void Decide(AssessCall call, in Sitting sitting)
    {
        var facts = call.Facts;
        lists.Current.Fill(facts, call.Request.Flow, sitting.At);
        var seen = Seen(call.Request, facts, sitting.At);
        if (call.Simulated)
        {
            Suppose(call, seen, sitting);
            return;
        }
        call.VelocityHandle = memory.Velocity.Observe(seen, facts, call.ReplacedHandle);
        try
        {
            Judge(call, policies.Active, sitting.At);
            memory.Velocity.Confirm(call.VelocityHandle, call.Assessment.Decision);
            Fill(call, seen, sitting, call.Policy.Version);
        }
        catch
        {
            memory.Velocity.Undo(call.VelocityHandle, call.ReplacedHandle);
            throw;
        }
    }

    /// <summary>Sees the recent activity as a payment would, and leaves no trace in it.</summary>
    private void Suppose(AssessCall call, in Observation seen, in Sitting sitting)
    {
        if (call.Supposed is { } supposed) supposed.Observe(memory.Velocity, seen, call.Facts); else memory.Velocity.Look(seen, call.Facts);
        Judge(call, call.By ?? policies.Active, sitting.At);
        call.Supposed?.Confirm(call.Assessment.Decision);
        Fill(call, seen, sitting, call.Policy.Version);
    }

    private void Judge(AssessCall call, PolicyShelf.Judge judge, long at)
    {
        if (judge.NamesLists) call.Facts.Set(Known.ListsEdition, judge.Edition);
        var sample = judge.Policy.ControlSample;
        if (call.MayBeControl && sample.IsOn && call.Request.Flow == Flow.PayIn) call.Facts.Set(Known.ControlDraw, RandomNumberGenerator.GetInt32(ControlSample.Draws));
        judge.Assessor.Assess(call.Facts, at, call.Assessment);
        if (call.MayBeControl && call.Assessment.IsWithinSample) Sample(call, judge, at);
        judge.Assessor.MarkDecisive(call.Facts, at, call.Assessment, call.Scratch);
        call.Policy = judge.Policy;
    }

    /// <summary>Sees whether there is room for what was drawn. Without it the payment is declined as ever: with its draw where the day is full, as if none had been drawn where that is not known.</summary>
    private void Sample(AssessCall call, PolicyShelf.Judge judge, long at)
    {
        var limit = judge.Policy.ControlSample.Limits.First(l => l.Currency == call.Request.Currency);
        if (!call.Assessment.IsControl)
        {
            control.Prepare(at, limit);
            return;
        }
        var room = control.TryTake(at, call.Request.Amount, limit);
        if (room == ControlRoom.Taken) return;
        call.Facts.Set(Known.ControlDraw, room == ControlRoom.Full ? call.Facts.Number(Known.ControlDraw) + ControlSample.Draws : double.NaN);
        judge.Assessor.Assess(call.Facts, at, call.Assessment);
    }

    /// <summary>It never came to the writer, who otherwise settles the key.</summary>
    private void GiveUp(AssessCall call, UInt128 key)
    {
        if (key != default && call.Pending.Settled is null) memory.Idempotency.Abandon(key);
    }

    private async ValueTask<AssessStatus> StoreAsync(AssessCall call)
    {
        var pending = call.Pending;
        if (call is { Simulated: true, IsKept: false })
        {
            Answer(call);
            return AssessStatus.Answered;
        }
        pending.Settled = call.Simulated ? null : new Settlement(memory, call.VelocityHandle, call.ReplacedHandle, call.Assessment.IsControl ? control : null).Done;
        if (!log.TryAppend(pending))
        {
            pending.Settled?.Invoke(pending, false);
            return AssessStatus.Unavailable;
        }
        _deadline.Watch(pending);
        using var trace = ServiceMetrics.Traces.StartActivity("store");
        try
        {
            await pending.Stored;
        }
        catch (StoreUnavailableException)
        {
            return AssessStatus.Unavailable;
        }
        catch (TimeoutException)
        {
            call.IsReusable = false;
            return AssessStatus.TimedOut;
        }
        Answer(call);
        return AssessStatus.Answered;
    }

    private void SetServiceFacts(AssessCall call, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(now, options.Zone);
        call.Facts.Set(Known.KeyType, call.KeyType switch { KeyType.Checkout => "checkout", KeyType.Ingest => "ingest", _ => "server" });
        call.Facts.Set(Known.Hour, local.Hour);
        call.Facts.Set(Known.Weekday, local.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)local.DayOfWeek);
    }

    private async ValueTask<Facts?> FactsOfAsync(long seq, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (await new AssessmentReader(scope.ServiceProvider.GetRequiredService<PanelDb>()).FindAsync(seq, stop) is not { } stored) return null;
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        return facts;
    }

    /// <summary>
    /// What the browser saw in the same session fills what the server does not know; it never replaces what the server says. The server's second attempt finds it in its first.
    /// </summary>
    private static void MergeBrowserFacts(Facts facts, Facts earlier)
    {
        foreach (var fact in BrowserFacts)
        {
            if (facts.Has(fact) || !earlier.Has(fact)) continue;
            if (fact.Definition.IsText) facts.Set(fact, earlier.Text(fact)); else facts.Set(fact, earlier.Number(fact));
        }
    }

    private static readonly Fact[] BrowserFacts =
    [
        Known.SessionDuration, Known.MouseMovements, Known.KeyboardEvents, Known.TouchEvents, Known.CopyPaste, Known.FocusChanges, Known.AutofilledFields, Known.Fingerprint, Known.UserAgent, Known.Browser, Known.BrowserVersion,
        Known.OperatingSystem, Known.DeviceClass, Known.Bot, Known.Headless, Known.BrowserOutdated, Known.Timezone, Known.TimezoneCountry, Known.TimezoneOffset,
    ];

    private Observation Seen(AssessRequest request, Facts facts, long at)
    {
        return new Observation
        {
            At = at, Amount = request.Amount, Currency = request.Currency, Flow = request.Flow, Keys = memory.Hasher.Keys(facts),
            Last4 = request.CardLast4 is { Length: 4 } digits && short.TryParse(digits, out var number) ? number : (short)-1,
        };
    }

    private void Fill(AssessCall call, in Observation seen, in Sitting sitting, int policyVersion)
    {
        var (request, assessment, pending) = (call.Request, call.Assessment, call.Pending);
        pending.Reset();
        pending.At = seen.At;
        pending.Flow = request.Flow;
        pending.Decision = assessment.Decision;
        pending.Score = assessment.Score;
        pending.BlockedBy = assessment.BlockedBy;
        pending.Amount = request.Amount;
        pending.Currency = request.Currency;
        pending.PolicyVersion = policyVersion;
        pending.KeyId = call.KeyId;
        pending.Simulated = call.Simulated;
        pending.SessionId = sitting.Session;
        pending.SessionKey = sitting.SessionKey;
        pending.OrderId = request.OrderId;
        pending.PaymentId = request.PaymentId;
        pending.IdempotencyKey = call.IdempotencyKey ?? request.IdempotencyKey;
        pending.IdempotencyHash = sitting.Key;
        pending.Fingerprint = sitting.Fingerprint;
        pending.Replaces = sitting.Replaces;
        pending.Warnings = request.Warnings.Count == 0 ? null : string.Join('\n', request.Warnings);
        pending.Signals = call.SignalBytes.AsMemory(0, SignalHits.Write(assessment.Signals, assessment.Rules, call.SignalBytes));
        pending.Facts = call.FactBytes.AsMemory(0, FactSnapshot.Write(call.Facts, call.FactBytes));
        pending.Request = request.Body;
        pending.Last4 = seen.Last4;
        pending.Keys = seen.Keys;
        pending.LatencyMicroseconds = (int)Math.Min(int.MaxValue, clock.GetElapsedTime(call.Started).TotalMicroseconds);
    }

    private static void Answer(AssessCall call)
    {
        var (pending, answer) = (call.Pending, call.Answer);
        answer.Replayed = false;
        answer.Simulated = pending.Simulated;
        answer.AssessmentId = pending.Id;
        answer.Flow = pending.Flow;
        answer.Decision = pending.Decision;
        answer.Score = pending.Score;
        answer.BlockedBy = pending.BlockedBy;
        answer.SessionId = pending.SessionId;
        answer.LatencyMicroseconds = pending.LatencyMicroseconds;
        answer.PolicyVersion = pending.PolicyVersion;
        answer.Currency = pending.Currency;
        answer.OrderId = pending.OrderId;
        answer.PaymentId = pending.PaymentId;
        answer.IdempotencyKey = pending.IdempotencyKey;
        answer.SubmerchantId = call.Request.SubmerchantId;
        answer.SubmerchantName = call.Submerchant?.Name;
        answer.Warnings = call.Request.Warnings;
        call.Assessment.Signals.CopyTo(answer.SignalBuffer);
        answer.SignalCount = call.Assessment.SignalCount;
        RuleReason.Of(call.Assessment.Rules, call.Policy, answer.Rules);
    }

    private async ValueTask<AssessStatus> ReplayAsync(AssessCall call, long seq, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var stored = await new AssessmentReader(scope.ServiceProvider.GetRequiredService<PanelDb>()).FindAsync(seq, stop)
            ?? throw new InvalidOperationException($"The log has no assessment {seq}, though an idempotency key names it.");
        var answer = call.Answer;
        FactSnapshot.Read(stored.Facts, call.Facts);
        var registry = submerchants.Current;
        answer.Read(stored, call.Facts, await policies.PolicyAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), stored.PolicyVersion, stop), registry);
        if (registry.Find(call.Request.SubmerchantId) is { } its && its.ExternalId == answer.SubmerchantId) answer.SubmerchantId = call.Request.SubmerchantId;
        answer.Replayed = true;
        return AssessStatus.Answered;
    }

    private (UInt128 Key, UInt128 Fingerprint, bool IsPair) IdempotencyOf(AssessCall call)
    {
        var request = call.Request;
        var flow = request.Flow == Flow.PayIn ? "payin" : "payout";
        if ((call.IdempotencyKey ?? request.IdempotencyKey) is { } key) return (Hash(ExplicitSort, key, flow), request.Fingerprint128, false);
        if (request is not { OrderId: { } order, PaymentId: { } payment }) return default;
        var method = Hash(MethodSort, $"{request.Amount} {request.Currency} {request.PaymentMethod} {request.CardBin} {request.CardLast4} {request.CardHash} {request.BeneficiaryClabe} {request.BeneficiaryIban}", null);
        // Two submerchants may number alike; one that is named in two ways is the same.
        var whose = submerchants.Current.NameOf(request.SubmerchantId);
        return (Hash(PairSort, whose is null ? $"{flow} {order}" : $"{flow} {order}\n{whose}", payment), method, true);
    }

    private UInt128 Hash(byte sort, string text, string? rest) => new(memory.Hasher.Key(sort, text, rest), memory.Hasher.Key((byte)(sort + 1), text, rest));

    private static string NewSessionId(long at)
    {
        const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
        Span<char> random = stackalloc char[9];
        Random.Shared.GetItems(Digits, random);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ps_{at}_{random}");
    }

    /// <summary>When and in which session a request is judged, and under which idempotency key its answer will stand.</summary>
    private readonly record struct Sitting(long At, string Session, ulong SessionKey, long? Replaces, UInt128 Key, UInt128 Fingerprint);

    /// <summary>What one assessment has changed in memory, and so must settle when the writer is done with it.</summary>
    private sealed class Settlement(AssessmentMemory memory, int handle, int replaced, ControlBudget? control)
    {
        public void Done(PendingAssessment pending, bool stored)
        {
            if (stored)
            {
                memory.Sessions.Set(pending.SessionKey, SessionEntry.Of(pending.Seq, handle, pending.At, pending.Keys), pending.Keys);
                if (pending.IdempotencyHash != default) memory.Idempotency.Finish(pending.IdempotencyHash, pending.Seq);
                return;
            }
            memory.Velocity.Undo(handle, replaced);
            control?.GiveBack(pending.At, pending.Currency, pending.Amount);
            if (pending.IdempotencyHash != default) memory.Idempotency.Abandon(pending.IdempotencyHash);
        }
    }
}
