using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Settings under Panel:Security.</summary>
public sealed class SecurityOptions
{
    /// <summary>Admins and compliance officers must have a second factor before anything else. Null: in Production only.</summary>
    public bool? RequireSecondFactor { get; set; }
    /// <summary>Cookies that only travel over https. Null: everywhere but in Development.</summary>
    public bool? RequireHttps { get; set; }
    [Range(1, 1440)] public int IdleMinutes { get; set; } = 30;
    [Range(1, 168)] public int AbsoluteHours { get; set; } = 12;
    [Range(1, 100)] public int SessionsPerUser { get; set; } = 5;
    [Range(3, 1000)] public int WrongPasswordsPerAccount { get; set; } = 10;
    [Range(3, 100_000)] public int WrongPasswordsPerAddress { get; set; } = 50;
    [Range(1, 1440)] public int LockOutMinutes { get; set; } = 15;
    /// <summary>Addresses of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by spaces or commas.</summary>
    public string Proxies { get; set; } = "";
}
