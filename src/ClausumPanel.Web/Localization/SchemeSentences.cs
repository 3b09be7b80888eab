using System.Globalization;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Flows.Metrics;

namespace ClausumPanel.Web.Localization;

/// <summary>What is said of the card schemes' programmes.</summary>
public static class SchemeSentences
{
    public static string Name(this Texts T, SchemeLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return limit.Level == "high" ? T["High"] : T["Excessive"];
    }

    public static string Name(this Texts T, SchemeWordKind kind) => kind switch
    {
        SchemeWordKind.FraudDispute => T["Dispute: fraud"],
        SchemeWordKind.OtherDispute => T["Dispute: another reason"],
        SchemeWordKind.Chargeback => T["Chargeback"],
        SchemeWordKind.Report => T["Report of fraud"],
    };

    public static string Name(this Texts T, SchemeStanding standing) => standing switch
    {
        SchemeStanding.Unknown => T["Nothing to divide by"],
        SchemeStanding.Under => T["Under the limit"],
        SchemeStanding.BelowFloor => T["Rate reached, too few to count"],
        SchemeStanding.Reached => T["Limit reached"],
    };

    public static string Style(SchemeStanding standing) => standing switch
    {
        SchemeStanding.Unknown => "is-challenge",
        SchemeStanding.Under => "is-approve",
        SchemeStanding.BelowFloor => "is-review",
        SchemeStanding.Reached => "is-decline",
    };

    public static string Icon(SchemeStanding standing) => standing switch
    {
        SchemeStanding.Unknown => "circle-dashed",
        SchemeStanding.Under => "circle-check",
        SchemeStanding.BelowFloor => "info-circle",
        SchemeStanding.Reached => "alert-triangle",
    };

    /// <summary>What stands above the line.</summary>
    public static string Counts(this Texts T, SchemeProgramme programme)
    {
        ArgumentNullException.ThrowIfNull(programme);
        return programme.Counts switch
        {
            SchemeCount.FraudAndDisputes => T["Payments of which a bank said fraud, each once in the month it was first said, and disputes for any other reason in the month they came."],
            SchemeCount.FraudChargebacks => T["Payments charged back as fraud, each once in the month it was first said."],
            SchemeCount.Chargebacks => T["Everything charged back, for whatever reason, in the month it came."],
        };
    }

    /// <summary>What stands below it.</summary>
    public static string Base(this Texts T, SchemeProgramme programme)
    {
        ArgumentNullException.ThrowIfNull(programme);
        return programme.Base == SchemeBase.SameMonth ? T["Card payments of the scheme that were approved in the end, of the same month."] : T["Card payments of the scheme that were approved in the end, of the month before."];
    }

    /// <summary>1.50 % from 1,501 on.</summary>
    public static string Says(this Texts T, SchemeLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        var says = limit.Count > 1 ? T["{0} and at least {1}", Rate(limit.Rate), Number(limit.Count)] : Rate(limit.Rate);
        if (limit.Payments > 0) says += T[", with at least {0} payments", Number(limit.Payments)];
        if (limit.Usd > 0) says += T[" and {0} USD", Number(limit.Usd)];
        return says;
    }

    /// <summary>What the month's figures cannot know, or do not mean; null: nothing.</summary>
    public static string? Caution(this Texts T, SchemeMonth month)
    {
        ArgumentNullException.ThrowIfNull(month);
        var scheme = T.Name(month.Programme.Scheme);
        if (month.Payments == 0) return T["No {0} payment was approved in {1}: there is nothing to divide by.", scheme, Month(month.BaseFirst)];
        if (month.Count == 0) return T["No bank said anything of a {0} payment in this month, or nobody told the panel: disputes, chargebacks and reports reach it from a provider, an import, the API or by hand.", scheme];
        if (month.Lowest is { } limit && month.Standing(limit) is SchemeStanding.Under or SchemeStanding.BelowFloor && month.Count < limit.Count)
            return T["Under {0} the programme does not apply, whatever the rate.", Number(limit.Count)];
        if (month.Lowest is { Payments: > 0 } few && month.Payments < few.Payments) return T["Under {0} payments in the month before the programme does not apply, whatever the rate.", Number(few.Payments)];
        return null;
    }

    public static string Rate(double rate) => double.IsNaN(rate) ? "–" : rate.ToString("P2", CultureInfo.CurrentCulture);

    public static string Month(DateOnly first) => first.ToString("MMMM yyyy", CultureInfo.CurrentCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
