using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>What the stories of the review desk have in common: payments that wait where nobody else decides, and how somebody sits down to them.</summary>
public abstract class ReviewStories(BrowserFixture panel)
{
    /// <summary>A queue that came with the panel and in which nothing waits by itself; a desk at which somebody starts; and lists, one of them longer than a page.</summary>
    protected const int Elsewhere = 2, Desk = 81, List = 71, LongList = 72;

    protected const string DeskDomain = "mesa.example", ListDomain = "lista.example";

    /// <summary>Wholly in the window, and nothing lies over its middle.</summary>
    protected const string IsSeen = """
        element => {
          const { left, top, right, bottom } = element.getBoundingClientRect();
          return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        }
        """;

    protected BrowserFixture Panel => panel;

    private static readonly Dictionary<string, int> Paid = [];

    /// <summary>How many have paid from there. Nobody pays twice: that would be a sign of its own.</summary>
    protected static int Payers(string domain) => Paid.GetValueOrDefault(domain);

    /// <summary>A page in either light.</summary>
    protected static async Task EverybodyAsync(IPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
    }

    protected static async Task<string> StartAsync(IPage page)
    {
        await page.GotoAsync($"/dashboard/reviews?queue={Desk}");
        await page.Locator("#start").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        return await page.Locator("[data-payer]").InnerTextAsync();
    }

    protected static async Task ApproveAsync(IPage page, bool stop = false)
    {
        await page.Keyboard.PressAsync("a");
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync(stop ? "Control+Shift+Enter" : "Control+Enter");
    }

    /// <summary>Nothing is kept from those who come after.</summary>
    protected async Task LeaveAsync(IPage page)
    {
        await page.CloseAsync();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Desk).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null).SetProperty(x => x.LeaseIsAhead, false)));
    }

    /// <summary>Payments of which each waits in the first queue.</summary>
    protected async Task<IReadOnlyList<Guid>> HoldAsync(int count, string domain)
    {
        await FlagAsync(domain);
        List<Guid> ids = [];
        for (var i = 0; i < count; i++) ids.Add(Guid.Parse(await Panel.PayAsync($"persona{i}@{domain}", 30_000 + (i * 100), bare: true)));
        await FoldAsync();
        return ids;
    }

    /// <summary>One that waits where nothing else is decided.</summary>
    protected async Task<(long Seq, string Address)> HoldElsewhereAsync(string domain)
    {
        var id = (await HoldAsync(1, domain))[0];
        var seq = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == id).Select(a => a.Seq).SingleAsync());
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Elsewhere)));
        return (seq, $"/dashboard/reviews/{id}?queue={Elsewhere}");
    }

    /// <summary>A desk at which only these wait.</summary>
    /// <param name="count">How many.</param>
    /// <param name="pay">By whom, given a number that nobody else has; null: all it says is an amount and an address.</param>
    /// <param name="domain">Of the address: what others did there says something of it.</param>
    protected Task<IReadOnlyList<Guid>> HoldAtDeskAsync(int count, Func<int, Task<Guid>>? pay = null, string domain = DeskDomain) =>
        HoldAloneAsync(Desk, domain, [.. Enumerable.Repeat(pay ?? (async number => Guid.Parse(await Panel.PayAsync($"persona{number}@{DeskDomain}", 30_000, bare: true))), count)]);

    /// <summary>A queue that only these wait in, oldest first.</summary>
    protected Task<IReadOnlyList<Guid>> HoldAsync(int queue, params (string Currency, long Minor)[] payments) =>
        HoldAloneAsync(queue, ListDomain, [.. payments.Select(p => (Func<int, Task<Guid>>)(async number => Guid.Parse(await Panel.PayAsync($"persona{number}@{ListDomain}", p.Minor, bare: true, p.Currency))))]);

    /// <summary>What the shop sends of a payment.</summary>
    protected async Task<Guid> PayAsync(string payment)
    {
        using var client = new HttpClient { BaseAddress = Panel.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Panel.ServerKey);
        using var body = new StringContent(payment, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), body);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("assessment_id").GetGuid();
    }

    /// <summary>What comes from there waits for a person.</summary>
    protected Task FlagAsync(string domain) => InDbAsync(async db =>
    {
        if (!await db.Set<ListEntry>().AnyAsync(e => e.Value == domain)) db.Add(new ListEntry { Type = ListType.EmailDomain, Value = domain, Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
        await db.SaveChangesAsync();
        await Panel.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        return domain;
    });

    /// <summary>What was paid is in its queue.</summary>
    protected Task FoldAsync() => Panel.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);

    protected async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = Panel.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    protected Task<List<ReviewEventKind>> KindsAsync(long seq) => InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Seq == seq && e.Kind != ReviewEventKind.Leased).OrderBy(e => e.At).ThenBy(e => e.Version).Select(e => e.Kind).ToListAsync());

    /// <summary>When they are due, and when their authorisation lapses.</summary>
    protected async Task EndAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, DateTimeOffset? lapses)
    {
        var (dueAt, expiresAt) = (due.ToUnixTimeMilliseconds(), lapses?.ToUnixTimeMilliseconds());
        await InDbAsync(db => db.Set<Review>().Where(r => db.Set<StoredAssessment>().Any(a => ids.Contains(a.Id) && a.Seq == r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.DueAt, dueAt).SetProperty(x => x.ExpiresAt, expiresAt)));
    }

    private async Task<IReadOnlyList<Guid>> HoldAloneAsync(int queue, string domain, IReadOnlyList<Func<int, Task<Guid>>> payments)
    {
        await FlagAsync(domain);
        await InDbAsync(async db =>
        {
            // It takes nothing by itself.
            if (!await db.Set<ReviewQueue>().AnyAsync(q => q.Number == queue)) db.Add(new ReviewQueue { Number = queue, Name = queue == Desk ? "Mesa" : $"Lista {queue}", Position = queue, IsActive = false });
            await db.SaveChangesAsync();
            return await db.Set<Review>().Where(r => r.Queue == queue).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()));
        });
        List<Guid> ids = [];
        foreach (var pay in payments) ids.Add(await pay(Paid[domain] = Payers(domain) + 1));
        await FoldAsync();
        var seqs = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => ids.Contains(a.Id)).Select(a => a.Seq).ToListAsync());
        Assert.Equal(ids.Count, await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, queue).SetProperty(x => x.VisibleAt, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()))));
        return ids;
    }
}
