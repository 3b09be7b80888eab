using System.IO.Compression;
using System.Net.Http.Headers;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Plumbing;

public sealed class PageCompressionTests(PanelApp app) : IClassFixture<PanelApp>
{
    private async Task<HttpResponseMessage> AskAsync(string path, string? from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
        if (from is not null) request.Headers.Add("Sec-Fetch-Site", from);
        return await app.Anonymous().SendAsync(request);
    }

    [Theory, InlineData("none", true), InlineData("same-origin", true), InlineData("same-site", false), InlineData("cross-site", false), InlineData(null, false)]
    public async Task A_page_comes_packed_to_whoever_asks_for_it_here_and_to_no_stranger(string? from, bool isPacked)
    {
        using var answer = await AskAsync("/account/login", from);
        Assert.Equal(isPacked ? ["br"] : [], answer.Content.Headers.ContentEncoding);
        await using var body = await answer.Content.ReadAsStreamAsync();
        using var text = new StreamReader(isPacked ? new BrotliStream(body, CompressionMode.Decompress) : body);
        Assert.Contains("</html>", await text.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_is_not_packed()
    {
        using var answer = await AskAsync("/api/v1/assess", "none");
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_page_asks_for_no_more_style_rules_than_pages_use()
    {
        var page = await app.Anonymous().PageAsync("/account/login");
        var sheets = page.QuerySelectorAll("link[rel=stylesheet]").Select(l => l.GetAttribute("href")!).ToList();
        Assert.Equal(2, sheets.Count);
        foreach (var sheet in sheets)
        {
            using var answer = await AskAsync(sheet, "same-origin");
            answer.EnsureSuccessStatusCode();
        }
        var used = await app.Anonymous().GetStringAsync(sheets.Single(s => s.Contains("tabler.used", StringComparison.Ordinal)));
        Assert.InRange(used.Length, 50_000, 350_000);
        foreach (var rule in (string[])[".btn{", ".form-control{", ".card{", ".table{", ".visually-hidden"]) Assert.Contains(rule, used, StringComparison.Ordinal);
        Assert.DoesNotContain(".carousel", used, StringComparison.Ordinal);
    }
}
