using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>The audit log: who did what, when, from where, to what; the newest first.</summary>
public sealed class AuditModel(PanelDb db, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int PageSize = 50;
    private Dictionary<string, string> _names = [];

    [BindProperty(SupportsGet = true, Name = "")] public AuditQuery Query { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "before")] public string? BeforeText { get; set; }

    public IReadOnlyList<AuditRow> Rows { get; private set; } = [];
    public IReadOnlyList<(Guid Id, string Name)> People { get; private set; } = [];
    public long Total { get; private set; }
    public bool IsFirstPage => BeforeText is null;
    public string? NextAddress { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        var matching = db.AuditEntries.AsNoTracking().Matching(Query.Filter(reader, clock.GetUtcNow()));
        Total = await matching.LongCountAsync(stop);
        if (long.TryParse(BeforeText, NumberStyles.None, CultureInfo.InvariantCulture, out var before)) matching = matching.Where(e => e.Sequence < before);
        var rows = await matching.NewestFirst.Take(PageSize + 1)
            .Select(e => new AuditRow(e.Sequence, e.At, e.ActorKind, e.ActorId, e.ActorName, e.Address, e.Action, e.SubjectKind, e.SubjectId, e.Before, e.After)).ToListAsync(stop);
        if (rows.Count > PageSize)
        {
            rows.RemoveAt(PageSize);
            NextAddress = AuditQuery.Address(Query.Pairs.Append(("before", rows[^1].Sequence.ToString(CultureInfo.InvariantCulture))));
        }
        Rows = rows;
        People = (await db.Users.OrderBy(u => u.DisplayName).Select(u => new { u.Id, u.DisplayName }).ToListAsync(stop)).ConvertAll(u => (u.Id, u.DisplayName));
        _names = People.ToDictionary(p => p.Id.ToString(), p => p.Name);
        var keys = rows.Where(r => r.SubjectKind == "key").Select(r => Guid.TryParse(r.SubjectId, out var id) ? id : Guid.Empty).Append(Guid.TryParse(Query.Id, out var asked) ? asked : Guid.Empty).Distinct().ToList();
        foreach (var key in await db.ApiKeys.Where(k => keys.Contains(k.Id)).Select(k => new { k.Id, k.Name }).ToListAsync(stop)) _names[key.Id.ToString()] = key.Name;
    }

    /// <summary>The name of what has this id, where it has one; else the id.</summary>
    public string NameOf(string id) => _names.GetValueOrDefault(id, id);

    /// <summary>What is set, in words, each with the address that lifts it.</summary>
    public IEnumerable<(string Words, string Address)> Chips => Query.Pairs.Where(p => p.Name != "period").Select(p => (p.Name switch
    {
        "from" => T["From {0}", p.Value.Replace('T', ' ')],
        "to" => T["Until {0}", p.Value.Replace('T', ' ')],
        "actor" => Enum.GetValues<ActorKind>().FirstOrDefault(k => AuditQuery.Word(k) == p.Value) is var kind && AuditQuery.Word(kind) == p.Value ? T.Name(kind) : NameOf(p.Value),
        "action" => AuditWords.Groups.ContainsKey(p.Value) ? T.ActionGroup(p.Value) : T.Action(p.Value),
        "type" => T.SubjectKind(p.Value),
        "id" => NameOf(p.Value),
        _ => T["“{0}”", p.Value],
    }, Query.Without(p.Name)));
}

public sealed record AuditRow(long Sequence, DateTimeOffset At, ActorKind ActorKind, Guid? ActorId, string ActorName, string? Address, string Action, string? SubjectKind, string? SubjectId, string? Before, string? After);
