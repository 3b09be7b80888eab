using System.Globalization;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What is known about the domain of an e-mail address.</summary>
/// <param name="Name">Lower case, ASCII.</param>
/// <param name="Mailbox">The domain whose mailboxes these are: <c>gmail.com</c> for <c>googlemail.com</c>; mostly the domain itself.</param>
/// <param name="Tld">Its last label.</param>
/// <param name="IsDisposable">It, or a domain it lies under, gives out throw-away addresses.</param>
/// <param name="IsFree">It is a free mail provider, and not a disposable one.</param>
/// <param name="HasSuspiciousTld">Its top-level domain is one that abuse prefers.</param>
/// <param name="IgnoresTag">Its provider ignores what follows a plus sign in the name part.</param>
/// <param name="IgnoresDots">Its provider ignores dots in the name part.</param>
public sealed record EmailDomain(string Name, string Mailbox, string Tld, bool IsDisposable, bool IsFree, bool HasSuspiciousTld, bool IgnoresTag, bool IgnoresDots);

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
        var (mailbox, ignoresTag, ignoresDots) = Provider(name);
        return new EmailDomain(name, mailbox, tld, disposable, !disposable && _free.Contains(name), _suspiciousTlds.Contains(tld), ignoresTag, ignoresDots);
    }

    private static bool IsOrLiesUnder(HashSet<string>.AlternateLookup<ReadOnlySpan<char>> domains, string name)
    {
        // A bare top-level domain is never an entry, so the last label alone is not asked for.
        for (var rest = name.AsSpan(); rest.Contains('.'); rest = rest[(rest.IndexOf('.') + 1)..])
            if (domains.Contains(rest)) return true;
        return false;
    }

    // As the providers document it. Where nothing is known, two spellings are two mailboxes.
    private static (string Mailbox, bool IgnoresTag, bool IgnoresDots) Provider(string name) => name switch
    {
        "gmail.com" or "googlemail.com" => ("gmail.com", true, true),
        "protonmail.com" or "proton.me" or "pm.me" or "protonmail.ch" => ("proton.me", true, true),
        "icloud.com" or "me.com" or "mac.com" => ("icloud.com", true, false),
        "msn.com" or "passport.com" or "windowslive.com" or "fastmail.com" or "fastmail.fm" or "hey.com" or "zoho.com" or "ymail.com" or "rocketmail.com" or "mailfence.com" or "posteo.de" or "runbox.com" => (name, true, false),
        _ when name.StartsWith("hotmail.", StringComparison.Ordinal) || name.StartsWith("outlook.", StringComparison.Ordinal) || name.StartsWith("live.", StringComparison.Ordinal)
            || name.StartsWith("yahoo.", StringComparison.Ordinal) || name.StartsWith("yandex.", StringComparison.Ordinal) => (name, true, false),
        _ => (name, false, false),
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
