using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>The times until which one is put away with a key.</summary>
public sealed class HoldTimeTests
{
    private const string Queue = "/dashboard/reviews";

    private static readonly BusinessHours Weekdays = new([DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday], 8 * 60 + 30, 18 * 60);

    [Theory]
    // The night before the clocks go forward in Madrid, and the one before they go back: nine is nine.
    [InlineData("2026-03-28T21:00Z", "tomorrow", "2026-03-29T07:00Z")]
    [InlineData("2026-10-24T20:00Z", "tomorrow", "2026-10-25T08:00Z")]
    [InlineData("2026-03-28T21:00Z", "4h", "2026-03-29T01:00Z")]
    [InlineData("2026-03-28T21:00Z", "monday", "2026-03-30T07:00Z")]
    // After midnight there it is the next day already, and on a Monday the next one is meant.
    [InlineData("2026-11-24T23:30Z", "tomorrow", "2026-11-26T08:00Z")]
    [InlineData("2026-11-23T12:00Z", "monday", "2026-11-30T08:00Z")]
    [InlineData("2026-11-23T12:00Z", "1h", "2026-11-23T13:00Z")]
    // On a Sunday tomorrow is Monday, which is not offered twice.
    [InlineData("2026-11-29T12:00Z", "tomorrow", "2026-11-30T08:00Z")]
    [InlineData("2026-11-29T12:00Z", "monday", "2026-12-07T08:00Z")]
    public void Nine_is_nine_on_the_readers_clock(string now, string code, string at) =>
        Assert.Equal(DateTimeOffset.Parse(at, null), HoldTime.Of(code, DateTimeOffset.Parse(now, null), TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid"), null, TimeZoneInfo.Utc));

    [Theory]
    // A Friday in Mexico, where the queue works: Saturday in Madrid already.
    [InlineData("2026-11-27T23:30Z", "tomorrow", "2026-11-30T14:30Z")]
    [InlineData("2026-11-27T23:30Z", "monday", "2026-12-07T14:30Z")]
    [InlineData("2026-11-24T15:00Z", "tomorrow", "2026-11-25T14:30Z")]
    [InlineData("2026-11-24T15:00Z", "1h", "2026-11-24T16:00Z")]
    public void A_queue_with_hours_begins_with_its_next_working_day(string now, string code, string at) =>
        Assert.Equal(DateTimeOffset.Parse(at, null), HoldTime.Of(code, DateTimeOffset.Parse(now, null), TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid"), Weekdays, TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City")));

    [Theory]
    // Where the organization's clock shows another hour, and not only has another name, its hour stands beside each.
    [InlineData(null, "America/Mexico City", "mar 24 nov, 10:00", false)]
    [InlineData("America/Merida", "America/Merida", "mar 24 nov, 10:00", false)]
    [InlineData("Europe/Madrid", "Europe/Madrid", "mar 24 nov, 17:00", true)]
    [InlineData("UTC", "UTC", "mar 24 nov, 16:00", true)]
    public async Task The_readers_clock_is_named_and_where_it_shows_another_hour_the_shops_stands_beside_it(string? zone, string named, string first, bool isOther)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, zone)));
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        var page = await maria.PageAsync(item);
        Assert.Equal($"Las horas son de su zona horaria: {named}.", page.QuerySelector("#hold-clock")!.TextContent);
        Assert.Equal("hold-clock", page.QuerySelector("[name='Input.HoldUntil']")!.GetAttribute("aria-describedby"));
        Assert.NotNull((await maria.PageAsync(page.QuerySelector("[data-zone]")!.GetAttribute("href")!)).QuerySelector("#Input_TimeZone"));
        Assert.Equal($"1 En 1 hora {first}{(isOther ? " · 10:00 en el comercio" : "")}", Offered(page)[0]);
        using var held = await HoldAsync(maria, page, "1h", "nonsense");
        var away = (await maria.PageAsync(item)).QuerySelector("[data-away]")!.TextContent;
        Assert.Contains(first[4..].Replace(",", " 2026,", StringComparison.Ordinal), away, StringComparison.Ordinal);
        Assert.Equal(isOther, away.Contains("En su hora", StringComparison.Ordinal));
        Assert.Equal(isOther, (await maria.PageAsync(Queue)).QuerySelector("section[aria-labelledby=put-away] .card-header")!.TextContent.Contains(zone ?? "America", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"amount":1500,"currency":"MXN","email":"sin@held.example","payment_method":{"type":"card","card_bin":"411111","card_last4":"0965"}}""", true)]
    [InlineData("""{"amount":1500,"currency":"MXN","email":"con@held.example","payment_method":{"type":"card","card_bin":"411111","card_last4":"0965"},"metadata":{"authorization_expires_at":"2026-12-20T10:00:00Z"}}""", false)]
    [InlineData("""{"amount":1500,"currency":"MXN","email":"spei@held.example"}""", false)]
    [InlineData("""{"amount":1500,"currency":"MXN","transaction_type":"payout","email":"pago@held.example","beneficiary":{"id":"ben_1","name":"Rosa"}}""", false)]
    public async Task Where_nothing_says_when_a_cards_authorisation_ends_the_part_says_so(string payment, bool isSaid)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        (await world.Shop.AssessAsync(payment)).MustBeGood();
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync("/dashboard/reviews", "form[action*=Start]");
        var part = (await maria.PageAsync(started.Headers.Location!.ToString())).QuerySelector("details[data-key=hold]")!;
        Assert.Equal(isSaid ? "El comercio no dijo cuándo vence la autorización: puede vencer mientras tanto." : null, part.QuerySelector("[data-lapses-unsaid]")?.TextContent);
    }

    [Fact]
    public async Task Each_stands_there_with_its_day_and_time_and_the_server_holds_to_what_it_says()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(6);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, "Europe/Madrid")));
        var maria = world.App.As(World.Maria);
        using var started = await maria.SubmitAsync(Queue, "form[action*=Start]");
        var item = started.Headers.Location!.ToString();
        string[] at = ["24 nov, 17:00", "24 nov, 20:00", "25 nov, 09:00", "30 nov, 09:00"];
        var page = await maria.PageAsync(item);
        // The first payment's authorisation lapses in five hours.
        const string late = "Para entonces la autorización ya venció.";
        Assert.Equal([$"1 En 1 hora mar {at[0]} · 10:00 en el comercio", $"2 En 4 horas mar {at[1]} · 13:00 en el comercio", $"3 Mañana mié {at[2]} · 02:00 en el comercio {late}", $"4 Lunes {at[3]} · 02:00 en el comercio {late}", "5 Otra hora"], Offered(page));
        for (var i = 0; i < at.Length; i++)
        {
            page = await maria.PageAsync(item);
            using var held = await HoldAsync(maria, page, HoldTime.Codes[i], "nonsense");
            item = held.Headers.Location!.ToString();
            Assert.StartsWith($"Apartada hasta el {at[i].Replace(",", " 2026,", StringComparison.Ordinal)}", (await maria.PageAsync(item)).QuerySelector(".toast-line b")!.TextContent, StringComparison.Ordinal);
        }

        // What was never offered, and a time of one's own that is none.
        page = await maria.PageAsync(item);
        using var unknown = await HoldAsync(maria, page, "forever", "2026-11-25T08:30");
        var again = await unknown.HtmlAsync();
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija una de las horas que se ofrecen."), (unknown.StatusCode, again.QuerySelector("#refused")!.TextContent));
        using var past = await HoldAsync(maria, again, "other", "2026-11-23T08:30");
        again = await past.HtmlAsync();
        Assert.Equal(("Elija un momento futuro dentro de 30 días.", "2026-11-23T08:30", "other"), (again.QuerySelector("#refused")!.TextContent, again.QuerySelector("[name='Input.HoldUntil']")!.GetAttribute("value"), again.QuerySelector("[name='Input.HoldFor'][checked]")!.GetAttribute("value")));
        using var own = await HoldAsync(maria, again, "other", "2026-11-25T08:30");
        Assert.StartsWith("Apartada hasta el 25 nov 2026, 08:30", (await maria.PageAsync(own.Headers.Location!.ToString())).QuerySelector(".toast-line b")!.TextContent, StringComparison.Ordinal);

        // Where the queue has hours of its own, its next working day is meant.
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Hours, ReviewQueue.Write(Weekdays))));
        Assert.Equal(["3 El siguiente día hábil mié 25 nov, 15:30 · 08:30 en el comercio", "4 Lunes 30 nov, 15:30 · 08:30 en el comercio"], Offered(await maria.PageAsync(own.Headers.Location.ToString())).Skip(2).Take(2));
    }

    private static string[] Offered(IDocument page) => [.. page.QuerySelectorAll("details[data-key=hold] label.form-check").Select(l => string.Join(' ', l.TextContent.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)))];

    private static async Task<HttpResponseMessage> HoldAsync(HttpClient browser, IDocument page, string code, string until)
    {
        var form = Form.Read(page, "#decide");
        (form["Input.HoldFor"], form["Input.HoldUntil"]) = (code, until);
        return await browser.PostAsync(page.QuerySelector("details[data-key=hold] button")!.GetAttribute("formaction"), form.Content);
    }
}
