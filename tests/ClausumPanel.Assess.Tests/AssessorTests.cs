namespace ClausumPanel.Assess.Tests;

public sealed class AssessorTests
{
    [Fact]
    public void The_documented_full_request_is_a_plain_approval()
    {
        var answer = Given.TheDocumentedRequest.Judged();
        Assert.Equal((Decision.Approve, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Empty(answer.Codes());
    }

    [Fact]
    public void The_documented_minimum_request_is_a_plain_approval()
    {
        var answer = new Given().Judged();
        Assert.Equal((Decision.Approve, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
    }

    [Fact]
    public void The_documented_example_of_55_points_comes_out_exactly()
    {
        var sixth = Given.TheDocumentedRequest.With(Known.EmailDisposable, true);
        foreach (var kind in new[] { EntityKind.Email, EntityKind.Customer, EntityKind.Card, EntityKind.Device, EntityKind.Ip, EntityKind.IpNetwork, EntityKind.Phone, EntityKind.CardBin })
        {
            foreach (var window in Enum.GetValues<Window>()) sixth.With(kind, Measure.Count, window, 5).With(kind, Measure.Sum, window, 75_000);
            sixth.With(kind, HistoryPart.Count, 5).With(kind, HistoryPart.Approved, 5).With(kind, HistoryPart.Age, 300_000).With(kind, HistoryPart.SinceLast, 30_000)
                .With(kind, HistoryPart.AmountCount, 5).With(kind, HistoryPart.AmountMean, 15_000).With(kind, HistoryPart.AmountDeviation, 0);
        }
        var answer = sixth.Judged();

        Assert.Equal((Decision.Challenge, 55, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal(["high_velocity", "disposable_email"], answer.Codes());
        Assert.Equal([35, 20], answer.Signals.ToArray().Select(h => (int)h.Weight));
        Assert.Equal("6 transactions in the last hour", answer.Sentence("high_velocity"));
        Assert.Equal("Disposable email detected", answer.Sentence("disposable_email"));
    }

    [Fact]
    public void The_documented_example_of_8_points_comes_out_exactly()
    {
        var answer = Given.TheDocumentedRequest.With(Known.SessionDuration, 2_400).Judged();
        Assert.Equal((Decision.Approve, 8), (answer.Decision, answer.Score));
        Assert.Equal(["short_session"], answer.Codes());
    }

    [Theory, MemberData(nameof(ListTypes))]
    public void An_entry_on_a_block_list_declines_with_100_points_and_says_which(ListType type)
    {
        var answer = new Given().With(type, ListSeverity.Block).Judged();
        Assert.Equal((Decision.Decline, 100, "blocklist:" + FactCatalog.ListName(type)), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal(100, Assert.Single(answer.Signals.ToArray()).Weight);
        Assert.Contains("on the block list", answer.Sentence("blocklist_" + FactCatalog.ListName(type)));
    }

    [Theory, MemberData(nameof(ListTypes))]
    public void An_entry_of_severity_flag_adds_40_and_leaves_the_decision_to_the_score(ListType type)
    {
        var answer = new Given().With(type, ListSeverity.Flag).Judged();
        Assert.Equal((Decision.Review, 40, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Contains("on the flag list", answer.Sentence("blocklist_" + FactCatalog.ListName(type)));
    }

    [Theory, MemberData(nameof(ListTypes))]
    public void An_entry_of_severity_review_adds_25_and_sends_to_review(ListType type)
    {
        var answer = new Given().With(type, ListSeverity.Review).Judged();
        Assert.Equal((Decision.Review, 25, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Contains("review list", answer.Sentence("blocklist_" + FactCatalog.ListName(type)));
    }

    [Fact]
    public void Several_severities_for_one_value_give_the_points_of_the_strictest_and_still_go_to_review()
    {
        var lenient = Policy.Default with { Bands = new Bands(90, 95, 101) };
        var answer = new Given().With(ListType.Email, ListSeverity.Flag | ListSeverity.Review).Judged(lenient);
        Assert.Equal((Decision.Review, 40), (answer.Decision, answer.Score));
        Assert.Single(answer.Codes());
    }

    [Fact]
    public void A_review_entry_does_not_soften_what_the_score_decides()
    {
        var answer = new Given().With(ListType.Email, ListSeverity.Review).With(ListType.IpAddress, ListSeverity.Flag).With(Known.EmailDisposable, true).Judged();
        Assert.Equal((Decision.Decline, 85, null), (answer.Decision, answer.Score, answer.BlockedBy));
    }

    [Fact]
    public void An_amount_over_the_maximum_is_a_hard_block()
    {
        var answer = new Given().With(Known.Amount, 20_000_001).Judged();
        Assert.Equal((Decision.Decline, 100, "amount_above_max"), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal(["amount_above_max"], answer.Codes());
    }

    [Fact]
    public void Limits_hold_for_their_flow_and_currency_only()
    {
        Assert.Null(Given.APayout.With(Known.Amount, 20_000_001).Judged().BlockedBy);
        Assert.Equal("amount_above_max", Given.APayout.With(Known.Amount, 100_000_001).Judged().BlockedBy);
        Assert.Null(new Given().With(Known.Currency, "JPY").With(Known.Amount, 1e12).Judged().BlockedBy);
        Assert.Equal("amount_above_max", new Given().With(Known.Currency, "USD").With(Known.Amount, 1_000_001).Judged().BlockedBy);
    }

    [Fact]
    public void A_decline_by_score_names_nothing_that_blocked_it()
    {
        var answer = new Given().With(EntityKind.Email, HistoryPart.Reported, 1).With(EntityKind.Email, HistoryPart.Disputed, 1).With(Known.EmailDisposable, true).Judged();
        Assert.Equal((Decision.Decline, 90, null), (answer.Decision, answer.Score, answer.BlockedBy));
    }

    [Fact]
    public void On_a_hard_block_nothing_counts_in_the_payers_favour_but_all_else_is_listed()
    {
        var loyal = new Given().With(EntityKind.Customer, HistoryPart.Approved, 50).With(EntityKind.Customer, HistoryPart.Age, 1e11).With(Known.EmailDisposable, true).With(ListType.CardHash, ListSeverity.Block);
        Assert.Equal(["blocklist_card_hash", "disposable_email"], loyal.Judged().Codes());
        Assert.Equal(100, loyal.Judged().Score);
    }

    [Fact]
    public void An_allow_entry_takes_back_all_points_and_says_so()
    {
        var answer = new Given().With(ListType.CustomerId, ListSeverity.Allow).With(ListType.IpAddress, ListSeverity.Flag | ListSeverity.Review).With(Known.EmailDisposable, true).Judged();
        Assert.Equal((Decision.Approve, 0, null), (answer.Decision, answer.Score, answer.BlockedBy));
        Assert.Equal(["blocklist_ip_address", "disposable_email", "allow_list"], answer.Codes());
        Assert.Equal([40, 20, -60], answer.Signals.ToArray().Select(h => (int)h.Weight));
        Assert.Equal("On the allow list (customer_id): 60 points taken back", answer.Sentence("allow_list"));
    }

    [Fact]
    public void An_allow_entry_lifts_no_hard_block()
    {
        Assert.Equal("blocklist:email", new Given().With(ListType.CustomerId, ListSeverity.Allow).With(ListType.Email, ListSeverity.Block).Judged().BlockedBy);
        Assert.Equal("blocklist:email", new Given().With(ListType.Email, ListSeverity.Allow | ListSeverity.Block).Judged().BlockedBy);
        Assert.Equal("amount_above_max", new Given().With(ListType.Email, ListSeverity.Allow).With(Known.Amount, 1e9).Judged().BlockedBy);
    }

    [Fact]
    public void A_list_that_the_policy_silences_still_blocks()
    {
        var silent = Policy.Default with { Signals = [.. Policy.Default.Signals.Select(s => s.Code == "blocklist_email" ? s with { Enabled = false } : s)] };
        Assert.Equal(0, new Given().With(ListType.Email, ListSeverity.Flag | ListSeverity.Review).Judged(silent).SignalCount);
        Assert.Equal(Decision.Approve, new Given().With(ListType.Email, ListSeverity.Review).Judged(silent).Decision);
        Assert.Equal("blocklist:email", new Given().With(ListType.Email, ListSeverity.Block).Judged(silent).BlockedBy);
    }

    [Theory]
    [InlineData(29, Decision.Approve)]
    [InlineData(30, Decision.Review)]
    [InlineData(49, Decision.Review)]
    [InlineData(50, Decision.Challenge)]
    [InlineData(79, Decision.Challenge)]
    [InlineData(80, Decision.Decline)]
    [InlineData(100, Decision.Decline)]
    [InlineData(-20, Decision.Approve)]
    public void The_bands_decide_by_the_score(int weight, Decision decision)
    {
        var policy = Policy.Default with { Signals = [new("disposable_email", weight, true, new Dictionary<string, double>(), new Dictionary<string, IReadOnlyList<string>>())] };
        var answer = new Given().With(Known.EmailDisposable, true).Judged(policy);
        Assert.Equal((decision, Math.Max(weight, 0)), (answer.Decision, answer.Score));
    }

    [Fact]
    public void A_bound_of_101_is_never_reached_by_score()
    {
        var policy = Policy.Default with { Bands = new Bands(30, 50, 101) };
        Assert.Equal(Decision.Challenge, new Given().With(EntityKind.Email, HistoryPart.Reported, 1).With(EntityKind.Email, HistoryPart.Disputed, 1).With(ListType.IpAddress, ListSeverity.Flag).Judged(policy).Decision);
    }

    [Fact]
    public void An_answer_is_refilled_without_a_trace_of_the_one_before()
    {
        var assessor = new Assessor(Policy.Default);
        var answer = new Assessment();
        assessor.Assess(new Given().With(ListType.Email, ListSeverity.Block).With(Known.EmailTld, "xyz").With(Known.EmailSuspiciousTld, true).Facts, answer);
        Assert.Equal(2, answer.SignalCount);
        assessor.Assess(new Given().Facts, answer);
        Assert.Equal((Decision.Approve, 0, null, 0), (answer.Decision, answer.Score, answer.BlockedBy, answer.SignalCount));
    }

    [Fact]
    public void The_listed_weights_capped_add_up_to_the_score_whatever_the_facts()
    {
        var random = new Random(20_261_124);
        var assessors = new[] { Policy.Default, Wild(random), Wild(random), Wild(random) }.Select(p => new Assessor(p)).ToArray();
        var (facts, answer) = (new Facts(), new Assessment());
        var decisions = new HashSet<(Decision, bool, bool)>();
        for (var i = 0; i < 20_000; i++)
        {
            RandomFacts.Fill(facts, random);
            var assessor = assessors[i % assessors.Length];
            assessor.Assess(facts, answer);

            var hits = answer.Signals.ToArray();
            var floor = Enum.GetValues<ListType>().Any(t => assessor.Policy.Of(SignalCatalog.ByCode["blocklist_" + FactCatalog.ListName(t)]).Enabled && facts.Number(FactCatalog.List(t)) is > 0 and var s && ((int)s & 2) != 0);
            var allowed = hits.Any(h => SignalCatalog.Of(h).Code == "allow_list");
            var expected = answer.BlockedBy is not null ? Decision.Decline : allowed ? Decision.Approve : (Decision)Math.Max((byte)assessor.Policy.Bands.For(answer.Score), (byte)(floor ? Decision.Review : Decision.Approve));
            Assert.Equal(Math.Clamp(hits.Sum(h => h.Weight), 0, 100), answer.Score);
            Assert.Equal(expected, answer.Decision);
            Assert.Equal(hits.Length, hits.Select(h => h.Signal).Distinct().Count());
            Assert.Equal(hits.Select(h => h.Signal).Order(), hits.Select(h => h.Signal));
            Assert.True(answer.BlockedBy is null || answer.Score == 100);
            decisions.Add((answer.Decision, answer.BlockedBy is not null, allowed));
        }
        // All ways to decide came up, so the loop above has seen them.
        Assert.Equal(6, decisions.Count);
    }

    [Fact]
    public void Judging_allocates_nothing()
    {
        var random = new Random(1);
        var facts = Enumerable.Range(0, 20).Select(_ => RandomFacts.Fill(new Facts(), random)).Append(Given.TheDocumentedRequest.Facts).ToArray();
        var (assessor, answer) = (new Assessor(Policy.Default), new Assessment());
        foreach (var set in facts) assessor.Assess(set, answer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) assessor.Assess(facts[i % facts.Length], answer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_share_one_assessor()
    {
        var assessor = new Assessor(Policy.Default);
        var sets = Enumerable.Range(0, 200).Select(i => RandomFacts.Fill(new Facts(), new Random(i))).ToArray();
        var alone = sets.Select(set => { var answer = new Assessment(); assessor.Assess(set, answer); return Print(answer); }).ToArray();
        Parallel.For(0, 2_000, i =>
        {
            var answer = new Assessment();
            assessor.Assess(sets[i % sets.Length], answer);
            Assert.Equal(alone[i % sets.Length], Print(answer));
        });
    }

    public static TheoryData<ListType> ListTypes => [.. Enum.GetValues<ListType>()];

    private static string Print(Assessment answer) => $"{answer.Decision} {answer.Score} {answer.BlockedBy} {string.Join(",", answer.Signals.ToArray())}";

    /// <summary>A policy nobody would want, and every rule of arithmetic must hold for.</summary>
    private static Policy Wild(Random random) => Policy.Default with
    {
        Bands = new Bands(10, 10, 60),
        Signals = [.. Policy.Default.Signals.Select(s => s with { Weight = random.Next(-100, 101), Enabled = random.Next(4) > 0 })],
    };
}
