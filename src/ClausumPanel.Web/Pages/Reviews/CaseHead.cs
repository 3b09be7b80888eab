using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What the head of a case says of its payment.</summary>
/// <param name="stored">The payment.</param>
/// <param name="facts">Its own.</param>
/// <param name="reader">Whose clock it is.</param>
/// <param name="zone">The shop's.</param>
/// <param name="T">The reader's language.</param>
public sealed class CaseHead(StoredAssessment stored, Facts facts, Reader reader, TimeZoneInfo zone, Texts T)
{
    public string? Payer => PayerOf(stored, facts);

    /// <summary>Of a payout: the bank and the account it goes to, as far as it names them.</summary>
    public string? Account => stored.Flow != Flow.PayOut ? null
        : string.Join(" · ", ((string?[])[facts.Text(Known.BeneficiaryBank), facts.Text(Known.BeneficiaryClabe) ?? facts.Text(Known.BeneficiaryIban)]).OfType<string>()) is { Length: > 0 } account ? account : null;

    /// <summary>The card as people know it, where the value that lists it is a hash.</summary>
    public string? CardDigits => DigitsOf(facts);

    /// <summary>Its number, as short as people compare it; the whole one is copied.</summary>
    public string ShortNumber => stored.Id.ToString("N")[^8..];

    /// <summary>The hour on the shop's own clock, where the reader's shows another: rules speak of that one. With its day where that is another too.</summary>
    public string? AtShop => reader.OnClock(zone, stored.Instant) is { } there ? T["{0} at the shop", there] : null;

    /// <summary>Which clock the reader's is: UTC, UTC-6.</summary>
    public string ZoneHere => Reader.Offset(reader.Zoned(stored.Instant).Offset);

    internal static string? DigitsOf(Facts facts) => facts.Text(Known.CardLast4) is not null && FoundBy.Text(facts, TermKind.Card) is { } digits ? EntityWords.Show(TermKind.Card, digits) : null;

    internal static string? PayerOf(StoredAssessment stored, Facts facts) => stored.Flow == Flow.PayOut ? facts.Text(Known.BeneficiaryName) ?? facts.Text(Known.BeneficiaryId) : facts.Text(Known.Email) ?? facts.Text(Known.CustomerId);
}
