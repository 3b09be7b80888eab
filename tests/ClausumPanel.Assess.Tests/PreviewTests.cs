using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests;

public sealed class PreviewTests
{
    // Published examples: Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    [Theory, InlineData(81, 263, 0.2553, 0.3662), InlineData(15, 148, 0.0624, 0.1605), InlineData(0, 20, 0.0000, 0.1611), InlineData(1, 29, 0.0061, 0.1718)]
    public void A_share_has_the_published_interval(long part, long whole, double low, double high)
    {
        var share = new Share(part, whole);
        Assert.Equal((low, high), (Math.Round(share.Low, 4), Math.Round(share.High, 4)));
    }

    [Fact]
    public void A_share_of_nothing_is_no_number() => Assert.All([new Share(0, 0).Value, new Share(0, 0).Low, new Share(0, 0).High, new Shift(0, 0, 0, 0).Value], value => Assert.True(double.IsNaN(value)));

    [Theory, InlineData(36, 12, 2, 0), InlineData(900, 3, 40, 57), InlineData(0, 0, 1, 99), InlineData(10, 5, 5, 10)]
    public void A_shift_lies_within_its_interval_and_turns_round_with_it(long both, long lost, long won, long neither)
    {
        var (shift, back) = (new Shift(both, lost, won, neither), new Shift(both, won, lost, neither));
        Assert.InRange(shift.Value, shift.Interval.Low, shift.Interval.High);
        Assert.Equal(-shift.Interval.High, back.Interval.Low, 12);
        Assert.Equal(-shift.Interval.Low, back.Interval.High, 12);
    }

    [Fact]
    public void Where_nothing_moves_the_shift_is_nothing_and_its_interval_close_about_it()
    {
        var shift = new Shift(700, 0, 0, 300);
        Assert.Equal(0, shift.Value);
        Assert.InRange(shift.Interval.Low, -0.002, 0);
        Assert.InRange(shift.Interval.High, 0, 0.002);
    }

    [Fact]
    public void Places_come_out_as_they_went_in()
    {
        long[] places = [1, 2, 130, 131, 70_000, 5_000_000_000];
        var set = new SeqSet();
        foreach (var place in places) set.Add(place);
        Assert.Equal(places, SeqSet.Read(set.Bytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Add(70_000));
        Assert.Throws<FormatException>(() => SeqSet.Read([0x81]));
    }

    /// <summary>Whatever the stretches, their sums add up to the sums of the whole; and a rule's exclusive hits are those without which it comes out otherwise.</summary>
    [Fact]
    public void Sums_of_stretches_are_the_sums_of_the_whole_and_exclusive_hits_are_what_only_a_rule_brings()
    {
        var policy = Policy.Default with
        {
            Version = 2,
            Rules =
            [
                new PolicyRule("dear", "Dear", "when amount > 4000 MXN then review", "dear"), new PolicyRule("dearer", "Dearer", "when amount > 6000 MXN then review", "dearer"),
                new PolicyRule("some", "Some", "when amount > 2000 MXN then add 12", "some"), new PolicyRule("never", "Never", "when amount > 4000 MXN then block", "block") { ObserveOnly = true },
                new PolicyRule("trusted", "Trusted", "when email.domain = \"trusted.example\" then allow", "trusted"), new PolicyRule("stop", "Stop", "when amount > 9000 MXN then block", "stop"),
            ],
        };
        var (proposed, active) = (new Assessor(policy), new Assessor(Policy.Default with { Version = 1 }));
        var (whole, parts) = (new PreviewJudge(proposed, active, 0, new Dictionary<int, Policy>()), new PreviewJudge(proposed, active, 0, new Dictionary<int, Policy>()));
        var random = new Random(7);
        var (sum, expected) = (new PreviewSums(), policy.Rules.ToDictionary(r => r.Id, _ => 0L));
        var (buffer, signals) = (new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes]);
        var (with, without, then) = (new Assessment(), new Assessment(), new Assessment());
        for (var seq = 1L; seq <= 400; seq++)
        {
            var facts = new Facts();
            facts.Set(Known.Flow, "payin");
            facts.Set(Known.Currency, "MXN");
            facts.Set(Known.Amount, random.Next(1, 11_000) * 100);
            facts.Set(Known.EmailDomain, random.Next(4) == 0 ? "trusted.example" : "other.example");
            active.Assess(facts, 0, then);
            var row = new PreviewRow
            {
                Seq = seq, At = 0, Decision = then.Decision, Score = then.Score, Amount = (long)facts.Number(Known.Amount), PolicyVersion = 1, Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, signals)),
                Facts = buffer.AsSpan(0, FactSnapshot.Write(facts, buffer)), Outcome = (Outcome)random.Next(3),
            };
            whole.Take(row);
            parts.Take(row);
            if (seq % 90 == 0) sum.Add(parts.Finish().Sums);
            proposed.Assess(facts, 0, with);
            for (var rule = 0; rule < policy.Rules.Count; rule++)
            {
                proposed.AssessWithout(rule, facts, 0, without);
                if (without.Decision != with.Decision) expected[policy.Rules[rule].Id]++;
            }
        }
        sum.Add(parts.Finish().Sums);
        var all = whole.Finish().Sums;
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(all), System.Text.Json.JsonSerializer.Serialize(sum));
        Assert.Equal(expected, policy.Rules.ToDictionary(r => r.Id, r => all.Rules.TryGetValue(r.Id, out var found) ? found.Exclusive : 0));
        Assert.Contains(expected.Values, count => count > 0);
        Assert.Equal(400, all.Decided.Count);
    }
}
