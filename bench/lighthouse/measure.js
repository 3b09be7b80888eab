// Scores of every page of the panel in Lighthouse: the median of some runs, as a table. See ../README.md.
//   node measure.js http://127.0.0.1:5080 EMAIL PASSWORD [--runs 3] [--presets desktop,mobile] [--only /dashboard,/account/login]
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const pages = [
  "/account/login", "/dashboard", "/dashboard?period=30d&compare=previous", "/dashboard/transactions", "/dashboard/transactions/behavior", "/dashboard/transactions/alerts", "/dashboard/reviews", "/dashboard/reviews/quality",
  "/dashboard/disputes", "/dashboard/protection", "/dashboard/protection/quality", "/dashboard/protection/programmes", "/dashboard/protection/thresholds", "/dashboard/protection/rules", "/dashboard/protection/reports",
  "/dashboard/protection/versions", "/dashboard/protection/lists", "/dashboard/cases", "/dashboard/labels", "/dashboard/simulation", "/dashboard/simulation/previews", "/dashboard/connections", "/dashboard/connections/webhooks",
  "/dashboard/connections/events", "/dashboard/team", "/dashboard/settings", "/dashboard/audit", "/dashboard/service", "/docs/api", "/account/profile",
];
const categories = ["performance", "accessibility", "best-practices"];
const [origin, email, password, ...rest] = process.argv.slice(2);
const option = (name, otherwise) => { const at = rest.indexOf(`--${name}`); return at < 0 ? otherwise : rest[at + 1]; };
if (!password) { console.error("node measure.js ADDRESS EMAIL PASSWORD"); process.exit(2); }

// A plain form: its token, then its answer; the cookies of both.
const jar = new Map();
const ask = async (path, body) => {
  const answer = await fetch(origin + path, { method: body ? "POST" : "GET", body, redirect: "manual", headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "), "accept-language": "es-MX" } });
  for (const line of answer.headers.getSetCookie()) { const [, name, value] = /^([^=]+)=([^;]*)/.exec(line); jar.set(name, value); }
  return answer;
};
const form = await (await ask("/account/login")).text();
const token = /name="__RequestVerificationToken"[^>]* value="([^"]+)"/.exec(form)[1];
const signedIn = await ask("/account/login", new URLSearchParams({ "Input.Email": email, "Input.Password": password, __RequestVerificationToken: token }));
if (signedIn.status !== 302) { console.error(`The sign-in answered ${signedIn.status}.`); process.exit(1); }
const cookies = [...jar].map(([name, value]) => ({ name, value, domain: new URL(origin).hostname, path: "/" }));

const median = numbers => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const chrome = await launch({ chromePath: process.env.CHROME_PATH, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-background-networking"] });
const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}`, defaultViewport: null });
let misses = 0;
for (const preset of option("presets", "desktop,mobile").split(",")) {
  console.log(`\n| ${preset} | ${categories.join(" | ")} | FCP s | LCP s | TBT ms | CLS | KiB |\n|---|${categories.map(() => "---|").join("")}---|---|---|---|---|`);
  for (const path of option("only", pages.join(",")).split(",")) {
    const runs = [];
    for (let i = 0, failed = 0; i < Number(option("runs", "3")); i++) {
      // A browser that keeps nothing of the run before.
      const context = await browser.createBrowserContext();
      if (!path.startsWith("/account/login")) await context.setCookie(...cookies);
      const page = await context.newPage();
      const { lhr } = await lighthouse(origin + path, { onlyCategories: categories, disableStorageReset: true, output: "json", logLevel: "error" }, preset === "desktop" ? desktopConfig : undefined, page);
      await context.close();
      // A run in which the browser painted nothing in time says nothing.
      if (categories.some(c => lhr.categories[c].score === null) && failed++ < 3) i--;
      else runs.push(lhr);
    }
    const score = name => Math.round(100 * median(runs.map(r => r.categories[name].score ?? 0)));
    const value = name => median(runs.map(r => r.audits[name]?.numericValue ?? NaN));
    const scores = categories.map(score);
    const strayed = runs.find(r => new URL(r.finalDisplayedUrl).pathname !== path.split("?")[0]);
    if (strayed) { console.error(`${path} led to ${strayed.finalDisplayedUrl}`); process.exitCode = 1; }
    misses += scores.filter(s => s < 95).length;
    console.log(`| ${path} | ${scores.join(" | ")} | ${(value("first-contentful-paint") / 1000).toFixed(2)} | ${(value("largest-contentful-paint") / 1000).toFixed(2)} | ${value("total-blocking-time").toFixed(0)} | ${value("cumulative-layout-shift").toFixed(3)} | ${(value("total-byte-weight") / 1024).toFixed(0)} |`);
    if (rest.includes("--why"))
      for (const audit of new Set(runs.flatMap(r => categories.slice(1).flatMap(c => r.categories[c].auditRefs.filter(a => a.weight > 0 && r.audits[a.id].score !== null && r.audits[a.id].score < 1).map(a => a.id)))))
        console.log(`|   ${audit}: ${runs[0].audits[audit].title} ${JSON.stringify(runs[0].audits[audit].details?.items?.slice(0, 3).map(i => i.node?.snippet ?? i.description ?? i.url ?? i))} |`);
  }
}
await browser.disconnect();
chrome.kill();
console.log(`\n${misses} scores under 95`);
