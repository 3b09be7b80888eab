// One item of a review queue by keyboard, beside the keys of every page (keys.js). Every key presses a button or opens a part that is there for the mouse as well.
// While one item is read the next one is kept ready, so that it is shown by the key press itself; what was decided is sent in the same moment, and a refusal brings the item back.
(() => {
  const [press, tell] = [window.panelKeys.press, window.panelUndo.tell];
  const say = text => { document.getElementById("announcer").textContent = text; };
  const form = () => document.getElementById("decide");
  const item = () => document.getElementById("review-item");
  const field = name => form()?.querySelector(`[name="${name}"]`);

  // Which reasons are shown, and which number chooses which.
  const chosen = () => form()?.querySelector('input[name="Input.Outcome"]:checked')?.value;
  const showReasons = () => {
    if (!form()) return;
    for (const set of form().querySelectorAll(".reasons")) set.hidden = set.dataset.outcome !== chosen();
    const first = form().querySelector(".reasons-first");
    if (first) first.hidden = chosen() !== undefined;
    // A decline blocks and an approval allows: said so as soon as one is chosen.
    for (const words of form().querySelectorAll("[data-by-outcome]")) {
      words.dataset.either ??= words.textContent;
      words.textContent = words.dataset[(chosen() ?? "").toLowerCase()] ?? words.dataset.either;
    }
    for (const words of form().querySelectorAll("[data-either-way]")) words.hidden = chosen() !== undefined;
    // A challenge lists nothing: what was picked rests, unsent, until something else is chosen.
    const part = form().querySelector("details[data-key=block]"), rests = chosen() === "Challenge";
    if (part) {
      const held = part.contains(document.activeElement);
      part.hidden = part.querySelector("fieldset").disabled = rests;
      form().querySelector("[data-lists-nothing]").hidden = !rests;
      if (rests) part.open = false;
      if (rests && held) form().querySelector('input[name="Input.Outcome"]:checked').focus();
    }
    sayChosen();
  };
  const picked = () => [...form()?.querySelectorAll(".list-choice input:checked") ?? []].map(box => box.dataset.name);
  // What is chosen, in a few words, for where it is out of sight.
  const sayChosen = () => {
    const line = form()?.querySelector("[data-chosen]"), outcome = form()?.querySelector('input[name="Input.Outcome"]:checked ~ span'), reason = form()?.querySelector(".reasons:not([hidden]) input[data-number]:checked ~ span");
    const bare = label => [...label.childNodes].filter(node => node.nodeName !== "KBD").map(node => node.textContent).join("").trim();
    const listed = chosen() === "Challenge" ? [] : picked(), lists = listed.length > 0 ? ` · ${line?.dataset[chosen() === "Approve" ? "allows" : "blocks"].replace("#", () => listed.join(", "))}` : "";
    const label = labels().find(one => one.checked), labelled = !line || !reason || labels().length === 0 ? "" : ` · ${label ? line.dataset.label.replace("#", () => bare(label.nextElementSibling).toLocaleLowerCase(document.documentElement.lang)) : line.dataset.noLabelYet}`;
    if (line) line.textContent = outcome ? `${bare(outcome)} · ${reason ? bare(reason) : line.dataset.noReasonYet}${labelled}${lists}` : "";
  };
  // The label goes with the reason until somebody chooses another; what a reason leaves open they choose themselves.
  const labels = () => [...form()?.querySelectorAll('.reasons:not([hidden]) [name="Input.Label"]') ?? []];
  const followReason = reason => {
    if (!reason.dataset.label) delete form().dataset.labelChosen;
    if (form().dataset.labelChosen !== "yes") for (const label of labels()) label.checked = label.value === reason.dataset.label;
  };
  const turnLabel = () => {
    const both = labels();
    if (both.length === 0) return false;
    const at = both.findIndex(label => label.checked);
    // Where the reason left it open the first is not taken by habit: it accuses.
    const other = both[at < 0 ? both.length - 1 : (at + 1) % both.length];
    reach(other);
    other.checked = true;
    other.dispatchEvent(new Event("change", { bubbles: true }));
    say(`${other.closest("[role=radiogroup]").getAttribute("aria-label")}: ${other.closest("label").textContent.trim()}`);
    return true;
  };
  // What is ticked in a part that is closed again is not forgotten.
  const countPicked = () => {
    const words = form()?.querySelector("[data-picked]"), names = picked();
    if (words) words.textContent = names.length > 0 ? words.dataset.picked.replace("#", names.join(", ")) : "";
    const kept = form()?.querySelector("[data-kept]");
    if (kept) kept.textContent = names.length > 0 ? ` ${kept.dataset.kept.replace("#", names.join(", "))}` : "";
    sayChosen();
  };
  document.addEventListener("change", event => {
    if (event.target.name === "Input.Outcome") showReasons();
    if (event.target.name === "Input.Label") form().dataset.labelChosen = "yes";
    if (event.target.name === "Input.DeclineReason") followReason(event.target);
    if (event.target.closest(".reasons")) sayChosen();
    if (event.target.closest(".list-choice")) countPicked();
    if (event.target.closest("#decide")) { lack(null); unask(); }
  });

  // Beside the case an open part takes the place of the decision: what is meant there has it again.
  const reach = one => { if (one && one.offsetParent === null) closePart(); };
  const partInstead = () => form()?.querySelector(".card-body")?.offsetParent === null ? form().querySelector(".review-else > details[open]") : null;
  const choose = style => {
    const radio = form()?.querySelector(`input[data-key="${style}"]`);
    if (!radio) return false;
    reach(radio);
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };
  // The parts of the decision: the keyboard goes into what opens, and back to what opened it.
  const enter = part => (part.querySelector("input[type=radio]:checked") ?? part.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
  const open = name => {
    const part = document.querySelector(`details[data-key="${name}"]`);
    if (!part) return false;
    part.open = !part.open;
    if (part.open) {
      part.scrollIntoView({ block: "nearest" });
      enter(part);
    } else part.querySelector("summary").focus();
    return true;
  };
  document.addEventListener("toggle", event => {
    const part = event.target;
    // A reason opens in its own row, which may end below the window.
    if (part.open && part.matches(".rule-asked")) part.scrollIntoView({ block: "nearest", behavior: "instant" });
    if (part.open && part.closest("#decide")) unask();
    if (part.open && part.closest("#decide") && document.activeElement === part.querySelector("summary")) enter(part);
  }, true);
  const closePart = from => {
    const part = form()?.querySelector("details[open]");
    if (!part || (from && !part.contains(from))) return false;
    const held = part.contains(document.activeElement);
    part.open = false;
    if (held) part.querySelector("summary").focus();
    return true;
  };
  document.addEventListener("click", event => { if (event.target.closest("[data-close-part]")) closePart(); });
  // An open part with a button of its own: skip, hold, escalate, answer.
  const partOf = element => element?.closest("details[data-key][open]:not([data-key=block])");

  // The question whether a decline that was hardly read is meant; whatever is changed, or Esc, takes it back.
  const quick = () => form()?.querySelector("[data-quick]");
  const isAsked = () => quick()?.hidden === false;
  const unask = () => {
    if (!isAsked()) return;
    quick().hidden = true;
    quick().querySelector("[role=alert]").textContent = "";
    field("Input.Confirmed").value = "false";
  };
  const backToCase = () => {
    unask();
    (form().querySelector('input[name="Input.Outcome"]:checked') ?? document.getElementById("item")).focus();
  };
  document.addEventListener("click", event => {
    if (event.target.closest("[data-quick-back]")) backToCase();
    // The second half of a double click answers nothing that its first half asked.
    else if (event.detail > 1 && isAsked() && event.target.closest('#decide button:is([data-key="confirm"], [data-key="finish"])')) event.preventDefault();
  });

  // Without having taken the case there is nothing to decide: said so, and what to press first.
  const first = () => !form() && item()?.dataset.notTaken ? tell(item().dataset.notTaken) : false;

  window.panelKeys.page = event => {
    const key = event.key;
    if (key >= "0" && key <= "9") {
      const nth = key === "0" ? 10 : Number(key);
      // In an open part that offers reasons of its own the numbers choose there.
      const part = partOf(document.activeElement) ?? partInstead();
      const radio = part ? part.querySelectorAll("input[type=radio]")[nth - 1] : form()?.querySelector(`.reasons:not([hidden]) input[data-number="${nth}"]`);
      if (!radio) return first();
      reach(radio);
      radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("change", { bubbles: true }));
      say(radio.closest("label").textContent.trim());
      // A time of one's own is written at once.
      if (radio.name === "Input.HoldFor" && radio.value === "other") field("Input.HoldUntil").focus();
      return true;
    }
    if (key === "Enter" && !event.target.closest("a, button, summary, input")) return press("take") || press("start") || (document.querySelector("[data-key=take-early]") !== null && first());
    switch (window.panelKeys.nameOf(key)) {
      case "approve": return choose("approve") || first();
      case "challenge": return choose("challenge") || first();
      case "decline": return choose("decline") || first();
      case "note": {
        // An open part has a note, or a question, of its own.
        const note = (partOf(document.activeElement) ?? partInstead())?.querySelector('[name$="Note"]') ?? form()?.querySelector("textarea[data-key=note]");
        reach(note);
        note?.focus();
        return form() !== null || first();
      }
      case "block": {
        const nothing = form()?.querySelector("[data-lists-nothing]:not([hidden])");
        if (!nothing) return open("block") || first();
        reach(nothing);
        say(nothing.textContent.trim());
        return true;
      }
      case "label": return turnLabel() || first();
      case "skip": return open("skip") || first();
      case "hold": return open("hold") || first();
      case "escalate": return open("escalate") || first();
      case "answer": return open("answer") || first();
      case "undo": return window.panelUndo.take();
      case "links": { const links = document.getElementById("links"); if (links) { links.tabIndex = -1; links.scrollIntoView(); links.focus(); } return links !== null; }
      case "copy": return press("copy");
      default: return false;
    }
  };
  // Where the page did not come safely there is no clipboard but the old way.
  const copyOld = text => {
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" }), held = document.activeElement;
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    held?.focus({ preventScroll: true });
    return isDone;
  };
  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-copy]"), word = button?.querySelector("[data-copy-word]");
    if (!button) return;
    const isDone = await (navigator.clipboard?.writeText(button.dataset.copy).then(() => true, () => false) ?? false) || copyOld(button.dataset.copy);
    say(isDone ? button.dataset.copied : button.dataset.notCopied);
    if (!isDone) return;
    word.dataset.first ??= word.textContent;
    word.textContent = button.dataset.done;
    setTimeout(() => { word.textContent = word.dataset.first; }, 2000);
  });
  document.addEventListener("keydown", event => {
    // A key that is held down answers nothing that it asked itself.
    if (event.key === "Enter" && event.repeat && isAsked() && event.target.closest("#decide")) { event.preventDefault(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form()) {
      event.preventDefault();
      // A key that is held down confirms nothing that was asked meanwhile.
      if (event.repeat) return;
      // In an open part its own buttons are meant: what is filled in there is not a decision.
      ((partOf(document.activeElement) ?? partInstead())?.querySelector(event.shiftKey ? "button[name=finish]" : "button") ?? form().querySelector(`button[data-key="${event.shiftKey ? "finish" : "confirm"}"]`))?.click();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.target.matches("input, textarea, select") && first()) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("input, textarea") && partOf(event.target)) {
      event.preventDefault();
      partOf(event.target).querySelector("button").click();
      return;
    }
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (isAsked()) { backToCase(); return; }
    const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (closePart(typing)) return;
    // Who stops typing stays where the keys are heard: at what they chose, or at the item.
    if (typing) (typing.closest("details")?.querySelector("summary") ?? form()?.querySelector('input[name="Input.Outcome"]:checked') ?? document.getElementById("item"))?.focus();
  });

  // Beside another one that the reader still has, the way back to that one stays.
  const dropBack = () => { if (!item()?.querySelector("[data-other]")) window.panelReviewBack.drop(); };
  dropBack();

  // The lease: a sign of life a minute, from the visible page of somebody who does something; at four fifths of the time it asks; leaving gives it back.
  let until = 0, seen = Date.now(), reading = 0, last = performance.now(), leaving = false, ready = null, preparing = null, sending = null, sent = null, plainly = false, round = 0, asked = 0;
  // For how long after the last sign of a reader they count as reading.
  const readsFor = 60000;
  // What is kept ready is so for a while, and then perhaps somebody else's: not shown in its last moments either, for the way there takes one.
  const isStale = () => !ready || Date.now() > ready.until - 5000;
  // An answer is one once it is wholly here: what is cut off, takes too long or leads to the sign-in page is none.
  const ask = (address, options) => fetch(address, options).then(async answer => answer.redirected ? null : { status: answer.status, headers: answer.headers, text: await answer.text() }).catch(() => null);
  const parsed = text => new DOMParser().parseFromString(text, "text/html");
  const body = () => {
    const data = new FormData();
    data.set("Token", field("Token").value);
    data.set("__RequestVerificationToken", field("__RequestVerificationToken").value);
    return data;
  };
  const over = hidden => { const line = form()?.querySelector("[data-lease-over]"); if (line) line.hidden = hidden; };
  // What is chosen and written is kept while the page is away, and for whoever takes back what was sent: the last few, in this tab only.
  const drafts = "panel-review-drafts", fields = ["Input.Outcome", "Input.ApproveReason", "Input.ChallengeReason", "Input.DeclineReason", "Input.Label", "Input.Note"];
  const kept = () => { try { return JSON.parse(sessionStorage.getItem(drafts)) ?? []; } catch { return []; } };
  // Once it is opened again it is another decision, and begins empty.
  const idOf = () => `${item().dataset.reviewer} ${item().dataset.address.split("?")[0]} ${item().dataset.reopened}`;
  const listed = () => [...form().querySelectorAll(".list-choice :is(input[type=checkbox], select)")];
  const keepDraft = (whole = true) => {
    // What rests with a challenge is in no form data.
    const data = new FormData(form()), of = Object.fromEntries((whole ? fields : ["Input.Note"]).map(name => [name, data.get(name)]));
    if (whole) for (const one of listed()) of[one.name] = one.type === "checkbox" ? (one.checked ? "true" : null) : one.value;
    const draft = { id: idOf(), of };
    sessionStorage.setItem(drafts, JSON.stringify([draft, ...kept().filter(one => one.id !== draft.id)].slice(0, 5)));
  };
  const dropDraft = () => sessionStorage.setItem(drafts, JSON.stringify(kept().filter(one => one.id !== idOf())));
  const takeDraft = () => {
    const draft = kept().find(one => one.id === idOf());
    if (!draft || !form()) return;
    for (const name of fields) {
      const value = draft.of[name];
      for (const one of form().querySelectorAll(`[name="${name}"]`)) {
        if (one.type === "radio") one.checked = one.checked || one.value === value;
        else if (!one.value && value) one.value = value;
      }
    }
    for (const one of listed()) {
      if (!(one.name in draft.of)) continue;
      if (one.type === "checkbox") one.checked = draft.of[one.name] !== null;
      else if (draft.of[one.name]) one.value = draft.of[one.name];
    }
  };
  // Once it is sent, a field that goes with the page may still say that it changed: what was kept for an undo stays as it was sent.
  const followDraft = event => { if (!(sending && sent === idOf()) && !leaving && event.target.closest("#decide") && (fields.includes(event.target.name) || event.target.closest(".list-choice"))) keepDraft(); };
  document.addEventListener("input", followDraft);
  document.addEventListener("change", followDraft);

  // How it was left for a page that it leads to: what was open, which links were looked for, how far it was scrolled and at which link. Kept in this tab, and used once, by who comes back from there.
  const places = "panel-review-places";
  const keptPlaces = () => { try { return JSON.parse(sessionStorage.getItem(places)) ?? []; } catch { return []; } };
  const folds = () => [...item().querySelectorAll("details")].filter(one => !one.closest("#decide")).map(one => {
    const within = one.closest("section");
    return [one, `${within?.getAttribute("aria-labelledby")} ${[...within?.querySelectorAll("details") ?? []].indexOf(one)}`];
  });
  const linkForm = () => item().querySelector("#links form");
  const linkChoice = () => linkForm() ? new URLSearchParams(new FormData(linkForm())).toString() : "";
  const alike = link => [...item().querySelectorAll("a[href]")].filter(one => one.getAttribute("href") === link);
  const scrolling = () => [...item().querySelectorAll(".review-evidence, .review-evidence > div, .review-decide > *, #decide > .card-body")];
  const dropPlace = () => sessionStorage.setItem(places, JSON.stringify(keptPlaces().filter(one => one.id !== idOf())));
  const keepPlace = link => {
    const href = link.getAttribute("href");
    const place = { id: idOf(), at: location.pathname, to: link.pathname, open: Object.fromEntries(folds().map(([one, name]) => [name, one.open])), links: linkChoice(), y: scrollY, within: scrolling().map(one => one.scrollTop), href, nth: alike(href).indexOf(link) };
    sessionStorage.setItem(places, JSON.stringify([place, ...keptPlaces().filter(one => one.id !== idOf())].slice(0, 5)));
  };
  const takePlace = async () => {
    const root = document.documentElement, isBack = root.classList.contains("is-returning"), place = isBack && keptPlaces().find(one => one.id === idOf());
    dropPlace();
    if (place && place.links && place.links !== linkChoice()) {
      const answer = await ask(`${linkForm().getAttribute("action")}?${place.links}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(2000) });
      const links = answer?.status === 200 ? parsed(answer.text).querySelector("#links") : null;
      if (links) { document.getElementById("links").replaceWith(links); htmx.process(links); }
    }
    root.classList.remove("is-returning");
    if (!isBack) return;
    if (place) for (const [one, name] of folds()) if (name in place.open) one.open = place.open[name];
    ((place && alike(place.href)[place.nth]) || document.getElementById("item")).focus({ preventScroll: true });
    if (!place) return;
    scrollTo(0, place.y);
    scrolling().forEach((one, nth) => { one.scrollTop = place.within[nth] ?? 0; });
  };

  // Who has not taken it stands where Enter takes it, and hears how it stands; at its beginning where it cannot be taken, or where taking it ends a hold.
  const stand = () => {
    const take = item().querySelector("[data-key=take]");
    (take ?? document.getElementById("item")).focus({ preventScroll: true });
    if (!take) say(document.getElementById("state-said")?.textContent.trim() ?? "");
    settle();
  };
  // A decision that can no longer be undone is reopened, where it was undone before: asked for a few times once it is over, and put in the place of what stood there.
  let asking = 0;
  const settle = (waits = [400, 1500, 4000, 10000]) => {
    clearTimeout(asking);
    const card = item().querySelector("[data-settles]:not([data-settles=''])"), mine = round;
    if (!card || waits.length === 0) return;
    asking = setTimeout(async () => {
      const answer = await ask(location.href), page = answer?.status === 200 ? parsed(answer.text) : null, after = page?.querySelector("#review-item [aria-labelledby=state]");
      if (mine !== round || leaving || !card.isConnected) return;
      if (!after || after.dataset.settles) { settle(waits.slice(1)); return; }
      const held = card.contains(document.activeElement);
      card.replaceWith(after);
      htmx.process(after);
      // What was kept from who decided blind is told now; not where they write.
      if (item().querySelector("[data-blind]")) for (const part of [".review-bar", ".review-evidence"]) {
        const old = item().querySelector(part), told = page.querySelector(`#review-item ${part}`), stands = old.contains(document.activeElement);
        if ((stands && document.activeElement.id !== "item") || old.querySelector('[name="Input.FreeNote"]')?.value) continue;
        old.replaceWith(told);
        htmx.process(told);
        if (stands) document.getElementById("item").focus({ preventScroll: true });
      }
      const count = page.querySelector("#history + span")?.textContent, lines = page.querySelector("#review-item .timeline-list");
      if (lines && !item().querySelector(".timeline-list")?.contains(document.activeElement)) {
        item().querySelector(".timeline-list")?.replaceWith(lines);
        item().querySelector("#history + span").textContent = count;
      }
      if (held) document.getElementById("state").focus();
      say(after.querySelector("[data-reopen]")?.textContent.trim() ?? "");
    }, Math.max(0, Number(card.dataset.settles) - Date.now()) + waits[0]);
  };

  const narrow = matchMedia("(max-width: 767.98px)");
  const begin = () => {
    round++;
    // On a telephone what is read last is folded: its head says how much there is.
    if (narrow.matches) item().querySelectorAll("details[data-folds]").forEach(one => { one.open = false; });
    [ready, plainly] = [null, false];
    if (form()) takeDraft();
    // What the browser remembers of another visit confirms nothing.
    if (form() && !isAsked()) field("Input.Confirmed").value = "false";
    showReasons();
    countPicked();
    if (!form()) { stand(); return; }
    until = Date.now() + Number(form().dataset.leaseLength);
    // Whoever looks elsewhere and comes back goes on reading.
    reading = Number(sessionStorage.getItem(`reading ${location.pathname}`));
    last = performance.now();
    // What was refused is said beside its button, where whoever pressed it is again.
    const refused = form().querySelector("[data-missing]:not([hidden])");
    if (refused) (refused.closest("details")?.querySelector("button") ?? form().querySelector("[data-key=confirm]")).focus();
    else document.getElementById("item").focus({ preventScroll: true });
    const mine = round;
    setTimeout(() => { if (mine === round && asked !== round && !document.hidden && !sending && !leaving) prepare(); }, 150);
  };
  const beat = async () => {
    if (!form() || sending || leaving) return;
    const mine = round, since = Date.now(), kept = ready;
    const answer = await ask(form().dataset.beat, { method: "POST", body: body(), headers: kept ? { "X-Ahead": kept.id } : {} });
    // What was decided meanwhile needs no sign of life any more; one that did not get through is followed by the next.
    if (!answer || mine !== round) return;
    if (answer.status === 200) {
      until = Date.now() + Number(form().dataset.leaseLength);
      over(true);
      if (kept && kept === ready) kept.until = since + JSON.parse(answer.text).ahead;
      if (isStale()) await prepare();
    }
    else if (answer.status === 410 && !sending && !leaving) location.reload();
  };
  // Asked once at a time, whoever wants it.
  const prepare = () => {
    if (preparing?.of === round) return preparing.answered;
    const one = preparing = { of: round };
    return one.answered = askAhead().finally(() => { if (preparing === one) preparing = null; });
  };
  const askAhead = async () => {
    const mine = asked = round, since = Date.now();
    const answer = await ask(form().dataset.ahead, { method: "POST", body: body(), signal: AbortSignal.timeout(4000) });
    // Once it is decided the lease is over, and the next page is on its way already.
    if (mine !== round || leaving) return;
    if (answer?.status === 410) { leaving = true; location.reload(); return; }
    ready = answer?.status === 200 ? { id: answer.headers.get("X-Ahead"), until: since + Number(answer.headers.get("X-Ahead-For")), part: parsed(answer.text).querySelector("#review-item") } : null;
    if (form()) form().dataset.ready = ready ? "yes" : "no";
  };

  // What a step lacks is said beside its button, before anything is sent.
  const lack = (text, where) => {
    const lines = [...form()?.querySelectorAll("[data-missing]") ?? []];
    if (lines.length === 0) return text !== null && tell(text);
    // The focus first: what was written in the field it leaves is a change, which takes back what was said.
    reach(where);
    where?.focus();
    const here = where?.closest("details[data-key]")?.querySelector("[data-missing]") ?? lines.find(line => !line.closest("details"));
    for (const line of lines) [line.hidden, line.textContent] = [text === null || line !== here, line === here ? text ?? "" : ""];
    return text !== null;
  };
  const isShort = name => field(name).value.trim().length < 3;
  const lacks = button => {
    const words = form().dataset;
    switch (button?.closest("details[data-key]")?.dataset.key) {
      case "skip": {
        const reason = form().querySelector('[name="Input.SkipReason"]:checked')?.value;
        return reason === undefined ? lack(words.noReason, field("Input.SkipReason")) : reason === "other" && isShort("Input.SkipNote") && lack(words.noNote, field("Input.SkipNote"));
      }
      case "escalate": return isShort("Input.EscalateNote") && lack(words.noNote, field("Input.EscalateNote"));
      case "answer": return isShort("Input.AnswerNote") && lack(words.noNote, field("Input.AnswerNote"));
      case "hold": return form().querySelector('[name="Input.HoldFor"]:checked')?.value === "other" && !field("Input.HoldUntil").value && lack(words.noTime, field("Input.HoldUntil"));
      default: {
        if (chosen() === undefined) return lack(words.noOutcome, field("Input.Outcome"));
        const reason = form().querySelector(".reasons:not([hidden]) input[data-number]:checked")?.value;
        if (reason === undefined) return lack(words.noReason, form().querySelector(".reasons:not([hidden]) input"));
        if (labels().length > 0 && !labels().some(label => label.checked)) return lack(words.noLabel, labels()[0]);
        if (!isShort("Input.Note")) return false;
        if (words.needsNote) return lack(words.needsNote, field("Input.Note"));
        return (reason === "other" || (chosen() === "Decline" && words.declineNeedsNote === "yes")) && lack(words.noNote, field("Input.Note"));
      }
    }
  };

  // A decline that was hardly read is asked once more, beside its button: the same again confirms it.
  const asksAgain = button => {
    const floor = Number(form().dataset.declineSeconds ?? 0) * 1000;
    if (button?.closest("details[data-key]") || chosen() !== "Decline" || field("Input.Confirmed").value === "true") return false;
    measure();
    if (reading >= floor) return false;
    // The focus first: what was written in the field it leaves is a change, which takes the question back.
    (button ?? form().querySelector('button[data-key="confirm"]')).focus();
    const asked = quick();
    asked.hidden = false;
    field("Input.Confirmed").value = "true";
    asked.querySelector("[role=alert]").textContent = form().dataset.quickWords.replace("#", Math.max(1, Math.round(reading / 1000)));
    return true;
  };

  const show = (part, back) => {
    // The address first: the browser lays out the page to remember how far it was scrolled, which costs nothing before anything has changed.
    if (back) history.replaceState(null, "", back); else history.pushState(null, "", part.dataset.address);
    for (const place of document.querySelectorAll('input[name="ReturnUrl"]')) place.value = location.pathname + location.search;
    document.title = `${part.dataset.title} · ClausumPanel`;
    item().replaceWith(part);
    htmx.process(part);
    window.panelDue.tick();
    scrollTo(0, 0);
    begin();
    dropPlace();
  };
  const told = page => {
    const said = page.querySelector("#review-said");
    document.getElementById("review-said").replaceWith(said);
    if (said.dataset.until && form()) {
      until = Number(said.dataset.until);
      form().querySelector("[data-until]").textContent = said.dataset.untilWords;
      item().querySelector("[data-progress]").textContent = said.dataset.progress;
    }
    window.panelUndo.keep();
    window.panelUndo.tick();
    window.panelUndo.fade();
    const line = said.querySelector("[role=alert], .refusal-line, .toast-line");
    return line ? window.panelUndo.wordsOf(line) : "";
  };
  // What was made ready before it was taken, and before the last step, is told what it could not know.
  const catchUp = page => {
    const [taken, became] = ["taken", "became"].map(name => page.querySelector(`#review-${name}`));
    item().querySelector("[data-taken=yes] time")?.replaceWith(taken.content.cloneNode(true));
    if (became) for (const waits of item().querySelectorAll(`[data-waits-of="${became.dataset.of}"]`)) {
      const [words, row] = [document.createElement("span"), waits.closest("[data-row]")];
      words.append(became.content.cloneNode(true));
      // It waits no more: it cannot be decided along with others, and nobody stands on what is gone.
      row?.querySelector("input[name=seqs]")?.remove();
      if (waits.contains(document.activeElement)) row?.querySelector("[data-open]")?.focus();
      waits.replaceWith(words);
    }
  };
  // Who is quicker than the next item waits for it: that takes less than a whole page.
  const sendWithNext = async (button, data) => {
    form().ariaBusy = "true";
    if (isStale()) await (asked === round && !ready ? preparing?.answered : prepare());
    if (leaving) { [sending, form().ariaBusy] = [null, "false"]; return; }
    if (ready) { await send(button?.getAttribute("formaction") ?? form().getAttribute("action"), data); return; }
    [sending, plainly] = [null, true];
    form().requestSubmit(button);
  };
  // What rested was not sent, and would not come back.
  const keepPicked = (from, to) => {
    for (const one of from.querySelectorAll(".list-choice :is(input[type=checkbox], select)")) {
      const same = to.querySelector(`.list-choice [name="${one.name}"]:not([type=hidden])`);
      if (same) [same.checked, same.value] = [one.checked, one.value];
    }
  };
  const send = async (address, data) => {
    const before = item(), where = location.href, next = ready, since = Date.now();
    document.getElementById("review-said").replaceChildren();
    window.panelUndo.keepPlace();
    show(next.part);
    asked = round;
    const answer = await ask(address, { method: "POST", body: data, headers: { "X-Ahead": next.id } });
    if (answer?.status === 200 && answer.headers.get("X-Ahead") === next.id) {
      const page = parsed(answer.text), after = page.querySelector("#review-ahead");
      sending = null;
      catchUp(page);
      say(`${told(page)} ${item().dataset.words}`);
      if (!after) { prepare(); return; }
      // What comes after this one came with the answer.
      ready = { id: after.dataset.id, until: since + Number(after.dataset.for), part: after.content.querySelector("#review-item") };
      if (form()) form().dataset.ready = "yes";
      return;
    }
    sending = null;
    const place = answer?.headers.get("X-Location");
    leaving = true;
    if (place) { location.assign(place); return; }
    leaving = false;
    const page = answer?.headers.get("Content-Type")?.startsWith("text/html") ? parsed(answer.text) : null;
    const back = page?.querySelector("#review-item");
    if (back) keepPicked(before, back);
    show(back ?? before, where);
    if (form()) keepDraft();
    if (back) say([told(page), form()?.querySelector("[data-missing]:not([hidden])")?.textContent ?? ""].filter(words => words).join(" "));
    else lack(form().dataset.notSent, form().querySelector('button[data-key="confirm"]'));
  };

  // What passes in front of nobody is not read: a hidden tab, and what is more than a minute after the last key, pointer or scroll.
  const measure = (isShown = !document.hidden) => {
    const now = performance.now();
    if (isShown) reading += Math.max(0, now - last - Math.max(0, Date.now() - seen - readsFor));
    last = now;
  };
  for (const kind of ["keydown", "pointermove", "pointerdown", "scroll", "wheel"]) addEventListener(kind, () => { measure(); seen = Date.now(); }, { capture: true, passive: true });
  // Until now it was what it is no longer.
  document.addEventListener("visibilitychange", () => measure(document.hidden));
  setInterval(() => {
    measure();
    // Who comes back to it has the next one anew before they ask for it.
    if (form() && ready && isStale() && !sending && !leaving && !document.hidden && Date.now() - seen < readsFor) prepare();
    if (form()) sessionStorage.setItem(`reading ${location.pathname}`, Math.round(reading));
    if (!form()) return;
    form().querySelector("[data-until]").textContent = form().dataset.leftWords.replace("#", Math.max(0, Math.ceil((until - Date.now()) / 60000)));
    if (Date.now() > until - Number(form().dataset.leaseLength) / 5) over(false);
  }, 500);
  setInterval(() => { if (!document.hidden && Date.now() - seen < 120000) beat(); }, 60000);
  document.addEventListener("click", event => {
    if (event.target.closest("[data-continue]")) beat();
    // What the item itself leads to is part of looking at it, and so is looking something up in the monitor.
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !event.target.closest('#review-item .review-evidence a[href]:not([href^="#"], [target]), #review-item a[href]:not([href^="/dashboard/reviews"], [href^="#"], [target]), a[href^="/dashboard/transactions"]')) return;
    keepPlace(event.target.closest("a"));
    if (form()) window.panelReviewBack.keep(location.pathname + location.search, until);
    leaving = true;
    // Who is still here did not get away.
    setTimeout(() => { leaving = false; }, 5000);
  });
  document.addEventListener("submit", event => {
    if (event.defaultPrevented) return;
    if (event.target !== form()) { leaving = true; return; }
    const button = event.submitter;
    if (button?.name === "stay") { dropDraft(); leaving = true; return; }
    if (sending) { event.preventDefault(); sending.then(() => { if (event.target === form()) form().requestSubmit(button); }); return; }
    if (lacks(button) || asksAgain(button)) { event.preventDefault(); return; }
    // It may be taken back: then a decision is there again as it was sent; of what was put off what was written is, and what becomes of it is chosen anew.
    keepDraft(!button?.closest("details[data-key]"));
    measure();
    field("Input.ReadingMilliseconds").value = Math.round(reading);
    if (plainly || button?.name === "finish") { leaving = true; return; }
    event.preventDefault();
    if (leaving) return;
    sent = idOf();
    sending = sendWithNext(button, new FormData(form(), button));
  });
  // Back to another item is a page of its own; a jump within this one is none.
  addEventListener("popstate", () => { if (new URL(item().dataset.address, location.href).pathname !== location.pathname) location.reload(); });
  // Who leaves gives it back in a moment; a page that is loaded anew is there again before, and says so.
  addEventListener("pagehide", () => {
    if (leaving || !form()) return;
    const data = body();
    data.set("leaving", "yes");
    navigator.sendBeacon(form().dataset.release, data);
  });
  addEventListener("pageshow", event => { if (event.persisted) { leaving = false; dropPlace(); dropBack(); beat(); } });
  // What the browser itself remembers is of the decision before.
  if (form() && item().dataset.reopened !== "0" && !kept().some(one => one.id === idOf())) form().reset();
  begin();
  takePlace();
  beat();
  // The word of the page that went may come after the first sign of life of this one.
  setTimeout(beat, 3000);
})();
