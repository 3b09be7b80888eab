using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class RuleBuilderTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Rule = "/dashboard/protection/rule", RuleForm = "#rule-form";

    [Fact]
    public async Task A_rule_is_built_and_saved_without_any_script()
    {
        var ines = app.As(World.Ines);
        using var start = await ines.GetAsync(Rule);
        var page = await PressAsync(ines, start, "#r-add");
        Assert.Equal("when true then review", Text(page));

        page = await PressAsync(ines, page, null, ("row.r-0.fact", "amount"));
        Assert.Equal("when amount > 0 MXN then review", Text(page));
        // What was typed is taken along by whatever button is pressed.
        page = await PressAsync(ines, page, "#r-group", ("row.r-0.v0", "5,000"));
        Assert.Equal("when amount > 5000 MXN and ( true ) then review", Text(page));
        page = await PressAsync(ines, page, null, ("row.r-1-0.fact", "card.country"));
        page = await PressAsync(ines, page, null, ("row.r-1-0.op", "IsNotFact"));
        Assert.Equal("when amount > 5000 MXN and ( card.country = \"MX\" ) then review", Text(page));
        Assert.Contains("Elija el otro dato", page.QuerySelector("#r-1-0-problem")!.TextContent, StringComparison.Ordinal);
        page = await PressAsync(ines, page, "#r-1-add", ("row.r-1-0.v0", "ip.country"));
        Assert.Equal("when amount > 5000 MXN and (card.country != ip.country or false) then review", Text(page));
        page = await PressAsync(ines, page, null, ("row.r-1-1.fact", "velocity.email.count_1h"));

        var form = Form.Read(page, RuleForm);
        (form["row.r-1-1.v0"], form["action.kind"], form["Input.Name"], form["Input.Reason"], form["Input.ObserveOnly"]) = ("3", "Challenge", "De otro país", "Cards from abroad", "false");
        using var saved = await ines.PostAsync(Rule, form.Content);
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var draft = await app.InDbAsync(db => db.Set<PolicyDraft>().SingleAsync());
        Assert.True(PolicyJson.TryRead(draft.Document, out var policy, out _));
        Assert.Equal("when amount > 5000 MXN and (card.country != ip.country or velocity.email.count_1h >= 3) then challenge", policy.Rules.Single().Text);
    }

    [Theory]
    [InlineData("add", "r", "when email.free # free\n and (ip.hosting or ip.private)\n and true\nthen add 5", "r-2-fact")]
    [InlineData("add", "r-1", "when email.free # free\n and (ip.hosting or ip.private or false)\nthen add 5", "r-1-2-fact")]
    [InlineData("group", "r-1", "when email.free # free\n and (ip.hosting or ip.private or ( false ))\nthen add 5", "r-1-2-0-fact")]
    [InlineData("remove", "r-0", "when (ip.hosting or ip.private)\nthen add 5", "r-0-fact")]
    [InlineData("remove", "r-1-0", "when email.free # free\n and ip.private\nthen add 5", "r-1-fact")]
    [InlineData("down", "r-0", "when (ip.hosting or ip.private)\n and email.free # free\nthen add 5", "r-1-menu")]
    [InlineData("up", "r-1-1", "when email.free # free\n and (ip.private or ip.hosting)\nthen add 5", "r-1-0-menu")]
    [InlineData("wrap", "r-0", "when ( email.free ) # free\n and (ip.hosting or ip.private)\nthen add 5", "r-0-kind")]
    [InlineData("negate", "r-1", "when email.free # free\n and not (ip.hosting or ip.private)\nthen add 5", "r-1-menu")]
    [InlineData("unwrap", "r-1", null, null)]
    [InlineData("up", "r-0", null, null)]
    [InlineData("remove", "r", null, null)]
    [InlineData("add", "r-9", null, null)]
    [InlineData("anything", "r", null, null)]
    public async Task Each_operation_gives_the_text_back_and_says_where_to_go_on(string what, string at, string? expected, string? focus)
    {
        const string text = "when email.free # free\n and (ip.hosting or ip.private)\nthen add 5";
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, text);
        var fragment = await SwapAsync(ines, form, what, at);
        Assert.Empty(fragment.QuerySelectorAll("main, textarea#Input_Text"));
        Assert.Equal(expected ?? text, fragment.QuerySelector("[name='Builder.Text']")!.GetAttribute("value"));
        Assert.Equal(expected is not null, fragment.QuerySelector("[data-announce]")!.TextContent.Length > 0);
        Assert.Equal(focus, fragment.QuerySelector("[autofocus]")?.Id);
        // Every place is one element, and the element that had the focus is there again.
        var ids = fragment.QuerySelectorAll("[id]").Select(element => element.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_group_is_turned_by_its_choice_and_a_wrapped_one_dissolved()
    {
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, "when email.free and ( ip.hosting ) then block");
        Assert.Equal("any", form["group.r-1"]);
        form["group.r"] = "none";
        Assert.Equal("when not (email.free or ( ip.hosting )) then block", Text(await SwapAsync(ines, form)));
        // Chosen for a group that waits, it is kept until there is something to say it of.
        form["group.r"] = "all";
        form["group.r-1"] = "all";
        var kept = await SwapAsync(ines, form);
        Assert.Equal("all", ((IHtmlSelectElement)kept.GetElementById("r-1-kind")!).Value);
        Assert.Equal("when email.free and (ip.hosting and true) then block", Text(await SwapAsync(ines, form, "add", "r-1")));
        Assert.Equal("when email.free and ip.hosting then block", Text(await SwapAsync(ines, form, "unwrap", "r-1")));
    }

    [Fact]
    public async Task A_row_offers_what_its_fact_admits_and_a_list_with_its_size()
    {
        await app.InDbAsync(async db =>
        {
            var list = new NamedList { Name = "vip", Kind = NamedListKind.Email, CreatedAt = DateTimeOffset.UnixEpoch };
            db.Add(list);
            foreach (var value in new[] { "a@tienda.example", "b@tienda.example" }) db.Add(new NamedListValue { ListId = list.Id, Value = value, CreatedAt = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
            return 0;
        });
        var ines = app.As(World.Ines);
        var page = await ShowAsync(ines, "when email in list \"vip\" and email in list \"gone\" and email.free and amount between 1.50 MXN and 90 XXX and weekday in (monday) and history.ip.age > 90m and card.country not in (\"MX\", \"US\") then review");
        string[] Offered(string id) => [.. page.GetElementById(id)!.QuerySelectorAll("option").Select(option => option.GetAttribute("value")!)];
        Assert.Equal(["Is", "IsNot", "IsFact", "IsNotFact", "Present", "Missing"], Offered("r-2-op"));
        Assert.Contains("InList", Offered("r-0-op"));
        Assert.DoesNotContain("More", Offered("r-0-op"));
        Assert.Contains("vip (2 valores)", page.GetElementById("r-0-v0")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("gone", ((IHtmlSelectElement)page.GetElementById("r-1-v0")!).Value);
        Assert.Contains("no hay ninguna lista gone", page.GetElementById("r-1-problem")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(("1.5", "MXN", "90", "XXX"), (Value(page, "r-3-v0"), Value(page, "r-3-u0"), Value(page, "r-3-v1"), Value(page, "r-3-u1")));
        Assert.Equal(["monday"], page.QuerySelectorAll<IHtmlInputElement>("[name^='row.r-4.v']").Where(day => day.IsChecked).Select(day => day.Value));
        Assert.Equal(("90", "m"), (Value(page, "r-5-v0"), Value(page, "r-5-u0")));
        Assert.Contains("Estados Unidos", page.QuerySelector("[data-path='r-6']")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("2 valores", page.QuerySelector("#pick-list option[value=vip]")!.TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Dirección IP: ", page.QuerySelector("#rule-facts tr[data-fact='history.ip.age'] td")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_nobody_touched_change_nothing_of_the_text()
    {
        const string text = "when amount>5000.00   MXN # large\n  and not(card.country in(\"mx\",\"US\")) and weekday in (6, sunday)\n and email contains \" a\" and amount*2 > 3 MXN\n and (email.free = true or history.ip.age < 90m)\n then add -5 // done";
        var ines = app.As(World.Ines);
        Assert.Equal(text, Text(await SwapAsync(ines, await ShownAsync(ines, text))));
    }

    [Theory]
    [InlineData("amount > 5000.00 MXN # large\n", "v0", "6000", "amount > 6000 MXN # large\n")]
    [InlineData("amount > 5000.00 MXN", "u0", "USD", "amount > 5000 USD")]
    [InlineData("amount > 5000.00 MXN # large\n", "op", "AtLeast", "amount >= 5000.00 MXN # large\n")]
    [InlineData("amount > 5000.00 MXN", "op", "Between", "amount between 5000 MXN and 5000 MXN")]
    [InlineData("velocity.email.count_1h >= 3", "fact", "velocity.ip.count_1h", "velocity.ip.count_1h >= 3")]
    [InlineData("velocity.email.count_1h >= 3", "fact", "email.free", "email.free")]
    [InlineData("email.free", "v0", "false", "email.free = false")]
    [InlineData("card.country in (\"MX\")", "v1", "us, co", "card.country in (\"MX\", \"US\", \"CO\")")]
    [InlineData("card.country in (\"MX\", \"US\")", "v0", "", "card.country in (\"US\")")]
    [InlineData("hour between 9 and 18", "v1", "20", "hour between 9 and 20")]
    [InlineData("weekday in (monday)", "v5", "saturday", "weekday in (monday, saturday)")]
    [InlineData("email ends with \".ru\"", "v0", "say \"hi\"", "email ends with \"say \"\"hi\"\"\"")]
    [InlineData("history.ip.age < 90m", "u0", "d", "history.ip.age < 90d")]
    [InlineData("amount * 2 > 5 MXN", "text", "amount * 3 > 5 MXN or email.free", "(amount * 3 > 5 MXN or email.free)")]
    [InlineData("email.free", "fact", "amount * 2 > 5 MXN", "amount * 2 > 5 MXN")]
    public async Task One_field_changes_what_it_says(string condition, string field, string value, string changed)
    {
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, $"when ip.hosting and {condition} then block");
        form[$"row.r-1.{field}"] = value;
        Assert.Equal($"when ip.hosting and {changed} then block", Text(await SwapAsync(ines, form)));
    }

    [Fact]
    public async Task A_row_that_says_nothing_yet_is_kept_and_said_and_the_rule_stays_as_it_was()
    {
        const string text = "when email is present and ip.hosting then block";
        var ines = app.As(World.Ines);
        using var shown = await PostAsync(ines, await ShownAsync(ines, text), "Build");
        var form = await Form.ReadAsync(shown, RuleForm);
        form["row.r-0.op"] = "StartsWith";
        using var waiting = await PostAsync(ines, form, "Build");
        form = await Form.ReadAsync(waiting, RuleForm);
        Assert.Equal((text, "StartsWith", ""), (form["Input.Text"], form["row.r-0.op"], form["row.r-0.v0"]));

        var refused = await SwapAsync(ines, form, "add", "r");
        Assert.Equal((text, "r-0-v0"), (Text(refused), refused.QuerySelector("[autofocus]")!.Id));
        Assert.Contains("Primero complete", refused.QuerySelector("[data-announce]")!.TextContent, StringComparison.Ordinal);
        (form["Input.Name"], form["Input.Reason"], form["Input.ObserveOnly"]) = ("Uno", "One", "false");
        using var unsaved = await ines.PostAsync(Rule, form.Content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unsaved.StatusCode);
        Assert.Contains("Primero complete", (await unsaved.HtmlAsync()).QuerySelector("[data-valmsg-for='Input.Text']")!.TextContent, StringComparison.Ordinal);

        Assert.Equal("when ip.hosting then block", Text(await SwapAsync(ines, form, "remove", "r-0")));
        form["row.r-0.v0"] = "a";
        Assert.Equal("when email starts with \"a\" and ip.hosting then block", Text(await SwapAsync(ines, form)));
    }

    [Theory]
    [InlineData("email is present", "fact", "e-mail", "no es un dato")]
    [InlineData("email is present", "fact", "", "Elija un dato")]
    [InlineData("email is present", "fact", "email.fre", "email.free")]
    [InlineData("amount > 5 MXN", "v0", "mucho", "Escriba un número")]
    [InlineData("amount > 5 MXN", "v0", "1234567890123456", "15")]
    [InlineData("amount > 5 MXN", "v0", "5.001", "MXN")]
    [InlineData("card.country = \"MX\"", "v0", "México", "dos letras")]
    [InlineData("amount * 2 > 5 MXN", "text", "amount * > 5 MXN", "se esperaba")]
    [InlineData("amount * 2 > 5 MXN", "text", "email.free) or (ip.private", "se esperaba")]
    public async Task What_is_wrong_in_a_row_is_said_beside_it(string condition, string field, string value, string said)
    {
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, $"when ip.hosting and {condition} then block");
        form[$"row.r-1.{field}"] = value;
        var fragment = await SwapAsync(ines, form);
        Assert.Contains(said, fragment.QuerySelector("#r-1-problem")!.TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("r-1-problem", fragment.QuerySelector($"[name='row.r-1.{field}']")!.GetAttribute("aria-describedby"), StringComparison.Ordinal);
        Assert.Equal(value, Value(fragment, $"r-1-{field}"));
    }

    [Fact]
    public async Task The_action_is_chosen_and_its_points_are_checked()
    {
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, "when ip.hosting\nthen block # always");
        form["action.kind"] = "Add";
        using var shown = await PostAsync(ines, form, "Build");
        form = await Form.ReadAsync(shown, RuleForm);
        Assert.Equal(("when ip.hosting\nthen add 10 # always", "10"), (form["Input.Text"], form["action.points"]));
        form["action.points"] = "-25";
        Assert.Equal("when ip.hosting\nthen add -25 # always", Text(await SwapAsync(ines, form)));
        form["action.points"] = "101";
        var wrong = await SwapAsync(ines, form);
        Assert.Equal(("when ip.hosting\nthen add 10 # always", "101"), (Text(wrong), Value(wrong, "action-points")));
        Assert.NotNull(wrong.QuerySelector("#action-problem"));
    }

    [Fact]
    public async Task A_text_that_cannot_be_read_is_said_where_and_offered()
    {
        var ines = app.As(World.Ines);
        var page = await ShowAsync(ines, "when email.free\n and then review");
        Assert.Contains("Línea 2, posición 6", page.QuerySelector(".rb-broken")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".rb-row"));
        Assert.True(((IHtmlInputElement)page.GetElementById("view-builder")!).IsChecked);
        page = await PressAsync(ines, page, ".rb-broken button");
        Assert.True(((IHtmlInputElement)page.GetElementById("view-text")!).IsChecked);
        Assert.Equal("when email.free\n and then review", Text(page));
    }

    [Fact]
    public async Task The_text_wins_over_fields_that_were_shown_for_another()
    {
        var ines = app.As(World.Ines);
        var form = await ShownAsync(ines, "when amount > 5 MXN then block");
        (form["Input.Text"], form["row.r-0.v0"]) = ("when amount > 7 MXN then block", "6");
        Assert.Equal("when amount > 7 MXN then block", Text(await SwapAsync(ines, form)));
        var missed = await SwapAsync(ines, form, "negate", "r-0");
        Assert.Equal("when amount > 7 MXN then block", Text(missed));
        Assert.Contains("mientras tanto", missed.QuerySelector(".rb-note")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_rule_can_be_built_and_grows_no_longer()
    {
        var ines = app.As(World.Ines);
        var text = $"when {string.Join(" and ", Enumerable.Repeat("amount>1 MXN", 234))} then block";
        var form = await ShownAsync(ines, text);
        Assert.Equal(text.Replace(" and amount>1 MXN then", " then", StringComparison.Ordinal), Text(await SwapAsync(ines, form, "remove", "r-233")));
        form = await ShownAsync(ines, $"{text} # {new string('x', 3_990 - text.Length)}");
        var refused = await SwapAsync(ines, form, "add", "r");
        Assert.Contains("4000", refused.QuerySelector(".rb-note")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(form["Input.Text"], Text(refused));
    }

    [Fact]
    public async Task Only_who_may_write_rules_may_build_them()
    {
        var form = await ShownAsync(app.As(World.Ines), "when amount > 5 MXN then block");
        foreach (var person in new[] { World.Maria, World.Victor, World.Clara })
        {
            var browser = app.As(person);
            var own = await Form.ReadAsync(await browser.GetAsync("/account/profile"), "main form[method=post]");
            form["__RequestVerificationToken"] = own["__RequestVerificationToken"];
            using var answer = await PostAsync(browser, form, "Build&what=negate&at=r-0");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    // The form as a browser has it when that text is shown in the builder.
    private static async Task<Form> ShownAsync(HttpClient browser, string text)
    {
        using var page = await browser.GetAsync(Rule);
        var form = await Form.ReadAsync(page, RuleForm);
        form["Input.Text"] = text;
        using var shown = await PostAsync(browser, form, "Build");
        return await Form.ReadAsync(shown, RuleForm);
    }

    private static async Task<IHtmlDocument> ShowAsync(HttpClient browser, string text)
    {
        var form = await Form.ReadAsync(await browser.GetAsync(Rule), RuleForm);
        form["Input.Text"] = text;
        using var shown = await PostAsync(browser, form, "Build");
        return await shown.HtmlAsync();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient browser, Form form, string handler) => browser.PostAsync($"{Rule}?handler={handler}", form.Content);

    // As htmx asks for a part of the page.
    private static async Task<IHtmlDocument> SwapAsync(HttpClient browser, Form form, string? what = null, string at = "")
    {
        using var asked = new HttpRequestMessage(HttpMethod.Post, $"{Rule}?handler=Build{(what is null ? "" : $"&what={what}&at={at}")}") { Content = form.Content };
        asked.Headers.Add("HX-Request", "true");
        using var answer = await browser.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.HtmlAsync();
    }

    // Fills in fields of the page and presses one of its buttons; null: the one that only takes over what was changed.
    private static async Task<IHtmlDocument> PressAsync(HttpClient browser, HttpResponseMessage page, string? button, params (string Field, string Value)[] fields) =>
        await PressAsync(browser, await page.HtmlAsync(), button, fields);

    private static async Task<IHtmlDocument> PressAsync(HttpClient browser, IHtmlDocument page, string? button, params (string Field, string Value)[] fields)
    {
        var form = Form.Read(page, RuleForm);
        foreach (var (field, value) in fields) form[field] = value;
        var action = button is null ? "?handler=Build" : page.QuerySelector(button)!.GetAttribute("formaction");
        using var answer = await browser.PostAsync(Rule + action, form.Content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.HtmlAsync();
    }

    private static string Text(IParentNode page) => page.QuerySelector<IHtmlTextAreaElement>("#Input_Text")?.Value ?? page.QuerySelector("[name='Builder.Text']")!.GetAttribute("value")!;

    private static string Value(IDocument page, string id) => page.GetElementById(id) switch
    {
        IHtmlSelectElement select => select.Value!,
        IHtmlTextAreaElement area => area.Value,
        var field => ((IHtmlInputElement)field!).Value,
    };
}
