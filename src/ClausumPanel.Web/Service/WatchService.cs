using System.Diagnostics.Metrics;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Service;

/// <summary>Looks at the writer of the log once a second: how much it commits, how many wait for it, how far the lists are behind.</summary>
public sealed class WatchService : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly AssessService _assessing;
    private readonly ServiceMetrics _metrics;
    private long _commits, _rows;

    public WatchService(AssessService assessing, ServiceMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        (_assessing, _metrics) = (assessing, metrics);
        var meter = metrics.Meter;
        meter.CreateObservableCounter("panel.log.commits", () => assessing.Log?.Written.Commits ?? 0, "{commit}", "Transactions of assessments that were committed");
        meter.CreateObservableCounter("panel.log.rows", () => assessing.Log?.Written.Rows ?? 0, "{assessment}", "Assessments that were committed");
        meter.CreateObservableGauge("panel.log.waiting", () => assessing.Log?.Waiting ?? 0, "{assessment}", "Assessments waiting for the next commit");
        meter.CreateObservableGauge("panel.log.unfolded", () => Unfolded, "{assessment}", "Assessments stored and not yet in the lists");
    }

    /// <summary>Stored and not yet in the lists, nor told to the outside.</summary>
    public long Unfolded => _assessing.Log is { } log ? Math.Max(0, log.LastSeq - log.FoldedSeq) : 0;

    public void Look()
    {
        if (_assessing.Log is not { } log) return;
        var (commits, rows) = log.Written;
        _metrics.Looked(commits - _commits, rows - _rows, log.Waiting, Unfolded);
        (_commits, _rows) = (commits, rows);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: a held clock would never look.
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
    }
}
