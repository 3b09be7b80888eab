namespace ClausumPanel.Assess.Tests;

public sealed class ReportEffectsTests
{
    private static readonly Policy Shipped = Policy.Default;

    private static Policy With(params ReportEffect[] more) => Shipped with { ReportEffects = [.. ReportEffects.Documented.Where(e => !more.Any(m => (m.Reason, m.Type) == (e.Reason, e.Type))), .. more] };

    [Fact]
    public void A_document_that_does_not_name_the_effects_means_the_documented_ones_and_keeps_its_bytes()
    {
        var json = PolicyJson.Write(Shipped);
        Assert.DoesNotContain("report_effects", json, StringComparison.Ordinal);
        Assert.True(PolicyJson.TryRead(json, out var read, out _));
        Assert.Equal(ReportEffects.Documented, read.ReportEffects);
        Assert.Equal(json, PolicyJson.Write(read));
        Assert.Equal(json, PolicyJson.Write(Shipped with { ReportEffects = [.. ReportEffects.Documented.Reverse()] }));
        Assert.True(PolicyJson.TryReadStored("""{"bands":{"review":30,"challenge":50,"decline":80}}""", out var old, out _));
        Assert.Equal(ReportEffects.Documented, old.ReportEffects);
    }

    [Fact]
    public void Other_effects_are_written_whole_and_come_back_alike()
    {
        var policy = With(new ReportEffect(FraudReason.Chargeback, ListType.CardHash, ListSeverity.Block, 365), new ReportEffect(FraudReason.Other, ListType.Email, ListSeverity.Review, null)) with { Version = 9 };
        var json = PolicyJson.Write(policy);
        Assert.Contains("""    "chargeback": {"email":{"severity":"block"},"ip_address":{"severity":"block","days":30},"card_hash":{"severity":"block","days":365}},""", json, StringComparison.Ordinal);
        Assert.True(PolicyJson.TryRead(json, out var read, out var problems), string.Join('\n', problems));
        Assert.Equal(ReportEffects.Ordered(policy.ReportEffects), read.ReportEffects);
        Assert.Equal(json, PolicyJson.Write(read));
        var nothing = Shipped with { ReportEffects = [] };
        Assert.True(PolicyJson.TryRead(PolicyJson.Write(nothing), out read, out problems), string.Join('\n', problems));
        Assert.Empty(read.ReportEffects);
    }

    [Theory]
    [InlineData("{}", "report_effects: chargeback is missing")]
    [InlineData("""{"chargebak":{}}""", "report_effects.chargebak: chargebak is not known here; did you mean chargeback?")]
    [InlineData("""{"chargeback":{"mail":{}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""", "report_effects.chargeback.mail: mail is not known here; did you mean email?")]
    [InlineData("""{"chargeback":{"email":{"severity":"ban"}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""", "report_effects.chargeback.email.severity: must be block, flag or review, not \"ban\"")]
    [InlineData("""{"chargeback":{"email":{"severity":"flag","days":3651}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""", "report_effects.chargeback.email.days: must be a whole number between 1 and 3650, not 3651")]
    [InlineData("""{"chargeback":{"card_bin":{"severity":"block"}},"friendly_fraud":{},"card_testing":{},"account_takeover":{},"identity_theft":{},"other":{}}""", "report_effects.chargeback.card_bin.severity: belongs to many people: a report may flag it or send it to review, never block it")]
    public void A_table_that_cannot_be_is_refused_with_its_place(string table, string expected)
    {
        Assert.False(PolicyJson.TryRead($$"""{"bands":{"review":30,"challenge":50,"decline":80},"report_effects":{{table}}}""", out _, out var problems));
        Assert.Contains(expected, problems.Select(p => p.ToString()));
    }

    [Fact]
    public void What_was_changed_is_named_cell_by_cell_and_carried_over()
    {
        var mine = With(new ReportEffect(FraudReason.CardTesting, ListType.DeviceFingerprint, ListSeverity.Block, 90), new ReportEffect(FraudReason.Other, ListType.Email, ListSeverity.Flag, 10));
        var changes = PolicyChanges.Between(Shipped, mine);
        Assert.Equal(
        [
            new("report_effects.other.email.severity", "block", "flag"), new("report_effects.card_testing.device_fingerprint.severity", null, "block"),
            new("report_effects.card_testing.device_fingerprint.days", null, 90L), new("report_effects.other.email.days", null, 10L),
        ], changes.OrderBy(c => c.Before is null).ThenBy(c => c.Place.Contains("other", StringComparison.Ordinal)));
        var theirs = Shipped with { Bands = new Bands(31, 52, 81) };
        var both = PolicyChanges.Apply(theirs, changes);
        Assert.Equal(new Bands(31, 52, 81), both.Bands);
        Assert.Equal(ReportEffects.Ordered(mine.ReportEffects), both.ReportEffects);
        Assert.Empty(PolicyChanges.Between(Shipped, PolicyChanges.Apply(mine, PolicyChanges.Between(mine, Shipped))));
        var gone = PolicyChanges.Apply(Shipped, [new("report_effects.chargeback.ip_address.severity", "block", null)]);
        Assert.DoesNotContain(gone.ReportEffects, e => e is { Reason: FraudReason.Chargeback, Type: ListType.IpAddress });
        Assert.Equal([new("report_effects.chargeback.ip_address.severity", "block", null), new("report_effects.chargeback.ip_address.days", 30L, null)], PolicyChanges.Between(Shipped, gone));
    }
}
