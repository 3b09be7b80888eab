using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Settings;

/// <summary>
/// "Something about this topic changed": raised in the change's own transaction, polled by every running server, so that what the command line or another node
/// does is seen within a second.
/// </summary>
public sealed class ChangeMark
{
    public required string Topic { get; init; }
    public long Version { get; set; }
}

public static class ChangeTopics
{
    public const string Keys = "keys", Policy = "policy", Lists = "lists", Settings = "settings", Team = "team", Imports = "imports", NamedLists = "named-lists", Reviews = "reviews", Submerchants = "submerchants";
    public static readonly string[] All = [Keys, Policy, Lists, Settings, Team, Imports, NamedLists, Reviews, Submerchants];
}

public static class ChangeMarks
{
    /// <summary>Raises the mark at once; call it inside the transaction of the change itself.</summary>
    public static Task RaiseAsync(this PanelDb db, string topic, CancellationToken stop = default) =>
        db.ChangeMarks.Where(m => m.Topic == topic).ExecuteUpdateAsync(m => m.SetProperty(x => x.Version, x => x.Version + 1), stop);

    /// <summary>Saves what is pending and raises the mark, both or neither.</summary>
    public static async Task SaveAndRaiseAsync(this PanelDb db, string topic, CancellationToken stop = default)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.RaiseAsync(topic, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
    }
}

internal sealed class ChangeMarkMap : IEntityTypeConfiguration<ChangeMark>
{
    public void Configure(EntityTypeBuilder<ChangeMark> builder)
    {
        builder.HasKey(m => m.Topic);
        builder.Property(m => m.Topic).HasMaxLength(40);
        builder.HasData(ChangeTopics.All.Select(topic => new ChangeMark { Topic = topic }));
    }
}
