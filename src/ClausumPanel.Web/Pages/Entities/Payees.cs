using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>Whom a payout goes to, as the caller knows them, and the account, in as many ways as it was named.</summary>
public sealed record Payee(string? Id, string? Clabe, string? Iban, string? Hash)
{
    public static Payee Of(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new Payee(facts.Text(Known.BeneficiaryId), facts.Text(Known.BeneficiaryClabe), facts.Text(Known.BeneficiaryIban), facts.Text(Known.BeneficiaryAccountHash));
    }

    /// <summary>Who it is: by the caller's id, else by the account.</summary>
    public string? Key => Id ?? Clabe ?? Iban ?? Hash;

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

/// <summary>The payouts to the same beneficiary, or to the same name, and whether the account is the one they went to.</summary>
/// <param name="Here">Of the payout at hand.</param>
/// <param name="All">The others that were looked at.</param>
/// <param name="At">When the one at hand came, Unix milliseconds.</param>
/// <param name="IsMore">There are more than were looked at.</param>
public sealed record PayeeView(Payee Here, IReadOnlyList<(TermEvent Event, Payee Payee)> All, long At, long Seq, bool IsMore)
{
    /// <summary>More people of one name than that, and it recognises nobody.</summary>
    public const int MostNamesakes = LinkAttribute.MostStrong;

    /// <summary>How many other beneficiaries these payouts went to.</summary>
    public int Others(IEnumerable<TermEvent> events)
    {
        var seqs = events.Select(e => e.Seq).ToHashSet();
        return Others(All.Where(a => seqs.Contains(a.Event.Seq)));
    }

    private int Others(IEnumerable<(TermEvent Event, Payee Payee)> some) => some.Select(a => a.Payee.Key).OfType<string>().Where(key => !IsHere(key)).Distinct(StringComparer.OrdinalIgnoreCase).Count();

    private bool IsHere(string? key) => string.Equals(key, Here.Key, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the account says: a known payee who is paid to another one is how invoices are diverted.</summary>
    public (IEnumerable<Argument> For, IEnumerable<Argument> Against) Arguments(Texts T)
    {
        // Only what came before: whoever changes the account changes it for what follows too.
        var before = All.Where(a => (a.Event.At, a.Event.Seq).CompareTo((At, Seq)) < 0).ToList();
        if (Others(before) > MostNamesakes) before.RemoveAll(a => !IsHere(a.Payee.Key));
        var (same, other) = (before.Count(a => Here.IsSameAccount(a.Payee) == true), before.Where(a => Here.IsSameAccount(a.Payee) == false).ToList());
        if (same > 0 && other.Count == 0) return ([], []);
        if (same > 0) return ([new Argument(T["Paid to this account before"], T["{0} of {1} payouts before", Number(same), Number(same + other.Count)], 6)], []);
        if (other.Count == 0) return ([], []);
        var isByName = !other.Exists(a => IsHere(a.Payee.Key));
        var count = T.Count(other.Count, "{0} payout before, to another account", "{0} payouts before, none to this account");
        return ([], [new Argument(isByName ? T["Same name, other account"] : T["Known beneficiary, other account"], isByName ? count + " · " + T["under another id"] : count, 12)]);

        string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture) + (IsMore ? "+" : "");
    }
}
