// What is newest: who is here now, told by the service as it changes, and the numbers of a report
// whose day is not over. Where no stream gets through it is asked for again and again; where no
// answer comes at all, the page says how old it is.

const ASK_EVERY = 10_000;
const TRY_STREAM_EVERY = 60_000;
const RENEW_EVERY = 60_000;
// A stream that breaks comes back by itself, most often at once.
const LOST_AFTER = 8_000;
const RENEWED = [".totals", ".spans", "#chart", ".panels"];

export class Live {
  constructor(drawn) {
    this.drawn = drawn;
    this.stream = null;
    this.lostAt = 0;
    this.triedAt = 0;
    this.renewedAt = Date.now();
    setInterval(() => this.look(), 2_000);
    this.askedAt = Date.now();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt?.id === "now" && event.detail.successful) this.found();
    });
  }

  // A browser has few connections for all of its windows: those that are not seen give theirs back.
  stop() {
    this.stream?.close();
    this.stream = null;
  }

  start() {
    this.stop();
    this.found();
    const address = this.now()?.dataset.stream;
    if (!address || document.hidden) return;
    this.triedAt = Date.now();
    this.stream = new EventSource(address);
    this.stream.addEventListener("open", () => this.found());
    this.stream.addEventListener("message", (event) => this.hear(JSON.parse(event.data).data.visitors));
    this.stream.addEventListener("away", () => this.lose());
    this.stream.addEventListener("error", () => this.lose());
  }

  now() {
    return document.getElementById("now");
  }

  get streams() {
    return this.stream?.readyState === EventSource.OPEN;
  }

  hear(visitors) {
    this.found();
    const now = this.now();
    if (!now) return;
    const text = visitors === 1 ? now.dataset.one : now.dataset.many;
    const number = new Intl.NumberFormat(document.documentElement.lang).format(visitors);
    now.querySelector("[data-count]").textContent = text.replace("{n}", number);
    now.querySelector(".pulse").classList.toggle("on", visitors > 0);
    if (visitors > 0) this.renew();
  }

  lose() {
    this.lostAt ||= Date.now();
  }

  found() {
    this.lostAt = 0;
    this.say();
  }

  look() {
    if (document.hidden || !this.now()) return;
    if (!this.streams && Date.now() - this.askedAt >= ASK_EVERY) {
      this.askedAt = Date.now();
      window.htmx.trigger(this.now(), "poll");
    }
    const closed = !this.stream || this.stream.readyState === EventSource.CLOSED;
    if (closed && Date.now() - this.triedAt >= TRY_STREAM_EVERY) this.start();
    this.say();
  }

  // How old the page is, once nothing newer has come for a while.
  say() {
    const lost = this.lostAt !== 0 && Date.now() - this.lostAt >= LOST_AFTER;
    const notice = document.getElementById("trouble");
    if (notice) notice.hidden = !lost;
    document.getElementById("report")?.classList.toggle("stale", lost);
    const now = this.now();
    if (lost && now) {
      now.querySelector("[data-count]").textContent = now.dataset.stale;
      now.querySelector(".pulse").classList.remove("on");
    }
    const age = document.getElementById("age");
    if (!lost || !age) return;
    const seconds = Math.round((Date.now() - this.renewedAt) / 1000);
    const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]]
      .find(([length]) => seconds >= length) ?? [1, "second"];
    age.title ||= age.textContent;
    age.textContent = new Intl.RelativeTimeFormat(document.documentElement.lang)
      .format(-Math.floor(seconds / size), unit);
  }

  // The numbers of a report that is still growing, when nobody is in the middle of something there.
  async renew() {
    const report = document.getElementById("report");
    const grows = document.querySelector("#figures [data-running]");
    if (!grows || Date.now() - this.renewedAt < RENEW_EVERY || !report) return;
    const busy = report.contains(document.activeElement) || report.querySelector("details[open]:not(.why)");
    if (busy || report.classList.contains("htmx-request")) return;
    this.renewedAt = Date.now();
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok || !report.isConnected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of RENEWED) {
      const [old, fresh] = [report.querySelector(name), page.querySelector(`#report ${name}`)];
      if (!old || !fresh) continue;
      old.replaceWith(document.adoptNode(fresh));
      window.htmx.process(fresh);
    }
    this.drawn();
  }
}
