namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class UserAgentsTests
{
    private const string WebKit = "AppleWebKit/537.36 (KHTML, like Gecko)";

    [Theory]
    [InlineData($"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WebKit} Chrome/141.0.0.0 Safari/537.36", "chrome", 141, "windows", "desktop")]
    [InlineData($"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WebKit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.57", "edge", 141, "windows", "desktop")]
    [InlineData($"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WebKit} Chrome/138.0.0.0 Safari/537.36 OPR/122.0.0.0", "opera", 122, "windows", "desktop")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "firefox", 143, "windows", "desktop")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "safari", 18, "macos", "desktop")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1", "safari", 18, "ios", "mobile")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", "chrome", 141, "ios", "tablet")]
    [InlineData($"Mozilla/5.0 (Linux; Android 10; K) {WebKit} Chrome/141.0.0.0 Mobile Safari/537.36", "chrome", 141, "android", "mobile")]
    [InlineData($"Mozilla/5.0 (Linux; Android 13; SM-X200) {WebKit} Chrome/141.0.0.0 Safari/537.36", "chrome", 141, "android", "tablet")]
    [InlineData($"Mozilla/5.0 (Linux; Android 14; SM-A546E) {WebKit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "samsung", 28, "android", "mobile")]
    [InlineData($"Mozilla/5.0 (Linux; Android 14; moto g54; wv) {WebKit} Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36", "webview", 141, "android", "mobile")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0.0.35.109;FBBV/630]", "facebook", 480, "ios", "mobile")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 Instagram 340.0.3.27.97 (iPhone15,3)", "instagram", 340, "ios", "mobile")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", "webview", 0, "ios", "mobile")]
    [InlineData($"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WebKit} Chrome/139.0.0.0 Safari/537.36", "chrome", 139, "chromeos", "desktop")]
    [InlineData("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox", 140, "linux", "desktop")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "ie", 11, "windows", "desktop")]
    [InlineData("okhttp/4.12.0", "app", 4, "android", "mobile")]
    [InlineData("MiTienda/3 CFNetwork/1496.0.7 Darwin/23.5.0", "app", 1496, "ios", "mobile")]
    [InlineData("something", "other", 0, "other", "desktop")]
    [InlineData("", "other", 0, "other", "desktop")]
    public void Browsers_of_people_are_told_apart(string text, string browser, int version, string system, string device)
    {
        var facts = LoadedData.Shipped.UserAgents.Look(text);
        Assert.Equal((browser, version, system, device, false, false), (facts.Browser, facts.Version, facts.OperatingSystem, facts.DeviceClass, facts.IsBot, facts.IsHeadless));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false)]
    [InlineData("curl/8.5.0", false)]
    [InlineData("Wget/1.21.4", false)]
    [InlineData("python-requests/2.32.3", false)]
    [InlineData("Go-http-client/1.1", false)]
    [InlineData("axios/1.7.2", false)]
    [InlineData("PostmanRuntime/7.43.0", false)]
    [InlineData("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", false)]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", false)]
    [InlineData("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", false)]
    [InlineData("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", false)]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", false)]
    [InlineData("Mozilla/5.0 (Windows; U) AdsBot-Google", false)]
    [InlineData($"Mozilla/5.0 (X11; Linux x86_64) {WebKit} HeadlessChrome/141.0.0.0 Safari/537.36", true)]
    [InlineData("Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1", true)]
    public void Robots_and_tools_are_told_from_people(string text, bool isHeadless)
    {
        var facts = LoadedData.Shipped.UserAgents.Look(text);
        Assert.Equal((true, isHeadless, "bot"), (facts.IsBot, facts.IsHeadless, facts.DeviceClass));
    }

    [Theory]
    [InlineData("chrome", 141, false)]
    [InlineData("chrome", 79, true)]
    [InlineData("chrome", 999, false)]
    [InlineData("firefox", 143, false)]
    [InlineData("firefox", 78, true)]
    [InlineData("safari", 26, false)]
    [InlineData("safari", 18, true)]
    [InlineData("safari", 13, true)]
    [InlineData("ie", 11, true)]
    [InlineData("samsung", 4, false)]
    [InlineData("chrome", 0, false)]
    public void A_browser_is_outdated_two_years_after_it_came_out(string browser, int version, bool isOutdated)
    {
        var facts = new Web.Enrichment.UserAgentFacts(browser, version, "windows", "desktop", false, false);
        Assert.Equal(isOutdated, facts.IsOutdated(new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void The_same_text_is_worked_out_once()
    {
        var first = LoadedData.Shipped.UserAgents.Look("Mozilla/5.0 (once)");
        Assert.Same(first, LoadedData.Shipped.UserAgents.Look(string.Concat("Mozilla/5.0 ", "(once)")));
    }

    [Fact]
    public void A_megabyte_is_judged_by_its_beginning()
    {
        var facts = LoadedData.Shipped.UserAgents.Look(new string('x', 1_000_000) + "Googlebot/2.1");
        Assert.False(facts.IsBot);
    }
}
