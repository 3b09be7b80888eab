// Runs before the first paint: "system" is the one choice the server cannot make.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = root.dataset.bsTheme;
  const apply = () => { root.dataset.bsTheme = root.dataset.theme !== "system" ? chosen : dark.matches ? "dark" : "light"; };
  apply();
  dark.addEventListener("change", apply);
  // On paper everything is light, what was drawn too.
  addEventListener("beforeprint", () => { root.dataset.bsTheme = "light"; });
  addEventListener("afterprint", apply);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`panel-zone=${zone}`)) document.cookie = `panel-zone=${zone}; path=/; max-age=31536000; samesite=lax`;
})();
