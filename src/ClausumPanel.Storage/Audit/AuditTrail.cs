using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClausumPanel.Storage.Audit;

public static class AuditTrail
{
    // Names and reasons in Spanish stay readable; nothing here is ever put into a page unescaped.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether this unit of work has recorded it, saved or not.</summary>
    public static bool HasAudited(this PanelDb db, string action) => db.ChangeTracker.Entries<AuditEntry>().Any(e => e.Entity.Action == action);

    /// <summary>Records it with the next save, in the same transaction as the change it tells of.</summary>
    public static void Audit(this PanelDb db, Actor actor, string action, DateTimeOffset now, string? subjectKind = null, string? subjectId = null, object? before = null, object? after = null) =>
        db.Add(new AuditEntry
        {
            Sequence = -1 - db.ChangeTracker.Entries<AuditEntry>().Count(),     // its true place in the chain is known once the save holds the lock
            At = now,
            ActorKind = actor.Kind,
            ActorId = actor.Id,
            ActorName = actor.Name.Length > 256 ? actor.Name[..256] : actor.Name,
            Address = actor.Address,
            Action = action,
            SubjectKind = subjectKind,
            SubjectId = subjectId,
            Before = before is null ? null : JsonSerializer.Serialize(before, Json),
            After = after is null ? null : JsonSerializer.Serialize(after, Json),
            PreviousHash = AuditChain.Beginning,
            Hash = AuditChain.Beginning,
        });
}
