using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Metrics;

/// <summary>
/// How many assessments of a stretch of time were decided how, ended how and turned out to be what. Written while the log is folded; when a review or a label changes an assessment, it moves from one
/// row to another in the same transaction, so these always are what counting the assessments themselves would give.
/// </summary>
public sealed class Tally
{
    /// <summary>The lengths that are kept, in seconds: a quarter of an hour (every time zone's day begins at a multiple of it), an hour, a UTC day.</summary>
    public const int Quarter = 900, Hour = 3_600, Day = 86_400;

    internal static readonly int[] Lengths = [Quarter, Hour, Day];

    /// <summary>All, or those of one channel, one sub-merchant, or both: see <see cref="TallyScope"/>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Seconds.</summary>
    public int Length { get; init; }

    /// <summary>Its start, Unix milliseconds.</summary>
    public long Bucket { get; init; }
    public Flow Flow { get; init; }
    public string Currency { get; init; } = "";
    public bool Simulated { get; init; }
    public Decision Decision { get; init; }
    public FinalOutcome Final { get; init; }

    /// <summary>0: nobody has said; else a <see cref="Labels.LabelOutcome"/>.</summary>
    public int Label { get; init; }
    public long Count { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
}

/// <summary>What a <see cref="TallyValue"/> counts. Numbered as its counts keep them.</summary>
public enum TallyKind
{
    /// <summary>0…100.</summary>
    Score = 0,

    /// <summary>See <see cref="TallyValues.OfCountry"/>.</summary>
    Country = 1,

    /// <summary><see cref="SignalDefinition.Id"/>.</summary>
    Signal = 2,

    /// <summary>See <see cref="TallyValues.OfLatency"/>.</summary>
    Latency = 3,
}

/// <summary>How the assessments of a stretch of time are spread over scores, countries, signals and latencies: all counts of it packed into one value, which is a tenth of the rows and of the writing.</summary>
public sealed class TallyValue
{
    /// <summary>The lengths that are kept, in seconds: a quarter of an hour, a UTC day, 32 of them.</summary>
    public const int Day = 86_400, ManyDays = 32 * Day;

    internal static readonly int[] Lengths = [Tally.Quarter, Day, ManyDays];

    public string Scope { get; init; } = "";

    /// <summary>Seconds.</summary>
    public int Length { get; init; }

    /// <summary>Its start, Unix milliseconds.</summary>
    public long Bucket { get; init; }
    public Flow Flow { get; init; }
    public string Currency { get; init; } = "";
    public bool Simulated { get; init; }

    /// <summary>See <see cref="PackedCounts"/>.</summary>
    public byte[] Counts { get; init; } = [];
}

/// <summary>What is counted as a number.</summary>
public static class TallyValues
{
    private const int StepsPerDoubling = 8;

    /// <summary>A country's two letters as one number; 0 when nobody said where, or wrote something that is no country.</summary>
    public static int OfCountry(string code) => code is [>= 'A' and <= 'Z' and var a, >= 'A' and <= 'Z' and var b] ? (a << 8) | b : 0;

    public static string Country(int value) => value == 0 ? "" : string.Create(2, value, (letters, v) => (letters[0], letters[1]) = ((char)(v >> 8), (char)(v & 255)));

    /// <summary>The step of a latency: eight to a doubling, so that a step is at most 13 % wide.</summary>
    public static int OfLatency(int microseconds)
    {
        if (microseconds < StepsPerDoubling) return Math.Max(0, microseconds);
        var doublings = int.Log2(microseconds) - 3;
        return (doublings * StepsPerDoubling) + (microseconds >> doublings);
    }

    /// <summary>The longest latency of a step, in microseconds.</summary>
    public static long Latency(int step)
    {
        if (step < StepsPerDoubling * 2) return step;
        var doublings = (step / StepsPerDoubling) - 1;
        return ((long)((step % StepsPerDoubling) + StepsPerDoubling + 1) << doublings) - 1;
    }
}

/// <summary>The names under which one assessment is counted: among all, and where it names a channel, a frequent sub-merchant or a card of a large scheme among those too.</summary>
public static class TallyScope
{
    public const string All = "", ChannelPrefix = "c:", SubmerchantPrefix = "s:", BothPrefix = "x:", SchemePrefix = "k:";
    public const int LongestChannel = 40, LongestSubmerchant = 100;

    public static string Of(string? channel, string? submerchant) => (Named(channel), Named(submerchant)) switch
    {
        (false, false) => All,
        (true, false) => ChannelPrefix + channel,
        (false, true) => SubmerchantPrefix + submerchant,
        (true, true) => $"{BothPrefix}{channel}\n{submerchant}",
    };

    public static string OfScheme(string scheme) => SchemePrefix + scheme;

    /// <summary>It is counted by UTC day only, and not by score and the like: nobody asks that of a scheme.</summary>
    internal static bool IsScheme(string scope) => scope.StartsWith(SchemePrefix, StringComparison.Ordinal);

    internal static string[] AllOf(string channel, string submerchant, string scheme)
    {
        string[] scopes = (channel.Length > 0, submerchant.Length > 0) switch
        {
            (false, false) => [All],
            (true, false) => [All, Of(channel, null)],
            (false, true) => [All, Of(null, submerchant)],
            (true, true) => [All, Of(channel, null), Of(null, submerchant), Of(channel, submerchant)],
        };
        return scheme.Length == 0 ? scopes : [.. scopes, OfScheme(scheme)];
    }

    /// <summary>Those that name the sub-merchant.</summary>
    internal static string[] OfSubmerchant(string channel, string submerchant) => channel.Length > 0 ? [Of(null, submerchant), Of(channel, submerchant)] : [Of(null, submerchant)];

    private static bool Named(string? text) => !string.IsNullOrEmpty(text);
}

internal sealed class TallyMap : IEntityTypeConfiguration<Tally>
{
    public void Configure(EntityTypeBuilder<Tally> builder)
    {
        builder.ToTable("tallies");
        builder.HasKey(t => new { t.Scope, t.Length, t.Bucket, t.Flow, t.Currency, t.Simulated, t.Decision, t.Final, t.Label });
        builder.Property(t => t.Flow).HasConversion<int>();
        builder.Property(t => t.Decision).HasConversion<int>();
        builder.Property(t => t.Final).HasConversion<int>();
    }
}

internal sealed class TallyValueMap : IEntityTypeConfiguration<TallyValue>
{
    public void Configure(EntityTypeBuilder<TallyValue> builder)
    {
        builder.ToTable("tally_values");
        builder.HasKey(t => new { t.Scope, t.Length, t.Bucket, t.Flow, t.Currency, t.Simulated });
        builder.Property(t => t.Flow).HasConversion<int>();
    }
}
