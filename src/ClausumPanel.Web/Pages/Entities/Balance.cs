using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One reason to trust a payment or not to.</summary>
/// <param name="Strength">Those that weigh more stand first.</param>
/// <param name="Points">Its part of the score, told at length among the reasons of the score; null: it is none of them.</param>
public sealed record Argument(string Text, string? Detail, int Strength, int? Points = null)
{
    /// <summary>Of so many signals it is made.</summary>
    public int Signals { get; init; } = 1;

    /// <summary>How many signals are about which one thing, in a few words; null: it is one signal, or none.</summary>
    public string? Together { get; init; }
}

/// <summary>What speaks for a payment and what against it, in plain words: what it was judged by, and what is known by now. Good history is said as loudly as bad.</summary>
public sealed record Balance(IReadOnlyList<Argument> For, IReadOnlyList<Argument> Against)
{
    /// <summary>Amounts of the same payer that make a range.</summary>
    public const int LeastAmounts = 3;

    /// <summary>Amounts of which the signal says what is usual: whoever has so many is who it looked at.</summary>
    public const int EnoughAmounts = 10;

    private const long Day = 86_400_000, Hour = 3_600_000;
    private const int FewPlaces = 3, ManyPoints = 4, ManyNamed = 3, LeastUsual = 3, LeastBurst = 3;

    // Whoever always pays the same has no range: so much more than the mean is more.
    private const double Larger = 1.5;

    // Hours of a day in which whoever pays often pays.
    private const double BusyHours = 8;

    /// <summary>The same in a few lines, for where the reasons of the score stand beside it: many of them are one line.</summary>
    public static IReadOnlyList<Argument> Brief(IReadOnlyList<Argument> arguments, Texts T)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var scored = arguments.Where(a => a.Points is not null and not 0).ToList();
        var count = scored.Sum(a => a.Signals);
        if (count < ManyPoints) return arguments;
        var first = arguments.ToList().IndexOf(scored[0]);
        var named = scored.Count <= ManyNamed + 1 ? scored : scored[..ManyNamed];
        var words = string.Join("; ", named.Select(a => a.Together ?? a.Text)) + (named.Count < scored.Count ? "; " + T["{0} more", scored.Count - named.Count] : "");
        return [.. arguments.Take(first), new Argument(T["Its score: {0}", words], null, scored[0].Strength, scored.Sum(a => a.Points!.Value)), .. arguments.Skip(first).Except(scored)];
    }

    /// <summary>What the payer has long paid with and why that does not speak for them, in a sentence; null: there is none of it, or some of it does, which says so itself.</summary>
    public string? Uncounted { get; init; }

    /// <summary>It is told without a side: what is known, by its words, for who shall not be led.</summary>
    public bool IsNeutral { get; init; }

    /// <summary>What is known besides the reasons of the score, on no side.</summary>
    public Balance Neutral() => new([], [.. For.Concat(Against).Where(a => a.Points is null).OrderBy(a => a.Text, StringComparer.CurrentCulture)]) { IsNeutral = true };

    /// <summary>With what else speaks.</summary>
    public Balance With((IEnumerable<Argument> For, IEnumerable<Argument> Against) more) => this with { For = Sorted([.. For, .. more.For]), Against = Sorted([.. Against, .. more.Against]) };

    /// <param name="flow">Money comes in or goes out.</param>
    /// <param name="at">When it came, Unix milliseconds.</param>
    /// <param name="facts">It was judged by.</param>
    /// <param name="hits">Signals that fired.</param>
    /// <param name="steps">The reasons of its score: how they tell each signal and rule.</param>
    /// <param name="known">What this very payment is known to have been; null: nobody has said.</param>
    /// <param name="said">By whom and when.</param>
    /// <param name="currency">Of its amount.</param>
    /// <param name="payerKind">By what the payer, or who is paid, was recognised.</param>
    /// <param name="payer">What else the same one did.</param>
    /// <param name="links">What it shares with others.</param>
    /// <param name="same">What else named the same device, card and address, as far as it was named.</param>
    /// <param name="declined">What was declined of those that share something.</param>
    /// <param name="isMore">The payer did more than was looked at.</param>
    /// <param name="places">The countries it names.</param>
    /// <param name="reader">Whose days they are.</param>
    /// <param name="T">Whose language.</param>
    public static Balance Of(Flow flow, long at, Facts facts, ReadOnlySpan<SignalHit> hits, IReadOnlyList<Step> steps, LabelOutcome? known, string? said, string currency, TermKind? payerKind, IReadOnlyList<TermEvent> payer, IReadOnlyList<LinkAttribute> links, IReadOnlyDictionary<TermKind, IReadOnlySet<long>> same, DeclinedBefore? declined, bool isMore, PlacesView places, Reader reader, Texts T)
    {
        List<Argument> good = [], bad = [];
        List<(string Code, Argument Argument)> signals = [];
        foreach (ref readonly var hit in hits)
        {
            var code = SignalCatalog.Of(hit).Code;
            var sentence = steps.FirstOrDefault(s => s.Code == code)?.Sentence ?? hit.Say(currency);
            if (hit.Weight > 0 || SignalCatalog.Of(hit).IsFixed) signals.Add((code, new Argument(hit.Title, Beside(hit.Title, sentence), Math.Max(1, (int)hit.Weight), hit.Weight)));
            else if (hit.Weight < 0) good.Add(new Argument(hit.Title, Beside(hit.Title, sentence), -hit.Weight, hit.Weight));
        }
        bad.AddRange(SameThing.Together(signals, T));
        foreach (var rule in steps.Where(s => s.Signal is null))
        {
            if (rule is { Points: 0, Rule: { } asked } && SameThing.IsSaid(asked, signals)) continue;
            // What decided without a point weighs more than any point.
            if (rule.Points > 0 || (rule is { Points: 0, Without: Decision.Approve or Decision.Review })) bad.Add(new Argument(rule.Title, Beside(rule.Title, rule.Sentence), rule.Points > 0 ? rule.Points : 60, rule.Points));
            else if (rule.Points < 0) good.Add(new Argument(rule.Title, Beside(rule.Title, rule.Sentence), -rule.Points, rule.Points));
        }
        if (known == LabelOutcome.Fraud) bad.Add(new Argument(T["Labelled fraud already"], said, 100));
        if (known == LabelOutcome.Good) good.Add(new Argument(T["Labelled good already"], said, 100));
        Unsaid(flow, facts, hits, bad, T);
        History(flow, at, payer, isMore, declined?.Link.Kind == payerKind ? declined : null, hits, good, bad, reader, T);
        var (usual, uncounted) = Usual(flow, at, payer, payerKind, links, same, hits, T);
        if (usual is not null) good.Add(usual);
        if (Burst(flow, at, facts, currency, payer, hits, T) is { } burst) bad.Add(burst);
        List<LinkAttribute> accused = [];
        foreach (var link in links)
        {
            if (link.Fraud == 0 || link.Kind == payerKind || !(link.IsMostlyFraud || link.Strength is LinkStrength.Strong or LinkStrength.Medium || link is { Strength: LinkStrength.Own, Numbers: > 0 })) continue;
            // What only the payer names was said of the payer already.
            if (link.Strength == LinkStrength.Own && link.Fraud <= payer.Count(e => e.Label == LabelOutcome.Fraud)) continue;
            accused.Add(link);
        }
        if (accused.Count > 0) bad.Add(new Argument(T["Fraud among those who share its data"], string.Join(" · ", accused.Select(l => T["{0} {1} of {2}", T.Name(l.Kind, flow), Number(l.Fraud), Number(l.Count) + (l.IsMore ? "+" : "")] + (l.Good > 0 ? ", " + T["{0} good", Number(l.Good)] : "") + (l.OutsideFraud == 0 ? ", " + T["by our own decisions"] : ""))), accused.Exists(l => l.IsMostlyFraud) ? 40 : 30));
        // Whose declines were all for fraud was told of just now.
        if (declined is not null && !(declined.Count == declined.Fraud && accused.Exists(l => l.Kind == declined.Link.Kind))) bad.Add(declined.Argument(flow, reader, T));
        if (places is { Most: { } country, DifferentCount: 0, KnownCount: >= FewPlaces }) good.Add(new Argument(T["The countries agree: {0}", Showing.Country(country)], places.Compared, 8));
        else if (facts.Text(Known.ShippingCountry) is { } to && to == facts.Text(Known.BillingCountry)) good.Add(new Argument(T["Shipped to the billing country"], Showing.Country(to), 4));
        if (places.DifferentCount > 0 && !Fired(hits, SignalCategory.Geography))
            bad.Add(new Argument(T["Countries do not agree"], string.Join(" · ", places.Rows.Where(r => r.Differs == true).Select(r => $"{r.Source}: {r.Country}")), 6));
        if (Range(facts, flow) is { } range && facts.Number(Known.Amount) is > 0 and var amount)
        {
            if (amount >= range.From && amount <= range.To) good.Add(new Argument(T["Usual amount"], T.Say(range, currency, flow), 6));
            else if (amount > range.To && amount > range.Mean * Larger && !Fired(hits, SignalCategory.Amount)) bad.Add(new Argument(T["Larger amount than usual"], T.Say(range, currency, flow), 3));
        }
        if (!Fired(hits, SignalCategory.Behavior) && facts.Number(Known.SessionDuration) >= 10_000 && (facts.Number(Known.MouseMovements) >= 20 || facts.Number(Known.TouchEvents) >= 5) && facts.Number(Known.KeyboardEvents) >= 5)
            good.Add(new Argument(T["Moves like a person"], T["{0} on the page, with keys and mouse or touches", SignalText.Duration(facts.Number(Known.SessionDuration), Texts.Translate, CultureInfo.CurrentCulture)], 3));
        return new Balance(Sorted(good), Sorted(bad)) { Uncounted = uncounted };
    }

    /// <summary>What an analyst would want to hear even where no signal fires for it.</summary>
    private static void Unsaid(Flow flow, Facts facts, ReadOnlySpan<SignalHit> hits, List<Argument> bad, Texts T)
    {
        var customer = facts.Number(FactCatalog.History(EntityKind.Customer, HistoryPart.Count));
        var email = facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Count));
        var isKnown = customer > 0 || email > 0;
        if (flow == Flow.PayOut)
        {
            if (facts.Number(FactCatalog.History(EntityKind.Beneficiary, HistoryPart.Count)) == 0 && !Fired(hits, "payout_first_beneficiary", "payout_new_beneficiary_large_amount")) bad.Add(new Argument(T["First payout to this beneficiary"], null, 3));
        }
        else if (!isKnown && (customer == 0 || email == 0) && !Fired(hits, "new_payer", "new_payer_large_amount", "known_card_new_payer", "known_device_new_payer")) bad.Add(new Argument(T["First payment of this payer"], null, 3));
        if (isKnown && (flow == Flow.PayIn || facts.Text(Known.SubmerchantId) is null) && facts.Number(FactCatalog.History(EntityKind.Device, HistoryPart.Count)) == 0 && !Fired(hits, "new_device_known_customer")) bad.Add(new Argument(T["First time on this device"], null, 4));
        if (isKnown && facts.Number(FactCatalog.History(EntityKind.Card, HistoryPart.Count)) == 0 && !Fired(hits, "new_card_known_customer")) bad.Add(new Argument(T["First time with this card"], null, 3));
        // Of a payout it is the payee's, and the payee is told of already.
        if (isKnown && flow == Flow.PayIn && facts.Number(FactCatalog.History(EntityKind.Phone, HistoryPart.Count)) == 0) bad.Add(new Argument(T["First time with this phone number"], null, 2));
        if (facts.Is(Known.EmailDisposable) && !Fired(hits, SignalCategory.Email)) bad.Add(new Argument(T["Throw-away e-mail"], facts.Text(Known.EmailDomain), 8));
        if (facts.Is(Known.IpHosting) && !Fired(hits, SignalCategory.Network)) bad.Add(new Argument(T["Address of a hosting network"], facts.Text(Known.IpProvider), 6));
    }

    private static void History(Flow flow, long at, IReadOnlyList<TermEvent> payer, bool isMore, DeclinedBefore? declinedByUs, ReadOnlySpan<SignalHit> hits, List<Argument> good, List<Argument> bad, Reader reader, Texts T)
    {
        if (payer.Count == 0) return;
        var frauds = payer.Count(e => e.Label == LabelOutcome.Fraud);
        var confirmed = payer.Count(e => e.Label == LabelOutcome.Good);
        var declined = payer.Count(e => e.Final == Decision.Decline);
        var undisputed = payer.Where(IsUndisputed).ToList();
        var earlier = undisputed.Where(e => IsGoodBefore(e, at)).ToList();
        var isOut = flow == Flow.PayOut;
        if (frauds > 0) bad.Add(new Argument(isOut ? T["Fraud in this beneficiary's history"] : T["Fraud in this payer's history"], OfOthers(frauds), 40));
        if (declined * 2 > payer.Count && declinedByUs?.Count != declined && !Fired(hits, "mostly_declined_payer")) bad.Add(new Argument(T["Mostly declined so far"], OfOthers(declined), 5));
        if (earlier.Count > 0 && frauds == 0 && !Fired(hits, "loyal_payer"))
        {
            var approved = isOut ? T.Count(earlier.Count, "{0} approved payout", "{0} approved payouts") : T.Count(earlier.Count, "{0} approved payment", "{0} approved payments");
            var uncounted = undisputed.Count(e => e.At <= at) - earlier.Count;
            good.Add(new Argument(T[isOut ? "{0} without a complaint since {1}" : "{0} undisputed since {1}", approved, $"{reader.Day(earlier.Min(e => e.At))} ({T.Age(TimeSpan.FromMilliseconds(at - earlier.Min(e => e.At)))})"], uncounted == 0 ? null : T.Count(uncounted, "{0} in the last 24 h does not count", "{0} in the last 24 h do not count"), 5 + Math.Min(20, earlier.Count)));
        }
        if (confirmed > 0) good.Add(new Argument(T["Confirmed good before"], OfOthers(confirmed), 12));

        string OfOthers(int some) => T[isOut ? "{0} of {1} other payouts" : "{0} of {1} other payments", Number(some), Number(payer.Count) + (isMore ? "+" : "")];
    }

    /// <summary>Something in it was fraud or disputed, or most was declined.</summary>
    internal static bool IsDoubted(IReadOnlyCollection<TermEvent> history) => history.Any(e => e.Label == LabelOutcome.Fraud || e.IsDisputed) || history.Count(e => e.Final == Decision.Decline) * 2 > history.Count;

    private static bool IsUndisputed(TermEvent e) => e.Final == Decision.Approve && e.Label != LabelOutcome.Fraud && !e.IsDisputed;

    /// <summary>It was approved without a complaint, long enough before.</summary>
    internal static bool IsGoodBefore(TermEvent e, long at) => IsUndisputed(e) && IsEarlier(e, at);

    // Whoever has stolen a card pays a row of times within hours, and nobody has disputed that yet.
    private static bool IsEarlier(TermEvent e, long at) => e.At <= at - Day;

    /// <summary>The device, the card and the address that the payer has long paid with. What others have too, or was fraud elsewhere, is no sign of them.</summary>
    private static (Argument? Usual, string? Uncounted) Usual(Flow flow, long at, IReadOnlyList<TermEvent> payer, TermKind? payerKind, IReadOnlyList<LinkAttribute> links, IReadOnlyDictionary<TermKind, IReadOnlySet<long>> same, ReadOnlySpan<SignalHit> hits, Texts T)
    {
        var earlier = payer.Where(e => e.Flow == flow && IsEarlier(e, at)).ToList();
        var never = payer.Any(e => e.Label == LabelOutcome.Fraud) ? T["fraud in its history"] : payer.Count(e => e.Final == Decision.Decline) * 2 > payer.Count ? T["mostly declined"] : null;
        List<(TermKind Kind, int Count)> usual = [];
        List<(TermKind Kind, string Why)> uncounted = [];
        var isSaid = Fired(hits, "familiar_card_and_device");
        foreach (var kind in (ReadOnlySpan<TermKind>)[TermKind.Device, TermKind.Card, TermKind.Ip])
        {
            if (kind == payerKind || (isSaid && kind != TermKind.Ip) || !same.TryGetValue(kind, out var seqs)) continue;
            if (earlier.Count(e => seqs.Contains(e.Seq)) is var count && count < (kind == TermKind.Device ? 1 : LeastUsual)) continue;
            var link = links.FirstOrDefault(l => l.Kind == kind);
            var why = never ?? (link is { Fraud: > 0 } ? T["also in frauds"] : link is { Payers: > 0 } ? T["others have it too"] : null);
            if (why is null) usual.Add((kind, count));
            else uncounted.Add((kind, why));
        }
        var untold = uncounted.Count == 0 ? null : T["not counted: {0}", string.Join("; ", uncounted.GroupBy(u => u.Why).Select(g => $"{string.Join(", ", g.Select(u => T.Name(u.Kind)))} ({g.Key})"))];
        if (usual.Count == 0) return (null, untold is null ? null : char.ToUpper(untold[0], CultureInfo.CurrentCulture) + untold[1..]);
        var (most, all) = (usual.Max(u => u.Count), Number(earlier.Count));
        var what = T[(usual.Exists(u => u.Kind == TermKind.Device), usual.Exists(u => u.Kind == TermKind.Card), usual.Exists(u => u.Kind == TermKind.Ip)) switch
        {
            (true, true, true) => "Same device, card and IP address",
            (true, true, false) => "Same device and card",
            (true, false, true) => "Same device and IP address",
            (false, true, true) => "Same card and IP address",
            (true, false, false) => "Same device",
            (false, true, false) => "Same card",
            _ => "Same IP address",
        }];
        string OfEarlier(string some) => T[flow == Flow.PayOut ? earlier.Count == 1 ? "{0} of {1} earlier payout" : "{0} of {1} earlier payouts" : earlier.Count == 1 ? "{0} of {1} earlier payment" : "{0} of {1} earlier payments", some, all];
        return (usual.TrueForAll(u => u.Count == most) ? new Argument(T["{0} in {1}", what, OfEarlier(Number(most))], untold, 4 + Math.Min(10, most))
            : new Argument(T["{0} as before", what], OfEarlier(string.Join(" · ", usual.Select(u => $"{T.Name(u.Kind)} {Number(u.Count)}"))) + (untold is null ? "" : " · " + untold), 4 + Math.Min(10, most)), null);
    }

    /// <summary>A row of payments right before this one: that it grows no signal says, and that it is one only where it is longer.</summary>
    private static Argument? Burst(Flow flow, long at, Facts facts, string currency, IReadOnlyList<TermEvent> payer, ReadOnlySpan<SignalHit> hits, Texts T)
    {
        var row = payer.Where(e => e.Flow == flow && e.At <= at && e.At > at - Hour).OrderByDescending(e => e.At).ThenByDescending(e => e.Seq).ToList();
        if (row.Count < LeastBurst || (PerDay(facts) is { } perDay && row.Count < LeastBurst * perDay / BusyHours)) return null;
        var (growing, next) = (0, facts.Number(Known.Amount));
        while (growing < row.Count && row[growing].Currency == currency && row[growing].Amount < next) next = row[growing++].Amount;
        if (growing >= LeastBurst)
        {
            var span = TimeSpan.FromMinutes(Math.Clamp(Math.Round((at - row[growing - 1].At) / 60_000.0), 1, 59));
            return new Argument(T[flow == Flow.PayOut ? "{0} payouts in the {1} before, each larger than the one before" : "{0} payments in the {1} before, each larger than the one before", Number(growing), T.Age(span)], null, 20);
        }
        return Fired(hits, "high_velocity", "burst_velocity", "card_velocity") ? null : new Argument(T[flow == Flow.PayOut ? "{0} payouts in the hour before" : "{0} payments in the hour before", Number(row.Count)], null, 10);
    }

    /// <summary>Where this payer's or beneficiary's amounts lie, by their history in the same currency: mean and once the deviation to each side.</summary>
    public static AmountRange? Range(Facts facts, Flow flow) => Range(facts, flow, EnoughAmounts) ?? Range(facts, flow, LeastAmounts);

    private static AmountRange? Range(Facts facts, Flow flow, int least)
    {
        foreach (var kind in EntityWords.People(flow))
        {
            var count = facts.Number(FactCatalog.History(kind, HistoryPart.AmountCount));
            if (!(count >= least)) continue;
            var (mean, deviation) = (facts.Number(FactCatalog.History(kind, HistoryPart.AmountMean)), facts.Number(FactCatalog.History(kind, HistoryPart.AmountDeviation)));
            return new AmountRange(kind, mean, deviation, (long)count);
        }
        return null;
    }

    /// <summary>How many payments a day are usual for whoever pays; null while that says nothing.</summary>
    public static double? PerDay(Facts facts)
    {
        foreach (var kind in (ReadOnlySpan<EntityKind>)[EntityKind.Customer, EntityKind.Email, EntityKind.Card])
        {
            var (count, age) = (facts.Number(FactCatalog.History(kind, HistoryPart.Count)), facts.Number(FactCatalog.History(kind, HistoryPart.Age)));
            if (count >= 5 && age >= 7 * Day) return count / (age / Day);
        }
        return null;
    }

    private static bool Fired(ReadOnlySpan<SignalHit> hits, params ReadOnlySpan<string> codes)
    {
        foreach (ref readonly var hit in hits)
            if (codes.Contains(SignalCatalog.Of(hit).Code)) return true;
        return false;
    }

    private static bool Fired(ReadOnlySpan<SignalHit> hits, SignalCategory category)
    {
        foreach (ref readonly var hit in hits)
            if (SignalCatalog.Of(hit).Category == category && hit.Weight > 0) return true;
        return false;
    }

    private static string? Beside(string title, string sentence) => title == sentence ? null : sentence;

    private static string Number(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private static List<Argument> Sorted(List<Argument> arguments) => [.. arguments.OrderByDescending(a => a.Strength)];
}

/// <summary>The amounts that are usual.</summary>
/// <param name="Mean">Minor units.</param>
/// <param name="Deviation">Minor units: so far they lie from it, taken together. Many lie farther, so that they are told as this, not as a range.</param>
/// <param name="Count">Of how many amounts it is made.</param>
public sealed record AmountRange(EntityKind Kind, double Mean, double Deviation, long Count)
{
    public double From => Math.Max(0, Mean - Deviation);
    public double To => Mean + Deviation;
}

public static class BalanceWords
{
    /// <summary>The same beside a signal, which compares with all payments while there are few of this one.</summary>
    public static string SayBeside(this Texts T, AmountRange range, string currency, Flow flow) => range.Count >= Balance.EnoughAmounts ? T.SayWhose(range, currency, flow)
        : T[flow == Flow.PayOut ? "compared with all payouts of all shops; {0}" : "compared with all payments of all shops; {0}", T.SayWhose(range, currency, flow)];

    /// <summary>The same beside a sentence that compares with all payments already.</summary>
    public static string SayWhose(this Texts T, AmountRange range, string currency, Flow flow) =>
        T[flow != Flow.PayOut ? "this payer: {0}" : range.Kind == EntityKind.Beneficiary ? "this beneficiary: {0}" : "this customer: {0}", T.Say(range, currency, flow)];

    public static string Say(this Texts T, AmountRange range, string currency, Flow flow)
    {
        var culture = CultureInfo.CurrentCulture;
        var (mean, of) = (SignalText.Money(range.Mean, currency, culture), flow == Flow.PayOut ? T.Count(range.Count, "{0} payout", "{0} payouts") : T.Count(range.Count, "{0} payment", "{0} payments"));
        return range.Deviation > 0 ? T["{0} on average, give or take {1} ({2})", mean, SignalText.Amount(range.Deviation, currency, culture), of] : T["{0} on average ({1})", mean, of];
    }
}
