using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Disputes;

public sealed class DisputePagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Disputes = "/dashboard/disputes";
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj << /Type /Pages >> endobj 2 0 obj << /Type /Page >> endobj 3 0 obj <</Type/Page>> endobj");

    private Task<Dispute> ReadAsync(Guid id) => app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().SingleAsync(d => d.Id == id));

    private Task<List<Label>> LabelsAsync(long seq) => app.InDbAsync(db => LabelQueries.HistoryAsync(db, seq));

    private static async Task<HttpResponseMessage> DoAsync(HttpClient browser, Dispute dispute, string handler, params (string Field, string Value)[] fields) =>
        await browser.SubmitAsync($"{Disputes}/{dispute.Id}", $"form[action*='handler={handler}']", fields);

    [Fact]
    public async Task A_dispute_is_opened_from_its_payment_found_by_the_order()
    {
        var (paid, clara) = (await Counter.PayAsync(app, 12, who: "abre"), app.As(World.Clara));
        var found = await clara.PageAsync($"{Disputes}/new?find={paid.OrderId}");
        Assert.Equal("450.00", found.QuerySelector("#Input_Amount")!.GetAttribute("value")!);
        Assert.Equal(paid.Id.ToString(), found.QuerySelector("#Input_TransactionId")!.GetAttribute("value"));
        var answer = await clara.SubmitAsync($"{Disputes}/new?find={paid.OrderId}", "main form[method=post]", ("Input.ReasonCode", "10.4"), ("Input.ExternalId", "dp_abre"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        var dispute = await app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().SingleAsync(d => d.ExternalId == "dp_abre"));
        Assert.Equal((paid.Seq, CardScheme.Visa, 45_000L, "MXN", DisputeState.Open), (dispute.Seq, dispute.Scheme, dispute.Amount, dispute.Currency, dispute.State));
        Assert.Equal(dispute.ReceivedAt.AddDays(30), dispute.RespondBy);
        Assert.Contains(await Counter.TrailAsync(app, AuditActions.DisputeOpened), e => e.SubjectId == dispute.Code && e.ActorName == World.Clara.Name);
        var again = await clara.SubmitAsync($"{Disputes}/new?find={paid.OrderId}", "main form[method=post]", ("Input.ReasonCode", "10.4"), ("Input.ExternalId", "dp_abre"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        Assert.Contains(dispute.Code, (await again.HtmlAsync()).QuerySelector("#external-wrong")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_form_is_said_at_its_field()
    {
        var answer = await app.As(World.Maria).SubmitAsync($"{Disputes}/new", "main form[method=post]", ("Input.Scheme", "visa"), ("Input.ReasonCode", "10.4"), ("Input.Amount", "12.345"), ("Input.Currency", "MXN"), ("Input.Arn", "12"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.HtmlAsync();
        Assert.Contains("decimales", page.QuerySelector("#amount-wrong")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("ARN", page.QuerySelector("#arn-wrong")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("12.345", page.QuerySelector("#Input_Amount")!.GetAttribute("value"));
    }

    [Fact]
    public async Task A_lost_fraud_dispute_is_a_chargeback_in_the_ledger_and_a_won_one_takes_it_back()
    {
        var (paid, maria) = (await Counter.PayAsync(app, 10, who: "cierra"), app.As(World.Maria));
        var dispute = await Counter.OpenAsync(app, paid);
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Answer")).StatusCode);
        Assert.Equal(DisputeState.Answered, (await ReadAsync(dispute.Id)).State);
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Close", ("outcome", "lost"))).StatusCode);
        var lost = Assert.Single(await LabelsAsync(paid.Seq));
        Assert.Equal((LabelOutcome.Fraud, LabelSource.Chargeback, "10.4"), (lost.Outcome, lost.Source, lost.Reason));
        Assert.Equal(0, (await ReadAsync(dispute.Id)).Recovered);

        // It came back, and was won.
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Reopen", ("stage", "pre_arbitration"), ("respond", "2026-12-20"))).StatusCode);
        Assert.Equal((DisputeState.Open, DisputeStage.PreArbitration), ((await ReadAsync(dispute.Id)).State, (await ReadAsync(dispute.Id)).Stage));
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Close", ("outcome", "won"), ("recovered", "400.50"))).StatusCode);
        var rows = await LabelsAsync(paid.Seq);
        var standing = LabelRanking.Of(rows);
        Assert.Equal((LabelOutcome.Good, LabelSource.Chargeback, false, false), (standing.Effective!.Outcome, standing.Effective.Source, standing.IsDisputed, standing.IsConflicted));
        Assert.Equal(LabelOutcome.Good, await app.InDbAsync(db => db.Set<CurrentLabel>().Where(l => l.Seq == paid.Seq).Select(l => l.Outcome).SingleAsync()));
        Assert.Equal(40_050, (await ReadAsync(dispute.Id)).Recovered);
        Assert.Equal(2, (await Counter.TrailAsync(app, AuditActions.DisputeClosed)).Count(e => e.SubjectId == dispute.Code));
    }

    [Fact]
    public async Task A_won_dispute_takes_back_the_chargeback_that_the_bank_sent_before()
    {
        var paid = await Counter.PayAsync(app, 10, who: "gana");
        var dispute = await Counter.OpenAsync(app, paid);
        var maria = app.As(World.Maria);
        var label = await Form.ReadAsync(await maria.GetAsync($"/dashboard/transactions/{paid.Id}"), "form[action*='handler=Label']");
        (label["outcome"], label["source"]) = ("fraud", "chargeback");
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync(label.Action, label.Content)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Close", ("outcome", "won"))).StatusCode);
        var standing = LabelRanking.Of(await LabelsAsync(paid.Seq));
        Assert.Equal((LabelOutcome.Good, false), (standing.Effective!.Outcome, standing.IsDisputed));
    }

    [Fact]
    public async Task A_dispute_about_goods_says_nothing_of_fraud()
    {
        var paid = await Counter.PayAsync(app, 10, who: "bienes");
        var dispute = await Counter.OpenAsync(app, paid, i => i with { ReasonCode = "13.1" });
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(app.As(World.Maria), dispute, "Close", ("outcome", "lost"))).StatusCode);
        Assert.Empty(await LabelsAsync(paid.Seq));
    }

    [Fact]
    public async Task The_second_of_two_people_is_told()
    {
        var dispute = await Counter.OpenAsync(app, null);
        var (maria, tomas) = (app.As(World.Maria), app.As(World.Tomas));
        var late = await Form.ReadAsync(await tomas.GetAsync($"{Disputes}/{dispute.Id}/change"), "main form[method=post]");
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "Answer")).StatusCode);
        late["Input.Notes"] = "de Tomás";
        Assert.Equal(HttpStatusCode.Conflict, (await tomas.PostAsync(late.Action, late.Content)).StatusCode);
        Assert.Null((await ReadAsync(dispute.Id)).Notes);
    }

    [Fact]
    public async Task Facts_are_typed_in_kept_with_who_said_so_and_shown()
    {
        var (paid, clara) = (await Counter.PayAsync(app, 9, who: "hechos"), app.As(World.Clara));
        var dispute = await Counter.OpenAsync(app, paid);
        var page = $"{Disputes}/{dispute.Id}?fact=delivery";
        var form = await Form.ReadAsync(await clara.GetAsync(page), "form[action*='handler=Fact']");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await clara.PostAsync(form.Action, form.Content)).StatusCode);
        form["v.carrier"] = "Estafeta";
        form["v.delivered_at"] = "2026-11-20T10:30";
        form["v.signed_by"] = "=HYPERLINK(\"http://mala.example\")";
        form["source"] = "sitio de la paquetería";
        Assert.Equal(HttpStatusCode.Found, (await clara.PostAsync(form.Action, form.Content)).StatusCode);
        var fact = await app.InDbAsync(db => db.Set<DisputeFact>().AsNoTracking().SingleAsync(f => f.DisputeId == dispute.Id));
        Assert.Equal((FactKind.Delivery, World.Clara.Name, "sitio de la paquetería"), (fact.Kind, fact.EnteredByName, fact.Source));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 16, 30, 0, TimeSpan.Zero), fact.At);
        Assert.Contains("Estafeta", (await clara.PageAsync($"{Disputes}/{dispute.Id}")).QuerySelector(".fact-list")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(clara, dispute, "RemoveFact")).StatusCode);
        Assert.Empty(await app.InDbAsync(db => db.Set<DisputeFact>().Where(f => f.DisputeId == dispute.Id).ToListAsync()));
        Assert.Contains(await Counter.TrailAsync(app, AuditActions.DisputeChanged), e => e.SubjectId == dispute.Code && e.Before!.Contains("Estafeta", StringComparison.Ordinal));
    }

    private static async Task<HttpResponseMessage> AttachAsync(HttpClient browser, Dispute dispute, string name, byte[] bytes)
    {
        var form = await Form.ReadAsync(await browser.GetAsync($"{Disputes}/{dispute.Id}"), "form[action*='handler=File']");
        using var content = new MultipartFormDataContent { { new StringContent(form["__RequestVerificationToken"]), "__RequestVerificationToken" }, { new StringContent("receipt"), "category" } };
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("text/html");
        content.Add(file, "upload", name);
        return await browser.PostAsync(form.Action, content);
    }

    [Fact]
    public async Task A_file_is_kept_beside_the_database_and_comes_back_as_a_download_only()
    {
        var (dispute, maria) = (await Counter.OpenAsync(app, null), app.As(World.Maria));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AttachAsync(maria, dispute, "mala.pdf", Encoding.ASCII.GetBytes("<html><script>alert(1)</script>"))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await AttachAsync(maria, dispute, "../../re|cibo.pdf", Pdf)).StatusCode);
        var file = await app.InDbAsync(db => db.Set<DisputeFile>().AsNoTracking().SingleAsync(f => f.DisputeId == dispute.Id));
        Assert.Equal(("recibo.pdf", "application/pdf", (long)Pdf.Length, FileCategory.Receipt, 2), (file.Name, file.ContentType, file.Size, file.Category, file.Pages));
        var answer = await maria.GetAsync($"{Disputes}/{dispute.Id}/files/{file.Id}");
        Assert.Equal(Pdf, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await maria.GetAsync($"{Disputes}/{Guid.NewGuid()}/files/{file.Id}")).StatusCode);
        Assert.Contains(await Counter.TrailAsync(app, AuditActions.Exported), e => e.SubjectId == dispute.Code && e.After!.Contains(file.Sha256, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, dispute, "RemoveFile")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await maria.GetAsync($"{Disputes}/{dispute.Id}/files/{file.Id}")).StatusCode);
    }

    [Fact]
    public async Task Whoever_only_looks_changes_nothing()
    {
        var dispute = await Counter.OpenAsync(app, null);
        var victor = app.As(World.Victor);
        var page = await victor.PageAsync($"{Disputes}/{dispute.Id}");
        Assert.Empty(page.QuerySelectorAll("main form[action*='handler=']"));
        foreach (var path in (string[])["new", "import", $"{dispute.Id}/change"]) Assert.Equal(HttpStatusCode.Forbidden, (await victor.GetAsync($"{Disputes}/{path}")).StatusCode);
        var form = await Form.ReadAsync(await victor.GetAsync($"{Disputes}/{dispute.Id}"), "form[action$='/workbook']");
        foreach (var handler in (string[])["Answer", "Close", "Reopen", "Fact", "RemoveFact", "File", "RemoveFile", "Case"])
            Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync($"{Disputes}/{dispute.Id}?handler={handler}&version={dispute.Version}&outcome=won&fact=delivery", form.Content)).StatusCode);
        Assert.Equal(DisputeState.Open, (await ReadAsync(dispute.Id)).State);
        Assert.Equal(HttpStatusCode.Found, (await app.Anonymous().GetAsync(Disputes)).StatusCode);
    }

    [Fact]
    public async Task The_list_shows_what_is_due_first_and_what_is_late()
    {
        await using var own = await PanelApp.StartAsync();
        var now = own.Clock.GetUtcNow();
        var late = await Counter.OpenAsync(own, null, i => i with { ReceivedAt = now.AddDays(-20), RespondBy = now.AddDays(-3) });
        var soon = await Counter.OpenAsync(own, null, i => i with { RespondBy = now.AddDays(3), Scheme = CardScheme.Mastercard, ReasonCode = "4853" });
        var far = await Counter.OpenAsync(own, null, i => i with { RespondBy = now.AddDays(30) });
        var maria = own.As(World.Maria);
        var page = await maria.PageAsync(Disputes);
        Assert.Equal([late.Code, soon.Code, far.Code], page.QuerySelectorAll("tr[data-row] a[data-open]").Select(a => a.TextContent));
        Assert.Equal(["bg-red-lt", "bg-yellow-lt", "bg-secondary-lt"], page.QuerySelectorAll("tr[data-row] .badge").Select(b => b.ClassList[1]));
        Assert.Equal(["1", "1", "1"], page.QuerySelectorAll("a.tile .tile-number").Select(n => n.TextContent));
        Assert.Equal([late.Code], (await maria.PageAsync(Disputes + "?due=overdue")).QuerySelectorAll("a[data-open]").Select(a => a.TextContent));
        Assert.Equal([soon.Code], (await maria.PageAsync(Disputes + "?scheme=mastercard")).QuerySelectorAll("a[data-open]").Select(a => a.TextContent));
        Assert.Equal([far.Code], (await maria.PageAsync($"{Disputes}?q={far.Code}")).QuerySelectorAll("a[data-open]").Select(a => a.TextContent));
        Assert.Empty((await maria.PageAsync(Disputes + "?state=closed")).QuerySelectorAll("a[data-open]"));

        // Won of all received is 1 of 3; won of those fought is 1 of 1.
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, soon, "Answer")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await DoAsync(maria, soon, "Close", ("outcome", "won"))).StatusCode);
        var figures = await own.InDbAsync(db => DisputeQueries.FiguresAsync(db, now.AddDays(-100), now.AddDays(1), now, CancellationToken.None));
        Assert.Equal((3, 1, 1, 1, 0), (figures.Received, figures.Won, figures.Answered, figures.Late, figures.Lost));
        Assert.Equal((1 / 3.0, 1.0), (figures.WinRate!.Value, figures.WinRateFought!.Value));
        Assert.Equal(new Recovery("MXN", 135_000, 45_000), Assert.Single(figures.Recovery));
        Assert.Contains("1 de 3", (await maria.PageAsync(Disputes)).QuerySelector(".tiles")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_says_of_each_line_what_becomes_of_it_and_writes_the_right_ones()
    {
        var (paid, maria) = (await Counter.PayAsync(app, 8, who: "importa"), app.As(World.Maria));
        var form = await Form.ReadAsync(await maria.GetAsync($"{Disputes}/import"), "main form[method=post]");
        form["Lines"] = $"""
            external_id;scheme;reason_code;amount;currency;order_id;received_at;respond_by;outcome
            imp-1;visa;10.4;45000;MXN;{paid.OrderId};2026-11-20;2026-12-10;
            imp-2;visa;10.4;450.00;MXN;nadie;;;
            imp-3;diners;10.4;100;MXN;nadie;;;
            imp-4;mastercard;4853;100;XXX;nadie;2027-01-01;;
            imp-1;visa;10.4;45000;MXN;;;;
            imp-5;amex;F29;9900;MXN;no-existe;;;lost
            "imp-6;visa
            """;
        var looked = await (await maria.PostAsync(form.Action, form.Content)).HtmlAsync();
        var lines = looked.QuerySelectorAll("table.cards tbody tr").ToDictionary(r => r.QuerySelector("td")!.TextContent.Trim(), r => r.TextContent);
        Assert.Equal(7, lines.Count);
        Assert.Contains("Encontrado", lines["2"], StringComparison.Ordinal);
        Assert.Contains("unidades menores", lines["3"], StringComparison.Ordinal);
        Assert.Contains("scheme no es ninguna", lines["4"], StringComparison.Ordinal);
        Assert.Contains("currency", lines["5"], StringComparison.Ordinal);
        Assert.Contains("received_at", lines["5"], StringComparison.Ordinal);
        Assert.Contains("línea anterior", lines["6"], StringComparison.Ordinal);
        Assert.Contains("pago no encontrado", lines["7"], StringComparison.Ordinal);
        Assert.Contains("comilla", lines["8"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<Dispute>().CountAsync(d => d.ExternalId!.StartsWith("imp-"))));

        var written = await UploadTests.SendAsync(app, maria, form["Lines"]);
        Assert.Equal((2, 0, 0, 5), (written.Opened, written.Closed, written.Known, written.Wrong));
        var page = await maria.PageAsync($"{Disputes}/import/{written.Id}");
        Assert.Contains("2 abiertas", page.QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("unidades menores", page.QuerySelector("tr[data-line='3']")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("línea anterior", page.QuerySelector("tr[data-line='6']")!.TextContent, StringComparison.Ordinal);
        var known = await app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().Where(d => d.ExternalId!.StartsWith("imp-")).OrderBy(d => d.ExternalId).ToListAsync());
        Assert.Equal([("imp-1", paid.Seq, null), ("imp-5", (long?)null, DisputeOutcome.Lost)], known.Select(d => (d.ExternalId!, d.Seq, d.Outcome)));
        // A day to answer by ends with the day in Mexico.
        Assert.Equal(new DateTimeOffset(2026, 12, 11, 5, 59, 0, TimeSpan.Zero), known[0].RespondBy);

        var outcome = await UploadTests.SendAsync(app, maria, "external_id,outcome,recovered\nimp-1,won,45000\nimp-5,lost,\n");
        Assert.Equal((0, 1, 1, 0), (outcome.Opened, outcome.Closed, outcome.Known, outcome.Wrong));
        Assert.Equal(LabelOutcome.Good, LabelRanking.Of(await LabelsAsync(paid.Seq)).Effective!.Outcome);
        var trail = (await Counter.TrailAsync(app, AuditActions.DisputesImported))[0];
        Assert.Contains("\"closed\":1", trail.After, StringComparison.Ordinal);
        Assert.Contains("sha256", trail.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_what_qualifies_and_what_is_missing()
    {
        await Counter.PayAsync(app, 160, who: "califica");
        await Counter.PayAsync(app, 250, who: "califica");
        var paid = await Counter.PayAsync(app, 9, who: "califica");
        var maria = app.As(World.Maria);
        var page = await maria.PageAsync($"{Disputes}/{(await Counter.OpenAsync(app, paid)).Id}");
        Assert.Contains("Visa Compelling Evidence 3.0: Califica", page.QuerySelector(".verdict")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.QuerySelectorAll("tr.is-picked").Length);

        await Counter.PayAsync(app, 160, who: "falta");
        var lone = await Counter.PayAsync(app, 9, p => ((System.Text.Json.Nodes.JsonObject)p["metadata"]!).Remove("goods_type"), who: "falta");
        var lacking = await maria.PageAsync($"{Disputes}/{(await Counter.OpenAsync(app, lone)).Id}");
        Assert.Contains("Requiere acción", lacking.QuerySelector(".verdict")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("missing_prior_undisputed_transactions", lacking.QuerySelector("section[aria-labelledby=eligibility]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("missing_merchandise_or_services", lacking.QuerySelector("section[aria-labelledby=eligibility]")!.TextContent, StringComparison.Ordinal);
    }
}
