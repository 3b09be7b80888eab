using System.Text.Json;
using System.Text.Json.Serialization;
using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Storage.Schemes;

/// <summary>What a programme puts above the line.</summary>
public enum SchemeCount
{
    /// <summary>Payments of which a bank said fraud, each once, and disputes for any other reason.</summary>
    FraudAndDisputes,

    /// <summary>Payments charged back as fraud, each once.</summary>
    FraudChargebacks,

    /// <summary>All that was charged back.</summary>
    Chargebacks,
}

/// <summary>Which month's payments it puts below the line.</summary>
public enum SchemeBase
{
    SameMonth, PreviousMonth,
}

/// <summary>How far it may go from a day on. All that is said of it must be reached at once.</summary>
/// <param name="From">The first day it holds; until the next one of the same level.</param>
/// <param name="Level"><c>excessive</c> or <c>high</c>.</param>
/// <param name="BasisPoints">The rate, in ten-thousandths.</param>
/// <param name="Count">So many above the line.</param>
/// <param name="Source">Where it was read: a name of the file's sources.</param>
/// <param name="On">The day it was looked up there.</param>
public sealed record SchemeLimit(DateOnly From, string Level, int BasisPoints, int Count, string Source, DateOnly On)
{
    /// <summary>So many payments below the line; 0: any number.</summary>
    public int Payments { get; init; }

    /// <summary>So many US dollars above the line; 0: any amount.</summary>
    public long Usd { get; init; }

    /// <summary>What else is said of it, in English.</summary>
    public string? Note { get; init; }

    /// <summary>The same in Spanish.</summary>
    public string? Spanish { get; init; }

    /// <summary>Some of it, mostly the day it began, was not seen in the documentation of an acquirer.</summary>
    public bool IsSecondHand { get; init; }

    public double Rate => BasisPoints / 10_000.0;

    public string? In(string language) => language == "es" ? Spanish : Note;

    /// <summary>So many above the line make the rate, with so many below.</summary>
    public long AtRate(long payments) => ((BasisPoints * payments) + 9_999) / 10_000;

    /// <summary>So many above the line reach rate and number.</summary>
    public long Needed(long payments) => Math.Max(Count, AtRate(payments));
}

/// <summary>A card scheme's programme that watches merchants by the month.</summary>
/// <param name="Id">Its word in addresses.</param>
public sealed record SchemeProgramme(string Id, CardScheme Scheme, string Name, SchemeCount Counts, SchemeBase Base, IReadOnlyList<SchemeLimit> Limits)
{
    /// <summary>Those that hold on a day, one of each level, the lower first.</summary>
    public IReadOnlyList<SchemeLimit> On(DateOnly day) => [.. Limits.Where(l => l.From <= day).GroupBy(l => l.Level).Select(g => g.MaxBy(l => l.From)!).OrderBy(l => l.BasisPoints)];

    /// <summary>The scheme as assessments name it.</summary>
    public string SchemeWord => Scheme switch
    {
        CardScheme.Visa => "visa",
        CardScheme.Mastercard => "mastercard",
        CardScheme.Amex => "amex",
        CardScheme.Discover => "discover",
        CardScheme.Other => "",
    };
}

/// <summary>The programmes as they were on a day, from a file that anybody may replace by a newer one.</summary>
public sealed class SchemeProgrammes
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The day they were looked up.</summary>
    public required DateOnly Checked { get; init; }

    /// <summary>Name to address.</summary>
    public required IReadOnlyDictionary<string, string> Sources { get; init; }
    public required IReadOnlyList<SchemeProgramme> Programmes { get; init; }

    public SchemeProgramme? Find(string? id) => Programmes.FirstOrDefault(p => p.Id == id);

    /// <exception cref="FormatException">What is wrong with it.</exception>
    /// <exception cref="JsonException">It is no such file.</exception>
    public static SchemeProgrammes Read(string path)
    {
        using var stream = File.OpenRead(path);
        var read = JsonSerializer.Deserialize<SchemeProgrammes>(stream, Json) ?? throw new FormatException("it is empty");
        foreach (var programme in read.Programmes)
        {
            if (programme.SchemeWord.Length == 0) throw new FormatException($"'{programme.Id}' is of no scheme whose cards are told apart");
            if (programme.Limits.Count == 0) throw new FormatException($"'{programme.Id}' has no limit");
            foreach (var limit in programme.Limits)
            {
                if (limit.Level is not ("excessive" or "high") || limit.BasisPoints is < 1 or > 10_000 || limit.Count < 1 || limit.Payments < 0 || limit.Usd < 0) throw new FormatException($"a limit of '{programme.Id}' cannot be meant so");
                if (!read.Sources.ContainsKey(limit.Source)) throw new FormatException($"the source '{limit.Source}' of '{programme.Id}' is not listed");
            }
        }
        return read.Programmes.Select(p => p.Id).Distinct().Count() == read.Programmes.Count ? read : throw new FormatException("two programmes have the same id");
    }
}
