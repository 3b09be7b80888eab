using System.Runtime.CompilerServices;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

public sealed partial class VelocityIndex
{
    private const int OtherKinds = 4;
    private const long OneHour = 3_600_000;
    private const int HistoryParts = (int)HistoryPart.Disputed + 1;

    /// <summary>The kinds that the distinct measures count, in the order of <see cref="Measure.Emails"/> and after.</summary>
    private static readonly EntityKind[] Others = [EntityKind.Email, EntityKind.Card, EntityKind.Device, EntityKind.Ip];

    private static readonly long[] WindowLength = [.. Enum.GetValues<Window>().Select(w => w.Milliseconds())];
    private static readonly int[] VelocityAt = [.. Enum.GetValues<EntityKind>().Select(k => (int)FactCatalog.Velocity(k, Measure.Count, Window.TenMinutes).Index)];
    private static readonly int[] HistoryAt = [.. Enum.GetValues<EntityKind>().Select(k => (int)FactCatalog.History(k, HistoryPart.Count).Index)];

    /// <param name="past">Room to count different values in, when a past moment is looked at; null: it is the latest one.</param>
    private void Describe(in Observation now, in Ids ids, ushort currency, Facts facts, HashSet<int>[]? past = null)
    {
        var numbers = facts.Numbers;
        for (var k = 0; k < Entities.Kinds; k++)
        {
            if (now.Keys[k] == 0) continue;
            var windows = numbers.Slice(VelocityAt[k], Entities.Measures * Entities.Windows);
            windows.Clear();
            if (ids[k] < 0) FirstSight(now, k, windows);
            else if (past is not null)
            {
                if (!WalkPast(now, ids, k, currency, windows, past)) windows.Fill(double.NaN);
            }
            else if (_busy.TryGetValue(ids[k], out var busy) && busy.CanAnswer(now.At)) busy.Describe(this, now, ids, currency, windows);
            else if (!Walk(now, ids, k, currency, windows)) Busy(ids[k], k).Describe(this, now, ids, currency, windows);
            if (ids[k] >= 0) Lifetime(_entities[ids[k]], now.At, currency, numbers.Slice(HistoryAt[k], HistoryParts));
            else numbers[HistoryAt[k]] = numbers[HistoryAt[k] + (int)HistoryPart.Approved] = numbers[HistoryAt[k] + (int)HistoryPart.Declined] = 0;
        }
        if (now.Keys[(int)EntityKind.Card] != 0) facts.Set(Known.SequentialCards, Neighbours(now, ids));
        if (_profiles.TryGetValue((now.Flow, currency), out var profile))
        {
            facts.Set(Known.OrganizationCount, profile.Count);
            facts.Set(Known.OrganizationMean, profile.Mean);
            facts.Set(Known.OrganizationDeviation, profile.Deviation);
        }
        else facts.Set(Known.OrganizationCount, 0);
    }

    /// <summary>A value never seen before: nothing counted, and of the others just this payment's own.</summary>
    private static void FirstSight(in Observation now, int kind, Span<double> windows)
    {
        for (var o = 0; o < OtherKinds; o++)
        {
            var cells = windows.Slice(((int)Measure.Emails + o) * Entities.Windows, Entities.Windows);
            if ((int)Others[o] == kind) cells.Fill(double.NaN);
            else cells.Fill(now.Keys[(int)Others[o]] == 0 ? 0 : 1);
        }
    }

    /// <returns>False when the chain is too long to walk.</returns>
    [SkipLocalsInit]
    private bool Walk(in Observation now, in Ids ids, int kind, ushort currency, Span<double> windows)
    {
        Span<int> known = stackalloc int[OtherKinds * (WalkMost + 1)];
        Span<int> knownCount = stackalloc int[OtherKinds];
        knownCount.Clear();
        for (var o = 0; o < OtherKinds; o++)
        {
            if ((int)Others[o] == kind || now.Keys[(int)Others[o]] == 0) continue;
            windows[((int)Measure.Emails + o) * Entities.Windows]++;
            if (ids[(int)Others[o]] >= 0) known[(o * (WalkMost + 1)) + knownCount[o]++] = ids[(int)Others[o]];
        }
        var steps = 0;
        var window = 0;
        for (var i = _entities[ids[kind]].Head; i >= _first; i = At(i).Before[kind])
        {
            ref var e = ref At(i);
            if (e.Decision == Event.Voided || e.At > now.At) continue;
            while (window < Entities.Windows && now.At - e.At >= WindowLength[window]) window++;
            if (window == Entities.Windows) break;
            if (++steps > WalkMost) return false;
            windows[window]++;
            if (e.Currency == currency) windows[((int)Measure.Sum * Entities.Windows) + window] += e.Amount;
            if (e.Decision == (byte)Decision.Decline) windows[((int)Measure.Declines * Entities.Windows) + window]++;
            for (var o = 0; o < OtherKinds; o++)
            {
                var other = e.Entity[(int)Others[o]];
                if (other < 0 || (int)Others[o] == kind) continue;
                var list = known.Slice(o * (WalkMost + 1), knownCount[o]);
                if (list.Contains(other)) continue;
                known[(o * (WalkMost + 1)) + knownCount[o]++] = other;
                windows[(((int)Measure.Emails + o) * Entities.Windows) + window]++;
            }
        }
        AddUp(windows, kind);
        return true;
    }

    /// <summary>Running totals are those of now: what a past moment saw is counted again, event by event.</summary>
    /// <returns>False when too much lies between then and now.</returns>
    private bool WalkPast(in Observation now, in Ids ids, int kind, ushort currency, Span<double> windows, HashSet<int>[] known)
    {
        for (var o = 0; o < OtherKinds; o++)
        {
            known[o].Clear();
            if ((int)Others[o] == kind || now.Keys[(int)Others[o]] == 0) continue;
            windows[((int)Measure.Emails + o) * Entities.Windows]++;
            if (ids[(int)Others[o]] >= 0) known[o].Add(ids[(int)Others[o]]);
        }
        var (steps, window) = (0, 0);
        for (var i = _entities[ids[kind]].Head; i >= _first; i = At(i).Before[kind])
        {
            if (++steps > PastMost) return false;
            ref var e = ref At(i);
            if (e.Decision == Event.Voided || e.At > now.At) continue;
            while (window < Entities.Windows && now.At - e.At >= WindowLength[window]) window++;
            if (window == Entities.Windows) break;
            windows[window]++;
            if (e.Currency == currency) windows[((int)Measure.Sum * Entities.Windows) + window] += e.Amount;
            if (e.Decision == (byte)Decision.Decline) windows[((int)Measure.Declines * Entities.Windows) + window]++;
            for (var o = 0; o < OtherKinds; o++)
            {
                var other = e.Entity[(int)Others[o]];
                if (other >= 0 && (int)Others[o] != kind && known[o].Add(other)) windows[(((int)Measure.Emails + o) * Entities.Windows) + window]++;
            }
        }
        AddUp(windows, kind);
        return true;
    }

    /// <summary>Each window has those inside it.</summary>
    private static void AddUp(Span<double> windows, int kind)
    {
        for (var measure = 0; measure < Entities.Measures; measure++)
        {
            var cells = windows.Slice(measure * Entities.Windows, Entities.Windows);
            if (measure >= (int)Measure.Emails && (int)Others[measure - (int)Measure.Emails] == kind) cells.Fill(double.NaN);
            else for (var w = 1; w < Entities.Windows; w++) cells[w] += cells[w - 1];
        }
    }

    private BusyEntity Busy(int id, int kind)
    {
        var busy = new BusyEntity(kind);
        var events = new List<int>();
        for (var i = _entities[id].Head; i >= _first; i = At(i).Before[kind])
        {
            if (At(i).Decision == Event.Voided) continue;
            if (_latest - At(i).At >= WindowLength[^1]) break;
            events.Add(i);
        }
        for (var i = events.Count - 1; i >= 0; i--) busy.Add(this, events[i]);
        _busy[id] = busy;
        return busy;
    }

    private static void Lifetime(in EntityRow entity, long now, ushort currency, Span<double> parts)
    {
        parts[(int)HistoryPart.Count] = entity.Count;
        parts[(int)HistoryPart.Approved] = entity.Approved;
        parts[(int)HistoryPart.Declined] = entity.Declined;
        parts[(int)HistoryPart.Reported] = entity.Reported;
        parts[(int)HistoryPart.Disputed] = entity.Disputed;
        if (entity.Count == 0) return;
        parts[(int)HistoryPart.Age] = Math.Max(0, now - (entity.First * 1000L));
        parts[(int)HistoryPart.SinceLast] = Math.Max(0, now - (entity.Last * 1000L));
        var n = entity.Currency == currency ? entity.AmountCount : 0;
        parts[(int)HistoryPart.AmountCount] = n;
        if (n > 0) parts[(int)HistoryPart.AmountMean] = entity.Sum / n;
        if (n > 1) parts[(int)HistoryPart.AmountDeviation] = Math.Sqrt(Math.Max(0, (entity.Squares - (entity.Sum * entity.Sum / n)) / (n - 1)));
    }

    /// <summary>
    /// Cards of the same range with nearly the same last digits in the last hour: somebody counts upwards. Looked for among the range's latest payments, and farther back among
    /// those of the same device or address; the larger number is the answer.
    /// </summary>
    [SkipLocalsInit]
    private int Neighbours(in Observation now, in Ids ids)
    {
        if (now.Last4 < 0 || ids[(int)EntityKind.CardBin] < 0 || !_ranges.TryGetValue(ids[(int)EntityKind.CardBin], out var range)) return 0;
        Span<int> places = stackalloc int[CardRange.Most];
        var found = range.Near(now.Last4, places);
        if (found == 0) return 0;
        Span<int> cards = stackalloc int[CardRange.Distance * 2];
        var most = 0;
        foreach (var side in (ReadOnlySpan<EntityKind>)[EntityKind.CardBin, EntityKind.Device, EntityKind.Ip])
        {
            var own = ids[(int)side];
            if (own < 0) continue;
            var count = 0;
            for (var i = found - 1; i >= 0 && count < cards.Length; i--)
            {
                var (number, age) = range[places[i]];
                if (number < _first || (side == EntityKind.CardBin && age >= WalkMost)) continue;
                ref var e = ref At(number);
                var card = e.Entity[(int)EntityKind.Card];
                if (e.Decision == Event.Voided || card < 0 || e.Entity[(int)side] != own || now.At - e.At is < 0 or >= OneHour || cards[..count].Contains(card)) continue;
                cards[count++] = card;
            }
            most = Math.Max(most, count);
        }
        return most;
    }

    /// <summary>The running totals of one entity whose chain is too long to walk: five windows, each a cursor into the entity's events.</summary>
    private sealed class BusyEntity(int kind)
    {
        private readonly List<int> _events = [];
        private readonly int[] _cursor = new int[Entities.Windows];
        private readonly int[] _count = new int[Entities.Windows];
        private readonly int[] _declines = new int[Entities.Windows];
        private readonly int[] _distinct = new int[OtherKinds * Entities.Windows];
        private readonly Dictionary<int, int>[] _lastPlace = [[], [], [], []];
        private readonly Dictionary<ushort, long[]> _sums = [];
        private int _dropped;
        private long _now = long.MinValue, _newest = long.MinValue;

        public bool IsInOrder(long at) => at >= _newest;

        /// <summary>The cursors only go forward; a moment long past is answered by a walk.</summary>
        public bool CanAnswer(long now) => now >= _now - 1000;

        public void Add(VelocityIndex index, int number)
        {
            ref var e = ref index.At(number);
            var place = _dropped + _events.Count;
            _events.Add(number);
            _newest = e.At;
            if (!_sums.TryGetValue(e.Currency, out var sums)) _sums[e.Currency] = sums = new long[Entities.Windows];
            for (var w = 0; w < Entities.Windows; w++)
            {
                _count[w]++;
                sums[w] += e.Amount;
                if (e.Decision == (byte)Decision.Decline) _declines[w]++;
            }
            for (var o = 0; o < OtherKinds; o++)
            {
                var other = e.Entity[(int)Others[o]];
                if (other < 0 || (int)Others[o] == kind) continue;
                var before = _lastPlace[o].GetValueOrDefault(other, -1);
                for (var w = 0; w < Entities.Windows; w++)
                    if (before < _cursor[w]) _distinct[(o * Entities.Windows) + w]++;
                _lastPlace[o][other] = place;
            }
        }

        public void Declined(VelocityIndex index, int number)
        {
            var at = index.At(number).At;
            for (var w = 0; w < Entities.Windows; w++)
                if (_now == long.MinValue || _now - at < WindowLength[w]) _declines[w]++;
        }

        public void Describe(VelocityIndex index, in Observation now, in Ids ids, ushort currency, Span<double> windows)
        {
            Advance(index, Math.Max(now.At, _now));
            var sums = _sums.GetValueOrDefault(currency);
            for (var w = 0; w < Entities.Windows; w++)
            {
                windows[w] = _count[w];
                windows[((int)Measure.Sum * Entities.Windows) + w] = sums is null ? 0 : sums[w];
                windows[((int)Measure.Declines * Entities.Windows) + w] = _declines[w];
            }
            for (var o = 0; o < OtherKinds; o++)
            {
                var cells = windows.Slice(((int)Measure.Emails + o) * Entities.Windows, Entities.Windows);
                if ((int)Others[o] == kind)
                {
                    cells.Fill(double.NaN);
                    continue;
                }
                var isNamed = now.Keys[(int)Others[o]] != 0;
                var own = ids[(int)Others[o]];
                var place = own < 0 ? -1 : _lastPlace[o].GetValueOrDefault(own, -1);
                for (var w = 0; w < Entities.Windows; w++) cells[w] = _distinct[(o * Entities.Windows) + w] + (isNamed && place < _cursor[w] ? 1 : 0);
            }
        }

        /// <summary>Lets go of what has left the longest window; true when nothing remains worth running totals.</summary>
        public bool IsIdle(VelocityIndex index, long now)
        {
            Advance(index, Math.Max(now, _now));
            return _count[^1] < WalkMost / 2;
        }

        private void Advance(VelocityIndex index, long now)
        {
            _now = now;
            for (var w = 0; w < Entities.Windows; w++)
            {
                while (_cursor[w] < _dropped + _events.Count)
                {
                    var number = _events[_cursor[w] - _dropped];
                    ref var e = ref index.At(number);
                    if (now - e.At < WindowLength[w]) break;
                    _count[w]--;
                    _sums[e.Currency][w] -= e.Amount;
                    if (e.Decision == (byte)Decision.Decline) _declines[w]--;
                    for (var o = 0; o < OtherKinds; o++)
                    {
                        var other = e.Entity[(int)Others[o]];
                        if (other < 0 || (int)Others[o] == kind || _lastPlace[o].GetValueOrDefault(other, -1) != _cursor[w]) continue;
                        _distinct[(o * Entities.Windows) + w]--;
                        if (w == Entities.Windows - 1) _lastPlace[o].Remove(other);
                    }
                    _cursor[w]++;
                }
            }
            var gone = _cursor[^1] - _dropped;
            if (gone < 4096) return;
            _events.RemoveRange(0, gone);
            _dropped += gone;
        }
    }
}
