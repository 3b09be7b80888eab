using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>Where a case is decided: outcome, reason, label, note and values, and what puts it off.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class DecisionPanelTests(BrowserFixture panel) : ReviewStories(panel)
{
    [Fact]
    public async Task What_opens_takes_the_place_of_the_decision_covers_nothing_of_the_case_and_Escape_gives_it_back()
    {
        var item = await HoldElsewhereAsync("apartado.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        foreach (var (key, part) in ((string, string)[])[("b", "block"), ("s", "skip"), ("h", "hold"), ("e", "escalate")])
        {
            foreach (var chosen in (string[])["", "d"])
            {
                if (chosen.Length > 0) await keys.PressAsync(chosen);
                await keys.PressAsync(key);
                var opened = page.Locator($"details[data-key={part}]");
                await Assertions.Expect(opened.Locator(".part :focus")).ToHaveCountAsync(1);
                foreach (var needed in await page.Locator($"{(part == "block" ? "[data-key=confirm], [data-key=finish], " : "")}details[data-key={part}] button, .part :focus").AllAsync())
                    Assert.True(await needed.EvaluateAsync<bool>(IsSeen), $"{part}: {await needed.EvaluateAsync<string>("e => e.outerHTML")}");
                // Of what stands beside it nothing is under it.
                Assert.True(await opened.EvaluateAsync<bool>("part => part.getBoundingClientRect().left >= Math.max(...[...document.querySelectorAll('.review-evidence, .review-bar')].map(e => e.getBoundingClientRect().right))"), part);
                await Assertions.Expect(page.Locator("[data-key=confirm]")).ToBeVisibleAsync(new() { Visible = part == "block" });
                await keys.PressAsync("Escape");
                await Assertions.Expect(opened.Locator("summary")).ToBeFocusedAsync();
                await Assertions.Expect(page.Locator("#decide details[open]")).ToHaveCountAsync(0);
                foreach (var needed in await page.Locator("[data-key=confirm], [data-key=finish]").AllAsync()) Assert.True(await needed.EvaluateAsync<bool>(IsSeen));
                // The same from what opens it.
                await keys.PressAsync("Enter");
                await Assertions.Expect(opened.Locator(".part :focus")).ToHaveCountAsync(1);
                await keys.PressAsync("Escape");
                await Assertions.Expect(opened.Locator("summary")).ToBeFocusedAsync();
            }
        }

        // What becomes of it can be chosen with a part open, which gives way.
        await keys.PressAsync("s");
        await Assertions.Expect(page.Locator("details[data-key=skip] .part :focus")).ToHaveCountAsync(1);
        await keys.PressAsync("a");
        await Assertions.Expect(page.Locator("#decide details[open]")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("input[data-key=approve]")).ToBeCheckedAsync();
        // However much is written, what confirms, what puts off and how the day goes stays in view; the legends stand beside the strip or over it, on none of it, and are no taller.
        await keys.PressAsync("d");
        await page.Locator("[data-key=note]").FillAsync(string.Join('\n', Enumerable.Range(1, 40).Select(i => $"Línea {i} de lo que dijo el banco")));
        foreach (var needed in await page.Locator("[data-key=confirm], [data-key=finish], .review-else summary, .review-progress").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML"));
        await Assertions.Expect(page.Locator(".strip-legend")).ToHaveCountAsync(2);
        foreach (var legend in await page.Locator(".strip-legend").AllAsync())
            Assert.True(await legend.EvaluateAsync<bool>(BesideStrip), await legend.EvaluateAsync<string>("legend => JSON.stringify([legend, legend.closest('.strip-block').querySelector('.strip')].map(e => e.getBoundingClientRect()))"));
        await page.Locator("[data-key=note]").FillAsync("Llamé al banco");
        await keys.PressAsync("Escape");

        // What a part lacks is said in the part.
        await keys.PressAsync("s");
        await keys.PressAsync("4");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("details[data-key=skip] [data-missing]")).ToHaveTextAsync("Escriba una nota de al menos 3 caracteres.");
        await Assertions.Expect(page.Locator(".review-confirm [data-missing]")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[name='Input.SkipNote']")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");

        // Put off in error, it comes back by the same key where it was, with what was written; what becomes of it is chosen anew.
        await keys.PressAsync("s");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        await keys.PressAsync("z");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-key=note]")).ToHaveValueAsync("Llamé al banco");
        await Assertions.Expect(page.Locator("input[data-key=decline]")).Not.ToBeCheckedAsync();
        Assert.Equal([ReviewEventKind.Skipped, ReviewEventKind.StepUndone], await KindsAsync(item.Seq));

        // The last step for now, and from there to another page.
        await keys.PressAsync("s");
        await keys.PressAsync("2");
        await keys.PressAsync("Control+Shift+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal(0, await InDbAsync(db => db.Set<Review>().CountAsync(r => r.Queue == Elsewhere && r.LeaseToken != null)));
        Assert.Equal([ReviewEventKind.Skipped, ReviewEventKind.StepUndone, ReviewEventKind.Skipped], await KindsAsync(item.Seq));
        await keys.PressAsync("g");
        await keys.PressAsync("r");
        await page.WaitForURLAsync("**/dashboard/protection");
    }

    [Fact]
    public async Task With_a_challenge_the_values_rest_and_come_back_and_while_they_are_open_the_choice_stays_in_view()
    {
        var item = await HoldElsewhereAsync("descansa.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide[data-ready]")).ToBeVisibleAsync();
        await keys.PressAsync("d");
        await keys.PressAsync("b");
        await Assertions.Expect(page.Locator("[data-chosen]")).ToHaveTextAsync("Rechazar · todavía sin motivo");
        await keys.PressAsync("1");
        await keys.PressAsync("b");
        var part = page.Locator("details[data-key=block]");
        if (!await part.EvaluateAsync<bool>("part => part.open")) await keys.PressAsync("b");
        await part.Locator("[type=checkbox]").First.CheckAsync();
        var chosen = page.Locator("[data-chosen]");
        await Assertions.Expect(chosen).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^Rechazar · (?!todavía).+ · etiqueta: fraude · bloquea Correo electrónico$"));
        await page.Locator("#decide > .card-body").EvaluateAsync("body => body.scrollTo(0, body.scrollHeight)");
        await Assertions.Expect(part.Locator("[data-either-way]")).ToBeHiddenAsync();
        foreach (var needed in await page.Locator("[data-chosen], .outcome, [data-key=confirm], details[data-key=block] > summary").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML"));

        await keys.PressAsync("c");
        await Assertions.Expect(part).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-lists-nothing]")).ToContainTextAsync("Se conserva para aprobar o rechazar: Correo electrónico.");
        await keys.PressAsync("b");
        await Assertions.Expect(page.Locator("#announcer")).ToContainTextAsync("pedir verificación no agrega nada");
        await keys.PressAsync("d");
        await Assertions.Expect(part.Locator("[data-picked]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("Correo"));
        await keys.PressAsync("c");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".toast-line, [data-became]").First).ToBeVisibleAsync();
        await page.GotoAsync(item.Address);
        await Assertions.Expect(page.Locator("[data-became]")).ToBeVisibleAsync();
        Assert.Equal((ReviewOutcome.Challenge, 0), await InDbAsync(async db => ((await db.Set<Review>().SingleAsync(r => r.Seq == item.Seq)).Outcome!.Value, await db.Set<ListEntry>().CountAsync(e => e.Value.EndsWith("descansa.example") && e.Severity == ListSeverity.Block))));

        // Decided, its head has one line for what it is, and the rest below it.
        foreach (var width in (int[])[1366, 1280, 390, 320])
        {
            await page.SetViewportSizeAsync(width, 768);
            Assert.True(await page.EvaluateAsync<bool>(HeadIsClean), $"{width}");
        }
    }

    private const string HeadIsClean = """
        () => {
          const box = selector => document.querySelector(selector).getBoundingClientRect(), [money, score, next] = [box("#item"), box(".verdict-score"), box("[data-became]")];
          const besides = innerWidth < 576 || (score.top < money.bottom && score.bottom > money.top && score.left > money.right);
          return besides && score.top >= money.top && next.top >= Math.max(money.bottom, score.bottom) - 1;
        }
        """;

    [Fact]
    public async Task The_label_of_a_decline_goes_with_its_reason_until_somebody_turns_it()
    {
        var id = (await HoldAtDeskAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await StartAsync(page);
        var (fraud, unknown) = (page.Locator("[name='Input.Label'][value=Fraud]"), page.Locator("[name='Input.Label'][value=Inconclusive]"));
        async Task LabelAsync(ILocator? chosen)
        {
            foreach (var one in (ILocator[])[fraud, unknown]) await Assertions.Expect(one).ToBeCheckedAsync(new() { Checked = one == chosen });
        }
        await keys.PressAsync("a");
        await keys.PressAsync("f");
        await Assertions.Expect(fraud).ToBeHiddenAsync();
        await LabelAsync(null);
        await keys.PressAsync("d");
        await keys.PressAsync("1");
        await LabelAsync(fraud);
        await keys.PressAsync("f");
        await LabelAsync(unknown);
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync("Etiqueta: No concluyente");
        await Assertions.Expect(page.Locator("[name='Input.DeclineReason'][value=stolen_card]")).ToBeFocusedAsync();
        // Somebody chose it: another reason leaves it.
        await keys.PressAsync("2");
        await LabelAsync(unknown);
        await keys.PressAsync("8");
        await LabelAsync(unknown);
        await page.GetByLabel("Fraude", new() { Exact = true }).CheckAsync();
        await LabelAsync(fraud);

        // What the reason leaves open is asked for before anything is sent.
        await keys.PressAsync("0");
        await Assertions.Expect(page.Locator("[name='Input.DeclineReason'][value=other]")).ToBeCheckedAsync();
        await LabelAsync(null);
        await keys.PressAsync("n");
        await keys.TypeAsync("No es de nuestra lista");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#decide > .review-confirm [data-missing]")).ToHaveTextAsync("Elija la etiqueta: fraude o no concluyente.");
        await Assertions.Expect(fraud).ToBeFocusedAsync();
        // Once is what it is where the reason brought fraud.
        await keys.PressAsync("f");
        await LabelAsync(unknown);
        await keys.PressAsync("f");
        await LabelAsync(fraud);
        await keys.PressAsync("f");
        await LabelAsync(unknown);
        await EverybodyAsync(page);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await LabelAsync(unknown);
        await keys.PressAsync("Control+Shift+Enter");
        await Assertions.Expect(page.Locator("#waiting")).ToBeVisibleAsync();
        Assert.Equal(("other", (LabelOutcome?)LabelOutcome.Inconclusive), await InDbAsync(db => db.Set<Review>().Where(r => db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == r.Seq)).Select(r => new ValueTuple<string, LabelOutcome?>(r.Reason!, r.Label)).SingleAsync()));
        await LeaveAsync(page);
    }

    [Fact]
    public async Task A_decline_that_was_hardly_read_is_asked_once_more_and_a_note_for_the_amount_before_it_is_sent()
    {
        var item = await HoldElsewhereAsync("rapido.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.DeclineSeconds, ReviewQueue.MostDeclineSeconds).SetProperty(x => x.NoteAbove, "{\"MXN\":29999}")));
        var sent = 0;
        page.Request += (_, request) => sent += request.Method == "POST" && request.Url.Contains("handler=Decide", StringComparison.Ordinal) ? 1 : 0;
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        var (asked, missing) = (page.Locator("[data-quick]"), page.Locator(".review-confirm [data-missing]"));
        await keys.PressAsync("d");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(missing).ToHaveTextAsync("Por su monto, en esta cola requiere una nota: al menos 3 caracteres.");
        await Assertions.Expect(page.Locator("[data-key=note]")).ToBeFocusedAsync();
        await keys.TypeAsync("Llamó el banco");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked.GetByRole(AriaRole.Alert)).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^Decidida en \d+ s\. ¿Rechazar de todos modos\?$"));
        await Assertions.Expect(page.Locator("[data-key=confirm]")).ToBeFocusedAsync();
        Assert.Empty((await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa") })).Violations.Select(v => v.Id));
        // Esc goes back to the case, and asks anew; so does another choice.
        await keys.PressAsync("Escape");
        await Assertions.Expect(asked).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-key=decline]")).ToBeFocusedAsync();
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked).ToBeVisibleAsync();
        await keys.PressAsync("2");
        await Assertions.Expect(asked).ToBeHiddenAsync();
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked).ToBeVisibleAsync();
        Assert.Equal((0, ReviewState.Open), (sent, await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).Select(r => r.State).SingleAsync())));
        await keys.PressAsync("Control+Shift+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal((1, ReviewOutcome.Decline), (sent, await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).Select(r => r.Outcome).SingleAsync())));
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.DeclineSeconds, 0).SetProperty(x => x.NoteAbove, "{}")));
    }

    /// <summary>It stands beside the strip of events or in its head, over none of it, and is no taller.</summary>
    private const string BesideStrip = """
        legend => {
          const [own, strip] = [legend, legend.closest(".strip-block").querySelector(".strip")].map(e => e.getBoundingClientRect());
          return own.top < strip.bottom && (own.left >= strip.right || own.right <= strip.left || own.bottom <= strip.top) && own.height <= strip.height;
        }
        """;

    [Theory]
    [InlineData(1366)]
    [InlineData(320)]
    public async Task Without_a_script_a_part_opens_and_its_buttons_work(int width)
    {
        var item = await HoldElsewhereAsync("sin-script.example");
        await using var visit = await (await Visit.StartAsync(Panel, width: width, scripts: false)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync(item.Address);
        await page.Locator("[data-key=take]").ClickAsync();
        await page.Locator("details[data-key=hold] summary").PressAsync("Enter");
        await page.Locator("details[data-key=hold] button[name=finish]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal([ReviewEventKind.Held], await KindsAsync(item.Seq));
    }
}
