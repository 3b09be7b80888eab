using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Lists;

/// <summary>The words by which lists are spoken of outside: in the API, in addresses, in files. Source: Clausum documentation, concepts/blocklists.</summary>
public static class ListWords
{
    /// <summary>The types as people expect to find them: payments first.</summary>
    public static readonly IReadOnlyList<ListType> Types = Enum.GetValues<ListType>();

    /// <summary>Strictest first.</summary>
    public static readonly IReadOnlyList<ListSeverity> Severities = [ListSeverity.Block, ListSeverity.Flag, ListSeverity.Review, ListSeverity.Allow];

    public static readonly IReadOnlyList<ListSource> Sources = Enum.GetValues<ListSource>();
    public static readonly IReadOnlyList<FlowScope> Scopes = Enum.GetValues<FlowScope>();

    public static string Word(this ListType type) => FactCatalog.ListName(type);

    public static string Word(this ListSeverity severity) => severity switch
    {
        ListSeverity.Block => "block",
        ListSeverity.Flag => "flag",
        ListSeverity.Review => "review",
        ListSeverity.Allow => "allow",
        _ => throw new ArgumentOutOfRangeException(nameof(severity)),
    };

    public static string Word(this ListSource source) => source switch
    {
        ListSource.Manual => "manual",
        ListSource.Rule => "rule",
        ListSource.FraudReport => "fraud_report",
        ListSource.Chargeback => "chargeback",
        ListSource.Api => "api",
    };

    public static string Word(this FlowScope scope) => scope switch
    {
        FlowScope.Both => "both",
        FlowScope.PayIn => "payin",
        FlowScope.PayOut => "payout",
    };

    public static ListType? Type(string? word) => Find(Types, Word, word);
    public static ListSeverity? Severity(string? word) => Find(Severities, Word, word);
    public static ListSource? Source(string? word) => Find(Sources, Word, word);
    public static FlowScope? Scope(string? word) => Find(Scopes, Word, word);

    private static T? Find<T>(IReadOnlyList<T> all, Func<T, string> name, string? word) where T : struct
    {
        if (word is null) return null;
        foreach (var one in all)
            if (name(one).Equals(word.Trim(), StringComparison.OrdinalIgnoreCase)) return one;
        return null;
    }
}
