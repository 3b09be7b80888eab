using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What an assessment is found by, said once for the folded tables and for the short tail that is not folded yet.</summary>
public static class FoundBy
{
    private const int LongestTerm = 200;

    public readonly record struct Term(string Text, TermKind Kind, long Seq);

    /// <summary>The narrow row of a stored assessment.</summary>
    internal static AssessmentRow Row(StoredAssessment stored, Facts facts, SignalHit[] hits)
    {
        facts.Clear();
        FactSnapshot.Read(stored.Facts, facts);
        return new AssessmentRow
        {
            Seq = stored.Seq, At = stored.At, Flow = stored.Flow, Decision = stored.Decision, Score = stored.Score, Amount = stored.Amount, Currency = stored.Currency, Simulated = stored.Simulated,
            Country = Country(facts), Channel = Channel(facts), Submerchant = Submerchant(facts), Scheme = Scheme(facts), LatencyMicroseconds = stored.LatencyMicroseconds, Signals = Signals(hits.AsSpan(0, SignalHits.Read(stored.Signals, hits))),
        };
    }

    /// <summary>Where the payer is, or the beneficiary of a payout; empty when nobody said.</summary>
    public static string Country(Facts facts) =>
        facts.Text(Known.BeneficiaryCountry) ?? facts.Text(Known.IpCountry) ?? facts.Text(Known.CardCountry) ?? facts.Text(Known.BillingCountry) ?? "";

    /// <summary>As the caller states it; empty when it does not.</summary>
    public static string Channel(Facts facts) => Cut(facts.Text(Known.Channel), TallyScope.LongestChannel);

    /// <summary>As the caller states it; empty when it does not.</summary>
    public static string Submerchant(Facts facts) => Cut(facts.Text(Known.SubmerchantId), TallyScope.LongestSubmerchant);

    /// <summary>The card's scheme by its first digits, else as the caller states it; empty when it is none of those that have programmes of their own.</summary>
    public static string Scheme(Facts facts) => (facts.Text(Known.CardScheme) ?? facts.Text(Known.CardBrand)) is "visa" or "mastercard" or "amex" or "discover" ? facts.Text(Known.CardScheme) ?? facts.Text(Known.CardBrand)! : "";

    /// <summary>The stable numbers of the signals, each once, two bytes each.</summary>
    public static byte[] Signals(ReadOnlySpan<SignalHit> hits)
    {
        Span<byte> bytes = stackalloc byte[Assessment.MostSignals * 2];
        var length = 0;
        foreach (ref readonly var hit in hits)
        {
            var id = (ushort)SignalCatalog.All[hit.Signal].Id;
            var isThere = false;
            for (var i = 0; i < length && !isThere; i += 2) isThere = BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..]) == id;
            if (isThere) continue;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[length..], id);
            length += 2;
        }
        return bytes[..length].ToArray();
    }

    /// <summary>What a line break would make of two names that are kept together, and what is longer than a name, is left out.</summary>
    private static string Cut(string? text, int most)
    {
        var name = (text ?? "").Trim().Replace('\n', ' ').Replace("\0", "", StringComparison.Ordinal);
        return Shortened(name, most);
    }

    /// <summary>No longer than that, and never with half a character at its end, which one of the engines would not take.</summary>
    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)].TrimEnd();

    /// <summary>A card as people look for it: last four digits first, so that they alone find it.</summary>
    public static string? Card(Facts facts) => facts.Text(Known.CardLast4) is { } last4 ? $"{last4} {facts.Text(Known.CardBin)}".TrimEnd() : facts.Text(Known.CardHash);

    /// <summary>The sorts of text that facts hold, in the order in which an assessment's are listed.</summary>
    private static readonly TermKind[] OfFacts = [TermKind.Email, TermKind.Card, TermKind.CardBin, TermKind.Customer, TermKind.Device, TermKind.Ip, TermKind.Phone, TermKind.Beneficiary, TermKind.EmailDomain, TermKind.BeneficiaryName, TermKind.Account];

    /// <summary>What an assessment names of that sort, as it was written; null when nothing, or when facts do not hold it.</summary>
    public static string? Text(Facts facts, TermKind kind) => kind switch
    {
        TermKind.Email => facts.Text(Known.Email),
        TermKind.Card => Card(facts),
        TermKind.CardBin => facts.Text(Known.CardBin),
        TermKind.Customer => facts.Text(Known.CustomerId),
        TermKind.Device => facts.Text(Known.Fingerprint),
        TermKind.Ip => facts.Text(Known.Ip),
        TermKind.Phone => facts.Text(Known.Phone),
        TermKind.Beneficiary => facts.Text(Known.BeneficiaryId) ?? facts.Text(Known.BeneficiaryClabe),
        TermKind.BeneficiaryName => facts.Text(Known.BeneficiaryName),
        TermKind.Account => Accounts(facts).FirstOrDefault(),
        TermKind.EmailDomain => facts.Is(Known.EmailFree) ? null : facts.Text(Known.EmailDomain),
        TermKind.Order or TermKind.Payment or TermKind.Session => null,
    };

    /// <summary>One account in as many ways as it was named: CLABE, IBAN, the caller's hash.</summary>
    public static IEnumerable<string> Accounts(Facts facts)
    {
        foreach (var fact in (Fact[])[Known.BeneficiaryClabe, Known.BeneficiaryIban, Known.BeneficiaryAccountHash])
            if (facts.Text(fact) is { } text) yield return text;
    }

    public static void Terms(Facts facts, string? order, string? payment, string session, long seq, List<Term> into)
    {
        foreach (var kind in OfFacts)
            if (kind != TermKind.Account) Add(Text(facts, kind), kind);
        foreach (var account in Accounts(facts)) Add(account, TermKind.Account);
        Add(order, TermKind.Order);
        Add(payment, TermKind.Payment);
        Add(session, TermKind.Session);

        void Add(string? text, TermKind kind)
        {
            if (string.IsNullOrWhiteSpace(text)) return;
            if (Normalize(text, kind) is { Length: > 0 } term) into.Add(new Term(term, kind, seq));
        }
    }

    /// <summary>How a term of that sort is stored and looked for.</summary>
    public static string Normalize(string text, TermKind? kind) => kind == TermKind.BeneficiaryName ? Name(text) : Normalize(text);

    /// <summary>A name without case, accents, punctuation and the order of its words: whoever types it anew writes it otherwise.</summary>
    public static string Name(string text) => Shortened(string.Join(' ', Words(text)), LongestTerm);

    /// <summary>The words of a name without case, accents and punctuation, in order of the alphabet.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new StringBuilder(text.Length);
        foreach (var c in Assigned(text).Normalize(NormalizationForm.FormKD))
        {
            // S.A. is SA, O'Neill is ONeill.
            if (c is '.' or '\'' or '’' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            plain.Append(char.IsLetterOrDigit(c) || char.IsSurrogate(c) ? char.ToLowerInvariant(c) : ' ');
        }
        return [.. plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    /// <summary>The text without what no text has: nothing can be normalised that holds half a character, or none.</summary>
    private static string Assigned(string text)
    {
        StringBuilder? clean = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isNone = (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
            if ((isNone || (rune == Rune.ReplacementChar && text[at] != '\uFFFD')) && clean is null) clean = new StringBuilder(text, 0, at, text.Length);
            if (!isNone) clean?.Append(rune.ToString());
            at += rune == Rune.ReplacementChar ? 1 : rune.Utf16SequenceLength;
        }
        return clean?.ToString() ?? text;
    }

    /// <summary>How a term is stored and looked for.</summary>
    public static string Normalize(string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        return Shortened(lower, LongestTerm);
    }
}
