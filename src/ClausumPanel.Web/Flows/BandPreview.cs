using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Flows;

/// <summary>What bands make of the scores that are stored: how many of each decision, and their money.</summary>
public sealed class BandPreview
{
    private readonly List<ScoreDay> _scores;

    /// <param name="scores">Of the days looked at.</param>
    /// <param name="days">How many days they are.</param>
    public BandPreview(IEnumerable<ScoreDay> scores, int days)
    {
        _scores = [.. scores];
        Days = days;
        Currencies = [.. _scores.GroupBy(s => s.Currency).OrderByDescending(g => g.Sum(s => s.Count)).Select(g => g.Key)];
        Movable = _scores.Where(s => s.Kind != ScoreKind.Fixed).Sum(s => s.Count);
        Fixed = _scores.Where(s => s.Kind == ScoreKind.Fixed).Sum(s => s.Count);
    }

    public int Days { get; }

    /// <summary>The busiest first.</summary>
    public IReadOnlyList<string> Currencies { get; }

    /// <summary>Assessments that bands decide.</summary>
    public long Movable { get; }

    /// <summary>Assessments that were blocked or allowed outright.</summary>
    public long Fixed { get; }

    /// <summary>Assessments by score, 0…100.</summary>
    public IReadOnlyList<long> Histogram(ScoreKind kind) => Sums(s => s.Kind == kind, s => s.Count);

    /// <summary>Minor units by score, 0…100.</summary>
    public IReadOnlyList<long> Money(ScoreKind kind, string currency) => Sums(s => s.Kind == kind && s.Currency == currency, s => s.Amount);

    /// <summary>What these bands would have decided.</summary>
    public BandOutcome Under(Bands bands, Decision decision)
    {
        var mine = _scores.Where(s => s.Kind != ScoreKind.Fixed && Decided(bands, s) == decision).ToList();
        return new BandOutcome(decision, mine.Sum(s => s.Count), Movable == 0 ? 0 : mine.Sum(s => s.Count) / (double)Movable,
            [.. Currencies.Select(currency => new Money(mine.Where(s => s.Currency == currency).Sum(s => s.Amount), currency))]);
    }

    private static Decision Decided(Bands bands, ScoreDay score)
    {
        var decision = bands.For(score.Score);
        return score.Kind == ScoreKind.Held && decision < Decision.Review ? Decision.Review : decision;
    }

    private long[] Sums(Func<ScoreDay, bool> which, Func<ScoreDay, long> what)
    {
        var sums = new long[101];
        foreach (var score in _scores.Where(which)) sums[score.Score] += what(score);
        return sums;
    }
}

/// <param name="Share">Of all that bands decide, 0…1.</param>
/// <param name="Money">One sum per currency.</param>
public sealed record BandOutcome(Decision Decision, long Count, double Share, IReadOnlyList<Money> Money);
