// Whoever leaves a case that they have for what it leads to, or for the monitor, finds the way back on every page they come to from there, for as long as it is theirs: in this tab.
window.panelReviewBack = (() => {
  const store = "panel-review-back", coming = "panel-review-coming", person = document.documentElement.dataset.person;
  const drop = () => { try { sessionStorage.removeItem(store); } catch { /* Without a store nothing is kept. */ } };
  const keep = (href, until) => { try { sessionStorage.setItem(store, JSON.stringify({ person, href, until })); } catch { /* Nor here. */ } };
  const show = () => {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(store)); } catch { return; }
    if (!kept) return;
    // Whoever signs in next in this tab was at no case.
    if (kept.person !== person || Date.now() > kept.until || !/^\/dashboard\/reviews\/[0-9a-f-]{36}(\?|$)/.test(kept.href)) { drop(); return; }
    const template = document.getElementById("review-back");
    if (!template || document.querySelector("a[data-back]")) return;
    const way = template.content.cloneNode(true);
    way.querySelector("a").setAttribute("href", kept.href);
    document.getElementById("main").prepend(way);
  };
  // Who comes back this way sees the case as they left it: see review-return.js.
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-back]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) try { sessionStorage.setItem(coming, link.pathname); } catch { /* They see it from its beginning. */ }
  });
  if (!document.querySelector("#review-item, #queues")) show();
  return { drop, keep };
})();
