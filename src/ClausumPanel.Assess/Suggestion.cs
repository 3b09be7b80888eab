namespace ClausumPanel.Assess;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Suggestion
{
    /// <summary>The known word that is nearest, or null when none is near.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var most = Math.Max(2, word.Length / 3);
        var nearest = known.Where(k => Math.Abs(k.Length - word.Length) <= most).Select(k => (Word: k, Distance: Distance(word, k, most))).OrderBy(k => k.Distance).ThenBy(k => k.Word, StringComparer.Ordinal).FirstOrDefault();
        return nearest.Word is not null && nearest.Distance <= most ? nearest.Word : null;
    }

    // Levenshtein, two rows; given up once it must be more than that.
    private static int Distance(string one, string other, int most)
    {
        if (one.Length > 100) return int.MaxValue;
        var (last, row) = (new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j <= other.Length; j++) last[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            var (least, letter) = (i, char.ToLowerInvariant(one[i - 1]));
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (letter == char.ToLowerInvariant(other[j - 1]) ? 0 : 1));
                least = Math.Min(least, row[j]);
            }
            if (least > most) return int.MaxValue;
            (last, row) = (row, last);
        }
        return last[other.Length];
    }
}
