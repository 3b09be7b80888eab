using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>Where the score decides otherwise, what amounts are taken, what each signal weighs: read by everybody, changed in a draft of one's own.</summary>
public sealed class ThresholdsModel(PanelDb db, PolicyDesk desk, IAuthorizationService authorization, TimeProvider clock, Texts T) : PageModel
{
    public const int Days = 30;
    private const int MostWords = 1_000;

    [TempData] public string? Said { get; set; }

    /// <summary>The part of the page of which that is said; null: of all.</summary>
    [TempData] public string? SaidOf { get; set; }

    /// <summary>The part that was sent.</summary>
    private string? Sent { get; set; }

    /// <summary>Where what came of it is told; null: at the top.</summary>
    public string? Part => Refused is not null ? Sent : Said is not null ? SaidOf : null;

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public Policy Active { get; private set; } = null!;

    /// <summary>The reader's draft; null when there is none.</summary>
    public DraftView? Draft { get; private set; }

    /// <summary>What the page shows and edits: the draft, else what judges now.</summary>
    public Policy Shown => Draft?.Policy ?? Active;
    public BandPreview Preview { get; private set; } = null!;
    public IReadOnlyList<SignalRow> Signals { get; private set; } = [];
    public bool MayEdit { get; private set; }

    /// <summary>The code of the signal whose form is shown; the others are for reading, which a browser lays out sooner than a hundred forms.</summary>
    public string? Opened { get; private set; }

    /// <summary>What was sent for it and refused.</summary>
    public IFormCollection? Typed { get; private set; }

    /// <summary>What was sent for the control sample and refused.</summary>
    private (string Percent, IReadOnlyList<SampleBound> Bounds)? TypedSample { get; set; }

    /// <summary>The share of the control sample, as its form shows it.</summary>
    public string SampleShare => TypedSample?.Percent ?? Shown.ControlSample.Percent.ToString(CultureInfo.InvariantCulture);

    /// <summary>The bounds of the control sample, as its form shows them; the last is for another currency.</summary>
    public IReadOnlyList<SampleBound> SampleBounds => TypedSample?.Bounds ??
    [
        .. Shown.ControlSample.Limits.OrderBy(l => l.Currency, StringComparer.Ordinal).Select(l => new SampleBound { Currency = l.Currency, Payment = Amount(l.Payment, l.Currency), Day = Amount(l.Day, l.Currency) }),
        .. MayEdit ? new[] { new SampleBound() } : [],
    ];

    /// <summary>Read by the script of the page.</summary>
    public string Scores => JsonSerializer.Serialize(new
    {
        free = Preview.Histogram(ScoreKind.Free), held = Preview.Histogram(ScoreKind.Held), days = Preview.Days,
        money = Preview.Currencies.ToDictionary(c => c, c => new { free = Preview.Money(ScoreKind.Free, c), held = Preview.Money(ScoreKind.Held, c), digits = Digits(c) }),
    });

    /// <param name="signal">The code of the one to change.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<IActionResult> OnGetAsync(string? signal, CancellationToken stop)
    {
        Opened = MayEdit ? signal : null;
        await LoadAsync(stop);
        Response.Headers.Append("Vary", "HX-Request");
        return Request.IsHtmx && Signals.FirstOrDefault(s => s.Signal.Code == Opened) is { } row ? Partial("_Signal", new SignalLine(row, MayEdit, IsOpen: true)) : Page();
    }

    public async Task<IActionResult> OnPostBandsAsync(int review, int challenge, int decline, CancellationToken stop)
    {
        Sent = "bands";
        return await ChangeAsync([new("bands.review", null, (long)review), new("bands.challenge", null, (long)challenge), new("bands.decline", null, (long)decline)], stop);
    }

    public async Task<IActionResult> OnPostLimitAsync(Flow flow, string? currency, string? minimum, string? small, string? large, string? maximum, CancellationToken stop)
    {
        Sent = "limits";
        if (!Currencies.TryFind(currency?.Trim().ToUpperInvariant() ?? "", out var code, out var digits)) return await RefuseAsync(T["{0} is no currency of ISO 4217.", currency ?? ""], stop);
        var place = $"limits.{(flow == Flow.PayOut ? "payout" : "payin")}.{code}";
        var changes = new List<PolicyChange>();
        foreach (var (name, text) in ((string, string?)[])[("minimum", minimum), ("small", small), ("large", large), ("maximum", maximum)])
        {
            if (string.IsNullOrWhiteSpace(text)) changes.Add(new PolicyChange($"{place}.{name}", null, null));
            else if (AmountText.TryMinor(text, digits, out var minor)) changes.Add(new PolicyChange($"{place}.{name}", null, minor));
            else return await RefuseAsync(T["{0}: “{1}” is no amount in {2}.", T.LimitName(name), text, code], stop);
        }
        return await ChangeAsync(changes, stop);
    }

    /// <summary>The control sample: its share, and what it may risk in each currency.</summary>
    public async Task<IActionResult> OnPostSampleAsync(string? percent, List<SampleBound> bounds, CancellationToken stop)
    {
        Sent = "sample";
        TypedSample = (percent ?? "", bounds);
        var isShare = double.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share);
        if (!isShare) return await RefuseAsync(T["The share must be a number from 0 to {0}.", ControlSample.MostPercent], stop);
        var changes = new List<PolicyChange> { new($"{PolicyChanges.Sample}.percent", null, share == 0 ? null : share) };
        var (seen, isBounded) = (new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var bound in bounds.Where(b => !b.IsBlank))
        {
            if (string.IsNullOrWhiteSpace(bound.Currency)) return await RefuseAsync(T["Name the currency of each pair of bounds."], stop);
            if (!Currencies.TryFind(bound.Currency.Trim().ToUpperInvariant(), out var code, out var digits)) return await RefuseAsync(T["{0} is no currency of ISO 4217.", bound.Currency], stop);
            var largest = 0L;
            if (!seen.Add(code)) return await RefuseAsync(T["{0} stands there twice.", code], stop);
            if (string.IsNullOrWhiteSpace(bound.Payment) != string.IsNullOrWhiteSpace(bound.Day)) return await RefuseAsync(T["{0}: say both bounds, or neither.", code], stop);
            foreach (var (name, text) in ((string, string?)[])[("payment", bound.Payment), ("day", bound.Day)])
            {
                var minor = 0L;
                if (!string.IsNullOrWhiteSpace(text) && !AmountText.TryMinor(text, digits, out minor)) return await RefuseAsync(T["{0}: “{1}” is no amount in {2}.", name == "day" ? T["Total amount a day"] : T["Amount of the largest payment"], text, code], stop);
                changes.Add(new PolicyChange($"{PolicyChanges.Sample}.limits.{code}.{name}", null, string.IsNullOrWhiteSpace(text) ? null : minor));
                isBounded |= minor > 0;
                largest = name == "payment" ? minor : largest;
                if (name == "day" && minor < largest) return await RefuseAsync(T["{0}: the total amount a day must not be less than the largest payment.", code], stop);
            }
        }
        if (share > 0 && !isBounded) return await RefuseAsync(T["A share lets nothing through without the bounds of a currency."], stop);
        return await ChangeAsync(changes, stop);
    }

    public async Task<IActionResult> OnPostSignalAsync(string code, CancellationToken stop)
    {
        if (!SignalCatalog.ByCode.TryGetValue(code, out var signal) || signal.IsFixed) return NotFound();
        if (Request.Form.ContainsKey("reset")) return await ChangeAsync(Defaults(signal), stop, code);
        if (!int.TryParse(Request.Form["weight"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var weight)) return await RefuseAsync(T["The weight must be a whole number from −100 to 100."], stop, code);
        var changes = new List<PolicyChange> { new($"signals.{code}.weight", null, (long)weight), new($"signals.{code}.enabled", null, Request.Form["enabled"].Contains("true")) };
        foreach (var parameter in signal.Parameters)
        {
            if (!double.TryParse(Request.Form["p." + parameter.Name], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
                return await RefuseAsync(T["{0} must be a number.", T.Name(parameter)], stop, code);
            changes.Add(new PolicyChange($"signals.{code}.parameters.{parameter.Name}", null, value));
        }
        foreach (var words in signal.Words)
            changes.Add(new PolicyChange($"signals.{code}.words.{words.Name}", null,
                (IReadOnlyList<string>)[.. Request.Form["w." + words.Name].ToString().Split([',', '\n', '\r', ';'], MostWords + 1, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]));
        return await ChangeAsync(changes, stop, code);
    }

    public async Task<IActionResult> OnPostDiscardAsync(CancellationToken stop) => await AnswerAsync(await desk.DiscardAsync(HttpContext.Actor, stop), T["The draft was discarded."], stop);

    public async Task<IActionResult> OnPostRebaseAsync(Dictionary<string, string?>? theirs, CancellationToken stop)
    {
        var outcome = await desk.RebaseAsync(HttpContext.Actor, [.. (theirs ?? []).Where(place => place.Value == place.Key).Select(place => place.Key)], stop);
        return await AnswerAsync(outcome, T["Your changes now stand on version {0}.", outcome.Version ?? 0], stop);
    }

    public async Task<IActionResult> OnPostProposeAsync(string? reason, string? guardReason, CancellationToken stop)
    {
        var outcome = await desk.ProposeAsync(HttpContext.Actor, reason, guardReason, stop);
        if (outcome.Refusal is not null) return await RefuseAsync(T.Say(outcome), stop);
        Said = T["Version {0} waits for approval.", outcome.Version ?? 0];
        return RedirectToPage("Version", new { number = outcome.Version });
    }

    public override async Task OnPageHandlerExecutionAsync(Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutingContext context, Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutionDelegate next)
    {
        MayEdit = (await authorization.AuthorizeAsync(User, Permissions.EditProtection)).Succeeded;
        if (!MayEdit && !HttpMethods.IsGet(Request.Method)) context.Result = Forbid();
        else await next();
    }

    public static string Amount(long? minor, string currency) =>
        minor is { } known ? (known / (decimal)Math.Pow(10, Digits(currency))).ToString(CultureInfo.InvariantCulture) : "";

    private static int Digits(string currency) => Currencies.TryFind(currency, out _, out var digits) ? digits : 2;

    private static List<PolicyChange> Defaults(SignalDefinition signal)
    {
        var setting = Policy.Default.Of(signal);
        var place = $"signals.{signal.Code}";
        return
        [
            new($"{place}.weight", null, (long)setting.Weight), new($"{place}.enabled", null, setting.Enabled),
            .. setting.Parameters.Select(p => new PolicyChange($"{place}.parameters.{p.Key}", null, p.Value)), .. setting.Texts.Select(t => new PolicyChange($"{place}.words.{t.Key}", null, t.Value)),
        ];
    }

    private async Task<IActionResult> ChangeAsync(IReadOnlyList<PolicyChange> changes, CancellationToken stop, string? signal = null) =>
        await AnswerAsync(await desk.ChangeAsync(HttpContext.Actor, changes, mayRules: false, stop), T["Saved in your draft."], stop, signal);

    private async Task<IActionResult> AnswerAsync(PolicyOutcome outcome, string said, CancellationToken stop, string? signal = null)
    {
        if (outcome.Refusal is not null) return await RefuseAsync(T.Say(outcome), stop, signal);
        (Said, SaidOf) = (said, signal is null ? Sent : null);
        return RedirectToPage(null, null, null, signal is null ? Sent : "signal-" + signal);
    }

    private async Task<IActionResult> RefuseAsync(string why, CancellationToken stop, string? signal = null)
    {
        Refused = signal is null ? why : $"{Texts.Translate(SignalCatalog.ByCode[signal].Title)}: {why}";
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        Opened = signal;
        if (signal is not null) Typed = Request.Form;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Active = await desk.ActiveAsync(stop);
        if (MayEdit) Draft = await desk.DraftAsync(User.Id, stop);
        var today = DayOf(clock.GetUtcNow());
        Preview = new BandPreview(await db.Set<ScoreDay>().AsNoTracking().Where(d => d.Day > today - Days && d.Day <= today).ToListAsync(stop), Days);
        var hits = await db.Set<SignalDay>().AsNoTracking().Where(d => d.Day > today - Days && d.Day <= today).GroupBy(d => d.Signal).Select(g => new { g.Key, Count = g.Sum(d => d.Count) }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        var all = Preview.Movable + Preview.Fixed;
        var start = DateTimeOffset.FromUnixTimeSeconds((today - Days + 1) * 86_400L);
        var labels = await LabelQueries.SignalsAsync(db, start, start.AddDays(Days), stop);
        Signals = [.. SignalCatalog.All.Where(s => !s.IsFixed).Select(s => new SignalRow(s, Shown.Of(s), Active.Of(s), hits.GetValueOrDefault(s.Id), all, labels.GetValueOrDefault(s.Id)))];
    }

    private static int DayOf(DateTimeOffset at) => (int)(at.ToUnixTimeSeconds() / 86_400);
}

/// <summary>What the control sample may risk in a currency, in its whole units as typed; both empty: nothing.</summary>
public sealed class SampleBound
{
    public string? Currency { get; init; }
    public string? Payment { get; init; }
    public string? Day { get; init; }
    public bool IsBlank => string.IsNullOrWhiteSpace(Currency) && string.IsNullOrWhiteSpace(Payment) && string.IsNullOrWhiteSpace(Day);
}

/// <param name="Now">As the page edits it.</param>
/// <param name="Active">As it judges.</param>
/// <param name="Hits">In the last 30 days.</param>
/// <param name="All">Assessments in that time.</param>
/// <param name="Labels">What its hits turned out to be, as far as anybody said.</param>
public sealed record SignalRow(SignalDefinition Signal, SignalSetting Now, SignalSetting Active, long Hits, long All, SignalLabels Labels)
{
    public double Share => All == 0 ? 0 : Hits / (double)All;
    public bool IsChanged => Now.Weight != Active.Weight || Now.Enabled != Active.Enabled || !Now.Parameters.OrderBy(p => p.Key).SequenceEqual(Active.Parameters.OrderBy(p => p.Key))
        || Now.Texts.Any(t => !t.Value.SequenceEqual(Active.Texts[t.Key]));
}

/// <param name="IsOpen">As a form.</param>
/// <param name="Typed">What was sent and refused: the form shows it again.</param>
public sealed record SignalLine(SignalRow Row, bool MayEdit, bool IsOpen, IFormCollection? Typed = null)
{
    public string Value(string name, string stored) => Typed is { } typed && typed.TryGetValue(name, out var value) ? value.ToString() : stored;
}
