using ClausumPanel.Storage;
using ClausumPanel.Web.Plumbing;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"] });
    builder.ListenAtTheUsualAddress();
    builder.WebHost.UseStaticWebAssets();               // nothing to do once published; lets `dotnet run` serve them in every environment

    builder.Services.AddSingleton(TimeProvider.System);
    var storage = builder.Services.AddPanelStorage(builder.Configuration, builder.Environment.ContentRootPath);
    builder.AddSignIn(storage);
    builder.AddPages();

    await using var app = builder.Build();
    await app.PrepareStorageAsync(storage);

    app.UseSecurityHeaders();
    app.UseRouting();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseAntiforgery();

    app.MapStaticAssets().AllowAnonymous();
    app.MapRazorPages().WithStaticAssets();
    app.MapHealth();

    await app.RunAsync();
    return 0;
}
catch (SettingException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

public partial class Program;
