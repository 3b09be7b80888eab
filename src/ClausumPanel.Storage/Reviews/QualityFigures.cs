using ClausumPanel.Storage.Labels;

namespace ClausumPanel.Storage.Reviews;

/// <summary>How the reviews of a period were decided. A decision, a skip, a hold or an escalation that was undone in its time is none; what time decided is counted apart.</summary>
public sealed class QualityFigures
{
    private List<long> _reading = [], _waiting = [];
    private bool _isSorted;

    public int Approved { get; private set; }
    public int Challenged { get; private set; }
    public int Declined { get; private set; }
    public int Decided => Approved + Challenged + Declined;

    /// <summary>Decisions that a second person had to agree to.</summary>
    public int First { get; private set; }

    /// <summary>Decided after it was due.</summary>
    public int Late { get; private set; }

    /// <summary>Nobody decided in time, and the queue's action was taken: it was handed on, or decided.</summary>
    public int TimedOut => EscalatedByTime + ApprovedByTime + DeclinedByTime;
    public int EscalatedByTime { get; private set; }
    public int ApprovedByTime { get; private set; }
    public int DeclinedByTime { get; private set; }

    /// <summary>Of all decisions, those of time; null: there is none.</summary>
    public double? ByTimeShare => ApprovedByTime + DeclinedByTime is var byTime && Decided + byTime is > 0 and var all ? byTime / (double)all : null;

    public int Skipped { get; private set; }
    public int Held { get; private set; }
    public int Escalated { get; private set; }
    public int Undone { get; private set; }

    /// <summary>Decisions of the period that were opened again, whenever that was.</summary>
    public int Reopened { get; private set; }

    /// <summary>The second person decided otherwise than the first.</summary>
    public int Disagreed { get; private set; }

    /// <summary>Decisions that stand and of whose payment a higher source than an analyst has spoken since.</summary>
    public int Judged { get; private set; }

    /// <summary>Those of <see cref="Judged"/> that were approvals, and were declines.</summary>
    public int JudgedApproved { get; private set; }
    public int JudgedDeclined => Judged - JudgedApproved;

    /// <summary>Those of <see cref="Judged"/> that it contradicts.</summary>
    public int Overturned => ApprovedFraud + DeclinedGood;

    /// <summary>Approved, and it was fraud.</summary>
    public int ApprovedFraud { get; private set; }

    /// <summary>Declined, and it was good.</summary>
    public int DeclinedGood { get; private set; }

    /// <summary>Approvals and declines of which is known to which of the two the engine leant: see <see cref="EngineLean"/>.</summary>
    public int Leant { get; private set; }

    /// <summary>Those of <see cref="Leant"/> that say the other.</summary>
    public int Overruled { get; private set; }

    /// <summary>Waiting now, and due already; what is put away or not shown yet is not, as on the queue itself.</summary>
    public int OverdueNow { get; internal set; }

    /// <summary>Decisions of which the page measured how long they were read.</summary>
    public int Read => _reading.Count;

    /// <summary>Milliseconds; null when none was measured.</summary>
    public long? ReadingMedian => Median(Sorted(_reading));
    public long? ReadingP90 => P90(Sorted(_reading));

    /// <summary>Milliseconds from the payment to the decision.</summary>
    public long? WaitingMedian => Median(Sorted(_waiting));
    public long? WaitingP90 => P90(Sorted(_waiting));

    public double? Share(ReviewOutcome outcome) => Decided == 0 ? null : outcome switch
    {
        ReviewOutcome.Approve => Approved,
        ReviewOutcome.Challenge => Challenged,
        _ => Declined,
    } / (double)Decided;

    /// <param name="decided">Which.</param>
    /// <param name="wasReopened">It no longer stands.</param>
    /// <param name="spoken">What a higher source than an analyst says of the payment, and when it said so.</param>
    internal void Add(in DecidedEvent decided, bool wasReopened, (LabelOutcome Outcome, long At)? spoken)
    {
        if (decided.Outcome == ReviewOutcome.Approve) Approved++;
        else if (decided.Outcome == ReviewOutcome.Challenge) Challenged++;
        else Declined++;
        _isSorted = false;
        if (decided.Reading is { } read) _reading.Add(read);
        if (decided.Waited is { } waited) _waiting.Add(waited);
        if (decided.IsLate) Late++;
        if (wasReopened) Reopened++;
        // What was known when it was decided says nothing against it, nor does anything against what no longer stands.
        if (wasReopened || decided.Outcome == ReviewOutcome.Challenge || spoken is not { } word || word.At < decided.At) return;
        Judged++;
        if (decided.Outcome == ReviewOutcome.Approve) JudgedApproved++;
        if (!Contradicts(word.Outcome, decided.Outcome)) return;
        if (decided.Outcome == ReviewOutcome.Approve) ApprovedFraud++;
        else DeclinedGood++;
    }

    internal static bool Contradicts(LabelOutcome word, ReviewOutcome decided) => (word, decided) is (LabelOutcome.Fraud, ReviewOutcome.Approve) or (LabelOutcome.Good, ReviewOutcome.Decline);

    /// <param name="count">Approvals or declines.</param>
    /// <param name="isOverruled">The engine leant to the other.</param>
    internal void AddLean(int count, bool isOverruled)
    {
        Leant += count;
        if (isOverruled) Overruled += count;
    }

    /// <summary>The decisions of others too.</summary>
    internal void Add(QualityFigures others)
    {
        Approved += others.Approved;
        Challenged += others.Challenged;
        Declined += others.Declined;
        Late += others.Late;
        Reopened += others.Reopened;
        Judged += others.Judged;
        JudgedApproved += others.JudgedApproved;
        ApprovedFraud += others.ApprovedFraud;
        DeclinedGood += others.DeclinedGood;
        _reading = Merged(Sorted(_reading), others.Sorted(others._reading));
        _waiting = Merged(_waiting, others._waiting);
    }

    /// <param name="kind">What happened.</param>
    /// <param name="outcome">Of what time decided; null: it handed it on.</param>
    /// <param name="count">How often.</param>
    internal void Add(ReviewEventKind kind, ReviewOutcome? outcome, int count)
    {
        switch (kind)
        {
            case ReviewEventKind.FirstDecided: First += count; break;
            case ReviewEventKind.TimedOut when outcome is null: EscalatedByTime += count; break;
            case ReviewEventKind.TimedOut when outcome == ReviewOutcome.Approve: ApprovedByTime += count; break;
            case ReviewEventKind.TimedOut: DeclinedByTime += count; break;
            case ReviewEventKind.Skipped: Skipped += count; break;
            case ReviewEventKind.Held: Held += count; break;
            case ReviewEventKind.Escalated: Escalated += count; break;
            case ReviewEventKind.Undone: Undone += count; break;
            case ReviewEventKind.Disagreed: Disagreed += count; break;
            default: break;
        }
    }

    // Once, however often the page asks.
    private List<long> Sorted(List<long> values)
    {
        if (!_isSorted)
        {
            _reading.Sort();
            _waiting.Sort();
        }
        _isSorted = true;
        return values;
    }

    // In order, as both are.
    private static List<long> Merged(List<long> some, List<long> more)
    {
        var merged = new List<long>(some.Count + more.Count);
        for (int i = 0, j = 0; i < some.Count || j < more.Count;) merged.Add(j == more.Count || (i < some.Count && some[i] <= more[j]) ? some[i++] : more[j++]);
        return merged;
    }

    private static long? Median(List<long> values)
    {
        if (values.Count == 0) return null;
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }

    /// <summary>The least that nine of ten are not above.</summary>
    private static long? P90(List<long> values)
    {
        if (values.Count == 0) return null;
        return values[(int)Math.Ceiling(values.Count * .9) - 1];
    }
}
