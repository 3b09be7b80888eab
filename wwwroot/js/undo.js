// What was decided can be taken back for as long as its line says, on whichever page of the panel the reader is by then: the line follows them, with its key and its countdown, in this tab.
window.panelUndo = (() => {
  // Whoever signs in next in this tab did not do it.
  const store = "panel-undo", person = document.documentElement.dataset.person, lineOfPage = () => document.querySelector(".toast-line");
  const forget = () => { try { sessionStorage.removeItem(store); } catch { /* Without a store nothing follows. */ } };
  const untilOf = line => Number(line?.dataset.undoUntil);

  // On a telephone its place is kept from then on.
  const keepPlace = () => { document.documentElement.dataset.undoPlace = ""; };

  // The token is the page's own, and not kept.
  const keep = () => {
    // The page of the decision itself has a button instead, and the line only for whoever leaves it.
    const own = lineOfPage(), line = own?.querySelector("form") ? own : document.querySelector("template[data-undo-line]")?.content.querySelector(".toast-line");
    if (lineOfPage()) keepPlace();
    if (!line?.querySelector("form") || untilOf(line) <= Date.now()) return;
    const copy = line.cloneNode(true);
    delete copy.dataset.told;
    copy.querySelector("[data-beside]")?.remove();
    for (const token of copy.querySelectorAll('[name="__RequestVerificationToken"]')) token.setAttribute("value", "");
    try { sessionStorage.setItem(store, JSON.stringify({ person, line: copy.outerHTML })); } catch { /* Without a store nothing follows. */ }
  };
  const bring = () => {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(store)); } catch { forget(); return; }
    const line = kept && kept.person === person ? new DOMParser().parseFromString(kept.line, "text/html").querySelector(".toast-line") : null;
    const token = document.querySelector('[name="__RequestVerificationToken"]')?.value, field = line?.querySelector('[name="__RequestVerificationToken"]');
    if (!field || !token || untilOf(line) <= Date.now()) { forget(); return; }
    // The page says so itself, or something newer.
    if (lineOfPage() || document.querySelector('[data-undo-until] button[data-key="undo"]')) return;
    field.value = token;
    keepPlace();
    // What is read out must come into a page that stands.
    const place = document.getElementById("review-said") ?? document.getElementById("main");
    requestAnimationFrame(() => { place?.prepend(line); tick(); tellSoon(); });
  };

  // What a line says, and for how long it can be undone: read out once, for the countdown itself is for the eyes.
  const wordsOf = line => {
    line.dataset.told = "yes";
    const left = Math.ceil((untilOf(line) - Date.now()) / 1000);
    const own = line.matches("form") ? "" : (line.querySelector(":scope > span") ?? line).textContent.trim().replace(/\s+/g, " ");
    return [own, line.dataset.canUndo && line.dataset.undoUntil && left > 0 ? line.dataset.canUndo.replace("#", left) : ""].filter(part => part).join(own.endsWith(".") ? " " : ". ");
  };
  // What was drawn with the page is told by a place that was empty until the page stood.
  let telling = 0;
  const tellSoon = () => {
    if (document.readyState !== "complete") return;
    clearTimeout(telling);
    telling = setTimeout(() => {
      const lines = [...document.querySelectorAll(".toast-line, .refusal-line:not([role=alert]), [data-tell], form[data-can-undo]")].filter(line => !line.dataset.told && !line.hidden);
      if (lines.length > 0) document.getElementById("undo-said").textContent = lines.map(wordsOf).join(" ");
    }, 300);
  };
  addEventListener("load", () => setTimeout(tellSoon));

  // How long something may still be undone.
  let clock = 0;
  const tick = () => {
    clearTimeout(clock);
    clock = 0;
    const line = document.querySelector('.toast-line[data-undo-until=""]');
    if (line) setTimeout(() => { line.hidden = true; }, 8000);
    for (const undo of document.querySelectorAll('[data-undo-until]:not([data-undo-until=""], [hidden])')) {
      const left = Math.ceil((untilOf(undo) - Date.now()) / 1000);
      if (left > 0) {
        undo.querySelector("[data-undo-left]").textContent = `${left} s`;
        clock ||= setTimeout(tick, 250);
        continue;
      }
      const held = undo.contains(document.activeElement);
      undo.hidden = true;
      document.getElementById("undo-said").textContent = "";
      if (held) (undo.closest("section")?.querySelector("h2") ?? document.getElementById("item") ?? document.getElementById("main"))?.focus();
    }
  };
  // What was refused has been read after a while; not before who stands at it, or points at it, has gone on.
  const fade = (line = document.querySelector(".refusal-line")) => {
    if (line) setTimeout(() => { if (line.matches(":hover, :focus-within")) fade(line); else line.remove(); }, 15000);
  };

  // What is refused where there is no button beside which to say it: above the item, or the queue.
  const tell = what => {
    const place = document.getElementById("review-said"), line = document.querySelector(".toast-line");
    if (!what || !(place ?? line)) return false;
    const said = Object.assign(document.createElement("div"), { className: "refusal-line", role: "alert", id: "refused" });
    said.append(what);
    const earlier = document.getElementById("refused");
    // What stands beside a button is its own place.
    if (earlier?.matches(".missing")) earlier.removeAttribute("id"); else earlier?.remove();
    if (place) place.append(said); else line.before(said);
    fade();
    return true;
  };

  // By its key: where there is nothing to undo any more, that is said.
  const take = () => window.panelKeys.press("undo") || tell(document.querySelector("template[data-undo-over]")?.content.cloneNode(true) ?? (document.querySelector("[data-undo-until][data-too-late]")?.dataset.tooLate || document.getElementById("review-item")?.dataset.tooLate));

  document.addEventListener("submit", event => { if (/handler=Undo|sign-out/.test(event.target.getAttribute("action") ?? "")) forget(); });
  keep();
  bring();
  tick();
  fade();
  addEventListener("pageshow", event => { if (event.persisted) { bring(); tick(); } });
  return { keep, keepPlace, take, tell, tick, fade, wordsOf };
})();
