using System.Collections.Frozen;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What is known about an e-mail address.</summary>
/// <param name="Address">As it was written, in lower case.</param>
/// <param name="Normalized">The mailbox behind it: without the tag and the dots that its provider ignores, its domain in ASCII.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Gibberish">How random the name part looks, 0 to 100.</param>
/// <param name="DigitShare">Percentage of digits in the name part.</param>
/// <param name="IsRole">The name part is a function (info, admin) and not a person.</param>
/// <param name="HasTag">The name part carries a tag its provider ignores.</param>
public readonly record struct EmailFacts(string Address, string Normalized, EmailDomain Domain, int Gibberish, int DigitShare, bool IsRole, bool HasTag);

/// <summary>Looks e-mail addresses up.</summary>
public sealed class EmailAddresses(EmailDomains domains, NameModel names)
{
    /// <summary>Whether everybody may have an address there.</summary>
    public bool IsFree(string domain) => domains.Look(domain.Trim().ToLowerInvariant()).IsFree;

    private const int MaxLength = 320;

    private static readonly FrozenSet<string> Roles = new[]
    {
        "abuse", "accounting", "accounts", "admin", "administracion", "administrador", "administrator", "almacen", "atencion", "atencionaclientes", "ayuda", "billing", "cobranza", "compras", "contabilidad",
        "contact", "contacto", "correo", "customercare", "customerservice", "direccion", "facturacion", "facturas", "finanzas", "finance", "gerencia", "hello", "help", "helpdesk", "hola", "hostmaster", "hr", "info",
        "informacion", "informes", "invoices", "jobs", "legal", "mail", "marketing", "news", "newsletter", "no-reply", "noreply", "no-responder", "noresponder", "office", "oficina", "orders", "pagos", "payments", "pedidos",
        "postmaster", "press", "privacy", "proveedores", "recepcion", "reception", "recursoshumanos", "reservaciones", "rh", "root", "sales", "security", "servicio", "servicioalcliente", "shop", "soporte", "support",
        "sysadmin", "team", "tienda", "ventas", "webmaster",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> RolesBySpan = Roles.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <returns>False when the text has no name part or no domain.</returns>
    public bool TryLook(string text, out EmailFacts facts)
    {
        facts = default;
        var trimmed = text.AsSpan().Trim();
        var at = trimmed.LastIndexOf('@');
        if (at <= 0 || at == trimmed.Length - 1 || trimmed.Length > MaxLength) return false;
        Span<char> lower = stackalloc char[MaxLength];
        lower = lower[..trimmed.ToLowerInvariant(lower)];
        var address = lower.SequenceEqual(text) ? text : lower.ToString();
        var name = lower[..at];
        var written = lower[(at + 1)..].TrimEnd('.');
        if (written.IsEmpty) return false;
        var domain = domains.Look(written);

        var plus = name.IndexOf('+');
        var person = plus > 0 ? name[..plus] : name;
        var hasTag = plus > 0 && domain.IgnoresTag;
        facts = new EmailFacts(address, Normalized(address, hasTag ? person : name, domain, at), domain, names.Gibberish(person), DigitShare(person), RolesBySpan.Contains(person), hasTag);
        return true;
    }

    private static string Normalized(string address, ReadOnlySpan<char> name, EmailDomain domain, int at)
    {
        Span<char> normalized = stackalloc char[MaxLength];
        var length = 0;
        foreach (var c in name)
            if (c != '.' || !domain.IgnoresDots) normalized[length++] = c;
        var sameName = length == at;
        if (sameName && address.Length - at - 1 == domain.Mailbox.Length && address.AsSpan(at + 1).SequenceEqual(domain.Mailbox)) return address;
        return string.Concat(normalized[..length], "@", domain.Mailbox);
    }

    private static int DigitShare(ReadOnlySpan<char> name)
    {
        var digits = 0;
        foreach (var c in name)
            if (char.IsAsciiDigit(c)) digits++;
        return digits * 100 / name.Length;
    }
}
