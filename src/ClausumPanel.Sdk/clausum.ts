/*
 * What a shop's page sees of a visit, told to the panel when somebody pays. docs/sdk.md says what is collected and what is not.
 * It counts events and reads no field; it keeps nothing in the browser; it needs no inline script, no eval and no style; and whatever goes wrong, the page goes on.
 */
type ClausumDecision = "approve" | "review" | "challenge" | "decline";

interface ClausumSettings {
  /** A checkout key, clm_pub_…; a server key must never be in a page. */
  apiKey: string;
  /** The whole address of assess; by default the one of the host this file came from. */
  apiUrl?: string;
  /** How long the page waits for an answer. */
  timeoutMs?: number;
}

interface ClausumResult {
  decision: ClausumDecision;
  /** Send it to your server: what was seen here counts in the assessment that it makes. */
  session_id: string;
  assessment_id?: string;
  shouldDecline: boolean;
  requiresChallenge: boolean;
  /** True when there was no answer: the decision is then always "approve". */
  degraded: boolean;
  /** Why there was none: not_initialized, request, network, timeout, answer, http_429 … */
  reason?: string;
  /** What the service said about it, for whoever integrates. */
  message?: string;
}

interface ClausumSdk {
  readonly version: string;
  readonly sessionId: string;
  init(settings: ClausumSettings): void;
  assess(payment: Record<string, unknown>): Promise<ClausumResult>;
}

interface Window {
  Clausum?: ClausumSdk;
}

(() => {
  if (window.Clausum) return;

  // More often than this a mouse is not counted, so that a fast display makes no robot of anybody.
  const mouseEveryMs = 20;
  const usualTimeoutMs = 2000;
  const decisions: readonly string[] = ["approve", "review", "challenge", "decline"];
  const seen = { mouse: 0, keys: 0, touches: 0, pastes: 0, focus: 0 };
  const filledIn = new Set<Element>();
  const script = document.currentScript as HTMLScriptElement | null;
  const sessionId = newSessionId();
  let lastMouse = -mouseEveryMs;
  let settings: Required<ClausumSettings> | null = null;

  /** Counts what a person did; what a script only pretends (isTrusted false) is not a person's. */
  function on(type: string, count: (event: Event) => void): void {
    document.addEventListener(type, (event) => { if (event.isTrusted) count(event); }, { capture: true, passive: true });
  }

  function isField(target: EventTarget | null): target is Element {
    return target instanceof Element && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
  }

  function noteAutofill(field: Element): void {
    for (const state of [":autofill", ":-webkit-autofill"]) {
      try {
        if (field.matches(state)) filledIn.add(field);
      } catch {
        // A browser that does not know the word does not know the answer either.
      }
    }
  }

  function newSessionId(): string {
    const digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    const random = new Uint32Array(9);
    crypto.getRandomValues(random);
    return `ps_${Date.now()}_${Array.from(random, (n) => digits[n % 36]).join("")}`;
  }

  /** 64 bits of what the browser says of itself to every page. It tells devices apart roughly: two that are alike share it. */
  function fingerprint(): string {
    const browser = navigator as Navigator & { deviceMemory?: number };
    const said = [
      browser.userAgent, (browser.languages || [browser.language]).join(), timeZone() || "", screen.width, screen.height, screen.colorDepth, window.devicePixelRatio,
      browser.hardwareConcurrency, browser.deviceMemory, browser.maxTouchPoints, browser.platform,
    ].join("|");
    let low = 0x811c9dc5;
    let high = 0xc2b2ae35;
    for (let i = 0; i < said.length; i++) {
      const code = said.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ (code + i), 0x85ebca6b);
    }
    return "fp_" + [high, low].map((n) => (n >>> 0).toString(16).padStart(8, "0")).join("");
  }

  function timeZone(): string | undefined {
    try {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    } catch {
      return undefined;
    }
  }

  function behavior(): Record<string, number> {
    document.querySelectorAll("input,select,textarea").forEach(noteAutofill);
    return {
      session_duration_ms: Math.round(performance.now()),
      mouse_movements: seen.mouse,
      keyboard_events: seen.keys,
      touch_events: seen.touches,
      copy_paste_events: seen.pastes,
      focus_changes: seen.focus,
      autofilled_fields: filledIn.size,
    };
  }

  function body(payment: Record<string, unknown>): string {
    const given = typeof payment["device"] === "object" ? (payment["device"] as object) : {};
    return JSON.stringify({
      transaction_type: "payment",
      ...payment,
      session_id: sessionId,
      device: { ...given, fingerprint: fingerprint(), user_agent: navigator.userAgent, timezone: timeZone() },
      behavior: behavior(),
    });
  }

  function result(decision: ClausumDecision, more: Partial<ClausumResult>): ClausumResult {
    return { decision, session_id: sessionId, shouldDecline: decision === "decline", requiresChallenge: decision === "challenge", degraded: false, ...more };
  }

  /** Nobody who wants to pay is held up because we are not there: the server's own assessment has the last word anyway. */
  function failOpen(reason: string, message?: unknown): ClausumResult {
    return result("approve", typeof message === "string" ? { degraded: true, reason, message } : { degraded: true, reason });
  }

  async function ask(to: Required<ClausumSettings>, text: string, signal: AbortSignal): Promise<ClausumResult> {
    const response = await fetch(to.apiUrl, {
      method: "POST", mode: "cors", credentials: "omit", cache: "no-store", signal, body: text,
      headers: { Authorization: `Bearer ${to.apiKey}`, "Content-Type": "application/json" },
    });
    let answer: Record<string, unknown>;
    try {
      answer = await response.json();
    } catch (e) {
      if (signal.aborted) throw e;
      return failOpen(response.ok ? "answer" : `http_${response.status}`);
    }
    if (!response.ok) return failOpen(`http_${response.status}`, (answer["error"] as Record<string, unknown> | undefined)?.["message"]);
    if (!decisions.includes(answer["decision"] as string)) return failOpen("answer");
    return result(answer["decision"] as ClausumDecision, { assessment_id: String(answer["assessment_id"]) });
  }

  function init(given: ClausumSettings): void {
    try {
      const home = script && script.src ? script.src : location.href;
      settings = {
        apiKey: String(given.apiKey),
        apiUrl: new URL(given.apiUrl || "/api/v1/assess", home).href,
        timeoutMs: Number(given.timeoutMs) > 0 ? Number(given.timeoutMs) : usualTimeoutMs,
      };
    } catch {
      settings = null;
    }
  }

  function assess(payment: Record<string, unknown>): Promise<ClausumResult> {
    const to = settings;
    if (!to || !to.apiKey) return Promise.resolve(failOpen("not_initialized"));
    let text: string;
    try {
      text = body(payment || {});
    } catch {
      return Promise.resolve(failOpen("request"));
    }
    const stop = new AbortController();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(failOpen("timeout"));
        stop.abort();
      }, to.timeoutMs);
      ask(to, text, stop.signal).catch(() => failOpen("network")).then((came) => {
        clearTimeout(timer);
        resolve(came);
      });
    });
  }

  try {
    on("mousemove", (event) => {
      if (event.timeStamp - lastMouse < mouseEveryMs) return;
      lastMouse = event.timeStamp;
      seen.mouse++;
    });
    on("keydown", (event) => { if (!(event as KeyboardEvent).repeat) seen.keys++; });
    on("touchstart", () => { seen.touches++; });
    on("paste", () => { seen.pastes++; });
    on("focusin", (event) => { if (isField(event.target)) seen.focus++; });
    on("change", (event) => { if (isField(event.target)) noteAutofill(event.target); });
  } catch {
    // Then nothing is counted, and the page is none the worse.
  }
  window.Clausum = Object.freeze({ version: "1", sessionId, init, assess });
  const key = script?.dataset["clausumKey"];
  if (key) {
    const more: ClausumSettings = { apiKey: key };
    if (script?.dataset["clausumUrl"]) more.apiUrl = script.dataset["clausumUrl"];
    if (script?.dataset["clausumTimeout"]) more.timeoutMs = Number(script.dataset["clausumTimeout"]);
    init(more);
  }
})();
