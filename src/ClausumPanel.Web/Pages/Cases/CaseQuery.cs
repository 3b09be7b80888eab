using System.Globalization;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>What the cases' address says. Whatever cannot be read is passed over, so an old bookmark still opens.</summary>
public sealed class CaseQuery
{
    public const string Path = "/dashboard/cases", Me = "me", Nobody = "nobody", Open = "open", Overdue = "overdue";

    [FromQuery(Name = "status")] public string? Status { get; set; }
    [FromQuery(Name = "priority")] public string? Priority { get; set; }
    [FromQuery(Name = "incident")] public string? Incident { get; set; }
    [FromQuery(Name = "jurisdiction")] public string? Jurisdiction { get; set; }
    [FromQuery(Name = "assigned")] public string? Assigned { get; set; }
    [FromQuery(Name = "q")] public string? Search { get; set; }
    [FromQuery(Name = "sort")] public string? Sort { get; set; }

    public (CaseOrder Order, bool Descending) Order => Sort switch
    {
        "oldest" => (CaseOrder.OpenedAt, false),
        "priority" => (CaseOrder.Priority, true),
        "due" => (CaseOrder.DueOn, false),
        "updated" => (CaseOrder.UpdatedAt, true),
        _ => (CaseOrder.OpenedAt, true),
    };

    public CaseFilter Filter(Guid reader, DateOnly today) => new()
    {
        Status = CaseWords.ReadStatus(Status), OpenOnly = Status == Open, OverdueOn = Status == Overdue ? today : null, Priority = CaseWords.ReadPriority(Priority), IncidentType = CaseWords.ReadIncident(Incident),
        Jurisdiction = CaseWords.ReadJurisdiction(Jurisdiction), AssignedToId = Assigned == Me ? reader : Guid.TryParse(Assigned, out var person) ? person : null, Unassigned = Assigned == Nobody,
        Search = Search is { Length: > 200 } ? Search[..200] : Search,
    };

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            (string Name, string? Value)[] all = [("status", Status), ("priority", Priority), ("incident", Incident), ("jurisdiction", Jurisdiction), ("assigned", Assigned), ("q", Search), ("sort", Sort)];
            return [.. all.Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => (p.Name, p.Value!.Trim()))];
        }
    }

    /// <summary>The address with one thing set, or removed (null).</summary>
    public string With(string name, string? value) => Address(Pairs.Where(p => p.Name != name).Append((name, value ?? "")).Where(p => p.Item2.Length > 0));

    public static string Address(IEnumerable<(string Name, string Value)> pairs, string path = Path) => path + QueryString.Create(pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))).ToUriComponent();

    public static DateOnly Today(Reader reader, DateTimeOffset now) => DateOnly.FromDateTime(reader.Zoned(now).DateTime);

    public static string Written(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
