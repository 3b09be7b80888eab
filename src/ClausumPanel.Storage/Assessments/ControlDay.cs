using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What the control sample may have let through in one day of the organization, in one currency: the nodes take their room from it, and a restart forgets nothing.</summary>
public sealed class ControlDay
{
    /// <summary>Days since 1970, in the organization's time zone.</summary>
    public int Day { get; init; }
    public string Currency { get; init; } = "";

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Takes room, as far as there is any.</summary>
    /// <param name="db">The store.</param>
    /// <param name="day">Days since 1970.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="wanted">Minor units.</param>
    /// <param name="most">Minor units that may be let through in the day, by all together.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>How much was taken; 0 when the day has no room left.</returns>
    public static async Task<long> TakeAsync(PanelDb db, int day, string currency, long wanted, long most, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var its = db.Set<ControlDay>().Where(d => d.Day == day && d.Currency == currency);
        await db.Database.ExecuteSqlAsync($"INSERT INTO control_days (day, currency, amount) VALUES ({day}, {currency}, 0) ON CONFLICT DO NOTHING", stop);
        while (true)
        {
            var taken = await its.Select(d => d.Amount).SingleAsync(stop);
            var room = Math.Min(wanted, most - taken);
            if (room <= 0) return 0;
            // Of two at once one sees that it was too late, and looks again.
            if (await its.Where(d => d.Amount == taken).ExecuteUpdateAsync(d => d.SetProperty(x => x.Amount, taken + room), stop) == 1) return room;
        }
    }
}

internal sealed class ControlDayMap : IEntityTypeConfiguration<ControlDay>
{
    public void Configure(EntityTypeBuilder<ControlDay> builder)
    {
        builder.ToTable("control_days");
        builder.HasKey(d => new { d.Day, d.Currency });
        builder.Property(d => d.Currency).HasMaxLength(3);
    }
}
