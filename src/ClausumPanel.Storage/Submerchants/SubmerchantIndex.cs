using System.Diagnostics.CodeAnalysis;

namespace ClausumPanel.Storage.Submerchants;

/// <summary>A submerchant as requests see it.</summary>
public sealed record SubmerchantInfo(Guid Id, string ExternalId, string Name, bool IsActive);

/// <summary>The registry at one moment: immutable, in memory. Asking it allocates nothing.</summary>
public sealed class SubmerchantIndex
{
    public static readonly SubmerchantIndex Empty = new([]);
    private readonly Dictionary<string, SubmerchantInfo> _byExternalId = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, SubmerchantInfo> _byId = [];

    public SubmerchantIndex(IReadOnlyCollection<SubmerchantInfo> submerchants)
    {
        ArgumentNullException.ThrowIfNull(submerchants);
        foreach (var its in submerchants)
        {
            (_byExternalId[its.ExternalId], _byId[its.Id]) = (its, its);
            MustBeNamed |= its.IsActive;
        }
    }

    /// <summary>Some submerchant is active: whoever asks to have a payment judged says whose it is.</summary>
    public bool MustBeNamed { get; }

    /// <summary>The name under which it is stored and counted; what is not registered keeps what was said.</summary>
    [return: NotNullIfNotNull(nameof(said))]
    public string? NameOf(string? said) => Find(said)?.ExternalId ?? said;

    /// <summary>The one that is meant by its own id or by that of the registry; its own wins.</summary>
    public SubmerchantInfo? Find(string? said)
    {
        if (said is null || _byId.Count == 0) return null;
        if (_byExternalId.TryGetValue(said, out var its)) return its;
        return Guid.TryParseExact(said, "D", out var id) ? _byId.GetValueOrDefault(id) : null;
    }
}
