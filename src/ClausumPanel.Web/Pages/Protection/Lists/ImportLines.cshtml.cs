using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>Every line of an import with what happens to it, for whoever has more of them than a page shows.</summary>
public sealed class ImportLinesModel(PanelDb db, ListImports imports, TimeProvider clock, Texts T) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id)
    {
        if (imports.Find<EntriesImport>(id, User.Id) is not { } import) return NotFound();
        IReadOnlyList<object?>[] rows = [[T["Line"], T["Type"], T["Value"], T["Outcome"], T["What happens"]], .. import.Lines.Select(l => (IReadOnlyList<object?>)[l.Number, l.Entry.Type.Word(), l.Entry.Value, T.Name(l.Kind), T.Say(l)])];
        return await this.CsvAsync(db, clock.GetUtcNow(), "lists", "import-preview", rows, $"import={id}");
    }
}
