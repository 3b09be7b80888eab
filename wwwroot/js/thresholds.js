// The three handles, the fields beside them and the table below say the same at every moment; nothing is saved before the button.
(() => {
  const form = document.getElementById("bands-form");
  if (!form) return;
  const scores = JSON.parse(form.dataset.scores);
  const active = form.dataset.active.split(",").map(Number);
  const names = ["review", "challenge", "decline"];
  const words = ["approve", "review", "challenge", "decline"];
  const fields = names.map(name => form.querySelector(`[data-band="${name}"]`));
  const handles = names.map(name => form.querySelector(`[data-handle="${name}"]`));
  const bars = [...form.querySelectorAll("rect[data-score]")];
  const rows = [...form.querySelectorAll("tr[data-decision]")];
  const lang = document.documentElement.lang;
  const percent = new Intl.NumberFormat(lang, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(lang, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const count = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const decided = (bands, score) => score >= bands[2] ? 3 : score >= bands[1] ? 2 : score >= bands[0] ? 1 : 0;
  const sums = (bands, free, held) => {
    const out = [0, 0, 0, 0];
    for (let score = 0; score <= 100; score++) {
      const decision = decided(bands, score);
      out[decision] += free[score];
      out[Math.max(decision, 1)] += held[score];
    }
    return out;
  };
  const shares = bands => { const s = sums(bands, scores.free, scores.held); const all = s.reduce((a, b) => a + b, 0); return { counts: s, shares: s.map(v => all ? v / all : 0) }; };
  const today = shares(active);
  const show = () => {
    const bands = fields.map(field => Number(field.value));
    bars.forEach(bar => bar.setAttribute("class", `is-${words[decided(bands, Number(bar.dataset.score))]}`));
    const now = shares(bands);
    rows.forEach((row, decision) => {
      row.querySelector("[data-share]").textContent = percent.format(now.shares[decision]);
      row.querySelector("[data-difference]").textContent = signed.format(now.shares[decision] - today.shares[decision]);
      row.querySelector("[data-daily]").textContent = count.format(now.counts[decision] / scores.days);
      row.querySelectorAll("[data-money]").forEach(cell => {
        const money = scores.money[cell.dataset.money];
        const major = sums(bands, money.free, money.held)[decision] / scores.days / 10 ** money.digits;
        cell.textContent = `${new Intl.NumberFormat(lang, { minimumFractionDigits: money.digits, maximumFractionDigits: money.digits }).format(major)} ${cell.dataset.money}`;
      });
    });
  };
  // A bound pushed past its neighbour takes the neighbour along: the order always holds.
  const set = (which, value) => {
    if (!Number.isFinite(value)) return;
    value = Math.max(1, Math.min(101, Math.round(value)));
    fields.forEach((field, i) => {
      const other = Number(field.value);
      if (i === which || (i < which && other > value) || (i > which && other < value)) field.value = handles[i].value = value;
    });
    show();
  };
  fields.forEach((field, i) => field.addEventListener("change", () => set(i, field.valueAsNumber)));
  handles.forEach((handle, i) => handle.addEventListener("input", () => set(i, handle.valueAsNumber)));

  const items = () => document.querySelectorAll("[data-signal]");
  const search = document.querySelector("[data-signal-search]");
  const category = document.querySelector("[data-signal-category]");
  const filter = () => items().forEach(item => { item.hidden = !item.dataset.signal.includes(search.value.trim().toLowerCase()) || (category.value !== "" && item.dataset.category !== category.value); });
  search.addEventListener("input", filter);
  category.addEventListener("change", filter);
  // A form takes its line's place.
  document.querySelector(".weights").addEventListener("click", event => {
    const link = event.target.closest("a[data-edit]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    htmx.ajax("GET", link.pathname + link.search, { source: link, target: link.closest("li"), swap: "outerHTML" });
  });
})();
