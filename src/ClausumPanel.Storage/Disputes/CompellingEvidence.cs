using System.Globalization;

namespace ClausumPanel.Storage.Disputes;

/// <summary>Visa Compelling Evidence 3.0: two earlier, undisputed payments of the same card, 120 to 365 days old, that share two marks with the disputed one, one of them the device or the IP address.</summary>
public static class CompellingEvidence
{
    public const int YoungestDays = 120, OldestDays = 365, ShortestFingerprint = 20, ShortestDeviceId = 15, DescriptorPrefix = 6;

    /// <summary>So many of the best are paired with each other.</summary>
    private const int MostPaired = 60;

    public static Eligibility Judge(EligibilityQuestion question)
    {
        var isReason = question is { Scheme: CardScheme.Visa, ReasonCode: "10.4" };
        if (question.Payment is not { } disputed) return Unmatched(isReason, question);
        var candidates = question.Others.Where(p => p.Seq != disputed.Seq).DistinctBy(p => p.Seq).Select(p => Candidate(question, disputed, p)).ToList();
        var usable = candidates.Where(c => c.Exclusion == PriorExclusion.None).OrderByDescending(c => c.Same).ThenByDescending(c => c.HasAnchor).ThenBy(c => c.IsAgeDoubtful).ThenByDescending(c => c.Unknown)
            .ThenByDescending(c => c.Payment.Processed).ThenByDescending(c => c.Payment.Seq).Take(MostPaired).ToList();
        var picked = Pick(question, disputed, usable);
        List<EvidencePayment> three = [disputed, .. picked.Select(p => p.Payment)];
        var elements = Eligibility.Compare(three, question.EmailIsLogin);
        var rules = Rules(question, isReason, disputed, picked, three, elements, candidates);
        var chosen = picked.Select(p => p.Payment.Seq).ToHashSet();
        return new Eligibility(EvidenceProgram.CompellingEvidence3, Standing(rules, elements, picked.Count), rules, [.. picked.Select(p => p.Payment)],
            [.. picked.Select(p => p with { IsPicked = true }), .. usable.Where(c => !chosen.Contains(c.Payment.Seq)),
                .. candidates.Where(c => c.Exclusion != PriorExclusion.None).OrderBy(c => c.Exclusion).ThenByDescending(c => c.Payment.Processed).ThenByDescending(c => c.Payment.Seq)], elements);
    }

    private static Eligibility Unmatched(bool isReason, EligibilityQuestion question)
    {
        List<EligibilityRule> rules =
        [
            new("C1", isReason ? RuleResult.Pass : RuleResult.Fail, $"{question.Scheme} {question.ReasonCode}", [], null, isReason ? EligibilityAdvice.None : EligibilityAdvice.OtherReason),
            new("C2", RuleResult.Unknown, "", [], MissingItem.PriorUndisputedTransactions, EligibilityAdvice.MatchPayment),
            new("C5", RuleResult.Unknown, "", [], MissingItem.CustomerIdentifiers, EligibilityAdvice.MatchPayment),
        ];
        return new Eligibility(EvidenceProgram.CompellingEvidence3, isReason ? EligibilityStanding.RequiresAction : EligibilityStanding.NotQualified, rules, [], [], Eligibility.AllElements.ToDictionary(e => e, _ => MatchState.Unknown));
    }

    private static PriorCandidate Candidate(EligibilityQuestion question, EvidencePayment disputed, EvidencePayment other)
    {
        var (byPayment, byDispute) = (Eligibility.Days(other.Processed, disputed.Processed), Eligibility.Days(other.Processed, question.ReceivedAt));
        var exclusion = Eligibility.Exclude(disputed, other);
        // Money sent to a cardholder needs no earlier payments of a certain age.
        var youngest = disputed.IsOriginalCredit ? 0 : YoungestDays;
        var (first, second) = (IsIn(byPayment), IsIn(byDispute));
        if (exclusion == PriorExclusion.None && !first && !second) exclusion = byPayment < youngest ? PriorExclusion.TooYoung : PriorExclusion.TooOld;
        return new PriorCandidate(other, exclusion, byPayment, byDispute, Eligibility.Compare([disputed, other], question.EmailIsLogin)) { IsAgeDoubtful = first != second };

        bool IsIn(int days) => days >= youngest && days <= OldestDays;
    }

    /// <summary>The pair that gets furthest: two marks with an anchor, then undoubted ages, then what can still be filled in, then the newest.</summary>
    private static List<PriorCandidate> Pick(EligibilityQuestion question, EvidencePayment disputed, List<PriorCandidate> usable)
    {
        if (usable.Count < 2) return usable;
        (PriorCandidate One, PriorCandidate Two)? best = null;
        (int, int, int, int, int, int, long, long) rank = default;
        for (var i = 0; i < usable.Count; i++)
            for (var j = i + 1; j < usable.Count; j++)
            {
                var (one, two) = (usable[i], usable[j]);
                var elements = Eligibility.Compare([disputed, one.Payment, two.Payment], question.EmailIsLogin);
                var (same, unknown) = (elements.Values.Count(e => e == MatchState.Same), elements.Values.Count(e => e == MatchState.Unknown));
                var mine = (Serves(elements) ? 2 : CanServe(elements) ? 1 : 0, (one.IsAgeDoubtful ? 0 : 1) + (two.IsAgeDoubtful ? 0 : 1), IsLongEnough(elements, [disputed, one.Payment, two.Payment]) ? 1 : 0, Described(one) + Described(two), same, unknown,
                    one.Payment.Processed.ToUnixTimeMilliseconds() + two.Payment.Processed.ToUnixTimeMilliseconds(), one.Payment.Seq + two.Payment.Seq);
                if (best is not null && mine.CompareTo(rank) <= 0) continue;
                (best, rank) = ((one, two), mine);
            }
        return [best!.Value.One, best.Value.Two];

        static int Described(PriorCandidate c) => c.Payment.Description is null ? 0 : 1;
    }

    private static bool Serves(Dictionary<MatchElement, MatchState> elements) =>
        elements.Values.Count(e => e == MatchState.Same) >= 2 && (elements[MatchElement.Ip] == MatchState.Same || elements[MatchElement.Device] == MatchState.Same);

    /// <summary>It would if everything unknown turned out to be the same.</summary>
    private static bool CanServe(Dictionary<MatchElement, MatchState> elements) =>
        elements.Values.Count(e => e != MatchState.Differs) >= 2 && (elements[MatchElement.Ip] != MatchState.Differs || elements[MatchElement.Device] != MatchState.Differs);

    /// <summary>Short ids are not taken; a device counts by whichever of its two ids is the same and long enough.</summary>
    private static bool IsLongEnough(Dictionary<MatchElement, MatchState> elements, IReadOnlyList<EvidencePayment> three) =>
        elements[MatchElement.Device] != MatchState.Same || IsOne(three.Select(p => p.DeviceId), ShortestDeviceId) || IsOne(three.Select(p => p.Fingerprint), ShortestFingerprint);

    private static bool IsOne(IEnumerable<string?> ids, int shortest) => ids.Select(Matching.Word).Distinct().ToList() is [{ } only] && only.Length >= shortest;

    private static List<EligibilityRule> Rules(
        EligibilityQuestion question, bool isReason, EvidencePayment disputed, List<PriorCandidate> picked, List<EvidencePayment> three, Dictionary<MatchElement, MatchState> elements, List<PriorCandidate> candidates)
    {
        long[] all = [.. three.Select(p => p.Seq)];
        long[] priors = [.. picked.Select(p => p.Payment.Seq)];
        var isWhole = picked.Count == 2;
        var same = elements.Where(e => e.Value == MatchState.Same).Select(e => e.Key).ToList();
        var excluded = candidates.Where(c => c.Exclusion is PriorExclusion.Disputed or PriorExclusion.Reported).ToList();
        var doubtful = picked.Any(p => p.IsAgeDoubtful);
        var rules = new List<EligibilityRule>
        {
            new("C1", isReason ? RuleResult.Pass : RuleResult.Fail, $"{question.Scheme} {question.ReasonCode}", [disputed.Seq], null, isReason ? EligibilityAdvice.None : EligibilityAdvice.OtherReason),
            new("C2", isWhole ? RuleResult.Pass : picked.Count == 1 ? RuleResult.Unknown : RuleResult.Fail, $"{picked.Count}/2", priors, isWhole ? null : MissingItem.PriorUndisputedTransactions, isWhole ? EligibilityAdvice.None : EligibilityAdvice.FindPriors),
            // Whoever was disputed or reported is no candidate, so the chosen ones are clean as far as this panel was told.
            new("C3", picked.Count == 0 ? RuleResult.Unknown : RuleResult.Pass, string.Create(CultureInfo.InvariantCulture, $"{excluded.Count(c => c.Exclusion == PriorExclusion.Disputed)} / {excluded.Count(c => c.Exclusion == PriorExclusion.Reported)}"), priors),
            new("C4", picked.Count == 0 ? RuleResult.Unknown : doubtful ? RuleResult.Unknown : RuleResult.Pass, string.Join(", ", picked.Select(p => Ages(p))), priors, null,
                doubtful ? EligibilityAdvice.AskWhichDateCounts : EligibilityAdvice.None),
            new("C5", !isWhole ? RuleResult.Unknown : same.Count >= 2 ? RuleResult.Pass : CanServe(elements) ? RuleResult.Unknown : RuleResult.Fail, Words(same), all, isWhole && same.Count >= 2 ? null : MissingItem.CustomerIdentifiers,
                isWhole && same.Count >= 2 ? EligibilityAdvice.None : EligibilityAdvice.AddIdentifiers),
        };
        var hasAnchor = same.Contains(MatchElement.Ip) || same.Contains(MatchElement.Device);
        var mayAnchor = elements[MatchElement.Ip] != MatchState.Differs || elements[MatchElement.Device] != MatchState.Differs;
        rules.Add(new("C6", !isWhole ? RuleResult.Unknown : hasAnchor ? RuleResult.Pass : mayAnchor ? RuleResult.Unknown : RuleResult.Fail, Words(same.Where(e => e is MatchElement.Ip or MatchElement.Device)), all,
            isWhole && hasAnchor ? null : MissingItem.CustomerIdentifiers, isWhole && hasAnchor ? EligibilityAdvice.None : three.Exists(p => p is { IsMerchantInitiated: true, InitialIp: null }) ? EligibilityAdvice.AddInitialIp : EligibilityAdvice.AddIdentifiers));
        var describedPriors = picked.Count(p => p.Payment.Description is not null);
        rules.Add(new("C7", disputed.Description is not null && isWhole && describedPriors == 2 ? RuleResult.Pass : RuleResult.Unknown, string.Create(CultureInfo.InvariantCulture, $"{describedPriors + (disputed.Description is null ? 0 : 1)}/3"), all,
            disputed.Description is null ? MissingItem.DisputedTransactionDescription : picked.Count > 0 && describedPriors < picked.Count ? MissingItem.PriorUndisputedTransactionDescription : null,
            disputed.Description is not null && describedPriors == picked.Count ? EligibilityAdvice.None : EligibilityAdvice.AddDescriptions));
        if (disputed.Description is null && picked.Count > 0 && describedPriors < picked.Count)
            rules.Add(new("C7", RuleResult.Unknown, string.Create(CultureInfo.InvariantCulture, $"{describedPriors}/2"), priors, MissingItem.PriorUndisputedTransactionDescription, EligibilityAdvice.AddDescriptions));
        rules.AddRange(Form(disputed, three, elements, same));
        var descriptors = three.Select(p => Matching.Word(p.Descriptor)?.ToUpperInvariant()).ToList();
        var isPrefixKnown = isWhole && !descriptors.Contains(null);
        var isPrefixSame = isPrefixKnown && descriptors.OfType<string>().Select(d => d[..Math.Min(DescriptorPrefix, d.Length)]).Distinct().Count() == 1;
        rules.Add(new("C9", !isPrefixKnown ? RuleResult.Unknown : isPrefixSame ? RuleResult.Pass : RuleResult.Fail, string.Join(", ", descriptors.Where(d => d is not null).Distinct()), all, null, isPrefixSame ? EligibilityAdvice.None : EligibilityAdvice.CheckDescriptor,
            IsAdvisory: !isPrefixKnown));
        var emailOnly = !question.EmailIsLogin && three.Count > 1 && elements[MatchElement.User] == MatchState.Unknown && three.TrueForAll(p => p.Email is not null) && three.DistinctBy(p => p.Email!.Trim().ToLowerInvariant()).Count() == 1;
        var borrowed = three.Exists(p => p.IsMerchantInitiated);
        rules.Add(new("C10", borrowed && three.Exists(p => p is { IsMerchantInitiated: true, InitialIp: null }) && same.Count < 3 ? RuleResult.Unknown : RuleResult.Pass, borrowed ? "merchant_initiated" : emailOnly ? "email" : "consumer", all, null,
            emailOnly ? EligibilityAdvice.EmailIsNotLogin : borrowed && three.Exists(p => p is { IsMerchantInitiated: true, InitialIp: null }) ? EligibilityAdvice.AddInitialIp : EligibilityAdvice.None, IsAdvisory: true));
        rules.Add(new("C11", RuleResult.Pass, disputed.IsOriginalCredit ? "original_credit" : "purchase", [disputed.Seq], IsAdvisory: true));
        var outside = candidates.Count(c => c.Exclusion == PriorExclusion.OtherMerchant);
        rules.Add(new("C12", RuleResult.Pass, outside.ToString(CultureInfo.InvariantCulture), [], null, outside > 0 ? EligibilityAdvice.OutsideMerchants : EligibilityAdvice.None, IsAdvisory: true));
        return rules;
    }

    /// <summary>What the providers' forms ask of the values.</summary>
    private static IEnumerable<EligibilityRule> Form(EvidencePayment disputed, List<EvidencePayment> three, Dictionary<MatchElement, MatchState> elements, List<MatchElement> same)
    {
        long[] all = [.. three.Select(p => p.Seq)];
        // A mark that is too short only hurts where two others do not carry it.
        var longEnough = IsLongEnough(elements, three);
        var fullAddress = elements[MatchElement.Address] != MatchState.Same || three.TrueForAll(p => Matching.IsFullAddress(p.ShippingAddress));
        var good = same.Where(e => (e != MatchElement.Device || longEnough) && (e != MatchElement.Address || fullAddress)).ToList();
        var carries = good.Count >= 2 && (good.Contains(MatchElement.Ip) || good.Contains(MatchElement.Device));
        var isForm = carries || same.Count < 2;
        yield return new("C8", isForm && disputed.Goods is not null ? RuleResult.Pass : RuleResult.Unknown, string.Join(", ", new[] { longEnough ? null : "device_id", fullAddress ? null : "shipping_address", disputed.Goods }.Where(t => t is not null)), all,
            disputed.Goods is null ? MissingItem.MerchandiseOrServices : isForm ? null : MissingItem.CustomerIdentifiers,
            disputed.Goods is null ? EligibilityAdvice.AddGoodsType : isForm ? EligibilityAdvice.None : longEnough ? EligibilityAdvice.FullAddress : EligibilityAdvice.LongerDeviceId);
    }

    private static EligibilityStanding Standing(List<EligibilityRule> rules, Dictionary<MatchElement, MatchState> elements, int picked)
    {
        var binding = rules.Where(r => !r.IsAdvisory).ToList();
        // A descriptor can be explained, and nothing else that fails can be mended.
        if (binding.Exists(r => r.Result == RuleResult.Fail && r.Id != "C9") || (picked == 2 && !CanServe(elements))) return EligibilityStanding.NotQualified;
        return binding.TrueForAll(r => r.Result == RuleResult.Pass) ? EligibilityStanding.Qualified : EligibilityStanding.RequiresAction;
    }

    private static string Ages(PriorCandidate c) => string.Create(CultureInfo.InvariantCulture, $"{c.AgeByPayment}/{c.AgeByDispute} d");

    internal static string Words(IEnumerable<MatchElement> elements) => string.Join(", ", elements.Select(Word));

    internal static string Word(MatchElement element) => element switch
    {
        MatchElement.User => "user_id",
        MatchElement.Ip => "ip",
        MatchElement.Address => "shipping_address",
        MatchElement.Device => "device",
    };
}
