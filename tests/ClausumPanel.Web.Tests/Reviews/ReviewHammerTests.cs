using System.Collections.Concurrent;
using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class ReviewHammerTests : ReviewHammer
{
    protected override PanelApp Make() => new();

    [Fact] public Task Two_analysts_at_one_queue_never_get_the_same_item() => HammerAsync(2, 16);

    [Fact] public Task Twenty_analysts_at_one_queue_never_get_the_same_item() => HammerAsync(20, 60);
}

public sealed class PostgresReviewHammerTests : ReviewHammer
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Two_analysts_at_one_queue_never_get_the_same_item() => HammerAsync(2, 16);

    [PostgresFact] public Task Twenty_analysts_at_one_queue_never_get_the_same_item() => HammerAsync(20, 60);
}

/// <summary>Through the door, as browsers do it: sign in, start, read the page, try what a colleague has, decide, sometimes twice at once, take what comes next.</summary>
public abstract class ReviewHammer
{
    protected abstract PanelApp Make();

    protected async Task HammerAsync(int analysts, int items)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(items);
        await world.FoldedAsync();
        var people = await world.AnalystsAsync(analysts);
        var taken = new ConcurrentDictionary<string, Taken>();
        var browsers = people.ToDictionary(p => p, p => new Desk(world.App.As(p)));
        await Task.WhenAll(people.Select(p => Task.Run(() => WorkAsync(p, browsers[p], taken))));

        // Each item lay before one person only, who took it once and decided it once.
        Assert.Equal(items, taken.Count);
        var names = taken.ToDictionary(t => Guid.Parse(t.Key), t => t.Value.By.Name);
        var reviews = await world.App.InDbAsync(db => (from r in db.Set<Review>() join a in db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>() on r.Seq equals a.Seq select new { r.Seq, a.Id, r.State, r.LeaseOwner }).ToListAsync());
        Assert.Equal((items, items), (reviews.Count(r => r.State == ReviewState.Decided && r.LeaseOwner is null), reviews.Count));
        var events = await world.App.InDbAsync(db => db.Set<ReviewEvent>().AsNoTracking().ToListAsync());
        foreach (var review in reviews)
            Assert.Equal([(ReviewEventKind.Leased, names[review.Id]), (ReviewEventKind.Decided, names[review.Id])], events.Where(e => e.Seq == review.Seq).OrderBy(e => e.Kind).Select(e => (e.Kind, e.ActorName)));
        Assert.Equal(items, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewDecided)));

        // And whoever comes late is told who decided what.
        foreach (var (person, desk) in browsers)
        {
            var (id, theirs) = taken.First(t => t.Value.By != person);
            Assert.Contains($"{theirs.By.Name} la decidió: {(theirs.Declines ? "Rechazar" : "Aprobar")}", await desk.TryAsync(id, theirs.Token), StringComparison.Ordinal);
        }
    }

    private static async Task WorkAsync(Person person, Desk desk, ConcurrentDictionary<string, Taken> taken)
    {
        var next = await desk.StartAsync();
        for (var turn = 0; next is not null && await desk.OpenAsync(next) is { } form; turn++)
        {
            var (id, declines) = (Desk.IdOf(next), turn % 2 == 1);
            Assert.True(taken.TryAdd(id, new Taken(person, form["Token"], declines)), $"{id} lay before {person} and {taken[id].By}");
            if (taken.FirstOrDefault(t => t.Value.By != person) is { Key: { } other, Value: { } theirs })
            {
                var told = await desk.TryAsync(other, theirs.Token);
                Assert.True(told.StartsWith($"Tomada por {theirs.By.Name} ", StringComparison.Ordinal) || told.StartsWith($"{theirs.By.Name} la ", StringComparison.Ordinal), $"{person} was told: {told}");
            }
            form["Input.Outcome"] = declines ? "Decline" : "Approve";
            form[declines ? "Input.DeclineReason" : "Input.ApproveReason"] = declines ? "stolen_card" : "known_customer";
            // Every third time the button is pressed twice.
            var answers = await Task.WhenAll(Enumerable.Range(0, turn % 3 == 2 ? 2 : 1).Select(_ => desk.Browser.PostAsync(form.Action, form.Content)));
            Assert.All(answers, a => Assert.Equal(HttpStatusCode.Redirect, a.StatusCode));
            // Of two that were sent at once only one may have found another item.
            next = answers.Select(a => a.Headers.Location!.OriginalString).FirstOrDefault(a => a.StartsWith(Desk.Queue + "/", StringComparison.Ordinal) && Desk.IdOf(a) != id);
        }
    }

    private sealed record Taken(Person By, string Token, bool Declines);

    /// <summary>One analyst's browser.</summary>
    private sealed class Desk(HttpClient browser)
    {
        public const string Queue = "/dashboard/reviews";
        private string? _antiforgery;

        public HttpClient Browser => browser;

        public static string IdOf(string address) => address.Split('?')[0].Split('/')[^1];

        public async Task<string?> StartAsync()
        {
            using var started = await browser.SubmitAsync(Queue, "form[action*=Start]");
            Assert.Equal(HttpStatusCode.Redirect, started.StatusCode);
            return started.Headers.Location!.OriginalString is var address && address.StartsWith(Queue + "/", StringComparison.Ordinal) ? address : null;
        }

        /// <summary>Null when it is not theirs to decide: the last one they decided themselves.</summary>
        public async Task<Form?> OpenAsync(string address)
        {
            var page = await browser.PageAsync(address);
            _antiforgery ??= page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value");
            return page.QuerySelector("#decide") is null ? null : Form.Read(page, "#decide", address);
        }

        /// <summary>Decides what somebody else has or had, with that person's own token.</summary>
        /// <returns>What is said about it.</returns>
        public async Task<string> TryAsync(string id, string token)
        {
            _antiforgery ??= (await browser.PageAsync(Queue)).QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value");
            using var answer = await browser.PostAsync($"{Queue}/{id}?handler=Decide", new FormUrlEncodedContent(
                [new("__RequestVerificationToken", _antiforgery), new("Token", token), new("Input.Outcome", "Decline"), new("Input.DeclineReason", "stolen_card")]));
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            return (await answer.HtmlAsync()).QuerySelector("#refused")!.TextContent.Trim();
        }
    }
}
