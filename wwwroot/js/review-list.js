// The list of a review queue, and what is decided of many at once: what is chosen, the list that comes anew under whoever walks through it, and its keys, beside those of every page (keys.js).
(() => {
  const openQueue = number => {
    const tile = document.querySelectorAll("#queues a[data-queue]")[number - 1];
    tile?.click();
    return tile !== undefined;
  };

  // What is chosen from a list: how many, and what they come to in each currency.
  let lastPicked = null;
  const boxes = () => [...document.querySelectorAll('#queues input[name="seqs"]')];
  const sums = chosen => {
    const by = new Map();
    for (const { dataset: { currency, minor, digits } } of chosen) by.set(currency, { digits: Number(digits), sum: (by.get(currency)?.sum ?? 0) + Number(minor) });
    return [...by].map(([currency, { digits, sum }]) => `${new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(sum / 10 ** digits)} ${currency}`).join(" + ");
  };
  const countChosen = () => {
    const bar = document.querySelector(".bulk-bar"), all = boxes(), chosen = all.filter(box => box.checked);
    if (!bar) return;
    // What was chosen on other pages goes along, unseen but counted.
    const elsewhere = Number(document.querySelector("#queues [data-elsewhere]")?.dataset.elsewhere ?? 0), count = chosen.length + elsewhere;
    const head = document.querySelector("#queues [data-pick-all]");
    [head.hidden, head.checked, head.indeterminate] = [false, chosen.length === all.length, chosen.length > 0 && chosen.length < all.length];
    bar.querySelector("[data-decide-chosen]").disabled = count === 0;
    bar.querySelector("[data-pick-every]").hidden = chosen.length === 0 || chosen.length === all.length;
    bar.querySelector("[data-pick-none]").hidden = count === 0;
    bar.querySelector("[data-chosen]").textContent = count === 0 ? "" : `${(count === 1 ? bar.dataset.one : bar.dataset.many).replace("#", count)}${elsewhere > 0 ? ` (${bar.dataset.elsewhereWords.replace("#", elsewhere)})` : ""}, ${sums([...chosen, ...document.querySelectorAll("#queues [data-elsewhere-sum]")])}`;
  };
  const chooseAll = checked => {
    for (const box of boxes()) box.checked = checked;
    lastPicked = null;
    countChosen();
  };
  // From the one that was chosen last to this one, all as this one is.
  const chooseTo = (box, checked, range) => {
    const all = boxes(), last = all.indexOf(lastPicked);
    const [from, to] = range && last >= 0 ? [last, all.indexOf(box)].sort((a, b) => a - b) : [all.indexOf(box), all.indexOf(box)];
    for (const one of all.slice(from, to + 1)) one.checked = checked;
    lastPicked = box;
    countChosen();
    // The bar that comes with the first one neither covers the row nor, low in the window, lacks the room to stand in it.
    box.closest("tr").scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  const pick = range => {
    const box = document.activeElement?.closest("tr[data-seq]")?.querySelector('input[name="seqs"]');
    if (!box) return false;
    chooseTo(box, range || !box.checked, range);
    return true;
  };
  document.addEventListener("click", event => {
    if (event.target.matches('#queues input[name="seqs"]')) chooseTo(event.target, event.target.checked, event.shiftKey);
    else if (event.target.matches("#queues [data-pick-all]")) chooseAll(event.target.checked);
    else if (event.target.matches("#queues [data-pick-every]")) chooseAll(true);
    else if (event.target.matches("#queues [data-pick-none]")) {
      // The button goes with what it takes back.
      for (const other of document.querySelectorAll("#queues :is([data-elsewhere], [data-elsewhere-sum])")) other.remove();
      chooseAll(false);
      document.getElementById("waiting")?.focus();
    }
  });
  // Of many decided at once the button says what it does.
  const sayDone = () => {
    const button = document.querySelector("#bulk-form [data-says]"), outcome = document.getElementById("Verdict")?.value.split(":")[0].toLowerCase();
    if (!button) return;
    button.dataset.unsaid ??= button.textContent;
    button.textContent = button.dataset[outcome || "unsaid"];
    // Which label a decline writes is asked of a decline, and must be said where its reason leaves it open.
    document.querySelector("#bulk-form [data-for-decline]").hidden = outcome !== "decline";
    document.getElementById("Label").required = document.getElementById("Verdict").value === "Decline:other";
  };
  document.addEventListener("change", event => { if (event.target.id === "Verdict") sayDone(); });
  addEventListener("pageshow", sayDone);
  // Coming back, the browser may have ticked some again.
  addEventListener("pageshow", countChosen);

  // A list that somebody chooses from or reads a sum in stands still.
  const isStill = () => document.querySelector('input[name="seqs"]:checked, #queues [data-elsewhere], .priority[open]') || isFilled();
  document.addEventListener("htmx:beforeRequest", event => { if (event.detail.elt.id === "queues" && isStill()) event.preventDefault(); });
  // So does one whose filter somebody fills in.
  const sorting = () => document.getElementById("list-sorting");
  const isFilled = () => sorting()?.matches("[data-touched]") || sorting()?.querySelector("form :focus") != null;
  document.addEventListener("input", event => { if (sorting()?.contains(event.target)) sorting().dataset.touched = "yes"; });
  // Closed again, nothing of it is being filled in.
  document.addEventListener("toggle", event => { if (event.target === sorting() && !event.target.open) delete event.target.dataset.touched; }, true);

  // It asks for itself anew under whoever walks through it: they stay where they are, and where that is gone, at what comes after it. Nowhere at all the next key would take a case.
  const stops = ["a[data-open]", "a[data-queue]", "summary", "input[type=checkbox]", "button", "a"];
  const addressOf = stop => (stop.closest("tr")?.querySelector("a[data-open]") ?? stop).getAttribute("href") ?? stop.dataset.page ?? (stop.id || stop.parentElement.id || null);
  let stood = null, isSorting = false;
  document.addEventListener("htmx:beforeSwap", event => {
    const list = event.detail.target, held = document.activeElement;
    stood = null;
    // What was asked for before somebody chose comes too late.
    if (list.id === "queues" && isStill()) { event.detail.shouldSwap = false; return; }
    if (list.id === "queues") isSorting = sorting()?.open;
    if (list.id !== "queues" || !list.contains(held)) return;
    const kind = stops.find(stop => held.matches(stop)), alike = kind ? [...list.querySelectorAll(kind)] : [];
    // A button that is gone is not stood in for by the one after it: that does something else.
    const from = alike.indexOf(held), addresses = alike.slice(from, kind === "button" ? from + 1 : undefined).map(addressOf);
    stood = { kind, addresses: addresses.filter(address => address !== null) };
  });
  document.addEventListener("htmx:afterSwap", () => {
    countChosen();
    if (isSorting && sorting()) sorting().open = true;
    if (!stood) return;
    const alike = stood.kind ? [...document.querySelectorAll(`#queues ${stood.kind}`)].filter(stop => !stop.disabled) : [];
    const next = stood.addresses.map(address => alike.find(stop => addressOf(stop) === address)).find(stop => stop);
    (next ?? (stood.kind === "button" ? null : alike.at(-1)) ?? document.getElementById("waiting"))?.focus();
    stood = null;
  });

  window.panelKeys.page = event => {
    const key = event.key;
    if (key >= "0" && key <= "9") return key !== "0" && openQueue(Number(key));
    if (key === "Enter" && !event.target.closest("#queues, a, button, summary, input")) return window.panelKeys.press("start");
    switch (window.panelKeys.nameOf(key)) {
      case "undo": return window.panelUndo.take();
      case "pick": return pick(event.shiftKey);
      default: return false;
    }
  };
  // Who stops typing stays where the keys are heard.
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")?.closest("details")?.querySelector("summary").focus();
  });

  // Who is at the list is at no case.
  window.panelReviewBack.drop();
})();
