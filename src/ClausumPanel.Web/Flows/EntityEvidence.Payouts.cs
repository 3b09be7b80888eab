using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

// Whom a payout goes to, to which account, and from where it was ordered.
public sealed partial class EntityEvidence
{
    /// <summary>Of a payout, what of the shop's payouts before it was ordered from the same device and address; null: it names neither.</summary>
    private async Task<OrderedFrom?> OrderedFromAsync(StoredAssessment stored, Facts facts, List<(TermKind Kind, string Text)> texts, List<IReadOnlyList<TermEvent>> histories, CancellationToken stop)
    {
        if (stored.Flow != Flow.PayOut || !texts.Exists(t => t.Kind is TermKind.Device or TermKind.Ip)) return null;
        var (shop, at, since) = (FoundBy.Submerchant(facts), stored.At, stored.At - (long)TimeSpan.FromDays(OrderedFrom.Days).TotalMilliseconds);
        var latest = await assessments.LatestPayoutsAsync(shop, since, at, OrderedFrom.MostLooked, stop);
        var seqs = latest.Seqs.Where(seq => seq != stored.Seq).ToHashSet();
        Dictionary<TermKind, IReadOnlyList<TermEvent>> before = [];
        foreach (var (place, (kind, _)) in texts.Index())
            if (kind is TermKind.Device or TermKind.Ip) before[kind] = [.. histories[place].Where(e => seqs.Contains(e.Seq) && (e.At, e.Seq).CompareTo((at, stored.Seq)) < 0)];
        var cut = texts.Index().Where(t => histories[t.Index].Count > MostLinked).Select(t => t.Item.Kind).ToHashSet();
        var now = await LatelyAsync(shop, stop);
        var lately = before.Keys.ToDictionary(kind => kind, kind => (IReadOnlyList<TermEvent>)[.. histories[texts.FindIndex(t => t.Kind == kind)].Where(e => now.Contains(e.Seq))]);
        var paid = await PayeesAsync([.. before.Values.Concat(lately.Values).SelectMany(b => b).Select(e => e.Seq).Distinct()], stop);
        return new OrderedFrom(before, seqs.Count, latest.IsMore, shop.Length > 0, at) { Lately = lately, Seq = stored.Seq, Cut = cut, Payee = Payee.Of(facts).Person, Initiator = facts.Text(Known.PayoutInitiator), Paid = paid, Payees = paid.ToDictionary(p => p.Key, p => p.Value.Person) };
    }

    /// <summary>The shop's payouts of these days, as of now: the same for whichever of them is looked at.</summary>
    private async Task<HashSet<long>> LatelyAsync(string shop, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        return [.. (await assessments.LatestPayoutsAsync(shop, now.AddDays(-OrderedFrom.Days).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), OrderedFrom.MostLooked, stop)).Seqs];
    }

    /// <summary>Those of the devices and addresses from which their shop orders its payouts, as the links of a payout tell it.</summary>
    private async Task<HashSet<(TermKind, string)>> UsualAmongAsync(List<(EntityAttribute Attribute, Facts Facts)> attributes, CancellationToken stop)
    {
        var asked = attributes.Where(a => a.Attribute is { Kind: TermKind.Device or TermKind.Ip, Others: > 0 } && a.Facts.Text(Known.Flow) == "payout").ToList();
        if (asked.Count == 0) return [];
        Dictionary<string, HashSet<long>> lately = [];
        foreach (var shop in asked.Select(a => FoundBy.Submerchant(a.Facts)).Distinct()) lately[shop] = await LatelyAsync(shop, stop);
        var histories = await assessments.HistoriesAsync([.. asked.Select(a => (a.Attribute.Kind, a.Attribute.Text))], MostLinked + 1, stop);
        var events = asked.Zip(histories, (one, all) => (one.Attribute, Events: all.Where(e => lately[FoundBy.Submerchant(one.Facts)].Contains(e.Seq)).ToList())).ToList();
        var payees = (await PayeesAsync([.. events.SelectMany(e => e.Events).Select(e => e.Seq).Distinct()], stop)).ToDictionary(p => p.Key, p => p.Value.Person);
        return [.. events.Where(e => OrderedFrom.IsUsualPlace(e.Events, payees)).Select(e => (e.Attribute.Kind, e.Attribute.Text))];
    }

    private async Task<Dictionary<long, Payee>> PayeesAsync(List<long> seqs, CancellationToken stop)
    {
        var read = seqs.Count == 0 ? [] : await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Facts }).ToDictionaryAsync(a => a.Seq, a => a.Facts, stop);
        Dictionary<long, Payee> payees = [];
        var their = new Facts();
        foreach (var (seq, bytes) in read)
        {
            their.Clear();
            FactSnapshot.Read(bytes, their);
            payees[seq] = Payee.Of(their);
        }
        return payees;
    }

    /// <summary>What it names, with what else named that; of a payout also whom those payouts went to, and where it was ordered.</summary>
    private async Task<(List<(TermKind Kind, string Text)> Texts, List<IReadOnlyList<TermEvent>> Histories, PayeeView? Payees, OrderedFrom? Ordered)> AroundAsync(StoredAssessment stored, Facts facts, CancellationToken stop)
    {
        var texts = Named(facts);
        List<IReadOnlyList<TermEvent>> histories = [.. await assessments.HistoriesAsync(texts, MostLinked + 1, stop)];
        var ordered = await OrderedFromAsync(stored, facts, texts, histories, stop);
        if (stored.Flow != Flow.PayOut || !texts.Exists(t => t.Kind.IsOfPayouts())) return (texts, histories, null, ordered);
        var (known, named, account) = (Of(TermKind.Beneficiary), Of(TermKind.BeneficiaryName), Of(TermKind.Account));
        // Another payout to it may have named it in another way only.
        if (FoundBy.Accounts(facts).Skip(1).Select(text => (TermKind.Account, text)).ToList() is { Count: > 0 } more)
            account = [.. account.Concat((await assessments.HistoriesAsync(more, MostLinked + 1, stop)).SelectMany(h => h)).DistinctBy(e => e.Seq).OrderByDescending(e => e.At).ThenByDescending(e => e.Seq)];
        var payees = await PayeesAsync([.. known.Concat(named).Concat(account).Where(e => e.Seq != stored.Seq && e.Flow == Flow.PayOut).Select(e => e.Seq).Distinct()], stop);
        var view = new PayeeView(Payee.Of(facts), Paid(known.Concat(named)), Paid(account), stored.At, stored.Seq, known.Count > MostLinked || named.Count > MostLinked, account.Count > MostLinked);
        if (texts.FindIndex(t => t.Kind == TermKind.Account) is >= 0 and var shared) histories[shared] = account;
        // A name that leads nowhere the beneficiary itself does not lead says nothing more, nor does an account that nobody else has.
        if (!named.Exists(e => e.Seq != stored.Seq && !known.Exists(k => k.Seq == e.Seq))) Leave(TermKind.BeneficiaryName);
        if (view.Strangers == 0) Leave(TermKind.Account);
        return (texts, histories, view, ordered);

        void Leave(TermKind kind)
        {
            if (texts.FindIndex(t => t.Kind == kind) is not (>= 0 and var place)) return;
            texts.RemoveAt(place);
            histories.RemoveAt(place);
        }

        List<TermEvent> Of(TermKind kind) => texts.FindIndex(t => t.Kind == kind) is >= 0 and var place ? [.. histories[place]] : [];

        List<(TermEvent, Payee)> Paid(IEnumerable<TermEvent> events) => [.. events.DistinctBy(e => e.Seq).Where(e => payees.ContainsKey(e.Seq)).Select(e => (e, payees[e.Seq]))];
    }
}
