// What htmx needs from us: the antiforgery token, quiet while nobody looks, the focus where it was.
document.addEventListener("htmx:configRequest", event => {
  const token = document.querySelector('meta[name="antiforgery"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["RequestVerificationToken"] = token;
});
document.addEventListener("htmx:beforeRequest", event => {
  if (document.hidden && event.detail.elt.hasAttribute("data-live")) event.preventDefault();
});
// Said once what came in can be used: what is heard may be acted on at once.
document.addEventListener("htmx:afterSettle", event => {
  const said = [event.target, event.detail.target].map(part => part?.matches?.("[data-announce]") ? part : part?.querySelector?.("[data-announce]")).find(part => part)?.textContent.trim();
  if (said) document.getElementById("announcer").textContent = said;
});

// What was asked for begins below what was there already: the reader goes on from its first line.
document.addEventListener("htmx:afterSettle", event => {
  const then = event.detail.requestConfig?.elt?.dataset?.then;
  if (then) document.getElementById(then)?.focus();
});

// A menu closes when the reader goes elsewhere, or says so.
const openMenus = () => document.querySelectorAll("details.dropdown[open]");
document.addEventListener("click", event => openMenus().forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("keydown", event => {
  if (event.key === "Escape") openMenus().forEach(menu => { menu.open = false; menu.querySelector("summary").focus(); });
});

// A row opens what its link opens, wherever it is clicked; the link itself stays for keyboard and new tabs.
document.addEventListener("click", event => {
  if (event.defaultPrevented || event.button !== 0 || event.target.closest("a, button, input, select, label, summary")) return;
  const link = event.target.closest("tr[data-row]")?.querySelector("a[data-open]");
  if (!link || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank");
  else link.click();
});

// Where parts are laid out as they are come near to, the place that was aimed at moves meanwhile: a few frames later it is looked for again.
if (document.querySelector(".later, .weights")) {
  const aim = frames => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    target?.scrollIntoView();
    if (target && frames) requestAnimationFrame(() => aim(frames - 1));
  };
  addEventListener("load", () => aim(12));
  addEventListener("hashchange", () => aim(12));
}

// The names of the places that lie over the page go at Escape, until somebody comes anew.
const rail = document.querySelector(".is-rail > .places");
if (rail) {
  document.addEventListener("keydown", event => { if (event.key === "Escape" && rail.matches(":hover, :focus-within")) rail.classList.add("is-shut"); });
  for (const gone of ["pointerleave", "focusout"]) rail.addEventListener(gone, () => rail.classList.remove("is-shut"));
}
