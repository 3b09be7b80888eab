using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>What the lists' address says. Whatever cannot be read is passed over, so an old bookmark still opens.</summary>
public sealed class ListQuery
{
    public const string Path = "/dashboard/protection/blocklists";

    /// <summary>The word for what met nothing lately.</summary>
    public const string Quiet = "none";

    [FromQuery(Name = "type")] public string? Type { get; set; }
    [FromQuery(Name = "severity")] public string? Severity { get; set; }
    [FromQuery(Name = "source")] public string? Source { get; set; }
    [FromQuery(Name = "state")] public string? State { get; set; }
    [FromQuery(Name = "hits")] public string? Hits { get; set; }
    [FromQuery(Name = "q")] public string? Search { get; set; }
    [FromQuery(Name = "sort")] public string? Sort { get; set; }

    public ListFilter Filter => new()
    {
        Type = ListWords.Type(Type), Severity = ListWords.Severity(Severity), Source = ListWords.Source(Source),
        State = Enum.GetValues<ListState>().Cast<ListState?>().FirstOrDefault(s => ListSentences.Word(s!.Value) == State), Search = Search is { Length: > 200 } ? Search[..200] : Search,
        Quiet = Hits == Quiet,
    };

    public ListOrder Order => Sort switch
    {
        "oldest" => ListOrder.Oldest,
        "value" => ListOrder.ByValue,
        "-value" => ListOrder.ByValueBackwards,
        "ends" => ListOrder.EndsFirst,
        "hits" => ListOrder.MostHits,
        "-hits" => ListOrder.FewestHits,
        "last" => ListOrder.LatestHit,
        "-last" => ListOrder.LongestQuiet,
        _ => ListOrder.Newest,
    };

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            (string Name, string? Value)[] all = [("type", Type), ("severity", Severity), ("source", Source), ("state", State), ("hits", Hits), ("q", Search), ("sort", Sort)];
            return [.. all.Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => (p.Name, p.Value!.Trim()))];
        }
    }

    /// <summary>The address with one thing set, or removed (null).</summary>
    public string With(string name, string? value) => Address(Pairs.Where(p => p.Name != name).Append((name, value ?? "")).Where(p => p.Item2.Length > 0));

    public static string Address(IEnumerable<(string Name, string Value)> pairs, string path = Path) => path + QueryString.Create(pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))).ToUriComponent();
}
