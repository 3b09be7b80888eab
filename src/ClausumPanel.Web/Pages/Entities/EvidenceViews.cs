using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>Everything the blocks of one assessment are made of.</summary>
/// <param name="Met">What lists had a say of when it was judged.</param>
/// <param name="Sent">What the shop sent that no signal reads.</param>
public sealed record PaymentEvidence(StripView? Strip, LinksView Links, Balance Balance, PlacesView Places, IReadOnlyList<ListMet> Met, SentByShop Sent)
{
    /// <summary>The payments it names.</summary>
    public IEnumerable<long> Seqs => (Strip?.Events.Select(e => e.Event.Seq) ?? []).Concat(Links.Seqs);

    /// <summary>As who decides blind may see it.</summary>
    public PaymentEvidence Without(Blinded kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return this with { Strip = Strip is null ? null : Strip with { Kept = kept }, Links = Links.Without(kept), Balance = kept.All ? Balance.Neutral() : Balance };
    }
}

/// <summary>Of which payments around a case the reader sees no score before they have decided and can no longer undo it.</summary>
/// <param name="All">The case itself is one: of none that is beside it.</param>
/// <param name="Seqs">These, which wait themselves.</param>
public sealed record Blinded(bool All, IReadOnlySet<long> Seqs)
{
    public static readonly Blinded Nothing = new(false, new HashSet<long>());

    /// <summary>Nor what it leans to.</summary>
    public bool Hides(long seq) => Seqs.Contains(seq);

    public bool HidesScore(long seq) => All || Hides(seq);
}

/// <summary>A kind of value that met a list when a payment was judged.</summary>
/// <param name="Entries">The entries that mean it today, whether they count or not.</param>
/// <param name="Gone">The lists it met of which no such entry is left.</param>
/// <param name="Reviews">Those that are the reason of an entry, each with what was noted.</param>
/// <param name="IsSince">The entries were made after the payment was judged: they had no say in it.</param>
public sealed record ListMet(ListType Type, IReadOnlyList<Storage.Lists.ListRow> Entries, IReadOnlyList<ListSeverity> Gone, IReadOnlyDictionary<Guid, NamedPayment> Reviews, bool IsSince = false);
