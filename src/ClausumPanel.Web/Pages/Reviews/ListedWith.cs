using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Protection.Lists;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What a decision does to the lists, in words.</summary>
/// <param name="Words">Blocked, will be blocked: with a colon behind.</param>
/// <param name="Entries">Each value with its time, and where it stands on the list.</param>
/// <param name="IsDone">It has been done: there is an entry to look at.</param>
public sealed record ListedWith(string Words, IReadOnlyList<(string Text, string Address)> Entries, bool IsDone = false)
{
    public override string ToString() => $"{Words} {string.Join(", ", Entries.Select(e => e.Text))}";

    /// <param name="decision">A line of the history; one that is no decision lists nothing.</param>
    /// <param name="events">The whole history.</param>
    /// <param name="facts">Of the payment, whose values they are.</param>
    /// <param name="card">The card as people know it; null: its hash is all there is.</param>
    /// <param name="T">The reader's language.</param>
    internal static IReadOnlyList<ListedWith> Of(ReviewEvent decision, IReadOnlyList<ReviewEvent> events, Facts facts, string? card, Texts T)
    {
        if (decision.Kind == ReviewEventKind.Reopened)
        {
            // The last that took effect before is what was opened again.
            var (was, back) = (ReviewEntry.Read(events.Where(e => e.Kind == ReviewEventKind.Closed && e.Version < decision.Version).MaxBy(e => e.Version)?.Entries), ReviewEntry.Read(decision.Entries));
            return [.. Sorted(back, T["no longer blocked:"], T["no longer allowed:"], isDone: true), .. Sorted([.. was.Except(back)], T["stays as it is, changed since or listed before:"], T["stays as it is, changed since or listed before:"], isDone: true)];
        }
        if (decision.Kind is not (ReviewEventKind.Decided or ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed) || ReviewEntry.Read(decision.Entries) is not { Count: > 0 } wanted) return [];
        ReviewEvent? Then(ReviewEventKind kind) => decision.Kind == ReviewEventKind.Decided ? events.FirstOrDefault(e => e.Kind == kind && e.Version == decision.Version + 1) : null;
        if (Then(ReviewEventKind.Closed) is { } closed)
        {
            var done = ReviewEntry.Read(closed.Entries);
            return [.. Sorted(done, T["blocked:"], T["allowed:"], isDone: true), .. Sorted([.. wanted.Except(done)], T["not blocked, for an entry allows it:"], T["not allowed:"], isDone: true)];
        }
        var stands = decision.Kind == ReviewEventKind.Decided && Then(ReviewEventKind.Undone) is null;
        return stands ? Sorted(wanted, T["will be blocked:"], T["will be allowed:"]) : Sorted(wanted, T["was to be blocked:"], T["was to be allowed:"]);

        IReadOnlyList<ListedWith> Sorted(IReadOnlyList<ReviewEntry> entries, string blocked, string allowed, bool isDone = false) =>
            [.. entries.GroupBy(e => e.Severity).Select(g => Of(g.Key == ListSeverity.Allow ? allowed : blocked, [.. g], facts, card, T) with { IsDone = isDone })];
    }

    /// <param name="words">What is done with them.</param>
    /// <param name="entries">The values.</param>
    /// <param name="facts">Of the payment, whose values they are.</param>
    /// <param name="card">The card as people know it; null: its hash is all there is.</param>
    /// <param name="T">The reader's language.</param>
    internal static ListedWith Of(string words, IEnumerable<ReviewEntry> entries, Facts facts, string? card, Texts T) => new(words, [.. entries.Select(e => (Say(e, facts, card, T), AddressOf(e, facts, card)))], IsDone: true);

    /// <summary>What opening a decision again does to the lists: what goes with it, and what stays and why.</summary>
    /// <param name="listed">What the decision put there.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="facts">Of the payment, whose values they are.</param>
    /// <param name="card">The card as people know it; null: its hash is all there is.</param>
    /// <param name="T">The reader's language.</param>
    internal static IReadOnlyList<ListedWith> OnReopening(IReadOnlyList<ListedByReview> listed, DateTimeOffset now, Facts facts, string? card, Texts T)
    {
        List<ListedWith> said = [];
        Add(T["Reopening also takes back:"], listed.Where(l => l.IsAsLeft));
        Add(T["Stays on the list, for another review that stands wants it:"], listed.Where(l => l.Heir is not null));
        Add(T["Stays on the list all the same, changed since or there before:"], listed.Where(l => !l.IsAsLeft && l.Heir is null && l.Entry is { IsActive: true } entry && !(entry.ExpiresAt <= now)));
        return said;

        void Add(string words, IEnumerable<ListedByReview> which)
        {
            if (which.Select(l => l.Wanted).ToList() is { Count: > 0 } wanted) said.Add(Of(words, wanted, facts, card, T));
        }
    }

    private static string Say(ReviewEntry entry, Facts facts, string? card, Texts T)
    {
        var name = T.Name(entry.Type);
        // Within a sentence, but for what is written in capitals everywhere.
        if (name.Length > 1 && !char.IsUpper(name[1])) name = char.ToLower(name[0], CultureInfo.CurrentCulture) + name[1..];
        // What the payment says of a device goes before the payment does.
        // A card without its digits is told by no value: its hash says nothing to a reader.
        var value = entry.Type == ListType.CardHash ? card ?? "••••" : ReviewEntry.ValueOf(entry.Type, facts) ?? T["(no longer kept)"];
        return entry.Days is { } days ? T["{0} {1} for {2}", name, value, T.Count(days, "{0} day", "{0} days")] : T["{0} {1} for good", name, value];
    }

    private static string AddressOf(ReviewEntry entry, Facts facts, string? card)
    {
        var value = entry.Type == ListType.CardHash ? card : ReviewEntry.ValueOf(entry.Type, facts);
        (string Name, string Value)[] kind = [("type", entry.Type.Word()), ("severity", entry.Severity.Word())];
        return ListQuery.Address(value is null ? kind : [.. kind, ("q", value)]);
    }
}
