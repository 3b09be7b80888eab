using System.Security.Cryptography;

namespace ClausumPanel.Storage.Keys;

public enum KeyRefusal { None, Missing, Malformed, Unknown, Revoked, Expired }

/// <summary>A key as requests see it: immutable, in memory.</summary>
public sealed class ApiKeyInfo
{
    private readonly byte[] _hash;
    private readonly string[] _permissions;
    private readonly bool _everything;

    internal ApiKeyInfo(Guid id, string name, KeyType type, byte[] hash, string permissions, int perMinute, int? perDay, string origins,
        DateTimeOffset? expiresAt, DateTimeOffset? revokedAt, KeyUse use)
    {
        (Id, Name, Type, PerMinute, PerDay, ExpiresAt, RevokedAt, Use, _hash) = (id, name, type, perMinute, perDay, expiresAt, revokedAt, use, hash);
        _permissions = permissions.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _everything = _permissions.Contains(KeyPermissions.Everything);
        AllowedOrigins = origins.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    public Guid Id { get; }
    public string Name { get; }
    public KeyType Type { get; }
    public int PerMinute { get; }
    public int? PerDay { get; }
    public IReadOnlyList<string> AllowedOrigins { get; }
    public DateTimeOffset? ExpiresAt { get; }
    public DateTimeOffset? RevokedAt { get; }

    /// <summary>How often it was used, and what is left of its limits.</summary>
    public KeyUse Use { get; }

    /// <summary>"*" is everything that the key's type may do; the type itself is for the endpoint to check first.</summary>
    public bool Allows(string permission) => _everything || Array.IndexOf(_permissions, permission) >= 0;

    public bool AllowsOrigin(string origin)
    {
        foreach (var allowed in AllowedOrigins)
            if (string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    internal bool HashIs(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(_hash, hash);
}
