using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>Reads the bodies of <see cref="CasesApi"/>.</summary>
internal static class CaseBody
{
    /// <summary>What the body says over what the case says already.</summary>
    public static CaseFacts ReadFacts(JsonBody body, CaseFacts was, DateOnly today)
    {
        var facts = was with
        {
            IncidentType = body.Word("incident_type", CaseWords.ReadIncident, "format") ?? was.IncidentType,
            IncidentDate = body.Names("incident_date") ? ReadDay(body, "incident_date") : was.IncidentDate,
            Jurisdiction = body.Names("jurisdiction") ? ReadPlace(body) : was.Jurisdiction,
            Amount = body.Names("amount") ? body.Minor("amount") : was.Amount, Currency = body.Names("currency") ? body.Currency("currency") : was.Currency,
            VictimName = body.Names("victim_name") ? ListTexts.Clean(body.Text("victim_name", Case.LongestName)) : was.VictimName,
            VictimEmail = body.Names("victim_email") ? ReadEmail(body) : was.VictimEmail,
            Description = body.Names("description") ? ListTexts.Clean(body.Text("description", Case.LongestDescription)) : was.Description,
        };
        if (body.Names("incident_type") && !body.Has("incident_type") && was.IncidentType != default) body.Wrong("incident_type", "required", "incident_type is required.");
        if (facts.Amount is null != facts.Currency is null && body.Errors.Count == 0) body.Wrong(facts.Amount is null ? "amount" : "currency", "required", "amount and currency come together.");
        if (facts.IncidentDate > today) body.Wrong("incident_date", "range", "incident_date lies in the future.");
        return facts;
    }

    private static string? ReadPlace(JsonBody body)
    {
        if (body.Text("jurisdiction", 2) is not { } text) return null;
        return CaseWords.ReadJurisdiction(text) ?? body.Wrong("jurisdiction", "format", $"jurisdiction must be one of {string.Join(", ", CaseWords.Jurisdictions)}.");
    }

    private static string? ReadEmail(JsonBody body)
    {
        if (ListTexts.Clean(body.Text("victim_email", Case.LongestEmail)) is not { } text) return null;
        return MailAddress.TryCreate(text, out var address) && address.Address == text ? text : body.Wrong("victim_email", "format", "victim_email must be an e-mail address.");
    }

    public static DateOnly? ReadDay(JsonBody body, string name)
    {
        if (body.Text(name, 10) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        body.Wrong(name, "format", $"{name} must be a day, as in 2026-05-20.");
        return null;
    }

    public static Guid? ReadId(string text) => Guid.TryParse(text, out var id) ? id : null;

    /// <summary>The payments that <c>transaction_ids</c> names.</summary>
    public static async Task<IReadOnlyList<StoredAssessment>> PaymentsAsync(JsonBody body, AssessmentReader assessments, CancellationToken stop)
    {
        var found = new List<StoredAssessment>();
        if (!body.Has("transaction_ids")) return found;
        var value = body.Json.GetProperty("transaction_ids");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > CasesApi.MostLinks)
        {
            body.Wrong("transaction_ids", "type", $"transaction_ids must be a list of at most {CasesApi.MostLinks} ids.");
            return found;
        }
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && Guid.TryParse(item.GetString(), out var id) && await assessments.FindAsync(id, stop) is { } stored) found.Add(stored);
            else body.Wrong("transaction_ids", "format", "transaction_ids names a payment that was not assessed here.");
        }
        return found;
    }
}
