using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>Takes a whole policy from a file into the person's draft: first checked and shown in words, then saved.</summary>
[RequestFormLimits(ValueLengthLimit = Longest, MultipartBodyLengthLimit = Longest)]
public sealed class PolicyFileModel(PolicyDesk desk, IAuthorizationService authorization, Texts T) : PageModel
{
    private const int Longest = 4 << 20;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [BindProperty] public string? Document { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }
    [TempData] public string? Said { get; set; }

    public string? Refused { get; private set; }
    public IReadOnlyList<PolicyProblem> Problems { get; private set; } = [];

    /// <summary>What would change in the draft; null before a file was read.</summary>
    public IReadOnlyList<PolicyChange>? Changes { get; private set; }

    public void OnGet()
    {
        // An empty form.
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop) => await ReadAsync(stop) ? Page() : Again();

    public async Task<IActionResult> OnPostSaveAsync(CancellationToken stop)
    {
        if (!await ReadAsync(stop)) return Again();
        var outcome = await desk.ChangeAsync(HttpContext.Actor, Changes!, await MayRulesAsync(), stop);
        if (outcome.Refusal is null)
        {
            Said = T["Saved in your draft."];
            return RedirectToPage("Thresholds");
        }
        Refused = T.Say(outcome);
        return Again();
    }

    private async Task<bool> ReadAsync(CancellationToken stop)
    {
        Document = await TextAsync(stop);
        if (Document is null) ModelState.AddModelError("Upload", T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(Document)) ModelState.AddModelError("Upload", T["Choose a file, or paste the policy."]);
        else
        {
            var active = await desk.ActiveAsync(stop);
            if (!PolicyJson.TryRead(Document, out var policy, out var problems, await desk.ListsAsync(active, stop))) Problems = problems;
            else
            {
                Changes = PolicyChanges.Between((await desk.DraftAsync(User.Id, stop))?.Policy ?? active, policy);
                if (Changes.Any(change => change.Path[0] == "rules") && !await MayRulesAsync()) Refused = T[PolicyDesk.RulesNeedAdmin];
            }
        }
        return Changes is not null && Refused is null;
    }

    private async Task<bool> MayRulesAsync() => (await authorization.AuthorizeAsync(User, Permissions.ApproveProtection)).Succeeded;

    private PageResult Again()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<string?> TextAsync(CancellationToken stop)
    {
        if (Upload is not { Length: > 0 }) return Document ?? "";
        try
        {
            using var reading = new StreamReader(Upload.OpenReadStream(), Strict);
            return await reading.ReadToEndAsync(stop);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
