using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests;

public sealed class PolicyChangesTests
{
    private static readonly Policy Shipped = Policy.Default;

    [Fact]
    public void A_policy_does_not_differ_from_itself_however_much_of_it_is_said()
    {
        Assert.Empty(PolicyChanges.Between(Shipped, Shipped.Complete()));
        Assert.Empty(PolicyChanges.Between(Shipped, PolicyChanges.Apply(Shipped, [])));
        Assert.Equal(PolicyJson.Write(Shipped.Complete()), PolicyJson.Write(PolicyChanges.Apply(Shipped, [])));
    }

    [Fact]
    public void Whatever_differs_is_found_and_can_be_carried_over()
    {
        PolicyChange[] wanted =
        [
            new("bands.review", (long)Shipped.Bands.Review, 21L), new("limits.payin.GBP.maximum", null, 500_000L), new("signals.short_session.weight", (long)Shipped.Of(SignalCatalog.ByCode["short_session"]).Weight, 33L),
            new("signals.short_session.enabled", true, false),
        ];
        var changed = PolicyChanges.Apply(Shipped, wanted);
        Assert.Equal(wanted.OrderBy(c => c.Place), PolicyChanges.Between(Shipped, changed).OrderBy(c => c.Place));
        Assert.Equal((21, 33, false), (changed.Bands.Review, changed.Of(SignalCatalog.ByCode["short_session"]).Weight, changed.Of(SignalCatalog.ByCode["short_session"]).Enabled));
        Assert.Equal(500_000L, changed.Limits.Single(l => l.Currency == "GBP" && l.Flow == Flow.PayIn).Maximum);
        Assert.Empty(PolicyChanges.Between(changed, PolicyChanges.Apply(Shipped, PolicyChanges.Between(Shipped, changed))));
    }

    [Fact]
    public void What_is_taken_out_is_gone()
    {
        var limit = Shipped.Limits.First(l => l.Maximum is not null);
        var place = $"limits.{(limit.Flow == Flow.PayOut ? "payout" : "payin")}.{limit.Currency}.maximum";
        var changed = PolicyChanges.Apply(Shipped, [new PolicyChange(place, limit.Maximum, null)]);
        Assert.Equal([new PolicyChange(place, limit.Maximum, null)], PolicyChanges.Between(Shipped, changed));
    }

    [Fact]
    public void Two_who_changed_the_same_thing_differently_are_told_of_it()
    {
        PolicyChange[] mine = [new("bands.review", 30L, 25L), new("bands.decline", 80L, 90L)], theirs = [new("bands.review", 30L, 20L), new("bands.decline", 80L, 90L)];
        Assert.Equal([mine[0]], PolicyChanges.Conflicts(mine, theirs));
    }

    [Fact]
    public void Rules_are_kept_put_in_order_and_taken_out()
    {
        var first = new PolicyRule("from-abroad", "From abroad", "when card.country != ip.country then review", "Look at it") { Flow = Flow.PayIn, Starts = 1_780_000_000_000, ObserveOnly = true };
        var second = new PolicyRule("huge", "Huge", "when amount > 90000 MXN then block", "Too large") { Currency = "MXN", Enabled = false };
        var ruled = Shipped with { Rules = [first, second] };
        Assert.Equal([first, second], PolicyChanges.Apply(ruled, [new PolicyChange("bands.review", null, 22L)]).Rules);
        Assert.Equal([second, first], PolicyChanges.Apply(ruled, [new PolicyChange(PolicyChanges.RuleOrder, null, (IReadOnlyList<string>)["huge", "from-abroad"])]).Rules);
        Assert.Equal([second], PolicyChanges.Apply(ruled, [new PolicyChange(PolicyChanges.RuleOrder, null, (IReadOnlyList<string>)["huge"])]).Rules);
        Assert.Equal([first, second], PolicyChanges.Apply(Shipped, PolicyChanges.Between(Shipped, ruled)).Rules);
        Assert.Equal(["rules.huge.text"], PolicyChanges.Between(ruled, ruled with { Rules = [first, second with { Text = "when amount > 80000 MXN then block" }] }).Select(c => c.Place));
    }
}
