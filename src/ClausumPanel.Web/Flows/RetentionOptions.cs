using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Flows;

/// <summary>Settings under Panel:Retention: how long what is kept by time stays. 0: for good.</summary>
public sealed class RetentionOptions : IValidatableObject
{
    /// <summary>Disputes come months after a payment, and labels with them.</summary>
    public const int FewestPaymentMonths = 6;

    [Range(0, 240)] public int PaymentMonths { get; set; } = 18;

    /// <summary>Of the payments that are kept: what they say of the device and of what was done at it. By default as long as evidence against a claim of fraud may name it, 365 days before the payment, and a month.</summary>
    [Range(0, 240)] public int DeviceFactMonths { get; set; } = 13;
    [Range(0, 240)] public int SimulationMonths { get; set; } = 12;
    [Range(0, 240)] public int ImportMonths { get; set; } = 6;
    [Range(0, 50)] public int AuditYears { get; set; } = 5;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PaymentMonths is > 0 and < FewestPaymentMonths) yield return new($"The field {nameof(PaymentMonths)} must be 0, for good, or at least {FewestPaymentMonths}.", [nameof(PaymentMonths)]);
    }
}
