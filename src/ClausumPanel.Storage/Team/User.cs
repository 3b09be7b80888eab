using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Team;

/// <summary>Somebody who works in the panel. The e-mail address is the name they sign in with.</summary>
public sealed class User : IdentityUser<Guid>
{
    public User() => Id = Guid.CreateVersion7();

    public required string DisplayName { get; set; }
    public Role Role { get; set; }
    /// <summary>"es-MX" or "en-US"; null follows the browser.</summary>
    public string? Culture { get; set; }
    /// <summary>IANA name; null means the installation's zone.</summary>
    public string? TimeZone { get; set; }
    public Theme Theme { get; set; }
    public bool IsActive { get; set; } = true;
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSignInAt { get; set; }
    /// <summary>The time step of the last one-time code that was accepted; no code of it or of an earlier one opens anything again.</summary>
    public long LastTotpStep { get; set; }
    /// <summary>The secret of the one-time codes, protected with a key that is not in the database.</summary>
    public byte[]? ProtectedTotpSecret { get; set; }
    /// <summary>SHA-256 of each recovery code still unused, one after the other.</summary>
    public byte[] RecoveryCodeHashes { get; set; } = [];

    public static User Called(string displayName, string email, Role role, DateTimeOffset now) =>
        new() { DisplayName = displayName, Email = email, UserName = email, EmailConfirmed = true, LockoutEnabled = true, Role = role, CreatedAt = now };
}

public enum Theme { System, Light, Dark }

internal sealed class UserMap : IEntityTypeConfiguration<User>,
    IEntityTypeConfiguration<IdentityUserClaim<Guid>>, IEntityTypeConfiguration<IdentityUserLogin<Guid>>,
    IEntityTypeConfiguration<IdentityUserToken<Guid>>, IEntityTypeConfiguration<IdentityUserPasskey<Guid>>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("Users");
        builder.Property(u => u.DisplayName).HasMaxLength(100);
        builder.Property(u => u.Culture).HasMaxLength(10);
        builder.Property(u => u.TimeZone).HasMaxLength(64);
        builder.Property(u => u.ProtectedTotpSecret).HasMaxLength(500);
        builder.Property(u => u.RecoveryCodeHashes).HasMaxLength(32 * 10);
    }

    public void Configure(EntityTypeBuilder<IdentityUserClaim<Guid>> builder) => builder.ToTable("UserClaims");
    public void Configure(EntityTypeBuilder<IdentityUserLogin<Guid>> builder) => builder.ToTable("UserLogins");
    public void Configure(EntityTypeBuilder<IdentityUserToken<Guid>> builder) => builder.ToTable("UserTokens");
    public void Configure(EntityTypeBuilder<IdentityUserPasskey<Guid>> builder) => builder.ToTable("UserPasskeys");
}
