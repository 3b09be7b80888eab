using System.Diagnostics;
using System.Net.Sockets;
using ClausumPanel.Bench.Measure;

namespace ClausumPanel.Bench.Subjects;

/// <summary>A process that answers POST /api/v1/assess on a port of this machine: the bound or the service. It ends when this object does.</summary>
internal sealed class Subject : IDisposable
{
    private readonly Process _process;
    private readonly string _log;

    private Subject(string name, int port, string key, Process process, string log, long stored) =>
        (Name, Port, _process, _log, Traffic) = (name, port, process, log, new Traffic(port, key, stored));

    public string Name { get; }
    public int Port { get; }
    public int Pid => _process.Id;

    /// <summary>The payments made for this one; it goes on where what is stored ends.</summary>
    public Traffic Traffic { get; }

    public static Subject StartBound(int port, string name = "bound")
    {
        var log = Path.Combine(Folders.Logs, $"bound-{port}.log");
        var process = Launch([Environment.ProcessPath!, "bound", "--port", $"{port}"], [], log);
        return new Subject(name, port, "clm_sk_bound_asks_for_no_key_but_reads_the_same_bytes", process, log, 0).AwaitReady();
    }

    /// <summary>Starts the published service on a store; with <paramref name="awaitReady"/> false the caller does the waiting.</summary>
    public static Subject StartService(Store store, int port, string? name = null, bool awaitReady = true)
    {
        var log = Path.Combine(Folders.Logs, $"service-{port}.log");
        var process = Launch(["dotnet", Path.Combine(Folders.Web, "ClausumPanel.Web.dll"), "--urls", $"http://127.0.0.1:{port}"], store.Environment, log);
        var service = new Subject(name ?? "service", port, store.Key, process, log, store.Stored);
        return awaitReady ? service.AwaitReady() : service;
    }

    /// <summary>Runs a command of the service's own command line to its end and returns what it printed.</summary>
    public static string Command(Store store, params string[] command) => Command(store, TimeSpan.FromSeconds(60), command);

    /// <summary>The same, for one that has more to do.</summary>
    public static string Command(Store store, TimeSpan atMost, params string[] command)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folders.Web, "ClausumPanel.Web.dll"), .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in store.Environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(atMost))
        {
            process.Kill();
            throw new BenchFailed($"'{string.Join(' ', command)}' did not end within {atMost.TotalMinutes:0} minutes");
        }
        return process.ExitCode == 0 ? output.Result.Trim() : throw new BenchFailed($"'{string.Join(' ', command)}' ended with {process.ExitCode}\n{output.Result}{errors.Result}");
    }

    public double CpuSeconds() => Machine.CpuSeconds(Pid);

    public long ResidentBytes() => Machine.ResidentBytes(Pid);

    /// <summary>One round of so many callers; fails unless every answer is 200.</summary>
    public CallerRound Call(int callers, TimeSpan atMost, long requests = long.MaxValue)
    {
        using var loop = new Callers(Port, callers);
        return loop.Call(Traffic, atMost, requests).MustBeOk(Name);
    }

    /// <summary>Until the process has nothing left to do: its work after the answers belongs to no other round. Returns the CPU seconds it still took.</summary>
    public double Settle(TimeSpan atMost)
    {
        var before = CpuSeconds();
        var begun = Stopwatch.GetTimestamp();
        for (var last = before; Stopwatch.GetElapsedTime(begun) < atMost;)
        {
            Thread.Sleep(150);
            var now = CpuSeconds();
            if (now - last < 0.015) break;
            last = now;
        }
        return CpuSeconds() - before;
    }

    /// <summary>Waits for the first 200 to a real request.</summary>
    public Subject AwaitReady(TimeSpan? atMost = null)
    {
        try
        {
            TimeToFirstAnswer(atMost ?? TimeSpan.FromSeconds(120), out _);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <returns>Time from the start of the process to its first 200.</returns>
    public TimeSpan TimeToFirstAnswer(TimeSpan atMost, out SortedDictionary<int, long> before)
    {
        before = [];
        while (true)
        {
            var since = DateTime.Now - _process.StartTime;
            if (_process.HasExited) throw new BenchFailed($"{Name} ended with {_process.ExitCode} before it was ready; its log {_log} ends:\n{Tail()}");
            if (since > atMost) throw new BenchFailed($"{Name} was not ready after {since.TotalSeconds:0} s ({string.Join(", ", before.Select(pair => $"{pair.Value} × {pair.Key}"))}); its log {_log} ends:\n{Tail()}");
            try
            {
                using var one = new Callers(Port, 1);
                var round = one.Call(Traffic, TimeSpan.MaxValue, requests: 1);
                if (round is { NotOk.Count: 0, Died: false }) return DateTime.Now - _process.StartTime;
                foreach (var (status, count) in round.NotOk) before[status] = before.GetValueOrDefault(status) + count;
                if (before.Keys.Any(status => status is not 503)) throw new BenchFailed($"{Name} answers {round.FirstNotOk}");
            }
            catch (SocketException)
            {
                // Nobody listens yet.
            }
            Thread.Sleep(2);
        }
    }

    /// <summary>kill -9: no chance to finish anything.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end and waits, so that the store is left as an orderly stop leaves it.</summary>
    public void Stop()
    {
        if (_process.HasExited) return;
        using (var asked = Process.Start("kill", ["-TERM", $"{Pid}"])) asked.WaitForExit();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30))) throw new BenchFailed($"{Name} did not end within 30 s of being asked; its log {_log} ends:\n{Tail()}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private string Tail() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(15)) : "(no log)";

    // The shell gives the process a file to write to and then becomes it: reading its output here would cost the client.
    private static Process Launch(string[] command, Dictionary<string, string> environment, string log)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, .. command]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
