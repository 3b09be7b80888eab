using System.Security.Cryptography;
using System.Text;

namespace ClausumPanel.Assess.Tests;

public sealed class FactSnapshotTests
{
    private readonly byte[] _buffer = new byte[FactSnapshot.MostBytes];

    [Fact]
    public void Any_facts_come_back_bit_for_bit()
    {
        var (random, facts, back) = (new Random(42), new Facts(), new Facts());
        for (var i = 0; i < 3_000; i++)
        {
            RandomFacts.Fill(facts, random);
            var length = FactSnapshot.Write(facts, _buffer);
            Assert.Equal(0, FactSnapshot.Read(_buffer.AsSpan(0, length), back));
            AssertSame(facts, back);
        }
    }

    [Fact]
    public void Of_a_snapshot_only_what_is_wanted_need_be_read()
    {
        var (random, facts, all, some) = (new Random(44), new Facts(), new Facts(), new Facts());
        for (var i = 0; i < 2_000; i++)
        {
            var length = FactSnapshot.Write(RandomFacts.Fill(facts, random), _buffer);
            var chosen = FactCatalog.All.Where(_ => random.Next(1 + (i % 60)) == 0).Select(d => d.Fact).ToList();
            // Now and then something is damaged: whichever way it is read, it is refused or it is the same.
            if (i % 4 == 0) _buffer[random.Next(1, length)] ^= (byte)random.Next(1, 256);
            int unknown;
            try
            {
                unknown = FactSnapshot.Read(_buffer.AsSpan(0, length), all);
            }
            catch (FormatException)
            {
                continue;
            }
            Assert.Equal(unknown, FactSnapshot.Read(_buffer.AsSpan(0, length), some, new WantedFacts(chosen)));
            foreach (var fact in chosen)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(all.Number(fact)), BitConverter.DoubleToInt64Bits(some.Number(fact)));
                Assert.Equal(all.Text(fact), some.Text(fact));
            }
        }
    }

    [Fact]
    public void A_stored_assessment_is_judged_again_alike()
    {
        var (random, facts, back) = (new Random(43), new Facts(), new Facts());
        var (assessor, first, again) = (new Assessor(Policy.Default), new Assessment(), new Assessment());
        for (var i = 0; i < 500; i++)
        {
            assessor.Assess(RandomFacts.Fill(facts, random), first);
            FactSnapshot.Read(_buffer.AsSpan(0, FactSnapshot.Write(facts, _buffer)), back);
            assessor.Assess(back, again);
            Assert.Equal((first.Decision, first.Score, first.BlockedBy), (again.Decision, again.Score, again.BlockedBy));
            Assert.Equal(first.Signals.ToArray(), again.Signals.ToArray());
        }
    }

    [Fact]
    public void The_documented_request_takes_under_600_bytes()
    {
        Assert.InRange(FactSnapshot.Write(Given.TheDocumentedRequest.Facts, _buffer), 300, 600);
        Assert.InRange(FactSnapshot.Write(new Given().Facts, _buffer), 10, 30);
    }

    [Fact]
    public void The_zeros_of_a_value_seen_for_the_first_time_cost_nearly_nothing()
    {
        var without = FactSnapshot.Write(new Given().Facts, _buffer);
        Assert.InRange(FactSnapshot.Write(new Given().NeverSeen(EntityKind.Card).Facts, _buffer) - without, 1, 25);
    }

    [Fact]
    public void Writing_allocates_nothing_and_reading_only_the_long_texts()
    {
        var (facts, back) = (Given.TheDocumentedRequest.Facts, new Facts());
        var length = FactSnapshot.Write(facts, _buffer);
        FactSnapshot.Read(_buffer.AsSpan(0, length), back);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) FactSnapshot.Write(facts, _buffer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        for (var i = 0; i < 100; i++) FactSnapshot.Read(_buffer.AsSpan(0, length), back);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 1_000);
    }

    [Fact]
    public void A_fact_that_left_the_catalogue_is_passed_over_and_counted()
    {
        // The currency, then a text, a number and a run of two under numbers no fact has.
        var writer = new PackedWriter(_buffer);
        writer.Byte(1);
        writer.Unsigned((2 << 2) | 0); writer.Text("MXN");
        writer.Unsigned((60_000 << 2) | 0); writer.Text("gone");
        writer.Unsigned((1 << 2) | 1); writer.Double(0.5);
        writer.Unsigned((1 << 2) | 2); writer.Unsigned(2); writer.Unsigned(0); writer.Unsigned(1);
        var back = new Facts();
        Assert.Equal(4, FactSnapshot.Read(_buffer.AsSpan(0, writer.Written), back));
        Assert.Equal("MXN", back.Text(Known.Currency));
        Assert.Equal(new Facts().Numbers.ToArray(), back.Numbers.ToArray());
    }

    [Theory]
    [InlineData(3, 5, true)]
    [InlineData(3, 4, false)]
    [InlineData(3, 6, false)]
    [InlineData(1, 5, true)]
    [InlineData(5, 5, false)]
    public void A_run_of_numbers_is_as_many_bytes_as_it_says(byte version, int size, bool isRead)
    {
        // The hour of the day is 1, what follows it 2, 3, 4 and 5, then a text.
        var first = FactNumbers.Rows.Single(r => r.Index == Known.Hour.Index).Number;
        var writer = new PackedWriter(_buffer);
        writer.Byte(version);
        writer.Unsigned(((ulong)first << 2) | 3); writer.Unsigned(5); writer.Unsigned((ulong)size);
        for (var i = 0; i < 5; i++) writer.Unsigned(PackedWriter.ZigZag(1) << 1);
        writer.Unsigned((500 << 2) | 0); writer.Text("gone");
        var (all, some, bytes) = (new Facts(), new Facts(), _buffer.AsSpan(0, writer.Written).ToArray());
        if (!isRead)
        {
            Assert.Throws<FormatException>(() => FactSnapshot.Read(bytes, all));
            Assert.Throws<FormatException>(() => FactSnapshot.Read(bytes, some, new WantedFacts([Known.Hour])));
            return;
        }
        Assert.Equal(1, FactSnapshot.Read(bytes, all));
        Assert.Equal(1, all.Number(Known.Hour));
        Assert.Equal(1, FactSnapshot.Read(bytes, some, new WantedFacts([Known.Hour])));
        Assert.Equal(1, some.Number(Known.Hour));
        Assert.Equal(1, FactSnapshot.Read(bytes, some, new WantedFacts([Known.Currency])));
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_never_crash()
    {
        var length = FactSnapshot.Write(Given.TheDocumentedRequest.Facts, _buffer);
        var good = _buffer.AsSpan(0, length).ToArray();
        var (random, back, refused) = (new Random(5), new Facts(), 0);
        for (var i = 0; i < 5_000; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)random.Next(1, 256);
            try { FactSnapshot.Read(bad.AsSpan(0, random.Next(bad.Length + 1)), back); }
            catch (FormatException) { refused++; }
        }
        Assert.True(refused > 1_000);
        Assert.Throws<FormatException>(() => FactSnapshot.Read([], new Facts()));
        Assert.Throws<FormatException>(() => FactSnapshot.Read([5], new Facts()));
    }

    [Fact]
    public void Too_little_room_is_said()
    {
        var facts = Given.TheDocumentedRequest.Facts;
        var length = FactSnapshot.Write(facts, _buffer);
        for (var room = 0; room < length; room++)
        {
            var small = new byte[room];
            Assert.Throws<ArgumentException>(() => FactSnapshot.Write(facts, small));
        }
        Assert.Equal(length, FactSnapshot.Write(facts, new byte[length]));
    }

    [Fact]
    public void Every_fact_has_a_number_of_its_own()
    {
        Assert.Equal(FactNumbers.Lines.Count, FactNumbers.Lines.Select(l => l.Number).Distinct().Count());
        Assert.Equal(FactNumbers.Lines.Count, FactNumbers.Lines.Select(l => l.Name).Distinct().Count());
        Assert.Equal(FactCatalog.All.Select(d => d.Name).Order(), FactNumbers.Rows.Select(r => FactCatalog.All[r.Index].Name).Order());
    }

    // When facts are added: leave the lines that are here and add one for the new length.
    [Theory]
    [InlineData(493, "af76c669b1cb9799b2292014c38100b54737699af7c56d46efbb659ecc151d7c")]
    [InlineData(502, "d8fc41ba915d835f0dfcdf414c7f6749a011c20eaa6b3f75f1c4863402a02054")]
    public void No_number_was_ever_given_to_another_fact(int lines, string sha256)
    {
        var text = string.Join('\n', FactNumbers.Lines.Take(lines).Select(l => $"{l.Number} {l.Name}"));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        Assert.Equal(Enumerable.Range(1, FactNumbers.Lines.Count), FactNumbers.Lines.Select(l => (int)l.Number));
    }

    private static void AssertSame(Facts expected, Facts actual)
    {
        Assert.Equal(expected.Texts.ToArray(), actual.Texts.ToArray());
        Assert.Equal(expected.Numbers.ToArray().Select(BitConverter.DoubleToInt64Bits), actual.Numbers.ToArray().Select(BitConverter.DoubleToInt64Bits));
    }
}
