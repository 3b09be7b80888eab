using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What lists filter and sort by: a narrow copy of an assessment, folded in shortly after it was stored (see <see cref="Folding"/>).</summary>
public sealed class AssessmentRow
{
    public long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long At { get; init; }
    public Flow Flow { get; init; }
    public Decision Decision { get; init; }
    public int Score { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";

    /// <summary>Where the payer is: country of the address, else of the card, else of billing; of the beneficiary for a payout. Empty when unknown.</summary>
    public string Country { get; init; } = "";
    public bool Simulated { get; init; }

    /// <summary>As the caller states it, cut to <see cref="Metrics.TallyScope.LongestChannel"/>; empty when unknown.</summary>
    public string Channel { get; init; } = "";

    /// <summary>As the caller states it, cut to <see cref="Metrics.TallyScope.LongestSubmerchant"/>; empty when unknown.</summary>
    public string Submerchant { get; init; } = "";

    /// <summary>The card's, where it is one of the large ones (<see cref="FoundBy.Scheme"/>); else empty.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>From the first byte to the decision, before the commit.</summary>
    public int LatencyMicroseconds { get; init; }

    /// <summary>The stable numbers of the signals that fired, each once, two bytes each, the lower first.</summary>
    public byte[] Signals { get; init; } = [];
}

/// <summary>That one signal fired in one assessment.</summary>
public sealed class AssessmentSignal
{
    /// <summary>The signal's stable number.</summary>
    public int Signal { get; init; }
    public long Seq { get; init; }
}

/// <summary>The sorts of text an assessment is found by.</summary>
public enum TermKind
{
    Email = 0, Card = 1, Customer = 2, Device = 3, Ip = 4, Phone = 5, Beneficiary = 6, Order = 7, Payment = 8, Session = 9, CardBin = 10,

    /// <summary>Of an e-mail address, but for the free providers, whose domain says nothing of who writes.</summary>
    EmailDomain = 11,

    /// <summary>Of who is paid: see <see cref="FoundBy.Name"/>.</summary>
    BeneficiaryName = 12,

    /// <summary>To which a payout goes: a CLABE, an IBAN, or the caller's hash of one.</summary>
    Account = 13,
}

/// <summary>
/// One text an assessment is found by, whole or by its beginning. Segments of 4,096 assessments keep the places where rows are added close
/// together (a plain index over the text would touch a random page per row); a search looks into each segment, newest first.
/// </summary>
public sealed class AssessmentTerm
{
    public const int SegmentBits = 12;

    /// <summary>The place in the log without its last twelve bits.</summary>
    public long Segment { get; init; }

    /// <summary>Lower case.</summary>
    public string Term { get; init; } = "";
    public TermKind Kind { get; init; }
    public long Seq { get; init; }

    public static long SegmentOf(long seq) => seq >> SegmentBits;
}

/// <summary>Terms asked.</summary>
public static class TermQueries
{
    /// <summary>Those of these segments that begin so. A name is kept with its words in order of the alphabet, so its beginning is none that anybody would type; that of an account is its bank, and it is met whole.</summary>
    public static IQueryable<AssessmentTerm> Beginning(this IQueryable<AssessmentTerm> terms, string text, IEnumerable<long> segments)
    {
        var low = FoundBy.Normalize(text);
        var high = low + "\U0010FFFF";
#pragma warning disable CA1309 // this form is what becomes SQL; the column compares by code point
        return terms.Within(segments).Where(t => string.Compare(t.Term, low) >= 0 && string.Compare(t.Term, high) < 0 && t.Kind != TermKind.BeneficiaryName && (t.Kind != TermKind.Account || t.Term == low));
#pragma warning restore CA1309
    }

    /// <summary>Those of these segments that are one of these phone numbers, whole.</summary>
    internal static IQueryable<AssessmentTerm> Phones(this IQueryable<AssessmentTerm> terms, IEnumerable<string> phones, IEnumerable<long> segments) =>
        terms.Within(segments).Where(t => phones.Contains(t.Term) && t.Kind == TermKind.Phone);

    /// <summary>Named one by one, the engine seeks the text in each; a range of segments it would read through.</summary>
    internal static IQueryable<AssessmentTerm> Within(this IQueryable<AssessmentTerm> terms, IEnumerable<long> segments) => terms.Where(t => EF.Constant(segments).Contains(t.Segment));
}

/// <summary>How far one background reader of the log has come.</summary>
public sealed class LogMark
{
    public string Reader { get; init; } = "";
    public long Seq { get; set; }
}

internal sealed class AssessmentRowMap : IEntityTypeConfiguration<AssessmentRow>
{
    public void Configure(EntityTypeBuilder<AssessmentRow> builder)
    {
        builder.ToTable("assessment_rows");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Seq).ValueGeneratedNever();
        builder.Property(r => r.Flow).HasConversion<int>();
        builder.Property(r => r.Decision).HasConversion<int>();
        builder.HasIndex(r => new { r.At, r.Seq });
        builder.HasIndex(r => new { r.Decision, r.At, r.Seq });
        builder.HasIndex(r => new { r.Country, r.At, r.Seq });
        builder.HasIndex(r => new { r.Score, r.Seq });
        builder.HasIndex(r => new { r.Currency, r.Amount, r.Seq });
        builder.HasIndex(r => new { r.Submerchant, r.At, r.Seq }).HasFilter("submerchant <> ''");
    }
}

internal sealed class AssessmentSignalMap : IEntityTypeConfiguration<AssessmentSignal>
{
    public void Configure(EntityTypeBuilder<AssessmentSignal> builder)
    {
        builder.ToTable("assessment_signals");
        builder.HasKey(s => new { s.Signal, s.Seq });
    }
}

internal sealed class AssessmentTermMap : IEntityTypeConfiguration<AssessmentTerm>
{
    public void Configure(EntityTypeBuilder<AssessmentTerm> builder)
    {
        builder.ToTable("assessment_terms");
        builder.HasKey(t => new { t.Segment, t.Term, t.Kind, t.Seq });
        builder.Property(t => t.Kind).HasConversion<int>();
    }
}

internal sealed class LogMarkMap : IEntityTypeConfiguration<LogMark>
{
    public void Configure(EntityTypeBuilder<LogMark> builder)
    {
        builder.ToTable("log_marks");
        builder.HasKey(m => m.Reader);
    }
}
