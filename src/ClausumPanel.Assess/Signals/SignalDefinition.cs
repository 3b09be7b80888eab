namespace ClausumPanel.Assess;

/// <summary>What a signal looks at; the panel groups by it.</summary>
public enum SignalCategory : byte
{
    Lists, Email, Behavior, Device, Network, Geography, Amount, Velocity, CardTesting, Payer, Payout,
}

/// <summary>The flows a signal is evaluated in.</summary>
[Flags]
public enum SignalFlows : byte
{
    PayIn = 1,
    PayOut = 2,
    Both = PayIn | PayOut,
}

/// <summary>How a number of a signal's sentence is written.</summary>
public enum SignalNumber : byte
{
    /// <summary>The sentence has no such number.</summary>
    None,

    /// <summary>A whole number: <c>1,234</c>.</summary>
    Count,

    /// <summary>How many times something is something else: <c>3.4</c>, <c>18</c>.</summary>
    Times,

    /// <summary>Minor units of the assessment's currency: <c>129.90 MXN</c>.</summary>
    Money,

    /// <summary>Milliseconds: <c>2.4 s</c>.</summary>
    Duration,

    /// <summary>Two letters of ISO 3166 packed in a number (see <see cref="CountryNumber"/>): <c>MX</c>.</summary>
    Country,

    /// <summary>A <see cref="ListSeverity"/>: <c>block list</c>.</summary>
    Severity,

    /// <summary>A <see cref="ListType"/>: <c>email_domain</c>.</summary>
    ListType,
}

/// <summary>A number people may set in the policy.</summary>
/// <param name="Name">Its name in the policy: <c>below</c>.</param>
/// <param name="Default">Its value when the policy does not name it.</param>
/// <param name="Minimum">Smallest value that makes sense.</param>
/// <param name="Maximum">Largest value that makes sense.</param>
/// <param name="Unit">Its unit, or null: <c>ms</c>, <c>transactions</c>, <c>%</c>.</param>
/// <param name="Description">What it does, in English; the panel translates the sentence.</param>
public sealed record SignalParameter(string Name, double Default, double Minimum, double Maximum, string? Unit, string Description);

/// <summary>A list of words people may set in the policy; compared without regard to case.</summary>
/// <param name="Name">Its name in the policy: <c>countries</c>.</param>
/// <param name="Default">Its words when the policy does not name it.</param>
/// <param name="Description">What it does, in English; the panel translates the sentence.</param>
public sealed record SignalWords(string Name, IReadOnlyList<string> Default, string Description);

/// <summary>One signal the engine knows: what it is called, what it weighs, when it fires, what it says.</summary>
public sealed class SignalDefinition
{
    internal SignalDefinition(ushort id, string code, SignalFlows flows, int weight, string title, string sentence, SignalTest test)
    {
        Id = id;
        Code = code;
        Flows = flows;
        Weight = weight;
        Title = title;
        Sentence = sentence;
        Test = test;
    }

    /// <summary>Place in the catalogue, as <see cref="SignalHit.Signal"/> names it; only within this process.</summary>
    public ushort Index { get; internal set; }

    /// <summary>Number under which hits are stored. Never changes and is never given to another signal.</summary>
    public ushort Id { get; }

    /// <summary>Stable code of the wire contract: <c>short_session</c>.</summary>
    public string Code { get; }

    /// <summary>What it looks at.</summary>
    public SignalCategory Category { get; internal set; }

    /// <summary>Where it is evaluated.</summary>
    public SignalFlows Flows { get; }

    /// <summary>Points when the policy says nothing, -100…100.</summary>
    public int Weight { get; }

    /// <summary>True when the policy cannot change the weight or switch it off: it is what the engine itself does.</summary>
    public bool IsFixed { get; internal init; }

    /// <summary>Whether it is evaluated when the policy says nothing.</summary>
    public bool IsEnabled { get; internal init; } = true;

    /// <summary>Short English name, for tables and filters; the panel translates it.</summary>
    public string Title { get; }

    /// <summary>English sentence with {0} and {1} for the numbers and {2} for the text; the panel translates it. Write it with <see cref="SignalText"/>.</summary>
    public string Sentence { get; }

    /// <summary>How {0} is written.</summary>
    public SignalNumber A { get; internal init; }

    /// <summary>How {1} is written.</summary>
    public SignalNumber B { get; internal init; }

    /// <summary>The numbers a policy may set.</summary>
    public IReadOnlyList<SignalParameter> Parameters { get; internal init; } = [];

    /// <summary>The word lists a policy may set.</summary>
    public IReadOnlyList<SignalWords> Words { get; internal init; } = [];

    internal SignalTest Test { get; }

    public override string ToString() => Code;
}

/// <summary>True when the signal fires; <paramref name="found"/> then holds the numbers of its sentence.</summary>
internal delegate bool SignalTest(in Sight seen, Tuning tuning, ref Finding found);

/// <summary>What a signal saw, kept until it is known whether it fired.</summary>
internal struct Finding
{
    public double A;
    public double B;
    public string? Text;

    /// <summary>Keeps the numbers when the condition holds, and passes the condition on.</summary>
    public bool If(bool condition, double a = double.NaN, double b = double.NaN, string? text = null)
    {
        if (condition) (A, B, Text) = (a, b, text);
        return condition;
    }
}

/// <summary>One policy's values for one signal, in the order the definition declares them.</summary>
internal sealed class Tuning(double[] parameters, System.Collections.Frozen.FrozenSet<string>[] words)
{
    /// <summary>The parameter at this place.</summary>
    public double this[int place] => parameters[place];

    /// <summary>True when the word stands in the list at this place; a missing word never does.</summary>
    public bool Lists(int place, string? word) => word is not null && words[place].Contains(word);
}
