using System.Data.Common;
using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Service;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Service;

/// <summary>What the service does and how fast: the last hour by minute, from memory, and how much the store holds.</summary>
public sealed class ServiceModel(
    PanelDb db, StorageChoice storage, ServiceMetrics metrics, WatchService watch, AssessService assessing, ReferenceData data, IOptions<MetricsOptions> options, TimeProvider clock, Texts T) : PageModel
{
    /// <summary>What the sentence at the top speaks of.</summary>
    private const int Lately = 5;

    /// <summary>Data older than this is worth replacing.</summary>
    public const int OldAfterDays = 180;

    public static readonly IReadOnlyList<CallEnd> Reasons = [CallEnd.Invalid, CallEnd.Unauthorized, CallEnd.RateLimited, CallEnd.Unreadable, CallEnd.Conflict, CallEnd.InProgress, CallEnd.Unavailable, CallEnd.TimedOut, CallEnd.Failed, CallEnd.Abandoned];

    public IReadOnlyList<ServiceMetrics.Minute> Minutes { get; private set; } = [];

    /// <summary>All minutes of the hour together: percentiles of it come from its calls, not from its minutes.</summary>
    public LatencyHistogram Hour { get; } = new();
    public DateTimeOffset StartedAt => metrics.StartedAt;
    public DateTimeOffset Now { get; private set; }

    /// <summary>Null when the database does not say.</summary>
    public StoreSizes? Sizes { get; private set; }
    public int Waiting => assessing.Log?.Waiting ?? 0;
    public long Unfolded => watch.Unfolded;
    public IReadOnlyList<DataFile> Files => data.Files;
    public bool IsExposed => options.Value.IsOn;
    public bool IsGood { get; private set; }
    public string Health { get; private set; } = "";

    public long OfHour(CallEnd end) => Minutes.Sum(m => m.Of(end));

    public long SinceStart(CallEnd end) => metrics.Count(end);

    public long Calls => Minutes.Sum(m => m.Calls);

    public int DaysOld(DataFile file) => DateOnly.FromDateTime(Now.UtcDateTime).DayNumber - file.Date.DayNumber;

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    /// <summary>Asked every few seconds.</summary>
    public async Task<IActionResult> OnGetLiveAsync(CancellationToken stop)
    {
        await LoadAsync(stop);
        return this.Fragment("_Live");
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Now = clock.GetUtcNow();
        Minutes = metrics.LastHour();
        foreach (var minute in Minutes) Hour.Add(minute.Latency);
        try
        {
            Sizes = await StoreSizes.ReadAsync(db, storage, stop);
        }
        catch (DbException)
        {
            // The sentence says what is wrong with it.
        }
        (IsGood, Health) = Say();
    }

    private (bool IsGood, string Words) Say()
    {
        if (assessing.Trouble is { } trouble) return (false, T["Assessments are being refused: {0}", assessing.Transaction is null ? T["The memory of recent activity is being rebuilt."] : trouble]);
        var lately = Minutes.TakeLast(Lately).ToList();
        var (calls, lost) = (lately.Sum(m => m.Calls), lately.Sum(m => m.Errors + m.TimedOut));
        if (lost > 0) return (false, T["{0} of {1} calls of the last five minutes got no answer.", lost.ToString("N0", CultureInfo.CurrentCulture), calls.ToString("N0", CultureInfo.CurrentCulture)]);
        if (Hour.Count == 0) return (true, T["Assessments are taken. None was asked for in the last hour."]);
        return (true, T["Assessments are taken. In the last hour half were answered within {0}, and 99 of 100 within {1}.", Milliseconds(Hour.Percentile(.5)), Milliseconds(Hour.Percentile(.99))]);
    }

    /// <summary>12.3 ms: three figures that count.</summary>
    public static string Milliseconds(long? microseconds) => microseconds is not { } us ? "–" : (us / 1_000d).ToString(us < 10_000 ? "0.00" : us < 100_000 ? "0.0" : "N0", CultureInfo.CurrentCulture) + " ms";

    public static string Bytes(long? bytes) => bytes switch
    {
        null => "–",
        < 1 << 20 => (bytes.Value / 1024d).ToString("N0", CultureInfo.CurrentCulture) + " KiB",
        < 1L << 30 => (bytes.Value / (double)(1 << 20)).ToString("N1", CultureInfo.CurrentCulture) + " MiB",
        _ => (bytes.Value / (double)(1L << 30)).ToString("N2", CultureInfo.CurrentCulture) + " GiB",
    };

    public static string Name(Texts T, CallEnd end)
    {
        ArgumentNullException.ThrowIfNull(T);
        return end switch
        {
            CallEnd.Answered => T["Answered"],
            CallEnd.Replayed => T["Answered again, same key"],
            CallEnd.Simulated => T["Simulations answered"],
            CallEnd.Invalid => T["Not valid (400)"],
            CallEnd.Unauthorized => T["Without a good key (401, 403)"],
            CallEnd.RateLimited => T["Too many calls (429)"],
            CallEnd.Unreadable => T["Too large, or no JSON (413, 415)"],
            CallEnd.Conflict => T["Same key, another body (409)"],
            CallEnd.InProgress => T["Same key, still running (409)"],
            CallEnd.Unavailable => T["The store took nothing (503)"],
            CallEnd.TimedOut => T["Took too long (504)"],
            CallEnd.Failed => T["A mistake of ours (500)"],
            CallEnd.Abandoned => T["The caller went away"],
        };
    }
}
