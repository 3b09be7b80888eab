using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class PolicyFileTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string File = "/dashboard/protection/file", Thresholds = "/dashboard/protection/thresholds";

    [Fact]
    public async Task A_policy_goes_out_as_a_file_and_comes_back_into_the_draft_in_words_first()
    {
        var maria = app.As(World.Maria);
        var sent = await maria.SubmitAsync("/dashboard/protection/versions/1", "form[action*=export]");
        Assert.Equal("policy-1.json", sent.Content.Headers.ContentDisposition!.FileName);
        var json = await sent.Content.ReadAsStringAsync();
        Assert.Equal(PolicyJson.Write(Policy.Default with { Version = 1 }), json);

        var same = await (await maria.SubmitAsync(File, ("Document", json))).HtmlAsync();
        Assert.Null(same.QuerySelector("#policy-changes button.btn-primary"));
        var changed = PolicyJson.Write(Policy.Default with { Bands = new Bands(31, 52, 81) });
        var preview = await maria.SubmitAsync(File, ("Document", changed));
        Assert.Equal(3, (await preview.HtmlAsync()).QuerySelectorAll("#policy-changes tbody tr").Length);
        Assert.Null((await maria.PageAsync(Thresholds)).QuerySelector("#draft"));                       // nothing is stored yet
        var form = await Form.ReadAsync(preview, "#policy-changes form");
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(form.Action, form.Content)).StatusCode);
        Assert.NotNull((await maria.PageAsync(Thresholds)).QuerySelector("#draft"));

        var draft = await (await maria.PostAsync($"{File}/export", (await Form.ReadAsync(await maria.GetAsync(Thresholds), "form[action*=Propose]")).Content)).Content.ReadAsStringAsync();
        Assert.True(PolicyJson.TryRead(draft, out var read, out _));
        Assert.Equal(new Bands(31, 52, 81), read.Bands);
    }

    [Fact]
    public async Task A_file_that_cannot_be_is_refused_with_every_place_and_rules_are_for_admins()
    {
        var tomas = app.As(World.Tomas);
        var wrong = PolicyJson.Write(Policy.Default).Replace("\"review\":30", "\"review\":300", StringComparison.Ordinal).Replace("\"only_named\": true", "\"only_named\": 7, \"surprise\": 1", StringComparison.Ordinal);
        var refused = await tomas.SubmitAsync(File, ("Document", wrong));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(["bands.review", "only_named", "surprise"], (await refused.HtmlAsync()).QuerySelectorAll("#policy-problems code").Select(c => c.TextContent));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await tomas.SubmitAsync(File, ("Document", "{"))).StatusCode);

        var ruled = PolicyJson.Write(Policy.Default with { Rules = [new PolicyRule("big", "Big", "when amount > 5000 MXN then review", "Tried out")] });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await tomas.SubmitAsync(File, ("Document", ruled))).StatusCode);
        var taken = await app.As(World.Ines).SubmitAsync(File, ("Document", ruled));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        // Posting the second step at once does not get around it.
        var form = await Form.ReadAsync(await tomas.GetAsync(File), "main form[method=post]");
        form["Document"] = ruled;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await tomas.PostAsync($"{File}?handler=Save", form.Content)).StatusCode);
        Assert.Null((await tomas.PageAsync(Thresholds)).QuerySelector("#draft"));
    }

    [Fact]
    public async Task The_schema_is_there_for_everybody() =>
        Assert.Equal(PolicySchema.Write(), await app.Anonymous().GetStringAsync(PolicySchema.Address));
}
