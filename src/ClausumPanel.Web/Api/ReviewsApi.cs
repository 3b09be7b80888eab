using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>The review queues for programs of people who are signed in: the steps of the page, by the same flows. A review has the id of its assessment.</summary>
public static class ReviewsApi
{
    public const int UsualRows = 50, MostRows = 200;

    /// <summary>Each refusal of the flows as the wire has it: what kind, and a word for programs.</summary>
    private static readonly Dictionary<string, (Problem Problem, string Reason)> Refusals = new(StringComparer.Ordinal)
    {
        [LeaseReviews.NotThere] = (Problems.NotFound, "not_found"), [LeaseReviews.NoQueue] = (Problems.NotFound, "no_queue"),
        [LeaseReviews.NotForYou] = (Problems.Forbidden, "admins_only"), [LeaseReviews.FixedOrder] = (Problems.Forbidden, "fixed_order"), [LeaseReviews.OwnFirst] = (Problems.Forbidden, "second_person_needed"), [LeaseReviews.OwnDisputed] = (Problems.Forbidden, "second_person_needed"),
        [DecideReviews.OwnPayment] = (Problems.Forbidden, "own_payment"), [DecideReviews.NotYours] = (Problems.Forbidden, "not_yours"),
        [LeaseReviews.Taken] = (Problems.InvalidState, "taken"), [LeaseReviews.NotOpen] = (Problems.InvalidState, "not_open"), [LeaseReviews.LeaseGone] = (Problems.InvalidState, "lease_gone"),
        [DecideReviews.DecidedAlready] = (Problems.InvalidState, "decided"), [DecideReviews.TimeDecided] = (Problems.InvalidState, "decided"), [DecideReviews.AnswerDecided] = (Problems.InvalidState, "decided"), [DecideReviews.TooLate] = (Problems.InvalidState, "too_late"), [DecideReviews.StepTooLate] = (Problems.InvalidState, "too_late"),
        [DecideReviews.NotClosed] = (Problems.InvalidState, "not_closed"), [DecideReviews.NoQuestion] = (Problems.InvalidState, "no_question"), [DecideReviews.EscalatedAlready] = (Problems.InvalidState, "escalated"), [DecideReviews.ListedOtherwise] = (Problems.InvalidState, "listed_otherwise"),
    };

    /// <summary>Those that are about one field of the body.</summary>
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        [DecideReviews.ReasonMissing] = "reason", [DecideReviews.NoteMissing] = "note", [DecideReviews.NoteTooLong] = "note", [DecideReviews.NoteForAmount] = "note", [DecideReviews.NoSuchHold] = "until", [DecideReviews.NothingToList] = "list_entries", [DecideReviews.TooMuchToList] = "list_entries", [DecideReviews.NothingWithChallenge] = "list_entries", [DecideReviews.LabelWithDecline] = "label",
    };

    private enum Which { Waiting, Decided, Closed }

    public static void MapReviewsApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Reviews");
        group.MapGet("/reviews/queues", QueuesAsync).WithName("listReviewQueues").WithSummary("Read the queues").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/reviews", ListAsync).WithName("listReviews").WithSummary("Read the reviews").RequireAuthorization(Permissions.ViewPanel);
        group.MapGet("/reviews/{id}", ReadAsync).WithName("readReview").WithSummary("Read one review").RequireAuthorization(Permissions.ViewPanel);
        group.MapPost("/reviews/start", StartAsync).WithName("startReview").WithSummary("Take the most urgent review").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/lease", LeaseAsync).WithName("leaseReview").WithSummary("Take this review").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/extend", ExtendAsync).WithName("extendReview").WithSummary("Keep a review longer").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/release", ReleaseAsync).WithName("releaseReview").WithSummary("Give a review back").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/decide", DecideAsync).WithName("decideReview").WithSummary("Decide a review").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/undo", UndoAsync).WithName("undoReview").WithSummary("Undo your last step").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/skip", SkipAsync).WithName("skipReview").WithSummary("Pass a review over").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/hold", HoldAsync).WithName("holdReview").WithSummary("Put a review on hold").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/escalate", EscalateAsync).WithName("escalateReview").WithSummary("Hand a review to who decides the hard ones").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/answer", ReplyAsync).WithName("answerReview").WithSummary("Answer who escalated a review, and send it back").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/note", NoteAsync).WithName("noteReview").WithSummary("Write a note").RequireAuthorization(Permissions.Review);
        group.MapPost("/reviews/{id}/reopen", ReopenAsync).WithName("reopenReview").WithSummary("Open a closed review again").RequireAuthorization(Permissions.Review);
    }

    private static async Task QueuesAsync(HttpContext context)
    {
        var tiles = await context.RequestServices.GetRequiredService<ReadQueues>().ReadAsync(Now(context), context.RequestAborted);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var tile in tiles)
            {
                var queue = tile.Queue;
                json.WriteStartObject();
                json.WriteNumber("queue", queue.Number);
                json.WriteString("name", queue.Name);
                json.WriteBoolean("is_active", queue.IsActive);
                json.WriteBoolean("admins_only", queue.AdminsOnly);
                json.WriteBoolean("fixed_order", queue.IsRestricted);
                json.WriteBoolean("decline_needs_note", queue.DeclineNeedsNote);
                json.WriteStartObject("note_above");
                foreach (var (currency, above) in queue.ReadNoteAbove().OrderBy(n => n.Key, StringComparer.Ordinal)) json.WriteNumber(currency, above);
                json.WriteEndObject();
                json.WriteBoolean("blind", queue.IsBlind);
                json.WriteNumber("undo_seconds", queue.UndoSeconds);
                json.WriteNumber("waiting", tile.Waiting);
                json.WriteNumber("in_review", tile.InReview);
                json.WriteNumber("due_soon", tile.DueSoon);
                json.WriteNumber("overdue", tile.Overdue);
                json.WriteInstant("oldest_at", tile.Oldest);
                json.WriteTexts("reviewers", tile.Reviewers);
                json.WriteStartObject("reasons");
                foreach (var outcome in Enum.GetValues<ReviewOutcome>()) json.WriteTexts(Word(outcome), queue.ReasonsFor(outcome, Flow.PayIn));
                json.WriteTexts("skip", ReviewReasons.Skip);
                json.WriteEndObject();
                json.WriteStartObject("payout_reasons");
                foreach (var outcome in Enum.GetValues<ReviewOutcome>()) json.WriteTexts(Word(outcome), queue.ReasonsFor(outcome, Flow.PayOut));
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (query, db, now, stop) = (new QueryReader(context.Request.Query), Db(context), Now(context).ToUnixTimeMilliseconds(), context.RequestAborted);
        var which = query.Word<Which>("state", word => word switch { "waiting" => Which.Waiting, "decided" => Which.Decided, "closed" => Which.Closed, _ => null }) ?? Which.Waiting;
        var queue = query.Word<int>("queue", word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);
        var (limit, offset) = (query.Number("limit", UsualRows, 1, MostRows), query.Number("offset", 0, 0, 1_000_000));
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var all = db.Set<Review>().AsNoTracking().Where(r => queue == null || r.Queue == queue);
        var asked = which switch
        {
            Which.Waiting => all.Waiting(now),
            Which.Decided => all.Where(r => r.State == ReviewState.Decided),
            _ => all.Where(r => r.State == ReviewState.Closed),
        };
        var total = await asked.CountAsync(stop);
        var ordered = which == Which.Waiting ? asked.InOrder(db.Set<ReviewQueue>(), now) : asked.OrderByDescending(r => r.DecidedAt).ThenByDescending(r => r.Seq);
        var rows = await ordered.Skip(offset).Take(limit).ToListAsync(stop);
        var around = await AroundAsync(context, rows, stop);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                WriteMembers(json, row, around, now);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("total", total);
            json.WriteNumber("limit", limit);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        });
    }

    private static async Task ReadAsync(HttpContext context)
    {
        if (await SeqAsync(context) is { } seq) await AnswerAsync(context, seq, null);
    }

    private static async Task StartAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (queue, stop) = (body.Number("queue", 1, int.MaxValue), context.RequestAborted);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else if (queue is not null && !await Db(context).Set<ReviewQueue>().AnyAsync(q => q.Number == queue, stop)) await RefuseAsync(context, new ReviewAnswer(LeaseReviews.NoQueue));
        else if (await Leases(context).NextAsync(context.Reviewer, queue, stop) is { } lease) await AnswerAsync(context, lease.Seq, lease);
        else await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteNull("review");
            json.WriteNull("lease");
            json.WriteEndObject();
        });
    }

    private static async Task LeaseAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || await SeqAsync(context) is not { } seq) return;
        var takesOver = body.Flag("take_over") == true;
        if (body.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var (lease, answer) = takesOver ? await Leases(context).TakeOverAsync(context.Reviewer, seq, context.RequestAborted) : await Leases(context).TakeAsync(context.Reviewer, seq, context.RequestAborted);
        if (lease is null) await RefuseAsync(context, answer);
        else await AnswerAsync(context, seq, lease);
    }

    private static async Task ExtendAsync(HttpContext context)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else if (await Leases(context).BeatAsync(context.Reviewer, seq, token, context.RequestAborted) is { } lease) await AnswerAsync(context, seq, lease);
        else await RefuseAsync(context, new ReviewAnswer(LeaseReviews.LeaseGone));
    }

    private static async Task ReleaseAsync(HttpContext context)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else
        {
            await Leases(context).ReleaseAsync(context.Reviewer, seq, token, context.RequestAborted);
            await AnswerAsync(context, seq, null);
        }
    }

    private static async Task DecideAsync(HttpContext context)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        var outcome = body.Word<ReviewOutcome>("outcome", word => word switch { "approve" => ReviewOutcome.Approve, "challenge" => ReviewOutcome.Challenge, "decline" => ReviewOutcome.Decline, _ => null }, "format");
        if (!body.Has("outcome")) body.Wrong("outcome", "required", "outcome is required: approve, challenge or decline.");
        var (reason, note, read) = (body.Text("reason", Review.LongestReason), body.Text("note", Review.LongestNote), body.Number("reading_ms", 0, int.MaxValue));
        var label = body.Word<LabelOutcome>("label", word => word switch { "fraud" => LabelOutcome.Fraud, "inconclusive" => LabelOutcome.Inconclusive, _ => null }, "format");
        var entries = ReadEntries(body, outcome);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AfterAsync(context, seq, await Decide(context).DecideAsync(context.Reviewer, seq, token, new ReviewVerdict(outcome!.Value, reason, note, read, entries, label), context.RequestAborted));
    }

    private static async Task UndoAsync(HttpContext context)
    {
        if (await SeqAsync(context) is not { } seq) return;
        var (lease, answer) = await context.RequestServices.GetRequiredService<UndoReviews>().UndoAsync(context.Reviewer, seq, context.RequestAborted);
        if (answer.IsDone) await AnswerAsync(context, seq, lease);
        else await RefuseAsync(context, answer);
    }

    private static async Task SkipAsync(HttpContext context)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        var (reason, note) = (body.Text("reason", Review.LongestReason), body.Text("note", Review.LongestNote));
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AfterAsync(context, seq, await Decide(context).SkipAsync(context.Reviewer, seq, token, reason, note, context.RequestAborted));
    }

    private static async Task HoldAsync(HttpContext context)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        var (until, note) = (body.Moment("until"), body.Text("note", Review.LongestNote));
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AfterAsync(context, seq, await Decide(context).HoldAsync(context.Reviewer, seq, token, until, note, context.RequestAborted));
    }

    private static Task EscalateAsync(HttpContext context) => StepWithNoteAsync(context, (seq, token, note) => Decide(context).EscalateAsync(context.Reviewer, seq, token, note, context.RequestAborted));

    private static Task ReplyAsync(HttpContext context) => StepWithNoteAsync(context, (seq, token, note) => Decide(context).AnswerAsync(context.Reviewer, seq, token, note, context.RequestAborted));

    private static async Task StepWithNoteAsync(HttpContext context, Func<long, Guid, string?, Task<ReviewAnswer>> act)
    {
        if (await StepAsync(context) is not (var body, var seq, var token)) return;
        var note = body.Text("note", Review.LongestNote);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AfterAsync(context, seq, await act(seq, token, note));
    }

    private static Task NoteAsync(HttpContext context) => WithNoteAsync(context, (seq, note) => Decide(context).NoteAsync(context.Reviewer, seq, note, context.RequestAborted));

    private static Task ReopenAsync(HttpContext context) =>
        WithNoteAsync(context, (seq, note) => Decide(context).ReopenAsync(context.Reviewer, seq, note, context.RequestServices.GetRequiredService<RecordLabels>(), context.RequestAborted));

    private static async Task WithNoteAsync(HttpContext context, Func<long, string?, Task<ReviewAnswer>> act)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || await SeqAsync(context) is not { } seq) return;
        var note = body.Text("note", Review.LongestNote);
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AfterAsync(context, seq, await act(seq, note));
    }

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    private static PanelDb Db(HttpContext context) => context.RequestServices.GetRequiredService<PanelDb>();

    private static LeaseReviews Leases(HttpContext context) => context.RequestServices.GetRequiredService<LeaseReviews>();

    private static DecideReviews Decide(HttpContext context) => context.RequestServices.GetRequiredService<DecideReviews>();

    /// <summary>The body of a step that needs the lease, with its item; on a refusal it has answered already and gives null.</summary>
    private static async Task<(JsonBody Body, long Seq, Guid Token)?> StepAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body || await SeqAsync(context) is not { } seq) return null;
        var token = body.Word<Guid>("lease_token", text => Guid.TryParse(text, out var known) ? known : null, "format");
        if (!body.Has("lease_token")) body.Wrong("lease_token", "required", "lease_token is required: the token of your lease.");
        return (body, seq, token ?? Guid.Empty);
    }

    /// <summary>The review that the address names, if there is one; else it has answered already.</summary>
    private static async Task<long?> SeqAsync(HttpContext context)
    {
        var stop = context.RequestAborted;
        if (Guid.TryParse(context.Request.RouteValues["id"]?.ToString(), out var id) && await context.RequestServices.GetRequiredService<AssessmentReader>().FindAsync(id, stop) is { } found
            && await Db(context).Set<Review>().AnyAsync(r => r.Seq == found.Seq, stop)) return found.Seq;
        await RefuseAsync(context, new ReviewAnswer(LeaseReviews.NotThere));
        return null;
    }

    /// <summary>What goes on lists with the decision; as on the page, approving allows and everything else blocks.</summary>
    private static List<ReviewEntry> ReadEntries(JsonBody body, ReviewOutcome? outcome)
    {
        var entries = new List<ReviewEntry>();
        if (!body.Has("list_entries")) return entries;
        var value = body.Json.GetProperty("list_entries");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > DecideReviews.MostEntries)
        {
            body.Wrong("list_entries", "type", $"list_entries must be a list of at most {DecideReviews.MostEntries} entries.");
            return entries;
        }
        foreach (var (item, at) in value.EnumerateArray().Select((item, at) => (item, at)))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                body.Wrong("list_entries", "type", "list_entries must be a list of objects.");
                return entries;
            }
            var entry = new JsonBody(item, $"list_entries[{at}].") { Errors = body.Errors };
            var (type, days) = (entry.Word("list_type", ListWords.Type, "format"), entry.Number("days", 1, 3_650));
            if (!entry.Has("list_type")) entry.Wrong("list_type", "required", "list_type is required.");
            if (type is { } known) entries.Add(new ReviewEntry(known, outcome == ReviewOutcome.Approve ? ListSeverity.Allow : ListSeverity.Block, days));
        }
        return entries;
    }

    private static Task AfterAsync(HttpContext context, long seq, ReviewAnswer answer) => answer.IsDone ? AnswerAsync(context, seq, null) : RefuseAsync(context, answer);

    private static Task RefuseAsync(HttpContext context, ReviewAnswer answer)
    {
        var refusal = answer.Refusal!;
        object[] values = [.. answer.Values.Select(value => value is ReviewOutcome outcome ? Word(outcome) : value is ListType type ? type.Word() : value is DateTimeOffset at ? at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture) : value)];
        var said = string.Format(CultureInfo.InvariantCulture, refusal, values);
        if (Fields.TryGetValue(refusal, out var field)) return Problems.WriteAsync(context, [new FieldError(field, "required", said)]);
        var (problem, reason) = Refusals[refusal];
        return Problems.WriteAsync(context, problem, said, json => json.WriteString("reason", reason));
    }

    private static async Task AnswerAsync(HttpContext context, long seq, ReviewLease? lease)
    {
        var (db, now, stop) = (Db(context), Now(context).ToUnixTimeMilliseconds(), context.RequestAborted);
        var review = await db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq, stop);
        var around = await AroundAsync(context, [review], stop);
        var history = (await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == seq).OrderBy(e => e.At).ThenBy(e => e.Id).ToListAsync(stop)).Blind(review, context.Reviewer.Id);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("review");
            WriteMembers(json, review, around, now);
            json.WriteStartArray("history");
            foreach (var line in history)
            {
                json.WriteStartObject();
                json.WriteInstant("at", line.At);
                json.WriteString("kind", Word(line.Kind));
                json.WriteString("by", line.ActorName);
                json.WriteString("outcome", line.Outcome is { } outcome ? Word(outcome) : null);
                json.WriteString("reason", line.Reason);
                json.WriteString("note", line.Note);
                json.WriteString("label", line.Label?.Word());
                json.WriteInstant("until", line.Kind == ReviewEventKind.Held ? line.Until : null);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            if (lease is { } held)
            {
                json.WriteStartObject("lease");
                json.WriteString("token", held.Token);
                json.WriteInstant("until", held.Until);
                json.WriteEndObject();
            }
            else json.WriteNull("lease");
            json.WriteEndObject();
        });
    }

    /// <param name="JustDecided">Decided by the first of two, or otherwise by the second, a moment ago: not put away, though nobody is given them before that can no longer be undone.</param>
    /// <param name="Blind">Of these the reader, who reviews, sees no score before they have decided and can no longer undo it.</param>
    private sealed record Around(Dictionary<long, AssessmentLine> Lines, Dictionary<Guid, string> Names, HashSet<long> JustDecided, IReadOnlySet<long> Blind);

    private static async Task<Around> AroundAsync(HttpContext context, List<Review> reviews, CancellationToken stop)
    {
        var db = Db(context);
        var lines = await context.RequestServices.GetRequiredService<AssessmentReader>().LinesAsync([.. reviews.Select(r => r.Seq)], stop);
        var people = reviews.SelectMany(r => (Guid?[])[r.LeaseOwner, r.DecidedById]).OfType<Guid>().Distinct().ToList();
        var soon = reviews.Where(r => r.State == ReviewState.Open && r.FirstById is not null).Select(r => r.Seq).ToList();
        var decided = soon.Count == 0 ? [] : await db.Set<Review>().Where(r => soon.Contains(r.Seq) && db.Set<ReviewEvent>().Any(e => e.Seq == r.Seq && e.Version == r.Version && (e.Kind == ReviewEventKind.FirstDecided || e.Kind == ReviewEventKind.Disagreed))).Select(r => r.Seq).ToListAsync(stop);
        return new Around(lines.ToDictionary(l => l.Seq), await db.Users.Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop), [.. decided],
            await context.RequestServices.GetRequiredService<BlindReviews>().OfAsync(context.Decider, [.. reviews.Select(r => r.Seq)], stop));
    }

    private static void WriteMembers(Utf8JsonWriter json, Review review, Around around, long now)
    {
        var isHeld = review is { State: ReviewState.Open, LeaseIsAhead: false } && review.LeaseUntil > now;
        json.WriteString("id", around.Lines.TryGetValue(review.Seq, out var line) ? line.Id : Guid.Empty);
        json.WriteNumber("queue", review.Queue);
        json.WriteString("state", review.State switch
        {
            ReviewState.Closed => "closed",
            ReviewState.Decided => "decided",
            ReviewState.Open => isHeld ? "in_review" : review.VisibleAt > now && !around.JustDecided.Contains(review.Seq) ? "held" : "waiting",
        });
        json.WriteNumber("version", review.Version);
        json.WriteInstant("opened_at", review.OpenedAt);
        json.WriteInstant("visible_at", review.VisibleAt);
        json.WriteInstant("due_at", review.DueAt);
        json.WriteInstant("expires_at", review.ExpiresAt);
        json.WriteString("held_by", isHeld && review.LeaseOwner is { } owner ? around.Names.GetValueOrDefault(owner) : null);
        json.WriteInstant("held_until", isHeld ? review.LeaseUntil : null);
        json.WriteString("outcome", review.Outcome is { } outcome ? Word(outcome) : null);
        json.WriteString("reason", review.Reason);
        json.WriteString("note", review.Note);
        json.WriteString("label", review.Label?.Word());
        json.WriteString("decided_by", review.DecidedById is { } decider ? around.Names.GetValueOrDefault(decider) : null);
        json.WriteInstant("decided_at", review.DecidedAt);
        json.WriteInstant("settles_at", review.SettlesAt);
        json.WriteBoolean("timed_out", review.IsTimedOut);
        json.WriteBoolean("first_decided", review.FirstById is not null);
        json.WriteStartObject("assessment");
        var isBlind = around.Blind.Contains(review.Seq);
        // Of a challenge the shop was told: that is a fact, and nothing that leans.
        json.WriteString("decision", isBlind && review.Decision != Decision.Challenge ? null : AssessAnswerWriter.Word(review.Decision));
        json.WriteString("flow", line is null ? null : line.Flow == Flow.PayIn ? "payin" : "payout");
        if (line is null || isBlind) json.WriteNull("risk_score");
        else json.WriteNumber("risk_score", line.Score);
        if (line is null) json.WriteNull("amount");
        else json.WriteNumber("amount", line.Money.Minor);
        json.WriteString("currency", line?.Money.Currency);
        json.WriteString("order_id", line?.OrderId);
        json.WriteTexts("signals", (isBlind ? line?.Signals.OrderBy(s => s.Signal) : line?.Signals.AsEnumerable())?.Where(s => s.Weight != 0).Select(s => SignalCatalog.Of(s).Code) ?? []);
        json.WriteEndObject();
    }

    private static string Word(ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => "approve",
        ReviewOutcome.Challenge => "challenge",
        ReviewOutcome.Decline => "decline",
    };

    private static string Word(ReviewEventKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
