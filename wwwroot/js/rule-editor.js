// The text of a rule in colours, and what could be written next. Without this script it is a plain text field that works.
(() => {
  const area = document.getElementById("Input_Text");
  const catalogue = document.getElementById("rule-facts");
  if (!area || !catalogue) return;
  const facts = new Map([...catalogue.querySelectorAll("tr[data-type]")].map(row => [row.dataset.fact, { type: row.dataset.type, unit: row.dataset.unit, says: row.cells[1].textContent }]));
  facts.set("hour", facts.get("time.hour"));
  facts.set("weekday", facts.get("time.weekday"));
  const currencies = catalogue.dataset.currencies.split(" ");
  const near = ["MX", "US"];
  const countries = [...near, ...catalogue.dataset.countries.split(" ").filter(code => !near.includes(code))];
  const places = new Intl.DisplayNames(document.documentElement.lang, { type: "region" });
  const moneys = new Intl.DisplayNames(document.documentElement.lang, { type: "currency" });
  const lists = [...document.getElementById("pick-list").options].map(list => ({ word: `"${list.value}"`, says: list.textContent }));
  const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  const actions = ["allow", "add", "review", "challenge", "block"];
  const keywords = new Set(["when", "then", "and", "or", "not", "is", "missing", "present", "in", "list", "starts", "ends", "with", "contains", "matches", "between", "true", "false", ...actions, ...days]);
  const order = ["=", "!=", "<", "<=", ">", ">=", "between", "not between", "in", "not in", "is missing", "is present"];
  const operators = { Text: ["=", "!=", "in", "not in", "in list", "not in list", "starts with", "ends with", "contains", "matches", "is missing", "is present"], Flag: ["and", "or", "then", "=", "is missing", "is present"], Number: order, Money: order, Duration: order };
  const token = /(?:#|\/\/)[^\r\n]*|"(?:""|[^"\r\n])*"?|\d+(?:\.\d+)?(?:(?:ms|[smhd])(?![\p{L}\p{N}_.]))?|[\p{L}_][\p{L}\p{N}_.]*|[!<>]?=|\s+|./gu;

  // The coloured text lies under the field, whose own text is transparent.
  const box = document.createElement("div");
  box.className = "rule-field";
  area.before(box);
  const ink = document.createElement("pre");
  ink.className = "rule-ink form-control font-monospace";
  ink.setAttribute("aria-hidden", "true");
  const list = document.createElement("ul");
  list.id = "rule-words";
  list.className = "rule-words";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", catalogue.querySelector("summary").textContent);
  list.hidden = true;
  box.append(ink, area, list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.setAttribute("aria-controls", list.id);

  const kind = word => {
    if (word[0] === "#" || word.startsWith("//")) return "comment";
    if (word[0] === '"') return "quoted";
    if (/^\d/.test(word)) return "number";
    if (!/^[\p{L}_]/u.test(word)) return "";
    if (keywords.has(word.toLowerCase())) return "keyword";
    return facts.has(word) ? "fact" : currencies.includes(word) ? "number" : "unknown";
  };
  const paint = () => {
    ink.replaceChildren(...(area.value.match(token) ?? []).map(word => {
      const name = kind(word);
      if (!name) return document.createTextNode(word);
      const span = document.createElement("span");
      span.className = "rule-" + name;
      span.textContent = word;
      return span;
    }), "\n");
    follow();
  };
  const follow = () => {
    ink.style.width = `${area.clientWidth + 2}px`;
    ink.style.height = `${area.offsetHeight}px`;
    ink.scrollTop = area.scrollTop;
  };

  // What is being written, and what may stand there.
  let options = [], active = -1, start = 0;
  const offer = asked => {
    const before = area.value.slice(0, area.selectionStart);
    const words = (before.match(token) ?? []).filter(word => kind(word) !== "comment");
    const open = words.length > 0 && /^\s+$/.test(words.at(-1)) === false ? words.pop() : "";
    if (words.length + (open ? 1 : 0) > 0 && kind((before.match(token) ?? []).at(-1)) === "comment") return close();
    const done = words.filter(word => !/^\s+$/.test(word));
    const last = (done.at(-1) ?? "").toLowerCase();
    const fact = [...done].reverse().map(word => facts.get(word)).find(Boolean);
    const named = [...facts].map(([word, about]) => ({ word, says: about.says }));
    const plain = word => ({ word, says: "" });
    const isCountry = fact?.unit === "ISO 3166";
    let choices;
    if (last === "list" && done.at(-2)?.toLowerCase() === "in") choices = lists;
    else if (open[0] === '"') choices = isCountry ? countries.map(code => ({ word: `"${code}"`, says: places.of(code) })) : [];
    else if (done.length === 0) choices = [plain("when")];
    else if (last === "then") choices = actions.map(plain);
    else if (facts.has(done.at(-1))) choices = /^[=!<>]/.test(done.at(-2) ?? "") ? ["and", "or", "then"].map(plain) : operators[facts.get(done.at(-1)).type].map(plain);
    else if (/^\d+(\.\d+)?$/.test(last) && fact?.type === "Money") choices = ["MXN", "USD", ...currencies.filter(code => code !== "MXN" && code !== "USD")].map(code => ({ word: code, says: moneys.of(code) }));
    else if (/^[=!<>]/.test(last) || (last === "(" && done.at(-2)?.toLowerCase() === "in") || (last === "," && fact)) {
      choices = fact === facts.get("weekday") ? days.map(plain) : fact?.type === "Flag" ? ["true", "false"].map(plain) : isCountry ? [...countries.map(code => ({ word: `"${code}"`, says: places.of(code) })), ...named] : named;
    } else if (["when", "and", "or", "not", "(", "+", "-", "*", "/"].includes(last)) choices = last === "when" || last === "and" || last === "or" ? [...named, plain("not")] : named;
    else if (last === "is") choices = ["missing", "present"].map(plain);
    else choices = ["and", "or", "then"].map(plain);
    const sought = open.toLowerCase();
    const wanted = /^[=!<>(),+*/-]$/.test(open) ? [] : choices
      .filter(choice => choice.word.toLowerCase().includes(sought) || (sought.length > 2 && choice.says.toLowerCase().includes(sought.replace(/"/g, ""))))
      .sort((one, other) => other.word.toLowerCase().startsWith(sought) - one.word.toLowerCase().startsWith(sought));
    start = area.selectionStart - open.length;
    if ((!open && !asked) || wanted.length === 0 || wanted[0].word === open) return close();
    show(wanted.slice(0, 12));
  };
  const show = found => {
    options = found;
    active = -1;
    area.removeAttribute("aria-activedescendant");
    list.replaceChildren(...found.map((choice, i) => {
      const row = document.createElement("li");
      row.id = `rule-word-${i}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      const word = document.createElement("code");
      word.textContent = choice.word;
      const says = document.createElement("small");
      says.textContent = choice.says;
      row.append(word, says);
      row.addEventListener("pointerdown", event => { event.preventDefault(); take(i); });
      return row;
    }));
    list.hidden = false;
    place();
  };
  // Under the line of the caret, as far right as there is room.
  const place = () => {
    const range = document.createRange();
    const walker = document.createTreeWalker(ink, NodeFilter.SHOW_TEXT);
    let left = start, node = walker.nextNode();
    while (node && left > node.length) { left -= node.length; node = walker.nextNode(); }
    if (!node) return;
    range.setStart(node, left);
    range.collapse(true);
    const at = range.getBoundingClientRect(), around = box.getBoundingClientRect();
    const line = parseFloat(getComputedStyle(area).lineHeight) || 20;
    list.style.top = `${Math.min((at.top || around.top) - around.top + line + 4, area.offsetHeight + 2)}px`;
    list.style.left = `${Math.max(0, Math.min((at.left || around.left) - around.left, around.width - list.offsetWidth))}px`;
  };
  const close = () => {
    options = [];
    active = -1;
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  };
  const choose = i => {
    active = (i + options.length) % options.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === active)));
    area.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const take = i => {
    const word = options[i].word;
    const end = area.selectionStart + (word.endsWith('"') && area.value[area.selectionStart] === '"' ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, end);
    // Typed as a person would, so that it can be undone.
    if (!document.execCommand("insertText", false, word + " ")) {
      area.setRangeText(word + " ", start, end, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    close();
  };

  area.addEventListener("input", () => { paint(); offer(false); });
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", close);
  area.addEventListener("click", close);
  area.addEventListener("keydown", event => {
    if (event.ctrlKey && event.key === " ") { event.preventDefault(); offer(true); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1); }
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) { event.preventDefault(); take(active); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) close();
  });
  new ResizeObserver(follow).observe(area);
  paint();
})();
