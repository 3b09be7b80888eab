using System.Net;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Account;

public sealed class PasswordTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Theory]
    [InlineData("administrator")]
    [InlineData("Password2026!")]
    [InlineData("¡sunshine2026!")]
    [InlineData("qwertyuiop12")]
    [InlineData("abcabcabcabcabc")]
    [InlineData("111111111111111")]
    [InlineData("aabbaabbaabba")]
    [InlineData("victor-clausum-x1")]
    [InlineData("panelAdmin12345")]
    public void What_anybody_would_try_first_is_refused(string password) => Assert.NotNull(Passwords.Weakness(password, World.Victor.Email));

    [Theory]
    [InlineData("caballo grapa pila azul")]
    [InlineData("mi perro come lunas")]
    [InlineData("x7kQm2zpLw9v")]
    [InlineData("ñandú ñandú vuela bajo")]
    public void Anything_else_long_enough_is_taken_without_rules_about_its_letters(string password) => Assert.Null(Passwords.Weakness(password, World.Victor.Email));

    [Fact]
    public async Task Victor_changes_his_password_and_his_other_sessions_end()
    {
        var (browser, other) = (app.As(World.Victor), app.As(World.Victor));
        await other.GetAsync("/account/profile");
        var answer = await browser.SubmitAsync("/account/password", ("Input.Current", World.Password), ("Input.New", "una frase que nadie sabe"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/account/profile")).StatusCode);

        var back = await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Victor.Email), ("Input.Password", "una frase que nadie sabe"));
        Assert.Equal(HttpStatusCode.Found, back.StatusCode);
    }

    [Theory]
    [InlineData("not my password", "una frase que nadie sabe")]
    [InlineData(World.Password, "too short")]
    [InlineData(World.Password, "password1234")]
    public async Task A_wrong_or_weak_one_changes_nothing_and_says_so_at_the_field(string current, string next)
    {
        var answer = await app.As(World.Tomas).SubmitAsync("/account/password", ("Input.Current", current), ("Input.New", next));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.NotEmpty((await answer.HtmlAsync()).QuerySelectorAll(".field-validation-error"));
        Assert.Equal(HttpStatusCode.Found, (await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Tomas.Email), ("Input.Password", World.Password))).StatusCode);
    }
}
