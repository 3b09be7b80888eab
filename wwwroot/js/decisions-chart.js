// Draws the table beside it as stacked bars, so picture and figures cannot disagree.
(() => {
  const figures = () => document.getElementById("decisions-by-hour");
  const box = document.getElementById("decisions-chart");
  if (!figures() || !box) return;
  let chart;
  const draw = () => {
    chart?.destroy();
    const table = figures();
    const css = getComputedStyle(document.documentElement);
    const colour = name => css.getPropertyValue(name).trim();
    const heads = [...table.tHead.rows[0].cells].slice(1);
    const rows = [...table.tBodies[0].rows];
    const labels = rows.map(r => r.cells[0].textContent.trim());
    const values = heads.map((_, i) => rows.map(r => Number(r.cells[i + 1].dataset.value)));
    const stacked = [];
    values.forEach((column, i) => stacked.push(column.map((v, j) => v + (i ? stacked[i - 1][j] : 0))));
    const bars = uPlot.paths.bars({ size: [0.78, 48], radius: 0.15 });
    const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
    chart = new uPlot({
      width: Math.max(box.clientWidth, 120), height: 220, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] } },
      axes: [{ ...axis, grid: { show: false }, values: (_, places) => places.map(p => labels[p] ?? ""), incrs: [1, 2, 3, 4, 6] }, { ...axis, size: 44, values: (_, ticks) => ticks.map(t => t % 1 ? "" : number.format(t)) }],
      // The tallest first, so that each decision covers the part below it.
      series: [{}, ...heads.map(h => ({ paths: bars, points: { show: false }, fill: colour(`--${h.dataset.decision}`), stroke: colour("--paper"), width: 1 })).reverse()],
    }, [labels.map((_, i) => i), ...stacked.toReversed()], box);
  };
  draw();
  let width = box.clientWidth;
  new ResizeObserver(() => { if (box.clientWidth !== width) { width = box.clientWidth; draw(); } }).observe(box);
  document.body.addEventListener("htmx:oobAfterSwap", event => { if (event.detail.target.id === "decisions-by-hour") draw(); });
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
