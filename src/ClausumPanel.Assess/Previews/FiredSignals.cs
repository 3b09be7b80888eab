using System.Collections.Frozen;
using System.Security.Cryptography;
using ClausumPanel.Assess.Signals;

namespace ClausumPanel.Assess.Previews;

/// <summary>
/// Which signals fire, whatever they weigh and whether or not they are switched on: that depends only on their parameters, their words and the amount limits of a policy. So policies that differ
/// in nothing but weights, bands, rules and the control sample find the same, and what was found once need not be found again. Immutable and thread-safe.
/// </summary>
public sealed class FiredSignals
{
    private readonly (SignalTest Test, Tuning Tuning, int Index)[] _payIn, _payOut;
    private readonly FrozenDictionary<string, AmountBounds> _payInBounds, _payOutBounds;

    /// <param name="policy">Whose parameters, words and limits.</param>
    public FiredSignals(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        (_payIn, _payOut) = (Tests(SignalFlows.PayIn, policy), Tests(SignalFlows.PayOut, policy));
        (_payInBounds, _payOutBounds) = (Assessor.Bounds(Flow.PayIn, policy), Assessor.Bounds(Flow.PayOut, policy));
        // Everything else of a policy is the same for all of them.
        var same = policy.Complete();
        Key = Convert.ToHexStringLower(SHA256.HashData(PolicyJson.WriteUtf8(same with
        {
            Version = 0, Bands = Policy.Default.Bands, Rules = [], ControlSample = ControlSample.None, Signals = [.. same.Signals.Select(s => s with { Weight = 0, Enabled = true })],
        })));
    }

    /// <summary>The same for two policies under which the same signals fire.</summary>
    public string Key { get; }

    /// <summary>The signals a policy has switched on, one bit for each.</summary>
    internal static UInt128 On(Policy policy)
    {
        UInt128 on = 0;
        foreach (var definition in SignalCatalog.All)
            if (policy.Of(definition).Enabled) on |= UInt128.One << definition.Index;
        return on;
    }

    /// <summary>One bit for each signal of the catalogue. Those of the lists are never set: they are read from the lists themselves.</summary>
    public UInt128 Of(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var payOut = facts.Text(Known.Flow) == "payout";
        var seen = new Sight(facts, Assessor.BoundsOf(facts, payOut ? _payOutBounds : _payInBounds));
        var found = new Finding();
        UInt128 fired = 0;
        foreach (var (test, tuning, index) in payOut ? _payOut : _payIn)
            if (test(seen, tuning, ref found)) fired |= UInt128.One << index;
        return fired;
    }

    private static (SignalTest, Tuning, int)[] Tests(SignalFlows flow, Policy policy) =>
    [
        .. SignalCatalog.All.Where(d => d.Category != SignalCategory.Lists && d.Flows.HasFlag(flow)).Select(d => (d.Test, Assessor.Tune(d, policy.Of(d)), (int)d.Index)),
    ];
}
