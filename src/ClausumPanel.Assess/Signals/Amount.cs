using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Amount
{
    private static readonly EntityKind[] Payers = [EntityKind.Customer, EntityKind.Email, EntityKind.Card, EntityKind.Beneficiary];
    private static readonly Fact[] Samples = Histories.Of(HistoryPart.AmountCount, Payers);
    private static readonly Fact[] Means = Histories.Of(HistoryPart.AmountMean, Payers);
    private static readonly Fact[] Deviations = Histories.Of(HistoryPart.AmountDeviation, Payers);

    private static readonly EntityKind[] Probers = [EntityKind.Email, EntityKind.Customer, EntityKind.Device, EntityKind.Ip];
    private static readonly Fact[] ProberCounts = Velocities.Of(Measure.Count, Window.OneHour, Probers);
    private static readonly Fact[] ProberSums = Velocities.Of(Measure.Sum, Window.OneHour, Probers);

    public static readonly SignalDefinition[] All =
    [
        new(701, "amount_above_max", Both, 100, "Amount above the maximum", "{0} is above the maximum of {1}", (in s, t, ref f) => f.If(s.Amount > s.Maximum, s.Amount, s.Maximum))
        {
            IsFixed = true,
            A = SignalNumber.Money,
            B = SignalNumber.Money,
        },
        new(702, "amount_below_min", Both, 10, "Amount below the minimum", "{0} is below the minimum of {1}", (in s, t, ref f) => f.If(s.Amount < s.Minimum, s.Amount, s.Minimum))
        {
            A = SignalNumber.Money,
            B = SignalNumber.Money,
        },
        new(703, "amount_outlier", Both, 20, "Unusual amount", "{0} times the average amount of {1}", Outlier)
        {
            A = SignalNumber.Times,
            B = SignalNumber.Money,
            Parameters =
            [
                new("above", 3, 1, 20, "standard deviations", "An amount further than this above the mean is unusual"),
                new("samples", 10, 2, 10_000, "transactions", "Earlier amounts needed before anything is unusual"),
                new("least_deviation", 10, 0, 100, "%", "The deviation counts as at least this share of the mean, so that equal amounts do not make every other one unusual"),
            ],
        },
        new(704, "large_amount_at_night", Both, 8, "Large amount at night", "{0} at {1} o'clock",
            (in s, t, ref f) => s.IsLarge && s.Number(Known.Hour) is var hour && f.If(t[0] <= t[1] ? hour >= t[0] && hour < t[1] : hour >= t[0] || hour < t[1], s.Amount, hour))
        {
            A = SignalNumber.Money,
            B = SignalNumber.Count,
            Parameters =
            [
                new("from_hour", 0, 0, 23, "h", "First hour of the night, in the organization's time zone"),
                new("to_hour", 5, 0, 24, "h", "Hour the night ends"),
            ],
        },
        new(705, "round_amount_probing", PayIn, 10, "Probing with round amounts", "{0} different round amounts tried in the last hour", RoundProbing)
        {
            A = SignalNumber.Count,
            Parameters =
            [
                new("earlier", 3, 1, 100, "transactions", "Earlier round amounts in the last hour from which it counts"),
                new("step", 50, 1, 100_000, "major units", "An amount is round when it is a multiple of this"),
            ],
        },
        new(706, "tiny_amount", PayIn, 5, "Tiny card amount", "Only {0} on a card", (in s, t, ref f) => f.If(s.IsSmall && s.Has(Known.CardBin), s.Amount)) { A = SignalNumber.Money },
    ];

    // The payer's own history speaks first; the organization's only when no identity has enough of it.
    private static bool Outlier(in Sight s, Tuning t, ref Finding f)
    {
        for (var i = 0; i < Samples.Length; i++)
            if (s.Number(Samples[i]) >= t[1]) return IsFar(s, t, ref f, s.Number(Means[i]), s.Number(Deviations[i]));
        return s.Number(Known.OrganizationCount) >= t[1] && IsFar(s, t, ref f, s.Number(Known.OrganizationMean), s.Number(Known.OrganizationDeviation));
    }

    private static bool IsFar(in Sight s, Tuning t, ref Finding f, double mean, double deviation)
    {
        var far = (s.Amount - mean) / Math.Max(deviation, mean * t[2] / 100);
        // Told as people compare amounts; how far it is in deviations only decides.
        return f.If(far > t[0] && far < double.PositiveInfinity, s.Amount / mean, mean);
    }

    // Equal amounts are a subscription or a retry; different round ones are somebody looking for a limit.
    private static bool RoundProbing(in Sight s, Tuning t, ref Finding f)
    {
        var step = t[1] * s.Scale;
        if (s.Amount % step != 0 || s.Amount == 0) return false;
        for (var i = 0; i < ProberCounts.Length; i++)
        {
            var (count, sum) = (s.Number(ProberCounts[i]), s.Number(ProberSums[i]));
            if (count >= t[0] && sum > 0 && sum % step == 0 && sum != count * s.Amount) return f.If(true, count + 1);
        }
        return false;
    }
}
