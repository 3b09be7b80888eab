using System.Globalization;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Web.Flows;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ClausumPanel.Web.Demo;

/// <summary>In Development: once the server listens, says what a newcomer wants to know, and fills an empty store.</summary>
internal sealed partial class DemoService(DemoData demo, ImportRunner runner, IServer server, IHostApplicationLifetime lifetime, ILogger<DemoService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            var fills = await demo.RefusalAsync(stoppingToken) is null;
            var key = fills ? await demo.PrepareAsync(Actor.System, stoppingToken) : null;
            var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
            Console.WriteLine(Welcome.Text(address, await demo.SignInsAsync(stoppingToken), demo.Password, key));
            if (fills) await FillAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A panel without its demo is a panel all the same.
            NotMade(log, e);
        }
    }

    private async Task FillAsync(CancellationToken stop)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Demo: putting a month of {demo.Size:N0} payments through the judge"));
        var tally = new ImportTally();
        await ImportProgress.ShowAsync(runner.RunAsync(ImportKind.Demo, "", tally, Console.WriteLine, stop), () => tally.Read, read => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Demo: {read:N0} of {demo.Size:N0}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Demo: {tally.Stored:N0} payments are in the panel"));
    }

    [LoggerMessage(LogLevel.Error, "The demo could not be made")]
    private static partial void NotMade(ILogger logger, Exception e);
}
