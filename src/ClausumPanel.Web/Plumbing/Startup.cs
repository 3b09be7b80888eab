using ClausumPanel.Storage;

namespace ClausumPanel.Web.Plumbing;

internal static class Startup
{
    private const string UsualAddress = "http://localhost:5080";

    /// <summary>Only when nothing else says where: neither --urls, the environment, nor Kestrel's own settings.</summary>
    public static void ListenAtTheUsualAddress(this WebApplicationBuilder builder)
    {
        string[] said = ["urls", "http_ports", "https_ports"];
        if (said.All(name => string.IsNullOrEmpty(builder.Configuration[name])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(UsualAddress);
    }

    public static async Task PrepareStorageAsync(this WebApplication app, StorageChoice storage)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        await db.PrepareAsync(storage, app.Services.GetRequiredService<TimeProvider>(), Console.WriteLine);
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous().WithName("Live");
        app.MapGet("/health/ready", async (PanelDb db, CancellationToken stop) =>
            await db.Database.CanConnectAsync(stop) ? Results.Text("ready") : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable)).AllowAnonymous().WithName("Ready");
    }
}
