using ClausumPanel.Assess;
using ClausumPanel.Storage.Velocity;

namespace ClausumPanel.Web.Tests.Storage;

public sealed class VelocityIndexTests
{
    private static readonly string[] Currencies = ["MXN", "USD"];

    /// <summary>A crowd small enough that some addresses and cards get hundreds of events, which is where running totals take over from walking.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 3)]
    [InlineData(4, 10)]
    public void Every_window_is_what_counting_by_hand_gives(int seed, int percentTakenBack)
    {
        var random = new Random(seed);
        var index = new VelocityIndex();
        var byHand = new List<(Observation Seen, int Handle, Decision Decision, bool Gone)>();
        var now = 1_780_000_000_000L;
        for (var i = 0; i < 700; i++)
        {
            now += random.Next(10) == 0 ? random.Next(40_000_000) : random.Next(400_000);
            var seen = Somebody(random, now);
            var facts = new Facts();
            var handle = index.Observe(seen, facts);
            AssertEqualToByHand(seen, byHand, facts);
            var decision = (Decision)random.Next(4);
            index.Confirm(handle, decision);
            var gone = random.Next(100) < percentTakenBack;
            if (gone) index.Undo(handle);
            byHand.Add((seen, handle, decision, gone));
        }
    }

    [Fact]
    public void What_is_only_supposed_adds_to_what_happened_as_if_it_had()
    {
        var random = new Random(5);
        var (live, whole, supposed) = (new VelocityIndex(), new VelocityIndex(), new SupposedActivity());
        var now = 1_780_000_000_000L;
        for (var i = 0; i < 60; i++)
        {
            now += random.Next(4_000_000);
            // One e-mail address and one device throughout; the cards of what happened are none of those that are supposed.
            var (happened, decision) = (i < 40, (Decision)random.Next(4));
            var seen = new Observation { At = now, Amount = random.Next(100, 90_000), Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7), (EntityKind.Device, 8), (EntityKind.Card, (ulong)(happened ? 100 + random.Next(9) : 200 + random.Next(9)))) };
            var (expected, facts) = (new Facts(), new Facts());
            var handle = whole.Observe(seen, expected);
            whole.Confirm(handle, decision);
            if (happened)
            {
                live.Confirm(live.Observe(seen, facts), decision);
                continue;
            }
            supposed.Observe(live, seen, facts);
            supposed.Confirm(decision);
            foreach (var kind in (EntityKind[])[EntityKind.Email, EntityKind.Device, EntityKind.Card])
            {
                foreach (var part in Enum.GetValues<HistoryPart>().Except([HistoryPart.Reported, HistoryPart.Disputed])) AssertAlike(FactCatalog.History(kind, part), expected, facts);
                foreach (var window in Enum.GetValues<Window>())
                    foreach (var measure in (Measure[])[Measure.Count, Measure.Sum, Measure.Declines, Measure.Cards]) AssertAlike(FactCatalog.Velocity(kind, measure, window), expected, facts);
            }
        }

        static void AssertAlike(Fact fact, Facts expected, Facts facts)
        {
            Assert.True(expected.Has(fact) == facts.Has(fact), $"{fact}: {expected.Number(fact)}, not {facts.Number(fact)}");
            if (expected.Has(fact)) Assert.Equal(expected.Number(fact), facts.Number(fact), 1e-6 * Math.Max(1, Math.Abs(expected.Number(fact))));
        }
    }

    [Fact]
    public void A_past_moment_is_seen_as_it_was_and_looking_at_it_changes_nothing()
    {
        var random = new Random(6);
        var (index, calm) = (new VelocityIndex(), new VelocityIndex());
        var happened = new List<(Observation Seen, int Handle, Decision Decision, bool Gone)>();
        var now = 1_780_000_000_000L;
        for (var i = 0; i < 700; i++)
        {
            now += random.Next(10) == 0 ? random.Next(40_000_000) : random.Next(400_000);
            var (seen, decision) = (Somebody(random, now), (Decision)random.Next(4));
            var (facts, undisturbed) = (new Facts(), new Facts());
            var handle = index.Observe(seen, facts);
            index.Confirm(handle, decision);
            calm.Confirm(calm.Observe(seen, undisturbed), decision);
            Assert.Equal(undisturbed.Numbers.ToArray(), facts.Numbers.ToArray());
            happened.Add((seen, handle, decision, false));
            if (i % 7 != 0) continue;
            var then = Somebody(random, happened[random.Next(happened.Count)].Seen.At + 1);
            var past = new Facts();
            index.Look(then, past);
            AssertEqualToByHand(then, [.. happened.Where(h => h.Seen.At <= then.At)], past, lifetime: false);
        }
    }

    [Fact]
    public void A_past_that_lies_behind_too_much_is_left_out()
    {
        var index = new VelocityIndex();
        var maria = new Observation { At = 1_780_000_000_000, Amount = 100, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7)) };
        for (var i = 0; i <= VelocityIndex.PastMost; i++) index.Observe(maria with { At = maria.At + i }, new Facts());
        var facts = new Facts();
        index.Look(maria with { At = maria.At - 60_000 }, facts);
        Assert.False(facts.Has(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.OneHour)));
        Assert.True(facts.Has(FactCatalog.History(EntityKind.Email, HistoryPart.Count)));
    }

    [Fact]
    public void An_event_taken_back_leaves_no_trace()
    {
        var index = new VelocityIndex();
        var maria = new Observation { At = 1_780_000_000_000, Amount = 12_900, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7)) };
        index.Confirm(index.Observe(maria, new Facts()), Decision.Approve);
        var lost = index.Observe(maria with { At = maria.At + 60_000 }, new Facts());
        index.Undo(lost);

        var facts = new Facts();
        index.Observe(maria with { At = maria.At + 120_000 }, facts);

        Assert.Equal(1, facts.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.TenMinutes)));
        Assert.Equal(12_900, facts.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Sum, Window.TenMinutes)));
        Assert.Equal(1, facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Count)));
        Assert.Equal(120_000, facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.SinceLast)));
    }

    [Fact]
    public void A_second_assessment_of_a_session_stands_for_the_first_and_gives_it_back_when_it_fails()
    {
        var index = new VelocityIndex();
        var maria = new Observation { At = 1_780_000_000_000, Amount = 100, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7)) };
        var browser = index.Observe(maria, new Facts());
        var server = new Facts();
        var second = index.Observe(maria with { At = maria.At + 1000 }, server, browser);
        Assert.Equal(0, server.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.OneHour)));

        index.Undo(second, browser);
        var later = new Facts();
        index.Observe(maria with { At = maria.At + 2000 }, later);
        Assert.Equal(1, later.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.OneHour)));
    }

    [Fact]
    public void Cards_counted_upwards_from_one_device_are_seen()
    {
        var index = new VelocityIndex();
        var facts = new Facts();
        for (short i = 0; i < 6; i++)
        {
            facts.Clear();
            index.Observe(new Observation { At = 1_780_000_000_000 + (i * 5000), Amount = 100, Currency = "MXN", Last4 = (short)(1110 + i), Keys = Keys((EntityKind.Device, 3), (EntityKind.CardBin, 4), (EntityKind.Card, 100 + (ulong)i)) }, facts);
        }
        Assert.Equal(5, facts.Number(Known.SequentialCards));
    }

    [Fact]
    public void Imported_history_that_comes_late_is_counted_where_it_belongs()
    {
        var index = new VelocityIndex();
        var maria = new Observation { At = 1_780_000_000_000, Amount = 100, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7)) };
        index.Observe(maria, new Facts());
        var past = new Facts();
        index.Observe(maria with { At = maria.At - 7_200_000 }, past);
        Assert.Equal(0, past.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.ThirtyDays)));

        var now = new Facts();
        index.Observe(maria with { At = maria.At + 60_000 }, now);
        Assert.Equal(1, now.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.OneHour)));
        Assert.Equal(2, now.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.OneDay)));
    }

    [Fact]
    public void Old_events_leave_memory_and_lifetime_numbers_stay()
    {
        var index = new VelocityIndex();
        var at = 1_780_000_000_000L;
        for (var i = 0; i < 70_000; i++) index.Observe(new Observation { At = at += 60_000, Amount = 100, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7), (EntityKind.Ip, (ulong)(i % 50) + 10)) }, new Facts());
        Assert.InRange(index.Events, 43_200, 43_200 + 1_440 + 16_384);
        var facts = new Facts();
        index.Observe(new Observation { At = at + 1, Amount = 100, Currency = "MXN", Last4 = -1, Keys = Keys((EntityKind.Email, 7)) }, facts);
        Assert.Equal(43_200, facts.Number(FactCatalog.Velocity(EntityKind.Email, Measure.Count, Window.ThirtyDays)));
        Assert.Equal(70_000, facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Count)));
    }

    private static Observation Somebody(Random random, long at) => new()
    {
        At = at, Amount = random.Next(1, 100_000), Currency = Currencies[random.Next(2)], Flow = Flow.PayIn, Last4 = -1,
        Keys = Keys(
            (EntityKind.Email, (ulong)random.Next(0, 6)), (EntityKind.Customer, (ulong)random.Next(0, 200)), (EntityKind.Card, (ulong)random.Next(0, 30)), (EntityKind.Device, (ulong)random.Next(0, 12)),
            (EntityKind.Ip, (ulong)random.Next(0, 3)), (EntityKind.Phone, (ulong)random.Next(0, 2))),
    };

    private static EntityKeys Keys(params (EntityKind Kind, ulong Key)[] named)
    {
        EntityKeys keys = default;
        foreach (var (kind, key) in named) keys[(int)kind] = key == 0 ? 0 : key * 1000 + (ulong)kind;
        return keys;
    }

    private static void AssertEqualToByHand(Observation seen, List<(Observation Seen, int Handle, Decision Decision, bool Gone)> before, Facts facts, bool lifetime = true)
    {
        var others = new[] { EntityKind.Email, EntityKind.Card, EntityKind.Device, EntityKind.Ip };
        var live = before.Where(b => !b.Gone).ToList();
        foreach (var kind in Enum.GetValues<EntityKind>())
        {
            var key = seen.Keys[(int)kind];
            if (key == 0)
            {
                Assert.True(double.IsNaN(facts.Number(FactCatalog.Velocity(kind, Measure.Count, Window.OneHour))));
                continue;
            }
            var own = live.Where(b => b.Seen.Keys[(int)kind] == key).ToList();
            foreach (var window in Enum.GetValues<Window>())
            {
                var inside = own.Where(b => seen.At - b.Seen.At < window.Milliseconds()).ToList();
                Assert.Equal(inside.Count, facts.Number(FactCatalog.Velocity(kind, Measure.Count, window)));
                Assert.Equal(inside.Where(b => b.Seen.Currency == seen.Currency).Sum(b => b.Seen.Amount), facts.Number(FactCatalog.Velocity(kind, Measure.Sum, window)));
                Assert.Equal(inside.Count(b => b.Decision == Decision.Decline), facts.Number(FactCatalog.Velocity(kind, Measure.Declines, window)));
                for (var o = 0; o < others.Length; o++)
                {
                    var cell = facts.Number(FactCatalog.Velocity(kind, (Measure)((int)Measure.Emails + o), window));
                    if (others[o] == kind) Assert.True(double.IsNaN(cell));
                    else Assert.Equal(inside.Select(b => b.Seen.Keys[(int)others[o]]).Append(seen.Keys[(int)others[o]]).Where(k => k != 0).Distinct().Count(), cell);
                }
            }
            if (lifetime) Assert.Equal(own.Count, facts.Number(FactCatalog.History(kind, HistoryPart.Count)));
        }
        if (!lifetime) return;
        var profile = live.Where(b => b.Seen.Currency == seen.Currency).Select(b => (double)b.Seen.Amount).ToList();
        Assert.Equal(profile.Count, facts.Number(Known.OrganizationCount));
        if (profile.Count > 0) Assert.Equal(profile.Average(), facts.Number(Known.OrganizationMean), profile.Average() * 1e-9);
    }
}
