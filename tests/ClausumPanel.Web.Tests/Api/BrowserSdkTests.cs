using System.IO.Compression;
using System.Net;
using System.Text;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Api;

public sealed class BrowserSdkTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const int Most = 8 * 1_024;

    private static HttpRequestMessage Asking(params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, BrowserSdk.Address);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    [Fact]
    public async Task Any_page_may_load_it_and_keep_it_for_an_hour()
    {
        var browser = app.Anonymous();
        using var answer = await browser.SendAsync(Asking());
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(("*", "cross-origin"), (answer.Headers.GetValues("Access-Control-Allow-Origin").Single(), answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single()));
        Assert.Equal((true, TimeSpan.FromHours(1)), (answer.Headers.CacheControl?.Public, answer.Headers.CacheControl?.MaxAge));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        using var again = await browser.SendAsync(Asking(("If-None-Match", answer.Headers.ETag!.ToString())));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task It_travels_in_less_than_eight_kilobytes()
    {
        using var answer = await app.Anonymous().SendAsync(Asking(("Accept-Encoding", "br, gzip")));
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        var packed = await answer.Content.ReadAsByteArrayAsync();
        Assert.InRange(packed.Length, 500, Most - 1);
        await using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        Assert.Equal(Encoding.UTF8.GetString(BrowserSdk.Script!), await text.ReadToEndAsync());
    }

    [Fact]
    public void It_keeps_nothing_in_the_browser_and_needs_nothing_that_a_strict_policy_forbids()
    {
        var script = Encoding.UTF8.GetString(BrowserSdk.Script!);
        foreach (var word in (string[])["cookie", "localStorage", "sessionStorage", "indexedDB", "eval(", "new Function", "innerHTML", "createElement", "toDataURL", "getImageData", "AudioContext", ".value", ".key)", "clipboardData"])
            Assert.DoesNotContain(word, script, StringComparison.Ordinal);
    }
}
