// Runs before the first paint: "system" is the one choice the server cannot make.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme === "system") {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
    apply();
    dark.addEventListener("change", apply);
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`panel-zone=${zone}`)) document.cookie = `panel-zone=${zone}; path=/; max-age=31536000; samesite=lax`;
})();
