// Plausible's two npm packages in a page that there is not: what they use of a browser, and no more.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { url, domain, agent } = JSON.parse(readFileSync(0));
const page = new URL(`https://${domain}/a?ref=letter`);
const waiting = [];

function send(address, options) {
  const headers = { ...options.headers, "user-agent": agent, "accept-language": "en" };
  const sent = realFetch(address, { ...options, headers });
  waiting.push(sent);
  return sent;
}
const realFetch = globalThis.fetch;
class Request {
  headers = {};
  open(method, address) {
    Object.assign(this, { method, address });
  }
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }
  send(body) {
    send(this.address, { method: this.method, headers: this.headers, body });
  }
}
const listen = { addEventListener() {}, removeEventListener() {} };
const document = {
  ...listen, referrer: "https://a.example/", visibilityState: "visible", hasFocus: () => true,
  body: {}, documentElement: {},
};
const window = {
  ...listen, document, innerWidth: 1440, innerHeight: 900, scrollY: 0, fetch: send,
  localStorage: {}, navigator: {}, history: { pushState() {} }, location: page,
};
Object.assign(globalThis, {
  window, document, location: page, history: window.history, XMLHttpRequest: Request, fetch: send,
  ResizeObserver: class { observe() {} }, ...listen,
});

const { init, track } = await import("@plausible-analytics/tracker");
init({ domain, endpoint: `${url}/api/event` });
track("Signup", { props: { plan: "pro" }, revenue: { amount: 12.5, currency: "EUR" } });

const Plausible = createRequire(import.meta.url)("plausible-tracker").default;
const old = Plausible({ domain, apiHost: url });
old.trackPageview({ url: `https://${domain}/b` });
old.trackEvent("Download", { props: { file: "a.pdf" } });

const answers = await Promise.all(waiting);
console.log(JSON.stringify(await Promise.all(answers.map(async (a) => [a.status, await a.text()]))));
