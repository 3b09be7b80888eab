using System.Globalization;
using System.Text.Json;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Api;

/// <summary>A merchant's server says that a payment was fraud. Source: Clausum documentation, api-reference/report-fraud.</summary>
public static class ReportFraudApi
{
    /// <summary>Who may be told of a report. Source: Clausum documentation, guides/report-fraud.</summary>
    public static readonly IReadOnlyList<string> Parties = ["merchant", "acquirer", "issuer", "compliance"];

    private const int LongestUrl = 1_024;

    public static void MapReportFraudApi(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/report-fraud", ReportAsync).AllowAnonymous().WithTags("Fraud").WithName("reportFraud").WithSummary("Report a payment as fraud").WithMetadata(new AssessApi.RequiresKey(KeyPermissions.ReportFraud, "server"));

    private static async Task ReportAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(KeyPermissions.ReportFraud) is not { } key) return;
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (await context.ReadIdempotencyKeyAsync() is not (true, var idempotencyKey)) return;
        var claim = Read(body);
        if (body.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var answer = await context.RequestServices.GetRequiredService<ReportFraud>().RunAsync(claim!, context.ActorOf(key), key.Id, idempotencyKey, Fingerprint.Of(body.Bytes.Span), context.RequestAborted);
        switch (answer.Status)
        {
            case ReportStatus.Reported or ReportStatus.Replayed:
                if (answer.Status == ReportStatus.Replayed)
                {
                    key.Use.GiveBack();
                    context.Response.Headers["Idempotent-Replayed"] = "true";
                }
                await context.AnswerAsync(StatusCodes.Status201Created, json => Write(json, answer));
                break;
            case ReportStatus.AlreadyReported:
                await Problems.WriteAsync(context, Problems.Duplicate, "This transaction is reported already.", json =>
                {
                    json.WriteString("transaction_id", answer.Transaction);
                    json.WriteString("label_id", answer.Label!.Id);
                    json.WriteString("reason", answer.Label.Reason);
                    if (answer.Case is { } its)
                    {
                        json.WriteString("case_id", its.Id);
                        json.WriteString("reference_number", its.ReferenceNumber);
                    }
                    json.WriteString("reported_at", answer.Label.RecordedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                });
                break;
            case ReportStatus.Conflict: await Problems.WriteAsync(context, Problems.IdempotencyConflict); break;
            case ReportStatus.NotFound:
                var field = claim!.TransactionId is not null ? "transaction_id" : "external_transaction_id";
                await Problems.WriteAsync(context, Problems.NotFound, $"{field} names no payment that was assessed here.", json => json.WriteString("field", field));
                break;
            case ReportStatus.Simulated: await Problems.WriteAsync(context, [new FieldError("transaction_id", "simulated", "transaction_id names a simulation: nothing of it was real.")]); break;
            case ReportStatus.Unavailable: await context.UnavailableAsync(); break;
        }
    }

    private static FraudClaim? Read(JsonBody body)
    {
        var reason = body.Word("reason", ReportEffects.Reason, "format");
        if (!body.Has("reason")) body.Wrong("reason", "required", "reason is required: chargeback, friendly_fraud, card_testing, account_takeover, identity_theft or other.");
        var claim = new FraudClaim(reason ?? default)
        {
            TransactionId = ListTexts.Clean(body.Text("transaction_id", 100)), ExternalId = ListTexts.Clean(body.Text("external_transaction_id", 64)), Provider = body.Text("provider", 60), Amount = body.Minor("amount"), Currency = body.Currency("currency"),
            Email = Listed(body, "email", ListType.Email), Ip = Listed(body, "ip_address", ListType.IpAddress), CardBin = Listed(body, "card_bin", ListType.CardBin),
            Description = ListTexts.Clean(body.Text("description", FraudReport.LongestDescription)), EvidenceUrls = Urls(body), Notify = Notified(body),
        };
        if (body.Has("transaction_id")) return claim;
        if (body.Has("external_transaction_id") != body.Has("provider"))
            body.Wrong(body.Has("provider") ? "external_transaction_id" : "provider", "required", "external_transaction_id and provider come together.");
        if (body.Has("external_transaction_id") && !body.Has("amount")) return claim;
        if (!body.Has("amount") && !body.Has("email")) body.Wrong("transaction_id", "required", "Name the transaction: transaction_id, or external_transaction_id and provider, or amount, currency and email of one that was not assessed.");
        else
        {
            foreach (var name in (string[])["amount", "currency", "email"])
                if (!body.Has(name)) body.Wrong(name, "required", $"{name} is required for a transaction that was not assessed: amount, currency and email.");
        }
        return claim;
    }

    private static string? Listed(JsonBody body, string name, ListType type)
    {
        if (body.Text(name, ListValues.Longest) is not { } text) return null;
        if (ListValues.TryNormalize(type, text, out var normalized, out var problem)) return normalized;
        body.Wrong(name, problem == ListProblem.CardNumber ? "card_number" : "format", $"{name}: {ListSentences.English(problem)}");
        return null;
    }

    private static List<string> Urls(JsonBody body)
    {
        var urls = new List<string>();
        if (!body.Has("evidence_urls")) return urls;
        var value = body.Json.GetProperty("evidence_urls");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > FraudReport.MostUrls)
        {
            body.Wrong("evidence_urls", "type", $"evidence_urls must be a list of at most {FraudReport.MostUrls} addresses.");
            return urls;
        }
        foreach (var url in value.EnumerateArray())
        {
            if (url.ValueKind == JsonValueKind.String && url.GetString() is { Length: <= LongestUrl } text && Uri.TryCreate(text, UriKind.Absolute, out var known) && known.Scheme == Uri.UriSchemeHttps) urls.Add(ListTexts.Clean(known.AbsoluteUri)!);
            else
            {
                body.Wrong("evidence_urls", "format", $"evidence_urls must be https addresses of at most {LongestUrl} characters.");
                break;
            }
        }
        return urls;
    }

    private static List<string> Notified(JsonBody body)
    {
        var parties = new List<string>();
        if (!body.Has("notify")) return parties;
        var value = body.Json.GetProperty("notify");
        if (value.ValueKind != JsonValueKind.Object)
        {
            body.Wrong("notify", "type", "notify must be an object of merchant, acquirer, issuer and compliance, each true or false.");
            return parties;
        }
        foreach (var party in Parties)
        {
            if (!value.TryGetProperty(party, out var wanted)) continue;
            if (wanted.ValueKind == JsonValueKind.True) parties.Add(party);
            else if (wanted.ValueKind != JsonValueKind.False) body.Wrong($"notify.{party}", "type", $"notify.{party} must be true or false.");
        }
        return parties;
    }

    /// <summary>Nobody is written to yet, and the answer says so.</summary>
    private static void Write(Utf8JsonWriter json, in ReportAnswer answer)
    {
        json.WriteStartObject();
        json.WriteBoolean("success", true);
        json.WriteString("case_id", answer.Case!.Id);
        json.WriteString("reference_number", answer.Case.ReferenceNumber);
        json.WriteString("transaction_id", answer.Transaction);
        json.WriteString("label_id", answer.Label!.Id);
        json.WriteNumber("blocklist_entries", answer.Entries);
        json.WriteStartArray("notified");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
