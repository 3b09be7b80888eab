namespace ClausumPanel.Storage.Disputes;

public enum EvidenceProgram
{
    CompellingEvidence3, FirstPartyTrust,
}

public enum EligibilityStanding
{
    Qualified,

    /// <summary>Nothing speaks against it, but something is missing that a person may find.</summary>
    RequiresAction,
    NotQualified,
}

public enum RuleResult
{
    Pass, Fail, Unknown,
}

/// <summary>What is missing, as the payment providers name it.</summary>
public enum MissingItem
{
    CustomerIdentifiers, DisputedTransactionDescription, MerchandiseOrServices, PriorUndisputedTransactionDescription, PriorUndisputedTransactions,
}

/// <summary>What to do about a rule; the panel has a sentence for each.</summary>
public enum EligibilityAdvice
{
    None, OtherReason, MatchPayment, FindPriors, AskWhichDateCounts, AddIdentifiers, AddDescriptions, AddGoodsType, LongerDeviceId, FullAddress, CheckDescriptor, EmailIsNotLogin, AddInitialIp, OutsideMerchants,
}

/// <summary>One rule's answer.</summary>
/// <param name="Id"><c>C1</c> … <c>C12</c>, <c>M1</c> … <c>M6</c>.</param>
/// <param name="Result">What came out.</param>
/// <param name="Found">The value it looked at, as data: never a sentence.</param>
/// <param name="Source">Which payments it was read from, by their place in the log.</param>
/// <param name="Missing">What is missing, or null.</param>
/// <param name="Advice">What to do.</param>
/// <param name="IsAdvisory">It decides nothing.</param>
public sealed record EligibilityRule(string Id, RuleResult Result, string Found, IReadOnlyList<long> Source, MissingItem? Missing = null, EligibilityAdvice Advice = EligibilityAdvice.None, bool IsAdvisory = false);

/// <summary>Why a payment is no prior.</summary>
public enum PriorExclusion
{
    None, NotEarlier, TooYoung, TooOld, Disputed, Reported, Declined, OtherCard, OtherMerchant,
}

/// <summary>A payment looked at as a prior.</summary>
/// <param name="Payment">It.</param>
/// <param name="Exclusion">None: it may serve.</param>
/// <param name="AgeByPayment">Days before the disputed payment was processed.</param>
/// <param name="AgeByDispute">Days before the dispute came in.</param>
/// <param name="Elements">What it has in common with the disputed payment.</param>
/// <param name="IsPicked">It is one of those chosen.</param>
public sealed record PriorCandidate(EvidencePayment Payment, PriorExclusion Exclusion, int AgeByPayment, int AgeByDispute, IReadOnlyDictionary<MatchElement, MatchState> Elements, bool IsPicked = false)
{
    public int Same => Elements.Values.Count(s => s == MatchState.Same);
    public int Unknown => Elements.Values.Count(s => s == MatchState.Unknown);
    public bool HasAnchor => Elements[MatchElement.Ip] == MatchState.Same || Elements[MatchElement.Device] == MatchState.Same;

    /// <summary>The two ways to count its age disagree about whether it serves.</summary>
    public bool IsAgeDoubtful { get; init; }
}

/// <param name="Program">Whose rules.</param>
/// <param name="Standing">What comes out of them.</param>
/// <param name="Rules">Each of them.</param>
/// <param name="Picked">The priors chosen, best first.</param>
/// <param name="Candidates">All that were looked at, those picked first, then by rank, then those excluded.</param>
/// <param name="Elements">What is the same over the disputed payment and all picked.</param>
public sealed record Eligibility(
    EvidenceProgram Program, EligibilityStanding Standing, IReadOnlyList<EligibilityRule> Rules, IReadOnlyList<EvidencePayment> Picked, IReadOnlyList<PriorCandidate> Candidates, IReadOnlyDictionary<MatchElement, MatchState> Elements)
{
    public IReadOnlyList<MissingItem> Missing => [.. Rules.Where(r => r.Missing is not null).Select(r => r.Missing!.Value).Distinct().Order()];

    /// <summary>The programme takes disputes of this reason.</summary>
    public bool IsOfReason => Rules.Any(r => r is { Id: "C1" or "M1", Result: RuleResult.Pass });

    /// <summary>The programme that the scheme and reason of a dispute belong to, or null.</summary>
    public static EvidenceProgram? ProgramOf(CardScheme scheme) => scheme switch
    {
        CardScheme.Visa => EvidenceProgram.CompellingEvidence3,
        CardScheme.Mastercard => EvidenceProgram.FirstPartyTrust,
        _ => null,
    };

    /// <summary>The answer of the scheme's own programme; null for a scheme without one.</summary>
    public static Eligibility? Of(EligibilityQuestion question) => ProgramOf(question.Scheme) switch
    {
        EvidenceProgram.CompellingEvidence3 => CompellingEvidence.Judge(question),
        EvidenceProgram.FirstPartyTrust => FirstPartyTrust.Judge(question),
        _ => null,
    };

    /// <summary>Whole days between two instants' days in UTC: that is how the schemes count.</summary>
    internal static int Days(DateTimeOffset from, DateTimeOffset to) => (int)(to.UtcDateTime.Date - from.UtcDateTime.Date).TotalDays;

    internal static readonly MatchElement[] AllElements = [MatchElement.Device, MatchElement.Ip, MatchElement.User, MatchElement.Address];

    internal static Dictionary<MatchElement, MatchState> Compare(IReadOnlyList<EvidencePayment> payments, bool emailIsLogin) => AllElements.ToDictionary(e => e, e => Matching.Of(e, payments, emailIsLogin));

    /// <summary>Why a payment cannot be compared at all; none when age and history must decide.</summary>
    internal static PriorExclusion Exclude(EvidencePayment disputed, EvidencePayment other)
    {
        if (other.Seq == disputed.Seq || other.Processed >= disputed.Processed) return PriorExclusion.NotEarlier;
        if (Matching.IsSameCard(disputed, other) != true) return PriorExclusion.OtherCard;
        if (!string.Equals(disputed.Merchant, other.Merchant, StringComparison.Ordinal)) return PriorExclusion.OtherMerchant;
        if (other.IsDeclined) return PriorExclusion.Declined;
        if (other.IsDisputed) return PriorExclusion.Disputed;
        return other.IsReported ? PriorExclusion.Reported : PriorExclusion.None;
    }
}
