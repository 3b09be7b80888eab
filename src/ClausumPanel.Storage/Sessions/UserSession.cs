using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Sessions;

/// <summary>One signed-in browser, or program that signed in for a person. What they carry is only a key; without its row here it opens nothing.</summary>
public sealed class UserSession
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    /// <summary>A program's, which goes by tokens and not by a cookie.</summary>
    public bool IsProgram { get; init; }
    /// <summary>SHA-256 of the key in the cookie, or of what the latest refresh token holds: whoever reads this table cannot sign in with it.</summary>
    public required byte[] KeyHash { get; set; }
    public required Guid UserId { get; init; }
    /// <summary>The protected authentication ticket; empty for a program.</summary>
    public required byte[] Ticket { get; set; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset SeenAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public string? Address { get; init; }
    public string? Browser { get; init; }
}

internal sealed class UserSessionMap : IEntityTypeConfiguration<UserSession>
{
    public void Configure(EntityTypeBuilder<UserSession> builder)
    {
        builder.Property(s => s.KeyHash).HasMaxLength(32);
        builder.Property(s => s.Address).HasMaxLength(45);
        builder.Property(s => s.Browser).HasMaxLength(200);
        builder.HasIndex(s => s.KeyHash).IsUnique();
        builder.HasIndex(s => s.UserId);
        builder.HasIndex(s => s.ExpiresAt);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
