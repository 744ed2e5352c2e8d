/** An event, as the API has it. `id` and `timestamp` are added where they are missing. */
export interface Event {
  site_id: string;
  /** The page: an address, or a path from `/`. A pageview needs it. */
  url?: string;
  /** `pageview` unless given; any other makes a custom event. */
  name?: string;
  referrer?: string;
  title?: string;
  screen_width?: number;
  language?: string;
  props?: Record<string, string | number | boolean | null>;
  /** `false`: a custom event that does not end a bounce. */
  interactive?: boolean;
  /** In units of `currency`. */
  value?: number;
  /** ISO 4217. */
  currency?: string;
  /** ISO 8601. */
  timestamp?: string;
  /** At most 64 characters; the same one counts once in 24 hours. */
  id?: string;
  /** The visitor, where a server sends for them; with the owner's token only. */
  client_ip?: string;
  user_agent?: string;
  opt_out?: string;
  stamp?: string;
}

export interface Collected {
  /** How many are on disk. */
  accepted: number;
  /** Those that are not counted: their places among those that were sent, and why. */
  dropped: { index: number; reason: string; message?: string }[];
}

export interface Asked {
  period?: string;
  from?: string;
  to?: string;
  interval?: "minute" | "hour" | "day" | "week" | "month";
  metrics?: string | string[];
  dimension?: string | string[];
  filter?: string | string[];
  compare?: string;
  order?: string;
  limit?: number;
  offset?: number;
  verified?: boolean;
}

/** The format of a file; `csv` unless given. */
export type Format = "csv" | "ndjson" | "parquet";

/** What of a table of a report; which table is said beside. */
export interface AskedTable extends Omit<Asked, "dimension"> {
  format?: Format;
}

/** Which events, all unless given. Days are whole. */
export interface AskedEvents {
  format?: Format;
  period?: string;
  from?: string;
  to?: string;
}

export interface Period {
  from: string;
  to: string;
  interval: string;
  timezone: string;
}

export type Totals = Record<string, number | Record<string, number>>;
export type Row = { value?: string; values?: string[] } & Record<string, unknown>;

export interface Comparison {
  period: Period;
  totals: Totals;
  timeseries: ({ time: string } & Record<string, unknown>)[];
}

export interface Stats extends Comparison {
  site_id: string;
  breakdowns: Record<string, Row[]>;
  /** How many rows each breakdown has in all. */
  rows: Record<string, number>;
  comparison?: Comparison;
}

export interface Live {
  visitors: number;
  pages: { value: string; visitors: number }[];
  sources: { value: string; visitors: number }[];
}

export interface Settings {
  name?: string;
  domain?: string;
  timezone?: string;
  hostnames?: string[];
  public_stats?: boolean;
  page_rules?: Record<string, unknown>;
  exclusions?: Record<string, string[]>;
  respect_gpc?: boolean;
  respect_dnt?: boolean;
  places?: "country" | "region" | "city";
}

/** A site that is counted. One tracker alone carries its settings too. */
export interface Tracker extends Settings {
  id: string;
  name: string;
  domain: string;
  site_id: string;
  created_at: string;
  signing?: boolean;
  opt_out_url?: string;
}

export interface Me {
  email: string;
  plan: string;
  limits: { requests_per_minute: number };
  token: { name: string; prefix: string; scope: string; expires_at: string | null };
}

export interface Options {
  /** An API token, `ezi_sk_…`. It must never stand in a page. */
  token?: string;
  /** Milliseconds for each request; 10,000 unless given. */
  timeout?: number;
  /** How often to try, the first time included; 5 unless given. */
  attempts?: number;
  /** The first pause in milliseconds; the others double. 500 unless given. */
  first?: number;
  /** The longest pause in milliseconds; 30,000 unless given. */
  longest?: number;
  /** What the service wants to wait longer for is an error at once; 120,000 ms unless given. */
  patience?: number;
  /** For tests: what takes the place of Math.random, setTimeout and fetch. */
  chance?: () => number;
  sleep?: (milliseconds: number) => Promise<unknown>;
  fetch?: typeof fetch;
}

/** The service did not do it. */
export class EzeeError extends Error {
  /** The HTTP status, 0 where there was no answer. */
  readonly status: number;
  /** The service's name for it, such as `not_found`. */
  readonly code: string;
  /** With `invalid_request`, what is wrong with each field. */
  readonly details: { field: string; message: string }[];
  /** How many seconds the service wants to be left alone. */
  readonly retryAfter: number | null;
  constructor(
    message: string,
    told?: {
      status?: number;
      code?: string;
      details?: { field: string; message: string }[];
      retryAfter?: number | null;
      cause?: unknown;
    },
  );
}

/** One service. Every method rejects with an EzeeError. */
export class Ezee {
  constructor(baseUrl: string, options?: Options);
  /** Records events; when it is done they are on disk. */
  collect(events: Event | Event[]): Promise<Collected>;
  /** What gathers events and sends them in the background. */
  batcher(options?: BatcherOptions): Batcher;
  /** The numbers of a tracker whose stats are public, or yours, by its `site_id`. */
  stats(siteId: string, asked?: Asked): Promise<Stats>;
  /** The numbers of one of your trackers, public or not. */
  trackerStats(trackerId: string, asked?: Asked): Promise<Stats>;
  /** The events of one of your trackers, as the bytes of a file. A file that breaks off rejects. */
  exportEvents(trackerId: string, asked?: AskedEvents): Promise<ReadableStream<Uint8Array>>;
  /** A table of a report as the bytes of a file: `totals`, `timeseries`, or dimensions. */
  exportStats(siteId: string, table: string, asked?: AskedTable): Promise<ReadableStream<Uint8Array>>;
  /** The same of one of your trackers, public or not. */
  exportTrackerStats(
    trackerId: string,
    table: string,
    asked?: AskedTable,
  ): Promise<ReadableStream<Uint8Array>>;
  /** Who is on a site now. */
  live(siteId: string): Promise<Live>;
  /** Whose token it is, and what it may do. */
  me(): Promise<Me>;
  /** The account's trackers, oldest first. */
  trackers(): Promise<Tracker[]>;
  /** One tracker with its settings. */
  tracker(trackerId: string): Promise<Tracker>;
  addTracker(settings: Settings & { name: string; domain: string }): Promise<Tracker>;
  changeTracker(trackerId: string, settings: Settings): Promise<Tracker>;
  /** Deletes a tracker and every event of it, for good. */
  removeTracker(trackerId: string): Promise<void>;
  /** Makes a tracker's signing secret, which cannot be read again. */
  newSigningSecret(trackerId: string): Promise<string>;
  removeSigningSecret(trackerId: string): Promise<void>;
}

export interface BatcherOptions {
  /** Events are sent when there are so many, at most 500; 100 unless given. */
  size?: number;
  /** Or so many seconds after the first; 1 unless given. */
  seconds?: number;
  /** How many may wait while the service is away, 10,000 unless given; then the oldest give way. */
  waiting?: number;
  /** Seconds before events that could not be sent are tried again; 5 unless given. */
  pause?: number;
  /** Told of each failure, and of the events that it cost. */
  onError?: (error: unknown, gone: Event[]) => void;
}

/** Gathers events; adding never waits. In a browser what waits is sent when the page is hidden. */
export class Batcher {
  constructor(send: (events: Event[]) => Promise<unknown>, options?: BatcherOptions);
  /** How many events were given up. */
  readonly lost: number;
  add(...events: Event[]): void;
  /** Sends what waits, now; whether all of it was sent. */
  flush(): Promise<boolean>;
  /** Sends what waits and takes no more; whether all of it was sent. */
  close(): Promise<boolean>;
}

/** In a browser: the pageview of the page that is open. */
export function pageview(siteId: string, fields?: Partial<Event>): Event;
