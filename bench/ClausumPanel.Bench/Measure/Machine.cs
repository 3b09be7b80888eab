using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace ClausumPanel.Bench.Measure;

/// <summary>CPU and memory as the kernel counts them, and the machine the figures belong to.</summary>
internal static class Machine
{
    private const double TicksPerSecond = 100;          // USER_HZ, the same on every Linux we know

    /// <summary>User and system seconds of a process, all its threads.</summary>
    public static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Seconds in which some CPU did some work for anybody.</summary>
    public static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[6]) + Number(fields[7]) + Number(fields[8])) / TicksPerSecond;
    }

    /// <summary>Bytes a process has handed to the kernel to write into files; what goes to sockets is not in it.</summary>
    public static double WrittenBytes(int pid) => Number(File.ReadLines($"/proc/{pid}/io").First(line => line.StartsWith("wchar:", StringComparison.Ordinal)).Split(' ')[1]);

    public static double LoadAverage() => Number(File.ReadAllText("/proc/loadavg").Split(' ')[0]);

    public static long ResidentBytes(int pid) =>
        1024 * (long)Number(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    public static string Describe() =>
        $"{DateTimeOffset.Now:yyyy-MM-dd HH:mm} · {Environment.ProcessorCount} cores ({CpuModel()}) · {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()} · .NET {RuntimeInformation.FrameworkDescription[5..]} · load {LoadAverage():0.00}";

    /// <summary>The floor under every durable answer: milliseconds of a bare one-row commit with synchronous=FULL on the disk the store lies on.</summary>
    public static double BareCommit(string folder, int commits = 400)
    {
        var file = Path.Combine(folder, "bare-commit.db");
        foreach (var leftover in new[] { file, file + "-wal", file + "-shm" }) File.Delete(leftover);
        var latencies = new Histogram();
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            Execute(connection, "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE Bare (Id INTEGER PRIMARY KEY, Row BLOB)");
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO Bare (Row) VALUES (@row)";
            insert.Parameters.AddWithValue("@row", new byte[1024]);
            for (var i = 0; i < commits; i++)
            {
                var begun = System.Diagnostics.Stopwatch.GetTimestamp();
                insert.ExecuteNonQuery();
                latencies.Add((long)System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalNanoseconds);
            }
        }
        foreach (var leftover in new[] { file, file + "-wal", file + "-shm" }) File.Delete(leftover);
        return latencies.Milliseconds(50);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string CpuModel() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
