// Draws the table below it as stacked bars and a line, so picture and figures cannot disagree.
(() => {
  const figures = () => document.getElementById("decisions-table");
  const box = () => document.getElementById("decisions-chart");
  let chart;
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
  const full = hex => hex.length === 4 ? "#" + [...hex.slice(1)].map(c => c + c).join("") : hex;
  // Half colour, half paper, and opaque: the bars stand in front of each other.
  const lighter = (colour, paper) => {
    const [a, b] = [full(colour), full(paper)];
    return "#" + [1, 3, 5].map(at => Math.round(part(a, at) * .45 + part(b, at) * .55).toString(16).padStart(2, "0")).join("");
  };
  // Each decision has a texture of its own beside its colour.
  const texture = (name, colour, paper) => {
    if (name === "approve") return colour;
    const [tile, size] = [document.createElement("canvas"), 8];
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = pen.fillStyle = paper;
    pen.lineWidth = 1.5;
    pen.beginPath();
    if (name === "challenge") pen.fillRect(2, 2, 3, 3);
    if (name !== "challenge") [-size, 0, size].forEach(x => { pen.moveTo(x, size); pen.lineTo(x + size, 0); });
    if (name === "decline") [-size, 0, size].forEach(x => { pen.moveTo(x, 0); pen.lineTo(x + size, size); });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  };
  const draw = () => {
    chart?.destroy();
    chart = undefined;
    const table = figures();
    if (!table || !box()) return;
    const paper = css("--paper");
    const heads = [...table.tHead.rows[0].cells].filter(h => h.dataset.decision);
    const rows = [...table.tBodies[0].rows];
    const labels = rows.map(r => r.cells[0].textContent.replace("*", "").trim());
    const stacked = [];
    heads.forEach((head, i) => stacked.push(rows.map((r, j) => Number(r.cells[head.cellIndex].dataset.value) + (i ? stacked[i - 1][j] : 0))));
    const line = rows.map(r => { const share = r.cells[r.cells.length - 1].dataset.value; return share === "" ? null : Number(share) * 100; });
    const series = [{}];
    const data = [labels.map((_, i) => i)];
    // The tallest first, so that each decision covers the part below it; what is not whole is a lighter one of its own.
    for (const [i, head] of [...heads.entries()].reverse())
      for (const whole of ["yes", "no"]) {
        const colour = css(`--${head.dataset.decision}`);
        series.push({ paths: uPlot.paths.bars({ size: [.78, 48] }), points: { show: false }, fill: texture(head.dataset.decision, whole === "yes" ? colour : lighter(colour, paper), paper), stroke: paper, width: 1 });
        data.push(stacked[i].map((v, j) => rows[j].dataset.whole === whole ? v : null));
      }
    series.push({ scale: "share", stroke: css("--ink"), width: 2, points: { show: true, size: 5, fill: css("--ink") }, spanGaps: true });
    data.push(line);
    const axis = { stroke: css("--ink-2"), grid: { stroke: css("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
    chart = new uPlot({
      width: Math.max(box().clientWidth, 120), height: 240, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: [-.6, labels.length - .4] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] }, share: { range: [0, 104] } },
      axes: [
        { ...axis, grid: { show: false }, values: (_, places) => places.map(p => labels[p] ?? ""), incrs: [1, 2, 3, 4, 5, 6, 7, 14] },
        { ...axis, size: 52, values: (_, ticks) => ticks.map(t => t % 1 ? "" : number.format(t)) },
        { ...axis, scale: "share", side: 1, size: 48, grid: { show: false }, values: (_, ticks) => ticks.map(t => t > 100 ? "" : `${t} %`) },
      ],
      series,
    }, data, box());
  };
  draw();
  let width = box()?.clientWidth;
  addEventListener("resize", () => { if (box() && box().clientWidth !== width) { width = box().clientWidth; draw(); } });
  document.body.addEventListener("htmx:afterSettle", event => { if (event.detail.target?.id === "live" || event.detail.elt?.id === "live") draw(); });
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
