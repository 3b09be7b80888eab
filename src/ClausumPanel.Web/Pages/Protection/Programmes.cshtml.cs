using System.Globalization;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Flows.Metrics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>How near a month has come to where the card schemes begin to ask questions, and the twelve before it.</summary>
public sealed class ProgrammesModel(ReadSchemes schemes) : PageModel
{
    public const int Shown = 13;

    [BindProperty(SupportsGet = true, Name = "month")] public string? Month { get; set; }

    public DateOnly ThisMonth => schemes.ThisMonth;
    public DateOnly Chosen => Parse(Month, schemes.ThisMonth);
    public SchemeProgrammes Programmes => schemes.Programmes;

    /// <summary>The newest first, each with all programmes.</summary>
    public IReadOnlyList<IReadOnlyList<SchemeMonth>> Months { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Months = await schemes.ReadAsync(Chosen, Shown, stop);

    public static string Word(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public static string Address(DateOnly month) => "/dashboard/protection/programmes?month=" + Word(month);

    /// <summary>A month no later than this one; what cannot be read is this one.</summary>
    internal static DateOnly Parse(string? month, DateOnly present) =>
        DateOnly.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) && first.Year > 1990 && first <= present ? first : present;
}
