using ClausumPanel.Assess;

namespace ClausumPanel.Web.Flows;

/// <summary>A count of recent activity that was not the same for all requests of a run.</summary>
/// <param name="Values">One for each request; NaN where it was missing.</param>
public sealed record VelocityMove(FactDefinition Fact, IReadOnlyList<double> Values)
{
    /// <summary>What is looked at, in this order.</summary>
    public static readonly IReadOnlyList<FactDefinition> Facts = [.. FactCatalog.All.Where(fact => fact.Source == FactSource.Velocity)];

    /// <summary>In the order of what they say: others of the same (cards of a device), what was declined, how many, how much.</summary>
    private static readonly Measure[] Telling = [Measure.Cards, Measure.Emails, Measure.Devices, Measure.Ips, Measure.Declines, Measure.Count, Measure.Sum];

    /// <summary>Where two rose alike, the first of these says more.</summary>
    private static readonly EntityKind[] Kinds = [EntityKind.Device, EntityKind.Beneficiary, EntityKind.Customer, .. Enum.GetValues<EntityKind>().Except([EntityKind.Device, EntityKind.Beneficiary, EntityKind.Customer])];

    /// <summary>The values as they are now.</summary>
    public static double[] Of(Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [.. Facts.Select(fact => facts.Number(fact.Fact))];
    }

    /// <summary>All that moved, in the catalogue's order.</summary>
    public static IReadOnlyList<VelocityMove> Among(IReadOnlyList<ScenarioAnswer> answers)
    {
        List<VelocityMove> moves = [];
        for (var i = 0; i < Facts.Count; i++)
        {
            double[] values = [.. answers.Select(answer => answer.Velocity[i])];
            if (values.Distinct().Skip(1).Any()) moves.Add(new VelocityMove(Facts[i], values));
        }
        return moves;
    }

    /// <summary>The few that tell most: of each measure the one that rose farthest, in the shortest window in which it did.</summary>
    public static IReadOnlyList<VelocityMove> Best(IReadOnlyList<VelocityMove> moves, int most)
    {
        ArgumentNullException.ThrowIfNull(moves);
        var byFact = moves.ToDictionary(move => move.Fact.Fact);
        var best = Telling.Select(measure =>
            (from kind in Kinds from window in Enum.GetValues<Window>() select byFact.GetValueOrDefault(FactCatalog.Velocity(kind, measure, window))).OfType<VelocityMove>().MaxBy(move => move.Rise));
        return [.. best.Prepend(byFact.GetValueOrDefault(Known.SequentialCards)).OfType<VelocityMove>().Where(move => move.Rise > 0).Take(most)];
    }

    private double Rise => Values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(0).Max() - (double.IsNaN(Values[0]) ? 0 : Values[0]);
}
