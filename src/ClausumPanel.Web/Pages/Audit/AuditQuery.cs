using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>What the audit log's address says. Whatever cannot be read is passed over, so an old bookmark still opens.</summary>
public sealed class AuditQuery
{
    private static readonly Dictionary<string, ActorKind> Kinds = new() { ["person"] = ActorKind.Person, ["key"] = ActorKind.Key, ["command-line"] = ActorKind.CommandLine, ["system"] = ActorKind.System };

    /// <summary>Somebody's id, or a kind of actor.</summary>
    [FromQuery(Name = "actor")] public string? Actor { get; set; }
    /// <summary>One action, or a group of them.</summary>
    [FromQuery(Name = "action")] public string? Action { get; set; }
    [FromQuery(Name = "type")] public string? Type { get; set; }
    [FromQuery(Name = "id")] public string? Id { get; set; }
    [FromQuery(Name = "q")] public string? Search { get; set; }
    [FromQuery(Name = "period")] public string? Period { get; set; }
    [FromQuery(Name = "from")] public string? From { get; set; }
    [FromQuery(Name = "to")] public string? To { get; set; }

    public string PeriodName => Period is "24h" or "7d" or "30d" or "all" ? Period : From is not null || To is not null ? "own" : "all";

    public AuditFilter Filter(Reader reader, DateTimeOffset now)
    {
        var (from, to) = PeriodName switch
        {
            "24h" => (now.AddHours(-24), (DateTimeOffset?)null),
            "7d" => (reader.StartOfDay(DateOnly.FromDateTime(reader.Zoned(now).DateTime).AddDays(-6)), null),
            "30d" => (reader.StartOfDay(DateOnly.FromDateTime(reader.Zoned(now).DateTime).AddDays(-29)), null),
            "own" => (reader.Instant(From), reader.Instant(To)),
            _ => ((DateTimeOffset?)null, null),
        };
        return new AuditFilter
        {
            From = from,
            To = to,
            ActorId = Guid.TryParse(Actor, out var actor) ? actor : null,
            ActorKind = Actor is not null && Kinds.TryGetValue(Actor, out var kind) ? kind : null,
            Actions = Text(Action) is { } action ? AuditWords.Groups.GetValueOrDefault(action) ?? [action] : null,
            SubjectKind = Text(Type),
            SubjectId = Text(Id),
            Search = Text(Search),
        };
    }

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            var own = PeriodName == "own";
            (string Name, string? Value)[] all =
                [("period", Period), ("from", own ? From : null), ("to", own ? To : null), ("actor", Actor), ("action", Action), ("type", Type), ("id", Id), ("q", Search)];
            return [.. all.Where(p => Text(p.Value) is not null).Select(p => (p.Name, p.Value!.Trim()))];
        }
    }

    public string With(string name, string value) => Address(Pairs.Where(p => p.Name != name && !(name == "period" && p.Name is "from" or "to")).Append((name, value)));

    public string Without(string name) => Address(Pairs.Where(p => p.Name != name));

    public static string Address(IEnumerable<(string Name, string Value)> pairs, string path = "/dashboard/audit") =>
        path + QueryString.Create(pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))).ToUriComponent();

    /// <summary>The page of the log that begins with this entry, and the entry on it.</summary>
    public static string AddressOf(long sequence) => Address([("before", (sequence + 1).ToString(System.Globalization.CultureInfo.InvariantCulture))]) + $"#entry-{sequence}";

    public static string Word(ActorKind kind) => Kinds.First(k => k.Value == kind).Key;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
