using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What the lists say of somebody or something, and of one payment.</summary>
public sealed class ListEvidence(PanelDb db, TimeProvider clock)
{
    /// <summary>What a payment met on lists when it was judged, and what came on them since.</summary>
    /// <param name="facts">Its own.</param>
    /// <param name="stored">The payment.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<IReadOnlyList<ListMet>> MetAsync(Facts facts, StoredAssessment stored, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(stored);
        List<ListMet> met = [];
        // Only where a list had a say: most payments meet none.
        foreach (var type in Enum.GetValues<ListType>())
        {
            if (!(facts.Number(FactCatalog.List(type)) is > 0 and var severities)) continue;
            var values = ListQueries.ValuesOf(facts, type);
            var entries = await db.Set<ListEntry>().AsNoTracking().Where(e => e.Type == type && values.Contains(e.Value)).Rows(db).ToListAsync(stop);
            met.Add(new ListMet(type, entries, [.. ListWords.Severities.Where(s => ((ListSeverity)(int)severities & s) != 0 && !entries.Exists(e => e.Severity == s))], await ReviewsAsync(entries, stop)));
        }
        return [.. met, .. await SinceAsync(facts, stored, met, stop)];
    }

    // What was listed when it was judged had its say then; what came on lists meanwhile, but for what its own review put there, is news to whoever decides.
    private async Task<List<ListMet>> SinceAsync(Facts facts, StoredAssessment stored, List<ListMet> met, CancellationToken stop)
    {
        var values = Enum.GetValues<ListType>().Select(type => (Type: type, Values: ListQueries.ValuesOf(facts, type))).Where(v => v.Values.Length > 0).ToDictionary(v => v.Type, v => v.Values);
        var (types, all) = (values.Keys.ToArray(), values.Values.SelectMany(v => v).Distinct().ToArray());
        if (all.Length == 0) return [];
        var known = met.SelectMany(m => m.Entries).Select(e => e.Id).ToHashSet();
        var rows = await db.Set<ListEntry>().AsNoTracking().Where(e => types.Contains(e.Type) && all.Contains(e.Value) && e.IsActive).Rows(db).ToListAsync(stop);
        var since = rows.Where(r => r.CreatedAt > stored.Instant && ListedByReview.AssessmentOf(r.Reason) != stored.Id && r.State(clock.GetUtcNow()) == ListState.Active && !known.Contains(r.Id) && values[r.Type].Contains(r.Value)).GroupBy(r => r.Type).ToList();
        List<ListMet> found = [];
        foreach (var group in since) found.Add(new ListMet(group.Key, [.. group], [], await ReviewsAsync([.. group], stop), IsSince: true));
        return found;
    }

    /// <summary>The entries of the lists that mean this entity: its value itself, its domain, its range of addresses or cards.</summary>
    public async Task<IReadOnlyList<ListRow>> ListedAsync(EntityView entity, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(entity);
        List<ListRow> found = [];
        foreach (var group in ValuesOf(entity).GroupBy(v => v.Type, v => v.Value))
        {
            var (type, values) = (group.Key, group.Distinct().ToArray());
            found.AddRange(await db.Set<ListEntry>().AsNoTracking().Where(e => e.Type == type && values.Contains(e.Value)).Rows(db).ToListAsync(stop));
        }
        return found;
    }

    /// <summary>The reviews that are the reason of entries, each with what was noted with its decision.</summary>
    public Task<IReadOnlyDictionary<Guid, NamedPayment>> ReviewsAsync(IReadOnlyList<ListRow> entries, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return ListedByReview.NamedAsync(db, [.. entries.Select(e => ListSentences.PaymentOf(e.Reason)).OfType<Guid>().Distinct()], stop);
    }

    /// <summary>The named lists that hold the value.</summary>
    public async Task<IReadOnlyList<NamedListed>> NamedAsync(EntityView entity, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(entity);
        NamedListKind[] kinds = entity.Kind switch
        {
            TermKind.Email => [NamedListKind.Email, NamedListKind.Text],
            TermKind.EmailDomain => [NamedListKind.EmailDomain, NamedListKind.Text],
            TermKind.Ip => [NamedListKind.Ip],
            TermKind.Phone => [NamedListKind.Phone, NamedListKind.Text],
            TermKind.Customer => [NamedListKind.CustomerId, NamedListKind.Text],
            TermKind.Device => [NamedListKind.DeviceFingerprint, NamedListKind.Text],
            TermKind.Card => [NamedListKind.CardHash],
            _ => [NamedListKind.Text],
        };
        var values = ValuesOf(entity).Where(v => v.Type != ListType.CardBin && (v.Type != ListType.EmailDomain || entity.Kind == TermKind.EmailDomain)).Select(v => v.Value).Append(entity.Text).Append(entity.Text.ToLowerInvariant()).Distinct().ToArray();
        return await (from list in db.Set<NamedList>().AsNoTracking()
                      where kinds.Contains(list.Kind) && list.RemovedEdition == NamedList.Stands
                      join value in db.Set<NamedListValue>() on list.Id equals value.ListId
                      where value.RemovedEdition == NamedList.Stands && values.Contains(value.Value)
                      select new NamedListed(list.Name, value.Value)).ToListAsync(stop);
    }

    /// <summary>As which type and value it would go on the lists; null where no list knows such a thing.</summary>
    public static (ListType Type, string Value)? ValueOf(EntityView entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return entity.Kind switch
        {
            TermKind.Customer => (ListType.CustomerId, entity.Text),
            TermKind.Email => (ListType.Email, entity.Text),
            TermKind.EmailDomain => (ListType.EmailDomain, entity.Text),
            TermKind.Device => (ListType.DeviceFingerprint, entity.Text),
            TermKind.Ip => (ListType.IpAddress, entity.Text),
            TermKind.Phone => (ListType.Phone, entity.Text),
            TermKind.Card when entity.Newest?.Text(Known.CardHash) is { } hash => (ListType.CardHash, hash),
            TermKind.Card when entity.Newest?.Text(Known.CardBin) is { } bin => (ListType.CardBin, bin),
            TermKind.Beneficiary when entity.Newest is { } facts && facts.Text(Known.BeneficiaryId) is null && facts.Text(Known.BeneficiaryClabe) is { } clabe => (ListType.Clabe, clabe),
            TermKind.Beneficiary => (ListType.BeneficiaryId, entity.Text),
            TermKind.Account when entity.Newest is { } facts => AccountsOf(facts).Select(a => ((ListType, string)?)a).FirstOrDefault(),
            _ => null,
        };
    }

    // A domain or a range of one's own is met with the value itself.
    internal static ListType[] TypesOf(TermKind kind) => kind switch
    {
        TermKind.Customer => [ListType.CustomerId],
        TermKind.Email => [ListType.Email, ListType.EmailDomain],
        TermKind.EmailDomain => [ListType.EmailDomain],
        TermKind.Device => [ListType.DeviceFingerprint],
        TermKind.Ip => [ListType.IpAddress, ListType.IpRange],
        TermKind.Phone => [ListType.Phone],
        TermKind.Card => [ListType.CardHash, ListType.CardBin],
        TermKind.Beneficiary => [ListType.BeneficiaryId, ListType.Clabe, ListType.Iban, ListType.AccountHash],
        TermKind.Account => [ListType.Clabe, ListType.Iban, ListType.AccountHash],
        _ => [],
    };

    private static IEnumerable<(ListType Type, string Value)> ValuesOf(EntityView entity)
    {
        if (ValueOf(entity) is { } own && ListValues.TryNormalize(own.Type, own.Value, out var normalized, out _)) yield return (own.Type, normalized);
        var facts = entity.Newest;
        switch (entity.Kind)
        {
            case TermKind.Email:
                if (facts?.Text(Known.EmailNormalized) is { } same) yield return (ListType.Email, same);
                if ((facts?.Text(Known.EmailDomain) ?? entity.Text.Split('@')[^1]) is { Length: > 0 } domain) yield return (ListType.EmailDomain, domain);
                break;
            case TermKind.Ip:
                foreach (var range in IpRanges.Holding(entity.Text)) yield return (ListType.IpRange, range);
                break;
            case TermKind.Card when facts?.Text(Known.CardBin) is { } bin:
                yield return (ListType.CardBin, bin);
                if (bin.Length > 6) yield return (ListType.CardBin, bin[..6]);
                break;
            case TermKind.Beneficiary or TermKind.Account when facts is not null:
                foreach (var account in AccountsOf(facts)) yield return account;
                break;
        }
    }

    private static IEnumerable<(ListType Type, string Value)> AccountsOf(Facts facts)
    {
        foreach (var (type, fact) in ((ListType, Fact)[])[(ListType.Clabe, Known.BeneficiaryClabe), (ListType.Iban, Known.BeneficiaryIban), (ListType.AccountHash, Known.BeneficiaryAccountHash)])
            if (facts.Text(fact) is { } value) yield return (type, value);
    }
}

/// <summary>A named list and the value of it that means somebody.</summary>
public sealed record NamedListed(string List, string Value);
