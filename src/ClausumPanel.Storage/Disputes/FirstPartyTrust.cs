using System.Globalization;

namespace ClausumPanel.Storage.Disputes;

/// <summary>Mastercard First-Party Trust: an earlier undisputed purchase of the same card, and three marks of identity that it shares with the disputed one.</summary>
public static class FirstPartyTrust
{
    public const int MarksNeeded = 3;

    public static Eligibility Judge(EligibilityQuestion question)
    {
        var isReason = question.Scheme == CardScheme.Mastercard && question.TrustCodes.Contains(question.ReasonCode, StringComparer.OrdinalIgnoreCase);
        var reason = new EligibilityRule("M1", isReason ? RuleResult.Pass : RuleResult.Fail, $"{question.Scheme} {question.ReasonCode}", question.Payment is { } p ? [p.Seq] : [], null, isReason ? EligibilityAdvice.None : EligibilityAdvice.OtherReason);
        if (question.Payment is not { } disputed)
        {
            return new Eligibility(EvidenceProgram.FirstPartyTrust, isReason ? EligibilityStanding.RequiresAction : EligibilityStanding.NotQualified,
                [reason, new("M2", RuleResult.Unknown, "", [], MissingItem.PriorUndisputedTransactions, EligibilityAdvice.MatchPayment)], [], [], Eligibility.AllElements.ToDictionary(e => e, _ => MatchState.Unknown));
        }
        var candidates = question.Others.Where(o => o.Seq != disputed.Seq).DistinctBy(o => o.Seq).Select(other => new PriorCandidate(other, Eligibility.Exclude(disputed, other), Eligibility.Days(other.Processed, disputed.Processed),
            Eligibility.Days(other.Processed, question.ReceivedAt), Eligibility.Compare([disputed, other], question.EmailIsLogin))).ToList();
        var usable = candidates.Where(c => c.Exclusion == PriorExclusion.None).OrderByDescending(c => c.Same).ThenByDescending(c => c.Unknown).ThenByDescending(c => c.Payment.Processed).ThenByDescending(c => c.Payment.Seq).ToList();
        // Two are shown where there are two; one is enough.
        var picked = usable.Take(1).Concat(usable.Skip(1).Take(1).Where(c => c.Same >= MarksNeeded)).ToList();
        IReadOnlyDictionary<MatchElement, MatchState> elements = picked.Count == 0 ? Eligibility.AllElements.ToDictionary(e => e, _ => MatchState.Unknown) : picked[0].Elements;
        var same = elements.Where(e => e.Value == MatchState.Same).Select(e => e.Key).ToList();
        var possible = elements.Values.Count(e => e != MatchState.Differs);
        long[] all = [disputed.Seq, .. picked.Select(c => c.Payment.Seq)];
        var has = picked.Count > 0;
        List<EligibilityRule> rules =
        [
            reason,
            new("M2", has ? RuleResult.Pass : RuleResult.Fail, picked.Count.ToString(CultureInfo.InvariantCulture), [.. picked.Select(c => c.Payment.Seq)], has ? null : MissingItem.PriorUndisputedTransactions, has ? EligibilityAdvice.None : EligibilityAdvice.FindPriors),
            new("M3", same.Count >= MarksNeeded ? RuleResult.Pass : has && possible < MarksNeeded ? RuleResult.Fail : RuleResult.Unknown, $"{same.Count}/{MarksNeeded}: {CompellingEvidence.Words(same)}".TrimEnd(' ', ':'), all,
                same.Count >= MarksNeeded ? null : MissingItem.CustomerIdentifiers, same.Count >= MarksNeeded ? EligibilityAdvice.None : EligibilityAdvice.AddIdentifiers),
            new("M4", has ? RuleResult.Pass : RuleResult.Unknown, string.Create(CultureInfo.InvariantCulture, $"{candidates.Count(c => c.Exclusion is PriorExclusion.Disputed or PriorExclusion.Reported)}"), [.. picked.Select(c => c.Payment.Seq)], IsAdvisory: !has),
            new("M5", disputed.Description is not null ? RuleResult.Pass : RuleResult.Unknown, disputed.Description is null ? "0/1" : "1/1", [disputed.Seq], disputed.Description is null ? MissingItem.DisputedTransactionDescription : null,
                disputed.Description is null ? EligibilityAdvice.AddDescriptions : EligibilityAdvice.None),
        ];
        var standing = rules.Exists(r => !r.IsAdvisory && r.Result == RuleResult.Fail) ? EligibilityStanding.NotQualified
            : rules.TrueForAll(r => r.IsAdvisory || r.Result == RuleResult.Pass) ? EligibilityStanding.Qualified : EligibilityStanding.RequiresAction;
        var chosen = picked.Select(c => c.Payment.Seq).ToHashSet();
        return new Eligibility(EvidenceProgram.FirstPartyTrust, standing, rules, [.. picked.Select(c => c.Payment)],
            [.. picked.Select(c => c with { IsPicked = true }), .. usable.Where(c => !chosen.Contains(c.Payment.Seq)),
                .. candidates.Where(c => c.Exclusion != PriorExclusion.None).OrderBy(c => c.Exclusion).ThenByDescending(c => c.Payment.Processed).ThenByDescending(c => c.Payment.Seq)], elements);
    }
}
