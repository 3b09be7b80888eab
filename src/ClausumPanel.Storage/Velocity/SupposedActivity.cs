using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>
/// What a run of simulations has done so far, kept apart from what really happened: each of them sees both, and nobody else sees any of it. Not thread-safe.
/// </summary>
/// <remarks>
/// Numbers are added up. Different values are those of both sides together, with this payment's own counted once: a value that is neither its own nor new, yet is on both sides, counts twice.
/// Means and deviations are those of all amounts of both sides.
/// </remarks>
public sealed class SupposedActivity
{
    private static readonly EntityKind[] Others = [EntityKind.Email, EntityKind.Card, EntityKind.Device, EntityKind.Ip];

    private readonly VelocityIndex _own = new();
    private readonly Facts _seen = new();
    private int _last = -1;

    /// <summary>Fills the velocity and history facts from what happened and what is supposed to have, then takes this one to have happened too.</summary>
    public void Observe(VelocityIndex live, in Observation seen, Facts facts)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(facts);
        live.Look(seen, facts);
        _seen.Clear();
        _last = _own.Observe(seen, _seen);
        for (var k = 0; k < Entities.Kinds; k++)
        {
            if (seen.Keys[k] == 0) continue;
            var kind = (EntityKind)k;
            foreach (var measure in Enum.GetValues<Measure>())
            {
                var own = measure >= Measure.Emails && seen.Keys[(int)Others[measure - Measure.Emails]] != 0 ? 1 : 0;
                foreach (var window in Enum.GetValues<Window>()) Add(facts, FactCatalog.Velocity(kind, measure, window), own);
            }
            foreach (var part in (ReadOnlySpan<HistoryPart>)[HistoryPart.Count, HistoryPart.Approved, HistoryPart.Declined]) Add(facts, FactCatalog.History(kind, part), 0);
            Pool(facts, FactCatalog.History(kind, HistoryPart.AmountCount), FactCatalog.History(kind, HistoryPart.AmountMean), FactCatalog.History(kind, HistoryPart.AmountDeviation));
            Nearest(facts, FactCatalog.History(kind, HistoryPart.SinceLast));
            if (!facts.Has(FactCatalog.History(kind, HistoryPart.Age))) Nearest(facts, FactCatalog.History(kind, HistoryPart.Age));
        }
        Add(facts, Known.SequentialCards, 0);
    }

    /// <summary>Notes how the last one was decided.</summary>
    public void Confirm(Decision decision) => _own.Confirm(_last, decision);

    private void Add(Facts facts, Fact fact, int countedTwice)
    {
        if (facts.Has(fact) && _seen.Has(fact)) facts.Set(fact, facts.Number(fact) + _seen.Number(fact) - countedTwice);
    }

    /// <summary>Two samples become one.</summary>
    private void Pool(Facts facts, Fact count, Fact mean, Fact deviation)
    {
        var (n, m) = (Number(facts, count), Number(_seen, count));
        if (m == 0) return;
        var sum = (n * Number(facts, mean)) + (m * Number(_seen, mean));
        var squares = Squares(n, Number(facts, mean), Number(facts, deviation)) + Squares(m, Number(_seen, mean), Number(_seen, deviation));
        facts.Set(count, n + m);
        facts.Set(mean, sum / (n + m));
        if (n + m > 1) facts.Set(deviation, Math.Sqrt(Math.Max(0, (squares - (sum * sum / (n + m))) / (n + m - 1))));
    }

    private static double Squares(double n, double mean, double deviation) => n == 0 ? 0 : (deviation * deviation * (n - 1)) + (n * mean * mean);

    private static double Number(Facts facts, Fact fact) => facts.Has(fact) ? facts.Number(fact) : 0;

    private void Nearest(Facts facts, Fact fact)
    {
        if (_seen.Has(fact)) facts.Set(fact, facts.Has(fact) ? Math.Min(facts.Number(fact), _seen.Number(fact)) : _seen.Number(fact));
    }
}
