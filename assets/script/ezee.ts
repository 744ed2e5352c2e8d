// The script that counts other people's pages; docs/script.md says what it does. The build makes it
// twice, with and without what FULL guards. It keeps nothing in the browser, and it never throws.

declare const FULL: boolean;

type Props = Record<string, string | number | boolean | null>;
type Fields = Record<string, unknown> & { props?: Props };
type Call = [name: string, fields?: Fields];
type Ezee = { (...call: Call): unknown; q?: Call[]; site?: string };
interface Window {
  ezee?: Ezee;
}

const doc = document as Document & { prerendering?: boolean };
const nav = navigator as Navigator & { globalPrivacyControl?: boolean };
const script = (doc.currentScript || doc.querySelector("[data-site]")) as HTMLScriptElement;
const options: DOMStringMap = script?.dataset || {};

const guarded =
  <T>(run: (value: T) => void) =>
  (value: T) => {
    try {
      run(value);
    } catch {}
  };

const on = <T extends Event>(
  target: EventTarget,
  names: string,
  run: (event: T) => void,
  how?: AddEventListenerOptions | boolean,
) => {
  for (const name of names.split(" ")) {
    target.addEventListener(name, guarded(run) as EventListener, how);
  }
};

// ---- Sending

let refused: unknown;

// Set by a page for a visitor who does not want to be counted, never by this script. Where the
// browser keeps nothing for a site, reading fails.
const ask = guarded(() => (refused = localStorage.ezee_opt_out));

const send = (event: Fields) => {
  const to = new URL(options.endpoint || "api/public/collect", script.src || location.href);
  const body = JSON.stringify(event);
  if (!nav.sendBeacon?.(to, body)) {
    // What did not fit as a beacon does not fit with keepalive either: they share 64 KiB.
    fetch(to, { method: "POST", body, keepalive: !nav.sendBeacon }).catch(() => {});
  }
};

const post = guarded((fields: Fields) => {
  ask(0);
  if (
    refused ||
    nav.webdriver ||
    location.protocol[3] != "p" || // http: or https:, not file: or an extension's
    (options.local == null && /^(127\.|\[::1)|(^|\.)local(host)?$/.test(location.hostname)) ||
    (nav.globalPrivacyControl && options.gpc != "off")
  )
    return;
  const event: Fields = {
    site_id: options.site,
    url: address(),
    screen_width: screen.width,
    language: nav.language,
    stamp: options.stamp,
    ...fields,
  };
  // Without a network the browser would complain on the console.
  if (nav.onLine) send(event);
  else if (FULL) {
    event.timestamp = new Date();
    on(window, "online", () => send(event), { once: true });
  }
});

// ---- Pageviews

// The page that was counted last: its address, without the query unless that makes pages too.
let place: string | undefined;

// Fragments can hold secrets, so they are left out unless they are the site's routes: neither #top
// nor the end of #/guide#top, and #/ is the page itself.
const address = () => location.href.replace(options.hash == null ? /#.*/ : /#(?!!?\/.).*/, "");

// Counts the page that is there unless it was counted last, or whatever it is when the event says
// that the browser had kept it.
const view = (event: Partial<PageTransitionEvent>, replaced?: unknown) => {
  const url = address();
  // A route has a query of its own: /#/?a and /?b#/guide?c are / and /#/guide.
  const here = url.replace(options.query == null ? /(#!?\/)?\?[^#]*/g : "", "");
  if (options.manual != null || (here == place && !event.persisted)) return;
  // A document's later pages come from within the site, and are not yet titled.
  const first =
    !place &&
    (FULL ? { referrer: doc.referrer } : { referrer: doc.referrer, title: doc.title });
  if (FULL) {
    // An application that redirects replaces a page that nobody has seen yet; how somebody came
    // to that one is how they came.
    if (here != place && !(replaced && waiting)) {
      gone();
      query = location.search;
    }
    waiting = { ...first, ...waiting, url: location.search ? url : url + query };
    clearTimeout(timer);
    timer = setTimeout(flush, 99);
  } else post({ url, ...first });
  place = here;
  if (FULL) arrive(url);
};

// ---- Custom events, by function and by attributes

const queue = window.ezee?.q || [];

const track = guarded(([name, fields]: Call) => {
  if (FULL) flush();
  post({ name, ...fields });
});

const act = (event: MouseEvent) => {
  const target = event.target as Element;
  const sent = event.type == "submit";
  const element = target.closest<HTMLElement>("[data-ezee]");
  // The middle button opens a link, the right one does not.
  if (event.button > 1) return;
  if (element && element.matches("form") == sent) {
    const props: Props = {};
    const fields: Fields = { props };
    for (const { name, value } of element.attributes) {
      const key = name.split("data-ezee-")[1];
      if (key == "value") fields[key] = +value;
      else if (key == "currency") fields[key] = value;
      else if (key) props[key] = value;
    }
    track([element.dataset.ezee!, fields]);
  } else if (FULL) (sent ? form : link)(target);
};

// ---- What the core does without

const form = (element: Element) => {
  // Not element.id, which is an input where one has that name.
  const named = (name: string) => element.getAttribute(name);
  if (options.forms != null) {
    track([
      "Form sent",
      { props: { form: named("id") || named("name") || (named("action") || "").split("?")[0]! } },
    ]);
  }
};

const link = (target: Element) => {
  const { host, pathname, protocol } = target.closest("a[href]") as HTMLAnchorElement;
  const kinds = (
    options.downloads || "pdf|(doc|xls|ppt)x?|csv|epub|zip|rar|7z|gz|dmg|exe|msi|pkg|apk|iso|mp[34]"
  ).replace(/[ ,]+/g, "|");
  const props = { url: host + pathname };
  if (options.downloads != null && RegExp(`\\.(${kinds})$`, "i").test(pathname))
    track(["Download", { props }]);
  else if (options.outbound != null && protocol[3] == "p" && host != location.host)
    track(["Outbound link", { props }]);
};

const lost = () => {
  const [entry] = performance.getEntriesByType("navigation") as { responseStatus?: number }[] &
    PerformanceEntry[];
  const marked = options["404"];
  if (marked == "page" || (marked != null && entry!.responseStatus == 404))
    track(["404", { props: { path: location.pathname }, interactive: false }]);
};

// A pageview waits a moment, for its title; whatever comes after it sends it first. The query is
// that of its page before it was replaced.
let waiting: Fields | 0 | undefined;
let timer: number | undefined;
let query = "";

const flush = () => {
  const event = waiting;
  waiting = 0;
  if (event) post({ ...event, title: doc.title });
};

// The page that is seen, when it came into view (ms, 0 while it is hidden), and how far down it
// was scrolled (px).
let seen = "";
let since = 0;
let depth = 0;

const arrive = (url = seen) => {
  seen = url;
  since = doc.hidden ? 0 : performance.now();
};

const leave = () => {
  const root = doc.documentElement;
  if (since && root)
    post({
      name: "engagement",
      url: seen,
      props: {
        seconds: Math.round((performance.now() - since) / 100) / 10,
        scroll: Math.round(Math.min(1, (depth + innerHeight) / root.scrollHeight) * 100),
      },
    });
  since = depth = 0;
};

const gone = () => {
  flush();
  leave();
};

// ---- When

const start = () => {
  view({});
  if (FULL) guarded(lost)(0);
  queue.forEach(track);
  // What comes from now on is not queued, by whichever of the two functions it comes.
  queue.push = track as never;
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...values) {
      original.apply(this, values);
      if (FULL) view({}, name[0] == "r");
      else view({});
    };
  }
  // Every change of the fragment is a popstate too.
  on(window, "popstate pageshow", view);
  on(doc, "click auxclick submit", act, true);
  if (FULL) {
    on(window, "pagehide", gone);
    on(doc, "visibilitychange", () => (doc.hidden ? gone() : place && arrive()));
    on(window, "scroll", () => (depth = Math.max(depth, scrollY)));
  }
};

// A page that has the script twice is counted once.
if (window.ezee?.site != options.site) {
  window.ezee = (...call) => queue.push(call);
  window.ezee.site = options.site;
  // A page that was made ready before anybody asked for it is counted when it is shown.
  if (doc.prerendering) on(doc, "prerenderingchange", start);
  else start();
}
