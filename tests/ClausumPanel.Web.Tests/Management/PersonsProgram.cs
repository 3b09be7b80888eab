using System.Net.Http.Headers;
using System.Text;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Management;

/// <summary>A program, in which somebody signs in or not.</summary>
internal sealed class PersonsProgram(PanelApp app)
{
    private readonly HttpClient _client = app.CreateDefaultClient();

    public string? Access { get; set; }
    public string? Refresh { get; set; }

    public static async Task<PersonsProgram> OfAsync(PanelApp app, Person person)
    {
        await Shop.ReadyAsync(app);
        var program = new PersonsProgram(app);
        program.Keep((await program.SignInAsync(person.Email, World.Password)).MustBeGood());
        return program;
    }

    public Task<Answer> SignInAsync(string email, string password) => SendAsync("POST", "/api/v1/auth/sign-in", $$"""{"email":"{{email}}","password":"{{password}}"}""");

    public Task<Answer> ShowCodeAsync(string challenge, string code) => SendAsync("POST", "/api/v1/auth/second-factor", $$"""{"challenge":"{{challenge}}","code":"{{code}}"}""");

    public Task<Answer> RefreshAsync(string? token = null) => SendAsync("POST", "/api/v1/auth/refresh", $$"""{"refresh_token":"{{token ?? Refresh}}"}""");

    public Task<Answer> SignOutAsync() => SendAsync("POST", "/api/v1/auth/sign-out", $$"""{"refresh_token":"{{Refresh}}"}""");

    /// <summary>Goes on with the tokens of the answer.</summary>
    public PersonsProgram Keep(Answer answer)
    {
        (Access, Refresh) = (answer.Json.GetProperty("access_token").GetString(), answer.Json.GetProperty("refresh_token").GetString());
        return this;
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> PostAsync(string path, string body = "{}") => SendAsync("POST", path, body);

    public async Task<Answer> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (Access is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Access);
        return await Answer.OfAsync(await _client.SendAsync(request));
    }
}
