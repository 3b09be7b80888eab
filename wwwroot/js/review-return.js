// Before anything is drawn: whoever comes back to an item from a page that it led to sees it as they left it, not as it begins. reviews.js brings that about, and shows it then.
(() => {
  try {
    const places = JSON.parse(sessionStorage.getItem("panel-review-places")) ?? [];
    const place = places.find(one => one.at === location.pathname);
    const from = document.referrer ? new URL(document.referrer) : null;
    const coming = sessionStorage.getItem("panel-review-coming");
    sessionStorage.removeItem("panel-review-coming");
    const isBack = (place && coming === place.at) || performance.getEntriesByType("navigation")[0]?.type === "back_forward" || (from?.origin === location.origin && from.pathname === place?.to);
    if (!place || !isBack) return;
    document.documentElement.classList.add("is-returning");
    history.scrollRestoration = "manual";
    addEventListener("load", () => { history.scrollRestoration = "auto"; });
    // Whatever becomes of the script that shows it.
    setTimeout(() => document.documentElement.classList.remove("is-returning"), 3000);
  } catch { /* Without a store there is no place to come back to. */ }
})();
