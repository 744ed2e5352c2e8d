// The report, livelier: links change the page in place, the chart is read by pointer and keys and
// zoomed by dragging. Everything is made from what the page says without scripts.

import uPlot from "uplot";
import { Live } from "../parts/live.js";
import { roll } from "../parts/roll.js";

let chart = null;
// Where a stretch that is chosen with keys begins.
let anchor = null;
const live = new Live(() => draw());

function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function hatch(colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  for (const at of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(at, 8);
    pen.lineTo(at + 8, 0);
    pen.stroke();
  }
  return tile;
}

function draw() {
  roll();
  chart?.destroy();
  chart = anchor = null;
  const figure = document.getElementById("chart");
  const rows = [...document.querySelectorAll("#figures tbody tr")];
  if (!figure || rows.length < 2) return;
  const drawn = figure.querySelector("svg.plot");
  const compared = rows.some((row) => row.dataset.before !== undefined);
  const running = rows.at(-1).dataset.running !== undefined;
  const number = (text) => (text === undefined ? null : Number(text));
  const values = rows.map((row) => number(row.dataset.value));
  const last = rows.length - 1;
  const whole = running ? values.map((value, index) => (index < last ? value : null)) : values;
  const tail = values.map((value, index) => (running && index >= last - 1 ? value : null));
  const data = [rows.map((_, index) => index), whole, tail];
  const accent = colour("accent");
  const series = [
    {},
    { stroke: accent, width: 2, fill: colour("tint"), points: { show: false } },
    { stroke: accent, width: 2, dash: [1, 5], cap: "round", points: { show: false } },
  ];
  if (compared) {
    data.push(rows.map((row) => number(row.dataset.before)));
    series.push({ stroke: colour("muted"), width: 1.5, dash: [5, 5], points: { show: false } });
  }
  const top = Number(figure.dataset.top);
  chart = new uPlot({
    width: drawn.clientWidth,
    height: 212,
    padding: [12, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 9 } },
    select: { show: true },
    scales: { x: { time: false, range: [-0.5, last + 0.5] }, y: { range: [0, top] } },
    axes: [{ show: false }, { show: false }],
    series,
    hooks: {
      drawClear: [(plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        if (running) {
          const left = plot.valToPos(last - 0.5, "x", true);
          ctx.fillStyle = ctx.createPattern(hatch(colour("line")), "repeat");
          ctx.fillRect(left, bbox.top, bbox.left + bbox.width - left, bbox.height);
        }
        ctx.strokeStyle = colour("line");
        ctx.lineWidth = devicePixelRatio;
        for (const mark of figure.dataset.ticks.split(" ")) {
          const y = Math.round(plot.valToPos(Number(mark), "y", true)) + 0.5;
          ctx.beginPath();
          ctx.moveTo(bbox.left, y);
          ctx.lineTo(bbox.left + bbox.width, y);
          ctx.stroke();
        }
        ctx.restore();
      }],
      setCursor: [(plot) => read(figure, rows, plot.cursor.idx, plot)],
      setSelect: [(plot) => zoom(plot, rows)],
    },
  }, data, figure);
  figure.classList.add("lively");
  chart.root.tabIndex = 0;
  chart.root.setAttribute("role", "group");
  chart.root.setAttribute("aria-label", drawn.getAttribute("aria-label"));
  chart.root.addEventListener("keydown", (event) => step(event, figure, rows));
  chart.root.addEventListener("blur", () => read(figure, rows, null, chart));
  for (const flag of figure.querySelectorAll(".flag")) {
    const show = () => read(figure, rows, Number(flag.dataset.index), chart);
    const hide = () => read(figure, rows, null, chart);
    for (const event of ["focus", "mouseenter"]) flag.addEventListener(event, show);
    for (const event of ["blur", "mouseleave"]) flag.addEventListener(event, hide);
    flag.querySelector("title")?.remove();
  }
}

function read(figure, rows, index, plot) {
  const sheet = figure.querySelector(".readout");
  sheet.hidden = index === null || index === undefined;
  if (sheet.hidden) return;
  const [name, now, before] = rows[index].cells;
  const strong = document.createElement("b");
  strong.textContent = now.textContent;
  const lines = [name.textContent.trim()];
  sheet.replaceChildren(lines[0], strong);
  if (before?.textContent.trim()) {
    sheet.append(`${document.querySelector("#figures thead th:last-child").textContent}: ${before.textContent}`);
  }
  if (rows[index].dataset.note) {
    const note = document.createElement("p");
    note.textContent = rows[index].dataset.note;
    sheet.append(note);
  }
  const at = plot.valToPos(index, "x") + plot.root.offsetLeft;
  const room = figure.clientWidth - sheet.offsetWidth;
  const left = at + 14 > room ? at - sheet.offsetWidth - 14 : at + 14;
  sheet.style.left = `${Math.max(0, Math.min(room, left))}px`;
}

// Arrows read a bucket, with the shift key they choose a stretch, and Enter zooms into it.
function step(event, figure, rows) {
  const at = chart.cursor.idx;
  if (event.key === "Enter" && at !== null && at !== undefined) {
    event.preventDefault();
    into(rows, Math.min(at, anchor ?? at), Math.max(at, anchor ?? at));
    return;
  }
  const by = { ArrowLeft: -1, ArrowRight: 1, Home: -rows.length, End: rows.length }[event.key];
  if (!by) return;
  event.preventDefault();
  const index = Math.max(0, Math.min(rows.length - 1, (at ?? (by > 0 ? -1 : rows.length)) + by));
  anchor = event.shiftKey ? anchor ?? at ?? index : null;
  chart.setCursor({ left: chart.valToPos(index, "x"), top: 20 });
  const [left, right] = [index, anchor ?? index].sort((a, b) => a - b);
  const from = chart.valToPos(left - 0.5, "x");
  const width = anchor === null ? 0 : chart.valToPos(right + 0.5, "x") - from;
  chart.setSelect({ left: from, width, top: 0, height: chart.over.clientHeight }, false);
}

function zoom(plot, rows) {
  if (plot.select.width < 8) return;
  const index = (left) => Math.max(0, Math.min(rows.length - 1, Math.round(plot.posToVal(left, "x"))));
  into(rows, index(plot.select.left), index(plot.select.left + plot.select.width));
}

// From and to are days: of months their first and last, of hours the day they are in.
function into(rows, start, end) {
  const first = rows[start].dataset.time;
  const last = rows[end].dataset.time;
  const link = new URL(document.getElementById("zoom").href);
  link.searchParams.set("from", first.length === 7 ? `${first}-01` : first.slice(0, 10));
  link.searchParams.set("to", lastDay(last, rows[end + 1]?.dataset.time));
  go(link.href);
}

function lastDay(time, next) {
  if (time.length === 7) {
    const [year, month] = time.split("-").map(Number);
    return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  }
  if (time.length === 10 && next) {
    return new Date(Date.parse(next) - 86400000).toISOString().slice(0, 10);
  }
  return time.slice(0, 10);
}

function go(address) {
  const link = document.createElement("a");
  link.href = address;
  document.getElementById("report").append(link);
  window.htmx.process(link);
  link.click();
}

// Alt and a click leave a row out.
document.addEventListener("click", (event) => {
  const row = event.altKey && event.target.closest("[data-exclude]");
  if (!row) return;
  event.preventDefault();
  event.stopPropagation();
  go(row.dataset.exclude);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A dialog that was just closed keeps the focus until the page is drawn again.
  if (event.target.closest("input, select, textarea, dialog[open]")) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  } else if (event.key === "f") {
    event.preventDefault();
    const form = document.querySelector(".filter-form");
    form.closest("details").open = true;
    form.querySelector("select").focus();
  } else if (event.key === "a" && document.querySelector("#notes form")) {
    event.preventDefault();
    annotate();
  } else {
    const way = document.querySelector(`#ways [data-key="${CSS.escape(event.key)}"]`);
    if (way) go(way.href);
  }
});

// The form for a new annotation, on the day that is read in the chart.
function annotate() {
  const notes = document.getElementById("notes");
  const form = [...notes.querySelectorAll("form")].at(-1);
  const read = document.querySelectorAll("#figures tbody tr")[chart?.cursor.idx ?? -1]?.dataset.time;
  notes.open = true;
  if (read?.length >= 10) form.elements.day.value = read.slice(0, 10);
  form.elements.text.focus();
}

// What was chosen and does not come is told at once; what is asked for by itself only after a while.
function fail({ detail }) {
  if (detail.xhr?.status === 401) return;
  if (!detail.boosted) {
    live.lose();
    return;
  }
  const notice = document.getElementById("failed");
  const { verb } = detail.requestConfig;
  notice.querySelector("a").href = verb === "get" ? detail.pathInfo.finalRequestPath : location.href;
  notice.hidden = false;
}
document.addEventListener("htmx:sendError", fail);
document.addEventListener("htmx:responseError", fail);
// What was answered to a wrong question is a page that says so.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![400, 409].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "report") return;
  draw();
  live.start();
});

const resized = new ResizeObserver(() => {
  const plot = document.querySelector("#chart svg.plot");
  if (chart && plot && plot.clientWidth && chart.width !== plot.clientWidth) {
    chart.setSize({ width: plot.clientWidth, height: 212 });
  }
});
resized.observe(document.body);
for (const change of [matchMedia("(prefers-color-scheme: dark)")]) {
  change.addEventListener("change", draw);
}
draw();
live.start();
