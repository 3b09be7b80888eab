using System.Globalization;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.Api;

/// <summary>A person signs in with a program: password, then a code where they have a second factor; then two tokens, the one for calls, the other for the next two.</summary>
public static class SignInApi
{
    private const int LongestEmail = 254, LongestCode = 64, LongestToken = 8_000;

    public static void MapSignInApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/auth").WithTags("Sign-in").AllowAnonymous();
        group.MapPost("/sign-in", PasswordAsync).WithName("signIn").WithSummary("Sign in with a password");
        group.MapPost("/second-factor", CodeAsync).WithName("signInWithCode").WithSummary("Show the second factor");
        group.MapPost("/refresh", RefreshAsync).WithName("refreshTokens").WithSummary("Get the next tokens");
        group.MapPost("/sign-out", SignOutAsync).WithName("signOut").WithSummary("Sign out");
    }

    private static async Task PasswordAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (email, password) = (body.Secret("email", LongestEmail), body.Secret("password", Passwords.Longest));
        if (email is null || password is null)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var services = context.RequestServices;
        var (fate, user) = await services.GetRequiredService<SignInDoor>().TryPasswordAsync(context, email, password, async person =>
        {
            var signIn = services.GetRequiredService<SignInManager<User>>();
            var result = await signIn.CheckPasswordSignInAsync(person, password, lockoutOnFailure: true);
            return result.Succeeded && await signIn.IsTwoFactorEnabledAsync(person) ? Microsoft.AspNetCore.Identity.SignInResult.TwoFactorRequired : result;
        });
        switch (fate)
        {
            case PasswordFate.Entered:
                await EnterAsync(context, user!);
                break;
            case PasswordFate.NeedsCode:
                var challenge = services.GetRequiredService<ProgramSessions>().AskForCode(user!);
                context.Response.Headers.CacheControl = "no-store";
                await context.AnswerAsync(StatusCodes.Status200OK, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("status", "second_factor_required");
                    json.WriteString("challenge", challenge);
                    json.WriteNumber("expires_in", (int)ProgramSessions.CodeWithin.TotalSeconds);
                    json.WriteEndObject();
                });
                break;
            case PasswordFate.TooMany:
                context.Response.Headers.RetryAfter = (services.GetRequiredService<Microsoft.Extensions.Options.IOptions<SecurityOptions>>().Value.LockOutMinutes * 60).ToString(CultureInfo.InvariantCulture);
                await Problems.WriteAsync(context, Problems.TooManyWrongKeys, "There were too many wrong attempts from your address.");
                break;
            default:
                await RefuseAsync(context, "That did not match. After several wrong attempts an account takes a break.", "credentials");
                break;
        }
    }

    private static async Task CodeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (challenge, code) = (body.Secret("challenge", LongestToken), body.Secret("code", LongestCode));
        var services = context.RequestServices;
        if (challenge is null || code is null) await Problems.WriteAsync(context, body.Errors);
        else if (await services.GetRequiredService<ProgramSessions>().WhoShowedPasswordAsync(challenge) is not { } user) await RefuseAsync(context, "The challenge is over or was never one: sign in again.", "challenge");
        else if (await services.GetRequiredService<SignInDoor>().TryCodeAsync(context, user, code)) await EnterAsync(context, user);
        else await RefuseAsync(context, "This code does not open anything. Each code opens once: wait for the next.", "code");
    }

    private static async Task RefreshAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (body.Secret("refresh_token", LongestToken) is not { } token) await Problems.WriteAsync(context, body.Errors);
        else if (await context.RequestServices.GetRequiredService<ProgramSessions>().RefreshAsync(context, token) is { } tokens) await AnswerAsync(context, tokens);
        else if (await context.MayBeWrongAgainAsync()) await RefuseAsync(context, "The refresh token is over, was used before, or was never one: sign in again.", "refresh_token");
    }

    private static async Task SignOutAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        if (body.Secret("refresh_token", LongestToken) is not { } token)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        await context.RequestServices.GetRequiredService<ProgramSessions>().EndAsync(context, token);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success", true);
            json.WriteEndObject();
        });
    }

    /// <summary>Whoever must have a second factor and has none would get nothing with tokens either, as on the pages.</summary>
    private static async Task EnterAsync(HttpContext context, User user)
    {
        var services = context.RequestServices;
        if (!user.TwoFactorEnabled && services.GetRequiredService<LiveSettings>().SecondFactorRoles.Contains(user.Role))
            await Problems.WriteAsync(context, Problems.Forbidden, "Set up your second factor in the panel first.", json => json.WriteString("reason", "second_factor_missing"));
        else await AnswerAsync(context, await services.GetRequiredService<ProgramSessions>().StartAsync(context, user));
    }

    private static async Task AnswerAsync(HttpContext context, ProgramTokens tokens)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        context.Response.Headers.CacheControl = "no-store";
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "signed_in");
            json.WriteString("token_type", "Bearer");
            json.WriteString("access_token", tokens.Access);
            json.WriteNumber("expires_in", (int)(tokens.AccessUntil - now).TotalSeconds);
            json.WriteString("refresh_token", tokens.Refresh);
            json.WriteNumber("refresh_expires_in", (int)(tokens.SessionUntil - now).TotalSeconds);
            json.WriteEndObject();
        });
    }

    private static Task RefuseAsync(HttpContext context, string why, string reason) => Problems.WriteAsync(context, Problems.Unauthorized, why, json => json.WriteString("reason", reason));
}
