using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// What is handed in: canonical JSON (members in the order of their names, no white space, UTF-8), a page of the same to print, and the SHA-256 of the JSON. Both say that nothing was transmitted.
/// </summary>
internal static class SealedPackage
{
    public const string Format = "clausumpanel.case/1", Statement = "Nothing was transmitted to any authority. This package was sealed and kept by the organization, which hands it in itself.";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);        // accents stay readable
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static CasePackage Make(CaseDetail detail, PanelOptions panel, Actor actor, DateTimeOffset now)
    {
        var json = Canonical(JsonSerializer.SerializeToElement(Content(detail, panel, actor, now)));
        var hash = SHA256.HashData(json);
        return new CasePackage { CaseId = detail.Case.Id, Json = json, Html = Encoding.UTF8.GetBytes(Page(detail, panel, actor, now, hash)), Sha256 = hash, SealedAt = now, ActorId = actor.Id, ActorName = actor.Name };
    }

    /// <summary>What it holds beside the case itself: payments, labels, list entries, disputes, files, notes, steps.</summary>
    public static int Entries(byte[] json)
    {
        using var read = JsonDocument.Parse(json);
        return read.RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Array).Sum(m => m.Value.GetArrayLength());
    }

    /// <summary>The one way to write that value.</summary>
    public static byte[] Canonical(JsonElement value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Plain)) Write(json, value);
        return bytes.WrittenSpan.ToArray();

        static void Write(Utf8JsonWriter json, JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    json.WriteStartObject();
                    foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                    {
                        json.WritePropertyName(member.Name);
                        Write(json, member.Value);
                    }
                    json.WriteEndObject();
                    break;
                case JsonValueKind.Array:
                    json.WriteStartArray();
                    foreach (var item in value.EnumerateArray()) Write(json, item);
                    json.WriteEndArray();
                    break;
                default: value.WriteTo(json); break;
            }
        }
    }

    private static Dictionary<string, object?> Content(CaseDetail detail, PanelOptions panel, Actor actor, DateTimeOffset now)
    {
        var its = detail.Case;
        return new()
        {
            ["format"] = Format, ["statement"] = Statement, ["transmitted"] = false, ["organization"] = panel.Organization, ["environment"] = panel.Environment, ["sealed_at"] = Instant(now), ["sealed_by"] = actor.Name,
            ["case"] = new Dictionary<string, object?>
            {
                ["id"] = its.Id, ["reference_number"] = its.ReferenceNumber, ["status"] = its.Status.Word(), ["priority"] = its.Priority.Word(), ["incident_type"] = its.IncidentType.Word(), ["incident_date"] = Day(its.IncidentDate),
                ["jurisdiction"] = its.Jurisdiction, ["amount"] = its.Amount, ["currency"] = its.Currency, ["victim_name"] = its.VictimName, ["victim_email"] = its.VictimEmail, ["description"] = its.Description, ["due_date"] = Day(its.DueOn),
                ["created_from"] = its.Origin.Word(), ["created_at"] = Instant(its.OpenedAt), ["opened_by"] = its.OpenedByName, ["assigned_to"] = detail.AssignedTo, ["version"] = its.Version,
            },
            ["assessments"] = detail.Assessments.Select(a => new Dictionary<string, object?>
            {
                ["assessment_id"] = a.Stored.Id, ["at"] = Instant(a.Stored.Instant), ["flow"] = a.Stored.Flow == Flow.PayIn ? "payin" : "payout", ["decision"] = DecisionTagHelper.Word(a.Stored.Decision), ["risk_score"] = a.Stored.Score,
                ["amount"] = a.Stored.Amount, ["currency"] = a.Stored.Currency, ["email"] = a.Email, ["order_id"] = a.Stored.OrderId, ["payment_id"] = a.Stored.PaymentId, ["blocked_by"] = a.Stored.BlockedBy,
                ["policy_version"] = a.Stored.PolicyVersion, ["signals"] = a.Signals, ["outcome"] = a.Label?.Outcome.Word(),
            }),
            ["labels"] = detail.Labels.Select(l => new Dictionary<string, object?>
            {
                ["label_id"] = l.Row.Id, ["outcome"] = l.Row.Outcome.Word(), ["source"] = l.Row.Source.Word(), ["reason"] = l.Row.Reason, ["known_at"] = Instant(l.Row.KnownAt), ["taken_back"] = l.IsTakenBack,
            }),
            ["blocklist_entries"] = detail.Entries.Select(e => new Dictionary<string, object?>
            {
                ["id"] = e.Id, ["list_type"] = e.Type.Word(), ["value"] = e.Value, ["severity"] = e.Severity.Word(), ["is_active"] = e.IsActive, ["expires_at"] = e.ExpiresAt is { } ends ? Instant(ends) : null,
            }),
            ["dispute_ids"] = detail.Of(CaseLinkKind.Dispute),
            ["evidence_urls"] = detail.EvidenceUrls,
            ["files"] = detail.Files.Select(f => new Dictionary<string, object?>
            {
                ["name"] = f.Name, ["content_type"] = f.ContentType, ["size"] = f.Size, ["sha256"] = Convert.ToHexStringLower(f.Sha256), ["added_at"] = Instant(f.At), ["added_by"] = f.ActorName,
            }),
            ["notes"] = detail.Notes.Select(n => new Dictionary<string, object?> { ["at"] = Instant(n.At), ["by"] = n.ActorName, ["text"] = n.Text }),
            ["timeline"] = detail.Events.Select(e => new Dictionary<string, object?>
            {
                ["at"] = Instant(e.At), ["kind"] = e.Kind.Word(), ["from"] = e.From?.Word(), ["to"] = e.To?.Word(), ["detail"] = e.Detail, ["by"] = e.ActorName, ["version"] = e.Version,
            }),
        };
    }

    /// <summary>In Spanish, whoever submits: it is for authorities of the seven jurisdictions. A page of its own that needs nothing else.</summary>
    private static string Page(CaseDetail detail, PanelOptions panel, Actor actor, DateTimeOffset now, byte[] hash)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(Language.Spanish);
        try
        {
            return Spanish(detail, panel, actor, now, hash, new Texts());
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    private static string Spanish(CaseDetail detail, PanelOptions panel, Actor actor, DateTimeOffset now, byte[] hash, Texts T)
    {
        var (its, page) = (detail.Case, new StringBuilder(8_192));
        page.Append("<!DOCTYPE html>\n<html lang=\"es-MX\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(Safe(its.ReferenceNumber)).Append("</title>\n<style>\n")
            .Append("body{font:11pt/1.45 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#111}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.75rem;border-bottom:1px solid #999}")
            .Append("table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #ddd;overflow-wrap:anywhere}th{font-weight:600}code{overflow-wrap:anywhere}.statement{border:2px solid #111;padding:.75rem}\n")
            .Append("</style>\n</head>\n<body>\n<h1>").Append(Safe(T["Case {0}", its.ReferenceNumber])).Append("</h1>\n<p class=\"statement\"><strong>").Append(Safe(T[Statement])).Append("</strong></p>\n");
        Table(T["Facts"], [],
        [
            [T["Organization"], panel.Organization.Length > 0 ? panel.Organization : "–"], [T["Environment"], panel.Environment], [T["Sealed"], $"{Instant(now)} · {actor.Name}"], [T["SHA-256 of the JSON"], Convert.ToHexStringLower(hash)],
            [T["Incident"], T.Name(its.IncidentType)], [T["Date of the incident"], Day(its.IncidentDate) ?? "–"], [T["Jurisdiction"], its.Jurisdiction is { } place ? Showing.Country(place) : "–"], [T["Priority"], T.Name(its.Priority)],
            [T["Amount"], its.Money?.Show() ?? "–"], [T["Victim"], string.Join(" · ", new[] { its.VictimName, its.VictimEmail }.Where(v => v is not null)) is { Length: > 0 } victim ? victim : "–"], [T["What happened"], its.Description ?? "–"],
            [T["Opened"], $"{Instant(its.OpenedAt)} · {T.CaseActor(its.OpenedById, its.OpenedByName)}"], [T["Assigned to"], detail.AssignedTo ?? "–"],
        ]);
        Table(T["Linked payments"], [T["Time"], T["Amount"], T["Decision"], T["Score"], T["Signals"], T["What it turned out to be"]],
            detail.Assessments.Select(a => (string[])[$"{Instant(a.Stored.Instant)} {a.Stored.Id}", a.Stored.Money.Show(), T.Name(a.Stored.Decision), a.Stored.Score.ToString(CultureInfo.CurrentCulture), string.Join(", ", a.Signals), a.Label is { } label ? T.Name(label.Outcome) : "–"]));
        Table(T["Labels"], [T["Time"], T["What it turned out to be"], T["Source"], T["Reason"]],
            detail.Labels.Select(l => (string[])[Instant(l.Row.KnownAt), T.Name(l.Row.Outcome) + (l.IsTakenBack ? " · " + T["Taken back"] : ""), T.Name(l.Row.Source), l.Row.Reason is { } reason ? T.LabelReason(reason) : "–"]));
        Table(T["List entries"], [T["Type"], T["Value"], T["Effect"], T["Ends"]], detail.Entries.Select(e => (string[])[T.Name(e.Type), e.Value, T.Name(e.Severity), e.ExpiresAt is { } ends ? Instant(ends) : "–"]));
        Table(T["Evidence"], [T["File"], T["Size"], "SHA-256"], detail.Files.Select(f => (string[])[f.Name, T.Bytes(f.Size), Convert.ToHexStringLower(f.Sha256)]).Concat(detail.EvidenceUrls.Select(u => (string[])[u, "–", "–"])));
        Table(T["Notes"], [T["Time"], T["Who"], T["Note"]], detail.Notes.Select(n => (string[])[Instant(n.At), n.ActorName, n.Text]));
        Table(T["Timeline"], [T["Time"], T["What happened"], T["Who"]], detail.Events.Select(e => (string[])[Instant(e.At), T.Say(e), T.CaseActor(e.ActorId, e.ActorName)]));
        return page.Append("</body>\n</html>\n").ToString();

        void Table(string title, string[] heads, IEnumerable<string[]> rows)
        {
            var all = rows.ToList();
            if (all.Count == 0) return;
            page.Append("<h2>").Append(Safe(title)).Append("</h2>\n<table>\n");
            if (heads.Length > 0) page.Append("<tr>").AppendJoin("", heads.Select(h => $"<th scope=\"col\">{Safe(h)}</th>")).Append("</tr>\n");
            foreach (var row in all)
                page.Append("<tr>").AppendJoin("", row.Select((cell, i) => heads.Length == 0 && i == 0 ? $"<th scope=\"row\">{Safe(cell)}</th>" : $"<td>{Safe(cell)}</td>")).Append("</tr>\n");
            page.Append("</table>\n");
        }
    }

    private static string Safe(string text) => Encoder.Encode(text);

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
