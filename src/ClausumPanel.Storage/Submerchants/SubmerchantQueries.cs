using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Submerchants;

/// <summary>What the registry is narrowed to. Everything that is set must hold.</summary>
/// <param name="Search">In the name or the id.</param>
public sealed record SubmerchantFilter(string? Search = null, bool? IsActive = null);

public static class SubmerchantQueries
{
    extension(IQueryable<RegisteredSubmerchant> submerchants)
    {
        public IQueryable<RegisteredSubmerchant> Narrowed(SubmerchantFilter filter)
        {
            if (filter.IsActive is { } active) submerchants = submerchants.Where(s => s.IsActive == active);
            if (filter.Search?.Trim() is not { Length: > 0 } text) return submerchants;
#pragma warning disable CA1304, CA1311, CA1862 // these forms are what becomes SQL
            var lower = text.ToLowerInvariant();
            return submerchants.Where(s => s.ExternalId.ToLower().Contains(lower) || s.Name.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        public IQueryable<RegisteredSubmerchant> ByName => submerchants.OrderBy(s => s.Name).ThenBy(s => s.Id);

        /// <summary>The one that is meant by its own id or by that of the registry; its own wins.</summary>
        public Task<RegisteredSubmerchant?> CalledAsync(string said, CancellationToken stop)
        {
            var id = Guid.TryParseExact(said, "D", out var known) ? known : Guid.Empty;
            return submerchants.Where(s => s.ExternalId == said || s.Id == id).OrderBy(s => s.ExternalId == said ? 0 : 1).FirstOrDefaultAsync(stop);
        }
    }
}
