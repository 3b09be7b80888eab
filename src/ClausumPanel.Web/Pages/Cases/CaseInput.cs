using System.Globalization;
using System.Net.Mail;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>What a case says, as a form has it.</summary>
public sealed class CaseInput
{
    public string? Incident { get; set; }
    public string? IncidentDate { get; set; }
    public string? Jurisdiction { get; set; }

    /// <summary>Major units, as people write them: 1250.50.</summary>
    public string? Amount { get; set; }
    public string? Currency { get; set; }
    public string? VictimName { get; set; }
    public string? VictimEmail { get; set; }
    public string? Description { get; set; }
    public string? Priority { get; set; }
    public string? AssignedTo { get; set; }
    public string? DueOn { get; set; }

    /// <summary>The version that was in front of the person.</summary>
    public int Version { get; set; }

    public static CaseInput Of(Case its) => new()
    {
        Incident = its.IncidentType.Word(), IncidentDate = CaseQuery.Written(its.IncidentDate), Jurisdiction = its.Jurisdiction, Amount = its.Money is { } money ? Written(money) : null, Currency = its.Currency, VictimName = its.VictimName,
        VictimEmail = its.VictimEmail, Description = its.Description, Priority = its.Priority.Word(), AssignedTo = its.AssignedToId?.ToString(), DueOn = CaseQuery.Written(its.DueOn), Version = its.Version,
    };

    public static string Written(Money money) => money.Major.ToString("0." + new string('0', Currencies.Exponent(money.Currency)), CultureInfo.InvariantCulture).TrimEnd('.');

    public DateOnly? Due => Day(DueOn);
    public Guid? Person => Guid.TryParse(AssignedTo, out var id) ? id : null;

    /// <summary>Reads it, with a sentence for every field that is wrong.</summary>
    public CaseFacts? Read(ModelStateDictionary state, Texts T, DateOnly today)
    {
        var (incident, place, email) = (CaseWords.ReadIncident(Incident), CaseWords.ReadJurisdiction(Jurisdiction), ListTexts.Clean(VictimEmail));
        if (incident is null) Wrong(nameof(Incident), T["Choose what happened."]);
        if (Blank(Jurisdiction) is not null && place is null) Wrong(nameof(Jurisdiction), T["There is no such jurisdiction."]);
        var (day, amount, currency) = (Day(IncidentDate), ReadAmount(T, Wrong), (string?)null);
        if (Blank(IncidentDate) is not null && day is null) Wrong(nameof(IncidentDate), T["The date of the incident is not a day."]);
        else if (day > today) Wrong(nameof(IncidentDate), T["The date of the incident lies in the future."]);
        if (amount is not null) currency = Blank(Currency)?.ToUpperInvariant();
        if (Blank(VictimName)?.Length > Case.LongestName) Wrong(nameof(VictimName), T["The name has at most {0} characters.", Case.LongestName]);
        if (email is not null && (email.Length > Case.LongestEmail || !MailAddress.TryCreate(email, out var address) || address.Address != email)) Wrong(nameof(VictimEmail), T["This is not an e-mail address."]);
        if (Blank(Description)?.Length > Case.LongestDescription) Wrong(nameof(Description), T["What happened is longer than {0} characters.", Case.LongestDescription]);
        ReadPlan(state, T);
        return state.IsValid
            ? new CaseFacts(incident!.Value)
            {
                Jurisdiction = place, Amount = amount, Currency = currency, IncidentDate = day, VictimName = ListTexts.Clean(VictimName), VictimEmail = email, Description = ListTexts.Clean(Description)?.ReplaceLineEndings("\n"),
            }
            : null;

        void Wrong(string field, string why) => state.AddModelError("Input." + field, why);
    }

    /// <summary>Of what plans it: a day that is one.</summary>
    public void ReadPlan(ModelStateDictionary state, Texts T)
    {
        if (Blank(DueOn) is not null && Due is null) state.AddModelError("Input." + nameof(DueOn), T["The day it is due is not a day."]);
    }

    private long? ReadAmount(Texts T, Action<string, string> wrong)
    {
        if (Blank(Amount) is not { } text) return null;
        if (Blank(Currency) is not { } word || !Currencies.TryFind(word.ToUpperInvariant(), out var currency, out _))
        {
            wrong(nameof(Currency), T["Choose the currency of the amount."]);
            return null;
        }
        var scale = Currencies.Scale(currency);
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major) && major <= 1_000_000_000_000_000m / scale && major * scale == decimal.Truncate(major * scale)) return (long)(major * scale);
        wrong(nameof(Amount), T["Write the amount with digits and a point, as in 1250.50."]);
        return null;
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text?.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
