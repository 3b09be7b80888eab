// What a priority is made of, under the pointer and at the keyboard, without opening it; a finger opens it.
(() => {
  const tip = document.getElementById("priority-tip");
  let shown = null;
  const place = () => {
    if (!shown) return;
    const [at, own] = [shown.getBoundingClientRect(), tip.getBoundingClientRect()];
    tip.style.left = `${Math.max(0, Math.min(at.right - own.width, innerWidth - own.width))}px`;
    // It touches what it belongs to: the pointer can go over to it.
    tip.style.top = `${at.bottom + own.height <= innerHeight ? at.bottom : Math.max(0, at.top - own.height)}px`;
  };
  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  const show = summary => {
    if (summary === shown) return;
    hide();
    if (summary.parentElement.open) return;
    shown = summary;
    tip.replaceChildren(...[...summary.parentElement.children].slice(1).map(part => part.cloneNode(true)));
    summary.setAttribute("aria-describedby", tip.id);
    tip.showPopover();
    place();
  };
  const summaryOf = element => element?.closest?.(".priority > summary");
  document.addEventListener("pointerover", event => { const summary = summaryOf(event.target); if (summary && event.pointerType !== "touch") show(summary); });
  document.addEventListener("pointerout", event => {
    if (!shown || shown.matches(":focus-visible") || !(summaryOf(event.target) || tip.contains(event.target))) return;
    if (!tip.contains(event.relatedTarget) && summaryOf(event.relatedTarget) !== shown) hide();
  });
  document.addEventListener("focusin", event => { const summary = summaryOf(event.target); if (summary?.matches(":focus-visible")) show(summary); });
  document.addEventListener("focusout", event => { if (summaryOf(event.target) === shown) hide(); });
  document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
  document.addEventListener("toggle", event => { if (event.target.open && event.target.matches(".priority")) hide(); }, true);
  addEventListener("scroll", place, { capture: true, passive: true });
  // The list came anew under it.
  document.addEventListener("htmx:afterSwap", () => {
    if (!shown || shown.isConnected) return;
    const summary = document.getElementById(shown.parentElement.id)?.querySelector("summary");
    if (summary?.matches(":hover, :focus-visible")) show(summary); else hide();
  });
})();
