using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Settings;

/// <summary>A setting people change in the panel, as opposed to one the operator sets in the environment.</summary>
public sealed class PanelSetting
{
    public required string Name { get; init; }
    public required string Value { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
}

internal sealed class PanelSettingMap : IEntityTypeConfiguration<PanelSetting>
{
    public void Configure(EntityTypeBuilder<PanelSetting> builder)
    {
        builder.HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(100);
        builder.Property(s => s.Value).HasMaxLength(4000);
    }
}
