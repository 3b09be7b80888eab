using ClausumPanel.Storage;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Settings;

/// <summary>How many files, how large and of which kinds a case and a dispute take.</summary>
public sealed class FilesModel(PanelDb db, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public RoomInput Cases { get; set; } = new();
    [BindProperty] public RoomInput Disputes { get; set; } = new();
    [TempData] public string? Said { get; set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        var now = await FileSettings.LoadAsync(db, stop);
        (Cases, Disputes) = (RoomInput.Of(now.Cases), RoomInput.Of(now.Disputes));
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        Check(nameof(Cases), Cases, Enum.GetValues<FileKind>());
        Check(nameof(Disputes), Disputes, FileSettings.DisputeKinds);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        await new FileSettings { Cases = Cases.ToRoom(), Disputes = Disputes.ToRoom() }.SaveAsync(db, HttpContext.Actor, clock.GetUtcNow(), stop);
        Said = T["Saved."];
        return RedirectToPage();
    }

    private void Check(string place, RoomInput room, IReadOnlyList<FileKind> kinds)
    {
        if (room.Megabytes is null or < 1 or > FileRoom.MostMegabytes) Wrong(nameof(room.Megabytes), T["The megabytes are a whole number from 1 to {0}.", FileRoom.MostMegabytes]);
        if (room.Files is null or < 1 or > FileRoom.MostFiles) Wrong(nameof(room.Files), T["The files are a whole number from 1 to {0}.", FileRoom.MostFiles]);
        if (room.Kinds.Count == 0 || room.Kinds.Any(k => !kinds.Contains(k))) Wrong(nameof(room.Kinds), T["Choose at least one of the kinds offered."]);

        void Wrong(string field, string why)
        {
            ModelState.Remove($"{place}.{field}");          // what the binder says of a number that is none says less
            ModelState.AddModelError($"{place}.{field}", why);
        }
    }
}

public sealed class RoomInput
{
    public int? Megabytes { get; set; }
    public int? Files { get; set; }
    public List<FileKind> Kinds { get; set; } = [];

    /// <summary>Once everything of it was found right.</summary>
    public FileRoom ToRoom() => new(Megabytes!.Value, Files!.Value, [.. Kinds.Distinct().Order()]);

    public static RoomInput Of(FileRoom room) => new() { Megabytes = room.Megabytes, Files = room.Files, Kinds = [.. room.Kinds] };
}
