/** Drawing figures with plotly, on the page and as pictures. */
import { bind } from "./bind.js";

/** Plotly reads a little HTML in texts; data must never be read as such. */
export const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** What a point says when pointed at. */
export function hover(m, cell, ind, head) {
  const lines = [`<b>${plain(head)}</b>`, plain(m.shown(cell, ind))];
  if (cell.value !== undefined && cell.value !== null) {
    if (cell.denominator) lines[1] += `　${m.number(cell.numerator, 0)} / ${m.number(cell.denominator, 0)}`;
    if (cell.lower !== null) lines.push(plain(m.say("ui.interval", { low: m.number(cell.lower, ind.decimals), high: m.number(cell.upper, ind.decimals) })));
  }
  if (cell.status !== "none") lines.push(`${m.mark(cell.status)} ${plain(m.say(`status.${cell.status}`))}　${plain(m.say("ui.target", { target: m.figure(cell.target, ind) }))}`);
  if (m.note(cell)) lines.push(plain(m.note(cell)));
  return lines.join("<br>");
}

/** Every how many periods an axis names one: whole years apart, once there is no room for each. */
export function stride(level, count, most) {
  const least = Math.max(1, Math.ceil(count / Math.max(3, most)));
  return ({ month: [1, 2, 3, 6, 12, 24], quarter: [1, 2, 4, 8], half: [1, 2, 4] }[level] || []).find((n) => n >= least) || least;
}

/** Draw or redraw one figure; its box keeps its shape when a printer makes it narrower. */
export async function drawFigure(plotly, box, template, table, m, width = box.clientWidth || 600) {
  const { height, scale } = table, figure = scale ? scaled(bind(template, table), scale) : bind(template, table);
  figure.layout = { ...figure.layout, width, height };
  await plotly.react(box, figure.data, figure.layout, { ...m.page.config, locale: m.lang === "zh" ? "zh-CN" : "en-US" });
  box.style.setProperty("--shape", `${width} / ${height}`);
  for (const svg of box.querySelectorAll("svg.main-svg")) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** A figure for readers far away: letters, margins and signs so much bigger; sizes given row by row stay. */
function scaled(part, scale, under = "") {
  if (Array.isArray(part)) return part.map((one) => (one && typeof one === "object" ? scaled(one, scale, under) : one));
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key,
    typeof value === "number" && (/font$/.test(under) ? key === "size" : under === "margin" || (under === "marker" && key === "size") || (/^line|^error/.test(under) && /width$|thickness/.test(key))) ? value * scale
      : value && typeof value === "object" ? scaled(value, scale, Array.isArray(value) ? under : key) : value]));
}

/** A figure as a picture that says by itself what it shows, of when, and whether it is invented. */
export function picture(m, template, table, { title, about, key, notes, file }) {
  const { release } = m.page, width = 780, figure = bind(template, table);
  const lines = (text, size) => wrapped(text, Math.floor(((width - 48) * (m.lang === "zh" ? 1 : 2)) / size));
  const head = lines((release.sample ? `【${m.say("ui.sample")}】` : "") + title, 19);
  const foot = [...key, ...notes, m.say("ui.source", { plan: m.name(release.title), release: release.id, date: m.date(release.as_of) })]
    .filter(Boolean).flatMap((line) => lines(line, 12));
  const margin = { ...figure.layout.margin, l: Math.max(24, (figure.layout.margin || {}).l || 0), t: 56 + 26 * head.length, b: ((figure.layout.margin || {}).b || 0) + 28 + 19 * foot.length };
  const own = figure.layout.margin || {}, height = table.height + margin.t + margin.b - (own.t || 0) - (own.b || 0);
  const note = (y, text, size, shift) => ({ xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: y > 0.5 ? "bottom" : "top",
    xshift: 24 - margin.l, yshift: shift, showarrow: false, align: "left", text: text.map(plain).join("<br>"), font: { size } });
  figure.layout = { ...figure.layout, width, height, paper_bgcolor: "#FFFFFF", margin,
    annotations: [...(figure.layout.annotations || []), note(1, [about], 14, (own.t || 0) + 12 + 25 * head.length), note(1, head, 19, (own.t || 0) + 8), note(0, foot, 12, -(own.b || 0) - 14)] };
  return window.Plotly.downloadImage({ data: figure.data, layout: figure.layout, config: m.page.config }, { format: "png", width, height, scale: 2, filename: file });
}

/** A text in lines of so many half-width signs; words of English stay whole. */
function wrapped(text, most) {
  const lines = [""];
  let length = 0;
  for (const word of text.match(/[\x21-\x7e]+\s*|[^\x21-\x7e]/gu) || []) {
    const wide = [...word].reduce((sum, sign) => sum + (sign.charCodeAt(0) < 0x250 ? 1 : 2), 0) * (/[\u2e80-\uffff]/.test(text) ? 0.5 : 1);
    if (length + wide > most && length) { lines.push(""); length = 0; }
    lines[lines.length - 1] += word;
    length += wide;
  }
  return lines;
}

/** Load the plotly bundle once; a page may have asked for it before this script was there. */
export function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loadPlotly.waiting ||= begun(document.getElementById("hf-plotly")).then(() => window.Plotly || fetched(url)).catch((error) => { loadPlotly.waiting = null; throw error; });
  return loadPlotly.waiting;
}

/** Resolves when a script that stands in the document has come, or has not. */
const begun = (script) => new Promise((resolve) => {
  if (!script || script.dataset.done) resolve();
  else for (const event of ["load", "error"]) script.addEventListener(event, resolve);
});

/** A module loader on the page must not swallow it. */
const fetched = (url) => new Promise((resolve, reject) => {
  const { define } = window, script = document.createElement("script");
  const done = () => { if (define !== undefined) window.define = define; };
  script.src = url;
  script.onload = () => { done(); window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly")); };
  script.onerror = () => { done(); reject(new Error("plotly did not load")); };
  if (define !== undefined) window.define = undefined;
  document.head.append(script);
});
