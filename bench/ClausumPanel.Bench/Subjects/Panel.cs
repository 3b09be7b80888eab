using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ClausumPanel.Bench.Measure;

namespace ClausumPanel.Bench.Subjects;

/// <summary>Somebody signed in at the panel of a service, one request after the other: opens pages and sends their forms, as a browser without script would.</summary>
internal sealed partial class Panel : IDisposable
{
    private const int MostRedirects = 5, WarmUps = 2, Looks = 10;

    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;
    private string _antiforgery = "";

    private Panel(int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
    }

    public Uri Address { get; }

    public IEnumerable<System.Net.Cookie> Cookies => _cookies.GetCookies(Address);

    public static Panel SignIn(Subject service, Store store)
    {
        var panel = new Panel(service.Port);
        panel._antiforgery = Token(panel.Get("/account/login").Text);
        var (address, page) = panel.Post("/account/login", ("Input.Email", Store.AdminEmail), ("Input.Password", store.AdminPassword!));
        if (address.StartsWith("/account/login", StringComparison.Ordinal)) throw new BenchFailed($"the sign-in was refused:\n{Plain(page)}");
        panel._antiforgery = Token(page);
        return panel;
    }

    /// <summary>A page that is there.</summary>
    public Answer Get(string path, bool fragment = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (fragment) request.Headers.Add("HX-Request", "true");
        var answer = Send(request);
        return answer.Status == 200 ? answer : throw Wrong(path, answer);
    }

    /// <summary>Sends a form and goes where it leads.</summary>
    /// <returns>Where that is, and the page there.</returns>
    public (string Address, string Page) Post(string action, params (string Name, string Value)[] fields)
    {
        var (path, answer) = (action, Send(HttpMethod.Post, action, fields.ToDictionary(f => f.Name, f => f.Value), null));
        for (var redirects = 0; answer.Location is { } next && redirects < MostRedirects; redirects++)
        {
            path = new Uri(Address, next).PathAndQuery;
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            answer = Send(request);
        }
        return answer.Status == 200 ? (path, answer.Text) : throw Wrong(path, answer);
    }

    /// <summary>Sends a form that leads somewhere else, and does not go there.</summary>
    public (string Location, double Milliseconds) Submit(string path, Dictionary<string, string> fields)
    {
        var answer = Send(HttpMethod.Post, path, fields, null);
        return answer is { Status: 302 or 303, Location: { } to } ? (to, answer.Milliseconds) : throw Wrong(path, answer);
    }

    /// <param name="method">How.</param>
    /// <param name="path">Where to.</param>
    /// <param name="fields">What stands in the form.</param>
    /// <param name="ahead">What the page said of the item that is ready, or null.</param>
    public Answer Send(HttpMethod method, string path, Dictionary<string, string> fields, string? ahead)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new FormUrlEncodedContent([.. fields, new("__RequestVerificationToken", _antiforgery)]) };
        if (ahead is not null) request.Headers.Add("X-Ahead", ahead);
        return Send(request);
    }

    /// <summary>Opens pages again and again and says of each whether it comes within a tenth of a second.</summary>
    public void MeasurePages(IEnumerable<string> paths, Func<string, string>? name = null)
    {
        foreach (var path in paths)
        {
            for (var i = 0; i < WarmUps; i++) Get(path);
            Goals.AtMost($"milliseconds for {name?.Invoke(path) ?? path}", Median.Of(Enumerable.Range(0, Looks).Select(_ => Get(path).Milliseconds)), 100, "0.0");
        }
    }

    public void Dispose() => _http.Dispose();

    private Answer Send(HttpRequestMessage request)
    {
        var begun = Stopwatch.GetTimestamp();
        using var answer = _http.SendAsync(request).GetAwaiter().GetResult();
        var text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        return new Answer((int)answer.StatusCode, text, answer.Headers.Location?.OriginalString, answer.Headers.TryGetValues("X-Ahead", out var values) ? values.First() : null, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    private static BenchFailed Wrong(string path, Answer answer) => new($"{path} answers {answer.Status} {answer.Location}\n{Plain(answer.Text)}");

    private static string Token(string page) => TokenField().Match(page) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : throw new BenchFailed("a page has no form");

    private static string Plain(string page) => Spaces().Replace(Tags().Replace(page, " "), " ");

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]* value=\"([^\"]+)\"")] private static partial Regex TokenField();
    [GeneratedRegex("<(script|style).*?</\\1>|<[^>]+>", RegexOptions.Singleline)] private static partial Regex Tags();
    [GeneratedRegex("\\s+")] private static partial Regex Spaces();

    public sealed record Answer(int Status, string Text, string? Location, string? Ahead, double Milliseconds);
}
