using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Enrichment;
using Microsoft.Extensions.Primitives;

namespace ClausumPanel.Web.Api;

/// <summary>A server looks through its transactions as people do in the Monitor. The documentation names /api/v1/merchant and says nothing else of it: these calls are ours.</summary>
public static class MerchantApi
{
    private const int LongestText = 320, MostWords = 10;

    private static readonly AssessApi.RequiresKey Reads = new(KeyPermissions.ReadTransactions, "server");

    /// <summary>Numbers and names by which a transaction is found, whole; one of them at a time.</summary>
    private static readonly (string Name, TermKind Kind)[] Found =
        [("order_id", TermKind.Order), ("payment_id", TermKind.Payment), ("customer_id", TermKind.Customer), ("session_id", TermKind.Session), ("email", TermKind.Email)];

    private static readonly string[] Names =
    [
        "from", "to", "flow", "decision", "final_decision", "risk_score_min", "risk_score_max", "currency", "amount_min", "amount_max", "signal", "label", "submerchant_id", "channel", "country", "simulated",
        .. Found.Select(f => f.Name), "sort_by", "sort_order", "limit", "cursor",
    ];

    private static readonly Dictionary<string, (AssessmentOrder Up, AssessmentOrder Down)> Orders = new()
    {
        ["created_at"] = (AssessmentOrder.Oldest, AssessmentOrder.Newest), ["risk_score"] = (AssessmentOrder.LowestScore, AssessmentOrder.HighestScore), ["amount"] = (AssessmentOrder.SmallestAmount, AssessmentOrder.LargestAmount),
    };

    public static void MapMerchantApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/merchant").WithTags("Merchant").AllowAnonymous();
        group.MapGet("/transactions", ListAsync).WithName("listTransactions").WithSummary("Read the transactions").WithMetadata(Reads);
        group.MapGet("/transactions/{id}", ReadAsync).WithName("readTransaction").WithSummary("Read one transaction").WithMetadata(Reads);
        group.MapPost("/transactions/search", SearchAsync).WithName("searchTransactions").WithSummary("Search the transactions").WithMetadata(Reads);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(Reads.Permission) is not null) await AnswerAsync(context, new QueryReader(context.Request.Query));
    }

    private static async Task SearchAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(Reads.Permission) is null || await JsonBody.ReadAsync(context) is not { } body) return;
        // The body says what an address would say, and is read as one.
        var said = new Dictionary<string, StringValues>();
        foreach (var name in Names.Where(body.Has))
        {
            var value = body.Json.GetProperty(name);
            said[name] = value.ValueKind switch
            {
                JsonValueKind.String => body.Text(name, LongestText),
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Array => body.Texts(name, MostWords, LongestText)?.ToArray(),
                _ => body.Wrong(name, "type", $"{name} must be a text, a number, true, false or a list of texts."),
            };
        }
        if (body.Errors.Count > 0) await Problems.WriteAsync(context, body.Errors);
        else await AnswerAsync(context, new QueryReader(new QueryCollection(said)));
    }

    private static async Task ReadAsync(HttpContext context)
    {
        if (await context.RequireServerKeyAsync(Reads.Permission) is null) return;
        var assessments = context.RequestServices.GetRequiredService<AssessmentReader>();
        if (await AssessmentsApi.StateAsync(context) is not { } state || await assessments.LinesAsync([state.Stored.Seq], context.RequestAborted) is not [var line])
        {
            await Problems.WriteAsync(context, Problems.NotFound, "There is no transaction with this id.");
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            WriteMembers(json, line with { Label = state.Label }, Registry(context));
            json.WriteStartObject("assessment");
            state.Write(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static async Task AnswerAsync(HttpContext context, QueryReader query)
    {
        var filter = Filter(query, Registry(context));
        var (order, descending) = query.Order(Orders, Orders["created_at"], descending: true);
        var (limit, after) = (query.Number("limit", QueryReader.UsualRows, 1, QueryReader.MostRows), query.Word<AssessmentCursor>("cursor", t => AssessmentCursor.TryParse(t, out var cursor) ? cursor : null));
        if (query.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, query.Errors);
            return;
        }
        var page = await context.RequestServices.GetRequiredService<AssessmentReader>().PageAsync(filter, descending ? order.Down : order.Up, after, limit, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var line in page.Lines)
            {
                json.WriteStartObject();
                WriteMembers(json, line, Registry(context));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("limit", limit);
            json.WriteString("next_cursor", page.Next?.ToString());
            json.WriteEndObject();
        });
    }

    private static AssessmentFilter Filter(QueryReader query, SubmerchantIndex registry)
    {
        var currency = query.Text("currency", 3) is not { } code ? null : Currencies.TryFind(code.ToUpperInvariant(), out var known, out _) ? known : query.Wrong("currency");
        var (least, most) = (Minor("amount_min"), Minor("amount_max"));
        var found = Found.Where(f => query.Has(f.Name)).ToList();
        if (found.Count > 1) query.Errors.Add(new(found[1].Name, "alone", $"{found[1].Name} cannot go with {found[0].Name}: one of them at a time."));
        var submerchant = query.Text("submerchant_id", 128);
        return new AssessmentFilter
        {
            From = query.Moment("from")?.ToUnixTimeMilliseconds(), To = query.End("to")?.ToUnixTimeMilliseconds(),
            Flow = query.Word<Flow>("flow", t => t switch { "payin" => Flow.PayIn, "payout" => Flow.PayOut, _ => null }),
            Decisions = query.Words<Decision>("decision", t => Array.Find(Enum.GetValues<Decision>(), d => AssessAnswerWriter.Word(d) == t) is var its && AssessAnswerWriter.Word(its) == t ? its : null),
            Finals = query.Words<FinalOutcome>("final_decision", t => FinalOutcomes.Find(t)),
            MinScore = Score("risk_score_min"), MaxScore = Score("risk_score_max"), Currency = currency, MinAmount = least, MaxAmount = most,
            Signal = query.Word<int>("signal", t => SignalCatalog.ByCode.TryGetValue(t, out var signal) ? signal.Id : null), Label = query.Word<LabelOutcome>("label", t => LabelWords.Outcome(t)),
            Submerchant = registry.NameOf(submerchant), Channel = query.Text("channel", 40),
            Country = query.Text("country", 2) is not { } place ? null : Countries.Find(place) ?? query.Wrong("country"),
            Simulated = query.Word<bool>("simulated", t => t switch { "true" => true, "false" => false, _ => null }) ?? false,
            Search = found.Count == 1 ? query.Text(found[0].Name, LongestText) : null, Exactly = found.Count == 1 ? found[0].Kind : null,
        };

        int? Score(string name) => query.Has(name) ? query.Number(name, 0, 0, 100) : null;

        long? Minor(string name)
        {
            if (query.Has(name) && currency is null) query.Errors.Add(new(name, "required", $"{name} counts minor units of a currency: say which in currency."));
            return query.Word<long>(name, t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null);
        }
    }

    private static SubmerchantIndex Registry(HttpContext context) => context.RequestServices.GetRequiredService<SubmerchantShelf>().Current;

    private static void WriteMembers(Utf8JsonWriter json, AssessmentLine line, SubmerchantIndex registry)
    {
        json.WriteString("transaction_id", line.Id);
        json.WriteString("session_id", line.SessionId);
        json.WriteString("flow", line.Flow == Flow.PayIn ? "payin" : "payout");
        json.WriteInstant("created_at", line.At);
        json.WriteNumber("amount", line.Money.Minor);
        json.WriteString("currency", line.Money.Currency);
        json.WriteString("decision", AssessAnswerWriter.Word(line.Decision));
        json.WriteNumber("risk_score", line.Score);
        json.WriteString("blocked_by", line.BlockedBy);
        json.WriteTexts("signals", line.Signals.Select(s => SignalCatalog.Of(s).Code));
        json.WriteString("order_id", line.OrderId);
        json.WriteString("payment_id", line.PaymentId);
        json.WriteString("customer_id", line.CustomerId);
        json.WriteString("email", line.Email);
        json.WriteString("card_last4", line.CardLast4);
        json.WriteString("card_brand", line.CardBrand);
        json.WriteString("ip", line.Ip);
        json.WriteString("country", line.Country.Length == 0 ? null : line.Country);
        json.WriteString("beneficiary", line.Beneficiary);
        json.WriteString("submerchant_id", line.SubmerchantId);
        json.WriteString("submerchant_name", registry.Find(line.SubmerchantId)?.Name);
        json.WriteString("label", line.Label?.Word());
        json.WriteBoolean("simulated", line.Simulated);
    }
}
