// The server says that something came in, and the page asks for its figures anew. Hidden, it listens to nothing; where there are no server-sent events, htmx goes on asking every few seconds.
(() => {
  const live = () => document.getElementById("live");
  if (!live() || !("EventSource" in window)) return;
  const pause = 2000;
  let source, waiting;
  const refresh = () => { waiting = undefined; if (!document.hidden && live()) htmx.trigger(live(), "panel:refresh"); };
  const close = () => { source?.close(); source = undefined; };
  const listen = () => {
    if (source || document.hidden) return;
    source = new EventSource("/dashboard/events");
    source.addEventListener("assessed", () => { waiting ??= setTimeout(refresh, pause); });
    source.addEventListener("error", () => { if (source?.readyState === EventSource.CLOSED) close(); });
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else { listen(); refresh(); } });
  addEventListener("pagehide", close);
  addEventListener("pageshow", listen);
  listen();
  document.addEventListener("htmx:beforeRequest", event => {
    if (event.detail.elt.id === "live" && source?.readyState === EventSource.OPEN && event.detail.requestConfig.triggeringEvent?.type !== "panel:refresh") event.preventDefault();
  });
  // What the reader has opened stays open.
  let open = [];
  document.addEventListener("htmx:beforeSwap", event => { if (event.detail.target.id === "live") open = [...live().querySelectorAll("details[open]")].map(d => d.id); });
  document.addEventListener("htmx:afterSwap", () => { open.forEach(id => { const details = document.getElementById(id); if (details) details.open = true; }); open = []; });
})();
