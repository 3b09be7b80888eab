using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What the control sample has let through in one day of the organization, in one currency: all nodes share it, and a restart forgets nothing.</summary>
public sealed class ControlDay
{
    /// <summary>Days since 1970, in the organization's time zone.</summary>
    public int Day { get; init; }
    public string Currency { get; init; } = "";

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Adds an amount unless more than the most would be let through with it.</summary>
    /// <returns>Whether it was added.</returns>
    public static bool TryTake(PanelDb db, int day, string currency, long amount, long most)
    {
        ArgumentNullException.ThrowIfNull(db);
        // One statement: of two at once the second sees what the first has taken.
        return amount <= most && db.Database.ExecuteSql($"""
            INSERT INTO control_days (day, currency, amount) VALUES ({day}, {currency}, {amount})
            ON CONFLICT (day, currency) DO UPDATE SET amount = control_days.amount + {amount} WHERE control_days.amount + {amount} <= {most}
            """) == 1;
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
