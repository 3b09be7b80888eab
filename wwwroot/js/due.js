// How long there still is for what waits: until it is due, and until its authorisation lapses. Counted on in the server's words, whatever comes into the page later too; what becomes urgent before the reader's eyes is said once.
window.panelDue = (() => {
  const words = document.getElementById("due-words"), states = new Map();
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const say = (name, value) => words.dataset[name].replace("#", () => value);
  const stretch = milliseconds => {
    const seconds = Math.max(1, Math.floor(milliseconds / 1000));
    const [unit, length] = seconds < 120 ? ["s", 1] : seconds < 3600 ? ["min", 60] : seconds < 172800 ? ["h", 3600] : ["days", 86400], minutes = Math.floor(seconds / 60) % 60;
    if (unit === "h" && minutes > 0) return say("hMin", number.format(Math.floor(seconds / 3600))).replace("~", minutes);
    return say(unit, number.format(Math.floor(seconds / length)));
  };
  const tick = () => {
    const now = Date.now(), said = [];
    for (const time of document.querySelectorAll("time[data-until]")) {
      const [until, soon, lapses] = [Number(time.dataset.until), Number(time.dataset.soon), "lapses" in time.dataset];
      const state = until <= now ? "Over" : soon <= now ? "Soon" : "";
      const text = until > now ? say(lapses ? "lapseIn" : time.dataset.headed === "yes" ? "in" : "dueIn", stretch(until - now)) : lapses ? words.dataset.lapsed : say("late", stretch(now - until));
      if (time.textContent !== text) time.textContent = text;
      const box = time.closest(".due");
      box.classList.toggle("is-overdue", state === "Over" || (lapses && state === "Soon"));
      box.classList.toggle("is-soon", !lapses && state === "Soon");
      const about = time.closest("[data-about]")?.dataset.about, which = `${lapses} ${until} ${about}`;
      if (about && state && states.has(which) && states.get(which) !== state) said.push(say(`${lapses ? "lapse" : "due"}${state}`, about));
      states.set(which, state);
    }
    if (said.length > 0) words.textContent = said.join(" ");
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);
  document.addEventListener("visibilitychange", tick);
  return { tick };
})();
