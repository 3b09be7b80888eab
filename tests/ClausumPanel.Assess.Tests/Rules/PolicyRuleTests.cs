using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class PolicyRuleTests
{
    private const long Noon = 1_764_072_000_000;

    [Fact]
    public void A_rule_that_adds_counts_like_a_signal()
    {
        var answer = Judged(Given.TheDocumentedRequest, Rule("when amount > 100 MXN then add 35"), Rule("when email.free then add 50"), Rule("when true then add -3"));
        Assert.Equal((Decision.Review, 32, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal([new RuleHit(0, 35, false), new RuleHit(2, -3, false)], answer.Rules.ToArray());
    }

    [Theory]
    [InlineData("review", Decision.Review)]
    [InlineData("challenge", Decision.Challenge)]
    public void A_rule_raises_the_decision_and_leaves_the_score(string action, Decision decision)
    {
        var answer = Judged(new Given(), Rule($"when true then {action}"), Rule("when true then review"));
        Assert.Equal((decision, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal([new RuleHit(0, 0, false), new RuleHit(1, 0, false)], answer.Rules.ToArray());
    }

    [Fact]
    public void A_rule_softens_nothing_that_the_score_decides()
    {
        var answer = Judged(new Given(), Rule("when true then add 85"), Rule("when true then review"));
        Assert.Equal((Decision.Decline, 85, null), (answer.Decision, answer.Score, answer.BlockedBy));
    }

    [Fact]
    public void A_rule_that_blocks_is_a_hard_block_and_nothing_counts_in_the_payers_favour()
    {
        var answer = Judged(new Given().With(ListType.CustomerId, ListSeverity.Allow), Rule("when true then add -30"), Rule("when true then block") with { Id = "night" }, Rule("when true then add 7"), Rule("when true then allow"), Rule("when true then block"));
        Assert.Equal((Decision.Decline, 100, "rule:night"), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal([new RuleHit(1, 100, false), new RuleHit(2, 7, false), new RuleHit(4, 0, false)], answer.Rules.ToArray());
    }

    [Fact]
    public void A_rule_that_allows_takes_back_all_points_and_lifts_every_demand()
    {
        var answer = Judged(new Given().With(Known.EmailDisposable, true).With(ListType.Email, ListSeverity.Review), Rule("when true then add 15"), Rule("when true then allow"), Rule("when true then challenge"), Rule("when true then block"));
        Assert.Equal((Decision.Approve, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal([new RuleHit(0, 15, false), new RuleHit(1, -60, false), new RuleHit(2, 0, false), new RuleHit(3, 0, false)], answer.Rules.ToArray());
        Assert.Equal(0, answer.Signals.ToArray().Sum(h => h.Weight) + answer.Rules.ToArray().Sum(h => h.Points));
    }

    [Fact]
    public void A_rule_lifts_no_hard_block()
    {
        var listed = Judged(new Given().With(ListType.Email, ListSeverity.Block), Rule("when true then allow"));
        Assert.Equal((Decision.Decline, 100, "blocklist:email", 0), (listed.Decision, listed.Score, listed.BlockedBy, listed.RuleCount));
        Assert.Equal("amount_above_max", Judged(new Given().With(Known.Amount, 1e9), Rule("when true then allow"), Rule("when true then block")).BlockedBy);
    }

    [Fact]
    public void An_allow_entry_takes_back_what_rules_add()
    {
        var answer = Judged(new Given().With(ListType.CustomerId, ListSeverity.Allow), Rule("when true then add 40"), Rule("when true then challenge"), Rule("when true then allow"));
        Assert.Equal((Decision.Approve, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal("On the allow list (customer_id): 40 points taken back", answer.Sentence("allow_list"));
        Assert.Equal(0, answer.Signals.ToArray().Sum(h => h.Weight) + answer.Rules.ToArray().Sum(h => h.Points));
    }

    [Fact]
    public void A_rule_that_only_observes_is_reported_and_changes_nothing()
    {
        PolicyRule[] rules = [.. new[] { "add 40", "review", "challenge", "block", "allow", "add -5" }.Select(action => Rule($"when true then {action}") with { ObserveOnly = true })];
        var answer = Judged(new Given().With(Known.EmailDisposable, true), rules);
        Assert.Equal((Decision.Approve, 20, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal([40, 0, 0, 100, 0, -5], answer.Rules.ToArray().Select(h => (int)h.Points));
        Assert.All(answer.Rules.ToArray(), hit => Assert.True(hit.Observed));
        Assert.Equal(6, Judged(new Given().With(ListType.Email, ListSeverity.Block), rules).RuleCount);
    }

    [Fact]
    public void A_rule_holds_within_its_scope_only()
    {
        var rule = Rule("when true then review");
        Assert.Equal([0, 1], Fires(rule with { Flow = Flow.PayOut }, new Given(), Given.APayout));
        Assert.Equal([1, 0], Fires(rule with { Flow = Flow.PayIn }, new Given(), Given.APayout));
        Assert.Equal([1, 0], Fires(rule with { Currency = "MXN" }, new Given(), new Given().With(Known.Currency, "USD")));
        Assert.Equal([1, 0, 0], Fires(rule with { Submerchant = "shop-1" }, new Given().With(Known.SubmerchantId, "shop-1"), new Given().With(Known.SubmerchantId, "shop-2"), new Given()));
        Assert.Equal([0], Fires(rule with { Enabled = false }, new Given()));

        static int[] Fires(PolicyRule rule, params Given[] given) => [.. given.Select(g => Judged(g, rule).RuleCount)];
    }

    [Fact]
    public void A_rule_holds_from_its_beginning_until_before_its_end()
    {
        var rule = Rule("when true then review") with { Starts = Noon, Ends = Noon + 1_000 };
        Assert.Equal([0, 1, 1, 0], new[] { -1, 0, 999, 1_000 }.Select(after => At(Noon + after, rule)));
        Assert.Equal([0, 1], new[] { -1, 0 }.Select(after => At(Noon + after, rule with { Ends = null })));
        Assert.Equal([1, 0], new[] { 999, 1_000 }.Select(after => At(Noon + after, rule with { Starts = null })));
        Assert.Equal(0, Judged(new Given(), rule with { Starts = null }, rule with { Ends = null }).RuleCount);

        static int At(long moment, PolicyRule rule)
        {
            var answer = new Assessment();
            new Assessor(With(rule)).Assess(new Given().Facts, moment, answer);
            return answer.RuleCount;
        }
    }

    [Fact]
    public void Lists_are_handed_to_the_assessor()
    {
        var policy = With(Rule("when email in list \"vip\" then review"));
        var lists = new RuleLists(new Dictionary<string, IReadOnlySet<string>> { ["vip"] = new HashSet<string> { "ana@example.com" } });
        var answer = new Assessment();
        new Assessor(policy, lists).Assess(new Given().With(Known.Email, "ana@example.com").Facts, answer);
        Assert.Equal(Decision.Review, answer.Decision);
        Assert.False(Assessor.TryCreate(policy, out _, out var problems, RuleLists.None));
        Assert.Equal("rules[0].text (line 1, column 20): there is no list vip", Assert.Single(problems).ToString());
    }

    [Fact]
    public void The_listed_points_capped_add_up_to_the_score_whatever_rules_and_facts()
    {
        var random = new Random(20_261_125);
        var (facts, answer) = (new Facts(), new Assessment());
        var blocked = new HashSet<string>();
        for (var i = 0; i < 300; i++)
        {
            var policy = With([.. Enumerable.Range(0, 12).Select(_ => Rule(RandomRules.Sound(random).Replace("add 0", $"add {random.Next(-100, 101)}", StringComparison.Ordinal)) with { ObserveOnly = random.Next(4) == 0 })]);
            var assessor = new Assessor(policy);
            for (var j = 0; j < 20; j++)
            {
                assessor.Assess(RandomFacts.Fill(facts, random), answer);
                var sum = answer.Signals.ToArray().Sum(h => h.Weight) + answer.Rules.ToArray().Where(h => !h.Observed).Sum(h => h.Points);
                Assert.Equal(Math.Clamp(sum, 0, 100), answer.Score);
                Assert.Equal(answer.Rules.ToArray().Select(h => h.Rule).Order(), answer.Rules.ToArray().Select(h => h.Rule));
                Assert.True(answer.BlockedBy is null || (answer.Score == 100 && answer.Decision == Decision.Decline));
                blocked.Add(answer.BlockedBy?.Split(':')[0] ?? "");
            }
        }
        Assert.Superset(new HashSet<string> { "", "rule", "blocklist" }, blocked);
    }

    [Fact]
    public void A_hit_that_decides_is_one_without_whose_rule_the_decision_is_another()
    {
        var random = new Random(20_261_128);
        var (facts, answer, without, scratch) = (new Facts(), new Assessment(), new Assessment(), new Assessment());
        var decided = 0;
        for (var i = 0; i < 300; i++)
        {
            var assessor = new Assessor(With([.. Enumerable.Range(0, 12).Select(_ => Rule(RandomRules.Sound(random).Replace("add 0", $"add {random.Next(-100, 101)}", StringComparison.Ordinal)) with { ObserveOnly = random.Next(4) == 0 })]));
            for (var j = 0; j < 20; j++)
            {
                assessor.Assess(RandomFacts.Fill(facts, random), Noon, answer);
                assessor.MarkDecisive(facts, Noon, answer, scratch);
                foreach (var hit in answer.Rules)
                {
                    assessor.AssessWithout(hit.Rule, facts, Noon, without);
                    Assert.Equal(without.Decision == answer.Decision ? null : without.Decision, hit.Without);
                    if (hit.Without is not null) decided++;
                }
            }
        }
        Assert.True(decided > 100);
    }

    [Fact]
    public void Judging_by_two_hundred_rules_allocates_nothing()
    {
        var random = new Random(4);
        var assessor = new Assessor(With([.. Enumerable.Range(0, RuleLimits.Rules).Select(_ => Rule(RandomRules.Sound(random)))]));
        var sets = Enumerable.Range(0, 20).Select(_ => RandomFacts.Fill(new Facts(), random)).ToArray();
        var (answer, scratch, most) = (new Assessment(), new Assessment(), 0);
        foreach (var set in sets) assessor.Assess(set, Noon, answer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
        {
            assessor.Assess(sets[i % sets.Length], Noon, answer);
            assessor.MarkDecisive(sets[i % sets.Length], Noon, answer, scratch);
            most = Math.Max(most, answer.RuleCount);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(most > 20);
    }

    [Fact]
    public void What_fired_is_stored_beside_the_signals_and_comes_back()
    {
        var random = new Random(6);
        var (facts, answer, again) = (new Facts(), new Assessment(), new Assessment());
        var (bytes, signals, rules) = (new byte[SignalHits.MostBytes], new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules]);
        var assessor = new Assessor(With([.. Enumerable.Range(0, RuleLimits.Rules).Select(i => Rule(RandomRules.Sound(random)) with { ObserveOnly = i % 3 == 0 })]));
        var decided = 0;
        for (var i = 0; i < 200; i++)
        {
            assessor.Assess(RandomFacts.Fill(facts, random), Noon, answer);
            assessor.MarkDecisive(facts, Noon, answer, again);
            decided += answer.Rules.ToArray().Count(hit => hit.Without is not null);
            var written = bytes.AsSpan(0, SignalHits.Write(answer.Signals, answer.Rules, bytes));
            var (signalCount, ruleCount) = (SignalHits.Read(written, signals), SignalHits.ReadRules(written, rules));
            again.Restore(answer.Decision, answer.Score, answer.BlockedBy, signals.AsSpan(0, signalCount), rules.AsSpan(0, ruleCount));
            Assert.Equal(answer.Signals.ToArray(), again.Signals.ToArray());
            Assert.Equal(answer.Rules.ToArray(), again.Rules.ToArray());
        }
        Assert.True(answer.RuleCount > 0 && decided > 0);
    }

    [Fact]
    public void Hits_without_rules_are_stored_as_ever_and_broken_ones_are_refused()
    {
        var answer = Judged(new Given().With(Known.EmailDisposable, true), Rule("when true then add 5"));
        var (old, bytes) = (new byte[64], new byte[64]);
        var length = SignalHits.Write(answer.Signals, [], bytes);
        Assert.Equal(old.AsSpan(0, SignalHits.Write(answer.Signals, old)), bytes.AsSpan(0, length));
        Assert.Equal(0, SignalHits.ReadRules(old.AsSpan(0, length), new RuleHit[1]));

        Assert.Equal(length + 3, SignalHits.Write(answer.Signals, answer.Rules, bytes));
        Assert.Throws<FormatException>(() => SignalHits.ReadRules(bytes.AsSpan(0, 2), new RuleHit[1]));
        Assert.Throws<FormatException>(() => SignalHits.ReadRules(bytes.AsSpan(0, length + 3), []));
        Assert.Throws<FormatException>(() => SignalHits.ReadRules([2], new RuleHit[1]));
        Assert.Throws<FormatException>(() => SignalHits.ReadRules([3, 0xFF, 0xFF, 3], new RuleHit[1]));
        Assert.Throws<FormatException>(() => SignalHits.ReadRules([3, 1, 5 << 2], new RuleHit[1]));
    }

    [Fact]
    public void Rules_are_written_with_the_policy_and_read_back()
    {
        var policy = With(
            Rule("when amount > 5000 MXN # large\nthen add 10") with { Id = "large", Reason = "Large & \"odd\"" },
            Rule("not yet") with { Id = "later", Flow = Flow.PayOut, Currency = "CLP", Submerchant = "shop-1", Starts = Noon, Ends = Noon + 1, Enabled = false, ObserveOnly = true });
        var json = PolicyJson.Write(policy);
        Assert.Contains("""{"id":"large","name":"A rule","text":"when amount > 5000 MXN # large\nthen add 10","reason":"Large & \"odd\"","enabled":true,"observe_only":false}""", json);
        Assert.True(PolicyJson.TryRead(json, out var back, out var problems), string.Join("\n", problems));
        Assert.Equal(policy.Rules, back.Rules);
        Assert.Equal(json, PolicyJson.Write(back));
        Assert.Equal(policy.Rules, policy.Complete().Rules);

        Assert.DoesNotContain("rules", PolicyJson.Write(Policy.Default));
        Assert.True(PolicyJson.TryRead(PolicyJson.Write(Policy.Default), out var without, out _));
        Assert.Empty(without.Rules);
    }

    [Theory]
    [InlineData("""{}""", "rules: must be an array of rules, not {}")]
    [InlineData("""[5]""", "rules[0]: must be an object, not 5")]
    [InlineData("""[{"id":"a","name":"A"}]""", "rules[0]: text is missing")]
    [InlineData("""[{"id":"a","name":"A","text":5}]""", "rules[0].text: must be a text, not 5")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","colour":1}]""", "rules[0].colour: colour is not known here")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","scope":{"flow":"in"}}]""", "rules[0].scope.flow: must be payin or payout, not \"in\"")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","scope":{"currency":"MXM"}}]""", "rules[0].scope.currency: MXM is no currency of ISO 4217; did you mean MXN?")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","scope":{"submerchant":""}}]""", "rules[0].scope.submerchant: must have 1 to 128 characters, not 0")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","starts":-1}]""", "rules[0].starts: must be a whole number between 0")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review","starts":5,"ends":5}]""", "rules[0].ends: must be later than starts")]
    [InlineData("""[{"id":"A b","name":"A","text":"when true then review"}]""", "rules[0].id: must be 1 to 64 lower-case letters, digits, - and _")]
    [InlineData("""[{"id":"a","name":"","text":"when true then review"}]""", "rules[0].name: must have 1 to 100 characters, not 0")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review"},{"id":"a","name":"B","text":"when true then review"}]""", "rules[1].id: is named twice")]
    [InlineData("""[{"id":"a","name":"A","text":"when true then review"},{"id":"b","name":"B","text":"when amount > 5\n and card.contry = \"MX\" then review"}]""", "rules[1].text (line 2, column 6): card.contry is no fact; did you mean card.country?")]
    public void A_wrong_rule_is_refused_with_place_and_reason(string rules, string expected)
    {
        Assert.False(PolicyJson.TryRead("""{"bands":{"review":30,"challenge":50,"decline":80},"rules":""" + rules + "}", out _, out var problems));
        Assert.Contains(problems, p => p.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.All(problems, p => Assert.Contains(p.Sentence, EnglishTexts.All));
    }

    [Fact]
    public void A_policy_has_two_hundred_rules_and_no_more()
    {
        Assert.True(Assessor.TryCreate(With([.. Enumerable.Range(0, 200).Select(_ => Rule("when true then add 1"))]), out _, out _));
        Assert.False(Assessor.TryCreate(With([.. Enumerable.Range(0, 201).Select(_ => Rule("when true then add 1"))]), out _, out var problems));
        Assert.Equal("rules: a policy has at most 200 rules, not 201", Assert.Single(problems).ToString());
    }

    [Fact]
    public void A_stored_rule_that_can_no_longer_be_read_is_off_and_keeps_its_place()
    {
        var json = PolicyJson.Write(With(Rule("when gone.fact > 1 then block") with { Id = "gone" }, Rule("when true then add 5") with { Id = "here" }));
        Assert.True(PolicyJson.TryReadStored(json, out var policy, out var passedOver));
        Assert.Equal(["rules[0].text"], passedOver.Select(p => p.Place));
        Assert.Equal([false, true], policy.Rules.Select(r => r.Enabled));
        var answer = new Assessment();
        new Assessor(policy).Assess(new Given().Facts, answer);
        Assert.Equal([new RuleHit(1, 5, false)], answer.Rules.ToArray());
    }

    private static PolicyRule Rule(string text) => new("", "A rule", text, "");

    private static Policy With(params PolicyRule[] rules) => Policy.Default with { Rules = [.. rules.Select((rule, i) => rule.Id.Length > 0 ? rule : rule with { Id = $"r{i}" })] };

    private static Assessment Judged(Given given, params PolicyRule[] rules) => given.Judged(With(rules));
}
