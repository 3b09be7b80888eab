using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>One person's browser. Whatever its console complains about, a breach of the content policy among it, fails the test at the end.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private readonly BrowserFixture _panel;

    private Visit(BrowserFixture panel, IBrowserContext context, IPage page) => (_panel, _context, Page) = (panel, context, page);

    public IPage Page { get; }

    public static async Task<Visit> StartAsync(BrowserFixture panel, string language = "es-MX", int width = 1366, int height = 768, bool scripts = true)
    {
        var context = await panel.Browser.NewContextAsync(new()
        {
            BaseURL = panel.Url.ToString(), ReducedMotion = ReducedMotion.Reduce, Locale = language, TimezoneId = "America/Mexico_City", ViewportSize = new() { Width = width, Height = height }, JavaScriptEnabled = scripts,
        });
        var visit = new Visit(panel, context, await context.NewPageAsync());
        visit.Page.Console += (_, message) => { if (message.Type is "error" or "warning" && !IsReplaced(message.Text)) visit._complaints.Add($"{message.Text} {message.Location}"); };
        visit.Page.PageError += (_, error) => visit._complaints.Add(error);
        return visit;
    }

    // htmx speaks of an error when a newer request takes an older one's place; a true one has a line of its own.
    private static bool IsReplaced(string complaint) => complaint.StartsWith("htmx:sendAbort", StringComparison.Ordinal) || complaint.StartsWith("htmx:afterRequest", StringComparison.Ordinal);

    /// <summary>Signs in through the form, as a person does.</summary>
    public async Task<Visit> FillInAsync(string email = BrowserFixture.Email)
    {
        await Page.GotoAsync("/account/login");
        await Page.FillAsync("input[name='Input.Email']", email);
        await Page.FillAsync("input[name='Input.Password']", BrowserFixture.Password);
        await Page.ClickAsync("main button[type=submit]");
        await Page.WaitForURLAsync("**/dashboard");
        return this;
    }

    /// <summary>Goes on with the session that somebody opened before; the first one signs in.</summary>
    public async Task<Visit> SignInAsync()
    {
        if (_panel.Session is { } session)
        {
            await _context.AddCookiesAsync(session);
            return this;
        }
        await FillInAsync();
        _panel.Session = [.. (await _context.CookiesAsync()).Where(c => c.HttpOnly).Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path, HttpOnly = c.HttpOnly, Secure = c.Secure, SameSite = c.SameSite })];
        return this;
    }

    /// <summary>The browser complains of a page that is refused on purpose.</summary>
    public void Forgive() => _complaints.Clear();

    /// <summary>Fails when the browser has complained since.</summary>
    public void MindComplaints()
    {
        string[] heard = [.. _complaints];
        _complaints.Clear();
        Assert.True(heard.Length == 0, string.Join('\n', heard));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        MindComplaints();
    }
}
