using System.Runtime.CompilerServices;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>One 64-bit key per kind of entity; 0 where the payment names none.</summary>
[InlineArray(Entities.Kinds)]
public struct EntityKeys
{
    private ulong _first;
}

/// <summary>What the index needs to know of one assessment to count it.</summary>
public readonly record struct Observation
{
    /// <summary>When it happened, Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; }

    public Flow Flow { get; init; }

    /// <summary>Last four digits of the card as a number, or -1.</summary>
    public short Last4 { get; init; }

    public EntityKeys Keys { get; init; }
}
