// The fields and the JSON are one request: what is changed in one is changed in the other. The JSON is what is sent, and what has no field stays in it as it is.
(() => {
  const form = document.getElementById("scenario-form");
  if (!form) return;
  const text = form.querySelector("#json");
  const flow = form.querySelector("#flow");
  const broken = form.querySelector("#json-broken");
  const list = form.querySelector("#request-fields");
  const fields = [...list.querySelectorAll("[data-field]")].map(place => ({ place, path: place.dataset.field.split("."), control: place.dataset.control, input: place.querySelector("input, select") }));
  const currency = list.querySelector("[data-control=Currency] select");
  // From here on both are alike at every moment, so the server need not look which one was changed.
  form.elements.shown.value = "";

  // A number that no double holds stays as it is written.
  const exact = (_, value, context) => typeof value === "number" && context && JSON.rawJSON && String(value) !== context.source ? JSON.rawJSON(context.source) : value;
  const read = () => {
    try {
      const value = JSON.parse(text.value, exact);
      return value && typeof value === "object" && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  };
  const at = (request, path) => path.reduce((value, name) => value && typeof value === "object" ? value[name] : undefined, request);
  const digits = request => request.amount_unit === "major" ? 0 : Number([...currency.options].find(option => option.value === String(request.currency ?? "").toUpperCase())?.dataset.digits ?? 2);
  const moved = (number, by) => Number((number * 10 ** by).toPrecision(15));

  const show = (field, request) => {
    let value = at(request, field.path);
    if (JSON.isRawJSON?.(value)) value = field.control === "Money" ? Number(value.rawJSON) : value.rawJSON;
    if (value === undefined || value === null) return "";
    if (field.control === "Money" && typeof value === "number") return String(moved(value, -digits(request)));
    if (field.control === "Moment" && typeof value === "string") return value.slice(0, value.slice(16, 19) === ":00" ? 16 : 19);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const fill = (field, value) => {
    const input = field.input;
    if (input.tagName === "SELECT" && ![...input.options].some(option => option.value === value)) input.add(new Option(value, value));
    // What the control cannot hold is shown as it is.
    if (input.type === "number" && value !== "" && !Number.isFinite(Number(value))) input.type = "text";
    input.value = value;
    if (input.value !== value && input.tagName === "INPUT") {
      input.type = "text";
      input.value = value;
    }
  };
  const follow = except => {
    const request = read();
    broken.textContent = request === null ? broken.dataset.broken : "";
    fields.forEach(field => {
      field.input.disabled = request === null;
      if (request !== null && field.input !== except) fill(field, show(field, request));
    });
    count();
  };
  const said = (field, before) => {
    const value = field.input.value;
    if (field.control === "Flag" && (value === "true" || value === "false")) return value === "true";
    if ((field.control === "Number" || field.control === "Money") && value.trim() !== "" && Number.isFinite(Number(value))) return field.control === "Money" ? moved(Number(value), digits(before)) : Number(value);
    if (field.control === "Moment" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return (value.length === 16 ? `${value}:00` : value) + (String(at(before, field.path) ?? "").match(/(Z|[+-]\d\d:\d\d)$/)?.[0] ?? list.dataset.offset);
    return value;
  };
  const write = field => {
    const request = read();
    if (request === null) return;
    const last = field.path.at(-1);
    let place = request;
    for (const name of field.path.slice(0, -1)) {
      if (!place[name] || typeof place[name] !== "object" || Array.isArray(place[name])) {
        if (field.input.value === "") return;
        place[name] = {};
      }
      place = place[name];
    }
    if (field.input.value === "") delete place[last];
    else place[last] = said(field, request);
    text.value = JSON.stringify(request, null, 2);
    follow(field.input);
  };

  // Finding a field, and seeing only those that say something.
  const tools = list.querySelector(".field-tools");
  const search = list.querySelector("#field-search");
  const filled = list.querySelector("#field-filled");
  const counted = list.querySelector("#field-count");
  const groups = [...list.querySelectorAll(".field-group")];
  const count = () => groups.forEach(group => {
    const number = [...group.querySelectorAll("input, select")].filter(input => input.value !== "").length;
    const place = group.querySelector("[data-filled]");
    place.textContent = number === 0 ? "" : number === 1 ? place.dataset.one : place.dataset.several.replace("#", number);
  });
  const plain = words => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const look = () => {
    const words = plain(search.value).split(/\s+/).filter(word => word);
    let found = 0;
    groups.forEach(group => {
      const isOther = group.dataset.payout === "true" && flow.value !== "PayOut";
      let here = 0;
      group.querySelectorAll("[data-field]").forEach(place => {
        const says = plain(`${place.querySelector("label").textContent} ${place.dataset.field} ${group.querySelector("summary").textContent}`);
        const isShown = words.every(word => says.includes(word)) && (!filled.checked || place.querySelector("input, select").value !== "");
        place.hidden = !isShown;
        if (isShown) here++;
      });
      group.hidden = isOther || here === 0;
      if (!group.hidden) found += here;
      if (here > 0 && (words.length > 0 || filled.checked)) group.open = true;
    });
    counted.textContent = found === 0 ? counted.dataset.none : "";
    counted.classList.toggle("visually-hidden", found > 0);
  };

  tools.hidden = false;
  fields.forEach(field => {
    field.input.addEventListener("input", () => write(field));
    field.input.addEventListener("change", () => { const request = read(); if (request !== null) fill(field, show(field, request)); });
  });
  text.addEventListener("input", () => follow());
  flow.addEventListener("change", look);
  search.addEventListener("input", look);
  filled.addEventListener("change", look);
  search.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
  follow();
  look();
})();
