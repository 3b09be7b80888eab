using System.Text.Json;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>A server tells what payments turned out to be, one or many at a time.</summary>
public static class LabelsApi
{
    public const int MostLabels = 1_000, MostBytes = 1024 * 1024;

    public static void MapLabelsApi(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/labels", AddAsync).AllowAnonymous().WithTags("Fraud").WithName("addLabels").WithSummary("Say what payments turned out to be").WithMetadata(new AssessApi.RequiresKey(KeyPermissions.ReportFraud, "server"));

    private static async Task AddAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(KeyPermissions.ReportFraud) is not { } key) return;
        if (await JsonBody.ReadAsync(context, MostBytes) is not { } body) return;
        JsonElement[] items = [body.Json];
        if (body.Has("labels"))
        {
            var many = body.Json.GetProperty("labels");
            if (many.ValueKind != JsonValueKind.Array || many.GetArrayLength() is < 1 or > MostLabels)
            {
                await Problems.WriteAsync(context, [new FieldError("labels", "length", $"labels must be a list of 1 to {MostLabels} labels.")]);
                return;
            }
            items = [.. many.EnumerateArray()];
        }
        var record = context.RequestServices.GetRequiredService<RecordLabels>();
        if (!record.IsReady)
        {
            await context.UnavailableAsync();
            return;
        }
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var payments = context.RequestServices.GetRequiredService<FindPayment>();
        var errors = new List<FieldError>[items.Length];
        var (labels, places) = (new List<NewLabel>(items.Length), new List<int>(items.Length));
        for (var i = 0; i < items.Length; i++)
        {
            if (LabelItem.Read(items[i], now, errors[i] = []) is not { } item) continue;
            var (payment, error) = await item.FindAsync(payments, context.RequestAborted);
            if (payment is null) errors[i].Add(error);
            else
            {
                labels.Add(item.Of(payment));
                places.Add(i);
            }
        }
        if (!body.Has("labels") && errors[0].Count > 0)
        {
            if (errors[0][0].Code == "not_found") await Problems.WriteAsync(context, Problems.NotFound, errors[0][0].Reason, json => json.WriteString("field", errors[0][0].Field));
            else await Problems.WriteAsync(context, errors[0]);
            return;
        }
        object? summary = items.Length > 1 ? new { Channel = LabelChannel.Api.Word(), Read = items.Length, Stored = labels.Count } : null;
        var written = labels.Count == 0 ? [] : await record.AddAsync(labels, LabelChannel.Api, context.ActorOf(key), summary, context.RequestAborted);
        var fates = new LabelWritten?[items.Length];
        for (var n = 0; n < written.Count; n++) fates[places[n]] = written[n];
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("recorded", written.Count(w => w.Fate == LabelFate.Written));
            json.WriteNumber("known", written.Count(w => w.Fate == LabelFate.Known));
            json.WriteNumber("refused", items.Length - written.Count(w => w.Fate != LabelFate.Contradicts));
            json.WriteStartArray("results");
            for (var i = 0; i < items.Length; i++) Write(json, i, fates[i], errors[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, int index, LabelWritten? written, List<FieldError> errors)
    {
        if (written is { Fate: LabelFate.Contradicts }) errors.Add(new FieldError("reference", "conflict", "This reference of this source stands for another payment or another outcome."));
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("status", written?.Fate switch { LabelFate.Written => "recorded", LabelFate.Known => "known", _ => "refused" });
        if (errors.Count == 0) json.WriteString("label_id", written!.Value.Row.Id);
        else json.WriteNull("label_id");
        json.WriteStartArray("errors");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("field", error.Field);
            json.WriteString("code", error.Code);
            json.WriteString("reason", error.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
