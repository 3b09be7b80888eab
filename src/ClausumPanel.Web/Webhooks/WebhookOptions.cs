using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Webhooks;

/// <summary>Settings under Panel:Webhooks.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    /// <summary>Hosts, separated by spaces or commas, that may be called although they are not public; by http and on any port too. A host with a port, <c>hooks.internal:8443</c>, is allowed on that port only.</summary>
    public string AllowedHosts { get; set; } = "";

    /// <summary>How long a receiver may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls at once to one endpoint.</summary>
    [Range(1, 64)] public int AtOnce { get; set; } = 8;

    /// <summary>Days that requests and answers stay in the log.</summary>
    [Range(1, 3_650)] public int KeepBodiesDays { get; set; } = 30;

    /// <summary>Days that the log itself stays; changed in the panel too.</summary>
    [Range(1, 3_650)] public int KeepLogDays { get; set; } = 30;

    public bool Allows(string host, int port)
    {
        foreach (var allowed in AllowedHosts.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var named = allowed.Trim('[', ']');
            if (named.Equals(host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) || allowed.Equals($"{host}:{port}", StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Timeout < TimeSpan.FromMilliseconds(50) || Timeout > TimeSpan.FromSeconds(30)) yield return new($"The field {nameof(Timeout)} must lie between 00:00:00.05 and 00:00:30.", [nameof(Timeout)]);
    }
}
