using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>One dispute as it comes from outside, in a form or on a line: read and checked, its payment not looked for yet.</summary>
public sealed record DisputeItem
{
    /// <summary>The names a line may have, in the order of a file's columns.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "external_id", "scheme", "reason_code", "amount", "currency", "transaction_id", "external_transaction_id", "order_id", "arn", "received_at", "respond_by", "stage", "descriptor", "notes", "outcome", "closed_at", "recovered",
    ];

    public string? ExternalId { get; init; }

    /// <summary>Who told of it, in small letters.</summary>
    public string? Provider { get; init; }
    public CardScheme Scheme { get; init; }
    public string ReasonCode { get; init; } = "";
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public string? TransactionId { get; init; }
    public string? PaymentId { get; init; }
    public string? OrderId { get; init; }
    public string? Arn { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset RespondBy { get; init; }
    public DisputeStage Stage { get; init; } = DisputeStage.Chargeback;
    public string? Descriptor { get; init; }
    public string? Notes { get; init; }
    public DisputeOutcome? Outcome { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public long? Recovered { get; init; }

    /// <param name="values">Name to text; what is empty is not there.</param>
    /// <param name="zone">Of days and times that name no zone.</param>
    /// <param name="now">What was received later is wrong.</param>
    /// <param name="errors">Gets everything that is wrong.</param>
    /// <returns>Null when something is wrong.</returns>
    public static DisputeItem? Read(IReadOnlyDictionary<string, string> values, TimeZoneInfo zone, DateTimeOffset now, List<FieldError> errors)
    {
        var scheme = Word<CardScheme>("scheme", required: true);
        var code = Text("reason_code", 12, required: true);
        if (code is not null && (code.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')) || !code.Any(char.IsAsciiDigit) && ReasonCodes.Find(scheme ?? default, code) is null)) Wrong("reason_code", "format");
        var currency = Text("currency", 3, required: true);
        if (currency is not null && !Currencies.TryFind(currency.ToUpperInvariant(), out currency, out _)) Wrong("currency", "format");
        var amount = Minor("amount", required: true);
        if (amount == 0) Wrong("amount", "range");
        var arn = Text("arn", 30);
        if (arn is not null && (arn.Length != 23 || !arn.All(char.IsAsciiDigit))) Wrong("arn", "format");
        var received = Moment("received_at", isEnd: false) ?? now;
        if (received > now) Wrong("received_at", "range");
        var known = ReasonCodes.Find(scheme ?? default, code);
        var respond = Moment("respond_by", isEnd: true) ?? received.AddDays(known?.Days ?? 20);
        if (respond < received) Wrong("respond_by", "range");
        var closed = Moment("closed_at", isEnd: false);
        if (closed > now) Wrong("closed_at", "range");
        var outcome = Word<DisputeOutcome>("outcome", required: false);
        var recovered = Minor("recovered", required: false);
        if (recovered > amount) Wrong("recovered", "range");
        if (outcome is null && (closed is not null || recovered is not null)) Wrong("outcome", "required");
        var item = new DisputeItem
        {
            ExternalId = Text("external_id", Dispute.LongestId), Scheme = scheme ?? default, ReasonCode = known?.Code ?? code ?? "", Amount = amount ?? 0, Currency = currency ?? "", TransactionId = Text("transaction_id", 128),
            PaymentId = Text("external_transaction_id", 128), OrderId = Text("order_id", 128), Arn = arn, ReceivedAt = received, RespondBy = respond, Stage = Word<DisputeStage>("stage", required: false) ?? DisputeStage.Chargeback,
            Descriptor = Text("descriptor", Dispute.LongestDescriptor), Notes = Text("notes", Dispute.LongestNotes), Outcome = outcome, ClosedAt = closed, Recovered = recovered,
        };
        return errors.Count == 0 ? item : null;

        void Wrong(string name, string error) => errors.Add(new FieldError(name, error, name));

        string? Text(string name, int most, bool required = false)
        {
            var text = ListTexts.Clean(values.GetValueOrDefault(name));
            if (text is null && required) Wrong(name, "required");
            if (text?.Length > most) Wrong(name, "length");
            if (text?.Contains('\0', StringComparison.Ordinal) == true) Wrong(name, "format");
            return text;
        }

        T? Word<T>(string name, bool required) where T : struct, Enum
        {
            if (Text(name, 40, required) is not { } text) return null;
            if (DisputeWords.Find<T>(text) is { } found) return found;
            Wrong(name, "unknown");
            return null;
        }

        long? Minor(string name, bool required)
        {
            if (Text(name, 20, required) is not { } text) return null;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) && minor <= 1_000_000_000_000_000) return minor;
            Wrong(name, "minor");
            return null;
        }

        DateTimeOffset? Moment(string name, bool isEnd)
        {
            if (Text(name, 40) is not { } text) return null;
            if (DisputeWords.Moment(text, zone, isEnd) is { } moment) return moment;
            Wrong(name, "moment");
            return null;
        }
    }
}

/// <summary>The words of disputes outside: enum names in snake_case.</summary>
public static class DisputeWords
{
    public static string SnakeWord<T>(this T value) where T : struct, Enum => Words<T>.All.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;

    public static T? Find<T>(string? word) where T : struct, Enum
    {
        foreach (var (value, known) in Words<T>.All)
            if (known.Equals(word?.Trim().Replace('-', '_').Replace(' ', '_'), StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    /// <summary>RFC 3339, or a day, or a day and a time on the clock of a zone. A day that ends something ends with its last minute.</summary>
    public static DateTimeOffset? Moment(string? text, TimeZoneInfo zone, bool isEnd = false)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = text.Trim();
        if (DateTime.TryParseExact(text, ["yyyy-MM-dd", "dd/MM/yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return In(isEnd ? day.AddDays(1).AddMinutes(-1) : day, zone);
        return Moments.Read(text, zone) is { Year: >= 2000 and < 2100 } moment ? moment : null;
    }

    private static DateTimeOffset? In(DateTime local, TimeZoneInfo zone)
    {
        if (local.Year is < 2000 or >= 2100) return null;
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    private static class Words<T> where T : struct, Enum
    {
        public static readonly (T Value, string Word)[] All = Array.ConvertAll(Enum.GetValues<T>(), v => (v, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString())));
    }
}
