namespace ClausumPanel.Assess;

/// <summary>
/// What is known about one payment at the instant it is judged. A fact nobody supplied is missing: <see cref="Number"/> gives NaN and
/// <see cref="Text"/> gives null, and every comparison with it is false. Not thread-safe; made once and reused through <see cref="Clear"/>.
/// </summary>
public sealed class Facts
{
    private readonly double[] _numbers = new double[FactCatalog.Count];
    private readonly string?[] _texts = new string?[FactCatalog.Count];

    /// <summary>No moment at all: what begins or ends does not count.</summary>
    public const long NoMoment = long.MaxValue;

    public Facts() => Clear();

    /// <summary>Unix milliseconds of the assessment, as it was last judged; no fact itself, and not among what is stored of them.</summary>
    public long Moment { get; set; }

    /// <summary>The number, amount in minor units, duration in milliseconds or flag (1, 0); NaN when missing.</summary>
    public double Number(Fact fact) => _numbers[fact.Index];

    /// <summary>The text, or null when missing.</summary>
    public string? Text(Fact fact) => _texts[fact.Index];

    /// <summary>True when the flag is set; false when it is not or is missing.</summary>
    public bool Is(Fact fact) => _numbers[fact.Index] == 1;

    /// <summary>True when somebody supplied the fact.</summary>
    public bool Has(Fact fact) => _texts[fact.Index] is not null || !double.IsNaN(_numbers[fact.Index]);

    public void Set(Fact fact, double value) => _numbers[fact.Index] = value;

    public void Set(Fact fact, bool value) => _numbers[fact.Index] = value ? 1 : 0;

    public void Set(Fact fact, string? value) => _texts[fact.Index] = value;

    /// <summary>All numbers by fact index, for the stages that fill whole groups at once.</summary>
    public Span<double> Numbers => _numbers;

    /// <summary>All texts by fact index.</summary>
    public Span<string?> Texts => _texts;

    /// <summary>Forgets everything, so the object can serve the next payment.</summary>
    public void Clear()
    {
        Moment = NoMoment;
        Array.Fill(_numbers, double.NaN);
        Array.Clear(_texts);
    }
}
