using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>
/// The words of the beneficiary's name of each open payout, in memory. The terms hold a name whole, its words in order of the alphabet: no seek finds it by one of them. The log never changes a name, so what was read
/// once stays right on every server; what a server has not read yet it reads when somebody searches, so that whatever is listed is found.
/// </summary>
public sealed class PayeeNames
{
    private const int AtATime = 1_000;

    // With a space before each word; nothing of a payment, and of a payout that names nobody.
    private readonly ConcurrentDictionary<long, string> _words = new();

    /// <summary>Of how many open items they are kept; the others are read with each search.</summary>
    public int Most { get; init; } = 50_000;

    /// <summary>Of how many they are.</summary>
    public int Count => _words.Count;

    /// <summary>Which of these items pay somebody of whose name each typed word begins a word.</summary>
    /// <param name="search">The words, in any order.</param>
    /// <param name="open">The items.</param>
    /// <param name="db">Where those are read that are not known yet.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<IReadOnlyList<long>> CalledAsync(string search, IReadOnlyCollection<long> open, PanelDb db, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(db);
        // No name is an address or a number.
        if (search.Contains('@', StringComparison.Ordinal) || !search.Any(char.IsLetter)) return [];
        var typed = FoundBy.Words(search).Select(word => ' ' + word).ToArray();
        List<long> called = [], unknown = [];
        foreach (var seq in open)
        {
            if (!_words.TryGetValue(seq, out var words)) unknown.Add(seq);
            else if (IsCalled(words)) called.Add(seq);
        }
        await foreach (var (seq, words) in ReadAsync(unknown, db, stop))
            if (IsCalled(words)) called.Add(seq);
        return called;

        bool IsCalled(string words) => words.Length > 0 && Array.TrueForAll(typed, word => words.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Reads what was opened, before anybody searches, and forgets what no longer is.</summary>
    public async Task FollowAsync(PanelDb db, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var open = (await db.Set<Review>().Where(r => r.State == ReviewState.Open).Select(r => r.Seq).ToListAsync(stop)).ToHashSet();
        foreach (var seq in _words.Keys)
            if (!open.Contains(seq)) _words.TryRemove(seq, out _);
        await foreach (var _ in ReadAsync([.. open.Where(seq => !_words.ContainsKey(seq)).Take(Most - _words.Count)], db, stop)) { }
    }

    private async IAsyncEnumerable<(long Seq, string Words)> ReadAsync(List<long> unknown, PanelDb db, [EnumeratorCancellation] CancellationToken stop)
    {
        if (unknown.Count == 0) yield break;
        var (room, facts) = (Most - _words.Count, new Facts());
        foreach (IEnumerable<long> seqs in unknown.Chunk(AtATime))
        {
            var read = await db.Set<StoredAssessment>().Where(a => EF.Parameter(seqs).Contains(a.Seq)).Select(a => new { a.Seq, Facts = a.Flow == Flow.PayOut ? a.Facts : null }).ToListAsync(stop);
            foreach (var its in read)
            {
                var words = "";
                if (its.Facts is { } bytes)
                {
                    FactSnapshot.Read(bytes, facts);
                    if (facts.Text(Known.BeneficiaryName) is { } name) words = string.Concat(FoundBy.Words(name).Select(word => ' ' + word));
                }
                if (room-- > 0) _words[its.Seq] = words;
                yield return (its.Seq, words);
            }
        }
    }
}
