namespace ClausumPanel.Web.Webhooks;

/// <summary>What is wrong with an address for webhooks.</summary>
public enum UrlProblem
{
    None, NotAnAddress, NotHttps, HasUser, HasFragment, NotAscii, Port, IsNumber, NotPublic,
}

/// <summary>Reads the address an endpoint is to have. What its name stands for is judged when it is called; what can be said without asking anybody is said here.</summary>
public static class WebhookUrl
{
    public static UrlProblem Read(string? text, WebhookOptions options, out Uri url)
    {
        ArgumentNullException.ThrowIfNull(options);
        url = null!;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return UrlProblem.NotAnAddress;
        if (!IsPlain(text)) return UrlProblem.NotAscii;
        if (text.Contains('\\', StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var read) || (read.Scheme != Uri.UriSchemeHttps && read.Scheme != Uri.UriSchemeHttp) || read.Host.Length == 0) return UrlProblem.NotAnAddress;
        url = read;
        if (read.UserInfo.Length > 0 || text.Contains('@', StringComparison.Ordinal) && text.IndexOf('@', StringComparison.Ordinal) < Path(text)) return UrlProblem.HasUser;
        if (read.Fragment.Length > 0 || text.Contains('#', StringComparison.Ordinal)) return UrlProblem.HasFragment;
        if (options.Allows(read.IdnHost, read.Port)) return UrlProblem.None;
        if (read.Scheme != Uri.UriSchemeHttps) return UrlProblem.NotHttps;
        if (read.Port != 443) return UrlProblem.Port;
        // A number in any of its spellings (the last label of a name is never one), or a name without a dot or of the machine itself.
        if (read.HostNameType is not UriHostNameType.Dns || char.IsAsciiDigit(LastLabel(read.IdnHost)[0])) return UrlProblem.IsNumber;
        return IsOwn(read.IdnHost.TrimEnd('.')) ? UrlProblem.NotPublic : UrlProblem.None;
    }

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (c is <= ' ' or > '~') return false;
        return true;
    }

    private static int Path(string text)
    {
        var host = text.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = text.IndexOfAny(['/', '?', '#'], host);
        return end < 0 ? text.Length : end;
    }

    private static string LastLabel(string host)
    {
        var trimmed = host.TrimEnd('.');
        var label = trimmed[(trimmed.LastIndexOf('.') + 1)..];
        return label.Length == 0 ? "0" : label;
    }

    private static bool IsOwn(string host) => !host.Contains('.', StringComparison.Ordinal)
        || Array.Exists([".localhost", ".local", ".localdomain", ".internal", ".intranet", ".home.arpa", ".lan", ".onion", ".test", ".invalid"], end => host.EndsWith(end, StringComparison.OrdinalIgnoreCase));
}
