using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Simulations;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What a decision costs, and how far a change may go before it needs more than a signature. Set by admins, kept in the store.</summary>
public sealed record SimulationSettings
{
    private const string Name = "simulation";

    /// <summary>Minutes a person spends on one review.</summary>
    [Range(0, 600, ErrorMessage = "From 0 to 600.")] public double MinutesPerReview { get; init; } = 3;

    /// <summary>Hours a day that all reviewers have together.</summary>
    [Range(0, 100_000, ErrorMessage = "From 0 to 100,000.")] public double ReviewHours { get; init; } = 8;

    /// <summary>Major units of each currency that one review costs.</summary>
    [Range(0, 1_000_000, ErrorMessage = "From 0 to 1,000,000.")] public double CostPerReview { get; init; } = 15;

    /// <summary>Per cent of a good payment's amount that is lost with it.</summary>
    [Range(0, 100, ErrorMessage = "From 0 to 100.")] public double MarginPercent { get; init; } = 20;

    /// <summary>Per cent of challenged payments that are given up.</summary>
    [Range(0, 100, ErrorMessage = "From 0 to 100.")] public double ChallengeLossPercent { get; init; } = 10;

    /// <summary>Percentage points the approval rate may fall; null: no bound.</summary>
    [Range(0, 100, ErrorMessage = "From 0 to 100.")] public double? MostApprovalDrop { get; init; } = 2;

    /// <summary>Per cent by which reviews may become more; null: no bound.</summary>
    [Range(0, 10_000, ErrorMessage = "From 0 to 10,000.")] public double? MostReviewRise { get; init; } = 25;

    /// <summary>Per cent of the fraud that is stopped today which may get through; null: no bound.</summary>
    [Range(0, 100, ErrorMessage = "From 0 to 100.")] public double? MostFraudLost { get; init; } = 5;

    public static async Task<SimulationSettings> LoadAsync(PanelDb db, CancellationToken stop) =>
        await db.Settings.AsNoTracking().SingleOrDefaultAsync(s => s.Name == Name, stop) is { } stored ? JsonSerializer.Deserialize<SimulationSettings>(stored.Value)! : new SimulationSettings();

    public async Task SaveAsync(PanelDb db, Actor who, DateTimeOffset now, CancellationToken stop)
    {
        var before = await LoadAsync(db, stop);
        if (before == this) return;
        if (await db.Settings.SingleOrDefaultAsync(s => s.Name == Name, stop) is { } stored) (stored.Value, stored.ChangedAt) = (JsonSerializer.Serialize(this), now);
        else db.Add(new PanelSetting { Name = Name, Value = JsonSerializer.Serialize(this), ChangedAt = now });
        db.Audit(who, AuditActions.SettingChanged, now, "setting", Name, before, this);
        await db.SaveChangesAsync(stop);
    }
}

/// <summary>A guard-rail that a change would break.</summary>
/// <param name="Sentence">In English with {0} for what was measured and {1} for the bound.</param>
public sealed record GuardBreach(string Sentence, string Measured, string Bound);

/// <summary>What the sums of a run say, in the terms in which people decide.</summary>
public sealed class PreviewFigures
{
    private const double Day = 86_400_000;

    private readonly SimulationSettings _settings;

    /// <param name="sums">Of the run.</param>
    /// <param name="days">Days of its period.</param>
    /// <param name="settings">The unit costs and guard-rails.</param>
    /// <param name="againstActive">Whether it is compared with what the active policy would decide, instead of what was decided.</param>
    public PreviewFigures(PreviewSums sums, double days, SimulationSettings settings, bool againstActive)
    {
        ArgumentNullException.ThrowIfNull(sums);
        (Sums, Days, _settings, AgainstActive) = (sums, Math.Max(days, 1), settings, againstActive);
        Matrix = againstActive ? sums.Active : sums.Decided;
        Fraud = Matrix.Of(IsStopped, c => c.Fraud.Count);
        Good = Matrix.Of(IsStopped, c => c.Good.Count);
        Currencies = [.. Whole(c => c.All).Counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key)];
    }

    /// <summary>The figures of a finished run; null while there is no result.</summary>
    public static PreviewFigures? Of(SimulationRun run, SimulationSettings settings, bool againstActive = false) =>
        run?.Result is { } result ? new PreviewFigures(JsonSerializer.Deserialize<PreviewSums>(result)!, (run.ToAt - run.FromAt) / Day, settings, againstActive) : null;

    public PreviewSums Sums { get; }
    public double Days { get; }
    public bool AgainstActive { get; }
    public TransitionMatrix Matrix { get; }

    /// <summary>The busiest first.</summary>
    public IReadOnlyList<string> Currencies { get; }

    /// <summary>Known frauds that are stopped.</summary>
    public Shift Fraud { get; }

    /// <summary>Known good payments that are stopped.</summary>
    public Shift Good { get; }

    public Tally AllFraud => Whole(c => c.Fraud);
    public Tally AllGood => Whole(c => c.Good);
    public Share Coverage => new(Fraud.Whole + Good.Whole, Matrix.Count);
    public bool HasEnoughLabels => Fraud.Whole >= LabelQueries.Enough;

    /// <summary>Fraud among the stopped whose outcome is known.</summary>
    public Share PrecisionBefore => new(Fraud.Before.Part, Fraud.Before.Part + Good.Before.Part);
    public Share PrecisionAfter => new(Fraud.After.Part, Fraud.After.Part + Good.After.Part);

    public Tally CaughtFraud => Matrix.Sum((from, to) => !IsStopped(from) && IsStopped(to), c => c.Fraud);
    public Tally LostFraud => Matrix.Sum((from, to) => IsStopped(from) && !IsStopped(to), c => c.Fraud);
    public Tally HurtGood => Matrix.Sum((from, to) => !IsStopped(from) && IsStopped(to), c => c.Good);
    public Tally FreedGood => Matrix.Sum((from, to) => IsStopped(from) && !IsStopped(to), c => c.Good);

    /// <summary>Declined then, and nobody will ever know what they were.</summary>
    public Tally Blind
    {
        get
        {
            var all = Matrix.Sum((from, _) => from == Decision.Decline, c => c.All);
            foreach (var known in (Tally[])[Matrix.Sum((from, _) => from == Decision.Decline, c => c.Fraud), Matrix.Sum((from, _) => from == Decision.Decline, c => c.Good)])
            {
                all.Count -= known.Count;
                foreach (var (currency, amount) in known.Money) all.Money[currency] -= amount;
            }
            return all;
        }
    }

    /// <summary>What the control sample let through though the score declined it.</summary>
    public TransitionCell Control => Sums.Control;

    /// <summary>Fraud among those of the control sample whose outcome is known: an estimate for all that could have been drawn.</summary>
    public Share ControlFraud => new(Control.Fraud.Count, Control.Fraud.Count + Control.Good.Count);

    /// <summary>What the proposed policy's own sample would let through, about, before the bound of a day: how many, and minor units by currency; null where it has none.</summary>
    public (double Count, IReadOnlyDictionary<string, long> Money)? Sampled => Sums.SamplePercent == 0 ? null
        : (Sums.WithinSample.All.Count * Sums.SamplePercent / 100, Sums.WithinSample.All.Money.ToDictionary(m => m.Key, m => (long)(m.Value * Sums.SamplePercent / 100)));

    public Shift Reviews => Matrix.Of(Decision.Review);

    /// <summary>Hours a day that reviews take.</summary>
    public double HoursBefore => Reviews.Before.Part / Days * _settings.MinutesPerReview / 60;
    public double HoursAfter => Reviews.After.Part / Days * _settings.MinutesPerReview / 60;

    /// <summary>How reviews would pile up, as they came in and as they would.</summary>
    /// <param name="waiting">How many wait now.</param>
    public (QueueForecast Before, QueueForecast After) Forecast(long waiting)
    {
        var capacity = _settings.MinutesPerReview <= 0 ? double.PositiveInfinity : _settings.ReviewHours * 60 / _settings.MinutesPerReview;
        return (new QueueForecast(Reviews.Before.Part / Days, capacity, waiting), new QueueForecast(Reviews.After.Part / Days, capacity, waiting));
    }

    /// <summary>Anything but an approval.</summary>
    public static bool IsStopped(Decision decision) => decision != Decision.Approve;

    /// <summary>What the change is worth in one currency over the period, in major units.</summary>
    public Worth WorthIn(string currency)
    {
        var scale = (double)Assess.Currencies.Scale(currency);
        double Money(Tally tally) => tally.Money.GetValueOrDefault(currency) / scale;
        long Count(Tally tally) => tally.Counts.GetValueOrDefault(currency);
        var fraud = Money(CaughtFraud) - Money(LostFraud);
        var margin = _settings.MarginPercent / 100;
        var good = -margin * (Money(HurtGood) - Money(FreedGood));
        var reviews = -_settings.CostPerReview * (Count(Matrix.Sum((_, to) => to == Decision.Review, c => c.All)) - Count(Matrix.Sum((from, _) => from == Decision.Review, c => c.All)));
        var challenges = -margin * _settings.ChallengeLossPercent / 100 * (Money(Matrix.Sum((_, to) => to == Decision.Challenge, c => c.All)) - Money(Matrix.Sum((from, _) => from == Decision.Challenge, c => c.All)));
        return new Worth(fraud, good, reviews, challenges);
    }

    /// <summary>The guard-rails that the change breaks, always against what the active policy would decide: the change is what is judged, not the past.</summary>
    public static IReadOnlyList<GuardBreach> Breaches(PreviewSums sums, SimulationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(settings);
        var found = new List<GuardBreach>();
        var matrix = sums.Active;
        if (matrix.Count == 0) return found;
        var drop = -matrix.Of(Decision.Approve).Value * 100;
        if (settings.MostApprovalDrop is { } mostDrop && drop > mostDrop) found.Add(new GuardBreach("The approval rate falls by {0} points; at most {1} are allowed.", Said(drop), Said(mostDrop)));
        var reviews = matrix.Of(Decision.Review);
        var rise = reviews.Before.Part == 0 ? reviews.After.Part > 0 ? double.PositiveInfinity : 0 : ((double)reviews.After.Part / reviews.Before.Part - 1) * 100;
        if (settings.MostReviewRise is { } mostRise && rise > mostRise) found.Add(new GuardBreach("Reviews become more by {0} %; at most {1} % are allowed.", Said(rise), Said(mostRise)));
        var fraud = matrix.Of(IsStopped, c => c.Fraud.Count);
        // What a larger sample would let through gets through as well.
        var sampled = Math.Max(0, (sums.SamplePercent * sums.WithinSample.Fraud.Count) - (sums.ActiveSamplePercent * sums.ActiveWithinSample.Fraud.Count)) / 100;
        var lost = fraud.Before.Part == 0 ? 0 : (fraud.Lost + sampled) / fraud.Before.Part * 100;
        if (settings.MostFraudLost is { } mostLost && lost > mostLost) found.Add(new GuardBreach("{0} % of the known fraud that is stopped today gets through; at most {1} % is allowed.", Said(lost), Said(mostLost)));
        return found;
    }

    private Tally Whole(Func<TransitionCell, Tally> part) => Matrix.Sum((_, _) => true, part);

    private static string Said(double value) => double.IsPositiveInfinity(value) ? "∞" : value.ToString("0.##", CultureInfo.CurrentCulture);
}

/// <summary>Major units of one currency; what is lost is negative.</summary>
/// <param name="Fraud">Known fraud that is stopped more than before.</param>
/// <param name="Good">Margin on known good payments that are stopped more than before.</param>
/// <param name="Reviews">What people cost.</param>
/// <param name="Challenges">Margin on challenged payments that are given up.</param>
public readonly record struct Worth(double Fraud, double Good, double Reviews, double Challenges)
{
    public double Total => Fraud + Good + Reviews + Challenges;
}
