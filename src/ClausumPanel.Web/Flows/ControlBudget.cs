using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Lets the control sample have a payment only while the day's bound is not reached. Asked for the few that are drawn and would be declined, so the other payments do not wait for it.</summary>
public sealed partial class ControlBudget(IServiceScopeFactory scopes, AssessOptions options, ILogger<ControlBudget> log)
{
    // A writer is done in milliseconds; whoever waits longer for the store is better off without the sample.
    private const int Patience = 1;

    /// <summary>Notes a payment as let through.</summary>
    /// <param name="at">Of the payment, Unix milliseconds.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="most">Minor units that may be let through in the organization's day.</param>
    /// <returns>False when the day has no room for it, or the store did not answer.</returns>
    public bool TryTake(long at, string currency, long amount, long most)
    {
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), options.Zone);
        try
        {
            using var scope = scopes.CreateScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Database.SetCommandTimeout(Patience);
            return ControlDay.TryTake(db, DateOnly.FromDateTime(local.DateTime).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, currency, amount, most);
        }
        catch (DbException e)
        {
            // What cannot be counted is not let through: the payment is declined, as it would be without the sample.
            NotCounted(log, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The control sample passes a payment over: the store did not count it")]
    private static partial void NotCounted(ILogger logger, Exception why);
}
