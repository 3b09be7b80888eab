namespace ClausumPanel.Assess;

/// <summary>
/// What is known about one payment at the instant it is judged. A fact nobody supplied is missing: <see cref="Number"/> gives NaN and
/// <see cref="Text"/> gives null, and every comparison with it is false. Not thread-safe; made once and reused through <see cref="Clear"/>.
/// </summary>
public sealed class Facts
{
    private readonly double[] _numbers = new double[FactCatalog.Count];
    private readonly string?[] _texts = new string?[FactCatalog.Count];

    // Of a snapshot most texts are never asked for: they are made when they are. Where each lies in the bytes by fact (0: nowhere), and which facts those are.
    private readonly TextPlace[] _later = new TextPlace[FactCatalog.Count];
    private readonly ushort[] _laterFacts = new ushort[FactCatalog.Count];
    private byte[] _source = [];
    private double[] _scratch = [];
    private int _laterCount;
    private bool _hasOwnTexts;

    /// <summary>No moment at all: what begins or ends does not count.</summary>
    public const long NoMoment = long.MaxValue;

    public Facts() => Clear();

    /// <summary>Unix milliseconds of the assessment, as it was last judged; no fact itself, and not among what is stored of them.</summary>
    public long Moment { get; set; }

    /// <summary>The number, amount in minor units, duration in milliseconds or flag (1, 0); NaN when missing.</summary>
    public double Number(Fact fact) => _numbers[fact.Index];

    /// <summary>The text, or null when missing.</summary>
    public string? Text(Fact fact) => _texts[fact.Index] ?? (_laterCount == 0 ? null : ReadLater(fact.Index));

    /// <summary>True when the flag is set; false when it is not or is missing.</summary>
    public bool Is(Fact fact) => _numbers[fact.Index] == 1;

    /// <summary>True when somebody supplied the fact.</summary>
    public bool Has(Fact fact) => _texts[fact.Index] is not null || !double.IsNaN(_numbers[fact.Index]) || (_laterCount > 0 && _later[fact.Index].At > 0);

    public void Set(Fact fact, double value) => _numbers[fact.Index] = value;

    public void Set(Fact fact, bool value) => _numbers[fact.Index] = value ? 1 : 0;

    public void Set(Fact fact, string? value)
    {
        _texts[fact.Index] = value;
        _hasOwnTexts = true;
        if (_laterCount > 0) _later[fact.Index] = default;
    }

    /// <summary>All numbers by fact index, for the stages that fill whole groups at once.</summary>
    public Span<double> Numbers => _numbers;

    /// <summary>All texts by fact index.</summary>
    public Span<string?> Texts
    {
        get
        {
            for (var i = 0; i < _laterCount; i++) ReadLater(_laterFacts[i]);
            ForgetLater();
            _hasOwnTexts = true;
            return _texts;
        }
    }

    /// <summary>Forgets everything, so the object can serve the next payment.</summary>
    public void Clear()
    {
        Moment = NoMoment;
        Array.Fill(_numbers, double.NaN);
        // Of a snapshot only those that were asked for became texts.
        if (_hasOwnTexts) Array.Clear(_texts);
        else
        {
            for (var i = 0; i < _laterCount; i++) _texts[_laterFacts[i]] = null;
        }
        _hasOwnTexts = false;
        ForgetLater();
    }

    /// <summary>Room for numbers on their way here.</summary>
    internal Span<double> Scratch(int length)
    {
        if (_scratch.Length < length) _scratch = new double[length];
        return _scratch.AsSpan(0, length);
    }

    /// <summary>Keeps the bytes of a snapshot for the texts that are read when somebody asks.</summary>
    internal void Keep(ReadOnlySpan<byte> source)
    {
        if (_source.Length < source.Length) _source = new byte[source.Length];
        source.CopyTo(_source);
    }

    /// <summary>The fact's text lies there in the bytes that were kept.</summary>
    internal void SetLater(Fact fact, TextPlace place)
    {
        _texts[fact.Index] = null;
        if (_later[fact.Index].At == 0)
        {
            if (_laterCount == _laterFacts.Length) throw new FormatException("There are more texts than facts.");
            _laterFacts[_laterCount++] = fact.Index;
        }
        _later[fact.Index] = place;
    }

    private string? ReadLater(int fact)
    {
        var place = _later[fact];
        if (place.At == 0) return null;
        _later[fact] = default;
        return _texts[fact] = SharedTexts.Of(_source.AsSpan(place.At, place.Length));
    }

    private void ForgetLater()
    {
        for (var i = 0; i < _laterCount; i++) _later[_laterFacts[i]] = default;
        _laterCount = 0;
    }

    /// <summary>Where in the bytes of a snapshot a text in UTF-8 lies; at 0 none does.</summary>
    internal readonly record struct TextPlace(int At, int Length);
}
