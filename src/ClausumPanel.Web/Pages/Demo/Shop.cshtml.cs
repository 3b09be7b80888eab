using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Web.Demo;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Demo;

/// <summary>A checkout page with the browser SDK in it. Outside Development it is not there.</summary>
public sealed class ShopModel(IHostEnvironment environment, IServiceProvider services, Texts T) : PageModel
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Key { get; private set; } = "";
    public string Email { get; private set; } = "maria@example.mx";
    public decimal Amount { get; private set; } = 1_299;
    public string? Decision { get; private set; }
    public string Answer { get; private set; } = "";
    public Guid? Assessment { get; private set; }
    public string? Wrong { get; private set; }

    private string Origin => $"{Request.Scheme}://{Request.Host}";

    public async Task<IActionResult> OnGetAsync(CancellationToken stop)
    {
        if (!environment.IsDevelopment()) return NotFound();
        await ShowAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? email, decimal amount, string? session, CancellationToken stop)
    {
        if (!environment.IsDevelopment()) return NotFound();
        (Email, Amount) = (email ?? "", amount);
        // The sizes a person could type; what else is wrong the API says itself.
        if (!ModelState.IsValid || amount is <= 0 or > 1_000_000)
        {
            (Wrong, Response.StatusCode) = (T["Write an amount above zero."], StatusCodes.Status422UnprocessableEntity);
            await ShowAsync(stop);
            return Page();
        }
        var address = HttpContext.Connection.RemoteIpAddress is { } ip && !IPAddress.IsLoopback(ip) ? HttpContext.Address : null;
        using var answer = await services.GetRequiredService<DemoShop>().PayAsync(Origin, Email, (long)(amount * 100), session, address, stop);
        Answer = JsonSerializer.Serialize(answer, Readable);
        // A shop that gets no answer sells all the same.
        Decision = answer.RootElement.TryGetProperty("decision", out var decision) ? decision.GetString()! : "approve";
        if (answer.RootElement.TryGetProperty("assessment_id", out var id)) Assessment = id.GetGuid();
        return Page();
    }

    public string Outcome(string decision) => decision switch
    {
        "decline" => T["We cannot take this payment."],
        "challenge" => T["Please confirm with your bank that it is you."],
        "review" => T["Thank you. We look at your order and write to you."],
        _ => T["Thank you for your order."],
    };

    private async Task ShowAsync(CancellationToken stop) => Key = (await services.GetRequiredService<DemoShop>().KeysAsync(Origin, stop)).Page;
}
