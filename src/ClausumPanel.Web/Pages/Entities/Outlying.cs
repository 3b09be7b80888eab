using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>An unusual amount beside those that it was held against: so many times their average, which is what the signal compares with.</summary>
/// <param name="Payer">Whose they are; null: of all payments, or payouts, here.</param>
/// <param name="Mean">Minor units, as everything here.</param>
/// <param name="Deviation">So far from it theirs lie, taken together.</param>
/// <param name="Count">Of how many amounts the usual one is made.</param>
public sealed record Outlying(EntityKind? Payer, Money Amount, Flow Flow, double Mean, double Deviation, long Count)
{
    public const string Code = "amount_outlier";

    /// <summary>Null where the signal did not fire, or what it compared with is not among the facts.</summary>
    public static Outlying? Of(WhyView why)
    {
        ArgumentNullException.ThrowIfNull(why);
        foreach (ref readonly var hit in why.Hits.AsSpan())
            if (hit.Definition.Code == Code) return Of(why.Stored, why.Facts, hit);
        return null;
    }

    /// <summary>The hit names the usual amount: whose that is, is whose mean it is.</summary>
    public static Outlying? Of(StoredAssessment stored, Facts facts, in SignalHit hit)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(facts);
        var usual = hit.B;
        if (!(usual > 0)) return null;
        foreach (var kind in EntityWords.People(Flow.PayIn))
            if (Made(kind, FactCatalog.History(kind, HistoryPart.AmountMean), FactCatalog.History(kind, HistoryPart.AmountDeviation), FactCatalog.History(kind, HistoryPart.AmountCount)) is { } own) return own;
        return Made(null, Known.OrganizationMean, Known.OrganizationDeviation, Known.OrganizationCount);

        Outlying? Made(EntityKind? payer, Fact mean, Fact deviation, Fact count) =>
            Math.Abs(facts.Number(mean) - usual) <= usual * 1e-9 && facts.Number(count) is >= 1 and var n && facts.Number(deviation) is >= 0 and var far
                ? new Outlying(payer, stored.Money, stored.Flow, usual, far, (long)n) : null;
    }

    /// <summary>How many times the average it is, the average, and of one payer also how far from it theirs lie; where that is nothing, or more than the average, it says nothing.</summary>
    public string Say(Texts T)
    {
        var culture = CultureInfo.CurrentCulture;
        var (amount, times) = (Amount.Show(), SignalText.Times(Amount.Minor / Mean, culture));
        var mean = SignalText.Money(Mean, Amount.Currency, culture);
        var of = Flow == Flow.PayOut ? T.Count(Count, "{0} payout", "{0} payouts") : T.Count(Count, "{0} payment", "{0} payments");
        var made = T["{0} in {1}", mean, of];
        if (Payer is not null && Deviation > 0 && Deviation < Mean) made += "; " + T["give or take {0}", SignalText.Amount(Deviation, Amount.Currency, culture)];
        return (Payer, Flow) switch
        {
            (null, Flow.PayOut) => T["{0}: {1} times the average of the payouts of all shops ({2})", amount, times, made],
            (null, _) => T["{0}: {1} times the average of the payers of all shops ({2})", amount, times, made],
            (EntityKind.Beneficiary, _) => T["{0}: {1} times this beneficiary's average ({2})", amount, times, made],
            (_, Flow.PayOut) => T["{0}: {1} times this customer's average ({2})", amount, times, made],
            _ => T["{0}: {1} times this payer's average ({2})", amount, times, made],
        };
    }
}
