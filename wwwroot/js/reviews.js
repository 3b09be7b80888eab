// The review queue by keyboard. Every key presses a button or opens a part that is there for the mouse as well; keys rest while somebody types, can be changed and switched off.
(() => {
  const defaults = { approve: "a", challenge: "c", decline: "d", note: "n", block: "b", skip: "s", hold: "h", escalate: "e", undo: "z", copy: "y", links: "l", pick: "x" };
  const read = () => { try { return JSON.parse(localStorage.getItem("panel-keys")) ?? {}; } catch { return {}; } };
  let stored = read();
  const isOn = () => stored.off !== true;
  const keyOf = name => stored.map?.[name] ?? defaults[name];
  const save = () => localStorage.setItem("panel-keys", JSON.stringify(stored));
  const say = text => { document.getElementById("announcer").textContent = text; };
  const form = document.getElementById("decide");
  const dialog = document.getElementById("keys");

  // Which reasons are shown, and which number chooses which.
  const showReasons = () => {
    if (!form) return;
    const chosen = form.querySelector('input[name="Input.Outcome"]:checked')?.value;
    for (const set of form.querySelectorAll(".reasons")) set.hidden = set.dataset.outcome !== chosen;
  };
  form?.addEventListener("change", event => { if (event.target.name === "Input.Outcome") showReasons(); });
  showReasons();

  const choose = style => {
    const radio = form?.querySelector(`input[data-key="${style}"]`);
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    showReasons();
    return true;
  };
  const open = name => {
    const part = document.querySelector(`details[data-key="${name}"]`);
    if (!part) return false;
    part.open = !part.open;
    if (part.open) part.querySelector("input, select, textarea, button")?.focus(); else part.querySelector("summary").focus();
    return true;
  };
  const press = name => {
    const button = document.querySelector(`button[data-key="${name}"]`);
    button?.click();
    return button !== null;
  };
  const go = key => {
    const target = { q: "/dashboard/reviews", p: "/dashboard", r: "/dashboard/protection/rules" }[key];
    if (target) location.href = target;
    return target !== undefined;
  };

  let waitsForPlace = false, lastPicked = null;
  const act = event => {
    const key = event.key;
    if (waitsForPlace) { waitsForPlace = false; return go(key); }
    if (key === "?") { dialog?.showModal(); return true; }
    if (key === "g") { waitsForPlace = true; setTimeout(() => { waitsForPlace = false; }, 1200); return true; }
    if (key >= "1" && key <= "9") {
      const radio = form?.querySelector(`.reasons:not([hidden]) input[data-number="${key}"]`);
      if (!radio) return false;
      radio.checked = true;
      radio.focus();
      say(radio.closest("label").textContent.trim());
      return true;
    }
    if (key === "Enter" && !event.target.closest("a, button, summary, input")) return press("take") || press("start");
    switch (Object.keys(defaults).find(name => keyOf(name) === key.toLowerCase())) {
      case "approve": return choose("approve");
      case "challenge": return choose("challenge");
      case "decline": return choose("decline");
      case "note": form?.querySelector("textarea")?.focus(); return form !== null;
      case "block": return open("block");
      case "skip": return open("skip");
      case "hold": return open("hold");
      case "escalate": return open("escalate");
      case "undo": return press("undo");
      case "links": { const links = document.getElementById("links"); if (links) { links.tabIndex = -1; links.scrollIntoView(); links.focus(); } return links !== null; }
      case "copy": {
        const id = location.pathname.split("/").pop();
        navigator.clipboard?.writeText(id).then(() => say(id));
        return true;
      }
      case "pick": return pick(event.shiftKey);
      default: return false;
    }
  };
  const pick = range => {
    const row = document.activeElement?.closest("tr[data-seq]");
    const box = row?.querySelector('input[name="seqs"]');
    if (!box) return false;
    const boxes = [...document.querySelectorAll('input[name="seqs"]')];
    if (range && lastPicked && boxes.includes(lastPicked)) {
      const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = true;
    } else box.checked = !box.checked;
    lastPicked = box;
    return true;
  };

  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form) {
      event.preventDefault();
      form.querySelector('button[data-key="confirm"]').click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
    const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (typing) { if (event.key === "Escape") typing.blur(); return; }
    if (!isOn() && event.key !== "?") return;
    if (act(event)) event.preventDefault();
  });

  // The keys themselves.
  document.querySelector("[data-keys-open]")?.addEventListener("click", () => dialog.showModal());
  const onBox = document.getElementById("keys-on");
  if (onBox) {
    onBox.checked = isOn();
    onBox.addEventListener("change", () => { stored = { ...stored, off: !onBox.checked }; save(); });
    for (const field of document.querySelectorAll("[data-remap]")) {
      field.value = keyOf(field.dataset.remap) ?? field.value;
      field.addEventListener("change", () => {
        const key = field.value.trim().toLowerCase();
        const taken = Object.keys(defaults).some(name => name !== field.dataset.remap && keyOf(name) === key);
        if (key.length === 1 && !taken && !/[0-9g?jk]/.test(key)) { stored = { ...stored, map: { ...stored.map, [field.dataset.remap]: key } }; save(); }
        field.value = keyOf(field.dataset.remap);
      });
    }
  }

  // Clocks: how long something may still be undone.
  const undo = document.querySelector("[data-undo-until]");
  if (undo) {
    const until = Number(undo.dataset.undoUntil);
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) { undo.hidden = true; return; }
      undo.querySelector("[data-undo-left]").textContent = `${left} s`;
      setTimeout(tick, 250);
    };
    tick();
  }

  // A list that somebody chooses from stands still.
  document.addEventListener("htmx:beforeRequest", event => {
    if (event.detail.elt.id === "queues" && document.querySelector('input[name="seqs"]:checked')) event.preventDefault();
  });

  if (!form) return;

  // The lease: a sign of life a minute, from the visible page of somebody who does something; at four fifths of the time it asks; leaving gives it back.
  const body = () => {
    const data = new FormData();
    data.set("Token", form.querySelector("[name=Token]").value);
    data.set("__RequestVerificationToken", form.querySelector("[name=__RequestVerificationToken]").value);
    return data;
  };
  const length = Number(form.dataset.leaseLength);
  let until = Date.now() + length, seen = Date.now(), reading = 0, last = performance.now(), leaving = false;
  const over = form.querySelector("[data-lease-over]");
  const beat = async () => {
    const answer = await fetch(form.dataset.beat, { method: "POST", body: body() });
    if (answer.ok) { until = Date.now() + length; over.hidden = true; }
    else if (answer.status === 410) location.reload();
  };
  for (const kind of ["keydown", "pointermove", "scroll", "wheel"]) addEventListener(kind, () => { seen = Date.now(); }, { passive: true });
  setInterval(() => {
    const now = performance.now();
    if (!document.hidden) reading += now - last;
    last = now;
    if (Date.now() > until - length / 5) over.hidden = false;
  }, 500);
  setInterval(() => { if (!document.hidden && Date.now() - seen < 120000) beat(); }, 60000);
  over.querySelector("[data-continue]").addEventListener("click", beat);
  form.addEventListener("submit", () => {
    leaving = true;
    form.querySelector('[name="Input.ReadingMilliseconds"]').value = Math.round(reading);
  });
  document.addEventListener("submit", () => { leaving = true; });
  document.addEventListener("click", event => { if (event.target.closest("a[data-keeps]")) leaving = true; });
  addEventListener("pagehide", () => { if (!leaving) navigator.sendBeacon(form.dataset.release, body()); });
  setTimeout(() => { if (!document.hidden) fetch(form.dataset.ahead, { method: "POST", body: body() }); }, 1000);
})();
