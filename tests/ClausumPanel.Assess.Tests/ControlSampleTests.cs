namespace ClausumPanel.Assess.Tests;

/// <summary>What is let through by chance of what the score declines.</summary>
public sealed class ControlSampleTests
{
    private static readonly Policy Sampling = Policy.Default with { Bands = new Bands(1, 2, 3), ControlSample = new ControlSample(1, [new ControlLimit("MXN", 20_000, 100_000)]) };

    private static Assessment Judge(Given given, Policy policy)
    {
        var answer = new Assessment();
        new Assessor(policy).Assess(given.Facts, answer);
        return answer;
    }

    private static Given Suspicious => new Given().With(Known.EmailDisposable, true);

    [Theory]
    [InlineData(0, true)]
    [InlineData(99, true)]
    [InlineData(100, false)]
    [InlineData(9_999, false)]
    [InlineData(double.NaN, false)]
    public void A_draw_below_the_share_is_let_through_with_its_score(double draw, bool isLetThrough)
    {
        var answer = Judge(Suspicious.With(Known.ControlDraw, draw), Sampling);
        Assert.Equal((isLetThrough ? Decision.Approve : Decision.Decline, isLetThrough), (answer.Decision, answer.IsControl));
        Assert.Equal(Judge(Suspicious, Sampling with { ControlSample = ControlSample.None }).Score, answer.Score);
    }

    [Fact]
    public void Nothing_else_is_let_through()
    {
        Given Drawn() => Suspicious.With(Known.ControlDraw, 0);
        Assert.True(Judge(Drawn().With(Known.Amount, 20_000), Sampling).IsControl);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(Known.Amount, 20_001), Sampling).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(Known.Currency, "USD"), Sampling).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(Known.Amount, 0), Sampling).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(ListType.Email, ListSeverity.Block), Sampling).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(Known.Amount, 10_000), Sampling with { Rules = [new("no", "No", "when amount > 1 MXN then block", "no")] }).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn(), Sampling with { ControlSample = Sampling.ControlSample with { Percent = 0 } }).Decision);
        Assert.False(Judge(Drawn().With(Known.ControlDraw, ControlSample.Draws), Sampling).IsControl);
        var payout = Judge(Given.APayout.With(Known.ControlDraw, 0), Sampling with { Rules = [new("points", "Points", "when amount > 1 MXN then add 50", "points")] });
        Assert.Equal((Decision.Decline, false), (payout.Decision, payout.IsControl));
        var held = Judge(Drawn(), Sampling with { Bands = new Bands(1, 2, 101) });
        Assert.Equal((Decision.Challenge, false), (held.Decision, held.IsControl));
    }

    [Fact]
    public void What_somebody_should_look_at_or_prove_is_not_let_through()
    {
        Given Drawn() => Suspicious.With(Known.ControlDraw, 0);
        Policy With(string action) => Sampling with { Rules = [new("look", "Look", $"when amount > 1 MXN then {action}", "look")] };
        Assert.Equal(Decision.Decline, Judge(Drawn(), With("review")).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn(), With("challenge")).Decision);
        Assert.Equal(Decision.Decline, Judge(Drawn().With(ListType.Email, ListSeverity.Review), Sampling).Decision);
        Assert.True(Judge(Drawn(), With("add 5")).IsControl);
    }

    [Theory, InlineData(EntityKind.Email), InlineData(EntityKind.Customer), InlineData(EntityKind.Card), InlineData(EntityKind.Device), InlineData(EntityKind.Ip), InlineData(EntityKind.Phone)]
    public void Whoever_was_declined_within_the_last_day_is_not_drawn(EntityKind kind)
    {
        Assert.True(Judge(Suspicious.With(Known.ControlDraw, 0).With(kind, Measure.Declines, Window.OneDay, 0), Sampling).IsControl);
        var again = Judge(Suspicious.With(Known.ControlDraw, 0).With(kind, Measure.Declines, Window.OneDay, 1), Sampling);
        Assert.Equal((Decision.Decline, false, false), (again.Decision, again.IsControl, again.IsWithinSample));
    }

    [Fact]
    public void A_share_is_that_many_of_all_draws()
    {
        for (var hundredths = 0; hundredths <= 1_000; hundredths++) Assert.Equal(hundredths, new ControlSample(hundredths / 100.0, [new ControlLimit("MXN", 1, 1)]).Bound);
    }

    [Fact]
    public void Chance_makes_no_rule_decisive()
    {
        var policy = Sampling with { Bands = new Bands(30, 60, 80), Rules = [new("high", "High", "when amount > 1 MXN then add 90", "high"), new("low", "Low", "when amount > 1 MXN then add -20", "low")] };
        var assessor = new Assessor(policy);
        Decision?[] Without(double draw)
        {
            var (answer, scratch) = (new Assessment(), new Assessment());
            var facts = new Given().With(Known.ControlDraw, draw).Facts;
            assessor.Assess(facts, 0, answer);
            assessor.MarkDecisive(facts, 0, answer, scratch);
            return [.. answer.Rules.ToArray().Select(hit => hit.Without)];
        }
        // Challenged at 70: without the one it is approved, without the other declined, whatever is drawn.
        Assert.Equal([Decision.Approve, Decision.Decline], Without(9_000));
        Assert.Equal(Without(9_000), Without(0));
        assessor = new Assessor(policy with { Bands = new Bands(30, 60, 70) });
        Assert.Equal([Decision.Approve, null], Without(9_000));
        Assert.Equal(Without(9_000), Without(0));
    }

    [Fact]
    public void No_rule_asks_what_was_drawn()
    {
        Assert.False(PolicyJson.TryRead("""{"bands":{"review":30,"challenge":50,"decline":80},"rules":[{"id":"r","name":"R","text":"when control.draw < 100 then allow"}]}""", out _, out var problems));
        Assert.Contains("control.draw", Assert.Single(problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_written_only_when_it_is_said_and_read_as_it_was_written()
    {
        Assert.DoesNotContain("control_sample", PolicyJson.Write(Policy.Default), StringComparison.Ordinal);
        var json = PolicyJson.Write(Sampling);
        Assert.True(PolicyJson.TryRead(json, out var read, out _));
        Assert.Equal((1, new ControlLimit("MXN", 20_000, 100_000)), (read.ControlSample.Percent, Assert.Single(read.ControlSample.Limits)));
        Assert.Equal(json, PolicyJson.Write(read));
    }

    [Theory]
    [InlineData("""{"limits":{}}""", "control_sample: percent is missing")]
    [InlineData("""{"percent":10.5}""", "control_sample.percent: must be between 0 and 10 per cent, in steps of 0.01, not 10.5")]
    [InlineData("""{"percent":-1}""", "control_sample.percent: must be between 0 and 10 per cent, in steps of 0.01, not -1")]
    [InlineData("""{"percent":0.005}""", "control_sample.percent: must be between 0 and 10 per cent, in steps of 0.01, not 0.005")]
    [InlineData("""{"percent":1,"limits":{"XXQ":{"payment":1,"day":1}}}""", "control_sample.limits.XXQ: XXQ is no currency of ISO 4217")]
    [InlineData("""{"percent":1,"limits":{"MXN":{"payment":2,"day":1}}}""", "control_sample.limits.MXN.day: must not be less than payment")]
    [InlineData("""{"percent":1,"limits":{"MXN":{"payment":2}}}""", "control_sample.limits.MXN: day is missing")]
    [InlineData("""{"percent":1,"limits":{"MXN":{"payment":0.5,"day":1}}}""", "control_sample.limits.MXN.payment: must be a whole number between 0 and 9007199254740992, not 0.5")]
    public void What_cannot_be_is_refused_with_its_place(string sample, string problem)
    {
        Assert.False(PolicyJson.TryRead($$"""{"bands":{"review":30,"challenge":50,"decline":80},"control_sample":{{sample}}}""", out _, out var problems));
        Assert.Contains(problems, p => p.ToString().StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Its_changes_are_carried_over()
    {
        var changes = PolicyChanges.Between(Policy.Default, Policy.Default with { ControlSample = Sampling.ControlSample });
        Assert.Equal([new("control_sample.percent", null, 1.0), new("control_sample.limits.MXN.payment", null, 20_000L), new("control_sample.limits.MXN.day", null, 100_000L)], changes);
        var on = PolicyChanges.Apply(Policy.Default, changes);
        Assert.Equal(PolicyJson.Write(Policy.Default.Complete() with { ControlSample = Sampling.ControlSample }), PolicyJson.Write(on));
        Assert.Equal(PolicyJson.Write(Policy.Default.Complete()), PolicyJson.Write(PolicyChanges.Apply(on, [new("control_sample.percent", 1.0, null), new("control_sample.limits.MXN.payment", 20_000L, null)])));
    }
}
