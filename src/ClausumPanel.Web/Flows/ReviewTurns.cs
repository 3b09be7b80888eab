namespace ClausumPanel.Web.Flows;

/// <summary>
/// Lets the steps of reviews write one after the other, in the order they came. Where a file has one writer, whoever waits for it is not let in by turn: of twenty who press at once somebody would
/// wait until the time is up. What two servers do at once is settled by the rows' own conditions, as ever.
/// </summary>
public sealed class ReviewTurns : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Dispose of it when the step is done.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        return new Turn(_one);
    }

    private int _resting;

    /// <summary>What time does is left undone for a while: somebody does it by a clock of their own.</summary>
    internal bool IsResting => Volatile.Read(ref _resting) > 0;

    /// <summary>Dispose of it when time may do its work again.</summary>
    internal IDisposable Rest()
    {
        Interlocked.Increment(ref _resting);
        return new Resting(this);
    }

    public void Dispose() => _one.Dispose();

    private sealed class Resting(ReviewTurns turns) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref turns._resting);
    }

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
