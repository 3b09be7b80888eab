using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Demo;

/// <summary>
/// What the demo's people did at the review desk in its month: each payment that waited was decided within hours, by the flows that pages use, with a clock that stands where they stood. Some decisions were
/// wrong, some were taken back; of the last hours everything still waits but for what was escalated or put away.
/// </summary>
internal sealed class DemoDesk(int seed, DateTimeOffset now, TimeZoneInfo zone)
{
    private const int Opens = 7, Closes = 23;
    private static readonly TimeSpan Waits = TimeSpan.FromHours(5.7);

    private readonly Random _random = new(seed);
    private readonly Then _clock = new(now);
    private readonly List<(DateTimeOffset At, Func<Task> Do)> _acts = [];
    private readonly HashSet<string> _blocked = new(StringComparer.Ordinal);
    private PanelDb _db = null!;
    private LeaseReviews _leases = null!;
    private DecideReviews _decide = null!;
    private UndoReviews _undo = null!;
    private SettleReviews _settle = null!;
    private RecordLabels _labels = null!;
    private Reviewer _luis, _ana;

    /// <param name="requests">The month, as it was sent.</param>
    /// <param name="services">Of a scope of its own.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task WorkAsync(IReadOnlyList<DemoRequest> requests, IServiceProvider services, CancellationToken stop)
    {
        _db = services.GetRequiredService<PanelDb>();
        var people = await _db.Users.AsNoTracking().Where(u => u.IsActive).OrderBy(u => u.CreatedAt).ThenBy(u => u.Email).ToListAsync(stop);
        if (people.Find(u => u.Role == Role.Analyst) is not { } analyst || people.Find(u => u.Role == Role.Admin) is not { } admin) return;
        (_luis, _ana) = (Of(analyst), Of(admin));
        var (service, shelf) = (services.GetRequiredService<AssessService>(), services.GetRequiredService<ListShelf>());
        var (turns, panel) = (services.GetRequiredService<ReviewTurns>(), services.GetRequiredService<IOptions<PanelOptions>>());
        // Turns of their own: the panel's is held around each act.
        var own = new ReviewTurns();
        _leases = new LeaseReviews(_db, own, services.GetRequiredService<PolicyShelf>(), services.GetRequiredService<PayeeNames>(), panel, _clock);
        _decide = new DecideReviews(_db, own, shelf, services.GetRequiredService<ReferenceData>(), panel, _clock);
        _undo = new UndoReviews(_db, own, _clock);
        _settle = new SettleReviews(_db, service, shelf, own, panel, _clock);
        _labels = new RecordLabels(_db, service, shelf, _clock);
        await PlanAsync(requests, stop);
        // What the desk decided a month ago takes effect a month ago, not when the panel's own job finds it.
        using var rest = turns.Rest();
        foreach (var (at, act) in _acts.OrderBy(a => a.At))
        {
            using var turn = await turns.TakeAsync(stop);
            _clock.Now = at;
            try
            {
                await act();
            }
            catch (FasterException)
            {
                // Whoever looks around while the month is made may take an item the desk would have had: it stays theirs.
            }
            _db.ChangeTracker.Clear();
        }
    }

    private async Task PlanAsync(IReadOnlyList<DemoRequest> requests, CancellationToken stop)
    {
        var told = new Dictionary<string, DemoRequest>(requests.Count);
        foreach (var request in requests)
        {
            using var json = JsonDocument.Parse(request.Json);
            told[json.RootElement.GetProperty("payment_id").GetString()!] = request;
        }
        var waiting = await (from r in _db.Set<Review>().AsNoTracking()
                             join a in _db.Set<StoredAssessment>() on r.Seq equals a.Seq
                             where r.State == ReviewState.Open && a.PaymentId != null
                             orderby r.Seq
                             select new { r.Seq, r.OpenedAt, r.VisibleAt, a.PaymentId, a.Flow }).ToListAsync(stop);
        var number = 0;
        foreach (var review in waiting)
        {
            if (!told.TryGetValue(review.PaymentId!, out var request)) continue;
            var (opened, shown) = (DateTimeOffset.FromUnixTimeMilliseconds(review.OpenedAt), DateTimeOffset.FromUnixTimeMilliseconds(review.VisibleAt));
            if (request.Aside is { } aside)
            {
                var at = Within(shown, TimeSpan.FromMinutes(4));
                if (at > shown) _acts.Add((at, () => PutAsideAsync(review.Seq, aside, stop)));
            }
            else if (opened < now - Waits) Plan(review.Seq, request, review.Flow, ++number, DecidedAt(shown), stop);
        }
    }

    /// <summary>What becomes of one of them. How it comes out depends on the place, so that each kind is there however large the month is.</summary>
    private void Plan(long seq, DemoRequest request, Flow flow, int number, DateTimeOffset at, CancellationToken stop)
    {
        var verdict = Verdict(request, flow, number);
        var who = number % 3 == 0 ? _ana : _luis;
        switch (number % 12)
        {
            // Escalated, and answered by whoever decides the hard ones.
            case 4 when at < now.AddHours(-3):
                _acts.Add((at, () => StepAsync(_luis, seq, lease => _decide.EscalateAsync(_luis, seq, lease.Token, flow == Flow.PayOut ? "¿Es la cuenta de siempre de este vendedor? El correo de aviso no me convence." : "El titular no contesta y el pedido sale hoy. ¿Lo soltamos?", stop), stop)));
                _acts.Add((at.AddMinutes(18 + _random.Next(70)), () => DecideAsync(_ana, seq, verdict with { Note = "Hablé con la tienda y con el titular; queda anotado en el pedido." }, stop)));
                return;
            case 7:
                _acts.Add((at.AddMinutes(-2), () => StepAsync(_luis, seq, lease => _decide.SkipAsync(_luis, seq, lease.Token, "needs_a_colleague", null, stop), stop)));
                who = _ana;
                break;
            // A slip, taken back at once.
            case 9:
                _acts.Add((at.AddMinutes(-1), () => SlipAsync(who, seq, verdict, flow, stop)));
                break;
            case 10 when at < now.AddHours(-30):
                _acts.Add((at.AddHours(5), () => ReopenAsync(_ana, seq, stop)));
                _acts.Add((at.AddHours(5.1), () => DecideAsync(_ana, seq, Told(ReviewOutcome.Approve, "payer_confirmed", "El titular llamó y confirmó la compra."), stop)));
                verdict = Told(ReviewOutcome.Decline, flow == Flow.PayIn ? "payer_unreachable" : "identity_mismatch", "Sin respuesta en tres intentos.");
                break;
        }
        _acts.Add((at, () => DecideAsync(who, seq, verdict, stop)));
    }

    private ReviewVerdict Verdict(DemoRequest request, Flow flow, int number) => request.Story switch
    {
        DemoStory.CardTesting => Told(ReviewOutcome.Decline, "card_testing"),
        // The first of a night is mostly believed: what comes after it nobody has seen yet.
        DemoStory.AccountTakeover when number % 4 == 1 => Told(ReviewOutcome.Approve, "known_customer", "Cliente con historial limpio; dice estar de viaje."),
        DemoStory.AccountTakeover => Told(ReviewOutcome.Decline, "account_takeover", "Dispositivo y país que nunca usó.") with { Entries = Block(request) },
        DemoStory.DisposableRing => number % 5 == 0 ? Told(ReviewOutcome.Approve, "low_risk_in_context") : Told(ReviewOutcome.Decline, "linked_to_fraud", "Mismo teléfono y mismas tarjetas que otras cuentas."),
        DemoStory.FriendlyFraud => number % 2 == 0 ? Told(ReviewOutcome.Approve, "known_customer", "Tarjeta y dispositivo de siempre.") : Told(ReviewOutcome.Decline, "friendly_fraud"),
        DemoStory.PayoutMule => Told(ReviewOutcome.Decline, "linked_to_fraud", "Varias cuentas pagan al mismo beneficiario nuevo."),
        DemoStory.Listed => number % 2 == 0 ? Told(ReviewOutcome.Approve, "payer_confirmed", "Confirmó que es para uso propio.") : Told(ReviewOutcome.Decline, "reseller_abuse"),
        _ when number % 9 == 2 => Told(ReviewOutcome.Challenge, "confirm_identity"),
        _ when number % 8 == 5 => Told(ReviewOutcome.Decline, "payer_unreachable", "Dos llamadas y un correo sin respuesta."),
        _ => Told(ReviewOutcome.Approve, flow == Flow.PayOut ? (number % 2 == 0 ? "data_match" : "payer_confirmed") : (number % 3) switch { 0 => "known_customer", 1 => "data_match", _ => "low_risk_in_context" }),
    };

    private ReviewVerdict Told(ReviewOutcome outcome, string reason, string? note = null) => new(outcome, reason, note, (int)(1_000 * (9 + (Math.Pow(_random.NextDouble(), 3) * 170))));

    /// <summary>The thief's device, once.</summary>
    private List<ReviewEntry>? Block(DemoRequest request)
    {
        using var json = JsonDocument.Parse(request.Json);
        return _blocked.Add(json.RootElement.GetProperty("device").GetProperty("fingerprint").GetString()!) ? [new ReviewEntry(ListType.DeviceFingerprint, ListSeverity.Block, 90)] : null;
    }

    /// <summary>Within the hour mostly, when somebody is there: what comes at night waits for the morning.</summary>
    private DateTimeOffset DecidedAt(DateTimeOffset shown)
    {
        var at = shown.AddMinutes(4 + (Math.Pow(_random.NextDouble(), 2) * 75));
        var local = TimeZoneInfo.ConvertTime(at, zone);
        if (local.Hour is < Opens or >= Closes)
        {
            var morning = local.Date.AddHours(Opens + (local.Hour >= Closes ? 24 : 0)).AddMinutes(_random.Next(50));
            at = new DateTimeOffset(morning, zone.GetUtcOffset(morning)).ToUniversalTime();
        }
        return at < now.AddMinutes(-20) ? at : Within(shown, TimeSpan.FromMinutes(20));
    }

    /// <summary>Soon after it was shown, and before now.</summary>
    private DateTimeOffset Within(DateTimeOffset shown, TimeSpan soon) => shown + soon < now.AddMinutes(-1) ? shown + soon : shown + ((now - shown) / 2);

    private async Task DecideAsync(Reviewer who, long seq, ReviewVerdict verdict, CancellationToken stop)
    {
        await StepAsync(who, seq, lease => _decide.DecideAsync(who, seq, lease.Token, verdict, stop), stop, verdict.ReadingMilliseconds ?? 0);
        await SettleAsync(seq, stop);
        // The shop asks, and tells how it ended, before the challenge comes back unanswered.
        if (verdict.Outcome == ReviewOutcome.Challenge && _clock.Now.AddMinutes(14) is var told && told < now) await ChallengeToldAsync(seq, told, stop);
    }

    private async Task ChallengeToldAsync(long seq, DateTimeOffset at, CancellationToken stop)
    {
        _clock.Now = at;
        await using (var transaction = await _db.Database.BeginTransactionAsync(stop))
        {
            await new LabelLedger(_db).BeginAsync(stop);
            var payment = await _db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == seq, stop);
            await ChallengeAnswers.ApplyAsync(_db, payment, hasPassed: seq % 3 != 0, "challenge", Actor.System, at, stop);
            await _db.SaveChangesAsync(stop);
            await transaction.CommitAsync(CancellationToken.None);
        }
        await SettleAsync(seq, stop);
    }

    private async Task SlipAsync(Reviewer who, long seq, ReviewVerdict verdict, Flow flow, CancellationToken stop)
    {
        var slip = verdict.Outcome == ReviewOutcome.Approve ? Told(ReviewOutcome.Decline, flow == Flow.PayIn ? "stolen_card" : "identity_mismatch") : Told(ReviewOutcome.Approve, "false_alarm");
        await StepAsync(who, seq, lease => _decide.DecideAsync(who, seq, lease.Token, slip, stop), stop, slip.ReadingMilliseconds!.Value);
        _clock.Now += TimeSpan.FromSeconds(4);
        var (lease, answer) = await _undo.UndoAsync(who, seq, stop);
        Done(answer);
        await _leases.ReleaseAsync(who, seq, lease!.Value.Token, stop);
    }

    private async Task ReopenAsync(Reviewer who, long seq, CancellationToken stop) => Done(await _decide.ReopenAsync(who, seq, "El titular se comunicó después.", _labels, stop));

    private Task PutAsideAsync(long seq, DemoAside aside, CancellationToken stop) => StepAsync(_luis, seq, lease => aside.Step switch
    {
        DemoStep.Escalate => _decide.EscalateAsync(_luis, seq, lease.Token, aside.Note, stop),
        DemoStep.Hold => _decide.HoldAsync(_luis, seq, lease.Token, Tomorrow(), aside.Note, stop),
        _ => throw new ArgumentOutOfRangeException(nameof(aside)),
    }, stop);

    private DateTimeOffset Tomorrow()
    {
        var nine = TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(1).AddHours(9);
        return new DateTimeOffset(nine, zone.GetUtcOffset(nine)).ToUniversalTime();
    }

    private async Task StepAsync(Reviewer who, long seq, Func<ReviewLease, Task<ReviewAnswer>> step, CancellationToken stop, int readingMilliseconds = 20_000)
    {
        var (lease, answer) = await _leases.TakeAsync(who, seq, stop);
        Done(answer);
        _clock.Now += TimeSpan.FromMilliseconds(readingMilliseconds);
        Done(await step(lease!.Value));
    }

    private async Task SettleAsync(long seq, CancellationToken stop)
    {
        if (await _db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Decided).Select(r => r.SettlesAt).SingleOrDefaultAsync(stop) is not { } at) return;
        _clock.Now = DateTimeOffset.FromUnixTimeMilliseconds(at);
        await _settle.RunAsync(stop);
    }

    private static void Done(ReviewAnswer answer)
    {
        if (answer.Refusal is { } refusal && Faster.Contains(refusal)) throw new FasterException();
        if (!answer.IsDone) throw new InvalidDataException($"The demo's desk was refused: {answer.Refusal}");
    }

    /// <summary>What is said where somebody else has it, or had it.</summary>
    private static readonly HashSet<string> Faster =
        [LeaseReviews.Taken, LeaseReviews.NotOpen, LeaseReviews.LeaseGone, LeaseReviews.OwnFirst, LeaseReviews.OwnDisputed, DecideReviews.DecidedAlready, DecideReviews.TimeDecided, DecideReviews.AnswerDecided, DecideReviews.NotClosed, DecideReviews.TooLate, DecideReviews.StepTooLate, DecideReviews.EscalatedAlready];

    private sealed class FasterException : Exception;

    private static Reviewer Of(User user) => new(new Actor(ActorKind.Person, user.Id, user.DisplayName), user.Role == Role.Admin);

    /// <summary>Stands where it is put.</summary>
    private sealed class Then(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
