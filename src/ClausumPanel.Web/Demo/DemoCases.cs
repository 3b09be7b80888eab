using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Demo;

/// <summary>The cases that the demo's reports opened, a few of them moved on, and two that somebody wrote by hand.</summary>
internal static class DemoCases
{
    public static async Task GoOnAsync(IServiceProvider services, PanelOptions panel, CancellationToken stop)
    {
        var (db, cases, reader) = (services.GetRequiredService<PanelDb>(), services.GetRequiredService<ChangeCases>(), services.GetRequiredService<CaseReader>());
        var people = await db.Users.AsNoTracking().Where(u => u.IsActive).OrderBy(u => u.Role).ToListAsync(stop);
        if (people.Find(u => u.Role == Role.Analyst) is not { } analyst || people.Find(u => u.Role == Role.Compliance) is not { } compliance) return;
        var (luis, carmen) = (Of(analyst), Of(compliance));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(services.GetRequiredService<TimeProvider>().GetUtcNow(), panel.Zone).DateTime);
        var opened = await db.Set<Case>().AsNoTracking().OrderBy(c => c.OpenedAt).ThenBy(c => c.Id).Select(c => c.Id).Take(3).ToListAsync(stop);

        // The last stays a draft that nobody has.
        for (var i = 0; i < opened.Count; i++)
        {
            var id = opened[i];
            await cases.ChangeAsync(id, new CaseEdit { Plan = plan => plan with { AssignedToId = analyst.Id, DueOn = today.AddDays(3 + i) }, Status = CaseStatus.InReview }, luis, stop);
            await cases.NoteAsync(id, "Llamé a la tienda: el pedido no se ha enviado y la tarjeta ya fue bloqueada por el banco.", luis, stop);
            if (i == 2) continue;
            await cases.AddFileAsync(id, "llamada.txt", Encoding.UTF8.GetBytes("Llamada con la tienda: el pedido se detuvo a tiempo.\n"), luis, stop);
            await cases.ChangeAsync(id, new CaseEdit { Plan = plan => plan with { AssignedToId = compliance.Id } }, luis, stop);
            await cases.SubmitAsync(id, null, reader, panel, carmen, stop);
            if (i == 0) await cases.ChangeAsync(id, new CaseEdit { Status = CaseStatus.Resolved }, carmen, stop);
        }
        await cases.OpenAsync(new CaseOpening(new CaseFacts(IncidentType.Phishing)
        {
            Jurisdiction = "MX", Amount = 1_845_000, Currency = "MXN", IncidentDate = today.AddDays(-2), VictimName = "Rosa Elena Méndez", VictimEmail = "rosa.mendez@correo.example",
            Description = "Recibió un correo que imitaba a la tienda y entregó su contraseña. Con ella compraron dos veces.",
        }, CaseOrigin.Manual) { Priority = CasePriority.High, AssignedToId = analyst.Id, DueOn = today.AddDays(-1) }, luis, stop);
        await cases.OpenAsync(new CaseOpening(new CaseFacts(IncidentType.SocialEngineering)
        {
            Jurisdiction = "CL", Amount = 250_000, Currency = "CLP", IncidentDate = today.AddDays(-1), VictimName = "Ignacio Fuentes", Description = "Alguien que decía ser del banco le pidió por teléfono el código de la transferencia.",
        }, CaseOrigin.Manual), carmen, stop);
    }

    private static Actor Of(User user) => new(ActorKind.Person, user.Id, user.DisplayName);
}
