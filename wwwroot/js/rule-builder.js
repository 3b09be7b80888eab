// The builder of rules: facts and countries to search for, and the text kept as the server gives it back. Without this script the buttons and fields are a plain form.
(() => {
  const builder = document.getElementById("rule-builder");
  const area = document.getElementById("Input_Text");
  const catalogue = document.getElementById("rule-facts");
  if (!builder || !area || !catalogue) return;

  // What can be searched for: under its heading, with what it means.
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}_.]+/gu, " ").toLowerCase();
  const choice = (word, says, heading, type) => ({ word, says, heading, type, sought: plain(`${word} ${says}`) });
  const listed = id => [...document.getElementById(id).options].map(option => choice(option.value, option.textContent, "", ""));
  const choices = {
    fact: [...catalogue.querySelectorAll("tr[data-type]")].map(row => choice(row.dataset.fact, row.cells[1].textContent, row.parentElement.querySelector(".group th").textContent, row.dataset.type)),
    country: listed("pick-country"),
    currency: listed("pick-currency"),
  };
  const most = 80;
  let list = null, options = [], active = -1;

  const dress = () => {
    for (const field of builder.querySelectorAll("[data-pick]")) {
      field.removeAttribute("list");
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-expanded", "false"]]) field.setAttribute(name, value);
    }
  };
  const open = (field, everything) => {
    close();
    const words = everything ? [] : plain(field.value).split(/\s+/).filter(Boolean);
    const found = choices[field.dataset.pick].filter(one => (!field.dataset.type || one.type === field.dataset.type) && words.every(word => one.sought.includes(word)));
    const first = words.join(" ");
    // What begins with it stands first, then what has it as it was typed; else as the catalogue has it.
    const near = one => one.word.toLowerCase().startsWith(first) ? 2 : one.sought.includes(first) ? 1 : 0;
    if (first) found.sort((one, other) => near(other) - near(one));
    options = found.slice(0, everything ? found.length : most);
    if (options.length === 0) return;
    list = document.createElement("ul");
    list.id = "pick-words";
    list.className = "rule-words pick-words";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.getAttribute("aria-label"));
    let heading = "";
    options.forEach((one, i) => {
      if (one.heading && one.heading !== heading && !first) {
        const head = document.createElement("li");
        head.className = "pick-heading";
        head.setAttribute("role", "presentation");
        head.textContent = heading = one.heading;
        list.append(head);
      }
      const row = document.createElement("li");
      row.id = `pick-word-${i}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      const word = document.createElement("code"), says = document.createElement("small");
      word.textContent = one.word;
      says.textContent = one.says;
      row.append(word, says);
      row.addEventListener("pointerdown", event => { event.preventDefault(); take(field, i); });
      list.append(row);
    });
    field.parentElement.append(list);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", list.id);
    const at = options.findIndex(one => one.word === field.value);
    if (at >= 0) choose(field, at);
    else if (first) choose(field, 0);
  };
  const close = () => {
    const field = list?.parentElement?.querySelector("[data-pick]");
    field?.setAttribute("aria-expanded", "false");
    field?.removeAttribute("aria-activedescendant");
    list?.remove();
    [list, options, active] = [null, [], -1];
  };
  const choose = (field, i) => {
    active = (i + options.length) % options.length;
    const rows = list.querySelectorAll("[role=option]");
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === active)));
    field.setAttribute("aria-activedescendant", rows[active].id);
    list.scrollTop = rows[active].offsetTop - list.clientHeight / 2;
  };
  const commit = field => {
    if (field.value !== field.dataset.sent) field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const take = (field, i) => {
    field.value = options[i].word;
    close();
    commit(field);
  };

  builder.addEventListener("input", event => { if (event.target.dataset.pick) open(event.target, false); });
  builder.addEventListener("click", event => { if (event.target.dataset.pick && !list) open(event.target, true); });
  builder.addEventListener("focusin", event => {
    if (event.target.matches("[data-pick]") && event.target.value === "" && event.target.placeholder !== "+") open(event.target, true);
    for (const menu of builder.querySelectorAll("details[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  builder.addEventListener("focusout", event => { if (event.target.dataset?.pick) close(); });
  builder.addEventListener("keydown", event => {
    const field = event.target;
    if (event.key === "Escape") {
      const menu = field.closest("details[open]");
      if (list) event.preventDefault();
      close();
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    if (field.dataset.pick && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      if (!list) open(field, true);
      else choose(field, event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter" && field.matches("input:not([type=checkbox])")) {
      // Enter takes the value; it does not send the form.
      event.preventDefault();
      if (list && active >= 0) take(field, active);
      else { close(); commit(field); }
    } else if (event.key === "Tab" && list && active >= 0 && field.value !== options[active].word && field.value !== "") take(field, active);
  });
  document.addEventListener("pointerdown", event => {
    for (const menu of builder.querySelectorAll("details[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // A field left by pressing a button says its change with the button: an answer between the two would take the button away under the finger.
  let pressed = false, held = null;
  document.addEventListener("pointerdown", event => { pressed = event.target.closest("button, summary, label") !== null; }, true);
  const released = () => {
    pressed = false;
    setTimeout(() => { const send = held; held = null; send?.(); }, 60);
  };
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, released, true);
  builder.addEventListener("htmx:confirm", event => {
    held = null;
    if (!pressed || event.detail.triggeringEvent?.type !== "change") return;
    event.preventDefault();
    held = () => event.detail.issueRequest(true);
  });
  area.form.addEventListener("submit", () => { held = null; });
  builder.addEventListener("change", event => { if (event.target.dataset) event.target.dataset.sent = event.target.value; }, true);

  // The text that the rows are shown for.
  const shown = () => builder.querySelector("[name='Builder.Text']").value.replace(/\r\n?/g, "\n");
  // A browser that comes back to the page fills in the text as it was left.
  addEventListener("pageshow", () => { if (area.value !== shown()) document.getElementById("view-builder").dispatchEvent(new Event("change")); });

  // Whatever is typed while an answer is on its way stays in its field.
  let typing = null;
  document.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.target !== builder) return;
    const field = document.activeElement;
    typing = builder.contains(field) && field.matches("input[type=text], input:not([type]), textarea") && field.value !== (field.dataset.sent ?? field.defaultValue) ? { id: field.id, value: field.value, at: field.selectionStart } : null;
    close();
  });
  document.addEventListener("htmx:afterSwap", event => {
    if (event.detail.target !== builder) return;
    dress();
    const field = typing && document.getElementById(typing.id);
    if (field && field === document.activeElement) {
      field.value = typing.value;
      field.setSelectionRange(typing.at, typing.at);
      field.addEventListener("blur", () => commit(field), { once: true });
      if (field.dataset.pick) open(field, false);
    }
    typing = null;
    if (area.value !== shown()) {
      area.value = shown();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  builder.addEventListener("click", event => {
    const shows = event.target.closest("[data-show-text]");
    if (!shows) return;
    event.preventDefault();
    document.getElementById("view-text").click();
    area.focus();
    area.setSelectionRange(Number(shows.dataset.showText), Number(shows.dataset.showText));
  });
  dress();
})();
