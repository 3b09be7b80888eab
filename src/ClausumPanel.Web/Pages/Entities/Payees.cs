using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>Whom a payout goes to, as the caller knows them, and the account, in as many ways as it was named.</summary>
/// <param name="Customer">Of the caller, where it names one.</param>
/// <param name="Name">As names are compared.</param>
/// <param name="Bank">Of the CLABE.</param>
public sealed record Payee(string? Customer, string? Id, string? Name, string? Clabe, string? Iban, string? Hash, string? Bank, string? Bic)
{
    private const int DigitsShown = 4;

    /// <summary>Who ordered the payout; null: it names nobody.</summary>
    public string? OrderedBy { get; init; }

    /// <summary>The name as it was sent.</summary>
    public string? Shown { get; init; }

    public static Payee Of(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new Payee(facts.Text(Known.CustomerId), facts.Text(Known.BeneficiaryId), facts.Text(Known.BeneficiaryName) is { } name ? FoundBy.Name(name) : null, facts.Text(Known.BeneficiaryClabe), facts.Text(Known.BeneficiaryIban), facts.Text(Known.BeneficiaryAccountHash), facts.Text(Known.BeneficiaryBank), facts.Text(Known.BeneficiaryBic)) { OrderedBy = facts.Text(Known.PayoutInitiator) is { Length: > 0 } initiator ? initiator : null, Shown = facts.Text(Known.BeneficiaryName) };
    }

    /// <summary>Who it is: by the caller's id, else by the account.</summary>
    public string? Key => Id ?? AccountKey;

    /// <summary>Which person: a caller gives one customer several ids of beneficiaries, one for each account.</summary>
    public string? Person => Customer ?? Key;

    public string? AccountKey => Clabe ?? Iban ?? Hash;

    /// <summary>The account by its bank and its last digits, never whole.</summary>
    public string Account(Texts T)
    {
        ArgumentNullException.ThrowIfNull(T);
        return this switch
        {
            { Clabe: { } clabe } => Bank is null ? T["CLABE {0}", Last(clabe)] : $"{Bank} {Last(clabe)}",
            { Iban: { } iban } => $"{Bic ?? "IBAN " + iban[..Math.Min(2, iban.Length)]} {Last(iban)}",
            _ => T["account {0}", Last(Hash ?? "")],
        };

        static string Last(string text) => "••" + text[^Math.Min(DigitsShown, text.Length / 2)..];
    }

    /// <summary>Of a payout the account and who ordered it, in a few words; null: it is none, or names neither.</summary>
    public static string? Briefly(StoredAssessment stored, Texts T)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Flow != Flow.PayOut) return null;
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        string?[] said = [Of(facts) is { AccountKey: not null } payee ? payee.Account(T) : null, facts.Text(Known.PayoutInitiator) is { Length: > 0 } initiator ? T["ordered by {0}", initiator] : null];
        return string.Join(" · ", said.OfType<string>()) is { Length: > 0 } words ? words : null;
    }

    /// <summary>Both go to one account; null: they name it in no way that can be compared.</summary>
    public bool? IsSameAccount(Payee other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool? same = null;
        foreach (var (one, another) in ((string?, string?)[])[(Clabe, other.Clabe), (Iban, other.Iban), (Hash, other.Hash)])
        {
            if (one is null || another is null) continue;
            if (string.Equals(one, another, StringComparison.OrdinalIgnoreCase)) return true;
            same = false;
        }
        return same;
    }
}

/// <summary>The payouts to the same beneficiary, to the same name or to the same account, and whether the account is the one they went to.</summary>
/// <param name="Here">Of the payout at hand.</param>
/// <param name="All">The others to the beneficiary or the name that were looked at.</param>
/// <param name="AtAccount">The others to the account that were looked at.</param>
/// <param name="At">When the one at hand came, Unix milliseconds.</param>
/// <param name="Seq">Its place in the log.</param>
/// <param name="IsMore">There are more to the beneficiary or the name than were looked at.</param>
/// <param name="AccountHasMore">There are more to the account than were looked at.</param>
public sealed record PayeeView(
    Payee Here, IReadOnlyList<(TermEvent Event, Payee Payee)> All, IReadOnlyList<(TermEvent Event, Payee Payee)> AtAccount, long At, long Seq, bool IsMore, bool AccountHasMore)
{
    /// <summary>More people of one name than that, and it recognises nobody.</summary>
    public const int MostNamesakes = LinkAttribute.MostStrong;

    /// <summary>How many other people these payouts to the name or to the account went to; of an account, those of another name.</summary>
    public int Others(TermKind kind, IEnumerable<TermEvent> events)
    {
        var seqs = events.Select(e => e.Seq).ToHashSet();
        return kind == TermKind.Account ? PeopleOf(AtAccount.Where(a => seqs.Contains(a.Event.Seq)))
            : All.Where(a => seqs.Contains(a.Event.Seq)).Select(a => a.Payee.Person).OfType<string>().Where(person => !string.Equals(person, Here.Person, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Count();
    }

    /// <summary>How many others are paid to the same account, before it or after, as far as nothing says that they are the same one.</summary>
    public int Strangers => PeopleOf(AtAccount);

    /// <summary>It goes to an account, and nobody else is paid to it.</summary>
    public bool HasOwnAccount => Here.AccountKey is not null && Strangers == 0 && !AccountHasMore;

    private int PeopleOf(IEnumerable<(TermEvent Event, Payee Payee)> some) => some.Where(a => IsSame(a.Payee) != true).Select(a => a.Payee.Name ?? a.Payee.Person).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Count();

    // Several callers, or one over the years, know one payee by several ids, or write the name otherwise; some number the payees of each customer anew. Null: nothing that both say tells.
    private bool? IsSame(Payee payee)
    {
        var (customer, id, name) = (Equal(Here.Customer, payee.Customer), Equal(Here.Id, payee.Id), Equal(Here.Name, payee.Name));
        if (customer == true || name == true) return true;
        if (customer == false) return false;
        if (id == true) return true;
        if (id == false || name == false) return false;
        // By the account alone it is one payee.
        return Here.Person == Here.AccountKey && payee.Person == payee.AccountKey && Here.Name is null && payee.Name is null ? true : null;

        static bool? Equal(string? one, string? another) => one is null || another is null ? null : string.Equals(one, another, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>How many other beneficiaries have the name, as far as they were paid.</summary>
    public int Namesakes => Beneficiaries(All);

    private int Beneficiaries(IEnumerable<(TermEvent Event, Payee Payee)> some) => some.Select(a => a.Payee.Key).OfType<string>().Where(key => !IsHere(key)).Distinct(StringComparer.OrdinalIgnoreCase).Count();

    private bool IsHere(string? key) => string.Equals(key, Here.Key, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the account says: a known payee who is paid to another one is how invoices are diverted, one account of many payees is how what was stolen is gathered.</summary>
    public (IEnumerable<Argument> For, IEnumerable<Argument> Against) Arguments(Reader reader, Texts T)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (good, bad) = Compared(reader, T);
        return (good, AccountOfOthers(reader, T) is { } shared ? [.. bad, shared] : bad);
    }

    // Only what came before: whoever changes the account changes it for what follows too.
    private bool IsBefore(TermEvent other) => (other.At, other.Seq).CompareTo((At, Seq)) < 0;

    private Argument? AccountOfOthers(Reader reader, Texts T)
    {
        // What was declined is told of too: it was to go there.
        var theirs = AtAccount.Where(a => IsBefore(a.Event) && IsSame(a.Payee) == false).ToList();
        var people = PeopleOf(theirs);
        // A company that collects for many has one account for them all.
        if (people is 0 or > LinkAttribute.MostMedium) return null;
        var count = theirs.Count.ToString("N0", CultureInfo.CurrentCulture) + (AccountHasMore ? "+" : "");
        var said = $"{Here.Account(T)}: {T[theirs.Count == 1 ? "{0} payout" : "{0} payouts", count]}, {T["last {0}", reader.Day(theirs.Max(a => a.Event.At))]}";
        return new Argument(T.Count(people, "Account shared with {0} other beneficiary", "Account shared with {0} other beneficiaries"), said, people <= LinkAttribute.MostStrong ? 10 : 6);
    }

    /// <summary>With the accounts that the same payee was paid to.</summary>
    private (IEnumerable<Argument> For, IEnumerable<Argument> Against) Compared(Reader reader, Texts T)
    {
        var before = All.Where(a => IsBefore(a.Event)).ToList();
        // What was declined went nowhere.
        before.RemoveAll(a => a.Event.Final == Decision.Decline);
        if (Beneficiaries(before) > MostNamesakes) before.RemoveAll(a => !IsHere(a.Payee.Key));
        var (same, other) = (before.Count(a => Here.IsSameAccount(a.Payee) == true), before.Where(a => Here.IsSameAccount(a.Payee) == false).ToList());
        if (same > 0 && other.Count == 0) return ([], []);
        if (same > 0) return ([new Argument(T["Paid to this account before"], T["{0} of {1} payouts before", Number(same), Number(same + other.Count)], 6)], []);
        if (other.Count == 0) return ([], []);
        var isByName = !other.Exists(a => IsHere(a.Payee.Key));
        // Of several accounts the one of the latest payout is what they would compare with.
        var accounts = other.GroupBy(a => a.Payee.AccountKey, StringComparer.OrdinalIgnoreCase).Select(g => (Payee: g.First().Payee, Count: g.Count(), Last: g.Max(a => a.Event.At))).OrderByDescending(a => a.Last).ToList();
        var (usual, isOnly) = (accounts[0], accounts.Count == 1);
        var paid = T[usual.Count == 1 ? "{0} payout" : "{0} payouts", Number(usual.Count)];
        var last = reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(usual.Last));
        string?[] said =
        [
            T["Before: {0} ({1}, last {2})", usual.Payee.Account(T), paid, last.Year == reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(At)).Year ? Reader.DayAndMonth(last) : reader.Day(usual.Last)],
            isOnly ? null : T.Count(accounts.Count - 1, "{0} other account", "{0} other accounts"),
            T["now: {0}, first time", Here.Account(T)],
            isByName ? T["under another beneficiary id"] : null,
        ];
        return ([], [new Argument(isByName ? T["Same name, other account"] : T["Known beneficiary, other account"], string.Join(" · ", said.OfType<string>()), 12)]);

        string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture) + (IsMore ? "+" : "");
    }
}
