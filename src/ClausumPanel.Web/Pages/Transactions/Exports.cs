using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Localization;
using ClosedXML.Excel;
using CsvHelper;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>The files being written for people, kept for an hour. Nothing of them outlives the process.</summary>
public sealed partial class Exports(IServiceScopeFactory scopes, TimeProvider clock, IHostApplicationLifetime life, ILogger<Exports> log)
{
    /// <summary>What one Excel sheet is still pleasant with; a CSV file has no such limit.</summary>
    public const int MostExcelRows = 100_000;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<Guid, Export> _all = new();

    /// <param name="words">The filter as the audit log names it.</param>
    public Export Start(Guid owner, string format, AssessmentFilter filter, IReadOnlyList<string> words, AssessmentOrder order, long total, TimeZoneInfo zone, Texts T)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _all.Values.Where(e => e.StartedAt < now - Kept && e.Work.IsCompleted))
            if (_all.TryRemove(old.Id, out _)) File.Delete(old.File);
        var export = new Export(owner, format, words, total, now);
        _all[export.Id] = export;
        var head = Columns(T);
        var culture = CultureInfo.CurrentCulture;
        export.Work = Task.Run(async () =>
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var lines = scope.ServiceProvider.GetRequiredService<AssessmentReader>().AllAsync(filter, order, life.ApplicationStopping);
                if (format == "xlsx") await WriteExcelAsync(export, lines, head, zone, T);
                else await WriteCsvAsync(export, lines, head, zone, T);
                await using var written = File.OpenRead(export.File);
                export.Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(written));
            }
            catch (Exception e)
            {
                Failed(e, export.Id);
                throw;
            }
        });
        return export;
    }

    /// <summary>A new file that nobody else on the machine may read.</summary>
    public static FileStream Create(string path, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = options };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }

    /// <summary>The person's own export; nobody else's is there for them.</summary>
    public Export? Find(Guid id, Guid owner) => _all.GetValueOrDefault(id) is { } found && found.Owner == owner ? found : null;

    /// <summary>A text that a spreadsheet would run as a formula is written so that it shows instead.</summary>
    public static string Harmless(string? text) => text is { Length: > 0 } && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text ?? "";

    private static string[] Columns(Texts T) =>
    [
        T["Time"], T["Assessment"], T["Flow"], T["Decision"], T["Score"], T["Amount"], T["Currency"], T["E-mail"], T["Customer"], T["Card"], T["IP address"], T["Country"], T["Beneficiary"], T["Order"], T["Session"],
        T["Signals"], T["Blocked by"],
    ];

    private static string[] Row(AssessmentLine line, TimeZoneInfo zone, Texts T) =>
    [
        TimeZoneInfo.ConvertTime(line.At, zone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture), line.Id.ToString(), T.Name(line.Flow), T.Name(line.Decision), line.Score.ToString(CultureInfo.InvariantCulture),
        line.Money.Major.ToString(CultureInfo.InvariantCulture), line.Money.Currency, line.Email ?? "", line.CustomerId ?? "", $"{line.CardBrand} {line.CardLast4}".Trim(), line.Ip ?? "", line.Country, line.Beneficiary ?? "",
        line.OrderId ?? "", line.SessionId, string.Join(", ", line.Signals.Select(s => $"{s.Definition.Code} {s.Weight.ToString(CultureInfo.InvariantCulture)}")), line.BlockedBy ?? "",
    ];

    private static async Task WriteCsvAsync(Export export, IAsyncEnumerable<IReadOnlyList<AssessmentLine>> pages, string[] head, TimeZoneInfo zone, Texts T)
    {
        // With its mark, so that Excel too reads it as UTF-8.
        await using var writer = new StreamWriter(Create(export.File), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        await using var csv = CsvWriter.Create(writer, null, leaveOpen: true);
        await csv.WriteRecordAsync(head, CancellationToken.None);
        await foreach (var page in pages)
        {
            foreach (var line in page) await csv.WriteRecordAsync(Array.ConvertAll(Row(line, zone, T), Harmless), CancellationToken.None);
            export.Count(page.Count);
        }
    }

    private static async Task WriteExcelAsync(Export export, IAsyncEnumerable<IReadOnlyList<AssessmentLine>> pages, string[] head, TimeZoneInfo zone, Texts T)
    {
        using var book = new XLWorkbook();
        var sheet = book.AddWorksheet(T["Transaction monitor"]);
        for (var i = 0; i < head.Length; i++) sheet.Cell(1, i + 1).SetValue(head[i]);
        sheet.Row(1).Style.Font.Bold = true;
        sheet.SheetView.FreezeRows(1);
        sheet.Columns(1, head.Length).Width = 18;
        var row = 2;
        await foreach (var page in pages)
        {
            foreach (var line in page)
            {
                var cells = Row(line, zone, T);
                for (var i = 0; i < cells.Length; i++)
                {
                    // Score and amount are numbers; everything else is text, whatever it looks like.
                    if (i is 4) sheet.Cell(row, i + 1).SetValue(line.Score);
                    else if (i is 5) sheet.Cell(row, i + 1).SetValue(line.Money.Major);
                    else sheet.Cell(row, i + 1).SetValue(Harmless(cells[i]));
                }
                row++;
            }
            export.Count(page.Count);
        }
        await using var file = Create(export.File);
        book.SaveAs(file);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Export {Id} could not be written")]
    private partial void Failed(Exception e, Guid id);
}

/// <summary>One file on its way.</summary>
public sealed class Export(Guid owner, string format, IReadOnlyList<string> filter, long total, DateTimeOffset startedAt)
{
    private long _done;

    public Guid Id { get; } = Guid.CreateVersion7();
    public Guid Owner { get; } = owner;
    public string Format { get; } = format;
    public IReadOnlyList<string> Filter { get; } = filter;
    public long Total { get; } = total;

    /// <summary>Of the file, once it is written.</summary>
    public string? Sha256 { get; set; }
    public DateTimeOffset StartedAt { get; } = startedAt;
    public string File { get; } = Path.Combine(Path.GetTempPath(), $"clausumpanel-{Guid.NewGuid():N}.{format}");
    public string Name { get; } = $"assessments-{startedAt:yyyyMMdd-HHmmss}.{format}";
    public string ContentType { get; } = format == "xlsx" ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8";
    public Task Work { get; set; } = Task.CompletedTask;
    public long Done => Interlocked.Read(ref _done);

    public void Count(int lines) => Interlocked.Add(ref _done, lines);
}
