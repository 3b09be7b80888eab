using System.Text;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Cases;

/// <summary>A page of that person's, calling the API as its script would.</summary>
internal sealed class Caller(HttpClient client, string? token)
{
    public const string Path = "/api/v1/cases";

    public static async Task<Caller> OfAsync(PanelApp app, Person person)
    {
        var client = app.As(person);
        var page = await client.PageAsync("/dashboard/cases");
        return new Caller(client, page.QuerySelector("meta[name=antiforgery]")!.GetAttribute("content"));
    }

    public Caller WithoutToken() => new(client, null);

    public async Task<Answer> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null) request.Headers.Add("RequestVerificationToken", token);
        return await Answer.OfAsync(await client.SendAsync(request));
    }

    public async Task<string> OpenAsync(string body = """{"incident_type":"phishing"}""")
    {
        var opened = await SendAsync("POST", Path, body);
        Assert.True(opened.Code == 201, opened.Text);
        return opened.Json.GetProperty("id").GetString()!;
    }

    public Task<Answer> ChangeAsync(string id, string body) => SendAsync("PATCH", $"{Path}/{id}", body);

    public Task<Answer> MoveAsync(string id, string status) => ChangeAsync(id, $$"""{"status":"{{status}}"}""");

    public Task<Answer> SubmitAsync(string id) => SendAsync("POST", $"{Path}/{id}/submit");

    /// <summary>A case brought there.</summary>
    public async Task<string> InAsync(string status)
    {
        var id = await OpenAsync();
        if (status == "borrador") return id;
        (await MoveAsync(id, "en_revision")).MustBeGood();
        if (status is "enviado" or "resuelto") (await SubmitAsync(id)).MustBeGood();
        if (status is "resuelto" or "archivado") (await MoveAsync(id, status)).MustBeGood();
        return id;
    }
}
