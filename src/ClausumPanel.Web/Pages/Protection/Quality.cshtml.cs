using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>How well payments are decided, told from those of which somebody later said what they were: by decision, by score, by rule and by signal.</summary>
public sealed class QualityModel(QualityReport report, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private DateTimeOffset _now;

    [FromQuery(Name = "")] public QualityPeriod Period { get; set; } = new();
    public DecisionFigures Figures { get; private set; } = null!;
    public DecisionQuality Decisions => Figures.Decisions;

    /// <summary>Whose word all the labels are.</summary>
    public SignalLabels Labels => Figures.Labels.Values.Aggregate(default(SignalLabels), SignalLabels.Add);

    /// <summary>Where a line may be drawn: decided so or more strictly counts as stopped.</summary>
    public static readonly IReadOnlyList<Decision> Cuts = [Decision.Review, Decision.Challenge, Decision.Decline];

    public DateTimeOffset FirstDay => DateTimeOffset.FromUnixTimeSeconds(Period.Days(_now).First * 86_400L);
    public DateTimeOffset LastDay => DateTimeOffset.FromUnixTimeSeconds((Period.Days(_now).End - 1) * 86_400L);

    public async Task OnGetAsync(CancellationToken stop)
    {
        _now = clock.GetUtcNow();
        var (first, end) = Period.Days(_now);
        Figures = await report.ReadAsync(first, end, stop);
    }

    /// <summary>The rows behind a number.</summary>
    public string Rows(params ReadOnlySpan<(string Name, string Value)> more) => Period.Monitor(reader, _now, more);

    /// <summary>Decided so or more strictly.</summary>
    public string RowsOf(Decision from, LabelOutcome? label) => RowsOf(d => d >= from, label);

    /// <summary>Decided less strictly.</summary>
    public string RowsBelow(Decision from, LabelOutcome? label) => RowsOf(d => d < from, label);

    private string RowsOf(Func<Decision, bool> which, LabelOutcome? label)
    {
        List<(string, string)> pairs = [.. Enum.GetValues<Decision>().Where(which).Select(d => ("decision", DecisionTagHelper.Word(d)))];
        if (label is { } outcome) pairs.Add(("label", outcome.Word()));
        return Rows([.. pairs]);
    }

    /// <summary>12.3 % (10.1–14.8 %), whose ends no line break parts; a dash where there is nothing, or too little of it.</summary>
    public string Say(Share share) => !Figures.IsEnough || share.Whole == 0 ? "–"
        : $"{share.Value.ToString("P1", CultureInfo.CurrentCulture)} ({(share.Low * 100).ToString("0.0", CultureInfo.CurrentCulture)}\u2060–\u2060{share.High.ToString("P1", CultureInfo.CurrentCulture)})";

    /// <summary>2.5 : 1</summary>
    public string Ratio(long good, long fraud) => !Figures.IsEnough || fraud == 0 ? "–" : (good / (double)fraud).ToString("0.0", CultureInfo.CurrentCulture) + " : 1";

    public Share Recall(RecordLine line) => new(line.Fraud, Decisions.Whole.Fraud);

    public double? F1(RecordLine line) => line.Fraud == 0 || !Figures.IsEnough ? null : 2d * line.Fraud / (line.Labelled + Decisions.Whole.Fraud);

    public double? Lift(RecordLine line) => line.Labelled == 0 || !Figures.IsEnough ? null : line.Precision.Value / Figures.Base.Value;

    public string Cut(Decision from) => from switch
    {
        Decision.Review => T["Review or stricter"],
        Decision.Challenge => T["Challenge or stricter"],
        _ => T["Declined"],
    };

    public static (int From, int To) ScoresOf(int bin) => (bin * 10, bin == 9 ? 100 : (bin * 10) + 9);

    public string Name(Stale stale) => stale switch
    {
        Stale.No => "",
        Stale.Idle => T["Retire? Nothing for {0} days", QualityReport.IdleDays],
        Stale.Wrong => T["Retire? Hits good payments"],
    };
}
