using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>What whoever pays usually does, of a payout whoever has it paid, by what they did before the payment at hand: beside each signal it says whether what fired is new for them.</summary>
public sealed class Habits
{
    /// <summary>Earlier payments that are looked into.</summary>
    public const int MostLookedInto = 30;

    // So many hours make a stretch, of which so many in ten are told; one that is longer says nothing.
    private const int LeastHours = 3, LeastNear = 2, HoursOfTen = 9, LongestStretch = 16;

    /// <summary>The signal that looks at the hour.</summary>
    public const string AtNight = "large_amount_at_night";

    private static readonly Fact[] Kept =
    [
        Known.Fingerprint, Known.IpNetwork, Known.Email, Known.Phone, Known.IpCountry, Known.CardCountry, Known.BillingCountry, Known.ShippingCountry, Known.Timezone, Known.Browser, Known.BeneficiaryCountry, Known.PayoutInitiator,
    ];

    private readonly Flow _flow;
    private readonly long _at;
    private readonly Facts _facts;
    private readonly TermKind _whose;
    private readonly TimeZoneInfo _zone;
    private readonly IReadOnlyList<TermEvent> _earlier, _paid;
    private readonly List<Past> _past;

    private sealed record Past(long At, string?[] Texts, string? Card, string? Beneficiary, double Session, double Pasted, double Moved);

    private Habits(Flow flow, long at, Facts facts, TermKind whose, TimeZoneInfo zone, IReadOnlyList<TermEvent> earlier, IReadOnlyList<TermEvent> paid, List<Past> past, bool isFirst) =>
        (_flow, _at, _facts, _whose, _zone, _earlier, _paid, _past, IsFirst) = (flow, at, facts, whose, zone, earlier, paid, past, isFirst);

    /// <summary>They did nothing before.</summary>
    public bool IsFirst { get; }

    /// <param name="stored">The payment at hand.</param>
    /// <param name="facts">It was judged by.</param>
    /// <param name="whose">By what they were recognised.</param>
    /// <param name="zone">The shop's clock.</param>
    /// <param name="earlier">What they did before it, the newest first.</param>
    /// <param name="paid">Of a payout, what its beneficiary was paid before it, the newest first; else the same as <paramref name="earlier"/>.</param>
    /// <param name="snapshots">What the newest of the earlier ones were judged by.</param>
    /// <param name="isComplete">Nothing earlier was left out.</param>
    public static Habits Of(StoredAssessment stored, Facts facts, TermKind whose, TimeZoneInfo zone, IReadOnlyList<TermEvent> earlier, IReadOnlyList<TermEvent> paid, IReadOnlyDictionary<long, byte[]> snapshots, bool isComplete)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(snapshots);
        List<Past> past = [];
        var read = new Facts();
        foreach (var e in earlier)
        {
            if (!snapshots.TryGetValue(e.Seq, out var bytes)) continue;
            read.Clear();
            FactSnapshot.Read(bytes, read);
            past.Add(new Past(e.At, [.. Kept.Select(read.Text)], FoundBy.Card(read), FoundBy.Text(read, TermKind.Beneficiary), read.Number(Known.SessionDuration), read.Number(Known.CopyPaste), Moved(read)));
        }
        // What memory knew of them when it was judged counts too: the log may not go back so far.
        var isKnown = whose.Entity() is { } kind && facts.Number(FactCatalog.History(kind, HistoryPart.Count)) > 0;
        return new Habits(stored.Flow, stored.At, facts, whose, zone, earlier, paid, past, isComplete && earlier.Count == 0 && !isKnown);
    }

    /// <summary>That there is nothing to compare with, in words, said once for all signals.</summary>
    public string SayFirst(Texts T) => _flow != Flow.PayOut ? _whose == TermKind.Customer && _facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Count)) is > 0 and var paid
            ? T.Count((long)paid, "New customer number; its e-mail paid {0} time before under another or none: amounts are compared by the e-mail.", "New customer number; its e-mail paid {0} times before under another or none: amounts are compared by the e-mail.")
            : T["First payment of this payer: nothing to compare with."]
        : _whose == TermKind.Beneficiary ? T["First payout to this beneficiary: nothing to compare with."] : T["This customer has had nothing paid out before: nothing to compare with."];

    /// <summary>What is usual where that signal looks, in words that begin with whose it is: the signal may have counted others too. Null: it looks at nothing of theirs that could be compared.</summary>
    public string? Say(SignalDefinition signal, string currency, Texts T)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (_earlier.Count == 0 && _paid.Count == 0 || Find(signal, currency, T) is not { } said) return null;
        return Of(T, said, isPaid: _paid.Count > 0 && (signal.Code is "payout_burst" or "payout_daily_amount" or "many_small_amounts" || (signal.Category == SignalCategory.Amount && signal.Code != AtNight)));
    }

    /// <summary>The same of what a rule asks for that has something usual: the hour, the amount.</summary>
    /// <param name="rule">It was met.</param>
    /// <param name="currency">Of the amount at hand.</param>
    /// <param name="isAmountSaid">A signal says what amounts are usual.</param>
    /// <param name="T">Whose language.</param>
    public string? Say(PolicyRule rule, string currency, bool isAmountSaid, Texts T)
    {
        var asked = SameThing.Asked(rule);
        string?[] said = [AsksHour(asked) && Hours(T) is { } hours ? Of(T, hours, isPaid: false) : null, AsksHour(asked) ? OwnClock(T) : null, isAmountSaid || !asked.Contains("amount") ? null
            : Balance.Range(_facts, _flow) is { } range ? T.SayWhose(range, currency, _flow) : Amounts(currency, T) is { } amounts ? Of(T, amounts, isPaid: _paid.Count > 0) : null];
        return string.Join(" · ", said.OfType<string>()) is { Length: > 0 } words ? words : null;
    }

    /// <summary>The hour where its device is, where that is another than the shop's; null: it is the same, or nobody knows.</summary>
    public string? OwnClock(Texts T)
    {
        ArgumentNullException.ThrowIfNull(T);
        if (_facts.Text(Known.Timezone) is not { } name || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return null;
        var at = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(_at), zone);
        return at.Offset == At(_at).Offset ? null : T["{0} on the clock of its device ({1})", at.ToString("HH:mm", CultureInfo.InvariantCulture), name];
    }

    /// <summary>That they have long been paid, or paid, at such an hour, where something asks for it; null: nothing does, or they have not.</summary>
    public Argument? UsualHour(WhyView why, Texts T)
    {
        ArgumentNullException.ThrowIfNull(why);
        if (Balance.IsDoubted(_earlier) || !why.Steps.Any(s => s.Code == AtNight || (s is { Points: >= 0, Rule: { } rule } && AsksHour(SameThing.Asked(rule))))) return null;
        var before = _earlier.Where(e => Balance.IsGoodBefore(e, _at)).ToList();
        // Three in a day have a stretch too: some must be about the hour.
        if (before.Count < LeastHours || before.Count(IsNear) < LeastNear || !IsWithin(Stretch(before)) || !IsWithin(Stretch(_earlier))) return null;
        return new Argument(T[_flow != Flow.PayOut ? "A usual hour of this payer" : _whose == TermKind.Beneficiary ? "A usual hour of this beneficiary" : "A usual hour of this customer"], Hours(T, _earlier), 6);

        bool IsWithin((int From, int Length) stretch) => stretch.Length <= LongestStretch && (At(_at).Hour - stretch.From + 24) % 24 < stretch.Length;
    }

    // A rule may call it by either.
    private static bool AsksHour(List<string> asked) => asked.Contains("hour") || asked.Contains("time.hour");

    private string Of(Texts T, string said, bool isPaid) => T[_flow != Flow.PayOut ? "this payer: {0}" : isPaid || _whose == TermKind.Beneficiary ? "this beneficiary: {0}" : "this customer: {0}", said];

    private string? Find(SignalDefinition signal, string currency, Texts T) =>
        signal.Code switch
        {
            "blocklist_email" or "blocklist_email_domain" or "many_emails_per_device" or "many_emails_per_card" or "many_emails_per_ip" => Address(T),
            "blocklist_ip_address" or "blocklist_ip_range" => Network(T),
            "blocklist_device_fingerprint" => Device(T),
            "blocklist_card_bin" or "blocklist_card_hash" => Card(T),
            "blocklist_country" or "high_risk_country" => _flow == Flow.PayOut ? Most(T, T["Beneficiary"], Known.BeneficiaryCountry) : Places(T, (T["IP address"], Known.IpCountry), (T["Card"], Known.CardCountry), (T["Billing"], Known.BillingCountry)),
            "blocklist_phone" or "phone_velocity" or "invalid_phone" => Most(T, T["Phone"], Known.Phone),
            "blocklist_clabe" or "blocklist_iban" or "blocklist_account_hash" or "blocklist_beneficiary_id" or "blocklist_swift_bic" => Beneficiary(T),

            "short_session" or "bot_pattern" => Session(T),
            "no_mouse_movement" or "no_interaction" => Often(T, T["mouse or touch"], p => p.Moved, (count, of) => T["mouse or touch in {0} of {1} earlier ones", count, of]),
            "copy_paste_detected" or "pasted_without_typing" => Often(T, T["pasting"], p => p.Pasted, (count, of) => T["pasted in {0} of {1} earlier ones", count, of]),

            "bot_user_agent" or "headless_browser" or "missing_user_agent" or "odd_user_agent" or "outdated_browser" => Most(T, T["Browser"], Known.Browser),

            "country_mismatch" => Places(T, (T["IP address"], Known.IpCountry), (T["Card"], Known.CardCountry)),
            "ip_billing_mismatch" => Places(T, (T["IP address"], Known.IpCountry), (T["Billing"], Known.BillingCountry)),
            "ip_timezone_mismatch" => Places(T, (T["Time zone"], Known.Timezone), (T["IP address"], Known.IpCountry)),
            "ip_phone_mismatch" => Places(T, (T["IP address"], Known.IpCountry), (T["Phone"], Known.Phone)),
            "billing_card_mismatch" => Places(T, (T["Card"], Known.CardCountry), (T["Billing"], Known.BillingCountry)),
            "shipping_billing_mismatch" => Places(T, (T["Shipping"], Known.ShippingCountry), (T["Billing"], Known.BillingCountry)),

            AtNight => Hours(T),
            "daily_amount" => Largest(_earlier, Window.OneDay, currency, T),
            "monthly_amount" => Largest(_earlier, Window.ThirtyDays, currency, T),
            "payout_daily_amount" => Largest(_paid, Window.OneDay, currency, T),
            "repeated_declines" or "daily_declines" or "many_declined_cards" => _earlier.Count == 0 ? null : T["{0} of {1} declined before", Number(_earlier.Count(e => e.Decision == Decision.Decline)), Payments(T, _earlier.Count)],

            "new_card_known_customer" or "familiar_card_and_device" => Card(T),
            "dormant_payer" => Pace(_earlier, T),
            "payout_first_beneficiary" or "payout_new_beneficiary_large_amount" or "payout_many_payers" or "payout_beneficiary_prior_fraud" or "payout_invalid_clabe" or "payout_invalid_iban" => Beneficiary(T),
            "payout_high_risk_country" or "payout_cross_border_high_amount" or "payout_account_country_mismatch" => Most(T, T["Beneficiary"], Known.BeneficiaryCountry),
            "payout_unattributed_initiator" => Most(T, T["Ordered by"], Known.PayoutInitiator),
            "payout_burst" => Pace(_paid, T, Window.OneHour),
            "many_small_amounts" => Amounts(currency, T),
            _ => signal.Category switch
            {
                SignalCategory.Email => Address(T),
                SignalCategory.Device => Device(T),
                SignalCategory.Network => Network(T),
                SignalCategory.CardTesting => Card(T),
                SignalCategory.Amount => Amounts(currency, T),
                SignalCategory.Velocity => Pace(_earlier, T, Counted(signal)),
                _ => null,
            },
        };

    private string? Device(Texts T) => Different(T, T["Device"], p => Of(p, Known.Fingerprint), _facts.Text(Known.Fingerprint), Age(EntityKind.Device), n => T.Count(n, "{0} device", "{0} devices"),
        (all, n) => T["{0} in {1}; this device never seen", all, n], (all, n, age) => T["{0} in {1}; this device never, first seen here {2} before", all, n, age], (all, n, with, age) => T["{0} in {1}; this device in {2}, first seen {3} before", all, n, with, age]);

    private string? Card(Texts T) => Different(T, T["Card"], p => p.Card, FoundBy.Card(_facts), Age(EntityKind.Card), n => T.Count(n, "{0} card", "{0} cards"),
        (all, n) => T["{0} in {1}; this card never seen", all, n], (all, n, age) => T["{0} in {1}; this card never, first seen here {2} before", all, n, age], (all, n, with, age) => T["{0} in {1}; this card in {2}, first seen {3} before", all, n, with, age]);

    private string? Address(Texts T) => Different(T, T["E-mail"], p => Of(p, Known.Email), _facts.Text(Known.Email), Age(EntityKind.Email), n => T.Count(n, "{0} e-mail address", "{0} e-mail addresses"),
        (all, n) => T["{0} in {1}; this address never seen", all, n], (all, n, age) => T["{0} in {1}; this address never, first seen here {2} before", all, n, age], (all, n, with, age) => T["{0} in {1}; this address in {2}, first seen {3} before", all, n, with, age]);

    private string? Network(Texts T) => Different(T, T["IP network"], p => Of(p, Known.IpNetwork), _facts.Text(Known.IpNetwork), Age(EntityKind.IpNetwork), n => T.Count(n, "{0} network", "{0} networks"),
        (all, n) => T["{0} in {1}; this network never seen", all, n], (all, n, age) => T["{0} in {1}; this network never, first seen here {2} before", all, n, age], (all, n, with, age) => T["{0} in {1}; this network in {2}, first seen {3} before", all, n, with, age]);

    private string? Beneficiary(Texts T) => _whose == TermKind.Beneficiary ? null : Different(T, T["Beneficiary"], p => p.Beneficiary, FoundBy.Text(_facts, TermKind.Beneficiary), Age(EntityKind.Beneficiary), n => T.Count(n, "{0} beneficiary", "{0} beneficiaries"),
        (all, n) => T["{0} in {1}; this one never paid", all, n], (all, n, age) => T["{0} in {1}; this one never, first paid here {2} before", all, n, age], (all, n, with, age) => T["{0} in {1}; this one in {2}, first paid {3} before", all, n, with, age]);

    /// <summary>How many different ones there were, and whether this one was among them.</summary>
    /// <param name="age">Since when anybody is known with it, milliseconds; not a number: memory has none of it.</param>
    private string? Different(Texts T, string what, Func<Past, string?> of, string? now, double age, Func<int, string> different, Func<string, string, string> never, Func<string, string, string, string> elsewhere, Func<string, string, string, string, string> known)
    {
        if (_past.Count == 0) return null;
        var named = _past.Where(p => of(p) is not null).ToList();
        if (named.Count == 0) return T["{0} unknown in {1}", Low(what), Payments(T, _past.Count)];
        var (all, payments) = (different(named.Select(of).Distinct(StringComparer.OrdinalIgnoreCase).Count()), Payments(T, named.Count));
        if (now is null) return T["{0} in {1}", all, payments];
        var with = named.Where(p => string.Equals(of(p), now, StringComparison.OrdinalIgnoreCase)).ToList();
        if (with.Count == 0) return age > 0 ? elsewhere(all, payments, Duration(age)) : never(all, payments);
        // Memory knows of those before the ones looked into; the log of those before memory began.
        var since = _at - with[^1].At;
        return known(all, payments, Number(with.Count), Duration(age > since ? age : since));
    }

    /// <summary>What differs from what is usual; where nothing does, the first of them.</summary>
    private string? Places(Texts T, params ReadOnlySpan<(string What, Fact Fact)> sources)
    {
        if (_past.Count == 0) return null;
        List<string> said = [];
        foreach (var (what, fact) in sources)
            if (_facts.Text(fact) is { } now && Usual(fact) is { } usual && !string.Equals(now, usual.Text, StringComparison.OrdinalIgnoreCase)) said.Add(Most(T, what, fact)!);
        return said.Count > 0 ? string.Join(" · ", said) : Most(T, sources[0].What, sources[0].Fact);
    }

    private (string Text, int Count, int Of)? Usual(Fact fact)
    {
        var all = _past.Select(p => Of(p, fact)).OfType<string>().ToList();
        return all.Count == 0 ? null : all.GroupBy(t => t, StringComparer.OrdinalIgnoreCase).MaxBy(g => g.Count()) is { } most ? (most.First(), most.Count(), all.Count) : null;
    }

    private string? Most(Texts T, string what, Fact fact)
    {
        if (_past.Count == 0) return null;
        if (Usual(fact) is not var (usual, count, of)) return T["{0} unknown in {1}", Low(what), Payments(T, _past.Count)];
        var (with, payments, now) = (Number(count), Payments(T, of), _facts.Text(fact));
        if (now is null) return T["{0} {1} in {2} of {3}", Low(what), usual, with, payments];
        if (string.Equals(now, usual, StringComparison.OrdinalIgnoreCase)) return T["{0} {1} in {2} of {3}, as now", Low(what), usual, with, payments];
        var before = _past.Count(p => string.Equals(Of(p, fact), now, StringComparison.OrdinalIgnoreCase));
        return before == 0 ? T["{0} {1} in {2} of {3}; now {4}, never before", Low(what), usual, with, payments, now] : T["{0} {1} in {2} of {3}; now {4}, as in {5}", Low(what), usual, with, payments, now, Number(before)];
    }

    private string? Hours(Texts T) => _earlier.Count < LeastHours ? null : Hours(T, _earlier);

    private string Hours(Texts T, IReadOnlyList<TermEvent> events)
    {
        var (from, length) = Stretch(events);
        var (payments, now) = (Payments(T, events.Count), At(_at).ToString("HH:mm", CultureInfo.InvariantCulture));
        if (length > LongestStretch)
        {
            var near = events.Count(IsNear);
            return near == 0 ? T["never within an hour or so of {0} in {1}", now, payments] : T["at all hours: of {0} {1} within an hour or so of {2}", payments, Number(near), now];
        }
        return T["usually {0}–{1} h on the shop's clock ({2}); this at {3}", Number(from), Number((from + length - 1) % 24 + 1), payments, now];
    }

    private bool IsNear(TermEvent e) => (At(e.At).Hour - At(_at).Hour + 25) % 24 <= 2;

    /// <summary>The shortest stretch of the day that holds nearly all of them, in hours.</summary>
    private (int From, int Length) Stretch(IReadOnlyList<TermEvent> events)
    {
        var hours = new int[24];
        foreach (var e in events) hours[At(e.At).Hour]++;
        var needed = (events.Count * HoursOfTen + 9) / 10;
        var (from, length) = (0, 24);
        for (var first = 0; first < 24; first++)
        {
            var (held, hour) = (0, 0);
            while (held < needed) held += hours[(first + hour++) % 24];
            if (hour < length && hours[first] > 0) (from, length) = (first, hour);
        }
        return (from, length);
    }

    private string? Session(Texts T)
    {
        var all = _past.Select(p => p.Session).Where(s => !double.IsNaN(s)).Order().ToList();
        if (all.Count == 0) return _past.Count == 0 ? null : T["{0} unknown in {1}", Low(T["Session"]), Payments(T, _past.Count)];
        // Without the extremes of a long history.
        var (from, to) = (Duration(all[all.Count / 10]), Duration(all[all.Count - 1 - (all.Count / 10)]));
        return from == to ? T["usually {0} on the page ({1})", from, Payments(T, all.Count)] : T["usually {0} to {1} on the page ({2})", from, to, Payments(T, all.Count)];
    }

    private string? Often(Texts T, string what, Func<Past, double> of, Func<string, string, string> words)
    {
        var all = _past.Select(of).Where(n => !double.IsNaN(n)).ToList();
        if (all.Count == 0) return _past.Count == 0 ? null : T["{0} unknown in {1}", what, Payments(T, _past.Count)];
        return words(Number(all.Count(n => n > 0)), Number(all.Count));
    }

    /// <summary>How often they come. What a signal has counted itself is left out: beside its number it would seem to be more of them.</summary>
    private string? Pace(IReadOnlyList<TermEvent> events, Texts T, Window? counted = null)
    {
        if (events.Count == 0) return null;
        var until = _at - (counted?.Milliseconds() ?? 0);
        var before = events.Count(e => e.At <= until);
        return before == 0 ? T["nothing before that"] : T[counted is null ? "{0} in {1} before" : "{0} in {1} before that", Payments(T, before), Duration(Math.Max(0, until - events[^1].At))];
    }

    private static Window Counted(SignalDefinition signal) => signal.Code switch
    {
        "burst_velocity" or "bin_velocity" => Window.TenMinutes,
        "daily_velocity" => Window.OneDay,
        "weekly_velocity" => Window.SevenDays,
        "monthly_velocity" => Window.ThirtyDays,
        _ => Window.OneHour,
    };

    /// <summary>The amounts there were, of too few for a usual one.</summary>
    private string? Amounts(string currency, Texts T)
    {
        var amounts = (_paid.Count > 0 ? _paid : _earlier).Where(e => e.Currency == currency).Select(e => (double)e.Amount).ToList();
        if (amounts.Count is 0 or >= Balance.LeastAmounts) return null;
        var (from, to, culture) = (amounts.Min(), SignalText.Money(amounts.Max(), currency, CultureInfo.CurrentCulture), CultureInfo.CurrentCulture);
        return amounts.Min() == amounts.Max() ? T["{0} before ({1})", to, Payments(T, amounts.Count)] : T["{0} to {1} before ({2})", SignalText.Amount(from, currency, culture), to, Payments(T, amounts.Count)];
    }

    /// <summary>The most there was in so long a time before the present one.</summary>
    private string? Largest(IReadOnlyList<TermEvent> events, Window window, string currency, Texts T)
    {
        var length = window.Milliseconds();
        var of = events.Where(e => e.Currency == currency && e.At <= _at - length).ToList();
        if (of.Count == 0) return null;
        var (most, sum, last) = (0L, 0L, 0);
        foreach (var e in of)
        {
            sum += e.Amount;
            while (of[last].At - e.At >= length) sum -= of[last++].Amount;
            most = Math.Max(most, sum);
        }
        return T["at most {0} in {1} before ({2})", SignalText.Money(most, currency, CultureInfo.CurrentCulture), Duration(length), Payments(T, of.Count)];
    }

    private static string? Of(Past past, Fact fact) => past.Texts[Array.IndexOf(Kept, fact)];

    private static double Moved(Facts facts)
    {
        var (mouse, touches) = (facts.Number(Known.MouseMovements), facts.Number(Known.TouchEvents));
        return double.IsNaN(mouse) ? touches : double.IsNaN(touches) ? mouse : mouse + touches;
    }

    private double Age(EntityKind kind) => _facts.Number(FactCatalog.History(kind, HistoryPart.Age));

    private DateTimeOffset At(long at) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), _zone);

    private string Payments(Texts T, int count) => _flow == Flow.PayOut ? T.Count(count, "{0} payout", "{0} payouts") : T.Count(count, "{0} payment", "{0} payments");

    private static string Duration(double milliseconds) => SignalText.Duration(milliseconds, Texts.Translate, CultureInfo.CurrentCulture);

    // In the middle of a sentence; IP stays as it is.
    private static string Low(string what) => what.Length > 1 && !char.IsUpper(what[1]) ? char.ToLower(what[0], CultureInfo.CurrentCulture) + what[1..] : what;

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
