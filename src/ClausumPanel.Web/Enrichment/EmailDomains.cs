using System.Globalization;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What a provider ignores in the name part of its addresses.</summary>
[Flags]
public enum MailboxSpelling : byte
{
    AsWritten = 0,

    /// <summary>What follows a plus sign.</summary>
    IgnoresTag = 1,

    /// <summary>Dots.</summary>
    IgnoresDots = 2,
}

/// <summary>What is known about the domain of an e-mail address.</summary>
/// <param name="Name">Lower case, ASCII.</param>
/// <param name="Mailbox">The domain whose mailboxes these are: <c>gmail.com</c> for <c>googlemail.com</c>; mostly the domain itself.</param>
/// <param name="Tld">Its last label.</param>
/// <param name="IsDisposable">It, or a domain it lies under, gives out throw-away addresses.</param>
/// <param name="IsFree">It is a free mail provider, and not a disposable one.</param>
/// <param name="HasSuspiciousTld">Its top-level domain is one that abuse prefers.</param>
/// <param name="Spelling">What its provider ignores in the name part.</param>
public sealed record EmailDomain(string Name, string Mailbox, string Tld, bool IsDisposable, bool IsFree, bool HasSuspiciousTld, MailboxSpelling Spelling);

/// <summary>Looks up the domains of e-mail addresses.</summary>
public sealed class EmailDomains
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _disposable;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _free;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _suspiciousTlds;
    private readonly RecentlySeen<EmailDomain> _recent = new(8_192);
    private readonly IdnMapping _idn = new() { AllowUnassigned = true };

    public EmailDomains(HashSet<string> disposable, HashSet<string> free, HashSet<string> suspiciousTlds)
    {
        _disposable = disposable.GetAlternateLookup<ReadOnlySpan<char>>();
        _free = free.GetAlternateLookup<ReadOnlySpan<char>>();
        _suspiciousTlds = suspiciousTlds.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <param name="domain">A domain in lower case.</param>
    public EmailDomain Look(ReadOnlySpan<char> domain)
    {
        if (_recent.TryFind(domain, out var place, out var known)) return known!;
        var asked = domain.ToString();
        var found = Find(Ascii(asked));
        _recent.Keep(place, asked, found);
        return found;
    }

    private EmailDomain Find(string name)
    {
        var tld = name[(name.LastIndexOf('.') + 1)..];
        var disposable = IsOrLiesUnder(_disposable, name);
        var (mailbox, spelling) = Provider(name);
        return new EmailDomain(name, mailbox, tld, disposable, !disposable && _free.Contains(name), _suspiciousTlds.Contains(tld), spelling);
    }

    private static bool IsOrLiesUnder(HashSet<string>.AlternateLookup<ReadOnlySpan<char>> domains, string name)
    {
        // A bare top-level domain is never an entry, so the last label alone is not asked for.
        for (var rest = name.AsSpan(); rest.Contains('.'); rest = rest[(rest.IndexOf('.') + 1)..])
            if (domains.Contains(rest)) return true;
        return false;
    }

    // As the providers document it. Where nothing is known, two spellings are two mailboxes.
    private static (string Mailbox, MailboxSpelling Spelling) Provider(string name) => name switch
    {
        "gmail.com" or "googlemail.com" => ("gmail.com", MailboxSpelling.IgnoresTag | MailboxSpelling.IgnoresDots),
        "protonmail.com" or "proton.me" or "pm.me" or "protonmail.ch" => ("proton.me", MailboxSpelling.IgnoresTag | MailboxSpelling.IgnoresDots),
        "icloud.com" or "me.com" or "mac.com" => ("icloud.com", MailboxSpelling.IgnoresTag),
        "msn.com" or "passport.com" or "windowslive.com" or "fastmail.com" or "fastmail.fm" or "hey.com" or "zoho.com" or "ymail.com" or "rocketmail.com" or "mailfence.com" or "posteo.de" or "runbox.com" => (name, MailboxSpelling.IgnoresTag),
        _ when name.StartsWith("hotmail.", StringComparison.Ordinal) || name.StartsWith("outlook.", StringComparison.Ordinal) || name.StartsWith("live.", StringComparison.Ordinal)
            || name.StartsWith("yahoo.", StringComparison.Ordinal) || name.StartsWith("yandex.", StringComparison.Ordinal) => (name, MailboxSpelling.IgnoresTag),
        _ => (name, MailboxSpelling.AsWritten),
    };

    private string Ascii(string domain)
    {
        if (System.Text.Ascii.IsValid(domain)) return domain;
        try
        {
            return _idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a domain anybody could register; it still has to be told apart from others.
            return domain;
        }
    }
}
