using System.Text;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Disputes;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Plumbing;

/// <summary>People write card numbers where nobody asked for them: of each only the first six and the last four digits are kept.</summary>
public sealed class CardNumberTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const string Number = "5555555555554444", Spaced = "4111 1111 1111 1111", Root = "/dashboard";

    private static async Task<string> SentAsync(string door, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.True((int)answer.StatusCode is 302 or 200 or 201, $"{door} answered {(int)answer.StatusCode}: {(await answer.HtmlAsync()).QuerySelector("main")?.TextContent}");
        return answer.Headers.Location?.ToString() ?? "";
    }

    private static Task<HttpResponseMessage> UploadAsync(Browser browser, string address)
    {
        var content = new MultipartFormDataContent { { new StringContent(browser.Token), "__RequestVerificationToken" }, { new StringContent("receipt"), "category" } };
        content.Add(new ByteArrayContent("%PDF-1.4\n1 0 obj << /Type /Page >> endobj"u8.ToArray()), "upload", $"tarjeta {Number}.pdf");
        return browser.Client.PostAsync(address, content);
    }

    /// <summary>Not in the database, its journal, the folder of files, or the log.</summary>
    private async Task MustBeNowhereAsync(string door)
    {
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)"));
        var folder = app.Services.GetRequiredService<FileFolder>().Folder;
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(app.Database.File)!, Path.GetFileName(app.Database.File) + "*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Concat(Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : []);
        foreach (var file in files)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory);
            var text = Encoding.Latin1.GetString(memory.GetBuffer(), 0, (int)memory.Length);
            foreach (var secret in (string[])[Number, Spaced])
                if (text.IndexOf(secret, StringComparison.Ordinal) is >= 0 and var at) Assert.Fail($"What came through {door} stands in {Path.GetExtension(file)}: …{text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)]}…");
        }
        Assert.DoesNotContain(app.Logged, line => line.Contains(Number, StringComparison.Ordinal) || line.Contains(Spaced, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whatever_people_type_send_or_name_a_file_no_whole_card_number_is_kept()
    {
        var (shop, ines) = (await Shop.OpenAsync(app), await Browser.OfAsync(app, World.Ines));
        var paid = (await shop.AssessAsync($$$"""{"amount":45000,"currency":"MXN","email":"pan@compra.example","order_id":"pan-1","metadata":{"note":"{{{Spaced}}}","list":["{{{Number}}}"]} }""")).MustBeGood().Id;
        var page = await SentAsync("a case", ines.Client.SubmitAsync($"{Root}/cases/new", ("Input.Incident", "phishing"), ("Input.VictimName", $"Rosa {Number}"), ("Input.Description", $"Pagó con {Spaced}")));
        await SentAsync("a note of a case", ines.Client.SubmitAsync(page, "form[action$='handler=Note']", ("note", $"{Number} y {Spaced}")));
        await SentAsync("a file of a case", UploadAsync(ines, $"{page}?handler=File"));
        await SentAsync("a dispute", ines.Client.SubmitAsync($"{Root}/disputes/new", ("Input.Scheme", "visa"), ("Input.ReasonCode", "10.4"), ("Input.Amount", "100"), ("Input.Currency", "MXN"), ("Input.OrderId", Number), ("Input.ExternalId", $"x {Spaced}"), ("Input.Descriptor", $"T {Number}"), ("Input.Notes", $"{Spaced} en las notas")));
        var dispute = await Counter.OpenAsync(app, null);
        await SentAsync("a fact", ines.PostAsync($"{Root}/disputes/{dispute.Id}?handler=Fact&fact=communication", ("v.contact_gist", $"Dijo {Spaced}"), ("v.contact_from", Number), ("source", $"correo {Number}")));
        await SentAsync("a file of a dispute", UploadAsync(ines, $"{Root}/disputes/{dispute.Id}?handler=File"));
        var upload = await UploadTests.SendAsync(app, ines.Client, $"external_id,scheme,reason_code,amount,currency,order_id,notes\n{Number},visa,10.4,100,MXN,{Spaced},nota {Number}\n{Spaced} mal,diners,10.4,1,MXN,,{Number}\n");
        Assert.Equal((1, 1), (upload.Opened, upload.Wrong));
        await SentAsync("labels", ines.PostAsync($"{Root}/labels?write=yes", ("Lines", $"transaction_id,outcome,source,reason,note,reference\n{paid},fraud,customer,{Number},dijo {Spaced},ref {Number}\n{Number},fraud,customer,,,\n")));
        await SentAsync("a label", ines.PostAsync($"{Root}/transactions/{paid}?handler=Label", ("outcome", "good"), ("source", "analyst"), ("note", $"visto {Spaced}")));
        await SentAsync("a report", ines.PostAsync($"{Root}/transactions/{paid}?handler=Report", ("reason", "other"), ("description", $"tarjeta {Number}")));
        await SentAsync("an entry of a list", ines.Client.SubmitAsync($"{Root}/protection/blocklists/new", ("Input.Type", "email"), ("Input.Value", "pan-lista@compra.example"), ("Input.Severity", "review"), ("Input.Reason", $"usó {Spaced}")));
        await SentAsync("entries of a list", ines.Client.SubmitAsync($"{Root}/protection/blocklists/import", ("Lines", $"list_type,value,severity,reason\nemail,pan2@compra.example,review,{Number}\ncustomer_id,{Number},review,\n"), ("Input.Type", "email")));
        await SentAsync("a list for rules", ines.Client.SubmitAsync($"{Root}/protection/lists/new", ("Input.Name", "pan"), ("Input.Kind", "text")));
        Assert.Equal(201, (await shop.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes($$"""{"reason":"other","email":"pan3@compra.example","amount":100,"currency":"MXN","description":"con {{Spaced}}","evidence_urls":["https://tienda.example/{{Number}}"]}"""), "application/json")).Code);
        Assert.InRange((await shop.PostAsync("/api/v1/labels", Encoding.UTF8.GetBytes($$"""{"transaction_id":"{{paid}}","outcome":"fraud","source":"chargeback","note":"{{Spaced}}","reason":"{{Number}}","reference":"{{Number}}"}"""), "application/json")).Code, 200, 299);
        Assert.InRange((await shop.PostAsync("/api/v1/disputes", Encoding.UTF8.GetBytes($$"""{"scheme":"visa","reason_code":"10.4","amount":100,"currency":"MXN","external_id":"api {{Number}}","order_id":"{{Spaced}}","notes":"{{Number}}","descriptor":"T {{Number}}"}"""), "application/json")).Code, 200, 299);
        await MustBeNowhereAsync("one of the doors");

        // It is there, without its middle.
        await app.InDbAsync(async db =>
        {
            Assert.Contains("555555******4444", (await db.Set<CaseFile>().SingleAsync()).Name, StringComparison.Ordinal);
            Assert.Contains("555555******4444", (await db.Set<DisputeFile>().SingleAsync()).Name, StringComparison.Ordinal);
            Assert.Contains("555555******4444", await db.Set<Dispute>().Where(d => d.ExternalId != null).Select(d => d.ExternalId).ToListAsync());
            Assert.Contains(await db.Set<DisputeFact>().Select(f => f.Values).ToListAsync(), v => v.Contains("4111 11** **** 1111", StringComparison.Ordinal));
            Assert.Contains(await db.Set<Label>().Select(l => l.Note).ToListAsync(), n => n?.Contains("4111 11** **** 1111", StringComparison.Ordinal) == true);
        });
    }
}
