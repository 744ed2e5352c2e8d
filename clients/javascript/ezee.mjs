// A client of ezee for Node and browsers: events, trackers and stats. It needs nothing but fetch.
// Types and documentation of each name are in ezee.d.mts.

const BATCH = 500;
const PASSING = new Set([0, 429, 500, 502, 503, 504]);
const NOTHING_HAPPENED = new Set([429, 503]);

export class EzeeError extends Error {
  constructor(message, { status = 0, code = "", details = [], retryAfter = null, cause } = {}) {
    super(message, cause && { cause });
    this.name = "EzeeError";
    this.status = status;
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

export class Ezee {
  #base;
  #token;
  #options;

  constructor(baseUrl, { token, ...options } = {}) {
    this.#base = baseUrl.replace(/\/+$/, "");
    this.#token = token;
    this.#options = {
      timeout: 10_000,
      attempts: 5,
      first: 500,
      longest: 30_000,
      patience: 120_000,
      chance: Math.random,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      fetch: (...request) => globalThis.fetch(...request),
      ...options,
    };
  }

  async collect(events) {
    const made = [events].flat().map(complete);
    const told = { accepted: 0, dropped: [] };
    for (let start = 0; start < made.length; start += BATCH) {
      const body = { events: made.slice(start, start + BATCH) };
      const one = await this.#run("POST", "/api/public/collect", { body });
      told.accepted += one.accepted;
      for (const each of one.dropped) told.dropped.push({ ...each, index: each.index + start });
    }
    return told;
  }

  batcher(options) {
    return new Batcher((events) => this.collect(events), options);
  }

  stats(siteId, asked) {
    return this.#run("GET", "/api/public/stats", { query: { site_id: siteId, ...asked } });
  }

  trackerStats(trackerId, asked) {
    return this.#run("GET", `${one(trackerId)}/stats`, { query: asked });
  }

  exportEvents(trackerId, asked) {
    return this.#run("GET", `${one(trackerId)}/export`, { query: asked, streamed: true });
  }

  exportStats(siteId, table, asked) {
    const query = { site_id: siteId, table, format: "csv", ...asked };
    return this.#run("GET", "/api/public/stats", { query, streamed: true });
  }

  exportTrackerStats(trackerId, table, asked) {
    const query = { table, format: "csv", ...asked };
    return this.#run("GET", `${one(trackerId)}/stats`, { query, streamed: true });
  }

  live(siteId) {
    return this.#run("GET", "/api/public/live", { query: { site_id: siteId } });
  }

  me() {
    return this.#run("GET", "/api/v1/me");
  }

  trackers() {
    return this.#run("GET", "/api/v1/trackers");
  }

  tracker(trackerId) {
    return this.#run("GET", one(trackerId));
  }

  addTracker(settings) {
    return this.#run("POST", "/api/v1/trackers", { body: settings, repeatable: false });
  }

  changeTracker(trackerId, settings) {
    return this.#run("PATCH", one(trackerId), { body: settings });
  }

  async removeTracker(trackerId) {
    await this.#run("DELETE", one(trackerId), { repeatable: false });
  }

  async newSigningSecret(trackerId) {
    const path = `${one(trackerId)}/signing-secret`;
    return (await this.#run("POST", path, { repeatable: false })).secret;
  }

  async removeSigningSecret(trackerId) {
    await this.#run("DELETE", `${one(trackerId)}/signing-secret`);
  }

  async #run(method, path, { query, body, repeatable = true, streamed = false } = {}) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(method, path, query, body, streamed);
      } catch (error) {
        const pause = this.#pause(attempt, error, repeatable);
        if (pause === null) throw error;
        await this.#options.sleep(pause);
      }
    }
  }

  async #once(method, path, query, body, streamed) {
    // Text is sent to another site without asking it first; the service reads it as JSON.
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = this.#token ? "application/json" : "text/plain";
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const request = { method, headers };
    // A file takes as long as it takes.
    if (!streamed) request.signal = AbortSignal.timeout(this.#options.timeout);
    if (body) request.body = JSON.stringify(body);
    // What a page sends while it is left arrives all the same, if it is small.
    if (body && request.body.length < 60_000) request.keepalive = true;
    let answer;
    let text;
    try {
      answer = await this.#options.fetch(this.#base + path + search(query), request);
      if (streamed && answer.ok) return answer.body;
      text = await answer.text();
    } catch (cause) {
      throw new EzeeError("The service could not be reached.", { cause });
    }
    return data(answer, text);
  }

  #pause(attempt, error, repeatable) {
    const { attempts, first, longest, patience, chance } = this.#options;
    if (attempt >= attempts || !isPassing(error, repeatable)) return null;
    if (error.retryAfter !== null) {
      return error.retryAfter * 1000 <= patience ? error.retryAfter * 1000 : null;
    }
    return Math.min(longest, first * 2 ** (attempt - 1)) * (1 - chance() / 2);
  }
}

export class Batcher {
  lost = 0;
  #send;
  #options;
  #events = [];
  #timer = null;
  #running = null;
  #closed = false;

  constructor(send, options = {}) {
    this.#send = send;
    this.#options = { size: 100, seconds: 1, waiting: 10_000, pause: 5, onError() {}, ...options };
    this.#options.size = Math.min(this.#options.size, BATCH);
    // A page that is hidden may never be seen again.
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
  }

  add(...events) {
    if (this.#closed) throw new Error("The batcher is closed.");
    this.#events.push(...events.map(complete));
    this.#lose(this.#events.splice(0, Math.max(0, this.#events.length - this.#options.waiting)));
    if (this.#events.length >= this.#options.size) this.#go();
    else this.#wait(this.#options.seconds);
  }

  async flush() {
    await this.#running;
    await this.#go();
    return this.#events.length === 0;
  }

  async close() {
    const done = await this.flush();
    this.#closed = true;
    clearTimeout(this.#timer);
    return done;
  }

  #wait(seconds) {
    if (this.#timer || this.#running || this.#closed) return;
    this.#timer = setTimeout(() => this.#go(), seconds * 1000);
    // A program that has nothing else to do does not wait for a service that is away.
    if (seconds === this.#options.pause) this.#timer.unref?.();
  }

  #go() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#running ??= this.#drain().then((seconds) => {
      this.#running = null;
      if (this.#events.length) this.#wait(seconds);
    });
    return this.#running;
  }

  // Sends until nothing waits, or until the service is away; returns when to go on.
  async #drain() {
    while (this.#events.length) {
      const events = this.#events.splice(0, this.#options.size);
      try {
        await this.#send(events);
      } catch (error) {
        const hope = isPassing(error, true);
        const room = hope ? Math.max(0, this.#options.waiting - this.#events.length) : 0;
        const gone = events.splice(0, events.length - Math.min(room, events.length));
        this.#events.unshift(...events);
        this.#lose(gone);
        this.#options.onError(error, gone);
        if (hope) return this.#options.pause;
      }
    }
    return this.#options.seconds;
  }

  #lose(gone) {
    this.lost += gone.length;
  }
}

export function pageview(siteId, fields = {}) {
  return complete({
    site_id: siteId,
    url: location.href,
    referrer: document.referrer,
    title: document.title,
    screen_width: screen.width,
    language: navigator.language,
    ...fields,
  });
}

// An event that has been sent once is the same when it is sent again.
function complete(event) {
  return { id: uuid(), timestamp: new Date().toISOString(), ...event };
}

function uuid() {
  // Pages that are not served by HTTPS have no randomUUID.
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isPassing(error, repeatable) {
  return error instanceof EzeeError && (repeatable ? PASSING : NOTHING_HAPPENED).has(error.status);
}

function one(trackerId) {
  return `/api/v1/trackers/${encodeURIComponent(trackerId)}`;
}

function search(query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === false) continue;
    if (name === "metrics") parameters.append(name, [value].flat().join(","));
    else for (const each of [value].flat()) parameters.append(name, each === true ? "1" : each);
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

function data(answer, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {}
  if (answer.ok && answer.status === 204) return undefined;
  if (answer.ok && body?.data !== undefined) return body.data;
  if (answer.ok) {
    throw new EzeeError("Something else than the service answered.", { status: answer.status });
  }
  const wait = Number.parseInt(answer.headers.get("retry-after"), 10);
  throw new EzeeError(body?.message ?? `The service answered with status ${answer.status}.`, {
    status: answer.status,
    code: body?.error ?? "",
    details: body?.details ?? [],
    retryAfter: Number.isNaN(wait) ? null : wait,
  });
}
