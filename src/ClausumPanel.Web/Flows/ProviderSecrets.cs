using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>The secrets by which providers' events are known to be theirs. They are kept protected and are never shown again.</summary>
public sealed class ProviderSecrets(PanelDb db, IDataProtectionProvider protection, TimeProvider clock)
{
    public const string Stripe = "stripe", Subject = "provider";

    /// <summary>A signature older than that, or from that far ahead, is none.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const int LongestHeader = 4_000, MostSignatures = 20;
    private readonly IDataProtector _protector = protection.CreateProtector("ClausumPanel.Providers");

    public Task<InboundProvider?> FindAsync(string name, CancellationToken stop) => db.Set<InboundProvider>().AsNoTracking().SingleOrDefaultAsync(p => p.Name == name, stop);

    public async Task SetAsync(string name, string secret, TimeSpan overlap, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var provider = await db.Set<InboundProvider>().SingleOrDefaultAsync(p => p.Name == name, stop);
        if (provider is null) db.Add(provider = new InboundProvider { Name = name });
        provider.PreviousSecret = overlap > TimeSpan.Zero ? provider.Secret : null;
        provider.PreviousUntil = provider.PreviousSecret is null ? null : now + overlap;
        (provider.Secret, provider.ChangedAt) = (_protector.Protect(Encoding.UTF8.GetBytes(secret)), now);
        db.Audit(actor, AuditActions.ProviderChanged, now, Subject, name, after: new { Secret = "set", PreviousSecretUntil = provider.PreviousUntil });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Checks the header <c>t=…,v1=…</c> against the body as it came.</summary>
    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> CheckStripeAsync(string header, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        var provider = await FindAsync(Stripe, stop);
        var now = clock.GetUtcNow();
        string?[] secrets = [Read(provider?.Secret), provider?.PreviousUntil > now ? Read(provider.PreviousSecret) : null];
        return secrets[0] is null ? "No signing secret of Stripe is set." : Wrong(header, body.Span, [.. secrets.OfType<string>()], now);
    }

    /// <summary>A refusal is counted, and nothing else of it is kept.</summary>
    public async Task CountStripeAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var counted = await db.Set<InboundProvider>().Where(p => p.Name == Stripe).ExecuteUpdateAsync(p => p.SetProperty(x => x.Refused, x => x.Refused + 1).SetProperty(x => x.RefusedAt, now), stop);
        if (counted == 0) await BeginCountAsync(now, stop);
    }

    private static string? Wrong(string header, ReadOnlySpan<byte> body, string[] secrets, DateTimeOffset now)
    {
        const string missing = "The header Stripe-Signature is missing or cannot be read.", bad = "The signature is not right.";
        if (header.Length is 0 or > LongestHeader) return missing;
        long? at = null;
        var signatures = new List<byte[]>();
        foreach (var part in header.Split(','))
        {
            var text = part.AsSpan().Trim();
            if (text.StartsWith("t=")) at = long.TryParse(text[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
            else if (text.StartsWith("v1=") && text.Length == 67 && signatures.Count < MostSignatures)
            {
                try { signatures.Add(Convert.FromHexString(text[3..])); }
                catch (FormatException) { return bad; }
            }
        }
        if (at is not { } moment || signatures.Count == 0) return missing;
        var isRight = false;
        foreach (var secret in secrets)
        {
            var hash = WebhookSecrets.Hash(secret, moment, body);
            foreach (var signature in signatures) isRight |= CryptographicOperations.FixedTimeEquals(hash, signature);
        }
        if (!isRight) return bad;
        var age = now.ToUnixTimeSeconds() - moment;
        return Math.Abs(age) > Tolerance.TotalSeconds ? "The signature is too old, or of a moment that has not come." : null;
    }

    private async Task BeginCountAsync(DateTimeOffset now, CancellationToken stop)
    {
        db.Add(new InboundProvider { Name = Stripe, Refused = 1, RefusedAt = now });
        try
        {
            await db.SaveChangesAsync(stop);
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();       // somebody else began it in this moment
        }
    }

    private string? Read(byte[]? kept)
    {
        if (kept is null) return null;
        try
        {
            return Encoding.UTF8.GetString(_protector.Unprotect(kept));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
