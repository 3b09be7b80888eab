using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Text;
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

/// <summary>What an assessment is found by, said once for the folded tables and for the short tail that is not folded yet.</summary>
public static class FoundBy
{
    private const int LongestTerm = 200;

    public readonly record struct Term(string Text, TermKind Kind, long Seq);

    /// <summary>The narrow row of a stored assessment.</summary>
    internal static AssessmentRow Row(StoredAssessment stored, Facts facts, SignalHit[] hits)
    {
        facts.Clear();
        FactSnapshot.Read(stored.Facts, facts);
        return new AssessmentRow
        {
            Seq = stored.Seq, At = stored.At, Flow = stored.Flow, Decision = stored.Decision, Score = stored.Score, Amount = stored.Amount, Currency = stored.Currency, Simulated = stored.Simulated,
            Country = Country(facts), Channel = Channel(facts), Submerchant = Submerchant(facts), Scheme = Scheme(facts), LatencyMicroseconds = stored.LatencyMicroseconds, Signals = Signals(hits.AsSpan(0, SignalHits.Read(stored.Signals, hits))),
        };
    }

    /// <summary>Where the payer is, or the beneficiary of a payout; empty when nobody said.</summary>
    public static string Country(Facts facts) =>
        facts.Text(Known.BeneficiaryCountry) ?? facts.Text(Known.IpCountry) ?? facts.Text(Known.CardCountry) ?? facts.Text(Known.BillingCountry) ?? "";

    /// <summary>As the caller states it; empty when it does not.</summary>
    public static string Channel(Facts facts) => Cut(facts.Text(Known.Channel), TallyScope.LongestChannel);

    /// <summary>As the caller states it; empty when it does not.</summary>
    public static string Submerchant(Facts facts) => Cut(facts.Text(Known.SubmerchantId), TallyScope.LongestSubmerchant);

    /// <summary>The card's scheme by its first digits, else as the caller states it; empty when it is none of those that have programmes of their own.</summary>
    public static string Scheme(Facts facts) => (facts.Text(Known.CardScheme) ?? facts.Text(Known.CardBrand)) is "visa" or "mastercard" or "amex" or "discover" ? facts.Text(Known.CardScheme) ?? facts.Text(Known.CardBrand)! : "";

    /// <summary>The stable numbers of the signals, each once, two bytes each.</summary>
    public static byte[] Signals(ReadOnlySpan<SignalHit> hits)
    {
        Span<byte> bytes = stackalloc byte[Assessment.MostSignals * 2];
        var length = 0;
        foreach (ref readonly var hit in hits)
        {
            var id = (ushort)SignalCatalog.All[hit.Signal].Id;
            var isThere = false;
            for (var i = 0; i < length && !isThere; i += 2) isThere = BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..]) == id;
            if (isThere) continue;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[length..], id);
            length += 2;
        }
        return bytes[..length].ToArray();
    }

    /// <summary>What a line break would make of two names that are kept together, and what is longer than a name, is left out.</summary>
    private static string Cut(string? text, int most)
    {
        var name = (text ?? "").Trim().Replace('\n', ' ').Replace("\0", "", StringComparison.Ordinal);
        return Shortened(name, most);
    }

    /// <summary>No longer than that, and never with half a character at its end, which one of the engines would not take.</summary>
    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)].TrimEnd();

    /// <summary>A card as people look for it: last four digits first, so that they alone find it.</summary>
    public static string? Card(Facts facts) => facts.Text(Known.CardLast4) is { } last4 ? $"{last4} {facts.Text(Known.CardBin)}".TrimEnd() : facts.Text(Known.CardHash);

    /// <summary>The sorts of text that facts hold, in the order in which an assessment's are listed.</summary>
    private static readonly TermKind[] OfFacts = [TermKind.Email, TermKind.Card, TermKind.CardBin, TermKind.Customer, TermKind.Device, TermKind.Ip, TermKind.Phone, TermKind.Beneficiary, TermKind.EmailDomain, TermKind.BeneficiaryName, TermKind.Account];

    /// <summary>What an assessment names of that sort, as it was written; null when nothing, or when facts do not hold it.</summary>
    public static string? Text(Facts facts, TermKind kind) => kind switch
    {
        TermKind.Email => facts.Text(Known.Email),
        TermKind.Card => Card(facts),
        TermKind.CardBin => facts.Text(Known.CardBin),
        TermKind.Customer => facts.Text(Known.CustomerId),
        TermKind.Device => facts.Text(Known.Fingerprint),
        TermKind.Ip => facts.Text(Known.Ip),
        TermKind.Phone => facts.Text(Known.Phone),
        TermKind.Beneficiary => facts.Text(Known.BeneficiaryId) ?? facts.Text(Known.BeneficiaryClabe),
        TermKind.BeneficiaryName => facts.Text(Known.BeneficiaryName),
        TermKind.Account => Accounts(facts).FirstOrDefault(),
        TermKind.EmailDomain => facts.Is(Known.EmailFree) ? null : facts.Text(Known.EmailDomain),
        TermKind.Order or TermKind.Payment or TermKind.Session => null,
    };

    /// <summary>One account in as many ways as it was named: CLABE, IBAN, the caller's hash.</summary>
    public static IEnumerable<string> Accounts(Facts facts)
    {
        foreach (var fact in (Fact[])[Known.BeneficiaryClabe, Known.BeneficiaryIban, Known.BeneficiaryAccountHash])
            if (facts.Text(fact) is { } text) yield return text;
    }

    public static void Terms(Facts facts, string? order, string? payment, string session, long seq, List<Term> into)
    {
        foreach (var kind in OfFacts)
            if (kind != TermKind.Account) Add(Text(facts, kind), kind);
        foreach (var account in Accounts(facts)) Add(account, TermKind.Account);
        Add(order, TermKind.Order);
        Add(payment, TermKind.Payment);
        Add(session, TermKind.Session);

        void Add(string? text, TermKind kind)
        {
            if (string.IsNullOrWhiteSpace(text)) return;
            if (Normalize(text, kind) is { Length: > 0 } term) into.Add(new Term(term, kind, seq));
        }
    }

    /// <summary>How a term of that sort is stored and looked for.</summary>
    public static string Normalize(string text, TermKind? kind) => kind == TermKind.BeneficiaryName ? Name(text) : Normalize(text);

    /// <summary>A name without case, accents, punctuation and the order of its words: whoever types it anew writes it otherwise.</summary>
    public static string Name(string text) => Shortened(string.Join(' ', Words(text)), LongestTerm);

    /// <summary>The words of a name without case, accents and punctuation, in order of the alphabet.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new StringBuilder(text.Length);
        foreach (var c in Assigned(text).Normalize(NormalizationForm.FormKD))
        {
            // S.A. is SA, O'Neill is ONeill.
            if (c is '.' or '\'' or '’' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            plain.Append(char.IsLetterOrDigit(c) || char.IsSurrogate(c) ? char.ToLowerInvariant(c) : ' ');
        }
        return [.. plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    /// <summary>The text without what no text has: nothing can be normalised that holds half a character, or none.</summary>
    private static string Assigned(string text)
    {
        StringBuilder? clean = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isNone = (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
            if ((isNone || (rune == Rune.ReplacementChar && text[at] != '\uFFFD')) && clean is null) clean = new StringBuilder(text, 0, at, text.Length);
            if (!isNone) clean?.Append(rune.ToString());
            at += rune == Rune.ReplacementChar ? 1 : rune.Utf16SequenceLength;
        }
        return clean?.ToString() ?? text;
    }

    /// <summary>How a term is stored and looked for.</summary>
    public static string Normalize(string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        return Shortened(lower, LongestTerm);
    }
}
