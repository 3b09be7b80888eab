using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;

namespace ClausumPanel.Web.Flows;

/// <summary>A key that somebody wants.</summary>
/// <param name="Permissions">As <see cref="KeyPermissions.TryRead"/> gives them.</param>
/// <param name="Origins">As <see cref="Storage.Keys.Origins.TryRead"/> gives them; of checkout keys alone.</param>
public sealed record WantedKey(string Name, KeyType Type, string Permissions, int PerMinute, int? PerDay, string Origins, int? ExpiresInDays)
{
    public const int LongestName = 100, LongestOrigins = 2_000, MostDays = 3_650;
}

/// <summary>Makes and revokes keys; running servers follow within a quarter of a second.</summary>
public sealed class ChangeKeys(PanelDb db, TimeProvider clock)
{
    /// <returns>The key and its text, which exists here and in the answer to whoever asked for it, and nowhere else afterwards.</returns>
    public async Task<(ApiKey Key, string Text)> CreateAsync(WantedKey wanted, Actor who)
    {
        var now = clock.GetUtcNow();
        var (key, text) = ApiKey.Issue(wanted.Name.Trim(), wanted.Type, now, who.Id);
        (key.PerMinute, key.PerDay, key.Permissions) = (wanted.PerMinute, wanted.PerDay, wanted.Permissions);
        if (wanted.Type == KeyType.Checkout) key.AllowedOrigins = wanted.Origins;
        if (wanted.ExpiresInDays is { } days) key.ExpiresAt = now.AddDays(days);
        db.Add(key);
        db.Audit(who, AuditActions.KeyCreated, now, "key", key.Id.ToString(), after: key.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys);
        return (key, text);
    }

    /// <returns>False when it was revoked before.</returns>
    public async Task<bool> RevokeAsync(ApiKey key, Actor who)
    {
        var now = clock.GetUtcNow();
        if (!key.Revoke(who.Id, now)) return false;
        db.Audit(who, AuditActions.KeyRevoked, now, "key", key.Id.ToString(), before: key.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys, CancellationToken.None);
        return true;
    }
}
