using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Team;

/// <summary>Lets one person in, once. Its link is told once; what is kept is the hash of the secret in it.</summary>
public sealed class Invitation
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(72);
    private const int SecretBytes = 32;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Email { get; init; }
    public required Role Role { get; init; }
    /// <summary>SHA-256 of the secret. Its 256 random bits make a slow hash needless.</summary>
    public required byte[] SecretHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public Guid CreatedById { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? AcceptedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Makes one. Its secret exists here and in the link, and nowhere else afterwards.</summary>
    public static (Invitation Invitation, string Secret) Issue(string email, Role role, Guid byId, DateTimeOffset now)
    {
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return (new Invitation { Email = email, Role = role, SecretHash = HashOf(secret), CreatedAt = now, CreatedById = byId, ExpiresAt = now + Lifetime }, secret);
    }

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new { Email, Role = Role.Name(), ExpiresAt };
}

public static class InvitationQueries
{
    extension(IQueryable<Invitation> invitations)
    {
        /// <summary>Those that nobody has used or taken back.</summary>
        public IQueryable<Invitation> Pending => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null);

        /// <summary>Those that still open the door.</summary>
        public IQueryable<Invitation> OpenAt(DateTimeOffset now) => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now);
    }
}

internal sealed class InvitationMap : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("Invitations");
        builder.Property(i => i.Email).HasMaxLength(254);
        builder.Property(i => i.SecretHash).HasMaxLength(32);
        builder.HasIndex(i => i.SecretHash).IsUnique();
        builder.HasOne<User>().WithMany().HasForeignKey(i => i.CreatedById).OnDelete(DeleteBehavior.Restrict);
    }
}
