using System.Globalization;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class DecisionQualityTests : DecisionQualityStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Every_figure_is_the_one_that_the_answers_and_the_labels_give() => FiguresAsync();

    [Fact]
    public async Task With_fewer_than_thirty_labelled_frauds_there_are_counts_and_no_rates()
    {
        await using var world = await QualityWorld.StartAsync(Make());
        await world.PayAsync(60);
        await world.LabelAsync(world.Paid.Take(29), LabelOutcome.Fraud);
        await world.LabelAsync(world.Paid.Skip(29), LabelOutcome.Good);
        var victor = world.App.As(World.Victor);
        var page = await victor.PageAsync(Path);
        Assert.Equal("no", page.QuerySelector("[data-enough]")!.GetAttribute("data-enough"));
        Assert.Equal("29", page.QuerySelectorAll("[data-band]").Sum(r => long.Parse(r.GetAttribute("data-fraud")!, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        foreach (var rate in page.QuerySelectorAll("[data-share=recall], [data-share=precision], [data-share=approved-fraud]")) Assert.StartsWith("–", rate.TextContent, StringComparison.Ordinal);
        var whose = page.QuerySelector("[data-whose]")!;
        Assert.Equal(("0", "60"), (whose.GetAttribute("data-outside"), whose.GetAttribute("data-own")));
        await world.LabelAsync(world.Paid.Skip(29).Take(1), LabelOutcome.Fraud, LabelSource.Chargeback);
        // Whose word a rate rests on stands beside it, in all and by decision.
        page = await victor.PageAsync(Path);
        whose = page.QuerySelector("[data-whose]")!;
        Assert.Equal(("1", "59"), (whose.GetAttribute("data-outside"), whose.GetAttribute("data-own")));
        Assert.Contains("decisiones propias", whose.TextContent, StringComparison.OrdinalIgnoreCase);
        var band = page.QuerySelectorAll("[data-band]").Single(r => r.QuerySelector("small[data-outside='1']") is not null);
        Assert.Equal($"etiquetas: 1 de fuera, {Number(band, "fraud") + Number(band, "good") - 1} de decisiones propias", band.QuerySelector("small[data-outside]")!.TextContent);
        Assert.Equal("yes", (await victor.PageAsync(Path)).QuerySelector("[data-enough]")!.GetAttribute("data-enough"));
    }

    [Fact]
    public async Task A_label_that_is_taken_back_counts_no_more()
    {
        await using var world = await QualityWorld.StartAsync(Make());
        await world.PayAsync(2);
        await world.LabelAsync(world.Paid, LabelOutcome.Fraud);
        var label = await world.App.InDbAsync(db => db.Set<Label>().OrderBy(l => l.Number).Select(l => l.Id).FirstAsync());
        await using (var scope = world.App.Services.CreateAsyncScope()) Assert.True(await scope.ServiceProvider.GetRequiredService<RecordLabels>().ReverseAsync(label, null, LabelChannel.Panel, Actor.System, default));
        Assert.Equal(1, (await world.App.As(World.Victor).PageAsync(Path)).QuerySelectorAll("[data-band]").Sum(r => long.Parse(r.GetAttribute("data-fraud")!, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task The_file_holds_the_counts_of_the_page_and_taking_it_is_in_the_trail()
    {
        await using var world = await QualityWorld.StartAsync(Make());
        await world.PayAsync(40);
        await world.LabelAsync(world.Paid.Take(35), LabelOutcome.Fraud);
        var victor = world.App.As(World.Victor);
        var page = await victor.PageAsync(Path);
        using var file = await victor.SubmitAsync(Path, "form[action*=export]");
        var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF').Split('\n').Select(l => System.Text.RegularExpressions.Regex.Replace(l.Trim('\r'), "\"[^\"]*\"", "a name with a comma").Split(',')).ToList();
        foreach (var row in page.QuerySelectorAll("[data-band]"))
        {
            var line = lines.Single(l => l[0] == "decision" && l[1] == row.GetAttribute("data-band"));
            Assert.Equal((row.GetAttribute("data-all"), row.GetAttribute("data-fraud")), (line[3], line[6]));
        }
        foreach (var row in page.QuerySelectorAll("[data-record]")) Assert.Contains(lines, l => l[0] is "rule" or "signal" && l[1] == row.GetAttribute("data-record") && l[3] == row.GetAttribute("data-hits"));
        Assert.Single(await world.App.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.Exported && e.SubjectKind == "quality").ToListAsync()));
    }
}

public sealed class PostgresDecisionQualityTests : DecisionQualityStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Every_figure_is_the_one_that_the_answers_and_the_labels_give() => FiguresAsync();
}

public abstract class DecisionQualityStories
{
    protected const string Path = "/dashboard/protection/quality";

    protected abstract PanelApp Make();

    protected async Task FiguresAsync()
    {
        await using var world = await QualityWorld.StartAsync(Make());
        // Three groups: long ago, in between, and today; simulations among them.
        await world.PayAsync(50);
        await world.Shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes("""{"amount":99900,"currency":"MXN"}"""), "application/json");
        world.App.Clock.Advance(TimeSpan.FromDays(40));
        await world.PayAsync(50);
        world.App.Clock.Advance(TimeSpan.FromDays(40));
        await world.PayAsync(50);
        await world.FoldedAsync();
        var random = new Random(3);
        foreach (var paid in world.Paid)
            if (random.Next(10) is var dice && dice < 8) await world.LabelAsync([paid], dice < 4 ? LabelOutcome.Fraud : LabelOutcome.Good);

        var victor = world.App.As(World.Victor);
        foreach (var query in (string[])["", "?period=30d", "?period=365d&ripe=1"])
        {
            // What the answers said, by the edges of the days: whole days of UTC.
            var today = world.App.Clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;
            var (first, end) = query switch { "" => (today - 89, today + 1), "?period=30d" => (today - 29, today + 1), _ => (today - 60 - 365, today - 60) };
            var mine = world.Paid.Where(p => p.At.ToUnixTimeSeconds() / 86_400 is var day && day >= first && day < end).ToList();
            var (fraud, good) = (mine.Where(p => p.Label == LabelOutcome.Fraud).ToList(), mine.Where(p => p.Label == LabelOutcome.Good).ToList());
            Assert.True(mine.Count is 50 or 100 or 150);
            var page = await victor.PageAsync(Path + query);
            var isEnough = fraud.Count >= 30;
            Assert.Equal(isEnough ? "yes" : "no", page.QuerySelector("[data-enough]")!.GetAttribute("data-enough"));
            foreach (var row in page.QuerySelectorAll("[data-band]"))
            {
                var band = row.GetAttribute("data-band");
                Assert.Equal<(long, long, long)>((mine.Count(p => p.Decision == band), fraud.Count(p => p.Decision == band), good.Count(p => p.Decision == band)), (Number(row, "all"), Number(row, "fraud"), Number(row, "good")));
                // Each number is as many rows of its list.
                foreach (var link in row.QuerySelectorAll("a")) Assert.Equal(long.Parse(link.TextContent, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), await CountAsync(victor, link));
            }
            string[] strict = ["approve", "review", "challenge", "decline"];
            foreach (var row in page.QuerySelectorAll("[data-cut]"))
            {
                var from = Array.IndexOf(strict, row.GetAttribute("data-cut"));
                bool Stopped(Payment p) => Array.IndexOf(strict, p.Decision) >= from;
                Assert.Equal<(long, long, long, long, long)>((fraud.Count(Stopped), good.Count(Stopped), fraud.Count(p => !Stopped(p)), good.Count(p => !Stopped(p)), mine.Count(Stopped)),
                    (Number(row, "stopped-fraud"), Number(row, "stopped-good"), Number(row, "passed-fraud"), Number(row, "passed-good"), Number(row, "stopped")));
                foreach (var link in row.QuerySelectorAll("a[data-rows]")) Assert.Equal((link.TextContent, Number(link, "rows")), (link.TextContent, await CountAsync(victor, link)));
                if (isEnough) Assert.StartsWith(Percent(fraud.Count(Stopped), fraud.Count), row.QuerySelector("[data-share=recall]")!.TextContent, StringComparison.Ordinal);
            }
            foreach (var row in page.QuerySelectorAll("[data-bin]"))
            {
                var bin = Number(row, "bin");
                bool In(Payment p) => Math.Min(p.Score / 10, 9) == bin;
                Assert.Equal<(long, long, long)>((mine.Count(In), fraud.Count(In) + good.Count(In), fraud.Count(In)), (Number(row, "all"), Number(row, "labelled"), Number(row, "fraud")));
                Assert.Equal(mine.Count(In), await CountAsync(victor, row.QuerySelector("a")!));
            }
            Assert.Equal(["EUR", "MXN"], page.QuerySelectorAll("[data-currency]").Select(r => r.GetAttribute("data-currency")));
            foreach (var row in page.QuerySelectorAll("[data-currency]"))
            {
                var its = mine.Where(p => p.Currency == row.GetAttribute("data-currency")).ToList();
                Assert.Equal<(long, long, long)>((its.Where(p => p.Label == LabelOutcome.Fraud).Sum(p => p.Amount), its.Where(p => p is { Label: LabelOutcome.Fraud, Decision: "decline" }).Sum(p => p.Amount), its.Where(p => p.Decision == "decline").Sum(p => p.Amount)),
                    (Number(row, "fraud"), Number(row, "declined-fraud"), Number(row, "declined")));
            }
            var records = page.QuerySelectorAll("[data-record]").ToList();
            Assert.Contains(records, r => r.GetAttribute("data-record") == "dear");
            foreach (var row in records)
            {
                var key = row.GetAttribute("data-record")!;
                var isRule = QualityWorld.Rules.Any(r => r.Id == key);
                bool Hit(Payment p) => isRule ? Fires(key, p) : p.Signals.Contains(key);
                Assert.True((mine.Count(Hit), fraud.Count(Hit) + good.Count(Hit), fraud.Count(Hit)) == (Number(row, "hits"), Number(row, "labelled"), Number(row, "fraud")), $"{query} {key}: {row.TextContent}");
                if (query.Length > 0) continue;
                Assert.Equal(mine.Count(Hit), await CountAsync(victor, row.QuerySelector("td.num a")!));
                Assert.Equal(fraud.Any(Hit) ? 2 : 1, row.QuerySelectorAll("a[data-rows]").Length);
                foreach (var link in row.QuerySelectorAll("a[data-rows]")) Assert.Equal((key, Number(link, "rows")), (key, await CountAsync(victor, link)));
            }
            // Overlap is of the last thirty days of the period.
            var late = mine.Where(p => p.At.ToUnixTimeSeconds() / 86_400 >= end - 30).ToList();
            foreach (var row in page.QuerySelectorAll("#rule-pairs ~ * [data-pair], [aria-labelledby=rule-pairs] [data-pair]"))
            {
                var pair = row.GetAttribute("data-pair")!.Split(' ');
                Assert.Equal<(long, long, long)>((late.Count(p => Fires(pair[0], p) && Fires(pair[1], p)), late.Count(p => Fires(pair[0], p)), late.Count(p => Fires(pair[1], p))), (Number(row, "both"), Number(row, "first"), Number(row, "second")));
            }
            foreach (var row in page.QuerySelectorAll("[aria-labelledby=signal-pairs] tr[data-pair]"))
            {
                var pair = row.GetAttribute("data-pair")!.Split(' ');
                Assert.Equal(late.Count(p => p.Signals.Contains(pair[0]) && p.Signals.Contains(pair[1])), Number(row, "both"));
            }
        }
        // Exclusive hits as the rows keep them, asked of the log itself.
        var decided = await world.App.InDbAsync(async db =>
        {
            var (count, hits) = (0L, new RuleHit[Assessment.MostRules]);
            foreach (var bytes in await db.Set<StoredAssessment>().Where(a => !a.Simulated).Select(a => a.Signals).ToListAsync())
                foreach (var hit in hits[..SignalHits.ReadRules(bytes, hits)])
                    if (hit is { Rule: 0, Without: not null }) count++;
            return count;
        });
        Assert.True(decided > 0);
        Assert.Equal(decided, Number((await victor.PageAsync(Path + "?period=180d")).QuerySelector("[data-record=dear]")!, "decided"));

        // A rule that never decided anything for thirty days is asked whether it should go; one that only observes is not.
        var stale = (await victor.PageAsync(Path)).QuerySelectorAll("[data-record]").ToDictionary(r => r.GetAttribute("data-record")!, r => r.GetAttribute("data-stale"));
        Assert.Equal(("Idle", "No"), (stale["never"], stale["dear"]));
        Assert.NotEqual("Idle", stale["watch"]);
    }

    private static bool Fires(string rule, Payment p) => rule switch
    {
        "dear" => p is { Currency: "MXN", Amount: > 60_000 },
        "dearer" => p is { Currency: "MXN", Amount: > 80_000 },
        "watch" => p is { Currency: "MXN", Amount: > 40_000 },
        _ => false,
    };

    private static string Percent(int part, int whole) => ((double)part / whole).ToString("P1", CultureInfo.GetCultureInfo("es-MX"));

    protected static long Number(IElement row, string name) => long.Parse(row.GetAttribute("data-" + name)!, CultureInfo.InvariantCulture);

    private static async Task<long> CountAsync(HttpClient client, IElement link) =>
        long.Parse((await client.PageAsync(link.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count")!, CultureInfo.InvariantCulture);

    /// <summary>What a payment was answered with, and what it was said to be.</summary>
    protected internal sealed record Payment(long Seq, DateTimeOffset At, long Amount, string Currency, string Decision, int Score, IReadOnlySet<string> Signals)
    {
        public LabelOutcome? Label { get; set; }
    }

    protected internal sealed class QualityWorld(PanelApp app, Shop shop) : IAsyncDisposable
    {
        public static readonly PolicyRule[] Rules =
        [
            new("dear", "Dear", "when amount > 600 MXN then review", "dear"), new("dearer", "Dearer", "when amount > 800 MXN then block", "dearer"),
            new("watch", "Watch", "when amount > 400 MXN then block", "watched") { ObserveOnly = true }, new("never", "Never", "when amount > 99999 MXN then block", "never"),
        ];

        private readonly Random _random = new(5);

        public PanelApp App => app;
        public Shop Shop => shop;
        public List<Payment> Paid { get; } = [];

        public static async Task<QualityWorld> StartAsync(PanelApp app)
        {
            await app.InitializeAsync();
            var shop = await Shop.OpenAsync(app);
            await using (var scope = app.Services.CreateAsyncScope())
            {
                var desk = scope.ServiceProvider.GetRequiredService<PolicyDesk>();
                var ines = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email));
                var actor = new Actor(ActorKind.Person, ines.Id, ines.DisplayName);
                var active = await desk.ActiveAsync(default);
                Assert.Null((await desk.ChangeAsync(actor, PolicyChanges.Between(active, active with { Rules = Rules }), mayRules: true, default)).Refusal);
                Assert.Null((await desk.ApproveAsync(actor, (await desk.ProposeAsync(actor, "Rules", null, default)).Version!.Value, null, null, default)).Refusal);
            }
            await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
            return new QualityWorld(app, shop);
        }

        public async Task PayAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var (amount, currency) = (_random.Next(10_000, 100_000), _random.Next(4) == 0 ? "EUR" : "MXN");
                var email = _random.Next(3) switch { 0 => $"a{Paid.Count}@mailinator.com", 1 => "loyal@shop.example", _ => $"xk{_random.Next()}q@gmail.com" };
                var card = _random.Next(2) == 0 ? ",\"payment_method\":{\"type\":\"card\",\"card_bin\":\"411111\",\"card_last4\":\"4242\",\"card_country\":\"US\"}" : "";
                var answer = (await shop.AssessAsync($$"""{"amount":{{amount}},"currency":"{{currency}}","email":"{{email}}"{{card}}}""")).MustBeGood();
                Paid.Add(new Payment(AssessmentId.SeqOf(Guid.Parse(answer.Id)), app.Clock.GetUtcNow(), amount, currency, answer.Decision!, answer.Score, answer.Signals.ToHashSet()));
            }
        }

        public async Task LabelAsync(IEnumerable<Payment> payments, LabelOutcome outcome, LabelSource source = LabelSource.Analyst)
        {
            await FoldedAsync();
            var all = payments.ToList();
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([.. all.Select(p => new NewLabel(p.Seq, p.At.ToUnixTimeMilliseconds(), outcome, source))], LabelChannel.Panel, Actor.System, null, default);
            foreach (var one in all) one.Label = outcome;
        }

        public Task FoldedAsync() => app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);

        public async ValueTask DisposeAsync() => await ((IAsyncLifetime)app).DisposeAsync();
    }
}
