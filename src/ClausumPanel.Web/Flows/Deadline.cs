using System.Collections.Concurrent;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>Lets callers go whose assessment takes too long to store. One timer for all of them: a timer each would cost more than the judging.</summary>
internal sealed class Deadline
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<(long Started, PendingAssessment Pending, short Filling)> _watched = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _budget;
    private readonly ITimer _timer;

    public Deadline(TimeProvider clock, TimeSpan budget)
    {
        (_clock, _budget) = (clock, budget);
        _timer = clock.CreateTimer(_ => Sweep(), null, Grain, Grain);
    }

    public void Watch(PendingAssessment pending) => _watched.Enqueue((_clock.GetTimestamp(), pending, pending.Filling));

    private void Sweep()
    {
        while (_watched.TryPeek(out var oldest))
        {
            var over = oldest.Pending.IsOver(oldest.Filling);
            if (!over && _clock.GetElapsedTime(oldest.Started) < _budget) return;
            _watched.TryDequeue(out _);
            if (!over) oldest.Pending.GiveUp(oldest.Filling);
        }
        GC.KeepAlive(_timer);
    }
}
