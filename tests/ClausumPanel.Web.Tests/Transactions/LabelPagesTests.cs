using System.Net;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class LabelPagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    private async Task<string> PaidAsync(string email) => (await (await Shop.OpenAsync(app)).AssessAsync(Shop.With(Shop.Minimum, "email", $"\"{email}\""))).MustBeGood().Id;

    private Task<List<Label>> LabelsAsync(string id) => app.InDbAsync(db => LabelQueries.HistoryAsync(db, AssessmentId.SeqOf(Guid.Parse(id))));

    [Fact]
    public async Task An_analyst_reports_marks_and_takes_back_where_the_payment_is_judged()
    {
        var (id, maria) = (await PaidAsync("robada@mala.example"), app.As(World.Maria));
        var page = $"/dashboard/transactions/{id}";
        var report = await Form.ReadAsync(await maria.GetAsync(page), "form[action*='handler=Report']");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await maria.PostAsync(page + "?handler=Report", report.Content)).StatusCode);
        report["reason"] = "identity_theft";
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(page + "?handler=Report", report.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await maria.PostAsync(page + "?handler=Report", report.Content)).StatusCode);
        var row = Assert.Single(await LabelsAsync(id));
        Assert.Equal((LabelSource.FraudReport, LabelChannel.Panel, "identity_theft"), (row.Source, row.Channel, row.Reason));
        Assert.True(await app.InDbAsync(db => db.Set<ListEntry>().AnyAsync(e => e.Value == "robada@mala.example" && e.IsActive)));

        var label = await Form.ReadAsync(await maria.GetAsync(page), "form[action*='handler=Label']");
        label["outcome"] = "good";
        label["source"] = "customer";
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(page + "?handler=Label", label.Content)).StatusCode);
        var shown = await maria.PageAsync(page);
        Assert.Equal(2, shown.QuerySelectorAll(".label-list li").Length);
        Assert.Contains("no coinciden", shown.QuerySelector("section[aria-labelledby=labels]")!.TextContent, StringComparison.Ordinal);
        Assert.Null(shown.QuerySelector("#report-reason"));
        var takeBack = await Form.ReadAsync(await maria.GetAsync(page), "form[action*='handler=TakeBack']");
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(page + "?handler=TakeBack", takeBack.Content)).StatusCode);
        Assert.Equal(LabelOutcome.Good, LabelRanking.Of(await LabelsAsync(id)).Effective!.Outcome);
        Assert.Single((await maria.PageAsync("/dashboard/transactions?label=good&q=robada@mala.example")).QuerySelectorAll("tr[data-row]"));
        Assert.Empty((await maria.PageAsync("/dashboard/transactions?label=fraud&q=robada@mala.example")).QuerySelectorAll("tr[data-row]"));
    }

    [Fact]
    public async Task Whoever_only_looks_sees_labels_and_writes_none()
    {
        var (id, victor) = (await PaidAsync("mirada@tienda.example"), app.As(World.Victor));
        var page = await victor.PageAsync($"/dashboard/transactions/{id}");
        Assert.NotNull(page.QuerySelector("section[aria-labelledby=labels]"));
        Assert.Empty(page.QuerySelectorAll(".label-forms"));
        var form = await Form.ReadAsync(await victor.GetAsync($"/dashboard/transactions/{id}"), "form[action*='handler=JudgeAgain']");
        foreach (var handler in (string[])["Report", "Label", "TakeBack"])
        {
            var answer = await victor.PostAsync($"/dashboard/transactions/{id}?handler={handler}", form.Content);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Found, $"{handler}: {answer.StatusCode}");
        }
        Assert.Empty(await LabelsAsync(id));
    }

    [Fact]
    public async Task An_import_says_of_each_line_what_becomes_of_it()
    {
        var (id, maria) = (await PaidAsync("importada@tienda.example"), app.As(World.Maria));
        var form = await Form.ReadAsync(await maria.GetAsync("/dashboard/labels"), "form[action='/dashboard/labels']");
        form["Lines"] = $"transaction_id;outcome;source;amount;currency;reference\n{id};fraud;chargeback;15000;MXN;cb-9\nps_nadie;good;analyst;;;\n{id};malo;analyst;;;";
        var looked = await (await maria.PostAsync("/dashboard/labels", form.Content)).HtmlAsync();
        Assert.Equal(["3", "4", "2"], looked.QuerySelectorAll("table.cards td.num").Select(c => c.TextContent.Trim()));
        Assert.Empty(await LabelsAsync(id));
        var written = await (await maria.PostAsync("/dashboard/labels?write=yes", form.Content)).HtmlAsync();
        Assert.Contains("1 escritas, 0 ya conocidas, 2 con error", written.QuerySelector("[data-announce]")!.TextContent, StringComparison.Ordinal);
        form["Lines"] = $$"""{"transaction_id":"{{id}}","outcome":"fraud","source":"chargeback","reference":"cb-9"}""" + "\n[]\n";
        var again = await (await maria.PostAsync("/dashboard/labels?write=yes", form.Content)).HtmlAsync();
        Assert.Contains("0 escritas, 1 ya conocidas, 1 con error", again.QuerySelector("[data-announce]")!.TextContent, StringComparison.Ordinal);
        var row = Assert.Single(await LabelsAsync(id));
        Assert.Equal((15_000L, "cb-9", LabelChannel.Import), (row.Amount, row.Reference, row.Channel));
    }
}
