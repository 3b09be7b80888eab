namespace ClausumPanel.Assess.Tests;

public sealed class SignalHitsTests
{
    private readonly byte[] _buffer = new byte[SignalHits.MostBytes];
    private readonly SignalHit[] _back = new SignalHit[Assessment.MostSignals];

    [Fact]
    public void Any_hits_come_back_as_they_were()
    {
        var (random, facts, answer, assessor) = (new Random(9), new Facts(), new Assessment(), new Assessor(Policy.Default));
        for (var i = 0; i < 2_000; i++)
        {
            assessor.Assess(RandomFacts.Fill(facts, random), answer);
            var length = SignalHits.Write(answer.Signals, _buffer);
            var count = SignalHits.Read(_buffer.AsSpan(0, length), _back, out var unknown);
            Assert.Equal(0, unknown);
            Assert.Equal(answer.Signals.ToArray(), _back[..count]);
        }
    }

    [Fact]
    public void A_typical_answer_takes_a_dozen_bytes_and_no_allocation()
    {
        var answer = new Given().With(EntityKind.Email, Measure.Count, Window.OneHour, 5).With(Known.EmailDisposable, true).Judged();
        Assert.InRange(SignalHits.Write(answer.Signals, _buffer), 5, 12);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) SignalHits.Write(answer.Signals, _buffer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_stored_answer_is_restored()
    {
        var answer = new Given().With(ListType.Email, ListSeverity.Block).With(Known.EmailTld, "xyz").With(Known.EmailSuspiciousTld, true).Judged();
        var count = SignalHits.Read(_buffer.AsSpan(0, SignalHits.Write(answer.Signals, _buffer)), _back);
        var restored = new Assessment();
        restored.Restore(answer.Decision, answer.Score, answer.BlockedBy, _back.AsSpan(0, count));
        Assert.Equal("The e-mail address ends in .xyz", restored.Sentence("suspicious_tld"));
        Assert.Equal("The e-mail address is on the block list", restored.Sentence("blocklist_email"));
    }

    [Fact]
    public void A_signal_nobody_knows_any_more_is_left_out_and_counted()
    {
        var writer = new PackedWriter(_buffer);
        writer.Byte(1);
        writer.Unsigned((60_000UL << 5) | (1 << 3) | (2 << 1) | 1); writer.Signed(-5); writer.Signed(77); writer.Double(0.5); writer.Text("gone");
        writer.Unsigned(201UL << 5); writer.Signed(20);
        Assert.Equal(1, SignalHits.Read(_buffer.AsSpan(0, writer.Written), _back, out var unknown));
        Assert.Equal(1, unknown);
        Assert.Equal("disposable_email", SignalCatalog.Of(_back[0]).Code);
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var answer = new Given().With(EntityKind.Email, Measure.Count, Window.OneHour, 5).Judged();
        var length = SignalHits.Write(answer.Signals, _buffer);
        Assert.Throws<FormatException>(() => SignalHits.Read(_buffer.AsSpan(0, length - 1), _back));
        Assert.Throws<FormatException>(() => SignalHits.Read([9], _back));
        Assert.Throws<FormatException>(() => SignalHits.Read(_buffer.AsSpan(0, length), []));
        Assert.Throws<ArgumentException>(() => SignalHits.Write(answer.Signals, new byte[length - 1]));
    }
}
