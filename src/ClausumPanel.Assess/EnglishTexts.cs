using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>Every English text that the engine hands out and a person may read, so that the panel can prove it translates them all.</summary>
public static class EnglishTexts
{
    /// <summary>Titles, sentences and settings of signals, descriptions and units of facts, problems of policies and rules, rules to begin from, and the pieces sentences are made of; each once.</summary>
    public static IEnumerable<string> All => SignalCatalog.All.SelectMany(TextsOf)
        .Concat(FactCatalog.All.SelectMany(d => Present(d.Description, d.Unit)))
        .Concat(PolicyProblem.Sentences)
        .Concat(RuleProblem.Sentences)
        .Concat(RuleTemplates.All.SelectMany(template => Present(template.Name, template.Reason)))
        .Concat(RuleWarnings.Sentences)
        .Concat(SignalText.Pieces)
        .Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> TextsOf(SignalDefinition definition) =>
        Present(definition.Title, definition.Sentence)
            .Concat(definition.Parameters.SelectMany(p => Present(p.Description, p.Unit)))
            .Concat(definition.Words.Select(w => w.Description));

    private static IEnumerable<string> Present(string text, string? unit) => unit is null ? [text] : [text, unit];
}
