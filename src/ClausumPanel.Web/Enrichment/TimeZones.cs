namespace ClausumPanel.Web.Enrichment;

/// <summary>A time zone by its IANA name.</summary>
public sealed class ZoneFacts
{
    private readonly Lazy<TimeZoneInfo?> _rules;
    private long _lastOffset = long.MinValue;

    internal ZoneFacts(string name, string? country)
    {
        Name = name;
        Country = country;
        _rules = new(() => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found : null);
    }

    public string Name { get; }

    /// <summary>The country it is named for; null for UTC and the like.</summary>
    public string? Country { get; }

    /// <summary>Minutes ahead of UTC at an instant, or NaN when this machine does not know the zone's rules.</summary>
    public double OffsetMinutes(DateTimeOffset at)
    {
        // Clocks change on a quarter of an hour, so the answer for the running one is the last answer.
        var quarter = at.UtcTicks / (15 * TimeSpan.TicksPerMinute);
        var last = Volatile.Read(ref _lastOffset);
        if (last >> 16 == quarter) return (short)last;
        if (_rules.Value is not { } rules) return double.NaN;
        var minutes = (short)rules.GetUtcOffset(at).TotalMinutes;
        Volatile.Write(ref _lastOffset, (quarter << 16) | (ushort)minutes);
        return minutes;
    }
}

/// <summary>Looks time zones up.</summary>
public sealed class TimeZones
{
    private static readonly string[] WithoutCountry = ["UTC", "GMT", "Etc/UTC", "Etc/GMT", "UCT", "Zulu", "Universal", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "Etc/Greenwich", "CET", "EET", "MET", "WET", "EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"];

    private readonly Dictionary<string, ZoneFacts> _zones = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _zones.Count;

    /// <summary>Null when no zone has this name.</summary>
    public ZoneFacts? Look(string name) => _zones.GetValueOrDefault(name);

    /// <summary>Reads lines of a country code and the names of its zones.</summary>
    public static TimeZones Parse(IEnumerable<string> lines)
    {
        var zones = new TimeZones();
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var country = Countries.Find(words[0]) ?? throw new FormatException($"'{words[0]}' is not a country code");
            foreach (var name in words.AsSpan(1)) zones._zones[name] = new ZoneFacts(name, country);
        }
        if (zones.Count == 0) return zones;
        foreach (var name in WithoutCountry) zones._zones[name] = new ZoneFacts(name, null);
        for (var hours = -14; hours <= 12; hours++)
        {
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Etc/GMT{hours:+0;-0;+0}");
            zones._zones[name] = new ZoneFacts(name, null);
        }
        return zones;
    }
}
