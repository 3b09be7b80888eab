using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Admins say which payments wait where.</summary>
public sealed class QueueSettingsTests
{
    private const string Path = "/dashboard/reviews/queues";

    [Fact]
    public async Task Only_admins_set_the_queues()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        foreach (var page in (string[])[Path, Path + "/new", Path + "/1", Path + "/5/deletion"])
        {
            foreach (var person in (Person[])[World.Maria, World.Clara, World.Victor])
            {
                using var answer = await world.App.As(person).GetAsync(page);
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }
        }
        var shown = await world.App.As(World.Ines).PageAsync(Path);
        Assert.Equal(["1", "2", "3", "4"], shown.QuerySelectorAll("tr[data-queue]").Select(r => r.GetAttribute("data-queue")));
        Assert.Empty(shown.QuerySelectorAll("[data-switch='4'], [data-up='1'], [data-down='3']"));
    }

    [Fact]
    public async Task A_new_queue_takes_the_next_payment_its_filter_meets_and_is_written_down()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var mark = await MarkAsync(world);
        await MakeAsync(world, "Montos altos", ("Input.Currency", "MXN"), ("Input.MinimumAmount", "200.02"), ("Input.Decision", "Review"), ("Input.Signals", SignalCatalog.All.Single(s => s.Title == "E-mail domain on a list").Code));
        Assert.True(await MarkAsync(world) > mark);
        await world.HoldAsync(3);
        await world.FoldedAsync();
        Assert.Equal([(1L, 1), (2L, 5), (3L, 5)], (await world.App.InDbAsync(db => db.Set<Review>().OrderBy(r => r.Seq).Select(r => new { r.Seq, r.Queue }).ToListAsync())).Select(r => (r.Seq, r.Queue)));
        var (before, after) = await LastAsync(world, "5");
        Assert.Null(before);
        Assert.Contains("Montos altos", after, StringComparison.Ordinal);

        var admin = world.App.As(World.Ines);
        using var form = await admin.GetAsync(Path + "/5");
        var read = await Form.ReadAsync(form, "#queue-form");
        Assert.Equal(("MXN", "200.02", "Review", "8"), (read["Input.Currency"], read["Input.MinimumAmount"], read["Input.Decision"], read["Input.UndoSeconds"]));
        using var changed = await SendAsync(admin, Path + "/5", ("Input.UndoSeconds", "30"), ("Input.SecondAbove", "MXN 25000\nclp 900000"), ("Input.Days", "Monday"), ("Input.Days", "Friday"), ("Input.From", "08:30"), ("Input.To", "17:00"),
            ("Input.SlaMinutes", "45"), ("Input.Timeout", "Escalate"), ("Input.Approve", "known_customer"), ("Input.IsRestricted", "true"), ("Input.DeclineNeedsNote", "true"));
        Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        var queue = await world.App.InDbAsync(db => db.Set<ReviewQueue>().SingleAsync(q => q.Number == 5));
        Assert.Equal((30, 45, TimeoutAction.Escalate, true, true), (queue.UndoSeconds, queue.SlaMinutes, queue.Timeout, queue.IsRestricted, queue.DeclineNeedsNote));
        Assert.Equal([("CLP", 900_000L), ("MXN", 2_500_000L)], queue.ReadSecondAbove().OrderBy(s => s.Key).Select(s => (s.Key, s.Value)));
        var hours = queue.ReadHours()!;
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Friday], hours.Days);
        Assert.Equal((510, 1_020), (hours.From, hours.To));
        Assert.Equal(["known_customer"], queue.ReasonsFor(ReviewOutcome.Approve));
        Assert.Equal(ReviewReasons.Decline, queue.ReasonsFor(ReviewOutcome.Decline));
        (before, after) = await LastAsync(world, "5");
        Assert.Contains("\"undoSeconds\":8", before, StringComparison.Ordinal);
        Assert.Contains("\"undoSeconds\":30", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Input.Name", " ", "The name must have")]
    [InlineData("Input.UndoSeconds", "31", "Seconds to undo a decision: write a whole number from 0 to 30.")]
    [InlineData("Input.SlaMinutes", "0", "Minutes until it is due: write a whole number")]
    [InlineData("Input.WarnPercent", "x", "Due soon after, % of the time: write a whole number")]
    [InlineData("Input.Currency", "XYZ", "XYZ is no currency")]
    [InlineData("Input.MinimumAmount", "100", "Minimum amount: an amount needs its currency.")]
    [InlineData("Input.MinimumScore", "101", "Minimum score: write a whole number from 0 to 100.")]
    [InlineData("Input.Countries", "MX, Francia", "Countries: “Francia” is no country.")]
    [InlineData("Input.Signals", "no_such", "Signals: there is no signal no_such.")]
    [InlineData("Input.SecondAbove", "25000", "Second person above: “25000” is no currency with its amount.")]
    [InlineData("Input.NoteAbove", "MXN", "Note needed above: “MXN” is no currency with its amount.")]
    [InlineData("Input.DeclineSeconds", "61", "Seconds under which a decline is asked once more: write a whole number from 0 to 60.")]
    [InlineData("Input.WeightOfTime", "-1", "Weight of the time that has passed: write a whole number from 0 to 100.")]
    [InlineData("Input.Decline", "", "Reasons to “Decline”: choose at least one.")]
    [InlineData("Input.SlaMinutes", "", "When time runs out: without minutes until it is due, time never does.")]
    public async Task What_is_wrong_is_said_with_the_field_and_nothing_is_saved(string field, string value, string sentence)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var admin = world.App.As(World.Ines);
        admin.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        using var answer = await SendAsync(admin, Path + "/3", ("Input.Timeout", "Decline"), (field, value));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(sentence, (await answer.HtmlAsync()).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(TimeoutAction.None, await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 3).Select(q => q.Timeout).SingleAsync()));
    }

    [Fact]
    public async Task Who_changes_a_queue_that_changed_meanwhile_is_told()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var admin = world.App.As(World.Ines);
        using var page = await admin.GetAsync(Path + "/3");
        var form = await Form.ReadAsync(page, "#queue-form");
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 3).ExecuteUpdateAsync(q => q.SetProperty(x => x.SlaMinutes, 7)));
        using var answer = await SendAsync(admin, Path + "/3", ("Input.Stamp", form["Input.Stamp"]), ("Input.SlaMinutes", "9"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(7, await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 3).Select(q => q.SlaMinutes).SingleAsync()));
    }

    [Fact]
    public async Task A_reason_that_is_new_comes_to_the_queues_that_have_all_and_not_to_a_list_somebody_chose()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.Reasons, """{"Decline":["stolen_card","other"]}""")));
        var queues = await world.App.InDbAsync(db => db.Set<ReviewQueue>().AsNoTracking().OrderBy(q => q.Number).ToListAsync());
        Assert.Contains("friendly_fraud", queues[0].ReasonsFor(ReviewOutcome.Decline));
        Assert.Equal(["stolen_card", "other"], queues[1].ReasonsFor(ReviewOutcome.Decline));
        var form = await world.App.As(World.Ines).PageAsync(Path + "/2");
        Assert.False(form.QuerySelector("input[value=friendly_fraud]")!.HasAttribute("checked"));
    }

    [Fact]
    public async Task A_form_that_is_sent_as_it_stands_changes_nothing()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var before = await world.App.InDbAsync(db => db.Set<ReviewQueue>().OrderBy(q => q.Number).ToListAsync());
        foreach (var queue in before)
        {
            using var answer = await SendAsync(world.App.As(World.Ines), $"{Path}/{queue.Number}");
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        }
        Assert.Equal(before.Select(q => ReviewQueue.Write(q.Summary)), (await world.App.InDbAsync(db => db.Set<ReviewQueue>().OrderBy(q => q.Number).ToListAsync())).Select(q => ReviewQueue.Write(q.Summary)));
        Assert.Equal(0, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewQueueChanged)));
    }

    [Fact]
    public async Task The_order_decides_who_takes_a_payment_and_a_queue_that_is_off_takes_none()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var admin = world.App.As(World.Ines);
        using (await admin.SubmitAsync(Path, "[data-up='3']")) { }
        using (await admin.SubmitAsync(Path, "[data-up='3']")) { }
        await world.HoldAsync(1);
        await world.FoldedAsync();
        Assert.Equal(3, await world.App.InDbAsync(db => db.Set<Review>().Select(r => r.Queue).SingleAsync()));
        Assert.Equal([3, 1, 2, 4], await world.App.InDbAsync(db => db.Set<ReviewQueue>().OrderBy(q => q.Position).Select(q => q.Number).ToListAsync()));
        Assert.Contains("Nunca se consulta", (await admin.PageAsync(Path)).QuerySelector("tr[data-queue='1']")!.TextContent, StringComparison.Ordinal);

        using (await admin.SubmitAsync(Path, "[data-switch='3']")) { }
        await world.HoldAsync(1);
        await world.FoldedAsync();
        Assert.Equal([3, 1], await world.App.InDbAsync(db => db.Set<Review>().OrderBy(r => r.Seq).Select(r => r.Queue).ToListAsync()));
        Assert.NotNull((await admin.PageAsync(Path)).QuerySelector(".alert-warning"));
        Assert.Equal(3, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewQueueChanged)));
    }

    [Fact]
    public async Task A_queue_of_ones_own_is_deleted_when_its_items_have_somewhere_to_go()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var admin = world.App.As(World.Ines);
        await MakeAsync(world, "Propia", ("Input.Decision", "Review"));
        await world.HoldAsync(2);
        await world.FoldedAsync();
        using (var refused = await admin.SubmitAsync(Path + "/5/deletion", ("target", "3"))) Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);      // it is on
        using (await admin.SubmitAsync(Path, "[data-switch='5']")) { }
        using (var refused = await admin.SubmitAsync(Path + "/5/deletion", ("target", "")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("2 revisiones esperan en ella", (await refused.HtmlAsync()).QuerySelector(".alert-danger")!.TextContent, StringComparison.Ordinal);
        }
        using (var nobody = await admin.GetAsync(Path + "/3/deletion")) Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using (var done = await admin.SubmitAsync(Path + "/5/deletion", ("target", "3"))) Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        Assert.Equal([3, 3], await world.App.InDbAsync(db => db.Set<Review>().Select(r => r.Queue).ToListAsync()));
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Moved && e.ActorName == World.Ines.Name)));
        Assert.Equal((ReviewAnswer.Done, 1), (await world.DecideAsync(await world.PersonAsync(World.Maria), (await world.NextAsync(await world.PersonAsync(World.Maria)))!.Value, new(ReviewOutcome.Approve, "known_customer")),
            await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.State == ReviewState.Decided))));
        await MakeAsync(world, "Otra");
        Assert.Equal([1, 2, 3, 4, 6], await world.App.InDbAsync(db => db.Set<ReviewQueue>().OrderBy(q => q.Number).Select(q => q.Number).ToListAsync()));       // a number is given once
    }

    [Fact]
    public async Task The_form_says_how_many_of_the_latest_reviews_its_filter_takes()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var admin = world.App.As(World.Ines);
        admin.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        using var answer = await SendAsync(admin, Path + "/new?handler=Reach", ("Input.Name", "X"), ("Input.Currency", "MXN"), ("Input.MinimumAmount", "200.04"));
        Assert.Equal("Of the latest 5 reviews of the last 30 days, this filter takes 2.", (await answer.HtmlAsync()).QuerySelector("#reach")!.TextContent.Trim());
        Assert.Equal(4, await world.App.InDbAsync(db => db.Set<ReviewQueue>().CountAsync()));
    }

    private static async Task MakeAsync(ReviewWorld world, string name, params (string Field, string Value)[] fields)
    {
        using var made = await SendAsync(world.App.As(World.Ines), Path + "/new", [("Input.Name", name), .. fields]);
        Assert.True(made.StatusCode == HttpStatusCode.Redirect, await made.Content.ReadAsStringAsync());
    }

    /// <summary>Sends the form as it stands with these fields instead; one named more than once keeps all its values.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string url, params (string Field, string Value)[] fields)
    {
        using var page = await client.GetAsync(url.Split('?')[0]);
        var form = (await page.HtmlAsync()).QuerySelector("#queue-form")!;
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var field in form.QuerySelectorAll("input[name], select[name], textarea[name]"))
        {
            var name = field.GetAttribute("name")!;
            if (fields.Any(f => f.Field == name)) continue;
            switch (field)
            {
                case AngleSharp.Html.Dom.IHtmlInputElement { Type: "checkbox" or "radio", IsChecked: false }: break;
                case AngleSharp.Html.Dom.IHtmlInputElement input: pairs.Add(new(name, input.Value)); break;
                case AngleSharp.Html.Dom.IHtmlSelectElement select: pairs.Add(new(name, select.Value ?? "")); break;
                case AngleSharp.Html.Dom.IHtmlTextAreaElement area: pairs.Add(new(name, area.Value)); break;
            }
        }
        pairs.AddRange(fields.Where(f => f.Value.Length > 0 || f.Field != "Input.Decline").Select(f => new KeyValuePair<string, string>(f.Field, f.Value)));
        return await client.PostAsync(url, new FormUrlEncodedContent(pairs));
    }

    private static Task<long> MarkAsync(ReviewWorld world) => world.App.InDbAsync(db => db.ChangeMarks.Where(m => m.Topic == ChangeTopics.Reviews).Select(m => m.Version).SingleAsync());

    private static async Task<(string? Before, string After)> LastAsync(ReviewWorld world, string number)
    {
        var entry = await world.App.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == AuditActions.ReviewQueueChanged && e.SubjectKind == ChangeQueues.Subject && e.SubjectId == number).OrderByDescending(e => e.Sequence).FirstAsync());
        Assert.Equal(World.Ines.Name, entry.ActorName);
        return (entry.Before, entry.After!);
    }
}
