using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Web.Flows;

/// <summary>What an entry would have met.</summary>
/// <param name="Tally">All that it would have met.</param>
/// <param name="Newest">The latest of them, newest first.</param>
/// <param name="Looked">How many of the latest assessments were looked at, when there were more than there was time for; null: all.</param>
public sealed record EntryTrialResult(AssessmentTally Tally, IReadOnlyList<AssessmentLine> Newest, long? Looked);

/// <summary>
/// Finds what an entry would have met in the last days, had it been there. Where assessments are findable by its values, it asks for them; else it looks through the latest ones with a list that has
/// this entry only, so that it meets exactly what it will meet. It writes nothing.
/// </summary>
public sealed class EntryTrial(PanelDb db, AssessmentReader assessments, LatestScan latest, TimeProvider clock)
{
    public const int Days = 30, Shown = 10;

    /// <param name="type">The entry's type.</param>
    /// <param name="value">Normalised.</param>
    /// <param name="flows">Which flow it counts in.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<EntryTrialResult> RunAsync(ListType type, string value, FlowScope flows, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var from = now.AddDays(-Days).ToUnixTimeMilliseconds();
        if (ListLookup.Filter(type, value) is { } found)
        {
            var filter = found with { From = from, Simulated = false, Flow = flows.Only() };
            var page = await assessments.PageAsync(filter, AssessmentOrder.Newest, null, Shown, stop);
            return new EntryTrialResult(await assessments.TallyAsync(filter, stop), page.Lines, null);
        }
        var tally = new Tally(db, new ListEntry { Type = type, Value = value, Severity = ListSeverity.Block });
        var isCut = await latest.RunAsync(new ScanScope(from, now.ToUnixTimeMilliseconds() + 1, flows.Only()), tally, stop);
        return new EntryTrialResult(tally.Met, await assessments.LinesAsync(tally.Newest, stop), isCut ? tally.Looked : null);
    }

    private sealed class Tally(PanelDb db, ListEntry entry) : ILookAtEach
    {
        private readonly ListIndex _index = new([entry]);
        private readonly Fact _fact = FactCatalog.List(entry.Type);
        private readonly Facts _facts = new();
        private readonly HashSet<long> _here = [];
        private readonly Queue<long> _newestHere = [];

        public AssessmentTally Met { get; } = new();
        public List<long> Newest { get; } = [];
        public long Looked { get; private set; }

        public void Take(in PreviewRow row)
        {
            if (!RuleTrial.TryRead(row.Facts, _facts)) return;
            Looked++;
            _facts.Set(_fact, double.NaN);              // what the lists of that day said
            _index.Fill(_facts, default, row.At);
            if (double.IsNaN(_facts.Number(_fact))) return;
            Met.Add(row.Decision);
            _here.Add(row.Seq);
            _newestHere.Enqueue(row.Seq);
            if (_newestHere.Count > Shown) _newestHere.Dequeue();
        }

        public async Task EndStretchAsync(long first, long last, CancellationToken stop)
        {
            if (_here.Count == 0) return;
            foreach (var label in await LabelQueries.EffectiveAsync(db, first, last, stop: stop))
                if (_here.Contains(label.Seq)) Met.Add(label.Label);
            Newest.AddRange(_newestHere.Reverse().Take(Shown - Newest.Count));
            _newestHere.Clear();
            _here.Clear();
        }
    }
}
