using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;

namespace ClausumPanel.Web.Demo;

/// <summary>What the demo's lists hold: one entry of each severity that its traffic meets, and a few it does not, some of them long since.</summary>
internal static class DemoLists
{
    public const string BlockedEmail = "compras.urgentes@hotmail.com", ReviewedDomain = "mayoreo-express.com.mx";

    public static IReadOnlyList<ListEntry> Made(DateTimeOffset now)
    {
        var before = now.AddDays(-45);
        return
        [
            Entry(ListType.Email, BlockedEmail, ListSeverity.Block, "Tres contracargos en septiembre", before),
            Entry(ListType.EmailDomain, ReviewedDomain, ListSeverity.Review, "Revendedor en observación: llámele usted, y aparte el caso mientras, para saber si es para revender", before),
            Entry(ListType.IpRange, "45.79.16.0/20", ListSeverity.Flag, "Servidores rentados, vistos probando tarjetas", before),
            Entry(ListType.CardBin, "506201", ListSeverity.Block, "Rango filtrado", before, now.AddDays(60)),
            Entry(ListType.CustomerId, "cus_10050", ListSeverity.Allow, "Cuenta corporativa, verificada por teléfono", before),
            Entry(ListType.Country, "KP", ListSeverity.Block, "Sanciones", before),
            Entry(ListType.EmailDomain, "ofertas-relampago.com.mx", ListSeverity.Flag, "Campaña de correo no deseado del año pasado", now.AddDays(-260)),
            Entry(ListType.IpRange, "185.220.101.0/24", ListSeverity.Review, "Red anónima", now.AddDays(-190)),
            Entry(ListType.Email, "j.romero.pagos@outlook.com", ListSeverity.Block, "Contracargo perdido", now.AddDays(-140), source: ListSource.Chargeback),
        ];
    }

    private static ListEntry Entry(ListType type, string value, ListSeverity severity, string reason, DateTimeOffset at, DateTimeOffset? ends = null, ListSource source = ListSource.Manual) =>
        new() { Id = Guid.CreateVersion7(at), Type = type, Value = value, Severity = severity, Reason = reason, Source = source, CreatedAt = at, ExpiresAt = ends };
}
