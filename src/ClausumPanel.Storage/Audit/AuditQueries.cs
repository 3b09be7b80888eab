using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Audit;

/// <summary>Which entries somebody asks for. What is null narrows nothing.</summary>
public sealed record AuditFilter
{
    public DateTimeOffset? From { get; init; }
    /// <summary>The first moment that is no longer meant.</summary>
    public DateTimeOffset? To { get; init; }
    public Guid? ActorId { get; init; }
    public ActorKind? ActorKind { get; init; }
    public IReadOnlyList<string>? Actions { get; init; }
    public string? SubjectKind { get; init; }
    public string? SubjectId { get; init; }
    /// <summary>Somewhere in the object's id.</summary>
    public string? Search { get; init; }
}

public static class AuditQueries
{
    extension(IQueryable<AuditEntry> entries)
    {
        public IQueryable<AuditEntry> NewestFirst => entries.OrderByDescending(e => e.Sequence);

        public IQueryable<AuditEntry> Matching(AuditFilter filter)
        {
            if (filter.From is { } from) entries = entries.Where(e => e.At >= from);
            if (filter.To is { } to) entries = entries.Where(e => e.At < to);
            if (filter.ActorId is { } actor) entries = entries.Where(e => e.ActorId == actor);
            if (filter.ActorKind is { } kind) entries = entries.Where(e => e.ActorKind == kind);
            if (filter.Actions is { } actions) entries = entries.Where(e => actions.Contains(e.Action));
            if (filter.SubjectKind is { } subject) entries = entries.Where(e => e.SubjectKind == subject);
            if (filter.SubjectId is { } id) entries = entries.Where(e => e.SubjectId == id);
            if (filter.Search is { } search)
            {
                var pattern = "%" + search.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal) + "%";
                entries = entries.Where(e => EF.Functions.Like(e.SubjectId!, pattern, @"\"));
            }
            return entries;
        }
    }
}
