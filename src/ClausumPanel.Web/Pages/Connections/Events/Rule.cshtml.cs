using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>What one rule takes, and what it does.</summary>
public sealed class EventRuleModel(PanelDb db, ChangeEventRules rules, Texts T) : PageModel
{
    [BindProperty] public EventRuleInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }

    /// <summary>Null: a new one.</summary>
    public Guid? Id { get; private set; }
    public string? Refused { get; private set; }

    public async Task<IActionResult> OnGetAsync(string which, CancellationToken stop)
    {
        if (which == "new") return Page();
        if (!Guid.TryParse(which, out var id) || await db.EventRules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop) is not { } rule) return NotFound();
        Id = id;
        Input = new EventRuleInput { Name = rule.Name, EventType = rule.EventType, AmountFrom = rule.FromText, AmountTo = rule.ToText, Currency = rule.Currency, Action = rule.Action.ToString() };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string which, CancellationToken stop)
    {
        if (which != "new")
        {
            if (!Guid.TryParse(which, out var id)) return NotFound();
            Id = id;
        }
        if (Read() is not { } say) return Refuse(null);
        if (Id is { } known)
        {
            if (!await rules.ChangeAsync(known, say, HttpContext.Actor, stop)) return NotFound();
        }
        else if (await rules.AddAsync(say, HttpContext.Actor, stop) is null) return Refuse(T["There are {0} rules for events already: delete one first.", EventRule.Most]);
        Said = T["The rule was saved. It holds for what is processed from now on."];
        return RedirectToPage("Rules");
    }

    private Action<EventRule>? Read()
    {
        var name = ListTexts.Clean(Input.Name);
        if (name is null || name.Length > EventRule.LongestName) ModelState.AddModelError("Input.Name", T["Name: 1 to {0} characters.", EventRule.LongestName]);
        var type = ListTexts.Clean(Input.EventType);
        if (type?.Length > ReceivedEvent.LongestType || type?.TrimEnd('*').Contains('*', StringComparison.Ordinal) == true) ModelState.AddModelError("Input.EventType", T["Type: at most {0} characters, with a star at its end only.", ReceivedEvent.LongestType]);
        var (from, to) = (Amount(Input.AmountFrom, "Input.AmountFrom", T["Amount from"]), Amount(Input.AmountTo, "Input.AmountTo", T["Amount up to"]));
        if (from is not null && to is not null && decimal.Parse(from, CultureInfo.InvariantCulture) > decimal.Parse(to, CultureInfo.InvariantCulture)) ModelState.AddModelError("Input.AmountTo", T["Amount up to: it lies below the first amount."]);
        var currency = ListTexts.Clean(Input.Currency)?.ToUpperInvariant();
        if (currency is not null && !Currencies.TryFind(currency, out currency, out _)) ModelState.AddModelError("Input.Currency", T["Currency: write three letters, as in MXN."]);
        if (!Enum.TryParse<EventAction>(Input.Action, out var action) || !EventWords.Actions.Contains(action)) ModelState.AddModelError("Input.Action", T["Choose what is done."]);
        if (!ModelState.IsValid) return null;
        return rule => (rule.Name, rule.EventType, rule.FromText, rule.ToText, rule.Currency, rule.Action) = (name!, type, from, to, currency, action);
    }

    private string? Amount(string? text, string field, string name)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount <= 1_000_000_000_000_000) return amount.ToString(CultureInfo.InvariantCulture);
        ModelState.AddModelError(field, T["{0}: write a number with a point, as in 1500.00.", name]);
        return null;
    }

    private PageResult Refuse(string? why)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}

public sealed class EventRuleInput
{
    public string? Name { get; set; }
    public string? EventType { get; set; }
    public string? AmountFrom { get; set; }
    public string? AmountTo { get; set; }
    public string? Currency { get; set; }
    public string? Action { get; set; } = nameof(EventAction.CreateCase);
}
