using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What a user agent says it is.</summary>
/// <param name="Browser">Family in lower case: <c>chrome</c>, <c>safari</c>, <c>edge</c>, <c>app</c> for a native application, <c>other</c>.</param>
/// <param name="Version">Major version, or 0 when it does not say.</param>
/// <param name="OperatingSystem"><c>windows</c>, <c>macos</c>, <c>ios</c>, <c>android</c>, <c>linux</c>, <c>chromeos</c> or <c>other</c>.</param>
/// <param name="DeviceClass"><c>desktop</c>, <c>mobile</c>, <c>tablet</c> or <c>bot</c>.</param>
/// <param name="IsBot">A robot's or a tool's.</param>
/// <param name="IsHeadless">An automated browser's.</param>
public sealed record UserAgentFacts(string Browser, int Version, string OperatingSystem, string DeviceClass, bool IsBot, bool IsHeadless)
{
    /// <summary>What is said of a browser or an operating system that is none of the known ones.</summary>
    public const string Other = "other";

    private static readonly DateTimeOffset Chrome100 = new(2022, 3, 29, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Firefox100 = new(2022, 5, 3, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// True when the version came out more than two years before the instant. Browsers renew themselves, so such a one is a forgotten machine, or a
    /// text that a program carries along. Reckoned from how often each family comes out, so it needs no list; a family without a rhythm is never outdated.
    /// </summary>
    public bool IsOutdated(DateTimeOffset now)
    {
        if (Version == 0) return false;
        var released = Browser switch
        {
            "ie" => DateTimeOffset.MinValue,
            "chrome" or "edge" => Chrome100.AddDays((Math.Min(Version, 1_000) - 100) * 31.2),
            "firefox" => Firefox100.AddDays((Math.Min(Version, 1_000) - 100) * 28.7),
            // One a year, in September; in 2025 the number jumped from 18 to the year it serves.
            "safari" => new DateTimeOffset(Math.Clamp(Version >= 26 ? Version + 1_999 : Version + 2_006, 2_003, 2_900), 9, 20, 0, 0, 0, TimeSpan.Zero),
            _ => DateTimeOffset.MaxValue,
        };
        return released < now.AddYears(-2);
    }
}

/// <summary>Looks user agents up.</summary>
public sealed class UserAgents
{
    private const int Longest = 1_024;

    // A token in the user agent and the family it stands for; the first that is there wins, since most browsers also name the ones they descend from.
    private static readonly (string Token, string Browser)[] Browsers =
    [
        ("Edg/", "edge"), ("EdgA/", "edge"), ("EdgiOS/", "edge"), ("Edge/", "edge"), ("OPR/", "opera"), ("OPT/", "opera"), ("OPX/", "opera"), ("Opera Mini/", "opera"), ("Opera/", "opera"), ("Vivaldi/", "vivaldi"), ("YaBrowser/", "yandex"),
        ("SamsungBrowser/", "samsung"), ("Silk/", "silk"), ("MiuiBrowser/", "miui"), ("UCBrowser/", "uc"), ("HuaweiBrowser/", "huawei"), ("DuckDuckGo/", "duckduckgo"), ("Ddg/", "duckduckgo"),
        ("FBAV/", "facebook"), ("Instagram ", "instagram"), ("musical_ly_", "tiktok"), ("BytedanceWebview/", "tiktok"), ("MicroMessenger/", "wechat"), ("Line/", "line"), ("GSA/", "google"),
        ("FxiOS/", "firefox"), ("Firefox/", "firefox"), ("CriOS/", "chrome"), ("; wv) ", "webview"), ("HeadlessChrome/", "chrome"), ("Chromium/", "chrome"), ("Chrome/", "chrome"),
        ("MSIE ", "ie"), ("Trident/", "ie"), ("Version/", "safari"), ("CFNetwork/", "app"), ("Dalvik/", "app"), ("okhttp/", "app"),
    ];

    private static readonly string[] HeadlessTokens = ["HeadlessChrome", "PhantomJS", "SlimerJS", "Puppeteer", "Playwright", "Selenium", "HtmlUnit", "jsdom"];

    // Tools that browse for nobody, which lists of crawlers leave out.
    private static readonly string[] MoreRobots = [.. HeadlessTokens, "PostmanRuntime", "insomnia/", "Java/", "Apache-HttpClient", "libwww-perl", "aiohttp", "httpx/", "RestSharp", "Scrapy", "node-fetch", "undici"];

    // Libraries that native applications of real payers speak with.
    private static readonly string[] NotRobots = ["okhttp"];

    private static readonly SearchValues<string> Headless = SearchValues.Create(HeadlessTokens, StringComparison.OrdinalIgnoreCase);

    private readonly SearchValues<string> _robots;
    private readonly SearchValues<string> _hints;
    private readonly (string Hint, Lazy<Regex> Pattern)[] _patterns;
    private readonly RecentlySeen<UserAgentFacts> _recent = new(8_192);

    /// <param name="patterns">Regular expressions of robots. Nearly all of them are plain texts, which are looked for all at once; of the others a plain part is, before the expression itself is asked.</param>
    public UserAgents(IEnumerable<string> patterns)
    {
        var plain = new HashSet<string>(MoreRobots, StringComparer.Ordinal);
        var others = new List<(string Hint, Lazy<Regex> Pattern)>();
        foreach (var pattern in patterns.SelectMany(Alternatives))
        {
            if (NotRobots.Contains(pattern)) continue;
            if (IsPlain(pattern, out var text)) plain.Add(text);
            else others.Add((Hint(pattern), Linear(pattern)));
        }
        _robots = SearchValues.Create([.. plain], StringComparison.Ordinal);
        _hints = SearchValues.Create([.. others.Select(o => o.Hint)], StringComparison.Ordinal);
        _patterns = [.. others];
    }

    public UserAgentFacts Look(string userAgent)
    {
        var text = userAgent.Length > Longest ? userAgent.AsSpan(0, Longest) : userAgent;
        if (_recent.TryFind(text, out var place, out var known)) return known!;
        var found = Find(text);
        _recent.Keep(place, text.Length == userAgent.Length ? userAgent : text.ToString(), found);
        return found;
    }

    /// <summary>Reads a JSON array of objects with a <c>pattern</c>.</summary>
    public static List<string> ReadPatterns(string path)
    {
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        var patterns = new List<string>(2_048);
        while (reader.Read())
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && reader.ValueTextEquals("pattern"u8) && reader.Read() && reader.TokenType == JsonTokenType.String)
                patterns.Add(reader.GetString()!);
        return patterns;
    }

    private UserAgentFacts Find(ReadOnlySpan<char> text)
    {
        var isHeadless = text.ContainsAny(Headless);
        var isBot = isHeadless || text.ContainsAny(_robots) || (text.ContainsAny(_hints) && MatchesPattern(text));
        var (browser, version) = Browser(text);
        var system = OperatingSystem(text);
        return new UserAgentFacts(browser, version, system, isBot ? "bot" : DeviceClass(text, system), isBot, isHeadless);
    }

    private bool MatchesPattern(ReadOnlySpan<char> text)
    {
        foreach (var (hint, pattern) in _patterns)
            if (text.Contains(hint, StringComparison.Ordinal) && pattern.Value.IsMatch(text)) return true;
        return false;
    }

    private static (string Browser, int Version) Browser(ReadOnlySpan<char> text)
    {
        foreach (var (token, browser) in Browsers)
        {
            var at = text.IndexOf(token, StringComparison.Ordinal);
            if (at < 0) continue;
            switch (browser)
            {
                case "safari" when !text.Contains("Safari/", StringComparison.Ordinal):
                    continue;
                case "safari" when text.Contains("Android", StringComparison.Ordinal):
                    return ("android", Number(text[(at + token.Length)..]));
                case "webview":
                    at = text.IndexOf("Chrome/", StringComparison.Ordinal);
                    return ("webview", at < 0 ? 0 : Number(text[(at + 7)..]));
                case "ie" when token == "Trident/":
                    at = text.IndexOf("rv:", StringComparison.Ordinal);
                    return ("ie", at < 0 ? 0 : Number(text[(at + 3)..]));
                default:
                    return (browser, Number(text[(at + token.Length)..]));
            }
        }
        return (text.Contains("AppleWebKit/", StringComparison.Ordinal) ? "webview" : UserAgentFacts.Other, 0);
    }

    private static string OperatingSystem(ReadOnlySpan<char> text) =>
        text.Contains("Windows", StringComparison.Ordinal) ? "windows"
        : text.Contains("iPhone", StringComparison.Ordinal) || text.Contains("iPad", StringComparison.Ordinal) || text.Contains("iPod", StringComparison.Ordinal) || text.Contains("CFNetwork/", StringComparison.Ordinal) ? "ios"
        : text.Contains("Android", StringComparison.Ordinal) || text.Contains("Dalvik/", StringComparison.Ordinal) || text.StartsWith("okhttp/", StringComparison.Ordinal) ? "android"
        : text.Contains("CrOS", StringComparison.Ordinal) ? "chromeos"
        : text.Contains("Mac OS X", StringComparison.Ordinal) || text.Contains("Macintosh", StringComparison.Ordinal) ? "macos"
        : text.Contains("Linux", StringComparison.Ordinal) || text.Contains("X11", StringComparison.Ordinal) ? "linux" : UserAgentFacts.Other;

    private static string DeviceClass(ReadOnlySpan<char> text, string system) => system switch
    {
        "ios" => text.Contains("iPad", StringComparison.Ordinal) ? "tablet" : "mobile",
        // By Google's rule a phone says Mobile and a tablet does not; applications say neither.
        "android" => text.Contains("Mobile", StringComparison.Ordinal) || !text.Contains("AppleWebKit", StringComparison.Ordinal) ? "mobile" : "tablet",
        _ => text.Contains("Mobile", StringComparison.Ordinal) ? "mobile" : "desktop",
    };

    private static int Number(ReadOnlySpan<char> text)
    {
        var number = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) || number > 99_999) break;
            number = (number * 10) + c - '0';
        }
        return number;
    }

    // An expression that takes linear time is costly to build, so it is built when its plain part first turns up; whether it can be is found out at start.
    private static Lazy<Regex> Linear(string pattern)
    {
        _ = new Regex(pattern, RegexOptions.CultureInvariant);
        for (var i = 0; i < pattern.Length - 1; i++)
        {
            if (pattern[i] == '(' && pattern[i + 1] == '?') throw new FormatException($"the pattern '{pattern}' looks around or groups in a way that cannot be matched in linear time");
            if (pattern[i] == '\\' && (pattern[++i] is 'k' or 'G' || char.IsAsciiDigit(pattern[i]))) throw new FormatException($"the pattern '{pattern}' refers back, which cannot be matched in linear time");
        }
        return new(() => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    // "Automaton|Newsify" outside parentheses is two patterns.
    private static IEnumerable<string> Alternatives(string pattern) => pattern.Contains('(', StringComparison.Ordinal) || pattern.Contains('[', StringComparison.Ordinal) ? [pattern] : pattern.Split('|');

    private static bool IsPlain(string pattern, out string text)
    {
        text = Hint(pattern);
        return text.Length + pattern.Count(c => c == '\\') == pattern.Length && !pattern.Contains(@"\\", StringComparison.Ordinal);
    }

    /// <summary>The longest part of an expression that stands in every text it matches.</summary>
    private static string Hint(string pattern)
    {
        string longest = "";
        var part = new System.Text.StringBuilder();
        var depth = 0;
        for (var i = 0; i <= pattern.Length; i++)
        {
            var c = i < pattern.Length ? pattern[i] : '$';
            var isEscaped = c == '\\' && i + 1 < pattern.Length;
            if (isEscaped) c = pattern[++i];
            if (depth == 0 && (isEscaped ? !char.IsAsciiLetterOrDigit(c) : !"^$.|?*+()[]{}".Contains(c, StringComparison.Ordinal)))
            {
                part.Append(c);
                continue;
            }
            if (!isEscaped)
            {
                // What may be left out or repeated takes its last letter with it.
                if (c is '?' or '*' or '{' && part.Length > 0) part.Length--;
                if (c is '(' or '[') depth++;
                if (c is ')' or ']') depth--;
            }
            if (part.Length > longest.Length) longest = part.ToString();
            part.Clear();
        }
        return longest.Length > 0 ? longest : throw new FormatException($"the pattern '{pattern}' has no plain part");
    }
}
