using System.Globalization;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>Reads what stands behind the question mark of an address, and collects what is wrong with it.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public const int UsualRows = 50, MostRows = 200, MostOffset = 1_000_000;

    public List<FieldError> Errors { get; } = [];

    /// <summary>How many rows, from which on.</summary>
    public (int Limit, int Offset) Page() => (Number("limit", UsualRows, 1, MostRows), Number("offset", 0, 0, MostOffset));

    /// <summary>Which order; <c>sort_order</c> says which way.</summary>
    public (T Order, bool Descending) Order<T>(IReadOnlyDictionary<string, T> orders, T usual, bool descending) where T : struct =>
        (Word<T>("sort_by", t => orders.TryGetValue(t, out var known) ? known : null) ?? usual, Word<bool>("sort_order", t => t switch { "asc" => false, "desc" => true, _ => null }) ?? descending);

    public string? Text(string name, int most)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return null;
        if (text.Length <= most) return text;
        Errors.Add(new(name, "length", $"{name} has at most {most} characters."));
        return null;
    }

    public T? Word<T>(string name, Func<string, T?> read) where T : struct
    {
        if (query[name].ToString() is not { Length: > 0 } word) return null;
        if (read(word) is { } known) return known;
        Wrong(name);
        return null;
    }

    /// <summary>One word or several, each by itself or with commas between them.</summary>
    public IReadOnlyList<T> Words<T>(string name, Func<string, T?> read) where T : struct
    {
        List<T> found = [];
        foreach (var word in query[name].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (read(word) is { } known) found.Add(known);
            else
            {
                Wrong(name);
                break;
            }
        }
        return [.. found.Distinct()];
    }

    public bool Has(string name) => query[name].ToString().Length > 0;

    public DateTimeOffset? Moment(string name) => Word(name, t => Moments.Read(t, TimeZoneInfo.Utc));

    /// <summary>Before which moment; a day alone means all of it.</summary>
    public DateTimeOffset? End(string name) => Word<DateTimeOffset>(name, t => Moments.Read(t, TimeZoneInfo.Utc) is not { } at ? null : DateOnly.TryParseExact(t, "yyyy-MM-dd", out _) ? at.AddDays(1) : at);

    public string? Wrong(string name)
    {
        Errors.Add(new(name, "format", $"{name} has no such value."));
        return null;
    }

    public int Number(string name, int usual, int least, int most)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return usual;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Errors.Add(new(name, "range", $"{name} is a whole number from {least} to {most}."));
        return usual;
    }
}
