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

/// <content>What a value of each kind must look like.</content>
public ref partial struct AssessRequestReader
{
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
}
