using System.Buffers;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ClausumPanel.Assess;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Api;

/// <summary>
/// Reads a request straight from its bytes: checks every field, collects everything that is wrong, masks card data in place. What it does not
/// know it keeps in the body and trusts in nothing. The rules per field stand in docs/api.md.
/// </summary>
[SkipLocalsInit]
public ref partial struct AssessRequestReader
{
    private const int MostErrors = 20, MostMembers = 100, MostMetadata = 50, MostMetadataBytes = 8 * 1024, LongestName = 128, MostWarnings = 50, LongestText = 1_024, MostDepth = 32;
    private const long MostAmount = 1_000_000_000_000_000;

    private static readonly SearchValues<char> NeverInMail = SearchValues.Create(" \t\r\n<>,;\"()");
    private readonly Span<byte> _body;
    private readonly AssessRequest _into;
    private readonly List<FieldError> _errors;
    private readonly bool _mayImport;
    private Utf8JsonReader _json;
    private decimal _amount;
    private bool _hasAmount, _amountIsWhole, _isMajor, _unitIsWrong;
    private string? _metadataOrder;

    private AssessRequestReader(Span<byte> body, bool mayImport, AssessRequest into, List<FieldError> errors)
    {
        _body = body;
        _mayImport = mayImport;
        _into = into;
        _errors = errors;
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MostDepth });
    }

    /// <param name="body">The request; card data in it is overwritten.</param>
    /// <param name="flow">Which endpoint it came to.</param>
    /// <param name="mayImportHistory">True when <c>occurred_at</c> counts.</param>
    /// <param name="organizationType">Decides the recommended fields: <c>comercio</c>, <c>psp</c> or <c>banco</c>.</param>
    /// <param name="into">Refilled.</param>
    /// <param name="errors">Emptied, then everything that is wrong.</param>
    /// <returns>False when something is wrong: then nothing of the request may be used.</returns>
    public static bool TryRead(Memory<byte> body, Flow flow, bool mayImportHistory, string organizationType, AssessRequest into, List<FieldError> errors)
    {
        errors.Clear();
        into.Reset();
        into.Flow = flow;
        if (!Utf8.IsValid(body.Span))
        {
            errors.Add(new FieldError("body", "json", "The body is not UTF-8."));
            return false;
        }
        var reader = new AssessRequestReader(body.Span, mayImportHistory, into, errors);
        try
        {
            reader.ReadDocument();
        }
        catch (JsonException e)
        {
            errors.Add(new FieldError("body", "json", string.Create(CultureInfo.InvariantCulture, $"The body is not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.")));
        }
        if (errors.Count > 0) return false;
        into.Body = body;
        Recommend(organizationType, into);
        return true;
    }

    private void ReadDocument()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Wrong("body", "type", "The body must be a JSON object.");
            // Read on, so that what is no JSON at all is said to be that.
            while (_json.Read()) { }
            return;
        }
        ReadObject(Section.Root, "", false);
        if (_json.Read()) Wrong("body", "json", "Something follows the JSON object.");
        FinishAmount();
        if (_into.Currency.Length == 0 && !Said("currency")) Wrong("currency", "required", "currency is required: an ISO 4217 code such as MXN.");
        _into.OrderId ??= _metadataOrder;
        if (_into is { PayoutRail: null, PayoutChannel: { } channel } && IsRail(channel)) _into.PayoutRail = channel;
    }

    private void ReadObject(Section section, string path, bool secret)
    {
        var start = (int)_json.TokenStartIndex;
        Span<(int Start, int Length)> names = stackalloc (int, int)[MostMembers];
        Span<char> characters = stackalloc char[LongestName];
        var count = 0;
        List<string>? escapedNames = null;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)_json.TokenStartIndex + 1;
            var raw = _json.ValueSpan;
            scoped ReadOnlySpan<char> name;
            bool isTwice;
            if (_json.ValueIsEscaped || raw.Length > LongestName)
            {
                if (ReadOddName(path, _body.Slice(at, raw.Length)) is not { } odd)
                {
                    _json.Read();
                    Skip(path, true);
                    continue;
                }
                escapedNames ??= [];
                isTwice = escapedNames.Exists(known => known.Equals(odd, StringComparison.OrdinalIgnoreCase)) || IsAmong(names[..count], Encoding.UTF8.GetBytes(odd));
                escapedNames.Add(odd);
                name = odd;
            }
            else
            {
                if (raw.Length >= 13 && CardData.Mask(_body.Slice(at, raw.Length))) Masked(path.Length == 0 ? "a member's name" : $"a member's name in {path}");
                name = characters[..Encoding.UTF8.GetChars(raw, characters)];
                isTwice = IsAmong(names[..count], raw) || (escapedNames is not null && IsAmong(escapedNames, name));
            }
            if (isTwice) Wrong(Join(path, name), "duplicate", "This member is there twice.");
            if (count == MostMembers)
            {
                Wrong(path.Length == 0 ? "body" : path, "length", $"An object may have {MostMembers} members.");
                count = 0;
                escapedNames?.Clear();
            }
            names[count++] = (at, raw.Length);
            if (section == Section.Metadata && count == MostMetadata + 1) Wrong("metadata", "length", $"metadata may have {MostMetadata} members.");
            _json.Read();
            ReadMember(section, path, name, secret || CardData.IsSecretName(name));
        }
        if (section == Section.Metadata && _json.TokenStartIndex - start > MostMetadataBytes) Wrong("metadata", "length", "metadata may have 8 KiB.");
    }

    private readonly bool IsAmong(ReadOnlySpan<(int Start, int Length)> names, ReadOnlySpan<byte> name)
    {
        foreach (var (start, length) in names)
            if (length == name.Length && SameName(_body.Slice(start, length), name)) return true;
        return false;
    }

    private static bool IsAmong(List<string> names, ReadOnlySpan<char> name)
    {
        foreach (var known in names)
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>A name with escapes in it, as programs write that keep to ASCII, or one too long.</summary>
    /// <returns>As it reads; null when it may not be kept.</returns>
    private string? ReadOddName(string path, Span<byte> written)
    {
        string name;
        try
        {
            name = _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Wrong(path.Length == 0 ? "body" : path, "format", "A member's name has half a surrogate pair.");
            return null;
        }
        if (name.Length > LongestName)
        {
            Wrong(path.Length == 0 ? "body" : path, "length", $"A member's name may have {LongestName} characters.");
            return null;
        }
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            Wrong(path.Length == 0 ? "body" : path, "format", "A member's name has a NUL character.");
            return null;
        }
        if (name.Length < 13 || !CardData.Mask(Encoding.UTF8.GetBytes(name))) return name;
        written.Fill((byte)'*');
        Masked(path.Length == 0 ? "a member's name" : $"a member's name in {path}");
        return null;
    }

    /// <summary>Walks over a value that is none of ours: looks for what must not be stored, and for what no store can hold.</summary>
    private void Skip(string path, bool secret, bool cardField = false)
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                ReadObject(Section.Unknown, path, secret);
                break;
            case JsonTokenType.StartArray:
                while (_json.Read() && _json.TokenType != JsonTokenType.EndArray) Skip(path, secret, cardField);
                break;
            case JsonTokenType.String when secret:
                Value().Fill((byte)'*');
                break;
            case JsonTokenType.Number when secret:
                Value().Fill((byte)'0');
                // A number has no leading zeros.
                Value()[..^1].Fill((byte)' ');
                break;
            case JsonTokenType.Number:
                MaskNumber(path);
                break;
            case JsonTokenType.String when MaskText(path, cardField):
                CheckText(path);
                break;
        }
    }

    private void CheckText(string path)
    {
        if (!_json.ValueIsEscaped)
        {
            if (_json.ValueSpan.Length > LongestText && Encoding.UTF8.GetCharCount(_json.ValueSpan) > LongestText) Wrong(path, "length", $"A text may have {LongestText} characters.");
            return;
        }
        try
        {
            var text = _json.GetString()!;
            if (text.Length > LongestText) Wrong(path, "length", $"A text may have {LongestText} characters.");
            else if (text.Contains('\0', StringComparison.Ordinal)) Wrong(path, "format", "A text has a NUL character.");
        }
        catch (InvalidOperationException)
        {
            Wrong(path, "format", "A text has half a surrogate pair.");
        }
    }

    /// <summary>The bytes of the current text or number, to be changed in place.</summary>
    private readonly Span<byte> Value() => _body.Slice((int)_json.TokenStartIndex + (_json.TokenType == JsonTokenType.String ? 1 : 0), _json.ValueSpan.Length);

    /// <returns>False when nothing is left to be read: a card number stands where it may not, which is an error, or the whole text was overwritten.</returns>
    private bool MaskText(string field, bool cardField)
    {
        if (_json.ValueSpan.Length < 13) return true;
        var value = Value();
        if (_json.ValueIsEscaped)
        {
            if (!HidesCard()) return true;
            // Where the digits stand among the escapes does not matter: the whole text goes.
            value.Fill((byte)'*');
        }
        else if ((field == "beneficiary.clabe" && CardData.IsClabe(value)) || (field == "beneficiary.iban" && IsIban(value)) || !CardData.Mask(value)) return true;
        if (cardField)
        {
            Wrong(field, "card_number", $"{field} has a card number: send the first six to eight and the last four digits only.");
            return false;
        }
        Masked(field);
        return !_json.ValueIsEscaped;
    }

    private static bool IsIban(ReadOnlySpan<byte> text)
    {
        Span<char> characters = stackalloc char[50];
        return text.Length <= characters.Length && BankAccounts.IsIban(characters[..Encoding.Latin1.GetChars(text, characters)], out _);
    }

    /// <summary>A text with escapes in it is looked at as it reads, not as it is written.</summary>
    private readonly bool HidesCard()
    {
        try
        {
            return CardData.Mask(Encoding.UTF8.GetBytes(_json.GetString()!));
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private bool MaskNumber(string field)
    {
        if (_json.ValueSpan.Length < 13 || !CardData.Mask(Value(), isNumber: true)) return false;
        Masked(field);
        return true;
    }

    private readonly void Masked(string field)
    {
        if (_into.Warnings.Count == MostWarnings) return;
        // A line is a warning where they are stored; a member's name may have any character.
        var warning = $"{field.ReplaceLineEndings(" ")}: card data removed";
        if (!_into.Warnings.Contains(warning)) _into.Warnings.Add(warning);
    }

    private void WrongType(string field, string expected)
    {
        Wrong(field, "type", $"{field} must be {expected}.");
        Skip(field, false);
    }

    private readonly void Wrong(string field, string code, string reason)
    {
        if (_errors.Count < MostErrors) _errors.Add(new FieldError(field.Length <= 64 ? field : field[..64], code, reason.Length <= 200 ? reason : reason[..200]));
    }

    private readonly bool Said(string field) => _errors.Exists(e => e.Field == field);

    private static string Join(string path, scoped ReadOnlySpan<char> name)
    {
        if (name.Length > 64) name = name[..64];
        return path.Length is 0 or > 200 ? name.ToString() : $"{path}.{name}";
    }

    private static bool SameName(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Ascii.EqualsIgnoreCase(a, b) || a.SequenceEqual(b);

    private static bool IsRail(string channel) => channel is "spei" or "wire" or "swift" or "ach" or "sepa" or "pix" or "pse" or "codi";

    /// <summary>Recommended fields by segment. Source: Clausum documentation, api-reference/assess-catalogue.</summary>
    private static void Recommend(string organizationType, AssessRequest into)
    {
        if (into.Flow == Flow.PayOut)
        {
            Missing(into.BeneficiaryId ?? into.BeneficiaryClabe ?? into.BeneficiaryIban ?? into.BeneficiaryAccountHash, "beneficiary");
            Missing(into.PayoutInitiator, "payout.initiated_by");
            return;
        }
        if (organizationType == "banco")
        {
            Missing(into.PaymentId, "payment_id");
            Missing(into.CustomerId, "customer_id");
            return;
        }
        if (organizationType == "psp") Missing(into.SubmerchantId, "submerchant_id");
        Missing(into.OrderId, "order_id");
        Missing(into.Ip, "device.ip");
        Missing(into.Email ?? into.CustomerId ?? into.Phone, "email");

        void Missing(string? value, string field)
        {
            if (value is null) into.Warnings.Add($"{field}: recommended");
        }
    }

    private enum Section
    {
        Root, PaymentMethod, Device, Behavior, Billing, Shipping, Metadata, Beneficiary, Origin, Payout, Unknown,
    }
}
