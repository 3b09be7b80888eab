using ClausumPanel.Storage.Imports;
using ClausumPanel.Web.Demo;

namespace ClausumPanel.Web.Flows;

/// <summary>Does one import in the process that owns the store, whoever asked for it.</summary>
internal sealed class ImportRunner(AssessService service, AssessOptions options, DemoData demo, TimeProvider clock)
{
    /// <param name="kind">The demo's month, or a file.</param>
    /// <param name="path">The file.</param>
    /// <param name="tally">Counted up while it runs; another thread may read it.</param>
    /// <param name="problem">Told what is wrong, line by line.</param>
    /// <exception cref="ImportException">It cannot go on; the message says why.</exception>
    public async Task RunAsync(ImportKind kind, string path, ImportTally tally, Action<string> problem, CancellationToken stop)
    {
        await service.Ready.WaitAsync(stop);
        try
        {
            if (kind == ImportKind.Demo) await demo.SendTrafficAsync(tally, stop);
            else
            {
                await using var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
                await HistoryFile.SendAsync(file, new HistoryPump(service.Transaction!, options, clock, null, tally, problem), tally, stop);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ImportException(e.Message);
        }
        await service.Log!.CatchUpAsync(stop);
    }
}

/// <summary>Why an import as a whole came to an end.</summary>
internal sealed class ImportException(string message) : Exception(message);
