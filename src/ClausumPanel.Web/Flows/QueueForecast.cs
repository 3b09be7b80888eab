namespace ClausumPanel.Web.Flows;

/// <summary>How reviews pile up, or do not, if as many come in every day and people have as many hours for them. Even over the day: hours without staff are not told apart.</summary>
/// <param name="Arrivals">Reviews that come in a day.</param>
/// <param name="Capacity">Reviews that can be decided a day.</param>
/// <param name="Waiting">Reviews that wait now.</param>
public readonly record struct QueueForecast(double Arrivals, double Capacity, long Waiting)
{
    /// <summary>More come in than can be decided.</summary>
    public bool Grows => Arrivals > Capacity;

    /// <summary>How many more wait every day; negative when they become fewer.</summary>
    public double GrowthPerDay => Arrivals - Capacity;

    /// <summary>How long a review that comes in then waits, in hours: those before it divided by what is decided. Infinite where nothing can be decided.</summary>
    /// <param name="days">Days from now.</param>
    public double HoursWaiting(double days)
    {
        var before = Math.Max(0, Waiting + (GrowthPerDay * days));
        return before == 0 ? 0 : Capacity <= 0 ? double.PositiveInfinity : before / Capacity * 24;
    }

    /// <summary>In how many days the wait is longer than that, 0 if it is already; null: never, as far as can be seen.</summary>
    public double? DaysUntilLate(TimeSpan limit)
    {
        if (HoursWaiting(0) > limit.TotalHours) return 0;
        if (!Grows) return null;
        return Math.Max(0, ((limit.TotalDays * Capacity) - Waiting) / GrowthPerDay);
    }
}
