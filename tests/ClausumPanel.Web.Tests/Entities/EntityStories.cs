using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>Payments that share what they are told to share, and what is read of them.</summary>
public abstract class EntityStories(PanelApp app)
{
    private protected PanelApp App => app;

    private protected static string Payment(string customer, string device, string email, string last4 = "4242", long amount = 15_000, string currency = "MXN") => $$$"""
        {"amount":{{{amount}}},"currency":"{{{currency}}}","email":"{{{email}}}","customer_id":"{{{customer}}}","device":{"ip":"189.203.60.7","fingerprint":"{{{device}}}","timezone":"America/Mexico_City"},
         "payment_method":{"type":"card","card_bin":"411111","card_last4":"{{{last4}}}","card_country":"MX","card_brand":"visa"},"billing":{"country":"MX","city":"CDMX"},"shipping":{"country":"US"}}
        """;

    /// <summary>Read from the requests as they came, by no index.</summary>
    private protected Task<List<long>> SqlAsync(FormattableString sql) => app.InDbAsync(db => db.Database.SqlQuery<long>(sql).ToListAsync());

    private protected async Task LabelAsync(string id, string outcome, string source)
    {
        var maria = app.As(World.Maria);
        var form = await Form.ReadAsync(await maria.GetAsync($"/dashboard/transactions/{id}"), "form[action*='handler=Label']");
        form["outcome"] = outcome;
        form["source"] = source;
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync($"/dashboard/transactions/{id}?handler=Label", form.Content)).StatusCode);
    }

    private protected static long Number(IParentNode page, string selector) => long.Parse(new string([.. page.QuerySelector(selector)!.TextContent.TakeWhile(c => char.IsAsciiDigit(c) || c == ',')]), System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.GetCultureInfo("es-MX"));
}
