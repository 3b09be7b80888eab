// Draws the table of minutes beside it as three lines told apart by their dashes, so picture and figures cannot disagree.
(() => {
  let chart, width = 0;
  const draw = () => {
    const table = document.getElementById("service-minutes");
    const box = document.getElementById("service-chart");
    if (!table || !box) return;
    chart?.destroy();
    const css = getComputedStyle(document.documentElement);
    const colour = name => css.getPropertyValue(name).trim();
    const rows = [...table.tBodies[0].rows];
    const labels = rows.map(r => r.dataset.minute);
    const line = name => rows.map(r => r.dataset[name] ? Number(r.dataset[name]) / 1000 : null);
    const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    const series = (stroke, dash, thick) => ({ stroke: colour(stroke), width: thick, dash, points: { size: 4 }, spanGaps: false });
    width = box.clientWidth;
    chart = new uPlot({
      width: Math.max(width, 120), height: 220, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [{ ...axis, grid: { show: false }, values: (_, places) => places.map(p => labels[p] ?? ""), incrs: [5, 10, 15, 30] }, { ...axis, size: 64, values: (_, ticks) => ticks.map(t => `${number.format(t)} ms`) }],
      series: [{}, series("--accent", [], 2), series("--ink-2", [6, 4], 1.5), series("--ink", [2, 3], 1.5)],
    }, [labels.map((_, i) => i), line("p50"), line("p95"), line("p99")], box);
  };
  draw();
  addEventListener("resize", () => { if (document.getElementById("service-chart")?.clientWidth !== width) draw(); });
  document.body.addEventListener("htmx:afterSwap", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
