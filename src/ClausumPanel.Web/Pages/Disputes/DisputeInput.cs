using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>A dispute as a form has it: amounts in major units, times on the reader's clock.</summary>
public sealed class DisputeInput
{
    public string? Scheme { get; set; }
    public string? ReasonCode { get; set; }
    public string? Amount { get; set; }
    public string? Currency { get; set; }
    public string? ExternalId { get; set; }
    public string? TransactionId { get; set; }
    public string? PaymentId { get; set; }
    public string? OrderId { get; set; }
    public string? Arn { get; set; }
    public string? ReceivedAt { get; set; }
    public string? RespondBy { get; set; }
    public string? Stage { get; set; }
    public string? Descriptor { get; set; }
    public string? Notes { get; set; }

    /// <summary>The version that was open; for changes only.</summary>
    public int Version { get; set; }

    public static DisputeInput Of(Dispute d, Guid? assessment, Reader reader) => new()
    {
        Scheme = d.Scheme.SnakeWord(), ReasonCode = d.ReasonCode, Amount = Show(d.Money), Currency = d.Currency, ExternalId = d.ExternalId, TransactionId = assessment?.ToString(), PaymentId = d.PaymentId, OrderId = d.OrderId, Arn = d.Arn,
        ReceivedAt = Local(d.ReceivedAt, reader), RespondBy = Local(d.RespondBy, reader), Stage = d.Stage.SnakeWord(), Descriptor = d.Descriptor, Notes = d.Notes, Version = d.Version,
    };

    /// <summary>As <see cref="Minor"/> reads it.</summary>
    public static string Show(Money money) => money.Major.ToString("F" + Currencies.Exponent(money.Currency).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Local(DateTimeOffset at, Reader reader) => reader.Zoned(at).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    /// <returns>Null, with what is wrong in the page's model state.</returns>
    public DisputeItem? Read(PageModel page, TimeZoneInfo zone, DateTimeOffset now, Texts T)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, text) in new[] { ("scheme", Scheme), ("reason_code", ReasonCode), ("currency", Currency), ("external_id", ExternalId), ("transaction_id", TransactionId), ("external_transaction_id", PaymentId), ("order_id", OrderId), ("arn", Arn), ("received_at", ReceivedAt),
            ("respond_by", RespondBy), ("stage", Stage), ("descriptor", Descriptor), ("notes", Notes) })
            if (!string.IsNullOrWhiteSpace(text)) values[name] = text;
        if (!string.IsNullOrWhiteSpace(Amount)) values["amount"] = Minor(Amount, Currency) is { } minor ? minor.ToString(CultureInfo.InvariantCulture) : "?";
        var errors = new List<FieldError>();
        var item = DisputeItem.Read(values, zone, now, errors);
        foreach (var error in errors)
        {
            var (field, label) = Label(error.Field, T);
            page.ModelState.AddModelError("Input." + field, error.Code == "minor" ? T["{0} is a number with no more digits than the currency has.", label] : T.SayOfDispute(error with { Field = label }));
        }
        return item;
    }

    /// <summary>Minor units of an amount as people type it; null when it is none, or has more digits than its currency.</summary>
    public static long? Minor(string text, string? currency)
    {
        var scale = Currencies.Scale(currency?.Trim().ToUpperInvariant() ?? "");
        if (!decimal.TryParse(text.Trim().Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major) || major > 10_000_000_000_000m) return null;
        var minor = major * scale;
        return minor == decimal.Truncate(minor) ? (long)minor : null;
    }

    private static (string Field, string Label) Label(string name, Texts T) => name switch
    {
        "scheme" => (nameof(Scheme), T["Scheme"]),
        "reason_code" => (nameof(ReasonCode), T["Reason"]),
        "amount" => (nameof(Amount), T["Amount"]),
        "currency" => (nameof(Currency), T["Currency"]),
        "external_id" => (nameof(ExternalId), T["Dispute id of the bank"]),
        "transaction_id" => (nameof(TransactionId), T["Assessment id"]),
        "external_transaction_id" => (nameof(PaymentId), T["Payment"]),
        "order_id" => (nameof(OrderId), T["Order"]),
        "arn" => (nameof(Arn), "ARN"),
        "received_at" => (nameof(ReceivedAt), T["Received"]),
        "respond_by" => (nameof(RespondBy), T["Answer by"]),
        "stage" => (nameof(Stage), T["Stage"]),
        "descriptor" => (nameof(Descriptor), T["Descriptor on the statement"]),
        _ => (nameof(Notes), T["Notes"]),
    };
}
