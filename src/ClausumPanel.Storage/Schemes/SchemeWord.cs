using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Storage.Schemes;

/// <summary>How a bank said it.</summary>
public enum SchemeWordKind
{
    /// <summary>A dispute whose reason is fraud.</summary>
    FraudDispute,

    /// <summary>A dispute for another reason.</summary>
    OtherDispute,

    /// <summary>A label of fraud whose source is a chargeback.</summary>
    Chargeback,

    /// <summary>A report of fraud: an issuer's warning, or what the organization reported itself.</summary>
    Report,
}

/// <summary>One time a bank said something of a payment.</summary>
/// <param name="Seq">The payment; null when a dispute's payment was not found.</param>
/// <param name="DisputeId">The dispute; null for labels.</param>
/// <param name="Code">The dispute's number, else the label's reason.</param>
/// <param name="Amount">Minor units.</param>
public sealed record SchemeWord(SchemeWordKind Kind, CardScheme Scheme, long? Seq, DateTimeOffset At, Guid? DisputeId, string? Code, string? Reason, long Amount, string Currency)
{
    public bool IsDispute => Kind is SchemeWordKind.FraudDispute or SchemeWordKind.OtherDispute;

    /// <summary>What a programme counts of them between two instants: a payment's fraud once, when it was first told, however often and in however many months it is told again.</summary>
    /// <param name="programme">Which.</param>
    /// <param name="words">Those between the instants, and all earlier ones of the same payments.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    public static IReadOnlyList<SchemeWord> Counted(SchemeProgramme programme, IEnumerable<SchemeWord> words, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(programme);
        var its = words.Where(w => w.Scheme == programme.Scheme && (w.Kind != SchemeWordKind.Report || programme.Counts == SchemeCount.FraudAndDisputes)).OrderBy(w => w.At).ThenBy(w => w.Kind).ToList();
        var disputed = programme.Counts == SchemeCount.Chargebacks ? its.Where(w => w.IsDispute && w.Seq is not null).Select(w => w.Seq!.Value).ToHashSet() : [];
        var told = new HashSet<long>();
        var counted = new List<SchemeWord>();
        foreach (var word in its)
        {
            var isOne = programme.Counts switch
            {
                SchemeCount.Chargebacks => word.IsDispute || (!disputed.Contains(word.Seq!.Value) && told.Add(word.Seq.Value)),
                SchemeCount.FraudAndDisputes when word.Kind == SchemeWordKind.OtherDispute => true,
                SchemeCount.FraudAndDisputes or SchemeCount.FraudChargebacks => word.Kind != SchemeWordKind.OtherDispute && (word.Seq is not { } seq || told.Add(seq)),
            };
            if (isOne && word.At >= from && word.At < to) counted.Add(word);
        }
        return counted;
    }
}
