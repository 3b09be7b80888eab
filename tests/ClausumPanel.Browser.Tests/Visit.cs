using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>One person's browser. Whatever its console complains about, a breach of the content policy among it, fails the test at the end.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<Visit> StartAsync(BrowserFixture panel, string language = "es-MX", int width = 1366, int height = 768, bool dark = false)
    {
        var context = await panel.Browser.NewContextAsync(new()
        {
            BaseURL = panel.Url.ToString(), Locale = language, TimezoneId = "America/Mexico_City", ViewportSize = new() { Width = width, Height = height }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var visit = new Visit(context, await context.NewPageAsync());
        visit.Page.Console += (_, message) => { if (message.Type is "error" or "warning") visit._complaints.Add(message.Text); };
        visit.Page.PageError += (_, error) => visit._complaints.Add(error);
        return visit;
    }

    public async Task<Visit> SignInAsync()
    {
        await Page.GotoAsync("/account/login");
        await Page.FillAsync("input[name='Input.Email']", BrowserFixture.Email);
        await Page.FillAsync("input[name='Input.Password']", BrowserFixture.Password);
        await Page.ClickAsync("main button[type=submit]");
        await Page.WaitForURLAsync("**/dashboard");
        return this;
    }

    /// <summary>The browser complains of a page that is refused on purpose.</summary>
    public void Forgive() => _complaints.Clear();

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Equal([], _complaints);
    }
}
