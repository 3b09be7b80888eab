namespace ClausumPanel.Assess.Rules;

/// <summary>How two values are compared.</summary>
public enum Comparison : byte
{
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
}

/// <summary>How two numbers become one.</summary>
public enum Operation : byte
{
    Add, Subtract, Multiply, Divide,
}

/// <summary>How a text is looked for in another.</summary>
public enum TextSearch : byte
{
    StartsWith, EndsWith, Contains,
}

/// <summary>The units durations are written in: ms, s, m, h, d.</summary>
public enum DurationUnit : byte
{
    Millisecond, Second, Minute, Hour, Day,
}

/// <summary>What a rule does when its condition holds.</summary>
public enum RuleActionKind : byte
{
    /// <summary>Takes back all points and approves, unless something blocks.</summary>
    Allow,

    /// <summary>Adds points to the score.</summary>
    Add,

    /// <summary>At least review.</summary>
    Review,

    /// <summary>At least challenge.</summary>
    Challenge,

    /// <summary>Hard block.</summary>
    Block,
}

/// <summary>The part after <c>then</c>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Points">-100…100 for <see cref="RuleActionKind.Add"/>, else 0.</param>
public readonly record struct RuleAction(RuleActionKind Kind, int Points = 0);

/// <summary>
/// A part of a rule's condition. Equal when it says the same, wherever it stands. Made by <see cref="RuleTree.Parse"/> or by hand; made by hand it has no place.
/// </summary>
public abstract record RuleNode
{
    private protected RuleNode(int depth) => Depth = depth;

    /// <summary>Where it begins in the text, without parentheses around it.</summary>
    public int Offset { get; init; }

    /// <summary>How long it is in the text.</summary>
    public int Length { get; init; }

    /// <summary>1 for a fact or a value, else one more than the deepest part.</summary>
    public int Depth { get; }

    /// <summary>The parts, from left to right.</summary>
    public virtual IEnumerable<RuleNode> Parts => [];

    public virtual bool Equals(RuleNode? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>The text a tidy writer would give it.</summary>
    public sealed override string ToString() => RulePrinter.Write(this);

    private protected static int Deepest(IReadOnlyList<RuleNode> parts, int least)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count < least) throw new ArgumentException($"At least {least} parts are needed.", nameof(parts));
        return parts.Max(p => p.Depth);
    }

    private protected static int HashOf(IReadOnlyList<RuleNode> parts)
    {
        var hash = new HashCode();
        foreach (var part in parts) hash.Add(part);
        return hash.ToHashCode();
    }
}

/// <summary><c>a and b and c</c>: two or more.</summary>
public sealed record AllOf(IReadOnlyList<RuleNode> Conditions) : RuleNode(Deepest(Conditions, 2) + 1)
{
    public override IEnumerable<RuleNode> Parts => Conditions;

    public bool Equals(AllOf? other) => base.Equals(other) && Conditions.SequenceEqual(other!.Conditions);

    public override int GetHashCode() => HashOf(Conditions);
}

/// <summary><c>a or b or c</c>: two or more.</summary>
public sealed record AnyOf(IReadOnlyList<RuleNode> Conditions) : RuleNode(Deepest(Conditions, 2) + 1)
{
    public override IEnumerable<RuleNode> Parts => Conditions;

    public bool Equals(AnyOf? other) => base.Equals(other) && Conditions.SequenceEqual(other!.Conditions);

    public override int GetHashCode() => HashOf(Conditions);
}

/// <summary><c>not a</c></summary>
public sealed record Not(RuleNode Condition) : RuleNode(Condition.Depth + 1)
{
    public override IEnumerable<RuleNode> Parts => [Condition];
}

/// <summary><c>a &gt;= b</c></summary>
public sealed record Compared(RuleNode Left, Comparison Comparison, RuleNode Right) : RuleNode(Math.Max(Left.Depth, Right.Depth) + 1)
{
    public override IEnumerable<RuleNode> Parts => [Left, Right];
}

/// <summary><c>a between b and c</c>, both included; <c>a not between b and c</c>.</summary>
public sealed record Between(RuleNode Value, RuleNode Low, RuleNode High, bool Negated = false) : RuleNode(Math.Max(Value.Depth, Math.Max(Low.Depth, High.Depth)) + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value, Low, High];
}

/// <summary><c>a in ("MX", "US")</c>, <c>a not in (1, 2)</c>: values, no facts.</summary>
public sealed record InSet(RuleNode Value, IReadOnlyList<RuleNode> Items, bool Negated = false) : RuleNode(Math.Max(Value.Depth, Deepest(Items, 1)) + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value, .. Items];

    public bool Equals(InSet? other) => base.Equals(other) && Value.Equals(other!.Value) && Negated == other.Negated && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => HashCode.Combine(Value, Negated, HashOf(Items));
}

/// <summary><c>a in list "vip"</c>, <c>a not in list "vip"</c></summary>
public sealed record InList(RuleNode Value, string List, bool Negated = false) : RuleNode(Value.Depth + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value];
}

/// <summary><c>a is missing</c>, <c>a is present</c></summary>
public sealed record Supplied(RuleNode Value, bool Present) : RuleNode(Value.Depth + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value];
}

/// <summary><c>a starts with b</c>, <c>a ends with b</c>, <c>a contains b</c></summary>
public sealed record Searched(RuleNode Value, TextSearch Search, RuleNode Sought) : RuleNode(Math.Max(Value.Depth, Sought.Depth) + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value, Sought];
}

/// <summary><c>a matches "^x+$"</c></summary>
public sealed record Matched(RuleNode Value, string Pattern) : RuleNode(Value.Depth + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value];
}

/// <summary><c>a + b</c></summary>
public sealed record Calculated(RuleNode Left, Operation Operation, RuleNode Right) : RuleNode(Math.Max(Left.Depth, Right.Depth) + 1)
{
    public override IEnumerable<RuleNode> Parts => [Left, Right];
}

/// <summary><c>-a</c></summary>
public sealed record Negative(RuleNode Value) : RuleNode(Value.Depth + 1)
{
    public override IEnumerable<RuleNode> Parts => [Value];
}

/// <summary>A fact by its name in the catalogue, or <c>hour</c> and <c>weekday</c> for short.</summary>
public sealed record FactNode(string Name) : RuleNode(1);

/// <summary><c>15</c>, <c>-0.5</c></summary>
public sealed record NumberNode(decimal Value) : RuleNode(1);

/// <summary><c>5000 MXN</c>: major units.</summary>
public sealed record MoneyNode(decimal Amount, string Currency) : RuleNode(1);

/// <summary><c>90s</c></summary>
public sealed record DurationNode(decimal Amount, DurationUnit Unit) : RuleNode(1);

/// <summary>A text in quotes; a quote in it is written twice. It holds no line end.</summary>
public sealed record TextNode(string Value) : RuleNode(1);

/// <summary><c>true</c>, <c>false</c></summary>
public sealed record FlagNode(bool Value) : RuleNode(1);

/// <summary><c>monday</c> (1) to <c>sunday</c> (7).</summary>
public sealed record WeekdayNode(int Day) : RuleNode(1);
