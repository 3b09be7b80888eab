using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Settings under <c>Panel:Mail</c>. Without a host no mail is sent, and what would have been sent is shown.</summary>
public sealed class MailOptions : IValidatableObject
{
    public string Host { get; set; } = "";
    [Range(1, 65_535)] public int Port { get; set; } = 587;
    /// <summary>The sender's address.</summary>
    public string From { get; set; } = "";
    public string User { get; set; } = "";
    public string Password { get; set; } = "";
    /// <summary>STARTTLS before anything is said. Off only for a server on this machine.</summary>
    public bool UseTls { get; set; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host.Length > 0 && !EmailAddress.IsPlausible(From)) yield return new($"The field {nameof(From)} must be the sender's e-mail address.", [nameof(From)]);
    }
}

/// <summary>Sends what must reach somebody who is not in the panel.</summary>
public sealed partial class PanelMail(IOptions<MailOptions> options, ILogger<PanelMail> log)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public bool IsConfigured => options.Value.Host.Length > 0;

    /// <returns>False when the server did not take it; the log says why.</returns>
    public async Task<bool> SendAsync(string to, string subject, string text, CancellationToken stop)
    {
        var mail = options.Value;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Longest);
        try
        {
            using var client = new SmtpClient(mail.Host, mail.Port) { EnableSsl = mail.UseTls, DeliveryMethod = SmtpDeliveryMethod.Network, UseDefaultCredentials = false };
            if (mail.User.Length > 0) client.Credentials = new NetworkCredential(mail.User, mail.Password);
            using var message = new MailMessage(new MailAddress(mail.From), new MailAddress(to)) { Subject = subject, Body = text };
            await client.SendMailAsync(message, late.Token);
            return true;
        }
        catch (Exception e) when (e is SmtpException or FormatException or InvalidOperationException or OperationCanceledException)
        {
            NotSent(log, mail.Host, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A mail could not be sent through {Host}")]
    private static partial void NotSent(ILogger logger, string host, Exception e);
}
