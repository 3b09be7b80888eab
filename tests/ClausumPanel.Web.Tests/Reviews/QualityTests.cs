using System.Globalization;
using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class QualityTests : QualityFigureStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task The_figures_are_those_that_other_queries_count() => FiguresAsync();

    [Fact] public Task Who_decides_otherwise_than_the_score_leant_by_the_bounds_of_that_day_overrules_the_engine() => LeanAsync();

    [Fact] public Task What_time_did_is_told_apart_and_so_are_the_two_ways_a_decision_can_be_wrong() => ByTimeAsync();

    [Theory]
    [InlineData(Decision.Approve, 99, ReviewOutcome.Approve), InlineData(Decision.Decline, 0, ReviewOutcome.Decline), InlineData(Decision.Review, 59, ReviewOutcome.Approve), InlineData(Decision.Review, 60, ReviewOutcome.Decline),
     InlineData(Decision.Challenge, 59, ReviewOutcome.Approve), InlineData(Decision.Challenge, 60, ReviewOutcome.Decline), InlineData(Decision.Review, 0, ReviewOutcome.Approve)]
    public void The_engine_leans_to_what_it_decided_or_to_the_nearer_bound(Decision decision, int score, ReviewOutcome lean) => Assert.Equal(lean, EngineLean.Of(decision, score, new Bands(40, 60, 80)));

    [Fact]
    public async Task Each_column_of_the_figures_says_what_it_counts_at_its_name()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        var page = await world.App.As(World.Ines).PageAsync(Path);
        var names = page.QuerySelectorAll(".figures-of thead th:not(:first-child) button");
        // What time did is told by queue alone.
        Assert.Equal((10 + 9, names.Length), (names.Length, page.QuerySelectorAll(".figures-of thead th:not(:first-child)").Length));
        Assert.All(names, name => Assert.True(page.GetElementById(name.GetAttribute("popovertarget")!) is { TextContent.Length: > 10 } meaning && meaning.HasAttribute("popover") && name.GetAttribute("aria-describedby") == meaning.Id));
        Assert.Equal(page.All.Count(e => e.Id is { Length: > 0 }), page.All.Where(e => e.Id is { Length: > 0 }).Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task Who_does_not_run_the_team_sees_no_figures_of_people_in_the_page_or_its_file()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        foreach (var (person, sees) in ((Person, bool)[])[(World.Ines, true), (World.Maria, false), (World.Victor, false)])
        {
            var client = world.App.As(person);
            var page = await client.PageAsync(Path);
            // Their own figures everybody sees who decided something.
            Assert.Equal((sees, person == World.Maria), (page.QuerySelector("#by-person") is not null, page.QuerySelector("#yours") is not null));
            Assert.Equal(person != World.Victor, page.QuerySelector("main")!.TextContent.Contains(World.Maria.Name, StringComparison.Ordinal));
            using var file = await client.SubmitAsync(Path + "?period=7d", "form[action*=export]");
            Assert.Equal("text/csv; charset=utf-8", file.Content.Headers.ContentType!.ToString());
            var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF', '\n', '\r').Split('\n');
            Assert.Equal(sees ? 3 : 2, lines.Length);
            Assert.StartsWith("queue,Marcadas por una lista o regla,1,1,0,0,", lines[1], StringComparison.Ordinal);
            Assert.EndsWith(",timed_out_escalated,timed_out_approved,timed_out_declined,later_labels_approved,overturned_fraud,later_labels_declined,overturned_good,engine_leant,overruled", lines[0].Trim(), StringComparison.Ordinal);
            Assert.All(lines[1..], line => Assert.EndsWith(",0,0,0,0,0,0,0,1,0", line.Trim(), StringComparison.Ordinal));
        }
        var trail = await world.App.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.Exported && e.SubjectKind == "reviews").OrderBy(e => e.Sequence).Select(e => e.ActorName + " " + e.After).ToListAsync());
        Assert.Equal(3, trail.Count);
        Assert.StartsWith(World.Ines.Name + " {\"format\":\"csv\",\"rows\":2", trail[0], StringComparison.Ordinal);
        using var asked = await world.App.As(World.Victor).GetAsync(Path + "/export");
        Assert.Equal(HttpStatusCode.Redirect, asked.StatusCode);
    }

    [Fact]
    public async Task What_is_outside_the_period_does_not_count()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromDays(8));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Declined)).IsDone);
        var client = world.App.As(World.Ines);
        Assert.Equal(("1", "2"), (Figure(await client.PageAsync(Path + "?period=7d"), "1", "decided"), Figure(await client.PageAsync(Path), "1", "decided")));
        Assert.Equal("1", Figure(await client.PageAsync(Path + "?period=today"), "1", "late"));
    }

    [Fact]
    public async Task What_is_put_away_is_not_overdue_here_nor_on_its_queue()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var away = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, away.Seq, away.Token, world.App.Clock.GetUtcNow().AddHours(3), null, default))).IsDone);
        var elsewhere = (await world.NextAsync(maria))!.Value.Seq;
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == elsewhere).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2)));
        world.App.Clock.Advance(TimeSpan.FromHours(2));
        await ExpectAsync("2", "1", "3");
        world.App.Clock.Advance(TimeSpan.FromHours(1));
        // Back again it has its time.
        await ExpectAsync("2", "1", "3");
        world.App.Clock.Advance(TimeSpan.FromHours(1));
        await ExpectAsync("3", "1", "4");

        async Task ExpectAsync(string here, string there, string together)
        {
            var victor = world.App.As(World.Victor);
            var page = await victor.PageAsync(Path);
            Assert.Equal((here, there, together), (Figure(page, "1", "overdue"), Figure(page, "2", "overdue"), Figure(page, "all", "overdue")));
            var tiles = await victor.PageAsync("/dashboard/reviews");
            Assert.Equal([here, there], ((string[])["1", "2"]).Select(queue => tiles.QuerySelector($"[data-queue='{queue}'] .bg-red-lt")!.TextContent.Split(' ')[0]));
        }
    }
}

public sealed class PostgresQualityTests : QualityFigureStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task The_figures_are_those_that_other_queries_count() => FiguresAsync();

    [PostgresFact] public Task Who_decides_otherwise_than_the_score_leant_by_the_bounds_of_that_day_overrules_the_engine() => LeanAsync();

    [PostgresFact] public Task What_time_did_is_told_apart_and_so_are_the_two_ways_a_decision_can_be_wrong() => ByTimeAsync();
}

public abstract class QualityFigureStories : QualityStories
{
    protected async Task FiguresAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(14);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        async Task<ReviewLease> Take(Reviewer who) => (await world.NextAsync(who))!.Value;
        async Task<long> Decide(Reviewer who, ReviewVerdict verdict, int? reading)
        {
            var lease = await Take(who);
            // Nobody reads for longer than they have it.
            world.App.Clock.Advance(TimeSpan.FromMilliseconds(reading ?? 0));
            Assert.True((await world.DecideAsync(who, lease, verdict with { ReadingMilliseconds = reading })).IsDone);
            return lease.Seq;
        }
        // María: three approvals, of which one is undone and decided otherwise, one reopened, one contradicted by a bank.
        var contradicted = await Decide(maria, Approved, 4_000);
        world.App.Clock.Advance(TimeSpan.FromMinutes(2));
        var undone = await Decide(maria, Approved, 90_000);
        var (again, _) = await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, undone, default));
        Assert.True((await world.DecideAsync(maria, again!.Value, Declined with { ReadingMilliseconds = 12_000 })).IsDone);
        var reopened = await Decide(maria, Approved, null);
        world.App.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.SettleAsync();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(ines, reopened, "The owner called", record, default))).IsDone);
        // Tomás: one confirmed by the bank, one proof; one each skipped, held and escalated.
        var confirmed = await Decide(tomas, Declined, 20_000);
        await Decide(tomas, Asked, 8_000);
        var skipped = await Take(tomas);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(tomas, skipped.Seq, skipped.Token, "not_my_area", null, default))).IsDone);
        var held = await Take(tomas);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(tomas, held.Seq, held.Token, world.App.Clock.GetUtcNow().AddDays(3), null, default))).IsDone);
        var escalated = await Take(tomas);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(tomas, escalated.Seq, escalated.Token, "Too large for me", default))).IsDone);
        // Two must agree, and do not.
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, "{\"MXN\":1}")));
        var twice = await Take(maria);
        Assert.True((await world.DecideAsync(maria, twice, Approved)).IsDone);
        var second = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(tomas, twice.Seq, default));
        Assert.True((await world.DecideAsync(tomas, second.Lease!.Value, Declined)).IsDone);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, "{}")));
        // The bank speaks, time passes, one is decided late and time decides the rest.
        await record.AddAsync([new NewLabel(contradicted, TestClock.Start.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback), new NewLabel(confirmed, TestClock.Start.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback)],
            LabelChannel.Panel, Actor.System, null, default);
        world.App.Clock.Advance(TimeSpan.FromHours(5));
        await Decide(maria, Declined, 30_000);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline)));
        world.App.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.SettleAsync();

        var page = await world.App.As(World.Ines).PageAsync(Path);
        var whole = await world.App.InDbAsync(async db => new Dictionary<string, string>
        {
            ["decided"] = await CountAsync(db, "e.kind = 9"),
            ["approved"] = await CountAsync(db, "e.kind = 9 AND e.outcome = 0"),
            ["challenged"] = await CountAsync(db, "e.kind = 9 AND e.outcome = 1"),
            ["declined"] = await CountAsync(db, "e.kind = 9 AND e.outcome = 2"),
            ["timed-out"] = await CountAsync(db, "e.kind = 13"),
            ["skipped"] = await CountAsync(db, "e.kind = 4"),
            ["held"] = await CountAsync(db, "e.kind = 5"),
            ["escalated"] = await CountAsync(db, "e.kind = 6"),
            ["undone"] = await CountAsync(db, "e.kind = 10"),
            ["reopened"] = await CountAsync(db, "e.kind = 12"),
            ["disagreed"] = await CountAsync(db, "e.kind = 14"),
        });
        foreach (var (figure, count) in whole) Assert.True(Figure(page, "all", figure) == count, $"{figure}: {Figure(page, "all", figure)} instead of {count}");
        Assert.Equal(("6", "2", "1", "3"), (whole["decided"], whole["approved"], whole["challenged"], whole["declined"]));
        Assert.True(int.Parse(whole["timed-out"], CultureInfo.InvariantCulture) > 0);
        Assert.Equal(("1", "1", "1", "1", "1", "1"), (whole["skipped"], whole["held"], whole["escalated"], whole["undone"], whole["reopened"], whole["disagreed"]));
        // 4, 12, 20, 8 and 30 s were read; the undone 90 s are none.
        Assert.Equal(("12000", "30000"), (Figure(page, "1", "reading"), Figure(page, "1", "reading-most")));
        Assert.Equal(("2", "1", "1"), (Figure(page, "1", "judged"), Figure(page, "1", "overturned"), Figure(page, "1", "late")));
        // Time declined what it decided, and the engine leant to approve all of them: only the declines overrule it.
        Assert.Equal((whole["timed-out"], "0", "0"), (Figure(page, "all", "time-declined"), Figure(page, "all", "time-approved"), Figure(page, "all", "time-escalated")));
        Assert.Equal(("5", "3"), (Figure(page, "all", "leant"), Figure(page, "all", "overruled")));
        // Whose they are, and of what each is one, stands there in words.
        Assert.Equal("Por cola: todo el equipo", page.QuerySelector("#by-queue")!.TextContent);
        string Cell(string label) => string.Join(' ', page.QuerySelector($"#by-queue")!.Closest("section")!.QuerySelector($"tr[data-figures='1'] td[data-label='{label}']")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("3 de 5 aprobaciones y rechazos 60%", Cell("Distinto del motor"));
        Assert.StartsWith("1 de 2 con noticia posterior", Cell("Contradichas después"), StringComparison.Ordinal);
        Assert.Equal("12 s nueve de diez en menos de 30 s; medido en 5", Cell("Lectura (mediana)"));
        Assert.Matches("^aprobadas .+ verificación .+ rechazadas ", Cell("Resultado"));
        Assert.Equal(("1", "0"), (Figure(page, "1", "approved-fraud"), Figure(page, "1", "declined-good")));
        Assert.Equal(("4", "1", "1", "0"), (Figure(page, World.Maria.Name, "decided"), Figure(page, World.Maria.Name, "judged"), Figure(page, World.Maria.Name, "overturned"), Figure(page, World.Tomas.Name, "overturned")));
        Assert.Equal(("2", "1", "1", "1", "1"), (Figure(page, World.Tomas.Name, "decided"), Figure(page, World.Tomas.Name, "skipped"), Figure(page, World.Tomas.Name, "held"), Figure(page, World.Tomas.Name, "escalated"),
            Figure(page, World.Tomas.Name, "disagreed")));
        Assert.Equal("1", Figure(page, World.Maria.Name, "reopened"));
    }

    protected async Task LeanAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        world.App.Clock.Advance(TimeSpan.FromMinutes(10));
        // From then on what scores 25 is nearer to a decline.
        await world.App.InDbAsync(async db =>
        {
            var now = world.App.Clock.GetUtcNow();
            db.Add(new PolicyVersion { Version = 7, State = PolicyState.Retired, Document = PolicyJson.Write(Policy.Default with { Version = 7, Bands = new Bands(10, 20, 30) }), Reason = "Stricter", CreatedAt = now, ActivatedAt = now, RetiredAt = now });
            await db.SaveChangesAsync();
        });
        await world.HoldAsync(2);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<AssessmentRow>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Score, 25)));
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        async Task Decide(Reviewer who, long seq, ReviewVerdict verdict)
        {
            var taken = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default));
            Assert.True((await world.DecideAsync(who, taken.Lease!.Value, verdict)).IsDone);
        }
        await Decide(maria, 1, Approved);       // as it leant
        await Decide(maria, 2, Declined);       // not
        await Decide(maria, 3, Approved);       // not, by the new bounds
        await Decide(tomas, 4, Asked);          // neither
        var page = await world.App.As(World.Ines).PageAsync(Path);
        Assert.Equal(("4", "3", "2"), (Figure(page, "1", "decided"), Figure(page, "1", "leant"), Figure(page, "1", "overruled")));
        Assert.Equal(("3", "2", "0", "0"), (Figure(page, World.Maria.Name, "leant"), Figure(page, World.Maria.Name, "overruled"), Figure(page, World.Tomas.Name, "leant"), Figure(page, World.Tomas.Name, "overruled")));
        Assert.Equal("2 de 3 aprobaciones y rechazos 67%", Cell(page, "1", "Distinto del motor"));
        Assert.Contains("Se aprobó aunque el motor se inclinaba", page.QuerySelector("section[aria-labelledby=by-queue]")!.TextContent, StringComparison.Ordinal);
    }

    protected async Task ByTimeAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(6);
        await world.FoldedAsync();
        await world.App.InDbAsync(async db =>
        {
            await db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2));
            await db.Set<Review>().Where(r => r.Seq == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3));
            foreach (var (queue, action) in ((int, TimeoutAction)[])[(1, TimeoutAction.Escalate), (2, TimeoutAction.Approve), (3, TimeoutAction.Decline)])
                await db.Set<ReviewQueue>().Where(q => q.Number == queue).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, action));
        });
        var maria = await world.PersonAsync(World.Maria);
        foreach (var (seq, verdict) in ((long, ReviewVerdict)[])[(4, Approved), (5, Declined), (6, Declined)])
        {
            world.App.Clock.Advance(TimeSpan.FromMinutes(1));
            var taken = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default));
            Assert.True((await world.DecideAsync(maria, taken.Lease!.Value, verdict)).IsDone);
        }
        world.App.Clock.Advance(TimeSpan.FromHours(5));
        await world.SettleAsync();
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        NewLabel Said(long seq, LabelOutcome outcome) => new(seq, TestClock.Start.ToUnixTimeMilliseconds(), outcome, LabelSource.Chargeback);
        await record.AddAsync([Said(4, LabelOutcome.Fraud), Said(5, LabelOutcome.Good), Said(6, LabelOutcome.Fraud)], LabelChannel.Panel, Actor.System, null, default);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));

        var page = await world.App.As(World.Ines).PageAsync(Path);
        Assert.Equal(("1", "1", "1", "3"), (Figure(page, "all", "time-escalated"), Figure(page, "all", "time-approved"), Figure(page, "all", "time-declined"), Figure(page, "all", "timed-out")));
        Assert.Equal(("1 escalada", "1 aprobada 100% de todas las decisiones por tiempo", "1 rechazada 100% de todas las decisiones por tiempo"), (Cell(page, "1", "Se agotó el tiempo"), Cell(page, "2", "Se agotó el tiempo"), Cell(page, "3", "Se agotó el tiempo")));
        Assert.Equal("1 escalada, 1 aprobada, 1 rechazada 40% de todas las decisiones por tiempo", Cell(page, "all", "Se agotó el tiempo"));
        Assert.Empty(page.QuerySelectorAll($"tr[data-figures='{World.Maria.Name}'] [data-label='Se agotó el tiempo']"));
        Assert.Equal(("3", "2", "1", "1"), (Figure(page, "1", "judged"), Figure(page, "1", "overturned"), Figure(page, "1", "approved-fraud"), Figure(page, "1", "declined-good")));
        Assert.Equal("2 de 3 con noticia posterior de 1 aprobadas, fraude: 1 de 2 rechazadas, buenas: 1", Cell(page, "1", "Contradichas después"));
        // Whoever decided them sees which, and by whose word; the figures lead there. What agrees has no mark.
        var hers = await world.App.As(World.Maria).PageAsync(Path);
        Assert.Equal("2 de 3 con noticia posterior de 1 aprobadas, fraude: 1 de 2 rechazadas, buenas: 1 Cuáles", Cell(hers, "yours", "Contradichas después"));
        Assert.Equal([("5", "good"), ("4", "fraud")], hers.QuerySelectorAll("[data-against]").Select(m => (m.Closest("tr")!.GetAttribute("data-decision"), m.GetAttribute("data-against"))));
        Assert.StartsWith("fue fraude: contracargo, ", hers.QuerySelector("[data-decision='4'] [data-against]")!.TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal("5", hers.QuerySelector(hers.QuerySelector("[data-figures=yours] a")!.GetAttribute("href")!)!.GetAttribute("data-decision"));
        // One, two and three minutes.
        Assert.Equal(("120000", "180000"), (Figure(page, "1", "waiting"), Figure(page, "1", "waiting-most")));
    }

    /// <summary>Asked in another way than the page does: decisions that are the last word of their item before it was closed or opened again.</summary>
    private static async Task<string> CountAsync(PanelDb db, string where)
    {
        var sql = $"SELECT CAST(count(*) AS bigint) AS \"Value\" FROM review_events e LEFT JOIN review_events u ON u.seq = e.seq AND u.version = e.version + 1 AND u.kind = 10 AND e.kind = 9 WHERE u.id IS NULL AND ({where})";
#pragma warning disable EF1002 // words of the test itself
        return (await db.Database.SqlQueryRaw<long>(sql).SingleAsync()).ToString(CultureInfo.InvariantCulture);
#pragma warning restore EF1002
    }
}
