using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>Of a payout: whether the device and the address it was ordered from are where its shop orders its payouts. One office pays many, which links none of them.</summary>
/// <param name="Before">The payouts of the shop before this one, within the days that are looked at, that were ordered from the same device or address.</param>
/// <param name="All">Payouts of the shop that were looked at.</param>
/// <param name="IsMore">The shop has more of these days than were looked at.</param>
/// <param name="IsNamed">It says which shop; else all payouts here are looked at.</param>
/// <param name="At">When the one at hand came, Unix milliseconds.</param>
public sealed record OrderedFrom(IReadOnlyDictionary<TermKind, IReadOnlyList<TermEvent>> Before, int All, bool IsMore, bool IsNamed, long At)
{
    /// <summary>Days before it that are looked at.</summary>
    public const int Days = 30;

    /// <summary>Payments and payouts of the shop that are looked at.</summary>
    public const int MostLooked = 2_000;

    // Whoever steals an account orders a row of payouts too, but within a day or two; of a shop that pays few, a new device is none of these.
    private const int LeastUsual = 4, LeastKnown = 5, LeastPayees = 3, Told = 2, OneIn = 5;
    private const string Unattributed = "payout_unattributed_initiator";

    // Names that name nobody, as the signal is shipped with them.
    private static readonly HashSet<string> Nobody = new(SignalCatalog.ByCode[Unattributed].Words.SelectMany(w => w.Default), StringComparer.OrdinalIgnoreCase);
    private static readonly TimeSpan LeastAge = TimeSpan.FromDays(7);

    /// <summary>Of these there are more events than were looked at: what came first from them nobody saw here.</summary>
    public IReadOnlySet<TermKind> Cut { get; init; } = new HashSet<TermKind>();

    /// <summary>Whom the one at hand pays.</summary>
    public string? Payee { get; init; }

    /// <summary>Whom those before it paid, by their place in the log.</summary>
    public IReadOnlyDictionary<long, string?> Payees { get; init; } = new Dictionary<long, string?>();

    /// <summary>Who ordered the one at hand; null: it names nobody.</summary>
    public string? Initiator { get; init; }

    /// <summary>Whom, to which account and by whose order those before it paid, by their place in the log.</summary>
    public IReadOnlyDictionary<long, Payee> Paid { get; init; } = new Dictionary<long, Payee>();

    /// <summary>Its place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>All payouts of the shop of the same number of days until now that were ordered from the same device or address, this one among them: of a value they say the same, whichever payout is looked at.</summary>
    public IReadOnlyDictionary<TermKind, IReadOnlyList<TermEvent>> Lately { get; init; } = new Dictionary<TermKind, IReadOnlyList<TermEvent>>();

    /// <summary>The shop orders its payouts from it.</summary>
    public bool IsUsual(TermKind kind) => Lately.GetValueOrDefault(kind) is { } events && IsUsualPlace(events, Payees, Seq);

    /// <summary>From there payouts to several have long been ordered, and none was fraud.</summary>
    /// <param name="events">The payouts of the shop that were ordered from there.</param>
    /// <param name="payees">Whom they pay, by their place in the log.</param>
    /// <param name="asking">The payout that is looked at: what somebody says it was does not change what was known of the place.</param>
    public static bool IsUsualPlace(IReadOnlyList<TermEvent> events, IReadOnlyDictionary<long, string?> payees, long? asking = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(payees);
        return events.Count >= LeastUsual && events.Max(e => e.At) - events.Min(e => e.At) >= LeastAge.TotalMilliseconds && events.All(e => e.Label != LabelOutcome.Fraud || e.Seq == asking)
            && events.Select(e => payees.GetValueOrDefault(e.Seq)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Count() >= LeastPayees;
    }

    /// <summary>It was so before this one too, of which it pays others, and nothing that was ordered from it is doubted: that speaks for the next.</summary>
    public bool IsTrusted(TermKind kind) => IsUsual(kind) && Of(kind) is { Count: >= LeastUsual - 1 } before && At - before.Min(e => e.At) >= LeastAge.TotalMilliseconds
        && before.Select(e => Payees.GetValueOrDefault(e.Seq)).OfType<string>().Where(p => !string.Equals(p, Payee, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Count() >= LeastPayees - 1
        && !before.Concat(Lately[kind]).Any(e => e.Seq != Seq && (e.IsWaiting || e.Label == LabelOutcome.Fraud || e.Final == Decision.Decline));

    /// <summary>The shop has ordered payouts, and none from it until now. Where no shop is named, people may well order their own, each from their own device; of what was not looked at to its beginning nobody says that it is new, nor of what has become usual since.</summary>
    public bool IsNew(TermKind kind) => IsNamed && !IsUsual(kind) && !IsMore && !Cut.Contains(kind) && All >= LeastKnown && Of(kind) is { } events && At - events.Select(e => e.At).DefaultIfEmpty(At).Min() < TimeSpan.FromDays(1).TotalMilliseconds;

    // Where no shop is named people may order their own, and on one address accuse each other; of what was not looked at to its beginning nobody says what came first.
    private bool IsWhole => IsNamed && !IsMore && !Cut.Contains(Place);

    // The address where no device is named.
    private TermKind Place => Before.ContainsKey(TermKind.Device) ? TermKind.Device : TermKind.Ip;

    private IReadOnlyList<TermEvent>? Of(TermKind kind) => Before.GetValueOrDefault(kind);

    /// <summary>What it says of the device, of the address where no device is named.</summary>
    /// <param name="hits">Signals that fired.</param>
    /// <param name="reader">Whose days they are.</param>
    /// <param name="T">Whose language.</param>
    public (IEnumerable<Argument> For, IEnumerable<Argument> Against) Arguments(ReadOnlySpan<SignalHit> hits, Reader reader, Texts T)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (good, bad) = Places(reader, T);
        var isUnnamed = false;
        foreach (ref readonly var hit in hits) isUnnamed |= SignalCatalog.Of(hit).Code == Unattributed;
        Argument?[] more = [OrderedBy(isUnnamed, T), OtherAccounts(reader, T)];
        return (good, [.. bad, .. more.OfType<Argument>()]);
    }

    /// <summary>Whoever orders from there for the first time, or does not say who, where others long have: whoever takes over the account of a shop does.</summary>
    private Argument? OrderedBy(bool isUnnamed, Texts T)
    {
        if (!IsWhole || Of(Place) is not { } events) return null;
        var named = events.Select(e => (e.At, Who: Paid.GetValueOrDefault(e.Seq)?.OrderedBy)).Where(e => e.Who is not null && !Nobody.Contains(e.Who)).ToList();
        var own = named.FindAll(e => string.Equals(e.Who, Initiator, StringComparison.OrdinalIgnoreCase));
        var others = named.FindAll(e => !string.Equals(e.Who, Initiator, StringComparison.OrdinalIgnoreCase));
        if (others.Count < LeastUsual - 1 || At - others.Min(e => e.At) < TimeSpan.FromDays(1).TotalMilliseconds) return null;
        var before = string.Join(", ", named.GroupBy(e => e.Who, StringComparer.OrdinalIgnoreCase).OrderByDescending(g => g.Count()).Take(Told).Select(g => $"{g.Key} {Number(g.Count())}"));
        var detail = Place == TermKind.Device ? T["from this device in the {0} days before: {1}", Days, before] : T["from this address in the {0} days before: {1}", Days, before];
        if (isUnnamed) return new Argument(T["Nobody is named who ordered it, unlike before"], detail, 4);
        if (Initiator is null || Nobody.Contains(Initiator) || own.Exists(e => At - e.At >= TimeSpan.FromDays(1).TotalMilliseconds)) return null;
        return new Argument(own.Count == 0 ? T["First ordered by {0} from there", Initiator] : T["Ordered by {0}, who began less than a day before", Initiator], detail, 5);
    }

    /// <summary>Others whose account became another within two days before: whoever is in the shop's system changes more than one.</summary>
    private Argument? OtherAccounts(Reader reader, Texts T)
    {
        if (!IsWhole || Of(Place) is not { } events) return null;
        var since = At - TimeSpan.FromDays(2).TotalMilliseconds;
        var paid = events.Where(e => Paid.ContainsKey(e.Seq)).Select(e => (Event: e, Payee: Paid[e.Seq])).Where(p => p.Payee.Person is { } person && !string.Equals(person, Payee, StringComparison.OrdinalIgnoreCase)).OrderBy(p => p.Event.At).ThenBy(p => p.Event.Seq).ToList();
        List<(string Words, long At)> changed = [];
        // A customer may have several people paid, and one person several ids.
        foreach (var one in paid.Where(p => (p.Payee.Name ?? p.Payee.Id) is not null).GroupBy(p => $"{p.Payee.Customer}\n{p.Payee.Name ?? p.Payee.Id}", StringComparer.OrdinalIgnoreCase))
        {
            var row = one.ToList();
            for (var i = row.Count - 1; i > 0 && row[i].Event.At >= since; i--)
            {
                var (now, before) = (row[i].Payee, row.Take(i).Where(p => p.Event.Final != Decision.Decline).Select(p => p.Payee).ToList());
                // What turned out good was rightly changed.
                if (row[i].Event.Label == LabelOutcome.Good || before.FindLast(b => b.IsSameAccount(now) == false) is not { } other || before.Exists(b => b.IsSameAccount(now) == true)) continue;
                changed.Add(($"{now.Shown ?? now.Person}: {other.Account(T)} → {now.Account(T)}, {Reader.DayAndMonth(reader.Zoned(row[i].Event.Instant))}{Became(row[i].Event, T)}", row[i].Event.At));
                break;
            }
        }
        // Of a shop that pays many, some have changed theirs on any day.
        if (changed.Count == 0 || changed.Count * OneIn < paid.Where(p => p.Event.At >= since).Select(p => p.Payee.Person).Distinct(StringComparer.OrdinalIgnoreCase).Count()) return null;
        return new Argument(T.Count(changed.Count, "Another one paid from there changed account", "{0} others paid from there changed account"), string.Join(" · ", changed.OrderByDescending(c => c.At).Take(Told).Select(c => c.Words)), 11);
    }

    // What is decided for good: what a colleague decided just now is nobody's to know.
    private static string Became(TermEvent e, Texts T) => (e.Outcome ?? (e.Decision == Decision.Decline ? ReviewOutcome.Decline : null)) is { } outcome ? $" ({T.Done(outcome).ToLower(CultureInfo.CurrentCulture)})" : "";

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private (IEnumerable<Argument> For, IEnumerable<Argument> Against) Places(Reader reader, Texts T)
    {
        var (kind, isDevice) = (Place, Place == TermKind.Device);
        if (Of(kind) is not { } events) return ([], []);
        var (all, count) = (Number(All), Number(events.Count));
        if (IsTrusted(kind))
        {
            var since = reader.Day(events.Min(e => e.At));
            var said = IsMore ? T["{0} of the latest {1} payouts", count, all] : IsNamed ? T["{0} of this shop’s {1} payouts in 30 days", count, all] : T["{0} of the {1} payouts here in 30 days", count, all];
            return ([new Argument(isDevice ? T["Ordered from a device used for payouts since {0}", since] : T["Ordered from an address used for payouts since {0}", since], said, 6)], []);
        }
        if (!IsNew(kind)) return ([], []);
        var detail = events.Count == 0 ? T["none of this shop’s {0} payouts in 30 days", all] : T["{0} of this shop’s {1} payouts in 30 days, all within a day", count, all];
        return ([], [new Argument(isDevice ? T["Ordered from a device new to this shop"] : T["Ordered from an address new to this shop"], detail, 5)]);
    }
}
