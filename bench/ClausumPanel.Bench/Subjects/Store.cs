using System.Diagnostics;
using System.Text.Json;
using ClausumPanel.Bench.Measure;
using Microsoft.Data.Sqlite;

namespace ClausumPanel.Bench.Subjects;

/// <summary>A data folder of the service, a server key for it, and how many of our payments it holds.</summary>
internal sealed class Store
{
    private const string FileName = "panel.db";

    private readonly Dictionary<string, string> _settings = [];

    private Store(string folder, string key, long stored) => (Folder, Key, Stored) = (folder, key, stored);

    /// <summary>The same store, served with another setting than the service is delivered with.</summary>
    public Store With(string setting, string value)
    {
        _settings[setting] = value;
        return this;
    }

    public string Folder { get; }
    public string Key { get; }
    public long Stored { get; }
    public string File => Path.Combine(Folder, FileName);

    /// <summary>Who may sign in at the panel, once <see cref="WithAdmin"/> was asked for.</summary>
    public const string AdminEmail = "admin@bench.example";
    public string? AdminPassword { get; private set; }

    public Dictionary<string, string> Environment => new(_settings)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__Panel"] = $"Data Source={File}",
        ["DOTNET_PerfMapEnabled"] = System.Environment.GetEnvironmentVariable("DOTNET_PerfMapEnabled") ?? "0",
    };

    /// <summary>A store nobody has written to, with its key made by the product's own command line.</summary>
    public static Store Empty(string name)
    {
        var folder = Path.Combine(Folders.Stores, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var key = Subject.Command(new Store(folder, "", 0), "keys", "create", "--type", "server", "--name", "bench", "--per-minute", "1000000000");
        return key.StartsWith("clm_sk_", StringComparison.Ordinal) ? new(folder, key, 0) : throw new BenchFailed($"'keys create' printed no server key but: {key}");
    }

    /// <summary>A copy of a store filled through the HTTP endpoint; filled now, or long ago when <c>--reuse</c> allows it.</summary>
    public static Store Filled(int stored, Arguments arguments, int port)
    {
        var original = Path.Combine(Folders.Stores, $"filled-{stored}");
        var card = Path.Combine(original, "bench.json");
        if (!arguments.Has("reuse") || !System.IO.File.Exists(card)) Fill(stored, port, Path.GetFileName(original), card);
        var (key, held) = JsonSerializer.Deserialize<Card>(System.IO.File.ReadAllText(card))!;

        var copy = Path.Combine(Folders.Stores, $"work-{stored}");
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        CopyFolder(original, copy);
        return new(copy, key, held);
    }

    /// <summary>The same store with somebody who may do everything, made by the product's own command line.</summary>
    public Store WithAdmin()
    {
        With("Panel__Security__RequireHttps", "false").With("Panel__Security__RequireSecondFactor", "false");
        AdminPassword = Subject.Command(this, "users", "create", "--email", AdminEmail, "--role", "admin");
        return this;
    }

    /// <summary>The same store after more of our payments.</summary>
    public Store Grown(long made)
    {
        var grown = new Store(Folder, Key, made) { AdminPassword = AdminPassword };
        foreach (var (setting, value) in _settings) grown.With(setting, value);
        return grown;
    }

    /// <summary>Ids of all stored assessments, read from the file itself and not through the service.</summary>
    public HashSet<UInt128> AssessmentIds()
    {
        using var connection = OpenReadOnly();
        using var select = connection.CreateCommand();
        select.CommandText = "SELECT Id FROM Assessments";
        using var rows = select.ExecuteReader();
        var ids = new HashSet<UInt128>();
        while (rows.Read())
        {
            var bytes = rows.GetFieldValue<byte[]>(0);
            ids.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }
        return ids;
    }

    public string IntegrityCheck()
    {
        using var connection = OpenReadOnly();
        using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        return (string)check.ExecuteScalar()!;
    }

    public SqliteConnection OpenReadOnly()
    {
        var connection = new SqliteConnection($"Data Source={File};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Fill(int stored, int port, string name, string card)
    {
        var store = Empty(name);
        using var service = Subject.StartService(store, port);
        var begun = Stopwatch.GetTimestamp();
        while (service.Traffic.Made < stored)
        {
            service.Call(64, TimeSpan.MaxValue, Math.Min(25_000, stored - service.Traffic.Made));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            Console.Write($"\rfilling a store: {service.Traffic.Made:N0} of {stored:N0} stored, {service.Traffic.Made / seconds:N0}/s, {service.ResidentBytes() / 1048576.0:N0} MiB resident   ");
        }
        service.Settle(TimeSpan.FromMinutes(2));
        service.Stop();
        Console.WriteLine($"· file {new FileInfo(store.File).Length / 1048576.0:N0} MiB, {new FileInfo(store.File).Length / stored:N0} bytes a row");
        System.IO.File.WriteAllText(card, JsonSerializer.Serialize(new Card(store.Key, service.Traffic.Made)));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) System.IO.File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private sealed record Card(string Key, long Stored);
}
