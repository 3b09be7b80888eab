using ClausumPanel.Assess;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>How far an import has come.</summary>
public sealed class ImportTally
{
    public int Read { get; set; }
    public int Stored { get; set; }
    public int Known { get; set; }
    public int Refused { get; set; }
}

/// <summary>
/// Feeds history into the pipeline in the order it comes. Each one is judged before the next is looked at; only the waiting for the disk overlaps,
/// so the outcome does not depend on how fast that is. What is wrong is said and left out.
/// </summary>
internal sealed class HistoryPump(AssessTransaction transaction, AssessOptions options, TimeProvider clock, Guid? keyId, ImportTally tally, Action<string> problem)
{
    private const int MostWaiting = 256;

    private readonly Queue<(Task<AssessStatus> Running, AssessCall Call, int Line)> _running = new(MostWaiting);
    private readonly Stack<AssessCall> _spare = new(MostWaiting);
    private readonly List<FieldError> _errors = [];

    /// <param name="body">Kept until it is stored; card data in it is overwritten.</param>
    /// <param name="line">What it is called when something is wrong with it.</param>
    public async Task SendAsync(Memory<byte> body, Flow flow, int line, CancellationToken stop)
    {
        tally.Read++;
        if (_running.Count == MostWaiting) await SettleAsync();
        var call = _spare.TryPop(out var spare) ? spare : new AssessCall();
        if (!AssessRequestReader.TryRead(body, flow, mayImportHistory: true, options.OrganizationType, call.Request, _errors) || IsYetToCome(call.Request))
        {
            foreach (var error in _errors) Refuse(line, error);
            tally.Refused++;
            _spare.Push(call);
            return;
        }
        if (call.Request.IdempotencyKey is not null) call.Request.Fingerprint128 = Fingerprint.Of(body.Span);
        call.KeyId = keyId;
        call.KeyType = KeyType.Server;
        call.Started = clock.GetTimestamp();
        _running.Enqueue((transaction.RunAsync(call, stop).AsTask(), call, line));
    }

    public void Refuse(int line, in FieldError error) => problem($"line {line}: {error.Field}: {error.Reason}");

    /// <summary>Waits until everything sent is on disk.</summary>
    public async Task FinishAsync()
    {
        while (_running.Count > 0) await SettleAsync();
    }

    private async Task SettleAsync()
    {
        var (running, call, line) = _running.Dequeue();
        switch (await running)
        {
            case AssessStatus.Answered when call.Answer.Replayed: tally.Known++; break;
            case AssessStatus.Answered: tally.Stored++; break;
            case AssessStatus.Conflict: RefuseWhole(line, "This key was used for another body in the 24 hours before."); break;
            case AssessStatus.InProgress: RefuseWhole(line, "Another request under this key is still running."); break;
            case AssessStatus.TimedOut: RefuseWhole(line, "The store took too long: it may have been stored nevertheless.", "body"); break;
            case AssessStatus.Unavailable: throw new IOException($"The store takes no more, from line {line} on.");
        }
        if (call.IsReusable) _spare.Push(call);
    }

    private void RefuseWhole(int line, string reason, string field = "idempotency_key")
    {
        tally.Refused++;
        Refuse(line, new FieldError(field, "conflict", reason));
    }

    private bool IsYetToCome(AssessRequest request)
    {
        if (request.OccurredAt is not { } at || at <= clock.GetUtcNow().AddMinutes(5)) return false;
        _errors.Add(new FieldError("occurred_at", "range", "occurred_at lies in the future."));
        return true;
    }
}
