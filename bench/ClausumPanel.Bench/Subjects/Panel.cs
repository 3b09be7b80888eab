using System.Net;
using System.Text.RegularExpressions;

namespace ClausumPanel.Bench.Subjects;

/// <summary>Somebody signed in at the panel of a service: opens pages and sends their forms, as a browser without script would.</summary>
internal sealed partial class Panel : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _http;
    private readonly Dictionary<string, string> _cookies = [];

    private Panel(int port) => _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = TimeSpan.FromMinutes(5),
    };

    public static Panel SignIn(Subject service, Store store)
    {
        var panel = new Panel(service.Port);
        var (address, page) = panel.Post("/account/login", "/account/login", ("Input.Email", Store.AdminEmail), ("Input.Password", store.AdminPassword!));
        return address.StartsWith("/account/login", StringComparison.Ordinal) ? throw new BenchFailed($"the sign-in was refused:\n{Text(page)}") : panel;
    }

    /// <returns>Where the redirects ended, and the page there.</returns>
    public (string Address, string Page) Get(string path) => Send(HttpMethod.Get, path, null);

    /// <summary>Sends a form found on <paramref name="page"/> to <paramref name="action"/>.</summary>
    public (string Address, string Page) Post(string page, string action, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields.Append(("__RequestVerificationToken", Token(page)))) form.Add(new StringContent(value), name);
        return Send(HttpMethod.Post, action, form);
    }

    public void Dispose() => _http.Dispose();

    private string Token(string page) => TokenField().Match(Get(page).Page) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : throw new BenchFailed($"{page} has no form");

    private (string Address, string Page) Send(HttpMethod method, string path, HttpContent? content)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
            if (_cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            using var answer = _http.Send(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var cookie in set.Select(line => line.Split(';')[0].Split('=', 2))) _cookies[cookie[0]] = cookie[1];
            if (answer.Headers.Location is { } next && redirects < MostRedirects)
            {
                (method, content) = (HttpMethod.Get, null);
                path = next.IsAbsoluteUri ? next.PathAndQuery : next.OriginalString;
                continue;
            }
            using var reader = new StreamReader(answer.Content.ReadAsStream());
            var page = reader.ReadToEnd();
            return answer.IsSuccessStatusCode ? (path, page) : throw new BenchFailed($"{path} answered {(int)answer.StatusCode}\n{Text(page)}");
        }
    }

    private static string Text(string page) => Spaces().Replace(Tags().Replace(page, " "), " ");

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]* value=\"([^\"]+)\"")] private static partial Regex TokenField();
    [GeneratedRegex("<(script|style).*?</\\1>|<[^>]+>", RegexOptions.Singleline)] private static partial Regex Tags();
    [GeneratedRegex("\\s+")] private static partial Regex Spaces();
}
