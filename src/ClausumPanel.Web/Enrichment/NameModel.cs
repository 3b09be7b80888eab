using System.Buffers;
using System.Runtime.CompilerServices;

namespace ClausumPanel.Web.Enrichment;

/// <summary>
/// Tells a name from a string that a program made up. It learns from ordinary words which letter follows which, and knows the words themselves;
/// what neither explains, and digits strewn between letters, is gibberish.
/// </summary>
public sealed class NameModel
{
    private const int Longest = 64;
    private const int Edge = 26;
    private const int Symbols = 27;

    // Bits per letter step: ordinary words stay below the first, letters drawn at random reach the second.
    private const float OrdinaryBits = 4.3f;
    private const float RandomBits = 6.4f;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");
    private static readonly string[] KeyboardRows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    private static readonly byte[] KeyPlace = PlaceKeys();

    private readonly float[] _bits = new float[Symbols * Symbols];
    private readonly ushort[] _next;
    private readonly bool[] _isWord;

    public NameModel(IReadOnlyCollection<string> words)
    {
        var counts = new float[Symbols * Symbols];
        var next = new List<ushort[]> { new ushort[26] };
        var ends = new List<bool> { false };
        foreach (var word in words)
        {
            int before = Edge, node = 0;
            foreach (var letter in word)
            {
                var symbol = letter - 'a';
                if (symbol is < 0 or >= 26) throw new FormatException($"'{word}' is not a word of plain lower-case letters");
                counts[(before * Symbols) + symbol]++;
                before = symbol;
                if (next[node][symbol] == 0)
                {
                    if (next.Count == ushort.MaxValue) throw new FormatException("it holds too many words");
                    next[node][symbol] = (ushort)next.Count;
                    next.Add(new ushort[26]);
                    ends.Add(false);
                }
                node = next[node][symbol];
            }
            counts[(before * Symbols) + Edge]++;
            ends[node] = true;
        }
        _next = [.. next.SelectMany(n => n)];
        _isWord = [.. ends];
        for (var a = 0; a < Symbols; a++)
        {
            var total = counts.AsSpan(a * Symbols, Symbols).ToArray().Sum() + (0.3f * Symbols);
            for (var b = 0; b < Symbols; b++) _bits[(a * Symbols) + b] = -MathF.Log2((counts[(a * Symbols) + b] + 0.3f) / total);
        }
    }

    /// <param name="name">The name part of an e-mail address, lower case, without its tag.</param>
    /// <returns>0 for an ordinary name, 100 for what no person would choose.</returns>
    [SkipLocalsInit]
    public int Gibberish(ReadOnlySpan<char> name)
    {
        if (name.Length > Longest) name = name[..Longest];
        Span<byte> letters = stackalloc byte[Longest];
        float unexplained = 0, surprise = 0, steps = 0;
        int changes = 0, digits = 0, longestConsonants = 0, letterCount = 0, keyboard = 0, repeated = 0;
        var before = Kind.Other;
        var isHexadecimal = !name.ContainsAnyExcept(Hexadecimal);
        for (var i = 0; i < name.Length;)
        {
            var kind = KindOf(name[i]);
            if ((kind == Kind.Digit && before == Kind.Letter) || (kind == Kind.Letter && before == Kind.Digit)) changes++;
            before = kind;
            if (kind != Kind.Letter)
            {
                if (kind == Kind.Digit) digits++;
                i++;
                continue;
            }
            var length = 0;
            for (byte letter; i < name.Length && (letter = Fold(name[i])) < 26; i++) letters[length++] = letter;
            var run = letters[..length];
            letterCount += length;
            Explain(run, ref unexplained, ref surprise, ref steps, ref longestConsonants);
            keyboard = Math.Max(keyboard, LongestKeyboardWalk(run));
            repeated = Math.Max(repeated, LongestRepeat(run));
        }

        // Initials and a few stray letters prove nothing, and what is mostly made of words is not random.
        var strange = steps == 0 ? 0 : Math.Clamp(((surprise / steps) - OrdinaryBits) / (RandomBits - OrdinaryBits), 0, 1);
        var share = letterCount == 0 ? 0 : unexplained / letterCount;
        var evidence = Math.Clamp((unexplained - 3) / 4, 0, 1) * Math.Min(1, share * 1.4f);
        var score = 96 * strange * evidence;
        if (longestConsonants >= 5) score += 9 * Math.Min(longestConsonants - 4, 4) * evidence;
        if (changes > 2) score += 18 * Math.Min(changes - 2, 4);
        if (keyboard >= 4) score += 14 * Math.Min(keyboard - 2, 5) * Math.Min(1, (float)keyboard / letterCount * 1.5f);
        if (repeated >= 4) score += 14 * Math.Min(repeated - 2, 5);
        if (digits >= 4 && changes >= 3 && share > 0.7f) score += 15;
        if (isHexadecimal && name.Length >= 8 && changes >= 2) score += 35;
        if (letterCount == 0) score += digits >= 12 ? 30 : digits > 0 ? 10 : 0;
        return (int)Math.Clamp(MathF.Round(score), 0, 100);
    }

    /// <summary>Finds the words that explain most letters of a run, and adds up how surprising the remaining letters are.</summary>
    [SkipLocalsInit]
    private void Explain(ReadOnlySpan<byte> run, ref float unexplained, ref float surprise, ref float steps, ref int longestConsonants)
    {
        // Best value of the first i letters, and the length of the word that ends there (0: the letter stands alone).
        Span<float> best = stackalloc float[Longest + 1];
        Span<byte> word = stackalloc byte[Longest + 1];
        best[..(run.Length + 1)].Fill(-1);
        best[0] = 0;
        for (var from = 0; from < run.Length; from++)
        {
            if (best[from] >= best[from + 1])
            {
                best[from + 1] = best[from];
                word[from + 1] = 0;
            }
            for (int node = 0, to = from; to < run.Length; to++)
            {
                node = _next[(node * 26) + run[to]];
                if (node == 0) break;
                if (!_isWord[node]) continue;
                var length = to - from + 1;
                var value = best[from] + Worth(length, length == run.Length, from == 0 || to == run.Length - 1);
                if (value > best[to + 1])
                {
                    best[to + 1] = value;
                    word[to + 1] = (byte)length;
                }
            }
        }

        Span<bool> isExplained = stackalloc bool[Longest];
        isExplained = isExplained[..run.Length];
        isExplained.Clear();
        for (var at = run.Length; at > 0;)
        {
            var length = word[at];
            if (length == 0)
            {
                at--;
                continue;
            }
            isExplained.Slice(at - length, length).Fill(true);
            at -= length;
        }

        unexplained += run.Length - best[run.Length];
        var consonants = 0;
        for (var i = 0; i <= run.Length; i++)
        {
            var known = (i == run.Length || isExplained[i]) && (i == 0 || isExplained[i - 1]);
            // An edge is evidence only for a run of some length: initials begin and end as they like.
            var isEdge = i == 0 || i == run.Length;
            if (!known && (!isEdge || run.Length > 3))
            {
                surprise += _bits[((i == 0 ? Edge : run[i - 1]) * Symbols) + (i == run.Length ? Edge : run[i])];
                steps++;
            }
            consonants = i < run.Length && !isExplained[i] && !IsVowel(run[i]) ? consonants + 1 : 0;
            longestConsonants = Math.Max(longestConsonants, consonants);
        }
    }

    // Short words turn up in random letters too, so they explain less than they cover.
    private static float Worth(int length, bool isWhole, bool touchesEdge) => length switch
    {
        1 => 0,
        2 => isWhole ? 2 : touchesEdge ? 0.6f : 0,
        3 => isWhole ? 3 : touchesEdge ? 2.2f : 1.2f,
        4 => isWhole ? 4 : 3.5f,
        _ => length,
    };

    private static bool IsVowel(byte letter) => letter is 0 or 4 or 8 or 14 or 20 or 24;

    private static int LongestKeyboardWalk(ReadOnlySpan<byte> run)
    {
        int longest = 0, length = 1, direction = 0;
        for (var i = 1; i < run.Length; i++)
        {
            var step = KeyPlace[run[i]] - KeyPlace[run[i - 1]];
            length = step is 1 or -1 ? (step == direction || direction == 0 ? length + 1 : 2) : 1;
            direction = step is 1 or -1 ? step : 0;
            longest = Math.Max(longest, length);
        }
        return longest;
    }

    private static int LongestRepeat(ReadOnlySpan<byte> run)
    {
        int longest = 0, length = 1;
        for (var i = 1; i < run.Length; i++)
        {
            length = run[i] == run[i - 1] ? length + 1 : 1;
            longest = Math.Max(longest, length);
        }
        return longest;
    }

    // Rows lie far enough apart that the end of one is not a neighbour of the next one's beginning.
    private static byte[] PlaceKeys()
    {
        var places = new byte[26];
        for (var row = 0; row < KeyboardRows.Length; row++)
        for (var i = 0; i < KeyboardRows[row].Length; i++)
            places[KeyboardRows[row][i] - 'a'] = (byte)((row * 20) + i);
        return places;
    }

    private enum Kind { Other, Letter, Digit }

    private static Kind KindOf(char c) => char.IsAsciiDigit(c) ? Kind.Digit : Fold(c) < 26 ? Kind.Letter : Kind.Other;

    /// <summary>The plain letter of a letter with or without an accent, a = 0; more than 25 for anything else.</summary>
    private static byte Fold(char c) => c switch
    {
        >= 'a' and <= 'z' => (byte)(c - 'a'),
        >= 'à' and <= 'å' => 0,
        'ç' => 2,
        >= 'è' and <= 'ë' => 4,
        >= 'ì' and <= 'ï' => 8,
        'ñ' => 13,
        >= 'ò' and <= 'ö' => 14,
        >= 'ù' and <= 'ü' => 20,
        _ => byte.MaxValue,
    };
}
