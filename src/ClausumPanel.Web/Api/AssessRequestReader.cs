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
public ref struct AssessRequestReader
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

    private void ReadMember(Section section, string path, scoped ReadOnlySpan<char> name, bool secret)
    {
        if (secret)
        {
            Masked(Join(path, name));
            Skip(Join(path, name), true);
            return;
        }
        switch (section)
        {
            case Section.Root:
                ReadRoot(name);
                break;
            case Section.PaymentMethod:
                ReadPaymentMethod(name);
                break;
            case Section.Device:
                ReadDevice(name);
                break;
            case Section.Behavior:
                ReadBehavior(name);
                break;
            case Section.Billing:
                ReadBilling(name);
                break;
            case Section.Shipping:
                if (name is "country") _into.ShippingCountry = Country("shipping.country"); else Skip(Join(path, name), false);
                break;
            case Section.Metadata:
                ReadMetadata(name);
                break;
            case Section.Beneficiary:
                ReadBeneficiary(name);
                break;
            case Section.Origin:
                ReadOrigin(name);
                break;
            case Section.Payout:
                ReadPayout(name);
                break;
            default:
                Skip(Join(path, name), false);
                break;
        }
    }

    private void ReadRoot(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "amount": ReadAmount(); break;
            case "amount_unit": ReadUnit(); break;
            case "currency": ReadCurrency(); break;
            case "transaction_type": _into.TransactionType = Text("transaction_type", 40); break;
            case "session_id": _into.SessionId = Text("session_id", 128, visibleOnly: true); break;
            case "email": _into.Email = Email("email"); break;
            case "phone": _into.Phone = Phone("phone"); break;
            case "customer_id": _into.CustomerId = Text("customer_id", 128); break;
            case "order_id": _into.OrderId = Text("order_id", 128); break;
            case "payment_id": _into.PaymentId = Text("payment_id", 128); break;
            case "idempotency_key": _into.IdempotencyKey = Text("idempotency_key", 255, visibleOnly: true); break;
            case "submerchant_id": _into.SubmerchantId = Text("submerchant_id", 128); break;
            case "occurred_at": ReadOccurredAt(); break;
            case "payment_method": Enter(Section.PaymentMethod, "payment_method"); break;
            case "device": Enter(Section.Device, "device"); break;
            case "behavior": Enter(Section.Behavior, "behavior"); break;
            case "billing": Enter(Section.Billing, "billing"); break;
            case "shipping": Enter(Section.Shipping, "shipping"); break;
            case "metadata": Enter(Section.Metadata, "metadata"); break;
            case "beneficiary": Enter(Section.Beneficiary, "beneficiary"); break;
            case "origin": Enter(Section.Origin, "origin"); break;
            case "payout": Enter(Section.Payout, "payout"); break;
            default: Skip(name.ToString(), false); break;
        }
    }

    private void ReadPaymentMethod(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "type": _into.PaymentMethod = Text("payment_method.type", 40); break;
            case "card_bin": _into.CardBin = Digits("payment_method.card_bin", 6, 8); break;
            case "card_last4": _into.CardLast4 = Digits("payment_method.card_last4", 4, 4); break;
            case "card_country": _into.CardCountry = Country("payment_method.card_country"); break;
            case "card_brand": _into.CardBrand = Text("payment_method.card_brand", 40, cardField: true); break;
            case "card_hash": _into.CardHash = Text("payment_method.card_hash", 128, visibleOnly: true, cardField: true); break;
            default: Skip(Join("payment_method", name), false, cardField: name.StartsWith("card_")); break;
        }
    }

    private void ReadDevice(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "ip": _into.Ip = Ip("device.ip"); break;
            case "fingerprint": _into.Fingerprint = Text("device.fingerprint", 256); break;
            case "user_agent": _into.UserAgent = Text("device.user_agent", LongestText); break;
            case "timezone": _into.Timezone = TimeZone("device.timezone"); break;
            default: Skip(Join("device", name), false); break;
        }
    }

    private void ReadBehavior(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "session_duration_ms": _into.SessionDuration = Count("behavior.session_duration_ms", 30L * 86_400_000); break;
            case "mouse_movements": _into.MouseMovements = Count("behavior.mouse_movements", 10_000_000); break;
            case "keyboard_events": _into.KeyboardEvents = Count("behavior.keyboard_events", 10_000_000); break;
            case "touch_events": _into.TouchEvents = Count("behavior.touch_events", 10_000_000); break;
            case "copy_paste_events": _into.CopyPasteEvents = Count("behavior.copy_paste_events", 10_000_000); break;
            default: Skip(Join("behavior", name), false); break;
        }
    }

    private void ReadBilling(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "country": _into.BillingCountry = Country("billing.country"); break;
            case "city": _into.BillingCity = Text("billing.city", 120); break;
            case "postal_code": _into.BillingPostalCode = Text("billing.postal_code", 20); break;
            default: Skip(Join("billing", name), false); break;
        }
    }

    private void ReadMetadata(scoped ReadOnlySpan<char> name)
    {
        // Free form: no text, or an empty one, is as good as none here.
        var isText = _json.TokenType == JsonTokenType.String && !_json.ValueSpan.Trim((byte)' ').IsEmpty;
        if (isText && name is "channel") _into.Channel = Text("metadata.channel", LongestText);
        else if (isText && name is "order_id") _metadataOrder = Text("metadata.order_id", 128);
        else Skip(Join("metadata", name), false);
    }

    private void ReadBeneficiary(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "id": _into.BeneficiaryId = Text("beneficiary.id", 128); break;
            case "name": _into.BeneficiaryName = Text("beneficiary.name", 200); break;
            case "country": _into.BeneficiaryCountry = Country("beneficiary.country"); break;
            case "clabe": _into.BeneficiaryClabe = Digits("beneficiary.clabe", 18, 18); break;
            case "iban": _into.BeneficiaryIban = Iban("beneficiary.iban"); break;
            case "account_hash": _into.BeneficiaryAccountHash = Text("beneficiary.account_hash", 128, visibleOnly: true); break;
            case "swift_bic": _into.BeneficiaryBic = Bic("beneficiary.swift_bic"); break;
            default: Skip(Join("beneficiary", name), false); break;
        }
    }

    private void ReadOrigin(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "account_id": _into.OriginAccount = Text("origin.account_id", 128); break;
            case "country": _into.OriginCountry = Country("origin.country"); break;
            default: Skip(Join("origin", name), false); break;
        }
    }

    private void ReadPayout(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "rail": _into.PayoutRail = Text("payout.rail", 40); break;
            case "channel": _into.PayoutChannel = Text("payout.channel", 40); break;
            case "initiated_by": _into.PayoutInitiator = Text("payout.initiated_by", 200); break;
            case "first_to_beneficiary":
                if (_json.TokenType is JsonTokenType.True or JsonTokenType.False) _into.PayoutFirst = _json.TokenType == JsonTokenType.True;
                else if (_json.TokenType != JsonTokenType.Null) WrongType("payout.first_to_beneficiary", "true or false");
                break;
            default: Skip(Join("payout", name), false); break;
        }
    }

    private void Enter(Section section, string name)
    {
        if (_json.TokenType == JsonTokenType.StartObject) ReadObject(section, name, false);
        else if (_json.TokenType != JsonTokenType.Null) WrongType(name, "an object");
    }

    private void ReadAmount()
    {
        _hasAmount = true;
        if (_json.TokenType != JsonTokenType.Number)
        {
            WrongType("amount", "a number");
            return;
        }
        MaskNumber("amount");
        _amountIsWhole = _json.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;
        if (_json.ValueSpan.Length > 40 || !_json.TryGetDecimal(out _amount) || _amount > MostAmount) Wrong("amount", "range", "amount must lie between 0 and 1000000000000000 minor units.");
        else if (_amount < 0) Wrong("amount", "range", "amount must not be negative.");
    }

    private void FinishAmount()
    {
        if (!_hasAmount)
        {
            Wrong("amount", "required", "amount is required: a number in the currency's smallest unit.");
            return;
        }
        if (_errors.Count > 0 || _unitIsWrong) return;
        var amount = _amount;
        if (_isMajor)
        {
            amount *= Currencies.Scale(_into.Currency);
            if (amount != decimal.Truncate(amount))
            {
                Wrong("amount", "format", string.Create(CultureInfo.InvariantCulture, $"{_into.Currency} has {Currencies.Exponent(_into.Currency)} decimals; amount has more."));
                return;
            }
        }
        else if (!_amountIsWhole)
        {
            Wrong("amount", "format", "amount counts whole minor units (cents); for a decimal amount send amount_unit \"major\".");
            return;
        }
        if (amount > MostAmount) Wrong("amount", "range", "amount must lie between 0 and 1000000000000000 minor units.");
        else _into.Amount = (long)amount;
    }

    private void ReadUnit()
    {
        if (_json.TokenType == JsonTokenType.Null) return;
        if (_json.TokenType == JsonTokenType.String && _json.ValueTextEquals("major"u8)) _isMajor = true;
        else if (_json.TokenType != JsonTokenType.String || !_json.ValueTextEquals("minor"u8))
        {
            _unitIsWrong = true;
            Wrong("amount_unit", "format", "amount_unit must be \"minor\" or \"major\".");
            Skip("amount_unit", false);
        }
    }

    private void ReadCurrency()
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            WrongType("currency", "an ISO 4217 code such as MXN");
            return;
        }
        Span<char> code = stackalloc char[3];
        if (_json.ValueIsEscaped || _json.ValueSpan.Length != 3 || Ascii.ToUpper(_json.ValueSpan, code, out _) != OperationStatus.Done || !Currencies.TryFind(code, out var shared, out _))
            Wrong("currency", "format", "currency must be an ISO 4217 code such as MXN.");
        else _into.Currency = shared;
    }

    private void ReadOccurredAt()
    {
        var text = Text("occurred_at", 40);
        if (!_mayImport || text is null) return;
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.Year is >= 2000 and <= 2100) _into.OccurredAt = at;
        else Wrong("occurred_at", "format", "occurred_at must be an RFC 3339 time such as 2026-05-29T18:30:00Z.");
    }

    /// <summary>A text, or null when it is null or wrong.</summary>
    private string? Text(string field, int most, bool visibleOnly = false, bool cardField = false)
    {
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.String)
        {
            WrongType(field, "a text");
            return null;
        }
        if (!MaskText(field, cardField)) return null;
        if (_json.ValueSpan.Length > most * 12)
        {
            Wrong(field, "length", $"{field} may have {most} characters.");
            return null;
        }
        var length = _json.ValueSpan.Length;
        char[]? rented = null;
        Span<char> characters = length <= 512 ? stackalloc char[512] : rented = ArrayPool<char>.Shared.Rent(length);
        try
        {
            var text = characters[..Copied(characters)];
            if (text.Length > most) Wrong(field, "length", $"{field} may have {most} characters.");
            else if (text.Contains('\0')) Wrong(field, "format", $"{field} has a NUL character.");
            else if (text.IsWhiteSpace()) Wrong(field, "format", $"{field} is empty: leave it out instead.");
            else if (visibleOnly && text.ContainsAnyExceptInRange('!', '~')) Wrong(field, "format", $"{field} may have visible ASCII characters only.");
            else return Shared(text);
            return null;
        }
        catch (InvalidOperationException)
        {
            Wrong(field, "format", $"{field} has half a surrogate pair.");
            return null;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }

    private readonly int Copied(Span<char> characters) => _json.ValueIsEscaped ? _json.CopyString(characters) : Encoding.UTF8.GetChars(_json.ValueSpan, characters);

    private static string Shared(ReadOnlySpan<char> text) => text switch
    {
        "card" => "card", "payment" => "payment", "payout" => "payout", "transfer" => "transfer", "withdrawal" => "withdrawal", "visa" => "visa", "mastercard" => "mastercard", "amex" => "amex",
        "web" => "web", "mobile" => "mobile", "app" => "app", "api" => "api", "spei" => "spei", "America/Mexico_City" => "America/Mexico_City", "CDMX" => "CDMX",
        _ => text.ToString(),
    };

    private string? Digits(string field, int least, int most)
    {
        var isCard = field[0] == 'p';
        if (Text(field, 64, cardField: isCard) is not { } text) return null;
        if (text.Length >= least && text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange('0', '9')) return text;
        Wrong(field, "format", least == most ? $"{field} must be {least} digits." : $"{field} must be {least} to {most} digits.");
        return null;
    }

    private string? Country(string field)
    {
        if (_json.TokenType == JsonTokenType.String && !_json.ValueIsEscaped && _json.ValueSpan.Length == 2
            && Countries.Find(char.ToUpperInvariant((char)_json.ValueSpan[0]), char.ToUpperInvariant((char)_json.ValueSpan[1])) is { } code) return code;
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.String) WrongType(field, "an ISO 3166 code of two letters such as MX");
        else if (MaskText(field, false)) Wrong(field, "format", $"{field} must be an ISO 3166 code of two letters such as MX.");
        return null;
    }

    private string? Email(string field)
    {
        if (Text(field, 320) is not { } text) return null;
        var at = text.LastIndexOf('@');
        var domain = text.AsSpan(at + 1);
        if (at > 0 && at == text.IndexOf('@', StringComparison.Ordinal) && domain.Length is >= 3 and <= 255 && domain.Contains('.') && domain[0] != '.' && domain[^1] != '.' && !text.AsSpan().ContainsAny(NeverInMail)) return text;
        Wrong(field, "format", $"{field} must be an e-mail address such as maria@example.mx.");
        return null;
    }

    private string? Phone(string field)
    {
        if (Text(field, 40) is not { } text) return null;
        Span<char> plain = stackalloc char[40];
        var length = 0;
        foreach (var c in text)
            if (c is not (' ' or '-' or '(' or ')' or '.')) plain[length++] = c;
        plain = plain[..length];
        if (length is >= 7 and <= 16 && plain[0] == '+' && plain[1] is >= '1' and <= '9' && !plain[1..].ContainsAnyExceptInRange('0', '9')) return length == text.Length ? text : plain.ToString();
        Wrong(field, "format", $"{field} must be a number with its country such as +5215512345678.");
        return null;
    }

    private string? Ip(string field)
    {
        if (Text(field, 64) is not { } text) return null;
        // The library takes "1", "0x7f.1" and zone names too; a payer's address is written in full.
        var isWhole = text.Contains(':', StringComparison.Ordinal) ? !text.AsSpan().ContainsAny("%[]/") : IsDotted(text);
        if (isWhole && IPAddress.TryParse(text, out _)) return text;
        Wrong(field, "format", $"{field} must be an IPv4 or IPv6 address.");
        return null;
    }

    private static bool IsDotted(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0')) return false;
        }
        return parts == 4;
    }

    private string? TimeZone(string field)
    {
        if (Text(field, 64) is not { } text) return null;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') continue;
            Wrong(field, "format", $"{field} must be an IANA name such as America/Mexico_City.");
            return null;
        }
        return text;
    }

    private string? Iban(string field)
    {
        if (Text(field, 50) is not { } text) return null;
        var plain = text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (BankAccounts.IsIban(plain, out _)) return plain;
        Wrong(field, "format", $"{field} must be an IBAN with its right check digits.");
        return null;
    }

    private string? Bic(string field)
    {
        if (Text(field, 20) is not { } text) return null;
        var plain = text.ToUpperInvariant();
        if (BankAccounts.IsBic(plain, out _)) return plain;
        Wrong(field, "format", $"{field} must be a BIC of 8 or 11 characters.");
        return null;
    }

    private double Count(string field, long most)
    {
        if (_json.TokenType == JsonTokenType.Null) return double.NaN;
        if (_json.TokenType != JsonTokenType.Number) WrongType(field, "a whole number");
        else if (MaskNumber(field) || !_json.TryGetInt64(out var value) || value < 0 || value > most) Wrong(field, "range", string.Create(CultureInfo.InvariantCulture, $"{field} must be a whole number between 0 and {most}."));
        else return value;
        return double.NaN;
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
