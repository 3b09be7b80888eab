// The keys that work on every page. A page may have keys of its own (window.panelKeys.page): they come first. All of them rest while somebody types or a dialog is open, and can be switched off; single letters can be changed.
(() => {
  const read = () => { try { return JSON.parse(localStorage.getItem("panel-keys")) ?? {}; } catch { return {}; } };
  let stored = read();
  const save = () => {
    localStorage.setItem("panel-keys", JSON.stringify(stored));
    window.panelHints.refresh();
  };
  const dialog = document.getElementById("keys");
  // What may be changed. A page offers what works there; a key that does something elsewhere is taken nevertheless.
  const defaults = { approve: "a", challenge: "c", decline: "d", note: "n", block: "b", label: "f", skip: "s", hold: "h", escalate: "e", answer: "r", undo: "z", copy: "y", links: "l", pick: "x" };
  const isOn = () => stored.off !== true;
  // A letter that somebody gave to something is no longer what another one comes with, be that newer than their choice.
  const keyOf = name => stored.map?.[name] ?? (Object.keys(defaults).some(other => stored.map?.[other] === defaults[name]) ? null : defaults[name]);
  // A key presses a button that is there for the mouse as well.
  const press = name => {
    const button = document.querySelector(`button[data-key="${name}"]`);
    if (!button || button.closest("[hidden]")) return false;
    button.click();
    return true;
  };
  const panelKeys = window.panelKeys = { page: null, press, nameOf: key => Object.keys(defaults).find(name => keyOf(name) === key.toLowerCase()) };

  // A dialog that was closed this moment has not given the focus back yet.
  const isTyping = element => element.closest("dialog:not([open])") === null && element.closest("textarea, select, input:not([type=radio]):not([type=checkbox])") !== null;
  const show = () => {
    if (!dialog || dialog.open) return;
    for (const line of dialog.querySelectorAll("[data-key-refused], [data-keys-said]")) line.textContent = "";
    // What there is nothing for on this page is not offered.
    for (const line of dialog.querySelectorAll('[data-needs]:not([data-needs=""])')) line.hidden = document.querySelector(line.dataset.needs) === null;
    dialog.showModal();
  };
  const go = key => {
    // From an item back to the queue it was opened from.
    const link = (key === "q" ? document.querySelector("#review-item a[data-key=queue]") : null) ?? dialog?.querySelector(`a[data-go="${CSS.escape(key)}"]`);
    link?.click();
    return link != null;
  };
  const walk = step => {
    const links = [...document.querySelectorAll("a[data-open]")], held = document.activeElement;
    const here = links.indexOf(held.closest("tr[data-row]")?.querySelector("a[data-open]") ?? held);
    links[Math.max(0, Math.min(here + step, links.length - 1))]?.focus();
    return links.length > 0;
  };
  const search = () => {
    const field = document.querySelector("[data-search]");
    if (!field) return go("/");
    const part = field.closest("details");
    if (part) part.open = true;
    field.focus();
    return true;
  };

  const undo = () => {
    const button = document.querySelector('[data-undo-until]:not([hidden]) button[data-key="undo"]');
    button?.click();
    return button !== null;
  };

  let waitsForPlace = 0;
  const act = event => {
    const key = event.key;
    if (waitsForPlace) {
      clearTimeout(waitsForPlace);
      waitsForPlace = 0;
      return go(key);
    }
    if (panelKeys.page?.(event)) return true;
    switch (key) {
      case "?": show(); return true;
      case "g": waitsForPlace = setTimeout(() => { waitsForPlace = 0; }, 1200); return true;
      case "/": return search();
      case "j": return walk(1);
      case "k": return walk(-1);
      default: return panelKeys.nameOf(key) === "undo" && undo();
    }
  };
  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.key === "Shift" || !isOn()) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  });

  for (const button of document.querySelectorAll("[data-keys-open]")) button.addEventListener("click", show);
  const onBox = document.getElementById("keys-on");
  if (!onBox) return;
  onBox.checked = isOn();
  onBox.addEventListener("change", () => { stored = { ...read(), off: !onBox.checked }; save(); });
  const fields = [...dialog.querySelectorAll("[data-remap]")], names = JSON.parse(dialog.dataset.names);
  const fill = () => { for (const field of fields) field.value = keyOf(field.dataset.remap) ?? ""; };
  // Why a letter stays what it was; null: it was taken.
  const tell = (refused, said = "") => {
    dialog.querySelector("[data-key-refused]").textContent = refused ?? "";
    dialog.querySelector("[data-keys-said]").textContent = said;
  };
  const refusal = (key, own) => {
    const words = dialog.dataset, taken = Object.keys(defaults).find(name => name !== own && keyOf(name) === key);
    if (key.length !== 1) return words.keyNone;
    if (/[0-9g?jk/]/.test(key)) return words.keyUsed.replace("#", () => key);
    return taken ? words.keyTaken.replace("#", () => key).replace("§", () => names[taken] ?? taken) : null;
  };
  fill();
  for (const field of fields) {
    field.addEventListener("change", () => {
      const key = field.value.trim().toLowerCase(), refused = refusal(key, field.dataset.remap);
      tell(refused);
      if (refused === null) { stored = { ...read(), map: { ...read().map, [field.dataset.remap]: key } }; save(); }
      fill();
    });
  }
  dialog.querySelector("[data-keys-reset]").addEventListener("click", () => {
    const { map, ...rest } = read();
    stored = rest;
    save();
    fill();
    tell(null, dialog.dataset.keysBack);
  });
  // Another tab changed them.
  addEventListener("storage", event => {
    if (event.key !== "panel-keys") return;
    stored = read();
    window.panelHints.refresh();
    onBox.checked = isOn();
    fill();
  });
})();
