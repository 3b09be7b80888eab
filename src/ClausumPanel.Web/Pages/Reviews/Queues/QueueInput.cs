using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ClausumPanel.Web.Pages.Reviews.Queues;

/// <summary>A queue as a form has it: everything as it was written, read only when it is saved.</summary>
public sealed class QueueInput
{
    public const int MostMinutes = 60 * 24 * 30, MostWeight = 100, MostSignals = 40, MostText = 2_000;

    public string? Stamp { get; set; }
    public string? Name { get; set; }
    public string? Decision { get; set; }
    public string? Flow { get; set; }
    public string? Currency { get; set; }

    /// <summary>Major units.</summary>
    public string? MinimumAmount { get; set; }
    public string? MinimumScore { get; set; }
    public string? MaximumScore { get; set; }
    public string? Submerchant { get; set; }
    public string? Countries { get; set; }
    public string?[]? Signals { get; set; }
    public bool? ListedOrRuled { get; set; }
    public bool? IsRestricted { get; set; }
    public bool? AdminsOnly { get; set; }
    public string? DelayMinutes { get; set; }
    public string? SlaMinutes { get; set; }
    public string?[]? Days { get; set; }
    public string? From { get; set; }
    public string? To { get; set; }
    public string? WarnPercent { get; set; }
    public string? Timeout { get; set; }
    public string? UndoSeconds { get; set; }
    public string?[]? Approve { get; set; }
    public string?[]? Challenge { get; set; }
    public string?[]? Decline { get; set; }
    public bool? DeclineNeedsNote { get; set; }

    /// <summary>One currency and its amount in major units a line.</summary>
    public string? SecondAbove { get; set; }

    /// <summary>The same of the amounts above which every decision needs a note.</summary>
    public string? NoteAbove { get; set; }
    public bool? IsBlind { get; set; }
    public string? DeclineSeconds { get; set; }
    public string? WeightOfTime { get; set; }
    public string? WeightOfStake { get; set; }
    public string? WeightOfLoyalty { get; set; }
    public string? WeightOfExpiry { get; set; }

    public string?[] ReasonsFor(ReviewOutcome outcome) => (outcome switch { ReviewOutcome.Approve => Approve, ReviewOutcome.Challenge => Challenge, _ => Decline }) ?? [];

    public static QueueInput Of(ReviewQueue queue, string? stamp, Texts T)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var (filter, hours) = (queue.ReadFilter(), queue.ReadHours());
        return new QueueInput
        {
            Stamp = stamp, Name = T.QueueName(queue.Name), Decision = filter.Decision?.ToString(), Flow = filter.Flow?.ToString(), Currency = filter.Currency,
            MinimumAmount = filter is { MinimumAmount: { } minor, Currency: { } currency } ? Major(minor, currency) : null, MinimumScore = Text(filter.MinimumScore), MaximumScore = Text(filter.MaximumScore), Submerchant = filter.Submerchant,
            Countries = string.Join(", ", filter.Countries), Signals = [.. filter.Signals], ListedOrRuled = filter.ListedOrRuled, IsRestricted = queue.IsRestricted, AdminsOnly = queue.AdminsOnly, DelayMinutes = Text(queue.DelayMinutes),
            SlaMinutes = Text(queue.SlaMinutes), Days = [.. hours?.Days.Select(d => d.ToString()) ?? []], From = Clock(hours?.From ?? 540), To = Clock(hours?.To ?? 1_080), WarnPercent = Text(queue.WarnPercent), Timeout = queue.Timeout.ToString(),
            UndoSeconds = Text(queue.UndoSeconds), Approve = [.. queue.ReasonsFor(ReviewOutcome.Approve)], Challenge = [.. queue.ReasonsFor(ReviewOutcome.Challenge)], Decline = [.. queue.ReasonsFor(ReviewOutcome.Decline)],
            DeclineNeedsNote = queue.DeclineNeedsNote, SecondAbove = Lines(queue.ReadSecondAbove()), NoteAbove = Lines(queue.ReadNoteAbove()), IsBlind = queue.IsBlind, DeclineSeconds = Text(queue.DeclineSeconds),
            WeightOfTime = Text(queue.WeightOfTime), WeightOfStake = Text(queue.WeightOfStake), WeightOfLoyalty = Text(queue.WeightOfLoyalty), WeightOfExpiry = Text(queue.WeightOfExpiry),
        };
    }

    /// <summary>Reads what was written; each thing that is wrong gets its sentence beside its field.</summary>
    /// <returns>Writes all of it into a queue; null when something is wrong.</returns>
    public Action<ReviewQueue>? Read(ReviewQueue now, ModelStateDictionary state, Texts T)
    {
        ArgumentNullException.ThrowIfNull(now);
        var name = Name?.Trim() ?? "";
        // A name that only is the translation of what the queue came with stays what it is.
        if (name == T.QueueName(now.Name) && now.Name.Length > 0) name = now.Name;
        if (name.Length is 0 or > ReviewQueue.LongestName) Wrong(nameof(Name), T["The name must have 1 to {0} characters.", ReviewQueue.LongestName]);
        var filter = now.IsManual ? new QueueFilter() : ReadFilter(Wrong, T);
        var delay = Number(nameof(DelayMinutes), T["Minutes before it is shown"], DelayMinutes, 0, MostMinutes);
        var sla = Number(nameof(SlaMinutes), T["Minutes until it is due"], SlaMinutes, 1, MostMinutes, mayBeEmpty: true);
        var warn = Number(nameof(WarnPercent), T["Due soon after, % of the time"], WarnPercent, 1, 100);
        var undo = Number(nameof(UndoSeconds), T["Seconds to undo a decision"], UndoSeconds, 0, ReviewQueue.MostUndoSeconds);
        var (time, stake) = (Number(nameof(WeightOfTime), T["Weight of the time that has passed"], WeightOfTime, 0, MostWeight), Number(nameof(WeightOfStake), T["Weight of the score's share of the amount"], WeightOfStake, 0, MostWeight));
        var (loyalty, expiry) = (Number(nameof(WeightOfLoyalty), T["Weight of a loyal payer"], WeightOfLoyalty, 0, MostWeight), Number(nameof(WeightOfExpiry), T["Weight of an authorisation about to lapse"], WeightOfExpiry, 0, MostWeight));
        var timeout = Enum.TryParse<TimeoutAction>(Timeout, out var action) && Enum.IsDefined(action) ? action : TimeoutAction.None;
        if (timeout != TimeoutAction.None && string.IsNullOrWhiteSpace(SlaMinutes)) Wrong(nameof(Timeout), T["When time runs out: without minutes until it is due, time never does."]);
        if (timeout == TimeoutAction.Escalate && now.IsManual) Wrong(nameof(Timeout), T["When time runs out: what is escalated already cannot be escalated further."]);
        var hours = ReadHours(Wrong, T);
        var reasons = ReadReasons(Wrong, T);
        var second = ReadAmounts(nameof(SecondAbove), T["Second person above"], SecondAbove);
        var note = ReadAmounts(nameof(NoteAbove), T["Note needed above"], NoteAbove);
        var quick = Number(nameof(DeclineSeconds), T["Seconds under which a decline is asked once more"], DeclineSeconds, 0, ReviewQueue.MostDeclineSeconds);
        if (!state.IsValid) return null;
        return queue =>
        {
            (queue.Name, queue.Filter, queue.DelayMinutes, queue.SlaMinutes, queue.WarnPercent, queue.UndoSeconds) = (name, filter.AsksNothing() ? "{}" : ReviewQueue.Write(filter), delay!.Value, sla, warn!.Value, undo!.Value);
            (queue.IsRestricted, queue.AdminsOnly, queue.DeclineNeedsNote, queue.Timeout) = (IsRestricted == true, AdminsOnly == true || queue.IsManual, DeclineNeedsNote == true, timeout);
            (queue.Hours, queue.Reasons, queue.SecondAbove) = (hours is null ? null : ReviewQueue.Write(hours), ReviewQueue.Write(reasons), ReviewQueue.Write(second));
            (queue.NoteAbove, queue.IsBlind, queue.DeclineSeconds) = (ReviewQueue.Write(note), IsBlind == true, quick!.Value);
            (queue.WeightOfTime, queue.WeightOfStake, queue.WeightOfLoyalty, queue.WeightOfExpiry) = (time!.Value, stake!.Value, loyalty!.Value, expiry!.Value);
        };

        void Wrong(string field, string sentence) => state.AddModelError("Input." + field, sentence);

        Dictionary<string, long> ReadAmounts(string field, string called, string? text)
        {
            Dictionary<string, long> amounts = [];
            if (text?.Length > MostText) Wrong(field, T["{0}: at most {1} characters.", called, MostText]);
            else foreach (var line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var words = line.Split([' ', '\t', ':', '='], StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 2 && Currencies.TryFind(words[0].ToUpperInvariant(), out var currency, out _) && AmountText.TryMinor(words[1], currency, out var minor)) amounts[currency] = minor;
                else Wrong(field, T["{0}: “{1}” is no currency with its amount. Write MXN 25000.", called, line]);
            }
            return amounts;
        }

        int? Number(string field, string called, string? text, int least, int most, bool mayBeEmpty = false)
        {
            if (string.IsNullOrWhiteSpace(text) && mayBeEmpty) return null;
            if (int.TryParse(text?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            Wrong(field, T["{0}: write a whole number from {1} to {2}.", called, least, most.ToString("N0", CultureInfo.CurrentCulture)]);
            return null;
        }
    }

    private QueueFilter ReadFilter(Action<string, string> wrong, Texts T)
    {
        string? currency = null;
        if (!string.IsNullOrWhiteSpace(Currency) && !Currencies.TryFind(Currency.Trim().ToUpperInvariant(), out currency!, out _)) wrong(nameof(Currency), T["{0} is no currency of ISO 4217.", Currency]);
        long? least = null;
        if (!string.IsNullOrWhiteSpace(MinimumAmount))
        {
            if (string.IsNullOrWhiteSpace(Currency)) wrong(nameof(MinimumAmount), T["Minimum amount: an amount needs its currency."]);
            else if (!string.IsNullOrEmpty(currency))
            {
                if (AmountText.TryMinor(MinimumAmount, currency, out var minor)) least = minor;
                else wrong(nameof(MinimumAmount), T["Minimum amount: “{0}” is no amount in {1}.", MinimumAmount, currency]);
            }
        }
        var (low, high) = (Score(nameof(MinimumScore), T["Minimum score"], MinimumScore), Score(nameof(MaximumScore), T["Maximum score"], MaximumScore));
        if (low > high) wrong(nameof(MaximumScore), T["Maximum score: it is less than the minimum score."]);
        if (Submerchant?.Trim().Length > 128) wrong(nameof(Submerchant), T["Sub-merchant: at most {0} characters.", 128]);
        List<string> countries = [];
        foreach (var word in (Countries ?? "").Split([',', ';', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Enrichment.Countries.Find(word) is { } country) { if (!countries.Contains(country)) countries.Add(country); }
            else wrong(nameof(Countries), T["Countries: “{0}” is no country. Write two letters, as in MX.", word]);
        }
        var signals = (Signals ?? []).Where(s => !string.IsNullOrEmpty(s)).Select(s => s!).Distinct().ToList();
        if (signals.FirstOrDefault(s => !SignalCatalog.ByCode.ContainsKey(s)) is { } unknown) wrong(nameof(Signals), T["Signals: there is no signal {0}.", unknown]);
        if (signals.Count > MostSignals) wrong(nameof(Signals), T["Signals: choose at most {0}.", MostSignals]);
        return new QueueFilter
        {
            Decision = Decision switch { nameof(Assess.Decision.Review) => Assess.Decision.Review, nameof(Assess.Decision.Challenge) => Assess.Decision.Challenge, _ => null },
            Flow = Flow switch { nameof(Assess.Flow.PayIn) => Assess.Flow.PayIn, nameof(Assess.Flow.PayOut) => Assess.Flow.PayOut, _ => null },
            Currency = string.IsNullOrEmpty(currency) ? null : currency, MinimumAmount = least, MinimumScore = low, MaximumScore = high, Submerchant = string.IsNullOrWhiteSpace(Submerchant) ? null : Submerchant.Trim(),
            Countries = countries, Signals = signals, ListedOrRuled = ListedOrRuled == true,
        };

        int? Score(string field, string called, string? text)
        {
            if (string.IsNullOrWhiteSpace(text)) return null;
            if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var score) && score <= 100) return score;
            wrong(field, T["{0}: write a whole number from {1} to {2}.", called, 0, 100]);
            return null;
        }
    }

    private BusinessHours? ReadHours(Action<string, string> wrong, Texts T)
    {
        List<DayOfWeek> days = [.. (Days ?? []).Where(d => Enum.TryParse<DayOfWeek>(d, out _)).Select(d => Enum.Parse<DayOfWeek>(d!)).Where(Enum.IsDefined).Distinct().OrderBy(d => ((int)d + 6) % 7)];
        if (days.Count == 0) return null;
        var (from, to) = (Minute(From), Minute(To));
        if (from is null || to is null) wrong(nameof(From), T["Business hours: write both times as hours and minutes, as in 09:00."]);
        else if (to <= from) wrong(nameof(To), T["Business hours: they must end after they begin."]);
        return new BusinessHours(days, from ?? 0, to ?? 1);

        static int? Minute(string? text) => TimeOnly.TryParseExact(text?.Trim(), ["HH:mm", "H:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? (time.Hour * 60) + time.Minute : null;
    }

    /// <summary>Only what differs from the usual: a queue that has all of them follows the catalogue.</summary>
    private Dictionary<ReviewOutcome, List<string>> ReadReasons(Action<string, string> wrong, Texts T)
    {
        Dictionary<ReviewOutcome, List<string>> own = [];
        foreach (var outcome in Enum.GetValues<ReviewOutcome>())
        {
            var usual = ReviewReasons.Usual(outcome);
            var chosen = usual.Where(code => ReasonsFor(outcome).Contains(code)).ToList();
            if (chosen.Count == 0) wrong(outcome.ToString(), T["Reasons to “{0}”: choose at least one.", T.Name(outcome)]);
            else if (chosen.Count < usual.Count) own[outcome] = chosen;
        }
        return own;
    }

    private static string Lines(IReadOnlyDictionary<string, long> amounts) => string.Join('\n', amounts.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key} {Major(a.Value, a.Key)}"));

    private static string Major(long minor, string currency) => (minor / Currencies.Scale(currency)).ToString("0.####", CultureInfo.InvariantCulture);

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Clock(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");
}
