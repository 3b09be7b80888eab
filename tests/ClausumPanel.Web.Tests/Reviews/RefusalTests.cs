using System.Globalization;
using System.Text;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Every way in which somebody might decide who may not, or not now: what each is answered stands in <c>Refusals.txt</c>, and none of them changes anything.</summary>
public sealed class RefusalTests
{
    private const string Queue = "/dashboard/reviews";
    private static readonly string[] Steps = ["Decide", "Take", "TakeOver", "Skip", "Hold", "Escalate", "Answer", "Note", "Undo", "Reopen", "Beat", "Ahead", "Release"];

    [Fact]
    public async Task Nothing_is_decided_by_whoever_may_not_or_may_not_now_by_any_route()
    {
        await using var stage = await RefusalStage.StartAsync();
        var (world, app, ids) = (stage.World, stage.World.App, stage.Ids);
        var (expired, closed, settling, foreign, held, ahead, own, above, free) = (stage.Expired, stage.Closed, stage.Settling, stage.Foreign, stage.Held, stage.Ahead, stage.Own, stage.Above, stage.Free);
        var lines = new StringBuilder();
        var before = await stage.StandAsync();
        var browsers = new[] { World.Victor, World.Clara, World.Maria, World.Tomas, World.Ines }.ToDictionary(p => p, p => app.As(p));
        var tokens = new Dictionary<Person, string>();
        foreach (var (person, browser) in browsers) tokens[person] = (await browser.PageAsync(Queue)).QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;

        async Task AskAsync(string what, Person? who, string path, bool antiforgery = true, params (string Name, string Value)[] fields)
        {
            var client = who is null ? app.Anonymous() : browsers[who];
            List<KeyValuePair<string, string>> form = [.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))];
            if (antiforgery && who is not null) form.Add(new("__RequestVerificationToken", tokens[who]));
            using var sent = await client.PostAsync(path, new FormUrlEncodedContent(form));
            // What became of many is told at an address of its own.
            using var answer = sent.Headers.Location?.OriginalString is { } told && told.StartsWith($"{Queue}/bulk?", StringComparison.Ordinal) ? await client.GetAsync(told) : sent;
            // Beside its button it stands after other things.
            var said = answer.Content.Headers.ContentType?.MediaType == "text/html" && await answer.HtmlAsync() is var page ? (page.QuerySelector("#refused") ?? page.QuerySelector("[data-outcome], .alert-danger"))?.TextContent.Trim() : answer.Headers.Location?.OriginalString.Split('?')[0];
            said = string.Join(' ', (said ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            foreach (var (seq, id) in ids) said = said.Replace(id.ToString(), $"#{seq}", StringComparison.Ordinal);
            lines.Append($"{who?.Name ?? "nobody"} · {what} → {(int)answer.StatusCode} {said}".TrimEnd()).Append('\n');
            Assert.Equal((what, before), (what, await stage.StandAsync()));
        }
        Task StepAsync(string what, Person? who, ReviewLease lease, string step = "Decide", params (string Name, string Value)[] fields) =>
            AskAsync(what, who, $"{Queue}/{ids[lease.Seq]}?handler={step}", true, [("Token", lease.Token.ToString()), .. fields]);

        (string, string)[] declined = [("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card")];
        (string, string)[] everything = [.. declined, ("Input.SkipReason", "not_my_area"), ("Input.HoldUntil", "2026-11-24T12:00"), ("Input.EscalateNote", "A note"), ("Input.AnswerNote", "A note"), ("Input.FreeNote", "A note"), ("Input.ReopenNote", "A note")];
        foreach (var step in Steps) await StepAsync($"{step}, not signed in", null, held, step, everything);
        foreach (var onlooker in new[] { World.Victor, World.Clara })
        {
            foreach (var step in Steps) await StepAsync($"{step}, may only look", onlooker, held, step, everything);
            await AskAsync("Start, may only look", onlooker, $"{Queue}?handler=Start");
        }
        await AskAsync("Decide without the form's own token", World.Maria, $"{Queue}/{ids[held.Seq]}?handler=Decide", false, [("Token", held.Token.ToString()), .. declined]);
        foreach (var (what, lease) in ((string, ReviewLease)[])[("without a lease", new(free, Guid.NewGuid(), 0)), ("with a made-up token", held with { Token = Guid.NewGuid() }), ("with no token", held with { Token = default }), ("on an expired lease", expired),
            ("with a colleague's lease", foreign), ("with a lease on another item", held with { Seq = free }), ("with a lease fetched ahead", ahead), ("with an admin's lease", above), ("what is decided", settling), ("what is closed", closed)])
        {
            foreach (var step in (string[])["Decide", "Skip", "Hold", "Escalate", "Answer"]) await StepAsync($"{step} {what}", World.Maria, lease, step, everything);
        }
        foreach (var (what, fields) in ((string, (string, string)[])[])[("without an outcome", [("Input.DeclineReason", "stolen_card")]), ("with an outcome there is not", [("Input.Outcome", "7"), ("Input.DeclineReason", "stolen_card")]), ("without a reason", [("Input.Outcome", "Decline")]),
            ("with another outcome's reason", [("Input.Outcome", "Approve"), ("Input.ApproveReason", "stolen_card")]), ("with a made-up reason", [("Input.Outcome", "Approve"), ("Input.ApproveReason", "because")]), ("with another reason and no note", [("Input.Outcome", "Approve"), ("Input.ApproveReason", "other")]),
            ("with a note that is too long", [.. declined, ("Input.Note", new string('x', 2_001))]), ("listing what it does not have", [.. declined, ("Input.Lists[0].Type", "Iban"), ("Input.Lists[0].Chosen", "true")]),
            ("a decline that was hardly read", [.. declined, ("Input.ReadingMilliseconds", "900")]), ("asking for proof and listing", [("Input.Outcome", "Challenge"), ("Input.ChallengeReason", "confirm_card"), ("Input.Lists[0].Type", "Email"), ("Input.Lists[0].Chosen", "true")])])
            await StepAsync($"Decide {what}", World.Maria, held, "Decide", fields);
        await StepAsync("Decide a payment of their own", World.Maria, own, "Decide", declined);
        await StepAsync("Skip without a reason", World.Maria, held, "Skip");
        await StepAsync("Escalate without a note", World.Maria, held, "Escalate");
        await StepAsync("Answer without a note", World.Maria, held, "Answer");
        await StepAsync("Answer what nobody asked", World.Maria, held, "Answer", ("Input.AnswerNote", "A note"));
        await StepAsync("Answer what was handed over without a question", World.Ines, above, "Answer", ("Input.AnswerNote", "A note"));
        await StepAsync("Hold until yesterday", World.Maria, held, "Hold", ("Input.HoldUntil", "2026-11-23T12:00"));
        await StepAsync("Take what a colleague has", World.Maria, foreign, "Take");
        await StepAsync("Take what only admins decide", World.Maria, above, "Take");
        await StepAsync("Take over what a colleague has", World.Maria, foreign, "TakeOver");
        await StepAsync("Undo a colleague's decision", World.Maria, settling, "Undo");
        await StepAsync("Undo what is closed", World.Tomas, closed, "Undo");
        await StepAsync("Reopen what is not closed", World.Maria, settling, "Reopen", ("Input.ReopenNote", "A note"));
        await StepAsync("Decide the same with a colleague's token that was used", World.Maria, settling, "Decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        await StepAsync("Decide otherwise with a token that was used", World.Tomas, settling, "Decide", declined);
        await StepAsync("Decide otherwise with a token that was used, after it took effect", World.Tomas, closed, "Decide", declined);
        foreach (var person in (Person[])[World.Victor, World.Clara, World.Maria]) await AskAsync("Decide many", person, $"{Queue}/bulk?handler=Decide", true, ("seqs", $"{free}"), ("Verdict", "Decline:stolen_card"));
        await AskAsync("Undo many", World.Maria, $"{Queue}/bulk?handler=Undo", true, ("seqs", "3"));
        await AskAsync("Undo many, a colleague's", World.Ines, $"{Queue}/bulk?handler=Undo", true, ("seqs", "3"));
        await AskAsync("Decide many without a reason", World.Ines, $"{Queue}/bulk?handler=Decide", true, ("seqs", $"{free}"), ("Verdict", ""));
        await AskAsync("Decide many, what a colleague has", World.Ines, $"{Queue}/bulk?handler=Decide", true, ("seqs", "6"), ("Verdict", "Decline:stolen_card"));
        await AskAsync("Decide many, what is decided", World.Ines, $"{Queue}/bulk?handler=Decide", true, ("seqs", "3"), ("Verdict", "Decline:stolen_card"));
        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete])
        {
            using var asked = new HttpRequestMessage(method, $"/api/v1/assessments/{ids[held.Seq]}") { Content = new StringContent("""{"final_decision":"approve"}""", Encoding.UTF8, "application/json") };
            using var answer = await world.Shop.Client.SendAsync(asked);
            lines.Append(CultureInfo.InvariantCulture, $"a server key · {method} /api/v1/assessments/{{id}} → {(int)answer.StatusCode}\n");
            Assert.Equal(before, await stage.StandAsync());
        }
        GoldenFile.Matches("Refusals.txt", lines.ToString());

        // The same sent twice is one decision, and who sent it is not told otherwise.
        for (var i = 0; i < 2; i++)
        {
            using var answer = await browsers[World.Maria].PostAsync($"{Queue}/{ids[held.Seq]}?handler=Decide", new FormUrlEncodedContent(
                [new("__RequestVerificationToken", tokens[World.Maria]), new("Token", held.Token.ToString()), .. declined.Select(d => KeyValuePair.Create(d.Item1, d.Item2))]));
            Assert.Equal(302, (int)answer.StatusCode);
        }
        Assert.Equal(1, await app.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Seq == held.Seq && e.Kind == ReviewEventKind.Decided)));
    }
}
