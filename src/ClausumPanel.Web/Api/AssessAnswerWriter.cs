using System.Buffers;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>Writes the 200 answer. The same for an answer given now and one read from the log.</summary>
internal static class AssessAnswerWriter
{
    private static readonly JsonEncodedText[] Decisions = [.. Enum.GetValues<Decision>().Select(d => JsonEncodedText.Encode(Word(d)))];
    private static readonly JsonEncodedText[] Codes = [.. SignalCatalog.All.Select(s => JsonEncodedText.Encode(s.Code))];
    private static readonly JsonEncodedText
        DecisionName = JsonEncodedText.Encode("decision"), ScoreName = JsonEncodedText.Encode("risk_score"), SignalsName = JsonEncodedText.Encode("signals"), DetailsName = JsonEncodedText.Encode("signal_details"),
        CodeName = JsonEncodedText.Encode("code"), WeightName = JsonEncodedText.Encode("weight"), DescriptionName = JsonEncodedText.Encode("description"), SessionName = JsonEncodedText.Encode("session_id"),
        BlockedName = JsonEncodedText.Encode("blocked_by"), LatencyName = JsonEncodedText.Encode("latency_ms"), FlowName = JsonEncodedText.Encode("flow"), IdName = JsonEncodedText.Encode("assessment_id"),
        SimulatedName = JsonEncodedText.Encode("simulated"), PolicyName = JsonEncodedText.Encode("policy_version"), OrderName = JsonEncodedText.Encode("order_id"), PaymentName = JsonEncodedText.Encode("payment_id"), KeyName = JsonEncodedText.Encode("idempotency_key"),
        SubmerchantIdName = JsonEncodedText.Encode("submerchant_id"), SubmerchantName = JsonEncodedText.Encode("submerchant_name"), WarningsName = JsonEncodedText.Encode("field_warnings"), PayIn = JsonEncodedText.Encode("payin"), PayOut = JsonEncodedText.Encode("payout");

    public static string Word(Decision decision) => decision switch
    {
        Decision.Approve => "approve",
        Decision.Review => "review",
        Decision.Challenge => "challenge",
        Decision.Decline => "decline",
    };

    /// <param name="brief">For a browser: no scores and no reasons, which would teach a fraudster.</param>
    public static void Write(IBufferWriter<byte> output, Utf8JsonWriter json, AssessAnswer answer, bool brief)
    {
        json.Reset(output);
        json.WriteStartObject();
        WriteMembers(json, answer, brief);
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>The members of the answer, into an object that has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter json, AssessAnswer answer, bool brief)
    {
        json.WriteString(DecisionName, Decisions[(int)answer.Decision]);
        if (!brief) WriteReasons(json, answer);
        json.WriteString(SessionName, answer.SessionId);
        if (!brief) json.WriteString(BlockedName, answer.BlockedBy);
        json.WriteNumber(LatencyName, (answer.LatencyMicroseconds + 999) / 1000);
        json.WriteString(FlowName, answer.Flow == Flow.PayIn ? PayIn : PayOut);
        json.WriteString(IdName, answer.AssessmentId);
        if (answer.Simulated) json.WriteBoolean(SimulatedName, true);
        if (!brief)
        {
            json.WriteNumber(PolicyName, answer.PolicyVersion);
            WriteEcho(json, OrderName, answer.OrderId);
            WriteEcho(json, PaymentName, answer.PaymentId);
            WriteEcho(json, KeyName, answer.IdempotencyKey);
            WriteEcho(json, SubmerchantIdName, answer.SubmerchantId);
            WriteEcho(json, SubmerchantName, answer.SubmerchantName);
            if (answer.Warnings.Count > 0)
            {
                json.WriteStartArray(WarningsName);
                for (var i = 0; i < answer.Warnings.Count; i++) json.WriteStringValue(answer.Warnings[i]);
                json.WriteEndArray();
            }
        }
    }

    private static void WriteReasons(Utf8JsonWriter json, AssessAnswer answer)
    {
        json.WriteNumber(ScoreName, answer.Score);
        json.WriteStartArray(SignalsName);
        foreach (ref readonly var hit in answer.Signals) json.WriteStringValue(Codes[hit.Signal]);
        foreach (var rule in answer.Rules) json.WriteStringValue(rule.Code);
        json.WriteEndArray();
        json.WriteStartArray(DetailsName);
        foreach (ref readonly var hit in answer.Signals)
        {
            json.WriteStartObject();
            json.WriteString(CodeName, Codes[hit.Signal]);
            json.WriteNumber(WeightName, hit.Weight);
            json.WriteString(DescriptionName, SignalText.English(hit, answer.Currency));
            json.WriteEndObject();
        }
        foreach (var rule in answer.Rules)
        {
            json.WriteStartObject();
            json.WriteString(CodeName, rule.Code);
            json.WriteNumber(WeightName, rule.Points);
            json.WriteString(DescriptionName, rule.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteEcho(Utf8JsonWriter json, JsonEncodedText name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
