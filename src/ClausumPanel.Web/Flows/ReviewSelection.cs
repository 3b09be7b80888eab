using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Flows;

/// <summary>What somebody goes through: a queue, or what they left of its list, in the list's order.</summary>
/// <param name="Queue">Null: all they may decide in, by priority.</param>
/// <param name="Filter">What is left of the list.</param>
/// <param name="Order">What comes first.</param>
public readonly record struct ReviewSelection(int? Queue, ReviewFilter Filter, ReviewOrder Order)
{
    private static readonly ReviewFilter Everything = new();

    public static ReviewSelection Of(int? queue) => new(queue, Everything, ReviewOrder.Priority);

    /// <summary>The whole queue by priority.</summary>
    public bool IsPlain => Order == ReviewOrder.Priority && Filter.AsksNothing;

    /// <summary>The queue was asked whether it lets anybody choose.</summary>
    internal bool IsRead { get; init; }

    // The last four bytes of a token name the selection that gave it, on every server alike; the queue is asked by itself.
    private const int MarkAt = 12;

    private int Mark => IsPlain ? 0 : BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Order}|{Filter.Flow}|{Filter.Currency}|{Filter.LeastAmount}|{Filter.IsTaken}|{Filter.Signal}|{Filter.Rule}|{Filter.Search}"))));

    /// <summary>A new token for a lease that this gives.</summary>
    internal Guid Token()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[..MarkAt]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[MarkAt..], Mark);
        return new Guid(bytes);
    }

    /// <summary>Whether a lease with that token was given by this.</summary>
    internal bool Gave(Guid token)
    {
        Span<byte> bytes = stackalloc byte[16];
        token.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[MarkAt..]) == Mark;
    }
}
