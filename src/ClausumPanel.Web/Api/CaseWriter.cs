using System.Globalization;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Cases;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>Writes cases with what belongs to them: links, people, seals.</summary>
internal sealed class CaseWriter
{
    private readonly ILookup<Guid, CaseLink> _links;
    private readonly IReadOnlyDictionary<Guid, string> _people;
    private readonly IReadOnlyDictionary<Guid, byte[]> _seals;

    private CaseWriter(ILookup<Guid, CaseLink> links, IReadOnlyDictionary<Guid, string> people, IReadOnlyDictionary<Guid, byte[]> seals) => (_links, _people, _seals) = (links, people, seals);

    public static async Task<CaseWriter> AroundAsync(PanelDb db, IReadOnlyList<Case> cases, CancellationToken stop)
    {
        var (ids, people) = (cases.Select(c => c.Id).ToArray(), cases.Select(c => c.AssignedToId).OfType<Guid>().Distinct().ToArray());
        return new CaseWriter(
            (await db.Set<CaseLink>().AsNoTracking().Where(l => ids.Contains(l.CaseId)).OrderBy(l => l.At).ThenBy(l => l.Target).ToListAsync(stop)).ToLookup(l => l.CaseId),
            await db.Users.Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop),
            await db.Set<CasePackage>().Where(p => ids.Contains(p.CaseId)).ToDictionaryAsync(p => p.CaseId, p => p.Sha256, stop));
    }

    public static void WriteDetail(Utf8JsonWriter json, CaseDetail detail)
    {
        json.WriteStartArray("timeline");
        foreach (var line in detail.Events)
        {
            json.WriteStartObject();
            json.WriteInstant("at", line.At);
            json.WriteString("kind", line.Kind.Word());
            json.WriteString("from", line.From?.Word());
            json.WriteString("to", line.To?.Word());
            json.WriteString("detail", line.Detail);
            json.WriteString("by", line.ActorName);
            json.WriteNumber("version", line.Version);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in detail.Notes)
        {
            json.WriteStartObject();
            json.WriteInstant("at", note.At);
            json.WriteString("by", note.ActorName);
            json.WriteString("text", note.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in detail.Files)
        {
            json.WriteStartObject();
            json.WriteString("id", file.Id);
            json.WriteString("name", file.Name);
            json.WriteString("content_type", file.ContentType);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", Convert.ToHexStringLower(file.Sha256));
            json.WriteInstant("at", file.At);
            json.WriteString("by", file.ActorName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public void WriteMembers(Utf8JsonWriter json, Case its)
    {
        json.WriteString("id", its.Id);
        json.WriteString("reference_number", its.ReferenceNumber);
        json.WriteString("status", its.Status.Word());
        json.WriteString("priority", its.Priority.Word());
        json.WriteString("incident_type", its.IncidentType.Word());
        WriteDay(json, "incident_date", its.IncidentDate);
        json.WriteString("jurisdiction", its.Jurisdiction);
        if (its.Amount is { } amount) json.WriteNumber("amount", amount);
        else json.WriteNull("amount");
        json.WriteString("currency", its.Currency);
        json.WriteString("victim_name", its.VictimName);
        json.WriteString("victim_email", its.VictimEmail);
        json.WriteString("description", its.Description);
        if (its.AssignedToId is { } person)
        {
            json.WriteStartObject("assigned_to");
            json.WriteString("id", person);
            json.WriteString("name", _people.GetValueOrDefault(person, ""));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("assigned_to");
        }
        WriteDay(json, "due_date", its.DueOn);
        json.WriteString("created_from", its.Origin.Word());
        json.WriteString("opened_by", its.OpenedByName);
        json.WriteInstant("created_at", its.OpenedAt);
        json.WriteInstant("updated_at", its.UpdatedAt);
        json.WriteInstant("submitted_at", its.SubmittedAt);
        json.WriteString("package_sha256", _seals.TryGetValue(its.Id, out var hash) ? Convert.ToHexStringLower(hash) : null);
        // A package is kept here; no authority is told by the panel.
        json.WriteBoolean("transmitted", false);
        json.WriteNumber("version", its.Version);
        foreach (var (name, kind) in (ReadOnlySpan<(string, CaseLinkKind)>)[("transaction_ids", CaseLinkKind.Assessment), ("blocklist_entry_ids", CaseLinkKind.ListEntry), ("label_ids", CaseLinkKind.Label), ("dispute_ids", CaseLinkKind.Dispute)])
        {
            json.WriteStartArray(name);
            foreach (var link in _links[its.Id])
                if (link.Kind == kind) json.WriteStringValue(link.Target);
            json.WriteEndArray();
        }
    }

    private static void WriteDay(Utf8JsonWriter json, string name, DateOnly? day) => json.WriteString(name, day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
