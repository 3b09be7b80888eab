using System.Globalization;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Webhooks;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

public enum TermUnit
{
    Days, Months, Years,
}

/// <summary>How long one kind of data is kept: where that is said, in what, and what may be said.</summary>
/// <param name="Least">The shortest term but for good.</param>
/// <param name="MayBeForGood">0 keeps it for good.</param>
public sealed record RetentionTerm(KeptData What, LiveSetting Setting, TermUnit Unit, int Least, int Most, bool MayBeForGood)
{
    public static readonly IReadOnlyList<RetentionTerm> All =
    [
        new(KeptData.Payments, new("retention-payments", "Panel:Retention:PaymentMonths"), TermUnit.Months, RetentionOptions.FewestPaymentMonths, 240, true),
        new(KeptData.DeviceFacts, new("retention-device-facts", "Panel:Retention:DeviceFactMonths"), TermUnit.Months, 1, 240, true),
        new(KeptData.Deliveries, new("retention-webhooks", "Panel:Webhooks:KeepLogDays"), TermUnit.Days, 1, 3_650, false),
        new(KeptData.ReceivedEvents, new("retention-events", "Panel:Events:KeepDays"), TermUnit.Days, 1, 3_650, false),
        new(KeptData.Simulations, new("retention-simulations", "Panel:Retention:SimulationMonths"), TermUnit.Months, 1, 240, true),
        new(KeptData.Imports, new("retention-imports", "Panel:Retention:ImportMonths"), TermUnit.Months, 1, 240, true),
        new(KeptData.Audit, new("retention-audit", "Panel:Retention:AuditYears"), TermUnit.Years, 1, 50, true),
    ];

    public static RetentionTerm? Of(LiveSetting setting) => All.FirstOrDefault(t => t.Setting == setting);

    public bool Takes(int value) => (value == 0 && MayBeForGood) || (value >= Least && value <= Most);
}

/// <summary>How long what is kept by time stays now.</summary>
public sealed class RetentionTerms(IOptions<RetentionOptions> retention, IOptions<WebhookOptions> webhooks, IOptions<EventOptions> events)
{
    public int this[KeptData what]
    {
        get => what switch
        {
            KeptData.Payments => retention.Value.PaymentMonths,
            KeptData.DeviceFacts => retention.Value.DeviceFactMonths,
            KeptData.Deliveries => webhooks.Value.KeepLogDays,
            KeptData.ReceivedEvents => events.Value.KeepDays,
            KeptData.Simulations => retention.Value.SimulationMonths,
            KeptData.Imports => retention.Value.ImportMonths,
            KeptData.Audit => retention.Value.AuditYears,
        };
        private set
        {
            switch (what)
            {
                case KeptData.Payments: retention.Value.PaymentMonths = value; break;
                case KeptData.DeviceFacts: retention.Value.DeviceFactMonths = value; break;
                case KeptData.Deliveries: webhooks.Value.KeepLogDays = value; break;
                case KeptData.ReceivedEvents: events.Value.KeepDays = value; break;
                case KeptData.Simulations: retention.Value.SimulationMonths = value; break;
                case KeptData.Imports: retention.Value.ImportMonths = value; break;
                case KeptData.Audit: retention.Value.AuditYears = value; break;
            }
        }
    }

    /// <summary>As it is stored.</summary>
    public string Now(RetentionTerm term) => this[term.What].ToString(CultureInfo.InvariantCulture);

    public void Apply(RetentionTerm term, string value)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && term.Takes(number)) this[term.What] = number;
    }

    /// <summary>What is older goes, from the beginning of that UTC day on; null: nothing does.</summary>
    public DateTimeOffset? Before(KeptData what, DateTimeOffset now) => Before(what, this[what], now);

    public static DateTimeOffset? Before(KeptData what, int term, DateTimeOffset now)
    {
        if (term == 0) return null;
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return RetentionTerm.All.First(t => t.What == what).Unit switch
        {
            TermUnit.Days => day.AddDays(-term),
            TermUnit.Months => day.AddMonths(-term),
            TermUnit.Years => day.AddYears(-term),
        };
    }
}
