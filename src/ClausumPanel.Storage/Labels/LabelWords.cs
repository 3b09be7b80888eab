namespace ClausumPanel.Storage.Labels;

/// <summary>The words by which labels are spoken of outside.</summary>
public static class LabelWords
{
    /// <summary>Those that say what a payment was: what is taken from outside, and looked for.</summary>
    public static readonly IReadOnlyList<LabelOutcome> Outcomes = [LabelOutcome.Fraud, LabelOutcome.Good];

    /// <summary>The strongest first.</summary>
    public static readonly IReadOnlyList<LabelSource> Sources = [LabelSource.Chargeback, LabelSource.FraudReport, LabelSource.Analyst, LabelSource.Customer];

    public static string Word(this LabelOutcome outcome) => outcome switch
    {
        LabelOutcome.Fraud => "fraud",
        LabelOutcome.Good => "good",
        LabelOutcome.Inconclusive => "inconclusive",
    };

    public static string Word(this LabelSource source) => source switch
    {
        LabelSource.Chargeback => "chargeback",
        LabelSource.FraudReport => "fraud_report",
        LabelSource.Analyst => "analyst",
        LabelSource.Customer => "customer",
    };

    public static string Word(this LabelChannel channel) => channel switch
    {
        LabelChannel.Panel => "panel",
        LabelChannel.Report => "report",
        LabelChannel.Api => "api",
        LabelChannel.Import => "import",
        LabelChannel.Demo => "demo",
    };

    public static LabelOutcome? Outcome(string? word) => Find(Outcomes, Word, word);

    public static LabelSource? Source(string? word) => Find(Sources, Word, word);

    private static T? Find<T>(IReadOnlyList<T> all, Func<T, string> name, string? word) where T : struct
    {
        foreach (var one in all)
            if (name(one).Equals(word?.Trim(), StringComparison.OrdinalIgnoreCase)) return one;
        return null;
    }
}
