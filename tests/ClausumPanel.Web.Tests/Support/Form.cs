using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>A form as a browser has it: every field with its present value, the hidden ones and the antiforgery token among them.</summary>
public sealed class Form
{
    private readonly Dictionary<string, string> _fields = [];

    private Form(string action) => Action = action;

    public string Action { get; }

    public string this[string field]
    {
        get => _fields[field];
        set => _fields[field] = _fields.ContainsKey(field) ? value : throw new InvalidOperationException($"The form has no field {field}; it has {string.Join(", ", _fields.Keys)}.");
    }

    public FormUrlEncodedContent Content => new(_fields);

    /// <summary>It is sent with a button that has a name.</summary>
    public void Press(string button, string value) => _fields[button] = value;

    public static async Task<Form> ReadAsync(HttpResponseMessage page, string selector)
    {
        var document = await page.HtmlAsync();
        if (document.QuerySelector(selector) is null) throw new InvalidOperationException($"{page.RequestMessage?.RequestUri} answered {(int)page.StatusCode} without \"{selector}\":\n{document.Body?.TextContent}");
        return Read(document, selector, page.RequestMessage!.RequestUri!.PathAndQuery);
    }

    /// <summary>The form of a page that is read already.</summary>
    public static Form Read(IDocument page, string selector, string address = "")
    {
        var element = (IHtmlFormElement)page.QuerySelector(selector)!;
        var action = element.GetAttribute("action");
        var form = new Form(string.IsNullOrEmpty(action) ? address : action);
        foreach (var field in element.Elements.OfType<IHtmlElement>())
        {
            if (field.GetAttribute("name") is not { Length: > 0 } name) continue;
            switch (field)
            {
                case IHtmlInputElement { Type: "checkbox" or "radio" } box:
                    if (box.IsChecked) form._fields[name] = box.Value;
                    else form._fields.TryAdd(name, "");
                    break;
                case IHtmlInputElement { Type: not "submit" } input: form._fields.TryAdd(name, input.Value); break;
                case IHtmlTextAreaElement area: form._fields[name] = area.Value; break;
                case IHtmlSelectElement select: form._fields[name] = select.Value ?? ""; break;
            }
        }
        return form;
    }
}

public static class Browsing
{
    private static readonly HtmlParser Parser = new();

    public static async Task<IHtmlDocument> HtmlAsync(this HttpResponseMessage answer) => Parser.ParseDocument(await answer.Content.ReadAsStringAsync());

    public static async Task<IHtmlDocument> PageAsync(this HttpClient client, string url)
    {
        using var answer = await client.GetAsync(url);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{url} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.HtmlAsync();
    }

    /// <summary>Opens the page, fills in the form and sends it.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient client, string page, params (string Field, string Value)[] fields) =>
        await client.SubmitAsync(page, "main form[method=post]", fields);

    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient client, string page, string selector, params (string Field, string Value)[] fields)
    {
        using var asked = await client.GetAsync(page);
        var form = await Form.ReadAsync(asked, selector);
        foreach (var (field, value) in fields) form[field] = value;
        return await client.PostAsync(form.Action, form.Content);
    }
}
