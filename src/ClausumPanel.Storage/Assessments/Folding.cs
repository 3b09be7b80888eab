using System.Data.Common;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// Makes stored assessments findable and tells the outbox of them: a slice of the log becomes rows, signals, terms and events in one transaction that also moves the mark, so a crash
/// repeats or skips nothing. Six secondary indexes in the assessment's own transaction would cost two thirds of the rate at a million rows; sorted slices cost little.
/// </summary>
internal sealed class Folding : IDisposable
{
    public const string Reader = "fold";

    private readonly ILogStore _store;
    private readonly Facts _facts = new();
    private readonly SignalHit[] _hits = new SignalHit[Assessment.MostSignals];
    private readonly RuleHit[] _rules = new RuleHit[Assessment.MostRules];
    private readonly List<AssessmentRow> _rows = [];
    private readonly List<(int Signal, long Seq)> _signals = [];
    private readonly List<FoundBy.Term> _terms = [];
    private readonly List<(OutboxEventType Type, long Seq, long At)> _events = [];
    private readonly List<Review> _reviews = [];
    private readonly DayWriter _days;
    private readonly TallyWriter _tallies;
    private readonly ReviewRouting _routing;
    private readonly HitWriter _met;
    private readonly FigureWriter _figures;
    private readonly SubmerchantWriter _submerchants;

    public Folding(ILogStore store, ReviewRouting routing)
    {
        (_store, _routing) = (store, routing);
        _days = new DayWriter(store.Connection);
        _tallies = new TallyWriter(store.Connection);
        _met = new HitWriter(store);
        _figures = new FigureWriter(store.Connection);
        _submerchants = new SubmerchantWriter(store.Connection);
        using var command = store.Connection.CreateCommand();
        command.CommandText = $"SELECT seq FROM log_marks WHERE reader = '{Reader}'";
        Mark = command.ExecuteScalar() is long seq ? seq : 0;
    }

    /// <summary>The last place that was folded.</summary>
    public long Mark { get; private set; }

    /// <summary>Folds up to <paramref name="most"/> assessments after the mark and gives the new mark.</summary>
    public long Advance(int most)
    {
        Read(most);
        if (_rows.Count == 0) return Mark;
        _signals.Sort();
        _terms.Sort(static (a, b) =>
        {
            var order = AssessmentTerm.SegmentOf(a.Seq).CompareTo(AssessmentTerm.SegmentOf(b.Seq));
            if (order == 0) order = string.CompareOrdinal(a.Text, b.Text);
            if (order == 0) order = a.Kind.CompareTo(b.Kind);
            return order == 0 ? a.Seq.CompareTo(b.Seq) : order;
        });
        _store.Begin();
        Write();
        _store.Commit();
        _store.Rest(_rows.Count / 2);
        return Mark = _rows[^1].Seq;
    }

    public void Dispose()
    {
        _days.Dispose();
        _tallies.Dispose();
        _met.Dispose();
        _figures.Dispose();
        _submerchants.Dispose();
        _rows.Clear();
        _terms.Clear();
    }

    private void Read(int most)
    {
        _rows.Clear();
        _signals.Clear();
        _terms.Clear();
        _events.Clear();
        _reviews.Clear();
        _days.Clear();
        _tallies.Clear();
        _met.Clear();
        _figures.Clear();
        var router = _routing.Router;
        using var command = _store.Connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"SELECT seq, at, flow, decision, score, amount, currency, simulated, session_id, order_id, payment_id, signals, facts, blocked_by IS NOT NULL, policy_version, CASE WHEN decision IN (1, 2) THEN request END, latency_microseconds FROM assessments WHERE seq > {Mark} ORDER BY seq LIMIT {most}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var seq = reader.GetInt64(0);
            _facts.Clear();
            FactSnapshot.Read(reader.GetFieldValue<byte[]>(12), _facts);
            var signals = reader.GetFieldValue<byte[]>(11);
            var count = SignalHits.Read(signals, _hits);
            _rows.Add(new AssessmentRow
            {
                Seq = seq, At = reader.GetInt64(1), Flow = (Flow)reader.GetInt32(2), Decision = (Decision)reader.GetInt32(3), Score = reader.GetInt32(4),
                Amount = reader.GetInt64(5), Currency = reader.GetString(6), Simulated = reader.GetBoolean(7), Country = FoundBy.Country(_facts), Channel = FoundBy.Channel(_facts),
                Submerchant = FoundBy.Submerchant(_facts), Scheme = FoundBy.Scheme(_facts), LatencyMicroseconds = reader.GetInt32(16), Signals = FoundBy.Signals(_hits.AsSpan(0, count)),
            });
            var isBlocked = reader.GetBoolean(13);
            var row = _rows[^1];
            if (!row.Simulated) _events.Add((OutboxEvent.Of(row.Flow, row.Decision, isBlocked), seq, row.At));
            var rules = _rules.AsSpan(0, SignalHits.ReadRules(signals, _rules));
            if (!row.Simulated) _days.AddRules(row.At, reader.GetInt32(14), rules);
            var first = _signals.Count;
            for (var i = 0; i < count; i++)
            {
                (int, long) fired = (SignalCatalog.All[_hits[i].Signal].Id, seq);
                if (_signals.IndexOf(fired, first) >= 0) continue;
                _signals.Add(fired);
                if (!row.Simulated) _days.AddSignal(row, fired.Item1);
            }
            if (!row.Simulated)
            {
                _days.AddScore(row, KindOf(isBlocked, _hits.AsSpan(0, count)));
                _met.Note(_facts, row.At, row.Flow);
                _figures.Add(row, _facts, reader.GetInt32(14), rules);
            }
            if (row is { Simulated: false, Decision: Decision.Review or Decision.Challenge }
                && router.Open(new Routed { Row = row, Facts = _facts, Signals = _hits.AsSpan(0, count), Rules = rules, Request = reader.GetFieldValue<byte[]>(15) }) is { } review) _reviews.Add(review);
            FoundBy.Terms(_facts, Text(reader, 9), Text(reader, 10), reader.GetString(8), seq, _terms);
        }
    }

    private void Write()
    {
        using (var table = _store.Append(LogTable.Rows))
        {
            foreach (var row in _rows)
            {
                table.Write(row.Seq);
                table.Write(row.At);
                table.Write((int)row.Flow);
                table.Write((int)row.Decision);
                table.Write(row.Score);
                table.Write(row.Amount);
                table.Write(row.Currency);
                table.Write(row.Country);
                table.Write(row.Simulated);
                table.Write(row.Channel);
                table.Write(row.Submerchant);
                table.Write(row.Scheme);
                table.Write(row.LatencyMicroseconds);
                table.Write(row.Signals);
                table.EndRow();
            }
            table.Complete();
        }
        using (var table = _store.Append(LogTable.Signals))
        {
            foreach (var (signal, seq) in _signals)
            {
                table.Write(signal);
                table.Write(seq);
                table.EndRow();
            }
            table.Complete();
        }
        using (var table = _store.Append(LogTable.Terms))
        {
            FoundBy.Term before = default;
            foreach (var term in _terms)
            {
                if (term == before) continue;
                table.Write(AssessmentTerm.SegmentOf(term.Seq));
                table.Write(term.Text);
                table.Write((int)term.Kind);
                table.Write(term.Seq);
                table.EndRow();
                before = term;
            }
            table.Complete();
        }
        if (_reviews.Count > 0)
        {
            using var table = _store.Append(LogTable.Reviews);
            foreach (var review in _reviews)
            {
                table.Write(review.Seq);
                table.Write(review.Queue);
                table.Write(review.OpenedAt);
                table.Write((int)review.Decision);
                table.Write((int)ReviewState.Open);
                table.Write(0);
                table.Write(review.VisibleAt);
                table.WriteOrNull(review.DueAt);
                table.WriteOrNull(review.WarnAt);
                table.WriteOrNull(review.ExpiresAt);
                table.Write(review.Stake);
                table.Write(review.IsLoyal);
                table.Write(false);
                table.Write(false);
                table.EndRow();
            }
            table.Complete();
        }
        _days.Write();
        _figures.Write();
        AppendRuleHits();
        var number = LastEvent();
        using (var table = _store.Append(LogTable.OutboxEvents))
        {
            foreach (var (type, seq, at) in _events)
            {
                table.Write(++number);
                table.Write((int)type);
                table.Write(seq);
                table.Write(at);
                table.EndRow();
            }
            table.Complete();
        }
        WriteTallies();
        _met.Write();               // after the lock of the events, as reports of fraud come to the lists
        using var mark = _store.Connection.CreateCommand();
        mark.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO log_marks (reader, seq) VALUES ('{Reader}', {_rows[^1].Seq}) ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq");
        mark.ExecuteNonQuery();
    }

    /// <summary>Behind the lock that whoever writes labels waits for: what was labelled before it was folded counts as labelled, what is labelled later moves.</summary>
    private void WriteTallies()
    {
        var labels = new Dictionary<long, LabelOutcome>();
        using (var command = _store.Connection.CreateCommand())
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT seq, outcome FROM current_labels WHERE seq > {Mark} AND seq <= {_rows[^1].Seq}");
            using var reader = command.ExecuteReader();
            while (reader.Read()) labels[reader.GetInt64(0)] = (LabelOutcome)reader.GetInt32(1);
        }
        var tallied = _submerchants.Count(_rows, Mark, _tallies);
        foreach (var row in _rows)
        {
            var scopes = _tallies.ScopesOf(row, tallied.Contains(row.Submerchant));
            _tallies.AddValues(row, scopes);
            _tallies.Add(row, scopes, FinalOutcomes.Of(row.Decision, null), labels.TryGetValue(row.Seq, out var label) ? label : null);
        }
        _tallies.Write();
    }

    private void AppendRuleHits()
    {
        if (_figures.RuleHits.Count == 0) return;
        using var table = _store.Append(LogTable.RuleHits);
        foreach (var (rule, seq) in _figures.RuleHits.Order())
        {
            table.Write(rule);
            table.Write(seq);
            table.EndRow();
        }
        table.Complete();
    }

    /// <summary>Asked anew every time: reports of fraud have their numbers from the same row.</summary>
    private long LastEvent()
    {
        _store.LockOutbox();
        using var command = _store.Connection.CreateCommand();
        command.CommandText = "SELECT max(number) FROM outbox_events";
        return command.ExecuteScalar() is long number ? number : 0;
    }

    /// <summary>Whether bands could have decided otherwise.</summary>
    internal static ScoreKind KindOf(bool isBlocked, ReadOnlySpan<SignalHit> hits)
    {
        if (isBlocked) return ScoreKind.Fixed;
        var kind = ScoreKind.Free;
        foreach (ref readonly var hit in hits)
        {
            if (SignalCatalog.IsAllowList(hit)) return ScoreKind.Fixed;
            if (SignalCatalog.IsReviewList(hit)) kind = ScoreKind.Held;
        }
        return kind;
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
