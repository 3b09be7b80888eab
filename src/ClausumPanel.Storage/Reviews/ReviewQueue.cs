using System.Text.Json;
using System.Text.Json.Serialization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Reviews;

/// <summary>What becomes of an item nobody decided in time.</summary>
public enum TimeoutAction
{
    /// <summary>It stays, and is shown as overdue.</summary>
    None,
    Escalate,
    Approve,
    Decline,
}

/// <summary>Which payments a queue takes. What is null or empty is not asked; all that is asked must hold.</summary>
public sealed record QueueFilter
{
    public Decision? Decision { get; init; }
    public Flow? Flow { get; init; }
    public string? Currency { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>, at least.</summary>
    public long? MinimumAmount { get; init; }
    public int? MinimumScore { get; init; }
    public int? MaximumScore { get; init; }
    public string? Submerchant { get; init; }

    /// <summary>Any of these countries.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Any of these signals, by code.</summary>
    public IReadOnlyList<string> Signals { get; init; } = [];

    /// <summary>A list entry or a rule had a say.</summary>
    public bool ListedOrRuled { get; init; }

    /// <summary>It takes every payment.</summary>
    public bool AsksNothing() => this is
    {
        Decision: null, Flow: null, Currency: null, MinimumAmount: null, MinimumScore: null, MaximumScore: null, Submerchant: null, Countries.Count: 0, Signals.Count: 0, ListedOrRuled: false,
    };
}

/// <summary>When people work: the time in between does not count against them.</summary>
/// <param name="Days">Monday first: the days on which they do.</param>
/// <param name="From">Minutes since midnight.</param>
/// <param name="To">Minutes since midnight, later than <paramref name="From"/>.</param>
public sealed record BusinessHours(IReadOnlyList<DayOfWeek> Days, int From, int To)
{
    private const int LongestSearchDays = 400;

    /// <summary>When so much work has passed.</summary>
    /// <param name="from">From when on.</param>
    /// <param name="work">How much of it.</param>
    /// <param name="zone">In which they work.</param>
    public DateTimeOffset After(DateTimeOffset from, TimeSpan work, TimeZoneInfo zone)
    {
        var left = work;
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(from, zone).DateTime);
        for (var i = 0; i < LongestSearchDays; i++, day = day.AddDays(1))
        {
            if (!Days.Contains(day.DayOfWeek)) continue;
            var (opens, closes) = (Instant(day, From), Instant(day, To));
            if (closes <= from) continue;
            var start = opens > from ? opens : from;
            if (closes - start >= left) return start + left;
            left -= closes - start;
        }
        return from + work;

        DateTimeOffset Instant(DateOnly on, int minute)
        {
            var local = on.ToDateTime(TimeOnly.MinValue).AddMinutes(minute);
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        }
    }
}

/// <summary>By when an item of a queue should be decided.</summary>
/// <param name="DueAt">Unix milliseconds; null: no hurry.</param>
/// <param name="WarnAt">From then on it is due soon, Unix milliseconds; null: no hurry.</param>
public readonly record struct ReviewTerm(long? DueAt, long? WarnAt)
{
    /// <param name="queue">Whose time it has.</param>
    /// <param name="shownAt">From when on it is shown there, Unix milliseconds: its time begins then.</param>
    /// <param name="zone">In which people work.</param>
    public static ReviewTerm Of(ReviewQueue queue, long shownAt, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (queue.SlaMinutes is not { } minutes) return default;
        var (start, hours) = (DateTimeOffset.FromUnixTimeMilliseconds(shownAt), queue.ReadHours());
        return new(After(TimeSpan.FromMinutes(minutes)), After(TimeSpan.FromMinutes(minutes) * (queue.WarnPercent / 100d)));

        long After(TimeSpan work) => (hours?.After(start, work, zone) ?? start + work).ToUnixTimeMilliseconds();
    }
}

/// <summary>A queue of reviews: what it takes, how fast, in what order, and what a decision in it needs.</summary>
public sealed class ReviewQueue
{
    public const int LongestName = 60, MostUndoSeconds = 30, MostDeclineSeconds = 60, UsualDeclineSeconds = 3, EscalatedNumber = 4;

    /// <summary>Stays for good; reviews name it.</summary>
    public int Number { get; init; }
    public string Name { get; set; } = "";

    /// <summary>The first queue by this order that takes a payment gets it.</summary>
    public int Position { get; set; }
    public bool IsActive { get; set; } = true;

    /// <summary>Nothing comes into it by itself: what is escalated.</summary>
    public bool IsManual { get; init; }

    /// <summary>Somebody made it here; the others came with the installation and stay.</summary>
    public bool IsOwn => Number > EscalatedNumber;

    /// <summary>Only admins decide here.</summary>
    public bool AdminsOnly { get; set; }

    /// <summary>The order is fixed: nobody picks.</summary>
    public bool IsRestricted { get; set; }

    /// <summary><see cref="QueueFilter"/> as JSON.</summary>
    public string Filter { get; set; } = "{}";

    /// <summary>Minutes before an item is shown: a challenge may be answered, or another payment explain it.</summary>
    public int DelayMinutes { get; set; }

    /// <summary>Minutes until an item is due; null: never.</summary>
    public int? SlaMinutes { get; set; }

    /// <summary><see cref="BusinessHours"/> as JSON; null: day and night.</summary>
    public string? Hours { get; set; }

    /// <summary>Per cent of the time after which it is due soon.</summary>
    public int WarnPercent { get; set; } = 75;
    public TimeoutAction Timeout { get; set; }
    public int UndoSeconds { get; set; } = 8;

    /// <summary>The codes of the reasons for each outcome, as JSON by outcome; what is not there has the usual ones.</summary>
    public string Reasons { get; set; } = "{}";

    /// <summary>A note is needed with a decline.</summary>
    public bool DeclineNeedsNote { get; set; }

    /// <summary>Above it, minor units by currency as JSON, a second person must agree; empty: never.</summary>
    public string SecondAbove { get; set; } = "{}";

    /// <summary>Above it, minor units by currency as JSON, every decision needs a note; empty: none does for its amount.</summary>
    public string NoteAbove { get; set; } = "{}";

    /// <summary>Who decides here sees neither the score nor what it leans to before they have.</summary>
    public bool IsBlind { get; set; }

    /// <summary>A decline that was read for less, in seconds, is asked once more; 0: none is.</summary>
    public int DeclineSeconds { get; set; }

    /// <summary>How much each part of the priority counts, 0…100.</summary>
    public int WeightOfTime { get; set; } = 50;
    public int WeightOfStake { get; set; } = 30;
    public int WeightOfLoyalty { get; set; } = 10;
    public int WeightOfExpiry { get; set; } = 60;

    public QueueFilter ReadFilter() => JsonSerializer.Deserialize<QueueFilter>(Filter, Json) ?? new QueueFilter();

    public BusinessHours? ReadHours() => Hours is null ? null : JsonSerializer.Deserialize<BusinessHours>(Hours, Json);

    public IReadOnlyDictionary<string, long> ReadSecondAbove() => Amounts(SecondAbove);

    public IReadOnlyDictionary<string, long> ReadNoteAbove() => Amounts(NoteAbove);

    /// <summary>The amount is one on which two must agree here.</summary>
    public bool IsForTwo(Money amount) => IsAbove(ReadSecondAbove(), amount);

    /// <summary>The amount is one that nobody decides here without a note.</summary>
    public bool NeedsNote(Money amount) => IsAbove(ReadNoteAbove(), amount);

    /// <summary>A decline that was read for so long is asked once more.</summary>
    /// <param name="readMilliseconds">As the page measured it; null: nobody did, and nothing is asked.</param>
    public bool IsQuick(int? readMilliseconds) => readMilliseconds < DeclineSeconds * 1_000;

    private static Dictionary<string, long> Amounts(string above) => JsonSerializer.Deserialize<Dictionary<string, long>>(above, Json) ?? [];

    private static bool IsAbove(IReadOnlyDictionary<string, long> amounts, Money amount) => amounts.TryGetValue(amount.Currency, out var above) && amount.Minor > above;

    /// <summary>The codes an outcome may be given for where the flow is this: the queue's own that fit it; where none of them does, the usual ones.</summary>
    public IReadOnlyList<string> ReasonsFor(ReviewOutcome outcome, Flow flow)
    {
        List<string> fitting = [.. ReasonsFor(outcome).Where(code => ReviewReasons.Fits(code, flow))];
        return fitting.Count > 0 ? fitting : [.. ReviewReasons.Usual(outcome).Where(code => ReviewReasons.Fits(code, flow))];
    }

    /// <summary>The codes an outcome may be given for.</summary>
    public IReadOnlyList<string> ReasonsFor(ReviewOutcome outcome) =>
        JsonSerializer.Deserialize<Dictionary<ReviewOutcome, List<string>>>(Reasons, Json) is { } own && own.TryGetValue(outcome, out var codes) && codes.Count > 0 ? codes : ReviewReasons.Usual(outcome);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new
    {
        Number, Name, Position, IsActive, AdminsOnly, IsRestricted, Filter, DelayMinutes, SlaMinutes, Hours, WarnPercent, Timeout = Timeout.ToString(), UndoSeconds, Reasons, DeclineNeedsNote, SecondAbove, NoteAbove, IsBlind, DeclineSeconds,
        WeightOfTime, WeightOfStake, WeightOfLoyalty, WeightOfExpiry,
    };

    private static JsonSerializerOptions Json { get; } = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The queues an installation begins with.</summary>
    public static IReadOnlyList<ReviewQueue> Defaults() =>
    [
        new() { Number = 1, Name = "Flagged by a list or rule", Position = 1, Filter = Write(new QueueFilter { Decision = Decision.Review, ListedOrRuled = true }), SlaMinutes = 60, DeclineSeconds = UsualDeclineSeconds },
        new() { Number = 2, Name = "Challenge not answered", Position = 2, Filter = Write(new QueueFilter { Decision = Decision.Challenge }), DelayMinutes = 30, SlaMinutes = 240, DeclineSeconds = UsualDeclineSeconds },
        new() { Number = 3, Name = "Review", Position = 3, SlaMinutes = 120, DeclineSeconds = UsualDeclineSeconds },
        new() { Number = EscalatedNumber, Name = "Escalated", Position = 4, IsManual = true, AdminsOnly = true, SlaMinutes = 240, DeclineSeconds = UsualDeclineSeconds },
    ];
}

/// <summary>The reasons for a decision: stable codes, which pages put into words.</summary>
public static class ReviewReasons
{
    /// <summary>What a decline for good says the payment was: see <see cref="LabelOf(ReviewOutcome, string?)"/>.</summary>
    public static readonly IReadOnlyList<string> Decline = ["stolen_card", "account_takeover", "identity_mismatch", "card_testing", "friendly_fraud", "reseller_abuse", "linked_to_fraud", "payer_unreachable", "against_policy", "other"];
    public static readonly IReadOnlyList<string> Approve = ["known_customer", "data_match", "payer_confirmed", "low_risk_in_context", "false_alarm", "other"];
    public static readonly IReadOnlyList<string> Challenge = ["confirm_identity", "confirm_card", "confirm_delivery", "confirm_account", "other"];

    public static readonly IReadOnlyList<string> Skip = ["not_my_area", "conflict_of_interest", "needs_a_colleague", "other"];

    /// <summary>Those that decline a payment without saying that it was fraud.</summary>
    private static readonly string[] SayNoFraud = ["reseller_abuse", "payer_unreachable", "against_policy"];

    /// <summary>Those that speak of a card, a purchase or a delivery: money that goes out has none.</summary>
    private static readonly string[] OfPaymentsOnly = ["stolen_card", "card_testing", "friendly_fraud", "reseller_abuse", "confirm_card", "confirm_delivery"];

    /// <summary>Those that speak of the account money goes to.</summary>
    private static readonly string[] OfPayoutsOnly = ["confirm_account"];

    /// <summary>What a person's decision says the payment was, unless they say otherwise; null: a challenge says nothing.</summary>
    public static LabelOutcome? LabelOf(ReviewOutcome outcome, string? reason) => outcome switch
    {
        ReviewOutcome.Approve => LabelOutcome.Good,
        ReviewOutcome.Challenge => null,
        ReviewOutcome.Decline => SayNoFraud.Contains(reason) ? LabelOutcome.Inconclusive : LabelOutcome.Fraud,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    /// <summary>The reason tells nothing about it: whoever gives it says themselves what the payment was.</summary>
    public static bool LeavesOpen(ReviewOutcome outcome, string? reason) => outcome == ReviewOutcome.Decline && reason == "other";

    /// <summary>Whether the reason can be one of that flow.</summary>
    public static bool Fits(string code, Flow flow) => !(flow == Flow.PayIn ? OfPayoutsOnly : OfPaymentsOnly).Contains(code);

    public static IReadOnlyList<string> Usual(ReviewOutcome outcome) => outcome switch
    {
        ReviewOutcome.Approve => Approve,
        ReviewOutcome.Challenge => Challenge,
        ReviewOutcome.Decline => Decline,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}

internal sealed class ReviewQueueMap : IEntityTypeConfiguration<ReviewQueue>
{
    public void Configure(EntityTypeBuilder<ReviewQueue> builder)
    {
        builder.ToTable("review_queues");
        builder.HasKey(q => q.Number);
        builder.Property(q => q.Number).ValueGeneratedNever();
        builder.Property(q => q.Name).HasMaxLength(ReviewQueue.LongestName);
        builder.Ignore(q => q.IsOwn);
        builder.Ignore(q => q.Summary);
        builder.HasData(ReviewQueue.Defaults());
    }
}
