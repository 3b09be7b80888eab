using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Management;

public sealed class KeysApiTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Path = "/api/v1/keys";

    private static void MustFit(Answer answer, string schema) => ReferenceTests.MustFit(answer.Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);

    private Task FollowAsync() => app.InDbAsync(db => app.Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None));

    [Fact]
    public async Task A_key_is_told_once_opens_what_it_may_and_opens_nothing_once_revoked()
    {
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        var made = await ines.PostAsync(Path, $$"""{"name":"Backend","type":"server","permissions":["assess"],"rate_limit_per_minute":7,"password":"{{World.Password}}"}""");
        Assert.Equal(201, made.Code);
        MustFit(made, "Key");
        await FollowAsync();
        var (id, text) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
        var shop = new Shop(app, app.With(text));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        (await shop.PostAsync("/api/v1/report-fraud", "{}"u8.ToArray(), "application/json")).MustRefuse(403, "FORBIDDEN");

        var list = (await (await PersonsProgram.OfAsync(app, World.Maria)).GetAsync(Path)).MustBeGood();
        MustFit(list, "Keys");
        Assert.DoesNotContain(text, list.Text, StringComparison.Ordinal);
        var its = list.Json.GetProperty("data").EnumerateArray().Single(k => k.GetProperty("id").GetString() == id);
        Assert.Equal((7, "active", World.Ines.Name), (its.GetProperty("rate_limit_per_minute").GetInt32(), its.GetProperty("status").GetString(), its.GetProperty("created_by").GetString()));

        MustFit((await ines.PostAsync($"{Path}/{id}/revoke")).MustBeGood(), "Key");
        await FollowAsync();
        (await shop.AssessAsync(Shop.Minimum)).MustRefuse(401, "UNAUTHORIZED");
        (await ines.PostAsync($"{Path}/{id}/revoke")).MustRefuse(409, "INVALID_STATE");
        (await ines.PostAsync($"{Path}/{Guid.Empty}/revoke")).MustRefuse(404, "NOT_FOUND");
        var trail = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == id).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal([(AuditActions.KeyCreated, World.Ines.Name), (AuditActions.KeyRevoked, World.Ines.Name)], trail.Select(e => (e.Action, e.ActorName)));
        Assert.DoesNotContain(trail, e => $"{e.Before}{e.After}".Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"name":"","type":"server"}""", "name length"), InlineData("""{"name":"x","type":"master"}""", "type format"), InlineData("""{"type":"server"}""", "name required"),
     InlineData("""{"name":"x","type":"checkout","permissions":["fraud:report"]}""", "permissions enum"), InlineData("""{"name":"x","type":"checkout","allowed_origins":["shop.example/path"]}""", "allowed_origins format"),
     InlineData("""{"name":"x","type":"server","allowed_origins":["https://shop.example"]}""", "allowed_origins range"), InlineData("""{"name":"x","type":"server","rate_limit_per_minute":0}""", "rate_limit_per_minute range"),
     InlineData("""{"name":"x","type":"server","expires_in_days":9999}""", "expires_in_days range"), InlineData("""{"name":"x","type":"server"}""", "password credentials")]
    public async Task A_wrong_field_or_password_makes_no_key(string body, string complaint)
    {
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        var before = await app.InDbAsync(db => db.ApiKeys.CountAsync());
        var password = complaint == "password credentials" ? "not hers at all" : World.Password;
        var refused = (await ines.PostAsync(Path, $"{body[..^1]},\"password\":\"{password}\"}}")).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Contains(complaint, refused.Complaints);
        Assert.Equal(before, await app.InDbAsync(db => db.ApiKeys.CountAsync()));
    }
}
