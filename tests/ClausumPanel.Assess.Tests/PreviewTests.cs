using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Assess.Tests.Rules;

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
                Seq = seq, At = 0, Decision = then.Decision, Score = then.Score, Amount = (long)facts.Number(Known.Amount), PolicyVersion = 1, IsBlocked = then.BlockedBy is not null, Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, signals)),
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

    /// <summary>What is kept in memory is judged as what is stored, whatever the policies and the assessments.</summary>
    [Fact]
    public void In_memory_the_same_comes_out_as_from_the_store()
    {
        var random = new Random(20_261_129);
        var (kept, odd, moved, control, noRoom, within) = (0, 0, 0L, 0L, 0L, 0L);
        for (var turn = 0; turn < 40; turn++)
        {
            var (proposed, active) = (new Assessor(Sampling(RandomPolicy(random, 2), random)), new Assessor(Sampling(RandomPolicy(random, 1), random)));
            var versions = new Dictionary<int, Policy> { [1] = active.Policy };
            var (stored, memory) = (new PreviewJudge(proposed, active, 0, versions), new PreviewJudge(proposed, active, 0, versions));
            var builder = new TrafficBlock.Builder(memory.Needs);
            var (facts, then) = (new Facts(), new Assessment());
            var (buffer, signals, outcomes) = (new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes], new List<Outcome>());
            for (var seq = 1L; seq <= 60; seq++)
            {
                RandomFacts.Fill(facts, random);
                // Most payments meet no list.
                if (random.Next(4) > 0)
                    foreach (var type in Enum.GetValues<ListType>()) facts.Set(FactCatalog.List(type), double.NaN);
                facts.Set(Known.ControlDraw, random.Next(3) == 0 ? double.NaN : random.Next(1_200) + (random.Next(4) == 0 ? ControlSample.Draws : 0));
                if (random.Next(3) > 0)
                    foreach (var kind in Enum.GetValues<EntityKind>()) facts.Set(FactCatalog.Velocity(kind, Measure.Declines, Window.OneDay), 0);
                active.Assess(facts, seq * 1_000, then);
                var row = new PreviewRow
                {
                    Seq = seq, At = seq * 1_000, Decision = then.Decision, Score = then.Score, Amount = random.Next(1, 100_000), PolicyVersion = random.Next(2) == 0 ? 1 : 7, IsBlocked = then.BlockedBy is not null,
                    Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, then.Rules, signals)), Facts = buffer.AsSpan(0, FactSnapshot.Write(facts, buffer)), Outcome = (Outcome)random.Next(3),
                };
                stored.Take(row);
                outcomes.Add(row.Outcome);
                Assert.True(builder.Add(row));
            }
            var block = builder.Finish();
            for (var i = 0; i < block.Count; i++)
            {
                if (block.IsOdd(i)) odd++;
                else kept++;
                memory.Take(block, i, outcomes[i]);
            }
            var ((fromStore, storeSets), (fromMemory, memorySets)) = (stored.Finish(), memory.Finish());
            Assert.Equal(System.Text.Json.JsonSerializer.Serialize(fromStore), System.Text.Json.JsonSerializer.Serialize(fromMemory));
            Assert.Equal(storeSets.Keys, memorySets.Keys);
            Assert.All(storeSets, set => Assert.Equal(set.Value.Bytes.ToArray(), memorySets[set.Key].Bytes.ToArray()));
            moved += fromStore.Decided.Moved;
            control += fromStore.Control.All.Count;
            noRoom += fromStore.ControlWithoutRoom;
            within += fromStore.WithinSample.All.Count;
        }
        Assert.True(kept > 1_000 && odd > 100 && moved > 100 && control > 10 && noRoom > 10 && within > 10, $"{kept} {odd} {moved} {control} {noRoom} {within}");
    }

    [Fact]
    public void A_stretch_that_was_read_before_there_was_a_sample_serves_no_policy_that_has_one()
    {
        var (plain, sampling) = (new Assessor(Policy.Default), new Assessor(Policy.Default with { ControlSample = new ControlSample(10, [new ControlLimit("MXN", 1_000, 1_000)]) }));
        var versions = new Dictionary<int, Policy> { [1] = Policy.Default };
        var builder = new TrafficBlock.Builder(PreviewNeeds.Of(versions, plain));
        var block = builder.Finish();
        Assert.True(block.Has(PreviewNeeds.Of(versions, plain)));
        Assert.False(block.Has(PreviewNeeds.Of(versions, plain, sampling)));
        Assert.False(block.Has(PreviewNeeds.Of(new Dictionary<int, Policy> { [1] = sampling.Policy }, plain)));
    }

    /// <summary>
    /// Where the device facts of old payments are gone, the active policy still moves nothing and every other one judges as it would have: what it could only guess at it passes over, with the reason.
    /// </summary>
    [Fact]
    public void What_lost_its_device_facts_is_judged_as_before_or_passed_over()
    {
        var random = new Random(20_261_201);
        var (passed, judged, moved) = (0L, 0L, 0L);
        for (var turn = 0; turn < 60; turn++)
        {
            var active = RandomPolicy(random, 1).Complete();
            // Some ask about the device and some do not; some change nothing but weights, bands and rules.
            if (turn % 3 > 0) active = active with { Rules = [.. active.Rules.Where(r => !Asks(r))] };
            var proposed = (turn % 2 == 0 ? RandomPolicy(random, 2).Complete() : active with { Version = 2, Bands = new Bands(20, 50, 90), Signals = [.. active.Signals.Select(s => s with { Weight = random.Next(-40, 60) })] })
                with { Rules = [.. RandomPolicy(random, 2).Rules.Where(r => turn % 3 == 0 || !Asks(r))] };
            var (now, by) = (new Assessor(active), new Assessor(proposed));
            var versions = new Dictionary<int, Policy> { [1] = active };
            var (same, other, memory) = (new PreviewJudge(now, now, 0, versions), new PreviewJudge(by, now, 0, versions), new PreviewJudge(by, now, 0, versions));
            var builder = new TrafficBlock.Builder(memory.Needs);
            var (facts, then, would, again) = (new Facts(), new Assessment(), new Assessment(), new Assessment());
            var (buffer, signals, expected) = (new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes], new long[16]);
            for (var seq = 1L; seq <= 60; seq++)
            {
                RandomFacts.Fill(facts, random);
                if (random.Next(4) > 0)
                    foreach (var type in Enum.GetValues<ListType>()) facts.Set(FactCatalog.List(type), double.NaN);
                now.Assess(facts, seq * 1_000, then);
                by.Assess(facts, seq * 1_000, would);
                var isCut = random.Next(3) > 0;
                if (isCut) foreach (var fact in FactCatalog.OfDevice) Remove(facts, fact);
                var row = new PreviewRow
                {
                    Seq = seq, At = seq * 1_000, Decision = then.Decision, Score = then.Score, Amount = 100, PolicyVersion = 1, IsBlocked = then.BlockedBy is not null,
                    Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, then.Rules, signals)), Facts = buffer.AsSpan(0, isCut ? FactSnapshot.WriteCut(facts, buffer) : FactSnapshot.Write(facts, buffer)),
                };
                same.Take(row);
                other.Take(row);
                Assert.True(builder.Add(row));
                if (!other.TryJudge(row, again)) Assert.True(isCut);
                else
                {
                    Assert.Equal((would.Decision, would.Score), (again.Decision, again.Score));
                    Assert.Equal(would.Signals.ToArray().Select(h => (h.Signal, h.Weight)), again.Signals.ToArray().Select(h => (h.Signal, h.Weight)));
                    expected[((int)then.Decision * 4) + (int)would.Decision]++;
                }
            }
            var block = builder.Finish();
            for (var i = 0; i < block.Count; i++) memory.Take(block, i, Outcome.Unknown);
            var (ofSame, ofOther, fromMemory) = (same.Finish().Sums, other.Finish().Sums, memory.Finish().Sums);
            Assert.Equal(0, ofSame.Decided.Moved);
            Assert.Equal(60, ofSame.Judged + ofSame.Skipped.GetValueOrDefault(PreviewJudge.FactsRemoved));
            Assert.Equal(expected, ofOther.Decided.Cells.Select(c => c.All.Count));
            Assert.Equal(60 - expected.Sum(), ofOther.Skipped.Values.Sum());
            Assert.Equal(System.Text.Json.JsonSerializer.Serialize(ofOther), System.Text.Json.JsonSerializer.Serialize(fromMemory));
            (passed, judged, moved) = (passed + ofOther.Skipped.Values.Sum(), judged + ofOther.Judged, moved + ofOther.Decided.Moved);
        }
        Assert.True(passed > 500 && judged > 1_000 && moved > 100, $"{passed} {judged} {moved}");

        static bool Asks(PolicyRule rule) => FactCatalog.OfDevice.Any(f => rule.Text.Contains(f.Definition.Name, StringComparison.Ordinal));

        static void Remove(Facts facts, Fact fact)
        {
            facts.Set(fact, double.NaN);
            facts.Set(fact, (string?)null);
        }
    }

    /// <summary>Whether the hits tell enough of what lost its facts depends on all that is asked: such a stretch serves nobody who asks anything else.</summary>
    [Fact]
    public void A_stretch_that_lost_facts_serves_only_who_asks_the_same()
    {
        var policy = Policy.Default.Complete() with { Version = 1 };
        var asked = policy.Signals.First(s => s.Enabled);
        var versions = new Dictionary<int, Policy> { [1] = policy };
        var all = PreviewNeeds.Of(versions, new Assessor(policy), new Assessor(policy));
        var fewer = PreviewNeeds.Of(versions, new Assessor(policy with { Signals = [.. policy.Signals.Select(s => s == asked ? s with { Enabled = false } : s)] }));
        var (facts, then, buffer, signals) = (new Facts(), new Assessment(), new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes]);
        facts.Set(Known.Flow, "payin");
        facts.Set(Known.Currency, "MXN");
        facts.Set(Known.Amount, 100);
        new Assessor(policy).Assess(facts, 0, then);
        Assert.NotEqual(all.Asked, fewer.Asked);
        Assert.Equal((true, true, true, false), (Of(isCut: false).Has(all), Of(isCut: false).Has(fewer), Of(isCut: true).Has(all), Of(isCut: true).Has(fewer)));

        TrafficBlock Of(bool isCut)
        {
            var builder = new TrafficBlock.Builder(all);
            Assert.True(builder.Add(new PreviewRow
            {
                Seq = 1, At = 0, Decision = then.Decision, Score = then.Score, Amount = 100, PolicyVersion = 1, IsBlocked = false,
                Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, then.Rules, signals)), Facts = buffer.AsSpan(0, isCut ? FactSnapshot.WriteCut(facts, buffer) : FactSnapshot.Write(facts, buffer)),
            }));
            return builder.Finish();
        }
    }

    /// <summary>What the stored hits tell need not be found again: the same comes out, and only where nothing could have gone untold.</summary>
    [Fact]
    public void What_the_stored_hits_tell_is_what_the_facts_tell()
    {
        var random = new Random(20_261_130);
        var (told, believed) = (0, 0);
        for (var turn = 0; turn < 40; turn++)
        {
            // The one proposed has other weights, and some more switched off.
            var judged = RandomPolicy(random, 1).Complete();
            var proposed = judged with { Version = 2, Bands = new Bands(20, 50, 90), Rules = RandomPolicy(random, 2).Rules, Signals = [.. judged.Signals.Select(s => s with { Weight = random.Next(-40, 60), Enabled = s.Enabled && random.Next(4) > 0 })] };
            var versions = new Dictionary<int, Policy> { [1] = judged };
            var (by, active) = (new Assessor(proposed), new Assessor(judged));
            var (believing, asking) = (PreviewNeeds.Of(versions, by, active), PreviewNeeds.Of(new Dictionary<int, Policy>(), by, active));
            Assert.Equal((FiredSignals.On(judged), UInt128.Zero), (believing.ToldBy(1), asking.ToldBy(1)));
            var (first, second) = (new TrafficBlock.Builder(believing, turn % 2 == 0), new TrafficBlock.Builder(asking, turn % 2 == 0));
            var (facts, then) = (new Facts(), new Assessment());
            var (buffer, signals) = (new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes]);
            for (var seq = 1L; seq <= 60; seq++)
            {
                RandomFacts.Fill(facts, random);
                active.Assess(facts, seq * 1_000, then);
                var row = new PreviewRow
                {
                    Seq = seq, At = seq * 1_000, Decision = then.Decision, Score = then.Score, Amount = 1, PolicyVersion = 1, IsBlocked = then.BlockedBy is not null,
                    Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, then.Rules, signals)), Facts = buffer.AsSpan(0, FactSnapshot.Write(facts, buffer)),
                };
                if (!row.IsBlocked) told++;
                Assert.Equal((true, true), (first.Add(row), second.Add(row)));
            }
            Assert.Equal(Judged(second.Finish()), Judged(first.Finish()));

            string Judged(TrafficBlock block)
            {
                var judge = new PreviewJudge(by, active, 0, versions);
                for (var row = 0; row < block.Count; row++) judge.Take(block, row, (Outcome)(row % 3));
                return System.Text.Json.JsonSerializer.Serialize(judge.Finish().Sums);
            }

            // Believed they are, or the test above would compare like with like; but not what another revision found, nor a version in which one was switched off.
            var silent = new PreviewRow { Seq = 1, At = 0, Decision = Decision.Approve, Score = 0, Amount = 1, PolicyVersion = 1, IsBlocked = false, Signals = signals.AsSpan(0, SignalHits.Write([], signals)), Facts = buffer.AsSpan(0, FactSnapshot.Write(facts, buffer)) };
            if (FiredIn(believing, silent) != FiredIn(asking, silent)) believed++;
            signals[1]++;
            Assert.Equal(FiredIn(asking, silent), FiredIn(believing, silent));
            var asked = Array.FindIndex([.. judged.Signals], s => s.Enabled);
            var off = judged with { Signals = [.. judged.Signals.Select((s, i) => i == asked ? s with { Enabled = false } : s)] };
            Assert.Equal(UInt128.Zero, PreviewNeeds.Of(new Dictionary<int, Policy> { [1] = off }, by, active).ToldBy(1));
            // A stretch that was read so is not taken for a policy that asks about more.
            var on = judged with { Version = 3, Signals = [.. judged.Signals.Select(s => s with { Enabled = true })] };
            var more = PreviewNeeds.Of(versions, new Assessor(on), active);
            Assert.Equal((false, judged.Signals.All(s => s.Enabled)), (!Kept(believing).Has(believing), Kept(believing).Has(more)));
            Assert.True(Kept(asking).Has(more));

            TrafficBlock Kept(PreviewNeeds needs)
            {
                var builder = new TrafficBlock.Builder(needs);
                RandomFacts.Fill(facts, random);
                facts.Set(Known.Amount, 1);
                active.Assess(facts, 0, then);
                Assert.True(builder.Add(new PreviewRow
                {
                    Seq = 1, At = 0, Decision = Decision.Review, Score = 40, Amount = 1, PolicyVersion = 1, IsBlocked = false, Signals = signals.AsSpan(0, SignalHits.Write(then.Signals, signals)), Facts = buffer.AsSpan(0, FactSnapshot.Write(facts, buffer)),
                }));
                return builder.Finish();
            }

            UInt128 FiredIn(PreviewNeeds needs, in PreviewRow row)
            {
                var builder = new TrafficBlock.Builder(needs);
                Assert.True(builder.Add(row));
                return builder.Finish().FiredUnder(new FiredSignals(judged))[0];
            }
        }
        Assert.True(told > 500 && believed > 20, $"{told} {believed}");
    }

    private static Policy Sampling(Policy policy, Random random) => random.Next(3) == 0 ? policy
        : policy with { Bands = new Bands(10, 20, 30), Rules = [.. policy.Rules.Where(r => r.ObserveOnly)], ControlSample = new ControlSample(10, [.. Currencies.All.Select(currency => new ControlLimit(currency, 1L << 50, 1L << 50))]) };

    private static Policy RandomPolicy(Random random, int version) => Policy.Default with
    {
        Version = version,
        Bands = new Bands(random.Next(10, 40), random.Next(40, 70), random.Next(70, 101)),
        Rules = [.. Enumerable.Range(0, 8).Select(i => new PolicyRule($"r{i}", $"R {i}", RandomRules.Sound(random).Replace("add 0", $"add {random.Next(-100, 101)}", StringComparison.Ordinal), "r") { ObserveOnly = random.Next(5) == 0 })],
        Signals = [.. SignalCatalog.All.Where(d => !d.IsFixed && random.Next(2) == 0).Select(d => Policy.Default.Of(d) with
        {
            Weight = random.Next(-40, 60), Enabled = random.Next(5) > 0,
            Parameters = d.Parameters.ToDictionary(p => p.Name, p => random.Next(2) == 0 ? p.Default : Math.Clamp(Math.Round(p.Default * random.NextDouble() * 3), p.Minimum, p.Maximum)),
        })],
    };
}
