using System.Text;
using System.Text.Json.Nodes;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Management;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>
/// The same by the API: every step it has, with every lease that is none, answered as <c>RefusalsApi.txt</c> says, and nothing changed. Who may call at all is the matter of <c>KeyTable.txt</c>.
/// </summary>
public sealed class RefusalApiTests
{
    private const string Path = "/api/v1/reviews/";

    [Fact]
    public async Task Nothing_is_decided_by_a_program_without_a_lease_that_counts()
    {
        await using var stage = await RefusalStage.StartAsync();
        var app = stage.World.App;
        var programs = new Dictionary<Person, PersonsProgram>();
        foreach (var person in (Person[])[World.Maria, World.Tomas, World.Ines]) programs[person] = await PersonsProgram.OfAsync(app, person);
        // A step that comes new is tried without being named here.
        string[] steps = [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => p.StartsWith(Path + "{id}/", StringComparison.Ordinal)).Select(p => p.Split('/')[^1]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Superset(new HashSet<string> { "decide", "escalate", "extend", "hold", "lease", "note", "release", "reopen", "skip", "undo" }, steps.ToHashSet());
        string[] free = ["lease", "note", "reopen", "undo"];

        var lines = new StringBuilder();
        var before = await stage.StandAsync();
        async Task StepAsync(string what, Person who, ReviewLease lease, string step, params (string Name, JsonNode? Value)[] other)
        {
            var body = new JsonObject { ["lease_token"] = lease.Token.ToString(), ["outcome"] = "decline", ["reason"] = step == "skip" ? "not_my_area" : "stolen_card", ["note"] = "A note", ["until"] = "2026-11-25T12:00:00Z" };
            foreach (var (name, value) in other) body[name] = value;
            var answer = await programs[who].PostAsync($"{Path}{stage.Ids[lease.Seq]}/{step}", body.ToJsonString());
            var error = answer.Json.TryGetProperty("error", out var refused) ? refused : default;
            var said = error.ValueKind == System.Text.Json.JsonValueKind.Object ? $"{error.GetProperty("code").GetString()} {error.GetProperty("message").GetString()}" : "";
            lines.Append($"{who.Name} · {step} {what} → {answer.Code} {said}".TrimEnd()).Append('\n');
            Assert.Equal((what, step, before), (what, step, await stage.StandAsync()));
        }

        foreach (var (what, lease) in ((string, ReviewLease)[])[("without a lease", new(stage.Free, Guid.NewGuid(), 0)), ("with a made-up token", stage.Held with { Token = Guid.NewGuid() }), ("on an expired lease", stage.Expired), ("with a colleague's lease", stage.Foreign),
            ("with a lease on another item", stage.Held with { Seq = stage.Free }), ("with a lease fetched ahead", stage.Ahead), ("with an admin's lease", stage.Above), ("what is decided", stage.Settling), ("what is closed", stage.Closed)])
        {
            // A lease fetched ahead can be kept like any other. Whoever gives back what they do not have gives back what was kept ready for them: that is tried last.
            foreach (var step in steps.Except(free).Where(s => s is not "release" && (lease != stage.Ahead || s is not "extend"))) await StepAsync(what, World.Maria, lease, step);
        }
        foreach (var (what, fields) in ((string, (string, JsonNode?)[])[])[("with no token", [("lease_token", null)]), ("without an outcome", [("outcome", null)]), ("with an outcome there is not", [("outcome", "refund")]), ("without a reason", [("reason", null)]),
            ("with another outcome's reason", [("outcome", "approve")]), ("with a made-up reason", [("reason", "because")]), ("with another reason and no note", [("reason", "other"), ("note", null)]), ("with a note that is too long", [("note", new string('x', Review.LongestNote + 1))]),
            ("listing what it does not have", [("list_entries", JsonNode.Parse("""[{"list_type":"iban"}]"""))]), ("asking for proof and listing", [("outcome", "challenge"), ("reason", "confirm_card"), ("list_entries", JsonNode.Parse("""[{"list_type":"email"}]"""))])])
            await StepAsync(what, World.Maria, stage.Held, "decide", fields);
        await StepAsync("a payment of their own", World.Maria, stage.Own, "decide");
        await StepAsync("without a reason", World.Maria, stage.Held, "skip", ("reason", null));
        await StepAsync("without a note", World.Maria, stage.Held, "escalate", ("note", null));
        await StepAsync("until yesterday", World.Maria, stage.Held, "hold", ("until", "2026-11-23T12:00:00Z"));
        await StepAsync("what a colleague has", World.Maria, stage.Foreign, "lease");
        await StepAsync("over what a colleague has", World.Maria, stage.Foreign, "lease", ("take_over", true));
        await StepAsync("what only admins decide", World.Maria, stage.Above, "lease");
        await StepAsync("what is decided", World.Maria, stage.Settling, "lease");
        await StepAsync("over what is closed", World.Ines, stage.Closed, "lease", ("take_over", true));
        await StepAsync("a colleague's decision", World.Maria, stage.Settling, "undo");
        await StepAsync("what is closed", World.Tomas, stage.Closed, "undo");
        await StepAsync("what is not closed", World.Maria, stage.Settling, "reopen");
        await StepAsync("without a note", World.Maria, stage.Closed, "reopen", ("note", null));
        await StepAsync("the same with a colleague's token that was used", World.Maria, stage.Settling, "decide", ("outcome", "approve"), ("reason", "known_customer"));
        await StepAsync("otherwise with a token that was used", World.Tomas, stage.Settling, "decide");
        await StepAsync("otherwise with a token that was used, after it took effect", World.Tomas, stage.Closed, "decide");
        async Task<string> OthersAsync() => string.Join('\n', (await stage.StandAsync()).Split('\n').Where(line => !line.StartsWith($"{stage.Ahead.Seq} ", StringComparison.Ordinal)));
        var others = await OthersAsync();
        foreach (var lease in (ReviewLease[])[stage.Held with { Token = Guid.NewGuid() }, stage.Foreign, stage.Held with { Seq = stage.Free }, stage.Above, stage.Settling, stage.Closed])
        {
            Assert.Equal(200, (await programs[World.Maria].PostAsync($"{Path}{stage.Ids[lease.Seq]}/release", $$"""{"lease_token":"{{lease.Token}}"}""")).Code);
            Assert.Equal((lease, others), (lease, await OthersAsync()));
        }
        GoldenFile.Matches("RefusalsApi.txt", lines.ToString());
    }
}
