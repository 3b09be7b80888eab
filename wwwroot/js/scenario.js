// The fields and the JSON say the same at every moment; the JSON is what is sent.
(() => {
  const form = document.getElementById("scenario-form");
  if (!form) return;
  const text = form.querySelector("#json");
  const flow = form.querySelector("#flow");
  const broken = form.querySelector("#json-broken");
  const fields = [...form.querySelectorAll("[data-path]")];
  const read = () => {
    try {
      const value = JSON.parse(text.value);
      return value && typeof value === "object" && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  };
  const at = (request, path) => path.split(".").reduce((value, name) => value && typeof value === "object" ? value[name] : undefined, request);
  const follow = () => {
    const request = read();
    broken.hidden = request !== null;
    fields.forEach(field => {
      field.disabled = request === null;
      if (request === null) return;
      const value = at(request, field.dataset.path);
      field.value = typeof value === "string" || typeof value === "number" ? String(value) : "";
    });
  };
  const write = field => {
    const request = read();
    if (request === null) return;
    const names = field.dataset.path.split(".");
    const last = names.pop();
    let place = request;
    for (const name of names) {
      if (!place[name] || typeof place[name] !== "object") place[name] = {};
      place = place[name];
    }
    if (field.value === "") delete place[last];
    else place[last] = field.type === "number" ? Number(field.value) : field.value;
    text.value = JSON.stringify(request, null, 2);
  };
  const show = () => form.querySelectorAll("[data-field-flow]").forEach(part => { part.hidden = part.dataset.fieldFlow !== "" && part.dataset.fieldFlow !== flow.value; });
  fields.forEach(field => field.addEventListener("input", () => write(field)));
  text.addEventListener("input", follow);
  flow.addEventListener("change", show);
  follow();
  show();
})();
