using System.Globalization;

namespace ClausumPanel.Bench;

/// <summary>What a run cannot go on with, said in a sentence: a wrong option, an answer that is not 200, a lost record.</summary>
internal sealed class BenchFailed(string message) : Exception(message);

/// <summary><c>--name value</c> and <c>--flag</c>, with thousands of commas allowed only between list items.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    public Arguments(IEnumerable<string> args)
    {
        string? name = null;
        foreach (var arg in args)
        {
            if (arg.StartsWith("--", StringComparison.Ordinal)) _values[name = arg[2..]] = "";
            else if (name is not null && _values[name].Length == 0) _values[name] = arg;
            else throw new BenchFailed($"do not know what to do with '{arg}'");
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name) is { Length: > 0 } value ? value : otherwise;

    public int Number(string name, int otherwise) => Parse(name, Text(name, otherwise.ToString(CultureInfo.InvariantCulture)));

    public int[] Numbers(string name, string otherwise) => [.. Text(name, otherwise).Split(',').Select(item => Parse(name, item))];

    private static int Parse(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new BenchFailed($"--{name} wants a number, not '{text}'");
}
