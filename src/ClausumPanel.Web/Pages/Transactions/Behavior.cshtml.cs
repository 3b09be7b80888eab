using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>When payments and payouts come, how much they are, and whether who pays, or is paid, was seen before: the last weeks on the reader's own clock.</summary>
public sealed class BehaviorModel(PanelDb db, Reader reader, TimeProvider clock) : PageModel
{
    public static readonly IReadOnlyList<(string Word, int Days)> Periods = [("7d", 7), ("28d", 28)];

    /// <summary>Shades of the table of hours; each cell holds its number as well.</summary>
    public const int Shades = 5;

    [FromQuery(Name = "period")] public string? Period { get; set; }

    public (string Word, int Days) Chosen => Periods.FirstOrDefault(p => p.Word == Period, Periods[1]);

    /// <summary>By weekday (Monday first) and hour of the reader's clock.</summary>
    public long[,] Hours { get; } = new long[7, 24];
    public IReadOnlyList<DayActivity> Days { get; private set; } = [];
    public IReadOnlyList<string> Currencies { get; private set; } = [];
    public long Most { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        var today = DateOnly.FromDateTime(reader.Zoned(clock.GetUtcNow()).DateTime);
        var first = today.AddDays(1 - Chosen.Days);
        var from = reader.StartOfDay(first).ToUnixTimeMilliseconds();
        var days = Enumerable.Range(0, Chosen.Days).ToDictionary(n => first.AddDays(n), n => new DayActivity(first.AddDays(n)));
        foreach (var bucket in await db.Set<Rollup>().Where(r => r.Bucket >= from && !r.Simulated).GroupBy(r => new { r.Bucket, r.Currency }).Select(g => new { g.Key, Count = g.Sum(r => r.Count), Amount = g.Sum(r => r.Amount) }).ToListAsync(stop))
        {
            var local = reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(bucket.Key.Bucket));
            Hours[((int)local.DayOfWeek + 6) % 7, local.Hour] += bucket.Count;
            // Imported history may lie ahead of the clock.
            if (days.TryGetValue(DateOnly.FromDateTime(local.DateTime), out var day)) day.Add(bucket.Key.Currency, bucket.Count, bucket.Amount);
        }
        var firstHour = (int)Math.DivRem(from, 3_600_000).Quotient;
        foreach (var payer in await db.Set<HourCount>().AsNoTracking().Where(h => h.Hour >= firstHour && h.Kind == HourKind.Payer).ToListAsync(stop))
        {
            var dot = payer.Key.IndexOf('.', StringComparison.Ordinal);
            var at = (payer.Hour * 3_600_000L) + (int.Parse(payer.Key.AsSpan(dot + 1), CultureInfo.InvariantCulture) * Rollup.Length);
            if (at >= from && days.TryGetValue(DateOnly.FromDateTime(reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at)).DateTime), out var day)) day.Add(payer.Key[..dot], payer.Count);
        }
        Days = [.. days.Values.OrderByDescending(d => d.Day)];
        Currencies = [.. Days.SelectMany(d => d.Money.Keys).Distinct().Order(StringComparer.Ordinal)];
        foreach (var count in Hours) Most = Math.Max(Most, count);
    }

    /// <summary>0 for none, else 1 to <see cref="Shades"/>.</summary>
    public int Shade(long count) => count == 0 ? 0 : 1 + (int)Math.Min(Shades - 1, count * Shades / Math.Max(1, Most + 1));

    /// <summary>Monday in the reader's words, short.</summary>
    public static string Weekday(int fromMonday) => CultureInfo.CurrentCulture.DateTimeFormat.AbbreviatedDayNames[(fromMonday + 1) % 7];

    public string Rows(DateOnly day) => MonitorQuery.Address([("period", "own"), ("from", Local(day)), ("to", Local(day.AddDays(1))), ("kind", "live")]);

    private static string Local(DateOnly day) => day.ToString("yyyy-MM-dd'T00:00'", CultureInfo.InvariantCulture);
}

/// <summary>One day of the reader's.</summary>
public sealed class DayActivity(DateOnly day)
{
    public DateOnly Day => day;
    public long Count { get; private set; }
    public SortedDictionary<string, (long Count, long Amount)> Money { get; } = new(StringComparer.Ordinal);
    public long NewPayers { get; private set; }
    public long KnownPayers { get; private set; }
    public long Unnamed { get; private set; }

    /// <summary>Of the assessments that name a payer or beneficiary, those of one seen for the first time.</summary>
    public double? ShareOfNew => NewPayers + KnownPayers == 0 ? null : NewPayers / (double)(NewPayers + KnownPayers);

    /// <summary>The mean amount; null of none.</summary>
    public Money? Mean(string currency) => Money.TryGetValue(currency, out var sum) && sum.Count > 0 ? new Money((long)Math.Round(sum.Amount / (double)sum.Count), currency) : null;

    internal void Add(string currency, long count, long amount)
    {
        Count += count;
        var (counted, summed) = Money.GetValueOrDefault(currency);
        Money[currency] = (counted + count, summed + amount);
    }

    internal void Add(string payer, long count)
    {
        switch (payer)
        {
            case HourCount.New: NewPayers += count; break;
            case HourCount.Familiar: KnownPayers += count; break;
            default: Unnamed += count; break;
        }
    }
}
